"""Another program's SQLite file: at rest, undamaged, of tables only, and never written to."""

from __future__ import annotations

import gzip
import os
import sqlite3
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from readiness_tui.sources.kit import foreign_db
from readiness_tui.sources.kit.fields import Notes
from readiness_tui.sources.kit.foreign_db import open_foreign

DATA = Path(__file__).parents[2] / "data" / "mlflow" / "mlflow.db.gz"


@pytest.fixture
def mlflow_db(tmp_path):
    path = tmp_path / "mlflow.db"
    path.write_bytes(gzip.decompress(DATA.read_bytes()))
    return path


def made(path, *statements):
    conn = sqlite3.connect(path)
    for statement in statements:
        conn.execute(statement)
    conn.commit()
    conn.close()
    return path


def rows_of(path, table, *columns, **more):
    with open_foreign(path, Notes()) as db:
        return [tuple(row.values()) for row in db.rows(table, columns, **more)]


def test_reading_leaves_no_trace(mlflow_db, read):
    mlflow_db.chmod(0o444)
    before = mlflow_db.read_bytes(), sorted(os.listdir(mlflow_db.parent))
    assert read(mlflow_db).cases
    assert (mlflow_db.read_bytes(), sorted(os.listdir(mlflow_db.parent))) == before


def test_a_name_that_a_uri_would_misread(mlflow_db, read):
    path = mlflow_db.rename(mlflow_db.with_name("a?mode=rwc#%41 ü.db"))
    assert read(path).cases


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_changes_that_wait_beside_the_file_are_not_passed_over(mlflow_db, read, end):
    Path(f"{mlflow_db}{end}").write_bytes(b"")
    assert read(mlflow_db).cases
    Path(f"{mlflow_db}{end}").write_bytes(b"x")
    with pytest.raises(ReadinessError, match=f"changes to it wait in mlflow.db{end}"):
        read(mlflow_db)


def test_rows_still_in_a_real_wal_are_refused_rather_than_lost(mlflow_db, read):
    conn = sqlite3.connect(mlflow_db)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("DELETE FROM trace_info")
    conn.commit()
    try:
        with pytest.raises(ReadinessError, match="is in use"):
            read(mlflow_db)
    finally:
        conn.close()
    assert len(read(mlflow_db).traces) == 0  # closed, the change is in the file


def test_a_file_that_changes_meanwhile_is_refused(mlflow_db):
    def go():
        with open_foreign(mlflow_db, Notes()):
            made(mlflow_db, "CREATE TABLE extra(x)")

    with pytest.raises(ReadinessError, match="was changed while it was read"):
        go()


@pytest.mark.parametrize("word", [b"CREATE TABLE ", b"CREATE INDEX "])
@pytest.mark.parametrize("first", [b"\xff", b"\x80", b"\xc3"])
def test_a_schema_whose_bytes_are_no_text_is_damage(mlflow_db, read, word, first):
    content = mlflow_db.read_bytes()
    assert word in content
    mlflow_db.write_bytes(content.replace(word, word[:2] + first + word[3:], 1))
    with pytest.raises(ReadinessError, match=r"mlflow\.db: the SQLite file cannot be read to its end"):
        read(mlflow_db)


def test_views_and_virtual_tables_are_no_tables(tmp_path):
    path = made(
        tmp_path / "x.db",
        "CREATE TABLE real(a)",
        "CREATE VIEW runs AS WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x+1 FROM n) SELECT x AS a FROM n",
        "CREATE VIRTUAL TABLE words USING fts5(a)",
    )
    with open_foreign(path, Notes()) as db:
        assert "real" in db.tables
        assert not db.has("runs")
        assert not db.has("words")
        assert list(db.rows("runs", ("a",))) == []


def test_a_query_that_does_not_end_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(foreign_db, "_STEPS", 1000)
    monkeypatch.setattr(foreign_db, "_LOOKS", 5)
    sorting = made(tmp_path / "y.db", "CREATE TABLE t(a)")
    conn = sqlite3.connect(sorting)
    conn.executemany("INSERT INTO t VALUES (?)", ((n * 7919 % 100_003,) for n in range(20_000)))
    conn.commit()
    conn.close()
    with pytest.raises(ReadinessError, match="did not end in time"):
        rows_of(sorting, "t", "a", order="a")


def test_columns_and_tables_that_are_not_there_are_not_recorded(tmp_path):
    path = made(tmp_path / "x.db", "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)")
    assert rows_of(path, "t", "a", "b") == [(1, None)]
    assert rows_of(path, "t", "b") == []
    assert rows_of(path, "u", "a") == []


def test_values_of_any_type(tmp_path):
    path = made(
        tmp_path / "x.db",
        "CREATE TABLE t(a)",
        "INSERT INTO t VALUES (9e999), (-9e999), (x'ff41'), (CAST(x'ff42' AS TEXT)), (9223372036854775807), (NULL)",
    )
    notes = Notes()
    with open_foreign(path, notes) as db:
        assert [row["a"] for row in db.rows("t", ("a",))] == [None, None, "\ufffdA", "\ufffdB", 2**63 - 1, None]
    assert ["not valid UTF-8" in warn.text for warn in notes.warnings("x")] == [True]


def test_a_name_in_the_schema_is_quoted(tmp_path):
    path = made(tmp_path / "x.db", 'CREATE TABLE "a""; DROP TABLE b; --"(c)', "CREATE TABLE b(c)")
    with open_foreign(path, Notes()) as db:
        assert set(db.tables) == {'a"; DROP TABLE b; --', "b"}
        assert db.count('a"; DROP TABLE b; --') == 0


def test_another_database_is_nobodys(tmp_path):
    path = made(tmp_path / "x.db", "CREATE TABLE runs(a)")
    with pytest.raises(ReadinessError, match="a SQLite database that no source knows"):
        registry.recognise(path)


def test_mlflow_by_force_on_another_database(tmp_path, read):
    path = made(tmp_path / "x.db", "CREATE TABLE runs(a)")
    with pytest.raises(ReadinessError, match="has not MLflow's tables"):
        read(path, "mlflow")
