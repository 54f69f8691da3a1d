"""What was read out of a written incident, before it becomes part of a record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from readiness_tui.domain.incidents.model import Action, FailureClass, NoteStatus, Sev, TimelineEntry

#: The times of an incident in their order.
TIMES = ("started", "detected", "acknowledged", "mitigated", "resolved")


@dataclass(frozen=True, slots=True)
class RecognisedPart:
    """A part that was recognised: what it became, and its first and last line in the file (from 1)."""

    what: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """What was read but may be wrong, or could not be used. `line` 0: about the file as a whole."""

    line: int
    text: str


@dataclass(slots=True)
class IncidentDraft:
    """An incident as one file tells it.

    `fields` has the keys of `note.FIELDS`, `times` those of the five times of an incident (UTC). `day` is the day that
    the document gives itself. `uid`, `item_id` and `status` are known of a note that was exported
    here. `kept`: what fits no field, line by line as it was written. `spans`: lengths that the document states (a key
    of `cross_check.INTERVALS`, the length, its line). `told`: something in it says that it is about an incident.
    """

    format: str
    title: str = ""
    severity: Sev | None = None
    day: date | None = None
    times: dict[str, datetime] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    timeline: list[TimelineEntry] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    uid: str = ""
    item_id: str = ""
    status: NoteStatus = NoteStatus.DRAFT
    closed: date | None = None
    failure_class: FailureClass | None = None
    traces: list[str] = field(default_factory=list)
    eval_cases: list[str] = field(default_factory=list)
    no_eval_reason: str = ""
    found: list[RecognisedPart] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    kept: list[tuple[int, str]] = field(default_factory=list)
    spans: list[tuple[str, timedelta, int]] = field(default_factory=list)
    told: bool = False
    unfilled: bool = False  # a template of which nothing was filled in

    _said: set[tuple[int, str]] = field(default_factory=set, repr=False)

    @property
    def bare(self) -> bool:
        """Whether it is only words: nothing of an incident was recognised in them."""
        if self.unfilled and not (self.uid or self.times or self.timeline):
            return True
        return not (self.told or self.uid or self.timeline or self.actions or self.times or self.severity)

    def find(self, what: str, first: int, last: int = 0) -> None:
        self.found.append(RecognisedPart(what, first, last or first))

    def doubt(self, line: int, text: str) -> None:
        if (line, text) not in self._said:
            self._said.add((line, text))
            self.doubts.append(Doubt(line, text))

    def add_field(self, key: str, text: str, *, close: bool = False) -> None:
        """Write a section, below what another part of the file has said of it already. `close`: on the next line."""
        if text.strip():
            old = self.fields.get(key)
            self.fields[key] = f"{old}{chr(10) if close else chr(10) * 2}{text.strip()}" if old else text.strip()
