"""What a move is, and what may come of it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.moves.stage import Stage, Told

#: The modules of moves, each a heading of the table.
GROUPS = {
    "regressions": "Worse than the version before",
    "golden": "Which cases count",
    "scores": "Scores of the cases",
    "left_out": "What leaves the figures",
    "figures": "Figures without cases",
    "people": "People and judges",
    "locking": "The gate and its lock",
    "tries": "Tried until it passes",
    "formats": "Files of other tools",
    "honest": "Honest work, which must not be punished",
}


@dataclass(frozen=True, slots=True)
class Right:
    """The outcomes that are right, as exit codes (0 GO, 1 NO-GO, 2 refused, 3 GO WITH CONDITIONS), and a pattern that
    what is printed has to match: held in silence is not enough. `never`: what must not be printed."""

    codes: frozenset[int]
    says: str
    never: str = ""

    @property
    def words(self) -> str:
        """The worst acceptable outcome, for the table."""
        named = " that names it" if self.says else ""
        if self.codes == {0}:
            return "GO" + (", said in a remark" if self.says else "")
        if self.codes == {3}:
            return f"a condition{named}, no NO-GO"
        if 0 in self.codes:
            return "a remark that names it"
        return f"a condition{named}" if 3 in self.codes else "NO-GO" if 1 in self.codes else "refused"

    def fault(self, told: Told) -> str:
        """Why an outcome is not right; "" where it is."""
        if told.code not in self.codes:
            return f"exit status {told.code}, not one of {sorted(self.codes)}"
        if self.says and not self.said(told):
            return f"nothing printed matches {self.says!r}"
        if self.never and (found := re.search(self.never, told.text, re.IGNORECASE)):
            return f"it says {found.group()!r}"
        return ""

    def said(self, told: Told) -> str:
        """The printed sentence that names it; "" where none does."""
        if not self.says:
            return ""
        found = next((line for line in told.lines if re.search(self.says, line, re.IGNORECASE)), "")
        return found or (told.text if re.search(self.says, told.text, re.IGNORECASE) else "")


Play = Callable[[Stage], Told]


@dataclass(frozen=True, slots=True)
class Move:
    """`name` is the function's; `title` is what is done, in a line."""

    name: str
    group: str
    title: str
    right: Right
    play: Play


_MOVES: dict[str, Move] = {}


def move(title: str, right: Right) -> Callable[[Play], Play]:
    """Enter a function as a move."""

    def enter(play: Play) -> Play:
        name, group = play.__name__, play.__module__.rpartition(".")[2]
        assert name not in _MOVES, f"two moves are called {name}"
        _MOVES[name] = Move(name, group, title, right, play)
        return play

    return enter


def no_go(says: str, *, or_refused: bool = False) -> Right:
    return Right(frozenset({1, 2} if or_refused else {1}), says)


def named(says: str, *, or_refused: bool = False) -> Right:
    """At least a condition."""
    return Right(frozenset({1, 2, 3} if or_refused else {1, 3}), says)


def remark(says: str) -> Right:
    """GO is right as long as it is said beside it."""
    return Right(frozenset({0, 1, 3}), says)


def go(says: str = "", never: str = "") -> Right:
    return Right(frozenset({0}), says, never)


def condition(says: str) -> Right:
    """Neither silence nor NO-GO."""
    return Right(frozenset({3}), says)


def every_move() -> tuple[Move, ...]:
    """All moves in the order of the table."""
    for group in GROUPS:
        importlib.import_module(f"benchmarks.moves.{group}")
    order = list(GROUPS)
    return tuple(sorted(_MOVES.values(), key=lambda found: order.index(found.group)))
