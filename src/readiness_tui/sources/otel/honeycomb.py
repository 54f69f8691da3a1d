"""Honeycomb's events of a trace, saved as JSON or CSV: a row a span, a column an attribute (docs.honeycomb.io).

`trace.trace_id`, `trace.span_id`, `trace.parent_id`, `name`, `duration_ms`, `Timestamp`; `status_code` as OTLP's number,
`error` true for an error.
"""

from __future__ import annotations

from readiness_tui.sources.otel.layout import Layout
from readiness_tui.sources.otel.rows import RowSource


class Honeycomb(RowSource):
    name = "honeycomb"
    title = "Honeycomb events of traces (JSON or CSV)"
    layout = Layout(
        needs=(frozenset({"trace.trace_id", "trace.span_id"}),),
        trace=("trace.trace_id",),
        span=("trace.span_id",),
        parent=("trace.parent_id",),
        label=("name",),
        start=("Timestamp", "timestamp", "time"),
        took={"duration_ms": 1},
        code=("status_code", "status.code", "otel.status_code"),
        message=("status_message", "status.message"),
        failed=("error",),
        rest=True,
        within=("data", "results"),
    )


SOURCE = Honeycomb()
