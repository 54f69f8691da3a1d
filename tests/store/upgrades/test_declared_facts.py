"""A file of an earlier version takes what people declare of its runs, and the risks that they accept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from readiness_tui.domain.gate_result.high_risk import AcceptedRisk
from readiness_tui.domain.runs.model import DeclaredFact, Fact, Run
from readiness_tui.store import Store, audit, declared, imports, runs
from tests.store.old_files import unpacked
from tests.store.workers import NOW, SYSTEM

START = datetime(2026, 11, 1, 9, tzinfo=UTC)


def test_an_old_file_takes_declarations_and_gives_them_up_again(tmp_path: Path) -> None:
    with Store.open(unpacked("version-1", tmp_path / "old.db")) as store:
        number = imports.begin(store, SYSTEM, "run.jsonl", "test", "d1", "ana", NOW)
        imports.add_run(store, number, Run("r1", "r1", "own"))
        imports.publish(store, number, "ana", NOW)
        with store.write("ana", "declared", now=NOW, system=SYSTEM) as tx:
            declared.put_fact(tx, SYSTEM, "r1", Fact.VERSION, "rag-v4")
            declared.put_fact(tx, SYSTEM, "r1", Fact.STARTED, START.isoformat())
            declared.put_risk(tx, SYSTEM, AcceptedRisk("c1", "rag-v4", "a banner", "Dana", date(2026, 12, 20)))
        with store.read() as conn:
            run = runs.named(conn, SYSTEM, "r1").run
            assert (run.version, run.started_at) == ("rag-v4", START)
            assert run.declared[1] == DeclaredFact(Fact.VERSION, "rag-v4", "ana")
            assert runs.stated(conn, runs.named(conn, SYSTEM, "r1").key) == Run("r1", "r1", "own")  # as its file has it
            assert declared.risks(conn, SYSTEM)[0].expires == date(2026, 12, 20)
            assert declared.facts(conn, "another system") == {}
            change = audit.log(conn, limit=1)[0].id
        audit.undo(store, change, "ana", NOW)
        with store.read() as conn:
            assert (declared.facts(conn, SYSTEM), declared.risks(conn, SYSTEM)) == ({}, ())
            assert audit.rows(conn, change)  # what was declared and taken back stays in the history


def test_what_is_said_twice_is_stored_once(tmp_path: Path) -> None:
    with Store.open(unpacked("version-1", tmp_path / "old.db")) as store:
        for _ in range(2):
            with store.write("zoe", "declared", now=NOW, system=SYSTEM) as tx:
                declared.put_fact(tx, SYSTEM, "r1", Fact.JUDGE, "judge-1")
        with store.read() as conn:
            assert [entry.who for entry in audit.log(conn)].count("zoe") == 1
