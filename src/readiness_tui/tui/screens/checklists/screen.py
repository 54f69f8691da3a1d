"""List and detail: score items, attach evidence, settle conflicts. Every key saves at once."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.domain.checklists.assessment import Standing
from readiness_tui.domain.checklists.model import Depth
from readiness_tui.domain.checklists.standing import name_key, reviewed_alone
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services import explanation
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import reviews, roles, votes
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.checklists import item_text
from readiness_tui.tui.screens.checklists.scoring import Scoring
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.still import BESIDE, WhenStill
from readiness_tui.tui.text import line
from readiness_tui.tui.texts.places import empty_text
from readiness_tui.tui.widgets.clickable import Clickable
from readiness_tui.tui.widgets.pick_list import Pick, PickList
from readiness_tui.tui.widgets.steady import replace_text


class ChecklistsScreen(RoomScreen):
    ROOM = "checklists"
    LEGEND = """\
B blocker: below 2 it holds the release back   M major   m minor   P a proof proposes a score
✓ selected   [2] what the item stands at   claimed counts at most 1   evidenced, proven count in full"""
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#items"
    BINDINGS = [
        *Scoring.BINDINGS,
        Binding("s", "select", "Select", id="checklists.select", show=False, tooltip="Select the item, to attach or score many at once"),
        Binding("plus", "scope", "Scope", id="checklists.scope", key_display="+", show=False, tooltip="Choose checklists, depth, and declared settings"),
        Binding("p", "people", "People", id="checklists.people", show=False, tooltip="Who votes, who owns the review, who facilitates, built or observes"),
        Binding("b", "blind", "Blind/reveal", id="checklists.blind", show=False, tooltip="Start blind voting; the facilitator reveals the votes"),
        Binding("space", "next", "Next", id="checklists.next", tooltip="Go to the next item that needs a person"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.scoring = Scoring(self, lambda: self.item_id)
        self.own(self.scoring, self.scoring.last)
        self._wanted: str | None = None  # an item another screen asked to be shown
        self._rows: dict[str, tuple[tuple[Standing, int, bool, bool, str, tuple[str, ...]], Content]] = {}
        self._listed: PickList | None = None
        self._shown = ""  # the item beside the list
        self._beside = WhenStill(self, BESIDE)

    def body(self) -> ComposeResult:
        with Horizontal(id="body"):
            yield PickList(id="items", noun="items", fitted=True)
            with VerticalScroll(id="detail", can_focus=False):
                yield Clickable(id="item")
        yield Static(id="consequence")

    # -- showing ----------------------------------------------------------------------------------------------------

    async def show(self, view: ReviewView) -> None:
        self.scoring.last.of(view)
        self._fill(view)  # at once: a key that follows the room's finds its list
        if await self.scoring.last.read(view):
            self._fill(view)

    def _fill(self, view: ReviewView) -> None:
        if not self.query("#items"):  # it was left while this was worked out
            return
        items = self.query_one("#items", PickList)
        width = items.size.width - 1 if items.size.width > 20 else max(self.app.size.width * 45 // 100 - 1, 30)
        options, acceptable = [], set(view.acceptable)
        for section in view.judgement.sections:
            percent = "—" if section.percent is None else f"{section.percent}%"
            title = f"{section.checklist.title}  {percent}  {section.decided}/{section.total}"
            options.append(Option(line(title, "bold $text-accent"), disabled=True))
            for standing in section.standings:
                options.append(
                    Pick(
                        self._row(standing, width, standing.item.id in acceptable),
                        id=standing.item.id,
                        words=item_text.words(view, standing),
                    )
                )
        items.refill(options, wanted=self._wanted, empty=lambda: empty_text("checklists", self))
        self._wanted = None
        self._beside.drop()
        self.show_item()

    def _row(self, standing: Standing, width: int, proposed: bool) -> Content:
        """The item's row; the one that was painted before where nothing in it has changed."""
        item, selected = standing.item.id, standing.item.id in self.scoring.selected
        last, company = self.scoring.last.in_list(item), self.host.together.company.get(item, ())
        of = (standing, width, selected, proposed, last, company)
        kept = self._rows.get(item)
        if kept is None or kept[0][0] is not standing or kept[0][1:] != of[1:]:
            row = item_text.list_line(standing, width, selected=selected, proposed=proposed, last=last, company=company)
            kept = self._rows[item] = (of, row)
        return kept[1]

    @property
    def present_item(self) -> str | None:
        return self.item_id

    def show_company(self) -> None:
        self.call_later(self.refresh_view)

    def point_at(self, what: str) -> None:
        self._wanted = what

    @on(OptionList.OptionHighlighted, "#items")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.scoring.consequences.drop()
        self._beside.ask(self.show_item)

    def show_item(self) -> None:
        """Fill the detail pane, and start working out what each score would do."""
        view, standing = self.view, self.scoring.standing
        if standing is None:
            return
        item_id = standing.item.id
        gap = view.gaps.get(self.scoring.gap_key or "")
        last, company = self.scoring.last.beside(view, item_id), self.host.together.company.get(item_id, ())
        text = item_text.detail(view, standing, view.dossier(item_id), gap, last, company)
        replace_text(self.query_one("#item", Static), text)
        if self._shown != item_id:
            self._shown = item_id
            self.query_one("#detail").scroll_home(animate=False)
        self.scoring.consequences.show(item_id)

    @property
    def item_id(self) -> str | None:
        """None, too, where the room was taken down while something was worked out. Asked at each look at what others do, so
        the list is not searched for among all widgets again."""
        if self._listed is None or not self._listed.is_attached:
            self._listed = next(iter(self.query("#items").results(PickList)), None)
        return self._listed.current if self._listed is not None else None

    @property
    def present(self) -> Present | None:
        standing = self.scoring.standing
        return item_text.present(self.view, standing) if standing else None

    def explained_here(self) -> Sequence[explanation.Subject]:
        item = self.item_id
        return (*(explanation.item(self.view, item) if item else ()), *explanation.figures(self.view))

    # -- moving about -------------------------------------------------------------------------------------------------

    def action_select(self) -> None:
        item = self.item_id
        if item is None:
            return
        self.scoring.selected ^= {item}
        self.call_later(self.refresh_view)

    def action_next(self) -> None:
        """The next conflict or undecided item below the cursor, round the end."""
        view = self.view
        standings = view.judgement.standings
        if not self.query_one("#items", PickList).pick_next(
            lambda name: name in standings and (standings[name].conflict or not standings[name].decided)
        ):
            self.host.tell("Every item is decided and no conflict is open.")

    async def action_blind(self) -> None:
        """Start blind voting; where votes are blind, open or reveal them, after a question."""
        review, view = self.view.review, self.view
        if not review.secret:
            await self.host.act(reviews.set_blind, self.desk, True)
        elif not view.voted:
            await self.host.act(reviews.set_blind, self.desk, False)
        elif not roles.facilitates(review, view.who):
            self.host.complain(f"Only the facilitator reveals the votes: {review.facilitator}.")
        else:
            self.pick(
                "Reveal all votes?",
                [("no", Content("No, keep voting blind")), ("yes", Content("Yes, reveal them"))],
                self._reveal,
                at="no",
                intro=f"{votes.turnout_text(view)}\nEverybody sees all votes and notes at once. It cannot be taken back.",
            )

    async def _reveal(self, answer: str) -> None:
        if answer == "yes" and await self.host.act(reviews.reveal, self.desk):
            widest = votes.differences(self.view)
            if widest:
                self.point_at(widest[0].item_id)
                await self.refresh_view()
            far = sum(1 for one in widest if one.spread == 2)
            self.host.tell(
                f"Revealed. Reviewers differ on {plural(len(widest), 'item')}, {far} of them by 2: m starts with those."
                if widest
                else "Revealed. Nobody differs."
            )

    def action_people(self) -> None:
        review = self.view.review

        def save(values: Values) -> object:
            typed = reviews.once([values["reviewers"]])
            before, after = set(map(name_key, review.reviewers)), set(map(name_key, typed))
            return reviews.set_people(
                self.desk,
                add=[name for name in typed if name_key(name) not in before],
                remove=[name for name in review.reviewers if name_key(name) not in after],
                owner=values["owner"] if values["owner"] != review.owner else "",
                facilitator=values.get("facilitator", "") if values.get("facilitator") != review.facilitator else "",
                **{
                    role: listed
                    for role, now in (("authors", review.authors), ("observers", review.observers))
                    if role in values and (listed := reviews.once([values[role]])) != now
                },
                base=review,
            )

        # With one reviewer there are no roles: a second one brings them.
        alone = reviewed_alone(review.reviewers) and not (review.authors or review.observers)
        shared = [
            Field("facilitator", "Facilitator: reveals blind votes, records a consensus", review.facilitator,
                  choices=review.reviewers),
            Field("authors", "Authors: built the system, separated by commas", ", ".join(review.authors)),
            Field("observers", "Observers: look on, and do not vote", ", ".join(review.observers)),
        ]  # fmt: skip
        strangers = roles.unknown_voters(review, [name for names in self.view.voted.values() for name in names])
        also = f"\nVoted, and no reviewer here: {', '.join(strangers)}. Add whom you know." if strangers else ""
        roles_said = "" if alone else " Roles prevent accidents: nobody is asked for a password."

        self.ask(
            "Who is who in this review",
            [
                Field("reviewers", "Reviewers, separated by commas", ", ".join(review.reviewers)),
                Field("owner", "Owner: answers for conditions nobody else has", review.owner, choices=review.reviewers),
                *([] if alone else shared),
            ],
            save,
            intro=f"Votes of somebody who leaves stand.{roles_said}{also}",
        )

    def action_scope(self) -> None:
        view = self.view

        def save(values: Values) -> Rival | None:
            wanted = [name for name in values["checklists"].replace(",", " ").split() if name]
            before = view.review
            if wanted != list(before.checklists):
                reviews.set_checklists(self.desk, wanted, base=before.checklists)
            depth = Depth.FULL if values["depth"].lower().startswith("f") else Depth.COURSE
            kept = reviews.set_depth(self.desk, depth, base=before.depth) if depth is not before.depth else None
            for name in reviews.DECLARABLE:
                if values[name] != (saw := before.declared.get(name, "")):
                    kept = reviews.declare(self.desk, name, values[name], base=saw) or kept
            return kept

        self.ask(
            "What this review looks at",
            [
                Field("checklists", "Checklists", " ".join(view.review.checklists),
                      choices=("observability reliability deployment safety evaluation",)),
                Field("depth", "Depth", view.review.depth.value, choices=("course", "full")),
                *(Field(name, name.replace("_", " "), view.review.declared.get(name, ""), hint=hint)
                  for name, hint in reviews.DECLARABLE.items()),
            ],
            save,
        )  # fmt: skip
