"""Stopped at any moment: killed, cancelled or out of space between any two transactions or inside one, an import, a new
tally and the measuring of an older file leave all of it visible or nothing, and what is visible reads as its records do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import ToolCall, Trace
from readiness_tui.store import Store, imports, staging, traces
from readiness_tui.store.measured import late_indexes, older, waiting
from readiness_tui.store.sqlite import sqlite3
from tests.store.measured.same import both
from tests.store.measured.test_recorded import age, bring
from tests.store.workers import NOW, SYSTEM

KEY = "my key is AKIA" + "ABCDEFGHIJKLMNOP"
OLD = [Trace(f"t{at}", NOW + timedelta(hours=9 * at), question=f"q{at % 3}", answer="yes") for at in range(7)]
#: Replaces some, repeats the content of others, brings an id twice, a leak, and a shape of its own.
NEW = [
    *(replace(trace, answer="no") for trace in OLD[2:5]),
    *(replace(trace, id=f"copy-{trace.id}") for trace in OLD[:3]),
    Trace("own", NOW, question=KEY, tool_calls=(ToolCall("refund", "{}", "ok"),)),
    Trace("own", NOW, question="again"),
]


class KilledError(BaseException):
    """The process is gone: nobody cleans up behind it."""


@contextmanager
def stopped(at: int, how: str) -> Iterator[list[int]]:
    """Whoever writes is stopped at the transaction of this number; how many there were."""
    plain, count = Store.write, [0]

    @contextmanager
    def write(self: Store, *words: Any, **more: Any) -> Iterator[Any]:
        count[0] += 1
        if count[0] == at and how == "killed":
            raise KilledError
        with plain(self, *words, **more) as tx:
            yield tx
            if count[0] == at and how == "disk full":
                raise sqlite3.OperationalError("database or disk is full")
            if count[0] == at and how == "cancelled":
                raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "write", write)
        with suppress(KilledError, KeyboardInterrupt, ReadinessError):
            yield count


def visible(store: Store) -> set[tuple[str, str | None]]:
    with store.read() as conn:
        return {(trace.id, trace.answer) for trace in traces.iter_between(conn, SYSTEM)}


def at_each(path: Path, how: str, prepare: Callable[[Store], None], act: Callable[[Store], None]) -> Iterator[Store]:
    """The file as it is found after `act` was stopped at its first transaction, at its second, … until none was."""
    at, reached = 1, True
    while reached:
        each = path.with_name(f"{how}-{at}.db")
        with Store.open(each, create=True) as store:
            prepare(store)
            with stopped(at, how) as count:
                act(store)
            reached = count[0] >= at
        with Store.open(each) as store:
            yield store
            assert store.integrity() == []
        at += 1
    assert at > 5


def import_(store: Store, brought: list[Trace]) -> int:
    """As the service does it: given up on trouble, unless it is killed."""
    number = bring(store, SYSTEM, brought)
    try:
        imports.publish(store, number, "ana", NOW)
    except KilledError:
        raise
    except BaseException:
        imports.abort(store, number)
        raise
    return number


@pytest.mark.slow
@pytest.mark.parametrize("how", ["killed", "disk full", "cancelled"])
def test_an_import_is_there_as_a_whole_or_not_at_all(path: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "BATCH", 3)
    before = {(trace.id, trace.answer) for trace in OLD}
    replaced = {trace.id for trace in NEW}
    after = {pair for pair in before if pair[0] not in replaced} | {(trace.id, trace.answer) for trace in NEW[:-1]}
    seen = set()

    def act(store: Store) -> None:
        import_(store, NEW)

    for store in at_each(path, how, lambda store: void(import_(store, OLD)), act):
        found = visible(store)
        assert found in (before, after)
        seen.add(found == after)
        both(store, SYSTEM)
        import_(store, [Trace("later", NOW + timedelta(days=9))])  # clears what was left
        with store.read() as conn:
            for table, of in (
                ("trace_measure", "of_import"),
                ("trace_tally", "import_id"),
                ("trace_content", "import_id"),
            ):
                orphans = f"SELECT count(*) FROM {table} WHERE {of} NOT IN (SELECT id FROM import)"
                assert conn.execute(orphans).fetchone() == (0,), table
        assert older.measure(store, lambda done, total: True)
        both(store, SYSTEM)
        with store.read() as conn:
            assert waiting.systems_with_stale_days(conn) == []
            assert conn.execute("SELECT count(*) FROM trace_stale").fetchone() == (0,)
            names = {name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE tbl_name = 'trace'")}
            assert names >= late_indexes.LATE.keys()
    assert seen == {False, True}


@pytest.mark.slow
@pytest.mark.parametrize("how", ["killed", "disk full", "cancelled"])
def test_an_older_file_is_measured_as_a_whole_or_read_slowly(
    path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "BATCH", 4)

    def prepare(store: Store) -> None:
        import_(store, OLD)
        import_(store, NEW)
        age(store, measured=how == "cancelled")

    for store in at_each(path, how, prepare, lambda store: void(older.measure(store, lambda done, total: True))):
        both(store, SYSTEM)
        import_(store, [replace(OLD[6], answer="later"), replace(OLD[5], id="twin")])
        both(store, SYSTEM)
        assert older.measure(store, lambda done, total: True)
        both(store, SYSTEM)
        with store.read() as conn:
            assert waiting.imports(conn) == []
            assert conn.execute("SELECT count(*) FROM trace_measuring").fetchone() == (0,)


def void(_: object) -> None:
    """Only done for its effect."""
