"""The sample, played through the same services a team uses: nothing in it is put into tables by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from readiness_tui.domain.checklists.assessment import EvidenceKind, LookUp
from readiness_tui.domain.checklists.evidence import PlaceFound
from readiness_tui.domain.checklists.model import Depth
from readiness_tui.domain.incidents.model import (
    Action,
    ActionKind,
    FailureClass,
    Incident,
    NoteStatus,
    Sev,
    TimelineEntry,
)
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.write import change, deferred
from readiness_tui.services.gate import versions
from readiness_tui.services.importing import imports
from readiness_tui.services.review import assess, gaps, reviews
from readiness_tui.sources.kit.shipped import shipped_folder
from readiness_tui.sources.kit.yaml_safe import read_yaml
from readiness_tui.store import incidents


def fill(desk: Desk, folder: Path | None = None) -> None:
    """Fill the empty file of `desk` with the sample review. Its times are the sample's own, so two copies are equal."""
    folder = folder or shipped_folder("sample_data")
    plan: dict[str, Any] = read_yaml(folder / "review.yaml").value  # type: ignore[assignment]
    stage = _Stage(replace(desk), plan)
    owner = stage.as_person(plan["owner"])
    review = reviews.new_review(
        owner,
        system=plan["system"],
        release=plan["release"],
        held_on=date.fromisoformat(plan["held_on"]),
        as_of=date.fromisoformat(plan["as_of"]),
        owner=plan["owner"],
        depth=Depth(plan["depth"]),
        checklists=plan["checklists"],
        reviewers=plan["reviewers"],
        facilitator=plan["facilitator"],
    )
    desk.review_id = stage.desk.review_id = review.id
    stage.desk.clock = owner.clock
    with deferred(stage.desk):
        for name, value in plan["declared"].items():
            reviews.declare(stage.as_person(plan["owner"]), name, value)
        for entry in plan["imports"]:
            imports.import_path(stage.as_person(plan["owner"]), folder / entry["file"], role=entry.get("as"))
            if entry["file"] == "gate.yaml":
                versions.lock(stage.as_person(plan["lock"]["by"], _moment(plan["lock"]["at"])))
        for record in json.loads((folder / "incidents.json").read_text(encoding="utf-8")):
            _incident(stage.as_person(plan["owner"]), record)
        _assess(stage, plan)
    for row in plan["gaps"]:
        gaps.set_owner(owner, row["key"], row["owner"])
        gaps.set_due(owner, row["key"], date.fromisoformat(row["due"]))
    for row in plan["marked"]:
        kind, _, record_id = row["key"].partition("/")
        marked = gaps.mark(owner, kind, record_id, row["title"])
        gaps.set_owner(owner, marked.key, row["owner"])
        gaps.set_due(owner, marked.key, date.fromisoformat(row["due"]))


class _Stage:
    """Desks for the sample's people, at the sample's times: each save is a little later than the one before."""

    def __init__(self, desk: Desk, plan: Mapping[str, Any]) -> None:
        self.desk = desk
        self._ticks = self._clock(datetime.fromisoformat(f"{plan['as_of']}T09:00:00+00:00"))

    @staticmethod
    def _clock(start: datetime) -> Iterator[datetime]:
        now = start
        while True:
            yield now
            now += timedelta(seconds=5)

    def as_person(self, who: str, at: datetime | None = None) -> Desk:
        clock = (lambda: at) if at else (lambda: next(self._ticks))
        return replace(self.desk, who=who, clock=clock)


def _assess(stage: _Stage, plan: Mapping[str, Any]) -> None:
    for row in plan["evidence"]:
        assess.attach(
            stage.as_person(row["by"]),
            [row["item"]],
            EvidenceKind(row["kind"]),
            row["ref"],
            witness=row.get("witness", ""),
            dated=date.fromisoformat(row["dated"]) if row.get("dated") else None,
            places=lambda _: PlaceFound(LookUp.FOUND, plan["repository"]["commit"]),
        )
    for row in plan["accepted"]:
        assess.accept(stage.as_person(row["by"]), [row["item"]])
    for row in plan["votes"]:
        assess.score(stage.as_person(row["reviewer"]), [row["item"]], row["points"])
    for row in plan["consensus"]:
        assess.agree(stage.as_person(row["by"]), row["item"], row["points"], row["reason"])
    for row in plan["not_applicable"]:
        assess.not_applicable(stage.as_person(row["by"]), row["item"], row["reason"])
        assess.confirm_na(stage.as_person(row["confirmed_by"]), row["item"], row["confirmed_by"])
    for row in plan["waivers"]:
        assess.waive(
            stage.as_person(row["approver"]), row["item"], row["reason"], row["approver"],
            date.fromisoformat(row["expires"]),
        )  # fmt: skip
    for row in plan["notes"]:
        assess.note(stage.as_person(plan["owner"]), row["item"], row["text"])


def _incident(desk: Desk, record: Mapping[str, Any]) -> None:
    times = {name: _moment(record[name]) for name in ("started", "detected", "acknowledged", "mitigated", "resolved")
             if record.get(name)}  # fmt: skip
    incident = Incident(
        number=0,
        system=record["system"],
        title=record["title"],
        severity=Sev(record["severity"]),
        status=NoteStatus(record["status"]),
        closed=date.fromisoformat(record["closed"]) if record.get("closed") else None,
        failure_class=FailureClass(record["failure_class"]) if record.get("failure_class") else None,
        item_id=record.get("item_id", ""),
        eval_cases=tuple(record.get("eval_cases", ())),
        no_eval_reason=record.get("no_eval_reason", ""),
        traces=tuple(record.get("traces", ())),
        fields=dict(record.get("fields", {})),
    )
    named = f"readiness/sample/{record['number']}"  # every copy of the sample holds the same incident

    def uid(*place: object) -> str:
        return str(uuid5(NAMESPACE_OID, "/".join(map(str, (named, *place)))))

    with change(desk, f"incident written up: {incident.title}") as (tx, _):
        number = incidents.put(tx, replace(incident, uid=uid(), **times))  # type: ignore[arg-type]
        for place, row in enumerate(record.get("timeline", ())):
            source, by = row.get("source", "person"), row.get("by", "")
            entry = TimelineEntry(0, _moment(row["at"]), row["text"], source, by, uid=uid("line", place))
            incidents.put_event(tx, number, entry)
        for row in record.get("actions", ()):
            incidents.put_action(
                tx,
                number,
                Action(
                    0,
                    row["text"],
                    ActionKind(row.get("kind", "prevent")),
                    row.get("owner", ""),
                    date.fromisoformat(row["due"]) if row.get("due") else None,
                    date.fromisoformat(row["done"]) if row.get("done") else None,
                    uid=uid("action", row["id"]),
                ),
            )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
