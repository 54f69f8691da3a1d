"""Declaring what a run's file does not say (start, judge, dataset, version), and living with a high-risk failure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from readiness_tui.domain.checklists.policy import Policy
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.gate_result.high_risk import AcceptedRisk, high_risk
from readiness_tui.domain.runs.declared import as_digest, contradiction, fact_text, own_value, parse_fact, with_declared
from readiness_tui.domain.runs.model import DeclaredFact, EvalSet, Fact, Run
from readiness_tui.domain.text.format import full_day
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.core.write import change
from readiness_tui.store import declared, evalsets, gates, runs
from readiness_tui.store.sqlite import Connection

Facts = Mapping[Fact, str]  # what was typed, or the values that it means
_REASON = 500  # characters


def values_of(
    typed: Facts, now: datetime, sets: Iterable[EvalSet], locks: Iterable[Lock], gate: Gate | None
) -> dict[Fact, str]:
    """What was typed, as it is stored: names and beginnings of digests that are known here become the digests.

    Raises ReadinessError for what cannot be a value.
    """
    locks = [*locks]
    known = {
        Fact.DATASET: [
            *((one.name, one.digest) for one in sets),
            *(("", lock.dataset_digest) for lock in locks if lock.dataset_digest),
            *([("", gate.dataset_digest)] if gate and gate.dataset_digest else []),
        ],
        Fact.JUDGE: [
            *(("", lock.judge_digest) for lock in locks if lock.judge_digest),
            *([("", gate.judge_digest)] if gate and gate.judge_digest else []),
        ],
    }
    return {fact: as_digest(parse_fact(fact, value, now), known.get(fact, ())) for fact, value in typed.items()}


def stored_values(conn: Connection, system: str, typed: Facts, now: datetime, gate_id: int | None) -> dict[Fact, str]:
    """The same, with the golden sets, locks and gate of a system known."""
    if not typed:
        return {}
    gate = gates.get(conn, gate_id) if gate_id else None
    return values_of(typed, now, evalsets.all(conn, system), gates.locks(conn, system), gate)


def refuse_contradictions(brought: Iterable[Run], values: Facts, seen: datetime) -> None:
    """Raises ReadinessError where the file of a run says something else, with both."""
    for run in brought:
        for fact, value in values.items():
            if said := contradiction(run, fact, value, seen):
                raise ReadinessError(said)


def of_files(brought: Iterable[Run], values: Facts, who: str, now: datetime) -> dict[str, Run]:
    """Runs of files with what was declared of them, by id. Raises ReadinessError where a file says something else."""
    runs_ = [*brought]
    refuse_contradictions(runs_, values, now)
    facts = [DeclaredFact(fact, value, who) for fact, value in values.items()]
    return {run.id: with_declared(run, facts, now) for run in runs_}


def put(desk: Desk, run_ids: Sequence[str], values: Facts) -> list[str]:
    """Store values for runs that are here; returns what was said of each, in sentences."""
    said = []
    with change(desk, f"declared of {', '.join(run_ids)}: {', '.join(values)}") as (tx, review):
        for run_id in run_ids:
            info = runs.named(tx.conn, review.system, run_id)
            own = runs.stated(tx.conn, info.key)
            refuse_contradictions((own,), values, info.imported_at)
            for fact, value in values.items():
                if own_value(own, fact, info.imported_at):
                    said.append(f"The file of run {run_id!r} says its {fact} itself, so nothing was declared of that.")
                else:
                    declared.put_fact(tx, review.system, run_id, fact, value)
                    said.append(f"Run {run_id!r}: {fact_text(DeclaredFact(fact, value, desk.who))}.")
    return said


def declare(desk: Desk, run_id: str, typed: Facts, *, base: Facts | None = None) -> list[str]:
    """What a person types of one run; an empty value takes back what was declared before.

    Raises ReadinessError for what cannot be a value, or where the file says something else. `base`: what was declared as
    the writer saw it; what they left alone stays as it is now, and where somebody else has changed the same since it is
    refused.
    """
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        info = runs.named(conn, review.system, run_id)
        before = {one.fact: one.value for one in declared.facts(conn, review.system).get(run_id, ())}
        if base is not None:
            typed = {fact: value for fact, value in typed.items() if value.strip() != base.get(fact, "").strip()}
            for fact, value in typed.items():
                said = before.get(fact, "")
                if said not in (base.get(fact, ""), value.strip()):
                    raise ReadinessError(
                        f"Somebody has declared the {fact} of this run meanwhile: {one_line(said, 80) or 'nothing any more'}."
                        " Look at it, then declare again."
                    )
        given = {fact: value for fact, value in typed.items() if value.strip() and value.strip() != before.get(fact)}
        # A run cannot have started after it was imported.
        values = stored_values(conn, review.system, given, info.imported_at, review.gate_id)
    gone = [fact for fact in typed if not typed[fact].strip() and fact in before]
    told = []
    if gone:
        with change(desk, f"took back what was declared of {run_id}: {', '.join(gone)}") as (tx, review):
            for fact in gone:
                declared.take_back(tx, review.system, run_id, fact)
        told.append(f"No longer declared: {', '.join(gone)}.")
    return [*told, *(put(desk, [run_id], values) if values else [])]


def facts_of(desk: Desk, run_id: str) -> dict[Fact, tuple[str, str, str]]:
    """By fact: what the file of a run says, what was declared of it, and by whom; "" for neither."""
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
        info = runs.named(conn, system, run_id)
        own = runs.stated(conn, info.key)
        said = {one.fact: one for one in declared.facts(conn, system).get(run_id, ())}
    return {
        fact: (
            own_value(own, fact, info.imported_at),
            said[fact].value if fact in said else "",
            said[fact].by if fact in said else "",
        )
        for fact in Fact
    }


# A high-risk case that a person failed


def accept_risk(
    desk: Desk, case: str, *, reason: str, approver: str, expires: date, first: bool = False
) -> AcceptedRisk:
    """Accept, by name, the risk of a high-risk case that a person failed in the candidate's version.

    Raises ReadinessError where nobody failed it, and without a reason, a name or a day within 90 days. `first`: the writer
    saw no such acceptance; raises where somebody else has accepted it since.
    """
    view = load(desk)
    failed = {*view.gate.failed, *_accepted_now(desk)}
    if case not in failed:
        listed = f" Failed are: {', '.join(sorted(failed))}." if failed else " Nobody failed another one either."
        raise ReadinessError(f"Nobody failed the high-risk case “{one_line(case, 60)}” of the candidate.{listed}")
    if not reason.strip() or not approver.strip():
        raise ReadinessError("A risk is accepted by somebody, for a reason. Name both (--reason, --approver).")
    limit = view.as_of + timedelta(days=Policy().waiver_days)
    if not view.as_of < expires <= limit:
        raise ReadinessError(
            f"{expires} cannot be the last day of an accepted risk. Choose one after {full_day(view.as_of)} and up to"
            f" {full_day(limit)}, {Policy().waiver_days} days on."
        )
    version = view.measured.candidate_runs[0].version
    risk = AcceptedRisk(case, version, one_line(reason.strip(), _REASON), one_line(approver.strip(), 80), expires)
    with change(desk, f"accepted the risk of case {case} in version {version}", risk.reason) as (tx, review):
        stored = [one for one in declared.risks(tx.conn, review.system) if (one.case, one.version) == (case, version)]
        if first and stored and stored[0].expires >= view.as_of:
            raise ReadinessError(
                f"{stored[0].approver} has accepted the risk of {one_line(case, 60)} meanwhile, until"
                f" {full_day(stored[0].expires)}: {stored[0].reason}. Look at it; to set another reason, take it back first."
            )
        declared.put_risk(tx, review.system, risk)
    return risk


def accept_typed(desk: Desk, values: Mapping[str, str]) -> AcceptedRisk:
    """The same as a form has it: case, reason, approver and until, a day. Raises ReadinessError as `accept_risk` does."""
    try:
        day = date.fromisoformat(values["until"].strip())
    except ValueError:
        raise ReadinessError(f"“{one_line(values['until'], 40)}” is no day. Write it as 2026-12-20.") from None
    case = values["case"].strip()
    return accept_risk(desk, case, reason=values["reason"], approver=values["approver"], expires=day, first=True)


def withdraw_risk(desk: Desk, case: str) -> None:
    """Take back an accepted risk of the candidate's version. Raises ReadinessError where there is none."""
    view = load(desk)
    versions = {run.version for run in view.measured.candidate_runs}
    with change(desk, f"no longer accepts the risk of case {case}") as (tx, review):
        if not [one for one in versions if declared.drop_risk(tx, review.system, case, one)]:
            raise ReadinessError(f"No risk of a case “{one_line(case, 60)}” is accepted for the candidate's version.")


def _accepted_now(desk: Desk) -> set[str]:
    """Cases whose risk is accepted already: accepting again sets another reason or day."""
    view = load(desk)
    around = view.measured.around
    found = high_risk(view.measured.candidate, around.others, around.accepted, view.as_of)
    return {risk.case for risk in found.accepted}
