"""Scoring one item or many: the keys, and the questions each asks. Checklists and meeting mode share it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from textual.binding import Binding

from readiness_tui.domain.checklists.assessment import Assurance, Dossier, Proposal, Standing
from readiness_tui.domain.checklists.model import ProbeKind
from readiness_tui.domain.checklists.standing import name_key, reviewed_alone
from readiness_tui.domain.text.dates import parse_day
from readiness_tui.domain.verdict.causes import item_key
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import assess, carry, promises, roles
from readiness_tui.tui.dialogs.accept import ask_to_accept
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.screens.checklists import item_text, offers
from readiness_tui.tui.screens.checklists.consequences import Consequences
from readiness_tui.tui.screens.checklists.last_time import LastTimes
from readiness_tui.tui.screens.checklists.remark_form import ask_evidence, ask_promise
from readiness_tui.tui.screens.checklists.tick_dialog import TickDialog
from readiness_tui.tui.screens.room import Feature, RoomScreen
from readiness_tui.tui.text import line


class Scoring(Feature):
    """Scores the present item of a screen, or all that are selected on it."""

    BINDINGS = [
        *(
            Binding(str(points), f"score({points})", word, id=f"checklists.score{points}", key_display=str(points),
                    tooltip=f"Score {points}: {word}")
            for points, word in enumerate(item_text.WORDS)
        ),
        Binding("minus", "not_applicable", "n/a", id="checklists.na", key_display="-", show=False, tooltip="Not applicable, with a reason"),
        Binding("a", "accept", "Accept", id="checklists.accept", tooltip="Show what the proof proposes, then vote it"),
        Binding("k", "keep", "Keep vote", id="checklists.keep", show=False, tooltip="Keep the vote against the proof, with a reason"),
        Binding("f", "dismiss_hit", "Dismiss hit", id="checklists.dismiss", show=False, tooltip="Say why a hit of a refuting proof is harmless"),
        Binding("F", "restore_hit", "Restore hit", id="checklists.restore", show=False, tooltip="Take the dismissal of a hit back: it refutes again"),
        Binding("e", "evidence", "Evidence", id="checklists.evidence", tooltip="Attach evidence (to all selected items)"),
        Binding("full_stop", "same_evidence", "Same", id="checklists.same", key_display=".", show=False, tooltip="Attach the last evidence here too"),
        Binding("r", "detach", "Remove evidence", id="checklists.detach", show=False, tooltip="Remove the newest evidence of this item"),
        Binding("x", "tick", "Tick", id="checklists.tick", show=False, tooltip="Tick off the item's parts, where it has any"),
        Binding("n", "note", "Note", id="checklists.note", show=False, tooltip="Write the item's note"),
        Binding("w", "waive", "Waive", id="checklists.waive", show=False, tooltip="Accept the risk until a date; withdraw a waiver"),
        Binding("o", "owner", "Owner", id="checklists.owner", show=False, tooltip="Who sees to the item, and by when"),
        Binding("d", "due", "Due", id="checklists.due", show=False, tooltip="By when, and who sees to the item"),
        Binding("c", "confirm", "Confirm", id="checklists.confirm", show=False, tooltip="Confirm last time's vote or a not-applicable, or record a consensus"),
        *LastTimes.BINDINGS,
        Binding("equals_sign", "copy", "Copy to siblings", id="checklists.copy", key_display="=", show=False,
                tooltip="Give the items that share this one's gap the same vote and evidence"),
        Binding("t", "examples", "Examples", id="checklists.examples", show=False, tooltip="Open the traces that fail the proof"),
        Binding("u", "unscore", "Take back", id="checklists.unscore", show=False, tooltip="Take your vote back: undecided"),
    ]  # fmt: skip

    def __init__(
        self,
        screen: RoomScreen,
        present: Callable[[], str | None],
        *,
        room: Callable[[], tuple[str, ...]] = tuple,
        asks_all: bool = False,
    ) -> None:
        """`room`: the reviewers whose vote it is where several vote on one screen. `asks_all`: after a score below 2 too
        it asks what shows it and who sees to the rest."""
        super().__init__(screen)
        self._present = present
        self._room = room
        self._asks_all = asks_all
        self.consequences = Consequences(screen, present, room)
        self.selected: set[str] = set()
        self.last = LastTimes(screen, present)

    @property
    def item_id(self) -> str | None:
        """The item the keys act on."""
        return self._present()

    @property
    def chosen(self) -> list[str]:
        """The items that a score or evidence goes to."""
        if self.selected:
            return sorted(self.selected)
        return [self.item_id] if self.item_id else []

    @property
    def standing(self) -> Standing | None:
        return self.view.judgement.standings.get(self.item_id or "")

    @property
    def gap_key(self) -> str | None:
        """Of the item's gap: its group's while it is short itself, else its own."""
        standing = self.standing
        if standing is None:
            return None
        short = standing.applicable and standing.counts < 2
        return self.view.workings.gap_keys[standing.item.id] if short else gap_key(self.view, standing)

    async def _scored(self) -> None:
        """A score or evidence was saved for `chosen`."""
        if self.selected:
            self.selected.clear()
            await self.screen.refresh_view()

    # -- scoring ----------------------------------------------------------------------------------------------------

    async def action_score(self, points: int) -> None:
        items = self.chosen
        if not items or not await self.host.act(assess.score, self.desk, items, points, room=self._room()):
            return
        await self._scored()
        standing = self.standing
        if standing is None or len(items) > 1:
            return
        # The vote is saved already: each question below only offers what would make it count in full.
        if standing.conflict and not self.view.review.secret:
            self._ask_keep(standing)
        elif points == 2 and standing.assurance is Assurance.CLAIMED:
            ask_evidence(self.screen, items, intro="2 needs evidence. Esc keeps “2 claimed, counts 1”.")
        elif standing.points is not None and standing.points < points and standing.spread:
            self._ask_consensus(standing, points)
        elif self._asks_all and standing.counts < 2 and not self.view.review.secret:
            self._ask_the_rest(standing)

    def _ask_the_rest(self, standing: Standing) -> None:
        item = standing.item.id
        gap = self.view.gaps.get(self.gap_key or "")
        owned = gap is not None and gap.state.live and bool(gap.owner)
        if not owned or not self.view.dossier(item).evidence:
            question = f"{item} {standing.word}: what shows it, and who sees to the rest?"
            ask_evidence(
                self.screen,
                [item],
                title=question,
                intro="The score is saved. Esc leaves the rest open.",
                owner="" if owned else promises.proposal(self.view, item)[0],
            )

    async def action_unscore(self) -> None:
        await self.host.act(assess.score, self.desk, self.chosen, None, room=self._room())

    def action_not_applicable(self) -> None:
        item, room = self.item_id, self._room()
        if item is None:
            return
        self.screen.ask(
            f"{item} is not applicable",
            [Field("reason", "Why does it not apply?")],
            lambda values: assess.not_applicable(self.desk, item, values["reason"], room=room),
            intro=f"The vote is the room's: {', '.join(room)}."
            if room
            else ""
            if reviewed_alone(self.view.review.reviewers)
            else "On a blocker a second person confirms; until then it counts as undecided.",
        )

    async def action_confirm(self) -> None:
        view, standing = self.view, self.standing
        if standing is None:
            return
        item = standing.item.id
        waiting = [one for one in self.chosen if self.last.waits(one)]
        if waiting and not standing.na_awaiting:
            if await self.host.act(carry.confirm, self.desk, waiting):
                await self._scored()
            return
        if standing.na_awaiting or any(v.na for v in view.dossier(item).votes):
            others = [name for name in view.review.reviewers if name_key(name) != name_key(view.who)]
            self.screen.ask(
                f"{item}: confirm not applicable",
                [Field("by", "Who confirms?", others[0] if others else view.who, choices=others)],
                lambda values: assess.confirm_na(self.desk, item, values["by"]),
            )
        else:
            self._ask_consensus(standing, standing.points or 0)

    def _ask_consensus(self, standing: Standing, points: int) -> None:
        item = standing.item.id
        saw = self.view.dossier(item).consensus

        def save(values: Values) -> None:
            typed = values["points"].lower()
            na = typed in ("n/a", "na", "-")
            assess.agree(self.desk, item, None if na else _points(typed), values["reason"], na=na, base=saw)

        self.screen.ask(
            f"{item}: record a consensus",
            [
                Field("points", "Points all agree on", str(points), choices=("0", "1", "2", "n/a")),
                Field("reason", "Why? It is kept beside the votes"),
            ],
            save,
            intro="Reviewers differ: until a consensus the item stands at the lowest vote.",
        )

    async def action_accept(self) -> None:
        if self.chosen:
            await ask_to_accept(self.screen, self.chosen, room=self._room())

    async def action_copy(self) -> None:
        others = self.siblings
        if not others or self.item_id is None:
            self.host.complain("No other item shares this one's gap.")
            return
        await self.host.act(assess.copy_to, self.desk, self.item_id, others, room=self._room())

    @property
    def siblings(self) -> list[str]:
        """The other items of the group that the item shares its gap with."""
        keys = self.view.workings.gap_keys
        return [item for item in keys if item != self.item_id and keys[item] == keys.get(self.item_id or "")]

    def action_keep(self) -> None:
        if self.standing is not None:
            self._ask_keep(self.standing)

    def _ask_keep(self, standing: Standing) -> None:
        item = standing.item.id
        proposal, saw = self.view.dossier(item).proposal, self.view.dossier(item).override
        if proposal is not None and proposal.kind is ProbeKind.REFUTE:
            self.action_dismiss_hit()
            return
        self.screen.ask(
            f"{item}: keep {standing.vote} against the proof?",
            [Field("reason", "Why does the vote stand?")],
            lambda values: assess.override(self.desk, item, values["reason"], base=saw),
            intro=f"{proposal.text if proposal else ''}\nEsc keeps {standing.counts}, as the proof says.",
        )

    def action_dismiss_hit(self) -> None:
        item = self.item_id
        proposal = self.view.dossier(item).proposal if item else None
        if item is None or proposal is None or proposal.kind is not ProbeKind.REFUTE or not proposal.examples:
            self.host.complain("This item has no hits to dismiss.")
            return
        self.screen.ask(
            f"{item}: dismiss a hit",
            [
                Field("hit", "Which hit?", proposal.examples[0], choices=proposal.examples[:5]),
                Field("reason", "Why is it harmless?"),
            ],
            lambda values: assess.dismiss_hit(self.desk, item, values["hit"], values["reason"]),
            intro="\n".join([proposal.text, *proposal.details[:3]]),
        )

    async def action_restore_hit(self) -> None:
        found = await self.host.fetch(assess.dismissed, self.desk)
        if not found:
            if found is not None:
                self.host.complain("No hit was dismissed in this review.")
            return

        async def then(key: str) -> None:
            one = found[int(key)]
            await self.host.act(assess.restore_hit, self.desk, one.query, one.hit)

        said = [f"{one.hit}: {one.reason} ({one.by}, {one.query})" for one in found]
        choices = [(str(place), line(text, limit=200)) for place, text in enumerate(said)]
        self.screen.pick("Which hit counts again?", choices, then)

    # -- evidence, note, waiver, gap ----------------------------------------------------------------------------------

    def action_evidence(self) -> None:
        if self.chosen:
            ask_evidence(self.screen, self.chosen)

    async def action_same_evidence(self) -> None:
        if self.chosen and await self.host.act(assess.same_evidence, self.desk, self.chosen):
            await self._scored()

    async def action_detach(self) -> None:
        view, item = self.view, self.item_id
        if item is None or not view.dossier(item).evidence:
            self.host.complain("This item has no evidence to remove.")
            return
        await self.host.act(assess.detach, self.desk, view.dossier(item).evidence[-1].id)

    def action_tick(self) -> None:
        item = self.item_id
        if item is None:
            return
        if not self.view.dossier(item).item.ticks:
            self.host.complain(f"{item} has no parts to tick. EVA-14 has, in the evaluation checklist at full depth.")
            return

        async def save(name: str, on: bool) -> Dossier:
            await self.host.act(assess.tick, self.desk, item, name, on=on)
            return self.view.dossier(item)

        self.screen.app.push_screen(TickDialog(self.view.dossier(item), save))

    def action_note(self) -> None:
        view, item = self.view, self.item_id
        if item is None:
            return
        dossier, blind = view.dossier(item), view.review.secret
        saw = dossier.mine if blind else dossier.note
        self.screen.ask(
            f"My note on {item}" if blind else f"Note on {item}",
            [Field("text", "Note", saw, long=True)],
            lambda values: assess.note(self.desk, item, values["text"], base=saw),
            intro="Yours alone until the reveal, which puts all notes together." if blind else "",
        )

    def action_waive(self) -> None:
        view, item = self.view, self.item_id
        if item is None:
            return
        last = view.facts.policy.last_waiver_day(view.as_of)
        old = view.dossier(item).waiver

        def save(values: Values) -> Rival | None:
            if old is not None and not values["reason"]:
                return assess.unwaive(self.desk, item, base=old)
            expires: date = parse_day(values["expires"], view.as_of)
            return assess.waive(self.desk, item, values["reason"], values["approver"], expires, base=old)

        self.screen.ask(
            f"Waive {item}",
            [
                Field("reason", "Why is the risk accepted?" + (" (empty withdraws the waiver)" if old else ""),
                      old.reason if old else ""),
                Field("approver", "Approved by", old.approver if old else view.review.owner, choices=view.review.reviewers),
                Field("expires", f"Until (inclusive, at the latest {last})", str(old.expires if old else last)),
            ],
            save,
            intro="A waiver never raises the score. It turns a blocker below 2 into a condition.",
        )  # fmt: skip

    def action_owner(self) -> None:
        if self.chosen:
            ask_promise(self.screen, self.chosen)

    def action_due(self) -> None:
        if self.chosen:
            ask_promise(self.screen, self.chosen, day_first=True)

    def works(self, action: str) -> bool:
        """What an observer cannot do stands in no footer; why is said where the scores would be."""
        return action not in offers.VOTES or bool(self._room()) or not roles.observes(self.view.review, self.view.who)

    def offers(self, action: str) -> bool:
        """Whether a footer that names every key names this one here: not where it would only say why it cannot."""
        if action == "confirm_section":
            return self.last.works(action)
        if action == "confirm" and self.item_id is not None and self.last.waits(self.item_id):
            return True
        return offers.offers(self.view, self.standing, self.siblings, action, self._room())

    async def action_examples(self) -> None:
        item = self.item_id
        proposal = self.view.dossier(item).proposal if item else None
        if proposal is None or not proposal.examples:
            self.host.complain("This item's proof has no failing examples.")
            return
        await self._open_examples(proposal, item or "")

    async def _open_examples(self, proposal: Proposal, item: str) -> None:
        """Show the records a proof names: incidents, cases and runs one by one, traces as a list."""
        view = self.view
        # A refuting proof names hits: trace, pattern, hash.
        hits = proposal.kind is ProbeKind.REFUTE
        ids = [example.rsplit(":", 2)[0] if hits else example for example in proposal.examples]
        first = ids[0]
        if first.startswith("INC-"):
            await self.host.go_to(f"incident/{first.removeprefix('INC-')}")
        elif any(first == case.id for data in view.measured.candidate for case in data.cases):
            await self.host.go_to(f"case/{first}")
        elif any(first == info.run.id for info in view.runs):
            await self.host.action_jump("evals")
        else:
            await self.host.show_traces(ids, f"examples of {item}")


def gap_key(view: ReviewView, standing: Standing) -> str:
    """The key of the item's gap: its own, or that of the `same_as` group in which it is short.

    A group's gap has the key of its first item, which may be met: it is shown under those that are not.
    """
    own = item_key(standing)
    for found in view.judgement.found_gaps:
        if own in found.merged:
            return found.key
        if own == found.key and found.merged:
            return ""
    return own


def _points(typed: str) -> int:
    return int(typed) if typed in ("0", "1", "2") else -1
