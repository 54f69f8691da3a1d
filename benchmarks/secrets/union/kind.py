"""A kind of credential: what makes its values, and what it is called."""

from __future__ import annotations

from benchmarks.secrets.union.values import Make


class Kind:
    """A vendor's credential of one kind.

    `called` are the words for it ("api key"), `own` requests and files that only this vendor's stands in, `bare` says that the
    value tells by itself what it is, `small` is the vendor within names; "!" where only `own` is used, and what follows a "="
    is the whole name. `plain` begins the value and is no secret: the name beside it may say the same.
    """

    def __init__(
        self, name: str, vendor: str, called: tuple[str, ...], make: Make, *own: str, bare: bool = False, small: str = "",
        plain: str = "",
    ) -> None:  # fmt: skip
        self.name, self.vendor, self.called, self.make, self.own, self.bare = name, vendor, called, make, own, bare
        self.small = small or vendor.lower().replace(" ", "").replace(".", "").replace("-", "")
        self.plain = plain


def generic(name: str, make: Make, vendor: str = "", called: str = "") -> Kind:
    """A rule that goes by a name alone."""
    words = name.replace("_", " ")
    spoken = called or words.split()[-1]
    return Kind(name, vendor or words.split()[0].title(), (spoken,), make, small=f"={words}")
