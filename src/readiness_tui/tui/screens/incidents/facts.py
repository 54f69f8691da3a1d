"""The facts of an incident while it happens: open one, log, set its times, say how severe it is."""

from __future__ import annotations

from dataclasses import replace

from textual.binding import Binding

from readiness_tui.domain.incidents.model import Sev
from readiness_tui.domain.text.dates import parse_moment
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core.choices import choose
from readiness_tui.services.incidents import edit
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.screens.incidents.feature import UTC_HINT, IncidentFeature
from readiness_tui.tui.screens.incidents.incident_text import clock
from readiness_tui.tui.screens.incidents.live import LiveNotes
from readiness_tui.tui.text import join, line


class IncidentFacts(IncidentFeature):
    BINDINGS = [
        Binding("n", "new", "New", id="incidents.new", tooltip="Open an incident"),
        Binding("l", "log", "Live notes", id="incidents.log", tooltip="Live notes: a line that stays open, written down with Enter"),
        Binding("t", "time", "Time", id="incidents.time", tooltip="Set when it started, was detected, … resolved"),
        Binding("d", "line", "Line", id="incidents.line", show=False, tooltip="Correct a line of the timeline, or take it out"),
        Binding("v", "retitle", "Severity", id="incidents.severity", show=False, tooltip="Change severity and title"),
    ]  # fmt: skip
    WITHOUT = frozenset({"new"})

    def action_new(self) -> None:
        def save(values: Values) -> None:
            made = edit.create(
                self.desk,
                values["title"],
                choose(Sev, values["severity"], "a severity"),
                started=parse_moment(values["started"] or "now", self.desk.now()),
            )
            self.screen.point_at(str(made.number))

        self.screen.ask(
            "New incident",
            [
                Field("title", "What happened, in one line?"),
                Field("severity", "Severity: sev1 is the worst", Sev.SEV3.value, choices=[sev.value for sev in Sev]),
                Field("started", "Since when?", "now", hint=UTC_HINT),
            ],
            save,
        )

    def action_log(self) -> None:
        self.screen.app.push_screen(LiveNotes(self.desk, self.incident))

    def action_time(self) -> None:
        incident = self.incident
        known = {name: getattr(incident, name) for name in edit.TIMES}
        choices = [(name, join(f"{name:<14}", clock(at) if at else "—")) for name, at in known.items()]

        def then(name: str) -> None:
            at = known[name]

            shown = f"{at:%Y-%m-%d %H:%M}" if at else ""

            def save(values: Values) -> Rival | None:
                typed = values["at"]
                # The form shows minutes: a time that was left alone keeps its seconds.
                new = at if typed == shown else parse_moment(typed, self.desk.now()) if typed else None
                return edit.set_time(self.desk, incident.number, name, new, base=at)

            label = f"{name.capitalize()}, in UTC (empty: not known)"
            self.screen.ask(
                f"{incident.name}: {name}",
                [Field("at", label, shown or "now", hint=UTC_HINT)],
                save,
            )

        first = next((name for name, at in known.items() if at is None), None)
        self.screen.pick(f"{incident.name}: which time? (UTC)", choices, then, at=first)

    def action_line(self) -> None:
        incident = self.incident
        lines = {str(entry.id): entry for entry in reversed(incident.timeline)}
        if not lines:
            self.host.complain(f"{incident.name} has no line in its timeline yet. Press l to write one.")
            return

        def then(key: str) -> None:
            entry = lines[key]
            shown = f"{entry.at:%Y-%m-%d %H:%M}"

            def save(values: Values) -> Rival | None:
                if not values["text"]:
                    return edit.remove_entry(self.desk, incident.number, entry.id, base=entry)
                # The form shows minutes: a time that was left alone keeps its seconds.
                at = entry.at if values["at"] == shown else parse_moment(values["at"], self.desk.now())
                changed = replace(entry, text=values["text"], at=at, source=values["source"])
                return edit.put_entry(self.desk, incident.number, changed, base=entry)

            self.screen.ask(
                f"{incident.name}: a line of its timeline",
                [
                    Field("text", "What happened? (empty takes the line out)", entry.text),
                    Field("at", "When, in UTC", shown, hint=UTC_HINT),
                    Field("source", "Where it is known from", entry.source, choices=edit.SOURCES),
                ],
                save,
                intro="The history keeps what was there; undo brings it back.",
                about=key,
            )

        choices = [(key, join(f"{clock(entry.at):<13}", line(entry.text))) for key, entry in lines.items()]
        self.screen.pick(f"{incident.name}: which line?", choices, then)

    def action_retitle(self) -> None:
        incident = self.incident
        self.screen.ask(
            f"{incident.name}: severity and title",
            [
                Field("severity", "Severity: sev1 is the worst", incident.severity, choices=[sev.value for sev in Sev]),
                Field("title", "What happened, in one line?", incident.title),
            ],
            lambda values: edit.set_title(
                self.desk,
                incident.number,
                values["title"],
                choose(Sev, values["severity"], "a severity"),
                base=(incident.title, incident.severity),
            ),
        )
