"""The keys of Incidents for what lies beside the note: traces, eval cases, the exported file."""

from __future__ import annotations

import re
from pathlib import Path

from textual.binding import Binding

from readiness_tui.services import incident_cases, incidents, printing, scorecards
from readiness_tui.tui.dialogs.export import ask_where
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.screens.incidents.keys import IncidentKeys


class LinkingKeys(IncidentKeys):
    BINDINGS = [
        Binding("k", "link", "Link", id="incidents.link", show=False, tooltip="Link traces and eval cases, or take links out"),
        Binding("e", "case", "Eval case", id="incidents.case", show=False, tooltip="Make an eval case of a linked trace"),
        Binding("g", "traces", "Traces", id="incidents.traces", show=False, tooltip="Show the linked traces"),
        Binding("x", "export", "Export", id="incidents.export", show=False, tooltip="Write the note as a markdown file"),
    ]  # fmt: skip

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
