"""A folder, or several files, is judged once at its end; so is what was stored where a later file fails."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_tui.cli.root import run
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core import measure, write
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.core.write import deferred
from readiness_tui.services.importing import imports
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.importing.result import ImportedFile
from readiness_tui.services.review.reviews import new_review
from readiness_tui.sources.kit.shipped import shipped_folder
from readiness_tui.store import gaps

SEVEN = ("gate.yaml", "golden_set.jsonl", "structured_log.jsonl", *(
    f"runs/{side}.{form}" for side in ("baseline", "candidate") for form in ("cases.jsonl", "promptfoo.json")
))  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = open_desk(tmp_path / "r.db", "ana", create=True)
    new_review(desk, system="bot", release="1")
    yield desk
    desk.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four runs, a gate, an eval set and a log."""
    folder = tmp_path / "exports"
    folder.mkdir()
    for name in SEVEN:
        shutil.copy(shipped_folder("sample_data") / name, folder)
    return folder


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the gate is evaluated, the probes are asked and the review is judged, from now on."""
    counts = Counter[str]()

    def count(module: object, name: str) -> None:
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *args, **kw: counts.update([name]) or real(*args, **kw))

    count(measure, "evaluate_gate")
    count(measure, "propose_all")
    count(write, "worked_out")
    return counts


ONCE = {"evaluate_gate": 1, "propose_all": 1, "worked_out": 1}


def stored_gaps(desk: Desk) -> set[str]:
    with desk.store.read() as conn:
        return set(gaps.all(conn, load(desk).review.system))


def test_a_folder_is_judged_once(desk: Desk, folder: Path, counted: Counter[str]) -> None:
    results = import_path(desk, folder, role="candidate")
    assert (len(results), sum(result.runs for result in results)) == (7, 4)
    assert counted == ONCE
    view = load(desk)  # what a screen shows of it rests on the same measurement
    assert counted == ONCE
    assert stored_gaps(desk) == {gap.key for gap in view.judgement.found_gaps} != set()


def test_so_are_several_files_on_one_command_line(desk: Desk, folder: Path, counted: Counter[str]) -> None:
    files = sorted(map(str, folder.iterdir()))
    assert run(["--db", str(desk.store.path), "import", *files, "--as", "candidate"]) == 0
    assert counted == ONCE


def test_a_file_that_cannot_be_used_leaves_the_others_judged(desk: Desk, folder: Path, counted: Counter[str]) -> None:
    (folder / "candidate.cases.jsonl").write_text("{", encoding="utf-8")
    files = sorted(map(str, folder.iterdir()))
    assert run(["--db", str(desk.store.path), "import", *files]) == 2
    assert counted == ONCE
    assert any(key.startswith("gate/") for key in stored_gaps(desk))


def test_what_was_stored_before_a_crash_is_judged(
    desk: Desk, folder: Path, counted: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = imports.import_as

    def crash(desk: Desk, path: Path, *args: object, **kw: object) -> ImportedFile:
        if path.name == "structured_log.jsonl":  # the last
            raise KeyboardInterrupt
        return real(desk, path, *args, **kw)  # type: ignore[arg-type]

    monkeypatch.setattr(imports, "import_as", crash)
    with pytest.raises(KeyboardInterrupt):
        import_path(desk, folder)
    assert counted == ONCE
    assert any(key.startswith("gate/") for key in stored_gaps(desk))
    assert desk.deferred == 0


def test_where_nothing_is_stored_nothing_is_judged(desk: Desk, folder: Path, counted: Counter[str]) -> None:
    import_path(desk, folder)
    counted.clear()
    assert all(result.again for result in import_path(desk, folder) if result.format != "gate")
    broken = folder / "broken.json"
    broken.write_text("{", encoding="utf-8")
    assert run(["--db", str(desk.store.path), "import", str(broken)]) == 2
    assert not counted


def test_of_two_blocks_that_overlap_the_last_to_end_judges_both(
    desk: Desk, folder: Path, counted: Counter[str]
) -> None:
    """An import on the screen while the receiver stores what came in."""
    first, second = deferred(desk), deferred(desk)
    first.__enter__()
    import_path(desk, folder / "candidate.cases.jsonl", role="candidate")
    second.__enter__()
    first.__exit__(None, None, None)
    assert not counted
    second.__exit__(None, None, None)
    assert counted == ONCE
    assert desk.deferred == 0


def test_a_failure_while_judging_does_not_hide_the_first(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[Desk] = []

    def full(desk: Desk) -> None:
        judged.append(desk)
        raise ReadinessError("The disk is full.")

    def fail() -> None:
        with deferred(desk):
            import_path(desk, folder / "gate.yaml")
            raise ValueError("the first")

    monkeypatch.setattr(write, "resync", full)
    with pytest.raises(ValueError, match="the first"):
        fail()
    assert judged == [desk]
    assert desk.deferred == 0
