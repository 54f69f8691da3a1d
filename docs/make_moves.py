"""Write docs/moves.md by playing every move: `python -m docs.make_moves`, about a minute. A test holds it to be current."""

from __future__ import annotations

from pathlib import Path

from benchmarks.moves import every_move
from benchmarks.moves.stage import in_process
from benchmarks.moves.table import play, stored, text

TARGET = Path(__file__).with_name("moves.md")

HEAD = """\
# Moves against the gate

Written by `docs/make_moves.py`; `python -m benchmarks.moves` plays them and prints the same tables.

Each row is an attempt to get a bad release past the gate: it writes its files and runs the real `readiness`. *Right* is the
worst outcome that the rules of [gate.md](gate.md) allow; ● is an outcome that is right, ✗ one that is not. A verdict is not
enough: what is wrong has to be named in what is printed. The last table is the mirror: honest work that must reach its
verdict. *Before* are the outcomes of an earlier version, stored in `benchmarks/moves/before.json`.

"""


def document() -> str:
    return HEAD + text(play(every_move(), in_process, lambda done, of: None), stored())


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
