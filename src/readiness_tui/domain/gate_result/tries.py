"""How often something was tried against a lock until it passed (gate.md, "Tries are counted").

A try is one version, dataset and start day, whatever its files: every run that was imported for the system since the
lock and covers the set, not only those that somebody named the candidate.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.gate_result.evaluate import must_pass
from readiness_tui.domain.gate_result.model import GateFinding, Result, Tries, Try
from readiness_tui.domain.gate_result.rows import Ground, row, split
from readiness_tui.domain.metrics import RunData, Windows, utc
from readiness_tui.domain.metrics.rule import From
from readiness_tui.domain.runs.declared import start_known
from readiness_tui.domain.runs.model import UNKNOWN_VERSION, CaseStatus, Completeness, EvalSet, Run
from readiness_tui.domain.text.format import day_month
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import mask
from readiness_tui.domain.traces.listed import NOTHING_RECORDED

AGAIN, RENAMED = "failed-then-passed", "tried-until-passed"  # names of findings
_MANY = 3  # failed tries that differ from the passing one in their name alone, from which on it has to say what changed
_COVERS = Fraction(95, 100)
_MUST_PASS = "must-pass cases"
_ASIDE = frozenset({"draft", "wip", "pr", "pull request", "pull-request", "pull_request"})
_WORST = (Result.FAIL, Result.MISSING, Result.INCONCLUSIVE, Result.PASS)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One imported run held against the gate. `key`: the store's; `results`: by rule, required ones over runs alone."""

    key: int
    run: Run
    dataset: str
    seen: datetime  # its import
    results: Mapping[str, Result]

    @property
    def at(self) -> datetime:
        """Its start; where that is not known, its import."""
        known = self.run.started_at if start_known(self.run.started_at, self.seen) else None
        return utc(known or self.seen)

    @property
    def carried(self) -> bool:
        """Whether the run has anything that the gate asks for."""
        return any(result is not Result.MISSING for result in self.results.values())

    @property
    def failed(self) -> tuple[str, ...]:
        return tuple(name for name, result in self.results.items() if result is Result.FAIL)


def may_count(run: Run, seen: datetime, n_cases: int, lock: Lock, smallest: int) -> bool:
    """What is told without a look at the cases: the run came after the lock, was no draft and could cover the set, of
    which the smallest known has so many cases. Figures without cases are of the set that they are held against."""
    started = run.started_at if start_known(run.started_at, seen) else seen
    return (
        started is not None
        and utc(started) >= utc(lock.at)
        and run.completeness is not Completeness.ERRORED
        and not _ASIDE & {tag.strip().casefold() for tag in run.tags}
        and (n_cases >= _COVERS * smallest or (n_cases == 0 and bool(run.aggregates)))
    )


def covers(data: RunData, wanted: Collection[str]) -> bool:
    """Whether the system answered at least 95 % of the cases; one that it failed to answer ended in a system error."""
    if not data.cases:
        return bool(data.run.aggregates)
    answered = {case.id for case in data.cases if case.status is not CaseStatus.ERROR}
    return bool(wanted) and len(answered & set(wanted)) >= _COVERS * len(wanted)


def case_ids(golden: EvalSet) -> frozenset[str]:
    return frozenset(gold.id for gold in golden.cases)


def attempt(key: int, gate: Gate, data: RunData, baseline: Sequence[RunData], seen: datetime, as_of: date) -> Attempt:
    """Hold one run against the gate's required rules. A regression counts only where it is one."""
    ground = Ground((data,), tuple(baseline), Windows(NOTHING_RECORDED, as_of), as_of, {})
    results: dict[str, Result] = {}
    for rule in gate.rules:
        for part in split(rule) if rule.required and rule.source is From.RUN else ():
            result = row(part, ground).result
            if part.threshold is not None or result is Result.FAIL:
                results[part.key] = result
    if must_pass(gate.must_pass, (data,))[0]:
        results[_MUST_PASS] = Result.FAIL
    dataset = data.run.dataset_digest or (data.golden.digest if data.golden else "")
    return Attempt(key, data.run, dataset, seen, results)


def count(attempts: Iterable[Attempt], candidate: Collection[int]) -> Tries | None:
    """The tries, in order of start. `candidate`: keys of its runs, which are one try together; None without any."""
    ordered = sorted(attempts, key=lambda one: (one.at, one.key))
    first = next((one for one in ordered if one.key in candidate), None)
    if first is None:
        return None
    groups: dict[tuple[str, str, date], list[Attempt]] = {}
    for one in ordered:
        groups.setdefault(_name(first if one.key in candidate else one), []).append(one)
    made = tuple(
        Try(version, day, _result(group), tuple(dict.fromkeys(one.run.id for one in group)))
        for (version, _dataset, day), group in groups.items()
    )
    return Tries(made, list(groups).index(_name(first)) + 1)


def failed_before(attempts: Iterable[Attempt], candidate: Collection[int]) -> GateFinding | None:
    """A condition where the candidate passes, and its version failed in another run although nothing is known to have
    changed between them."""
    every = list(attempts)
    ours = [one for one in every if one.key in candidate]
    if not ours or any(one.failed for one in ours):
        return None
    for one in sorted(every, key=lambda one: (one.at, one.key)):
        if one.key not in candidate and one.failed and all(_unchanged(one, own) for own in ours):
            return GateFinding(AGAIN, _again(one, ours[0]))
    return _renamed([one for one in every if one.key not in candidate], ours)


def _renamed(others: Sequence[Attempt], ours: Sequence[Attempt]) -> GateFinding | None:
    """A condition where tries failed again and again under other version names, and nothing but the name is known to have
    changed before one passed. Once or twice is how a fault is found and mended: a remark."""
    first = min(own.at for own in ours)
    before = [one for one in others if one.at < first and one.failed]
    alike = [one for one in before if all(_unchanged(one, own, but_name=True) for own in ours)]
    failed = list(dict.fromkeys(map(_name, sorted(alike, key=lambda one: (one.at, one.key)))))
    if len(failed) < _MANY:
        return None
    named = ", ".join(dict.fromkeys(one_line(version, 40) for version, _, _ in failed[-_MANY:]))
    return GateFinding(
        RENAMED,
        f"{len(failed)} earlier tries failed against this lock (the last: {named}), and nothing but the version's name is known"
        " to differ from the one that passes: record what changed (prompt, model, index), or test on fresh cases",
    )


def _name(one: Attempt) -> tuple[str, str, date]:
    return one.run.version, one.dataset, one.at.date()


def _result(group: Sequence[Attempt]) -> Result:
    """The worst of each rule over the runs that carry its metric, then the worst of the rules."""
    worst: dict[str, Result] = {}
    for one in group:
        for name, result in one.results.items():
            if result is not Result.MISSING or name not in worst:
                known = worst.get(name, Result.MISSING)
                worst[name] = result if known is Result.MISSING else min(known, result, key=_WORST.index)
    return min(worst.values(), key=_WORST.index, default=Result.MISSING)


def _unchanged(one: Attempt, other: Attempt, *, but_name: bool = False) -> bool:
    """Nothing is known to have changed: what only one of them records may be the same. `but_name`: what they are called
    aside, and with it a prompt that is nothing but the name."""
    said = [(one.run.model, other.run.model), (one.run.index_version, other.run.index_version)]
    if but_name:
        said += [(_prompt_beside(one.run), _prompt_beside(other.run))]
    else:
        said += [(_version(one.run), _version(other.run)), (one.run.prompt_version, other.run.prompt_version)]
    return all(ours == theirs for ours, theirs in said if ours and theirs)


def _prompt_beside(run: Run) -> str | None:
    """The prompt where the run records it beside a version of another name."""
    named = run.pipeline_version and run.pipeline_version != run.prompt_version
    return run.prompt_version if named else None


def _version(run: Run) -> str:
    return "" if run.version == UNKNOWN_VERSION else run.version


def _again(failed: Attempt, passed: Attempt) -> str:
    version = passed.run.version
    what = f"version {one_line(version, 60)}" if version != UNKNOWN_VERSION else "a version that no file names"
    rules = ", ".join(mask(name).replace("_", " ") for name in failed.failed)
    ran = "as it was imported before" if failed.run.id == passed.run.id else f"in run {one_line(failed.run.id, 60)!r}"
    act = (
        "record or declare the version" if version == UNKNOWN_VERSION else "record what changed (prompt, model, index)"
    )
    return (
        f"{what} failed {ran} ({day_month(failed.at.date())}: {rules}) and passes in run"
        f" {one_line(passed.run.id, 60)!r} with nothing known to have changed: {act}, or test a new version"
    )
