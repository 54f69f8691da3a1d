"""All cases of a run as a list of any length: narrowed by a typed filter, sorted, counted by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from readiness_tui.domain.filters import completion, language
from readiness_tui.domain.filters.case_filter import CaseOrder, case_vocabulary, in_order, met, metric_keys
from readiness_tui.domain.filters.completion import Completion
from readiness_tui.domain.filters.histogram import TAIL, Bars, Limits, plan
from readiness_tui.domain.filters.survey import SHOWN, Facet, Survey
from readiness_tui.domain.metrics import case_key
from readiness_tui.domain.runs.model import Case
from readiness_tui.services.core import golden_sets
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.golden_sets import run_data
from readiness_tui.services.runs import error_class
from readiness_tui.store import runs

_FIELDS: dict[str, Callable[[Case], Sequence[str | None]]] = {
    "status": lambda case: [case.status.value],
    "tag": lambda case: case.tags or [None],
    "error": lambda case: [error_class(case.error)] if case.error else [],
    "variant": lambda case: [case.variant or None],
}


@dataclass(frozen=True, slots=True)
class RunCases:
    """Every case of a run, repeats and those outside its golden set too. `metrics`: by the name that a filter uses."""

    run_id: str
    title: str
    cases: tuple[Case, ...]
    metrics: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CaseListing:
    """The cases that meet a filter, in an order, and what they have in common."""

    cases: list[Case]
    survey: Survey


def load(desk: Desk, run_id: str) -> RunCases:
    """Raises ReadinessError where no such run was imported."""
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        info = runs.named(conn, review.system, run_id)
        every = run_data(conn, info, golden_sets.shelf_of(conn, review)).every
    return RunCases(run_id, f"{info.run.name or info.run.id} · {info.run.version}", every, metric_keys(every))


def listing(desk: Desk, found: RunCases, typed: str, order: CaseOrder, limits: Limits) -> CaseListing:
    """Raises ReadinessError for a line that cannot be read. `limits`: see `trace_survey.survey`."""
    wanted = language.parse(typed, case_vocabulary(found.metrics), desk.now().astimezone(UTC).date())
    shown = met(found.cases, wanted, found.metrics)
    return CaseListing(in_order(shown, order), survey(shown, limits))


def survey(cases: Sequence[Case], limits: Limits) -> Survey:
    facets = []
    for key, values in _FIELDS.items():
        counted = Counter(value for case in cases for value in values(case))
        ranked = sorted(counted.items(), key=lambda one: (-one[1], one[0] or ""))
        facets.append(Facet(key, tuple(ranked[:SHOWN]), max(len(ranked) - SHOWN, 0)))
    found = {
        "latency": _bars((case.latency_ms.value for case in cases), limits.get("latency", ())),
        "cost": _bars((case.cost.value for case in cases), limits.get("cost", ())),
    }
    return Survey(len(cases), tuple(facets), {key: bars for key, bars in found.items() if bars is not None})


def _bars(figures: Iterable[float | None], limits: Sequence[float]) -> Bars | None:
    given = list(figures)
    known = sorted(figure for figure in given if figure is not None)
    if not known:
        return None
    bars = plan(known[0], known[-1 - int(len(known) * TAIL)], known[-1], max(limits, default=None))
    counts = [0] * (bars.bars + 1)
    for figure in known:
        counts[min(max(int((figure - bars.start) / bars.width), 0), bars.bars)] += 1
    over = tuple((limit, sum(figure > limit for figure in known)) for limit in limits)
    missing = len(given) - len(known)
    return Bars(bars.start, bars.width, tuple(counts[:-1]), counts[-1], missing, known[0], known[-1], over)


def scores_seen(desk: Desk, run_id: str, case: Case) -> None:
    """This person was shown the verdict and scores of a case: a label that they give it from now on is not blind."""
    desk.seen_scores.add((run_id, case_key(case)))


def complete(found: RunCases, counts: Survey | None, typed: str) -> list[Completion]:
    """How a filter line can go on; `counts`: of what is listed."""
    values = {facet.key: [(name, n) for name, n in facet.counts if name] for facet in (counts.facets if counts else ())}
    return completion.complete(typed, case_vocabulary(found.metrics), values)
