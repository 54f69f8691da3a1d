"""Which step a tool call was made by, where a log has more steps than calls."""

from __future__ import annotations

from readiness_tui.domain.probes.steps import calls
from readiness_tui.domain.runs.model import Span, SpanKind, ToolCall, Trace


def test_a_step_is_of_a_call_by_its_name_or_by_the_tool_it_names():
    for step in (
        Span("b", name="pay", kind=SpanKind.TOOL, attributes={"approval_id": "a"}),
        Span("b", name="execute_tool pay", kind=SpanKind.TOOL, attributes={"approval_id": "a"}),
        Span("b", name="pay.tool", kind=SpanKind.TOOL, attributes={"approval_id": "a", "tool": "pay"}),
    ):
        other = Span("a", name="mail", kind=SpanKind.TOOL)
        (call,) = calls(Trace("t", tool_calls=(ToolCall("pay"),), spans=(other, step)))
        assert call.attributes["approval_id"] == "a"
