"""Why a part of the verdict is not GO: the VERDICTS block of scoring.md, one cause for each line that applies.

A cause's key names its subject, never how bad it is: an item that goes from undecided to waived to partial keeps its
condition's row, with the owner and date that somebody gave it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from readiness_tui.domain.checklists.assessment import Assurance, LookUp, Standing
from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.checklists.policy import Policy
from readiness_tui.domain.checklists.standing import unchecked
from readiness_tui.domain.gate.model import CasePolicy
from readiness_tui.domain.gate_result.model import GateOutcome, GateRow, Result
from readiness_tui.domain.gate_result.words import cases_text, reason_text
from readiness_tui.domain.incidents.model import Incident, Sev
from readiness_tui.domain.metrics.words import metric_label, rule_text, value_text
from readiness_tui.domain.text.format import count_text, percent, plural
from readiness_tui.domain.text.secrets import mask
from readiness_tui.domain.verdict.acts import GATE_ACTS, row_act
from readiness_tui.domain.verdict.gap import Gap
from readiness_tui.domain.verdict.model import Cause, Facts, Part, Section, Verdict
from readiness_tui.domain.verdict.sections import assessed

_RESULT_WORDS = {
    Result.FAIL: "fails",
    Result.MISSING: "is missing",
    Result.CHANGED: "was measured on something changed since the lock",
}
_NAMED = 3  # items or pieces named in a sentence
_BLOCKING = (Result.FAIL, Result.MISSING, Result.CHANGED)


def item_key(standing: Standing) -> str:
    """`item/<checklist>/<id>`: the key of the item's gap and of its cause."""
    return f"item/{standing.checklist_id}/{standing.item.id}"


def gate_causes(outcome: GateOutcome) -> Iterator[Cause]:
    """GATE. Missing never counts as a pass: a must-pass case that the run lacks counts as failing."""

    def cause(name: str, verdict: Verdict, text: str, severity: Severity, gap_key: str = "", act: str = "") -> Cause:
        act = act or GATE_ACTS.get(f"gate/{name}", "")
        return Cause(f"gate/{name}", Part.GATE, verdict, text, severity, gap_key=gap_key, act=act)

    def condition(name: str, text: str) -> Cause:
        return cause(name, Verdict.CONDITIONS, text, Severity.MAJOR)

    if outcome.gate is None:
        yield condition("none", "No gate is declared")
    else:
        if not any(rule.required for rule in outcome.gate.rules):
            yield condition("none-required", "None of the gate's metrics is required")
        if not outcome.ran:
            yield cause(
                "not-run", Verdict.NO_GO, "The gate was not run: no run stands as the candidate", Severity.BLOCKER
            )
        elif not outcome.registered:
            yield condition("lock", _because("run before lock", outcome.registration))
        if outcome.ran and outcome.witness is not None and outcome.witness.late:
            yield condition("lock-history", outcome.witness.text)
        if outcome.ran and outcome.unverified:
            yield condition(
                "digest",
                f"unverified digest: {', '.join(outcome.unverified)}; declare what the run's file does not say, and lock"
                " again where the lock binds none",
            )
    if outcome.disputed:
        yield condition(
            "disputed", f"The tool's own figure differs from what its cases give: {'; '.join(outcome.disputed)}"
        )
    for held in outcome.findings:
        if held.blocks:
            yield cause(held.name, Verdict.NO_GO, held.text, Severity.BLOCKER)
        else:
            yield replace(condition(held.name, held.text), expires=held.expires)
    for row in outcome.rows:
        if row.result is Result.PASS:
            continue
        blocks = row.rule.required and row.result in _BLOCKING
        yield cause(
            row.rule.key,
            Verdict.NO_GO if blocks else Verdict.CONDITIONS,
            row_text(row),
            row_severity(row),
            gap_key=f"gate/{row.rule.key}",
            act=row_act(row),
        )
    failed = (*outcome.must_pass_failed, *outcome.must_pass_missing)
    if failed:
        text = f"{plural(len(failed), 'must-pass case')} did not pass: {', '.join(failed)}"
        yield cause("must-pass", Verdict.NO_GO, text, Severity.BLOCKER)
    for found in outcome.cases:
        if found.policy is CasePolicy.FAIL:
            yield cause(f"cases-{found.kind}", Verdict.NO_GO, cases_text(found), Severity.BLOCKER)
        elif found.policy is CasePolicy.WARN:
            yield condition(f"cases-{found.kind}", cases_text(found))
    if outcome.unreviewed:
        number, cases = len(outcome.unreviewed), plural(len(outcome.high_risk), "high-risk case")
        text = f"{number} of {cases} {'has' if number == 1 else 'have'} no human review"
        yield cause("high-risk", Verdict.NO_GO, text, Severity.BLOCKER)


def row_severity(row: GateRow) -> Severity:
    """Blocker for a required FAIL, MISSING or CHANGED, major for everything else that is not PASS."""
    return Severity.BLOCKER if row.rule.required and row.result in _BLOCKING else Severity.MAJOR


def row_text(row: GateRow) -> str:
    """ "Citation accuracy fails: 35 of 40, needs ≥ 0.90"."""
    label = mask(metric_label(row.rule)).replace("_", " ")
    name = f"{'' if row.rule.required else 'optional '}{label}"
    name = name[:1].upper() + name[1:]
    if row.result is Result.INCONCLUSIVE:
        return f"{name}, {reason_text(row)}"
    text = f"{name} {_RESULT_WORDS[row.result]}"
    if row.result is not Result.FAIL or row.estimate is None:
        return _because(text, row.reason)
    counted = row.estimate.k is not None and row.estimate.n is not None
    value = count_text(row.estimate.k, row.estimate.n).replace("/", " of ") if counted else ""
    missing = ", decided by missing cases" if row.by_missing else ""
    return f"{text}: {value or value_text(row.estimate.value, row.rule)}, needs {rule_text(row.rule)}{missing}"


def item_cause(standing: Standing, gap_key: str, waived_until: date | None) -> Cause | None:
    """The item's cause: "Blocker REL-03 is not met: Secrets are stored in a secret manager".

    At most one, because an item's states exclude each other. Informational items have none.

    An undecided major item is below 2 like any other: its condition must not appear only once somebody votes 1.
    A waiver on a minor item lifts nothing, so it makes no condition: adding a waiver must never worsen the verdict.
    """
    item = standing.item
    name = f"Blocker {item.id}" if item.severity is Severity.BLOCKER else item.id

    def cause(verdict: Verdict, text: str, act: str, expires: date | None = None) -> Cause:
        return Cause(
            key=item_key(standing),
            part=Part.CHECKLISTS,
            verdict=verdict,
            text=f"{name} {text}: {item.title}",
            severity=item.severity,
            gap_key=gap_key,
            item_id=item.id,
            expires=expires,
            act=act,
        )

    if not standing.in_sum or standing.counts == 2 or item.severity is Severity.MINOR:
        return None
    what = "is undecided" if standing.points is None else ("is not met", "is partly met")[standing.points]
    if standing.conflict:
        what += ", its proof disagrees with the vote"
    elif _claimed_only(standing):
        what = "is voted met, but nothing is attached that could be looked up"
    if standing.waived and waived_until is not None:
        return cause(
            Verdict.CONDITIONS, f"{what}, waived until {waived_until.isoformat()}", _item_act(standing), waived_until
        )
    if standing.na_awaiting:
        unconfirmed = "is marked not applicable, and no second person has confirmed it"
        return cause(Verdict.NO_GO, unconfirmed, "have a second person confirm it, or vote on it")
    blocks = item.severity is Severity.BLOCKER and standing.counts == 0
    return cause(Verdict.NO_GO if blocks else Verdict.CONDITIONS, what, _item_act(standing))


def _claimed_only(standing: Standing) -> bool:
    return standing.vote == 2 and standing.points == 1 and standing.assurance is Assurance.CLAIMED


def _item_act(standing: Standing) -> str:
    """What to do about an item below 2."""
    if standing.conflict:
        return "accept what the proof says, or keep the vote with a reason"
    if standing.points is None:
        return "vote on it"
    if _claimed_only(standing):
        return "attach a path, an address or the id of something imported"
    return standing.item.improve


def evidence_cause(standings: Sequence[Standing], facts: Facts, as_of: date) -> Cause | None:
    """One condition for all evidence that counts though nobody has looked it up where it lies.

    It does not ask how an item was voted, so that no vote brings it; a piece beside one that was found is left out.
    """
    waiting = [
        piece
        for standing in standings
        if standing.in_sum and (dossier := facts.dossiers.get(standing.item.id)) is not None
        for piece in unchecked(dossier, as_of)
    ]
    if not waiting:
        return None
    ahead = all(piece.lookup is LookUp.UNCOMMITTED for piece in waiting)
    number, named = plural(len(waiting), "piece"), [f"{piece.item_id} {piece.ref}" for piece in waiting[:_NAMED]]
    listed = ", ".join(named) + (f" and {len(waiting) - _NAMED} more" if len(waiting) > _NAMED else "")
    what = "is" if len(waiting) == 1 else "are"
    wrong = "in the folder, but not committed" if ahead else "not looked up"
    commit = "commit it, then " if any(piece.lookup is LookUp.UNCOMMITTED for piece in waiting) else ""
    return Cause(
        key="evidence",
        part=Part.CHECKLISTS,
        verdict=Verdict.CONDITIONS,
        text=f"{number} of evidence {what} {wrong}: {listed}",
        severity=Severity.MAJOR,
        act=f"{commit}run “readiness evidence verify” in the repository or in CI",
    )


def section_cause(section: Section, policy: Policy, lifts: Sequence[str]) -> Cause | None:
    """A section below its floor or its GO level; a section without weighted items has no cause."""
    if section.score is None or section.score * 100 >= policy.section_go:
        return None
    low = section.score * 100 < policy.section_floor
    needs = policy.section_floor if low else policy.section_go
    below = sorted(
        (standing for standing in section.standings if standing.in_sum and standing.counts < 2),
        key=lambda standing: standing.item.severity.rank,
    )
    return Cause(
        key=f"section/{section.checklist.id}",
        part=Part.CHECKLISTS,
        verdict=Verdict.NO_GO if low else Verdict.CONDITIONS,
        text=f"{section.checklist.title} scores {percent(section.score)}, needs {needs}%",
        severity=Severity.BLOCKER if low else Severity.MAJOR,
        lifts=tuple(lifts),
        act=f"bring some of {_ids(below)} to met",
    )


def assessed_cause(sections: Sequence[Section], policy: Policy, lifts: Sequence[str]) -> Cause | None:
    """Too little of the weight is decided, or there is nothing to decide."""
    share = assessed(sections)
    if share is None:
        text = "No checklist has an applicable item with a weight, so there is nothing to decide by"
        act = "choose a checklist with items that apply"
        return Cause("assessed", Part.CHECKLISTS, Verdict.NO_GO, text, Severity.BLOCKER, act=act)
    if share * 100 >= policy.assessed_go:
        return None
    low = share * 100 < policy.assessed_floor
    needs = policy.assessed_floor if low else policy.assessed_go
    standings = (standing for section in sections for standing in section.standings)
    undecided = [standing for standing in standings if standing.in_sum and not standing.decided]
    return Cause(
        key="assessed",
        part=Part.CHECKLISTS,
        verdict=Verdict.NO_GO if low else Verdict.CONDITIONS,
        text=f"The review is {percent(share)} assessed, needs {needs}%",
        severity=Severity.BLOCKER if low else Severity.MAJOR,
        lifts=tuple(lifts),
        act=f"vote on {_ids(undecided)}",
    )


def checklist_causes(
    sections: Sequence[Section], facts: Facts, gap_keys: Mapping[str, str], as_of: date
) -> Iterator[Cause]:
    """CHECKLISTS. `gap_keys` by item id: the item's gap, its own or its `same_as` group's."""
    standings = [standing for section in sections for standing in section.standings]
    for standing in standings:
        dossier = facts.dossiers.get(standing.item.id)
        waiver = dossier.waiver if dossier else None
        cause = item_cause(standing, gap_keys[standing.item.id], waiver.expires if waiver else None)
        if cause is not None:
            yield cause
    for section in sections:
        low = [standing for standing in section.standings if standing.in_sum and standing.counts < 2]
        section_is = section_cause(section, facts.policy, _gaps_of(low, gap_keys))
        if section_is is not None:
            yield section_is
    undecided = [standing for standing in standings if standing.in_sum and not standing.decided]
    assessed_is = assessed_cause(sections, facts.policy, _gaps_of(undecided, gap_keys))
    if assessed_is is not None:
        yield assessed_is
    evidence_is = evidence_cause(standings, facts, as_of)
    if evidence_is is not None:
        yield evidence_is


def incident_causes(
    incidents: Iterable[Incident], policy: Policy, gaps: Mapping[str, Gap], as_of: date
) -> Iterator[Cause]:
    """INCIDENTS, for those in scope. An action without a date has its gap's date.

    A severity that was lowered makes the NO-GO of an open incident a condition, and no less. A closed one, and its
    actions, are held to the highest severity that it had.
    """

    def cause(key: str, verdict: Verdict, text: str, act: str, lifts: tuple[str, ...] = (), gap_key: str = "") -> Cause:
        severity = Severity.BLOCKER if verdict is Verdict.NO_GO else Severity.MAJOR
        return Cause(key, Part.INCIDENTS, verdict, text, severity, gap_key=gap_key, lifts=lifts, act=act)

    for incident in incidents:
        if incident.worst not in (Sev.SEV1, Sev.SEV2):
            continue
        lowered = f", lowered from {incident.worst}" if incident.worst is not incident.severity else ""
        key, name = f"incident/{incident.number}", f"{incident.name} {incident.title}"
        if incident.open:
            verdict = Verdict.NO_GO if incident.severity is Sev.SEV1 else Verdict.CONDITIONS
            lifts = tuple(f"{key}/{action.id}" for action in incident.actions if action.done is None)
            act = "set when it was resolved, and close its note"
            said = f"{incident.name} is an open {incident.severity}{lowered}: {incident.title}"
            yield cause(key, verdict, said, act, lifts)
        elif not incident.proving_cases and not _closed_long_ago(incident, policy, as_of):
            why = _because("", incident.no_eval_reason) or ", without a reason"
            text = f"{name} is a {incident.worst} closed without an eval case{why}"
            act = "add a case that fails before the fix and passes after it, and link it"
            yield cause(f"{key}/eval-case", Verdict.CONDITIONS, text, act)
        if incident.worst is not Sev.SEV1:
            continue
        for action in incident.actions:
            gap = gaps.get(f"{key}/{action.id}")
            due = action.due or (gap.due if gap else None)
            if action.done is None and due is not None and due < as_of:
                text = f"{incident.name} action “{action.text}” was due {due.isoformat()}"
                act = "do it and mark it done, or agree on a new day"
                yield cause(f"{key}/{action.id}", Verdict.NO_GO, text, act, gap_key=f"{key}/{action.id}")


def _closed_long_ago(incident: Incident, policy: Policy, as_of: date) -> bool:
    """Whether the incident was closed long enough ago; False if the day is unknown."""
    resolved = incident.resolved.date() if incident.resolved else None
    closed = incident.closed or resolved
    return closed is not None and as_of > closed + timedelta(days=policy.eval_case_days)


def _gaps_of(standings: Iterable[Standing], gap_keys: Mapping[str, str]) -> tuple[str, ...]:
    """The gaps of these items, the most severe first."""
    ordered = sorted(standings, key=lambda standing: standing.item.severity.rank)
    return tuple(dict.fromkeys(gap_keys[standing.item.id] for standing in ordered))


def _ids(standings: Sequence[Standing]) -> str:
    """ "REL-02, REL-03, DEP-01 and 4 more"."""
    ids = [standing.item.id for standing in standings]
    return ", ".join(ids[:_NAMED]) + (f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else "")


def _because(text: str, reason: str) -> str:
    return f"{text}: {reason}" if reason.strip() else text
