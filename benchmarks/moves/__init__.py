"""Moves that try to get a bad model shipped, and honest work that must not be punished, each played through the real
command line in a folder of its own.

A move writes its files (golden set, gate, gate.lock, runs, labels) and says what the worst acceptable outcome is, from
the rules in docs/gate.md, not from what the program does. `python -m benchmarks.moves` prints what comes out.
"""

from benchmarks.moves.model import GROUPS, Move, Right, every_move

__all__ = ["GROUPS", "Move", "Right", "every_move"]
