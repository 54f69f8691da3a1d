"""By which number the file knows how its requests were read."""

#: Raised whenever what is kept of a request would come out otherwise: its shape or skeleton, `content`, what is `measured`
#: or `varied`, `not_of_users`, what leaks. Everything stored by an earlier number is then read anew, once.
SHAPE_VERSION = 7
