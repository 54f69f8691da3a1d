"""Probes over incidents, labels, locks and dated drills."""

from __future__ import annotations

import re
from datetime import timedelta

from readiness_tui.domain.checklists.assessment import EvidenceKind, Proposal
from readiness_tui.domain.checklists.model import Item, ProbeKind, ProbeSpec
from readiness_tui.domain.gate_result.high_risk import high_risk
from readiness_tui.domain.incidents.live_note import Command
from readiness_tui.domain.incidents.model import Incident, Sev
from readiness_tui.domain.labels.queue import labels_of
from readiness_tui.domain.metrics import case_key
from readiness_tui.domain.probes.base import Check, Finding, Probe, ProbeInput, RecordProbe, SeenTraces, safe, utc
from readiness_tui.domain.probes.facts import fact_proposal
from readiness_tui.domain.probes.figures import SupportFigure, support_of_records
from readiness_tui.domain.probes.shares import ShareQuery, ShareTally, share_proposal
from readiness_tui.domain.runs.model import HumanVerdict, Trace
from readiness_tui.domain.text.versions import has
from readiness_tui.domain.traces.counted import Counted

DRILL_DAYS = 90
_LOGGED = f"{Command.DETECTED.capitalize()}: "  # how the live note begins that sets this time
_ALERT = re.compile(
    r"\b(?:alert(?:s|ed|ing)?|alarm|monitor(?:s|ed|ing)?|pag(?:er|ed)|on-call was paged)\b", re.IGNORECASE
)
_PERSON = re.compile(
    r"\b(?:no|not|never|without|customers?|users?|support|complain\w*|reported|by chance|nobody)\b", re.IGNORECASE
)


def _name(incident: Incident) -> str:
    return incident.name


# Drills


def _drill(item: Item, spec: ProbeSpec, data: ProbeInput) -> Proposal:
    """A drill attached to the item took place at most 90 days before `as_of`. 1: the last one is older."""
    drills = [
        (piece.dated, piece.ref)
        for piece in data.evidence.get(item.id, ())
        if piece.kind is EvidenceKind.DRILL and piece.dated is not None and has(piece.ref)
    ]
    past = [drill for drill in drills if drill[0] <= data.as_of]
    if not past:
        planned = (
            f"the drill of {min(drills)[0]} has not taken place yet" if drills else "no drill with its date is attached"
        )
        return fact_proposal(item, spec.query, ProbeKind.FACT, Finding(None, missing=planned))
    day, ref = max(past)
    recent = data.as_of - day <= timedelta(days=DRILL_DAYS)
    check = Check(f"a drill at most {DRILL_DAYS} days old", recent, f"{day}: {safe(ref)}")
    return fact_proposal(item, spec.query, ProbeKind.FACT, Finding(2 if recent else 1, (check,), (f"drill {day}",)))


# Incidents


def detected_by_alert(incident: Incident) -> bool | None:
    """Whether an alert detected the incident, judged by the first sentence of the note's detection section, else of the
    line logged with the detection time; None if neither exists. A sentence that names a person or denies an alert
    ("no alert", "a customer wrote") means no."""
    logged = (entry.text.removeprefix(_LOGGED) for entry in incident.timeline if entry.text.startswith(_LOGGED))
    said = incident.fields.get("detection", "").strip() or next(logged, "").strip()
    first = re.split(r"(?<=[.!?;])\s", said, maxsplit=1)[0]
    if not has(first):
        return None
    return bool(_ALERT.search(first) and not _PERSON.search(first)) if first else None


def incidents_detected_by_alert(data: ProbeInput) -> SupportFigure:
    """How many incidents an alert detected (OBS-06). It speaks for the item if most did, of those that do not say, none."""
    told = [(incident, found) for incident in data.incidents if (found := detected_by_alert(incident)) is not None]
    if not told:
        return SupportFigure(missing="no incident's note says how it was detected")
    late = sorted((incident for incident, found in told if not found), key=lambda incident: incident.number)
    k, silent = len(told) - len(late), len(data.incidents) - len(told)
    return SupportFigure(
        f"{k:,} of {len(told):,} incidents were detected by an alert" + (f" ({silent:,} unknown)" if silent else ""),
        len(told),
        k=k,
        supports=2 * k > len(data.incidents),
        examples=tuple(map(_name, late)),
    )


def _linked(item: Item, spec: ProbeSpec, data: ProbeInput) -> Proposal:
    """Applies to every sev1 and sev2; it carries if it names an eval case that is in the imported golden set. One case
    that stands for all of thirty incidents caught none of them."""
    tally = ShareTally()
    known = set() if data.eval_set is None else {case.id for case in data.eval_set.cases}
    for incident in data.incidents:
        if incident.worst in (Sev.SEV1, Sev.SEV2):
            held = known & set(incident.eval_cases)
            lacks = (
                "a golden set to look their case up in" if data.eval_set is None else "a case that is in the golden set"
            )
            tally.now = Counted(Trace(incident.name), ids=(incident.name,))
            tally.count(bool(held), lacks if any(map(has, incident.eval_cases)) else "a case")
            if held:
                tally.vary("incidents", tuple(sorted(incident.eval_cases)))
    share = ShareQuery(
        spec.query, "sev1 and sev2 incidents", "name an eval case", "no sev1 or sev2 incident is recorded", _unused
    )
    return share_proposal(share, tally, item.id, spec, data, SeenTraces(), nothing=share.needs)


def _labelled(item: Item, spec: ProbeSpec, data: ProbeInput) -> Proposal:
    """Applies to every case tagged high_risk; it carries if a person decided whether its answer is right."""
    tally = ShareTally()
    runs = [data.run_data(run, cases) for run, cases in data.candidate]
    found = high_risk(runs)
    risky, unreviewed = found.cases, found.unreviewed
    decided = {
        case_key(case)
        for run in runs
        for case in run.cases
        if any(label.verdict is not HumanVerdict.UNSURE and has(label.reviewer) for label in labels_of((case,)))
    }
    for name in risky:
        lacks = "a person's label" if name in unreviewed else "a named person who decided"
        tally.now = Counted(Trace(name), ids=(name,))
        tally.count(name in decided, lacks)
    needs = "no case of a candidate run or of its golden set is tagged high_risk"
    share = ShareQuery(spec.query, "high-risk cases", "carry a person's label", needs, _unused)
    return share_proposal(share, tally, item.id, spec, data, SeenTraces(), nothing=needs)


def _unused(*_: object) -> None:
    """These shares do not count traces."""


def gate_locked_and_rollback_timed(data: ProbeInput) -> SupportFigure:
    """Whether the current gate is locked, and how long incidents took from detection to mitigation (DEP-04)."""
    lock, gate = data.lock, data.gate
    timed = [
        (incident, utc(incident.mitigated) - utc(incident.detected))
        for incident in sorted(data.incidents, key=lambda incident: incident.number)
        if incident.mitigated is not None
        and incident.detected is not None
        and utc(incident.mitigated) >= utc(incident.detected)
    ]
    if gate is None and not timed:
        return SupportFigure(missing="the review has no gate, and no incident says when it was detected and mitigated")
    locked = gate is not None and lock is not None and lock.gate_digest == gate.digest
    asks = gate is not None and any(rule.required for rule in gate.rules)
    past = lock is not None and utc(lock.at).date() <= data.utc_day
    if gate is None:
        said = "no gate"
    elif lock is None:
        said = "gate never locked"
    else:
        said = f"gate locked by {safe(lock.by)} on {utc(lock.at):%Y-%m-%d}" + ("" if locked else ", changed since")
    said += "" if asks or gate is None else ", no rule of it is required"
    worst = max((took for _, took in timed), default=None)
    took = f"longest of {len(timed):,} mitigations {_minutes(worst)}" if worst is not None else "no incident was timed"
    return SupportFigure(
        f"{said}; {took}",
        len(timed) + (gate is not None),
        supports=locked and asks and past,
        details=tuple(f"{incident.name} mitigated {_minutes(span)} after detection" for incident, span in timed),
    )


def _minutes(span: timedelta) -> str:
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    return f"{hours:,} h {minutes} min" if hours else f"{minutes} min"


RECORDS: dict[str, Probe] = {
    "drill_within_90_days": RecordProbe(ProbeKind.FACT, _drill),
    "kill_switch_drill": RecordProbe(ProbeKind.FACT, _drill),
    "incidents_detected_by_alert": support_of_records(incidents_detected_by_alert),
    "incidents_linked_to_cases": RecordProbe(ProbeKind.SHARE, _linked),
    "high_risk_cases_labelled": RecordProbe(ProbeKind.SHARE, _labelled),
    "gate_locked_and_rollback_timed": support_of_records(gate_locked_and_rollback_timed),
}
