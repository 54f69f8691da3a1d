"""F1: what the focused thing is, and the figures that it stands in, each on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from readiness_tui.domain.explanation.model import Explanation, Passage, passage
from readiness_tui.services.explanation import Subject
from readiness_tui.tui.dialogs.glossary import GlossaryDialog
from readiness_tui.tui.host import host
from readiness_tui.tui.text import join, line, one_line
from readiness_tui.tui.texts.explanation import laid_out
from readiness_tui.tui.texts.named_keys import with_keys
from readiness_tui.tui.texts.places import GUIDES
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.explains import asked
from readiness_tui.tui.widgets.letters import moves
from readiness_tui.tui.widgets.pane import Pane

_NEXT = "{explain.next} the next page · "
_KEYS = "{explain.words} what the words mean · {explain.keys} keys · {explain.close} leaves"


class ExplainDialog(ClosesItself, ModalScreen[bool]):
    """Opens on the first of `subjects`. Dismisses with True where the keys of the screen below are asked for."""

    BINDINGS = [
        Binding("escape,q,f1", "close", "Leave", id="explain.close", key_display="Esc", tooltip="Close the explanation"),
        Binding("right,tab,space", "turn(1)", "Next page", id="explain.next", key_display="→", tooltip="What it stands in: the next page"),
        Binding("left,shift+tab", "turn(-1)", "Page before", id="explain.back", key_display="←", tooltip="The page before"),
        Binding("w", "words", "Words", id="explain.words", tooltip="What each word and sign means"),
        Binding("question_mark", "keys", "Keys", id="explain.keys", key_display="?", tooltip="The keys of the screen below"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    ExplainDialog #pages { color: $text-muted; height: auto; margin-bottom: 1; }
    ExplainDialog #dialog-fields { max-height: 70vh; }
    """

    def __init__(self, subjects: Sequence[Subject]) -> None:
        super().__init__(classes="dialog wide")
        self._subjects = tuple(subjects)
        self._place = 0
        self._made: dict[int, Explanation] = {}

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(id="dialog-title")
            yield Static(id="pages")
            with Pane(id="dialog-fields"):
                yield Static(id="dialog-text")
            yield Static(id="explain-keys", classes="muted")

    def on_mount(self) -> None:
        self.query_one("#dialog-fields").focus()
        self.query_one("#explain-keys", Static).update(
            line(with_keys((_NEXT if len(self._subjects) > 1 else "") + _KEYS, self))
        )
        self._show()

    def on_resize(self) -> None:
        self.call_after_refresh(self._lay_out)

    @work(exclusive=True)
    async def _show(self) -> None:
        place = self._place
        self.query_one("#pages", Static).update(_pages([one.name for one in self._subjects], place))
        if place not in self._made:
            self._made[place] = await host(self).reckon(self._subjects[place].make)
        if place == self._place and self.is_mounted:
            self.query_one("#dialog-title", Static).update(line(self._made[place].title, "bold"))
            self._lay_out()
            self.query_one("#dialog-fields").scroll_home(animate=False)
            self.call_after_refresh(self._lay_out)  # in the width that it has once it is laid out

    def _lay_out(self) -> None:
        made = self._made.get(self._place)
        if made is not None and self.is_mounted:
            text = self.query_one("#dialog-text", Static)
            text.update(laid_out(made, max(text.size.width, 40)))

    def action_turn(self, by: int) -> None:
        self._place = (self._place + by) % len(self._subjects)
        self._show()

    def action_words(self) -> None:
        made = self._made.get(self._place)
        self.app.push_screen(GlossaryDialog(made.words if made else ()))

    def action_keys(self) -> None:
        self.dismiss(True)

    def action_close(self) -> None:
        self.dismiss(False)


def _pages(names: Sequence[str], place: int) -> Content:
    """ "OBS-04 · Observability 66% · NO-GO", the present one marked."""
    parts = [
        Content.styled(f"▸ {one_line(name, 40)}", "bold $text-accent") if at == place else line(name, limit=40)
        for at, name in enumerate(names)
    ]
    return Content(" · ").join([join(part) for part in parts])


async def explain(screen: Screen[Any]) -> None:
    """Say what is focused on `screen`; of a dialog that does not know, its own words and its keys."""

    async def keys_too(asked_for: bool | None) -> None:
        if asked_for:
            await screen.run_action("app.help")

    await screen.app.push_screen(ExplainDialog(asked(screen) or [dialog_explained(screen)]), keys_too)


def dialog_explained(screen: Screen[Any]) -> Subject:
    """A dialog by what it is for where its guide says that, else by its title; what stands under it; what its keys do."""
    said = [
        str(shown.content)
        for name in ("#dialog-title", "#dialog-intro")
        for shown in screen.query(name).results(Static)
    ]
    guide = getattr(screen, "guide", "")
    title = guide or (said[0] if said and said[0] else "What is open here")
    purpose, act = GUIDES[guide] if guide else ("", "")
    keys = tuple(
        dict.fromkeys(
            f"{screen.app.get_key_display(active.binding)}: {active.binding.tooltip or active.binding.description}"
            for active in screen.active_bindings.values()
            if active.enabled
            and active.binding.id
            and not moves(active.binding.id)
            and not active.binding.id.startswith("app.")
        )
    )
    made = Explanation(
        title,
        title,
        (
            passage("What it is for", purpose),
            passage("What to do", with_keys(act, screen)),
            passage("What it asks", *said[1:]),
            Passage("What its keys do", keys),
        ),
    )
    return Subject("this dialog" if isinstance(screen, ModalScreen) else "this screen", lambda: made)
