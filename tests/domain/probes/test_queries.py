"""The probes of steps, limits, behaviour, releases, runs, incidents and drills: what each says of small logs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from readiness_tui.domain.checklists.assessment import Assurance, Dossier, Evidence, EvidenceKind, Proposal, Vote
from readiness_tui.domain.checklists.standing import item_standing
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.incidents.model import Incident, Sev, TimelineEntry
from readiness_tui.domain.metrics import METRICS, NotComputable, Observed, RunData, observe
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.probes import PROBES, base
from readiness_tui.domain.runs.model import (
    Aggregate,
    Case,
    CaseStatus,
    Chunk,
    Completeness,
    EvalSet,
    GoldenCase,
    HumanLabel,
    HumanVerdict,
    Measure,
    Outcome,
    Provenance,
    Run,
    Score,
    Span,
    SpanKind,
    ToolCall,
    Trace,
)
from readiness_tui.sources.settings.checklist import load_checklists
from tests.domain.probes.test_probes import DAY, REVIEW, START, ask, data, item, propose

G, M, T, V = SpanKind.GUARD, SpanKind.MODEL, SpanKind.TOOL, SpanKind.VALIDATION


def steps(name: str, *kinds: SpanKind, each: dict[SpanKind, dict[str, Any]] | None = None, **fields: Any) -> Trace:
    """A trace whose steps of these kinds follow each other, a second apart."""
    spans = tuple(
        Span(
            str(i),
            "0" if i else None,
            kind.value,
            kind,
            START + timedelta(seconds=i),
            attributes=(each or {}).get(kind, {}),
        )
        for i, kind in enumerate(kinds)
    )
    return Trace(name, START, spans=spans, **fields)


def test_every_query_of_the_shipped_checklists_is_answered_as_declared() -> None:
    for checklist in load_checklists().values():
        for asked in checklist.items:
            if asked.probe is not None:
                assert PROBES[asked.probe.query].kind is asked.probe.kind, asked.id
                proposal = propose(asked, data())
                assert proposal is not None
                # Nothing imported proves nothing and lifts nothing; only an absent lock or baseline is itself a fact.
                assert (proposal.points, proposal.assurance, bool(proposal.missing)) == (None, None, True), asked.id


@pytest.mark.parametrize(
    ("query", "trace", "k", "n"),
    [
        ("guard_before_model_call", steps("t", G, M), 1, 1),
        ("guard_before_model_call", steps("t", M, G), 0, 1),
        ("guard_before_model_call", steps("t", G), None, None),
        ("guard_after_last_model_call", steps("t", M, G), 1, 1),
        ("guard_after_last_model_call", steps("t", M, G, M), 0, 1),
        ("output_validation_step", steps("t", M, T), 0, 1),
        ("output_validation_step", steps("t", M, V, T), 1, 1),
        ("output_validation_step", steps("t", M), None, None),
        ("rule_version_logged", steps("t", G, each={G: {"rule_id": "r", "rule_version": 2}}), 1, 1),
        ("rule_version_logged", steps("t", G, each={G: {"rule_id": "r"}}), 0, 1),
        ("spans_without_orphaned_parent", steps("t", M, T, G), 2, 2),
        ("spans_without_orphaned_parent", steps("t", M), None, None),  # a root alone joins nothing
        ("spans_without_orphaned_parent", Trace("t", spans=(Span("a"), Span("b", "lost"), Span("c", "c"))), 0, 2),
        ("spans_without_orphaned_parent", Trace("t", spans=(Span("a"), Span("b"))), 0, 1),
        ("spans_without_orphaned_parent", Trace("t", spans=(Span("a", "b"), Span("b", "a"))), 0, 2),
        ("spans_without_orphaned_parent", Trace("t"), None, None),
        ("approval_id_on_writes", steps("t", T, each={T: {"side_effect": True, "approval_id": "a"}}), 1, 1),
        ("approval_id_on_writes", steps("t", T, each={T: {"side_effect": "write"}}), 0, 1),
        ("approval_id_on_writes", Trace("t", tool_calls=(ToolCall("refund_create", "{}"),)), None, None),
    ],
)
def test_what_steps_carry(query: str, trace: Trace, k: int | None, n: int | None) -> None:
    proposal = ask(query, [trace])
    assert (proposal.k, proposal.n) == (k, n)


def test_steps_are_ordered_by_their_start_whatever_the_file_says() -> None:
    trace = steps("t", G, M)
    assert ask("guard_before_model_call", [replace(trace, spans=(trace.spans or ())[::-1])]).k == 1


def test_declared_writes_need_an_approval_and_the_call_may_carry_it() -> None:
    calls = (ToolCall("refund", '{"approval_id": "A-1"}'), ToolCall("refund", "{}"), ToolCall("look", "{}"))
    proposal = ask("approval_id_on_writes", [Trace("t", tool_calls=calls)], declared={"write_tools": "refund"})
    assert (proposal.k, proposal.n, proposal.examples) == (1, 2, ("t",))


# Limits


def slow(name: str, seconds: float, attempt: int = 1) -> Trace:
    span = Span("m", None, "m", M, START, seconds * 1000, attributes={"attempt": attempt})
    return Trace(name, START, latency_ms=seconds * 1000, spans=(span,))


@pytest.mark.parametrize(
    ("trace", "supports"), [(slow("t", 10, 2), True), (slow("t", 10.5), False), (slow("t", 1, 3), False)]
)
def test_calls_within_the_declared_policy(trace: Trace, supports: bool) -> None:
    proposal = ask("calls_within_policy", [trace], declared={"timeout_policy": "10", "retry_policy": "2"})
    assert (proposal.points, proposal.assurance) == (None, Assurance.EVIDENCED if supports else None)
    assert proposal.examples == (() if supports else ("t",))


def test_support_lifts_a_claim_and_proposes_nothing() -> None:
    told = {"timeout_policy": "10", "retry_policy": "2"}
    asked = item("slowest_total_within_budget")
    for seconds, counted in ((20, 2), (21, 1)):
        proposal = propose(asked, data([slow("t", seconds)], declared=told))
        standing = item_standing(
            Dossier(asked, "x", (Vote(asked.id, "ana", 2),), proposal=proposal), review=REVIEW, as_of=DAY
        )
        assert (standing.points, standing.conflict) == (counted, False)
        undecided = item_standing(Dossier(asked, "x", proposal=proposal), review=REVIEW, as_of=DAY)
        assert undecided.points is None


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("calls_within_policy", "timeout_policy"),
        ("most_steps_in_trace", "step_cap"),
        ("rate_limit_headroom", "quota"),
        ("most_used_per_user", "user_cap"),
        ("tools_outside_allowed_list", "allowed_tools"),
        ("traces_per_request", "sampling_rate"),
        ("error_budget_burn", "slo"),
    ],
)
def test_an_undeclared_or_unusable_setting_is_named(query: str, name: str) -> None:
    assert f"declare {name}" in ask(query, [slow("t", 1)]).missing
    said = ask(query, [slow("t", 1)], declared={name: "; ;"})
    assert name in said.missing
    assert "write it like" in said.missing
    assert (said.points, said.assurance, said.n) == (None, None, None)


def test_thresholds_are_replayed_hour_by_hour() -> None:
    day = [
        Trace(
            f"{hour}-{i}",
            START + timedelta(hours=hour, minutes=i),
            latency_ms=5000 if hour == 1 and i < 2 else 900 + i,
            cost=0.1 if i else 0.09,
        )
        for hour in range(3)
        for i in range(20 if hour == 1 else 10)
    ]
    proposal = ask("alert_thresholds_replayed", day, declared={"alert_latency_ms": "4000", "alert_cost": "1"})
    assert proposal.text == "p95 over 4 s in 1 of 3 hours, spend over 1 USD in 1 of 3"
    assert proposal.details[0] == "latency would have fired: 2026-11-16 09h"
    # What a cache or a cold start explains fires no alert; what it cost is spent all the same.
    explained = [replace(trace, cold=trace.latency_ms == 5000) for trace in day]
    assert ask(
        "alert_thresholds_replayed", explained, declared={"alert_latency_ms": "4000", "alert_cost": "1"}
    ).text == ("p95 over 4 s in 0 of 3 hours, spend over 1 USD in 1 of 3")
    cached = [replace(trace, cached=trace.latency_ms == 5000) for trace in day]
    assert "in 0 of 3 hours" in ask(
        "alert_thresholds_replayed", cached, declared={"alert_latency_ms": "4000", "alert_cost": "1"}
    ).text  # fmt: skip


def test_the_busiest_minute_is_scaled_by_the_sampling_rate() -> None:
    traces = [Trace(f"t{i}", START + timedelta(seconds=i), outcome=Outcome.SUCCESS) for i in range(60)]
    assert ask("rate_limit_headroom", traces, declared={"quota": "60"}).assurance is Assurance.EVIDENCED
    sampled = ask("rate_limit_headroom", traces, declared={"quota": "60", "sampling_rate": "0.1"})
    assert sampled.assurance is None
    assert "600 requests (60 in the log, sampled)" in sampled.text
    limited = ask("rate_limit_headroom", [*traces, Trace("x", START, error="429 from x")], declared={"quota": "99"})
    assert (limited.k, limited.examples, limited.assurance) == (1, ("x",), None)


def test_the_most_of_one_user_on_one_day() -> None:
    traces = [
        Trace(f"t{i}", START + timedelta(hours=10 * i), user="u", tokens_in=30, tokens_out=10, cost=0.5)
        for i in range(3)
    ]
    assert ask("most_used_per_user", traces, declared={"user_cap": "80"}).assurance is Assurance.EVIDENCED
    over = ask("most_used_per_user", traces, declared={"user_cap": "0.99 USD"})
    assert (over.assurance, over.details) == (None, ("u on 2026-11-16: 1.00 USD",))


def test_sampling_is_held_against_the_requests_counted_elsewhere() -> None:
    def said(total: str) -> Proposal:
        return ask(
            "traces_per_request",
            [slow(f"t{i}", 1 + i / 10) for i in range(10)],
            declared={"sampling_rate": "0.1", "request_total": total},
        )

    assert [said(total).assurance for total in ("100", "95", "50")] == [Assurance.EVIDENCED, Assurance.EVIDENCED, None]


# Behaviour


def test_a_fallback_is_a_second_model_after_a_failed_one() -> None:
    failed = Span("1", None, "a", M, START, error="503", attributes={"model": "m1"})
    second = Span("2", None, "b", M, START + timedelta(seconds=1), attributes={"model": "m2"})
    proposal = ask("fallback_seen", [Trace("f", START, spans=(failed, second)), steps("t", M)])
    assert (proposal.k, proposal.n, proposal.details) == (1, 2, ("m2 1",))
    again = replace(second, attributes={"model": "m1"})  # a retry is no fallback
    assert ask("fallback_seen", [Trace("f", START, spans=(failed, again))]).assurance is None


def test_writes_with_a_key_and_writes_made_twice() -> None:
    keyed, bare = ToolCall("refund_create", '{"Idempotency-Key": "k"}', "1"), ToolCall("ticket_open", "{}", "1")
    reads = ToolCall("order_lookup", "{}", "1")
    proposal = ask(
        "idempotency_key_on_writes", [Trace("a", tool_calls=(keyed, keyed, reads)), Trace("b", tool_calls=(bare,))]
    )
    assert (proposal.k, proposal.n, proposal.examples, proposal.assurance) == (2, 3, ("b",), None)  # one has none
    every = ask("idempotency_key_on_writes", [Trace("a", tool_calls=(keyed, keyed, reads))])
    assert every.assurance is Assurance.EVIDENCED
    twice = ask("idempotency_key_on_writes", [Trace("a", tool_calls=(keyed, bare, bare))])
    assert "1 made twice" in twice.text
    assert twice.assurance is None
    assert ask("idempotency_key_on_writes", [Trace("a", tool_calls=(bare,))], declared={"write_tools": "x"}).n is None


def test_failures_that_were_handled() -> None:
    traces = [
        Trace("a", outcome=Outcome.ERROR, answer="Sorry"),
        Trace("b", outcome=Outcome.ERROR),
        Trace("c", outcome=Outcome.SUCCESS, answer="x", retrieval=True, chunks=()),
        Trace("d", outcome=Outcome.ABSTAIN, answer="x", retrieval=True, chunks=()),
        Trace("e", outcome=Outcome.SUCCESS, answer="x"),
    ]
    proposal = ask("failed_traces_handled", traces)
    assert (proposal.k, proposal.n, proposal.examples) == (2, 4, ("b", "c"))


def test_a_guard_that_fails_must_block() -> None:
    guard = Span("g", None, "g", G, START, error="timeout")
    closed, opened = Trace("a", spans=(guard,), answer=None), Trace("b", spans=(guard,), answer="hi")
    assert ask("guard_errors_blocked", [closed, Trace("c", answer="hi")]).assurance is Assurance.EVIDENCED
    # A log without any answer does not tell whether one went out.
    silent = ask("guard_errors_blocked", [closed])
    assert (silent.assurance, silent.k) == (None, 0)
    assert "(1 unknown)" in silent.text
    both = ask("guard_errors_blocked", [closed, opened])
    assert (both.k, both.n, both.examples, both.assurance) == (1, 2, ("b",), None)


def test_scores_beside_feedback() -> None:
    traces = [
        Trace(f"{i}", feedback="up" if i % 2 else "Thumbs Down", scores={"f": 0.9 if i % 2 else 0.5}) for i in range(10)
    ]
    traces = [replace(trace, latency_ms=i) for i, trace in enumerate(traces)]
    assert ask("score_against_feedback", traces).assurance is Assurance.EVIDENCED
    assert ask("score_against_feedback", traces[:8]).assurance is None  # four on either side: it could be luck
    assert ask("score_against_feedback", [replace(t, scores={"f": 0.5}) for t in traces]).assurance is None


# Refutations


def test_a_tool_outside_the_list_refutes_until_it_is_dismissed() -> None:
    traces = [Trace("a", tool_calls=(ToolCall("look"), ToolCall("delete_all")))]
    told = {"allowed_tools": "look, refund"}
    proposal = ask("tools_outside_allowed_list", traces, declared=told)
    assert (proposal.points, proposal.k, proposal.n, proposal.examples) == (0, 1, 1, ("a:tool:delete_all",))
    assert (
        ask("tools_outside_allowed_list", traces, declared=told, dismissed=frozenset(proposal.examples)).points is None
    )


def test_a_case_inside_a_prompt_refutes_but_not_the_request_itself() -> None:
    gold = EvalSet("g", "d", (GoldenCase("c1", "How do I reset an expired API key?"), GoldenCase("c2", "short")))
    prompt = "Examples:\nQ: How do I reset an expired API key?"
    leaked = Trace("a", question="x", extra={"system_prompt": prompt})
    asked = Trace("b", question="How do I reset an expired API key?", extra={"prompt": prompt})
    proposal = ask("cases_in_logged_prompts", [leaked, asked], eval_set=gold)
    assert (proposal.points, proposal.examples, proposal.n) == (0, ("a:case:c1",), 2)


def test_personal_data_and_credentials_are_told_apart() -> None:
    traces = [Trace("a", answer="write to jane.doe@acme-corp.de")]
    assert ask("secrets_in_logs", traces).points is None
    for query in ("personal_data_in_logs", "personal_data_or_secrets_in_logs"):
        proposal = ask(query, traces)
        assert (proposal.points, proposal.k) == (0, 1)
        assert "jane" not in repr(proposal)


# Releases


def served(name: str, hours: float, **fields: Any) -> Trace:
    return Trace(
        name, START + timedelta(hours=hours), **{"prompt_version": "p1", "model": "m", "index_version": "k", **fields}
    )


def test_each_version_has_a_run_before_it_or_not() -> None:
    traces = [served("a", 0), served("b", 5, prompt_version="p2"), served("c", 6, prompt_version=None)]
    run = Run("r1", "r1", "t", prompt_version="p1", model="m", index_version="k", started_at=START)
    later = replace(run, id="r2", prompt_version="p2", started_at=START + timedelta(hours=6))
    assert ask("run_before_each_version", traces).missing
    some = ask("run_before_each_version", traces, runs=(run, later))
    assert (some.points, some.assurance, some.examples) == (1, Assurance.EVIDENCED, ("b", "c"))
    assert "none of its runs is whole and earlier" in some.text
    early = replace(later, started_at=START)
    # A request that does not name its version may be of one that no run saw.
    assert ask("run_before_each_version", traces, runs=(run, early)).points == 1
    assert ask("run_before_each_version", traces[:2], runs=(run, early)).points == 2
    for unsound in ("partial", "errored"):
        broken = replace(early, completeness=Completeness(unsound))
        assert ask("run_before_each_version", traces[:2], runs=(run, broken)).points == 1
    assert ask("run_before_each_version", traces, runs=(replace(run, index_version=None),)).points == 0


@pytest.mark.parametrize(("first", "rest", "points"), [(0.1, 1, 2), (1, 1, 0), (0.8, 1, 1), (0.2, 0.2, 1)])
def test_a_canary_shows_in_the_release_share(first: float, rest: float, points: int) -> None:
    traces = [served(f"old{i}", -1 - i / 60, app_version="1") for i in range(30)]
    for i in range(100):
        share = first if i < 40 else rest
        new = int((i + 1) * share) > int(i * share) or i == 0
        traces.append(served(f"t{i:03}", i / 60, app_version="2" if new else "1"))
    assert ask("release_share_over_time", traces).points == points


def test_the_error_budget_is_counted_in_its_window() -> None:
    told = {"slo": "90% / 7 days"}
    traces = [
        served(f"t{i}", 24 + i / 60, outcome=Outcome.ERROR if i < 10 else Outcome.SUCCESS, latency_ms=i)
        for i in range(100)
    ]
    assert ask("error_budget_burn", [*traces, served("old", -999, outcome=Outcome.ERROR)], declared=told).points == 2
    spent = ask("error_budget_burn", [*traces, served("new", 24, outcome=Outcome.FAIL)], declared=told)
    assert spent.points == 1
    assert "burn rate 1.09: 11 of 101" in spent.text
    unknown = ask("error_budget_burn", [*traces, served("new", 24)], declared=told)
    assert unknown.points == 1
    assert "11 of 101 requests failed, 1 of them unknown" in unknown.text


# Runs


def run_of(name: str, n: int = 60, *tags: str, **fields: Any) -> tuple[Run, tuple[Case, ...]]:
    cases = tuple(
        Case(f"c{i}", status=CaseStatus.PASS, latency_ms=Measure(900 + i, Provenance.MEASURED), **fields)
        for i in range(n)
    )
    return Run(name, name, "t", started_at=START, tags=tags, prompt_version="p"), cases


def test_a_load_run_with_enough_requests_on_this_version() -> None:
    assert ask("load_run_recorded", candidate=(run_of("c"),)).missing
    load = run_of("l", 60, "Load-Test")
    assert ask("load_run_recorded", candidate=(run_of("c"),), special=(load,)).points == 2
    assert ask("load_run_recorded", special=(run_of("l", 50, "load"),)).points == 1
    other = (replace(load[0], prompt_version="old"), load[1])
    assert ask("load_run_recorded", candidate=(run_of("c"),), special=(other,)).points == 1


def test_red_team_runs_are_dated_rated_and_hold_planted_attacks() -> None:
    scores = {"attack_success_rate": Score(0.0), "over_refusal_rate": Score(0.0)}
    red = run_of("red", 40, "red_team", scores=scores, tags=("indirect_injection",))
    for query in ("red_team_rate_measured", "red_team_run_recent", "over_refusal_measured"):
        one = replace(red[1][0], scores=scores | {"over_refusal_rate": Score(1.0)})
        assert ask(query, special=((red[0], (one, *red[1][1:])),)).points == 2, query
        assert ask(query, candidate=(run_of("c"),)).missing, query
    assert ask("over_refusal_measured", special=(red,)).points is None  # all of both rates the same
    old = (replace(red[0], started_at=START - timedelta(days=31)), run_of("x", 40, scores={"asr": Score(0.0)})[1])
    assert [
        ask(q, special=(old,)).points
        for q in ("red_team_rate_measured", "red_team_run_recent", "over_refusal_measured")
    ] == [1, 1, 1]


def test_a_probe_asks_for_its_own_metrics_and_for_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures of a large run take a while, and the registry has forty metrics."""
    asked: list[tuple[str, str]] = []

    def counted(key: str, run: RunData) -> Observed | NotComputable:
        asked.append((run.run.id, key))
        return observe(key, run)

    monkeypatch.setattr(base, "observe", counted)
    scores = {name: Score(0.0) for name in ("attack_success_rate", "over_refusal_rate", "faithfulness", "own")}
    red = run_of("red", 40, "red_team", scores=scores)
    assert ask("over_refusal_measured", special=(red,)).assurance is None
    assert sorted(asked) == [("red", "attack_success_rate"), ("red", "over_refusal_rate")]
    asked.clear()
    both = data(special=(red,), candidate=(run_of("c", 40, scores=scores),))
    first = propose(item("evaluation_types_seen"), both)
    assert first is not None
    assert (first.k, first) == (2, propose(item("evaluation_types_seen"), both))
    assert len(asked) == len(set(asked)) < len(METRICS)  # the first run shows what is looked for


def test_manifest_repeats_and_overlap() -> None:
    run, cases = run_of("c", 3, chunks=(Chunk("k"),))
    whole = replace(run, model="m-2026-01-01", index_version="k1")
    assert ask("release_manifest_complete", candidate=((whole, cases),)).points == 2
    assert ask("release_manifest_complete", candidate=((replace(whole, model="gpt-4o"), cases),)).points == 1
    assert ask("trials_per_case", candidate=((run, cases),)).points == 0
    thrice = tuple(replace(case, repeat=i) for case in cases for i in range(3))
    assert ask("trials_per_case", candidate=((run, thrice),)).points == 2
    answers = tuple(replace(case, output="yes") for case in thrice)  # the same answer in the same time: copies
    assert ask("trials_per_case", candidate=((run, answers),)).points == 0
    old, again = replace(run, id="b"), tuple(replace(case, latency_ms=Measure(7)) for case in cases)
    assert ask("baseline_case_overlap", candidate=((run, cases),), baseline=((old, again),)).points == 2
    for copy in ((run, again), (old, cases)):  # the candidate itself, under its own name or another
        assert ask("baseline_case_overlap", candidate=((run, cases),), baseline=(copy,)).points == 1
    less = ask("baseline_case_overlap", candidate=((run, cases),), baseline=((old, again[1:]),))
    assert (less.points, less.examples) == (1, ("c0",))
    assert ask("baseline_case_overlap", candidate=((run, cases),)).points == 0


@pytest.mark.parametrize(("n", "points"), [(16, 2), (15, 0)])
def test_sixteen_perfect_cases_are_the_fewest_that_prove_085(n: int, points: int) -> None:
    gate = Gate("g", (Rule("task_success_rate", Direction.HIGHER, 0.85),), digest="d")
    proposal = ask("enough_cases_for_gate", gate=gate, candidate=(run_of("c", n),))
    assert proposal.points == points
    assert f"{n} cases, 16 needed" in f"{proposal.text} {proposal.details}"


def test_judge_and_people() -> None:
    run, cases = run_of("c", 10)
    cases = (*cases, *(replace(case, id=f"bad{i}", status=CaseStatus.FAIL) for i, case in enumerate(cases[:4])))
    label = HumanLabel(HumanVerdict.PASS, "ana", blind=True)
    marked = tuple(
        replace(c, human=label if i < 8 else replace(label, verdict=HumanVerdict.FAIL)) for i, c in enumerate(cases)
    )
    pinned = replace(run, judge="judge-2026-01-01")
    proposal = ask("judge_agreement", candidate=((pinned, marked),))
    assert (proposal.k, proposal.n, proposal.examples, proposal.assurance) == (
        12,
        14,
        ("c8", "c9"),
        Assurance.EVIDENCED,
    )
    assert "12 of 14 cases labelled blind agree" in proposal.text
    assert "recognised 8 of 8 good answers and 4 of 6 bad ones" in proposal.text
    # A judge that passes all agrees with most people where most answers are good, and has recognised no bad one.
    yes = tuple(replace(case, status=CaseStatus.PASS) for case in marked[:10])
    assert ask("judge_agreement", candidate=((pinned, yes),)).assurance is None
    only_good = ask("judge_agreement", candidate=((pinned, marked[:8]),))
    assert (only_good.k, only_good.assurance) == (8, None)
    seen = tuple(replace(c, human=label if i < 8 else replace(label, blind=False)) for i, c in enumerate(cases))
    proposal = ask("judge_agreement", candidate=((pinned, seen),))
    assert (proposal.k, proposal.n) == (8, 8)
    assert "6 not blind, not counted" in proposal.text
    seen = tuple(replace(c, human=replace(label, blind=False)) for c in cases)
    assert "14 not blind, not counted" in ask("judge_agreement", candidate=((pinned, seen),)).missing
    assert ask("judge_agreement", candidate=((run, marked),)).assurance is None


def test_evaluation_types_are_seen_among_runs() -> None:
    unit = Run("u", "u", "junit")
    scored = replace(unit, id="s", tool="t", aggregates={"faithfulness": Aggregate(0.9, 40)})
    proposal = ask("evaluation_types_seen", runs=(unit,), candidate=((scored, ()),))
    assert (proposal.k, proposal.n) == (2, 7)


# Incidents, labels, drills

INCIDENT = Incident(1, "bot", "t", Sev.SEV2)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("The latency alert paged ben. A customer wrote later.", 1),
        ("A customer wrote that it is slow. The alert fired too late.", 0),
        ("No alert fired.", 0),
    ],
)
def test_the_first_sentence_says_what_detected_it(said: str, found: int) -> None:
    proposal = ask("incidents_detected_by_alert", incidents=(replace(INCIDENT, fields={"detection": said}),))
    assert (proposal.k, proposal.n) == (found, 1)
    assert proposal.assurance is (Assurance.EVIDENCED if found else None)


def test_what_live_notes_say_of_the_detection_counts_where_the_note_says_nothing() -> None:
    logged = (TimelineEntry(1, datetime(2026, 11, 20, 9, tzinfo=UTC), "Detected: by the latency alert"),)
    for fields, found in (({}, 1), ({"detection": "A customer wrote."}, 0)):
        proposal = ask("incidents_detected_by_alert", incidents=(replace(INCIDENT, fields=fields, timeline=logged),))
        assert (proposal.k, proposal.n) == (found, 1)


def test_serious_incidents_become_cases_of_the_set() -> None:
    gold = EvalSet("g", "d", (GoldenCase("c1", "?"),))
    linked = replace(INCIDENT, number=2, eval_cases=("c1",))
    stray, minor = replace(INCIDENT, number=3, eval_cases=("zz",)), replace(INCIDENT, number=4, severity=Sev.SEV3)
    proposal = ask("incidents_linked_to_cases", incidents=(INCIDENT, linked, stray, minor), eval_set=gold)
    assert (proposal.k, proposal.n, proposal.examples) == (1, 3, ("INC-1", "INC-3"))
    assert ask("incidents_linked_to_cases", incidents=(minor,)).points is None


def test_high_risk_cases_without_a_label_are_named() -> None:
    run, cases = run_of("c", 2, tags=("high_risk",))
    labelled = (replace(cases[0], human=HumanLabel(HumanVerdict.PASS, "ana")), cases[1])
    proposal = ask("high_risk_cases_labelled", candidate=((run, labelled),))
    assert (proposal.k, proposal.n, proposal.points, proposal.examples) == (1, 2, 1, ("c1",))


@pytest.mark.parametrize(("days", "points"), [(0, 2), (90, 2), (91, 1), (-1, None)])
@pytest.mark.parametrize("query", ["drill_within_90_days", "kill_switch_drill"])
def test_a_drill_counts_for_ninety_days(query: str, days: int, points: int | None) -> None:
    drill = Evidence(1, "X-01", EvidenceKind.DRILL, "runbook", "ana", dated=DAY - timedelta(days=days))
    proposal = ask(query, evidence={"X-01": (drill,)})
    assert (proposal.points, bool(proposal.missing)) == (points, points is None)
    assert ask(query, evidence={"Y-01": (drill,)}).points is None


def test_a_locked_gate_and_timed_mitigations() -> None:
    gate, lock = Gate("g", (Rule("cost", Direction.LOWER, 1),), digest="d"), Lock("ana", START, "d")
    timed = replace(INCIDENT, detected=START, mitigated=START + timedelta(minutes=78))
    proposal = ask("gate_locked_and_rollback_timed", gate=gate, lock=lock, incidents=(timed,))
    assert proposal.text == "gate locked by ana on 2026-11-16; longest of 1 mitigations 1 h 18 min"
    assert proposal.assurance is Assurance.EVIDENCED
    assert ask("gate_locked_and_rollback_timed", gate=gate, incidents=(timed,)).assurance is None
