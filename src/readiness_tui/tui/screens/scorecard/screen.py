"""The Day-21 scorecard: preview chapter by chapter, export, freeze."""

from __future__ import annotations

import re

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Markdown, OptionList
from textual.widgets.option_list import Option

from readiness_tui.domain.verdict import Verdict
from readiness_tui.services import reviews, scorecards
from readiness_tui.services.desk import Desk
from readiness_tui.services.view import ReviewView
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.text import line

_HTML = re.compile(r"</?(details|summary)>")


class ScorecardScreen(RoomScreen):
    ROOM = "scorecard"
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#chapters"
    BINDINGS = [
        Binding("x", "export", "Export", id="scorecard.export", tooltip="Write it as markdown (.md) or JSON (.json)"),
        Binding("f", "freeze", "Freeze", id="scorecard.freeze", tooltip="Close the review with this scorecard"),
        Binding("d", "dissent", "Dissent", id="scorecard.dissent", tooltip="Record that somebody disagrees with the verdict"),
        Binding("v", "override", "Override", id="scorecard.override", show=False,
                tooltip="Record that a named person decides otherwise; the computed verdict stays printed"),
        Binding("space", "read_on", "Read on", id="scorecard.read", tooltip="Scroll, then the next chapter"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._chapters: list[tuple[str, str]] = []

    def body(self) -> ComposeResult:
        with Horizontal(id="body"):
            yield OptionList(id="chapters", compact=True)
            with VerticalScroll(id="preview", can_focus=False):
                yield Markdown(open_links=False)

    async def show(self, view: ReviewView) -> None:
        text = await self.fetch(scorecards.text, self._desk)
        self._chapters = chapters(text or "")
        listed = self.query_one("#chapters", OptionList)
        current = listed.highlighted or 0
        listed.set_options(Option(line(title), id=str(i)) for i, (title, _) in enumerate(self._chapters))
        if self._chapters:
            listed.highlighted = min(current, len(self._chapters) - 1)
        await self._show_chapter()

    @on(OptionList.OptionHighlighted, "#chapters")
    async def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        await self._show_chapter()

    async def _show_chapter(self) -> None:
        # One chapter at a time: a long document in one Markdown widget takes seconds to lay out.
        chosen = self.query_one("#chapters", OptionList).highlighted
        if chosen is not None and chosen < len(self._chapters):
            await self.query_one(Markdown).update(self._chapters[chosen][1])
            self.query_one("#preview").scroll_home(animate=False)

    @property
    def _desk(self) -> Desk:
        assert self.readiness.desk is not None
        return self.readiness.desk

    def action_read_on(self) -> None:
        preview = self.query_one("#preview", VerticalScroll)
        listed = self.query_one("#chapters", OptionList)
        if preview.scroll_offset.y < preview.max_scroll_y:
            preview.scroll_page_down(animate=False)
        elif listed.option_count:
            listed.highlighted = ((listed.highlighted or 0) + 1) % listed.option_count

    def action_export(self) -> None:
        view = self.readiness.view
        if view is None:
            return

        def save(values: Values) -> None:
            path = self.readiness.here / values["path"]
            scorecards.write(path, scorecards.text(self._desk, format="json" if path.suffix == ".json" else "md"))

        name = f"readiness-{re.sub(r'[^A-Za-z0-9.]+', '-', view.review.release).strip('-') or 'scorecard'}.md"
        self.ask(
            "Export the scorecard",
            [Field("path", f"File, in {self.readiness.here} unless you say otherwise; .md or .json", name)],
            save,
            button="Write",
        )

    def action_freeze(self) -> None:
        view = self.readiness.view
        if view is None:
            return
        judgement = view.judgement
        undecided = f" {judgement.undecided} undecided items become gaps." if judgement.undecided else ""
        self.ask(
            "Freeze the scorecard?",
            [],
            lambda _: scorecards.freeze(self._desk),
            intro=f"The review closes as {judgement.verdict}, as of {view.as_of}. Nothing in it can be changed"
            f" afterwards; a new review starts from its gaps.{undecided}",
            button="Freeze",
        )

    def action_dissent(self) -> None:
        view = self.readiness.view
        if view is None:
            return
        self.ask(
            "Who disagrees with the verdict?",
            [
                Field("person", "Person", view.who, choices=view.review.reviewers),
                Field("reason", "Why? (empty takes a dissent back)"),
            ],
            lambda values: scorecards.dissent(self._desk, values["person"], values["reason"]),
            intro="It is printed with the name. The computed verdict stays.",
        )

    def action_override(self) -> None:
        view = self.readiness.view
        if view is None:
            return
        self.ask(
            "Decide otherwise",
            [
                Field("verdict", "Verdict", choices=[verdict.value for verdict in Verdict]),
                Field("reason", "Why?"),
            ],
            lambda values: reviews.override_verdict(self._desk, values["verdict"].upper(), values["reason"]),
            intro=f"Recorded in your name, {view.who}. The computed verdict {view.judgement.verdict} stays printed.",
        )


def chapters(text: str) -> list[tuple[str, str]]:
    """The document split at its second-level headings: (title, markdown). The first is the page's head."""
    parts = re.split(r"^## ", _HTML.sub("", text), flags=re.MULTILINE)
    found = [("Summary", parts[0])]
    for part in parts[1:]:
        title, _, body = part.partition("\n")
        found.append((title.strip(), f"## {title}\n{body}"))
    return found
