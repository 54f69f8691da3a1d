"""`check`, `scorecard` and `gaps`: the review's result for people, files and CI."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
from click.core import ParameterSource

from readiness_tui.cli import codes
from readiness_tui.cli.common import (
    File,
    Session,
    against,
    allow_conditions,
    as_json,
    as_of,
    desk_of,
    for_ci,
    may_ask,
    pass_session,
    say,
    say_checked,
    say_document,
    say_json,
    sure,
    tell,
)


@click.command("check")
@click.option("--scorecard", type=File, help="Test a committed scorecard instead: digest, verdict, validity.")
@against
@as_json
@as_of
@allow_conditions
@for_ci
@pass_session
def check_command(
    session: Session,
    scorecard: Path | None,
    against: Path | None,
    as_json: bool,
    as_of: date | None,
    allow: str | None,
    junit: Path | None,
    summary: Path | None,
    github: bool,
) -> int:
    """The whole verdict. Exit status: 0 GO, 1 NO-GO, 3 GO WITH CONDITIONS, 2 unusable input, 4 a file that
    something else has changed.

    A frozen review says what was frozen, until its verdict lapses: a NO-GO from then on.

    With --scorecard, only that file is tested, markdown, HTML or JSON: it is a NO-GO if it was changed, or if its verdict is no
    longer valid.

    --against LAST.json, written by --json before, prints what is new since; a condition that LAST.json does not have
    ends in 3 even with --allow conditions.
    """
    from readiness_tui.services.review import check, printed

    if scorecard is not None:
        if junit or summary or github or session.aimed or against:
            raise click.UsageError(
                "--scorecard tests a file by itself, without --db, --system, --review, --against, --junit, --summary and --github."
            )
        from readiness_tui.reports import check as report

        committed = check.read_committed(scorecard, as_of)
        if as_json:
            say_json(report.committed_object(committed))
        else:
            say(report.committed_text(committed))
        return codes.of_verdict(committed.verdict, allow_conditions=allow == "conditions")

    step = check.step_summary(github)
    before = check.read_last(against, whole=True) if against is not None else None
    card = None
    with desk_of(session) as desk:
        if junit or summary or step:
            from readiness_tui.services.review.scorecard import current_card

            card = current_card(desk, as_of=printed.other_day(desk, as_of))
        if card is None:
            found = printed.check(desk, as_of)
        else:
            found = printed.of_card(desk, card, as_of)
            card = printed.published(desk, card, as_of)
        for said in printed.beside(desk, as_of):
            tell(said)
    adds = say_checked(found, before, as_json=as_json)
    if card is not None:
        check.publish(card, junit=junit, summary=summary, github=step)
    return codes.of_verdict(found["verdict"], allow_conditions=allow == "conditions" and not adds)


@click.group("scorecard", invoke_without_command=True)
@click.option(
    "--format",
    "format",
    type=click.Choice(["md", "html", "json", "summary"]),
    default="md",
    show_default=True,
    help="md and html for people, json for programs; summary: ten lines of markdown, for a pull request.",
)
@click.option("-o", "--output", type=File, help="Write to this file instead of stdout.")
@click.option(
    "--templates",
    type=File,
    help="A folder with a scorecard.md.j2 or scorecard.html.j2 (default: templates/ beside the database).",
)
@click.option("--freeze", is_flag=True, help="Freeze it: this scorecard closes the review.")
@may_ask
@as_of
@pass_session
@click.pass_context
def scorecard_command(
    ctx: click.Context,
    session: Session,
    format: str,
    output: Path | None,
    templates: Path | None,
    freeze: bool,
    as_of: date | None,
) -> None:
    """The Day-21 readiness scorecard with gaps."""
    if ctx.invoked_subcommand is not None:
        given = [name for name in ctx.params if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
        if given:
            raise click.UsageError(f"--{given[0].replace('_', '-')} is not for `scorecard {ctx.invoked_subcommand}`.")
        return
    from readiness_tui.services.review import printed

    with desk_of(session) as desk:
        if freeze:
            from readiness_tui.services.core.target import frozen_refusal, place
            from readiness_tui.services.review.scorecard import freeze as freeze_card

            if not frozen_refusal(desk):
                sure(session, f"Freeze the review of {place(desk)}? Nothing in it can change from then on.")
            freeze_card(desk, templates=templates)
        text = printed.scorecard(desk, format, as_of=as_of, templates=templates)
        for said in printed.beside(desk, as_of):
            tell(said)
        if output is None:
            say_document(text, json=format == "json")
        else:
            from readiness_tui.reports.atomic import write_text

            write_text(output, text)
            tell(f"Written to {output}")


@scorecard_command.command("diff")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@as_json
@pass_session
def diff(session: Session, first: str, second: str, as_json: bool) -> None:
    """What changed from scorecard A to scorecard B: verdict, gate, sections, conditions, gaps; and by which cause.

    Each is a committed file (JSON or markdown; nothing else is opened then), or a review of this file by its release or
    number ('#3'). Causes are known of JSON and of reviews. A file that was changed since it was exported is refused.
    """
    from readiness_tui.reports import scorecard_diff as report
    from readiness_tui.services.scorecard_diff import compared

    found = compared(first, second, lambda: desk_of(session))
    if as_json:
        say_json(report.diff_object(found))
    else:
        say(report.diff_text(found).rstrip("\n"))


@scorecard_command.command("schema")
def schema() -> None:
    """Print the JSON Schema of `scorecard --format json`."""
    from readiness_tui.reports.scorecard_schema import scorecard_schema

    say_document(scorecard_schema(), json=True)
