"""One rule of a gate: a metric, which way is better, and its limit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"


class From(StrEnum):
    RUN = "run"
    TRACES = "traces"


class Confidence(StrEnum):
    """advise: the point value decides and the bound is only shown; required: the bound must hold too."""

    ADVISE = "advise"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a gate. `metric` is the registry's canonical name (or the gate's own, with `unit`).

    `threshold` is inclusive; None if only `max_regression` is set. `max_regression` is the margin by which the
    candidate may be worse than the baseline, absolute in the metric's unit or, if `relative`, a fraction of it.
    With `min_effect` (absolute, or a fraction if `min_effect_relative`) a regression smaller than that never fails, and
    a larger one fails only where the bound shows that it exceeds the margin.

    `tolerate`: what the team can live with, between the threshold and worse: the bound has to meet it. `judged`: a model
    scores the metric (None: as the registry says). `cases_required`: a figure without its cases is missing. `dataset`,
    `variant`: the golden set and the variant that are meant, by name. `max_left_out`: the largest share of cases that may
    leave a time or a cost (None: the defaults, by reason). `cut`: the metric is the share of cases that score at least
    this. `k`: how many tries of a case all have to pass (pass_all_k).
    """

    metric: str
    direction: Direction
    threshold: float | None = None
    unit: str = ""
    source: From = From.RUN
    window_days: int | None = None
    required: bool = True
    tags: tuple[str, ...] = ()
    max_regression: float | None = None
    relative: bool = False
    confidence: Confidence = Confidence.ADVISE
    min_effect: float | None = None
    min_effect_relative: bool = False
    tolerate: float | None = None
    judged: bool | None = None
    cases_required: bool = False
    dataset: str = ""
    variant: str = ""
    max_left_out: float | None = None
    cut: float | None = None
    k: int = 0

    @property
    def key(self) -> str:
        """`<metric>[@slice][#max_regression]`: names the row in gaps and conditions. A slice is what limits the cases:
        tags, a named variant or dataset."""
        named = [f"{word}={name}" for word, name in (("variant", self.variant), ("dataset", self.dataset)) if name]
        at = f"@{'+'.join((*self.tags, *named))}" if self.tags or named else ""
        tries = f"^{self.k}" if self.k else ""
        return f"{self.metric}{tries}{at}" + ("#max_regression" if self.threshold is None else "")
