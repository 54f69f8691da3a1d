"""A metric's figure in a run: from the cases' scores, else computed from the cases, else the run's own figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import ingredients as read
from readiness_tui.domain.metrics.ingredients import MISSING, NOT_APPLICABLE, Reading
from readiness_tui.domain.metrics.registry import (
    METRICS,
    Layer,
    MetricDef,
    MetricKind,
    normal,
    resolve,
    same_metric,
    unknown,
)
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.metrics.summary import (
    NotComputable,
    Observed,
    PairSample,
    Sample,
    first_few,
    summarise,
    summarise_ratio,
)
from readiness_tui.domain.runs.model import Case, CaseStatus, Completeness, EvalSet, GoldenCase, Run, ScoreState

_GOLD: dict[str, tuple[str, Callable[[GoldenCase], object]]] = {
    "retrieval_hit_rate": ("expected sources", lambda gold: gold.expected_sources),
    "context_precision": ("expected sources", lambda gold: gold.expected_sources),
    "mrr": ("expected sources", lambda gold: gold.expected_sources),
    "citation_accuracy": ("expected sources", lambda gold: gold.expected_sources),
    "must_include_pass_rate": ("must_include texts", lambda gold: gold.must_include),
    "tool_call_accuracy": ("expected tools", lambda gold: gold.expected_tools),
}
CLUSTER_FIELDS = ("cluster", "document", "session")  # in a case, a golden case, or the metadata of either
_SYSTEM_ERROR = {"task_success_rate": 0.0, "error_rate": 1.0}  # the value of a system error; missing for other metrics


@dataclass(frozen=True, slots=True)
class RunData:
    """A run with its cases, and the golden set they are compared with."""

    run: Run
    cases: tuple[Case, ...]
    golden: EvalSet | None = None

    @property
    def by_key(self) -> dict[str, Case]:
        """The first repeat of each case."""
        found: dict[str, Case] = {}
        for case in self.cases:
            found.setdefault(case_key(case), case)
        return found


def case_key(case: Case) -> str:
    """The key shared by all repeats of a case: its id, plus its variant if it has one."""
    return f"{case.id}@{case.variant}" if case.variant else case.id


def absent_cases(data: RunData) -> tuple[GoldenCase, ...]:
    """Golden cases that the run should have but lacks.

    Known only if the run names exactly this set by its digest, or says that it is incomplete; a complete run over an
    unnamed set may have left cases out on purpose.
    """
    if data.golden is None:
        return ()
    if data.run.completeness is Completeness.COMPLETE and data.run.dataset_digest != data.golden.digest:
        return ()
    present = {case.id for case in data.cases}
    return tuple(gold for gold in data.golden.cases if gold.id not in present)


def applies_to(metric_key: str, golden: EvalSet, tags: Collection[str] = ()) -> tuple[GoldenCase, ...]:
    """The golden cases with all of `tags` and the reference data the metric needs: what a complete run will cover."""
    metric = resolve(metric_key)
    needs = _GOLD.get(metric.key) if metric else None
    wanted = set(tags)
    return tuple(gold for gold in golden.cases if wanted <= set(gold.tags) and (not needs or needs[1](gold)))


def tags_of(case: Case, gold: GoldenCase | None) -> set[str]:
    return {*case.tags, *(gold.tags if gold else ())}


def cluster_of(case: Case, gold: GoldenCase | None) -> str:
    """The case's cluster, from the first field that names one, its own or its golden case's; "" for none."""
    for extra in (case.extra, gold.extra if gold else {}):
        inner = extra.get("metadata")
        for said in (extra, inner if isinstance(inner, dict) else {}):
            for name in CLUSTER_FIELDS:
                cluster = said.get(name)
                if isinstance(cluster, (str, int)) and not isinstance(cluster, bool) and str(cluster).strip():
                    return f"{name} {cluster}"
    return ""


def gold_by_id(data: RunData) -> dict[str, GoldenCase]:
    return {gold.id: gold for gold in data.golden.cases} if data.golden else {}


def observe(
    metric_key: str,
    data: RunData,
    tags: Collection[str] = (),
    *,
    direction: Direction | None = None,
    unit: str = "",
    only: Collection[str] | None = None,
) -> Observed | NotComputable:
    """The figure of one metric in one run.

    `tags`: only cases that have all of them. `only`: only cases with these keys (the shared ones of a comparison).
    `direction` and `unit` describe a metric that is not in the registry.
    """
    metric = resolve(metric_key) or unknown(metric_key, direction, unit)
    slice_ = _Slice.of(data, frozenset(tags), only)
    seen = _from_cases(metric, data, slice_)
    if isinstance(seen, Observed) or seen.used:
        return seen
    own = _aggregate(metric, data.run)
    if own is None:
        return _or_which(metric, data) or seen
    if tags or only is not None:
        return NotComputable(f"{seen.reason}; the run's own figure is of all its cases and cannot be sliced")
    return own


def all_metrics(data: RunData) -> dict[Layer, list[tuple[MetricDef, Observed | NotComputable]]]:
    """Every metric of the registry, and every other metric name in the run, by layer."""
    names = {name: None for case in data.cases for name in case.scores} | dict.fromkeys(data.run.aggregates)
    others: dict[str, MetricDef] = {}
    for name in names:
        if resolve(name) is None:
            others.setdefault(normal(name), unknown(name))
    table: dict[Layer, list[tuple[MetricDef, Observed | NotComputable]]] = {}
    for metric in (*METRICS, *others.values()):
        table.setdefault(metric.layer, []).append((metric, observe(metric.key, data)))
    return table


@dataclass(frozen=True, slots=True)
class _Slice:
    """The selected cases with their golden cases; `absent`: golden cases that the run lacks."""

    cases: tuple[tuple[Case, GoldenCase | None], ...]
    absent: tuple[GoldenCase, ...]

    @classmethod
    def of(cls, data: RunData, tags: frozenset[str], only: Collection[str] | None) -> _Slice:
        gold = gold_by_id(data)
        pairs = ((case, gold.get(case.id)) for case in data.cases)
        kept = tuple(
            (case, known)
            for case, known in pairs
            if tags <= tags_of(case, known) and (only is None or case_key(case) in only)
        )
        lost = () if only is not None else tuple(g for g in absent_cases(data) if tags <= set(g.tags))
        return cls(kept, lost)

    def clusters(self) -> dict[str, str]:
        """Cluster by case key: questions about one document, turns of one session."""
        named = ((case_key(case), cluster_of(case, gold)) for case, gold in self.cases)
        return {key: cluster for key, cluster in named if cluster}


def _from_cases(metric: MetricDef, data: RunData, slice_: _Slice) -> Observed | NotComputable:
    if not slice_.cases:
        return NotComputable("the run has no cases" if not data.cases else "no case of the run is in this slice")
    names = _score_names(metric, slice_.cases)
    if metric.kind is MetricKind.RATIO:
        return summarise_ratio(_cost_samples(slice_), clusters=slice_.clusters())
    if names:
        seen = summarise(metric, _score_samples(metric, names[0], data, slice_), clusters=slice_.clusters())
        if len(names) > 1 and isinstance(seen, Observed):
            also = f"scored as {names[0]!r}; not counted: {first_few(names[1:])}"
            return replace(seen, note="; ".join(filter(None, (seen.note, also))))
        return seen
    reader = _reader(metric, data)
    if reader is None:
        return NotComputable("no case carries a score of this name; it is imported, not computed")
    needs = _GOLD.get(metric.key)
    if needs and not any(gold and needs[1](gold) for _, gold in slice_.cases):
        what = "no golden set" if data.golden is None else "no case of the golden set"
        return NotComputable(f"it needs gold data, and {what} gives {needs[0]} for these cases")
    seen = summarise(metric, _read_samples(metric, reader, slice_), clusters=slice_.clusters())
    return _with_gold_note(seen, slice_) if needs else seen


def _score_names(metric: MetricDef, cases: Iterable[tuple[Case, GoldenCase | None]]) -> list[str]:
    """The names under which cases are scored on this metric, the registry's own first.

    Times, costs and token counts are never taken from a score: tools score those as passed or not.
    """
    if metric.kind not in (MetricKind.RATE, MetricKind.MEAN) or metric.unit == "tokens":
        return []
    names = dict.fromkeys(name for case, _ in cases for name in case.scores)
    order = {normal(name): i for i, name in enumerate((metric.key, *metric.aliases))}
    found = [name for name in names if same_metric(name, metric.key)]
    return sorted(found, key=lambda name: order.get(normal(name), len(order)))


def _score_samples(metric: MetricDef, name: str, data: RunData, slice_: _Slice) -> Iterator[Sample]:
    needs = _GOLD.get(metric.key)
    for case, gold in slice_.cases:
        score = case.scores.get(name)
        lacks_gold = bool(needs and data.golden and not (gold and needs[1](gold)))
        if (score and score.state is ScoreState.NOT_APPLICABLE) or (score is None and lacks_gold):
            yield case_key(case), NOT_APPLICABLE
        elif case.status is CaseStatus.ERROR:
            yield case_key(case), _SYSTEM_ERROR.get(metric.key, MISSING)
        elif score is None or score.state is not ScoreState.OK:
            yield case_key(case), MISSING
        else:
            yield case_key(case), read.finite(score.value)
    for gold in slice_.absent:
        if not needs or needs[1](gold):
            yield gold.id, MISSING


def _read_samples(metric: MetricDef, reader: read.CaseReader, slice_: _Slice) -> Iterator[Sample]:
    needs = _GOLD.get(metric.key)
    for case, gold in slice_.cases:
        yield case_key(case), reader(case, gold)
    for gold in slice_.absent:
        if not needs or needs[1](gold):
            yield gold.id, MISSING


def _cost_samples(slice_: _Slice) -> Iterator[PairSample]:
    """Cost and success of each case; success as `task_success_rate` reads it."""
    task = resolve("task_success_rate")
    assert task is not None
    names = _score_names(task, slice_.cases)
    for case, _ in slice_.cases:
        cost = read.cost(case)
        won: Reading = read.success(case)
        if names and case.status is not CaseStatus.ERROR:
            score = case.scores.get(names[0])
            won = read.finite(score.value) if score and score.state is ScoreState.OK else MISSING
        if cost is NOT_APPLICABLE:
            yield case_key(case), NOT_APPLICABLE
        elif isinstance(cost, read.Absent) or isinstance(won, read.Absent):
            yield case_key(case), MISSING
        else:
            yield case_key(case), (cost, won)
    for gold in slice_.absent:
        yield gold.id, MISSING


def _reader(metric: MetricDef, data: RunData) -> read.CaseReader | None:
    if metric.key == "citation_accuracy":
        cases: Sequence[GoldenCase] = data.golden.cases if data.golden else ()
        return read.citation_reader(frozenset(source for gold in cases for source in gold.expected_sources))
    return read.CASE_READERS.get(metric.key)


def _or_which(metric: MetricDef, data: RunData) -> NotComputable | None:
    """A question back where the run has the metric only in several measurements, such as `exact_match (strict-match)`."""
    names = dict.fromkeys((*(name for case in data.cases for name in case.scores), *data.run.aggregates))
    parts = [name for name in names if name.endswith(")") and same_metric(name.rpartition(" (")[0], metric.key)]
    if not parts:
        return None
    return NotComputable(f"the run has several measurements of it; name the one that is meant: {first_few(parts)}")


def _with_gold_note(seen: Observed | NotComputable, slice_: _Slice) -> Observed | NotComputable:
    """Notes how many cases are not in the golden set: they leave the denominator, and somebody should notice."""
    strangers = {case_key(case) for case, gold in slice_.cases if gold is None}
    if not strangers or isinstance(seen, NotComputable):
        return seen
    return replace(seen, note="; ".join(filter(None, (seen.note, f"{len(strangers)} cases are not in the golden set"))))


def _aggregate(metric: MetricDef, run: Run) -> Observed | NotComputable | None:
    """The run's own figure, if it has one."""
    name = next((name for name in run.aggregates if same_metric(name, metric.key)), None)
    if name is None:
        return None
    own = run.aggregates[name]
    if own.value is None or not math.isfinite(own.value):
        return NotComputable("the run's own figure is not a finite number")
    if own.n is not None and own.n < 1:
        return NotComputable(f"the run's own figure, {own.value:g}, rests on no case (n = {own.n})", 0, 0)
    low, high = metric.range
    if (low is not None and own.value < low) or (high is not None and own.value > high):
        return NotComputable(f"the run's own figure, {own.value:g}, lies outside the metric's range")
    note = "n unknown" if own.n is None else "one figure of the run, without its cases"
    return Observed(Estimate(own.value, own.n, method="aggregate", note=note), own.n, None, note, aggregate=True)
