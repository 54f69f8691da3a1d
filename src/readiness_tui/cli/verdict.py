"""`check`, `scorecard` and `gaps`: what the review says, to people, files and CI."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import Day, Session, as_json, desk_of, pass_session, say, say_document, say_json, tell

as_of = click.option("--as-of", type=Day(), help="Judge as of this day (default: today, or the day of the sample).")


@click.command("check")
@as_json
@as_of
@click.option("--allow", type=click.Choice(["conditions"]), help="Let GO WITH CONDITIONS pass with exit status 0.")
@pass_session
def check_command(session: Session, as_json: bool, as_of: date | None, allow: str | None) -> int:
    """The whole verdict. Exit status: 0 GO, 1 NO-GO, 3 GO WITH CONDITIONS, 2 unusable input."""
    from readiness_tui.services import printing
    from readiness_tui.services.view import load

    with desk_of(session) as desk:
        view = load(desk, as_of=as_of, shared=True)
        if as_json:
            say_json(printing.check_json(desk, view))
        else:
            say(printing.check_text(desk, view).rstrip("\n"))
    return codes.of_verdict(view.judgement.verdict, allow_conditions=allow == "conditions")


@click.command("scorecard")
@click.option(
    "--format",
    "format",
    type=click.Choice(["md", "json"]),
    default="md",
    show_default=True,
    help="Markdown for people, JSON with its schema number for programs.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of stdout.")
@click.option("--freeze", is_flag=True, help="Freeze it: the review is closed with this scorecard.")
@as_of
@pass_session
def scorecard_command(session: Session, format: str, output: Path | None, freeze: bool, as_of: date | None) -> None:
    """The Day-21 readiness scorecard with gaps."""
    from readiness_tui.services import scorecards

    with desk_of(session) as desk:
        if freeze:
            scorecards.freeze(desk)
        text = scorecards.text(desk, format=format, as_of=as_of)
        if output is None:
            say_document(text)
        else:
            scorecards.write(output, text)
            tell(f"Written to {output}")


@click.command("gaps")
@as_json
@click.option(
    "--format",
    "format",
    type=click.Choice(["text", "md", "csv", "jsonl"]),
    default="text",
    show_default=True,
    help="md is a task list, csv is for Jira's importer.",
)
@click.option("--all", "everything", is_flag=True, help="Verified and closed ones too.")
@pass_session
def gaps_command(session: Session, as_json: bool, format: str, everything: bool) -> None:
    """What is not yet good enough, with owner and due date."""
    from readiness_tui.services import printing
    from readiness_tui.services.view import load

    with desk_of(session) as desk:
        found = printing.gap_rows(load(desk, shared=True), everything=everything)
    if as_json:
        say_json(printing.gaps_json(found))
    else:
        say_document(printing.gaps_text(found, format))
