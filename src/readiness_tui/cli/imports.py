"""`imports` and `reread`: what was imported, the lines that were rejected, and reading it again."""

from __future__ import annotations

from itertools import islice

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import (
    Session,
    as_json,
    desk_of,
    may_ask,
    pass_session,
    progress,
    say,
    say_document,
    say_json,
    sure,
    tell,
)
from readiness_tui.cli.kit.streamed import Streamed
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import mask

_AT_ONCE = 1_000  # rejected lines printed at once


@click.command("reread")
@click.argument("numbers", metavar="[IMPORT]...", nargs=-1, type=int)
@may_ask
@as_json
@pass_session
def reread_command(session: Session, numbers: tuple[int, ...], as_json: bool) -> int:
    """Read imports again from their kept raw records; without a number, those whose reader has changed since.

    Each becomes a new import in the place of the old one, all of it or nothing, and the review is judged anew.
    `readiness imports` numbers them. What cannot be read again this way says why; then import the file again.
    """
    from readiness_tui.cli.importing import plain, say_import
    from readiness_tui.services.core.target import place
    from readiness_tui.services.core.write import deferred
    from readiness_tui.services.importing.reread import changed_imports, reread

    done, refused = [], []
    with desk_of(session) as desk:
        meant = numbers or tuple(info.id for info in changed_imports(desk))
        if meant:
            which = f"{'import' if len(meant) == 1 else 'imports'} {', '.join(map(str, meant))}"
            sure(session, f"Read {which} of {place(desk)} again? What was read of them before is replaced.")
        with deferred(desk):
            for number in meant:
                try:
                    done.append((number, reread(desk, number, progress)))
                except ReadinessError as refusal:  # the others are still read
                    refused.append((number, refusal.on_command_line))
    if as_json:
        rows = [{"import": number, **plain(result)} for number, result in done]
        said = [{"import": number, "reason": reason} for number, reason in refused]
        say_json({"schema": 1, "reread": rows, "refused": said})
    else:
        for _, result in done:
            say_import(result)
        if not done and not refused:
            say("No reader has changed since its import: there is nothing to read again.")
    for _, reason in refused:
        tell(f"readiness: {reason}")
    return codes.UNUSABLE if refused else codes.GO


@click.command("imports")
@click.option("--rejects", "import_id", type=int, help="Print the rejected lines of the import with this number.")
@as_json
@pass_session
def imports_command(session: Session, import_id: int | None, as_json: bool) -> None:
    """List the imports, latest first; or, as JSON lines, what one import rejected."""
    from readiness_tui.services.importing.imported import all_imports, reject_line, rejects_of
    from readiness_tui.services.importing.readers import reader_changed, reader_words, replacements

    if import_id is not None:
        with desk_of(session) as desk:
            info, rejected = rejects_of(desk, import_id)
        if as_json:
            rows = Streamed({"line": r.line, "reason": r.reason, "excerpt": r.excerpt} for r in rejected)
            say_json({"schema": 1, "import": info.id, "path": info.path, "rejects": rows})
            return
        lines = (reject_line(info.path, reject) for reject in rejected)
        while some := "".join(islice(lines, _AT_ONCE)):
            say_document(mask(some), json=True)
        if not rejected:
            tell(f"Import {info.id} rejected nothing.")
        return
    with desk_of(session) as desk:
        found = all_imports(desk)
    again = replacements(found)
    if as_json:
        listed = [
            {
                "id": info.id,
                "path": info.path,
                "format": info.format,
                "at": info.published_at.isoformat() if info.published_at else None,
                "by": info.by,
                "runs": info.runs,
                "cases": info.cases,
                "traces": info.traces,
                "rejects": info.rejects,
                "warnings": list(info.warnings),
                "reader": info.how.reader,
                "reader_changed": info.id not in again and reader_changed(info),
                "read_again_as": again.get(info.id),
                "rereads": info.how.rereads,
                "keep_raw": info.how.keep_raw,
                "raw_kept": info.raw_kept,
            }
            for info in found
        ]
        say_json({"schema": 1, "imports": listed})
        return
    if not found:
        say("Nothing was imported yet: `readiness import PATH`.")
    if found:
        say(f"{'no':>4}  {'at (UTC)':<16}  {'format':<18} {'brought':<28} file")
    for info in found:
        counts = ((info.runs, "run"), (info.cases, "case"), (info.traces, "trace"))
        brought = ", ".join(plural(n, word) for n, word in counts if n) or "golden cases"
        rejects = f"  {info.rejects:,} rejected: --rejects {info.id}" if info.rejects else ""
        at = f"{info.published_at:%Y-%m-%d %H:%M}" if info.published_at else ""
        words = reader_words(info, again.get(info.id))
        rejects += f"  {words}" if words else ""
        say(f"{info.id:>4}  {at}  {one_line(info.format, 18):<18} {brought:<28} {one_line(info.path, 200)}{rejects}")
