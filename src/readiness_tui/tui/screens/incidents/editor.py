"""The editor of an incident's note: a section at a time, with its preview and hints; saved when one leaves it."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import Paste
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import OptionList, Static, TextArea
from textual.widgets.option_list import Option

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Incident, OtherText
from readiness_tui.domain.text.sanitise import visible
from readiness_tui.services.core import drafts
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import settling
from readiness_tui.tui import external_editor
from readiness_tui.tui.autosave import Autosave, Typed
from readiness_tui.tui.dialogs.pick import PickDialog
from readiness_tui.tui.dialogs.two_versions import TwoVersionsDialog
from readiness_tui.tui.host import host
from readiness_tui.tui.markdown import lay_out
from readiness_tui.tui.screens.incidents import editor_text
from readiness_tui.tui.text import join, line
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.key_footer import KeyFooter
from readiness_tui.tui.widgets.pick_list import PickList

_HEAD = 2_000  # characters of a long text that are shown
LONG = 50_000  # characters beyond which a text is not laid out while somebody types: it would take seconds a key
_PREVIEW = 0.2  # seconds without a key until the preview is drawn again
_PREVIEWED = 8_000  # characters of a section that are laid out; the rest is counted


class SectionArea(TextArea):
    """Where a section is typed. A text beyond LONG is `whole`: kept as it is, and only its beginning is shown."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, soft_wrap=True, tab_behavior="indent")
        self._long: str | None = None

    @property
    def whole(self) -> str:
        return self.text if self._long is None else self._long

    def put(self, text: str) -> None:
        """Show `text` in place of all that is there."""
        self._long = text if len(text) > LONG else None
        self.read_only = self._long is not None
        self.load_text(text[:_HEAD] if self._long is not None else text)
        self.move_cursor(self.document.end)

    async def _on_paste(self, event: Paste) -> None:
        if self.read_only or len(self.text) + len(event.text) <= LONG:
            return
        event.stop()
        event.prevent_default()
        start, end = sorted((self.selection.start, self.selection.end))
        before, after = self.get_text_range((0, 0), start), self.get_text_range(end, self.document.end)
        self.put(before + event.text + after)


class NoteEditor(ClosesItself, ModalScreen[None]):
    """Opens at `key`. What is typed is a draft within a second, and the section once one leaves it or presses ctrl+s."""

    guide = "Note of an incident"  # for F1
    CSS_PATH = "editor.tcss"
    AUTO_FOCUS = "#text"
    BINDINGS = [
        Binding("ctrl+s", "save", "Save", id="writing.save", tooltip="Save the section"),
        Binding("ctrl+n", "section(1)", "Next", id="writing.next", tooltip="Save, then the next section"),
        Binding("ctrl+b", "section(-1)", "Back", id="writing.back", show=False, tooltip="Save, then the section before"),
        Binding("ctrl+o", "sections", "Sections", id="writing.sections", tooltip="Save, then choose a section"),
        Binding("ctrl+e,f2", "editor", "$EDITOR", id="writing.editor", priority=True, tooltip="Write it in the editor that EDITOR names"),
        Binding("ctrl+r", "revert", "Revert", id="writing.revert", show=False, tooltip="Back to the text that is stored"),
        Binding("ctrl+g", "differ", "Two texts", id="writing.differ", tooltip="Show what two people wrote, and settle it"),
        Binding("escape", "leave", "Save, close", id="writing.leave", key_display="Esc", priority=True, tooltip="Save and go back to the incident"),
    ]  # fmt: skip

    def __init__(self, desk: Desk, incident: Incident, key: str) -> None:
        super().__init__()
        self._desk = desk
        self._incident = incident
        self._key = key
        self._base = ""  # the stored text that the writing started from
        self._started = ""  # the same as it is shown, without control characters
        self._said = ""  # beside the section's name: what became of the text
        self._preview: Timer | None = None
        self._autosave = Autosave(self, self._keep, lambda sentence: host(self).complain(sentence), self._unsaved)

    def compose(self) -> ComposeResult:
        with Vertical(id="writing"):
            yield Static(id="writing-title")
            with Horizontal(id="writing-panes"):
                yield PickList(id="sections", noun="sections")
                with Vertical(id="writing-text"):
                    yield Static(id="asks")
                    yield SectionArea(id="text")
                with VerticalScroll(id="rendered", can_focus=False):
                    yield Static(id="preview")
            yield Static(id="hints")
            yield KeyFooter()

    async def on_mount(self) -> None:
        await self._open(self._key)

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    # -- the open section ---------------------------------------------------------------------------------------------

    async def _open(self, key: str) -> None:
        """Show this section as it is stored, or as its draft has it."""
        self._key = key
        fresh = await host(self).fetch(edit.get, self._desk, self._incident.number)
        if fresh is not None:
            self._incident = fresh
        self._base = self._incident.fields.get(key, "")
        draft = await host(self).fetch(drafts.kept, self._desk, self._draft)
        text, self._said = self._base, ""
        if draft is not None and draft.text.strip() != self._base:
            text, self._said = draft.text, editor_text.restored(draft.at)
            # What somebody else stored since is not what the draft was written over.
            base = await host(self).fetch(drafts.kept, self._desk, self._draft_base)
            self._base = base.text if base is not None else ""
        self._started = visible(self._base).strip()
        with self._area.prevent(TextArea.Changed):
            self._area.put(visible(text))
        self._area.focus()
        self._draw()

    @property
    def _area(self) -> SectionArea:
        return self.query_one("#text", SectionArea)

    @property
    def _draft(self) -> str:
        return f"incident/{self._incident.number}/{self._key}"

    @property
    def _text(self) -> str:
        return self._area.whole.strip()

    @property
    def _draft_base(self) -> str:
        return f"{self._draft}/base"

    @property
    def _changed(self) -> bool:
        return self._text not in (self._base, self._started)

    def _unsaved(self) -> Typed | None:
        return Typed(f"{self._incident.name}, {self._key}", self._area.whole) if self._changed else None

    def _keep(self, text: str) -> None:
        drafts.keep(self._desk, self._draft_base, self._base if text else "")
        drafts.keep(self._desk, self._draft, text)

    def _drop(self) -> None:
        drafts.clear(self._desk, self._draft)
        drafts.clear(self._desk, self._draft_base)

    @on(TextArea.Changed, "#text")
    def _typed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._said = ""
        self._autosave.changed(self._area.whole)
        self._draw_title()
        if self._preview is not None:
            self._preview.stop()
        self._preview = self.set_timer(_PREVIEW, self._draw)

    # -- painting -----------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        incident, text = self._incident, self._text
        self._draw_title()
        asks = edit.SECTIONS[self._key]
        if self._area.read_only:
            asks = f"{len(text):,} characters: kept whole, too long to edit here. ctrl+e opens your editor."
        self.query_one("#asks", Static).update(line(asks, "$foreground-muted"))
        self._draw_sections(text)
        width = self.query_one("#rendered").scrollable_content_region.width
        shown, more = text[:_PREVIEWED], len(text) - _PREVIEWED
        markdown = editor_text.rendered(incident, self._key, shown, self._desk.day())
        preview = lay_out(markdown, width)
        if more > 0:
            preview = join(preview, f"\n… {more:,} more characters")
        self.query_one("#preview", Static).update(preview)
        self.query_one("#hints", Static).update(editor_text.hints(incident, self._key, shown))
        self.refresh_bindings()

    def _draw_title(self) -> None:
        shown = editor_text.title(self._incident, self._key, self._said, self._changed)
        self.query_one("#writing-title", Static).update(shown)

    def _draw_sections(self, text: str) -> None:
        listed = self.query_one("#sections", PickList)
        width = listed.scrollable_content_region.width or 24
        with listed.prevent(OptionList.OptionHighlighted):
            listed.refill(
                [
                    Option(
                        editor_text.section_line(self._incident, key, width, text if key == self._key else None),
                        id=key,
                    )
                    for key in editor_text.order(self._incident)
                ],
                wanted=self._key,
            )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "differ" or self._rival is not None

    # -- saving -------------------------------------------------------------------------------------------------------

    async def _save(self) -> bool:
        """Store the section. False where it was refused; the text then stays here, and as a draft."""
        text, number, key = self._text, self._incident.number, self._key
        if not self._changed:
            await self._autosave.forget()
            await host(self).fetch(self._drop)
            return True
        await self._autosave.flush()
        with host(self).together.saving():
            try:
                rival = await host(self).serve(edit.set_field, self._desk, number, key, text, base=self._base)
                await host(self).serve(self._drop)
            except ReadinessError as refusal:
                host(self).complain(str(refusal))
                return False
            await host(self).reload()
        if rival is not None:
            host(self).tell(editor_text.two_texts(key))
        return True

    async def action_save(self) -> None:
        if await self._save():
            await self._open(self._key)
            self._said = "saved"
            self._draw()

    async def action_section(self, by: int) -> None:
        keys = editor_text.order(self._incident)
        await self._go(keys[(keys.index(self._key) + by) % len(keys)])

    async def _go(self, key: str) -> None:
        if key != self._key and await self._save():
            await self._open(key)

    @on(OptionList.OptionSelected, "#sections")
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self._go(event.option_id or self._key)

    def action_sections(self) -> None:
        choices = [
            (key, editor_text.section_line(self._incident, key, 60, self._text if key == self._key else None))
            for key in editor_text.order(self._incident)
        ]

        async def chosen(key: str | None) -> None:
            if key is not None:
                await self._go(key)

        self.app.push_screen(PickDialog("Which section?", choices, at=self._key), chosen)

    async def action_revert(self) -> None:
        await self._autosave.forget()
        await host(self).fetch(self._drop)
        await self._open(self._key)

    async def action_leave(self) -> None:
        if await self._save():
            self.dismiss(None)

    # -- elsewhere ----------------------------------------------------------------------------------------------------

    async def action_editor(self) -> None:
        await self._autosave.flush()
        try:
            written = external_editor.edit(self.app, self._area.whole, f"{self._incident.name}-{self._key}.md")
        except ReadinessError as refusal:
            host(self).complain(str(refusal))
            return
        self._area.put(visible(written))

    async def action_differ(self) -> None:
        """Show both texts; the chosen one is stored, or both are put here to be edited."""
        if not await self._save():
            return
        await self._open(self._key)
        rival = self._rival
        if rival is None:
            return

        stored, number = self._base, self._incident.number
        two = next(one for one in settling.of_sections([self._incident]) if one.rival.id == rival.id)

        async def chosen(which: str | None) -> None:
            if which is None:
                return
            both = "\n\n".join(text for text in (stored, rival.text) if text)
            text = {"stored": stored, "other": rival.text, "third": both}[which]
            try:
                again = await host(self).serve(edit.settle, self._desk, number, rival.id, text, base=stored)
            except ReadinessError as refusal:
                host(self).complain(str(refusal))
            else:
                if again is not None:
                    host(self).tell(editor_text.two_texts(self._key))
            await host(self).reload()
            await self._open(self._key)

        self.app.push_screen(TwoVersionsDialog(two), chosen)

    @property
    def _rival(self) -> OtherText | None:
        """Another text of the open section that waits to be settled."""
        return next((rival for rival in self._incident.rivals if rival.section == self._key), None)
