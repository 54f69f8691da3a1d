"""One metric on every slice of the shared cases: each tag is a slice, and all slices are examined.

Among twenty slices, one is "beyond chance" by chance alone. So each p-value is corrected for the number of tests
(Holm), and the number of slices examined is reported (scoring.md, "Gate").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from readiness_tui.domain.compare.metrics import Compared, signed
from readiness_tui.domain.compare.paired import (
    ALPHA,
    MIN_N,
    NEEDED_FLIPS,
    Flips,
    Shift,
    holm,
    p_text,
    pass_fail,
    scores,
)
from readiness_tui.domain.metrics import MetricKind, Observed, RunData, case_key, gold_by_id, observe, tags_of
from readiness_tui.domain.text.format import plural


@dataclass(frozen=True, slots=True)
class Slice:
    """The shared cases with one tag. `p` is corrected for all tested slices; None: too few cases, or not testable."""

    tag: str
    baseline: float | None
    candidate: float | None
    change: float | None
    flips: Flips
    p: Fraction | None = None

    @property
    def distinguishable(self) -> bool:
        return self.p is not None and self.p < ALPHA


@dataclass(frozen=True, slots=True)
class Slices:
    """One metric by tag: slices beyond chance first, then the largest. `untagged`: shared cases without a tag."""

    compared: Compared
    found: tuple[Slice, ...]
    untagged: int

    @property
    def tested(self) -> int:
        return sum(1 for slice_ in self.found if slice_.p is not None)

    @property
    def text(self) -> str:
        """The answer in one sentence, with how many slices were examined."""
        if not self.found:
            return "no shared case has a tag, so there is no slice to look at"
        looked = f"{plural(len(self.found), 'slice')} looked at, {self.tested or 'none'} with enough cases to test"
        if not self.compared.has_interval:
            return f"{plural(len(self.found), 'slice')} looked at; the change of a {self.compared.metric.kind} is not tested"
        if not self.tested:
            return looked
        beyond = [slice_ for slice_ in self.found if slice_.distinguishable]
        correction = "after Holm's correction for all of them"
        if not beyond:
            return f"{looked}; none is beyond chance {correction}"
        named = ", ".join(f"{slice_.tag} ({self.word(slice_)}, {p_text(slice_.p or ALPHA)})" for slice_ in beyond)
        return f"{looked}; beyond chance {correction}: {named}"

    def word(self, slice_: Slice) -> str:
        """ "better", "worse", "could be luck", "no change", "too few", "not tested"."""
        if not slice_.flips.better and not slice_.flips.worse:
            return "no change"
        if slice_.p is None:
            few = self.compared.has_interval and slice_.flips.shared < self._least
            return "too few" if few else "not tested"
        if not slice_.distinguishable:
            return "could be luck"
        if self.compared.shift is None:
            return "better" if len(slice_.flips.better) > len(slice_.flips.worse) else "worse"
        return "better" if ((slice_.change or 0) > 0) is (self.compared.direction == "higher") else "worse"

    @property
    def _least(self) -> int:
        """The fewest cases that can be tested."""
        return NEEDED_FLIPS if self.compared.shift is None else MIN_N

    def why(self, slice_: Slice) -> str:
        """The word with its reason: "could be luck (p = 0.45 after Holm's correction)"."""
        word = self.word(slice_)
        if word == "too few":
            return f"too few to test: it needs {self._least} cases"
        if slice_.p is None or word == "no change":
            return word
        return f"{word} ({p_text(slice_.p)} after Holm's correction for {plural(self.tested, 'slice')})"

    def change_text(self, slice_: Slice) -> str:
        if slice_.change is None:
            return "—"
        return signed(slice_.change, self.compared.metric.unit, self.compared.direction)


def by_slice(row: Compared, candidate: Sequence[RunData], baseline: Sequence[RunData]) -> Slices:
    """One compared metric on each tag of its shared cases."""
    ours = next(data for data in candidate if data.run.id == row.run_id)
    theirs = next(data for data in baseline if data.run.id == row.comparison.run_id)
    tags = _tags(ours)
    keys: dict[str, list[str]] = {}
    for key in row.comparison.shared:
        for tag in sorted(tags.get(key, ())):
            keys.setdefault(tag, []).append(key)
    found = [_slice(row, tag, members, ours, theirs) for tag, members in keys.items()]
    tested = [slice_ for slice_ in found if slice_.p is not None]
    corrected = dict(zip((s.tag for s in tested), holm([s.p for s in tested if s.p is not None]), strict=True))
    made = [replace(slice_, p=corrected.get(slice_.tag)) for slice_ in found]
    made.sort(key=lambda s: (not s.distinguishable, -s.flips.shared, s.tag))
    untagged = sum(1 for key in row.comparison.shared if not tags.get(key))
    return Slices(row, tuple(made), untagged)


def _slice(row: Compared, tag: str, members: Sequence[str], ours: RunData, theirs: RunData) -> Slice:
    now, before = ({key: side[key] for key in members} for side in (row.ours, row.theirs))
    if row.metric.kind in (MetricKind.RATE, MetricKind.MEAN):
        figures: list[float | None] = [sum(side.values()) / len(members) for side in (now, before)]
    else:
        figures = [_figure(row, data, frozenset(members)) for data in (ours, theirs)]
    candidate, baseline = figures
    change = None if candidate is None or baseline is None else candidate - baseline
    if row.shift is None:
        flips = pass_fail(now, before, row.direction)
        return Slice(tag, baseline, candidate, change, flips, flips.p if len(members) >= NEEDED_FLIPS else None)
    shift: Shift = scores(now, before, row.direction, interval=row.has_interval)
    still = row.has_interval and len(members) >= MIN_N and not shift.flips.moves  # testable, but no case changed
    p = Fraction(1) if still else shift.p
    return Slice(tag, baseline, candidate, change, shift.flips, p)


def _figure(row: Compared, data: RunData, members: frozenset[str]) -> float | None:
    """A quantile or a ratio of the slice, which cannot be computed as a mean of its cases."""
    part = replace(data, cases=tuple(case for case in data.cases if case_key(case) in members))
    seen = observe(row.metric.key, part, direction=row.direction, unit=row.metric.unit, only=members)
    return seen.estimate.value if isinstance(seen, Observed) else None


def _tags(data: RunData) -> Mapping[str, set[str]]:
    """The tags of each case, including its golden case's."""
    gold = gold_by_id(data)
    found: dict[str, set[str]] = {}
    for case in data.cases:
        found.setdefault(case_key(case), set()).update(tags_of(case, gold.get(case.id)))
    return found
