"""Incidents, their timeline and actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Sev(StrEnum):
    SEV1 = "sev1"
    SEV2 = "sev2"
    SEV3 = "sev3"
    SEV4 = "sev4"


class NoteStatus(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in review"
    REVIEWED = "reviewed"
    CLOSED = "closed"


class FailureClass(StrEnum):
    RETRIEVAL = "retrieval"
    PROMPT = "prompt"
    MODEL_DRIFT = "model drift"
    TOOL = "tool"
    PLANNING = "planning or loop"
    SAFETY = "safety or policy"
    DATA_LEAK = "data leak"
    COST_LATENCY = "cost or latency"
    BLIND_SPOT = "evaluation blind spot"


class ActionKind(StrEnum):
    PREVENT = "prevent"
    DETECT = "detect"
    MITIGATE = "mitigate"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    id: int
    at: datetime  # UTC
    text: str
    source: str = "person"  # trace, log, person
    by: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    id: int
    text: str
    kind: ActionKind = ActionKind.PREVENT
    owner: str = ""
    due: date | None = None
    done: date | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """`number` is shown as INC-<number>. Open = no resolved time, or its note not closed.

    `fields` holds the note's written sections by key (summary, impact, detection, went_well, …).
    """

    number: int
    system: str
    title: str
    severity: Sev
    status: NoteStatus = NoteStatus.DRAFT
    started: datetime | None = None
    detected: datetime | None = None
    acknowledged: datetime | None = None
    mitigated: datetime | None = None
    resolved: datetime | None = None
    closed: date | None = None
    failure_class: FailureClass | None = None
    item_id: str = ""  # the checklist item that failed to hold
    eval_cases: tuple[str, ...] = ()
    no_eval_reason: str = ""
    traces: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    timeline: tuple[TimelineEntry, ...] = ()
    actions: tuple[Action, ...] = ()

    @property
    def name(self) -> str:
        return f"INC-{self.number}"

    @property
    def open(self) -> bool:
        return self.resolved is None or self.status is not NoteStatus.CLOSED
