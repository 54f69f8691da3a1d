"""Spans from Amazon CloudWatch's log group `aws/spans` (X-Ray Transaction Search): OTLP's names, attributes flat.

As the log group has them (`traceId`, `startTimeUnixNano`, `durationNano`, `attributes` an object, `status.code` a word),
or as text inside what the log group is read by: the rows of CloudWatch Logs Insights (`@message`; saved as CSV or JSON,
or the answer of `get-query-results`), the events of `filter-log-events` (`message`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from readiness_tui.sources.kit import payload
from readiness_tui.sources.kit.base import Recognised
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.peek import peek
from readiness_tui.sources.otel.layout import Layout
from readiness_tui.sources.otel.rows import Row, RowSource

_TEXTS = ("@message", "message")
_SPAN = re.compile(r'"(?:spanId|startTimeUnixNano)"\s*:')


class CloudWatch(RowSource):
    name = "cloudwatch"
    title = "Spans from CloudWatch's log group aws/spans (X-Ray Transaction Search)"
    certainty = 100
    layout = Layout(
        needs=(frozenset({"traceId", "spanId", "startTimeUnixNano", "durationNano"}),),
        trace=("traceId",),
        span=("spanId",),
        parent=("parentSpanId",),
        label=("name", "spanName"),
        start=("startTimeUnixNano",),
        end=("endTimeUnixNano",),
        took={"durationNano": 1e-6},
        start_unit="ns",
        code=("status.code", "statusCode"),
        message=("status.message",),
        attributes=("attributes",),
        prefix="attributes.",
        resource=("resource.attributes",),
        events=("events",),
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        if "results.[].[].field" in look.outline or "results.[].[]" in look.outline:
            if b'"@message"' in head and b"spanId" in head:
                return Recognised(self.name, "an answer of CloudWatch Logs Insights with spans", self.certainty)
            return None
        if any(path.endswith("@message.startTimeUnixNano") for path in look.outline):
            return Recognised(self.name, "log events with spans in @message", self.certainty)
        for record in (*look.records[:1], look.outline):
            for name in _TEXTS:
                if isinstance(text := record.get(name), str) and _SPAN.search(text) and "resourceSpans" not in text:
                    return Recognised(self.name, f"log events with spans in {name}", self.certainty)
        return super().recognise(path, head)

    def unfold(self, row: Row) -> Iterable[Row]:
        if isinstance(results := row.get("results"), list):
            return [self._event(_by_field(each)) for each in results]
        return (self._event(row),)

    def _event(self, row: Row) -> Row:
        """The span in a log event's text, or the row itself."""
        for name in _TEXTS:
            if isinstance(row.get(name), (str, dict)):
                held = payload.parsed(row[name])
                if not isinstance(held, dict):
                    raise RecordError(f"its {name} is no JSON object, so no span")
                row = held
                break
        if "startTimeUnixNano" not in row:
            raise RecordError("it is no span: it has no startTimeUnixNano")
        return row


def _by_field(listed: Any) -> Row:
    """A row that lists its fields as `{"field": …, "value": …}`."""
    return (
        {str(part.get("field")): part.get("value") for part in listed if isinstance(part, dict)}
        if isinstance(listed, list)
        else {}
    )


SOURCE = CloudWatch()
