"""Every move ends as the rules of docs/gate.md say, and docs/moves.md shows it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from benchmarks.moves import GROUPS, Move, Right, every_move
from benchmarks.moves.stage import Program, Told, in_process
from benchmarks.moves.table import Outcome, played, stored, text

MOVES = every_move()
PAGE = (Path(__file__).parents[2] / "docs" / "moves.md").read_text(encoding="utf-8")
#: One of each group in the default run; all of them, and these few as a program of their own, in the slow one.
FEW = {
    "baseline_of_two",
    "subset_of_the_set",
    "scored_not_applicable",
    "slow_requests_flagged_cached",
    "figures_only",
    "failed_by_a_person",
    "started_in_2099",
    "tries_on_files",
    "ragas_failures_left_out",
    "small_team",
}


def by_name(names: set[str]) -> list[Move]:
    return [move for move in MOVES if move.name in names]


@pytest.mark.parametrize(
    "move", [pytest.param(move, marks=() if move.name in FEW else pytest.mark.slow, id=move.name) for move in MOVES]
)
def test_a_move_ends_as_the_rules_say(move: Move, tmp_path: Path) -> None:
    found = played(move, in_process, tmp_path)
    assert not found.fault, f"{move.title}: {found.fault}"
    line = next((line for line in PAGE.splitlines() if line.startswith(f"| {move.title} |")), "")
    assert f"● {found.verdict} |" in line, "run python -m docs.make_moves"


@pytest.mark.slow
@pytest.mark.parametrize("move", by_name(FEW), ids=lambda move: move.name)
def test_a_program_of_its_own_says_the_same(move: Move, tmp_path: Path) -> None:
    found = played(move, Program(str(Path(sys.executable).with_name("readiness"))), tmp_path)
    assert not found.fault, f"{move.title}: {found.fault}"


def test_each_group_has_moves_and_each_is_on_the_page_once() -> None:
    assert {move.group for move in MOVES} == set(GROUPS)
    assert len({move.title for move in MOVES}) == len(MOVES)
    titles = [line.split("|")[1].strip() for line in PAGE.splitlines() if line.startswith("| ")]
    assert [title for title in titles if title != "Move"] == [move.title for move in MOVES]


def test_before_knows_every_move() -> None:
    """`python -m benchmarks.moves --readiness PATH --commit C --store benchmarks/moves/before.json` writes it anew."""
    assert set(stored()["moves"]) == {move.name for move in MOVES}


def test_what_is_said_in_several_lines_is_one() -> None:
    told = Told(
        3, "◐ GO WITH CONDITIONS  the gate\n  ◐ run before lock: the gate was\n    never locked\n\n  · a remark\n"
    )
    assert told.lines == [
        "◐ GO WITH CONDITIONS  the gate",
        "◐ run before lock: the gate was never locked",
        "· a remark",
    ]


@pytest.mark.parametrize(
    ("right", "code", "out", "fault"),
    [
        (Right(frozenset({1}), ""), 0, "", "exit status 0"),
        (Right(frozenset({1, 3}), "worst case"), 3, "nothing of it", "nothing printed matches"),
        (Right(frozenset({0}), "", never="second try"), 0, "the second try", "it says 'second try'"),
        (Right(frozenset({1, 3}), "worst case"), 3, "the Worst\ncase", ""),
    ],
)
def test_an_outcome_is_held_to_what_is_right(right: Right, code: int, out: str, fault: str) -> None:
    found = right.fault(Told(code, out))
    assert found.startswith(fault)
    assert bool(found) == bool(fault)


def test_the_table_counts_what_is_wrong() -> None:
    first, second = MOVES[:2]
    before = {
        "commit": "abc",
        "moves": {first.name: {"code": 0, "right": False}, second.name: {"code": 1, "right": True}},
    }
    shown = text([Outcome(first, 1, "✗ It | is said", ""), Outcome(second, 0, "", "wrong")], before)
    assert shown.startswith(f"Of 2 moves, 1 ended wrongly at commit abc; now 1 do: {second.name}.")
    rows = [line for line in shown.splitlines() if re.match(r"\| .*[●✗]", line)]
    assert rows[0].endswith("| ✗ GO | ● NO-GO | It \\| is said |")
    assert "| ● NO-GO | ✗ GO |" in rows[1]
