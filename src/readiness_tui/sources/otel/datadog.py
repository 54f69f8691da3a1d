"""Datadog's spans: of its spans interface (`GET /api/v2/spans/events`: `attributes` around each), and as its agent and
the trace's JSON have them (`meta` and `metrics`; docs.datadoghq.com, "Send traces to the Agent by API").

Start and duration are in one unit: nanoseconds of the agent, seconds in a trace downloaded from the page. `error` is 1
for an error; a root's parent is 0.
"""

from __future__ import annotations

from collections.abc import Iterable

from readiness_tui.sources.kit import payload
from readiness_tui.sources.otel.layout import Layout
from readiness_tui.sources.otel.rows import Row, RowSource


class Datadog(RowSource):
    name = "datadog"
    title = "Datadog spans (its interface, or the JSON of a trace)"
    layout = Layout(
        needs=(
            frozenset({"trace_id", "span_id", "resource", "service", "start"}),
            frozenset({"trace_id", "span_id", "resource_name", "start_timestamp"}),
            frozenset({"id", "type", "attributes.trace_id"}),
        ),
        trace=("trace_id",),
        span=("span_id",),
        parent=("parent_id",),
        label=("name", "operation_name", "resource_name", "resource"),
        start=("start", "start_timestamp"),
        end=("end_timestamp",),
        took={"duration": 1e-6, "custom.duration": 1e-6},
        same_unit=True,
        failed=("error",),
        message=("meta.error.message", "custom.error.message", "error.message"),
        attributes=("meta", "metrics", "custom"),
        named={"service": "service.name", "env": "deployment.environment"},
        within=("data", "spans"),
    )

    def unfold(self, row: Row) -> Iterable[Row]:
        held = payload.inner(row, "attributes")
        return ({**held, **_status(held)},) if "trace_id" in held else super().unfold(row)


def _status(held: Row) -> Row:
    return {"error": held.get("status") == "error"} if "error" not in held and "status" in held else {}


SOURCE = Datadog()
