"""What is kept of each request when it comes in: its shape, its content, what is measured of it, and what it leaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.columns import CommonTraces
from readiness_tui.domain.traces.content import content, contents
from readiness_tui.domain.traces.counted import Counted
from readiness_tui.domain.traces.leaks import LeakHit, leaks_in, leaks_of
from readiness_tui.domain.traces.measured import call_minutes, longest_call_ms, minute_at, retried
from readiness_tui.domain.traces.shape import shape_of
from readiness_tui.domain.traces.shape_columns import shapes
from readiness_tui.domain.traces.tally import Tallier
from readiness_tui.domain.traces.tally_columns import counted
from readiness_tui.domain.traces.traffic import not_of_users
from readiness_tui.store import packing
from readiness_tui.store.measured import tallies
from readiness_tui.store.rows import Tx

_MEASURED = ("content", "retried", "longest_call_ms", "call_minutes")
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class TraceReading:
    """Of some requests, in their order. `digests`: of their shapes; `columns`: the other values of `trace_measure`, a list
    each, as `_MEASURED` names them; `counted`: by digest, those of `counts` alone."""

    shapes: dict[str, str]
    digests: list[str]
    columns: tuple[list[Any], ...]
    leaked: list[tuple[int, LeakHit]]
    counted: list[tuple[str, Counted]]

    @classmethod
    def of(cls, traces: Sequence[Trace], counts: Sequence[bool] | None = None) -> TraceReading:
        """`counts`: which of them are tallied; all without it. They are read as they come back from the file, so that
        nothing depends on when they are read. Raises ValueError or TypeError for what cannot be stored."""
        tallier = Tallier()
        stored = [packing.as_stored(trace) for trace in traces]
        found = [
            tallier.add(trace) if counts is None or counts[at] else shape_of(trace) for at, trace in enumerate(stored)
        ]
        return cls(
            {shape.digest: shape.text for shape in found},
            [shape.digest for shape in found],
            (
                [None if not_of_users(trace) else content(trace) for trace in stored],
                [retried(trace.tool_calls) for trace in stored],
                [longest_call_ms(trace) for trace in stored],
                [_minutes(call_minutes(trace)) for trace in stored],
            ),
            list(leaks_of(stored)),
            [(shape.digest, one) for shape, one in tallier.take()],
        )

    @classmethod
    def of_columns(cls, of: CommonTraces) -> TraceReading:
        """The same of requests of the common kind, which are all tallied."""
        found = shapes(of)
        unlogged, none = retried(None), retried(())
        return cls(
            {shape.digest: shape.text for shape in found},
            [shape.digest for shape in found],
            (
                list[Any](contents(of)),
                [retried(calls) if calls else unlogged if calls is None else none for calls in of.tool_calls],
                [None] * len(of),
                [None if at is None else minute_at(at) for at in of.at],
            ),
            list(leaks_in(of)),
            [(shape.digest, one) for shape, one in counted(of, found)],
        )

    def put(self, tx: Tx, import_id: int, keys: Sequence[int]) -> None:
        """Store it, with the keys of the requests in their order."""
        ids = tallies.put_shapes(tx, self.shapes)
        there = [
            (name, values)
            for name, values in zip(_MEASURED, self.columns, strict=True)
            if values.count(None) < len(values)
        ]  # SQLite's module binds a None ten times slower than a text
        tx.bulk(
            f"INSERT INTO trace_measure(trace_key, of_import, shape{''.join(f', {name}' for name, _ in there)})"
            f" VALUES (?, {import_id:d}, ?{', ?' * len(there)})",
            zip(keys, map(ids.__getitem__, self.digests), *(values for _, values in there), strict=True),
        )
        if self.leaked:
            tx.bulk(
                "INSERT INTO trace_leak(trace_key, hit, pattern, place, excerpt, personal) VALUES (?, ?, ?, ?, ?, ?)",
                ((keys[at], hit.id, hit.pattern, hit.place, hit.excerpt, int(hit.personal)) for at, hit in self.leaked),
            )
        tallies.add(tx, import_id, ((ids[digest], one) for digest, one in self.counted))


def _minutes(minutes: tuple[int, ...]) -> int | str | None:
    if len(minutes) == 1:
        return minutes[0]
    return _encode(minutes).decode() if minutes else None
