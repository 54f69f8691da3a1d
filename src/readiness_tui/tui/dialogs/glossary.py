"""What every word and sign of the screens means: found by typing, the words of an explanation first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.domain.glossary import TERMS, TOPICS, Term, look_up
from readiness_tui.tui.text import join, line, safe
from readiness_tui.tui.texts.places import empty_text
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.pick_list import PickList


class GlossaryDialog(ClosesItself, ModalScreen[None]):
    """`words`: those that are shown first, as far as the glossary has them."""

    DEFAULT_CSS = """
    GlossaryDialog #dialog { width: 90; height: 94%; }
    GlossaryDialog #terms { height: 1fr; border: none; background: $surface; padding: 0; }
    GlossaryDialog #term { height: auto; max-height: 40%; border-top: solid $primary 40%; }
    """
    BINDINGS = [
        Binding("escape,f1", "leave", "Leave", id="glossary.leave", key_display="Esc", tooltip="Leave the glossary"),
        Binding("down", "move(1)", "Down", id="glossary.down", show=False, tooltip="The next word"),
        Binding("up", "move(-1)", "Up", id="glossary.up", show=False, tooltip="The word before"),
        Binding("pagedown", "scroll(5)", "Read on", id="glossary.page_down", show=False, tooltip="Scroll the meaning"),
        Binding("pageup", "scroll(-5)", "Back", id="glossary.page_up", show=False, tooltip="Scroll the meaning back"),
    ]

    def __init__(self, words: Sequence[str] = ()) -> None:
        super().__init__(classes="dialog")
        found = [term for term in map(look_up, words) if term is not None]
        self._first = list(dict.fromkeys(found))

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(line("What the words mean", "bold"), id="dialog-title")
            yield Input(placeholder="type a word or a sign of a screen", id="looked-for", compact=True)
            yield PickList(id="terms", noun="words", pointer=True)
            with VerticalScroll(id="term", can_focus=False):
                yield Static(id="meaning")
            yield Static("↓ ↑ choose · Esc leaves", classes="muted")

    def on_mount(self) -> None:
        self._fill("")
        self.query_one("#looked-for").focus()

    @on(Input.Changed, "#looked-for")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._fill(event.value)

    def _fill(self, typed: str) -> None:
        options = list(_rows(typed.casefold().split(), self._first))
        first = next((row.id for row in options if row.id), None)
        self.query_one(PickList).refill(options, wanted=first, empty=lambda: empty_text("words", self))
        self._tell()

    @on(OptionList.OptionHighlighted, "#terms")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._tell()

    def _tell(self) -> None:
        chosen = self.query_one(PickList).current
        self.query_one("#meaning", Static).update(_meaning(TERMS[int(chosen.split("/")[1])]) if chosen else "")
        self.query_one("#term").scroll_home(animate=False)

    def action_move(self, by: int) -> None:
        listed = self.query_one(PickList)
        if by > 0:
            listed.action_cursor_down()
        else:
            listed.action_cursor_up()

    def action_scroll(self, by: int) -> None:
        self.query_one("#term").scroll_relative(y=by, animate=False)

    def action_leave(self) -> None:
        self.dismiss(None)


def _rows(words: Sequence[str], first: Sequence[Term]) -> Iterator[Option]:
    """By topic, after the `first` ones; of what is looked for, those that are called so before those that mention it."""
    groups: list[tuple[str, Sequence[Term]]] = [("HERE", first), *((topic.title, topic.terms) for topic in TOPICS)]
    for title, terms in groups:
        found = [term for term in terms if all(word in _said(term) for word in words)]
        found.sort(key=lambda term: not all(word in _names(term) for word in words))
        if found:
            yield Option(Content.styled(title.upper(), "bold $text-accent"), disabled=True)
        for term in found:
            also = line(", ".join(term.also), "$foreground-muted", 60)
            yield Option(join(line(term.word), "   ", also), id=f"{title}/{TERMS.index(term)}")


def _names(term: Term) -> str:
    return " ".join((term.word, *term.also)).casefold()


def _said(term: Term) -> str:
    return f"{_names(term)} {term.meaning} {term.why}".casefold()


def _meaning(term: Term) -> Content:
    rows = [line(term.word, "bold $text-accent"), safe(term.meaning)]
    if term.why:
        rows.append(safe(term.why))
    if term.page:
        rows.append(line(f"More: docs/{term.page}", "$foreground-muted"))
    return Content("\n").join(rows)
