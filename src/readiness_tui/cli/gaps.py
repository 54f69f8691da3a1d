"""`gaps` and `gaps import`: the list for people and trackers, and what a tracker changed brought back."""

from __future__ import annotations

from pathlib import Path

import click

from readiness_tui.cli.common import File, Session, as_json, desk_of, pass_session, say, say_document, say_json, tell
from readiness_tui.domain.text.sanitise import one_line


@click.group("gaps", invoke_without_command=True)
@as_json
@click.option(
    "--format",
    "format",
    type=click.Choice(["text", "md", "csv", "github", "gh", "jsonl"]),
    default="text",
    show_default=True,
    help="md is a task list, csv suits Jira's importer, github a CSV importer there; gh prints the commands instead.",
)
@click.option("--all", "everything", is_flag=True, help="Include verified and closed gaps.")
@pass_session
@click.pass_context
def gaps_command(ctx: click.Context, session: Session, as_json: bool, format: str, everything: bool) -> None:
    """What is not yet good enough, with owner and due date."""
    if ctx.invoked_subcommand is not None:
        return
    from readiness_tui.services.review import printed

    with desk_of(session) as desk:
        text = printed.gaps(desk, "json" if as_json else format, everything=everything)
    say_document(text, json=as_json or format == "jsonl")


@gaps_command.command("import")
@click.argument("file", type=File)
@click.option("--overwrite", is_flag=True, help="Take the file's word also where somebody changed it here.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and save nothing.")
@as_json
@pass_session
def import_(session: Session, file: Path, overwrite: bool, dry_run: bool, as_json: bool) -> None:
    """Bring owners, dates and states back from the CSV or JSON lines that `gaps` wrote.

    Gaps are found by their key; an empty cell says nothing. What was changed here as well is shown and stays, unless
    --overwrite. `Done` becomes claimed done: only the review itself verifies a gap.
    """
    from readiness_tui.domain.text.format import plural
    from readiness_tui.services.review import gap_import

    with desk_of(session, frozen=True) as desk:
        found = gap_import.bring_back(desk, file, overwrite=overwrite, dry_run=dry_run)
    if as_json:
        from readiness_tui.domain.text.plain import plain

        say_json({"schema": 1, "saved": not dry_run, **plain(found)})
        return
    for change in found.changed:
        say(one_line(f"{change.key}  {change.field}: {change.here or 'nothing'} → {change.file}"))
    for change in found.conflicts:
        say(one_line(f"{change.key}  {change.field}: {change.here} stands, changed here; the file says {change.file}"))
    for said in found.kept:
        say(one_line(said))
    for key in found.unknown:
        tell(f"readiness: no gap here has the key {one_line(key, 120)}.")
    done = "would change" if dry_run else "changed"
    counts = [f"{plural(len(found.changed), 'field')} {done}", f"{found.same:,} gaps as here"]
    if found.conflicts:
        counts.append(f"{plural(len(found.conflicts), 'conflict')}: --overwrite takes the file's word")
    if found.unknown:
        counts.append(f"{plural(len(found.unknown), 'unknown key')}")
    say(", ".join(counts) + ".")
