"""Conditions as `conditions` prints them, and a verdict's validity once one is closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from readiness_tui.domain.text.format import due_day, fit, full_day, plural
from readiness_tui.domain.text.plain import plain
from readiness_tui.domain.verdict.closing import Closing
from readiness_tui.domain.verdict.model import Condition, Verdict
from readiness_tui.reports.plain import line, wrapped

SCHEMA = 1


def condition_lines(rows: Sequence[tuple[str, str, Condition, date, Closing | None]]) -> Iterator[str]:
    """A header, then each condition of (system, release, condition, today, closing): when, who, what, and its key."""
    reviews = {(system, release) for system, release, *_ in rows}
    alone = f" of {line(' '.join(next(iter(reviews))))}" if len(reviews) == 1 else ""
    column = "" if alone else f"{'review':<20} "
    yield f"{'due':<12} {'owner':<14} {column}condition{alone}"
    for system, release, condition, today, closing in rows:
        due = due_day(condition.due, today) if condition.due else "no date"
        late = condition.due is not None and condition.due < today and closing is None
        of = "" if alone else f"{fit(line(f'{system} {release}'), 20)} "
        lead = f"{fit(due, 12)} {fit(line(condition.owner) or 'no owner', 14)} {of}"
        state = "closed: " if closing is not None else "overdue: " if late else ""
        yield from wrapped(f"{state}{condition.text} ({condition.key})", lead)


def condition_object(
    system: str, release: str, condition: Condition, overdue: bool, closing: Closing | None
) -> dict[str, Any]:
    """One condition of `conditions --json`."""
    return {
        "system": system,
        "release": release,
        "key": condition.key,
        "text": condition.text,
        "act": condition.act,
        "owner": condition.owner,
        "due": plain(condition.due),
        "overdue": overdue,
        "closed": None if closing is None else plain(closing),
    }


def validity_text(verdict: Verdict, before: date | None, now: date | None, left: int, today: date) -> str:
    """What closing a condition did to the verdict, in a sentence or two."""
    until = full_day(now) if now else "no day"
    moved = f"valid until {until}" + (f" (before: {full_day(before)})" if before != now and before else "")
    lapsed = " That day has passed: the verdict has lapsed." if now is not None and now < today else ""
    open_ = f"{plural(left, 'condition')} still open" if left else "every condition is closed"
    return f"{verdict}, {moved}; {open_}.{lapsed}"
