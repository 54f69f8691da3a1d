"""The figure of readings that come one a record, as `summary` makes it of cases with their repeats, in arrays."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from readiness_tui.domain.intervals import ratio, wilson
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.ingredients import LEFT_OUT, MISSING, Absent, Reading
from readiness_tui.domain.metrics.registry import MetricDef, MetricKind
from readiness_tui.domain.metrics.summary import (
    MEASURABLE,
    NotComputable,
    Observed,
    allowed,
    beside,
    best_value,
    figure_of,
    no_success,
    nothing_to_say,
    out_of_range,
    unmeasured,
    worst_value,
)
from readiness_tui.domain.metrics.trace_readers import Ask
from readiness_tui.domain.metrics.trace_readings import LACKING, VALUE, WHY, Readings, settled

NOUN = "trace"

#: The ids of the records whose reading, by its `why` and its value, passes; read anew.
Named = Callable[[Callable[[Any, Any], Any]], Iterator[str]]


@dataclass(frozen=True, slots=True)
class LackingIds(Collection[str]):
    """The ids of the `n` records that lack a metric, looked up when somebody asks for them."""

    n: int
    found: Callable[[], Iterator[str]]

    def __len__(self) -> int:
        return self.n

    def __iter__(self) -> Iterator[str]:
        return self.found() if self.n else iter(())

    def __contains__(self, name: object) -> bool:
        return any(name == own for own in self)


def of_counts(metric: MetricDef, counts: Mapping[Reading | Ask, int], named: Named) -> Observed | NotComputable:
    """The figure of a rate of records that are 1, 0, missing, or not applicable: how many of each, no two in a cluster."""
    k, missing = counts.get(1.0, 0), counts.get(MISSING, 0)
    n = k + counts.get(0.0, 0)
    if nothing := nothing_to_say(n, n + missing, {}, NOUN):
        return nothing
    worst, best = (
        wilson(k + missing * int(end), n + missing) if missing else None
        for end in (worst_value(metric), best_value(metric))
    )
    return _observed(wilson(k, n), n, missing, {}, worst, best, named)


def of_readings(metric: MetricDef, got: Readings, named: Named) -> Observed | NotComputable:
    """The figure of a rate, mean, quantile, sum or ratio."""
    import numpy as np

    why = settled(got.why, got.value, got.usual, got.won if metric.kind is MetricKind.RATIO else None)
    counts = np.bincount(why, minlength=len(WHY)).tolist()
    used, missing = counts[VALUE], counts[LACKING]
    left = _left(why, counts)
    if nothing := nothing_to_say(used, used + missing, left, NOUN):
        return nothing
    held = why == VALUE
    values = _array(got.value[held])
    if wrong := _wrong(metric, values, named):
        return NotComputable(wrong, used + missing, used + missing)
    groups = None if got.session is None else clusters(got.session[held])
    if metric.kind is MetricKind.RATIO:
        won = _array(got.won[held])
        if not any(won):
            return no_success(used, used + missing, NOUN)
        estimate, worst, best = _ratio(values, won, groups, missing)
    else:
        estimate = figure_of(metric, values, groups)
        worst, best = (
            figure_of(metric, values + array("d", [end]) * missing, None) if missing else None
            for end in (worst_value(metric), best_value(metric))
        )
    seen = _observed(estimate, used, missing, left, worst, best, named)
    return replace(seen, amounts=values)


def _ratio(
    tops: array[float], bottoms: array[float], groups: array[int] | None, missing: int
) -> tuple[Estimate, Estimate | None, Estimate | None]:
    estimate = ratio(tops, bottoms, groups)
    if not missing:
        return estimate, None, None
    worst = replace(estimate, value=math.inf, low=None, high=None)
    return estimate, worst, ratio(tops + array("d", [0.0]) * missing, bottoms + array("d", [1.0]) * missing)


def _observed(
    estimate: Estimate,
    used: int,
    missing: int,
    left: Mapping[Absent, int],
    worst: Estimate | None,
    best: Estimate | None,
    named: Named,
) -> Observed:
    total, requests = used + missing, used + missing + sum(left.values())
    return Observed(
        estimate,
        used,
        total,
        beside(used, total, left, requests, NOUN),
        LackingIds(missing, lambda: named(lambda why, value: why == LACKING)) if missing else (),
        coverage=Fraction(used, total),
        worst=worst,
        best=best,
        left_out=tuple(left.items()),
        requests=requests,
    )


def _left(why: Any, counts: list[int]) -> dict[Absent, int]:
    """How many left the figure, by reason, the one first that came first."""
    found = [
        (int((why == at).argmax()), told, counts[at]) for at, told in enumerate(WHY) if told in LEFT_OUT and counts[at]
    ]
    return {told: n for _, told, n in sorted(found) if isinstance(told, Absent)}


def _wrong(metric: MetricDef, values: array[float], named: Named) -> str:
    """What is said of the first value that no figure can rest on; "" if there is none."""
    import numpy as np

    numbers = np.frombuffer(values)
    if (bad := ~(np.abs(numbers) <= MEASURABLE)).any():
        name = next(named(lambda why, value: (why == VALUE) & ~(np.abs(value) <= MEASURABLE)))
        return unmeasured(name, float(numbers[bad.argmax()]))
    if metric.kind is MetricKind.RATIO:
        return ""
    least, most = allowed(metric)
    if (bad := (numbers < least) | (numbers > most)).any():
        name = next(named(lambda why, value: (why == VALUE) & ((value < least) | (value > most))))
        return out_of_range(metric, name, float(numbers[bad.argmax()]))
    return ""


def clusters(sessions: Any) -> array[int] | None:
    """The cluster of each value: its session, else one of its own; None if no two share one."""
    import numpy as np

    order = np.argsort(sessions, kind="stable")
    ordered = sessions[order]
    new = np.empty(len(ordered), dtype=bool)
    new[:1] = True
    new[1:] = (ordered[1:] != ordered[:-1]) | (ordered[1:] == 0)
    if new.all():
        return None
    del ordered
    made = array("q", [0]) * len(order)
    numbers = np.cumsum(new)
    numbers -= 1
    np.frombuffer(made, dtype=np.int64)[order] = numbers
    return made


def _array(numbers: Any) -> array[float]:
    import numpy as np

    made = array("d")
    made.frombytes(np.ascontiguousarray(numbers, dtype=float).data.cast("B"))
    return made
