"""Turns readings into one figure: averages repeats, picks the interval, and bounds the effect of missing cases."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from readiness_tui.domain.intervals import (
    mean_clustered,
    mean_t,
    quantile,
    rate_clustered,
    ratio,
    wilson,
    with_sure_bounds,
)
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.ingredients import LEFT_OUT, NOT_APPLICABLE, Absent, Reading
from readiness_tui.domain.metrics.registry import MetricDef, MetricKind
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line

_RANGE_SLACK = 1e-6  # tools write 1.0000000001 for 1
_MEASURABLE = 1e100  # beyond this, sums and squares overflow a float
_NAMED = 5  # ids named in a sentence


@dataclass(frozen=True, slots=True)
class SharedSources:
    """`cases` that share `sources` (documents, sessions, expected sources) although no cluster is named, and the estimate
    that counts each source as one cluster. `clusters`: by case key, those that are named among them."""

    estimate: Estimate
    cases: int
    sources: int
    clusters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observed:
    """A metric's figure and the data behind it.

    `used` of `total` cases (or traces) have it; both None for a run's aggregate without n. `coverage` is the exact
    share: a case with one of three repeats missing counts two thirds. `worst` is the estimate with every missing
    reading at its worst (infinite if the metric is unbounded), `best` with each at its best; both None if nothing is
    missing. `per_case` holds each case's mean over its repeats (for a ratio: its numerator, with `denominators`
    beside it), and `readings` every single repeat's value (not for a ratio). `clusters`: cluster by case, where cases
    name one. `implied`: the figure counted by what cases share without naming it (`shared_source`); None: nothing.
    `aggregate`: the run gave only the figure, no cases. `left_out`: how many of the `requests` (cases with their
    repeats, or traces) left it, by reason.
    """

    estimate: Estimate
    used: int | None
    total: int | None
    note: str = ""
    missing_ids: tuple[str, ...] = ()
    per_case: dict[str, float] = field(default_factory=dict)
    coverage: Fraction | None = None
    worst: Estimate | None = None
    best: Estimate | None = None
    aggregate: bool = False
    readings: Mapping[str, Sequence[float]] = field(default_factory=dict)
    denominators: dict[str, float] = field(default_factory=dict)
    clusters: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[tuple[Absent, int], ...] = ()
    requests: int = 0
    implied: SharedSources | None = None


@dataclass(frozen=True, slots=True)
class NotComputable:
    """Why there is no figure, as a sentence; `used` of `total` if cases were looked at."""

    reason: str
    used: int | None = None
    total: int | None = None


Sample = tuple[str, Reading]  # the case's key, and one repeat's reading
PairSample = tuple[str, tuple[float, float] | Absent]  # for a ratio: numerator and denominator


def first_few(ids: Iterable[str]) -> str:
    """The first few ids for a sentence, and how many more."""
    names = list(ids)
    shown = ", ".join(one_line(name, 40) for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"


def summarise(
    metric: MetricDef,
    samples: Iterable[Sample],
    *,
    clusters: Mapping[str, str] | None = None,
    noun: str = "case",
) -> Observed | NotComputable:
    """The figure of a rate, mean, quantile or sum. `clusters`: by case; a case without one counts on its own."""
    carried: dict[str, list[float]] = {}
    missing: dict[str, int] = {}
    left: dict[Absent, int] = {}
    for key, reading in samples:
        if reading is NOT_APPLICABLE or reading in LEFT_OUT:
            if isinstance(reading, Absent) and reading in LEFT_OUT:
                left[reading] = left.get(reading, 0) + 1
            continue
        values = carried.setdefault(key, [])
        if isinstance(reading, Absent):
            missing[key] = missing.get(key, 0) + 1
        else:
            values.append(reading)
    nothing = _nothing(carried, left, noun)
    if nothing:
        return nothing
    out = _immeasurable(carried) or _out_of_range(metric, carried)
    if out:
        return out
    estimate = _estimate(metric, carried, clusters)
    worst, best = (_filled(metric, carried, missing, end) for end in (worst_value(metric), best_value(metric)))
    return replace(
        _observed(estimate, carried, missing, left, _requests(carried, missing, left), worst, best, noun, clusters),
        readings=carried,
    )


def _filled(
    metric: MetricDef, carried: Mapping[str, list[float]], missing: Mapping[str, int], end: float
) -> Estimate | None:
    """The estimate with every missing reading set to `end`; None if nothing is missing."""
    if not missing:
        return None
    filled = {key: [*values, *[end] * missing.get(key, 0)] for key, values in carried.items()}
    return _estimate(metric, filled, None)


def summarise_ratio(
    samples: Iterable[PairSample], *, clusters: Mapping[str, str] | None = None, noun: str = "case"
) -> Observed | NotComputable:
    """Σ numerators / Σ denominators, repeats averaged first. Not computable where the denominators sum to 0."""
    carried: dict[str, list[tuple[float, float]]] = {}
    missing: dict[str, int] = {}
    left: dict[Absent, int] = {}
    for key, pair in samples:
        if isinstance(pair, Absent) and (pair is NOT_APPLICABLE or pair in LEFT_OUT):
            if pair in LEFT_OUT:
                left[pair] = left.get(pair, 0) + 1
            continue
        pairs = carried.setdefault(key, [])
        if isinstance(pair, Absent):
            missing[key] = missing.get(key, 0) + 1
        else:
            pairs.append(pair)
    nothing = _nothing(carried, left, noun)
    if nothing:
        return nothing
    huge = _immeasurable({key: [x for pair in pairs for x in pair] for key, pairs in carried.items()})
    if huge:
        return huge
    tops = {key: _mean([a for a, _ in pairs]) for key, pairs in carried.items() if pairs}
    bottoms = {key: _mean([b for _, b in pairs]) for key, pairs in carried.items() if pairs}
    if math.fsum(bottoms.values()) == 0:
        return NotComputable(f"there is no success among the {len(tops)} {noun}s", len(tops), len(carried))
    estimate = ratio(list(tops.values()), list(bottoms.values()), grouped(list(tops), clusters))
    worst = best = None
    if missing:
        worst = replace(estimate, value=math.inf, low=None, high=None)
        free = [(*pairs, *[(0.0, 1.0)] * missing.get(key, 0)) for key, pairs in carried.items()]
        best = ratio([_mean([a for a, _ in pairs]) for pairs in free], [_mean([b for _, b in pairs]) for pairs in free])
    kept = {key: [tops[key]] if key in tops else [] for key in carried}
    return replace(
        _observed(estimate, kept, missing, left, _requests(carried, missing, left), worst, best, noun, clusters),
        denominators=bottoms,
    )


def grouped(keys: Sequence[str], clusters: Mapping[str, str] | None) -> list[Hashable] | None:
    """The cluster of each value, by its case's key; None if no two values share one."""
    if clusters:
        found: list[Hashable] = [("cluster", clusters[key]) if key in clusters else key for key in keys]
    else:
        found = list(keys)
    return found if len(set(found)) < len(found) else None


def worst_value(metric: MetricDef) -> float:
    """The worst that a missing reading could have been."""
    low, high = metric.range
    if metric.direction is Direction.LOWER:
        return math.inf if high is None else high
    return -math.inf if low is None else low


def best_value(metric: MetricDef) -> float:
    """The best that a missing reading could have been."""
    low, high = metric.range
    if metric.direction is Direction.LOWER:
        return -math.inf if low is None else low
    return math.inf if high is None else high


def _nothing(carried: Mapping[str, Sequence[object]], left: Mapping[Absent, int], noun: str) -> NotComputable | None:
    if not carried and left:
        return NotComputable(f"no {noun} is left: {left_out_text(tuple(left.items()), sum(left.values()), noun)}", 0, 0)
    if not carried:
        return NotComputable(f"it applies to no {noun}", 0, 0)
    if not any(carried.values()):
        return NotComputable(f"none of the {len(carried)} {noun}s to which it applies carries it", 0, len(carried))
    return None


def _immeasurable(carried: Mapping[str, list[float]]) -> NotComputable | None:
    for key, values in carried.items():
        for value in values:
            if not abs(value) <= _MEASURABLE:
                reason = f"{one_line(key, 40)} carries {value:g}, which is no measurement"
                return NotComputable(reason, len(carried), len(carried))
    return None


def _out_of_range(metric: MetricDef, carried: Mapping[str, list[float]]) -> NotComputable | None:
    low, high = metric.range
    for key, values in carried.items():
        for value in values:
            if (low is not None and value < low - _RANGE_SLACK) or (high is not None and value > high + _RANGE_SLACK):
                limits = f"{low if low is not None else '−∞'} to {high if high is not None else '∞'}"
                percent = " (a percentage? it is not rescaled in silence)" if high == 1 and 1 < value <= 100 else ""
                return NotComputable(
                    f"{one_line(key, 40)} carries {value:g}, outside {limits}{percent}", len(carried), len(carried)
                )
    return None


def _estimate(metric: MetricDef, carried: Mapping[str, list[float]], clusters: Mapping[str, str] | None) -> Estimate:
    if metric.kind is MetricKind.QUANTILE:
        pairs = [(key, value) for key, values in carried.items() for value in values]
        groups = grouped([key for key, _ in pairs], clusters)
        return quantile([value for _, value in pairs], metric.q, groups)
    if metric.kind is MetricKind.SUM:
        every = [value for values in carried.values() for value in values]
        return Estimate(_total(every), len(every), method="sum", note="a sum has no bound")
    means = {key: _mean(values) for key, values in carried.items() if values}
    figures = list(means.values())
    if not all(map(math.isfinite, figures)):
        return Estimate(_total(figures), len(figures))  # only a worst case can be infinite
    binary = set(figures) <= {0.0, 1.0}
    k = int(sum(figures)) if binary else None
    groups = grouped(list(means), clusters)
    # Scores of a mean that all happen to be 1 (or 0) need not be 0/1 verdicts: a mean of equal values has no bound.
    if k is not None and (metric.kind is MetricKind.RATE or 0 < k < len(figures)):
        return wilson(k, len(figures)) if groups is None else rate_clustered(figures, groups)
    made = replace(mean_t(figures) if groups is None else mean_clustered(figures, groups), k=k)
    low, high = metric.range
    return made if low is None or high is None else with_sure_bounds(made, figures, low, high, groups)


def estimate_again(metric: MetricDef, seen: Observed, clusters: Mapping[str, str]) -> Estimate:
    """The estimate of what was observed, were its cases in these clusters."""
    if metric.kind is MetricKind.RATIO:
        keys = list(seen.per_case)
        return ratio(
            [seen.per_case[key] for key in keys], [seen.denominators[key] for key in keys], grouped(keys, clusters)
        )
    return _estimate(metric, {key: list(values) for key, values in seen.readings.items()}, clusters)


def _mean(values: list[float]) -> float:
    return values[0] if len(values) == 1 else _total(values) / len(values)


def _total(values: list[float]) -> float:
    return math.fsum(values) if all(map(math.isfinite, values)) else sum(values)


def _observed(
    estimate: Estimate,
    carried: Mapping[str, list[float]],
    missing: Mapping[str, int],
    left: Mapping[Absent, int],
    requests: int,
    worst: Estimate | None,
    best: Estimate | None,
    noun: str,
    clusters: Mapping[str, str] | None,
) -> Observed:
    used = sum(1 for values in carried.values() if values)
    shares = (Fraction(len(values), len(values) + missing[key]) for key, values in carried.items() if key in missing)
    coverage = (sum(shares, Fraction(0)) + len(carried) - len(missing)) / len(carried)
    if used < len(carried):
        note = f"{used} of {len(carried)} {noun}s carry it"
    else:
        note = f"{len(missing)} of {len(carried)} {noun}s lack it in some repeats" if missing else ""
    if left:
        note = "; ".join(filter(None, (note, left_out_text(tuple(left.items()), requests, noun))))
    return Observed(
        estimate,
        used,
        len(carried),
        note,
        tuple(missing),
        {key: _mean(values) for key, values in carried.items() if values},
        coverage,
        worst,
        best,
        clusters=clusters or {},
        left_out=tuple(left.items()),
        requests=requests,
    )


def _requests(carried: Mapping[str, Sequence[object]], *others: Mapping[Any, int]) -> int:
    return sum(map(len, carried.values())) + sum(sum(other.values()) for other in others)


def left_out_text(left_out: Sequence[tuple[Absent, int]], requests: int, noun: str = "case") -> str:
    """ "32 of 100 left out: cached", "3 of 100 cases left out: cached 2, cold 1"."""
    total = sum(count for _, count in left_out)
    only = left_out[0][0].value if len(left_out) == 1 else ", ".join(f"{why.value} {n:,}" for why, n in left_out)
    return f"{total:,} of {plural(requests, noun)} left out: {only}"
