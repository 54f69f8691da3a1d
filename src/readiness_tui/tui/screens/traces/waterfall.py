"""The steps of a request as a waterfall: each under its parent, its bar where it began and as long as it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from textual.content import Content

from readiness_tui.domain.runs.model import Span
from readiness_tui.domain.text.format import number, plural
from readiness_tui.tui.text import fit, join, line, one_line

STEPS = 60  # drawn
ERROR = 200  # characters
_MUTED = "$foreground-muted"
_BAD = "bold $text-error"


@dataclass(frozen=True, slots=True)
class DrawnStep:
    span: Span
    depth: int
    orphan: bool  # its parent is not recorded


@dataclass(frozen=True, slots=True)
class TimeScale:
    """The time that the drawing spans, in milliseconds from `start`."""

    start: datetime
    length: float


def waterfall(spans: Sequence[Span] | None, width: int) -> list[Content]:
    """A line a step, and what is left out or not recorded in words."""
    if not spans:
        return []
    ordered = tree(spans)
    scale = time_scale(spans)
    names = max(min(width // 2, 44), 20)
    room = width - names - 13
    head = f"Steps: {len(spans):,}"
    if scale is None:
        head += ", none of them says when it began: no bars"
    else:
        timeless = sum(span.started_at is None for span in spans)
        head += f" over {number(scale.length, 'ms', up=True)} ms"
        head += f"; of {timeless:,} the start is not recorded" if timeless else ""
    said = [Content.styled(head, "bold")]
    for step in ordered[:STEPS]:
        said += _lines(step, names, room if room >= 8 else 0, scale)
    left = len(spans) - min(len(ordered), STEPS)
    circle = len(spans) - len(ordered)
    if left:
        why = f", {circle:,} of them under each other in a circle" if circle else ""
        said.append(Content.styled(f"  … and {plural(left, 'more step')}{why}", _MUTED))
    return said


def tree(spans: Sequence[Span]) -> list[DrawnStep]:
    """The steps in the order of their parents, then of their start; those that hang in a circle are left out."""
    ids = {span.id for span in spans}
    children: dict[str | None, list[Span]] = {}
    for span in spans:
        own = span.parent is not None and span.parent in ids and span.parent != span.id
        children.setdefault(span.parent if own else None, []).append(span)
    for siblings in children.values():
        begun = [span.started_at for span in siblings]
        if all(at is not None for at in begun):
            siblings.sort(key=lambda span: _utc(span.started_at))
    found: list[DrawnStep] = []
    waiting = [(span, 0) for span in reversed(children.pop(None, []))]
    while waiting:
        span, depth = waiting.pop()
        found.append(DrawnStep(span, depth, span.parent is not None and span.parent not in ids))
        # Taken away: of several steps with one id, the first has the children.
        waiting += [(child, depth + 1) for child in reversed(children.pop(span.id, []))]
    return found


def time_scale(spans: Sequence[Span]) -> TimeScale | None:
    """From the first beginning to the last end; None where no step says when it began."""
    begun = [(_utc(span.started_at), span.duration_ms or 0.0) for span in spans if span.started_at is not None]
    if not begun:
        return None
    start = min(at for at, _ in begun)
    return TimeScale(start, max(_since(start, at) + max(took, 0.0) for at, took in begun))


def _utc(at: datetime | None) -> datetime:
    """A time without a zone is read as UTC, as everything stored is; none before all others."""
    if at is None:
        return datetime.min.replace(tzinfo=UTC)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _since(start: datetime, at: datetime) -> float:
    return (_utc(at) - start).total_seconds() * 1000


def _lines(step: DrawnStep, names: int, room: int, scale: TimeScale | None) -> list[Content]:
    span = step.span
    deepest = max((names - 20) // 2, 1)
    inset = "  " * min(step.depth, deepest) + ("" if step.depth <= deepest else "› ")
    mark = Content.styled("✗ error ", _BAD) if span.error is not None else Content("· ")
    width = max(names - len(inset) - len(mark.plain), 8)
    took = "—" if span.duration_ms is None else f"{number(span.duration_ms, 'ms', up=True)} ms"
    name = fit(one_line(f"{span.kind} {span.name}"), width)
    said = [join("  ", inset, mark, Content(name), Content(fit(took, 10, right=True)), " ", bar(span, room, scale))]
    if step.orphan:
        said.append(join("  ", inset, Content.styled("    its parent is not recorded", _MUTED)))
    if span.error:
        said.append(join("  ", inset, "    ", line(span.error, "$text-error", ERROR)))
    return said


def bar(span: Span, room: int, scale: TimeScale | None) -> Content:
    """Where the step lies in the time of the whole request; words where it does not say."""
    if scale is None or not room:
        return Content("")
    if span.started_at is None:
        return Content.styled(fit("start not recorded", room), _MUTED)
    length = scale.length or 1.0
    first = min(int(_since(scale.start, span.started_at) / length * room), room - 1)
    if span.duration_ms is None:
        return Content.styled(" " * min(first, room - 2) + "▏?", _MUTED)
    end = _since(scale.start, span.started_at) + span.duration_ms
    last = max(int(end / length * room), first + 1)
    style = "$text-error" if span.error is not None else "$primary"
    return Content.styled(" " * first + "━" * min(last - first, room - first), style)
