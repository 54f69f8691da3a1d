"""Which of a file's reviews is meant: the one that was named, else the only sensible one, else nobody guesses.

Nothing of the domain's rules is imported here: a command that prints what was kept asks this first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.store.kept.heading import Heading as Heading  # for front ends too
from readiness_tui.store.kept.heading import headings
from readiness_tui.store.rows import frozen_words

if TYPE_CHECKING:
    from datetime import date

    from readiness_tui.services.core.desk import Desk

SYSTEM_VARIABLE = "READINESS_SYSTEM"
_LISTED = 20  # reviews that a refusal lists


class SeveralError(ReadinessError):
    """More than one review could be meant: `what` says why, and one of the `choices` has to be named."""

    def __init__(self, what: str, how: str, choices: Sequence[Heading]) -> None:
        super().__init__(f"{what} {how}\n{listed(choices)}")
        self.what = what
        self.choices = tuple(choices)


def all_headings(desk: Desk) -> list[Heading]:
    """Every review of the file: system by system, of each the newest first."""
    with desk.store.read() as conn:
        return headings(conn)


def doubt_next(desk: Desk, system: str, release: str, held_on: date) -> str:
    """The question before another review of a system is opened, where it is probably not meant: beside one of the same
    release that is still open, or held before the last one. Everything that names no review goes on to mean the newest."""
    last = next((one for one in all_headings(desk) if same_name(one.system, system)), None)
    if last is not None and not last.frozen and same_name(last.release, release):
        return f"{name_of(last)} is open already, as #{last.id} in {shown(desk.store.path)}. Open another review of it?"
    if last is not None and held_on < last.held_on:
        return (
            f"The review of {name_of(last)} is of {last.held_on}, and {held_on} is before it: that one stays the newest,"
            " which is meant where none is named. Open the earlier one?"
        )
    return ""


def system_wanted(named: str | None, env: Mapping[str, str] = os.environ) -> str:
    """The system that was asked for: `--system` before READINESS_SYSTEM; "" where nobody did."""
    return (named or env.get(SYSTEM_VARIABLE, "")).strip()


def choose(found: Sequence[Heading], system: str = "", review: str = "") -> Heading | None:
    """The review that is meant: of `system`, and `review` (a release, or a number). None in a file without reviews.

    Within one system the newest review is meant where none is named. Raises SeveralError where one would have to guess,
    ReadinessError for what the file does not hold.
    """
    if system.strip():
        found = _of_system(found, system)
    if review.strip():
        found = _of_name(found, review, system)
    if not found:
        return None
    if len({one.system for one in found}) > 1:
        what = (
            f"Several systems have a review {one_line(review, 60)}"
            if review.strip()
            else "This file holds several systems"
        )
        raise SeveralError(
            f"{what}.",
            f"Name the one that is meant with --system or {SYSTEM_VARIABLE}:",
            found if review.strip() else newest_of_each(found),
        )
    if review.strip() and len(found) > 1:
        raise SeveralError(
            f"More than one review is called {one_line(review, 60)}.",
            f"Name one by its number, as --review '#{found[0].id}':",
            found,
        )
    return found[0]


def newest_of_each(found: Iterable[Heading]) -> list[Heading]:
    """The newest review of each system."""
    first: dict[str, Heading] = {}
    for one in found:
        first.setdefault(one.system, one)
    return list(first.values())


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, of a system or a release: without case, whatever blanks are typed."""
    return same_key(one) == same_key(other)


def same_key(name: str) -> str:
    """What two spellings of one name have in common."""
    return " ".join(name.split()).casefold()


def listed(found: Sequence[Heading]) -> str:
    """Reviews as the lines of a list, for a refusal or a question."""
    lines = [f"  {line}" for line in lines_of(found[:_LISTED])]
    if len(found) > _LISTED:
        lines.append(f"  and {len(found) - _LISTED} more")
    return "\n".join(lines)


def lines_of(found: Sequence[Heading]) -> list[str]:
    """Reviews in a line each: system, release, number, day and state."""
    names = [(one_line(one.system, 40), one_line(one.release, 30), f"#{one.id}") for one in found]
    wide = [max((len(name[column]) for name in names), default=0) for column in range(3)]
    return [
        f"{system:<{wide[0]}}  {release:<{wide[1]}}  {number:<{wide[2]}}  {one.held_on:%Y-%m-%d}  {one.state}"
        for (system, release, number), one in zip(names, found, strict=True)
    ]


def name_of(one: Heading) -> str:
    """A review as a sentence names it."""
    return f"{one_line(one.system, 80)} {one_line(one.release, 40)}"


def shown(path: Path) -> str:
    """A file as a message names it: from here, where it lies here or below."""
    full = Path(os.path.abspath(path))
    here = Path(os.path.abspath(os.curdir))
    return one_line(str(full.relative_to(here) if full.is_relative_to(here) else full))


def at(desk: Desk) -> Heading | None:
    """The review that the desk was put at; None where it has none of its own."""
    return next((one for one in all_headings(desk) if one.id == desk.review_id), None)


def followed(desk: Desk) -> bool:
    """Whether the desk's review has a later one of its system."""
    here = at(desk)
    return here is not None and next(one for one in all_headings(desk) if one.system == here.system) != here


def place(desk: Desk) -> str:
    """Where the desk writes: "Support bot 2026.12 in review/readiness.db"; the file alone where it has no review."""
    here, where = at(desk), shown(desk.store.path)
    return f"{name_of(here)} in {where}" if here else where


def resume(desk: Desk) -> tuple[Heading, ...]:
    """Put a desk that is at no review yet where this person was last in this file. Where that is not known and the file
    holds several systems, it stays as it is, and they are returned to be asked about."""
    from readiness_tui.store import settings

    found = all_headings(desk)
    if desk.review_id is not None or len({one.system for one in found}) < 2:
        return ()
    with desk.store.read() as conn:
        last = settings.get(conn, _last(desk))
    if any(one.id == last for one in found):
        desk.review_id = last
        return ()
    return tuple(found)


def moved(desk: Desk, review_id: int) -> Desk:
    """A desk at another review of the same file, remembered as this person's place in it. What was begun at the old
    desk still goes to its review. Raises ReadinessError where there is no such review."""
    from readiness_tui.store import settings

    if all(one.id != review_id for one in all_headings(desk)):
        raise ReadinessError(f"There is no review {review_id} in this file any more.")
    other = replace(desk, review_id=review_id, cache={}, keys=[], seen_scores=set(desk.seen_scores))
    with (
        suppress(ReadinessError),  # a file that only lets itself be read is worked on all the same
        other.store.write(other.who, "place in the file", now=other.now()) as tx,
    ):
        settings.put(tx, _last(other), review_id)
    return other


def _last(desk: Desk) -> str:
    return f"place/{same_key(desk.who)}"


def frozen_refusal(desk: Desk) -> str:
    """Why nothing can be written to the desk's review, where it is frozen; else ""."""
    if desk.review_id is None:
        return ""
    with desk.store.read() as conn:
        return frozen_words(conn, desk.review_id)


def _of_system(found: Sequence[Heading], wanted: str) -> list[Heading]:
    exact = [one for one in found if one.system == wanted]
    alike = exact or [one for one in found if same_name(one.system, wanted)]
    names = list(dict.fromkeys(one.system for one in alike))
    if len(names) > 1:
        raise SeveralError(
            f"{one_line(wanted, 60)} could be several systems.", "Write it exactly:", newest_of_each(alike)
        )
    if alike:
        return alike
    if not found:
        raise ReadinessError(
            f"This file holds no review yet, so none of {one_line(wanted, 60)}. `readiness new` makes one."
        )
    raise ReadinessError(
        f"This file holds no system {one_line(wanted, 60)} (--system or {SYSTEM_VARIABLE}). It holds:\n"
        + listed(newest_of_each(found))
    )


def _of_name(found: Sequence[Heading], wanted: str, system: str) -> list[Heading]:
    name = wanted.strip()
    number = name.removeprefix("#")
    by_number = [one for one in found if number.isascii() and number.isdigit() and one.id == int(number[:12])]
    by_release = [] if name.startswith("#") else [one for one in found if same_name(one.release, name)]
    meant = list(dict.fromkeys([*by_release, *by_number]))
    if meant:
        return meant
    of = f" of {one_line(system, 60)}" if system.strip() else ""
    if not found:
        raise ReadinessError(f"This file holds no review{of} yet. `readiness new` makes one.")
    raise ReadinessError(
        f"There is no review {one_line(name, 60)}{of} here. --review takes a release, or a number as '#3':\n"
        + listed(found)
    )
