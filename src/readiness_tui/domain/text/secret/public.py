"""Keys that vendors publish, and names that say so: what every reader of a page is given is no credential."""

from __future__ import annotations

import re

#: How they begin. The name that stands before one may say anything.
_BEGINS = re.compile(
    r"(?:pk_(?:live|test|prod|sandbox)_|pkey_(?:live|test)_|phc_|FLWPUBK(?:_TEST)?-|sb_publishable_|pk\.eyJ|test_pk_|live_pk_|public_(?:live|test)_|z6Mk)"
)
#: The word before "key", "token" or "id" says that it is public. A key that is secret as well says so, too.
_NAME = re.compile(
    r"(?:publi(?:c|shable)|(?<![a-z])pub|(?:(?<![a-z])|(?-i:(?<=[a-z])(?=[A-Z])))(?:anon(?:ymous)?|site)|browser|recaptcha|hcaptcha|turnstile|vapid[_-]?pub(?:lic)?"
    r"|client[_-]?side)[ _.-]?(?:(?:api|access|app|account|client|site|stripe)[ _.-]?)?(?:key|token|id)s?[ _.-]?(?:live|test|prod|dev|[0-9])?"
    r"\\{0,3}[\"'`*]{0,3}\]?\s{0,4}(?:\||[:=,>]{1,3}|is\b|to\b)?[^\w]{0,12}\Z",
    re.IGNORECASE,
)
_NEXT = re.compile(
    "next_publi(?=c_)|nuxt_publi(?=c_)|expo_publi(?=c_)", re.IGNORECASE
)  # of a build: of its code, not of a key
#: What is told by the name beside it, or is given to a browser in the same form as to a server.
_BY_NAME = frozenset(
    {
        "assigned-key",
        "assigned-secret",
        "spoken-secret",
        "url-token",
        "prefixed-key",
        "jwt",
        "command-password",
        "langfuse-key",
    }
)
#: A vendor's format filled with one letter, to be replaced.
_STAND_IN = re.compile(r"([A-Za-z0-9*])\1{11,}\Z")
_BACK = 24  # of a key's beginning before what a rule takes for it
_LOOKED_BACK = 120


def published(rule: str, match: re.Match[str]) -> bool:
    """Whether what a rule found is public by how it begins or by its name."""
    text, start = match.string, match.start(1)
    begin = start
    while begin > 0 and start - begin < _BACK and (text[begin - 1].isalnum() or text[begin - 1] in "_."):
        begin -= 1
    if _BEGINS.match(text, begin) or (begin != start and _BEGINS.match(text, start)):
        return True
    if (filled := _STAND_IN.search(match[1])) and 3 * len(filled.group()) >= 2 * len(match[1]):
        return True
    if rule not in _BY_NAME:
        return False
    said = _NEXT.sub("", text[max(0, start - _LOOKED_BACK) : start])
    return bool(_NAME.search(said))
