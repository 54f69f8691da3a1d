"""The note of an incident: write a section, class it, move it on, see what the traces say."""

from __future__ import annotations

from textual.binding import Binding

from readiness_tui.domain.incidents.model import FailureClass, Incident, NoteStatus
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core.choices import choose
from readiness_tui.services.incidents import edit
from readiness_tui.services.incidents.changes import needs_reason
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.screens.incidents.around import AroundDialog
from readiness_tui.tui.screens.incidents.editor import NoteEditor
from readiness_tui.tui.screens.incidents.editor_text import first_section
from readiness_tui.tui.screens.incidents.feature import IncidentFeature
from readiness_tui.tui.text import join


class IncidentNote(IncidentFeature):
    BINDINGS = [
        Binding("w", "write", "Write", id="incidents.write", tooltip="Write the note: its sections, with preview and hints"),
        Binding("p", "status", "Status", id="incidents.status", tooltip="Move the note on: draft, in review, reviewed, closed"),
        Binding("c", "classify", "Class", id="incidents.class", show=False, tooltip="Name the failure class and the item that did not hold"),
        Binding("b", "around", "Before/after", id="incidents.around", show=False, tooltip="What the traces say: what changed before and after, lines for the timeline"),
    ]  # fmt: skip

    def action_write(self) -> None:
        incident = self.incident
        self.screen.app.push_screen(NoteEditor(self.desk, incident, first_section(incident)))

    def action_classify(self) -> None:
        incident = self.incident

        def save(values: Values) -> Rival | None:
            typed = values["class"]
            failure = choose(FailureClass, typed, "a failure class") if typed else None
            saw = (incident.failure_class, incident.item_id)
            return edit.classify(self.desk, incident.number, failure, values["item"], base=saw)

        self.screen.ask(
            f"{incident.name}: failure class, and the item that did not hold",
            [
                Field("class", "Failure class", incident.failure_class or "", choices=[one.value for one in FailureClass]),
                Field("item", "Checklist item that should have held, by its id (may stay empty)", incident.item_id,
                      hint="REL-02"),
            ],
            save,
            intro="Once the note is reviewed, an item that did not hold is undecided again.",
        )  # fmt: skip

    def action_around(self) -> None:
        self.screen.app.push_screen(AroundDialog(self.desk, self.incident))

    def action_status(self) -> None:
        incident = self.incident
        order = list(NoteStatus)
        following = order[min(order.index(incident.status) + 1, len(order) - 1)]
        choices = [(one.value, join(f"{one:<11}", "now" if one is incident.status else "")) for one in order]
        self.screen.pick(
            f"{incident.name}: move the note to …",
            choices,
            lambda key: self._move(incident, NoteStatus(key)),
            at=following.value,
        )

    async def _move(self, incident: Incident, status: NoteStatus) -> None:
        if status is incident.status:
            return
        fields, intro = [], []
        if status is NoteStatus.CLOSED and incident.resolved and needs_reason(incident):
            fields.append(Field("reason", "Why can no eval case exist?"))
            intro.append(
                f"A {incident.worst} closes with a linked eval case (Esc, then e or k), or with the reason why none"
                " can exist. It is printed."
            )
        reopening = await self.host.fetch(edit.reopening, self.desk, incident.number, status)
        if reopening is not None:
            verdict = (
                f"The verdict goes from {reopening.before} to {reopening.after}."
                if reopening.after is not reopening.before
                else f"The verdict stays {reopening.before}."
            )
            intro.append(
                f"{', '.join(reopening.items)} did not hold: undecided again, to be scored anew. Earlier votes stay in"
                f" the history. {verdict}"
            )
        if not intro:
            await self.host.act(edit.set_status, self.desk, incident.number, status, base=incident.status)
            return
        self.screen.ask(
            f"{incident.name}: move the note to {status}",
            fields,
            lambda values: edit.set_status(
                self.desk, incident.number, status, no_eval_reason=values.get("reason", ""), base=incident.status
            ),
            intro="\n".join(intro),
            button=f"Move to {status}",
        )
