"""Whatever the program itself does to a file, nothing of it is named as changed by hand: a false alarm is worse than a miss."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_tui.cli.root import run
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.importing import take_back
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review import assess, history, mend, reviews, scorecard, supersede
from readiness_tui.store import Store
from readiness_tui.store.chain import examine, seal
from readiness_tui.store.measured import older
from tests.conftest import NOW
from tests.hostile import bad, fill
from tests.services.core.test_kept import CHANGES
from tests.store.old_files import unpacked
from tests.test_hostile import COMMANDS


def sound(path: Path) -> None:
    with Store.open(path) as store, store.read() as conn:
        assert [str(one) for one in examine.whole(conn)] == []
        assert seal.unmoved(conn)
        assert seal.at_head(conn)


@pytest.fixture
def hostile_folder(tmp_path: Path) -> Path:
    """A review with hostile texts, and files to import into it."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    fill(folder)
    return folder


@pytest.mark.slow
def test_every_command_leaves_a_file_that_is_sound(
    hostile_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile_db = Path(shutil.copy(hostile_folder / "hostile.db", tmp_path / "readiness.db"))
    given = {"files": hostile_folder, "out": tmp_path / "out", "bad": bad("typed")}
    for command in [*COMMANDS, "scorecard --freeze --yes", "review supersede --reason {bad} --yes", "compact"]:
        code = run(["--db", str(hostile_db), *(part.format_map(given) for part in command.split())])
        assert code in (0, 1, 2, 3), command
    capsys.readouterr()
    sound(hostile_db)


@pytest.mark.slow
def test_everything_that_people_do_and_undo_leaves_a_file_that_is_sound(sample_db: Path) -> None:
    desk = open_desk(sample_db, "ana", clock=lambda: NOW)
    done = 0
    for what, act in CHANGES.items():
        if "by hand" in what or what in ("a freeze", "an undone change"):
            continue
        try:
            act(desk)
        except ReadinessError:
            continue  # it does not go together with what was done before
        done += 1
        with_undo = history.log(desk, limit=1)[0]
        if with_undo.undoable and done % 3 == 0:
            history.undo(desk, with_undo.id)
    assert done > 25
    mend.rename_system(desk, "Support bot", "Help bot")
    mend.rename_person(desk, "ben", "benjamin")
    mend.rename_system(desk, "Help bot", "Support bot")
    if load(desk).review.secret:
        reviews.reveal(desk)
    scorecard.freeze(desk)
    supersede.supersede(desk, "a vote was wrong")
    assess.score(desk, ["REL-01"], 1)
    for number in (2, 3):
        take_back.take_back(desk, number)
    desk.close()
    sound(sample_db)


def brought(folder: Path, name: str, ids: Iterator[str], latency: int) -> Path:
    path = folder / name
    rows = [
        f'{{"trace_id": "{one}", "timestamp": "2026-11-2{at % 4}T09:0{at % 10}:00Z", "latency_ms": {latency}, "question": "q {one}",'
        f' "answer": "a", "status": "ok"}}'
        for at, one in enumerate(ids)
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.slow
def test_requests_that_replace_each_other_and_are_taken_back(sample_db: Path, tmp_path: Path) -> None:
    desk = open_desk(sample_db, "ana", clock=lambda: NOW)
    for nth, (first, last) in enumerate(((0, 40), (20, 60), (10, 30), (0, 60))):
        path = brought(tmp_path, f"log-{nth}.jsonl", (f"t-{n}" for n in range(first, last)), 100 + nth)
        assert import_path(desk, path)[0].traces == last - first
        sound(sample_db)
    with desk.store.read() as conn:
        numbers = [number for (number,) in conn.execute("SELECT id FROM import ORDER BY id DESC LIMIT 3").fetchall()]
    for number in numbers:
        take_back.take_back(desk, number)
        sound(sample_db)
    desk.close()


@pytest.mark.parametrize(
    "name",
    ["version-1", *(pytest.param(one, marks=pytest.mark.slow) for one in ("version-4-1", "version-4-2", "version-9"))],
)
def test_an_old_file_is_bound_as_it_is(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = unpacked(name, tmp_path / "old.db")
    with Store.open(path) as store:
        with store.read() as conn:
            head = seal.head(conn)
            assert head is not None
            assert (head.since, head.entries) == (head.last, head.last)
        older.measure(store, lambda done, total: True)
    sound(path)
    assert run(["--db", str(path), "doctor"]) == 0
    assert f"bound from entry {head.since + 1} on" in capsys.readouterr().out
    desk = open_desk(path, "ana", clock=lambda: NOW)
    with desk.store.read() as conn:
        (frozen,) = conn.execute("SELECT count(*) FROM review WHERE frozen_at IS NULL").fetchone()
    if frozen:
        reviews.set_people(desk, add=["zoe"])
    desk.close()
    sound(path)
