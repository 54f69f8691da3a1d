"""`review --plain`: item by item in questions and answers, for a screen reader, a pipe, or ssh without a terminal.

Nothing moves the cursor and nothing is coloured: a fact a line, then a question that names its answers. Each answer is saved
before the next question. A line that cannot be used is told why, and asked for again.
"""

from __future__ import annotations

import os
import select
import sys
from collections import Counter
from dataclasses import dataclass, field
from io import TextIOWrapper
from typing import TYPE_CHECKING

from readiness_tui.cli import codes
from readiness_tui.cli.common import say
from readiness_tui.cli.kit.printing import at_once
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import visible
from readiness_tui.reports.item import ItemFacts, item_lines
from readiness_tui.reports.plain import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

    from readiness_tui.domain.checklists.assessment import Evidence
    from readiness_tui.services.core.desk import Desk
    from readiness_tui.services.core.view import ReviewView
    from readiness_tui.services.review.carry import LastTime

_LONGEST = 100_000  # characters of an answer
_WORDS = {
    "n": "n", "na": "n", "n/a": "n", "t": "t", "note": "t", "e": "e", "evidence": "e", "p": "p", "proof": "p", "accept": "p",
    "c": "c", "confirm": "c", "s": "s", "skip": "s", "b": "b", "back": "b", "q": "q", "quit": "q", "finish": "q",
    "0": "0", "missing": "0", "1": "1", "partial": "1", "2": "2", "met": "2", "none": "none", "?": "?", "help": "?",
}  # fmt: skip
_HELP = (
    "0, 1 or 2: your vote. What shows it may follow: 2 docs/fallback.md",
    "none: take your vote back.",
    "n: it does not apply; the reason may follow, or is asked for.",
    "t: write the note; it may follow, or is asked for.",
    "e: attach evidence, a URL, a path or an id; it may follow, or is asked for.",
    "p: vote what the proof proposes.",
    "c: vote as last time.",
    "s: skip this item. b: back to the one before. q: finish.",
    "Each answer is saved at once. The end of the input (Ctrl-D) finishes too.",
)


_BOTH = "Somebody else has changed the note meanwhile: both are kept, and # in the app settles them."


class _EndError(Exception):
    """There is no more input."""


class _ItemGoneError(ReadinessError):
    """The item was taken out of the review meanwhile: the next one is asked."""


@dataclass
class Talk:
    """One person going through the items of the desk's review. `saved`: how many of each kind were saved."""

    desk: Desk
    items: list[str]
    at: int = 0
    saved: Counter[str] = field(default_factory=Counter)

    def run(self) -> int:
        """Ask until the last item, the end of the input, or `q`; the exit status."""
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="surrogateescape")
        status = 0
        try:
            while self.at < len(self.items):
                try:
                    self._tell()
                    while not self._answered():
                        pass
                except _ItemGoneError as gone:
                    self._say(str(gone))
                    self.at += 1
        except _EndError:
            pass
        except KeyboardInterrupt:
            say()
            status = codes.INTERRUPTED
        self._close()
        return status

    @staticmethod
    def _say(text: str) -> None:
        """In as many lines as it takes."""
        for part in wrapped(text, ""):
            say(part)

    # -- telling ------------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        from readiness_tui.services.core.view import load

        view = load(self.desk)
        say()
        for text in item_lines(self._facts(view, self._last())):
            say(text)

    def _facts(self, view: ReviewView, last: LastTime | None) -> ItemFacts:
        from readiness_tui.services.review import carry

        item = self.items[self.at]
        standing = view.judgement.standings.get(item)
        if standing is None:
            raise _ItemGoneError(f"{item} was taken out of the review meanwhile.")
        section = next(one.title for one in view.facts.checklists if one.id == standing.checklist_id)
        waits = last is not None and item in carry.open_items(view, {item: last})
        alone = carry.reasons_alone(view, last) if waits and last is not None else ()
        return ItemFacts(
            self.at + 1, len(self.items), section, view.dossier(item), standing, view.review.secret, last, waits, alone
        )

    def _last(self) -> LastTime | None:
        from readiness_tui.services.review import carry

        return carry.last_time(self.desk).get(self.items[self.at])

    def _question(self) -> str:
        from readiness_tui.services.core.view import load

        facts = self._facts(load(self.desk), self._last())
        proposal = facts.dossier.proposal
        choices = ["0 missing", "1 partial", "2 met"]
        choices += ["n does not apply"] if facts.dossier.item.na_allowed else []
        choices += ["p as the proof proposes"] if proposal is not None and proposal.points is not None else []
        choices += ["c as last time"] if facts.waits else []
        choices += ["t note", "e evidence", "s skip"] + (["b back"] if self.at else []) + ["q finish", "? help"]
        return f"{', '.join(choices)}. Your answer?"

    # -- asking -------------------------------------------------------------------------------------------------------

    def _ask(self, question: str) -> str:
        """One line of input. Raises _EndError where there is none, ReadinessError for one that cannot be used."""
        self._say(question)
        if sys.stdin is None:
            raise _EndError
        _wait_for_a_line()
        typed = sys.stdin.readline(_LONGEST)
        if not typed:
            raise _EndError
        if not typed.endswith("\n") and len(typed) == _LONGEST:
            while (more := sys.stdin.readline(_LONGEST)) and not more.endswith("\n"):
                pass
            raise ReadinessError(f"That line has more than {_LONGEST:,} characters. Nothing was saved of it.")
        try:
            typed.encode()
        except UnicodeEncodeError:
            raise ReadinessError("That line is no valid text (UTF-8). Nothing was saved of it.") from None
        return visible(typed).strip()

    def _answered(self) -> bool:
        """Ask once; whether another item is next."""
        try:
            typed = self._ask(self._question())
            word, _, rest = typed.partition(" ")
            act = _WORDS.get(word.casefold())
            if not typed:
                raise ReadinessError("Nothing was typed. s skips this item, ? lists the answers.")
            if act is None:
                raise ReadinessError(f"“{visible(typed, 40)}” is none of the answers. ? lists them.")
            return self._do(act, rest.strip())
        except _ItemGoneError:
            raise
        except ReadinessError as refusal:
            self._say(refusal.on_command_line)
            return False

    def _do(self, act: str, rest: str) -> bool:
        if act in ("s", "b", "q", "?", "p", "c", "none") and rest:
            raise ReadinessError(f"Nothing stands after “{act}”. Nothing was saved: type it alone, or ? for help.")
        if act == "?":
            for text in _HELP:
                say(text)
            return False
        if act == "q":
            raise _EndError
        if act == "b":
            if not self.at:
                raise ReadinessError("This is the first item, so there is none before it.")
            self.at -= 1
            return True
        more = {"n": self._not_applicable, "t": self._note, "e": self._evidence}
        if act in more and not more[act](rest):
            return False
        if act not in more and act != "s":
            self._vote(act, rest)
        self.at += 1
        return True

    # -- saving -------------------------------------------------------------------------------------------------------

    def _save(self, kind: str, act: Callable[[], object]) -> None:
        """Save, and say where the item stands then."""
        from readiness_tui.services.review import entries

        item = self.items[self.at]
        with entries.watched(self.desk, [item]) as told:
            act()
        self.saved[kind] += 1
        self._say(f"Saved. {item} now: {told[0].items[0].said}.")

    def _vote(self, act: str, rest: str) -> None:
        from readiness_tui.domain.checklists.entries import EvidenceEntry, ItemEntry
        from readiness_tui.services.core.view import load
        from readiness_tui.services.review import assess, carry, entries

        item = self.items[self.at]
        if act == "p":
            proposal = load(self.desk).proposals.get(item)
            shown = proposal.points if proposal is not None else None
            if shown is None:
                raise ReadinessError(f"No proof proposes points for {item}. Nothing was saved.")
            self._save("vote", lambda: assess.accept(self.desk, [item], shown={item: shown}))
        elif act == "c":
            self._save("vote", lambda: carry.confirm(self.desk, [item]))
        else:
            points = None if act == "none" else int(act)
            pieces = (EvidenceEntry(rest),) if rest else ()
            entry = ItemEntry(item, points, act == "none", evidence=pieces)
            self._save("vote", lambda: entries.apply(self.desk, [entry], f"score {item}: {act}"))

    def _not_applicable(self, rest: str) -> bool:
        from readiness_tui.services.review import assess

        item = self.items[self.at]
        reason = rest or self._ask(f"Why does {item} not apply? Type the reason; an empty line goes back.")
        if not reason:
            say("Nothing was saved.")
            return False
        self._save("vote", lambda: assess.not_applicable(self.desk, item, reason))
        return True

    def _note(self, rest: str) -> bool:
        """The item stays: a note is not yet an answer."""
        from readiness_tui.services.core.view import load
        from readiness_tui.services.review import assess

        item = self.items[self.at]
        view = load(self.desk)
        saw = view.dossier(item).mine if view.review.secret else view.dossier(item).note
        there = "; - removes the one that there is, and another text takes its place" if saw else ""
        text = rest or self._ask(f"The note on {item}, in one line; an empty line goes back{there}.")
        if not text:
            say("Nothing was saved.")
            return False
        beside = assess.note(self.desk, item, "" if text == "-" and saw else text, base=saw)
        self.saved["note"] += 1
        say(
            "Saved."
            if beside is None
            else "Somebody else has changed the note meanwhile: both are kept, # in the app settles them."
        )
        return False

    def _evidence(self, rest: str) -> bool:
        from readiness_tui.domain.checklists.evidence import claim_words
        from readiness_tui.services.review import assess

        item = self.items[self.at]
        ref = rest or self._ask(f"What shows {item}? A URL, a path, or the id of a run, trace, case or incident.")
        if not ref:
            say("Nothing was saved.")
            return False
        found: list[Evidence] = []
        self._save("piece", lambda: found.extend(assess.attach(self.desk, [item], None, ref)))
        for piece in found:
            if piece.lookup.claim:
                self._say(claim_words(piece))
        return False

    def _close(self) -> None:
        """What was saved, what waits, and how to go on."""
        from readiness_tui.domain.text.format import plural
        from readiness_tui.services.core.view import load

        say()
        ends = {"piece": " of evidence"}
        saved = ", ".join(plural(n, kind) + ends.get(kind, "") for kind, n in self.saved.items()) or "nothing"
        view = load(self.desk)
        left = len(unvoted(view))
        say(f"Saved: {saved}. {plural(left, 'item')} without a vote of yours.")
        if left:
            say("`readiness review --plain` goes on with them; --all asks the others too.")
        if view.lent is not None:
            say("`readiness share back -o FILE` hands your answers in.")


def unvoted(view: ReviewView) -> list[str]:
    """The items of the review's depth that `view.who` has not voted on."""
    from readiness_tui.domain.checklists.standing import name_key

    me = name_key(view.who)
    return [
        item.id
        for item in view.items
        if not any(vote.decided and name_key(vote.reviewer) == me for vote in view.dossier(item.id).votes)
    ]


def _wait_for_a_line() -> None:
    """Until the terminal has one. Ctrl+C that comes between the question and the reading is not seen by the reading, which
    waits inside the system until another line is typed; here it is within half a second."""
    if os.name == "posix" and sys.stdin.isatty():
        while not select.select([sys.stdin], [], [], 0.5)[0]:
            pass


def go_through(desk: Desk, *, everything: bool = False) -> int:
    """Ask about the items that `desk.who` has not voted on; `everything`: about all of them. The exit status.

    Raises ReadinessError on a frozen review, for an observer, and where nothing can be saved.
    """
    from readiness_tui.domain.text.format import plural
    from readiness_tui.services.core.target import frozen_refusal, place
    from readiness_tui.services.core.view import load
    from readiness_tui.services.review import roles

    view = load(desk)
    if said := (desk.store.refusal or frozen_refusal(desk)):
        raise ReadinessError(said)
    roles.require(desk, view.review, roles.Act.VOTE)
    at_once()
    items = [item.id for item in view.items] if everything else unvoted(view)
    for text in wrapped(f"{place(desk)}, as {view.who}. {plural(len(items), 'item')} to ask.", ""):
        say(text)
    if view.review.secret:
        say("Votes are blind until the reveal: you are told your own alone.")
    if not items:
        say("You have voted on every item; --all asks them again.")
        return 0
    return Talk(desk, items).run()
