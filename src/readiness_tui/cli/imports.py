"""`imports`: what was imported, and the lines that were rejected."""

from __future__ import annotations

import click

from readiness_tui.cli.common import Session, as_json, desk_of, pass_session, say, say_document, say_json, tell
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line


@click.command("imports")
@click.option("--rejects", "import_id", type=int, help="Print the rejected lines of the import with this number.")
@as_json
@pass_session
def imports_command(session: Session, import_id: int | None, as_json: bool) -> None:
    """List the imports, latest first; or, as JSON lines, what one import rejected."""
    from readiness_tui.services.importing.imported import all_imports, reject_line, rejects_of

    if import_id is not None:
        with desk_of(session) as desk:
            info, rejected = rejects_of(desk, import_id)
        if as_json:
            rows = [{"line": r.line, "reason": r.reason, "excerpt": r.excerpt} for r in rejected]
            say_json({"schema": 1, "import": info.id, "path": info.path, "rejects": rows})
            return
        say_document("".join(reject_line(info.path, reject) for reject in rejected))
        if not rejected:
            tell(f"Import {info.id} rejected nothing.")
        return
    with desk_of(session) as desk:
        found = all_imports(desk)
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
            }
            for info in found
        ]
        say_json({"schema": 1, "imports": listed})
        return
    if not found:
        say("Nothing was imported yet: `readiness import PATH`.")
    for info in found:
        counts = ((info.runs, "run"), (info.cases, "case"), (info.traces, "trace"))
        brought = ", ".join(plural(n, word) for n, word in counts if n) or "golden cases"
        rejects = f"  {info.rejects:,} rejected: --rejects {info.id}" if info.rejects else ""
        at = f"{info.published_at:%Y-%m-%d %H:%M}" if info.published_at else ""
        say(f"{info.id:>4}  {at}  {one_line(info.format, 18):<18} {brought:<28} {one_line(info.path, 200)}{rejects}")
