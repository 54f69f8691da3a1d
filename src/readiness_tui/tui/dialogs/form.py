"""One form for every question the app asks: labelled fields, a refusal line, Enter goes on, Esc leaves.

What is typed is a draft within a second, and stands there again when the same form opens: after Esc, a refusal or a crash.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Label, Static, TextArea

from readiness_tui.domain.text.format import day_month
from readiness_tui.domain.text.sanitise import visible
from readiness_tui.domain.text.secrets import remark_on
from readiness_tui.tui import text as screen
from readiness_tui.tui.autosave import Autosave, Typed
from readiness_tui.tui.form_draft import FormDraft, KeptText, written
from readiness_tui.tui.host import host
from readiness_tui.tui.text import line, one_line, safe
from readiness_tui.tui.widgets.closing import ClosesItself

if TYPE_CHECKING:
    from readiness_tui.services.explanation import Subject

_SHOWN = 300  # characters of a stored text in the question about a draft
Values = dict[str, str]  # what is typed, by field
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


class FormDialog(ClosesItself, ModalScreen[bool]):
    """Asks for `fields` and hands them to `submit`; dismisses with True once that accepts them."""

    BINDINGS = [
        Binding(
            "escape",
            "cancel",
            "Leave",
            id="form.cancel",
            tooltip="Leave without saving; what was typed is kept for the next time",
        ),
        Binding(
            "ctrl+r",
            "revert",
            "As stored",
            id="form.revert",
            tooltip="Take what is stored or proposed instead of what was kept",
        ),
        Binding("ctrl+s", "submit", "Save", id="form.save", tooltip="Save what is typed"),
    ]

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        submit: Submit,
        *,
        intro: str = "",
        save: str = "Save",
        about: str = "",
    ) -> None:
        super().__init__(classes="dialog")
        self._about = about
        self._draft: FormDraft | None = None
        self._saw: Values = {}  # of a draft's fields what they held when it was typed, where they hold something else now
        self._left = ""  # the draft as it is kept, or on its way there
        self._autosave = Autosave(self, self._keep, lambda sentence: host(self).complain(sentence), self._unsaved)
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
            yield Static("", id="dialog-kept")
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
                            placeholder=screen.visible(field.hint),
                            id=f"field-{field.name}",
                            suggester=_suggester(field.choices),
                        )
                    if field.choices and not field.long:
                        yield Static(line(" · ".join(field.choices), limit=200), classes="field-choices")
            yield Static("", id="dialog-refusal")
            yield Static(line(keys_said(self._fields, self._save)), id="dialog-keys")
            with Horizontal(id="dialog-buttons"):
                yield Button(self._save, variant="primary", id="save", compact=True)
                yield Button("Cancel", id="cancel", compact=True)

    async def on_mount(self) -> None:
        self.query_one("#dialog-kept").display = False
        if not self._fields:
            self.query_one("#dialog-keys").display = False
            self.query_one("#save").focus()
            return
        self.query_one(f"#field-{self._fields[0].name}").focus()
        self._draft = FormDraft(host(self), self._title, self._about, tuple(field.name for field in self._fields))
        kept = await self._draft.read()
        if kept is not None:
            self._offer(kept)

    async def on_unmount(self) -> None:
        await self._autosave.flush()

    # -- what was typed before ------------------------------------------------------------------------------------------

    @property
    def _proposed(self) -> Values:
        return {field.name: visible(field.value).strip() for field in self._fields}

    def _offer(self, kept: KeptText) -> None:
        """Put what was typed before where nothing was typed since, and say so."""
        proposed, now, changed = self._proposed, self.values(), []
        again = {
            name: text
            for name, text in kept.typed.items()
            if name in proposed and text != proposed[name] and now[name] == proposed[name]
        }
        if not again:
            return
        for field in self._fields:
            if field.name in again:
                self._put(field, again[field.name])
                if (saw := kept.proposed.get(field.name, "")) != proposed[field.name]:
                    self._saw[field.name] = saw
                    changed.append(f" Stored meanwhile: “{one_line(proposed[field.name])[:80]}”.")
        self._left = written(self.values(), proposed, self._saw)
        shown = self.query_one("#dialog-kept", Static)
        shown.update(safe(f"{kept_said(kept)}{''.join(changed)}", "$text-warning"))
        shown.display = True

    def _put(self, field: Field, text: str) -> None:
        widget = self.query_one(f"#field-{field.name}")
        if isinstance(widget, TextArea):
            widget.text = visible(text)
        elif isinstance(widget, Input):
            widget.value = visible(text)
            widget.cursor_position = len(widget.value)

    def _keep(self, text: str) -> None:
        if self._draft is not None:
            self._draft.keep(text)

    def _unsaved(self) -> Typed | None:
        text = written(self.values(), self._proposed, self._saw) if self._draft is not None else ""
        return Typed(self._title, text) if text else None

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self, event: Message) -> None:
        event.stop()
        if self._draft is not None and (text := written(self.values(), self._proposed, self._saw)) != self._left:
            self._left = text
            self._autosave.changed(text)

    async def action_revert(self) -> None:
        for field in self._fields:
            self._put(field, field.value)
        self._saw.clear()
        self.query_one("#dialog-kept").display = False

    def explained(self) -> Sequence[Subject]:
        """The focused field; where a button has the focus, none."""
        from functools import partial

        from readiness_tui.domain.explanation.fields import field_explained
        from readiness_tui.services.explanation import Subject
        from readiness_tui.tui.dialogs.explaining import dialog_explained

        at = (self.focused.id or "") if self.focused else ""
        of = [field for field in self._fields if at == f"field-{field.name}"]
        told = [partial(field_explained, self._title, f.name, f.label, f.hint, f.choices, f.value) for f in of]
        return (*(Subject("this field", make) for make in told), dialog_explained(self))

    # -- saving ---------------------------------------------------------------------------------------------------------

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
    async def _cancel_pressed(self) -> None:
        await self.action_cancel()

    def _over_what(self, values: Values) -> str:
        """Asked once before a draft goes over what was stored since it was typed: a sentence, "" for nothing to ask."""
        over = [
            field
            for field in self._fields
            if field.name in self._saw and values[field.name] != self._proposed[field.name]
        ]
        self._saw.clear()
        if not over:
            return ""
        shown = {field.label: one_line(field.value).strip() for field in over}
        now = "; ".join(
            f"“{label}” is “{text[:_SHOWN]}{'…' * (len(text) > _SHOWN)}” by now" for label, text in shown.items()
        )
        return (
            f"You typed this before that was there: {now}. {self._save} again puts yours in its place; Ctrl+R takes it."
        )

    async def action_submit(self) -> None:
        values = self.values()
        refusal = self._over_what(values) or await self._submit(values)
        if refusal is None:
            if self._draft is not None:
                await self._autosave.forget()
                await self._draft.clear()
            if said := remark_on(values[field.name] for field in self._fields if values[field.name] != field.value):
                host(self).tell(said)
            self.dismiss(True)
        else:
            self.query_one("#dialog-refusal", Static).update(safe(refusal))

    async def action_cancel(self) -> None:
        await self._autosave.flush()
        self.dismiss(False)


def keys_said(fields: Sequence[Field], save: str) -> str:
    """Which key does what in a form of these fields."""
    does = "saves" if save == "Save" else f"is “{save}”"
    first, last = (fields[0], fields[-1]) if fields else (Field("", ""), Field("", ""))
    if first.saves or (len(fields) == 1 and not last.long):
        keys = f"Enter {does}"
    elif len(fields) == 1:
        keys = f"Ctrl+S {does}"
    else:
        keys = f"Enter next field · Ctrl+S {does}"
    return f"{keys} · Esc leaves, keeps the text"


def kept_said(kept: KeptText) -> str:
    """The line about a draft that was found."""
    at = kept.at.astimezone() if kept.at else None
    when = (
        ""
        if at is None
        else f" at {at:%H:%M}"
        + ("" if at.date() == datetime.now(UTC).astimezone().date() else f" on {day_month(at.date())}")
    )
    return f"You typed this{when} and did not save it. Ctrl+R takes what is stored instead."


def _suggester(choices: Sequence[str]) -> SuggestFromList | None:
    return SuggestFromList([visible(choice) for choice in choices], case_sensitive=False) if choices else None
