"""What OpenTelemetry's console exporter for Python prints: `ReadableSpan.to_json()` (opentelemetry-sdk, trace/__init__.py).

One JSON object a span, pretty-printed or in a line; ids as `0x…`, times in ISO 8601, `status` with `status_code` and
`description`, `resource` with `attributes` (before 1.10 the attributes themselves).
"""

from __future__ import annotations

from readiness_tui.sources.otel.layout import Layout
from readiness_tui.sources.otel.rows import RowSource


class OtelConsole(RowSource):
    name = "otel_console"
    title = "OpenTelemetry's console exporter for Python (span.to_json())"
    layout = Layout(
        needs=(frozenset({"context", "kind", "parent_id", "start_time", "status"}),),
        trace=("context.trace_id",),
        span=("context.span_id",),
        parent=("parent_id",),
        label=("name",),
        start=("start_time",),
        end=("end_time",),
        code=("status.status_code", "status.canonical_code"),
        message=("status.description",),
        attributes=("attributes",),
        resource=("resource.attributes", "resource"),
        events=("events",),
        within=("spans", "data"),
    )


SOURCE = OtelConsole()
