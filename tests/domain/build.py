"""Small facts to judge: factories whose defaults make a review that is GO."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from readiness_tui.domain.checklists.assessment import (
    Assurance,
    Dossier,
    Evidence,
    EvidenceKind,
    LookUp,
    Proposal,
    Standing,
    Vote,
    Waiver,
)
from readiness_tui.domain.checklists.model import Checklist, Depth, Item, ProbeKind, Severity
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.gate_result.model import GateOutcome, GateRow, Result
from readiness_tui.domain.incidents.model import Incident, NoteStatus, Sev
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.verdict.gap import Gap, GapState, StoredCondition
from readiness_tui.domain.verdict.model import Facts

AS_OF = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TOMORROW, YESTERDAY = AS_OF + timedelta(days=1), AS_OF - timedelta(days=1)
BLOCKER, MAJOR, MINOR = Severity.BLOCKER, Severity.MAJOR, Severity.MINOR


def make_item(id: str = "REL-02", severity: Severity = BLOCKER, **changes: Any) -> Item:
    """An item of course depth with its severity's weight."""
    fields: dict[str, Any] = {
        "title": f"Title of {id}",
        "why": "",
        "evidence": "",
        "improve": "",
        "depth": Depth.COURSE,
        "weight": severity.weight,
    }
    return Item(id=id, severity=severity, **(fields | changes))


def make_checklist(*items: Item, id: str = "reliability", title: str = "") -> Checklist:
    return Checklist(id, title or id.capitalize(), "1", items, f"digest-{id}", 19)


def make_review(**changes: Any) -> Review:
    fields: dict[str, Any] = {"id": 1, "system": "bot", "release": "1", "held_on": AS_OF, "owner": "ana"}
    return Review(**(fields | {"reviewers": ("ana", "ben")} | changes))


def make_vote(points: int | None, by: str = "ana", item_id: str = "REL-02") -> Vote:
    return Vote(item_id, by, points)


def make_na(by: str = "ana", reason: str = "no such part", item_id: str = "REL-02") -> Vote:
    return Vote(item_id, by, None, na=True, na_reason=reason)


def make_evidence(kind: EvidenceKind = EvidenceKind.URL, **changes: Any) -> Evidence:
    fields: dict[str, Any] = {"id": 1, "item_id": "REL-02", "ref": "https://example.org/doc", "by": "ana"}
    fields["lookup"] = LookUp.BY_FORM if kind is EvidenceKind.URL else LookUp.FOUND
    return Evidence(kind=kind, **(fields | changes))


def make_proposal(
    points: int | None, assurance: Assurance | None = None, kind: ProbeKind = ProbeKind.SHARE, digest: str = "d1"
) -> Proposal:
    return Proposal("REL-02", "has", kind, points, assurance, "from the log", digest=digest)


def make_waiver(expires: date = AS_OF + timedelta(days=30), approver: str = "chloe") -> Waiver:
    return Waiver("REL-02", "accepted", approver, AS_OF, expires)


def scored(item: Item, points: int | None, checklist: str = "reliability", **changes: Any) -> Dossier:
    """A dossier whose one vote counts as given: it has evidence."""
    votes = () if points is None else (make_vote(points, item_id=item.id),)
    return Dossier(item, checklist, votes=votes, evidence=(make_evidence(item_id=item.id),), **changes)


def make_standing(item: Item, points: int | None, checklist: str = "reliability", **changes: Any) -> Standing:
    return Standing(item, checklist, points, points, None if points is None else Assurance.EVIDENCED, **changes)


def make_rule(metric: str = "faithfulness", threshold: float | None = 0.85, **changes: Any) -> Rule:
    return Rule(metric, changes.pop("direction", Direction.HIGHER), threshold, **changes)


def make_row(rule: Rule, result: Result = Result.PASS, k: int = 38, n: int = 40, **changes: Any) -> GateRow:
    return GateRow(rule, result, Estimate(k / n, n, k=k), changes.pop("reason", ""), **changes)


def make_outcome(*rows: GateRow, **changes: Any) -> GateOutcome:
    """A gate that was locked before its run, and passes unless its rows say otherwise."""
    rows = rows or (make_row(make_rule()),)
    gate = Gate("gate", tuple(row.rule for row in rows), digest="g")
    fields: dict[str, Any] = {"gate": gate, "lock": Lock("ana", NOW, "g"), "rows": rows, "ran": True}
    return GateOutcome(**(fields | {"registered": True} | changes))


def make_incident(number: int = 7, severity: Sev = Sev.SEV2, **changes: Any) -> Incident:
    """An open incident; `closed_incident` for one that is done."""
    return Incident(number, "bot", changes.pop("title", "Refund loop"), severity, **changes)


def closed_incident(number: int = 7, severity: Sev = Sev.SEV2, **changes: Any) -> Incident:
    fields: dict[str, Any] = {"status": NoteStatus.CLOSED, "resolved": NOW, "closed": AS_OF, "eval_cases": ("c1",)}
    return make_incident(number, severity, **(fields | changes))


def make_gap(key: str = "item/reliability/REL-02", **changes: Any) -> Gap:
    fields: dict[str, Any] = {
        "title": key,
        "severity": MAJOR,
        "owner": "ben",
        "due": AS_OF + timedelta(days=10),
        "state": GapState.OPEN,
        "created": AS_OF - timedelta(days=11),
        "first_review": 1,
        "reviews": (1,),
    }
    return Gap(key=key, **(fields | changes))


def make_facts(
    *checklists: Checklist,
    points: dict[str, int | None] | None = None,
    dossiers: Iterable[Dossier] = (),
    gaps: Iterable[Gap] = (),
    conditions: Iterable[StoredCondition] = (),
    **changes: Any,
) -> Facts:
    """Facts over `checklists`: every item met with evidence, except what `points` or `dossiers` say."""
    given = {dossier.item.id: dossier for dossier in dossiers}
    fields: dict[str, Any] = {"review": make_review(), "gate": make_outcome()}
    return Facts(
        checklists=checklists,
        dossiers={
            item.id: given.get(item.id) or scored(item, (points or {}).get(item.id, 2), checklist.id)
            for checklist in checklists
            for item in checklist.items
        },
        gaps={gap.key: gap for gap in gaps},
        conditions={row.key: row for row in conditions},
        **(fields | changes),
    )


def met(*severities: Severity, id: str = "filler") -> Checklist:
    """A checklist to stand beside the one under test: one item of each severity, all met by `make_facts`."""
    items = [make_item(f"{id.upper()}-{n}", severity) for n, severity in enumerate(severities or (BLOCKER,))]
    return make_checklist(*items, id=id)


def change_dossier(facts: Facts, item_id: str, **changes: Any) -> Facts:
    """The facts with one item's dossier changed."""
    return replace(facts, dossiers={**facts.dossiers, item_id: replace(facts.dossiers[item_id], **changes)})
