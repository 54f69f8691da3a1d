"""`compare`: candidate against baseline, from the database or from two files."""

from __future__ import annotations

from pathlib import Path

import click

from readiness_tui.cli.common import (
    File,
    Session,
    as_json,
    desk_of,
    pass_session,
    say,
    say_json,
    tell,
    which_run,
    which_variant,
)


@click.command("compare")
@click.argument("baseline", type=File, required=False)
@click.argument("candidate", type=File, required=False)
@click.option(
    "--eval-set",
    "eval_sets",
    type=File,
    multiple=True,
    help="A golden set, only with two files: pairs their cases and gives the expected answers; repeat for more.",
)
@click.option("--metric", help="The metric whose cases and slices are listed (default: task success).")
@click.option("-o", "--output", type=File, help="Also write a markdown document to this file.")
@which_run
@which_variant
@as_json
@pass_session
def compare_command(
    session: Session,
    baseline: Path | None,
    candidate: Path | None,
    eval_sets: tuple[Path, ...],
    metric: str | None,
    output: Path | None,
    model: str,
    prompt: str,
    name: str,
    variant: str,
    as_json: bool,
) -> None:
    """Compare the candidate with the baseline on the cases that both have: what changed, and could it be luck?

    Without files, the review's runs are compared; with two files, their runs, without a database. Of a file with several
    runs, name one: FILE#1 and FILE#2 compare two runs of one file; --model, --prompt and --name choose in both.
    """
    if (baseline is None) is not (candidate is None) or (baseline is not None and session.aimed):
        raise click.UsageError(
            "Name two files, the baseline first, and no --db, --system or --review; or no file, for the review's runs."
        )
    if eval_sets and baseline is None:
        raise click.UsageError("--eval-set goes with two files; the database has its own.")
    if (model or prompt or name or variant) and baseline is None:
        raise click.UsageError(
            "--model, --prompt, --name and --variant go with two files; in a review, all of it is chosen."
        )
    from readiness_tui.domain.runs.choice import RunChoice
    from readiness_tui.reports import compare as report
    from readiness_tui.services import compare

    if baseline is not None and candidate is not None:
        choice = RunChoice(name=name, model=model, prompt=prompt)
        versions = compare.file_versions(baseline, candidate, eval_sets, choice, variant)
    else:
        from readiness_tui.services.core.view import load

        with desk_of(session) as desk:
            versions = compare.review_versions(desk, load(desk, shared=True).measured)
    if as_json:
        say_json(report.compare_object(versions))
    else:
        say(report.compare_text(versions, versions.chosen(metric)).rstrip("\n"))
    if output is not None:
        compare.export(versions, output)
        tell(f"Written to {output}")
