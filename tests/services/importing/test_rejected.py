"""The lines of a file that could not be used: all of them are told, in their order, however many there are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.errors import NoRoomError, ReadinessError
from readiness_tui.domain.traces.counted import CountedTraces
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.importing import rejected as room
from readiness_tui.services.importing.explain import explain
from readiness_tui.services.importing.imported import all_imports, rejects_of, write_rejects
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.importing.rejected import RejectedLines
from readiness_tui.services.importing.result import NothingUsableError
from readiness_tui.services.review.reviews import new_review
from readiness_tui.sources.kit.base import Reject
from readiness_tui.store.measured import aside, counted_aside, scratch, sorting
from readiness_tui.store.measured.aside import Aside
from readiness_tui.store.sqlite import Connection, sqlite3
from tests.conftest import NOW

LINES = st.lists(st.builds(Reject, st.integers(0, 2**40), st.text(), st.text(st.characters())), max_size=40)


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_HELD", 3)
    monkeypatch.setattr(room, "_BATCH", 4)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with_review = open_desk(tmp_path / "r.db", "ana", create=True)
    new_review(with_review, system="bot", release="1")
    yield with_review
    with_review.close()


@given(LINES)
def test_it_is_the_list_of_them_however_few_are_held(lines: list[Reject]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_HELD", 3)
        patch.setattr(room, "_BATCH", 4)
        found = RejectedLines(lines)
        assert len(found) == len(lines)
        assert [*found] == [*found] == lines
        assert found == RejectedLines(lines)
        assert found != RejectedLines([*lines, Reject(0, "one more")])
        assert not lines or found != RejectedLines([*lines[:-1], Reject(0, "another", lines[-1].excerpt + "!")])
        assert (found[:2], found[3:9], found[-2:], bool(found)) == (lines[:2], lines[3:9], lines[-2:], bool(lines))
        assert [found[at] for at in range(-len(lines), len(lines))] == [*lines, *lines]
        with pytest.raises(IndexError):
            found[len(lines)]


def test_a_text_that_is_not_unicode_comes_back(crowded: None) -> None:
    lines = [Reject(number, "why", "\ud800\x00é") for number in range(9)]
    assert [*RejectedLines(lines)] == lines


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporary databases of no more than 20 pages, on SQLite's own word that they are full."""
    opened = scratch.scratch

    @contextmanager
    def small(waiting: str, **how: bool) -> Iterator[Connection]:
        with opened(waiting, **how) as conn:
            conn.execute("PRAGMA max_page_count = 20")
            yield conn

    for where in (aside, counted_aside, sorting):
        monkeypatch.setattr(where, "scratch", small)


def test_no_room_for_them_is_a_sentence(
    crowded: None, full: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    with pytest.raises(NoRoomError) as said:
        RejectedLines(Reject(number, "why", "x" * 100) for number in range(9_000))
    assert str(said.value) == (
        f"There is no room for temporary files in {tmp_path} (database or disk is full), where lines that could not be used wait"
        " meanwhile. Nothing of this was stored. Free some space, or set TMPDIR to a folder that has it, and try again."
    )


def test_so_it_is_of_ids_that_are_sorted_and_of_counts(full: None) -> None:
    with pytest.raises(NoRoomError, match="where ids that are sorted wait"):
        list(sorting.in_order([("x" * 50, n)] for n in range(9_000)))
    with Aside.open(3) as laid, pytest.raises(NoRoomError, match="where counts of requests wait"):
        laid.add_copies({(n, n, n): n for n in range(90_000)})
    with (
        counted_aside.CountedAside.open() as counted,
        pytest.raises(NoRoomError, match="where counts of requests wait"),
    ):
        _add_all(counted)


def _add_all(counted: counted_aside.CountedAside) -> None:
    for n in range(9_000):
        counted.add(f"digest{n}", CountedTraces(counted_aside.NO_TRACE, ids=("a" * 30,), first=(NOW, "a")))


def test_other_errors_of_such_a_database_stay_what_they_are() -> None:
    with scratch.scratch("rows") as conn, pytest.raises(sqlite3.OperationalError, match="no such table"):
        conn.execute("SELECT * FROM nowhere")


def test_an_import_that_has_no_room_for_them_leaves_nothing(
    crowded: None, full: None, desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "log.jsonl"
    good = json.dumps({"trace_id": "t", "timestamp": "2026-11-01T00:00:00Z", "status": "success", "question": "q"})
    file.write_text(f"{good}\n" + "".join(f'{{"no": {n}}}\n' for n in range(9_000)), encoding="utf-8")
    before = _rows(desk)
    with pytest.raises(NoRoomError, match="lines that could not be used"):
        import_path(desk, file, format="trace_record")
    assert _rows(desk) == before


def _rows(desk: Desk) -> dict[str, int]:
    with desk.store.read() as conn:
        tables = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        counted = set(tables) - {"trace_shape"}  # one that no request has says nothing of any
        return {name: conn.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in counted}


def log(path: Path, *, usable: bool) -> Path:
    good = json.dumps({"trace_id": "t", "timestamp": "2026-11-01T00:00:00Z", "status": "success", "question": "q"})
    lines = (good if usable and n == 5 else f'{{"no": {n}}}' for n in range(40))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_each_is_stored_and_written_with_its_line(crowded: None, desk: Desk, tmp_path: Path) -> None:
    file = log(tmp_path / "log.jsonl", usable=True)
    (result,) = import_path(desk, file, format="trace_record")
    wanted = [number for number in range(1, 41) if number != 6]
    assert [reject.line for reject in result.rejected] == wanted
    info, stored = rejects_of(desk, all_imports(desk)[0].id)
    assert (info.rejects, [reject.line for reject in stored]) == (39, wanted)
    write_rejects(tmp_path / "out.jsonl", [(result.path, result.rejected)])
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["line"], row["excerpt"]) for row in rows] == [(n, f'{{"no": {n - 1}}}') for n in wanted]


def test_where_nothing_is_usable_each_is_told_all_the_same(crowded: None, desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(NothingUsableError, match="40 lines rejected") as refusal:
        import_path(desk, log(tmp_path / "log.jsonl", usable=False), format="trace_record")
    assert [reject.line for reject in refusal.value.rejected] == [*range(1, 41)]


ROWS = ("case_record", "ragas", "lm_eval")  # readers that begin a run before they have seen a row


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("text", ["{}\n", '{"a": 1}\n' * 3, "a,b\n1,2\n", "Dear all, this is a letter\n"])
def test_a_run_of_nothing_is_no_import(name: str, text: str, desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text(text)
    with pytest.raises(ReadinessError):
        import_path(desk, path, format=name)
    assert not all_imports(desk)
    found = explain(path, name)
    assert found.refused
