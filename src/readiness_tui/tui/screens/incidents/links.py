"""What an incident is linked with: the traces in which it shows, the eval cases that were made of it."""

from __future__ import annotations

import re

from textual.binding import Binding

from readiness_tui.services.core.locate import typed
from readiness_tui.services.incidents import cases as incident_cases
from readiness_tui.services.incidents import edit
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.screens.incidents.feature import IncidentFeature


class IncidentLinks(IncidentFeature):
    BINDINGS = [
        Binding("k", "link", "Link", id="incidents.link", show=False, tooltip="Link traces and eval cases, or take links out"),
        Binding("e", "case", "Eval case", id="incidents.case", show=False, tooltip="Make an eval case of a linked trace"),
        Binding("g", "traces", "Traces", id="incidents.traces", show=False, tooltip="Show the linked traces"),
    ]  # fmt: skip

    def action_link(self) -> None:
        incident = self.incident

        async def submit(values: Values) -> str | None:
            shown, cases = _names(values["traces"]), _names(values["cases"])
            refusal = await self.host.attempt(
                edit.set_links, self.desk, incident.number, traces=shown, eval_cases=cases,
                base=(incident.traces, incident.eval_cases),
            )  # fmt: skip
            unknown = () if refusal else await self.host.fetch(edit.unknown_traces, self.desk, shown)
            if unknown:
                self.host.tell(f"Linked as typed; not imported here: {', '.join(unknown)}")
            return refusal

        self.screen.ask_with(
            f"{incident.name}: links",
            [
                Field("traces", "Traces in which it shows, with commas between", ", ".join(incident.traces)),
                Field(
                    "cases", "Eval cases that were added for it (?id: still to come)", ", ".join(incident.eval_cases)
                ),
            ],
            submit,
        )

    async def action_case(self) -> None:
        incident = self.incident
        here = self.host.here
        file = await self.host.fetch(incident_cases.propose_file, self.desk, here)

        def save(values: Values) -> None:
            path = typed(values["file"], here)
            incident_cases.add_case(self.desk, incident.number, values["trace"], values["id"], path)

        self.screen.ask(
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
        if incident.traces:
            await self.host.show_traces(list(incident.traces), f"linked with {incident.name}")
        else:
            self.host.complain(f"No trace is linked with {incident.name}. Press k to link some.")


def _names(typed: str) -> list[str]:
    return [name for name in re.split(r"[,;\s]+", typed) if name]
