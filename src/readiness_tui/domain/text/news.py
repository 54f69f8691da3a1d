"""What others have done meanwhile, in one line: who did what, summed up where it is much."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line

_FEW = 2  # deeds of one person that are told one by one
_PEOPLE = 3  # people that are told apart
_LONG = 60  # characters of one deed

#: How the history says it, and how a person would. What is no vote comes first: the rest is one where votes are secret.
_PLAIN: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"(.+), kept beside another's$", re.S), r"has a second version: \1"),
    (re.compile(r"note on (\S+)$"), r"wrote a note on \1"),
    (re.compile(r"evidence for ([^:]+): .*", re.S), r"attached evidence to \1"),
    (re.compile(r"evidence \d+ removed$"), "removed evidence"),
    (re.compile(r"waiver on (\S+) until .*"), r"waived \1"),
    (re.compile(r"waiver on (\S+) withdrawn$"), r"withdrew the waiver of \1"),
    (re.compile(r"owner of (.+): nobody$", re.S), r"took the owner from \1"),
    (re.compile(r"owner of (.+?): (.+)", re.S), r"named \2 owner of \1"),
    (re.compile(r"due date of (.+): none$", re.S), r"took the date from \1"),
    (re.compile(r"due date of (.+): (.+)", re.S), r"moved \1 to \2"),
    (re.compile(r"votes revealed$"), "revealed the votes"),
    (re.compile(r"voted$"), "voted"),
    (re.compile(r"two versions settled: (.+)", re.S), r"settled the \1"),
    (re.compile(r"new incident: (.+)", re.S), r"opened an incident: \1"),
    (re.compile(r"imported (.+)", re.S), r"imported \1"),
)
_VOTES: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"score ([^:]+): undecided$"), r"took back the vote on \1"),
    (re.compile(r"score ([^:]+): .*"), r"scored \1"),
    (re.compile(r"accept proof for (.+)", re.S), r"accepted the proof of \1"),
    (re.compile(r"(\S+): not applicable$"), r"called \1 not applicable"),
)
#: Brought up by the program itself after something else: no news.
_NOTHING = re.compile(r"gaps and conditions brought up to date$|a draft$")


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry of the history: who did what. `items`: those of the checklists that it touched."""

    who: str
    what: str
    items: tuple[str, ...] = ()


def headline(deeds: Iterable[Deed], *, secret: bool = False) -> str:
    """ "ben scored REL-02 · chloe wrote a note on OBS-04"; "ben: 12 changes" where it is much; "" for nothing.

    `secret`: votes are blind, so that who voted is told, and never what or on which item.
    """
    by_person: dict[str, dict[str, int]] = {}
    for deed in deeds:
        if not _NOTHING.match(deed.what):
            said = by_person.setdefault(one_line(deed.who).strip() or "somebody", {})
            words = said_of(deed, secret=secret)
            said[words] = said.get(words, 0) + 1
    if len(by_person) > _PEOPLE:
        total = sum(sum(said.values()) for said in by_person.values())
        return f"{plural(len(by_person), 'person', 'people')}: {plural(total, 'change')}"
    told = []
    for who, said in by_person.items():
        several = f"{who}: {plural(sum(said.values()), 'change')}"
        told.append(f"{who} {', '.join(said)}" if len(said) <= _FEW else several)
    return " · ".join(told)


def said_of(deed: Deed, *, secret: bool = False) -> str:
    """What somebody did, to follow their name."""
    what = deed.what.strip()
    for pattern, words in (*_PLAIN, *(() if secret else _VOTES)):
        if pattern.match(what):
            return one_line(pattern.sub(words, what), _LONG)
    if secret and (deed.items or any(pattern.match(what) for pattern, _ in _VOTES) or what.startswith("undid: ")):
        return "voted"
    return one_line(f"changed “{what}”", _LONG)
