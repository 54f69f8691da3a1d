"""The files of an incident: write its note to one, import one that somebody else wrote."""

from __future__ import annotations

from pathlib import Path

from textual.binding import Binding
from textual.content import Content

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural
from readiness_tui.reports.atomic import write_text
from readiness_tui.reports.incident_text import merged_text
from readiness_tui.services.incidents import exports, imports
from readiness_tui.tui.dialogs.export import ask_where
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.dialogs.pick import Choice
from readiness_tui.tui.dialogs.reading import ReadingDialog
from readiness_tui.tui.screens.incidents.feature import IncidentFeature
from readiness_tui.tui.text import join, line

_AS_NEW = "new"


class IncidentFiles(IncidentFeature):
    BINDINGS = [
        Binding("x", "export", "Export", id="incidents.export", show=False, tooltip="Write the note as markdown, HTML or JSON"),
        Binding("o", "bring", "Import", id="incidents.import", show=False, tooltip="Import a postmortem, timeline, chat log or a tool's export"),
    ]  # fmt: skip
    WITHOUT = frozenset({"bring"})

    def action_export(self) -> None:
        incident = self.incident

        def write(path: Path) -> None:
            format = path.suffix.lstrip(".").lower()
            if format not in exports.FORMATS:
                known = ", ".join(f".{one}" for one in exports.FORMATS)
                raise ReadinessError(f"{path.name}: the ending says in what format. It is one of {known}.")
            write_text(path, exports.text(self.desk, incident.number, format))

        label = "Markdown, HTML or JSON file, by its ending"
        ask_where(self.screen, f"Export {incident.name}", label, f"{incident.name}.md", write)

    def action_bring(self) -> None:
        here = self.host.here
        told: list[imports.ImportedIncident] = []
        asked: list[Path] = []  # a text that may be no incident

        def save(values: Values) -> None:
            if not values["path"]:
                raise ReadinessError("Which file? Type its name, or Esc to leave.")
            path = here / Path(values["path"]).expanduser()
            try:
                told.append(imports.import_file(self.desk, path))
            except imports.UnrecognisedIncident:
                asked.append(path)

        async def show() -> None:
            if told and told[-1].merged is not None:
                self.screen.point_at(str(told[-1].merged.incident.number))
                await self.screen.refresh_view()
                self.screen.app.push_screen(ReadingDialog("What came in", imported(told[-1])))

        async def decided(key: str) -> None:
            number = None if key == _AS_NEW else int(key)

            def bring() -> None:
                told.append(imports.import_file(self.desk, asked[-1], number=number, format="postmortem"))

            if await self.host.act(bring):
                await show()

        async def then(done: bool | None) -> None:
            if done and asked and not told:
                present = self._present()
                into: list[Choice] = (
                    [(str(present.number), line(f"Add its words to {present.name}, {present.title}"))]
                    if present
                    else []
                )
                self.screen.pick(
                    "Is this an incident?",
                    [(_AS_NEW, line("Import its words as a new incident")), *into],
                    decided,
                    intro=f"Nothing of an incident was recognised in {asked[-1].name}: no time, severity, timeline, action"
                    " or known section. Esc leaves it out.",
                )
            elif done:
                await show()

        form = FormDialog(
            "Import an incident",
            [Field("path", f"A postmortem, timeline, chat log or exported incident, in {here}")],
            self.screen.submitter(save),
            intro="What is recognised goes into its fields, all other lines are kept in the note.",
            save="Import",
        )
        self.screen.app.push_screen(form, then)


def imported(told: imports.ImportedIncident) -> Content:
    """What came of a file: in one sentence, what may be wrong, and what no field took."""
    rows = [line(merged_text(told.merged)), *map(line, told.merged.said)] if told.merged is not None else []
    for doubt in told.doubts:
        where = f"line {doubt.line}: " if doubt.line else ""
        rows.append(join(Content.styled("! look at ", "bold $text-warning"), line(f"{where}{doubt.text}", limit=300)))
    if told.kept:
        kept = plural(len(told.kept), "line")
        rows.append(Content.styled(f"{kept} that no field takes are kept in the note.", "$foreground-muted"))
    return Content("\n").join(rows)
