"""A file that no source knows, in the app: its proposed mapping is edited, tried on its first rows, and imported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.widgets import TextArea

from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.review.reviews import new_review
from readiness_tui.services.runs import all_runs
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.importing.mapping_dialog import MappingDialog
from readiness_tui.tui.screens.importing.screen import STORING, ImportScreen
from tests.conftest import NOW
from tests.tui.driving import NARROW, WIDE, fill, painted, press, read

TABLE = "test,prompt,reply,verdict,took\n" + "".join(f"t{n},Why {n}?,So.,Pass (1),{n + 1}.5\n" for n in range(3))


def app_on(tmp_path: Path) -> ReadinessApp:
    desk = open_desk(tmp_path / "own.db", "ana", create=True, clock=lambda: NOW)
    new_review(desk, system="bot", release="1")
    app = ReadinessApp(desk, here=tmp_path)
    app.animation_level = "none"
    return app


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_mapping_is_edited_tried_and_imported(tmp_path: Path, size: tuple[int, int]) -> None:
    table = tmp_path / "results.csv"
    table.write_text(TABLE, encoding="utf-8")
    app = app_on(tmp_path)
    async with app.run_test(size=size) as pilot:
        await press(pilot, "i")
        await fill(pilot, str(table))
        await press(pilot, "enter")
        await press(pilot)
        assert "f2 shows a mapping" in painted(pilot)
        await press(pilot, "f2")
        assert isinstance(app.screen, MappingDialog)
        said = read(pilot, "#mapping-trial")
        assert "It takes 3 of the first 3 rows; 1 question in it waits for an answer." in said
        assert 'the file does not say in which unit "took" is. Write s, ms, us or ns' in said
        await press(pilot, "ctrl+s")  # a question is open: nothing is imported
        assert isinstance(app.screen, MappingDialog)
        area = app.screen.query_one(TextArea)
        assert 'values: {"Pass (1)": pass}' in area.text
        area.text = area.text.replace('unit: "?"', "unit: s").replace('"Pass (1)": pass', '"Fail": fail')
        await press(pilot, "f2")
        said = read(pilot, "#mapping-trial")
        assert "It takes 0 of the first 3 rows." in said
        assert 'line 2: status is "Pass (1)", and the mapping knows "Fail"' in said
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, MappingDialog)
        area.text = area.text.replace('"Fail": fail', '"Pass (1)": pass')
        await press(pilot, "ctrl+s")
        await press(pilot)
        assert isinstance(app.screen, ImportScreen)
        shown = painted(pilot)
        assert "3 cases" in shown
        assert "The mapping is kept as results.map.yaml" in shown
        await fill(pilot, str(tmp_path / "gone.csv"))  # the path field has the focus
    assert (tmp_path / "results.map.yaml").read_text(encoding="utf-8") == area.text
    desk = app.desk
    assert desk is not None
    assert [info.n_cases for info in all_runs(desk)] == [3]


@pytest.mark.slow
async def test_a_mapping_that_is_no_yaml_says_where_and_esc_imports_nothing(tmp_path: Path) -> None:
    table = tmp_path / "results.csv"
    table.write_text(TABLE, encoding="utf-8")
    app = app_on(tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "i")
        await fill(pilot, str(table))
        await press(pilot, "enter", "f2")
        app.screen.query_one(TextArea).text = "kind: cases\ncolumns: [case_id"
        await press(pilot, "f2")
        assert "the mapping:3:1: the YAML cannot be read" in read(pilot, "#mapping-trial")
        await press(pilot, "escape")  # what was written is not thrown away without asking
        assert isinstance(app.screen, MappingDialog)
        assert "Esc again throws it away" in read(pilot, "#mapping-trial")
        await press(pilot, "escape")
        assert isinstance(app.screen, ImportScreen)
        await press(pilot, "f2", "escape")  # nothing was written: nothing is asked
        assert isinstance(app.screen, ImportScreen)
    assert sorted(path.name for path in tmp_path.glob("*.yaml")) == []


@pytest.mark.slow
async def test_a_log_whose_latency_has_no_unit_is_imported_and_asks(tmp_path: Path) -> None:
    log = tmp_path / "app.jsonl"
    log.write_text(
        '{"timestamp": "2026-11-20T10:00:00Z", "level": "INFO", "request_id": "r1", "model": "m", "latency": 1.2}\n',
        encoding="utf-8",
    )
    app = app_on(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "i")
        await fill(pilot, str(log))
        await press(pilot, "enter")
        await press(pilot)
        shown = painted(pilot)
        assert "1 trace" in shown
        assert "names no unit" in shown
        assert "f2 shows a mapping" in shown


async def test_a_long_refusal_scrolls(tmp_path: Path) -> None:
    table = tmp_path / ("a" * 120 + ".csv")
    table.write_text(",".join(f"a_column_with_a_rather_long_name_{n}" for n in range(12)) + "\n" + "1," * 11 + "1\n")
    app = app_on(tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "i")
        await fill(pilot, str(table))
        await press(pilot, "enter")
        results = app.screen.query_one("#results")
        assert results.region.bottom <= app.screen.query_one("#dialog").region.bottom - 1
        assert "--map" not in painted(pilot)


@pytest.mark.slow
async def test_an_import_says_its_pace_and_the_time_left_while_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter((0.0, 10.0, 40.0))
    monkeypatch.setattr(
        "readiness_tui.tui.screens.importing.screen.time", SimpleNamespace(monotonic=lambda: next(clock))
    )
    seen: list[str] = []

    def imported(desk: object, path: Path, *, progress: Callable[[int, int], bool], **given: object) -> list[object]:
        for done in (1, 21, 100):
            assert progress(done * 1_000_000, 100_000_000)
            seen.append(app.call_from_thread(lambda: read(pilot, "#pace")))
        return []

    monkeypatch.setattr("readiness_tui.tui.screens.importing.screen.import_path", imported)
    app = app_on(tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "i")
        assert not app.screen.query_one("#pace").display
        await fill(pilot, str(tmp_path))
        await press(pilot, "enter")
        await press(pilot)
        assert seen == ["1 %", "21 %, 2.0 MB/s, about 40 s left", STORING]
        assert not app.screen.query_one("#pace").display
