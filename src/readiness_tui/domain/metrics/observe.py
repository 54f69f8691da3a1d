"""A metric's figure in a run: from the cases' scores, else computed from the cases, else the run's own figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import ingredients as read
from readiness_tui.domain.metrics.ingredients import MISSING, NOT_APPLICABLE, Absent, Reading
from readiness_tui.domain.metrics.pass_all import PASS_ALL, Try, pass_all
from readiness_tui.domain.metrics.registry import (
    METRICS,
    Layer,
    MetricDef,
    MetricKind,
    normal,
    resolve,
    same_metric,
    share_from,
    unknown,
)
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.metrics.run_data import (
    RunData,
    absent_cases,
    case_key,
    cluster_of,
    first_tries,
    gold_by_id,
    of_variant,
    tags_of,
)
from readiness_tui.domain.metrics.shared_source import counted_by_source
from readiness_tui.domain.metrics.summary import (
    NotComputable,
    Observed,
    PairSample,
    Sample,
    first_few,
    summarise,
    summarise_ratio,
)
from readiness_tui.domain.runs.model import Case, CaseStatus, EvalSet, GoldenCase, ScoreState
from readiness_tui.domain.text.format import plural

_GOLD: dict[str, tuple[str, Callable[[GoldenCase], object]]] = {
    "retrieval_hit_rate": ("expected sources", lambda gold: gold.expected_sources),
    "context_precision": ("expected sources", lambda gold: gold.expected_sources),
    "mrr": ("expected sources", lambda gold: gold.expected_sources),
    "citation_accuracy": ("expected sources", lambda gold: gold.expected_sources),
    "must_include_pass_rate": ("must_include texts", lambda gold: gold.must_include),
    "tool_call_accuracy": ("expected tools", lambda gold: gold.expected_tools),
}
_SUCCESS = "task_success_rate"
_ROUNDING = 1e-9  # a score of 0.7 may arrive as 0.6999999999


def applies_to(metric_key: str, golden: EvalSet, tags: Collection[str] = ()) -> tuple[GoldenCase, ...]:
    """The golden cases with all of `tags` and the reference data the metric needs: what a complete run will cover."""
    metric = resolve(metric_key)
    needs = _GOLD.get(metric.key) if metric else None
    wanted = set(tags)
    return tuple(gold for gold in golden.cases if wanted <= set(gold.tags) and (not needs or needs[1](gold)))


def observe(
    metric_key: str,
    data: RunData,
    tags: Collection[str] = (),
    *,
    direction: Direction | None = None,
    unit: str = "",
    only: Collection[str] | None = None,
    cut: float | None = None,
    k: int = 0,
) -> Observed | NotComputable:
    """The figure of one metric in one run.

    `tags`: only cases that have all of them. `only`: only cases with these keys (the shared ones of a comparison).
    `direction` and `unit` describe a metric that is not in the registry. `cut`: the share of cases that score at least
    this, instead of the scores' mean. `k`: how many tries have to pass (pass_all_k).
    """
    metric = resolve(metric_key) or unknown(metric_key, direction, unit)
    meant = of_variant(data)
    if isinstance(meant, NotComputable):
        return meant
    data = meant
    slice_ = _Slice.of(data, frozenset(tags), only, every=metric.key == PASS_ALL)
    if metric.key == PASS_ALL:
        return pass_all(k, _tries(slice_), [gold.id for gold in slice_.absent], slice_.clusters())
    seen = counted_by_source(
        metric, _from_cases(metric, data, slice_, cut), ((case_key(case), case, gold) for case, gold in slice_.cases)
    )
    if isinstance(seen, Observed) or seen.used:
        return seen
    if cut is not None:
        return NotComputable(f"{seen.reason}; the share of cases that score at least {cut:g} needs their scores")
    own = _aggregate(metric, data)
    if own is None:
        return _or_which(metric, data) or seen
    if tags or only is not None:
        return NotComputable(f"{seen.reason}; the run's own figure is of all its cases and cannot be sliced")
    return own


def all_metrics(data: RunData) -> dict[Layer, list[tuple[MetricDef, Observed | NotComputable]]]:
    """Every metric that the run may have, each with its figure or why there is none, by layer."""
    return {
        layer: [(metric, observe(metric.key, data)) for metric in metrics]
        for layer, metrics in metrics_by_layer(data).items()
    }


def metrics_by_layer(data: RunData) -> dict[Layer, list[MetricDef]]:
    """Every metric of the registry, and every other metric name in the run."""
    names = {name: None for case in data.cases for name in case.scores} | dict.fromkeys(data.run.aggregates)
    others: dict[str, MetricDef] = {}
    for name in names:
        if resolve(name) is None:
            others.setdefault(normal(name), unknown(name))
    table: dict[Layer, list[MetricDef]] = {}
    for metric in (*METRICS, *others.values()):
        table.setdefault(metric.layer, []).append(metric)
    return table


@dataclass(frozen=True, slots=True)
class _Slice:
    """The selected cases with their golden cases; `absent`: golden cases that the run lacks. `note`: on their tries."""

    cases: tuple[tuple[Case, GoldenCase | None], ...]
    absent: tuple[GoldenCase, ...]
    note: str = ""

    @classmethod
    def of(cls, data: RunData, tags: frozenset[str], only: Collection[str] | None, *, every: bool = False) -> _Slice:
        """`every`: all tries of each case, not the first that all have."""
        gold = gold_by_id(data)
        tries, note = (data.known, "") if every else first_tries(data.known)
        pairs = ((case, gold.get(case.id)) for case in tries)
        kept = tuple(
            (case, known)
            for case, known in pairs
            if tags <= tags_of(case, known) and (only is None or case_key(case) in only)
        )
        lost = () if only is not None else tuple(g for g in absent_cases(data) if tags <= set(g.tags))
        return cls(kept, lost, note)

    def clusters(self) -> dict[str, str]:
        """Cluster by case key: questions about one document, turns of one session."""
        named = ((case_key(case), cluster_of(case, gold)) for case, gold in self.cases)
        return {key: cluster for key, cluster in named if cluster}


def _from_cases(metric: MetricDef, data: RunData, slice_: _Slice, cut: float | None) -> Observed | NotComputable:
    if not slice_.cases:
        return _no_cases(data)
    names = _score_names(metric, slice_.cases)
    if metric.kind is MetricKind.RATIO:
        return _noted(summarise_ratio(_cost_samples(slice_), clusters=slice_.clusters()), slice_.note)
    if names:
        samples = _score_samples(metric, names[0], data, slice_)
        seen = summarise(*_at(cut, metric, samples), clusters=slice_.clusters())
        also = f"scored as {names[0]!r}; not counted: {first_few(names[1:])}" if len(names) > 1 else ""
        return _noted(seen, also, slice_.note)
    reader = _reader(metric, data, slice_)
    if reader is None:
        return NotComputable("no case carries a score of this name; it is imported, not computed")
    needs = _GOLD.get(metric.key)
    if needs and not any(gold and needs[1](gold) for _, gold in slice_.cases):
        what = "no golden set" if data.golden is None else "no case of the golden set"
        return NotComputable(f"it needs gold data, and {what} gives {needs[0]} for these cases")
    seen = summarise(*_at(cut, metric, _read_samples(metric, reader, slice_)), clusters=slice_.clusters())
    return _noted(seen, slice_.note)


def _no_cases(data: RunData) -> NotComputable:
    if not (data.cases or data.outside):
        return NotComputable("the run has no cases")
    if not data.known:
        return NotComputable("the run has no case of the golden set that holds it")
    whose = "" if data.golden is None else "; the tags of the golden set make the slices"
    return NotComputable(f"no case of the run is in this slice{whose}")


def _noted(seen: Observed | NotComputable, *notes: str) -> Observed | NotComputable:
    if isinstance(seen, NotComputable) or not any(notes):
        return seen
    return replace(seen, note="; ".join(filter(None, (seen.note, *notes))))


def _at(cut: float | None, metric: MetricDef, samples: Iterator[Sample]) -> tuple[MetricDef, Iterator[Sample]]:
    """The metric and its samples; with a `cut`, 1 where a score reaches it and 0 where it does not."""
    if cut is None:
        return metric, samples
    return share_from(metric), (
        (key, reading if isinstance(reading, read.Absent) else float(reading >= cut - _ROUNDING))
        for key, reading in samples
    )


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
    """Where the golden set tells to which cases the metric applies, a run or a judge cannot take one out by "n/a"."""
    needs = _GOLD.get(metric.key)
    gives = bool(needs and data.golden and any(needs[1](gold) for gold in data.golden.cases))
    for case, gold in slice_.cases:
        score = case.scores.get(name)
        if gives and needs and not (gold and needs[1](gold)):
            yield case_key(case), NOT_APPLICABLE
        elif metric.key == _SUCCESS:
            yield case_key(case), _won(case, name, gold)
        elif score and score.state is ScoreState.NOT_APPLICABLE and gold is None:
            yield case_key(case), Absent.SAID
        elif case.status is CaseStatus.ERROR:
            yield case_key(case), 1.0 if metric.key == "error_rate" else MISSING
        elif score is None or score.state is not ScoreState.OK:
            yield case_key(case), MISSING
        else:
            yield case_key(case), read.finite(score.value)
    for gold in slice_.absent:
        if not gives or not needs or needs[1](gold):
            yield gold.id, MISSING


def _won(case: Case, name: str, gold: GoldenCase | None) -> Reading:
    """Whether a case succeeded, by its score. It applies to every case with a status or an error: a system error is a
    failure, and a case that failed without a score is one too."""
    score, said = case.scores.get(name), read.success(case)
    if case.status is not CaseStatus.ERROR and score is not None and score.state is ScoreState.OK:
        return read.finite(score.value)
    if said == 0.0:
        return 0.0
    excused = score is not None and score.state is ScoreState.NOT_APPLICABLE and said is MISSING and gold is None
    return Absent.SAID if excused else MISSING


def _read_samples(metric: MetricDef, reader: read.CaseReader, slice_: _Slice) -> Iterator[Sample]:
    needs = _GOLD.get(metric.key)
    for case, gold in slice_.cases:
        yield case_key(case), reader(case, gold)
    for gold in slice_.absent:
        if not needs or needs[1](gold):
            yield gold.id, MISSING


def _cost_samples(slice_: _Slice) -> Iterator[PairSample]:
    """Cost and success of each case; success as `task_success_rate` reads it."""
    task = resolve(_SUCCESS)
    assert task is not None
    names = _score_names(task, slice_.cases)
    costs = read.cost_reader([case for case, _ in slice_.cases])
    for case, gold in slice_.cases:
        cost = costs(case, gold)
        won = _won(case, names[0], gold) if names else read.success(case)
        if cost in read.LEFT_OUT:
            yield case_key(case), cost
        elif isinstance(cost, Absent) or isinstance(won, Absent):
            yield case_key(case), MISSING
        else:
            yield case_key(case), (cost, won)
    for absent in slice_.absent:
        yield absent.id, MISSING


def _tries(slice_: _Slice) -> Iterator[Try]:
    """Each try and whether it passed, as `task_success_rate` reads it."""
    task = resolve(_SUCCESS)
    assert task is not None
    names = _score_names(task, slice_.cases)
    for case, gold in slice_.cases:
        yield case_key(case), case, _won(case, names[0], gold) if names else read.success(case)


def contradictions(data: RunData) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Cases on which a 0/1 score of task success and the tool's own verdict do not agree, by key: those that passed by
    score and failed by status, and those that failed by score and passed by status."""
    task = resolve(_SUCCESS)
    assert task is not None
    pairs = tuple((case, None) for case in data.known)
    names = _score_names(task, pairs)
    if not names:
        return (), ()
    flattered: dict[str, None] = {}
    short: dict[str, None] = {}
    for case, _ in pairs:
        score = case.scores.get(names[0])
        if score is None or score.state is not ScoreState.OK or case.status is CaseStatus.ERROR:
            continue
        flag = score.passed if score.value not in (0.0, 1.0) else score.value == 1.0
        if flag is not None and case.status is (CaseStatus.FAIL if flag else CaseStatus.PASS):
            (flattered if flag else short)[case_key(case)] = None
    return tuple(flattered), tuple(short)


def _reader(metric: MetricDef, data: RunData, slice_: _Slice) -> read.CaseReader | None:
    if metric.key == "citation_accuracy":
        cases: Sequence[GoldenCase] = data.golden.cases if data.golden else ()
        return read.citation_reader(frozenset(source for gold in cases for source in gold.expected_sources))
    among = read.AMONG_CASES.get(metric.key)
    return among([case for case, _ in slice_.cases]) if among else read.CASE_READERS.get(metric.key)


def _or_which(metric: MetricDef, data: RunData) -> NotComputable | None:
    """A question back where the run has the metric only in several measurements, such as `exact_match (strict-match)`."""
    names = dict.fromkeys((*(name for case in data.cases for name in case.scores), *data.run.aggregates))
    parts = [name for name in names if name.endswith(")") and same_metric(name.rpartition(" (")[0], metric.key)]
    if not parts:
        return None
    return NotComputable(f"the run has several measurements of it; name the one that is meant: {first_few(parts)}")


def _aggregate(metric: MetricDef, data: RunData) -> Observed | NotComputable | None:
    """The run's own figure, if it has one."""
    run = data.run
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
    size = _set_size(metric, data)
    if own.n is not None and size is not None and own.n != size:
        note += f"; by the run of {plural(own.n, 'case')}, and the golden set has {size:,}"
    return Observed(Estimate(own.value, own.n, method="aggregate", note=note), own.n, None, note, aggregate=True)


def _set_size(metric: MetricDef, data: RunData) -> int | None:
    """How many cases of the golden set the metric applies to, where one set is known that the figure can be of."""
    golden = data.golden or (data.shelf.current[0] if len(data.shelf.current) == 1 else None)
    return None if golden is None else len(applies_to(metric.key, golden) or golden.cases)
