"""What a sev1 or sev2 closes with: an eval case that is there, or the reason why none can exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import AWAITED, Incident, Sev
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.review.evidence import imported
from readiness_tui.store.sqlite import Connection


def needs_reason(incident: Incident) -> bool:
    """Whether closing the note takes a reason: one that is or was a sev1 or sev2, without an eval case,
    and none given yet."""
    return incident.worst in (Sev.SEV1, Sev.SEV2) and not incident.proving_cases and not incident.no_eval_reason


def raised(incident: Incident, severity: Sev) -> None:
    """Raises ReadinessError where a closed incident would become one that could not have been closed."""
    if not incident.open and severity is not incident.severity and needs_reason(replace(incident, severity=severity)):
        raise ReadinessError(
            f"{incident.name} is closed, and a {severity} closes only with a linked eval case, or the reason why none can"
            " exist. Move its note back to reviewed, raise it, and close it again."
        )


def linked(conn: Connection, incident: Incident, typed: Sequence[str]) -> tuple[str, ...]:
    """The cases as they are linked: what was awaited and is there now loses its mark."""
    found, absent = [], []
    for name in (one.strip() for one in typed):
        case = name.removeprefix(AWAITED).strip()
        there = bool(case) and imported(conn, incident.system, EvidenceKind.CASE, case)
        if case and not there and name == case and case not in incident.eval_cases:
            absent.append(case)
        found.append(case if there or name == case else AWAITED + case)
    if absent:
        raise ReadinessError(
            f"{', '.join(one_line(case, 60) for case in absent)}: no golden set and no run of this system has such a case, so"
            f" nothing would show that it is tested. Import what has it, or link it as still missing: {AWAITED}{one_line(absent[0], 60)}."
        )
    return tuple(dict.fromkeys(one for one in found if one.strip(AWAITED)))
