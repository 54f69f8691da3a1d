"""Compares the tool's own figures with ours, and reports any difference."""

from __future__ import annotations

import math
from collections.abc import Iterator

from readiness_tui.domain.runs.model import Case, ScoreState
from readiness_tui.sources.kit.base import Warn

_CLOSE = 1e-9  # figures are sums in another order


class ScoreTally:
    """Means of the scores that went by: repeats of a case averaged first, as most tools do."""

    def __init__(self) -> None:
        self._values: dict[str, dict[tuple[str, str], list[float]]] = {}

    def add(self, case: Case) -> None:
        for name, score in case.scores.items():
            if score.state is ScoreState.OK and score.value is not None:
                self._values.setdefault(name, {}).setdefault((case.id, case.variant), []).append(score.value)

    def mean(self, name: str, variant: str | None = None) -> tuple[float, int] | None:
        """The mean and the number of cases behind it; None where no case carries the score."""
        cases = self._values.get(name, {})
        means = [_mean(v) for key, v in cases.items() if variant is None or key[1] == variant]
        return (_mean(means), len(means)) if means else None

    def against(
        self, where: str, name: str, value: object, *, why: str = "", variant: str | None = None
    ) -> Iterator[Warn]:
        """A warning where the tool's figure is not our mean. `why`: the known reason for a difference."""
        ours = self.mean(name, variant)
        if ours is None or not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
            return
        if not math.isclose(ours[0], value, rel_tol=_CLOSE, abs_tol=_CLOSE):
            tail = f": {why}" if why else ""
            yield Warn(
                f"{where}: the tool reports {name} {value:.6g}; over the {ours[1]} cases that carry it, it is"
                f" {ours[0]:.6g}{tail}."
            )


def _mean(values: list[float]) -> float:
    try:
        return math.fsum(values) / len(values)
    except OverflowError:  # finite numbers whose sum is not
        return math.fsum(value / len(values) for value in values)
