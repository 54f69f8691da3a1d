"""W&B's own offline output: two runs of 0.31 over twelve cases (9 and 11 right), one of 0.16 with its older files."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.metrics.observe import RunData, observe
from readiness_tui.domain.runs.model import Aggregate, CaseStatus, Completeness, Measure, Score
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import ReadAlongError
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.wandb.log import BLOCK, log_records, message
from readiness_tui.sources.wandb.run import LoggedRun, TableRef, table_file

DATA = Path(__file__).parents[2] / "data" / "wandb"
BASELINE = DATA / "offline-run-20261123_120221-us45ayly"
CANDIDATE = DATA / "offline-run-20261123_120221-mgg2bzkp"
OLD = DATA / "offline-run-20261123_164643-7d7mallf"


@pytest.fixture
def copied(tmp_path):
    """copied(folder): a copy of a run's folder that a test may change."""

    def go(folder):
        return Path(shutil.copytree(folder, tmp_path / folder.name, copy_function=shutil.copyfile))

    return go


def table_of(folder):
    (path,) = (folder / "files" / "media" / "table").iterdir()
    return path


# An offline run


@pytest.mark.parametrize(
    ("folder", "ident", "name", "version", "right"),
    [(BASELINE, "us45ayly", "eval-baseline", "v12", 9), (CANDIDATE, "mgg2bzkp", "eval-candidate", "v13", 11)],
)
def test_what_an_offline_run_brings(read, folder, ident, name, version, right):
    found = read(folder / f"run-{ident}.wandb")
    (run,) = found.runs
    assert (found.format, run.id, run.name, run.tool_version) == ("wandb", ident, name, "0.31.0")
    assert (run.prompt_version, run.model, run.dataset_name) == (version, "gpt-x-mini", "support-bot-gold")
    assert run.completeness is Completeness.COMPLETE
    assert run.started_at.replace(microsecond=0) == datetime(2026, 11, 23, 12, 2, 21, tzinfo=UTC)
    assert run.tags == (name.removeprefix("eval-"), "rag")
    assert (run.extra["group"], run.extra["job_type"], run.extra["project"]) == ("gate-42", "eval", "support-bot")
    assert run.extra["config"]["nested"] == {"top_k": 5}
    # The config's dataset_sha256 is of the team's own file: as the golden set's digest it would never match a lock.
    assert run.dataset_digest is None
    assert len(found.cases) == 12
    assert sum(case.status is CaseStatus.PASS for case in found.cases) == right
    # The tool's own aggregate is ours on the same cases.
    ours = observe("task_success_rate", RunData(run, tuple(found.cases)))
    assert ours.estimate.value == pytest.approx(run.aggregates["accuracy"].value, abs=1e-12)
    assert not found.rejects


def test_a_case_of_a_logged_table(read):
    case = read(BASELINE / "run-us45ayly.wandb").case["SB-003"]
    assert case.question == "How do I handle change address? (3)"
    assert case.status is CaseStatus.FAIL
    assert case.scores == {"faithfulness": Score(0.35)}
    assert case.latency_ms.value == 511.0
    cases = read(BASELINE / "run-us45ayly.wandb").case
    assert cases["SB-010"].cost == Measure()  # null is missing, not 0
    assert {ident for ident, case in cases.items() if "high_risk" in case.tags} == {"SB-006", "SB-012"}


def test_nan_null_and_infinity_in_a_summary_are_missing_and_last_values_are_said(read):
    run = read(CANDIDATE / "run-mgg2bzkp.wandb").runs[0]
    assert run.aggregates["error_rate"] == run.aggregates["best"] == Aggregate(None)
    assert any('"error_rate", "best": NaN, infinite or null' in warning for warning in run.warnings)
    assert run.aggregates["latency_p95_ms"] == Aggregate(820.0)
    (said,) = (warning for warning in run.warnings if "last value alone" in warning)
    assert '"case/latency_ms", "case/faithfulness", "case/ok": logged at up to 12 steps' in said


def test_an_older_version_in_the_same_file(read):
    found = read(OLD / "run-7d7mallf.wandb")
    (run,) = found.runs
    assert (run.name, run.tool_version, run.prompt_version) == ("eval-old", "0.16.6", "v11")
    assert run.aggregates["n.a"] == Aggregate(1.0)
    assert [case.scores for case in found.cases] == [{"faithfulness": Score(0.9)}, {}, {}]
    assert any("NaN or Infinity in a cell; taken as missing (1 record)" in warning for warning in found.warnings)


def test_a_run_whose_end_was_not_written_is_partial_and_a_failed_one_errored(read, copied):
    folder = copied(BASELINE)
    path = folder / "run-us45ayly.wandb"
    content = path.read_bytes()
    path.write_bytes(content[:-40])
    run = read(path).runs[0]
    assert run.completeness is Completeness.PARTIAL
    assert any("did not end" in warning for warning in run.warnings)
    logged = LoggedRun(ended=False)
    logged.add(bytes([0x92, 0x01, 0x02, 0x08, 0x01]))  # field 18, exit: code 1
    assert (logged.ended, logged.exit_code) == (True, 1)


# Its table


def test_a_table_of_a_run_comes_with_the_run(read):
    with pytest.raises(ReadAlongError, match=r"is a table that run-us45ayly.wandb logged"):
        read(table_of(BASELINE))


def test_a_table_alone_could_be_mlflows_and_asks(read, tmp_path):
    path = tmp_path / "cases.table.json"
    path.write_bytes(table_of(BASELINE).read_bytes())
    with pytest.raises(ReadinessError, match=r"--format mlflow .*; --format wandb "):
        registry.recognise(path)
    found = read(path, "wandb")
    assert (found.runs[0].name, len(found.cases)) == ("cases", 12)
    assert "describes no run" in found.runs[0].warnings[0]


def test_a_table_that_is_not_there_leaves_the_run_partial(read, copied):
    folder = copied(BASELINE)
    table_of(folder).unlink()
    found = read(folder / "run-us45ayly.wandb")
    assert found.runs[0].completeness is Completeness.PARTIAL
    assert not found.cases
    assert any("the table cases (12 rows) is not beside it" in warning for warning in found.warnings)


def test_a_table_that_was_changed_is_said_and_makes_it_another_import(read, copied):
    folder = copied(BASELINE)
    path = folder / "run-us45ayly.wandb"
    source, _ = registry.recognise(path)
    before = registry.digest_of(source, path)
    table_of(folder).write_text(table_of(folder).read_text().replace("0.35", "0.95"))
    assert registry.digest_of(source, path) != before
    found = read(path)
    assert found.case["SB-003"].scores == {"faithfulness": Score(0.95)}
    assert any("was changed after it was logged" in warning for warning in found.warnings)


@pytest.mark.parametrize("name", ["../run-us45ayly.wandb", "/etc/passwd", "media/../../x", "link/x", "a\0b"])
def test_a_table_is_only_looked_for_among_the_runs_files(tmp_path, name):
    files = tmp_path / "files"
    files.mkdir()
    (files / "link").symlink_to("/etc")
    assert table_file(files, TableRef("cases", name, None, None)) is None


def test_several_tables_are_variants_and_one_without_a_case_brings_none(read, tmp_path):
    for name, table in {
        "a": {"columns": ["case_id", "score"], "data": [["c1", 1]]},
        "b": {"columns": ["case_id", "score"], "data": [["c1", 0]]},
        "labels": {"columns": ["actual", "predicted"], "data": [["x", "y"]]},
    }.items():
        (tmp_path / f"{name}.table.json").write_text(json.dumps(table))
    refs = {name: {"_type": "table-file", "path": f"{name}.table.json", "nrows": 1} for name in ("a", "b", "labels")}
    summary = tmp_path / "wandb-summary.json"
    summary.write_text(json.dumps({"_runtime": 2, "_timestamp": 1795452403.4, "eval": {"a": refs["a"]}, **{k: refs[k] for k in ("b", "labels")}}))  # fmt: skip
    found = read(summary)
    assert [(case.id, case.variant, case.scores["score"].value) for case in found.cases] == [
        ("c1", "eval.a", 1.0), ("c1", "b", 0.0),
    ]  # fmt: skip
    assert any("no column of the table labels names a case" in warning for warning in found.warnings)


# Older files without a run file


@pytest.fixture
def older(copied):
    """The folder as older versions left it where the run was synchronised: no run file, a summary and a config."""
    folder = copied(OLD)
    (folder / "run-7d7mallf.wandb").unlink()
    table = table_of(folder)
    summary = {
        "_wandb": {"runtime": 61}, "_runtime": 61.4, "_timestamp": 1795452403.4, "_step": 3, "accuracy": 0.75, "error_rate": "NaN",
        "cases": {"_type": "table-file", "path": f"media/table/{table.name}", "ncols": 4, "nrows": 3},
    }  # fmt: skip
    (folder / "files" / "wandb-summary.json").write_text(json.dumps(summary))
    (folder / "files" / "config.yaml").write_text(
        "wandb_version: 1\n\n_wandb:\n  desc: null\n  value:\n    python_version: 3.11.7\n    t:\n      1:\n      - 1\n"
        "model:\n  desc: null\n  value: gpt-x-mini\nprompt_version:\n  desc: null\n  value: v11\n"
    )
    return folder / "files"


def test_the_older_files_are_one_run(read, older):
    found = read(older / "wandb-summary.json")
    (run,) = found.runs
    assert (run.id, run.version) == ("7d7mallf", "v11/gpt-x-mini")
    assert (run.started_at.isoformat()[:19], (run.finished_at - run.started_at).total_seconds()) == (
        "2026-11-23T16:46:43",
        61,
    )
    assert run.aggregates == {"accuracy": Aggregate(0.75), "error_rate": Aggregate(None)}
    assert any("do not say whether the run ended" in warning for warning in run.warnings)
    assert len(found.cases) == 3
    source, _ = registry.recognise(older / "wandb-summary.json")
    assert [path.name for path in source.along(older / "wandb-summary.json")] == [
        "config.yaml", table_of(older.parent).name, "wandb-metadata.json",
    ]  # fmt: skip


def test_a_config_that_is_no_plain_yaml_is_said(read, older):
    (older / "config.yaml").write_text("wandb_version: 1\nmodel: &a {value: x}\n")
    found = read(older / "wandb-summary.json")
    assert found.runs[0].model is None
    assert any("config.yaml was not used" in warning and "anchors" in warning for warning in found.warnings)


@pytest.mark.parametrize("name", ["config.yaml", "wandb-metadata.json"])
def test_what_stands_beside_the_summary_is_not_imported_alone(read, older, name):
    with pytest.raises(ReadAlongError, match=r"comes with the run's wandb-summary.json"):
        read(older / name)


def test_beside_a_run_file_the_older_files_are_left_to_it(read):
    for name in ("wandb-summary.json", "wandb-metadata.json"):
        with pytest.raises(ReadAlongError, match=r"run-7d7mallf.wandb"):
            read(OLD / "files" / name)


def test_a_whole_folder_needs_no_word(read):
    usable = [path for path, found in registry.each(DATA) if not isinstance(found, str)]
    assert len(usable) == 8  # every file is somebody's; those that come along say so when they are read
    brought = []
    for path in usable:
        try:
            brought += read(path).runs
        except ReadAlongError:
            continue
    assert sorted(run.id for run in brought) == ["7d7mallf", "mgg2bzkp", "us45ayly"]


def test_secrets_in_the_config_are_masked(read, older):
    key = "sk-" + "a1B2" * 12
    with (older / "config.yaml").open("a") as file:
        file.write(f"openai_api_key:\n  value: {key}\n")
    assert key not in repr(read(older / "wandb-summary.json").runs)


# The log format


def test_a_record_over_several_blocks(tmp_path):
    import struct
    import zlib

    data = bytes(range(256)) * 300  # 75 KiB: a first, a middle and a last part
    out = bytearray(b":W&B\xe1\xbe\x00")
    parts, at = [], 0
    while at < len(data):
        room = BLOCK - len(out) % BLOCK - 7
        piece = data[at : at + room]
        at += len(piece)
        kind = 1 if at == len(piece) else 4 if at == len(data) else 3
        kind = 2 if kind == 1 and at < len(data) else kind
        out += struct.pack("<IHB", zlib.crc32(bytes([kind]) + piece), len(piece), kind) + piece
        parts.append(kind)
    assert parts == [2, 3, 4]
    path = tmp_path / "x.wandb"
    path.write_bytes(bytes(out))
    assert [item for item in log_records(path) if isinstance(item, tuple)] == [(1, data)]


@pytest.mark.parametrize("data", [b"\x0a\x05ab", b"\xff", b"\xff" * 11, b"\x0b", b"\x09\x01"])
def test_a_message_that_is_cut_or_none_is_refused(data):
    with pytest.raises(RecordError, match="protobuf message"):
        message(data)
