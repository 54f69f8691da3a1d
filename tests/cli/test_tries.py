"""Moves against the lock, and their mirrors: what somebody tries who wants a bad release out, and what honest work looks
like. Each is played through the real command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.runs.model import HumanVerdict
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.gate import versions
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.labels import queue
from readiness_tui.sources.kit import grouping
from tests.cli.conftest import Cli, Result

GATE = "name: bot\nthresholds: {task_success_rate: '>= 0.80'}\n"
N = 40


def put(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def golden(place: Path, *, risky: int = 0) -> Path:
    """The golden set; its first `risky` cases are high-risk."""
    cases = ({"id": f"c{n}", "question": f"Question {n}?", "must_include": ["yes"],
              "tags": ["high_risk"] if n < risky else []} for n in range(N))  # fmt: skip
    return put(place / "golden.jsonl", *cases)


def run_file(
    place: Path, name: str, wrong: int, *, salt: int = 0, errors: int = 0, cases: int = N, **header: Any
) -> Path:
    """A run of which the first `wrong` cases fail; `errors` more end in a system error."""
    head = {"id": name, "version": name, "started_at": datetime.now(UTC).isoformat(), **header}
    rows = (
        {"case_id": f"c{n}", "output": f"yes {n}", "latency_ms": 100 + n + salt,
         "status": "fail" if n < wrong else "error" if n < wrong + errors else "pass"}
        for n in range(cases)
    )  # fmt: skip
    return put(place / f"{name}.jsonl", {"run": {k: v for k, v in head.items() if v is not None}}, *rows)


@pytest.fixture
def locked(mini: Path, place: Path, cli: Cli) -> Path:
    """A review with a golden set, and a gate that is locked."""
    (place / "gate.yaml").write_text(GATE, encoding="utf-8")
    golden(place)
    assert cli("import", "gate.yaml", "golden.jsonl").code == 0
    assert cli("gate", "lock").code == 0
    return place


def check(cli: Cli, *more: object) -> Result:
    return cli("gate", "check", "--json", *more)


def keys(told: Result) -> set[str]:
    return {reason["key"] for reason in told.json["reasons"]}


def words(told: Result, key: str) -> str:
    return next(reason["text"] for reason in told.json["reasons"] if reason["key"] == key)


# Registration


@pytest.mark.parametrize("year", [2099, 9999])
def test_a_start_that_has_not_come_is_not_known(locked: Path, cli: Cli, year: int) -> None:
    run_file(locked, "v1", 0, started_at=f"{year}-01-01T00:00:00Z")
    assert cli("import", "v1.jsonl", "--as", "candidate").code == 0
    told = check(cli)
    assert (told.code, keys(told)) == (3, {"gate/lock"})
    assert f"says it started 1 Jan {year} 00:00 UTC, which had not come: declare its start" in words(told, "gate/lock")
    # Files alone: the same, and there what is judged as of a later day may have started before that day ends.
    files = ("--gate", "gate.yaml", "--lock", "gate.lock", "--run", "v1.jsonl", "--eval-set", "golden.jsonl")
    assert "which had not come" in words(check(cli, *files), "gate/lock")
    assert check(cli, *files, "--started", datetime.now(UTC).isoformat()).code == 0


def test_a_declared_start_counts_and_is_printed_with_its_name(locked: Path, cli: Cli) -> None:
    run_file(locked, "v1", 0, started_at=None)
    now = datetime.now(UTC)
    assert cli("import", "v1.jsonl", "--as", "candidate").code == 0
    assert "does not say when it started: declare its start" in words(check(cli), "gate/lock")
    again = cli("--who", "ana", "import", "v1.jsonl", "--started", now.isoformat())
    assert again.code == 0, again.err
    assert "declared by ana" in again.err
    told = check(cli)
    assert (told.code, told.json["verdict"]) == (0, "GO"), told.out
    assert any("declared by ana" in note for note in told.json["gate"]["notes"])
    assert "declared by ana" in cli("scorecard").out
    history = cli("check").out
    assert "declared by ana" in history
    # Nobody declares what has not come, nor anything that is no time.
    for wrong in ("2099-01-01T00:00Z", "yesterday", "2026-11-23", datetime.now(UTC).isoformat()):
        refused = cli("import", "v1.jsonl", "--started", wrong)
        assert refused.code == 2, wrong


def test_what_a_file_says_is_never_overridden(locked: Path, cli: Cli) -> None:
    start = datetime.now(UTC)
    run_file(locked, "v1", 0, started_at=start.isoformat())
    refused = cli("import", "v1.jsonl", "--started", (start - timedelta(days=1)).isoformat())
    assert refused.code == 2
    assert "The file of run 'v1' says its start is" in refused.err
    assert "was declared" in refused.err
    assert cli("runs", "--json").json["runs"] == []  # nothing of it was stored
    assert cli("import", "v1.jsonl", "--version", "v2").code == 2
    # The same said again contradicts nothing, before and after the import.
    for _ in range(2):
        assert (
            cli("import", "v1.jsonl", "--as", "candidate", "--started", start.isoformat(), "--version", "v1").code == 0
        )
    # Files alone: the same.
    files = ("--gate", "gate.yaml", "--lock", "gate.lock", "--run", "v1.jsonl")
    refused = check(cli, *files, "--version", "v2")
    assert (refused.code, "was declared" in refused.err) == (2, True)


def test_dataset_and_judge_can_be_declared_by_name(locked: Path, cli: Cli) -> None:
    (locked / "gate.yaml").write_text("name: bot\nthresholds: {faithfulness: '>= 0.80'}\n", encoding="utf-8")
    assert cli("import", "gate.yaml").code == 0
    told = cli("gate", "lock", "--judge", "judge-1 2026-08-06")
    assert told.code == 0
    head = {"run": {"id": "v1", "version": "v1", "started_at": datetime.now(UTC).isoformat()}}
    rows = [{"case_id": f"c{n}", "output": "yes", "faithfulness": 0.9 + n / 1000} for n in range(N - 1)]
    put(locked / "v1.jsonl", head, *rows)
    assert cli("import", "v1.jsonl", "--as", "candidate").code == 0
    assert "declare what the run's file does not say" in words(check(cli), "gate/digest")
    told = cli("import", "v1.jsonl", "--judge", "judge-1 2026-08-06", "--dataset", "golden")
    assert told.code == 0
    assert "imported before, what was declared of it is kept" in told.out
    assert cli("import", "v1.jsonl", "--judge", "unknown").code == 2  # that declares nothing
    told = check(cli)
    assert "gate/digest" not in keys(told), told.out
    # Another judge than the locked one is a change, declared or not; what was declared can be said anew.
    assert cli("import", "v1.jsonl", "--judge", "judge-2").code == 0
    assert check(cli).json["gate"]["changed_since_lock"] == [
        "the judge of run 'v1': judge-1 2026-08-06 when locked, judge-2 now"
    ]


def test_a_set_that_only_has_a_name_can_be_declared(mini: Path, place: Path, cli: Cli) -> None:
    """No golden set was ever imported: the run's own cases count, and the name of the set is what people say."""
    (place / "gate.yaml").write_text(GATE, encoding="utf-8")
    assert cli("import", "gate.yaml").code == 0
    assert cli("gate", "lock").code == 0
    run_file(place, "v1", 2)
    assert cli("import", "v1.jsonl", "--as", "candidate").code == 0
    assert keys(check(cli)) == {"gate/digest"}
    assert cli("import", "v1.jsonl", "--dataset", "support questions of May").code == 0
    assert check(cli).code == 0


def test_without_a_word_on_the_judge_the_lock_says_so(locked: Path, cli: Cli) -> None:
    (locked / "gate.yaml").write_text("name: bot\nthresholds: {faithfulness: '>= 0.80'}\n", encoding="utf-8")
    assert cli("import", "gate.yaml").code == 0
    assert "No judge is bound" in cli("gate", "lock").err


# Tries


@pytest.mark.slow
def test_ten_runs_of_one_version_until_one_passes(locked: Path, cli: Cli) -> None:
    for n in range(10):
        run_file(locked, f"r{n}", 12 if n < 9 else 2, salt=n, version="rag-v4")
        assert cli("import", f"r{n}.jsonl").code == 0
    assert cli("import", "r9.jsonl", "--as", "candidate").code == 0
    told = check(cli)
    assert (told.code, keys(told)) == (3, {"gate/failed-then-passed"})
    assert "version rag-v4 failed in run 'r0'" in words(told, "gate/failed-then-passed")
    assert "nothing known to have changed" in words(told, "gate/failed-then-passed")


@pytest.mark.slow
def test_ten_runs_under_ten_names_until_one_passes(locked: Path, cli: Cli) -> None:
    for n in range(10):
        run_file(locked, f"rag-v{n}", 12 if n < 9 else 2, salt=n)
        assert cli("import", f"rag-v{n}.jsonl").code == 0
    assert cli("import", "rag-v9.jsonl", "--as", "candidate").code == 0
    told = check(cli)
    tries = told.json["gate"]["tries"]
    assert (tries["number"], tries["of"]) == (10, 10)
    assert tries["text"].startswith("tenth try against this lock; earlier: rag-v1 FAIL, rag-v2 FAIL")
    assert [one["result"] for one in tries["all"]] == ["FAIL"] * 9 + ["PASS"]
    for out in (cli("gate", "check").out, cli("check").out, cli("scorecard").out):
        assert "tenth try against this lock" in " ".join(out.split())


@pytest.mark.slow
def test_the_passing_one_of_ten_picked_shows_all_ten(locked: Path, cli: Cli) -> None:
    for n in range(10):
        run_file(locked, f"rag-v{n}", 2 if n == 3 else 12, salt=n)
        assert cli("import", f"rag-v{n}.jsonl").code == 0
    assert cli("import", "rag-v3.jsonl", "--as", "candidate").code == 0
    assert (
        check(cli)
        .json["gate"]["tries"]["text"]
        .startswith(
            "fourth of 10 tries against this lock; earlier: rag-v0 FAIL, rag-v1 FAIL, rag-v2 FAIL; later: rag-v4 FAIL"
        )
    )


def test_a_run_imported_again_without_its_failures_is_seen(locked: Path, cli: Cli) -> None:
    run_file(locked, "v1", 12)
    start = datetime.now(UTC).isoformat()
    run_file(locked, "v1", 12, started_at=start)
    assert cli("import", "v1.jsonl", "--as", "candidate").code == 0
    run_file(locked, "v1", 2, started_at=start)
    assert cli("import", "v1.jsonl", "--as", "candidate").code == 0
    assert "as it was imported before" in words(check(cli), "gate/failed-then-passed")


def test_what_is_known_to_have_changed_is_no_second_throw(locked: Path, cli: Cli) -> None:
    run_file(locked, "r0", 12, version=None, pipeline_version="rag-v4", prompt_version="p1")
    run_file(locked, "r1", 2, salt=1, version=None, pipeline_version="rag-v4", prompt_version="p2")
    assert cli("import", "r0.jsonl").code == 0
    assert cli("import", "r1.jsonl", "--as", "candidate").code == 0
    assert check(cli).code == 0


@pytest.mark.parametrize(
    "spoilt",
    [
        {"errors": 30, "wrong": 2},  # crashed half way, and says so case by case
        {"cases": 20, "wrong": 15},  # half of the set
        {"completeness": "errored", "wrong": 20},
        {"tags": ["draft"], "wrong": 20},
        {"tags": ["pull-request"], "wrong": 20},
    ],
)
def test_a_crash_a_part_and_a_draft_are_no_tries(locked: Path, cli: Cli, spoilt: dict[str, Any]) -> None:
    run_file(locked, "r0", **{"salt": 1, **spoilt}, version="rag-v4")
    run_file(locked, "r1", 2, version="rag-v4")
    assert cli("import", "r0.jsonl").code == 0
    assert cli("import", "r1.jsonl", "--as", "candidate").code == 0
    told = check(cli)
    assert (told.code, told.json["gate"]["tries"]["of"]) == (0, 1), told.out


def test_a_second_baseline_is_no_try(locked: Path, cli: Cli) -> None:
    for name in ("b1", "b2"):
        run_file(locked, name, 12, salt=len(name) + ord(name[1]), version="rag-v3")
        assert cli("import", f"{name}.jsonl", "--as", "baseline").code == 0
    run_file(locked, "r1", 2, version="rag-v4")
    assert cli("import", "r1.jsonl", "--as", "candidate").code == 0
    told = check(cli)
    assert (told.code, told.json["gate"]["tries"]["of"]) == (0, 1), told.out


def test_a_failure_hides_in_no_baseline(locked: Path, cli: Cli) -> None:
    """The failing run of the candidate's own version, named the baseline."""
    for name, wrong, role in (("r0", 12, "baseline"), ("r1", 2, "candidate")):
        run_file(locked, name, wrong, salt=wrong, version="rag-v4")
        assert cli("import", f"{name}.jsonl", "--as", role).code == 0
    assert "failed in run 'r0'" in words(check(cli), "gate/failed-then-passed")


def test_figures_alone_are_counted_as_well(locked: Path, cli: Cli) -> None:
    for n in range(4):
        figures = {"task_success_rate": 0.7 if n < 3 else 0.9, "run": f"r{n}", "version": f"v{n}", "n": 40}
        start = datetime.now(UTC).isoformat()
        (locked / f"r{n}.json").write_text(json.dumps({**figures, "started_at": start}), encoding="utf-8")
        assert cli("import", f"r{n}.json").code == 0
    assert cli("import", "r3.json", "--as", "candidate").code == 0
    assert check(cli).json["gate"]["tries"]["of"] == 4


def test_a_red_team_run_beside_the_golden_set_is_no_try(locked: Path, cli: Cli) -> None:
    head = {"run": {"id": "red", "version": "rag-v4", "started_at": datetime.now(UTC).isoformat()}}
    rows = [{"case_id": f"attack-{n}", "question": f"Attack {n}?", "output": "no", "status": "fail"} for n in range(N)]
    put(locked / "red.jsonl", head, *rows)
    run_file(locked, "r1", 2, version="rag-v4")
    assert cli("import", "red.jsonl").code == 0
    assert cli("import", "r1.jsonl", "--as", "candidate").code == 0
    told = check(cli)
    assert (told.code, told.json["gate"]["tries"]["of"]) == (0, 1), told.out


def test_a_repeat_on_another_day_is_a_try_and_on_the_same_day_is_none(mini: Path, place: Path, cli: Cli) -> None:
    (place / "gate.yaml").write_text(GATE, encoding="utf-8")
    desk = open_desk(mini, "ana")
    clock = [datetime.now(UTC)]
    desk.clock = lambda: clock[0]
    import_path(desk, place / "gate.yaml")
    import_path(desk, golden(place))
    versions.lock(desk)
    for name, day in (("a", 1), ("b", 1), ("c", 2)):
        clock[0] = clock[0].replace(hour=12) + timedelta(days=day if name != "b" else 0)
        import_path(desk, run_file(place, name, 2, salt=ord(name), version="rag-v4", started_at=clock[0].isoformat()))
    import_path(desk, place / "c.jsonl", role="candidate")
    desk.close()
    tries = check(cli).json["gate"]["tries"]
    assert [one["runs"] for one in tries["all"]] == [["a", "b"], ["c"]]


# Candidate and baseline


def test_the_baseline_again_as_the_candidate(locked: Path, cli: Cli) -> None:
    run_file(locked, "old", 2)
    assert cli("import", "old.jsonl", "--as", "baseline").code == 0
    head, *rows = map(json.loads, (locked / "old.jsonl").read_text(encoding="utf-8").splitlines())
    head["run"] |= {"id": "new", "version": "new", "started_at": datetime.now(UTC).isoformat()}
    put(locked / "new.jsonl", head, *(row | {"note": "another name"} for row in reversed(rows)))
    assert cli("import", "new.jsonl", "--as", "candidate").code == 0
    told = check(cli)
    assert told.code == 1
    assert {row["result"] for row in told.json["gate"]["results"]} == {"MISSING"}
    assert "the same run twice" in words(told, "gate/task_success_rate")
    files = ("--gate", "gate.yaml", "--lock", "gate.lock", "--eval-set", "golden.jsonl")
    assert "the same run twice" in words(
        check(cli, *files, "--run", "new.jsonl", "--baseline", "old.jsonl"), "gate/task_success_rate"
    )


def test_the_same_file_as_both(locked: Path, cli: Cli) -> None:
    run_file(locked, "old", 2)
    for role in ("baseline", "candidate"):
        assert cli("import", "old.jsonl", "--as", role).code == 0
    assert "the same run twice" in words(check(cli), "gate/task_success_rate")


def test_two_runs_of_one_version_are_no_comparison(mini: Path, place: Path, cli: Cli) -> None:
    (place / "gate.yaml").write_text(
        "name: bot\nmetrics:\n  - {metric: task_success_rate, threshold: '>= 0.80', max_regression: 0.1}\n", "utf-8"
    )
    golden(place)
    assert cli("import", "gate.yaml", "golden.jsonl").code == 0
    assert cli("gate", "lock").code == 0
    for name, role in (("old", "baseline"), ("new", "candidate")):
        run_file(place, name, 2, salt=len(role), version="rag-v4")
        assert cli("import", f"{name}.jsonl", "--as", role).code == 0
    rows = {row["metric"]: (row["result"], row["reason"]) for row in check(cli).json["gate"]["results"]}
    results = [result for result, _ in rows.values()]
    assert results == ["PASS", "MISSING"]
    assert "the same run twice: candidate and baseline are both version rag-v4" in [*rows.values()][1][1]


def test_only_what_was_imported_since_the_review_was_opened_stands_for_the_candidate(locked: Path, cli: Cli) -> None:
    run_file(locked, "v1", 2)
    assert cli("import", "v1.jsonl").code == 0
    assert check(cli).json["gate"]["ran"]
    again = cli("new", "--system", "bot", "--release", "2", "--date", "2026-12-24", "--checklist", "mini",
                "--checklists", "lists")  # fmt: skip
    assert again.code == 0, again.err
    assert cli("import", "gate.yaml").code == 0
    told = check(cli)
    assert not told.json["gate"]["ran"]
    run_file(locked, "v2", 2, salt=1)
    assert cli("import", "v2.jsonl").code == 0
    assert check(cli).json["gate"]["ran"]


# The lock file


def test_a_lock_that_was_edited_is_refused(locked: Path, cli: Cli) -> None:
    run_file(locked, "v1", 2)
    files = ("--gate", "gate.yaml", "--lock", "gate.lock", "--run", "v1.jsonl", "--eval-set", "golden.jsonl")
    assert check(cli, *files).code == 0
    text = (locked / "gate.lock").read_text(encoding="utf-8")
    for old, new in (('at: "2', 'at: "1'), ('by: "', 'by: "x'), ('gate_digest: "', 'gate_digest: "0')):
        assert old in text
        (locked / "gate.lock").write_text(text.replace(old, new), encoding="utf-8")
        told = check(cli, *files)
        assert told.code == 2
        assert "the lock was edited since it was written" in told.err
        assert "lock the gate again" in told.err
    # Line ends and comments are not the lock.
    (locked / "gate.lock").write_text("# ours\n" + text.replace("\n", "\r\n"), encoding="utf-8", newline="")
    assert check(cli, *files).code == 0


def test_an_old_lock_without_a_checksum_stays_valid_and_says_so(locked: Path, cli: Cli) -> None:
    run_file(locked, "v1", 2)
    text = (locked / "gate.lock").read_text(encoding="utf-8")
    old = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("checksum"))
    (locked / "gate.lock").write_text(old, encoding="utf-8")
    told = check(cli, "--gate", "gate.yaml", "--lock", "gate.lock", "--run", "v1.jsonl", "--eval-set", "golden.jsonl")
    assert told.code == 0
    assert any("no checksum" in remark for remark in told.json["remarks"])
    assert any("Earlier tries unknown" in remark for remark in told.json["remarks"])


# High-risk cases


def labelled(db: Path, run_id: str, verdicts: dict[str, HumanVerdict], who: str = "ben") -> None:
    desk = open_desk(db, who)
    for key, verdict in verdicts.items():
        queue.label(desk, run_id, key, verdict)
    desk.close()


PASS, FAIL, UNSURE = HumanVerdict.PASS, HumanVerdict.FAIL, HumanVerdict.UNSURE


@pytest.fixture
def risky(locked: Path, cli: Cli) -> Path:
    """Two high-risk cases, a gate that is locked on them, and a candidate of version rag-v4."""
    golden(locked, risky=2)
    assert cli("import", "golden.jsonl").code == 0
    (locked / "gate.yaml").write_text(GATE.replace("0.80", "0.75"), encoding="utf-8")
    assert cli("import", "gate.yaml", "--reason", "high-risk cases are tagged").code == 0
    assert cli("gate", "lock").code == 0
    run_file(locked, "r1", 0, version="rag-v4")
    assert cli("import", "r1.jsonl", "--as", "candidate").code == 0
    return locked


@pytest.mark.slow
def test_unsure_is_no_label_and_a_fail_blocks(risky: Path, mini: Path, cli: Cli) -> None:
    labelled(mini, "r1", {"c0": UNSURE, "c1": PASS})
    assert check(cli).json["gate"]["unreviewed"] == ["c0"]
    labelled(mini, "r1", {"c0": FAIL})
    told = check(cli)
    assert (told.code, keys(told)) == (1, {"gate/high-risk-failed"})
    assert "1 high-risk case failed by a person: c0 (ben, run r1)" in words(told, "gate/high-risk-failed")
    # Somebody else's pass of the same answer does not outvote it.
    labelled(mini, "r1", {"c0": PASS}, who="cleo")
    assert check(cli).code == 1
    flips = cli("check", "--json").json["flips"]
    assert any(flip["key"] == "gate/high-risk-failed" for flip in flips)


def test_a_failure_is_settled_by_a_later_run_that_passes(risky: Path, mini: Path, cli: Cli) -> None:
    labelled(mini, "r1", {"c0": FAIL, "c1": PASS})
    run_file(risky, "r2", 0, salt=1, version="rag-v5")
    assert cli("import", "r2.jsonl", "--as", "candidate").code == 0
    labelled(mini, "r2", {"c0": PASS, "c1": PASS})
    assert check(cli).code == 0


def test_a_failure_is_not_settled_by_an_earlier_run_of_the_version(risky: Path, mini: Path, cli: Cli) -> None:
    run_file(risky, "r2", 0, salt=1, version="rag-v4")
    assert cli("import", "r2.jsonl").code == 0
    labelled(mini, "r2", {"c0": FAIL, "c1": PASS})
    labelled(mini, "r1", {"c0": PASS, "c1": PASS})
    told = check(cli)
    assert (told.code, told.json["gate"]["failed"]) == (1, ["c0"])


@pytest.mark.slow
def test_a_risk_is_accepted_by_name_until_a_day_and_leaves_a_condition(risky: Path, mini: Path, cli: Cli) -> None:
    labelled(mini, "r1", {"c0": FAIL, "c1": PASS})
    until = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    for arguments, reason in (
        (("c1", "--until", until, "--reason", "x"), "Nobody failed"),
        (("c0", "--until", until), "for a reason"),
        (("c0", "--until", "2199-01-01", "--reason", "x"), "90 days"),
        (("c0", "--reason", "x"), "--until"),
    ):
        refused = cli("labels", "accept", *arguments)
        assert refused.code == 2
        assert reason in refused.err
    told = cli("labels", "accept", "c0", "--until", until, "--reason", "a banner warns", "--approver", "Dana")
    assert told.code == 0, told.err
    told = check(cli)
    assert (told.code, keys(told)) == (3, {"gate/high-risk-accepted"})
    assert "by Dana (a banner warns)" in words(told, "gate/high-risk-accepted")
    condition = next(
        one for one in cli("check", "--json").json["conditions"] if one["key"] == "gate/high-risk-accepted"
    )
    assert condition["due"] == until
    # Not for ever, and not for another version.
    after = (datetime.now(UTC) + timedelta(days=21)).date().isoformat()
    assert check(cli, "--as-of", after).code == 1
    assert cli("labels", "accept", "c0", "--withdraw").code == 0
    assert check(cli).code == 1
    assert cli("labels", "accept", "c0", "--withdraw").code == 2


@pytest.mark.slow
def test_an_accepted_risk_is_of_one_version(risky: Path, mini: Path, cli: Cli) -> None:
    labelled(mini, "r1", {"c0": FAIL, "c1": PASS})
    until = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    assert cli("labels", "accept", "c0", "--until", until, "--reason", "a banner warns").code == 0
    run_file(risky, "r2", 0, salt=1, version="rag-v5")
    assert cli("import", "r2.jsonl", "--as", "candidate").code == 0
    labelled(mini, "r2", {"c0": FAIL, "c1": PASS})
    assert check(cli).code == 1


# Against the last check


def test_against_the_last_check_nothing_new_passes_unseen(locked: Path, cli: Cli) -> None:
    run_file(locked, "r0", 12, version="rag-v4")
    assert cli("import", "r0.jsonl").code == 0
    run_file(locked, "r1", 2, salt=1, version="rag-v5", started_at=None)
    assert cli("import", "r1.jsonl", "--as", "candidate").code == 0
    told = check(cli)
    assert told.code == 3
    (locked / "last.json").write_text(told.out, encoding="utf-8")
    same = check(cli, "--against", "last.json", "--allow", "conditions")
    assert (same.code, same.json["against"]["adds"]) == (0, False)
    assert "nothing was added" in cli("gate", "check", "--against", "last.json").out
    # Another condition is new, whatever is allowed.
    run_file(locked, "r2", 2, salt=2, version="rag-v4", started_at=None)
    assert cli("import", "r2.jsonl", "--as", "candidate").code == 0
    assert cli("gate", "check", "--allow", "conditions").code == 0
    told = check(cli, "--against", "last.json", "--allow", "conditions")
    assert told.code == 3
    assert any("failed in run 'r0'" in new for new in told.json["against"]["new"])
    assert "+ new: GO WITH CONDITIONS: version rag-v4 failed" in cli("gate", "check", "--against", "last.json").out


def test_against_names_rows_that_moved_and_tries(locked: Path, cli: Cli) -> None:
    run_file(locked, "r1", 2, version="rag-v4")
    assert cli("import", "r1.jsonl", "--as", "candidate").code == 0
    (locked / "last.json").write_text(check(cli).out, encoding="utf-8")
    (locked / "whole.json").write_text(cli("check", "--json").out, encoding="utf-8")
    run_file(locked, "r2", 12, salt=1, version="rag-v5")
    assert cli("import", "r2.jsonl", "--as", "candidate").code == 0
    against = check(cli, "--against", "last.json").json["against"]
    assert against["worse"] == ["task_success_rate PASS → FAIL"]
    assert against["tries"] == "tries against this lock: 1 → 2"
    whole = cli("check", "--json", "--against", "whole.json").json["against"]
    assert whole["worse"] == ["task_success_rate PASS → FAIL"]
    for wrong in ("whole.json", "gate.yaml", "nowhere.json"):
        assert check(cli, "--against", wrong).code == 2


def test_another_case_under_a_known_condition_is_new(risky: Path, mini: Path, cli: Cli) -> None:
    until = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    for case, verdicts in (("c0", {"c0": FAIL, "c1": PASS}), ("c1", {"c1": FAIL})):
        labelled(mini, "r1", verdicts)
        assert cli("labels", "accept", case, "--until", until, "--reason", "a banner warns").code == 0
        told = check(cli, *(("--against", "last.json") if case == "c1" else ()), "--allow", "conditions")
        assert (told.code, keys(told)) == (3 if case == "c1" else 0, {"gate/high-risk-accepted"})
        (risky / "last.json").write_text(told.out, encoding="utf-8")
    assert any("c1 until" in more for more in told.json["against"]["more"])


# What was here, and is not


def imports(cli: Cli) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = cli("imports", "--json").json["imports"]
    return rows


def take_back(cli: Cli, name: str) -> None:
    number = next(row["id"] for row in imports(cli) if Path(row["path"]).name == name)
    told = cli("review", "take-back", number, "--yes")
    assert told.code == 0, told.err


@pytest.mark.slow
def test_a_try_that_was_taken_back_is_not_forgotten(locked: Path, cli: Cli) -> None:
    run_file(locked, "v2", 2, salt=1)
    assert cli("import", "v2.jsonl", "--as", "candidate").code == 0
    assert check(cli).code == 0
    run_file(locked, "v1", 12)
    assert cli("import", "v1.jsonl").code == 0
    assert check(cli).json["gate"]["tries"]["of"] == 2
    take_back(cli, "v1.jsonl")
    told = check(cli)
    assert (told.code, keys(told)) == (3, {"gate/tries-gone"}), told.out
    assert "1 run imported since the lock was taken back" in words(told, "gate/tries-gone")
    assert "gate/tries-gone" in cli("check", "--json").out
    # Under another name of the system it is the same system.
    assert cli("review", "rename-system", "bot", "robot").code == 0
    assert keys(check(cli)) == {"gate/tries-gone"}
    # It is here again: how it did is known, and counted.
    assert cli("import", "v1.jsonl").code == 0
    told = check(cli)
    assert (told.code, told.json["gate"]["tries"]["of"]) == (0, 2)


def test_what_was_taken_back_before_the_lock_was_no_try(locked: Path, cli: Cli) -> None:
    run_file(locked, "v1", 12)
    assert cli("import", "v1.jsonl").code == 0
    (locked / "gate.yaml").write_text(GATE.replace("0.80", "0.75"), encoding="utf-8")
    assert cli("import", "gate.yaml", "--reason", "agreed").code == 0
    assert cli("gate", "lock").code == 0
    run_file(locked, "v2", 2, salt=1)
    assert cli("import", "v2.jsonl", "--as", "candidate").code == 0
    take_back(cli, "v1.jsonl")  # imported before the lock
    assert check(cli).code == 0


@pytest.mark.parametrize("role", ["candidate", "baseline"])
def test_a_run_that_is_named_and_gone_holds_the_gate(role: str, locked: Path, cli: Cli) -> None:
    for name in ("one", "two"):
        run_file(locked, name, 2, salt=ord(name[0]) + 7 * len(role), version=f"rag-{role}")
        assert cli("import", f"{name}.jsonl", "--as", role).code == 0
    if role == "baseline":
        run_file(locked, "v1", 2)
        assert cli("import", "v1.jsonl", "--as", "candidate").code == 0
    assert check(cli).code == 0
    take_back(cli, "two.jsonl")
    told = check(cli)
    assert told.code == 3
    assert f"named {role} is a run that is not here: two" in words(told, f"gate/{role}-gone")


def requests(place: Path, name: str, *sizes: int) -> None:
    """A file of requests of so many spans each."""
    start = int(datetime.now(UTC).timestamp() - 3600) * 10**9
    spans = [
        {"traceId": f"{n + 1:032x}", "spanId": f"{n + 1:08x}{step + 1:08x}", "name": "answer", "kind": 2,
         "parentSpanId": f"{n + 1:08x}{1:08x}" if step else "", "startTimeUnixNano": str(start + step),
         "endTimeUnixNano": str(start + 10**9), "status": {"code": 1}}
        for n, size in enumerate(sizes) for step in range(size)
    ]  # fmt: skip
    put(place / name, {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})


@pytest.mark.parametrize("sizes", [(1, 2, 9), (1, 9, 9)])
def test_a_request_too_large_to_be_read_holds_a_gate_on_requests(
    sizes: tuple[int, ...], mini: Path, place: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "MOST", 3)
    rule = "name: bot\nmetrics:\n  - {metric: error_rate, threshold: '<= 0.5', from: traces, window_days: 7}\n"
    (place / "gate.yaml").write_text(rule, encoding="utf-8")
    golden(place)
    assert cli("import", "gate.yaml", "golden.jsonl").code == 0
    assert cli("gate", "lock").code == 0
    requests(place, "requests.jsonl", *sizes)
    requests(place, "few.jsonl", 1)
    run_file(place, "v1", 0)
    assert cli("import", "v1.jsonl", "--as", "candidate").code == 0
    assert cli("import", "few.jsonl").code == 0
    assert "gate/requests-too-large" not in keys(check(cli))
    assert cli("import", "requests.jsonl").code == 0
    told = check(cli)
    assert told.code == 3
    said = "1 request too large to be read is" if sizes.count(9) == 1 else "2 requests too large to be read are"
    assert words(told, "gate/requests-too-large").startswith(f"{said} in no figure")
    # No request of before the window can be in a figure of it.
    later = (datetime.now(UTC) + timedelta(days=30)).date()
    assert "gate/requests-too-large" not in keys(check(cli, "--as-of", later))
    # A gate that asks nothing of requests is as whole as it was.
    (place / "gate.yaml").write_text(GATE, encoding="utf-8")
    assert cli("import", "gate.yaml", "--reason", "runs alone").code == 0
    assert "gate/requests-too-large" not in keys(check(cli))
