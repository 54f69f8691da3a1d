"""The trends over all incidents, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from textual.content import Content

from readiness_tui.domain.incidents.trends import Recurring, Spread, Trends
from readiness_tui.domain.text.format import duration, full_day, plural
from readiness_tui.tui import glyphs
from readiness_tui.tui.text import join, line, one_line

_SHOWN = 12  # rows of one block


def trends(found: Trends) -> Content:
    """How long they took, what recurs, what is late."""
    return Content("\n").join(list(_rows(found)))


def _rows(found: Trends) -> Iterator[Content]:
    yield Content(f"{plural(found.incidents, 'incident')}, {found.open} open")
    yield Content("")
    yield _heading("HOW LONG IT TOOK", "median, and from shortest to longest")
    for name, spread in found.spans.items():
        yield _spread(name, spread)
    yield Content("")
    yield _heading(
        "FAILURE CLASSES", f"{plural(found.unclassified, 'incident')} without one" if found.unclassified else ""
    )
    yield from _recurring(found.classes, "no incident has a class yet · c names it")
    yield Content("")
    yield _heading("CONTROLS THAT FAILED", "")
    yield from _recurring(found.items, "none is named")
    yield Content("")
    yield _heading("FACTORS THAT RECUR", "")
    yield from _recurring(found.factors, "no two incidents name the same one")
    yield Content("")
    yield _heading("OVERDUE ACTIONS", "")
    if not found.overdue:
        yield _muted("  none")
    for late in found.overdue[:_SHOWN]:
        who = one_line(late.action.owner) or "no owner"
        mark = Content.styled(f"  {glyphs.FAIL.glyph} overdue ", glyphs.FAIL.style)
        said = f"{late.incident.name} {late.action.text}"
        yield join(mark, line(said, limit=200), _muted(f" ({who} · was due {full_day(late.action.due)})"))
    yield from _more(found.overdue)


def _spread(name: str, spread: Spread) -> Content:
    lead = f"  {name:<15}"
    if spread.median is None:
        return join(lead, _muted("no incident has both times"))
    known = f"n = {spread.n}"
    lacking = [
        f"{spread.unknown} unknown" if spread.unknown else "",
        f"{spread.disordered} out of order" if spread.disordered else "",
    ]
    aside = ", ".join(filter(None, [known, *lacking]))
    span = f"{duration(spread.low)} to {duration(spread.high)}" if spread.n > 1 else "one alone"
    return join(lead, Content.styled(f"{duration(spread.median):<12}", "bold"), f"{span}  ", _muted(f"({aside})"))


def _recurring(rows: Sequence[Recurring[Any]], nothing: str) -> Iterator[Content]:
    if not rows:
        yield _muted(f"  {nothing}")
    for row in rows[:_SHOWN]:
        count = len(row.incidents)
        named = ", ".join(row.incidents[:6]) + (" …" if count > 6 else "")
        yield join(f"  {count:>3} × ", line(str(row.what), limit=120), _muted(f"  {named}"))
    yield from _more(rows)


def _more(rows: Sequence[object]) -> Iterator[Content]:
    if len(rows) > _SHOWN:
        yield _muted(f"  and {len(rows) - _SHOWN} more · `readiness incident trends` lists all")


def _heading(title: str, aside: str) -> Content:
    return join(Content.styled(title, "bold"), _muted(f"  {aside}" if aside else ""))


def _muted(text: str) -> Content:
    return Content.styled(text, "$foreground-muted")
