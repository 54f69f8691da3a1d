"""The Day-21 scorecard: preview chapter by chapter, export, freeze."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.reports.atomic import write_text
from readiness_tui.reports.escape import inline
from readiness_tui.services import explanation
from readiness_tui.services.core.choices import choose
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import printed, reviews, scorecard
from readiness_tui.services.review.freezing import freeze_question
from readiness_tui.tui.dialogs.confirm import ConfirmDialog
from readiness_tui.tui.dialogs.export import ask_where
from readiness_tui.tui.dialogs.form import Field
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.text import safe
from readiness_tui.tui.texts.places import empty_text
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
        yield Static(id="superseded")
        yield Document(id="body")

    async def show(self, view: ReviewView) -> None:
        if view.unjudged:
            self.query_one("#superseded").display = False
            self.query_one(Document).show(f"# No scorecard\n\n{inline(view.unjudged)}\n")
            self.refresh_bindings()
            return
        text = await self.host.look(scorecard.text, self.desk)
        said = "\n".join(await self.host.look(printed.beside, self.desk) or ())
        shown, fresh = (
            self.query_one("#superseded", Static),
            not any(one.decided for one in view.judgement.standings.values()),
        )
        shown.update(empty_text("scorecard", self) if fresh and not said else safe(said, "$text-warning"))
        shown.display = bool(said) or fresh
        if text is not None:
            self.query_one(Document).show(text)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # A frozen review is read and exported; nothing else works on it.
        view = self.host.view  # None while another review is opened
        works = action not in ("freeze", "dissent", "override") or (
            view is not None and view.review.frozen_at is None and not view.unjudged
        )
        return works and super().check_action(action, parameters)

    def explained_here(self) -> Sequence[explanation.Subject]:
        return explanation.figures(self.view)

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

    async def action_freeze(self) -> None:
        said = await self.host.fetch(freeze_question, self.desk)
        if said is None:
            return

        async def act() -> str | None:
            refusal = await self.host.attempt(scorecard.freeze, self.desk)
            if refusal is None:
                self.host.tell("Frozen. x exports it; n in History starts the next review from its gaps.")
            return refusal

        self.app.push_screen(ConfirmDialog("Freeze the scorecard?", said, act, yes="Freeze"))

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
                self.desk, choose(Verdict, values["verdict"], "a verdict"), values["reason"], base=view.review
            ),
            intro=f"Recorded in your name, {view.who}. The computed verdict {view.judgement.verdict} stays printed.",
        )
