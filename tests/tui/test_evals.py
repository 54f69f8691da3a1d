"""The Evals screen: its sentences, and what its keys do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.widgets import OptionList, Static

from readiness_tui.domain.runs.model import HumanVerdict
from readiness_tui.services import runs
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.labels import queue
from readiness_tui.services.review.reviews import new_review
from readiness_tui.tui import glyphs
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.evals import compare_text, gate_text
from readiness_tui.tui.screens.evals.case_dialog import CaseDialog
from readiness_tui.tui.screens.evals.page import CaseLine, Row, case_line, header, table_line
from readiness_tui.tui.screens.evals.tabs import apart
from tests.conftest import NOW
from tests.tui.driving import painted, press

HOSTILE = "see [/closed] \x1b]52;c;aGk=\x07 [b]\u202e"


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Desk]:
    """A review without gate and runs."""
    desk = open_desk(tmp_path / "own.db", "ana", create=True, clock=lambda: NOW)
    new_review(desk, system="bot", release="1")
    yield desk
    desk.close()


def write_run(path: Path, cases: int = 3, version: str = "v4") -> Path:
    """A run as cases in JSON Lines, with texts that no terminal and no markup may obey."""
    rows = [
        {"case_id": f"case-{i}", "question": f"{HOSTILE} {i}", "output": HOSTILE, "status": "pass" if i else "fail",
         "faithfulness": 0.5 + i / 10, "run_id": HOSTILE, "pipeline_version": version, "tags": ["high_risk"]}
        for i in range(cases)
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def said(app: ReadinessApp, name: str) -> str:
    return str(app.screen.query_one(f"#{name}", Static).visual)


def rows(app: ReadinessApp, name: str = "rows") -> list[str]:
    return [str(option.prompt) for option in app.screen.query_one(f"#{name}", OptionList).options]


# The screen, with keys


@pytest.mark.slow
async def test_from_the_gate_to_a_case_that_misses_and_its_gap(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "E")
        assert "Gate support-bot v1 · locked 20 Nov 09:14 by ana, before the run" in said(sample_app, "sentence")
        shown = rows(sample_app)
        assert all(cell_len(row) <= 75 for row in shown)
        assert any("12/12" in row and "high-risk review" in row for row in shown)
        place = next(i for i, row in enumerate(shown) if row.startswith("citation accuracy"))
        await pilot.press(*["down"] * place)
        await press(pilot)
        assert "CITATION ACCURACY" in said(sample_app, "about")
        cases = rows(sample_app, "cases")
        assert cases
        assert all(row.startswith("✗ misses") for row in cases)

        await press(pilot, "enter", "enter")
        assert isinstance(sample_app.screen, CaseDialog)
        case_id = sample_app.screen.case.key
        assert "Expected source" in said(sample_app, "case-question")
        assert "[-baseline-] {+candidate+}" in said(sample_app, "case-side-0")  # narrow: in one text, not beside
        assert "Retrieved  rank in baseline → candidate" in said(sample_app, "case-more")
        await pilot.press("g", "enter", "enter")
        await press(pilot)
        assert isinstance(sample_app.screen, CaseDialog)
        assert "gap of ana" in said(sample_app, "case-title")
        await press(pilot, "escape")
        assert sample_app.view is not None
        assert sample_app.view.gaps[f"case/{case_id}"].marked


@pytest.mark.slow
async def test_a_human_label_is_given_in_the_high_risk_review(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "E", "end")
        assert "12 of 12 high-risk cases have a human label" in said(sample_app, "about")
        await press(pilot, "enter", "enter")
        await pilot.press("r", "m", "enter", "enter")
        await press(pilot)
        assert "pass, fail or unsure" in str(sample_app.screen.query_one("#dialog-refusal", Static).visual)
        await pilot.press("escape", "r", "ctrl+r", "f", "enter", *"late", "enter")
        await press(pilot)
        await press(pilot, "escape")
        assert rows(sample_app, "cases")[0].startswith("! disagree")
        assert "by ana, deniz" in rows(sample_app, "cases")[0]
        assert "1 high-risk case failed by a person" in said(sample_app, "sentence")


@pytest.mark.slow
async def test_compare_its_slices_and_runs_and_taking_a_run_out_of_the_candidate(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "E", "right_square_bracket")
        assert "16 metrics looked at; beyond chance: tokens per request (worse)" in said(sample_app, "sentence")
        about = said(sample_app, "about").replace("\n", " ")
        assert "5 better, 2 worse of 72 shared cases: could be luck (p = 0.45)" in about
        worse = [row.startswith("✗ worse") for row in rows(sample_app, "cases")]
        assert any(worse)
        assert worse == sorted(worse, reverse=True)  # worse ones first
        table = rows(sample_app)
        await press(pilot, "s")
        assert "21 slices looked at, 9 with enough cases to test; none is beyond chance" in said(sample_app, "sentence")
        assert rows(sample_app)[0].startswith("failure ")
        await press(pilot, "escape")
        assert rows(sample_app) == table

        await press(pilot, "right_square_bracket")
        shown = rows(sample_app)
        assert [word for row in shown for word in ("candidate 1", "candidate 2") if word in row] == [
            "candidate 2",
            "candidate 1",
        ]
        assert sample_app.view is not None
        before = sample_app.view.review.candidate
        await press(pilot, "c")  # the highlighted run, the second of the candidate, is taken back
        assert sample_app.view.review.candidate == before[:1]
        await press(pilot, "b")  # of another version than the baseline: it takes the baseline's place
        assert sample_app.view.review.baseline == before[1:]
        await press(pilot, "c")  # not both at once
        assert sample_app.view.review.candidate == before[:1]


@pytest.mark.slow
async def test_locking_says_what_it_does_and_writes_the_lock(sample_app: ReadinessApp, tmp_path: Path) -> None:
    async with sample_app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "E", "l")
        assert "locking again registers later runs only" in str(
            sample_app.screen.query_one("#dialog-intro", Static).visual
        ).replace("\n", " ")
        await press(pilot, "enter")
        assert (tmp_path / "gate.lock").exists()


@pytest.mark.slow
async def test_without_gate_and_run_it_says_what_to_do_and_hostile_text_stays_text(
    own_desk: Desk, tmp_path: Path
) -> None:
    app = ReadinessApp(own_desk, here=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "E")
        assert "There is no gate yet." in painted(pilot)
        await press(pilot, "right_square_bracket")
        assert "There is no candidate and baseline to compare." in painted(pilot)
        await press(pilot, "right_square_bracket")
        assert "No run is imported yet." in painted(pilot)

        gate = tmp_path / "gate.yaml"
        gate.write_text("name: strict\nmetrics:\n  - {metric: faithfulness, threshold: '>= 0.65'}\n", encoding="utf-8")
        await app.serve(import_path, own_desk, gate)
        await app.reload()
        await press(pilot, "left_square_bracket", "left_square_bracket")
        assert "The gate was not run" in said(app, "sentence")

        for version in ("v3", "v4"):
            path = write_run(tmp_path / f"{version}.jsonl", version=version)
            await app.serve(import_path, own_desk, path, format="case_record")
        await app.reload()
        await press(pilot)
        assert "HOLD THE RELEASE. Faithfulness fails" in said(app, "sentence")
        await press(pilot, "enter", "enter")
        assert isinstance(app.screen, CaseDialog)
        text = said(app, "case-question") + said(app, "case-side-0")
        assert "[/closed]" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


# Services behind it


@pytest.mark.slow
def test_a_label_reaches_a_case_that_its_run_knows_by_another_id(sample_desk: Desk) -> None:
    view = load(sample_desk)
    run_id = next(data.run.id for data in view.measured.candidate if data.cases[0].id_from != "explicit")
    queue.label(sample_desk, run_id, "case-21", HumanVerdict.UNSURE, "which law?")
    side = runs.case_view(sample_desk, "case-21", load(sample_desk).measured, run_id).sides[0]
    assert (side.info.run.id, side.labels[0].verdict, side.labels[0].note) == (
        run_id,
        HumanVerdict.UNSURE,
        "which law?",
    )
    assert side.repeats[0].human == side.labels[0]


def test_the_other_side_stands_first_beside_a_case(sample_desk: Desk) -> None:
    view = load(sample_desk)
    found = runs.case_view(sample_desk, "case-21", view.measured)
    assert [side.role for side in found.sides] == ["candidate", "baseline", "candidate", "baseline"]
    assert found.gold is not None


# Sentences and tables


def test_regression_rows_and_missing_ones_read_right(own_desk: Desk, tmp_path: Path) -> None:
    gate = tmp_path / "gate.yaml"
    gate.write_text(
        "name: strict\nmetrics:\n  - {metric: faithfulness, max_regression: 0.01}\n"
        "  - {metric: policy_violation_rate, threshold: '<= 0.01', required: false}\nmust_pass: [case-0, nope]\n",
        encoding="utf-8",
    )
    import_path(own_desk, gate)
    import_path(own_desk, write_run(tmp_path / "v4.jsonl"), role="candidate", format="case_record")
    view = load(own_desk)
    page = gate_text.page(view, 75)
    by_key = {row.key: row.cells for row in page.rows}
    assert by_key["faithfulness#max_regression"][1] == "drop≤0.01"
    assert by_key["policy_violation_rate"][0] == "opt. policy violation rate"
    assert by_key["policy_violation_rate"][6] == (glyphs.MISSING, "missing")
    assert by_key[gate_text.MUST_PASS][5:7] == ("0/2", (glyphs.FAIL, "FAIL"))
    assert by_key[gate_text.HIGH_RISK_ROW][6] == (glyphs.FAIL, "3 open")
    cases = gate_text.must_pass_detail(view, view.measured.candidate).cases
    assert [(case.key, case.word) for case in cases] == [("case-0", "fails"), ("nope", "missing")]
    text = str(gate_text.every_cause(view))
    assert text.index("✗ no-go") < text.index("◐ condition")
    assert "not locked" in text


@given(st.text(max_size=60), st.integers(40, 160))
def test_no_row_is_wider_than_its_table(text: str, width: int) -> None:
    mark = (glyphs.FAIL, text)
    for columns in (gate_text.COLUMNS, compare_text.COLUMNS):
        row = Row("key", [text] * (len(columns) - 1) + [mark])
        line = table_line(row, columns, width)
        assert cell_len(line.plain) <= width
        assert "\n" not in line.plain
        if width >= 75:
            assert cell_len(header(columns, width).plain) <= width
    assert cell_len(case_line(CaseLine(text, "", *mark, "0.5", text), max(width, 60)).plain) <= max(width, 60)


def test_versions_are_told_apart_by_what_differs() -> None:
    assert apart("rag-v3/m-1", "rag-v4/m-1") == ("rag-v3", "rag-v4")
    assert apart("rag-v3", "rag-v4/m-1") == ("rag-v3", "rag-v4/m-1")
    assert apart("same", "same") == ("same", "same")
