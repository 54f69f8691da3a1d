"""What can be done with the selected traces: make them gaps, evidence, or an incident."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.incidents.model import Incident, Sev
from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.text.dates import parse_moment
from readiness_tui.services.core.choices import choose
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import assess, gaps
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.screens.room import Feature
from readiness_tui.tui.screens.traces.trace_list import TraceList


class TraceActs(Feature):
    BINDINGS = [
        Binding("space", "select", "Select", id="traces.select", show=False, tooltip="Select the trace, to act on several at once"),
        Binding("g", "gap", "Gap", id="traces.gap", tooltip="Make the selected traces gaps"),
        Binding("e", "evidence", "Evidence", id="traces.evidence", tooltip="Attach the selected traces to an item as evidence"),
        Binding("n", "incident", "Incident", id="traces.incident", tooltip="Open an incident with the selected traces"),
    ]  # fmt: skip

    @property
    def _list(self) -> TraceList:
        return self.screen.query_one("#list", TraceList)

    @property
    def _chosen(self) -> list[Trace]:
        """The selected traces, else the highlighted one."""
        shown = self._list
        if shown.selected:
            return list(shown.selected.values())
        return [shown.current.trace] if shown.current else []

    def action_select(self) -> None:
        self._list.toggle()

    def action_gap(self) -> None:
        chosen = self._chosen
        if not chosen:
            return
        levels = [level.value for level in Severity]
        first = chosen[0]

        def save(values: Values) -> None:
            severity = values["severity"].lower()
            level = Severity(severity) if severity in levels else Severity.MAJOR
            for trace in chosen:
                gaps.mark(self.desk, "trace", trace.id, values["title"], level)

        self.screen.ask(
            f"Make {names(chosen)} a gap",
            [
                Field("title", "What is not good enough", (first.error or first.question or first.id)[:120]),
                Field("severity", "Severity", Severity.MAJOR.value, choices=levels),
            ],
            save,
            intro="It lives on across reviews until somebody closes it. Owner and date are set under Gaps.",
            about=" ".join(trace.id for trace in chosen),
        )

    def action_evidence(self) -> None:
        chosen = self._chosen
        if not chosen:
            return
        ids = [item.id for item in self.view.items]

        def save(values: Values) -> None:
            typed = values["item"].upper()
            for trace in chosen:
                assess.attach(self.desk, [typed], EvidenceKind.TRACE, trace.id)

        self.screen.ask(
            f"Attach {names(chosen)} as evidence",
            [Field("item", "To which item?", hint="for example OBS-04", choices=ids)],
            save,
        )

    def action_incident(self) -> None:
        chosen = self._chosen
        if not chosen:
            return
        times = [trace.started_at for trace in chosen if trace.started_at is not None]
        started = f"{min(times):%Y-%m-%d %H:%M}" if times else ""
        levels = [level.value for level in Sev]

        opened: list[Incident] = []

        def save(values: Values) -> None:
            severity = choose(Sev, values["severity"], "a severity")
            at = parse_moment(values["started"], self.desk.now()) if values["started"] else None
            ids = [trace.id for trace in chosen]
            opened.append(edit.create(self.desk, values["title"], severity, started=at, traces=ids))

        async def then(done: bool | None) -> None:
            if done and opened:
                await self.host.go_to(f"incident/{opened[0].number}")
                self.host.tell(f"{opened[0].name} is open. b says what changed before it.")

        form = FormDialog(
            f"Open an incident with {names(chosen)}",
            [
                Field("title", "What happened?", (chosen[0].error or "")[:120]),
                Field("severity", "Severity", Sev.SEV3.value, choices=levels),
                Field("started", "Started (UTC)", started, hint="2026-11-21 08:40, 08:40 or now"),
            ],
            self.screen.submitter(save),
        )
        self.screen.app.push_screen(form, then)


def names(chosen: Sequence[Trace]) -> str:
    """ "trace-0418" or "trace-0418 and 3 more"."""
    return chosen[0].id + (f" and {len(chosen) - 1} more" if len(chosen) > 1 else "")
