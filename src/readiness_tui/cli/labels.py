"""`labels`: the human labels of cases, as a list and as a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import DayOption, File, Session, as_json, desk_of, pass_session, say, say_json, tell
from readiness_tui.domain.text.format import plural

_RUN = click.option("--run", "run_id", default="", help="Only the labels of this run.")


@click.group("labels", invoke_without_command=True)
@_RUN
@as_json
@click.pass_context
def labels_command(ctx: click.Context, run_id: str, as_json: bool) -> None:
    """List the human labels, or export and import them as a file that CI reads."""
    if ctx.invoked_subcommand is not None:
        return
    from readiness_tui.reports.labels import labels_object, labels_text
    from readiness_tui.services.labels import files

    with desk_of(ctx.ensure_object(Session)) as desk:
        found = files.every(desk, run_id)
    if as_json:
        say_json(labels_object(found))
    else:
        say(labels_text(found))


@labels_command.command("export")
@click.argument("file", type=File)
@_RUN
@pass_session
def export(session: Session, file: Path, run_id: str) -> None:
    """Write the labels to FILE as JSON lines, to be committed and counted by `gate check --labels FILE`."""
    from readiness_tui.services.labels import files

    with desk_of(session) as desk:
        count = files.export(desk, file, run_id)
    say(f"{plural(count, 'label')} in {file}.")


@labels_command.command("import")
@click.argument("file", type=File)
@pass_session
def import_(session: Session, file: Path) -> int:
    """Store the labels of FILE in one change; lines that cannot be used are listed with the reason.

    A label belongs to the answer it was given to, and is refused if its run now gives another answer. Exit status: 0
    if at least one was stored or already there, else 2.
    """
    from readiness_tui.services.labels import files

    with desk_of(session) as desk:
        done = files.import_file(desk, file)
    say(f"{plural(done.stored, 'label')} stored, {done.kept:,} were there already, {len(done.refused):,} refused.")
    for line, reason in done.refused:
        tell(f"  line {line}: {reason}")
    return codes.GO if done.stored or done.kept else codes.UNUSABLE


@labels_command.command("accept")
@click.argument("case")
@click.option("--reason", default="", help="Why the team can live with it.")
@click.option("--approver", default="", help="Who accepts it (default: you).")
@click.option("--until", type=DayOption(), help="The last day on which that holds, within 90 days.")
@click.option("--withdraw", is_flag=True, help="Take it back: the failure blocks again.")
@pass_session
def accept(session: Session, case: str, reason: str, approver: str, until: date | None, withdraw: bool) -> None:
    """Accept by name the risk of a high-risk case that a person failed in the candidate's version.

    It then leaves a condition instead of NO-GO, until its day has passed or the version changes.
    """
    from readiness_tui.services.gate.declare import accept_risk, withdraw_risk

    with desk_of(session) as desk:
        if withdraw:
            withdraw_risk(desk, case)
            say(f"The risk of {case} is no longer accepted.")
            return
        if until is None:
            raise click.UsageError("An accepted risk ends some day: name it with --until.")
        risk = accept_risk(desk, case, reason=reason, approver=approver or session.name, expires=until)
    say(f"The risk of {risk.case} in version {risk.version} is accepted by {risk.approver} until {risk.expires}.")
