"""A file of the version in which several systems read each other's data: each gets its own, and nothing is lost."""

from __future__ import annotations

import shutil
import sqlite3 as standard
import subprocess
import sys
import time
from pathlib import Path

import pytest

from readiness_tui.domain.runs.model import HumanVerdict, Trace
from readiness_tui.store import (
    Store,
    audit,
    evalsets,
    gates,
    imports,
    incidents,
    migrations,
    reviews,
    runs,
    settings,
    systems,
    traces,
)
from readiness_tui.store.sqlite import sqlite3
from readiness_tui.store.upgrades import system_column
from tests.store.old_files import unpacked
from tests.store.workers import NOW

SUPPORT, SEARCH = "Support bot", "Search"
OLD = 4  # the version of the files


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return unpacked("version-4-1", tmp_path / "one.db")


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return unpacked("version-4-2", tmp_path / "two.db")


def names(store: Store, system: str) -> dict[str, list[str]]:
    with store.read() as conn:
        return {
            "imports": sorted(Path(info.path).stem for info in imports.all(conn, system)),
            "runs": sorted(info.run.id for info in runs.all(conn, system)),
            "traces": [f"{trace.id} {trace.question}" for trace in traces.iter_between(conn, system)],
            "incidents": [incident.name for incident in incidents.all(conn, system)],
        }


def test_in_a_file_of_one_system_all_of_it_is_that_systems(one: Path) -> None:
    with Store.open(one) as store:
        assert store.integrity() == []
        assert names(store, SUPPORT) == {
            "imports": ["golden", "run-a.cases", "support"],
            "runs": ["run-a"],
            "traces": [f"t{number} support {number}" for number in range(6, 0, -1)],
            "incidents": ["INC-1"],
        }
        with store.read() as conn:
            assert systems.all(conn) == [SUPPORT]
            assert [info.id for info in imports.all(conn, SUPPORT)] == [3, 2, 1]
            ((_, gate),) = gates.all(conn, SUPPORT)
            assert [lock.gate_digest for lock in gates.locks(conn, SUPPORT)] == [gate.digest]
            assert settings.attendees(conn, SUPPORT) == ("ana", "ben")
            assert all(change.system == SUPPORT for change in audit.log(conn))
            assert audit.log(conn)[0].what == "new incident: Refund booked twice (sev2)"  # nothing was to be decided


def test_of_several_systems_each_gets_what_its_reviews_rest_on(two: Path) -> None:
    with Store.open(two) as store:
        assert store.integrity() == []
        # search.jsonl brought t5 and t6 again, which had replaced those of support.jsonl for both.
        assert names(store, SUPPORT) == {
            "imports": ["golden", "run-a.cases", "support"],
            "runs": ["run-a"],
            "traces": [f"t{number} support {number}" for number in range(6, 0, -1)],
            "incidents": ["INC-1"],
        }
        assert names(store, SEARCH) == {
            "imports": ["golden", "more", "run-a.cases", "run-b.cases", "search"],
            "runs": ["run-a", "run-b"],  # run-a is its baseline
            "traces": [f"t{number} search {number}" for number in range(8, 4, -1)],
            "incidents": ["INC-2"],
        }


def test_what_two_reviews_rest_on_is_stored_for_both(two: Path) -> None:
    with Store.open(two) as store, store.read() as conn:
        mine, theirs = (runs.named(conn, system, "run-a") for system in (SUPPORT, SEARCH))
        assert mine.key != theirs.key
        assert mine.run == theirs.run
        assert runs.cases(conn, mine.key) == runs.cases(conn, theirs.key)
        assert list(runs.records(conn, mine.key)) == list(runs.records(conn, theirs.key))
        for system in (SUPPORT, SEARCH):
            (label,) = runs.labels(conn, system, "run-a")["c0", ""]
            assert (label.verdict, label.note) == (HumanVerdict.FAIL, "indeed wrong")
        assert runs.labels(conn, SUPPORT, "run-b") == {}
        assert [len(found.cases) for found in evalsets.all(conn, SEARCH)] == [3, 4]  # the order of import holds
        assert [len(found.cases) for found in evalsets.all(conn, SUPPORT)] == [4]
        (first,), (second,) = (gates.all(conn, system) for system in (SUPPORT, SEARCH))
        assert first[0] != second[0]
        assert first[1] == second[1]
        assert {r.system: r.gate_id for r in reviews.all(conn)} == {SUPPORT: first[0], SEARCH: second[0]}
        assert gates.locks(conn, SUPPORT) == gates.locks(conn, SEARCH) != []


def test_a_copy_keeps_its_raw_records_and_replaces_what_it_replaced(tmp_path: Path) -> None:
    """Traces that came with runs of two reviews: in each system they are as they were, and later ones take their place."""
    path = unpacked("version-4-2", tmp_path / "x.db")
    conn = sqlite3.connect(path)
    conn.execute("UPDATE run SET import_id = 3 WHERE id = 'run-a'")  # support.jsonl brings run-a, which both name
    conn.commit()
    conn.close()
    with Store.open(path) as store, store.read() as read:
        assert store.integrity() == []
        assert [t.question for t in traces.iter_between(read, SUPPORT)] == [f"support {n}" for n in range(6, 0, -1)]
        assert [t.question for t in traces.iter_between(read, SEARCH)] == [
            *(f"search {n}" for n in range(8, 4, -1)),
            *(f"support {n}" for n in range(4, 0, -1)),
        ]
        for system in (SUPPORT, SEARCH):
            assert '"question": "support 2"' in (traces.raw(read, system, "t2") or "")
        assert '"question": "search 6"' in (traces.raw(read, SEARCH, "t6") or "")
        last = imports.find(read, SEARCH, imports.all(read, SEARCH)[0].digest)
        assert last is not None
    with Store.open(path) as store:
        number = imports.begin(store, SEARCH, "new.jsonl", "test", "new", "ana", NOW)
        imports.add_traces(store, number, [(Trace("t1", NOW, question="new"), "raw")])
        imports.publish(store, number, "ana", NOW)
        with store.read() as read:
            found = [traces.get(read, system, "t1") for system in (SUPPORT, SEARCH)]
            assert [trace and trace.question for trace in found] == ["support 1", "new"]


def test_what_was_decided_stands_in_everybodys_history(two: Path) -> None:
    with Store.open(two) as store, store.read() as conn:
        told = audit.log(conn, system=SUPPORT)[0]
        assert told == audit.log(conn, system=SEARCH)[0]
        assert (told.who, told.undoable) == ("readiness", False)
        assert told.what.endswith("belongs to Support bot or Search")
        assert "support.jsonl to Support bot (the newest review when it came in)" in told.why
        assert "run-b.cases.jsonl to Search (named by its review)" in told.why
        assert (
            "golden.jsonl to Support bot and Search (the newest review when it came in, and runs claim it)" in told.why
        )
        mine, theirs = ({change.what for change in audit.log(conn, system=name)} for name in (SUPPORT, SEARCH))
        assert "new incident: Refund booked twice (sev2)" in mine - theirs
        assert "new incident: Index was empty (sev3)" in theirs - mine
        assert "candidate: run-b" in theirs - mine


def test_a_label_of_the_old_version_can_still_be_taken_back(two: Path) -> None:
    with Store.open(two) as store:
        with store.read() as conn:
            given = next(change for change in audit.log(conn) if change.what == "human label pass for case c0 of run-b")
        audit.undo(store, given.id, "ana", NOW)
        with store.read() as conn:
            assert runs.labels(conn, SEARCH, "run-b") == {}
            undone = next(change for change in audit.log(conn) if change.undoes == given.id)
        audit.undo(store, undone.id, "ana", NOW)
        with store.read() as conn:
            assert runs.labels(conn, SEARCH, "run-b")["c0", ""][0].note == "good enough"
            assert len(runs.earlier_labels(conn, SEARCH, "run-b", "c0", "", "ana")) == 2


def test_the_trail_is_append_only_again(two: Path) -> None:
    with Store.open(two) as store, store.write("ana", "x", now=NOW) as tx:
        for table in ("change", "change_row"):
            for sql in (f"UPDATE {table} SET rowid = rowid" if table == "change" else f"UPDATE {table} SET pk = pk",
                        f"DELETE FROM {table}"):  # fmt: skip
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    tx.conn.execute(sql)


def test_imports_of_a_file_without_a_review_go_to_the_first_system_that_it_gets(tmp_path: Path) -> None:
    path = unpacked("version-4-1", tmp_path / "x.db")
    conn = sqlite3.connect(path)
    tables = ("gap", "condition", "evidence", "vote", "review_checklist", "gate_change", "scorecard", "review")
    conn.executescript(";".join(f"DELETE FROM {table}" for table in tables))
    conn.close()
    with Store.open(path) as store:
        with store.read() as read:
            assert systems.all(read) == []
        with store.write("ana", "x", now=NOW) as tx:
            systems.put(tx, "New")
        with store.write("ana", "x", now=NOW) as tx:
            systems.put(tx, "Other")
        assert names(store, "New")["runs"] == ["run-a"]
        assert names(store, "Other")["runs"] == []


def dump(path: Path) -> list[str]:
    """Everything in the file, as SQL; by Python's own SQLite, as the other one cannot dump. Nobody has it open."""
    conn = standard.connect(path)
    try:
        return list(conn.iterdump())
    finally:
        conn.close()


STEPS = ("_place", "_imports", "_gates", "_labels", "_settings", "_history", "_tell")


@pytest.mark.parametrize("step", STEPS)
def test_where_a_step_fails_the_file_is_as_it_was(two: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dump(two)
    real = getattr(system_column, step)

    def failing(*arguments: object) -> None:
        real(*arguments)
        raise OSError("the disk is gone")

    monkeypatch.setattr(system_column, step, failing)
    with pytest.raises(Exception, match="the disk is gone"):
        Store.open(two)
    monkeypatch.undo()
    conn = sqlite3.connect(two)
    assert conn.execute("PRAGMA user_version").fetchone()[0] == OLD
    conn.close()
    assert dump(two) == before
    with Store.open(two) as store:
        assert names(store, SEARCH)["runs"] == ["run-a", "run-b"]


@pytest.mark.slow
def test_killed_while_it_upgrades(two: Path, tmp_path: Path) -> None:
    """At any moment: the file is of the old version or of the new one, and opens."""
    seen = set()
    for number in range(12):
        path = Path(shutil.copy(two, tmp_path / f"{number}.db"))
        code = "import sys; from pathlib import Path; from readiness_tui.store import Store; print(flush=True)\n"
        code += "sys.stdin.readline(); Store.open(Path(sys.argv[1])).close()"
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(0.02 * number)
        process.kill()
        process.communicate()
        conn = sqlite3.connect(path)
        version = conn.execute("PRAGMA user_version").fetchone()[0]
        assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        conn.close()
        seen.add(version)
        with Store.open(path) as store:
            assert names(store, SUPPORT)["traces"][0] == "t6 support 6"
    assert seen <= {OLD, len(migrations.MIGRATIONS)}
