"""The spans that a tracking database keeps as files beside it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import ReadAlongError
from tests.shapes.shape import FILES


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(FILES / "mlflow" / "database-2.22", tmp_path / "tracking"))


def unknown(found) -> int:
    return sum(trace.spans is None for trace in found.traces)


def test_without_its_artifacts_a_database_says_that_the_spans_are_missing(read, folder):
    assert unknown(read(folder / "mlflow.db")) == 0
    shutil.rmtree(folder / "mlruns")
    found = read(folder / "mlflow.db")
    assert unknown(found) == len(found.traces) > 0
    assert all(trace.tool_calls is None for trace in found.traces)


def test_what_a_server_serves_lies_below_mlartifacts(read, folder):
    (folder / "mlruns").rename(folder / "mlartifacts")
    conn = sqlite3.connect(folder / "mlflow.db")
    conn.execute(
        "UPDATE trace_tags SET value = replace(value, '/srv/eval/mlruns', 'mlflow-artifacts:') WHERE key = 'mlflow.artifactLocation'"
    )
    conn.commit()
    conn.close()
    assert unknown(read(folder / "mlflow.db")) == 0


def test_nothing_outside_of_the_databases_folder_is_read(read, folder):
    (folder / "mlruns").rename(folder.parent / "mlruns")
    (folder / "mlruns").symlink_to(folder.parent / "mlruns")
    assert unknown(read(folder / "mlflow.db")) == 4


def test_new_spans_are_something_new_to_import(folder):
    source, _ = registry.recognise(folder / "mlflow.db")
    before = registry.digest_of(source, folder / "mlflow.db")
    next(iter(folder.glob("mlruns/*/traces/*/artifacts/traces.json"))).write_text('{"spans": []}')
    assert registry.digest_of(source, folder / "mlflow.db") != before


def test_an_artifact_beside_its_database_comes_with_it_and_alone_is_the_trace_that_it_names(read, folder, tmp_path):
    file = next(iter(folder.glob("mlruns/*/traces/*/artifacts/traces.json")))
    source, _ = registry.recognise(file)
    with pytest.raises(ReadAlongError, match=r"mlflow\.db"):
        list(source.read(file))
    alone = tmp_path / "traces.json"
    alone.write_bytes(file.read_bytes())
    assert [trace.id for trace in read(alone).traces] == [file.parts[-3]]


def test_a_database_that_has_not_the_trace_keeps_no_artifact_from_being_read(read, folder):
    file = next(iter(folder.glob("mlruns/*/traces/*/artifacts/traces.json")))
    conn = sqlite3.connect(folder / "mlflow.db")
    conn.execute("DELETE FROM trace_info WHERE request_id = ?", (file.parts[-3],))
    conn.commit()
    conn.close()
    assert [trace.id for trace in read(file).traces] == [file.parts[-3]]
