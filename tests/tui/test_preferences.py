"""One's own keys and theme: taken whole or not at all; no key hides another; one word for one act."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness_tui.services.core.desk import Desk
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.form import FormDialog
from readiness_tui.tui.key_table import modules_kinds, rooms
from readiness_tui.tui.preferences import take
from tests.tui.driving import NARROW, notices, painted, press


def taken(folder: Path, text: str):
    path = folder / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return take(path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("theme: nrd\n", "settings.yaml:1:1: theme: there is no theme “nrd”. There are "),
        ("keys:\n  gaps.ownr: w\n", "settings.yaml:2:3: keys.gaps.ownr: there is no action “gaps.ownr”. There are gaps."),
        ("keys:\n  gaps.owner: ctl+o\n", "“ctl+o” is no key"),
        ("keys:\n  gaps.owner: d\n", "“d” would be both gaps.owner (Who owns it) and gaps.due ("),
        ("keys:\n  gaps.owner: i\n", "and app.import ("),
        ("keys:\n  gaps.owner: enter\n", "one of them could not be reached. Choose another key, or give "),
        ("keys:\n  list.up: o\n", "“o” would be both list.up (A row up) and "),
        ("keys:\n  app.traces: y\n", "and room.copy ("),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_with_both_names(tmp_path: Path, text: str, why: str) -> None:
    found = taken(tmp_path, text)
    assert why in found.problem
    assert found.problem.endswith("The app starts with its own keys and theme.")
    assert (found.theme, found.keymap) == ("", None)


def test_two_keys_can_change_places(tmp_path: Path) -> None:
    found = taken(tmp_path, "keys:\n  gaps.owner: d\n  gaps.due: o\n  room.link: ctrl+o\n")
    assert (found.problem, found.keymap) == ("", {"gaps.owner": "d", "gaps.due": "o", "room.link": "ctrl+o"})


async def test_the_app_has_the_keys_and_the_theme(sample_desk: Desk, tmp_path: Path) -> None:
    own = taken(tmp_path, "theme: nord\nkeys:\n  gaps.owner: w\n")
    app = ReadinessApp(sample_desk, preferences=own)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "G", "o")
        assert app.theme == "nord"
        assert app.screen.ROOM == "gaps"
        assert "w Owner" in painted(pilot)
        await press(pilot, "w")
        assert isinstance(app.screen, FormDialog)


@pytest.mark.slow
async def test_with_a_bad_file_the_app_starts_as_it_is_and_says_so(sample_desk: Desk, tmp_path: Path) -> None:
    app = ReadinessApp(sample_desk, preferences=taken(tmp_path, "theme: nrd\n"))
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "G", "o")
        assert isinstance(app.screen, FormDialog)
        assert "no theme “nrd”" in notices(pilot)[0]


#: What a key, or the end of an action's id, is called in every footer. A room may have another act on the key.
WORDS = {"slash": {"Find"}, "escape": {"Leave", "Back", "All", "All rows", "Save, close", "Later", "No"}}
NAMED = {"export": "Export", "owner": "Owner", "due": "Due", "gap": "Gap", "evidence": "Evidence", "note": "Note",
         "why": "Why", "sort": "Sort", "counts": "Counts", "spread": "Spread", "leave": "Leave"}  # fmt: skip


def test_one_act_has_one_word_in_every_footer() -> None:
    merged = [kind._merge_bindings().key_to_bindings for kind in modules_kinds()]
    found = {(one.id, key, one.description) for keys in merged for key, all_ in keys.items() for one in all_ if one.id}
    assert len(found) > 150
    for name, key, word in found:
        assert word in WORDS.get(key, {word}), (name, key)
        if name not in ("texts.leave", "writing.leave"):
            assert word == NAMED.get(name.partition(".")[2], word), name


def test_no_shipped_key_hides_another_on_its_own_screen() -> None:
    """A list's letters give way, and a screen's own key goes before the app's; but one screen has one act on a key."""
    for screen, listed in rooms().items():
        own = [one for one in listed if one.id.split(".")[0] in {"checklists", "gaps", "evals", "traces", "incidents"}]
        keys = [key for one in own for key in one.keys]
        if screen.lower() in {"checklists", "gaps", "evals", "traces", "incidents", "meeting"}:
            assert len(keys) == len(set(keys)), screen
