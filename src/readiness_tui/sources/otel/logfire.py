"""Rows of Pydantic Logfire's `records` table, as its SQL query interface and its exports give them
(logfire.pydantic.dev, "SQL reference"; logfire-sdk, query_client.py: `columns` with `values`, or `rows`; CSV, Parquet).

`start_timestamp` and `end_timestamp` in ISO 8601, `duration` in seconds, `kind` span, log or pending_span (a span's
beginning, sent ahead under an id of its own), `otel_status_code`, `attributes` an object or JSON text.
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
from readiness_tui.sources.tracing.span_reader import Event


class Logfire(RowSource):
    name = "logfire"
    title = "Logfire records (rows of its SQL interface)"
    layout = Layout(
        needs=(frozenset({"trace_id", "span_id", "span_name", "start_timestamp"}),),
        trace=("trace_id",),
        span=("span_id",),
        parent=("parent_span_id",),
        label=("span_name",),
        start=("start_timestamp",),
        end=("end_timestamp",),
        took={"duration": 1000},
        code=("otel_status_code",),
        message=("otel_status_message", "exception_message"),
        failed=("is_exception",),
        attributes=("attributes",),
        resource=("otel_resource_attributes",),
        events=("otel_events",),
        named={
            "kind": "logfire.span_type",
            "tags": "tags",
            "service_name": "service.name",
            "service_version": "service.version",
            "deployment_environment": "deployment.environment.name",
            "http_response_status_code": "http.response.status_code",
        },
        within=("rows", "data"),
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        if "columns.[].values" in peek(head).outline and b'"span_id"' in head and b'"start_timestamp"' in head:
            return Recognised(self.name, "columns of records with span_id and start_timestamp", self.certainty)
        return super().recognise(path, head)

    def unfold(self, row: Row) -> Iterable[Row]:
        columns = row.get("columns")
        if not isinstance(columns, list):
            return super().unfold(row)
        held = {str(part.get("name")): part.get("values") for part in columns if isinstance(part, dict)}
        lists = [values for values in held.values() if isinstance(values, list)]
        if len(lists) < len(held) or len({len(values) for values in lists}) != 1:
            raise RecordError("its columns have no values, or not all the same number")
        return [dict(zip(held, parts, strict=True)) for parts in zip(*lists, strict=True)]

    def events(self, row: Row) -> Sequence[Event]:
        said = {
            name: value
            for column, name in (("exception_type", "exception.type"), ("exception_message", "exception.message"))
            if (value := cells.pick(row, (column,))) is not None
        }
        return (Event("exception", said),) if said else ()


SOURCE = Logfire()
