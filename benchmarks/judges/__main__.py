"""`python -m benchmarks.judges`: how far a figure corrected by people's labels can be trusted."""

from __future__ import annotations

import click

from benchmarks.judges import CELLS, LIMIT, LOOKS, REPEATS, example, false_holds
from benchmarks.judges.report import judges_object, judges_text
from readiness_tui.cli.common import as_json, progress, say, say_json


@click.command()
@click.option(
    "--repeats", type=click.IntRange(100, 1_000_000), default=REPEATS, show_default=True, help="Samples a cell."
)
@as_json
def main(repeats: int, as_json: bool) -> None:
    """How often "surely meets" is wrong for a judged metric, with the truth exactly at the threshold.

    Exit status 1 if a cell is above the limit.
    """
    found = {}
    for number, cell in enumerate(CELLS, 1):
        for look in LOOKS:
            found[cell, look] = false_holds(cell, look, repeats)
        progress(number, len(CELLS))
    one = example(repeats)
    if as_json:
        say_json(judges_object(found, one, repeats))
    else:
        say(judges_text(found, one, repeats).rstrip("\n"))
    raise SystemExit(max(found.values()) > LIMIT)


if __name__ == "__main__":
    main()
