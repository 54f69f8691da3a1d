"""Whether an action is done, begun or neither, by the words that say so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from readiness_tui.domain.text.placeholders import is_placeholder
from readiness_tui.sources.incidents.inline_markup import plain
from readiness_tui.sources.incidents.written_time import WrittenDay, read_day

DONE = re.compile(
    r"\W*(?:(?:is |was |all )?(?:done|completed?|closed|finished|shipped|fixed|resolved|merged|released|deployed|delivered|implemented|verified)"
    r"|yes|y|x|✓|✔|✅|☑|true|100\s?%|erledigt|abgeschlossen|fertig|terminé|fait|hecho|completado)(?!\w)",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\b(?:not|never|isn'?t|wasn'?t|n't|un(?:resolved|finished|completed?)|to be|will be|should be|partially|partly|half|almost|nearly|mostly"
    r"|expected|planned|by|until|before)\b|\b[0-9]{1,2}\s?%",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\W*(?:open|to-?do|new|overdue|not (?:started|done|yet)|backlog|planned|pending|no|n|false|0\s?%|proposed|outstanding|offen|ouvert|abierto)\b",
    re.IGNORECASE,
)
_BEGUN = re.compile(
    r"\b(?:in[- ]progress|doing|started|wip|ongoing|on-?going|under way|in review|in development|active|blocked|in arbeit|en cours|partially|partly)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class State:
    """`done` with its day where one is written; `begun`; `other`: words that are neither, such as "won't do"."""

    done: bool = False
    begun: bool = False
    day: WrittenDay | None = None
    other: str = ""


def read_state(text: str) -> State:
    """What a state in words says. "Not done" and "done by Friday" are not done."""
    bare = plain(text)
    if is_placeholder(bare) or _OPEN.match(bare):
        return State()
    done = DONE.match(bare)
    if done and not _NOT_YET.search(bare[:120].replace("100", "")):
        return State(done=True, day=day_in(bare[done.end() :]))
    if _BEGUN.search(bare) and not re.match(r"\W*not started", bare, re.IGNORECASE):
        return State(begun=True)
    if day := whole_day(bare):
        return State(done=True, day=day)
    return State(other=bare)


def whole_day(text: str) -> WrittenDay | None:
    """The date that a text is, with nothing beside it."""
    found = read_day(text.strip())
    return found[0] if found and not text.strip()[found[1] :].strip(" .,") else None


def day_in(text: str) -> WrittenDay | None:
    """The first date, with or without its year, in what follows "done"."""
    for match in re.finditer(r"(?<![\w/.-])(?=[0-9A-Z])", text[:200]):
        if found := read_day(text, match.start()):
            return found[0]
    return None
