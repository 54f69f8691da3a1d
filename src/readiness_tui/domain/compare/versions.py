"""Compares two versions: every metric, the cases that only one of them has, and what cannot be concluded.

The screen, the document and the command line all give this answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from readiness_tui.domain.compare.comparison import comparison_warnings
from readiness_tui.domain.compare.diagnosis import diagnose
from readiness_tui.domain.compare.metrics import Compared, Unpaired, compare_all
from readiness_tui.domain.compare.paired import undetectable_text
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.metrics import RunData, first_few, normal, resolve, said_of
from readiness_tui.domain.metrics.rule import Rule
from readiness_tui.domain.runs.joining import normalise
from readiness_tui.domain.runs.model import Case
from readiness_tui.domain.text.format import plural


@dataclass(frozen=True, slots=True)
class Versions:
    """A candidate against a baseline. `new` and `removed`: keys of cases that only the candidate or the baseline has.

    `diagnoses`: where to look, by metric. `remarks`: why the comparison explains less than it seems to.
    """

    candidate: tuple[RunData, ...]
    baseline: tuple[RunData, ...]
    rows: tuple[Compared, ...] = ()
    unpaired: tuple[Unpaired, ...] = ()
    shared: int = 0
    new: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    diagnoses: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def beyond(self) -> tuple[Compared, ...]:
        """The metrics that changed beyond chance."""
        return tuple(row for row in self.rows if row.distinguishable)

    def chosen(self, metric: str | None) -> Compared | None:
        """The compared metric of this name or alias, else the first. Raises ReadinessError where it is not compared."""
        if metric is None:
            return self.rows[0] if self.rows else None
        known = resolve(metric)
        name = normal(known.key if known else metric)
        found = next((row for row in self.rows if normal(row.metric.key) == name), None)
        if found is None:
            lacking = next((lone for lone in self.unpaired if normal(lone.metric.key) == name), None)
            why = lacking.reason if lacking else "neither side carries it"
            there = ", ".join(row.metric.key for row in self.rows) or "none"
            raise ReadinessError(f"{metric} is not compared: {why}. Compared are: {there}.")
        return found

    @property
    def answer(self) -> str:
        """The comparison in a sentence or two; never empty."""
        lacks = [name for name, side in (("candidate", self.candidate), ("baseline", self.baseline)) if not side]
        if lacks:
            return f"There is no {' and '.join(lacks)} to compare."
        if not self.rows:
            return self._nothing()
        first = self.rows[0]
        return f"{first.name.capitalize()}: {first.text}."

    @property
    def scanned(self) -> str:
        """How many metrics were examined, and which changed beyond chance."""
        if not self.rows:
            return ""
        beyond = ", ".join(f"{row.name} ({'better' if row.gained else 'worse'})" for row in self.beyond)
        tail = f"beyond chance: {beyond}; one in twenty is so by chance alone" if beyond else "none is beyond chance"
        return f"{plural(len(self.rows), 'metric')} looked at; {tail}."

    @property
    def least(self) -> str:
        """ "A drop of fewer than 6 cases (15 points) cannot show." on the shared cases."""
        said = undetectable_text(self.shared) if self.shared else ""
        return f"{said[0].upper()}{said[1:]}." if said else ""

    @property
    def questions(self) -> dict[str, str]:
        """The question of each case on either side."""
        found: dict[str, str] = {}
        for data in (*self.candidate, *self.baseline):
            found = {key: case.question for key, case in data.by_key.items() if case.question} | found
        return found

    def row(self, metric: str) -> Compared | None:
        return next((row for row in self.rows if row.metric.key == metric), None)

    def _nothing(self) -> str:
        if self.shared:
            return (
                f"Candidate and baseline share {plural(self.shared, 'case')}, but no metric that both carry for them."
            )
        alone = f"{plural(len(self.new), 'case')} in the candidate alone, {len(self.removed):,} in the baseline alone"
        return (
            f"Candidate and baseline share no case ({alone}). Cases pair by their id, or by the golden set's where both"
            " ask its questions: import the eval set, or give the cases ids."
        )


def compare_versions(candidate: Sequence[RunData], baseline: Sequence[RunData], rules: Sequence[Rule] = ()) -> Versions:
    """Compare a candidate's runs with a baseline's. `rules` give direction and unit for unknown metrics."""
    if not candidate or not baseline:
        return Versions(tuple(candidate), tuple(baseline))
    ours, theirs = _cases(candidate), _cases(baseline)
    shared = [key for key in ours if key in theirs]
    rows, unpaired = compare_all(candidate, baseline, rules)
    runs = {("c", data.run.id): data for data in candidate} | {("b", data.run.id): data for data in baseline}
    diagnoses = {
        row.metric.key: said
        for row in rows
        if (said := diagnose(row, runs["c", row.run_id], runs["b", row.comparison.run_id]))
    }
    return Versions(
        tuple(candidate),
        tuple(baseline),
        rows,
        unpaired,
        len(shared),
        tuple(key for key in ours if key not in theirs),
        tuple(key for key in theirs if key not in ours),
        diagnoses,
        (
            *said_of((*candidate, *baseline)),
            *_pairing(ours, theirs, shared),
            *comparison_warnings(candidate[0].run, baseline[0].run),
        ),
    )


def _cases(runs: Sequence[RunData]) -> dict[str, Case]:
    """The cases of a side, each from the first run that has it."""
    found: dict[str, Case] = {}
    for data in runs:
        found = data.by_key | found
    return found


def _pairing(ours: Mapping[str, Case], theirs: Mapping[str, Case], shared: Sequence[str]) -> tuple[str, ...]:
    """What a reader should know about how the cases were paired."""
    said = []
    placed = [key for key in shared if "position" in (ours[key].id_from, theirs[key].id_from)]
    if placed:
        said.append(
            f"{plural(len(placed), 'case')} paired by position alone: the pairs mean something only where both runs"
            " asked the same questions in the same order."
        )
    other = [
        key
        for key in shared
        if ours[key].question
        and theirs[key].question
        and ours[key].question != theirs[key].question
        and normalise(ours[key].question) != normalise(theirs[key].question)
    ]
    if other:
        said.append(f"{plural(len(other), 'pair')} with another question on each side: {first_few(other)}.")
    return tuple(said)
