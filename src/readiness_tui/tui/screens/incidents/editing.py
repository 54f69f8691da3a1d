"""What the keys of Incidents do: each asks as little as it can and saves at once."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from textual.binding import Binding

from readiness_tui.domain.incident import Action, ActionKind, FailureClass, Incident, NoteStatus, Sev
from readiness_tui.services import incident_cases, incidents, printing, scorecards
from readiness_tui.services.choices import choose
from readiness_tui.services.dates import parse_day, parse_moment
from readiness_tui.services.desk import Desk
from readiness_tui.tui import glyphs
from readiness_tui.tui.dialogs.export import ask_where
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.dialogs.pick import Choice, PickDialog
from readiness_tui.tui.screens.incidents.around import AroundDialog
from readiness_tui.tui.screens.incidents.incident_text import action_line, clock
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.text import join

NEW = "new"
_UTC = "2026-11-21 14:05, 14:05 or now, in UTC"


class EditingScreen(RoomScreen):
    """A screen with a present incident that its keys annotate."""

    BINDINGS = [
        Binding("n", "new", "New", id="incidents.new", tooltip="Open an incident"),
        Binding("l", "log", "Log", id="incidents.log", tooltip="Log what happens: a line of the timeline"),
        Binding("t", "time", "Time", id="incidents.time", tooltip="Set when it started, was detected, … resolved"),
        Binding("w", "write", "Write", id="incidents.write", tooltip="Write a section of the note"),
        Binding("a", "act", "Action", id="incidents.action", show=False, tooltip="Add an action, or change one: what, who, until when"),
        Binding("f", "finish", "Finish", id="incidents.finish", show=False, tooltip="Mark an action done, or open again"),
        Binding("p", "status", "Status", id="incidents.status", tooltip="Move the note on: draft, in review, reviewed, closed"),
        Binding("v", "retitle", "Severity", id="incidents.severity", show=False, tooltip="Change severity and title"),
        Binding("c", "classify", "Class", id="incidents.class", show=False, tooltip="Name the failure class and the item that did not hold"),
        Binding("k", "link", "Link", id="incidents.link", show=False, tooltip="Link traces and eval cases, or take links out"),
        Binding("e", "case", "Eval case", id="incidents.case", show=False, tooltip="Make an eval case of a linked trace"),
        Binding("b", "around", "Before/after", id="incidents.around", show=False, tooltip="What the traces say: what changed before and after, lines for the timeline"),
        Binding("g", "traces", "Traces", id="incidents.traces", show=False, tooltip="Show the linked traces"),
        Binding("x", "export", "Export", id="incidents.export", show=False, tooltip="Write the note as a markdown file"),
    ]  # fmt: skip

    @property
    def incident(self) -> Incident | None:
        """The incident the keys act on."""
        raise NotImplementedError

    @property
    def desk(self) -> Desk:
        assert self.readiness.desk is not None
        return self.readiness.desk

    def pick(
        self,
        title: str,
        choices: Sequence[Choice],
        then: Callable[[str], Awaitable[None]] | Callable[[str], None],
        *,
        at: str | None = None,
    ) -> None:
        """Let one of `choices` be chosen and go on with its id."""

        async def chosen(key: str | None) -> None:
            going_on = then(key) if key is not None else None
            if going_on is not None:
                await going_on

        self.app.push_screen(PickDialog(title, choices, at=at), chosen)

    # -- as it happens ------------------------------------------------------------------------------------------------

    def action_new(self) -> None:
        def save(values: Values) -> None:
            made = incidents.create(
                self.desk,
                values["title"],
                choose(Sev, values["severity"], "a severity"),
                started=parse_moment(values["started"] or "now", self.desk.now()),
            )
            self.point_at(str(made.number))

        self.ask(
            "New incident",
            [
                Field("title", "What happened, in one line?"),
                Field("severity", "Severity: sev1 is the worst", Sev.SEV3.value, choices=[sev.value for sev in Sev]),
                Field("started", "Since when?", "now", hint=_UTC),
            ],
            save,
        )

    def action_log(self) -> None:
        incident = self.incident
        if incident is None:
            return

        def save(values: Values) -> None:
            at, source, text = incidents.parse_line(self.desk, values["line"])
            incidents.log(self.desk, incident.number, text, at=at, source=source)

        self.ask(
            f"{incident.name}: what happened?",
            [Field("line", "One line", hint="14:05 log: the latency alert fires")],
            save,
            intro="It happened now unless a time stands in front: 14:05, or 2026-11-21 14:05 (UTC).\n"
            "log:, trace: or opinion: in front of the words says where it comes from, if not from you.",
            button="Log",
        )

    def action_time(self) -> None:
        incident = self.incident
        if incident is None:
            return
        known = {name: getattr(incident, name) for name in incidents.TIMES}
        choices = [(name, join(f"{name:<14}", clock(at) if at else "—")) for name, at in known.items()]

        def then(name: str) -> None:
            at = known[name]

            def save(values: Values) -> None:
                typed = values["at"]
                incidents.set_time(
                    self.desk, incident.number, name, parse_moment(typed, self.desk.now()) if typed else None
                )

            label = f"{name.capitalize()}, in UTC (empty: not known)"
            self.ask(
                f"{incident.name}: {name}",
                [Field("at", label, f"{at:%Y-%m-%d %H:%M}" if at else "now", hint=_UTC)],
                save,
            )

        first = next((name for name, at in known.items() if at is None), None)
        self.pick(f"{incident.name}: which time? (UTC)", choices, then, at=first)

    # -- the note -----------------------------------------------------------------------------------------------------

    def action_write(self) -> None:
        incident = self.incident
        if incident is None:
            return
        choices = []
        for key, asks in incidents.SECTIONS.items():
            mark, word = (glyphs.DONE, "written") if incident.fields.get(key) else (glyphs.UNDECIDED, "empty")
            title = asks.partition(":")[0].partition(",")[0]
            choices.append((key, join(f"{mark.glyph} {word:<8} ", title)))

        def then(key: str) -> None:
            self.ask(
                f"{incident.name}: {key.replace('_', ' ')}",
                [Field("text", f"{incidents.SECTIONS[key]} (ctrl+s saves)", incident.fields.get(key, ""), long=True)],
                lambda values: incidents.set_field(self.desk, incident.number, key, values["text"]),
            )

        first = next((key for key in incidents.SECTIONS if not incident.fields.get(key)), None)
        self.pick(f"{incident.name}: write which section?", choices, then, at=first)

    def action_retitle(self) -> None:
        incident = self.incident
        if incident is None:
            return
        self.ask(
            f"{incident.name}: severity and title",
            [
                Field("severity", "Severity: sev1 is the worst", incident.severity, choices=[sev.value for sev in Sev]),
                Field("title", "What happened, in one line?", incident.title),
            ],
            lambda values: incidents.set_title(
                self.desk, incident.number, values["title"], choose(Sev, values["severity"], "a severity")
            ),
        )

    def action_classify(self) -> None:
        incident, view = self.incident, self.readiness.view
        if incident is None or view is None:
            return

        def save(values: Values) -> None:
            typed = values["class"]
            failure = choose(FailureClass, typed, "a failure class") if typed else None
            incidents.classify(self.desk, incident.number, failure, values["item"])

        self.ask(
            f"{incident.name}: failure class, and the item that did not hold",
            [
                Field("class", "Failure class", incident.failure_class or "", choices=[one.value for one in FailureClass]),
                Field("item", "Checklist item that should have held, by its id (may stay empty)", incident.item_id,
                      hint="REL-02"),
            ],
            save,
            intro="Once the note is reviewed, an item that did not hold is undecided again.",
        )  # fmt: skip

    # -- actions ------------------------------------------------------------------------------------------------------

    def action_act(self) -> None:
        incident, view = self.incident, self.readiness.view
        if incident is None or view is None:
            return
        if not incident.actions:
            self._ask_action(incident, NEW)
            return
        choices = [(NEW, join("a new action"))]
        choices += [(str(action.id), action_line(action, view.as_of)) for action in incident.actions]
        self.pick(f"{incident.name}: which action?", choices, lambda key: self._ask_action(incident, key))

    def _ask_action(self, incident: Incident, key: str) -> None:
        view = self.readiness.view
        old = next((action for action in incident.actions if str(action.id) == key), Action(0, ""))
        if view is None:
            return
        as_of = view.as_of

        def save(values: Values) -> None:
            kind = choose(ActionKind, values["kind"], "a kind of action")
            due = parse_day(values["due"], as_of) if values["due"] else None
            incidents.put_action(
                self.desk,
                incident.number,
                replace(old, text=values["text"], kind=kind, owner=values["owner"], due=due),
            )

        self.ask(
            f"{incident.name}: {'change the action' if old.id else 'new action'}",
            [
                Field("text", "What is done, so that one can verify it?", old.text),
                Field("kind", "It would", old.kind, choices=[kind.value for kind in ActionKind]),
                Field("owner", "Who: a person", old.owner, choices=view.review.reviewers),
                Field("due", "Until when? (empty: 7 days for a sev1, 21 for a sev2, else 60)", str(old.due or ""),
                      hint="2026-12-01, 1 Dec, +14"),
            ],
            save,
            intro="It is a gap until it is done.",
        )  # fmt: skip

    def action_finish(self) -> None:
        incident, view = self.incident, self.readiness.view
        if incident is None or view is None:
            return
        if not incident.actions:
            self.readiness.complain(f"{incident.name} has no action yet. Press a to add one.")
            return
        as_of = view.as_of

        def then(key: str) -> None:
            action = next(action for action in incident.actions if str(action.id) == key)

            def save(values: Values) -> None:
                done: date | None = parse_day(values["done"], as_of) if values["done"] else None
                incidents.finish_action(self.desk, incident.number, action.id, done)

            self.ask(
                f"{incident.name}: done?",
                [Field("done", "Done on (empty: it is open)", str(action.done or as_of), hint="2026-12-01, today")],
                save,
                intro=action.text,
            )

        still = [action for action in incident.actions if action.done is None]
        if len(incident.actions) == 1:
            then(str(incident.actions[0].id))
            return
        choices = [(str(action.id), action_line(action, as_of)) for action in incident.actions]
        self.pick(f"{incident.name}: which action?", choices, then, at=str(still[0].id) if still else None)

    # -- status -------------------------------------------------------------------------------------------------------

    def action_status(self) -> None:
        incident = self.incident
        if incident is None:
            return
        order = list(NoteStatus)
        following = order[min(order.index(incident.status) + 1, len(order) - 1)]
        choices = [(one.value, join(f"{one:<11}", "now" if one is incident.status else "")) for one in order]
        self.pick(
            f"{incident.name}: move the note to …",
            choices,
            lambda key: self._move(incident, NoteStatus(key)),
            at=following.value,
        )

    async def _move(self, incident: Incident, status: NoteStatus) -> None:
        if status is incident.status:
            return
        fields, intro = [], []
        if status is NoteStatus.CLOSED and incident.resolved and incidents.needs_reason(incident):
            fields.append(Field("reason", "Why can no eval case exist?"))
            intro.append(
                f"A {incident.severity} closes with a linked eval case (Esc, then e or k), or with the reason why none"
                " can exist. It is printed."
            )
        reopening = await self.fetch(incidents.reopening, self.desk, incident.number, status)
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
            await self.act(incidents.set_status, self.desk, incident.number, status)
            return
        self.ask(
            f"{incident.name}: move the note to {status}",
            fields,
            lambda values: incidents.set_status(
                self.desk, incident.number, status, no_eval_reason=values.get("reason", "")
            ),
            intro="\n".join(intro),
            button=f"Move to {status}",
        )

    # -- links and documents ------------------------------------------------------------------------------------------

    def action_link(self) -> None:
        incident = self.incident
        if incident is None:
            return

        async def submit(values: Values) -> str | None:
            shown, cases = _names(values["traces"]), _names(values["cases"])
            refusal = await self.readiness.attempt(
                incidents.set_links, self.desk, incident.number, traces=shown, eval_cases=cases
            )
            unknown = () if refusal else await self.fetch(incidents.unknown_traces, self.desk, shown)
            if unknown:
                self.readiness.tell(f"Linked as typed; not imported here: {', '.join(unknown)}")
            return refusal

        self.ask_with(
            f"{incident.name}: links",
            [
                Field("traces", "Traces in which it shows, with commas between", ", ".join(incident.traces)),
                Field("cases", "Eval cases that were added for it", ", ".join(incident.eval_cases)),
            ],
            submit,
        )

    async def action_case(self) -> None:
        incident = self.incident
        if incident is None:
            return
        here = self.readiness.here
        file = await self.fetch(incident_cases.propose_file, self.desk, here)

        def save(values: Values) -> None:
            path = here / Path(values["file"]).expanduser()
            incident_cases.add_case(self.desk, incident.number, values["trace"], values["id"], path)

        self.ask(
            f"{incident.name}: a new eval case",
            [
                Field("trace", "The trace that went wrong", next(iter(incident.traces), ""), choices=incident.traces[:8]),
                Field("id", "Id of the case", f"inc-{incident.number}-{len(incident.eval_cases) + 1}"),
                Field("file", f"Eval set (.jsonl), in {here}", file or incident_cases.NEW_CASES),
            ],
            save,
            intro="Its question is appended to the eval set; what a right answer must have is yours to fill in there.",
            button="Add",
        )  # fmt: skip

    def action_around(self) -> None:
        if self.incident is not None:
            self.app.push_screen(AroundDialog(self.desk, self.incident))

    async def action_traces(self) -> None:
        incident = self.incident
        if incident is None:
            return
        if incident.traces:
            await self.readiness.show_traces(list(incident.traces), f"linked with {incident.name}")
        else:
            self.readiness.complain(f"No trace is linked with {incident.name}. Press k to link some.")

    def action_export(self) -> None:
        incident, view = self.incident, self.readiness.view
        if incident is None or view is None:
            return
        as_of = view.as_of

        def write(path: Path) -> None:
            scorecards.write(path, printing.incident_note(incidents.get(self.desk, incident.number), as_of))

        ask_where(self, f"Export the note of {incident.name}", "Markdown file", f"{incident.name}.md", write)


def _names(typed: str) -> list[str]:
    return [name for name in re.split(r"[,;\s]+", typed) if name]
