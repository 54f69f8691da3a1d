"""One form for every question the app asks: labelled fields, a refusal line, Enter goes on, Esc leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Label, Static, TextArea

from readiness_tui.domain.text.sanitise import visible
from readiness_tui.tui.text import line, safe

Values = dict[str, str]
#: Does the work; returns a sentence when it refuses (what was typed stays on screen), None when it is done.
Submit = Callable[[Values], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Field:
    """`value` is what the form proposes; `hint` says what to type; `choices` are offered while typing. `saves`: Enter in
    it saves, because the fields after it are seldom needed."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    choices: Sequence[str] = ()
    long: bool = False
    saves: bool = False


class FormDialog(ModalScreen[bool]):
    """Asks for `fields` and hands them to `submit`; dismisses with True once that accepts them."""

    BINDINGS = [
        Binding("escape", "cancel", "Cancel", id="form.cancel", tooltip="Leave without saving"),
        Binding("ctrl+s", "submit", "Save", id="form.save", tooltip="Save what is typed"),
    ]

    def __init__(
        self, title: str, fields: Sequence[Field], submit: Submit, *, intro: str = "", save: str = "Save"
    ) -> None:
        super().__init__(classes="dialog")
        self._title = title
        self._fields = tuple(fields)
        self._submit = submit
        self._intro = intro
        self._save = save

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(line(self._title, "bold"), id="dialog-title")
            if self._intro:
                yield Static(safe(self._intro), id="dialog-intro")
            with VerticalScroll(id="dialog-fields", can_focus=False):
                for field in self._fields:
                    yield Label(line(field.label), classes="field-label")
                    if field.long:
                        area = TextArea(visible(field.value), id=f"field-{field.name}", classes="field-long")
                        area.tab_behavior = "focus"
                        yield area
                    else:
                        yield Input(
                            visible(field.value),
                            placeholder=visible(field.hint),
                            id=f"field-{field.name}",
                            suggester=_suggester(field.choices),
                        )
                    if field.choices and not field.long:
                        yield Static(line(" · ".join(field.choices), limit=200), classes="field-choices")
            yield Static("", id="dialog-refusal")
            with Horizontal(id="dialog-buttons"):
                yield Button(self._save, variant="primary", id="save", compact=True)
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        if self._fields:
            first = self.query_one(f"#field-{self._fields[0].name}")
            first.focus()
        else:
            self.query_one("#save").focus()

    def values(self) -> Values:
        """What is typed now, by field name."""
        found: Values = {}
        for field in self._fields:
            widget = self.query_one(f"#field-{field.name}")
            text = widget.text if isinstance(widget, TextArea) else widget.value if isinstance(widget, Input) else ""
            found[field.name] = text.strip()
        return found

    @on(Input.Submitted)
    async def _next_field(self, event: Input.Submitted) -> None:
        event.stop()
        names = [field.name for field in self._fields]
        position = names.index(str(event.input.id).removeprefix("field-"))
        if position + 1 < len(names) and not self._fields[position].saves:
            self.query_one(f"#field-{names[position + 1]}").focus()
        else:
            await self.action_submit()

    @on(Button.Pressed, "#save")
    async def _save_pressed(self) -> None:
        await self.action_submit()

    @on(Button.Pressed, "#cancel")
    def _cancel_pressed(self) -> None:
        self.action_cancel()

    async def action_submit(self) -> None:
        refusal = await self._submit(self.values())
        if refusal is None:
            self.dismiss(True)
        else:
            self.query_one("#dialog-refusal", Static).update(safe(refusal))

    def action_cancel(self) -> None:
        self.dismiss(False)


def _suggester(choices: Sequence[str]) -> SuggestFromList | None:
    return SuggestFromList([visible(choice) for choice in choices], case_sensitive=False) if choices else None
