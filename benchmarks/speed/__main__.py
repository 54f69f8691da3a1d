"""`python -m benchmarks.speed`: whole commands, in turns with their floors and peers."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import click

from benchmarks.speed.clock import Side, in_turns
from benchmarks.speed.comparisons import GROUPS, Comparison, Stage
from benchmarks.speed.report import Row, as_object, as_text, machine
from readiness_tui.cli.common import as_json, say, say_json


@click.command()
@click.option("--records", default=(100_000,), multiple=True, type=click.IntRange(100), help="Traces in the big file.")
@click.option(
    "--runs", default=3, show_default=True, type=click.IntRange(1, 99), help="Runs of each; medians are shown."
)
@click.option("--only", multiple=True, type=click.Choice(sorted(GROUPS)), help="These groups alone.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where files are laid out, and kept for the next time.")
@click.option("--against", type=click.Path(exists=True, path_type=Path), help="What --json printed at another commit.")
@as_json
def main(
    records: tuple[int, ...], runs: int, only: tuple[str, ...], folder: Path | None, against: Path | None, as_json: bool
) -> None:
    """How long commands take, how much memory they hold, and what share of that had to be.

    Each runs in turns with the least that its job can cost and with what a person would use instead, where that is
    installed. Ratios travel between machines; seconds do not.
    """
    folder = folder or Path(gettempdir()) / "readiness-speed"
    folder.mkdir(parents=True, exist_ok=True)
    before: dict[str, Any] | None = json.loads(against.read_text(encoding="utf-8")) if against else None
    rows: list[Row] = []
    for count in records:
        stage = Stage(folder.resolve(), count)
        for name, group in GROUPS.items():
            if not only or name in only:
                for made in group(stage):
                    click.echo(f"{made.key}, {count:,} records …", err=True)
                    rows.append(_measured(made, stage, runs))
    if as_json:
        say_json(as_object(rows, runs))
    else:
        say(f"{machine()}, medians of {runs} runs in turns\n\n{as_text(rows, before)}".rstrip("\n"))


def _measured(made: Comparison, stage: Stage, runs: int) -> Row:
    sides: list[Side | None] = [made.ours, made.floor, made.peer]
    used = iter(in_turns([side for side in sides if side is not None], stage.folder, runs))
    ours, floor, peer = (next(used) if side is not None else None for side in sides)
    assert ours is not None
    size = None
    if made.key in ("import", "import-otlp"):
        source = stage.traces if made.key == "import" else stage.otlp
        size = stage.file("target.db").stat().st_size / source.stat().st_size
    return Row(stage.records, made, ours, floor, peer, size)


if __name__ == "__main__":
    main()
