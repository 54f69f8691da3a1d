"""Keys of vendors that nobody has listed: a word or two, a dash or an underscore, and what only a machine makes up.

A prefix that says what it is (`acme_sk_…`, `x_pat_…`, `key-…`) needs less of it than one that says nothing. Ids are written
the same way (`call_…`, `run-…`): they are known by their first word, or are shorter or in small letters.
"""

from __future__ import annotations

import re

from readiness_tui.domain.text.secret.rule import SecretRule, cased, mixed
from readiness_tui.domain.text.secret.values import turns

#: Not inside a longer word; `\n` in JSON is none, nor a terminal's colour.
_START = r"(?:(?<![A-Za-z0-9_\\-])|(?<=\\[bfnrt])|(?<=[\[;][0-9]m)|(?<=[\[;][0-9]{2}m))"
_MORE = r"(?:[.~+/=:$][A-Za-z0-9_-]{6,}+)*+"
_TELLING = (
    "sk", "rk", "ak", "pat", "sat", "uat", "oat", "pak", "key", "apikey", "secret", "sec", "token", "tok", "tkn", "live", "test",
    "prod", "production", "sandbox", "api", "auth", "access", "priv", "private", "admin", "refresh", "bearer", "password",
)  # fmt: skip
#: Of these, the words of places and environments: `test-4f1c09d27ab853e6`, `prod-` and a commit, `private-subnet-…` are ids.
_PLACES = frozenset("live test prod production sandbox api auth access private admin".split())  # noqa: SIM905
_KEYS = frozenset(_TELLING) - _PLACES
_HEX = re.compile("[0-9a-f]+|[0-9A-F]+")
#: What opens nothing, by any of its first words: public, an id, a digest.
_OPEN = frozenset(
    """pk pub public publishable phc id ids client call tool toolu tooluse srvtoolu msg message thread file asst assistant run
    req request res resp response rs fc gen batch vs evt event cmpl chatcmpl embd modr ft ftjob org organization proj project
    user usr account acct cus customer sub in inv invoice pi pm ch txn tx price si seti span trace session conv conversation
    chat item part step job task node doc document page post image img video audio blob chunk index main app vendor bundle
    asset assets static style styles script build commit sha sha1 sha256 sha384 sha512 md5 digest hash checksum etag cache
    dataset data ds exp experiment eval evals case prompt sample row record model checkpoint ckpt order ticket
    ssh uuid guid ulid kb urn arn gid did cid oid pid uid rid sid tid""".split()  # noqa: SIM905
)
#: A digest may begin like a word, too.
_WORD = re.compile("[a-z]{2}|[a-z]{3,12}[0-9]{0,2}|[A-Z]{3,12}[0-9]{0,2}|[A-Z][a-z]{2,12}")
_DIGEST = re.compile(r"(?:sha-?[0-9]{1,3}|hash|digest|integrity|checksum|etag)[\"']?[=:-][\"' ]{0,2}\Z", re.IGNORECASE)
_PARTS = re.compile("[_-]")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SECRET_UUID = frozenset({"sk", "rk", "pat", "secret", "sec", "live", "access"})


def _random(piece: str, least: int, share: float) -> bool:
    return len(piece) >= least and mixed(piece) and turns(piece) >= share * len(piece)


def _told(match: re.Match[str]) -> bool:
    """Behind a word that says what it is."""
    head, sign, tail = match[2].lower(), match[3], match[4]
    if _DIGEST.search(match.string, max(0, match.start() - 20), match.start()):
        return False
    if _OPEN.intersection(_PARTS.split(match[1][: match.start(2) - match.start(1)].lower())):
        return False
    if _UUID.fullmatch(tail):
        return head in _SECRET_UUID
    if head == "sandbox" and match.start(1) == match.start(2):  # the id of one
        return False
    least = 12 if sign == "_" else 16  # behind a dash may be the name of a machine: `api-7f8d9c6b5-x2x4z`
    words = {head, *_PARTS.split(match[1][: match.start(2) - match.start(1)].lower())}
    an_id = words.isdisjoint(_KEYS)
    return any(_random(piece, least, 0.25) and not (an_id and _HEX.fullmatch(piece)) for piece in _PARTS.split(tail))


def _untold(match: re.Match[str]) -> bool:
    """Behind words that say nothing: long, in letters of both cases and digits."""
    head, *pieces = _PARTS.split(match[1])
    short = len(head) < 3 and match[1][len(head)] == "-"
    if (
        short
        or head.lower() in _OPEN
        or not _WORD.fullmatch(head)
        or _DIGEST.search(match.string, max(0, match.start() - 20), match.start())
    ):
        return False
    if any(piece.lower() in _OPEN for piece in pieces[:2]):
        return False
    return cased(match[2]) and any(_random(piece, 12, 0.3) for piece in _PARTS.split(match[2]))


def _told_by(sign: str) -> SecretRule:
    return SecretRule(
        "prefixed-key",
        rf"{_START}((?:[A-Za-z][A-Za-z0-9]{{0,19}}[_-]){{0,3}}({'|'.join(_TELLING)})({sign})([A-Za-z0-9_-]{{16,}}+){_MORE})",
        tuple(f"{word}{sign}[a-z0-9_-]{{16}}" for word in _TELLING),
        _told,
        sign,
        any_case=True,
    )


#: So long a piece of letters and digits: shorter ids are passed by at once. It holds no dash, so that the quick look counts in
#: one piece at a time: with several, RE2 has states without number.
_LONG = "[a-z0-9]{30}"
_ANY_LONG = "(?:[A-Za-z0-9]{0,64}[_-]){0,6}?[A-Za-z0-9]{30}"

PREFIXED = (
    _told_by("_"),
    _told_by("-"),
    SecretRule(
        "prefixed-key",
        rf"{_START}([A-Za-z][A-Za-z0-9]{{1,13}}+[_-](?={_ANY_LONG})([A-Za-z0-9_-]{{30,}}+){_MORE})",
        (f"_{_LONG}", f"-{_LONG}"),
        _untold,
    ),
)
