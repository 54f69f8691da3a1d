"""F1 tells what is focused, and the sum behind every figure; every dialog answers it; words lead to the glossary."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen

from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.explaining import ExplainDialog
from readiness_tui.tui.dialogs.form import FormDialog
from readiness_tui.tui.dialogs.glossary import GlossaryDialog
from readiness_tui.tui.dialogs.palette import Palette
from readiness_tui.tui.key_table import actions, modules_kinds
from readiness_tui.tui.screens.help.screen import HelpScreen
from readiness_tui.tui.screens.overview.why import WhyScreen
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.texts.places import GUIDES, PLACES
from readiness_tui.tui.widgets.pick_list import PickList
from tests.tui.driving import NARROW, WIDE, painted, press, read


def pages(pilot: Pilot[None]) -> list[str]:
    assert isinstance(pilot.app.screen, ExplainDialog)
    return [name.removeprefix("▸ ") for name in read(pilot, "#pages").split(" · ")]


def told(pilot: Pilot[None]) -> str:
    return f"{read(pilot, '#dialog-title')}\n{read(pilot, '#dialog-text')}"


async def test_an_item_is_explained_and_then_the_sum_of_its_checklist(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "C", "f1")
        assert pages(pilot)[:2] == ["OBS-01", "Observability 71%"]
        for said in (
            "What is asked",
            "Why it matters",
            "What the scores mean",
            "How it stands",
            "How it proves itself",
        ):
            assert said.upper() in told(pilot)
        await press(pilot, "right")
        assert "Why Observability stands at 71%" in told(pilot)
        above, below, shown = re.findall(r"= (\d+) of (\d+) = ([\d.]+)%", told(pilot))[0]
        section = sample_app.view.judgement.sections[0]  # type: ignore[union-attr]
        assert int(above) * section.score.denominator == int(below) * section.score.numerator  # type: ignore[union-attr]
        assert float(shown) == pytest.approx(float(section.score) * 100, abs=0.01)  # type: ignore[arg-type]
        await press(pilot, "left", "escape")
        assert sample_app.screen.ROOM == "checklists"


@pytest.mark.slow
async def test_every_percentage_of_the_first_screen_has_its_page(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=WIDE) as pilot:
        await press(pilot, "f1")
        for section in sample_app.view.judgement.sections:  # type: ignore[union-attr]
            assert f"{section.checklist.title} {section.percent}%" in pages(pilot)
        assert "NO-GO" in pages(pilot)
        assert len(pages(pilot)) == len(set(pages(pilot)))
        for _ in pages(pilot):
            assert len(read(pilot, "#dialog-text")) > 80
            await press(pilot, "right")


async def test_a_row_of_the_gate_shows_formula_bound_and_mark(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=WIDE) as pilot:
        await press(pilot, "E", "f1")
        row = sample_app.screen_stack[-2]._table.gate_row(sample_app.view)  # type: ignore[attr-defined]
        assert pages(pilot)[0] == row.rule.metric.replace("_", " ")
        for said in ("THE RULE", "The formula:", "HOW SURE IT IS", "WHAT THE MARK MEANS", "95 times of 100"):
            assert said in told(pilot)


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        (("G",), "this condition"),
        pytest.param(("G", "end"), "this gap", marks=pytest.mark.slow),
        pytest.param(("I",), "INC-2", marks=pytest.mark.slow),
        (("m",), "REL-03"),
        pytest.param(("S",), "NO-GO", marks=pytest.mark.slow),
        pytest.param(("T",), "this screen", marks=pytest.mark.slow),
        pytest.param(("H",), "this screen", marks=pytest.mark.slow),
        (("T", "slash"), "this line"),
        pytest.param(("R",), "NO-GO", marks=pytest.mark.slow),
    ],
)
async def test_every_room_explains_what_its_keys_act_on(
    sample_app: ReadinessApp, keys: tuple[str, ...], first: str
) -> None:
    async with sample_app.run_test(size=WIDE) as pilot:
        await press(pilot, *keys, "f1")
        assert pages(pilot)[0] == first
        assert len(told(pilot)) > 100


async def test_a_form_explains_the_focused_field(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "G", "o", "f1")
        assert pages(pilot)[0] == "this field"
        assert "A condition without an owner makes the verdict NO-GO" in told(pilot).replace("\n", " ")
        await press(pilot, "escape")
        assert isinstance(sample_app.screen, FormDialog)


@pytest.mark.slow
async def test_a_dialog_that_knows_no_more_says_its_question_and_its_keys(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=WIDE) as pilot:
        await press(pilot, "T", "s", "f1")
        assert told(pilot).startswith("Sort by")
        assert "Esc: Leave without choosing" in told(pilot)


def test_no_dialog_is_without_f1() -> None:
    modal = [kind for kind in modules_kinds() if issubclass(kind, ModalScreen)]
    assert len(modal) > 18
    for kind in modal:
        assert "f1" in kind._merge_bindings().key_to_bindings, kind


def test_what_has_no_title_has_a_guide_and_every_guide_is_of_something() -> None:
    """A screen that is no room says by its guide what it is for, or by the title that it shows."""
    used = set()
    for kind in (*(one for one in modules_kinds() if issubclass(one, Screen) and not issubclass(one, RoomScreen)),):
        source = inspect.getsource(inspect.getmodule(kind))  # type: ignore[arg-type]
        guide = getattr(kind, "guide", "")
        theirs = kind.__name__.startswith("_") or issubclass(kind, CommandPalette)  # nothing is to be known of it
        assert guide in GUIDES or (not guide and "dialog-title" in source) or theirs, kind
        used.add(guide)
    assert used - {""} == set(GUIDES)


@pytest.mark.parametrize(
    ("keys", "title"),
    [(("L",), "Live notes"), (("i",), "Import"), (("E", "p"), "Runs over time"), (("T", "h"), "How they are spread")],
)
@pytest.mark.slow
async def test_what_lies_over_a_room_says_what_it_is_for(
    sample_app: ReadinessApp, keys: tuple[str, ...], title: str
) -> None:
    async with sample_app.run_test(size=WIDE) as pilot:
        await press(pilot, *keys, "f1")
        assert told(pilot).startswith(title)
        assert "WHAT IT IS FOR" in told(pilot)
        assert "WHAT TO DO" in told(pilot)
        assert "the next page" not in painted(pilot)  # there is one page


async def test_the_first_start_is_explained(tmp_path: Path) -> None:
    app = ReadinessApp(None, here=tmp_path, who="ana")
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "f1")
        assert told(pilot).startswith("The first start")
        assert pages(pilot) == ["this screen"]
        assert "Go to Overview" not in told(pilot)


@pytest.mark.slow
async def test_from_f1_to_the_keys_and_to_the_words_and_back(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "C", "f1", "w")
        assert isinstance(sample_app.screen, GlossaryDialog)
        assert "HERE" in painted(pilot)
        await press(pilot, *"noise")
        assert read(pilot, "#meaning").startswith("could be luck")
        await press(pilot, "escape", "question_mark")
        assert isinstance(sample_app.screen, HelpScreen)
        assert "Checklists" in painted(pilot) or "Select" in painted(pilot)
        await press(pilot, "w")
        assert isinstance(sample_app.screen, GlossaryDialog)
        await press(pilot, "escape", "escape")
        assert sample_app.screen.ROOM == "checklists"


async def test_the_palette_is_opened_once_whatever_lies_over_it(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "ctrl+p", "f1", "ctrl+p", "ctrl+p")
        assert isinstance(sample_app.screen, ExplainDialog)
        assert [type(one) for one in sample_app.screen_stack].count(Palette) == 1
        await press(pilot, "escape", "ctrl+p")
        assert isinstance(sample_app.screen, Palette)


@pytest.mark.slow
async def test_the_glossary_takes_arrows_while_one_types(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "question_mark", "w", *"gap")
        first = read(pilot, "#meaning")
        await press(pilot, "down")
        assert read(pilot, "#meaning") not in ("", first)


def test_every_key_that_a_place_names_is_a_key_of_the_app() -> None:
    known = set(actions())
    for name, (purpose, act) in GUIDES.items():
        assert purpose
        assert {*re.findall(r"\{([^}]+)\}", act)} <= known, name
    for name, place in PLACES.items():
        for key in re.findall(r"\{([^}]+)\}", place.act):
            assert key in known, (name, key)
        assert re.search(r"\{", place.act), f"{name} names no key"
        assert place.purpose
        assert place.empty


def test_every_room_has_its_purpose() -> None:
    rooms = {kind.ROOM for kind in modules_kinds() if issubclass(kind, RoomScreen) and kind is not RoomScreen}
    assert len(rooms) > 10
    assert rooms <= set(PLACES)


# Why this verdict


@pytest.mark.slow
async def test_each_cause_leads_to_what_it_is_about_and_esc_comes_back_to_its_row(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "v")
        why = sample_app.screen
        assert isinstance(why, WhyScreen)
        judgement = sample_app.view.judgement  # type: ignore[union-attr]
        rows = [row.id for row in why.query_one(PickList).options if row.id]
        assert len(rows) == len(judgement.causes)
        for place, row in enumerate(rows):
            assert why.query_one(PickList).current == row
            await press(pilot, "enter")
            assert sample_app.screen is not why, row
            await press(pilot, "escape")
            assert sample_app.screen is why, row
            assert why.query_one(PickList).current == row
            if place + 1 < len(rows):
                await press(pilot, "down")
        await press(pilot, "escape")
        assert sample_app.screen.ROOM == "overview"


async def test_a_cause_of_an_item_opens_that_item(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "v", "down", "enter")
        assert sample_app.screen.ROOM == "checklists"
        assert sample_app.screen.item_id == "DEP-01"  # type: ignore[attr-defined]


@pytest.mark.slow
async def test_what_is_settled_meanwhile_is_gone_from_the_causes(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "v", "down", "enter", "1", "escape", "escape")
        why = sample_app.screen
        assert isinstance(why, WhyScreen)
        assert "DEP-01 is undecided" not in painted(pilot)
