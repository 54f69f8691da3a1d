"""What a filter line about the cases of a run understands, how a case answers it, and the orders of such a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from readiness_tui.domain.filters.matching import matches
from readiness_tui.domain.filters.model import Filter, FilterKey, KeyKind, Like, NamePattern, Vocabulary
from readiness_tui.domain.filters.trace_filter import COST_UNITS, LATENCY_UNITS, TOKEN_UNITS
from readiness_tui.domain.runs.model import Case, CaseStatus, ScoreState

_KEYS = (
    FilterKey("status", KeyKind.NAME, "status:fail", "pass, fail, error, unknown"),
    FilterKey("tag", KeyKind.NAME, "tag:high_risk", "a tag of the case"),
    FilterKey("error", KeyKind.NAME, "error:timeout", "part of the error; any, none", part=True),
    FilterKey("variant", KeyKind.NAME, "variant:b", "which variant of the case"),
    FilterKey("latency", KeyKind.AMOUNT, "latency>3000", "milliseconds, or 3s", units=LATENCY_UNITS),
    FilterKey("cost", KeyKind.AMOUNT, "cost>0.05", "US dollars", units=COST_UNITS),
    FilterKey("tokens", KeyKind.AMOUNT, "tokens>4000", "in and out together", units=TOKEN_UNITS),
)
_FIRST = {CaseStatus.ERROR: 0, CaseStatus.FAIL: 1, CaseStatus.UNKNOWN: 2, CaseStatus.PASS: 3}


def metric_keys(cases: Iterable[Case]) -> dict[str, str]:
    """The scores that cases have, each under a name that can be typed before `<`."""
    own = {key.name for key in _KEYS}
    found: dict[str, str] = {}
    for metric in sorted({name for case in cases for name in case.scores}):
        name = re.sub(r"[^\w.@-]", "_", metric).lstrip("0123456789.-@") or "score"
        while name in own or name in found:
            name += "_"
        found[name] = metric
    return found


def case_vocabulary(metrics: Mapping[str, str]) -> Vocabulary:
    scores = [FilterKey(name, KeyKind.AMOUNT, f"{name}<0.8", f"the score {metrics[name]}") for name in metrics]
    return Vocabulary("a case", {key.name: key for key in (*_KEYS, *scores)})


@dataclass(frozen=True, slots=True)
class CaseFields:
    """`metrics`: the score behind each name of the filter."""

    case: Case
    metrics: Mapping[str, str]

    def names(self, key: str, pattern: NamePattern) -> Sequence[str] | None:
        case = self.case
        if key == "status":
            return [pattern.text if pattern.text.casefold() == case.status.value else case.status.value]
        if key == "tag":
            return case.tags
        if key == "error":
            if pattern.like is Like.NOTHING and case.error is None:
                return [case.status.value] if case.status is CaseStatus.ERROR else None
            return None if case.error is None else [case.error]
        return [case.variant] if case.variant else None

    def amount(self, key: str) -> float | None:
        case = self.case
        if key == "latency":
            return case.latency_ms.value
        if key == "cost":
            return case.cost.value
        if key == "tokens":
            known = case.tokens_in is not None and case.tokens_out is not None
            return (case.tokens_in or 0) + (case.tokens_out or 0) if known else None
        return score_of(case, self.metrics[key])

    def began(self) -> datetime | None:
        return None

    def texts(self) -> Sequence[str | None]:
        return self.case.question, self.case.output, self.case.id


def score_of(case: Case, metric: str) -> float | None:
    """A case's score; None where it has none, or where the judge failed."""
    score = case.scores.get(metric)
    return score.value if score is not None and score.state is ScoreState.OK else None


def met(cases: Iterable[Case], wanted: Filter, metrics: Mapping[str, str]) -> list[Case]:
    """The cases that meet the filter."""
    return [case for case in cases if matches(wanted, CaseFields(case, metrics))]


@dataclass(frozen=True, slots=True)
class CaseOrder:
    """`by`: "" (as the file has them), status, latency, cost, or the name of a metric."""

    by: str = ""
    descending: bool = False

    @property
    def said(self) -> str:
        if not self.by:
            return "as in the file"
        if self.by == "status":
            return "status, what failed first"
        up, down = {"latency": ("fastest", "slowest"), "cost": ("cheapest", "costliest")}.get(
            self.by, ("lowest", "highest")
        )
        return f"{self.by}, the {down if self.descending else up} first"


def case_orders(metrics: Mapping[str, str]) -> list[CaseOrder]:
    by_score = [CaseOrder(metric, down) for metric in metrics.values() for down in (False, True)]
    figures = [CaseOrder(by, down) for by in ("latency", "cost") for down in (True, False)]
    return [CaseOrder(), CaseOrder("status"), *figures, *by_score]


def in_order(cases: Sequence[Case], order: CaseOrder) -> list[Case]:
    """Sorted; those without the figure last, ties as they came."""
    if not order.by:
        return list(cases)
    if order.by == "status":
        return sorted(cases, key=lambda case: _FIRST[case.status])

    def figure(case: Case) -> float | None:
        measured = {"latency": case.latency_ms.value, "cost": case.cost.value}
        return measured[order.by] if order.by in measured else score_of(case, order.by)

    known = [(value, case) for case in cases if (value := figure(case)) is not None]
    known.sort(key=lambda one: one[0], reverse=order.descending)
    return [case for _, case in known] + [case for case in cases if figure(case) is None]
