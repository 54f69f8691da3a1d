"""`gate check`: on a database, and from files alone; what is missing, broken or late never passes."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from readiness_tui.domain.gate.model import Lock
from readiness_tui.domain.runs.holding import locked_set
from readiness_tui.domain.runs.model import EvalSet, Trace
from readiness_tui.services.gate.content import Content, all_traces, read_eval_set
from readiness_tui.services.gate.lock_writing import write_lock
from readiness_tui.sources.kit.base import Record, TraceRecord
from readiness_tui.sources.settings.gate import read_gate
from tests.cli.conftest import Cli, Result

SAMPLE = Path(__file__).parents[2] / "sample_data"
LOCKED = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)
DATA, JUDGE = "d1" * 32, "e1" * 32
DAY = ("--as-of", "2026-11-24")
GATE = """\
name: small
thresholds: {faithfulness: ">= 0.85", task_success_rate: ">= 0.5"}
"""

Check = Callable[..., Result]


def run_file(path: Path, *, run: dict[str, Any] | None = None, **case: Any) -> Path:
    """40 cases, each changed by `case`, of a run changed by `run`."""
    header = {
        "id": "r2",
        "prompt_version": "v2",
        "started_at": "2026-11-23T10:00:00Z",
        "dataset_digest": DATA,
        "judge_digest": JUDGE,
        **(run or {}),
    }
    good = {"status": "pass", "scores": {"faithfulness": 0.9}}
    cases = [{"case_id": f"c{n}", "question": f"Question number {n}?", **good, **case} for n in range(40)]
    path.write_text("".join(json.dumps(record) + "\n" for record in ({"run": header}, *cases)), encoding="utf-8")
    return path


def lock(place: Path, golden: EvalSet | None = None) -> None:
    gate = read_gate(place / "gate.yaml")
    sets = (locked_set(golden),) if golden else ()
    digest = golden.digest if golden else DATA
    write_lock(place / "gate.lock", gate, Lock("ana", LOCKED, gate.digest, digest, JUDGE, sets))


@pytest.fixture
def small(place: Path, cli: Cli) -> Check:
    """A small gate, locked, with a run of 40 good cases: `small(…)` checks it, with more arguments."""
    (place / "gate.yaml").write_text(GATE, encoding="utf-8")
    lock(place)
    run_file(place / "run.jsonl")

    def check(*more: object) -> Result:
        return cli("gate", "check", "--gate", "gate.yaml", "--lock", "gate.lock", *DAY, *more)

    return check


def results(told: Result) -> dict[str, str]:
    return {row["metric"]: row["result"] for row in told.json["gate"]["results"]}


def test_a_go_from_files_alone(small: Check, place: Path) -> None:
    told = small("--run", "run.jsonl", "--json")
    assert (told.code, told.json["verdict"]) == (0, "GO"), told.out
    assert told.json["schema"] == 1
    assert told.json["as_of"] == "2026-11-24"
    assert told.json["reasons"] == []
    assert set(results(told).values()) == {"PASS"}
    assert sorted(path.name for path in place.iterdir()) == ["gate.lock", "gate.yaml", "run.jsonl"]  # no database
    shown = small("--run", "run.jsonl")
    assert shown.out.startswith("● GO  the gate, as of 24 Nov 2026\n")
    assert max(map(len, shown.out.splitlines())) <= 80


def test_the_same_answer_as_the_database_on_the_sample(cli: Cli, sample_db: Path, tmp_path: Path) -> None:
    gate = read_gate(SAMPLE / "gate.yaml")
    golden = json.loads(cli("dataset", "check", SAMPLE / "golden_set.jsonl", "--json").out)["datasets"][0]["digest"]
    write_lock(tmp_path / "gate.lock", gate, Lock("ana", LOCKED, gate.digest, golden, gate.judge_digest))
    files = [
        *("--gate", SAMPLE / "gate.yaml", "--lock", tmp_path / "gate.lock", "--eval-set", SAMPLE / "golden_set.jsonl"),
        *("--run", SAMPLE / "runs/candidate.cases.jsonl", "--run", SAMPLE / "runs/candidate.promptfoo.json"),
        *("--baseline", SAMPLE / "runs/baseline.cases.jsonl", "--baseline", SAMPLE / "runs/baseline.promptfoo.json"),
        *("--traces", SAMPLE / "structured_log.jsonl"),
    ]
    alone = cli("gate", "check", *files, *DAY, "--json")
    stored = cli("--db", sample_db, "gate", "check", *DAY, "--json")
    assert alone.code == stored.code
    ours, theirs = alone.json, stored.json
    tries = theirs["gate"].pop("tries")
    assert (tries["number"], tries["of"], ours["gate"].pop("tries")) == (1, 1, None)  # only a database counts them
    for key in ("verdict", "reasons", "gate"):
        assert ours[key] == theirs[key], key
    whole = cli("--db", sample_db, "check", "--json").json
    assert theirs["verdict"] == whole["parts"]["gate"]
    assert theirs["reasons"] == [reason for reason in whole["reasons"] if reason["part"] == "gate"]
    assert theirs["gate"] | {"tries": tries} == whole["gate"]


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"run": {"dataset_digest": JUDGE}}, 1, "the dataset changed since the lock"),
        ({"run": {"started_at": "2026-11-19T10:00:00Z"}}, 3, "run before lock"),
        ({"run": {"started_at": None}}, 3, "does not say when it started"),
        ({"run": {"dataset_digest": None}}, 3, "unverified digest: dataset"),
        ({"run": {"judge_digest": DATA}}, 1, "the judge changed since the lock"),
        ({"scores": {"faithfulness": 0.8}}, 1, "Faithfulness fails"),
        ({"scores": {}}, 1, "Faithfulness is missing"),
        ({"scores": {"faithfulness": None}}, 1, "Faithfulness is missing"),
        ({"run": {"completeness": "partial"}}, 1, "the run is partial"),
        ({"run": {"completeness": "errored"}}, 1, "the run is errored"),
        ({"status": "error", "error": "timeout"}, 1, "Task success rate fails"),
        ({"tags": ["high_risk"]}, 1, "40 of 40 high-risk cases have no human review"),
    ],
)
def test_what_is_wrong_with_a_run_is_said(
    small: Check, place: Path, change: dict[str, Any], code: int, words: str
) -> None:
    run_file(place / "run.jsonl", **change)
    told = small("--run", "run.jsonl", "--json")
    assert told.code == code, told.out + told.err
    assert any(words in reason["text"] for reason in told.json["reasons"]), told.json["reasons"]
    # Conditions may be let through, a NO-GO never.
    assert small("--run", "run.jsonl", "--allow", "conditions").code == (0 if code == 3 else 1)


def test_an_optional_metric_that_is_missing_is_a_condition_not_a_pass(small: Check, place: Path) -> None:
    (place / "gate.yaml").write_text(
        "name: g\nmetrics:\n  - {metric: faithfulness, threshold: '>= 0.85'}\n"
        "  - {metric: citation_accuracy, threshold: '>= 0.9', required: false}\n",
        encoding="utf-8",
    )
    told = small("--run", "run.jsonl", "--json")  # and the lock is of another gate
    assert told.code == 1
    assert set(results(told).values()) == {"CHANGED SINCE LOCK"}
    lock(place)
    told = small("--run", "run.jsonl", "--json")
    assert (told.code, results(told)["citation_accuracy"]) == (3, "MISSING")


def test_rejected_lines_make_a_run_partial(small: Check, place: Path, cli: Cli) -> None:
    """A file that was cut has lost cases, and how many is not known: what is left must not pass in their place, in the
    database either."""
    whole = (place / "run.jsonl").read_text(encoding="utf-8")
    (place / "run.jsonl").write_text(whole[:-40], encoding="utf-8")
    told = small("--run", "run.jsonl", "--json")
    assert told.code == 1
    assert set(results(told).values()) == {"MISSING"}
    assert any("1 line rejected: line 41" in remark for remark in told.json["remarks"])
    cli("new", "--system", "bot", "--release", "1", "--owner", "ana")
    cli("import", "gate.yaml")
    cli("import", "run.jsonl", "--as", "candidate")
    assert set(results(cli("gate", "check", *DAY, "--json")).values()) == {"MISSING"}


def test_a_golden_set_that_lost_lines_is_refused(small: Check, place: Path) -> None:
    """The lost case may be the high-risk one."""
    whole = {"id": "c0", "question": "Question number 0?", "must_include": ["x"]}
    (place / "golden.jsonl").write_text(f"{json.dumps(whole)}\n{{broken\n", encoding="utf-8")
    told = small("--run", "run.jsonl", "--eval-set", "golden.jsonl")
    assert told.code == 2
    assert "golden.jsonl: 1 line rejected: line 2" in told.err


def test_the_golden_set_brings_tags_and_what_is_absent(small: Check, place: Path) -> None:
    """A high-risk case is one by the golden set, whether the run knows it or has it at all."""
    golden = [{"id": f"c{n}", "question": f"Question number {n}?", "must_include": ["x"]} for n in range(40)]
    golden[0]["tags"] = ["high_risk"]
    (place / "set.jsonl").write_text("".join(json.dumps(record) + "\n" for record in golden), encoding="utf-8")
    told = small("--run", "run.jsonl", "--eval-set", "set.jsonl", "--json")
    assert told.code == 1
    assert told.json["gate"]["unreviewed"] == ["c0"]
    # The lock names a digest without its cases, and the run claims it: whether it is this set's is not known.
    run_file(place / "run.jsonl", human_label="pass", human_reviewer="ben")
    assert small("--run", "run.jsonl", "--eval-set", "set.jsonl").code == 3
    lock(place, read_eval_set(place / "set.jsonl").eval_set)
    run_file(place / "run.jsonl", run={"dataset_digest": None}, human_label="pass", human_reviewer="ben")
    assert small("--run", "run.jsonl", "--eval-set", "set.jsonl").code == 0
    lines = (
        (place / "run.jsonl").read_text(encoding="utf-8").replace('"id": "r2"', '"id": "r2", "completeness": "partial"')
    )
    (place / "run.jsonl").write_text("\n".join(lines.splitlines()[:2] + lines.splitlines()[10:]), encoding="utf-8")
    told = small("--run", "run.jsonl", "--eval-set", "set.jsonl", "--json")
    assert told.code == 1  # 8 of 40 are known to be absent
    assert set(results(told).values()) == {"MISSING"}


def test_a_trace_in_parts_is_put_together_and_a_later_file_replaces_the_rest() -> None:
    class Source:
        name, title = "parts", "parts"

        def recognise(self, path: Path, head: bytes) -> None: ...

        def read(self, path: Path) -> Iterator[Record]:
            yield from ()

        def assemble(self, trace_id: str, raws: Sequence[str]) -> TraceRecord | None:
            return TraceRecord(Trace(trace_id, answer="+".join(raws)), "", part=True)

    def content(answer: str) -> Content:
        traces = {"t": Trace("t", answer=answer), "whole": Trace("whole", answer=answer)}
        return Content(Path("f"), Source(), "", traces=traces, parts={"t": answer})

    found = {trace.id: trace.answer for trace in all_traces([content("a"), content("b"), content("c")])}
    assert found == {"t": "a+b+c", "whole": "c"}


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"{}", b"[]", b'{"trace_id": "t", "status": "ok", "latency_ms": 3}\n', b"\x00\xff\xfe", b'{"run": '],
)
def test_a_run_file_that_brings_no_run_is_unusable(small: Check, place: Path, content: bytes) -> None:
    (place / "run.jsonl").write_bytes(content)
    told = small("--run", "run.jsonl", "--allow", "conditions")
    assert (told.code, told.out) == (2, ""), told
    assert "run.jsonl" in told.err


def test_must_pass_and_baseline(small: Check, place: Path) -> None:
    (place / "gate.yaml").write_text(
        "name: g\nmetrics:\n  - {metric: faithfulness, max_regression: 0.02}\nmust_pass: [c1, c99]\n", encoding="utf-8"
    )
    lock(place)
    told = small("--run", "run.jsonl", "--json")
    assert told.code == 1
    assert results(told) == {"faithfulness#max_regression": "MISSING"}  # no baseline
    assert told.json["gate"]["must_pass_failed"] == ["c99"]
    run_file(place / "old.jsonl", run={"id": "r1", "prompt_version": "v1"}, scores={"faithfulness": 0.91})
    assert (
        results(small("--run", "run.jsonl", "--baseline", "old.jsonl", "--json"))["faithfulness#max_regression"]
        == "PASS"
    )
    shutil.copy(place / "run.jsonl", place / "copy.jsonl")
    same = small("--run", "run.jsonl", "--baseline", "copy.jsonl")
    assert same.code == 2
    assert "its own baseline" in same.err
    other = small("--run", "run.jsonl", "--run", "old.jsonl")
    assert other.code == 2
    assert "several pipeline versions" in other.err


def test_what_ci_shows_by_itself(
    small: Check, place: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli, sample_db: Path
) -> None:
    run_file(place / "run.jsonl", run={"name": "<r>|"}, scores={"faithfulness": 0.1})
    step = place / "step.md"
    step.write_text("earlier\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    told = small("--run", "run.jsonl", "--junit", "j.xml", "--summary", "s.md", "--github")
    assert told.code == 1
    suites = ElementTree.parse(place / "j.xml").getroot()
    suite = suites.find("testsuite")
    assert suite is not None
    counts = {"tests": "2", "failures": "1", "skipped": "0", "errors": "0"}
    assert {name: suites.get(name) for name in counts} == counts == {name: suite.get(name) for name in counts}
    assert {case.get("name"): [part.tag for part in case] for case in suite} == {
        "gate/faithfulness": ["failure"],
        "gate/task_success_rate": [],
    }
    summary = (place / "s.md").read_text(encoding="utf-8")
    assert summary.startswith("# ✗ NO-GO: gate small, as of 24 Nov 2026\n")
    assert step.read_text(encoding="utf-8") == "earlier\n" + summary
    assert small("--run", "run.jsonl", "--junit", "nowhere/j.xml").code == 2
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    outside = small("--run", "run.jsonl", "--github")
    assert (outside.code, outside.out) == (2, "")
    whole = cli("--db", sample_db, "check", "--junit", "w.xml", "--summary", "w.md")
    assert whole.code == 1
    root = ElementTree.parse(place / "w.xml").getroot()
    assert [suite.get("name") for suite in root] == ["gate", "checklists", "incidents"]
    assert (place / "w.md").read_text(encoding="utf-8") == cli("--db", sample_db, "scorecard").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--gate", "gate.yaml"),
        ("--run", "run.jsonl"),
        ("--lock", "gate.lock"),
        ("--gate", "none.yaml", "--run", "run.jsonl"),
        ("--gate", "gate.yaml", "--run", "none.jsonl"),
        ("--gate", "gate.yaml", "--run", "run.jsonl", "--lock", "gate.yaml"),
        ("--gate", "gate.yaml", "--run", "run.jsonl", "--traces", "run.jsonl"),
        ("--gate", "gate.yaml", "--run", "run.jsonl", "--eval-set", "run.jsonl"),
        ("--gate", "gate.yaml", "--run", "run.jsonl", "--run", "run.jsonl"),
        ("--gate", "run.jsonl", "--run", "run.jsonl"),
    ],
)
def test_unusable_files_and_options(small: Check, cli: Cli, arguments: tuple[str, ...]) -> None:
    told = cli("gate", "check", *arguments)
    assert (told.code, told.out) == (2, ""), told
    assert told.err.strip()


def test_a_review_without_a_gate_or_a_run(cli: Cli, mini: Path, place: Path) -> None:
    told = cli("gate", "check", *DAY, "--json")
    assert (told.code, told.json["verdict"]) == (3, "GO WITH CONDITIONS")
    (place / "gate.yaml").write_text(GATE, encoding="utf-8")
    assert cli("import", "gate.yaml").code == 0
    told = cli("gate", "check", *DAY, "--json")
    assert told.code == 1
    assert [reason["key"] for reason in told.json["reasons"]] == ["gate/not-run"]


# Figures that no gate should pass


def write_gate(place: Path, text: str) -> None:
    (place / "gate.yaml").write_text(text, encoding="utf-8")
    lock(place)


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        ("metrics:\n  - {metric: sparkle, threshold: 0.5, unit: points}\n", ":2:6, field metrics[0].metric: no metric"),
        ("thresholds: {faithfulness: 85}\n", ":1:14, field thresholds.faithfulness: 85.00 lies outside the range"),
        ("metrics:\n  - {metric: p95, max: -1}\n", "field metrics[0].max: -1 lies outside the range"),
        ("thresholds: {faithfulness: .nan}\n", "is not a threshold"),
    ],
)
def test_a_gate_that_cannot_be_meant_is_refused(small: Check, place: Path, gate: str, words: str) -> None:
    (place / "gate.yaml").write_text(gate, encoding="utf-8")
    told = small("--run", "run.jsonl", "--allow", "conditions")
    assert (told.code, told.out) == (2, ""), told
    assert words in told.err


COST = "name: g\nmetrics:\n  - {metric: cost_per_success, threshold: 0.08}\n"
DROP = "name: g\nmetrics:\n  - {metric: faithfulness, max_regression: 0.02}\n"


@pytest.mark.parametrize(
    ("gate", "case", "result", "words"),
    [
        (
            GATE,
            {"scores": {"faithfulness": None}},
            "MISSING",
            "none of the 40 cases to which it applies carries it",
        ),
        (GATE, {"scores": {"faithfulness": 90}}, "MISSING", "a percentage? it is not rescaled in silence"),
        (COST, {"cost": 0.0, "status": "fail"}, "MISSING", "there is no success among the 40 cases"),
        (COST, {"status": "pass"}, "MISSING", "none of the 40 cases"),
        (DROP, {}, "MISSING", "no baseline is stored"),
    ],
)
def test_a_figure_that_is_none_is_missing(
    small: Check, place: Path, gate: str, case: dict[str, Any], result: str, words: str
) -> None:
    write_gate(place, gate)
    run_file(place / "run.jsonl", **case)
    told = small("--run", "run.jsonl", "--json")
    assert told.code == 1, told.out + told.err
    first = told.json["gate"]["results"][0]
    assert (first["result"], words in first["reason"]) == (result, True), first


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_score_that_is_no_number_is_missing(small: Check, place: Path, value: float) -> None:
    """JSON has no NaN: the score is missing, and said to be. With none left nothing passes; of one, 39 of 40 count."""
    good = (place / "run.jsonl").read_text(encoding="utf-8")
    run_file(place / "run.jsonl", scores={"faithfulness": value})
    told = small("--run", "run.jsonl")
    assert told.code == 1
    assert "NaN or Infinity stands in 40 places; taken as missing" in told.out
    (place / "run.jsonl").write_text(good.replace("0.9}", f"{json.dumps(value)}}}", 1), encoding="utf-8")
    told = small("--run", "run.jsonl", "--json")
    rows = told.json["gate"]["results"]
    assert [(row["metric"], row["n"]) for row in rows] == [("faithfulness", 39), ("task_success_rate", 40)]
    assert "worst case" in rows[0]["reason"]


def test_a_baseline_that_shares_no_case(small: Check, place: Path) -> None:
    write_gate(place, f"{DROP}cases: {{new: fail, removed: fail}}\n")
    run_file(place / "old.jsonl", run={"id": "r1", "prompt_version": "v1"})
    (place / "old.jsonl").write_text(
        (place / "old.jsonl").read_text(encoding="utf-8").replace('"case_id": "c', '"case_id": "old-'), encoding="utf-8"
    )
    told = small("--run", "run.jsonl", "--baseline", "old.jsonl", "--json", "--junit", "j.xml", "--summary", "s.md")
    assert told.code == 1
    assert "shares no case with the candidate" in told.json["gate"]["results"][0]["reason"]
    assert [row["text"][:40] for row in told.json["gate"]["cases"]] == [
        "40 cases are new since the baseline: c0,", "40 cases of the baseline were removed: o",
    ]  # fmt: skip
    for shown in ((place / "j.xml").read_text(encoding="utf-8"), (place / "s.md").read_text(encoding="utf-8")):
        assert "40 cases of the baseline were removed" in shown
    assert "✗ 40 cases are new since the baseline" in small("--run", "run.jsonl", "--baseline", "old.jsonl").out


@pytest.mark.parametrize(("n", "code", "result"), [(0, 2, ""), (1, 3, "INCONCLUSIVE"), (2, 0, "PASS")])
def test_no_case_and_one_case_are_no_pass(small: Check, place: Path, n: int, code: int, result: str) -> None:
    lines = (place / "run.jsonl").read_text(encoding="utf-8").splitlines()
    (place / "run.jsonl").write_text("\n".join(lines[: n + 1]) + "\n", encoding="utf-8")
    told = small("--run", "run.jsonl", "--json")
    assert told.code == code, told.out + told.err
    if result:
        assert set(results(told).values()) == {result}
    if n == 1:
        assert all("one case alone decides nothing" in reason["text"] for reason in told.json["reasons"])


def test_a_system_error_fails_its_own_rule(small: Check, place: Path) -> None:
    write_gate(place, 'thresholds: {task_success_rate: ">= 0.90", error_rate: "<= 0.02"}\n')
    text = (place / "run.jsonl").read_text(encoding="utf-8")
    (place / "run.jsonl").write_text(text.replace('"status": "pass"', '"status": "error"', 1), encoding="utf-8")
    told = small("--run", "run.jsonl", "--json")
    assert (told.code, results(told)) == (1, {"task_success_rate": "PASS", "error_rate": "FAIL"})


# The lock's own history


def in_git(place: Path, at: str, *arguments: str) -> None:
    who = {f"GIT_{role}_{part}": "x@y" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    env = {**os.environ, **who, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *arguments], cwd=place, env=env, check=True, capture_output=True)


def test_the_lock_is_held_against_git(small: Check, place: Path) -> None:
    assert any("no git repository" in remark for remark in small("--run", "run.jsonl", "--json").json["remarks"])
    in_git(place, "", "init", "-q")
    told = small("--run", "run.jsonl", "--json")
    assert (told.code, [reason["key"] for reason in told.json["reasons"]]) == (3, ["gate/lock-history"])
    assert "not committed" in told.json["reasons"][0]["text"]
    in_git(place, "2026-11-20T09:20:00Z", "add", "gate.lock")
    in_git(place, "2026-11-20T09:20:00Z", "commit", "-qm", "locked")
    told = small("--run", "run.jsonl")
    assert told.code == 0
    assert "Git: gate.lock was committed on 20 Nov 2026 09:20 UTC" in " ".join(told.out.split())
    # Locked again after the run, with the old date kept: the file would not tell.
    gate = read_gate(place / "gate.yaml")
    write_lock(place / "gate.lock", gate, Lock("eve", LOCKED, gate.digest, DATA, JUDGE))
    assert "differs from what is committed" in small("--run", "run.jsonl", "--json").json["reasons"][0]["text"]
    in_git(place, "2026-11-23T18:00:00Z", "commit", "-qam", "locked again")
    told = small("--run", "run.jsonl", "--json", "--junit", "j.xml")
    assert told.code == 3
    assert "gate.lock was changed on 23 Nov 2026 18:00 UTC" in told.json["reasons"][0]["text"]
    assert "after the run started" in (place / "j.xml").read_text(encoding="utf-8")


def test_a_reason_is_printed_with_the_new_version(cli: Cli, mini: Path, place: Path) -> None:
    (place / "gate.yaml").write_text(GATE, encoding="utf-8")
    assert cli("import", "gate.yaml").code == 0
    (place / "gate.yaml").write_text(GATE.replace("0.85", "0.80"), encoding="utf-8")
    told = cli("import", "gate.yaml")
    assert "faithfulness: ≥ 0.85 → ≥ 0.80" in told.out
    assert "Nobody said why" in told.err
    assert cli("import", "gate.yaml", "--reason", "another <b>judge</b>").code == 0
    shown = " ".join(cli("gate", "show").out.split())
    assert "another <b>judge</b> faithfulness: ≥ 0.85 → ≥ 0.80" in shown
    assert cli("gate", "show", "--json").json["gate"]["revision"]["reason"] == "another <b>judge</b>"
    card = cli("scorecard").out
    assert "**This version** replaces small v1 since" in card
    assert "<b>" not in card.split("## Gate")[1].split("##")[0]
