"""What came of every move, before and now, as a table for a terminal or a page."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.moves.model import GROUPS, Move
from benchmarks.moves.stage import VERDICTS, Caller, RefusedError, Stage, Told

BEFORE = Path(__file__).with_name("before.json")
_SAID = 110  # characters of a sentence that are shown


@dataclass(frozen=True, slots=True)
class Outcome:
    """`said`: the sentence that names the move. `fault`: why this is not right; "" where it is."""

    move: Move
    code: int
    said: str
    fault: str

    @property
    def verdict(self) -> str:
        return VERDICTS.get(self.code, f"exit status {self.code}")


def outcome(move: Move, told: Told) -> Outcome:
    return Outcome(move, told.code, move.right.said(told), move.right.fault(told))


def played(move: Move, caller: Caller, folder: Path) -> Outcome:
    """Play a move in an empty folder. A step that is refused is its outcome."""
    try:
        return outcome(move, move.play(Stage(folder, caller)))
    except RefusedError as refused:
        return outcome(move, refused.told)


def play(moves: Sequence[Move], caller: Caller, each: Callable[[int, int], object]) -> list[Outcome]:
    """Play every move in a folder of its own; `each` is told how many of them are done."""
    found = []
    for number, one in enumerate(moves, 1):
        with tempfile.TemporaryDirectory(prefix="move-") as folder:
            found.append(played(one, caller, Path(folder)))
        each(number, len(moves))
    return found


def stored() -> dict[str, Any]:
    """What came of the moves before the gate held them: {"commit": …, "moves": {name: {"code": …, "right": …}}}."""
    found: dict[str, Any] = json.loads(BEFORE.read_text(encoding="utf-8"))
    return found


def as_stored(outcomes: Sequence[Outcome], commit: str) -> str:
    moves = {found.move.name: {"code": found.code, "right": not found.fault} for found in outcomes}
    return json.dumps({"commit": commit, "moves": moves}, indent=1) + "\n"


def text(outcomes: Sequence[Outcome], before: Mapping[str, Any]) -> str:
    """The counts first, then a table for each group."""
    return "\n".join(_lines(outcomes, before)) + "\n"


def _lines(outcomes: Sequence[Outcome], before: Mapping[str, Any]) -> Iterator[str]:
    known = before["moves"]
    fooled = sum(1 for found in outcomes if not known.get(found.move.name, {}).get("right"))
    wrong = [found for found in outcomes if found.fault]
    yield (
        f"Of {len(outcomes)} moves, {fooled} ended wrongly at commit {before['commit']}; now {len(wrong)} do"
        f"{'.' if not wrong else ': ' + ', '.join(found.move.name for found in wrong) + '.'}"
    )
    for group, title in GROUPS.items():
        rows = [found for found in outcomes if found.move.group == group]
        if rows:
            yield f"\n## {title}\n"
            yield "| Move | Right | Before | Now | What is printed |"
            yield "|:---|:---|:---|:---|:---|"
            for found in rows:
                yield _row(found, known.get(found.move.name))


def _row(found: Outcome, before: Mapping[str, Any] | None) -> str:
    was = "—" if before is None else _marked(VERDICTS.get(before["code"], "crash"), right=before["right"])
    now = _marked(found.verdict, right=not found.fault)
    cells = (found.move.title, found.move.right.words, was, now, _cell(found.said))
    return f"| {' | '.join(cells)} |"


def _marked(verdict: str, *, right: bool) -> str:
    return f"{'●' if right else '✗'} {verdict}"


def _cell(said: str) -> str:
    """A printed sentence as a table's cell, cut where it is long."""
    plain = " ".join(said.lstrip("●◐✗·▸! ").split()).replace("|", "\\|")
    return plain if len(plain) <= _SAID else f"{plain[: _SAID - 1].rstrip()}…"
