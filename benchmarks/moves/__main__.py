"""`python -m benchmarks.moves`: what the gate makes of attempts to fool it, and of honest work."""

from __future__ import annotations

from pathlib import Path

import click

from benchmarks.moves import every_move
from benchmarks.moves.stage import Program, in_process
from benchmarks.moves.table import as_stored, play, stored, text
from readiness_tui.cli.common import progress, say


@click.command()
@click.option(
    "--readiness", type=click.Path(exists=True), help="The `readiness` of another installation, to play them on."
)
@click.option("-k", "word", default="", help="Only the moves whose name or title has this in it.")
@click.option("--commit", help="Which commit that installation is of; with --store.")
@click.option(
    "--store", type=click.Path(path_type=Path), help="Write the outcomes to this file, as `before` of later tables."
)
def main(readiness: str | None, word: str, commit: str | None, store: Path | None) -> None:
    """Play every move through the command line, and print what came of it before and now.

    Exit status 1 if a move does not end as the rules of the gate say.
    """
    moves = [move for move in every_move() if word in move.name or word in move.title]
    found = play(moves, Program(readiness) if readiness else in_process, progress)
    if store is not None:
        store.write_text(as_stored(found, commit or "unknown"), encoding="utf-8")
        return
    say(text(found, stored()).rstrip("\n"))
    raise SystemExit(any(one.fault for one in found))


if __name__ == "__main__":
    main()
