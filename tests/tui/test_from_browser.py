"""What is closed in the app where whoever uses it sits at a browser, and what goes another way there."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core import locate
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import meeting
from readiness_tui.tui import external_editor
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.form import FormDialog
from readiness_tui.tui.screens.importing.screen import ImportScreen


@pytest.fixture
def at_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(locate.BROWSER, "1")


@pytest.mark.parametrize("path", ["x.md", "/etc/passwd", "~/x", "../x", "", "\0"])
def test_no_path_that_is_typed_means_anything(at_browser: None, path: str, tmp_path: Path) -> None:
    with pytest.raises(ReadinessError, match="not read or written from a browser"):
        locate.typed(path, tmp_path)


def test_every_path_of_the_app_goes_through_that_door() -> None:
    """A screen that made a path of typed text by itself would let it out."""
    source = Path(locate.__file__).parents[2] / "tui"
    made = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if any(word in path.read_text() for word in ("Path(values", "Path(event", "expanduser", "Path(self.query"))
    }
    assert made == set()


def test_no_editor_is_started(at_browser: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EDITOR", f"touch {tmp_path / 'started'}")
    with pytest.raises(ReadinessError, match="Write it here"):
        external_editor.edit(ReadinessApp(), "text", "x.md")
    assert not (tmp_path / "started").exists()


def test_everybody_votes_for_themselves(sample_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    review = load(sample_desk).review
    here = review.reviewers
    assert len(meeting.room(sample_desk, review, here)) > 1
    monkeypatch.setenv(locate.BROWSER, "1")
    assert meeting.room(sample_desk, review, here) == ()


async def test_import_says_who_can(at_browser: None, sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=(80, 24)) as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.press("i")
        await pilot.pause()
        assert isinstance(sample_app.screen, ImportScreen)
        assert sample_app.screen.query_one("#path", Input).disabled
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(sample_app.screen, ImportScreen)


@pytest.mark.parametrize(
    ("typed", "name"), [("card.md", "card.md"), ("../../etc/card.html", "card.html"), ("C:\\x\\card.json", "card.json")]
)
async def test_an_export_goes_to_the_browser_under_its_bare_name(
    at_browser: None, sample_app: ReadinessApp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, typed: str, name: str
) -> None:
    given: list[tuple[str, bytes]] = []
    monkeypatch.setattr(
        ReadinessApp, "deliver_binary", lambda self, file, save_filename: given.append((save_filename, file.read()))
    )
    before = set(tmp_path.rglob("*.md"))
    async with sample_app.run_test(size=(120, 40)) as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.press("S")
        await pilot.app.workers.wait_for_complete()
        await pilot.press("x")
        await pilot.pause()
        assert isinstance(sample_app.screen, FormDialog)
        sample_app.screen.query(Input).first().value = typed
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        for _ in range(100):
            if given:
                break
            await pilot.pause(0.05)
    assert [told for told, _ in given] == [name]
    assert b"NO-GO" in given[0][1]
    assert set(tmp_path.rglob("*.md")) == before


@pytest.mark.parametrize("typed", ["..", "a/..", "x" * 300 + ".md", "\0.md"])
async def test_what_is_no_name_is_said(
    at_browser: None, sample_app: ReadinessApp, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ReadinessApp, "deliver_binary", lambda *_: pytest.fail("given"))
    from readiness_tui.tui.dialogs.export import _download

    async with sample_app.run_test(size=(80, 24)):
        with pytest.raises(ReadinessError, match="cannot be the name"):
            await _download(sample_app.screen, typed, lambda path: None)


async def test_without_a_review_there_is_no_greeting_to_make_one(at_browser: None) -> None:
    app = ReadinessApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
    assert app.return_code == 2
