"""Commands for those who are not at the screen: on another machine, or with a voice in place of one."""
