"""Rows of ClickHouse's table `otel_traces`, as the OpenTelemetry collector's ClickHouse exporter makes it
(opentelemetry-collector-contrib, exporter/clickhouseexporter), from `FORMAT JSONEachRow`, JSON, CSV or Parquet.

`Duration` is in nanoseconds, `Timestamp` a text without a time zone, `StatusCode` Unset, Ok or Error (before 0.96
STATUS_CODE_…), `SpanAttributes` a map of texts, events in three columns of lists.
"""

from __future__ import annotations

from collections.abc import Sequence

from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.literal import structure
from readiness_tui.sources.otel import cells
from readiness_tui.sources.otel.layout import Layout
from readiness_tui.sources.otel.rows import Row, RowSource
from readiness_tui.sources.tracing.span_reader import Event


class ClickHouse(RowSource):
    name = "clickhouse"
    title = "Rows of ClickHouse's table otel_traces"
    layout = Layout(
        needs=(frozenset({"TraceId", "SpanId", "SpanName"}), frozenset({"TraceId", "SpanId", "SpanAttributes"})),
        trace=("TraceId",),
        span=("SpanId",),
        parent=("ParentSpanId",),
        label=("SpanName",),
        start=("Timestamp",),
        took={"Duration": 1e-6},
        code=("StatusCode",),
        message=("StatusMessage",),
        attributes=("SpanAttributes",),
        resource=("ResourceAttributes",),
        named={"ServiceName": "service.name"},
        within=("data",),
    )

    def events(self, row: Row) -> Sequence[Event]:
        named, held = (structure(cells.pick(row, (name,))) for name in ("Events.Name", "Events.Attributes"))
        if not isinstance(named, list) or not isinstance(held, list) or len(named) != len(held):
            return ()
        return [
            Event(str(name), cells.attributes(part, fields.Notes())) for name, part in zip(named, held, strict=True)
        ]


SOURCE = ClickHouse()
