"""High-risk cases: each needs the label of a named person, and one that a person failed blocks until it is settled
(gate.md, "High-risk cases")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.gate_result.model import GateFinding
from readiness_tui.domain.labels.queue import answers, every_label, labels_of
from readiness_tui.domain.metrics import RunData, absent_cases, gold_by_id, tags_of, utc
from readiness_tui.domain.runs.model import HIGH_RISK, NOT_NAMED, Case, HumanLabel, HumanVerdict, Run
from readiness_tui.domain.text.format import full_day, plural
from readiness_tui.domain.text.sanitise import one_line

FAILED, ACCEPTED = "high-risk-failed", "high-risk-accepted"  # names of findings
_NAMED = 5  # cases named in a sentence


@dataclass(frozen=True, slots=True)
class AcceptedRisk:
    """A named person lives with a high-risk case that a person failed, in one pipeline version, up to and including
    `expires`."""

    case: str
    version: str
    reason: str
    approver: str
    expires: date


@dataclass(frozen=True, slots=True)
class Failure:
    """A high-risk case that a person failed, and who did so in which run."""

    case: str
    by: str
    run_id: str


@dataclass(frozen=True, slots=True)
class HighRisk:
    """`cases`: keys of all of them. `unreviewed`: without the label of a named person, which block.

    `failed`: those that block because a person failed them; `accepted`: those whose risk somebody accepted.
    """

    cases: tuple[str, ...] = ()
    unreviewed: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()
    accepted: tuple[AcceptedRisk, ...] = ()

    @property
    def failed_cases(self) -> tuple[str, ...]:
        return tuple(failure.case for failure in self.failed)

    @property
    def findings(self) -> tuple[GateFinding, ...]:
        return tuple(_findings(self))


def decided_by_name(labels: Iterable[HumanLabel]) -> tuple[HumanLabel, ...]:
    """The labels that count for a high-risk case: pass or fail, by somebody who is named."""
    return tuple(
        label
        for label in labels
        if label.verdict is not HumanVerdict.UNSURE
        and label.reviewer.strip()
        and not label.reviewer.startswith(NOT_NAMED)
    )


def high_risk(
    runs: Sequence[RunData],
    others: Sequence[RunData] = (),
    accepted: Sequence[AcceptedRisk] = (),
    as_of: date | None = None,
) -> HighRisk:
    """The high-risk cases of a candidate.

    A case is high-risk by its own tag or its golden case's; golden cases that a run should have but lacks count too.
    Each variant of a case has its own answer and needs its own label. `others`: further runs of the candidate's
    version, whose failures stand as well until a run that started later has the case passed. `accepted` counts up to its
    day, compared with `as_of`.
    """
    found: dict[str, list[tuple[Run, HumanLabel]]] = {}
    parts: dict[
        str, list[tuple[Run, HumanLabel]]
    ] = {}  # failed by one metric, which is no verdict on the answer if it passes
    for data in runs:
        for key, repeats in _risky(data):
            found.setdefault(key, []).extend((data.run, label) for label in decided_by_name(labels_of(repeats)))
            parts.setdefault(key, []).extend(
                (data.run, label)
                for label in decided_by_name(every_label(repeats))
                if label.metric and label.verdict is HumanVerdict.FAIL
            )
        for lost in absent_cases(data):
            if HIGH_RISK in lost.tags:
                found.setdefault(lost.id, [])
    earlier: dict[str, list[tuple[Run, HumanLabel]]] = {}
    for data in others:
        for key, repeats in answers(data):
            if found.get(key):
                earlier.setdefault(key, []).extend((data.run, label) for label in decided_by_name(labels_of(repeats)))
    versions = {data.run.version for data in runs}
    lived_with = {
        risk.case: risk
        for risk in sorted(accepted, key=lambda risk: risk.expires)
        if risk.version in versions and (as_of is None or as_of <= risk.expires)
    }
    failed, taken = [], []
    for key, said in found.items():
        stated = (*said, *earlier.get(key, ()), *parts.get(key, ()))
        failures = [(run, label) for run, label in stated if label.verdict is HumanVerdict.FAIL]
        open_ = [(run, label) for run, label in failures if not _settled(run, said)]
        if not open_:
            continue
        if key in lived_with:
            taken.append(lived_with[key])
        else:
            run, label = open_[0]
            failed.append(Failure(key, label.reviewer, run.id))
    unreviewed = tuple(key for key, said in found.items() if not said)
    return HighRisk(tuple(found), unreviewed, tuple(failed), tuple(taken))


def _risky(data: RunData) -> Iterable[tuple[str, tuple[Case, ...]]]:
    gold = gold_by_id(data)
    for key, repeats in answers(data):
        if any(HIGH_RISK in tags_of(case, gold.get(case.id)) for case in repeats):
            yield key, repeats


def _settled(failed_in: Run, said: Sequence[tuple[Run, HumanLabel]]) -> bool:
    """Whether a candidate run that started later has the case passed by a person, and failed by nobody."""
    if failed_in.started_at is None:
        return False
    for run in {run.id: run for run, _ in said}.values():
        if run.started_at is not None and utc(run.started_at) > utc(failed_in.started_at):
            own = {label.verdict for other, label in said if other.id == run.id}
            if own == {HumanVerdict.PASS}:
                return True
    return False


def _findings(found: HighRisk) -> Iterable[GateFinding]:
    if found.failed:
        who = _few(f"{one_line(f.case, 60)} ({one_line(f.by, 40)}, run {one_line(f.run_id, 60)})" for f in found.failed)
        yield GateFinding(
            FAILED,
            f"{plural(len(found.failed), 'high-risk case')} failed by a person: {who}; have the same case labelled pass in"
            " a run that starts later, or accept its risk by name",
            blocks=True,
        )
    if found.accepted:
        said = _few(
            f"{one_line(risk.case, 60)} until {full_day(risk.expires)} by {one_line(risk.approver, 40)}"
            f" ({one_line(risk.reason, 120)})"
            for risk in found.accepted
        )
        yield GateFinding(
            ACCEPTED,
            f"{plural(len(found.accepted), 'high-risk case')} failed by a person, the risk accepted: {said};"
            " mend it by then",
            expires=min(risk.expires for risk in found.accepted),
        )


def _few(said: Iterable[str]) -> str:
    named = list(said)
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return ", ".join(named[:_NAMED]) + more
