"""The cases that count against a gate row: those that miss it and those that lack its metric, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import compress
from operator import itemgetter

from readiness_tui.domain.compare.comparison import first_run_with
from readiness_tui.domain.compare.metrics import compared
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import MetricKind, NotComputable, Observed, RunData, resolve, unknown
from readiness_tui.domain.metrics.meets import EPSILON, meets
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.metrics.trace_readings import LACKING, VALUE
from readiness_tui.domain.metrics.traces import MetricAsked, Window


@dataclass(frozen=True, slots=True)
class Miss:
    """One case (or trace) that counts against a row. `value` None: it lacks the metric. `before`: the baseline's."""

    key: str
    value: float | None
    before: float | None = None


@dataclass(frozen=True, slots=True)
class Misses:
    """The misses of a row, and the run it uses; `note` says why there is nothing to list."""

    run_id: str | None
    misses: tuple[Miss, ...]
    note: str = ""


def misses(rule: Rule, candidate: Sequence[RunData], baseline: Sequence[RunData] = ()) -> Misses:
    """The cases behind a row of the gate: short of a threshold, or worse than the baseline for a regression rule."""
    found = first_run_with(rule, candidate)
    if isinstance(found, NotComputable):
        return Misses(None, (), found.reason)
    data, seen = found
    if seen.aggregate:
        return Misses(data.run.id, (), "the run brings only this one figure, without its cases")
    if rule.threshold is None:
        against = compared(rule, candidate, baseline)
        if isinstance(against, NotComputable):
            return Misses(data.run.id, (), against.reason)
        worse = (Miss(key, against.ours[key], against.theirs[key]) for key in against.flips.worse)
        return Misses(data.run.id, tuple(worse))
    return Misses(data.run.id, missed_cases(rule, seen))


def missed_cases(rule: Rule, seen: Observed) -> tuple[Miss, ...]:
    """For a rate, every case that is not fully right; else those beyond the threshold. Cases without a value last."""
    limit = _limit(rule, binary=seen.estimate.k is not None and set(seen.per_case.values()) <= {0.0, 1.0})
    held = ((key, value, meets(Estimate(value, None), rule.direction, limit)) for key, value in seen.per_case.items())
    lost = [Miss(key, value) for key, value, met in held if not met]
    lost.sort(key=lambda miss: miss.value or 0.0, reverse=rule.direction is not Direction.HIGHER)
    return (*lost, *(Miss(key, None) for key in seen.missing_ids if key not in seen.per_case))


def _limit(rule: Rule, *, binary: bool) -> float:
    """What one case has to reach. `binary`: each is right or wrong."""
    metric = resolve(rule.metric) or unknown(rule.metric, rule.direction, rule.unit)
    if rule.cut is not None or metric.kind is MetricKind.RATE or binary:
        return 1.0 if rule.direction is Direction.HIGHER else 0.0
    assert rule.threshold is not None
    return rule.threshold


@dataclass(frozen=True, slots=True)
class LostTraces:
    """How many requests miss a rule over traces and how many lack its metric, and the ids of the first of them: as
    `missed_cases` sorts them."""

    missed: int = 0
    lacking: int = 0
    ids: tuple[str, ...] = ()


def lost_traces(rule: Rule, requests: Window, most: int) -> LostTraces:
    """The requests that count against the rule, of which `most` are named."""
    asked = MetricAsked.of(rule.metric, requests, rule.tags, direction=rule.direction, unit=rule.unit)
    seen = asked if isinstance(asked, NotComputable) else asked.answer()
    if isinstance(asked, NotComputable) or isinstance(seen, NotComputable) or rule.threshold is None:
        return LostTraces()
    limit, higher = _limit(rule, binary=seen.estimate.k is not None), rule.direction is Direction.HIGHER
    missed, lacking = 0, list[str]()

    def beyond() -> Iterator[tuple[float, str]]:
        nonlocal missed
        for ids, why, values in asked.each():
            met = values >= limit - EPSILON if higher else values <= limit + EPSILON  # as `meets`
            short = (why == VALUE) & ~met
            missed += int(short.sum())
            yield from zip((values if higher else -values)[short].tolist(), compress(ids, short.tolist()), strict=True)
            if len(lacking) < most:
                lacking.extend(compress(ids, (why == LACKING).tolist()))

    worst = nsmallest(most, beyond(), key=itemgetter(0))  # of equal ones the first recorded
    ids = (*(name for _, name in worst), *lacking)
    return LostTraces(missed, len(seen.missing_ids), ids[:most])
