"""What is measured of a record once, when it is read: whether a call was a retry, the longest call, when models were
called. Columns of `Recorded`, by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from readiness_tui.domain.runs.model import SpanKind, ToolCall, Trace

#: Steps that call something outside, which can be slow, fail and be tried again.
OUTBOUND = frozenset({SpanKind.MODEL, SpanKind.TOOL, SpanKind.RETRIEVAL, SpanKind.EMBEDDING})


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = _EPOCH.toordinal()
_MICROSECOND = timedelta(microseconds=1)
_MICROSECONDS_OF_DAY = 24 * 60 * 60 * 10**6


class Absent(StrEnum):
    """Why a record gives no value."""

    MISSING = "missing"
    NOT_APPLICABLE = "not applicable"
    CACHED = "cached"
    COLD = "cold"
    SAID = "said to be not applicable"  # by the run, where no golden set tells whether it is so


def utc(moment: datetime) -> datetime:
    """The moment in UTC; one without a zone is UTC already."""
    zone = moment.tzinfo
    return moment if zone is UTC else moment.replace(tzinfo=UTC) if zone is None else moment.astimezone(UTC)


def at_of(moment: datetime | None) -> int | None:
    """In whole microseconds since 1970 UTC."""
    return None if moment is None else (utc(moment) - _EPOCH) // _MICROSECOND


def moment_at(at: int) -> datetime:
    """The time so many microseconds after 1970 began."""
    return _EPOCH + at * _MICROSECOND


def day_at(at: int | None) -> date | None:
    """The UTC day of a time in microseconds since 1970."""
    return None if at is None else date.fromordinal(_FIRST_DAY + at // _MICROSECONDS_OF_DAY)


def day_of(trace: Trace) -> date | None:
    """The UTC day on which it began."""
    return None if trace.started_at is None else utc(trace.started_at).date()


def minute_at(at: int) -> int:
    """The UTC minute since 1970 of such a time, as `call_minutes` tells it."""
    return int(at / 10**6) // 60


def retried(calls: tuple[ToolCall, ...] | None) -> float | Absent:
    """1 if any call was a retry. If arguments were not logged, only the attempt number tells."""
    if calls is None:
        return Absent.MISSING
    if not calls:
        return Absent.NOT_APPLICABLE
    if any((call.attempt or 1) > 1 for call in calls):
        return 1.0
    if len(calls) == 1:
        return 0.0
    logged = [(call.name, _canonical(call.arguments)) for call in calls if call.arguments is not None]
    return float(len(set(logged)) < len(logged))


def _canonical(arguments: str) -> str:
    """One spelling for equal JSON arguments."""
    try:
        return json.dumps(json.loads(arguments), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments


def longest_call_ms(trace: Trace) -> float | None:
    """Of the calls to something outside whose time is known; None without one."""
    return max(
        (span.duration_ms for span in trace.spans or () if span.kind in OUTBOUND and span.duration_ms is not None),
        default=None,
    )


def call_minutes(trace: Trace) -> tuple[int, ...]:
    """The UTC minutes since 1970 in which it called a model, one a call; where it shows no model call, that in which it
    began. Calls without a time are not in it."""
    models = [span.started_at for span in trace.spans or () if span.kind is SpanKind.MODEL] or [trace.started_at]
    return tuple(int(utc(at).timestamp()) // 60 for at in models if at is not None)


#: Columns that are no fields of the record.
MEASURED: dict[str, Callable[[Trace], Any]] = {
    "retried": lambda trace: retried(trace.tool_calls),
    "longest_call_ms": longest_call_ms,
    "call_minutes": call_minutes,
}
