"""Why this verdict: a row for each cause, which leads to what it is about, and back to the same row."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.domain.text.format import due_day
from readiness_tui.domain.verdict.model import Cause, Verdict
from readiness_tui.services import explanation
from readiness_tui.services.core.view import ReviewView
from readiness_tui.tui import glyphs
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.text import column, join, line, safe
from readiness_tui.tui.texts.places import empty_text
from readiness_tui.tui.widgets.opening_list import OpeningList
from readiness_tui.tui.widgets.pick_list import Pick, PickList


class WhyScreen(RoomScreen):
    """Lies over the room that it was asked for in. What a cause leads to comes back here, with Esc."""

    ROOM = "why"
    LEGEND = "✗ alone makes it NO-GO   ◐ a condition, with owner and date"
    CSS_PATH = "why.tcss"
    AUTO_FOCUS = "#causes"
    BINDINGS = [
        Binding(
            "escape,q,v", "leave", "Leave", id="why.leave", key_display="Esc", tooltip="Back to where you came from"
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._causes: dict[str, Cause] = {}

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            yield Static(id="verdict", classes="pane")
            yield OpeningList(id="causes", noun="causes", fitted=True)
            with VerticalScroll(id="about", can_focus=False):
                yield Static(id="cause")

    async def show(self, view: ReviewView) -> None:
        listed = self.query_one("#causes", OpeningList)
        causes = () if view.unjudged else sorted(view.judgement.causes, key=_worst_first)
        self._causes = {f"{place}/{cause.key}": cause for place, cause in enumerate(causes)}
        self.query_one("#verdict", Static).update(_heading(view))
        width = listed.scrollable_content_region.width or self.size.width - 2
        rows: list[Option] = []
        for part, verdict in view.judgement.parts.items():
            if view.unjudged:
                break
            style = glyphs.VERDICT_STYLE[verdict]
            rows.append(Option(Content.assemble((f"{part.upper():<12}", "bold"), (str(verdict), style)), disabled=True))
            rows += [
                Pick(_row(cause, view, width), id=name, words=f"{cause.text} {cause.act}")
                for name, cause in self._causes.items()
                if cause.part is part
            ]
        listed.refill(rows, empty=None if view.unjudged else lambda: empty_text("why", self))
        self._tell()

    @property
    def _cause(self) -> Cause | None:
        return self._causes.get(self.query_one("#causes", PickList).current or "")

    @on(OptionList.OptionHighlighted, "#causes")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._tell()

    def _tell(self) -> None:
        """The highlighted cause in full, and what to do about it."""
        cause = self._cause
        about = self.query_one("#about")
        about.display = cause is not None
        if cause is not None:
            todo = [join("→ ", safe(cause.act))] if cause.act else []
            self.query_one("#cause", Static).update(Content("\n").join([safe(cause.text, "bold"), *todo]))
            about.scroll_home(animate=False)

    @on(OptionList.OptionSelected, "#causes")
    async def _opened(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self.action_open()

    async def action_open(self) -> None:
        cause = self._cause
        if cause is not None:
            await self.host.go_to(leads_to(cause))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "step_back":
            return False  # Esc is this screen's own, and leaves it
        return super().check_action(action, parameters)

    async def action_leave(self) -> None:
        self.dismiss(None)

    @property
    def present(self) -> Present | None:
        cause = self._cause
        return None if cause is None else Present(cause.key, cause.text, [cause.act])

    def explained_here(self) -> Sequence[explanation.Subject]:
        cause = self._cause
        return (*(explanation.cause(self.view, cause) if cause else ()), *explanation.figures(self.view))


def leads_to(cause: Cause) -> str:
    """The key of what a cause is about; what lowers a whole checklist leads to the first item that would lift it."""
    whole = cause.key.partition("/")[0] in ("section", "assessed")
    return cause.lifts[0] if whole and cause.lifts else cause.key


def _worst_first(cause: Cause) -> tuple[int, int, str]:
    return -cause.verdict.rank, cause.severity.rank, cause.key


def _heading(view: ReviewView) -> Content:
    if view.unjudged:
        return safe(view.unjudged, "$text-error" if view.by_hand else "")
    verdict = view.judgement.verdict
    said = "the worst of gate, checklists and incidents, never an average"
    return join(
        Content.styled(str(verdict), glyphs.VERDICT_STYLE[verdict]), "   ", Content.styled(said, "$foreground-muted")
    )


def _row(cause: Cause, view: ReviewView, width: int) -> Content:
    """`✗ Blocker REL-02 is undecided: Fallback …   ben   1 Dec`; owner and date where it is a condition."""
    mark = glyphs.FAIL if cause.verdict is Verdict.NO_GO else glyphs.PARTIAL
    held = next((one for one in view.judgement.conditions if one.key == cause.key), None)
    lead = Content.styled(f"  {mark.glyph} ", mark.style)
    if held is None:
        return join(lead, column(cause.text, max(width - 4, 20)))
    due = due_day(held.due, view.as_of)
    room = max(width - 24 - max(len(due) - 7, 0), 20)
    return join(lead, column(cause.text, room), " ", column(held.owner or "—", 10), line(f" {due:>7}"))
