"""`python -m benchmarks.coverage`: how far the bounds can be trusted."""

from __future__ import annotations

import click

from benchmarks.coverage import every_figure, oracles
from benchmarks.coverage.report import statistics_object, statistics_text
from readiness_tui.cli.common import as_json, progress, say, say_json


@click.command()
@click.option(
    "--runs",
    type=click.IntRange(10, 1_000_000),
    default=1000,
    show_default=True,
    help="Samples for each row; docs/statistics.md has 10,000.",
)
@as_json
def main(runs: int, as_json: bool) -> None:
    """How often each kind of bound holds on data whose true figure is known, and how the formulas were checked.

    Runs a new simulation with fixed seeds: rates of 0/1 cases, means, clustered cases, quantiles, cost per success and
    paired changes, small and large, even and skewed, with faults that are rare and clusters that nobody named. It takes about a minute.
    """
    figures, checks = every_figure(runs, progress), list(oracles())
    if as_json:
        say_json(statistics_object(figures, checks, runs))
    else:
        say(statistics_text(figures, checks, runs).rstrip("\n"))


if __name__ == "__main__":
    main()
