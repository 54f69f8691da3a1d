"""Zipkin's JSON, version 2: a list of spans, or of traces that are lists (`GET /api/v2/traces`; zipkin2, openapi).

`timestamp` and `duration` are in microseconds, `tags` an object of texts, `annotations` have a time and a `value`. A tag
`error`, whatever it says, is an error. A span that client and server share has one id and two records, the server's
with `shared`.
"""

from __future__ import annotations

from collections.abc import Sequence

from readiness_tui.sources.otel.layout import Layout
from readiness_tui.sources.otel.rows import Row, RowSource


class Zipkin(RowSource):
    name = "zipkin"
    title = "Zipkin spans (JSON, version 2)"
    layout = Layout(
        needs=(
            frozenset({"traceId", "id", "localEndpoint"}),
            frozenset({"traceId", "id", "timestamp", "duration"}),
            frozenset({"traceId", "id", "parentId", "timestamp"}),
        ),
        trace=("traceId",),
        span=("id",),
        parent=("parentId",),
        label=("name",),
        start=("timestamp",),
        took={"duration": 1e-3},
        start_unit="µs",
        status_tags=True,
        attributes=("tags",),
        events=("annotations",),
        named={"localEndpoint.serviceName": "service.name"},
    )

    def settled(self, rows: list[Row]) -> Sequence[Row | None]:
        clients = {str(row.get("id")) for row in rows if row.get("shared") is not True}
        return [
            {**row, "id": f"{row['id']}-server", "parentId": row["id"]}
            if row.get("shared") is True and str(row.get("id")) in clients
            else row
            for row in rows
        ]


SOURCE = Zipkin()
