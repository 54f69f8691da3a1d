"""`incident import|export`: incidents from files, and to files."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import (
    DayOption,
    File,
    Session,
    as_json,
    desk_of,
    pass_session,
    say,
    say_document,
    say_json,
    tell,
)
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import moment, plural
from readiness_tui.domain.text.sanitise import one_line

if TYPE_CHECKING:
    from readiness_tui.services.incidents.imports import ImportedIncident

KEPT_SHOWN = 12  # lines
_FORMATS = ("postmortem", "timeline", "chat", "export", "record")


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=File)
@click.option(
    "-i", "--incident", "name", help="The incident to merge it into (default: the one it came from, or a new one)."
)
@click.option(
    "--format", "format", type=click.Choice(_FORMATS), help="The kind of file (default: recognised by content)."
)
@click.option("--date", "day", type=DayOption(), help="The day for lines without one.")
@click.option("--new", "fresh", is_flag=True, help="It is an incident of its own, whatever title it shares.")
@click.option("--explain", is_flag=True, help="Say what would be recognised, and store nothing.")
@as_json
@pass_session
def import_(
    session: Session,
    files: tuple[Path, ...],
    name: str | None,
    format: str | None,
    day: date | None,
    fresh: bool,
    explain: bool,
    as_json: bool,
) -> int:
    """Import a postmortem (markdown, wiki text), a timeline (CSV), a chat log, or what a tool exports as JSON.

    Anything that fits no field is kept in the note as written. Importing the same file again adds nothing. A text in
    which nothing is recognised is refused, unless --format or -i says what it is.
    """
    from readiness_tui.services.incidents.imports import explain_file, import_file

    number = None if name is None else number_of(name)
    if fresh and number is not None:
        raise click.UsageError("-i names an incident that is stored, and --new says that it is another: give one.")
    found: list[ImportedIncident] = []
    refused: list[tuple[Path, str]] = []

    def each(read: Callable[[Path], ImportedIncident]) -> None:
        for path in files:
            try:
                one = read(path)
            except ReadinessError as refusal:
                refused.append((path, str(refusal)))
                if not as_json:
                    tell(f"readiness: {refusal}")
                continue
            found.append(one)
            if not as_json:
                _say(one)

    if explain:
        each(lambda path: explain_file(path, format, day))
    else:
        with desk_of(session) as desk:
            each(lambda path: import_file(desk, path, number=number, format=format, day=day, fresh=fresh))
    if as_json:
        files_said = [*map(_plain, found), *({"path": str(path), "refused": why} for path, why in refused)]
        say_json({"schema": 1, "files": files_said})
    return codes.UNUSABLE if refused else codes.GO


@click.command("export")
@click.argument("name")
@click.option(
    "--format",
    "format",
    type=click.Choice(["md", "html", "json"]),
    default="md",
    show_default=True,
    help="md and html for people; json for programs, and to import on another machine.",
)
@click.option("--view", type=click.Choice(["short", "long"]), help="How much of the note (default: by severity).")
@click.option(
    "--templates", type=File, help="A folder with an incident.md.j2 (default: templates/ beside the database)."
)
@click.option("-o", "--output", type=File, help="Write to this file instead of stdout.")
@pass_session
def export(
    session: Session, name: str, format: str, view: str | None, templates: Path | None, output: Path | None
) -> None:
    """Write the incident review note of INC-<n>; secrets and personal data are masked."""
    from readiness_tui.reports.atomic import write_text
    from readiness_tui.services.incidents import exports

    with desk_of(session) as desk:
        short = None if view is None else view == "short"
        text = exports.text(desk, number_of(name), format, short=short, templates=templates)
    if output is None:
        say_document(text, json=format == "json")
    else:
        write_text(output, text)
        tell(f"Written to {output}")


def number_of(name: str) -> int:
    """The number of INC-7 or 7. Raises ReadinessError for anything else."""
    number = re.fullmatch("(?:INC-)?([0-9]{1,9})", name, re.IGNORECASE)
    if number is None:
        raise ReadinessError(f"{one_line(name, 40)} is not an incident. Name it as INC-1.")
    return int(number[1])


def _say(one: ImportedIncident) -> None:
    from readiness_tui.reports.incident_text import merged_text
    from readiness_tui.services.incidents.imports import FORMATS

    say(f"{one_line(one.path)}: {FORMATS[one.format]}")
    if one.merged is not None:
        say(f"  {one_line(merged_text(one.merged), 300)}")
        for said in one.merged.said:
            say(f"  {one_line(said, 300)}")
        if not one.merged.anything:
            return
    else:
        severity = f", {one.severity}" if one.severity else ""
        say(f"  {one_line(one.title, 120)}{severity}")
        for key, at in one.times:
            say(f"  {key}: {moment(at)}")
    if one.found:
        say("\n  Recognised")
        for found in one.found:
            say(f"    {_lines(found.first, found.last):<16}{one_line(found.what, 120)}")
    if one.doubts:
        say("\n  Doubtful")
        for doubt in one.doubts:
            say(f"    {_lines(doubt.line, doubt.line):<16}{one_line(doubt.text, 200)}")
    if one.kept:
        say(f"\n  Kept as written: {plural(len(one.kept), 'line')} in the section “Kept from an import”")
        for line, text in one.kept[:KEPT_SHOWN] if one.merged is None else ():
            say(f"    {_lines(line, line):<16}{one_line(text, 100)}")
        if one.merged is None and len(one.kept) > KEPT_SHOWN:
            say(f"    … and {len(one.kept) - KEPT_SHOWN:,} more")
    say()


def _lines(first: int, last: int) -> str:
    if not first:
        return "the file"
    return f"line {first}" if first == last else f"lines {first}–{last}"


def _plain(one: ImportedIncident) -> dict[str, Any]:
    from readiness_tui.reports.incident_text import merged_text

    merged = one.merged
    return {
        "path": one.path,
        "refused": None,
        "format": one.format,
        "title": one.title,
        "severity": one.severity.value if one.severity else None,
        "date": one.day.isoformat() if one.day else None,
        "times": {key: at.isoformat() for key, at in one.times},
        "sections": list(one.sections),
        "timeline": one.lines,
        "actions": one.actions,
        "recognised": [{"what": f.what, "first": f.first, "last": f.last} for f in one.found],
        "doubtful": [{"line": doubt.line or None, "text": doubt.text} for doubt in one.doubts],
        "kept": [{"line": line, "text": text} for line, text in one.kept],
        "incident": None
        if merged is None
        else {
            "name": merged.incident.name,
            "created": merged.created,
            "said": [merged_text(merged), *merged.said],
            "added": {
                "timeline": merged.lines,
                "actions": merged.actions,
                "sections": merged.sections,
                "rivals": merged.rivals,
                "changed": merged.changed,
            },
        },
    }
