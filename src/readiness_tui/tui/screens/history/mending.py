"""Mending what was typed wrong: names, the review's own words, an import, a frozen scorecard."""

from __future__ import annotations

from pathlib import Path

from textual.binding import Binding

from readiness_tui.domain.text.format import plural
from readiness_tui.services.importing.imported import ImportInfo, all_imports
from readiness_tui.services.importing.take_back import take_back
from readiness_tui.services.review import mend, reviews
from readiness_tui.services.review.supersede import supersede
from readiness_tui.tui.dialogs.confirm import ConfirmDialog
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.screens.room import Feature
from readiness_tui.tui.text import join, line
from readiness_tui.tui.typed_day import TypedDay


class Mending(Feature):
    BINDINGS = [
        Binding("e", "edit", "Edit", id="history.edit", tooltip="Change the review's release, date, owner or reviewers"),
        Binding("w", "rename", "Rename", id="history.rename", tooltip="Rename the system, or a person"),
        Binding("t", "take_back", "Take back", id="history.take_back", tooltip="Take an import back: what it brought goes"),
        Binding("p", "supersede", "Supersede", id="history.supersede", tooltip="Correct a frozen scorecard, with a reason"),
    ]  # fmt: skip

    def works(self, action: str) -> bool:
        return action != "supersede" or self.view.review.frozen_at is not None

    def action_edit(self) -> None:
        review = self.view.review
        if review.frozen_at is not None:
            self.host.complain(
                "The review is frozen and says what it said. p supersedes its scorecard with a corrected one."
            )
            return

        days = TypedDay()

        def save(values: Values) -> object:
            return mend.edit_review(
                self.desk,
                release=values["release"] if values["release"] != review.release else None,
                held_on=days.read(values["held_on"], self.view.as_of, was=review.held_on, held=True),
                owner=values["owner"] if values["owner"] != review.owner else None,
                reviewers=[values["reviewers"]] if reviews.once([values["reviewers"]]) != review.reviewers else None,
                base=review,
            )

        self.screen.ask(
            f"Edit review {review.id}",
            [
                Field("release", "Release", review.release),
                Field("held_on", "Date of the review", str(review.held_on), hint="YYYY-MM-DD"),
                Field("owner", "Owner: answers for conditions nobody else has", review.owner, choices=review.reviewers),
                Field("reviewers", "Reviewers, separated by commas", ", ".join(review.reviewers)),
            ],
            save,
            intro="Votes of somebody who leaves stand. A name spelt wrong: w renames it everywhere.",
        )

    def action_rename(self) -> None:
        system = self.view.review.system

        def then(what: str) -> None:
            if what == "system":
                self._rename_system()
            else:
                self._rename_person()

        self.screen.pick(
            "Rename",
            [("system", join("The system  ", line(system, "bold"))), ("person", join("A person  ", line(self.view.who, "bold"), ", …"))],
            then,
        )  # fmt: skip

    def _rename_system(self) -> None:
        system = self.view.review.system
        self.screen.ask(
            "Rename the system",
            [Field("new", "New name", system)],
            lambda values: mend.rename_system(self.desk, system, values["new"]),
            intro="All of its reviews, imports, gaps and incidents go on under the new name. Frozen scorecards keep the"
            " name they print; the history keeps both.",
            button="Rename",
        )

    def _rename_person(self) -> None:
        done: list[mend.RenamedPerson] = []

        async def submit(values: Values) -> str | None:
            def save() -> None:
                done[:] = [mend.rename_person(self.desk, values["old"], values["new"])]

            refusal = await self.host.attempt(save)
            if refusal is None and done:
                merged = f" Both had spoken: {'; '.join(done[0].merged)}." if done[0].merged else ""
                self.host.tell(f"{done[0].old} is {done[0].new} in {plural(done[0].rows, 'entry', 'entries')}.{merged}")
            return refusal

        self.screen.app.push_screen(
            FormDialog(
                "Rename a person",
                [
                    Field("old", "Name as written now", choices=self.view.review.reviewers),
                    Field("new", "Name that is right", choices=self.view.review.reviewers),
                ],
                submit,
                intro="Votes, evidence, gaps, conditions and labels go to the new name. Where both names voted on the same"
                " item, the later vote stands. Frozen reviews stay as they are.",
                save="Rename",
            )
        )

    async def action_take_back(self) -> None:
        found = await self.host.fetch(all_imports, self.desk)
        if not found:
            if found is not None:
                self.host.tell("Nothing was imported for this system.")
            return

        def ask(number: str) -> None:
            self._ask_take_back(next(info for info in found if str(info.id) == number))

        self.screen.pick("Take which import back?", [(str(info.id), line(_import(info))) for info in found], ask)

    def _ask_take_back(self, info: ImportInfo) -> None:
        async def begin() -> str | None:
            self.screen.run_worker(self._take_back(info), group="take back")
            return None

        self.screen.app.push_screen(
            ConfirmDialog(
                "Take this import back?",
                [
                    _import(info),
                    "What it brought goes, with what its proofs said; what it had replaced is there again. Votes stay.",
                    "It cannot be undone: import the file again. Frozen scorecards stay as they are.",
                ],
                begin,
                yes="Take back",
            )
        )

    async def _take_back(self, info: ImportInfo) -> None:
        """In a thread of its own: removing many requests must not hold up a save."""
        done = await self.host.labour(take_back, self.desk, info.id)
        if done is not None:
            await self.host.reload()
            self.host.tell(done.summary)

    def action_supersede(self) -> None:
        review = self.view.review
        self.screen.ask(
            f"Supersede the scorecard of release {review.release}?",
            [Field("reason", "What is wrong with it?")],
            lambda values: supersede(self.desk, values["reason"]),
            intro="A corrected review of the same release opens with everything standing as it was. The frozen scorecard"
            " stays readable as it is, and says by whom and why it was superseded.",
            button="Supersede",
        )


def _import(info: ImportInfo) -> str:
    counts = ((info.runs, "run"), (info.cases, "case"), (info.traces, "trace"))
    brought = ", ".join(plural(n, word) for n, word in counts if n) or "golden cases"
    at = f"{info.published_at:%Y-%m-%d %H:%M}" if info.published_at else ""
    return f"{info.id}  {at}  {brought}  {Path(info.path).name}"
