"""The tables of attribute names and of kinds: each row is whole, says who writes it, and does what it says."""

from __future__ import annotations

import pytest

from readiness_tui.domain.runs.model import SpanKind
from readiness_tui.sources.kit import fields
from readiness_tui.sources.tracing import tool_names
from readiness_tui.sources.tracing.attributes import NAMES, names, rows, step_of
from readiness_tui.sources.tracing.known_attributes import OF_RESOURCE, AttributeTable
from readiness_tui.sources.tracing.span_reader import LoggedSpan, Reader

NAMED = list(rows("names.txt"))
KINDS = list(rows("kinds.txt"))


@pytest.mark.parametrize(("table", "columns"), [(NAMED, 3), (KINDS, 4)], ids=["names", "kinds"])
def test_every_row_is_whole_and_says_who_writes_it(table, columns):
    for row in table:
        assert len(row) == columns, row
        assert all(row), row


@pytest.mark.parametrize(("table", "columns"), [(NAMED, 2), (KINDS, 2)], ids=["names", "kinds"])
def test_no_row_stands_twice(table, columns):
    keys = [row[:columns] for row in table]
    assert len(set(keys)) == len(keys), {key for key in keys if keys.count(key) > 1}


@pytest.mark.parametrize(("meaning", "name", "writer"), NAMED)
def test_a_name_is_found_under_its_meaning(meaning, name, writer):
    notes = fields.Notes()
    table = AttributeTable(names(""), notes)
    assert table.known({name: "x", "unrelated": 1}).first(meaning) == "x"
    if meaning in OF_RESOURCE:
        assert table.known({}, {name: "x"}).first(meaning) == "x"


def test_the_upper_name_wins():
    table = AttributeTable(names(""), fields.Notes())
    for meaning, listed in NAMES.items():
        both = dict.fromkeys(reversed(listed), "lower") | {listed[0]: "upper"}
        assert table.known(both).first(meaning) == "upper"


@pytest.mark.parametrize(("where", "what", "kind", "writer"), KINDS)
def test_a_step_is_of_the_kind_that_its_row_says(where, what, kind, writer):
    text = what.replace("*", "x")
    if where == "(has)":
        step = step_of("", {text + "x" if what.endswith(".") else text: 1})
    elif where == "(name)":
        step = step_of(text, {})
    elif where == "(over)":
        step = step_of(text, {"gen_ai.operation.name": "execute_tool"})
    else:
        step = step_of("", {where: text.upper()})
    expected = {"step": (SpanKind.OTHER, None), "plain": (SpanKind.OTHER, True), "search": (SpanKind.OTHER, True),
                "transport": (SpanKind.OTHER, None), "unsaid": (SpanKind.OTHER, None)}  # fmt: skip
    assert (step.kind, step.explained) == expected.get(kind, (step.kind, True))
    assert step.may_retrieve is (kind == "search")
    if kind not in expected:
        assert step.kind is SpanKind(kind)


def test_a_kind_in_a_word_of_no_table_is_not_understood():
    step = step_of("x", {"openinference.span.kind": "GADGET"})
    assert (step.kind, step.explained, step.word) == (SpanKind.OTHER, False, "GADGET")
    assert step_of("x", {"openinference.span.kind": "GADGET", "gen_ai.operation.name": "chat"}).kind is SpanKind.MODEL


def test_a_step_and_no_more_may_say_by_its_name_what_it_is():
    assert step_of("execute_tool pay", {"langfuse.observation.type": "span"}).kind is SpanKind.TOOL
    assert step_of("plain", {"langfuse.observation.type": "span"}).explained is None
    assert step_of("Input Guardrail", {"openinference.span.kind": "CHAIN"}).kind is SpanKind.GUARD


def test_a_web_servers_span_is_where_a_request_came_in():
    assert step_of("GET /chat", {"http.request.method": "GET"}).explained is None
    assert step_of("GET /chat", {"http.request.method": "GET"}, serves=True).explained is True


def test_a_convention_without_a_word_for_retrievals_says_nothing_by_their_absence():
    assert step_of("", {"ai.operationId": "ai.generateText"}).blind
    assert step_of("agent run", {}).blind
    assert not step_of("", {"openinference.span.kind": "CHAIN"}).blind


@pytest.mark.parametrize("start", tool_names.BEFORE)
def test_what_stands_before_a_tools_name(start):
    assert tool_names.BEFORE[start]
    assert tool_names.tool_name(f"{start}pay") == "pay"


@pytest.mark.parametrize("end", tool_names.AFTER)
def test_what_stands_after_a_tools_name(end):
    assert tool_names.AFTER[end]
    assert tool_names.tool_name(f"pay{end}") == "pay"


def test_a_structure_under_a_name_of_no_table_is_told():
    def unread(**attributes):
        attributes = {name.replace("__", "."): value for name, value in attributes.items()}
        said = LoggedSpan("a", None, "chat", None, 1.0, 0, "", {"gen_ai.operation.name": "chat", **attributes})
        return Reader(names(""), fields.Notes()).span(said).unread

    assert unread(gen_ai__novel__messages='[{"role": "assistant"}]') == ("gen_ai.novel.messages",)
    assert unread(gen_ai__output__messages='[{"role": "assist') == ("gen_ai.output.messages",)  # cut off
    assert unread(gen_ai__novel__0__x="1") == ("gen_ai.novel",)
    assert unread(acme__said='[{"role": "assistant", "tool_calls": []}]') == ("acme.said",)
    assert (
        unread(acme__cart='[{"sku": 1}]', gen_ai__request__stop_sequences=["x"], gen_ai__tool__definitions="[{}]") == ()
    )
    assert unread(gen_ai__novel__messages='[{"role": "assistant"}]', gen_ai__response__finish_reasons=["stop"]) == ()
