"""Two people changed one thing at once: both versions with their difference, and which of them is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from readiness_tui.domain.compare.word_diff import word_diff
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.verdict.rival import Rival, Unsettled
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.review import settling
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.dialogs.pick import PickDialog
from readiness_tui.tui.help_key import HELP
from readiness_tui.tui.host import Host
from readiness_tui.tui.text import join, line, safe
from readiness_tui.tui.texts.diff import words
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.key_footer import KeyFooter

_SHOWN = 20_000  # characters of one text
#: Shows a dialog, and calls what follows with what it was dismissed with.
Push = Callable[[Any, Any], Any]


class TwoVersionsDialog(ClosesItself, ModalScreen[str | None]):
    """Dismisses with what was chosen: "stored", "other" or "third"; None where nobody chose."""

    BINDINGS = [
        Binding("1", "choose('stored')", "Keep the first", id="texts.first", tooltip="Keep what is stored"),
        Binding("2", "choose('other')", "Take the second", id="texts.second", tooltip="Put the other in its place"),
        Binding("3", "choose('third')", "Write a third", id="texts.both", tooltip="Write one of both; of texts both are there to begin with"),
        Binding("escape,q", "leave", "Leave", id="texts.leave", key_display="Esc", tooltip="Decide later; both are kept"),
        *HELP,
    ]  # fmt: skip

    def __init__(self, two: Unsettled) -> None:
        super().__init__(classes="dialog wide")
        self._two = two

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(line(f"Two versions: {self._two.rival.title}", "bold"), id="dialog-title")
            with VerticalScroll(id="dialog-fields"):
                yield Static(comparison(self._two))
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#dialog-fields").focus()

    def action_choose(self, which: str) -> None:
        self.dismiss(which)

    def action_leave(self) -> None:
        self.dismiss(None)


def comparison(two: Unsettled) -> Content:
    """Both versions with who wrote them, and what differs, marked so that nobody needs colours to see it."""
    stored, other = (_as_text(two.rival, value) for value in (two.stored, two.rival.value))
    by = f", by {two.stored_by} at {_clock(two.stored_at)}" if two.stored_by and two.stored_at else ""
    rows = [
        line(f"1 stored{by}", "bold"),
        safe(stored or "(empty)", limit=_SHOWN),
        Content(""),
        line(f"2 by {two.rival.by} at {_clock(two.rival.at)}", "bold"),
        safe(other or "(taken out)", limit=_SHOWN),
    ]
    if settling.is_long(two.rival) or "\n" in stored + other:
        rows += [Content(""), Content.styled("[-only in 1-] {+only in 2+}", "bold"), words(word_diff(stored, other))]
    return Content("\n").join(rows)


def _as_text(of: Rival, value: str) -> str:
    """A value of several parts as a line each."""
    parts = settling.parts(of, value)
    return parts[""] if "" in parts else "\n".join(f"{name}: {said}" for name, said in parts.items())


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %b %H:%M} UTC"


# -- settling -----------------------------------------------------------------------------------------------------------


async def ask_which(host: Host, desk: Desk, push: Push) -> None:
    """Let one of what waits to be settled be chosen, and settle it; the only one is shown at once."""
    found = await host.fetch(settling.waiting, desk)
    if found is None:
        return
    if not found:
        host.tell("Nothing waits to be settled: nobody has written over what somebody else wrote.")
        return
    if len(found) == 1:
        show_two(host, desk, push, found[0])
        return
    choices = [(str(at), join(line(f"{two.rival.title}: {two.rival.by}’s beside the stored one", limit=200)))
               for at, two in enumerate(found)]  # fmt: skip

    def chosen(key: str | None) -> None:
        if key is not None:
            show_two(host, desk, push, found[int(key)])

    push(PickDialog("Which two versions?", choices), chosen)


async def show_rival(host: Host, desk: Desk, push: Push, rival: Rival) -> None:
    """Show what was just kept beside a stored value that somebody else had changed meanwhile."""
    found = await host.fetch(settling.waiting, desk) or ()
    two = next((one for one in found if (one.rival.about, one.rival.id) == (rival.about, rival.id)), None)
    if two is None:
        host.tell(f"Somebody else has written {rival.title} too. Both are kept until the votes are revealed.")
    else:
        show_two(host, desk, push, two)


def show_two(host: Host, desk: Desk, push: Push, two: Unsettled) -> None:
    """Show both versions, and settle them as is chosen."""

    async def settle(value: str) -> str | None:
        try:
            with host.together.saving():
                again = await host.serve(settling.settle, desk, two.rival, value, base=two.stored)
                await host.reload()
        except ReadinessError as refusal:
            return str(refusal)
        if again is not None:
            host.tell(f"{again.title} was changed once more meanwhile. Both are kept until somebody settles them.")
        return None

    async def chosen(which: str | None) -> None:
        if which == "third":
            push(_third(two, settle), None)
        elif which is not None:
            refusal = await settle(two.stored if which == "stored" else two.rival.value)
            if refusal is not None:
                host.complain(refusal)

    push(TwoVersionsDialog(two), chosen)


def _third(two: Unsettled, settle: Callable[[str], Awaitable[str | None]]) -> FormDialog:
    stored, other = (settling.parts(two.rival, value) for value in (two.stored, two.rival.value))
    names = [name for name in stored if name] or [name for name in other if name] or [""]
    long = settling.is_long(two.rival)

    def proposed(name: str) -> str:
        both = [value for value in (stored.get(name, ""), other.get(name, "")) if value]
        return "\n\n".join(both) if long else (both or [""])[0]

    async def submit(values: Values) -> str | None:
        said = {name: values[_field(name)] for name in names}
        return await settle(settling.whole(two.rival, said))

    fields = [Field(_field(name), _capital(name or two.rival.title), proposed(name), long=long) for name in names]
    return FormDialog(f"A third: {two.rival.title}", fields, submit)


def _field(name: str) -> str:
    return name.replace(" ", "-") or "value"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
