"""How a metric reads a recorded request: what its shape says, and the amounts that were measured of it, a column each.

One definition of each reading: `of_shape` looks at a request's shape (or the whole record, which shows the same), and
where it asks for an amount, `amounts` finds it among the columns.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from readiness_tui.domain.metrics.ingredients import MISSING, Absent, Reading
from readiness_tui.domain.metrics.registry import MetricDef
from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.domain.traces.measured import retried


class Ask(Enum):
    """What only the record's amount tells."""

    AMOUNT = "amount"  # MISSING without one, or where it is no finite number
    IF_LARGE = "if large"  # called cached: it counts if it is larger than the median of those asked for `AMOUNT`


@dataclass(frozen=True, slots=True)
class TraceReader:
    """`of_shape`: the reading, or what to ask the record for. `names`: the columns that `amounts` takes, each of many
    records. `won`: of a metric per success, what the shape says of that."""

    of_shape: Callable[[Trace], Reading | Ask]
    names: tuple[str, ...] = ()
    amounts: Callable[..., Iterable[float | None]] = zip
    won: Callable[[Trace], Reading] | None = None


def trace_success(trace: Trace) -> Reading:
    """1 for a success; an abstention is not one."""
    return MISSING if trace.outcome is None else float(trace.outcome is Outcome.SUCCESS)


def trace_errored(trace: Trace) -> Reading:
    if trace.outcome is None:
        return 1.0 if trace.error else MISSING
    return float(trace.outcome is Outcome.ERROR)


def _retried(trace: Trace) -> Reading | Ask:
    """A shape shows which calls of a tool had the same arguments to the letter; whether others say the same in other
    words, the record itself was asked."""
    if _failed(trace):
        return MISSING
    found = retried(trace.tool_calls)
    logged = [call.name for call in trace.tool_calls or () if call.arguments is not None]
    return Ask.AMOUNT if found == 0.0 and len(set(logged)) < len(logged) else found


def _told(column: Sequence[Reading]) -> Iterable[float | None]:
    return [found if isinstance(found, float) else None for found in column]


def _failed(trace: Trace) -> bool:
    return trace_errored(trace) == 1.0


def asked_of(shape: Trace) -> Hashable:
    """All that readers and windows ask of a shape, but for the names of its scores: shapes of which this is the same
    answer alike, however many there are."""
    session = bool(shape.session)
    return shape.outcome, bool(shape.error), shape.cached, shape.cold, session, _retried(shape)


def _cost(trace: Trace) -> Reading | Ask:
    """What the request cost, even if it failed: that money is spent too."""
    return Ask.IF_LARGE if trace.cached else Absent.COLD if trace.cold else Ask.AMOUNT


def _latency(trace: Trace) -> Reading | Ask:
    """In milliseconds; a system error's time is not that of an answer."""
    asked = _cost(trace)
    if not _failed(trace):
        return asked
    return MISSING if asked is Ask.AMOUNT else Absent.CACHED if asked is Ask.IF_LARGE else asked


def _tokens(trace: Trace) -> Reading | Ask:
    return MISSING if _failed(trace) else Ask.AMOUNT


def _as_it_is(column: Sequence[float | None]) -> Sequence[float | None]:
    return column


def _added(tokens_in: Sequence[int | None], tokens_out: Sequence[int | None]) -> Iterable[float | None]:
    return [None if a is None or b is None else float(a + b) for a, b in zip(tokens_in, tokens_out, strict=True)]


_OF_LATENCY = TraceReader(_latency, ("latency_ms",), _as_it_is)
_OF_COST = TraceReader(_cost, ("cost",), _as_it_is, trace_success)

#: By metric; those of one reader are read once.
TRACE_READERS: dict[str, TraceReader] = {
    "task_success_rate": TraceReader(trace_success),
    "retry_rate": TraceReader(_retried, ("retried",), _told),
    "error_rate": TraceReader(trace_errored),
    "tokens_per_request": TraceReader(_tokens, ("tokens_in", "tokens_out"), _added),
    "latency_p50_ms": _OF_LATENCY,
    "latency_p95_ms": _OF_LATENCY,
    "latency_p99_ms": _OF_LATENCY,
    "total_cost": _OF_COST,
    "cost_per_success": _OF_COST,
}


def score_reader(metric: MetricDef, name: str) -> TraceReader:
    """The score of this name as the metric's reading. A system error has no scores, but it tells what it is itself."""
    failing: Reading = {"task_success_rate": 0.0, "error_rate": 1.0}.get(metric.key, MISSING)

    def of_shape(trace: Trace) -> Reading | Ask:
        return failing if _failed(trace) else Ask.AMOUNT

    def amounts(column: Sequence[dict[str, Any]]) -> Iterable[float | None]:
        return [scores.get(name) for scores in column]

    return TraceReader(of_shape, ("scores",), amounts)
