"""The tree that the spans of one trace make: its order, its head, its time, and sums over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from readiness_tui.domain.runs.model import SpanKind
from readiness_tui.sources.kit.measures import moved
from readiness_tui.sources.tracing.raw_span import RawSpan

OWN_CALLS = (
    SpanKind.TOOL,
    SpanKind.AGENT,
)  # Google ADK runs the tools and agents that a model asked for inside its call


class Tree:
    """The spans ordered by start, with their parents and children."""

    def __init__(self, by_id: Mapping[str, RawSpan]) -> None:
        self.by_id = by_id
        self.ordered = sorted(by_id.values(), key=begin)
        self.below: dict[str, list[RawSpan]] = {}
        self.tops: list[RawSpan] = []
        for span in self.ordered:
            if span.parent is None or span.parent not in by_id or span.parent == span.id:
                self.tops.append(span)
            else:
                self.below.setdefault(span.parent, []).append(span)
        self.roots = [span for span in self.tops if span.parent is None]
        self.head = self._head()
        self.walked = self._walk()
        # Whether each step leads up to one without a parent.
        self._one_piece = len(self.roots) == len(self.tops) == [above for _, above in self.walked].count(None)
        self._of: dict[SpanKind, list[RawSpan]] = {}
        for span in self.ordered:
            self._of.setdefault(span.kind, []).append(span)

    def _walk(self) -> list[tuple[RawSpan, RawSpan | None]]:
        """Each span once with its parent, parents first. A cycle of parents gets a top, too."""
        walked: list[tuple[RawSpan, RawSpan | None]] = []
        seen: set[str] = set()
        for start in (*self.tops, *self.ordered):
            if len(walked) == len(self.ordered):
                break
            waiting: list[tuple[RawSpan, RawSpan | None]] = [(start, None)]
            while waiting:
                span, above = waiting.pop()
                if span.id not in seen:
                    seen.add(span.id)
                    walked.append((span, above))
                    if below := self.below.get(span.id):
                        waiting += [(child, span) for child in reversed(below)]
        return walked

    def _head(self) -> RawSpan | None:
        if len(self.roots) > 1:
            return max(self.roots, key=lambda span: span.duration_ms or 0.0)
        return self.roots[0] if self.roots else self.tops[0] if len(self.tops) == 1 else None

    @property
    def whole(self) -> bool:
        """Whether there is a root, no parent is missing, and at least one step has a known kind."""
        return len(self.tops) == len(self.roots) > 0 and self._of.keys() != {SpanKind.OTHER}

    @property
    def cut_off(self) -> list[RawSpan]:
        """The spans that hang under one that is missing, where there is a root that they must be inside of."""
        return [span for span in self.tops if span.parent is not None] if self.roots else []

    @property
    def started_at(self) -> datetime | None:
        return next((span.started_at for span in self.ordered if span.started_at is not None), None)

    @property
    def latency_ms(self) -> float | None:
        if len(self.roots) < 2:
            return self.head.duration_ms if self.head else None
        ends = [_end(span) for span in self.roots]
        known = [end for end in ends if end is not None]
        started = self.roots[0].started_at
        if started is None or len(known) < len(ends) or self.idle_ms > self._busy_ms:
            return None
        return (max(known) - started) / timedelta(milliseconds=1)

    @property
    def idle_ms(self) -> float:
        """The time between its roots in which none of them ran. Where that is longer than they ran, they may be several
        requests under one id, and how long one took is not known."""
        idle, until = timedelta(), None
        for root in self.roots:  # by their start
            end = _end(root)
            if root.started_at is not None and until is not None and root.started_at > until:
                idle += root.started_at - until
            until = end if until is None or (end is not None and end > until) else until
        return idle / timedelta(milliseconds=1)

    @property
    def _busy_ms(self) -> float:
        return sum(root.duration_ms or 0.0 for root in self.roots)

    def of(self, kind: SpanKind) -> list[RawSpan]:
        return self._of.get(kind, [])

    def total(self, read: Callable[[RawSpan], float | None]) -> float | None:
        """The sum over the tree, given that enclosing spans repeat the totals below them; see `span_tree`."""
        figures = [read(span) for span in self.ordered]
        if figures.count(None) == len(figures):
            return None
        if (alone := self._of_innermost(figures)) is not None:
            return alone
        covered: set[str] = set()  # by a figure of their own or of an enclosing span
        by_model: set[str] = set()  # by a model call's alone, which says nothing of tools and agents inside of it
        sums: dict[str, float] = {}
        for span, above in self.walked:
            # A 0 on an enclosing span says nothing of the calls below it: wrappers write it where they count nothing.
            own = read(span)
            says = bool(own) or (own == 0 and span.id not in self.below)
            if (says and span.kind is not SpanKind.MODEL) or (above is not None and above.id in covered):
                covered.add(span.id)
            passed = above is not None and above.id in by_model and span.kind not in OWN_CALLS
            if (says and span.kind is SpanKind.MODEL) or passed:
                by_model.add(span.id)
        shown = covered | by_model
        apart: dict[str, float] = {}  # of sums, what tools and agents below used: no part of the model call above them
        for span, _ in reversed(self.walked):
            below = [child for child in self.below.get(span.id, ()) if child.id in sums]
            used = sum(sums[child.id] for child in below)
            other = sum(sums[c.id] if c.kind in OWN_CALLS else apart.get(c.id, 0.0) for c in below)
            own = read(span)
            if own is not None or below:
                inside = span.kind is SpanKind.MODEL
                sums[span.id] = max(own or 0.0, used - other) + other if inside else max(own or 0.0, used)
                apart[span.id] = other
            elif span.kind is SpanKind.MODEL and span.ok is not False and span.id not in shown:
                return None
        return self._of_tops(sums, read)

    def _of_innermost(self, figures: Sequence[float | None]) -> float | None:
        """The sum where that is all there is to it, as in most trees: whole numbers, or one figure, each on a step with
        none inside of it, and no model call lacks its own. `figures`: of the steps in their order."""
        if not self._one_piece:
            return None
        known = []
        for span, figure in zip(self.ordered, figures, strict=True):
            if figure is not None:
                known.append(figure)
                if span.id in self.below:
                    return None
            elif span.kind is SpanKind.MODEL and span.ok is not False:
                return None
        return sum(known) if len(known) == 1 or (known and all(type(figure) is int for figure in known)) else None

    def _of_tops(self, sums: Mapping[str, float], read: Callable[[RawSpan], float | None]) -> float | None:
        """The sum over the spans that hang under none. What hangs under a missing span is inside of the root: the root's
        own figure covers it, and without one the missing span may have held more that is missing."""
        tops = [span for span, above in self.walked if above is None]
        cut_off = [span for span in tops if span.parent is not None]  # with those in a cycle of parents
        if self.roots and cut_off:
            if self.stated(read) is None:
                return None
            root = self.roots[0]
            return max(sums[root.id], sum(sums.get(s.id, 0.0) for s in (*self.below.get(root.id, ()), *cut_off)))
        found = [sums[span.id] for span in tops if span.id in sums]
        return sum(found) if found else None

    def stated(self, read: Callable[[RawSpan], float | None]) -> float | None:
        """What the only root says of the whole request; None if it says nothing, or speaks of its own model call."""
        alone = len(self.roots) == 1 and self.roots[0].kind is not SpanKind.MODEL
        return read(self.roots[0]) or None if alone else None


def begin(span: RawSpan) -> float:
    """Seconds since 1970; a step without a time comes last."""
    return span.started_at.timestamp() if span.started_at is not None else float("inf")


def _end(span: RawSpan) -> datetime | None:
    if span.started_at is None or span.duration_ms is None:
        return None
    return moved(span.started_at, span.duration_ms)
