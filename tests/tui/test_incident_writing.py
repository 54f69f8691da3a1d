"""The editor of an incident's note: saved on leaving, kept while typing, two texts of one section side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import Paste
from textual.widgets import TextArea

from readiness_tui.services.core import drafts
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.incidents import edit
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.two_versions import TwoVersionsDialog
from readiness_tui.tui.screens.incidents.editor import NoteEditor
from readiness_tui.tui.screens.incidents.screen import IncidentsScreen
from tests.tui.driving import NARROW, WIDE, Size, notices, painted, press, read

COST = "incident/2/cost"


def written(app: ReadinessApp, key: str) -> str:
    assert app.desk is not None
    return edit.get(app.desk, 2).fields.get(key, "")


def area(app: ReadinessApp) -> TextArea:
    return app.screen.query_one("#text", TextArea)


@pytest.mark.parametrize("size", [NARROW, pytest.param(WIDE, marks=pytest.mark.slow)])
async def test_sections_are_saved_as_one_leaves_them(sample_app: ReadinessApp, size: Size) -> None:
    async with sample_app.run_test(size=size) as pilot:
        await press(pilot, "I", "w")
        assert isinstance(sample_app.screen, NoteEditor)
        assert read(pilot, "#writing-title").startswith("INC-2 Cost")  # the first empty one
        await press(pilot, "T", "w", "o")
        assert "a draft" in read(pilot, "#writing-title")
        await press(pilot, "ctrl+n")
        assert written(sample_app, "cost") == "Two"
        area(sample_app).text = "retries doubled | twice\nnobody watched"
        await pilot.pause(0.3)
        assert area(sample_app).has_focus
        await press(pilot, "ctrl+s")
        assert read(pilot, "#writing-title").endswith("saved")
        await press(pilot, "escape")
        assert isinstance(sample_app.screen, IncidentsScreen)


@pytest.mark.slow
async def test_a_table_is_previewed_and_its_hints_do_not_block(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=WIDE) as pilot:
        await press(pilot, "I", "w")
        assert isinstance(sample_app.screen, NoteEditor)
        await sample_app.screen._go("controls")
        area(sample_app).text = "REL-03 Secrets | maybe"
        for _ in range(50):  # the preview follows the last key
            if "line 1" in read(pilot, "#hints"):
                break
            await pilot.pause(0.1)
        assert "Checklist item" in read(pilot, "#preview")
        assert "line 1: REL-03 Secrets: “maybe” is not held, failed or absent." in " ".join(
            read(pilot, "#hints").split()
        )
        await press(pilot, "escape")
        assert written(sample_app, "controls") == "REL-03 Secrets | maybe"


@pytest.mark.slow
async def test_what_was_typed_before_a_crash_is_there_again_and_can_be_dropped(sample_app: ReadinessApp) -> None:
    assert sample_app.desk is not None
    drafts.keep(sample_app.desk, COST, "half a sent")
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "w")
        assert area(sample_app).text == "half a sent"
        assert "your draft of 2026-11-24 14:02 UTC" in read(pilot, "#writing-title")
        await press(pilot, "ctrl+r")
        assert area(sample_app).text == ""
        await press(pilot, "escape")
        assert drafts.kept(sample_app.desk, COST) is None
        assert written(sample_app, "cost") == ""


@pytest.mark.slow
async def test_what_is_only_opened_and_what_was_saved_after_a_draft_stay(sample_app: ReadinessApp) -> None:
    assert sample_app.desk is not None
    edit.set_field(sample_app.desk, 2, "harm", "a\x1b[31mb")
    drafts.keep(sample_app.desk, COST, "Three hours")
    edit.set_field(replace(sample_app.desk, who="ben"), 2, "cost", "Two hours")
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "w")
        assert isinstance(sample_app.screen, NoteEditor)
        await sample_app.screen._go("cost")
        assert area(sample_app).text == "Three hours"
        await sample_app.screen._go("harm")
        await press(pilot, "escape")
    assert written(sample_app, "harm") == "a\x1b[31mb"
    assert written(sample_app, "cost") == "Two hours"
    assert [rival.text for rival in edit.get(sample_app.desk, 2).rivals] == ["Three hours"]


@pytest.mark.slow
async def test_two_people_at_one_section(sample_app: ReadinessApp) -> None:
    assert sample_app.desk is not None
    ben: Desk = replace(sample_app.desk, who="ben")
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "w")
        edit.set_field(ben, 2, "cost", "Two hours of work", base="")
        area(sample_app).text = "Three hours of work"
        await press(pilot, "ctrl+s")
        assert "Both texts are kept" in notices(pilot)[-1]
        assert area(sample_app).text == "Two hours of work"
        await press(pilot, "ctrl+g")
        assert isinstance(sample_app.screen, TwoVersionsDialog)
        shown = painted(pilot)
        assert "1 stored, by ben" in shown
        assert "[-Two-]{+Three+} hours of work" in shown
        await press(pilot, "3")
        assert written(sample_app, "cost") == "Two hours of work\n\nThree hours of work"
        assert edit.get(ben, 2).rivals == ()


@pytest.mark.slow
async def test_without_an_editor_or_a_terminal_one_goes_on_here(
    sample_app: ReadinessApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "w", "T", "ctrl+e")
        assert notices(pilot)[-1].startswith("No editor is named: set EDITOR")
        monkeypatch.setenv("EDITOR", "true")
        await press(pilot, "ctrl+e")
        assert "no terminal to lend to true" in notices(pilot)[-1]
        await press(pilot, "w", "o", "escape")
        assert written(sample_app, "cost") == "Two"


@pytest.mark.slow
async def test_a_megabyte_in_one_paste(sample_app: ReadinessApp) -> None:
    text = "word " * 200_000
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "w")
        await press(pilot, "T", "w", "o", "space")
        sample_app.screen.post_message(Paste(text))
        await pilot.pause(0.5)
        assert "characters: kept whole" in read(pilot, "#asks")
        assert "991,999 more characters" in read(pilot, "#preview") or "992,003 more characters" in read(
            pilot, "#preview"
        )
        await press(pilot, "escape")
        assert written(sample_app, "cost") == f"Two {text}".strip()
        assert isinstance(sample_app.screen, IncidentsScreen)


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("exit 3", "ended with status 3, so the text was left as it is here"),
        ("kill -9 $$", "was killed by signal 9, so the text was left"),
        ('rm "$1"', "removed INC-2.md, so the text was left"),
        ('rm "$1"; mkdir "$1"', "which is no regular file"),
        ('rm "$1"; mkfifo "$1"', "which is no regular file"),
        (r"printf 'a\377b' > " + '"$1"', "is not UTF-8 at byte 2"),
        ('head -c 5000000 /dev/zero > "$1"', "more than 4 MiB"),
    ],
)
def test_what_an_editor_does_wrong_is_said_and_takes_no_text(
    does: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import nullcontext

    from readiness_tui.domain.errors import ReadinessError
    from readiness_tui.tui import external_editor

    class Terminal:
        suspend = staticmethod(nullcontext)

    script = tmp_path / "an editor's name"
    script.write_text(f"#!/bin/sh\n{does}\n")
    script.chmod(0o755)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("VISUAL", f'"{script}"')
    with pytest.raises(ReadinessError, match=said):
        external_editor.edit(Terminal(), "first", "INC-2.md")  # type: ignore[arg-type]
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "full"))
    with pytest.raises(ReadinessError, match="No file could be made"):
        external_editor.edit(Terminal(), "first", "INC-2.md")  # type: ignore[arg-type]


@pytest.mark.parametrize(("named", "said"), [("vim 'x", "VISUAL is “vim 'x”"), ("''", "names no program")])
def test_an_editor_that_cannot_be_read_is_said(named: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from readiness_tui.domain.errors import ReadinessError
    from readiness_tui.tui import external_editor

    monkeypatch.setenv("VISUAL", named)
    with pytest.raises(ReadinessError, match=said):
        external_editor._command()


def test_the_editor_that_is_named_gets_the_text_and_gives_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import nullcontext

    from readiness_tui.domain.errors import ReadinessError
    from readiness_tui.tui import external_editor

    class Terminal:
        suspend = staticmethod(nullcontext)

    script = tmp_path / "my editor"
    script.write_text('#!/bin/sh\nstat -c %a "$(dirname "$2")" > "$1"\necho added >> "$2"\n')
    script.chmod(0o755)
    seen = tmp_path / "mode"
    monkeypatch.setenv("EDITOR", f"'{script}' '{seen}'")
    assert external_editor.edit(Terminal(), "first", "INC-2.md") == "first\nadded"  # type: ignore[arg-type]
    assert seen.read_text().strip() == "700"
    monkeypatch.setenv("VISUAL", "false")
    with pytest.raises(ReadinessError, match="false ended with status 1"):
        external_editor.edit(Terminal(), "first", "INC-2.md")  # type: ignore[arg-type]
    monkeypatch.setenv("VISUAL", "no-such-editor-here")
    with pytest.raises(ReadinessError, match="could not be started"):
        external_editor.edit(Terminal(), "first", "INC-2.md")  # type: ignore[arg-type]
