"""What a file declares against what is found in it: one mechanism for the counts and means of every tool.

A source yields `DeclaredCount` and `DeclaredMean` among its records, as the file states them. `checked` counts the
cases that go by and says what does not agree, with both figures: fewer cases than declared make the run partial, any
other difference stays with the run, so that the gate can tell whether a threshold lies between.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from readiness_tui.domain.runs.model import Case, CaseStatus, Completeness, DisputedFigure, Run
from readiness_tui.sources.kit.base import (
    CaseRecord,
    Counted,
    DeclaredCount,
    DeclaredMean,
    Record,
    RunChecked,
    RunStart,
    TraceRecord,
    Warn,
)
from readiness_tui.sources.kit.large.score_columns import ScoreColumns

Other = TypeVar("Other")

_CLOSE = 1e-9  # sums in another order
_STATUS = {
    Counted.PASSED: CaseStatus.PASS,
    Counted.FAILED: CaseStatus.FAIL,
    Counted.ERRORS: CaseStatus.ERROR,
    Counted.SKIPPED: CaseStatus.UNKNOWN,
}
#: The registry's metric that a count bears on.
_METRIC = {Counted.PASSED: "task_success_rate", Counted.FAILED: "task_success_rate", Counted.ERRORS: "error_rate"}


@dataclass(slots=True)
class _Tally:
    """What went by of one run."""

    run: Run
    cases: int = 0
    statuses: Counter[CaseStatus] = field(default_factory=Counter)
    scores: ScoreColumns = field(default_factory=ScoreColumns)

    def add(self, case: Case) -> None:
        self.cases += 1
        self.statuses[case.status] += 1
        self.scores.add(case)

    def means(self, name: str, variant: str | None) -> tuple[float, float, int] | None:
        """The mean over cases (repeats averaged first), that over all repeats, and how many cases; None if none has it."""
        found = self.scores.by_case(name, variant)
        if not found:
            return None
        return mean([mean(v) for v in found]), mean([value for v in found for value in v]), len(found)


def checked(records: Iterable[Record | Other]) -> Iterator[Record | Other]:
    """The records (and whatever else stands among them), without the declarations among them, followed by what these and the cases do not agree in."""
    runs: dict[str, _Tally] = {}
    declared: list[DeclaredCount | DeclaredMean] = []
    for record in records:
        if type(record) is TraceRecord:  # the most there are, and nothing is declared of them
            yield record
            continue
        match record:
            case DeclaredCount() | DeclaredMean():
                declared.append(record)
                continue
            case RunStart(run=run):
                runs[run.id] = _Tally(run)
            case CaseRecord(run_id=run_id, case=case) if run_id in runs:
                runs[run_id].add(case)
        yield record
    totals: dict[str, int] = {}  # the largest, where a file counts its cases twice
    for one in declared:
        if isinstance(one, DeclaredCount) and one.what is Counted.CASES:
            totals[one.run_id] = max(one.value, totals.get(one.run_id, 0))
    for run_id, tally in runs.items():
        run = tally.run
        for one in dict.fromkeys(declared):
            if one.run_id == run_id:
                if isinstance(one, DeclaredCount):
                    said, run = _count(one, tally, run, totals.get(run_id))
                else:
                    said, run = _compared(one, tally, run)
                if said:
                    yield Warn(said)
        if run is not tally.run:
            yield RunChecked(run)


def _count(one: DeclaredCount, tally: _Tally, run: Run, total: int | None) -> tuple[str, Run]:
    """`total`: how many cases the file says the run has; None if it does not say."""
    found = tally.cases if one.what is Counted.CASES else tally.statuses[_STATUS[one.what]]
    if found == one.value:
        return "", run
    if one.what is Counted.CASES:
        said = f"{one.where}: it counts {one.value:,} cases, and {found:,} are in the file"
        if found > one.value:
            return f"{said}: more than it says.", run
        short = Completeness.PARTIAL if run.completeness is Completeness.COMPLETE else run.completeness
        lacking = max(one.value, run.declared_cases or 0)
        return f"{said}: the run is partial.", replace(run, completeness=short, declared_cases=lacking)
    said = f"{one.where}: it counts {one.value:,} {one.what}, and over its cases there are {found:,}."
    metric = _METRIC.get(one.what)
    # The cases that a partial run lacks explain its counts: what is wrong with it is said already, and nothing else.
    if metric is None or not tally.cases or (total is not None and tally.cases < total):
        return said, run
    # Each share is of its own cases: the tool's of those it counts, ours of those that are here.
    shares = one.value / max(total or tally.cases, one.value), found / tally.cases
    if one.what is Counted.FAILED:
        shares = 1 - shares[0], 1 - shares[1]
    return said, _disputed(run, DisputedFigure(metric, *shares, one.where))


def _compared(one: DeclaredMean, tally: _Tally, run: Run) -> tuple[str, Run]:
    ours = tally.means(one.metric, one.variant)
    if ours is None or not math.isfinite(one.value):
        return "", run
    by_case, by_repeat, cases = ours
    if any(_agree(one, figure) for figure in (by_case, by_repeat)):
        return "", run
    of = f"over the {cases:,} cases that carry it, it is {by_case:.6g}"
    said = f"{one.where}: the tool reports {one.metric} {one.written or f'{one.value:.6g}'}; {of}"
    if one.rule_value is not None and _agree(one, one.rule_value):
        return f"{said}. The tool's is {one.rule}.", run
    tried = f" (by its rule, {one.rule}: {one.rule_value:.6g})" if one.rule_value is not None else ""
    return f"{said}{tried}.", _disputed(run, DisputedFigure(one.metric, one.value, by_case, one.where))


def _disputed(run: Run, found: DisputedFigure) -> Run:
    return replace(run, disputed=(*run.disputed, found))


def _agree(one: DeclaredMean, ours: float) -> bool:
    """Within half of the last printed digit, or of what floating point loses."""
    allowed = _half_digit(one.written)
    return math.isclose(ours, one.value, rel_tol=_CLOSE, abs_tol=max(_CLOSE, allowed * (1 + 1e-6)))


def printed(value: float) -> str:
    """The digits of a figure that a file states as a JSON number, where they may have been rounded: two or more after
    the point. With fewer (0.5, 1.0) the figure came out even; "" then."""
    shown = repr(value)
    return shown if len(shown.partition("e")[0].partition(".")[2]) >= 2 else ""


def _half_digit(written: str) -> float:
    """Half of the last digit of a printed number: 0.005 for "0.85", 0.5 for "85"; 0 for none."""
    digits, _, exponent = written.strip().lower().partition("e")
    if not any(char.isdigit() for char in digits):
        return 0.0
    places = len(digits.partition(".")[2])
    try:
        return 0.5 * float(10.0 ** (int(exponent or 0) - places))
    except (ValueError, OverflowError):
        return 0.0


def mean(values: Sequence[float]) -> float:
    try:
        return math.fsum(values) / len(values)
    except OverflowError:  # finite numbers whose sum is not
        return math.fsum(value / len(values) for value in values)
