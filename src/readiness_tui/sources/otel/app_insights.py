"""Azure Application Insights: rows of `AppRequests` and `AppDependencies` (Log Analytics) or `requests` and
`dependencies` (classic), as the portal's CSV, `az monitor`'s JSON, or the query interface's `tables` have them
(learn.microsoft.com, Azure Monitor Logs reference).

`DurationMs` is in milliseconds; a request whose parent is the operation itself is the root; `Success` says how it ended;
attributes stand in `Properties` (classic: `customDimensions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from readiness_tui.sources.kit.base import Recognised
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.peek import peek
from readiness_tui.sources.otel import cells
from readiness_tui.sources.otel.layout import Layout
from readiness_tui.sources.otel.rows import Row, RowSource


class AppInsights(RowSource):
    name = "app_insights"
    title = "Azure Application Insights (rows of requests and dependencies)"
    layout = Layout(
        needs=(
            frozenset({"OperationId", "Id", "DurationMs"}),
            frozenset({"operation_Id", "id", "duration"}),
        ),
        trace=("OperationId", "operation_Id"),
        span=("Id", "id"),
        parent=("ParentId", "operation_ParentId"),
        label=("Name", "name"),
        start=("TimeGenerated", "TimeGenerated [UTC]", "timestamp", "timestamp [UTC]"),
        took={"DurationMs": 1, "duration": 1},
        failed=("!Success", "!success"),
        attributes=("Properties", "customDimensions"),
        named={"AppRoleName": "service.name", "cloud_RoleName": "service.name"},
        within=("value", "data"),
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        outline = peek(head).outline
        if {"tables.[].columns", "tables.[].rows"} & outline.keys() and (
            b"OperationId" in head or b"operation_Id" in head
        ):
            return Recognised(self.name, "tables of Azure Monitor with operation ids", self.certainty)
        return super().recognise(path, head)

    def unfold(self, row: Row) -> Iterable[Row]:
        tables = row.get("tables")
        if not isinstance(tables, list):
            return super().unfold(row)
        found = []
        for table in tables:
            columns, rows = (table.get("columns"), table.get("rows")) if isinstance(table, dict) else (None, None)
            if not isinstance(columns, list) or not isinstance(rows, list):
                raise RecordError("one of its tables has no columns or no rows")
            named = [str(column.get("name")) if isinstance(column, dict) else str(column) for column in columns]
            found += [dict(zip(named, cells_, strict=False)) for cells_ in rows if isinstance(cells_, list)]
        return found

    def settled(self, rows: list[Row]) -> Sequence[Row | None]:
        return [self._rooted(row) for row in rows]

    def _rooted(self, row: Row) -> Row | None:
        if cells.pick(row, tuple(self.layout.took)) is None:
            return None  # a message or an exception of the operation
        trace, parent = cells.pick(row, self.layout.trace), cells.pick(row, self.layout.parent)
        return {**row, **dict.fromkeys(self.layout.parent)} if parent == trace else row


SOURCE = AppInsights()
