"""A move of the cursor paints what changed and lays nothing out that stays as it is, and what is then shown is right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.screen import Screen
from textual.widgets import Static
from textual.widgets.option_list import Option

from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.widgets.pick_list import Pick, PickList
from readiness_tui.tui.widgets.steady import replace_text
from tests.tui.driving import settle

_TEXTS = (
    "one line",
    "",
    "\n".join(map(str, range(30))),
    "\n".join(map(str, range(29))),
    "words " * 90,
    "two\nlines",
    "\n".join("x" * 50 for _ in range(12)),
    "\n".join("a b " * 12 for _ in range(8)),
)


class _Beside(App[None]):
    """A text that fills its pane, one that is as high as it has to be, and the same two as Textual shows them."""

    CSS = """
    VerticalScroll { height: 12; padding: 0 1; border-left: vkey red; }
    .fills { min-height: 100%; }
    .below { height: auto; max-height: 5; border-top: hkey red; padding: 0 1; }
    """

    def compose(self) -> ComposeResult:
        for name in ("ours", "plain"):
            with VerticalScroll(id=f"pane-{name}"):
                yield Static(id=f"fills-{name}", classes="fills")
            yield Static(id=f"below-{name}", classes="below")


def _looks(app: App[None], name: str) -> list[object]:
    pane, below = app.query_one(f"#pane-{name}"), app.query_one(f"#below-{name}")
    inner = app.query_one(f"#fills-{name}")
    lines = [[str(strip.text) for strip in one.render_lines(one.size.region)] for one in (inner, below)]
    return [inner.size, pane.max_scroll_y, pane.show_vertical_scrollbar, below.size, lines]


def _each_after_each() -> Iterator[str]:
    """Every text after every other, and after itself (a de Bruijn sequence of pairs)."""
    for at, text in enumerate(_TEXTS):
        yield text
        for other in _TEXTS[at + 1 :]:
            yield text
            yield other


@pytest.mark.parametrize("size", [(60, 40), pytest.param((24, 40), marks=pytest.mark.slow)])
async def test_a_text_takes_the_place_of_another_as_if_all_were_laid_out_anew(size: tuple[int, int]) -> None:
    app = _Beside()
    async with app.run_test(size=size) as pilot:
        before = ""
        for text in _each_after_each():
            for place in ("fills", "below"):
                replace_text(app.query_one(f"#{place}-ours", Static), Content(text))
                app.query_one(f"#{place}-plain", Static).update(Content(text))
            await pilot.pause()
            assert _looks(app, "ours") == _looks(app, "plain"), (before, text)
            before = text
        replace_text(app.query_one("#fills-ours", Static), Content(_TEXTS[4]))
        app.query_one("#fills-plain", Static).update(Content(_TEXTS[4]))
        await pilot.pause()
        await pilot.resize_terminal(20, 40)  # what fitted has to be scrolled to now
        assert _looks(app, "ours") == _looks(app, "plain")


class _Rows(App[None]):
    def compose(self) -> ComposeResult:
        yield PickList(id="rows", pointer=True)

    def on_mount(self) -> None:
        rows = [Pick(Content(f"row {n}\nand more" if n % 3 else f"row {n}"), id=str(n)) for n in range(30)]
        self.query_one(PickList).refill([Option("heading", disabled=True), *rows])
        self.query_one(PickList).focus()


async def test_the_rows_that_a_move_touches_are_all_that_has_to_be_painted() -> None:
    app = _Rows()
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        for keys in ("down", "down down", "up", "pagedown", "end", "home", "j j j k", "G", "g"):
            await pilot.press(*keys.split())
            await pilot.pause()
            shown = _painted(app)
            app.query_one(PickList).refresh()
            await pilot.pause()
            assert shown == _painted(app), keys
        assert sum("▸" in row for row in shown) == 1


def _painted(app: App[None]) -> list[str]:
    """Each line of the screen with the styles of its parts, as it was painted."""
    return [str([(part.text, str(part.style)) for part in strip]) for strip in app.screen._compositor.render_strips()]


async def test_a_move_in_checklists_lays_nothing_out(sample_app: ReadinessApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sample_app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("C")
        await settle(pilot)
        laid_out: list[object] = []
        dirty: list[Region] = []
        layout, refresh_lines = Screen._refresh_layout, PickList.refresh_lines

        def counted(screen: Screen[object], *how: object, **more: object) -> None:
            laid_out.append(screen)
            layout(screen, *how, **more)  # type: ignore[arg-type]

        def noted(rows: PickList, first: int, lines: int = 1) -> None:
            dirty.append(Region(0, first, 1, lines))
            refresh_lines(rows, first, lines)

        monkeypatch.setattr(Screen, "_refresh_layout", counted)
        monkeypatch.setattr(PickList, "refresh_lines", noted)
        for _ in range(3):
            await pilot.press("down")
            await settle(pilot)
        assert not laid_out
        assert len(dirty) == 6
