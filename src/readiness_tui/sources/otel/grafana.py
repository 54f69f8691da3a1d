"""A trace as Grafana's trace view has it (its data frame, saved from the inspector as JSON or CSV; grafana-data,
types/trace.ts, `TraceSpanRow`).

`startTime` and `duration` are in milliseconds; `tags`, `serviceTags` and each log's `fields` are lists of keys and
values. Grafana's other download, the trace as Tempo has it, is OTLP.
"""

from __future__ import annotations

from readiness_tui.sources.otel.layout import Layout
from readiness_tui.sources.otel.rows import RowSource


class Grafana(RowSource):
    name = "grafana"
    title = "A trace of Grafana's trace view (its data frame)"
    certainty = 97  # its keys hold those of a Jaeger span
    layout = Layout(
        needs=(frozenset({"traceID", "spanID", "parentSpanID", "serviceName", "startTime", "duration"}),),
        trace=("traceID",),
        span=("spanID",),
        parent=("parentSpanID",),
        label=("operationName",),
        start=("startTime",),
        took={"duration": 1},
        start_unit="ms",
        code=("statusCode",),
        message=("statusMessage",),
        status_tags=True,
        attributes=("tags",),
        resource=("serviceTags",),
        events=("logs",),
        named={"serviceName": "service.name"},
    )


SOURCE = Grafana()
