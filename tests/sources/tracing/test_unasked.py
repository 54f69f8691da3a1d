"""What a span's keys leave out is not asked for; asking for all of it comes to the same."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.runs.model import SpanKind
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.keys import PerKeys
from readiness_tui.sources.tracing import ended, passed, span_reader
from readiness_tui.sources.tracing.attributes import NAMES, rows
from readiness_tui.sources.tracing.logged import Event, LoggedSpan
from readiness_tui.sources.tracing.raw_span import RawSpan
from readiness_tui.sources.tracing.span_reader import Reader
from readiness_tui.sources.tracing.tree import Tree

_STATED = [(where, what) for where, what, _, _ in rows("kinds.txt") if not where.startswith("(")]
_OTHERS = (
    "error.type", "exception.type", "exception.escaped", "http.response.status_code", "rpc.grpc.status_code", "status",
    "level", "logfire.level_num", "braintrust.metrics", "braintrust.metadata", "evaluations", "annotations.0.name",
    "llm.input_messages.0.message.content", "gen_ai.completion.0.content", "retrieval.documents.0.document.content",
    "metadata.case_id", "acme.thing", "gen_ai.strange.0", "gen_ai.strange",
)  # fmt: skip
_CALL = '[{"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "look", "arguments": "{}"}}]}]'
_VALUES = st.sampled_from(
    ["", "ok", "error", "true", "12", "text", '{"total": 3, "input": 1}', _CALL, '[{"content": "hi", "id": "d"}]', 0, 7,
     -1, 503, 0.5, True, False, None, ["stop"], [{"name": "rel", "score": 1}], {"question": "q?"}]
)  # fmt: skip
_PAIRS = st.one_of(
    st.tuples(st.sampled_from(sorted(NAMES)).flatmap(lambda meaning: st.sampled_from(NAMES[meaning])), _VALUES),
    st.sampled_from(_STATED),
    st.tuples(st.sampled_from(_OTHERS), _VALUES),
)
_ATTRIBUTES = st.lists(_PAIRS, max_size=9).map(dict)
_EVENTS = st.lists(
    st.builds(
        Event,
        st.sampled_from(["exception", "gen_ai.choice", "gen_ai.user.message", "gen_ai.content.prompt", "other"]),
        _ATTRIBUTES,
    ),
    max_size=2,
)
_SPANS = st.builds(
    LoggedSpan,
    id=st.just("s"),
    parent=st.sampled_from([None, "p"]),
    name=st.sampled_from(["POST /ask", "chat m", "execute_tool look", "step"]),
    started_at=st.none(),
    duration_ms=st.sampled_from([None, 5.0]),
    code=st.sampled_from([0, 1, 2]),
    message=st.just(""),
    attributes=_ATTRIBUTES,
    events=_EVENTS,
    resource=st.sampled_from(
        [
            {},
            {"service.name": "bot", "prompt_version": None},
            {"prompt_version": "r1", "service.version": "2", "model": "m"},
        ]
    ),
    side=st.sampled_from(["", "server", "client"]),
)


class _Asking(Reader):
    """Asks every span for everything."""

    def __init__(self, notes: fields.Notes) -> None:
        super().__init__(NAMES, notes)
        everywhere = tuple(NAMES[meaning] for meaning in ("input_messages", "output_messages", "conversation"))
        self._said._holders = PerKeys(lambda keys: everywhere)

    def _plan(self, attributes: tuple[str, ...], of_resource: tuple[str, ...]) -> Any:
        plan = super()._plan(attributes, of_resource)
        everything = {field.name: True for field in dataclass_fields(plan) if type(getattr(plan, field.name)) is bool}
        meanings = {"probed": span_reader._KEPT, "texts": span_reader._TEXTS, "of_request": span_reader._OF_REQUEST}
        return replace(plan, **meanings, **everything)


_KNOWING = Reader(NAMES, fields.Notes())  # has read the spans before


@pytest.mark.slow
@settings(max_examples=300)
@given(_SPANS)
def test_what_the_keys_leave_out_is_not_there(logged: LoggedSpan) -> None:
    asking, fresh = _Asking(fields.Notes()), Reader(NAMES, fields.Notes())
    assert _KNOWING.span(logged) == fresh.span(logged) == asking.span(logged)
    said, known, asked = (reader.judgements(logged.attributes, logged.events) for reader in (fresh, _KNOWING, asking))
    assert said == known == asked
    assert [*fresh.notes.warnings("x")] == [*asking.notes.warnings("x")]


_SPEAKING = (
    "error", "error.type", "error.message", "http.response.status_code", "http.status_code", "rpc.grpc.status_code",
    "exception.message", "exception.type", "logfire.level_num", "status", "otel.status_code",
    "langfuse.observation.level", "level", "acme.thing",
)  # fmt: skip


def test_how_it_ended_is_asked_where_a_key_may_say_it(monkeypatch: pytest.MonkeyPatch) -> None:
    values = (503, 404, 2, 0, 17, "ERROR", "failed", "", True)
    asked = list(product(_SPEAKING, values, (0, 1, 2), (True, False), ("", "server", "client")))

    def found() -> list[tuple[bool | None, bool]]:
        return [ended.ended_well(code, over, {key: value}, [], None, side) for key, value, code, over, side in asked]

    quick = found()
    monkeypatch.setattr(ended, "_SPEAKS", PerKeys(lambda names: True))
    assert found() == quick


_SENT = (
    "", "text", "true", "12", " 12", '{"a": 1}', ' {"a": 1}', '"{}"', '"a"', "[1", '[{"role": "tool", "content": "x"}]',
    '{"args": ["q"], "kwargs": {}}', '{"inputs": "q"}', {"args": [1]}, {"output": {"b": 2}}, [], {}, [1], 0, 1.5, True, "é",
)  # fmt: skip


@pytest.mark.parametrize("convention", ["gen_ai.tool.call", "acme.thing"])
def test_a_text_that_begins_as_no_structure_is_not_looked_into(
    monkeypatch: pytest.MonkeyPatch, convention: str
) -> None:
    names = (
        ("gen_ai.tool.call.arguments", "gen_ai.tool.call.result") if "tool" in convention else ("gen_ai.x", "acme.y")
    )

    def found() -> list[RawSpan]:
        reader = Reader(NAMES, fields.Notes())
        return [
            reader.span(LoggedSpan("s", None, name, None, 5.0, 1, "", dict(zip(names, values, strict=True))))
            for name in ("execute_tool look", "chat m", "step")
            for values in product(_SENT, repeat=2)
        ]

    quick = found()
    monkeypatch.setattr(passed, "_may_be_json", lambda value: value is not None)
    assert found() == quick


@st.composite
def _trees(draw: st.DrawFn) -> list[RawSpan]:
    spans = []
    for at in range(draw(st.integers(1, 6))):
        spans.append(
            RawSpan(
                id=str(at),
                parent=draw(st.sampled_from([*map(str, range(at))] * 4 + [None, "x", str(at)])) if at else None,
                kind=draw(st.sampled_from([SpanKind.MODEL, SpanKind.TOOL, SpanKind.AGENT, SpanKind.OTHER])),
                ok=draw(st.sampled_from([True, True, False, None])),
                tokens_in=draw(st.sampled_from([None, None, 0, 3, 500])),
                cost=draw(st.sampled_from([None, None, None, 0.0, 0.1])),
            )
        )
    return spans


@settings(max_examples=300)
@given(_trees())
def test_a_sum_that_needs_no_walk_is_the_one_of_the_walk(spans: list[RawSpan]) -> None:
    tree = Tree({span.id: span for span in spans})
    quick = tree.total(lambda span: span.tokens_in), tree.total(lambda span: span.cost)
    with pytest.MonkeyPatch.context() as never:
        never.setattr(Tree, "_of_innermost", lambda self, figures: None)
        assert (tree.total(lambda span: span.tokens_in), tree.total(lambda span: span.cost)) == quick
