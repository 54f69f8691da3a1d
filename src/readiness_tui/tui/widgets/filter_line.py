"""A line to type a filter in, with how it can go on below it: Tab takes what is offered first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from readiness_tui.domain.filters.completion import Completion
from readiness_tui.tui.text import fit, join, line

if TYPE_CHECKING:
    from readiness_tui.services.explanation import Subject

Completer = Callable[[str], Awaitable[Sequence[Completion] | None]]
OFFERED = 4  # lines of what a line can go on with


class TypedFilter(Input):
    BINDINGS = [
        Binding("enter", "submit", "Apply", id="filter.apply", tooltip="Show only what fits; an empty line shows all"),
        Binding("tab", "take", "Complete", id="filter.take", tooltip="Take what is offered first; Tab again takes the next"),
    ]  # fmt: skip

    class Take(Message):
        """What is offered is to be taken."""

    def action_take(self) -> None:
        self.post_message(self.Take())

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """As an input's, but for the slash too, of which Textual does not know that it is a character."""
        return key == "slash" or super().check_consume_key(key, character)


class FilterLine(Vertical):
    """Hidden until it is used. Posts what was typed on Enter."""

    DEFAULT_CSS = """
    FilterLine { height: auto; }
    FilterLine TypedFilter { height: 1; border: none; padding: 0 1; background: $boost; }
    FilterLine TypedFilter:focus { background: $primary 30%; }
    FilterLine #offered { height: auto; max-height: 4; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    class Asked(Message):
        def __init__(self, typed: str) -> None:
            super().__init__()
            self.typed = typed

    def __init__(self, placeholder: str, complete: Completer) -> None:
        super().__init__(id="filter-line")
        self._placeholder = placeholder
        self._complete = complete
        self._offered: Sequence[Completion] = ()
        self._next = 0  # which of them Tab takes now
        self._took = ""  # the line as Tab left it: what is offered stays the same

    def compose(self) -> ComposeResult:
        yield TypedFilter(id="filter", placeholder=self._placeholder, compact=True)
        yield Static(id="offered")

    def on_mount(self) -> None:
        self.display = False

    @property
    def _input(self) -> TypedFilter:
        return self.query_one(TypedFilter)

    @property
    def has_keys(self) -> bool:
        return self._input.has_focus

    def open(self) -> None:
        self.display = True
        self._input.focus()
        self._offer()

    def say(self, typed: str) -> None:
        """Show a filter that was chosen elsewhere; without one the line goes away."""
        self._input.value = typed
        self._close()
        self.display = bool(typed)

    def _close(self) -> None:
        self._show(())

    def _show(self, found: Sequence[Completion]) -> None:
        self._offered, self._next, self._took = found, 0, ""
        below = self.query_one("#offered", Static)
        below.display = bool(found)
        below.update(offered(found, max(self.size.width - 2, 20)))

    def explained(self) -> Sequence[Subject]:
        """How a filter is written."""
        from readiness_tui.services.explanation import FILTER_LINE

        return (FILTER_LINE,)

    @property
    def typed(self) -> str:
        return self._input.value

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._close()
        self.post_message(self.Asked(event.value))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._input.has_focus and event.value != self._took:
            self._offer()

    @work(exclusive=True, group="complete")
    async def _offer(self) -> None:
        """What the line can go on with, looked up away from the UI thread; an answer to an older line is dropped."""
        typed = self._input.value
        found = await self._complete(typed) or ()
        if typed == self._input.value and self._input.has_focus:
            self._show(found)

    @on(TypedFilter.Take)
    def _take(self, event: TypedFilter.Take) -> None:
        event.stop()
        if not self._offered:
            return
        taken = self._offered[self._next % len(self._offered)]
        self._next += 1
        alone = len(self._offered) == 1
        self._took = "" if alone or taken.said.endswith((":", ">")) else taken.line
        self._input.value = taken.line
        self._input.cursor_position = len(taken.line)


def offered(found: Sequence[Completion], width: int) -> Content:
    """Candidates one a line, with what they mean or how many records have them."""
    lines = []
    for place, one in enumerate(found[:OFFERED]):
        said = one.meaning or (f"×{one.count:,}" if one.count is not None else "")
        head = Content.styled("Tab  " if place == 0 else "     ", "$text-accent")
        lines.append(
            join(head, line(fit(one.said, min(24, width // 2)), "bold"), "  ", line(said, "$foreground-muted"))
        )
    if len(found) > OFFERED:
        lines[-1] = join(lines[-1], Content.styled(f"   … and {len(found) - OFFERED} more", "$foreground-muted"))
    return Content("\n").join(lines)
