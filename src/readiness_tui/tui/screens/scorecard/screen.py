"""The Day-21 scorecard: preview chapter by chapter, export, freeze."""

from __future__ import annotations

import re
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding

from readiness_tui.domain.text.format import full_day, plural
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.reports.atomic import write_text
from readiness_tui.services.core.choices import choose
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import reviews, scorecard
from readiness_tui.tui.dialogs.export import ask_where
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.widgets.document import Document


class ScorecardScreen(RoomScreen):
    ROOM = "scorecard"
    AUTO_FOCUS = "#chapters"
    BINDINGS = [
        Binding("x", "export", "Export", id="scorecard.export", tooltip="Write it as markdown, HTML or JSON"),
        Binding("f", "freeze", "Freeze", id="scorecard.freeze", tooltip="Close the review with this scorecard"),
        Binding("d", "dissent", "Dissent", id="scorecard.dissent", tooltip="Record that somebody disagrees with the verdict"),
        Binding("v", "override", "Override", id="scorecard.override", show=False,
                tooltip="Record that a named person decides otherwise; the computed verdict stays printed"),
        Binding("space", "read_on", "Read on", id="scorecard.read", tooltip="Scroll, then the next chapter"),
    ]  # fmt: skip

    def body(self) -> ComposeResult:
        yield Document(id="body")

    async def show(self, view: ReviewView) -> None:
        text = await self.host.fetch(scorecard.text, self.desk)
        if text is not None:
            self.query_one(Document).show(text)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # A frozen review is read and exported; nothing else works on it.
        view = self.view
        works = action not in ("freeze", "dissent", "override") or view.review.frozen_at is None
        return works and super().check_action(action, parameters)

    @property
    def present(self) -> Present | None:
        title, text = self.query_one(Document).chapter
        return Present(title, text) if title else None

    def action_read_on(self) -> None:
        self.query_one(Document).read_on()

    def action_export(self) -> None:
        view = self.view

        def write(path: Path) -> None:
            format = {".json": "json", ".html": "html"}.get(path.suffix.lower(), "md")
            write_text(path, scorecard.text(self.desk, format=format))

        name = f"readiness-{re.sub(r'[^A-Za-z0-9.]+', '-', view.review.release).strip('-') or 'scorecard'}.md"
        ask_where(self, "Export the scorecard", "File: .md, .html or .json", name, write)

    def action_freeze(self) -> None:
        view = self.view
        judgement = view.judgement
        undecided = judgement.undecided
        become = (
            f" {plural(undecided, 'undecided item becomes a gap', 'undecided items become gaps')}." if undecided else ""
        )

        async def submit(_: Values) -> str | None:
            refusal = await self.host.attempt(scorecard.freeze, self.desk)
            if refusal is None:
                self.host.tell("Frozen. x exports it; n in History starts the next review from its gaps.")
            return refusal

        self.app.push_screen(
            FormDialog(
                "Freeze the scorecard?",
                [],
                submit,
                intro=f"The review closes as {judgement.verdict}, as of {full_day(view.as_of)}. Nothing in it can be"
                f" changed afterwards; a new review starts from its gaps.{become}",
                save="Freeze",
            )
        )

    def action_dissent(self) -> None:
        view = self.view
        self.ask(
            "Who disagrees with the verdict?",
            [
                Field("person", "Person", view.who, choices=view.review.reviewers),
                Field("reason", "Why? (empty takes a dissent back)"),
            ],
            lambda values: scorecard.dissent(self.desk, values["person"], values["reason"]),
            intro="It is printed with the name. The computed verdict stays.",
        )

    def action_override(self) -> None:
        view = self.view
        self.ask(
            "Decide otherwise",
            [
                Field("verdict", "Verdict", choices=[verdict.value for verdict in Verdict]),
                Field("reason", "Why?"),
            ],
            lambda values: reviews.override_verdict(
                self.desk, choose(Verdict, values["verdict"], "a verdict"), values["reason"]
            ),
            intro=f"Recorded in your name, {view.who}. The computed verdict {view.judgement.verdict} stays printed.",
        )
