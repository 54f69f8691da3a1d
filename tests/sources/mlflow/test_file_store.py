"""MLflow's file store is one export, wherever it stands and whatever is broken in it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import ReadAlongError, Reject, RunStart, TraceRecord
from tests.shapes.shape import FILES
from tests.sources.hostile.reading import check

STORE = FILES / "mlflow" / "file-store-3.17" / "mlruns"
EVALUATED = FILES / "mlflow" / "genai-evaluate" / "mlruns"


@pytest.fixture
def store(tmp_path) -> Path:
    return Path(shutil.copytree(STORE, tmp_path / "mlruns"))


def brought(path: Path) -> list[tuple[Path, str, int, int]]:
    """Each file or folder below with its format, its runs and its traces."""
    found = []
    for file, one in registry.each(path):
        if isinstance(one, str):
            found.append((file, "", 0, 0))
            continue
        records = list(one[0].read(file))
        runs, traces = (sum(isinstance(r, kind) for r in records) for kind in (RunStart, TraceRecord))
        found.append((file, one[1].format, runs, traces))
    return found


def test_the_folder_its_parent_and_the_store_beside_other_files_are_one_store(store, tmp_path):
    whole = [(store, "mlflow", 3, 4)]
    assert brought(store) == whole
    assert brought(tmp_path) == whole
    (tmp_path / "metrics.json").write_text('{"faithfulness": 0.8}')
    assert sorted(brought(tmp_path)) == sorted([(tmp_path / "metrics.json", "metrics_mapping", 1, 0), *whole])


def test_a_part_of_a_store_is_read_as_what_it_is(store):
    experiment = next(folder for folder in store.iterdir() if (folder / "traces").is_dir())
    assert brought(experiment) == [(experiment, "mlflow", 2, 4)]
    assert brought(experiment / "traces") == [(experiment / "traces", "mlflow", 0, 4)]
    run = next(file.parent for file in experiment.glob("*/meta.yaml") if "night" in file.read_text())
    assert brought(run) == [(run, "mlflow", 1, 0)]


def test_a_file_of_the_store_alone_is_no_run_and_says_what_to_import(store):
    for file in store.rglob("*"):
        if file.is_file() and "mlruns/." not in str(file):
            try:
                source, _ = registry.recognise(file)
            except ReadinessError:
                continue
            with pytest.raises(ReadAlongError, match="import that folder"):
                list(source.read(file))


def test_a_malformed_experiment_beside_the_others_keeps_none_from_being_read(store, tmp_path):
    (store / "7").mkdir()  # as an interrupted deletion leaves it
    assert sum(runs for _, _, runs, _ in brought(tmp_path)) == 3


def test_a_broken_trace_or_run_is_rejected_and_the_others_are_read(store):
    infos = sorted(store.glob("*/traces/*/trace_info.yaml"))
    infos[0].write_text("trace_id: [")
    next(iter(store.glob("*/*/metrics/acc"))).write_text("yesterday much 1\n1795979904771 0.5 0\n")
    source, _ = registry.recognise(store)
    records = list(source.read(store))
    check(records)
    assert sum(isinstance(r, TraceRecord) for r in records) == len(infos) - 1
    reasons = [r.reason for r in records if isinstance(r, Reject)]
    assert any("the trace in" in reason for reason in reasons)
    assert any("“timestamp value step”" in reason for reason in reasons)


def test_the_digest_follows_every_file_that_is_read_and_where_it_stands(store):
    source, _ = registry.recognise(store)
    before = registry.digest_of(source, store)
    file = next(iter(store.glob("*/traces/*/tags/mlflow.traceName")))
    file.rename(file.with_name("other"))
    assert registry.digest_of(source, store) != before


def test_another_format_cannot_be_forced_upon_a_store(store):
    with pytest.raises(ReadinessError, match="Leave out --format junit"):
        registry.recognise(store, "junit")


def test_tables_that_a_run_logged_are_its_cases_where_it_has_no_traces(store):
    run = next(file.parent for file in store.glob("*/*/meta.yaml") if "run_name: o\n" in file.read_text())
    (run / "artifacts").mkdir(exist_ok=True)
    (run / "artifacts" / "eval_results_table.json").write_text(
        '{"columns": ["inputs", "outputs", "toxicity/v1/score"], "data": [["a?", "b", 0.1], ["c?", "d", 0.3]]}'
    )
    (run / "artifacts" / "notes.txt").write_text("x")
    source, _ = registry.recognise(store)
    records = list(source.read(store))
    check(records)
    cases = [r for r in records if getattr(r, "run_id", None) == run.name and hasattr(r, "case")]
    assert [r.case.scores["toxicity"].value for r in cases] == [0.1, 0.3]
    assert any("1 artifact of its runs not read" in getattr(r, "text", "") for r in records)


@pytest.mark.slow
def test_values_of_any_kind_in_any_file_crash_nothing(tmp_path):
    rng = random.Random(10)
    junk = [
        b"",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b"{}",
        b"- 1\n- 2",
        b"a: &x 1\nb: *x",
        b"1 2 3",
        b"nan " * 3,
        "“”\x1b[2J".encode(),
    ]
    for turn in range(40):
        store = Path(shutil.copytree(EVALUATED, tmp_path / str(turn) / "mlruns"))
        files = sorted(file for file in store.rglob("*") if file.is_file())
        for file in rng.sample(files, 4):
            file.write_bytes(rng.choice(junk))
        try:
            source, _ = registry.recognise(store)
            check(source.read(store))
        except ReadinessError:
            continue
