"""What a tree of spans says of a request, rule by rule, whatever dialect the spans came from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from readiness_tui.domain.runs.model import Chunk, Outcome, SpanKind, ToolCall
from readiness_tui.sources.kit import fields
from readiness_tui.sources.tracing.span_tree import GivenScore, RawSpan, trace_from_spans

T0 = datetime(2026, 11, 20, 10, tzinfo=UTC)
MODEL, TOOL, AGENT, RETRIEVAL = SpanKind.MODEL, SpanKind.TOOL, SpanKind.AGENT, SpanKind.RETRIEVAL


def span(ident: str, parent: str | None = "root", at: float = 0, ms: float = 10, **more) -> RawSpan:
    return RawSpan(ident, parent, started_at=T0 + timedelta(milliseconds=at), duration_ms=ms, **more)


def root(**more) -> RawSpan:
    return span("root", None, ms=1000, **{"kind": AGENT, **more})


ANSWERING = span("model", kind=MODEL, output="At nine.")  # what an agent's model did is known


def trace(*spans: RawSpan, judged: tuple[GivenScore, ...] = ()):
    return trace_from_spans("t", spans, judged)


# Head, time, outcome


def test_latency_is_the_roots_and_children_may_come_first():
    found = trace(span("a", at=5), root())
    assert (found.latency_ms, found.started_at) == (1000, T0)
    assert [step.id for step in found.spans] == ["root", "a"]


def test_several_roots_are_waited_for_from_the_first_start_to_the_last_end():
    found = trace(span("guard", None, at=0, ms=50), span("main", None, at=60, ms=500, output="yes"))
    assert (found.latency_ms, found.answer) == (560, "yes")


def test_a_lost_root_leaves_no_latency_and_no_outcome():
    found = trace(span("a", "lost", ok=True), span("b", "lost", at=20, ok=False))
    assert (found.latency_ms, found.outcome, found.error, found.started_at) == (None, None, None, T0)


def test_one_span_above_all_others_stands_for_a_root_in_another_service():
    found = trace(span("server", "caller", ms=300, ok=False, error="boom"), span("a", "server"))
    assert (found.latency_ms, found.outcome, found.error) == (300, Outcome.ERROR, "boom")


def test_what_ends_a_request():
    assert trace(root()).outcome is None
    assert trace(root(ok=True)).outcome is Outcome.SUCCESS
    assert trace(root(ok=False)).outcome is Outcome.ERROR
    assert trace(root(ok=True, outcome="refused")).outcome is Outcome.ABSTAIN
    assert trace(root(outcome="purple")).outcome is None
    assert trace(root(outcome="purple", ok=False)).outcome is Outcome.ERROR


def test_a_step_that_failed_below_a_root_that_did_not_is_no_error_of_the_request():
    found = trace(root(ok=True), span("a", kind=TOOL, tool="x", ok=False, error="timeout"))
    assert (found.outcome, found.error) == (Outcome.SUCCESS, None)
    assert found.spans[1].error == "timeout"


# Figures


def test_an_enclosing_span_that_repeats_the_usage_is_not_counted_again():
    agent = root(tokens_in=300, cost=0.03)
    found = trace(
        agent,
        span("a", kind=MODEL, tokens_in=100, tokens_out=5, cost=0.01),
        span("b", kind=MODEL, tokens_in=200, tokens_out=6, cost=0.02),
    )
    assert (found.tokens_in, found.tokens_out, found.cost) == (300, 11, 0.03)


def test_an_enclosing_span_that_says_less_than_the_calls_below_it_is_not_believed():
    """Some wrappers write the last call's usage, or 0: the sum of what is below is at least what was used."""
    calls = span("a", kind=MODEL, tokens_in=100), span("b", kind=MODEL, tokens_in=200)
    for said in (0, 100, 299):
        assert trace(root(tokens_in=said), *calls).tokens_in == 300
    assert trace(root(tokens_in=301), *calls).tokens_in == 301


def test_a_wrapper_and_the_client_below_it_are_one_model_call():
    found = trace(root(), span("outer", kind=MODEL, tokens_in=100), span("inner", "outer", kind=MODEL, tokens_in=100))
    assert found.tokens_in == 100


def test_agents_and_tools_inside_a_model_call_used_their_own_tokens():
    """Google ADK runs what a model asked for inside the span of the call: an agent there calls models of its own."""
    call = span("m", kind=MODEL, tokens_in=120)
    client = span("c", "m", kind=MODEL, tokens_in=120)
    tool, agent = span("t", "m", kind=TOOL, tool="ask"), span("a", "t", kind=AGENT)
    inner = span("n", "a", kind=MODEL, tokens_in=30)
    assert trace(root(), call, client, tool, agent, inner).tokens_in == 150
    assert trace(root(tokens_in=150), call, client, tool, agent, inner).tokens_in == 150
    assert trace(root(), call, client, tool, agent, replace(inner, tokens_in=None)).tokens_in is None


def test_a_part_of_a_sum_is_no_sum():
    carrying, silent = span("a", kind=MODEL, tokens_in=100), span("b", kind=MODEL)
    assert trace(root(), carrying, silent).tokens_in is None
    assert trace(root(), carrying, replace(silent, ok=False)).tokens_in == 100  # a call that failed used nothing known
    assert trace(root(tokens_in=150), carrying, silent).tokens_in == 150  # the whole says what the part does not


def test_zero_is_not_missing():
    found = trace(root(), span("a", kind=MODEL, tokens_in=0, tokens_out=0, cost=0.0))
    assert (found.tokens_in, found.tokens_out, found.cost) == (0, 0, 0.0)
    assert trace(root(), span("a", kind=MODEL)).tokens_in is None


def test_cached_when_every_model_call_was():
    assert trace(root(), span("a", kind=MODEL, cached=True)).cached
    assert not trace(root(), span("a", kind=MODEL, cached=True), span("b", kind=MODEL)).cached


# Content


def test_the_answering_model_names_model_and_prompt():
    found = trace(
        root(),
        span("a", kind=MODEL, model="small", prompt_version="p1", input="q", output="tool, please"),
        span("b", kind=MODEL, at=50, model="large", prompt_version="p2", output="answer"),
    )
    assert (found.model, found.prompt_version, found.question, found.answer) == ("large", "p2", "q", "answer")
    assert found.extra == {"models": ["small", "large"], "prompt_versions": ["p1", "p2"]}


def test_the_roots_own_words_come_first():
    found = trace(root(input="Q", output="A"), span("a", kind=MODEL, input="stuffed prompt", output="draft"))
    assert (found.question, found.answer) == ("Q", "A")


def test_chunks_of_several_retrievals_follow_each_other_and_a_reranker_replaces_them():
    one = span("a", kind=RETRIEVAL, at=1, chunks=(Chunk("x"), Chunk("y")))
    two = span("b", kind=RETRIEVAL, at=2, chunks=(Chunk("z", rank=7),))
    best = span("c", at=3, chunks=(Chunk("z"),), reranks=True)
    assert [(c.id, c.rank) for c in trace(root(), two, one).chunks] == [("x", 1), ("y", 2), ("z", 7)]
    assert [(c.id, c.rank) for c in trace(root(), two, best, one).chunks] == [("z", 1)]


def test_nothing_logged_is_told_from_nothing_done():
    whole = trace(root(), span("m", kind=MODEL, output="yes"))
    assert (whole.retrieval, whole.chunks, whole.tool_calls) == (False, None, ())
    plain = trace(span("root", None))  # an HTTP span alone: what was instrumented is not known
    assert (plain.retrieval, plain.chunks, plain.tool_calls) == (None, None, None)
    orphaned = trace(root(), span("m", "lost", kind=MODEL))
    assert (orphaned.retrieval, orphaned.tool_calls) == (None, None)
    silent = trace(root(), span("r", kind=RETRIEVAL))
    assert (silent.retrieval, silent.chunks) == (True, None)
    empty = trace(root(), span("r", kind=RETRIEVAL, chunks=()))
    assert (empty.retrieval, empty.chunks) == (True, ())


def test_tool_spans_take_what_only_the_messages_hold():
    asking = span("m", kind=MODEL, asked=(("c1", ToolCall("pay", '{"n": 1}')),))
    told = span("n", kind=MODEL, at=90, told={"c1": '"done"'})
    calls = trace(root(), asking, span("x", kind=TOOL, at=50, tool="pay", call_id="c1"), told).tool_calls
    assert calls == (ToolCall("pay", '{"n": 1}', '"done"'),)


def test_without_tool_spans_the_calls_are_those_the_model_asked_for_once_each():
    first = span("m", kind=MODEL, asked=(("c1", ToolCall("pay", "{}")),))
    again = span(
        "n", kind=MODEL, at=9, asked=(("c1", ToolCall("pay", "{}")), ("c2", ToolCall("mail"))), told={"c1": "1"}
    )
    assert trace(root(), first, again).tool_calls == (ToolCall("pay", "{}", "1"), ToolCall("mail"))


def test_a_tool_span_inside_one_of_the_same_tool_is_the_same_call():
    outer = span("x", kind=TOOL, tool="pay", arguments="{}")
    transport = span("y", "x", name="POST")
    inner = span("z", "y", kind=TOOL, tool="pay", arguments="{}")
    other = span("w", "x", kind=TOOL, tool="audit")
    assert [call.name for call in trace(root(), outer, transport, inner, other).tool_calls] == ["pay", "audit"]


def test_an_error_of_a_tool_is_kept_with_its_attempt():
    calls = trace(root(), span("x", kind=TOOL, tool="pay", ok=False, error="E: no", attempt=2)).tool_calls
    assert calls == (ToolCall("pay", error="E: no", attempt=2),)


# What was not understood


def test_a_step_that_nothing_explains_leaves_open_what_was_done():
    model = span("m", kind=MODEL, output="yes")
    for more in ({}, {"explained": False}, {"explained": False, "kind_word": "gadget"}):
        found = trace(root(), model, span("x", name="fetch 4711", at=5, **more))
        assert (found.tool_calls, found.retrieval, found.chunks) == (None, None, None)
        assert found.extra["not_understood"] == [more.get("kind_word", "fetch #")]
    assert trace(root(), model, span("x", explained=True)).tool_calls == ()


def test_a_step_is_explained_by_a_known_one_below_it_and_by_the_one_it_is_inside_of():
    around = span("step", name="pipeline"), span("m", "step", kind=MODEL, output="yes")
    assert trace(root(), *around).tool_calls == ()
    inside = span("m", kind=MODEL, output="yes"), span("http", "m", name="POST", explained=False)
    assert trace(root(), *inside).tool_calls == ()
    agent_in_tool = span("t", kind=TOOL, tool="ask"), span("a", "t", kind=AGENT), span("x", "a", name="x")
    found = trace(root(), *agent_in_tool)
    assert (found.retrieval, [call.name for call in found.tool_calls]) == (None, ["ask"])


def test_a_message_that_was_not_read_leaves_open_what_was_done():
    found = trace(root(), span("m", kind=MODEL, output="yes", unread=("acme.messages",)))
    assert (found.tool_calls, found.retrieval, found.extra["not_understood"]) == (None, None, ["acme.messages"])
    stopped = trace(root(), span("m", kind=MODEL, output="", finish="tool_calls"))
    assert stopped.tool_calls is None


def test_a_database_is_no_tool_but_may_be_a_retrieval():
    for step in (span("d", explained=True, may_retrieve=True), span("e", kind=SpanKind.EMBEDDING)):
        found = trace(root(), span("m", kind=MODEL, output="yes"), step)
        assert (found.tool_calls, found.retrieval) == ((), None)


def test_model_calls_alone_say_nothing_of_the_application_around_them():
    alone = span("m", None, kind=MODEL)
    assert (trace(alone).tool_calls, trace(alone).retrieval) == (None, None)
    assert trace(replace(alone, output="yes")).tool_calls == ()
    assert trace(replace(alone, finish="stop")).tool_calls == ()
    assert trace(replace(alone, output="yes")).retrieval is None
    assert trace(root(), span("m", kind=MODEL)).tool_calls is None
    wrapped = span("w", kind=MODEL, output="yes"), span("c", "w", kind=MODEL)
    assert trace(root(), *wrapped).tool_calls == ()
    assert trace(root(), replace(wrapped[0], output=None), replace(wrapped[1], output="yes")).tool_calls == ()
    assert trace(root(blind=True), span("m", kind=MODEL, output="yes")).retrieval is None
    assert trace(root(), span("m", kind=MODEL, output="yes")).retrieval is False


def test_a_plain_step_named_as_a_requested_tool_is_its_call():
    asking = span("m", kind=MODEL, asked=(("c1", ToolCall("pay", '{"n": 1}')),))
    step = span("s", name="pay", at=5, arguments='{"n": 1}', result='"done"')
    found = trace(root(), asking, step)
    assert found.tool_calls == (ToolCall("pay", '{"n": 1}', '"done"'),)
    assert found.spans[-1].kind is TOOL
    earlier = trace(root(), replace(asking, started_at=T0 + timedelta(milliseconds=50)), step)
    assert earlier.tool_calls == (ToolCall("pay", '{"n": 1}'),)
    typed = span("t", "s", kind=TOOL, tool="pay", at=6, result='"done"', call_id="c1")
    assert trace(root(), asking, step, typed).tool_calls == (ToolCall("pay", '{"n": 1}', '"done"'),)


def test_a_requested_call_without_a_step_stands_beside_those_with_one_where_ids_tell_them_apart():
    asked = (("c1", ToolCall("pay", "1")), ("c2", ToolCall("mail", "2")), ("c3", ToolCall("final_result", "{}")))
    asking = span("m", kind=MODEL, asked=asked)
    done = span("t", kind=TOOL, tool="pay", at=5, call_id="c1", result='"ok"')
    assert trace(root(), asking, done).tool_calls == (ToolCall("pay", "1", '"ok"'), ToolCall("mail", "2"))
    assert trace(root(), asking, replace(done, call_id="other")).tool_calls[0] == ToolCall("pay", "1", '"ok"')
    twice = [replace(done, id=ident, call_id=None) for ident in "tu"]
    assert (
        trace(root(), asking, *twice).tool_calls == (ToolCall("pay", None, '"ok"'),) * 2
    )  # which is which is not known


def test_requests_without_ids_that_an_agent_repeats_count_once():
    asked = (("", ToolCall("pay", "1")),)
    assert len(trace(root(asked=asked), span("m", kind=MODEL, asked=asked)).tool_calls) == 1


def test_the_name_of_a_tool_stands_without_what_conventions_add():
    for name in ("execute_tool pay", "running tool: pay", "pay.tool", "tools/call pay", "pay"):
        assert trace(root(), span("t", kind=TOOL, name=name)).tool_calls == (ToolCall("pay"),)


def test_a_retrieval_inside_a_retrieval_is_not_counted_again_and_a_silent_one_leaves_a_gap():
    outer = span("a", kind=RETRIEVAL, chunks=(Chunk("x"),))
    inner = span("b", "a", kind=RETRIEVAL, chunks=(Chunk("x"), Chunk("y")))
    assert [chunk.id for chunk in trace(root(), outer, inner).chunks] == ["x"]
    wrapper = trace(root(), replace(outer, chunks=None), span("c", "a"), replace(inner, parent="c"))
    assert [chunk.id for chunk in wrapper.chunks] == ["x", "y"]
    silent = span("z", kind=RETRIEVAL)
    assert (trace(root(), outer, silent).chunks, trace(root(), outer, silent).retrieval) == (None, True)
    assert trace(root(), outer, replace(silent, ok=False)).chunks == (Chunk("x", 1),)


def test_a_success_that_is_assumed_gives_way_to_what_says_otherwise():
    ended = root(ok=True, assumed=True)
    failed = span("m", kind=MODEL, ok=False)
    assert trace(ended).outcome is Outcome.SUCCESS
    assert trace(ended, failed).outcome is None
    assert trace(root(ok=True), failed).outcome is Outcome.SUCCESS
    assert trace(ended, failed, span("n", kind=MODEL, at=50, ok=True)).outcome is Outcome.SUCCESS
    assert trace(ended, span("other", None, ok=False)).outcome is None
    filtered = trace(root(ok=True), span("m", kind=MODEL, finish="content_filter"))
    assert (filtered.status, filtered.outcome, filtered.error) == ("content_filter", None, None)


def test_no_price_is_not_free():
    unpriced = span("m", kind=MODEL, tokens_in=10, tokens_out=1, cost=0.0)
    assert trace(root(), unpriced).cost is None
    assert trace(root(), replace(unpriced, cached=True)).cost == 0.0
    assert trace(root(tokens_in=10, cost=0.0), replace(unpriced, cost=0.5)).cost == 0.5


def test_a_zero_around_calls_that_say_nothing_is_no_sum():
    assert trace(root(tokens_in=0), span("m", kind=MODEL)).tokens_in is None


def test_what_was_not_understood_is_told_once_a_kind_with_how_often():
    notes = fields.Notes()
    for _ in range(2):
        trace_from_spans("t", [root(), ANSWERING, span("x", name="fetch 1"), span("y", name="fetch 2")], (), notes)
    (warning,) = notes.warnings("f")
    assert "“fetch #” was not understood" in warning.text
    assert "(4 records)" in warning.text


def test_however_many_names_there_are_other_notes_keep_their_place():
    notes = fields.Notes()
    names = "abcdefghijklmnopqrstuvwxyz"
    trace_from_spans("t", [root(), ANSWERING, *(span(name, name=name) for name in names)], (), notes)
    notes.add("another")
    told = [warning.text for warning in notes.warnings("f")]
    assert len(told) == notes.OF_A_KIND + 2
    assert (
        f"a further step or message was not understood, so what its request called or retrieved is not known ({26 - notes.OF_A_KIND} records)"
        in told[-2]
    )
    assert "another" in told[-1]


# Judgements


def test_scores_are_averaged_over_steps_and_bare_labels_count():
    found = trace(
        root(),
        judged=(
            GivenScore("faithfulness", 1.0),
            GivenScore("faithfulness", 0.5),
            GivenScore("polite", label="pass"),
            GivenScore("safe", label="failed"),
            GivenScore("style", label="terse"),
            GivenScore("broken", error="judge timed out"),
        ),
    )
    assert found.scores == {"faithfulness": 0.75, "polite": 1.0, "safe": 0.0}
    assert {"name": "broken", "error": "judge timed out"} in found.extra["evaluations"]
    assert {"name": "style", "label": "terse"} in found.extra["evaluations"]


def test_the_same_judgement_sent_twice_counts_once():
    twice = trace(
        root(), judged=(GivenScore("f", 0.0, of="a"), GivenScore("f", 0.0, of="a"), GivenScore("f", 1.0, of="b"))
    )
    assert twice.scores == {"f": 0.5}
    steps = trace(
        root(), judged=tuple(GivenScore("f", value, of=step) for step, value in zip("abcd", (0, 0, 0, 1), strict=True))
    )
    assert steps.scores == {"f": 0.25}


def test_a_persons_judgement_is_feedback():
    found = trace(root(feedback="slow"), judged=(GivenScore("thumbs", 0.0, explanation="wrong order", human=True),))
    assert found.feedback == "slow\nthumbs: 0.0: wrong order"


def test_a_long_text_stays_on_its_span_only_where_it_holds_a_credential():
    key = "AKIAIOSFODNN7EXAMPLE"
    found = trace(root(texts={"a": f"use {key}", "b": "nothing here"}, attributes={"rule_id": "r1"}))
    assert found.spans[0].attributes == {"rule_id": "r1", "a": f"use {key}"}


# Any spans at all

_ids = st.sampled_from(["a", "b", "c", "d", "e"])
_spans = st.lists(
    st.builds(
        RawSpan,
        id=_ids,
        parent=st.none() | _ids | st.just("lost"),
        kind=st.sampled_from(SpanKind),
        started_at=st.none() | st.integers(0, 9).map(lambda n: T0 + timedelta(seconds=n)),
        duration_ms=st.none() | st.floats(0, 1e6),
        ok=st.none() | st.booleans(),
        tokens_in=st.none() | st.integers(0, 1000),
        cost=st.none() | st.floats(0, 1),
        output=st.none() | st.text(max_size=3),
    ),
    max_size=8,
    unique_by=lambda span: span.id,
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(_spans, st.randoms(use_true_random=False))
def test_any_spans_make_a_trace_whatever_their_order_and_however_often_they_come(spans, random):
    known = trace(*spans)
    assert len(known.spans or ()) == len(spans)
    assert trace(*spans, *spans) == known
    mixed = list(spans)
    random.shuffle(mixed)
    again = trace(*mixed)
    if len({span.started_at for span in spans}) == len(spans):  # ties keep the order of the file
        assert again == known
    # Nothing is counted twice, and nothing that any span says is exceeded by the sum of all.
    said = [span.tokens_in for span in spans if span.tokens_in is not None]
    if known.tokens_in is not None:
        assert max(said) <= known.tokens_in <= sum(said)


@pytest.mark.slow
def test_a_chain_as_deep_as_it_likes():
    spans = [RawSpan(str(n), str(n - 1) if n else None, tokens_in=1) for n in range(20_000)]
    assert trace(*spans).tokens_in == 1


@pytest.mark.parametrize(("second", "latency", "words"), [
    (10, 20, ""), (15, 25, "counts as its own"), (31, None, "its latency is unknown"), (5000, None, "its latency is unknown"),
])  # fmt: skip
def test_roots_that_lie_apart_are_said_and_far_apart_have_no_latency(second, latency, words):
    notes = fields.Notes()
    spans = [span("a", None, at=0, kind=MODEL, output="x"), span("b", None, at=second, kind=MODEL, output="y")]
    assert trace_from_spans("t", spans, (), notes).latency_ms == latency
    said = " ".join(warning.text for warning in notes.warnings("f"))
    assert words in said
    assert ("several first steps" in said) is bool(words)
