"""The list of traces, of which several can be selected."""

from __future__ import annotations

from readiness_tui.domain.runs.model import Trace
from readiness_tui.services.traces import ListedTrace
from readiness_tui.tui.screens.traces.trace_text import cells
from readiness_tui.tui.widgets.row_list import RowList


class TraceList(RowList[ListedTrace]):
    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.selected: dict[str, Trace] = {}  # in the order in which they were selected

    def cells(self, row: ListedTrace, width: int) -> list[tuple[str, str]]:
        return cells(row.trace, width, many_calls=row.many_calls)

    def marked(self, row: ListedTrace) -> bool:
        return row.trace.id in self.selected

    def toggle(self) -> None:
        """Select the highlighted trace, or take it back, and go on to the next."""
        if self.current is not None:
            trace = self.current.trace
            if self.selected.pop(trace.id, None) is None:
                self.selected[trace.id] = trace
            self.action_move(1)
            self.refresh()
