"""The files of an incident: write its note to one, import one that somebody else wrote."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from textual.binding import Binding
from textual.content import Content

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Incident
from readiness_tui.domain.text.format import plural
from readiness_tui.reports.atomic import write_text
from readiness_tui.reports.incident_text import merged_text
from readiness_tui.services.core.locate import typed
from readiness_tui.services.incidents import edit, exports, imports
from readiness_tui.tui.dialogs.export import ask_where
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.dialogs.pick import Choice
from readiness_tui.tui.dialogs.reading import ReadingDialog
from readiness_tui.tui.screens.incidents.feature import IncidentFeature
from readiness_tui.tui.text import join, line

_AS_NEW = "new"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A file of which it is not clear whether it tells of an incident (`bare`), or of which of the stored ones (`open`)."""

    path: Path
    bare: bool
    open: list[Incident]
    titled: bool = False  # it has the title of a stored one


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
        asked: list[_Asked] = []

        def save(values: Values) -> None:
            if not values["path"]:
                raise ReadinessError("Which file? Type its name, or Esc to leave.")
            path = typed(values["path"], here)
            try:
                told.append(imports.import_file(self.desk, path))
            except (imports.UnrecognisedIncident, imports.WhichIncident) as question:
                bare = isinstance(question, imports.UnrecognisedIncident)
                among = list(question.among) if isinstance(question, imports.WhichIncident) else []
                open_ = among or [one for one in edit.listed(self.desk) if one.open]
                asked.append(_Asked(path, bare, open_, titled=bool(among)))

        async def show() -> None:
            if told and told[-1].merged is not None:
                self.screen.point_at(str(told[-1].merged.incident.number))
                await self.screen.refresh_view()
                self.screen.app.push_screen(ReadingDialog("What came in", imported(told[-1])))

        async def decided(key: str) -> None:
            about, number = asked[-1], None if key == _AS_NEW else int(key)
            format = "postmortem" if about.bare else None

            def bring() -> None:
                told.append(
                    imports.import_file(self.desk, about.path, number=number, format=format, fresh=number is None)
                )

            if await self.host.act(bring):
                await show()

        async def then(done: bool | None) -> None:
            if done and asked and not told:
                self._ask_which(asked[-1], decided)
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

    def _ask_which(self, asked: _Asked, then: Callable[[str], Awaitable[None]]) -> None:
        """Whether a file is a new incident, or belongs to an open one."""
        into = [(str(one.number), line(f"Add it to {one.name}, {one.title}")) for one in asked.open]
        if asked.bare:
            title = "Is this an incident?"
            why = f"Nothing of an incident was recognised in {asked.path.name}: no time, severity, timeline or known section."
        elif asked.titled:
            title, why = "Which incident?", f"{asked.path.name} has the title of a stored one; it may be another."
        else:
            title, why = "Which incident?", f"{asked.path.name} does not say which incident its lines belong to."
        new: Choice = (_AS_NEW, line("Import it as a new incident"))
        self.screen.pick(title, [new, *into], then, intro=f"{why} Esc leaves it out.")


def imported(told: imports.ImportedIncident) -> Content:
    """What came of a file: in one sentence, what may be wrong, and what no field took."""
    rows = [line(merged_text(told.merged)), *map(line, told.merged.said)] if told.merged is not None else []
    for doubt in told.doubts:
        where = f"line {doubt.line}: " if doubt.line else ""
        rows.append(join(Content.styled("! look at ", "bold $text-warning"), line(f"{where}{doubt.text}", limit=300)))
    if told.kept:
        kept = plural(len(told.kept), "line")
        rows.append(Content.styled(f"Kept in the note: {kept} that no field takes.", "$foreground-muted"))
    return Content("\n").join(rows)
