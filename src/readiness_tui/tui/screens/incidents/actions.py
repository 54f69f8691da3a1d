"""The actions of an incident: add or change one, begin it, mark it done."""

from __future__ import annotations

from dataclasses import replace

from textual.binding import Binding

from readiness_tui.domain.incidents.model import Action, ActionKind, ActionState, Incident
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core.choices import choose
from readiness_tui.services.incidents import edit
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.screens.incidents.feature import IncidentFeature
from readiness_tui.tui.screens.incidents.incident_text import action_line
from readiness_tui.tui.text import join
from readiness_tui.tui.typed_day import TypedDay

NEW = "new"


class IncidentActions(IncidentFeature):
    BINDINGS = [
        Binding("a", "act", "Action", id="incidents.action", show=False, tooltip="Add an action, or change one: what, who, until when"),
        Binding("s", "begin", "Begin", id="incidents.begin", show=False, tooltip="Mark an action as in progress"),
        Binding("f", "finish", "Finish", id="incidents.finish", show=False, tooltip="Mark an action done, or open again"),
    ]  # fmt: skip

    def action_act(self) -> None:
        incident, view = self.incident, self.view
        if not incident.actions:
            self._ask_action(incident, NEW)
            return
        choices = [(NEW, join("a new action"))]
        choices += [(str(action.id), action_line(action, view.as_of)) for action in incident.actions]
        self.screen.pick(f"{incident.name}: which action?", choices, lambda key: self._ask_action(incident, key))

    def _ask_action(self, incident: Incident, key: str) -> None:
        view = self.view
        old = next((action for action in incident.actions if str(action.id) == key), Action(0, ""))
        as_of = view.as_of
        days = TypedDay()

        def save(values: Values) -> Rival | None:
            kind = choose(ActionKind, values["kind"], "a kind of action")
            due = days.read(values["due"], as_of, was=old.due)
            action = replace(
                old, text=values["text"], kind=kind, owner=values["owner"], due=due, verify=values["verify"]
            )
            if old.id:
                return edit.change_action(self.desk, incident.number, action, base=old)
            edit.put_action(self.desk, incident.number, action)
            return None

        self.screen.ask(
            f"{incident.name}: {'change the action' if old.id else 'new action'}",
            [
                Field("text", "What is done, so that one can verify it?", old.text),
                Field("kind", "It would", old.kind, choices=[kind.value for kind in ActionKind]),
                Field("owner", "Who: a person", old.owner, choices=view.review.reviewers),
                Field("due", "Until when? (empty: 7 days for a sev1, 21 for a sev2, else 60)", str(old.due or ""),
                      hint="2026-12-01, 1 Dec, +14"),
                Field("verify", "How can anybody see that it is done? (may stay empty)", old.verify),
            ],
            save,
            intro="It is a gap until it is done.",
            about=key,
        )  # fmt: skip

    def action_begin(self) -> None:
        incident, as_of = self.incident, self.view.as_of
        waiting = [action for action in incident.actions if action.state is ActionState.OPEN]
        if not waiting:
            self.host.complain(f"{incident.name} has no action that waits to be begun. Press a to add one.")
            return

        async def then(key: str) -> None:
            saw = next(action for action in waiting if str(action.id) == key)
            await self.screen.save_at_once(lambda: edit.begin_action(self.desk, incident.number, saw.id, base=saw))

        choices = [(str(action.id), action_line(action, as_of)) for action in waiting]
        self.screen.pick(f"{incident.name}: which action is in progress?", choices, then)

    def action_finish(self) -> None:
        incident, view = self.incident, self.view
        if not incident.actions:
            self.host.complain(f"{incident.name} has no action yet. Press a to add one.")
            return
        as_of = view.as_of

        def then(key: str) -> None:
            action = next(action for action in incident.actions if str(action.id) == key)
            days = TypedDay()

            def save(values: Values) -> Rival | None:
                done = days.read(values["done"], as_of, was=action.done, past=True)
                return edit.finish_action(self.desk, incident.number, action.id, done, base=action)

            self.screen.ask(
                f"{incident.name}: done?",
                [Field("done", "Done on (empty: it is open)", str(action.done or as_of), hint="2026-12-01, today")],
                save,
                intro=action.text,
                about=key,
            )

        still = [action for action in incident.actions if action.done is None]
        if len(incident.actions) == 1:
            then(str(incident.actions[0].id))
            return
        choices = [(str(action.id), action_line(action, as_of)) for action in incident.actions]
        self.screen.pick(f"{incident.name}: which action?", choices, then, at=str(still[0].id) if still else None)
