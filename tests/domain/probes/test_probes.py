"""Probes: what imported data proposes for an item, and when it proposes nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.checklists.assessment import Assurance, Proposal, Vote
from readiness_tui.domain.checklists.model import Depth, Item, ProbeKind, ProbeSpec, Severity
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.probes import (
    PROBES,
    ProbeInput,
    acceptable,
    kind_problem,
    propose_all,
)
from readiness_tui.domain.probes.shares import share_points
from readiness_tui.domain.runs.model import (
    Aggregate,
    Case,
    CaseStatus,
    Chunk,
    EvalSet,
    GoldenCase,
    Measure,
    Outcome,
    Provenance,
    Run,
    Score,
    ToolCall,
    Trace,
)
from readiness_tui.domain.text.secrets import find_secrets
from readiness_tui.domain.text.versions import undated
from readiness_tui.domain.traces.counted import EXAMPLES
from readiness_tui.domain.traces.leaks import leaks
from readiness_tui.domain.traces.listed import RecordedList

DAY = date(2026, 11, 23)
REVIEW = Review(1, "support-bot", "2026.11", DAY, "ana")
START = datetime(2026, 11, 16, 8, tzinfo=UTC)
DIGEST = "ab" * 32
KEY = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"  # put together here: no scanner shall take it for a leak


def item(query: str, kind: ProbeKind | None = None, name: str = "X-01", **spec: Any) -> Item:
    if kind is None:
        kind = PROBES[query].kind if query in PROBES else ProbeKind.SHARE
    return Item(name, "t", "w", "e", "i", Severity.MAJOR, Depth.COURSE, 2, probe=ProbeSpec(query, kind, **spec))


def propose(item: Item, data: ProbeInput) -> Proposal | None:
    """What the probe of one item answers."""
    return propose_all((item,), data).get(item.id)


def data(traces: Any = (), **more: Any) -> ProbeInput:
    declared = more.pop("declared", {})
    return ProbeInput(recorded=RecordedList.of(traces), review=replace(REVIEW, declared=declared), as_of=DAY, **more)


def ask(query: str, traces: Any = (), **more: Any) -> Proposal:
    proposal = propose(item(query), data(traces, **more))
    assert proposal is not None
    return proposal


def many(n: int, good: int, **carries: Any) -> list[Trace]:
    """`n` traces, the first `good` of which carry what is given."""
    return [Trace(f"trace-{i:04}", START + timedelta(hours=i % 150), **(carries if i < good else {})) for i in range(n)]


def varied(n: int, good: int, **carries: Any) -> list[Trace]:
    """As `many`, of requests whose outcomes differ: every tenth one failed."""
    return [
        replace(trace, outcome=Outcome.FAIL if i % 10 == 0 and i < good else trace.outcome)
        for i, trace in enumerate(many(n, good, **carries))
    ]


# The share rule


@pytest.mark.parametrize(
    ("k", "n", "points", "assurance"),
    [
        (30, 30, 2, Assurance.PROVEN),
        (29, 29, 2, Assurance.EVIDENCED),
        (99, 100, 2, Assurance.PROVEN),  # exactly the required share
        (98, 100, 1, Assurance.EVIDENCED),
        (1, 100, 1, Assurance.EVIDENCED),
        (0, 100, 0, Assurance.EVIDENCED),
        (1, 1, 2, Assurance.EVIDENCED),
    ],
)
def test_the_share_rule_as_written(k: int, n: int, points: int, assurance: Assurance) -> None:
    proposal = ask("prompt_version_logged", many(n, k, prompt_version="v4"))
    assert (proposal.k, proposal.n, proposal.points, proposal.assurance) == (k, n, points, assurance)
    assert proposal.low is not None
    assert proposal.low <= k / n


def test_no_record_proposes_nothing_and_says_what_is_needed() -> None:
    empty = ask("tool_io_logged")
    assert (empty.points, empty.assurance, empty.n, empty.low) == (None, None, None, None)
    assert empty.missing == "Nothing to count: no trace is imported."
    assert "no imported trace shows a tool call" in ask("tool_io_logged", many(3, 0)).missing


@given(st.integers(1, 400), st.floats(0.01, 1), st.data())
def test_points_never_fall_as_more_records_carry(n: int, required: float, draw: st.DataObject) -> None:
    k = draw.draw(st.integers(0, n - 1))
    assert (share_points(k, n, required) or 0) <= (share_points(k + 1, n, required) or 0)
    assert share_points(n, n, required) == 2
    assert share_points(0, n, required) == 0


def test_the_required_share_is_read_as_the_decimal_that_was_written() -> None:
    """0.07 of 100 is 7; as a binary fraction it would be more."""
    assert [share_points(7, 100, 0.07), share_points(29, 100, 0.29), share_points(28, 100, 0.29)] == [2, 2, 1]


def test_the_worked_example_of_tool_calls() -> None:
    """611 of 684 calls carry both: 89 %, at least 87 % at 95 %; 73 lack the result, all from one tool."""
    good = [ToolCall("order_lookup", f'{{"order": {i}}}', "{}") for i in range(594)]
    refund = [ToolCall("refund_create", f'{{"refund": {i}}}', error="denied") for i in range(17)]
    calls = [*good, *refund, *[ToolCall("refund_create", "{}")] * 73]
    traces = [Trace(f"trace-{i:04}", START, tool_calls=(call,)) for i, call in enumerate(calls)]
    proposal = ask("tool_io_logged", traces)
    assert (proposal.k, proposal.n, proposal.points) == (611, 684, 1)
    assert proposal.low is not None
    assert int(proposal.low * 100) == 87
    assert proposal.text == "611 of 684 tool calls carry both arguments and a result or error: 89%, needs 99%"
    assert proposal.details == ("73 lack the result, all from one tool: refund_create 73 of 90",)
    assert proposal.examples == tuple(f"trace-{i:04}" for i in range(611, 611 + EXAMPLES))
    assert proposal.some() == "trace-0611, trace-0612, trace-0613, trace-0614, trace-0615 and 68 more"


def test_tool_calls_are_counted_one_by_one_and_an_empty_object_is_logged() -> None:
    calls = (ToolCall("a", "{}", "{}"), ToolCall("a", None, "{}"), ToolCall("b"), ToolCall("", "{}", "1"))
    proposal = ask("tool_io_logged", [Trace("t", tool_calls=calls), Trace("u", tool_calls=()), Trace("v")])
    assert (proposal.k, proposal.n, proposal.examples) == (2, 5, ("t", "v"))
    assert "(1 unknown)" in proposal.text
    assert set(proposal.details) == {
        "1 lack a word on whether they called a tool",
        "1 lack the arguments",
        "1 lack the arguments and the result",
        "a 1 of 2",
        "b 1 of 1",
    }


# What each log field asks


@pytest.mark.parametrize(
    ("query", "trace", "carries"),
    [
        ("prompt_version_logged", Trace("t", prompt_version="rag-v4"), True),
        ("prompt_version_logged", Trace("t", prompt_version=" "), False),
        ("prompt_version_logged", Trace("t", prompt_version="Unknown"), False),
        ("prompt_version_logged", Trace("t", prompt_version="latest"), False),
        ("prompt_version_logged", Trace("t", prompt_version="rag-{{VERSION}}"), False),
        ("model_version_logged", Trace("t", model="gpt-4o"), False),
        ("model_version_logged", Trace("t", model="gpt-4o-2024-08-06"), True),
        ("model_version_logged", Trace("t", model="llama-3.1-8b"), True),
        ("index_version_logged", Trace("t", index_version="main"), False),
        ("outcome_logged", Trace("t", outcome=Outcome.SUCCESS, error="timeout"), False),
        ("model_version_logged", Trace("t"), False),
        ("retrieved_context_logged", Trace("t", chunks=(Chunk("a"),)), True),
        ("retrieved_context_logged", Trace("t", chunks=()), True),
        ("retrieved_context_logged", Trace("t", chunks=(Chunk(""),)), False),
        ("retrieved_context_logged", Trace("t", retrieval=True), False),
        ("retrieved_context_logged", Trace("t", retrieval=False), None),
        ("retrieved_context_logged", Trace("t", retrieval=False, chunks=()), None),
        ("retrieved_context_logged", Trace("t"), None),
        ("feedback_captured", Trace("t", feedback="up"), True),
        ("feedback_captured", Trace("t", feedback="n/a"), None),
        ("feedback_captured", Trace("t", feedback=" "), None),
        ("tokens_and_cost_logged", Trace("t", tokens_in=0, tokens_out=0, cost=0.0), True),
        ("tokens_and_cost_logged", Trace("t", tokens_in=5, tokens_out=7), False),
        ("tokens_and_cost_logged", Trace("t", cached=True), None),
        ("outcome_logged", Trace("t", outcome=Outcome.ABSTAIN), True),
        ("outcome_logged", Trace("t", status="weird"), False),
        ("index_version_logged", Trace("t", index_version="kb-7"), True),
        ("index_version_logged", Trace("t", retrieval=False), None),
    ],
)
def test_which_record_applies_and_carries(query: str, trace: Trace, carries: bool | None) -> None:
    proposal = ask(query, [trace])
    expected = (None, None) if carries is None else (int(carries), 1)
    assert (proposal.k, proposal.n) == expected


def test_a_request_that_does_not_say_whether_it_retrieved_lacks_its_context_once_others_do() -> None:
    silent = [Trace(f"s{i}") for i in range(3)]
    assert ask("retrieved_context_logged", silent).points is None
    proposal = ask("retrieved_context_logged", [*silent, Trace("r", chunks=(Chunk("a"),)), Trace("n", retrieval=False)])
    assert (proposal.k, proposal.n, proposal.points) == (1, 4, 1)
    assert proposal.examples == ("s0", "s1", "s2")
    assert proposal.details == ("3 lack a word on whether they retrieved",)


@pytest.mark.parametrize(
    "model", ["gpt-4o", "gpt-4o-mini", "claude-sonnet-latest", "gemini-1.5-pro", "llama-3.1-8b", "mistral-large-latest"]
)
def test_an_alias_floats(model: str) -> None:
    assert undated(model)


@pytest.mark.parametrize(
    "model",
    [
        "gpt-4o-2024-08-06",
        "gpt-4-0613",
        "gpt-4-1106-preview",
        "claude-3-5-sonnet-20240620",
        "claude-3-7-sonnet@20250219",
        "anthropic.claude-3-v2:1",
        "gemini-1.5-pro-002",
        "mistral-large-2407",
        "support-ft-v3",
        "m@sha256:ab",
    ],
)
def test_a_snapshot_does_not_float(model: str) -> None:
    assert not undated(model)


def test_a_floating_alias_counts_as_none_where_its_provider_sells_dated_names() -> None:
    traces = [*many(40, 40, model="gpt-4o"), Trace("z", model="gpt-4o-2024-08-06"), Trace("y", model="our-own")]
    proposal = ask("model_version_logged", traces)
    assert (proposal.k, proposal.n, proposal.points) == (2, 42, 1)
    assert proposal.details == (
        "40 lack a dated name: they say “gpt-4o”",
        "our-own on 1 names no date or digest; it counts, as nothing here knows whether it moves",
    )


def test_hostile_names_are_made_visible_and_credentials_masked() -> None:
    traces = [Trace("t", tool_calls=(ToolCall(f"x\x1b[2J{KEY} y"), ToolCall("ok", "1", "1")))]
    (line,) = ask("tool_io_logged", traces).details
    assert "\x1b" not in line
    assert KEY not in line


# Window, sampling


def test_window_and_sampling_are_stated() -> None:
    proposal = ask("prompt_version_logged", [*many(200, 200, prompt_version="v"), Trace("u", prompt_version="v")])
    assert proposal.window == "2026-11-16 to 2026-11-22 (1 without a date)"
    assert proposal.sampling == "every request imported"


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        ("1.0", "every request, declared"),
        ("100%", "every request, declared"),
        ("0.1", "sampled at 0.1, declared"),
        ("10 %", "sampled at 10 %, declared"),
        ("errors only", "sampled at errors only, declared"),
        (" ", "every request imported"),
    ],
)
def test_a_declared_sampling_rate_is_said(rate: str, said: str) -> None:
    assert ask("outcome_logged", many(1, 0), declared={"sampling_rate": rate}).sampling == said


def test_a_window_leaves_out_earlier_later_and_undated_traces_and_says_so() -> None:
    days = [DAY - timedelta(days=7), DAY - timedelta(days=6), DAY, DAY + timedelta(days=1)]
    traces = [Trace(f"t{i}", datetime(d.year, d.month, d.day, 12, tzinfo=UTC)) for i, d in enumerate(days)]
    proposal = ask("prompt_version_logged", [*traces, Trace("undated")], window_days=7)
    assert (proposal.n, proposal.examples) == (2, ("t1", "t2"))
    assert "3 traces outside the window or without a date are left out" in proposal.details
    assert "window" in ask("prompt_version_logged", traces[:1], window_days=7).missing


# Order, digest, one pass


traces_of_any_kind = st.builds(
    Trace,
    id=st.uuids().map(str),
    started_at=st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),
    prompt_version=st.none() | st.sampled_from(["v1", "v2", "unknown"]),
    model=st.none() | st.sampled_from(["gpt-4o", "m-2024-01-01"]),
    outcome=st.none() | st.sampled_from(list(Outcome)),
    status=st.none() | st.sampled_from(["ok", "odd"]),
    answer=st.none() | st.sampled_from(["fine", f"use {KEY}"]),
    chunks=st.none() | st.just(()) | st.just((Chunk("a"),)),
    retrieval=st.sampled_from([None, True, False]),
    tool_calls=st.none()
    | st.lists(
        st.builds(
            ToolCall, name=st.sampled_from("abc"), arguments=st.none() | st.just("{}"), result=st.none() | st.just("1")
        ),
        max_size=3,
    ).map(tuple),
    feedback=st.none() | st.just("up"),
    cost=st.none() | st.just(0.1),
    tokens_in=st.none() | st.just(3),
    tokens_out=st.none() | st.just(3),
    cached=st.booleans(),
)
TRACE_ITEMS = tuple(item(q, name=q) for q, probe in PROBES.items() if probe.kind is not ProbeKind.FACT)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(traces_of_any_kind, max_size=40, unique_by=lambda t: t.id), st.randoms(use_true_random=False))
def test_order_changes_nothing_and_counts_add_up(traces: list[Trace], shuffler: random.Random) -> None:
    one = propose_all(TRACE_ITEMS, data(traces))
    mixed = list(traces)
    shuffler.shuffle(mixed)
    assert propose_all(TRACE_ITEMS, data(mixed)) == one
    ids = {trace.id for trace in traces}
    for proposal in one.values():
        assert bool(proposal.missing) == (proposal.n is None)
        if proposal.kind is ProbeKind.SHARE and proposal.n is not None:
            assert proposal.k is not None
            assert 0 <= proposal.k <= proposal.n
            assert set(proposal.examples) <= ids
            assert bool(proposal.examples) == (proposal.k < proposal.n)
            assert proposal.points is not None


def test_the_digest_changes_with_what_fails_and_not_with_what_else_is_in_the_log() -> None:
    base = many(50, 40, prompt_version="v")
    digest = ask("prompt_version_logged", base).digest
    assert digest == ask("prompt_version_logged", [replace(t, answer=t.id, cost=1.0) for t in base]).digest
    swapped = [replace(t, prompt_version="v" if 1 <= int(t.id[-4:]) <= 40 else None) for t in base]
    others = [swapped, base[1:], [*base, Trace("new", START, prompt_version="v")]]
    assert len({digest, *(ask("prompt_version_logged", other).digest for other in others)}) == 4
    assert digest != ask("outcome_logged", base).digest


def test_all_items_are_answered_in_one_pass() -> None:
    proposals = propose_all(TRACE_ITEMS, data(iter(many(5, 5, prompt_version="v"))))
    assert set(proposals) == {it.id for it in TRACE_ITEMS}
    assert proposals["prompt_version_logged"].n == 5
    assert proposals["secrets_in_logs"].n == 5


def test_fact_probes_alone_do_not_read_the_traces() -> None:
    class Never(RecordedList):
        def counted(self) -> Any:
            raise AssertionError("the traces were read")

        columns = whole = leaked = counted

    proposal = propose(item("locked_before_run"), replace(data(), recorded=Never()))
    assert proposal is not None
    assert proposal.points is None


# Asking


def test_no_probe_and_an_unknown_query_give_no_proposal() -> None:
    assert propose(replace(item("outcome_logged"), probe=None), data()) is None
    assert propose(item("of_another_program"), data()) is None


def test_an_undeclared_setting_gives_no_proposal() -> None:
    asked = item("outcome_logged", declares=("sampling_rate",))
    traces = varied(40, 40, outcome=Outcome.SUCCESS)
    silent = propose(asked, data(traces))
    assert silent is not None
    assert (silent.points, silent.assurance) == (None, None)
    assert "declare sampling_rate" in silent.missing
    told = propose(asked, data(traces, declared={"sampling_rate": "1"}))
    assert told is not None
    assert told.points == 2


def test_a_share_asked_as_support_gives_a_figure_and_no_points() -> None:
    proposal = propose(item("outcome_logged", ProbeKind.SUPPORT), data(varied(40, 40, outcome=Outcome.SUCCESS)))
    assert proposal is not None
    assert (proposal.points, proposal.assurance, proposal.k) == (None, Assurance.EVIDENCED, 40)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("outcome_logged", ProbeKind.FACT),
        ("outcome_logged", ProbeKind.REFUTE),
        ("secrets_in_logs", ProbeKind.SHARE),
        ("secrets_in_logs", ProbeKind.SUPPORT),
    ],
)
def test_a_query_asked_as_what_it_is_not_proposes_nothing(query: str, kind: ProbeKind) -> None:
    asked = item(query, kind)
    assert asked.probe is not None
    assert kind_problem(asked.probe)
    proposal = propose(asked, data(many(40, 40, outcome=Outcome.SUCCESS)))
    assert proposal is not None
    assert proposal.points is None
    assert query in proposal.missing


def test_a_checklist_of_before_that_asks_feedback_as_a_share_gets_the_figure_and_no_points() -> None:
    """77 of 77 pieces of feedback belong to a request: true of any log. Reviews keep the checklist they began with."""
    asked = item("feedback_captured", ProbeKind.SHARE)
    assert asked.probe is not None
    assert kind_problem(asked.probe) == ""
    traces = [replace(trace, feedback="up" if i % 2 else "down") for i, trace in enumerate(many(40, 0))]
    proposal = propose(asked, data(traces))
    assert proposal is not None
    assert (proposal.kind, proposal.points, proposal.assurance) == (ProbeKind.SUPPORT, None, Assurance.EVIDENCED)
    assert proposal.text == "feedback on 40 of 40 requests: 100%"


# Credentials


def leaking(**fields: Any) -> list[Trace]:
    return [Trace("t-1", START, **fields), Trace("t-2", START, answer="nothing here")]


@pytest.mark.parametrize(
    "fields",
    [
        {"question": KEY},
        {"answer": f"use {KEY}."},
        {"error": f"401 for {KEY}"},
        {"feedback": KEY},
        {"chunks": (Chunk("c", text=KEY),)},
        {"tool_calls": (ToolCall("a", arguments=f'{{"k":"{KEY}"}}'),)},
        {"tool_calls": (ToolCall("a", result=KEY),)},
        {"tool_calls": (ToolCall("a", error=KEY),)},
        {"extra": {"env": {"deep": ["x", KEY]}}},
    ],
)
def test_a_credential_anywhere_refutes_and_is_never_repeated(fields: dict[str, Any]) -> None:
    proposal = ask("secrets_in_logs", leaking(**fields))
    assert (proposal.points, proposal.k, proposal.n) == (0, 1, 2)
    (hit,) = proposal.examples
    assert hit.startswith("t-1:github-token:")
    assert KEY not in repr(proposal)
    assert KEY[4:] not in repr(proposal)


def test_a_field_named_password_reads_as_an_assignment() -> None:
    proposal = ask("secrets_in_logs", leaking(extra={"db": {"password": "tr0ub4dor&3"}}))
    assert proposal.points == 0
    assert "extra.db.password" in proposal.details[0]
    assert "tr0ub4dor" not in repr(proposal)


def test_hits_are_dismissed_one_by_one_and_nothing_ever_raises() -> None:
    traces = leaking(answer=f"{KEY} and AKIA" + "ABCDEFGHIJKLMNOP")
    first, second = ask("secrets_in_logs", traces).examples
    left = ask("secrets_in_logs", traces, dismissed=frozenset({first}))
    assert (left.points, left.examples) == (0, (second,))
    none = ask("secrets_in_logs", traces, dismissed=frozenset({first, second}))
    assert (none.points, none.assurance, none.k) == (None, None, 0)
    assert "2 dismissed" in none.text
    assert ask("secrets_in_logs", many(100, 0)).points is None


def test_hit_ids_are_stable_and_do_not_give_a_guessable_secret_away() -> None:
    def ids(answer: str) -> list[str]:
        return [hit.id for hit in leaks(Trace("t", answer=answer))]

    assert ids(f"a {KEY}") == ids(f"moved to {KEY}, with more")  # a vendor's key is the same hit wherever it stands
    assert ids(f"{KEY} {KEY}") == ids(KEY)
    assert ids("password=hunter2xx") == ids("password=letmein99")  # not a digest of the password
    assert ids("password=hunter2xx password=letmein99")[1] != ids("password=hunter2xx")[0]


@given(
    st.lists(
        st.sampled_from([KEY, "password:", "hunter2xx", "-----BEGIN PRIVATE KEY-----", "Bearer ", "x", ""]), max_size=5
    )
)
def test_a_field_is_searched_as_if_it_stood_alone(texts: list[str]) -> None:
    together = {hit.place for hit in leaks(Trace("t", extra={str(i): {"v": text} for i, text in enumerate(texts)}))}
    alone = {f"extra.{i}.v" for i, text in enumerate(texts) if find_secrets(f"v={text}")}
    repeated = {f"extra.{i}.v" for i, text in enumerate(texts) if text in texts[:i] or text in texts[i + 1 :]}
    assert together <= alone
    assert alone - together <= repeated  # a credential repeated in another field is one hit


def test_more_hits_than_are_listed_are_counted() -> None:
    traces = [Trace(f"t{i:03}", answer=KEY) for i in range(EXAMPLES + 5)]
    proposal = ask("secrets_in_logs", traces)
    assert (proposal.k, len(proposal.examples), len(proposal.details)) == (25, EXAMPLES, EXAMPLES + 1)
    assert proposal.details[-1] == "and 5 more hits"


# Facts


GOLD = EvalSet(
    "g", DIGEST, (GoldenCase("a", "How?", tags=("billing",)), GoldenCase("b", "Why?", tags=("Failure:timeout",)))
)
RUN = Run("r1", "r1", "t", dataset_digest=DIGEST, started_at=START)


ANSWERED = tuple(Case(name, status=CaseStatus.PASS) for name in "ab")


def candidate(*runs: Run, cases: tuple[Case, ...] = ANSWERED) -> tuple[tuple[Run, tuple[Case, ...]], ...]:
    return tuple((run, cases) for run in runs)


def broken(proposal: Proposal) -> list[str]:
    """The names of the checks that do not hold, in order."""
    said = proposal.text.partition("does not hold: ")[2]
    return [part.partition(" (")[0] for part in said.split("; ")] if said else []


def test_a_representative_golden_set_is_proven_whatever_the_spelling_of_its_digest() -> None:
    for digest in (DIGEST, f"sha256:{DIGEST.upper()}"):
        runs = candidate(replace(RUN, dataset_digest=digest))
        proposal = ask("golden_set_representative", eval_set=GOLD, candidate=runs)
        assert (proposal.points, proposal.assurance) == (2, Assurance.PROVEN)
        assert not broken(proposal)


@pytest.mark.parametrize(
    ("cases", "digest", "lacks"),
    [
        (GOLD.cases[:1], DIGEST, "failure cases present"),
        (GOLD.cases[1:], DIGEST, "ordinary cases present"),
        ((*GOLD.cases, GOLD.cases[0]), DIGEST, "case ids unique"),
        ((*GOLD.cases, replace(GOLD.cases[0], id="c")), DIGEST, "each case asks a question of its own"),
        ((*GOLD.cases[:1], replace(GOLD.cases[1], question="TBD")), DIGEST, "each case asks a question of its own"),
        (GOLD.cases, "cd" * 32, "its digest on a candidate run"),
        (GOLD.cases, None, "its digest on a candidate run"),
    ],
)
def test_each_check_of_the_golden_set_counts(cases: tuple[GoldenCase, ...], digest: str | None, lacks: str) -> None:
    ran = tuple(Case(case.id, status=CaseStatus.PASS) for case in cases)
    runs = candidate(replace(RUN, dataset_digest=digest), cases=ran)
    proposal = ask("golden_set_representative", eval_set=EvalSet("g", DIGEST, cases), candidate=runs)
    assert proposal.points == 1
    assert broken(proposal) == [lacks]


def test_no_golden_set_is_no_answer_and_an_empty_one_is_missing() -> None:
    assert ask("golden_set_representative", candidate=candidate(RUN)).points is None
    assert ask("golden_set_representative", eval_set=EvalSet("g", DIGEST, ())).points == 0
    assert ask("golden_set_representative", eval_set=GOLD).points == 1  # no run yet


GATE = Gate("g", (Rule("task_success_rate", Direction.HIGHER, 0.85),), digest="d1")
LOCK = Lock("ana", START, "d1")


@pytest.mark.parametrize(
    ("lock", "started", "points"),
    [
        (LOCK, START, 2),  # not before the lock
        (LOCK, START - timedelta(seconds=1), 1),
        (LOCK, datetime(2026, 11, 16, 8), 2),  # without a zone: UTC
        (LOCK, None, 1),
        (replace(LOCK, gate_digest="d0"), START, 1),
        (None, START, 0),
    ],
)
def test_locked_before_the_run(lock: Lock | None, started: datetime | None, points: int) -> None:
    runs = candidate(RUN, replace(RUN, id="r2", started_at=started))
    assert ask("locked_before_run", gate=GATE, lock=lock, candidate=runs).points == points


def test_without_a_gate_or_a_run_there_is_nothing_to_say_of_the_lock() -> None:
    assert "no gate" in ask("locked_before_run", candidate=candidate(RUN)).missing
    assert "no candidate run" in ask("locked_before_run", gate=GATE, lock=LOCK).missing
    assert ask("locked_before_run", gate=GATE).points == 0  # not locked, run or no run


def scored(*names: str, cost: bool = True, cached: bool = False) -> tuple[Case, ...]:
    kind = Provenance.CACHED if cached else Provenance.MEASURED
    return tuple(
        Case(
            f"c{i}",
            status=CaseStatus.PASS,
            scores={name: Score(0.5) for name in names},
            latency_ms=Measure(900, kind),
            cost=Measure(0.01, kind) if cost else Measure(),
        )
        for i in range(20)
    )


def test_metrics_of_each_stage_in_one_run() -> None:
    names = ("hit_rate", "faithfulness", "tool_correctness")
    whole = ask("metrics_by_stage", candidate=((RUN, scored(*names)),))
    assert (whole.points, whole.assurance) == (2, Assurance.PROVEN)
    assert "faithfulness on 20 of 20 cases" in whole.details[1]
    spread = tuple((replace(RUN, id=name), scored(name)) for name in names)
    assert ask("metrics_by_stage", candidate=spread).points == 1
    assert "only in another run: faithfulness" in ask("metrics_by_stage", candidate=spread).text
    own = replace(RUN, aggregates={name: Aggregate(0.9) for name in names})
    assert ask("metrics_by_stage", candidate=((own, ()),)).points == 1
    assert "behind which no case stands" in ask("metrics_by_stage", candidate=((own, ()),)).text
    assert ask("metrics_by_stage", candidate=((RUN, scored()),)).points == 0  # pass or fail alone splits nothing
    assert ask("metrics_by_stage").points is None


def test_a_stage_counts_where_its_metric_is_computed_from_the_golden_set() -> None:
    gold = EvalSet("g", DIGEST, (GoldenCase("c", "?", ("doc",), ("yes",), ("look",)),))
    case = Case(
        "c", output="yes", status=CaseStatus.PASS, chunks=(Chunk("doc"),), tool_calls=(ToolCall("look", "{}", "1"),)
    )
    assert ask("metrics_by_stage", eval_set=gold, candidate=((RUN, (case,)),)).points == 2


def test_a_metric_on_too_few_cases_does_not_count() -> None:
    cases = scored("hit_rate", "faithfulness", "tool_correctness")
    thin = (*cases[:18], replace(cases[18], scores={}), replace(cases[19], scores={}))
    assert ask("metrics_by_stage", candidate=((RUN, thin),)).points == 0


def test_quality_latency_and_cost_from_one_run() -> None:
    assert ask("quality_latency_cost", candidate=((RUN, scored("faithfulness")),)).points == 2
    assert ask("quality_latency_cost", candidate=((RUN, scored("our_own_score")),)).points == 2
    assert ask("quality_latency_cost", candidate=((RUN, scored("faithfulness", cost=False)),)).points == 1
    cached_or_cold = ask("quality_latency_cost", candidate=((RUN, scored("faithfulness", cached=True)),))
    assert (cached_or_cold.points, broken(cached_or_cold)) == (1, ["latency", "cost"])
    assert "is empty" in ask("quality_latency_cost", candidate=((RUN, ()),)).missing


def test_a_facts_digest_follows_what_it_read() -> None:
    def digest(run: Run) -> str:
        return ask("golden_set_representative", eval_set=GOLD, candidate=candidate(run)).digest

    assert digest(RUN) == digest(replace(RUN, name="renamed"))
    assert len({digest(RUN), digest(replace(RUN, id="r2")), digest(replace(RUN, dataset_digest="e"))}) == 3


# Accepting


def proposal_of(points: int | None, kind: ProbeKind = ProbeKind.SHARE) -> Proposal:
    return Proposal("", "q", kind, points, None, "")


def test_one_key_accepts_what_contradicts_nobody() -> None:
    proposals = {
        "undecided": proposal_of(1),
        "opened": proposal_of(2),
        "no points": proposal_of(None),
        "refuted": proposal_of(0, ProbeKind.REFUTE),
        "lower": proposal_of(2),
        "equal": proposal_of(2),
        "conflict": proposal_of(1),
        "away": proposal_of(2),
    }
    votes = {
        "opened": (Vote("opened", "ana", None),),
        "lower": (Vote("lower", "ana", 1),),
        "equal": (Vote("equal", "ana", 2),),
        "conflict": (Vote("conflict", "ana", 2), Vote("conflict", "ben", 1)),
        "away": (Vote("away", "ana", None, na=True, na_reason="no tools"),),
    }
    assert acceptable(proposals, votes) == ("undecided", "opened")
