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


class ActionState(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in progress"
    DONE = "done"


class LinkKind(StrEnum):
    TRACE = "trace"
    RUN = "run"
    ITEM = "item"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Link:
    """What a timeline line points at, by id or name. The link stays even if its target is deleted later."""

    kind: LinkKind
    name: str


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """`id` within this file; `uid` the same in every file that the incident is merged into."""

    id: int
    at: datetime  # UTC
    text: str
    source: str = "person"  # trace, log, person, opinion
    by: str = ""
    links: tuple[Link, ...] = ()
    uid: str = ""
    created: datetime | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """`id` within this file; `uid` the same in every file. `verify`: how to check that it is done."""

    id: int
    text: str
    kind: ActionKind = ActionKind.PREVENT
    owner: str = ""
    due: date | None = None
    done: date | None = None
    in_progress: bool = False
    verify: str = ""
    uid: str = ""
    created: datetime | None = None
    updated: datetime | None = None

    @property
    def state(self) -> ActionState:
        if self.done is not None:
            return ActionState.DONE
        return ActionState.IN_PROGRESS if self.in_progress else ActionState.OPEN


@dataclass(frozen=True, slots=True)
class OtherText:
    """A second text of a section that two people wrote at the same time, kept until somebody settles it."""

    id: int
    section: str  # a key of `Incident.fields`
    text: str  # empty: that person removed the section
    by: str
    at: datetime
    uid: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """Who saved a section last, and when."""

    by: str
    at: datetime


#: Before the id of an eval case that is linked and not there yet.
AWAITED = "?"


@dataclass(frozen=True, slots=True)
class Incident:
    """`number` is shown as INC-<number>, in this file; `uid` is the same in every file that holds the incident. Open =
    no resolved time, or its note not closed.

    `fields` holds the note's written sections by key (summary, impact, detection, went_well, …), `written` who saved
    each last, `rivals` conflicting texts of a section that wait to be settled.
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
    rivals: tuple[OtherText, ...] = ()
    written: dict[str, Written] = field(default_factory=dict)
    uid: str = ""
    created: datetime | None = None
    updated: datetime | None = None
    peak: Sev | None = None  # the highest severity it has had; None: never another one

    @property
    def name(self) -> str:
        return f"INC-{self.number}"

    @property
    def worst(self) -> Sev:
        """The highest severity it has had, however it was lowered since: sev1 is the highest."""
        return min(self.severity, self.peak or self.severity)

    @property
    def proving_cases(self) -> tuple[str, ...]:
        """The linked eval cases that are there; one that is still to come is linked as `?its-id`."""
        return tuple(case for case in self.eval_cases if not case.startswith(AWAITED))

    @property
    def open(self) -> bool:
        return self.resolved is None or self.status is not NoteStatus.CLOSED

    @property
    def state(self) -> str:
        """The word for a person: open, resolved (its note is not closed yet) or closed."""
        if not self.open:
            return "closed"
        return "open" if self.resolved is None else "resolved"
