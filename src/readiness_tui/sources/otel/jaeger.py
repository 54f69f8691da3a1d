"""Jaeger's JSON: the answer of `GET /api/traces` and the UI's download (`{"data": [{traceID, spans, processes}]}`), and
spans a row each as its Elasticsearch store has them (jaeger, model/json/model.go).

`startTime` and `duration` are in microseconds; `references` name the parent; `tags` and each log's `fields` are lists of
`{key, type, value}`; in the store's `tag` object dots are `@`. The status stands in the tags `otel.status_code` and
`error`. Jaeger's protobuf messages as JSON (the collector's Kafka exporter, `jaeger_json`) have `traceId` and `spanId` in
base64, times in ISO 8601, durations such as "1.5s", and tags with `vStr`, `vInt64` …
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from readiness_tui.sources.kit import payload
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.otel import cells
from readiness_tui.sources.otel.layout import Layout
from readiness_tui.sources.otel.rows import Row, RowSource


class Jaeger(RowSource):
    name = "jaeger"
    title = "Jaeger traces (JSON of the API, the UI or Elasticsearch)"
    layout = Layout(
        needs=(
            frozenset({"traceID", "spans", "processes"}),
            frozenset({"traceID", "spanID", "operationName"}),
            frozenset({"traceId", "spanId", "operationName"}),
        ),
        trace=("traceID", "traceId"),
        span=("spanID", "spanId"),
        parent=("parentSpanID",),
        label=("operationName",),
        start=("startTime",),
        took={"duration": 1e-3},
        start_unit="µs",
        status_tags=True,
        attributes=("tag", "tags"),
        resource=("process.tags", "process.tag"),
        events=("logs",),
        named={"process.serviceName": "service.name"},
        within=("data", "traces", "result"),
    )

    def unfold(self, row: Row) -> Iterable[Row]:
        spans = row.get("spans")
        if not isinstance(spans, list):
            return super().unfold(row)
        processes = payload.inner(row, "processes")
        if not spans:
            raise RecordError("the trace has no spans")
        return [
            {
                "traceID": row.get("traceID"),
                **span,
                "process": processes.get(str(span.get("processID")), span.get("process")),
            }
            if isinstance(span, dict)
            else span
            for span in spans
        ]

    def settled(self, rows: list[Row]) -> Sequence[Row | None]:
        return [self._with_parent(row) for row in rows]

    def _with_parent(self, row: Row) -> Row:
        found = {**row}
        references = row.get("references")
        own = [
            each
            for each in (references if isinstance(references, list) else ())
            if isinstance(each, dict)
            and cells.pick(each, self.layout.trace) in (None, cells.pick(row, self.layout.trace))
        ]
        if own and not row.get("parentSpanID"):
            above = next((each for each in own if each.get("refType") == "CHILD_OF"), own[0])
            found["parentSpanID"] = cells.pick(above, self.layout.span)
        if isinstance(tag := row.get("tag"), dict):
            found["tag"] = {name.replace("@", "."): value for name, value in tag.items()}
        return found


SOURCE = Jaeger()
