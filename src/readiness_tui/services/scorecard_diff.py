"""Two scorecards to compare: committed files, or reviews of the file at hand by release or number."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.scorecard.brief import Brief, ScorecardDiff, brief, difference
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.target import all_headings, at, choose, same_name

_ENDINGS = (".md", ".json", ".html")
_LARGEST = 64 * 1024 * 1024  # bytes of a scorecard


def compared(first: str, second: str, desk: Callable[[], AbstractContextManager[Desk]]) -> ScorecardDiff:
    """What changed from the first to the second. `desk` is opened only where one of them is a review.

    Raises ReadinessError for a file or review that is not there or cannot be read, and for two systems.
    """
    names = (first, second)
    found = [_of_file(Path(name)) if _is_file(name) else None for name in names]
    if None in found:
        with desk() as opened:
            found = [_of_review(opened, name) if one is None else one for name, one in zip(names, found, strict=True)]
    before, after = (one for one in found if one is not None)
    if not _same_system(before, after):
        raise ReadinessError(
            f"They are of two systems, {one_line(before.system, 60)} and {one_line(after.system, 60)}: what differs between"
            " them is no change. Name two scorecards of one system."
        )
    return difference(before, after)


def _is_file(name: str) -> bool:
    """Whether a file is meant. Raises ReadinessError where only a file could be, and there is none."""
    path = Path(name)
    with suppress(OSError, ValueError):  # a name that no file can have: too long, a NUL in it
        if path.is_file():
            return True
    if path.suffix.lower() in _ENDINGS or os.sep in name:
        raise ReadinessError(
            f"There is no file {one_line(name, 200)}. Name the file of a scorecard, or a review by its release or number."
        )
    return False


def _of_file(path: Path) -> Brief:
    from readiness_tui.reports.scorecard_brief import read_brief
    from readiness_tui.sources.kit.fileio import head

    data = head(path, _LARGEST + 1)
    if len(data) > _LARGEST:
        raise ReadinessError(f"{one_line(str(path))} is larger than any scorecard. Name the exported markdown or JSON.")
    try:
        return read_brief(data.decode("utf-8"), one_line(str(path)))
    except UnicodeDecodeError as error:
        raise ReadinessError(f"{one_line(str(path))} is not UTF-8 text, so it is no scorecard.") from error


def _of_review(desk: Desk, name: str) -> Brief:
    """Of a frozen review as it was frozen, of an open one as it stands."""
    from readiness_tui.services.review.scorecard import current_card

    here = at(desk)
    chosen = choose(all_headings(desk), here.system if here else "", name)
    if chosen is None:
        raise ReadinessError("This file holds no review yet. `readiness new` makes one.")
    return brief(current_card(replace(desk, review_id=chosen.id, cache={}, keys=[])))


def _same_system(before: Brief, after: Brief) -> bool:
    """A title that was too long for its line is cut there."""
    names = [one.system for one in (before, after)]
    short = [name.removesuffix("…") for name in names]
    if names != short:
        cut = min(map(len, short))
        return same_name(short[0][:cut], short[1][:cut])
    return same_name(*names)
