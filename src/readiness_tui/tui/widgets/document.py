"""A document read chapter by chapter: its chapters on the left, the chosen one on the right."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import OptionList, Static

from readiness_tui.tui.markdown import chapters, lay_out
from readiness_tui.tui.text import column, join
from readiness_tui.tui.widgets.pick_list import Pick, PickList

_LIST = {True: 20, False: 30}  # columns of the chapter list, on a narrow terminal and on a wide one
_WIDE = 100
_LAID_OUT = 60_000  # characters of a chapter: more would hold up the screen for seconds


class Document(Horizontal):
    """Shows markdown given to `show`, laid out anew whenever the width changes."""

    DEFAULT_CSS = """
    Document { height: 1fr; }
    Document #chapters { width: auto; height: 1fr; border: none; background: transparent; padding: 0 1; }
    Document #preview { width: 1fr; padding: 0 1; scrollbar-gutter: stable; border-left: vkey $primary 40%; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._chapters: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield PickList(id="chapters", noun="chapters")
        with VerticalScroll(id="preview", can_focus=False):
            yield Static(id="chapter")

    def show(self, text: str) -> None:
        """The document's markdown; the chapter that was open stays open."""
        self._chapters = chapters(text)
        listed = self.query_one("#chapters", PickList)
        width = _LIST[self.app.size.width < _WIDE]
        listed.styles.width = width
        listed.refill(
            Pick(column(title, width - 2), id=str(place), words=f"{title} {text}")
            for place, (title, text) in enumerate(self._chapters)
        )
        self._show_chapter()

    def on_resize(self, event: events.Resize) -> None:
        self._show_chapter()

    @on(OptionList.OptionHighlighted, "#chapters")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_chapter()
        self.query_one("#preview").scroll_home(animate=False)

    def _show_chapter(self) -> None:
        chosen = self.query_one("#chapters", PickList).current
        if chosen is not None:
            width = self.query_one("#preview").scrollable_content_region.width
            text = self._chapters[int(chosen)][1]
            shown = lay_out(text[:_LAID_OUT], width)
            if len(text) > _LAID_OUT:
                shown = join(shown, f"\n… {len(text) - _LAID_OUT:,} more characters; an export has all of it")
            self.query_one("#chapter", Static).update(shown)

    @property
    def chapter(self) -> tuple[str, str]:
        """Title and text of the open chapter."""
        chosen = self.query_one("#chapters", PickList).current
        return self._chapters[int(chosen)] if chosen is not None else ("", "")

    def read_on(self) -> None:
        """A page further, and after the last page the next chapter."""
        preview = self.query_one("#preview", VerticalScroll)
        listed = self.query_one("#chapters", PickList)
        if preview.scroll_offset.y < preview.max_scroll_y:
            preview.scroll_page_down(animate=False)
        elif listed.option_count:
            listed.highlighted = ((listed.highlighted or 0) + 1) % listed.option_count
