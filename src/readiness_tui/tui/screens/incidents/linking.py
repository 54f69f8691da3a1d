"""The keys of Incidents for what lies beside the note: traces, eval cases, the exported file."""

from __future__ import annotations

import re
from pathlib import Path

from textual.binding import Binding
from textual.content import Content

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural
from readiness_tui.reports.atomic import write_text
from readiness_tui.reports.incident_text import merged_text
from readiness_tui.services.incidents import cases as incident_cases
from readiness_tui.services.incidents import edit, exports, imports
from readiness_tui.tui.dialogs.export import ask_where
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.dialogs.reading import ReadingDialog
from readiness_tui.tui.screens.incidents.keys import IncidentKeys
from readiness_tui.tui.text import join, line


class LinkingKeys(IncidentKeys):
    BINDINGS = [
        Binding("k", "link", "Link", id="incidents.link", show=False, tooltip="Link traces and eval cases, or take links out"),
        Binding("e", "case", "Eval case", id="incidents.case", show=False, tooltip="Make an eval case of a linked trace"),
        Binding("g", "traces", "Traces", id="incidents.traces", show=False, tooltip="Show the linked traces"),
        Binding("x", "export", "Export", id="incidents.export", show=False, tooltip="Write the note as markdown, HTML or JSON"),
        Binding("o", "bring", "Import", id="incidents.import", show=False, tooltip="Import a postmortem, timeline, chat log or exported incident"),
    ]  # fmt: skip

    def action_link(self) -> None:
        incident = self.incident
        if incident is None:
            return

        async def submit(values: Values) -> str | None:
            shown, cases = _names(values["traces"]), _names(values["cases"])
            refusal = await self.readiness.attempt(
                edit.set_links, self.desk, incident.number, traces=shown, eval_cases=cases
            )
            unknown = () if refusal else await self.fetch(edit.unknown_traces, self.desk, shown)
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

    async def action_traces(self) -> None:
        incident = self.incident
        if incident is None:
            return
        if incident.traces:
            await self.readiness.show_traces(list(incident.traces), f"linked with {incident.name}")
        else:
            self.readiness.complain(f"No trace is linked with {incident.name}. Press k to link some.")

    def action_export(self) -> None:
        incident = self.incident
        if incident is None:
            return

        def write(path: Path) -> None:
            format = path.suffix.lstrip(".").lower()
            if format not in exports.FORMATS:
                known = ", ".join(f".{one}" for one in exports.FORMATS)
                raise ReadinessError(f"{path.name}: the ending says in what format. It is one of {known}.")
            write_text(path, exports.text(self.desk, incident.number, format))

        label = "Markdown, HTML or JSON file, by its ending"
        ask_where(self, f"Export {incident.name}", label, f"{incident.name}.md", write)

    def action_bring(self) -> None:
        here = self.readiness.here
        told: list[imports.Imported] = []

        def save(values: Values) -> None:
            if not values["path"]:
                raise ReadinessError("Which file? Type its name, or Esc to leave.")
            told.append(imports.import_file(self.desk, here / Path(values["path"]).expanduser()))

        async def then(done: bool | None) -> None:
            if done and told and told[-1].merged is not None:
                self.point_at(str(told[-1].merged.incident.number))
                await self.refresh_view()
                self.app.push_screen(ReadingDialog("What came in", imported(told[-1])))

        form = FormDialog(
            "Import an incident",
            [Field("path", f"A postmortem, timeline, chat log or exported incident, in {here}")],
            self.submitter(save),
            intro="What is recognised goes into its fields, all other lines are kept in the note.",
            save="Import",
        )
        self.app.push_screen(form, then)


def imported(told: imports.Imported) -> Content:
    """What came of a file: in one sentence, what may be wrong, and what no field took."""
    rows = [line(merged_text(told.merged)), *map(line, told.merged.said)] if told.merged is not None else []
    for doubt in told.doubts:
        where = f"line {doubt.line}: " if doubt.line else ""
        rows.append(join(Content.styled("! look at ", "bold $text-warning"), line(f"{where}{doubt.text}", limit=300)))
    if told.kept:
        kept = plural(len(told.kept), "line")
        rows.append(Content.styled(f"{kept} that no field takes are kept in the note.", "$foreground-muted"))
    return Content("\n").join(rows)


def _names(typed: str) -> list[str]:
    return [name for name in re.split(r"[,;\s]+", typed) if name]
