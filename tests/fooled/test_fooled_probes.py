"""For every probe, files that try to fool it, imported as a user would: none proposes 2, none makes a claim evidenced.
And the mirror: the honest project proves all of it."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.cli.root import run as readiness
from readiness_tui.domain.checklists.assessment import Assurance, Proposal
from readiness_tui.domain.checklists.model import ProbeKind
from readiness_tui.domain.incidents.model import Incident, Sev
from readiness_tui.domain.probes import PROBES
from tests.fooled.project import (
    DECLARED,
    Project,
    Row,
    attacks,
    cases,
    changed,
    golden,
    load_cases,
    log,
    otlp,
    run_head,
)

FAST = 20  # probes that are tried by default; the others take the slow mark

OF_STEPS = {
    "guard_before_model_call",
    "guard_after_last_model_call",
    "output_validation_step",
    "rule_version_logged",
    "spans_without_orphaned_parent",
    "guard_errors_blocked",
}
OF_TRACES = {
    "prompt_version_logged",
    "model_version_logged",
    "retrieved_context_logged",
    "tool_io_logged",
    "tokens_and_cost_logged",
    "outcome_logged",
    "index_version_logged",
    "approval_id_on_writes",
    "feedback_captured",
    "calls_within_policy",
    "slowest_total_within_budget",
    "alert_thresholds_replayed",
    "rate_limit_headroom",
    "most_steps_in_trace",
    "most_used_per_user",
    "traces_per_request",
    "fallback_seen",
    "idempotency_key_on_writes",
    "failed_traces_handled",
    "prompt_changed_within_app_version",
    "score_against_feedback",
    "run_before_each_version",
    "release_share_over_time",
    "error_budget_burn",
}
OF_CANDIDATE = {
    "golden_set_representative",
    "locked_before_run",
    "metrics_by_stage",
    "quality_latency_cost",
    "release_manifest_complete",
    "enough_cases_for_gate",
    "trials_per_case",
    "baseline_case_overlap",
    "judge_agreement",
}
OF_ATTACKS = {"red_team_rate_measured", "over_refusal_measured", "red_team_run_recent"}


def of_steps(**changes: Any) -> Project:
    return Project(**{"log": [], "otlp": otlp(), "declared": DECLARED | {"request_total": "60"}} | changes)


ROOT = Path(__file__).parents[2]
LATER = datetime(2026, 11, 25, 9, tzinfo=UTC)


def proves(proposal: Proposal) -> bool:
    """Whether it lifts its item: proposes 2, or makes a claim evidenced by a figure in its favour."""
    return proposal.points == 2 or (proposal.kind is ProbeKind.SUPPORT and proposal.assurance is not None)


# The mirror


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Proposal]:
    logged = Project().proposals(tmp_path_factory.mktemp("honest"))
    traced = of_steps().proposals(tmp_path_factory.mktemp("traced"))
    return logged | {query: traced[query] for query in OF_STEPS}


@pytest.mark.parametrize("query", sorted(PROBES))
def test_the_honest_project_proves_it(query: str, honest: dict[str, Proposal]) -> None:
    found = honest.get(query)
    assert found is not None, (
        f"{query} is a new probe: the honest project has to prove it, and a file has to try to fool it"
    )
    if PROBES[query].kind is ProbeKind.REFUTE:
        assert (found.points, found.k, found.assurance) == (None, 0, None), found.text
        assert found.n
    elif query != "evaluation_types_seen":
        assert proves(found), f"{found.text} {found.details}"
    assert not found.missing


def test_enough_honest_records_are_proven(honest: dict[str, Proposal]) -> None:
    for query, found in honest.items():
        if PROBES[query].kind is ProbeKind.SHARE and (found.n or 0) >= 30:
            assert found.assurance is Assurance.PROVEN, query


# What tries to fool them


@dataclass(frozen=True)
class Trick:
    """A project with one thing wrong, the probes that must not be fooled by it, and words that say why, of some."""

    name: str
    make: Callable[[], Project]
    queries: set[str]
    why: dict[str, str]


def trick(name: str, make: Callable[[], Project], *queries: str, **why: str) -> Trick:
    return Trick(name, make, {*queries, *why}, why)


def rows(change: Callable[[int, Row], Row]) -> Callable[[], Project]:
    return lambda: Project(log=changed(log(), change))


def constant(i: int, row: Row) -> Row:
    calls = [
        {
            "name": "refund_create",
            "arguments": {"approval_id": "A-1", "idempotency_key": "k"},
            "result": "ok",
            "attempt": 1,
        }
    ]
    return row | {
        "retrieved_chunks": [{"id": "doc-1"}],
        "tool_calls": calls,
        "cost": 0.01,
        "tokens_in": 100,
        "tokens_out": 10,
        "latency_ms": 1000,
        "status": "success",
        "error": None,
        "feedback": "up",
        "user_id": "service",
        "fallback": True,
    }


PLACEHOLDERS = ("", "TBD", "null", "none", "n/a", "unknown", "{{VERSION}}", "<unknown>", "${GIT_SHA}", "%s", "rag-TBD")
MOVING = ("latest", "main", "master", "HEAD", "stable", "prod", "rag:latest", "prompts/production")


def placeholder(i: int, row: Row) -> Row:
    nothing = (PLACEHOLDERS + MOVING)[i % (len(PLACEHOLDERS) + len(MOVING))]
    models = ("gpt-4o", "claude-3-5-sonnet-latest", "gemini-1.5-pro", "latest", "unknown", "{{MODEL}}")
    empty = PLACEHOLDERS[i % len(PLACEHOLDERS)]
    for call in row["tool_calls"]:
        if call["name"] == "refund_create":
            call["arguments"] = {"order": i, "approval_id": empty, "idempotency_key": empty}
    return row | {
        "prompt_version": nothing,
        "index_version": nothing,
        "app_version": nothing,
        "model": models[i % len(models)],
        "user_id": empty,
        "feedback": empty if empty != "rag-TBD" else "",
        "retrieved_chunks": [{"id": empty or "TBD"}, {"id": "<unknown>"}],
        "status": "done?" if i % 2 else "TBD",
    }


def one_request() -> Project:
    """One good request, copied with ids, times and users of its own."""
    every = log()
    good = every[1]
    copies = [
        good | {"trace_id": row["trace_id"], "started_at": row["started_at"], "user_id": row["user_id"]}
        for row in every
    ]
    return Project(log=copies)


def out_of_the_cache() -> Project:
    every = log()
    hits = [
        every[1]
        | {
            "trace_id": row["trace_id"],
            "started_at": row["started_at"],
            "cached": True,
            "latency_ms": i,
            "cost": 0,
            "tokens_in": 0,
        }
        for i, row in enumerate(every)
    ]
    return Project(log=hits)


def silent(i: int, row: Row) -> Row:
    """Most requests say nothing but that they took place."""
    kept = ("trace_id", "started_at")
    return row if i % 3 == 0 else {name: row[name] for name in kept} | {"question": row["question"], "model": ""}


def later(i: int, row: Row) -> Row:
    return row | {"started_at": row["started_at"].replace("2026-", "2099-")}


def marked(**fields: Any) -> Callable[[int, Row], Row]:
    return lambda i, row: row | fields


def one_question(i: int, row: Row) -> Row:
    return row | {"question": "ping"}


def per_request(i: int, row: Row) -> Row:
    return row | {"prompt_version": f"sha-{i:012x}", "index_version": f"sha-{i:012x}", "user_id": f"u-{i}"}


def by_place(i: int, row: Row) -> Row:
    return row | {"retrieved_chunks": [{"id": str(place)} for place in range(1 + i % 4)]}


def without_tools(i: int, row: Row) -> Row:
    return row if i % 2 else {name: value for name, value in row.items() if name != "tool_calls"}


def no_steps(i: int, row: Row) -> Row:
    return row | {"tool_calls": []}


def candidate(
    head: dict[str, Any] | None = None, change: Callable[[int, Row], Row] | None = None
) -> Callable[[], Project]:
    return lambda: Project(candidate=(run_head("new", **(head or {})), changed(cases(), change) if change else cases()))


def every_run(change_head: dict[str, Any], change: Callable[[int, Row], Row] | None = None) -> Callable[[], Project]:
    def made(rows: list[Row]) -> list[Row]:
        return changed(rows, change) if change else rows

    def make() -> Project:
        whole = Project()
        return replace(
            whole,
            candidate=(whole.candidate[0] | change_head, made(whole.candidate[1])),
            baseline=(whole.baseline[0] | change_head, made(whole.baseline[1])),
            load=(whole.load[0] | change_head, made(whole.load[1])),
            red=(whole.red[0] | change_head, made(whole.red[1])),
        )

    return make


def failed(i: int, row: Row) -> Row:
    scores = {
        name: value for name, value in row.items() if name not in ("human_label", "human_reviewer", "human_blind")
    }
    return scores | {"status": "error", "error": "upstream timeout", "output": None}


ALL_RUNS = OF_CANDIDATE | OF_ATTACKS | {"load_run_recorded", "run_before_each_version", "evaluation_types_seen"}
OWN_FIGURES = {
    "faithfulness": 0.9, "retrieval_hit_rate": 0.9, "tool_correctness": 0.9, "latency_p95_ms": 900, "cost_per_success": 0.01,
    "attack_success_rate": 0.01, "over_refusal_rate": 0.02, "task_success_rate": 0.9,
}  # fmt: skip


def figures_only() -> Project:
    own = run_head("new", metrics=OWN_FIGURES)
    return Project(candidate=(own, []), red=(run_head("red", tags=["red_team"], metrics=OWN_FIGURES), []))


def copied_baseline() -> Project:
    return Project(baseline=(run_head("old", started_at="2026-11-18T10:00:00Z"), cases()))


def other_questions() -> Project:
    asked = changed(cases(shift=3), lambda i, row: row | {"question": f"Something else, number {row['case_id']}?"})
    return Project(golden=[], baseline=(run_head("old", started_at="2026-11-18T10:00:00Z"), asked))


def same_question() -> Project:
    ask = {"question": "How can I return an order to the shop?"}
    return Project(
        golden=changed(golden(), lambda i, row: row | ask),
        candidate=(run_head("new"), changed(cases(), lambda i, row: row | ask)),
        red=(run_head("red", tags=["red_team"]), changed(attacks(), lambda i, row: row | ask)),
    )


def copied_trials() -> Project:
    first = {row["case_id"]: row for row in cases(trials=1)}
    return Project(candidate=(run_head("new"), [first[row["case_id"]] | {"repeat": row["repeat"]} for row in cases()]))


def flat(i: int, row: Row) -> Row:
    return row | {
        "latency_ms": 900,
        "cost": 0.0,
        "scores": {"faithfulness": 1.0, "attack_success_rate": 0.0, "over_refusal_rate": 0.0},
    }


def flat_runs() -> Project:
    """Every figure that the files state is the same; what is right is for a judge alone to say."""
    return Project(
        golden=[],
        candidate=(run_head("new"), changed(cases(), flat)),
        load=(run_head("peak", tags=["load"]), changed(load_cases(), flat)),
        red=(run_head("red", tags=["red_team"]), changed(attacks(), flat)),
    )


def yes_judge(i: int, row: Row) -> Row:
    return row | {"status": "pass", "scores": {"faithfulness": 0.9 + i % 10 / 100}}


def unsure(i: int, row: Row) -> Row:
    return row | {"human_label": "unsure"}


def incidents(n: int = 3, **fields: Any) -> Callable[[], Project]:
    made = [replace(Incident(0, "bot", f"Slow {i}", Sev.SEV2), **fields) for i in range(n)]
    return lambda: Project(incidents=made)


def spans(change: Callable[[Row], Row | None]) -> Callable[[], Project]:
    return lambda: of_steps(otlp=[[made for span in trace if (made := change(dict(span)))] for trace in otlp()])


def guards(**attributes: Any) -> Callable[[Row], Row]:
    def change(span: Row) -> Row:
        if "guard" not in span["name"] and span["name"] != "policy":
            return span
        if attributes.get("error"):
            return span | {"status": {"code": 2, "message": "timeout"}}
        kept = [pair for pair in span["attributes"] if pair["key"] not in attributes]
        new = [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
        return span | {"attributes": kept + new}

    return change


def without(*names: str) -> Callable[[Row], Row]:
    def change(span: Row) -> Row:
        return span | {"attributes": [pair for pair in span["attributes"] if pair["key"] not in names]}

    return change


def nothing_said(span: Row) -> Row:
    """A log that holds no answers and no outcomes: that none went out shows nowhere."""
    if "parentSpanId" in span:
        return without("output.value", "guardrail.blocked")(span)
    return without("output.value")(span) | {"status": {"code": 1}}


def a_trace_each(span: Row) -> Row:
    """The context is lost at each hop: every step begins a trace of its own."""
    return {name: value for name, value in span.items() if name != "parentSpanId"} | {"traceId": span["spanId"] * 2}


def lost_parent(span: Row) -> Row:
    return span | {"parentSpanId": "f" * 16} if span["name"] == "chat" else span


def same_time(span: Row) -> Row:
    begin = int(span["startTimeUnixNano"])
    return span | {"endTimeUnixNano": str(begin + 400_000_000)}


def mixed() -> Project:
    return Project(log=log(), otlp=otlp())


def evaluation() -> Project:
    return of_steps(resource={"service.name": "bot", "deployment.environment": "evaluation"})


def a_release_by_chance(i: int, row: Row) -> Row:
    """Two versions side by side for ever, each with half of the traffic."""
    return row | {"app_version": "2.5.0" if i >= 60 and (i * 7919) % 101 < 50 else "2.4.0"}


def error_for_answer(i: int, row: Row) -> Row:
    return row | {
        "status": "error",
        "error": "upstream timeout",
        "answer": "upstream timeout",
        "retrieved_chunks": [{"id": f"d-{i}"}],
    }


def lucky(i: int, row: Row) -> Row:
    return row | {"feedback": "up" if i % 2 else "down", "faithfulness": 0.8 + (i * 37 % 100) / 1000 + (i % 2) / 1000}


def declared(**values: str) -> Callable[[], Project]:
    return lambda: Project(declared=DECLARED | values)


TRICKS = (
    trick(
        "one value in every record", rows(constant), "score_against_feedback",
        retrieved_context_logged="all 160 hold the same list of chunk ids",
        tool_io_logged="the same list of tool arguments, and all 160 hold the same tool result",
        tokens_and_cost_logged="all 160 hold the same cost",
        outcome_logged="all 160 hold the same outcome",
        approval_id_on_writes="all 160 hold the same approval id",
        feedback_captured="all 160 hold the same piece of feedback",
        slowest_total_within_budget="all 160 hold the same latency",
        alert_thresholds_replayed="",
        most_used_per_user="all 160 hold the same",
        idempotency_key_on_writes="all 160 hold the same idempotency key",
        fallback_seen="every request says that it fell back",
        error_budget_burn="all 160 hold the same outcome",
    ),
    trick(
        "placeholders and names that move", rows(placeholder), "retrieved_context_logged", "outcome_logged",
        "release_share_over_time", "prompt_changed_within_app_version", "run_before_each_version", "most_used_per_user",
        "feedback_captured", "approval_id_on_writes", "idempotency_key_on_writes", "error_budget_burn",
        prompt_version_logged="0 of 160", index_version_logged="0 of 160", model_version_logged="0 of 160",
    ),
    trick(
        "latest everywhere, runs too", lambda: replace(
            every_run({"prompt_version": "latest", "model": "gpt-4o", "index_version": "main", "judge": "gpt-4o"})(),
            log=changed(log(), marked(prompt_version="latest", model="gpt-4o", index_version="main", app_version="prod"))),
        "prompt_version_logged", "index_version_logged", "model_version_logged", "run_before_each_version",
        "release_share_over_time", "prompt_changed_within_app_version", "load_run_recorded",
        release_manifest_complete="model pinned (gpt-4o)", judge_agreement="not pinned",
    ),
    trick(
        "one request, copied", one_request, "retrieved_context_logged", "tool_io_logged", "tokens_and_cost_logged",
        "outcome_logged", "index_version_logged", "approval_id_on_writes", "feedback_captured", "traces_per_request",
        "score_against_feedback", "release_share_over_time", "error_budget_burn", "slowest_total_within_budget",
        prompt_version_logged="160 are 1 in copies of the same request",
        model_version_logged="160 are 1 in copies of the same request",
    ),
    trick(
        "records without a request",
        lambda: Project(log=[{name: row[name] for name in ("trace_id", "prompt_version", "model", "status", "index_version")} for row in log()]),
        "model_version_logged", "index_version_logged", "outcome_logged", prompt_version_logged="all 160 hold the same request",
    ),
    trick(
        "one answer out of the cache", out_of_the_cache, "prompt_version_logged", "tool_io_logged", "outcome_logged",
        "retrieved_context_logged", "tokens_and_cost_logged", "slowest_total_within_budget", "traces_per_request",
    ),
    trick("the same question, always", rows(one_question), "prompt_version_logged", "rate_limit_headroom",
          "run_before_each_version", most_steps_in_trace="all 160 hold the same question"),
    trick("dated 2099", rows(later), *OF_TRACES),
    trick("an evaluation's traffic", rows(marked(environment="evaluation")), *OF_TRACES),
    trick("synthetic traffic", rows(marked(synthetic=True)), *OF_TRACES),
    trick("traffic of a load test", rows(marked(tags=["load_test"])), *OF_TRACES),
    trick("traces of an evaluation", evaluation, *OF_STEPS, prompt_version_logged="60 traces are left out"),
    trick(
        "two thirds unknown", rows(silent), *OF_TRACES - {"feedback_captured", "fallback_seen", "failed_traces_handled",
        "score_against_feedback", "traces_per_request", "prompt_changed_within_app_version"},
        tool_io_logged="(106 unknown)", error_budget_burn="106 of them unknown",
        retrieved_context_logged="(106 unknown)", slowest_total_within_budget="(106 unknown)",
    ),
    trick("half do not say whether they called a tool", rows(without_tools), approval_id_on_writes="(80 unknown)",
          tool_io_logged="(80 unknown)"),
    trick("a version a request", rows(per_request), "index_version_logged", "run_before_each_version",
          prompt_version_logged="names another version", most_used_per_user="each request names another user",
          prompt_changed_within_app_version="another prompt version"),
    trick("chunks numbered by place", rows(by_place), "retrieved_context_logged"),
    trick("no step at all", rows(no_steps), "most_steps_in_trace", "tool_io_logged", "calls_within_policy"),
    trick("half of the traffic each", rows(a_release_by_chance), "release_share_over_time"),
    trick("the error for an answer", rows(error_for_answer), "failed_traces_handled", "error_budget_burn"),
    trick("a score that follows feedback by luck", rows(lucky), score_against_feedback="could be luck"),
    trick("thresholds out of reach", declared(alert_latency_ms="9000000", alert_cost="5000"), "alert_thresholds_replayed"),
    # Runs
    *(
        trick(f"runs that are {name}", every_run({"completeness": name}), *ALL_RUNS) for name in ("errored", "partial")
    ),
    trick("runs in 2099", every_run({"started_at": "2099-01-01T00:00:00Z"}), *ALL_RUNS - {"locked_before_run"}),
    trick("the candidate in 2099", candidate({"started_at": "2099-01-01T00:00:00Z"}), *OF_CANDIDATE),
    trick("runs whose cases all failed to answer", every_run({}, failed), *ALL_RUNS - {"run_before_each_version"},
          run_before_each_version=""),
    trick("figures without cases", figures_only, "enough_cases_for_gate", "red_team_rate_measured", "over_refusal_measured",
          "trials_per_case", "baseline_case_overlap", "golden_set_representative",
          metrics_by_stage="behind which no case stands", quality_latency_cost="behind which no case stands"),
    trick("the candidate as its own baseline", copied_baseline, baseline_case_overlap="are two runs"),
    trick("other questions under the same ids", other_questions, baseline_case_overlap="they ask the same questions"),
    trick("one question under many ids", same_question, golden_set_representative="a question of its own",
          enough_cases_for_gate="1 cases (40 ask 1 different questions)", red_team_rate_measured="attacks that differ"),
    trick("one trial, copied", copied_trials, trials_per_case="copies"),
    trick("runs of one value", flat_runs, "over_refusal_measured", metrics_by_stage="the same score",
          quality_latency_cost="the same latency", load_run_recorded="the same latency"),
    trick("a judge that always agrees", candidate(change=yes_judge), judge_agreement="of"),
    trick("people who are unsure", candidate(change=unsure), "high_risk_cases_labelled", "judge_agreement"),
    trick("a gate that asks for nothing", lambda: Project(gate="name: bot\nmetrics:\n  - {metric: faithfulness, threshold: '>= 0.1', required: false}\n"),
          "locked_before_run", gate_locked_and_rollback_timed="no rule of it is required"),
    trick("a lock after the review", lambda: Project(lock=LATER), "locked_before_run", "gate_locked_and_rollback_timed"),
    # Records
    trick("eval cases to be named", incidents(eval_cases=("TBD",), fields={"detection": "TBD"}),
          "incidents_linked_to_cases", "incidents_detected_by_alert"),
    trick("eval cases and no golden set", lambda: Project(golden=[]), incidents_linked_to_cases="0 of 3"),
    trick("one eval case for all", incidents(32, eval_cases=("c-01",)), incidents_linked_to_cases="the same eval case"),
    trick("one alert of many incidents", lambda: Project(incidents=[
        *Project().incidents[:1], *(Incident(0, "bot", f"Slow {i}", Sev.SEV3) for i in range(9))]),
        incidents_detected_by_alert="(9 unknown)"),
    trick("drills to be held", lambda: Project(drills=("TBD", date(2026, 11, 12))), "drill_within_90_days", "kill_switch_drill"),
    trick("drills of next year", lambda: Project(drills=("Planned", date(2027, 1, 12))), "drill_within_90_days", "kill_switch_drill"),
    # Steps
    trick("guards that failed", spans(guards(error="yes")), "guard_before_model_call", "guard_after_last_model_call"),
    trick("guards that are switched off", spans(guards(enabled="false")), "guard_before_model_call", "guard_after_last_model_call"),
    trick("rules without a version", spans(guards(rule_version="latest", rule_id="TBD")), rule_version_logged="0 of 180"),
    trick("validations that never say how they ended", spans(without("validated")), output_validation_step="none of the 60"),
    trick("a trace for each step", spans(a_trace_each), "spans_without_orphaned_parent"),
    trick("a parent that is not there", spans(lost_parent), "spans_without_orphaned_parent"),
    trick("calls of one length", spans(same_time), calls_within_policy="the same latency"),
    trick("a log without answers", spans(nothing_said), guard_errors_blocked="(3 unknown)"),
    trick("a log beside the traces that shows no steps", mixed, spans_without_orphaned_parent="(160 unknown)",
          guard_before_model_call="(160 unknown)", guard_after_last_model_call="(160 unknown)",
          rule_version_logged="(160 unknown)", output_validation_step="(160 unknown)"),
)  # fmt: skip


@pytest.fixture(scope="module")
def fooled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Trick], dict[str, Proposal]]:
    done: dict[str, dict[str, Proposal]] = {}

    def ask(trick: Trick) -> dict[str, Proposal]:
        if trick.name not in done:
            done[trick.name] = trick.make().proposals(tmp_path_factory.mktemp("fooled"))
        return done[trick.name]

    return ask


def tricked() -> Iterator[Any]:
    """Every trick on every probe it is for. Each takes a second to import: by default only the first ones, until
    `FAST` probes are tried."""
    tried: set[str] = set()
    for trick in TRICKS:
        marks = [] if trick.queries - tried and len(tried) < FAST else [pytest.mark.slow]
        tried |= trick.queries
        yield from (
            pytest.param(trick, query, id=f"{trick.name}-{query}", marks=marks) for query in sorted(trick.queries)
        )


@pytest.mark.parametrize(("trick", "query"), tricked())
def test_it_is_not_fooled(trick: Trick, query: str, fooled: Callable[[Trick], dict[str, Proposal]]) -> None:
    found = fooled(trick)[query]
    assert not proves(found), f"{found.points} {found.assurance}: {found.text}"
    assert found.text
    assert trick.why.get(query, "") in f"{found.text} {found.details}", (found.text, found.details)


def test_every_probe_has_a_file_that_tries_to_fool_it() -> None:
    tried = {query for trick in TRICKS for query in trick.queries} | HIDDEN.keys()
    assert tried == PROBES.keys()


# Probes that can only refute: a clean search raises nothing (above), and nothing hides a hit from them.

KEY = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"  # put together here: no scanner shall take it for a leak
MAIL = "jane.doe@acme-corp.de"
HIDDEN = {
    "secrets_in_logs": {"answer": f"use {KEY}"},
    "personal_data_in_logs": {"answer": f"write to {MAIL}"},
    "personal_data_or_secrets_in_logs": {"answer": f"write to {MAIL}"},
    "tools_outside_allowed_list": {"tool_calls": [{"name": "delete_all", "arguments": {}, "result": {}}]},
    "cases_in_logged_prompts": {"system_prompt": "Q: How can I return order number 7 to the shop?"},
}


@pytest.mark.slow
@pytest.mark.parametrize("query", sorted(HIDDEN))
def test_a_hit_is_a_hit_whoever_sent_it_and_whenever(query: str, tmp_path: Path) -> None:
    def hide(i: int, row: Row) -> Row:
        if i in (3, 4, 5):
            row |= HIDDEN[query]
        return (
            row
            | ({}, {}, {}, {"environment": "evaluation"}, {"started_at": "2099-01-01T00:00:00Z"}, {"cached": True})[
                i if i < 6 else 0
            ]
        )

    found = Project(log=changed(log(), hide)).proposals(tmp_path)[query]
    assert (found.points, found.k, found.n) == (0, 3, 160)
    assert {hit.split(":")[0] for hit in found.examples} == {"t-0003", "t-0004", "t-0005"}


@pytest.mark.slow
def test_what_could_not_be_searched_is_said(tmp_path: Path) -> None:
    found = Project(log=changed(log(), without_tools)).proposals(tmp_path)
    assert "in 80 requests (80 unknown)" in found["tools_outside_allowed_list"].text


# What a team can do about a constant that is right


@pytest.mark.slow
def test_a_constant_may_be_declared_as_expected_with_the_reason(tmp_path: Path) -> None:
    settings = {"expected_constant": "cost: the model runs on our own machines; results: the tool only says ok"}
    logged = changed(log(), lambda i, row: row | {"cost": 0.001})
    for folder in ("told", "untold"):
        (tmp_path / folder).mkdir()
    told = Project(log=logged, declared=DECLARED | settings).proposals(tmp_path / "told")["tokens_and_cost_logged"]
    assert (told.points, told.assurance) == (2, Assurance.PROVEN)
    assert "all 160 hold the same cost, declared as expected: the model runs on our own machines" in told.details, (
        told.details
    )
    untold = Project(log=logged).proposals(tmp_path / "untold")["tokens_and_cost_logged"]
    assert (untold.points, untold.assurance) == (None, None)
    assert "no proof: all 160 hold the same cost" in untold.text
    assert any("declare expected_constant with the reason: “cost: …”" in line for line in untold.details)


# What is written of them


def test_the_page_on_proofs_is_current_and_says_what_each_counts() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "make_proofs.py"))
    written = (ROOT / "docs" / "proofs.md").read_text(encoding="utf-8")
    assert page["document"]() == written, "run python docs/make_proofs.py"
    assert all(len(page["definition"](probe)) > 60 for probe in PROBES.values())


# Through the command line


def test_the_scorecard_says_why_there_is_no_proof(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in one_request().log), encoding="utf-8")
    db = ["--db", str(tmp_path / "cli.db"), "--who", "ana"]
    assert readiness([*db, "new", "--system", "bot", "--release", "1", "--owner", "ana", "--date", "2026-11-24"]) == 0
    assert readiness([*db, "import", str(path)]) == 0
    capsys.readouterr()
    readiness([*db, "scorecard", "--format", "json", "--as-of", "2026-11-24"])
    proofs = {row["proposal"]["query"]: row["proposal"] for row in json.loads(capsys.readouterr().out)["proofs"]}
    found = proofs["prompt_version_logged"]
    assert found["points"] is None
    assert "no proof: 160 are 1 in copies of the same request" in found["text"]
