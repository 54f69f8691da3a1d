"""The sample's files hold together: regenerated alike, no second secret, references that exist."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

SAMPLE = Path(__file__).parents[2] / "sample_data"
GENERATED = (
    "golden_set.jsonl",
    "structured_log.jsonl",
    *(f"runs/{role}.{form}" for role in ("baseline", "candidate") for form in ("cases.jsonl", "promptfoo.json")),
)
# The keys that promptfoo 0.123.1 wrote, in a row that passed, one that failed and one that was an error.
PROMPTFOO_ROW = {
    "cost",
    "failureReason",
    "gradingResult",
    "id",
    "latencyMs",
    "metadata",
    "namedScores",
    "prompt",
    "promptId",
    "promptIdx",
    "provider",
    "response",
    "score",
    "success",
    "testCase",
    "testIdx",
    "tokenUsage",
    "vars",
}
PROMPTFOO_GRADING = {"pass", "score", "reason", "namedScores", "namedScoreWeights", "tokensUsed", "componentResults"}
PROMPTFOO_TOP = {"evalId", "results", "config", "shareableUrl", "metadata", "vars", "runtimeOptions"}
PROMPTFOO_PROMPT = {
    "score",
    "testPassCount",
    "testFailCount",
    "testErrorCount",
    "assertPassCount",
    "assertFailCount",
    "totalLatencyMs",
    "tokenUsage",
    "namedScores",
    "namedScoresCount",
    "namedScoreWeights",
    "cost",
    "incurredCost",
}
PROMPTFOO_TOKENS = {"prompt", "completion", "cached", "total", "numRequests", "completionDetails", "assertions"}


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLE / name).read_text(encoding="utf-8").splitlines()]


def test_make_writes_the_same_bytes_again(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-B", str(SAMPLE / "make.py"), str(tmp_path)], check=True, cwd=tmp_path)
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == sorted(GENERATED)
    for name in GENERATED:
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes(), name


def test_sample_stays_small() -> None:
    assert sum(p.stat().st_size for p in SAMPLE.rglob("*") if p.is_file()) < 6_000_000


def test_golden_set_is_large_enough_varied_and_answerable() -> None:
    golden = lines("golden_set.jsonl")
    tags = Counter(tag for case in golden for tag in case["tags"])
    assert len(golden) == 72
    assert len({re.sub(r"\W+", " ", case["question"].casefold()) for case in golden}) == 72
    assert (tags["quick_lab"], tags["high_risk"]) == (10, 12)
    assert tags["failure"] >= 10
    assert golden[0] == {
        "id": "case-01",
        "question": "How do I reset an expired API key?",
        "expected_source": "security-runbook",
        "must_include": ["rotate", "revoke"],
        "tags": ["quick_lab", "api_keys"],
        "expected_tools": ["kb_search"],
    }
    assert all(case["must_include"] for case in golden)


@pytest.mark.slow
def test_exactly_one_secret_in_all_files_and_it_stands_in_a_tool_argument() -> None:
    from readiness_tui.domain.text.secrets import find_secrets

    found = []
    for path in (p for p in sorted(SAMPLE.rglob("*")) if p.is_file() and p.suffix != ".pyc"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            found += [(path.name, number, hit.pattern) for hit in find_secrets(line)]
    [(name, number, pattern)] = found
    assert (name, pattern) == ("structured_log.jsonl", "sk-key")
    trace = lines(name)[number - 1]
    assert find_secrets(trace["tool_calls"][0]["arguments"]["topic"])
    assert not find_secrets(trace["question"] + trace["answer"])


def test_log_is_a_week_with_the_gaps_it_is_meant_to_have() -> None:
    log = lines("structured_log.jsonl")
    total = len(log)
    assert total >= 1_200
    assert [trace["trace_id"] for trace in log] == [f"trace-{n:04d}" for n in range(1, total + 1)]
    times = [trace["started_at"] for trace in log]
    assert times == sorted(times)
    assert (times[0][:10], times[-1][:10]) == ("2026-11-16", "2026-11-22")

    def share_without(field: str) -> float:
        return sum(field not in trace for trace in log) / total

    assert share_without("model") == 0
    assert share_without("prompt_version") < 0.01
    assert 0.01 < share_without("retrieved_chunks") < 0.03
    assert 0.02 < share_without("cost") < 0.04
    assert 0 < share_without("status") < 0.005
    assert 0.05 < 1 - share_without("feedback") < 0.07
    assert any(trace.get("retrieved_chunks") == [] for trace in log)
    assert 0.4 < sum(bool(trace["tool_calls"]) for trace in log) / total < 0.55
    kinds = {trace["error"].split(":")[0] for trace in log if "error" in trace}
    assert kinds == {"timeout", "rate_limited", "tool_error"}


def test_refund_create_alone_drops_its_result_and_only_since_19_november() -> None:
    calls = [(trace["started_at"], call) for trace in lines("structured_log.jsonl") for call in trace["tool_calls"]]
    dropped = [(at, call["name"]) for at, call in calls if "result" not in call and "error" not in call]
    assert {name for _, name in dropped} == {"refund_create"}
    assert min(at for at, _ in dropped) > "2026-11-19T06:30"
    assert 0.88 < 1 - len(dropped) / len(calls) < 0.90


def test_incident_window_shows_in_the_log() -> None:
    log = lines("structured_log.jsonl")
    window = [t for t in log if "2026-11-21T08:40" <= t["started_at"] < "2026-11-21T10:52"]
    rest = [t for t in log if t not in window]
    assert {t["index_version"] for t in window} == {"kb-2026-11-20"}
    assert {t["index_version"] for t in rest} == {"kb-2026-11-02"}

    def median(traces: list[dict[str, Any]]) -> int:
        return sorted(t["latency_ms"] for t in traces)[len(traces) // 2]

    assert median(window) > 1.8 * median(rest)
    assert sum("error" in t for t in window) / len(window) > 8 * sum("error" in t for t in rest) / len(rest)


@pytest.mark.parametrize("role", ["baseline", "candidate"])
def test_promptfoo_files_have_the_keys_that_promptfoo_writes(role: str) -> None:
    file = json.loads((SAMPLE / f"runs/{role}.promptfoo.json").read_text(encoding="utf-8"))
    assert set(file) == PROMPTFOO_TOP
    assert file["results"]["version"] == 3
    rows = file["results"]["results"]
    for row in rows:
        match row["failureReason"]:
            case 0 if row["response"].get("cached"):
                assert set(row) == PROMPTFOO_ROW | {"incurredCost"}
            case 0:
                assert set(row) == PROMPTFOO_ROW
            case _:
                assert set(row) == PROMPTFOO_ROW | {"error"}
        assert set(row["tokenUsage"]) == PROMPTFOO_TOKENS
        assert (row["gradingResult"] is None) is (row["failureReason"] == 2)
        if row["gradingResult"]:
            assert set(row["gradingResult"]) == PROMPTFOO_GRADING
            assert row["namedScores"] == row["gradingResult"]["namedScores"]
    counts = Counter(row["failureReason"] for row in rows)
    assert counts[0] + counts[1] + counts[2] == 72
    assert counts[1] >= 2
    assert counts[2] == 1
    stats = file["results"]["stats"]
    assert (stats["successes"], stats["failures"], stats["errors"]) == (counts[0], counts[1], counts[2])
    [prompt] = file["results"]["prompts"]
    assert set(prompt["metrics"]) == PROMPTFOO_PROMPT
    assert prompt["metrics"]["namedScoresCount"]["faithfulness"] == 71
    assert any(row.get("response", {}).get("cached") for row in rows)


def test_runs_answer_the_golden_cases_and_high_risk_ones_were_read_by_a_person() -> None:
    golden = {case["id"]: case for case in lines("golden_set.jsonl")}
    for role in ("baseline", "candidate"):
        header, *cases = lines(f"runs/{role}.cases.jsonl")
        assert [case["case_id"] for case in cases] == list(golden)
        for case in cases:
            if case["status"] != "error":
                low = case["output"].casefold()
                said = all(phrase.casefold() in low for phrase in golden[case["case_id"]]["must_include"])
                assert case["scores"]["must_include"] == said
            if "high_risk" in case["tags"]:
                assert case["human_label"] == "pass"
                assert case["human_at"] > header["run"]["finished_at"]


def test_what_is_referred_to_exists() -> None:
    traces = {trace["trace_id"]: trace for trace in lines("structured_log.jsonl")}
    golden = {case["id"] for case in lines("golden_set.jsonl")}
    text = (SAMPLE / "incidents.json").read_text(encoding="utf-8")
    incidents = json.loads(text)
    assert set(re.findall(r"trace-\d+", text)) <= set(traces)
    assert set(re.findall(r"case-\d+", text)) <= golden
    review = yaml.safe_load((SAMPLE / "review.yaml").read_text(encoding="utf-8"))
    assert all((SAMPLE / entry["file"]).is_file() for entry in review["imports"])
    gate = yaml.safe_load((SAMPLE / "gate.yaml").read_text(encoding="utf-8"))
    assert set(gate["must_pass"]) <= golden
    first, leak = incidents
    bad = [traces[name] for name in first["traces"]]
    assert {trace["index_version"] for trace in bad} == {"kb-2026-11-20"}
    assert first["timeline"][1]["at"][:19] == bad[0]["started_at"][:19]
    assert leak["started"][:19] == traces[leak["traces"][0]]["started_at"][:19]
    for incident in incidents:
        assert 6 <= len(incident["timeline"]) <= 8
        assert [e["at"] for e in incident["timeline"]] == sorted(e["at"] for e in incident["timeline"])


def test_incident_figures_agree_with_the_log() -> None:
    log = lines("structured_log.jsonl")
    window = [t for t in log if "2026-11-21T08:40" <= t["started_at"] < "2026-11-21T10:52"]
    wrong = sum("refund-policy-2024" in t.get("answer", "") for t in window)
    errors = sum("error" in t for t in window)
    first, leak = json.loads((SAMPLE / "incidents.json").read_text(encoding="utf-8"))
    assert f"{len(window)} requests" in first["fields"]["affected"]
    assert f"{wrong} wrong answers" in first["fields"]["affected"]
    assert f"{errors} errors" in first["fields"]["affected"]
    assert f"1 of {len(log):,} traces" in leak["fields"]["impact"]


def test_nothing_is_overdue_on_the_day_of_the_review() -> None:
    review = yaml.safe_load((SAMPLE / "review.yaml").read_text(encoding="utf-8"))
    today = review["as_of"]
    due = [gap["due"] for gap in (*review["gaps"], *review["marked"])]
    due += [waiver["expires"] for waiver in review["waivers"]]
    incidents = json.loads((SAMPLE / "incidents.json").read_text(encoding="utf-8"))
    due += [action["due"] for incident in incidents for action in incident["actions"] if action["done"] is None]
    assert all(day > today for day in due)
