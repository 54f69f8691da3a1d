"""`import` and `runs`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import (
    File,
    Session,
    as_json,
    declares,
    desk_of,
    facts,
    paced,
    pass_session,
    say,
    say_json,
    say_table,
    tell,
    which_run,
)
from readiness_tui.cli.kit.streamed import Streamed
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line

if TYPE_CHECKING:
    from readiness_tui.services.importing.result import ImportedFile


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=File)
@click.option("--as", "role", type=click.Choice(["candidate", "baseline"]), help="The role of its runs in the review.")
@click.option("--format", "format", help="Read the file as this format; an unknown name lists them all.")
@click.option("--map", "mapping", type=File, help="A YAML file that says what each column means.")
@click.option("--prices", type=File, help="A YAML price table, to derive costs from tokens if a record has none.")
@click.option("--rejects", type=File, help="Write the rejected lines to this file, as JSON lines.")
@click.option("--reason", default="", help="Why a gate replaces the previous one; stored and printed with it.")
@click.option(
    "--keep-raw",
    default="all",
    show_default=True,
    help="Whose raw records are kept: all, failures, sample (those and 1 in 10 of the rest), sample:20. Traces alone; what"
    " was read of them is kept of every one.",
)
@click.option("--explain", is_flag=True, help="Say what each file would bring, and why; nothing is stored.")
@declares
@which_run
@as_json
@pass_session
def import_command(
    session: Session,
    paths: tuple[Path, ...],
    role: str | None,
    format: str | None,
    mapping: Path | None,
    prices: Path | None,
    rejects: Path | None,
    reason: str,
    keep_raw: str,
    explain: bool,
    model: str,
    prompt: str,
    name: str,
    started: str,
    judge: str,
    dataset: str,
    version: str,
    as_json: bool,
) -> int:
    """Import eval runs, traces, an eval set, a metrics mapping or a gate; each is recognised by its content.

    A file may hold several runs, and all of them are stored. With --as, FILE#2 takes its second run, --model, --prompt
    and --name the one that they name.

    --started, --judge, --dataset and --version declare what a run's file does not say. They are printed with your name
    and count as known; a file that says something else is refused.
    """
    from readiness_tui.domain.runs.choice import RunChoice
    from readiness_tui.domain.text.format import plural
    from readiness_tui.services.importing.readers import checked_keep

    keep = checked_keep(keep_raw)
    choice = RunChoice(name=name, model=model, prompt=prompt)
    said = facts(started, judge, dataset, version)
    if explain:
        from readiness_tui.cli.explain import explain_files

        return explain_files(paths, format, mapping, choice, as_json=as_json)
    from readiness_tui.services.core.write import deferred
    from readiness_tui.services.importing.imported import Rejected, write_rejects
    from readiness_tui.services.importing.imports import import_path
    from readiness_tui.services.importing.one_gate import rival_gates
    from readiness_tui.services.importing.result import NothingUsableError
    from readiness_tui.services.review import printed

    results: list[ImportedFile] = []
    refused: list[tuple[str, str]] = []
    rejected: list[tuple[str, Sequence[Rejected]]] = []
    shown = paced("MB")
    rivals = rival_gates(paths) if format in (None, "gate") else {}
    with desk_of(session) as desk:
        with deferred(desk):
            for path in paths:
                try:
                    results += import_path(
                        desk,
                        path,
                        role=role,
                        format=format,
                        mapping=mapping,
                        prices=prices,
                        progress=shown,
                        reason=reason,
                        choice=choice,
                        rivals=rivals,
                        declared=said,
                        keep_raw=keep,
                    )
                except ReadinessError as refusal:  # the other files are still imported
                    refused.append((str(path), refusal.on_command_line))
                    if isinstance(refusal, NothingUsableError):
                        rejected.append((str(path), refusal.rejected))
        if any(not result.refused for result in results):
            printed.keep(desk)
    if rejects is not None:
        write_rejects(rejects, [*((result.path, result.rejected) for result in results), *rejected])
    failed = bool(refused) or any(result.refused and result.format for result in results)
    if as_json:
        say_json(
            {
                "schema": 1,
                "imports": [plain(result) for result in results if not result.refused],
                "refused": [
                    {"path": path, "reason": reason}
                    for path, reason in [*((r.path, r.refused) for r in results if r.refused), *refused]
                ],
            }
        )
    else:
        for result in results:
            say_import(result)
    for _, reason in refused:
        tell(f"readiness: {reason}")
    stored = sum(not result.refused for result in results)
    if failed and stored and not as_json:
        tell(f"readiness: {plural(stored, 'other file was', 'other files were')} imported, as said above.")
    return codes.UNUSABLE if failed else codes.GO


def say_import(result: ImportedFile) -> None:
    if result.refused:
        tell(one_line(result.summary))
        return
    say(one_line(result.summary))
    for changed in result.changes:
        say(f"  {one_line(changed)}")
    if result.asks_reason:
        tell(
            f'  Nobody said why: readiness import {one_line(result.path)} --reason "…" keeps the reason with the gate.'
        )
    for warning in result.warnings:
        tell(f"  {one_line(warning)}")
    for reject in result.rejected[:10]:
        tell(f"  line {reject.line}: {one_line(reject.reason)}")
    if len(result.rejected) > 10:
        tell(f"  … and {len(result.rejected) - 10:,} more; `readiness imports` prints them all")


def plain(result: ImportedFile) -> dict[str, object]:
    return {
        "path": result.path,
        "format": result.format,
        "why": result.why,
        "again": result.again,
        "runs": result.runs,
        "cases": result.cases,
        "traces": result.traces,
        "golden_cases": result.golden,
        "rejected": Streamed({"line": r.line, "reason": r.reason, "excerpt": r.excerpt} for r in result.rejected),
        "warnings": result.warnings,
        "changes": result.changes,
    }


@click.command("runs")
@as_json
@pass_session
def runs_command(session: Session, as_json: bool) -> None:
    """List the imported runs, newest first, with their role in the review."""
    from readiness_tui.services.review import printed

    with desk_of(session) as desk:
        rows = printed.runs(desk)
    if as_json:
        say_json({"schema": 1, "runs": rows}, kept=True)
        return
    if not rows:
        say("No run was imported yet: `readiness import PATH --as candidate`.")
    listed = [("run", "version", "tool", "started (UTC)", "cases", "role")]
    for row in rows:
        started = str(row["started"] or "unknown")[:16].replace("T", " ")
        name, version, tool, role = (one_line(str(row[key] or "")) for key in ("id", "version", "tool", "role"))
        listed.append((name, version, tool, started, f"{row['cases']:,}", role))
    say_table(listed, right=(4,), kept=True)
