"""A list that is filled anew after every change without losing its place, and in which `/` finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Literal

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from readiness_tui.tui.texts.places import empty_text
from readiness_tui.tui.widgets.find_line import FindInput, FindLine
from readiness_tui.tui.widgets.letters import taken

_POINTER = "▸ "


def _named(row: Option) -> tuple[str | None, bool]:
    return row.id, row.disabled


def _reads_alike(old: object, new: object) -> bool:
    """Contents are equal where their text is, whatever its colours."""
    if old is new:
        return True
    return old == new and isinstance(old, Content) and isinstance(new, Content) and old.spans == new.spans


class Pick(Option):
    """A row whose line may be cut: `words` is what it says in full, for finding."""

    def __init__(self, prompt: Content, id: str | None = None, *, words: str = "") -> None:
        super().__init__(prompt, id=id)
        self.words = words


class PickList(OptionList):
    """Rows with ids are picked; disabled rows without an id are headings. `noun`: what its rows are called.

    `pointer`: a ▸ before the highlighted row, where nothing else tells it but the background. `fitted`: its screen makes the
    rows for the width that the list has, and anew when that is another.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "letter('slash', 'find')", "Find", id="list.find", key_display="/", show=False,
                tooltip="Find in this list: only the rows with these words are shown"),
        Binding("escape", "show_all", "All rows", id="list.all", key_display="Esc", tooltip="Show all rows again"),
        Binding("up", "cursor_up", "Up", id="list.up", show=False, tooltip="A row up"),
        Binding("down", "cursor_down", "Down", id="list.down", show=False, tooltip="A row down"),
        Binding("j", "letter('j', 'cursor_down')", "Down", id="list.j", show=False, tooltip="A row down"),
        Binding("k", "letter('k', 'cursor_up')", "Up", id="list.k", show=False, tooltip="A row up"),
        Binding("g", "letter('g', 'first')", "First", id="list.g", show=False, tooltip="The first row"),
        Binding("G", "letter('G', 'last')", "Last", id="list.G", show=False, tooltip="The last row"),
        Binding("home", "first", "First", id="list.home", show=False, tooltip="The first row"),
        Binding("end", "last", "Last", id="list.end", show=False, tooltip="The last row"),
        Binding("pageup", "page_up", "Page up", id="list.page_up", show=False, tooltip="A page up"),
        Binding("pagedown", "page_down", "Page down", id="list.page_down", show=False, tooltip="A page down"),
    ]  # fmt: skip

    #: As Textual's, but a move paints the row that it leaves and the one that it comes to, not all of them.
    highlighted: reactive[int | None] = reactive(None, repaint=False)

    class LaidOut(Message):
        """The list has another size than before, or the room in it."""

        def __init__(self, rows: PickList) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> PickList:
            return self.rows

    def __init__(
        self, *, id: str, noun: str = "rows", pointer: bool = False, fitted: bool = False, compact: bool = True
    ) -> None:
        super().__init__(id=id, compact=compact)
        self._noun = noun
        self._pointer = pointer
        self._fits = fitted
        self._all: Sequence[Option] = ()  # of which those are shown that were found
        self._typed = ""  # what is looked for
        self._line: FindLine | None = None
        self._widths: set[int] = set()  # for which its rows were made

    def on_resize(self) -> None:
        self.post_message(self.LaidOut(self))

    def fitted_otherwise(self) -> bool:
        """Whether its rows were made when it had another width; asked once for each width."""
        now = self.scrollable_content_region.width
        otherwise = self._fits and bool(self._all) and now not in self._widths
        self._widths = {*self._widths, now} if otherwise else self._widths
        return otherwise

    def _move_page(self, direction: Literal[-1, 1]) -> None:
        """As Textual's, but where the list has no room, and so no lines, there is no page to turn."""
        if self.scrollable_content_region:
            super()._move_page(direction)

    # -- rows ---------------------------------------------------------------------------------------------------------

    def refill(
        self, options: Iterable[Option], *, wanted: str | None = None, empty: Callable[[], Content] | None = None
    ) -> None:
        """Replace all rows; `wanted`, else the row highlighted before, else the first, is highlighted. `empty`: what the
        list says where there is none to pick.

        Where the rows are the same ones as before, only those that read differently are painted anew. What was looked
        for is looked for in the new rows, unless the row that is `wanted` would then not show.
        """
        self._all = list(options)
        nothing = empty is not None and not any(row.id for row in self._all)
        if empty is not None and nothing:
            self._all = [*self._all, Option(empty(), disabled=True)]
        self.set_class(nothing, "-nothing")
        self._widths = {self.scrollable_content_region.width}
        if wanted is not None and self._typed and wanted not in {row.id for row in self._found()}:
            self._end_finding()
        self._show(self._found(), wanted)
        self._say()

    def _show(self, rows: Sequence[Option], wanted: str | None) -> None:
        kept = wanted or self.current
        if kept is not None and [_named(row) for row in rows] == [_named(row) for row in self.options]:
            for index, (old, new) in enumerate(zip(self.options, rows, strict=True)):
                if not _reads_alike(old.prompt, new.prompt):
                    self.replace_option_prompt_at_index(index, new.prompt)
            if self.current != kept:
                self.highlighted = self.get_option_index(kept)
            return
        position, was_seen = self.scroll_y, self._in_sight(self.highlighted)
        self.set_options(rows)
        picks = [index for index, row in enumerate(rows) if row.id]
        self.highlighted = next((i for i in picks if rows[i].id == kept), picks[0] if picks else None)
        if wanted is None and not (was_seen and not self._in_sight(self.highlighted, position)):
            self.scroll_to(y=position, animate=False, force=True)

    def _in_sight(self, row: int | None, position: float | None = None) -> bool:
        """Whether a row shows where the list is scrolled to `position` (None: as it is). Rows take a line each."""
        top = self.scroll_y if position is None else position
        return row is not None and top <= row < top + self.scrollable_content_region.height

    @property
    def current(self) -> str | None:
        """The id of the highlighted row."""
        option = self.highlighted_option
        return option.id if option else None

    @property
    def current_line(self) -> str:
        """How the highlighted row reads."""
        option = self.highlighted_option
        return " ".join(_text(option).split()) if option else ""

    def pick_next(self, meets: Callable[[str], bool]) -> bool:
        """Highlight the next row below, round the end, whose id meets the condition; False where none does."""
        start = self.highlighted or 0
        for index in [*range(start + 1, self.option_count), *range(start + 1)]:
            name = self.get_option_at_index(index).id
            if name and meets(name):
                self.highlighted = index
                return True
        return False

    # -- finding ------------------------------------------------------------------------------------------------------

    @property
    def finds(self) -> bool:
        """Whether only some rows are shown."""
        return bool(self._typed) or (self._line is not None and self._line.display)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "letter":
            return not taken(self, str(parameters[0]))
        return self.finds if action == "show_all" else super().check_action(action, parameters)

    async def action_letter(self, _: str, does: str) -> None:
        await self.run_action(does)

    async def action_find(self) -> None:
        """Open the line to type in, above the list."""
        if not any(row.id for row in self._all):
            self.app.notify(f"There are no {self._noun} here to find one among.", markup=False)
            return
        if self._line is None:
            self._line = FindLine(self)
            inner, outer = _place_above(self)
            await outer.mount(self._line, before=inner)
        self._line.open()
        self._say()

    def find(self, typed: str) -> None:
        """Show only the rows that have every word of this, in any order."""
        self._typed = typed.strip()
        self._show(self._found(), None)
        self._say()
        self.refresh_bindings()

    def found(self) -> None:
        """Go from the line to the rows."""
        if self.current is not None:
            self.focus()
        if not self._typed:
            self.show_all()

    def show_all(self) -> None:
        kept = self.current
        self._end_finding()
        self._show(self._all, kept)
        self.focus()
        self.refresh_bindings()

    def action_show_all(self) -> None:
        self.show_all()

    def _end_finding(self) -> None:
        self._typed = ""
        if self._line is not None:
            self._line.close()

    def _found(self) -> Sequence[Option]:
        """The rows to show: with what is looked for, and the headings above them."""
        words = self._typed.casefold().split()
        if not words:
            return self._all
        shown: list[Option] = []
        heading: Option | None = None
        for row in self._all:
            if row.id is None:
                heading = row
                continue
            said = f"{_text(heading) if heading else ''} {_text(row)}".casefold()
            if all(word in said for word in words):
                if heading is not None and heading not in shown:
                    shown.append(heading)
                shown.append(row)
        if not shown:
            shown.append(Option(empty_text("found", self.screen), disabled=True))
        return shown

    def _say(self) -> None:
        if self._line is not None and self.finds:
            total = sum(1 for row in self._all if row.id)
            shown = sum(1 for row in self._found() if row.id)
            self._line.say(f"{shown:,} of {total:,} {self._noun} · Esc shows all")

    # -- painting -----------------------------------------------------------------------------------------------------

    def watch_highlighted(self, before: int | None, now: int | None) -> None:  # type: ignore[override]
        super().watch_highlighted(now)
        for row in (before, now):
            if row is not None and row in self._index_to_line:
                self.refresh_lines(self._index_to_line[row], self._heights[row])

    def _get_left_gutter_width(self) -> int:
        return len(_POINTER) if self._pointer else 0

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        if not self._pointer:
            return strip
        first = next(iter(strip), None)
        place = self.scroll_offset.y + y
        here = place < len(self._lines) and self._lines[place] == (self.highlighted, 0)
        sign = _POINTER if here else " " * len(_POINTER)
        return Strip([Segment(sign, first.style if first is not None else None), *strip])


class OpeningRows(PickList):
    """A click chooses a row; a click on the chosen row opens it, as Enter does."""

    async def _on_click(self, event: events.Click) -> None:
        event.prevent_default()
        clicked: int | None = event.style.meta.get("option")
        if clicked is None or self.get_option_at_index(clicked).disabled:
            return
        again = self.highlighted == clicked
        self.highlighted = clicked
        if again:
            self.action_select()


def finding(screen: Screen[Any]) -> bool:
    """Whether what is typed now is looked for in a list."""
    return isinstance(screen.focused, FindInput)


def _text(row: Option) -> str:
    return f"{row.prompt} {row.words if isinstance(row, Pick) else ''}"


def _place_above(listed: Widget) -> tuple[Widget, Widget]:
    """Where one line more has room above a list: what it stands before, and in what."""
    inner = listed
    for outer in listed.ancestors:
        assert isinstance(outer, Widget)
        if isinstance(outer, Vertical | Screen):
            return inner, outer
        inner = outer
    raise AssertionError("every list is on a screen")
