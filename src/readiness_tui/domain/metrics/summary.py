"""Turns readings into one figure: averages repeats, picks the interval, and bounds the effect of missing cases."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
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
MEASURABLE = 1e100  # beyond this, sums and squares overflow a float
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

    Of traces, each of which has one reading, nothing is held by name: `amounts` are their values, in the order of the
    records (none for a rate of 0/1 that was only counted), and `missing_ids` are looked up when somebody asks for them.
    """

    estimate: Estimate
    used: int | None
    total: int | None
    note: str = ""
    missing_ids: Collection[str] = ()
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
    amounts: Sequence[float] = ()

    @property
    def values(self) -> Sequence[float]:
        """Each case's, or each trace's."""
        return self.amounts or tuple(self.per_case.values())


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
    names = ids if isinstance(ids, Collection) else list(ids)
    shown = ", ".join(one_line(name, 40) for name in islice(names, _NAMED))
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
    nothing = nothing_to_say(sum(map(bool, carried.values())), len(carried), left, noun)
    if nothing:
        return nothing
    for key, values in carried.items():
        if why := next(filter(None, (unmeasured(key, value) for value in values)), ""):
            return NotComputable(why, len(carried), len(carried))
    for key, values in carried.items():
        if why := next(filter(None, (out_of_range(metric, key, value) for value in values)), ""):
            return NotComputable(why, len(carried), len(carried))
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
    nothing = nothing_to_say(sum(map(bool, carried.values())), len(carried), left, noun)
    if nothing:
        return nothing
    for key, pairs in carried.items():
        if why := next(filter(None, (unmeasured(key, value) for pair in pairs for value in pair)), ""):
            return NotComputable(why, len(carried), len(carried))
    tops = {key: _mean([a for a, _ in pairs]) for key, pairs in carried.items() if pairs}
    bottoms = {key: _mean([b for _, b in pairs]) for key, pairs in carried.items() if pairs}
    if math.fsum(bottoms.values()) == 0:
        return no_success(len(tops), len(carried), noun)
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


def nothing_to_say(used: int, total: int, left: Mapping[Absent, int], noun: str) -> NotComputable | None:
    """Why there is no figure where `used` of the `total` to which it applies carry it; None if there may be one."""
    if not total and left:
        return NotComputable(f"no {noun} is left: {left_out_text(tuple(left.items()), sum(left.values()), noun)}", 0, 0)
    if not total:
        return NotComputable(f"it applies to no {noun}", 0, 0)
    if not used:
        return NotComputable(f"none of the {total} {noun}s to which it applies carries it", 0, total)
    return None


def no_success(used: int, total: int, noun: str) -> NotComputable:
    return NotComputable(f"there is no success among the {used} {noun}s", used, total)


def unmeasured(key: str, value: float) -> str:
    """Why no figure rests on this value, whatever the metric; "" if one may."""
    return "" if abs(value) <= MEASURABLE else f"{one_line(key, 40)} carries {value:g}, which is no measurement"


def allowed(metric: MetricDef) -> tuple[float, float]:
    """The smallest and the largest value that counts as within the metric's range."""
    low, high = metric.range
    return -math.inf if low is None else low - _RANGE_SLACK, math.inf if high is None else high + _RANGE_SLACK


def out_of_range(metric: MetricDef, key: str, value: float) -> str:
    """Why the metric cannot have this value; "" if it can."""
    least, most = allowed(metric)
    if least <= value <= most:
        return ""
    low, high = metric.range
    limits = f"{low if low is not None else '−∞'} to {high if high is not None else '∞'}"
    percent = " (a percentage? it is not rescaled in silence)" if high == 1 and 1 < value <= 100 else ""
    return f"{one_line(key, 40)} carries {value:g}, outside {limits}{percent}"


def _estimate(metric: MetricDef, carried: Mapping[str, list[float]], clusters: Mapping[str, str] | None) -> Estimate:
    if metric.kind in (MetricKind.QUANTILE, MetricKind.SUM):
        pairs = [(key, value) for key, values in carried.items() for value in values]
        groups = grouped([key for key, _ in pairs], clusters) if metric.kind is MetricKind.QUANTILE else None
        return figure_of(metric, [value for _, value in pairs], groups)
    means = {key: _mean(values) for key, values in carried.items() if values}
    return figure_of(metric, list(means.values()), grouped(list(means), clusters))


def figure_of(metric: MetricDef, values: Sequence[float], groups: Sequence[Hashable] | None) -> Estimate:
    """The estimate of single readings (a quantile, a sum) or of each case's mean. `groups`: each one's cluster, where
    some share one."""
    if metric.kind is MetricKind.QUANTILE:
        return quantile(values, metric.q, groups)
    if metric.kind is MetricKind.SUM:
        return Estimate(_total(values), len(values), method="sum", note="a sum has no bound")
    if not all(map(math.isfinite, values)):
        return Estimate(_total(values), len(values))  # only a worst case can be infinite
    k = int(sum(values)) if all(value in (0.0, 1.0) for value in values) else None
    # Scores of a mean that all happen to be 1 (or 0) need not be 0/1 verdicts: a mean of equal values has no bound.
    if k is not None and (metric.kind is MetricKind.RATE or 0 < k < len(values)):
        return wilson(k, len(values)) if groups is None else rate_clustered(values, groups)
    made = replace(mean_t(values) if groups is None else mean_clustered(values, groups), k=k)
    low, high = metric.range
    return made if low is None or high is None else with_sure_bounds(made, values, low, high, groups)


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


def _total(values: Sequence[float]) -> float:
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
    if used < len(carried) or not missing:
        note = beside(used, len(carried), left, requests, noun)
    else:
        note = beside(used, used, left, requests, noun, f"{len(missing)} of {used} {noun}s lack it in some repeats")
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


def beside(used: int, total: int, left: Mapping[Absent, int], requests: int, noun: str, said: str = "") -> str:
    """What is said beside a figure: how many carry it, and what was left out."""
    carry = f"{used} of {total} {noun}s carry it" if used < total else said
    return "; ".join(filter(None, (carry, left_out_text(tuple(left.items()), requests, noun) if left else "")))


def _requests(carried: Mapping[str, Sequence[object]], *others: Mapping[Any, int]) -> int:
    return sum(map(len, carried.values())) + sum(sum(other.values()) for other in others)


def left_out_text(left_out: Sequence[tuple[Absent, int]], requests: int, noun: str = "case") -> str:
    """ "32 of 100 left out: cached", "3 of 100 cases left out: cached 2, cold 1"."""
    total = sum(count for _, count in left_out)
    only = left_out[0][0].value if len(left_out) == 1 else ", ".join(f"{why.value} {n:,}" for why, n in left_out)
    return f"{total:,} of {plural(requests, noun)} left out: {only}"
