"""What people's labels say of a judge: the corrected figure, its bound, and why there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from readiness_tui.domain.labels.corrected import (
    EXACT,
    FEWEST,
    PPI,
    FullStratum,
    LabelSums,
    corrected,
    differs,
    exact_bound,
    labels_to_differ,
    labels_to_hold,
    lower_bound,
    tuned,
)
from readiness_tui.domain.labels.lot import MIN_AGREEMENT, OVERLAP, CountedLabels, PeopleSaid, alpha_of
from readiness_tui.domain.labels.recognition import Recognition, recognition
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.text.format import plural

OTHER_SCALE = "not corrected: labels are on another scale"
NO_BETTER = "cannot be corrected: the judge is no better than chance"
DOUBTFUL = 0.90  # a share of good answers above which the bound may err more often than it says


@dataclass(frozen=True, slots=True)
class Correction:
    """The judge's mean against people's. All figures are in the metric's own sense and unit.

    `judge`: over all `n` answers. `people`: what people alone found, each stratum by its size. `value`: the judge's mean
    corrected; `bound`: its one-sided bound at 1 − `alpha` toward the worse side. Each is None where `why` says why, in
    words that name what would help. `contradicts`: the correction differs from 0 at 95 %. `more`: labels after which the
    bound would meet `bar`, if they were like those at hand; None if none would; `more_to_differ`: after which
    the correction would differ from 0 at 95 %. `chance`: the judge is no better than chance.
    """

    direction: Direction
    bar: float
    judge: float
    n: int
    counted: CountedLabels
    graded: bool = False
    recognition: Recognition = field(default_factory=Recognition)
    people: float | None = None
    value: float | None = None
    bound: float | None = None
    alpha: float = 0.05
    method: str = ""
    weight: float = 0.0
    why: str = ""
    contradicts: bool = False
    chance: bool = False
    more: int | None = None
    more_to_differ: int | None = None

    @property
    def checked(self) -> bool:
        """Whether people have checked the judge at all."""
        return self.people is not None

    @property
    def drawn(self) -> int:
        return len(self.counted.drawn)

    @property
    def best(self) -> float | None:
        """The figure that people's labels support: corrected, or of people alone where the judge is of no use."""
        return self.people if self.value is None else self.value

    def meets(self, figure: float, bar: float) -> bool:
        return figure >= bar - 1e-9 if self.direction is Direction.HIGHER else figure <= bar + 1e-9

    @property
    def doubtful(self) -> bool:
        """Whether the bar lies where the bound errs more often than it says."""
        return (self.bar if self.direction is Direction.HIGHER else 1 - self.bar) > DOUBTFUL


def correct(
    judged: Mapping[str, float], counted: CountedLabels, direction: Direction, bar: float, *, graded: bool = False
) -> Correction:
    """The judge's values by case, each 0 to 1, corrected by the labels that count. `bar`: what the bound has to meet."""
    higher = direction is Direction.HIGHER

    def sense(good: float) -> float:
        """From goodness to the metric's sense, and back."""
        return good if higher else 1 - good

    good = {key: sense(value) for key, value in judged.items()}
    n = len(good)
    made = Correction(
        direction, bar, sense(math.fsum(good.values()) / n) if n else math.nan, n, counted, graded,
        alpha=alpha_of(counted.batches), method=EXACT if counted.every else PPI,
    )  # fmt: skip
    if not counted.labels:
        return replace(made, why=_no_label(counted))
    drawn, whole = ([(said.human, good[said.key]) for said in part] for part in (counted.drawn, counted.whole))
    decided = [(said.human, good[said.key]) for said in (*counted.drawn, *counted.whole) if said.decided]
    if not graded:
        made = replace(made, recognition=recognition(decided), chance=not counted.every and recognition(decided).chance)
    if counted.lacking:
        return replace(made, why=_lacking(counted.lacking))
    if not drawn and not counted.every:
        return replace(made, why=_no_label(counted))
    seen = _sums(counted.drawn, counted.whole, good)
    full = FullStratum.of([human for human, _ in whole])
    alone = (_mean(drawn) * (seen.m + seen.rest) + full.human) / n
    made = replace(made, people=sense(alone), contradicts=differs(drawn, seen, whole))
    if not seen.rest:  # labelled in full, or drawn to the end
        k = math.floor(full.human + seen.human + 1e-9)
        made = replace(made, value=sense(alone), method=EXACT)
        low = float(exact_bound(k, n, made.alpha)) if n >= FEWEST else None
    elif made.chance:
        return replace(made, why=NO_BETTER)
    elif seen.m < 2:
        return replace(made, why="a single drawn label tells nothing")
    else:
        made = replace(
            made, value=sense(float(corrected(seen, full))), weight=float(tuned(seen).weight),
            more=labels_to_hold(seen, full, sense(bar), alpha_of(counted.batches + 1)),
            more_to_differ=labels_to_differ(drawn, int(seen.rest)),
        )  # fmt: skip
        low = float(lower_bound(seen, full, made.alpha)) if seen.m >= FEWEST and counted.batches else None
    why = _unbound(counted, seen)
    if why or low is None:
        return replace(made, why=why or f"no bound below {FEWEST} labels")
    return replace(made, bound=sense(low))


def _sums(drawn: Sequence[PeopleSaid], whole: Sequence[PeopleSaid], good: Mapping[str, float]) -> LabelSums:
    labelled = {said.key for said in (*drawn, *whole)}
    return LabelSums.of(
        [(said.human, good[said.key]) for said in drawn], [good[key] for key in good if key not in labelled]
    )


def _mean(pairs: Sequence[tuple[float, float]]) -> float:
    return math.fsum(human for human, _ in pairs) / len(pairs) if pairs else 0.0


def _no_label(counted: CountedLabels) -> str:
    if counted.waiting:
        return f"batch {counted.batches + 1}: {len(counted.waiting):,} of {counted.open_size:,} cases wait for a label"
    if counted.set_aside:
        verb = "does" if counted.set_aside == 1 else "do"
        return (
            f"{plural(counted.set_aside, 'label')} of it {verb} not count: not blind, of another answer, or not drawn by"
            " the lot of the locked gate"
        )
    return ""


def _lacking(keys: Sequence[str]) -> str:
    one = len(keys) == 1
    return f"{plural(len(keys), 'high-risk case')} {'lacks' if one else 'lack'} a label of this metric: all of them are labelled"


def _unbound(counted: CountedLabels, seen: LabelSums) -> str:
    """Why there is no bound though there is a value; "" if there may be one."""
    if len({name for said in counted.drawn for name, _ in said.one_by_one}) > 1 and not counted.every:
        shared = sum(len(said.one_by_one) > 1 for said in counted.drawn)
        if shared < min(OVERLAP, len(counted.drawn)):
            return (
                f"two people labelled, and {shared:,} of the drawn cases both: a bound needs {OVERLAP} that both label"
            )
    same, both = counted.overlap
    if both and same < MIN_AGREEMENT * both:
        return (
            f"people agree on {same:,} of the {both:,} cases that two of them labelled, and a bound needs"
            f" {MIN_AGREEMENT:.0%}: agree on what is good, and settle these cases"
        )
    if seen.rest and not counted.batches:
        return "no bound: the size of the batch was not stored before its first label"
    if seen.rest and seen.m < FEWEST:
        return f"no bound below {FEWEST} drawn labels"
    return ""
