"""`import`, `runs` and `gate`: what a file brought is said line by line, and decides what the gate says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import COURSE_GATE, COURSE_NUMBERS, Cli

PROMPTFOO = Path(__file__).parents[1] / "data" / "promptfoo"


@pytest.fixture
def course(mini: Path, place: Path, cli: Cli) -> Path:
    """The mini review with the course's gate."""
    (place / "gate.yaml").write_text(COURSE_GATE, encoding="utf-8")
    assert cli("import", "gate.yaml").code == 0
    return place


def put_metrics(folder: Path, name: str, **changed: float) -> Path:
    path = folder / name
    path.write_text(json.dumps(COURSE_NUMBERS | changed), encoding="utf-8")
    return path


def results(cli: Cli) -> dict[str, str]:
    return {row["metric"]: row["result"] for row in cli("gate", "show", "--json").json["gate"]["results"]}


def test_the_courses_numbers_pass_its_gate(course: Path, cli: Cli) -> None:
    told = cli("import", put_metrics(course, "metrics.json"), "--as", "candidate", "--json")
    assert told.code == 0
    assert told.json["imports"][0]["runs"] == 1
    assert results(cli) == dict.fromkeys(COURSE_NUMBERS, "PASS")
    assert "4 of 4 required pass" in cli("gate", "show").out


def test_faithfulness_084_fails_it_also_after_a_better_run(course: Path, cli: Cli) -> None:
    cli("import", put_metrics(course, "first.json"), "--as", "candidate")
    told = cli("import", put_metrics(course, "second.json", faithfulness=0.84), "--as", "candidate")
    # Neither file says which version it is of, so the first one's 0.88 must not stand for the second.
    assert results(cli) == dict.fromkeys(COURSE_NUMBERS, "PASS") | {"faithfulness": "FAIL"}
    assert "in place of" in told.err
    reasons = {reason["key"]: reason for reason in cli("check", "--json").json["reasons"]}
    assert reasons["gate/faithfulness"]["verdict"] == "NO-GO"
    assert "0.840" in reasons["gate/faithfulness"]["text"]


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("faithfulness", 0.8499),
        ("retrieval_hit_rate", 0.7999),
        ("latency_p95_ms", 3501),
        ("cost_per_success", 0.0801),
    ],
)
def test_each_threshold_is_held(course: Path, cli: Cli, metric: str, value: float) -> None:
    cli("import", put_metrics(course, "m.json", **{metric: value}), "--as", "candidate")
    assert results(cli)[metric] == "FAIL"


def test_thresholds_are_inclusive(course: Path, cli: Cli) -> None:
    at_the_edge = {"faithfulness": 0.85, "retrieval_hit_rate": 0.8, "latency_p95_ms": 3500, "cost_per_success": 0.08}
    cli("import", put_metrics(course, "m.json", **at_the_edge), "--as", "candidate")
    assert set(results(cli).values()) == {"PASS"}


def test_a_gate_without_a_run_is_no_pass(course: Path, cli: Cli) -> None:
    told = cli("check", "--json")
    assert told.code == 1
    assert told.json["gate"]["ran"] is False
    assert {r["key"]: r["verdict"] for r in told.json["reasons"]}["gate/not-run"] == "NO-GO"


def test_promptfoo_results_bring_17_cases(course: Path, cli: Cli) -> None:
    file = PROMPTFOO / "baseline.json"
    told = cli("import", file, "--as", "baseline", "--json")
    assert told.code == 0
    (found,) = told.json["imports"]
    assert {"path", "format", "runs", "cases", "traces", "rejected", "warnings"} <= found.keys()
    assert (found["path"], found["format"]) == (str(file), "promptfoo")
    assert (found["runs"], found["cases"], found["traces"]) == (1, 17, 0)
    assert found["rejected"] == []
    assert any("no assertions" in warning for warning in found["warnings"])
    assert told.json["schema"] == 1
    (run,) = cli("runs", "--json").json["runs"]
    assert (run["cases"], run["role"], run["tool"]) == (17, "baseline", "promptfoo")
    # 11 pass, 4 fail, 2 error: promptfoo sets `error` on failed assertions too.
    from readiness_tui.services import runs
    from readiness_tui.services.core.desk import open_desk

    desk = open_desk(course / "readiness.db", "ana")
    counted = {status.value: n for status, n in runs.detail(desk, run["id"]).by_status.items()}
    desk.close()
    assert counted == {"pass": 11, "fail": 4, "error": 2}


def test_the_same_bytes_again_change_nothing_and_say_so(course: Path, cli: Cli) -> None:
    file = PROMPTFOO / "baseline.json"
    cli("import", file, "--as", "baseline")
    before = (cli("runs", "--json").json, cli("check", "--json").json)
    again = cli("import", file, "--as", "baseline", "--json")
    assert again.code == 0
    assert again.json["imports"][0]["again"] is True
    assert (cli("runs", "--json").json, cli("check", "--json").json) == before
    copy = course / "copy.json"
    copy.write_bytes(file.read_bytes())
    told = cli("import", copy)
    assert "imported before, nothing changed" in told.out
    assert "imported before, nothing changed" in cli("import", "gate.yaml").out
    assert len(cli("runs", "--json").json["runs"]) == 1


def test_a_known_file_can_be_given_its_part_later(course: Path, cli: Cli) -> None:
    file = put_metrics(course, "m.json")
    cli("import", file)
    (run,) = cli("runs", "--json").json["runs"]
    assert run["role"] == ""
    cli("import", file, "--as", "candidate")
    (run,) = cli("runs", "--json").json["runs"]
    assert run["role"] == "candidate"


def test_rejected_lines_are_named_with_their_reason(course: Path, cli: Cli) -> None:
    lines = [f'{{"trace_id": "t{n}", "model": "m", "latency_ms": {n}, "status": "ok"}}' for n in range(20)]
    lines[4] = "{not json"
    lines[7] = '{"trace_id": "t7", "model": "m", "latency_ms": NaN, "status": "ok"}'
    lines[9] = '{"model": "m", "latency_ms": 3, "status": "ok"}'
    file = course / "log.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = cli("import", file, "--json")
    assert told.code == 0
    (found,) = told.json["imports"]
    assert found["traces"] == 18
    assert [row["line"] for row in found["rejected"]] == [5, 10]
    assert "log.jsonl: NaN or Infinity stands in 1 place; taken as missing." in found["warnings"]
    assert "trace_id" in found["rejected"][1]["reason"]
    other = course / "log2.jsonl"
    other.write_text("\n".join(line.replace(': "t', ': "u') for line in lines), encoding="utf-8")
    for_people = cli("import", other)
    assert "18 traces" in for_people.out
    assert "2 lines rejected" in for_people.out
    assert "line 5:" in for_people.err


def test_one_unusable_file_does_not_hide_what_the_others_brought(course: Path, cli: Cli) -> None:
    good = put_metrics(course, "m.json")
    told = cli("import", "nowhere.json", good, "--json")
    assert told.code == 2
    assert [found["path"] for found in told.json["imports"]] == [str(good)]
    assert [found["path"] for found in told.json["refused"]] == ["nowhere.json"]
    assert "nowhere.json" in told.err
    for_people = cli("import", "nowhere.json", put_metrics(course, "n.json"))
    assert for_people.code == 2
    assert "1 other file was imported" in for_people.err


def test_a_folder_is_imported_whole_and_what_was_left_out_is_named(mini: Path, place: Path, cli: Cli) -> None:
    put_metrics(place, "m.json")
    (place / "gate.yaml").write_text(COURSE_GATE, encoding="utf-8")
    (place / "README.md").write_text("About us.", encoding="utf-8")
    told = cli("import", ".", "--as", "candidate", "--json")
    assert told.code == 0, told.err  # what no source knows is skipped, not an error
    assert {found["format"] for found in told.json["imports"]} == {"gate", "metrics_mapping"}
    assert {"README.md", "readiness.db"} <= {Path(found["path"]).name for found in told.json["refused"]}
    assert set(results(cli).values()) == {"PASS"}
    (place / "bad.yaml").write_text("thresholds:\n  faithfulness: high\n", encoding="utf-8")
    told = cli("import", ".")
    assert told.code == 2  # this one is a gate, and cannot be read
    assert "bad.yaml" in told.err
    assert "README.md" in told.err


def test_an_empty_folder_is_refused(mini: Path, place: Path, cli: Cli) -> None:
    (place / "empty").mkdir()
    told = cli("import", "empty")
    assert told.code == 2
    assert "empty" in told.err


def test_a_file_of_two_versions_is_no_candidate_and_leaves_nothing(course: Path, cli: Cli) -> None:
    file = course / "two.jsonl"
    rows = [COURSE_NUMBERS | {"run": f"r{n}", "version": f"v{n}"} for n in (1, 2)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    told = cli("import", file, "--as", "candidate")
    assert told.code == 2
    assert "#1 v1; #2 v2. Name one:" in told.err
    assert cli("runs", "--json").json["runs"] == []
    assert cli("import", file).code == 0
    assert len(cli("runs", "--json").json["runs"]) == 2


def test_a_frozen_review_takes_no_other_candidate(course: Path, cli: Cli) -> None:
    assert cli("scorecard", "--freeze", "--yes").code == 0
    told = cli("import", put_metrics(course, "m.json"), "--as", "candidate")
    assert told.code == 2
    assert "frozen" in told.err
    assert cli("runs", "--json").json["runs"] == []


def test_a_format_can_be_forced_and_a_wrong_name_is_corrected(course: Path, cli: Cli) -> None:
    file = put_metrics(course, "m.json")
    told = cli("import", file, "--format", "metrics_maping")
    assert told.code == 2
    assert "metrics_mapping" in told.err
    assert cli("import", file, "--format", "metrics_mapping").code == 0
    wrong = cli("import", put_metrics(course, "n.json", faithfulness=0.9), "--format", "promptfoo")
    assert wrong.code == 2
    assert "n.json" in wrong.err
    assert cli("import", "gate.yaml", "--format", "gate").code == 0
    assert cli("import", file, "--as", "referee").code == 2


def test_locking_writes_the_file_to_commit(course: Path, cli: Cli) -> None:
    assert "never locked" in cli("gate", "show").out
    told = cli("gate", "lock")
    assert told.code == 0
    text = (course / "gate.lock").read_text(encoding="utf-8")
    digest = cli("gate", "show", "--json").json["gate"]["digest"]
    assert f'gate_digest: "{digest}"' in text
    assert digest[:12] in told.out
    assert 'by: "ana"' in text
    assert "never locked" not in cli("gate", "show").out
    # A gate that is edited afterwards is "changed since lock", whatever its numbers say.
    (course / "gate.yaml").write_text(COURSE_GATE.replace("0.85", "0.80"), encoding="utf-8")
    cli("import", "gate.yaml")
    cli("import", put_metrics(course, "m.json"), "--as", "candidate")
    assert set(results(cli).values()) == {"CHANGED SINCE LOCK"}


def test_a_lock_whose_file_cannot_be_written_is_no_lock(course: Path, cli: Cli) -> None:
    told = cli("gate", "lock", "--folder", "nowhere")
    assert told.code == 2
    assert "nowhere" in told.err
    assert "never locked" in cli("gate", "show").out


def test_there_is_nothing_to_lock_without_a_gate(mini: Path, cli: Cli) -> None:
    told = cli("gate", "lock")
    assert told.code == 2
    assert "readiness import gate.yaml" in told.err
    assert cli("gate", "show").out.startswith("GATE  none")
    assert cli("runs").out.startswith("No run was imported yet")


def test_two_gates_named_at_once_are_both_refused_by_name(mini: Path, place: Path, cli: Cli) -> None:
    (place / "strict.yaml").write_text(COURSE_GATE, encoding="utf-8")
    (place / "loose.yaml").write_text(COURSE_GATE.replace("0.85", "0.5"), encoding="utf-8")
    told = cli("import", "strict.yaml", "loose.yaml", put_metrics(place, "metrics.json"))
    assert told.code == 2
    assert "2 gates at once, and a review has one: strict.yaml, loose.yaml. None was taken." in told.err
    assert "metrics.json: 1 run" in told.out
    assert cli("gate", "show").out.strip() == "GATE  none"
    assert cli("import", "--explain", "strict.yaml", "loose.yaml").code == 2
    assert cli("import", "strict.yaml").code == 0
