"""What OpenTelemetry's console exporter for Go prints (go.opentelemetry.io/otel/exporters/stdout/stdouttrace, SpanStub).

Names in Go's case, `SpanContext` and `Parent` with `TraceID` and `SpanID`, attributes as
`{"Key": …, "Value": {"Type": …, "Value": …}}`, `Status.Code` as Unset, Error or Ok. Go's own numbers for them are not
OTLP's: 1 is an error, 2 is ok.
"""

from __future__ import annotations

from collections.abc import Sequence

from readiness_tui.sources.kit import payload
from readiness_tui.sources.otel.layout import Layout
from readiness_tui.sources.otel.rows import Row, RowSource

_GO = {0: "UNSET", 1: "ERROR", 2: "OK"}


class StdoutTrace(RowSource):
    name = "stdouttrace"
    title = "OpenTelemetry's console exporter for Go (stdouttrace)"
    layout = Layout(
        needs=(frozenset({"SpanContext", "Parent", "StartTime"}), frozenset({"SpanContext", "StartTime", "EndTime"})),
        trace=("SpanContext.TraceID",),
        span=("SpanContext.SpanID",),
        parent=("Parent.SpanID", "ParentSpanID"),
        label=("Name",),
        start=("StartTime",),
        end=("EndTime",),
        code=("Status.Code", "StatusCode"),
        message=("Status.Description", "StatusMessage"),
        attributes=("Attributes",),
        resource=("Resource",),
        events=("Events", "MessageEvents"),
    )

    def settled(self, rows: list[Row]) -> Sequence[Row | None]:
        return [
            {**row, "Status": {**status, "Code": _GO[code]}}
            if type(code := (status := payload.inner(row, "Status")).get("Code")) is int and code in _GO
            else row
            for row in rows
        ]


SOURCE = StdoutTrace()
