"""What is kept of each request when it comes in: its shape, its content, what is measured of it, and what it leaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.content import content
from readiness_tui.domain.traces.counted import Counted
from readiness_tui.domain.traces.leaks import LeakHit, leaks_of
from readiness_tui.domain.traces.measured import call_minutes, longest_call_ms, retried
from readiness_tui.domain.traces.shape import shape_of
from readiness_tui.domain.traces.tally import Tallier
from readiness_tui.domain.traces.traffic import not_of_users
from readiness_tui.store import packing
from readiness_tui.store.measured import tallies
from readiness_tui.store.rows import Tx

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class TraceReading:
    """Of some requests, in their order. `rows`: digest of the shape and the other values of `trace_measure`; `counted`:
    by digest, those of `counts` alone."""

    shapes: dict[str, str]
    rows: list[tuple[Any, ...]]
    leaked: list[tuple[int, LeakHit]]
    counted: list[tuple[str, Counted]]

    @classmethod
    def of(cls, traces: Sequence[Trace], counts: Sequence[bool] | None = None) -> TraceReading:
        """`counts`: which of them are tallied; all without it. They are read as they come back from the file, so that
        nothing depends on when they are read. Raises ValueError or TypeError for what cannot be stored."""
        shapes: dict[str, str] = {}
        rows: list[tuple[Any, ...]] = []
        tallier = Tallier()
        stored = [packing.as_stored(trace) for trace in traces]
        for at, trace in enumerate(stored):
            shape = tallier.add(trace) if counts is None or counts[at] else shape_of(trace)
            shapes[shape.digest] = shape.text
            said = not_of_users(trace)
            rows.append(
                (
                    shape.digest,
                    None if said else content(trace),
                    retried(trace.tool_calls),
                    longest_call_ms(trace),
                    _minutes(call_minutes(trace)),
                )
            )
        return cls(shapes, rows, list(leaks_of(stored)), [(shape.digest, one) for shape, one in tallier.take()])

    def put(self, tx: Tx, import_id: int, keys: Sequence[int]) -> None:
        """Store it, with the keys of the requests in their order."""
        ids = tallies.put_shapes(tx, self.shapes)
        tx.bulk(
            "INSERT INTO trace_measure(trace_key, of_import, shape, content, retried, longest_call_ms, call_minutes)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            ((key, import_id, ids[digest], *others) for key, (digest, *others) in zip(keys, self.rows, strict=True)),
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
