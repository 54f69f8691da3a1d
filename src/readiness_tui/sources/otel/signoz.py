"""SigNoz's spans: rows of `signoz_index_v3` (and v2, in camel case) from ClickHouse, and what its trace explorer and
interface give (`{"timestamp": …, "data": {…}}`); signoz.io, "Traces schema".

`duration_nano` is in nanoseconds; attributes stand by type in `attributes_string`, `attributes_number` and
`attributes_bool` (v2: `stringTagMap`, `numberTagMap`, `boolTagMap` or `tagMap`); events are JSON texts.
"""

from __future__ import annotations

from collections.abc import Iterable

from readiness_tui.sources.kit import payload
from readiness_tui.sources.otel.layout import Layout
from readiness_tui.sources.otel.rows import Row, RowSource


class SigNoz(RowSource):
    name = "signoz"
    title = "SigNoz spans (rows of its tables or its explorer)"
    layout = Layout(
        needs=(frozenset({"trace_id", "span_id", "duration_nano"}), frozenset({"traceID", "spanID", "durationNano"})),
        trace=("trace_id", "traceID"),
        span=("span_id", "spanID"),
        parent=("parent_span_id", "parentSpanID", "parentSpanId"),
        label=("name",),
        start=("timestamp",),
        took={"duration_nano": 1e-6, "durationNano": 1e-6},
        code=("status_code", "statusCode", "status_code_string", "statusCodeString"),
        message=("status_message", "statusMessage"),
        failed=("has_error", "hasError"),
        attributes=(
            "tagMap", "stringTagMap", "numberTagMap", "boolTagMap", "attributes_string", "attributes_number",
            "attributes_bool",
        ),
        resource=("resources_string", "resourceTagsMap"),
        events=("events", "event"),
        named={"serviceName": "service.name", "service.name": "service.name"},
        within=("data", "list", "result"),
    )  # fmt: skip

    def unfold(self, row: Row) -> Iterable[Row]:
        held = payload.inner(row, "data")
        return ({"timestamp": row.get("timestamp"), **held},) if "timestamp" in row and held else super().unfold(row)


SOURCE = SigNoz()
