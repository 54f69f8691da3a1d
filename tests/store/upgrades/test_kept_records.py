"""Imports of an older version: all their raw records were kept, and nobody noted how they were read."""

from __future__ import annotations

from pathlib import Path

from readiness_tui.store import Store, imports, traces
from readiness_tui.store.imports import HowRead
from readiness_tui.store.raw import records as raw_records
from readiness_tui.store.systems import all as all_systems
from tests.store.old_files import unpacked


def test_an_older_file_says_what_it_keeps_and_not_how_it_was_read(tmp_path: Path) -> None:
    with Store.open(unpacked("version-4-2", tmp_path / "old.db")) as store, store.read() as conn:
        held = [(name, info) for name in all_systems(conn) for info in imports.all(conn, name)]
        assert any(info.traces for _, info in held)
        for name, info in held:
            assert info.how == HowRead()
            assert info.raw_kept == info.traces
            for trace_id, raw in raw_records.seen_of_import(conn, info.id):
                assert raw is not None
                assert raw == traces.raw(conn, name, trace_id)
