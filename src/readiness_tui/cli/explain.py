"""`import --explain`: what an import would bring, printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readiness_tui.cli import codes
from readiness_tui.cli.common import say, say_json
from readiness_tui.domain.text.format import number, plural
from readiness_tui.domain.text.sanitise import one_line

if TYPE_CHECKING:
    from readiness_tui.domain.runs.choice import RunChoice
    from readiness_tui.services.importing.explain import Explained, ExplainedMetric

UNUSED = 12  # paths named


def explain_files(
    paths: Sequence[Path], format: str | None, mapping: Path | None, choice: RunChoice, *, as_json: bool
) -> int:
    """Print what each file would bring; exit status 2 where one cannot be imported."""
    from readiness_tui.services.importing.explain import explain_path
    from readiness_tui.services.importing.one_gate import rival_gates

    rivals = rival_gates(paths) if format in (None, "gate") else {}
    found = [one for path in paths for one in explain_path(path, format, mapping, choice, rivals)]
    if as_json:
        say_json({"schema": 1, "files": [_plain(one) for one in found]})
    else:
        for one in found:
            _say(one)
    return codes.UNUSABLE if any(one.refused for one in found) else codes.GO


def _say(one: Explained) -> None:
    say(one_line(one.path))
    if one.format:
        say(f"  recognised as {one.format}: {one_line(one.why)}")
    for other in one.also:
        say(f"  also fits {other}; --format {other} takes it as that")
    if one.refused:
        say(f"  cannot be imported: {one_line(one.refused, 600)}")
        if one.proposal:
            say("\n  A mapping for it: save what follows as map.yaml, correct it, and import with --map map.yaml.\n")
            say(one.proposal)
        elif one.why_no_proposal:
            say(f"  {one_line(one.why_no_proposal, 600)}")
        return
    brought = ((len(one.runs), "run"), (one.cases, "case"), (one.traces, "trace"), (one.golden, "golden case"))
    say(f"  brings {', '.join(plural(n, word) for n, word in brought if n) or one.title}")
    apart = len(one.runs) > 1 or any(found.number > 1 for found in one.runs)
    for found in one.runs:
        run = found.run
        start = run.started_at.isoformat(" ", "minutes") if run.started_at else "start unknown"
        said = f"{one_line(run.name, 60)}: {plural(found.cases, 'case')}, version {one_line(run.version, 60)}"
        say(f"  run {f'#{found.number} ' if apart else ''}{said}, {start}, {run.completeness}")
    if len(one.runs) > 1:
        say(f"  each can be named: {one_line(one.path)}#{one.runs[-1].number}, or by --model, --prompt or --name")
    if one.tracked is not None:
        say(f"\n  What became of it ({plural(one.tracked.sampled, 'record')} compared)")
        for use in one.tracked.fields:
            share = "" if use.filled == one.tracked.sampled else f" in {use.filled} of {one.tracked.sampled}"
            origin = " = ".join(map(one_line, use.paths)) or "derived, or not found word for word"
            say(f"    {one_line(use.name, 40)}{share}  ←  {origin}")
        if one.tracked.unused:
            left = len(one.tracked.unused) - UNUSED
            more = f" and {left} more" if left > 0 else ""
            say(f"    kept in the raw record: {', '.join(map(one_line, one.tracked.unused[:UNUSED]))}{more}")
    for found in one.runs:
        title = f"Metrics of #{found.number} {one_line(found.run.name, 60)}" if apart else "Metrics"
        _say_figures(title, found.figures)
    _say_figures("Metrics of the traces", one.trace_figures)
    _say_list("The format lacks", one.lacks)
    _say_list("Warnings", one.warnings)
    if one.rejected:
        shown = [f"line {reject.line}: {reject.reason}" for reject in one.rejects]
        left = one.rejected - len(shown)
        _say_list(f"Rejected: {plural(one.rejected, 'line')}", [*shown, *([f"… and {left:,} more"] if left else [])])
    if one.proposal:
        say(
            "\n  A mapping can say what the file does not: save what follows as map.yaml, answer what it asks, and import"
        )
        say(f"  with --map map.yaml.\n\n{one.proposal}")
    say()


def _say_figures(title: str, figures: Iterable[ExplainedMetric]) -> None:
    figures = list(figures)
    if not figures:
        return
    say(f"\n  {title}")
    for figure in figures:
        if figure.value is not None:
            of = f"{figure.used} of {figure.total}" if figure.total is not None else f"n {figure.used or 'unknown'}"
            note = f"; {one_line(figure.reason, 120)}" if figure.reason else ""
            say(f"    {one_line(figure.key, 44)}  {number(figure.value, figure.unit)} ({of}{note})")
    missing = [figure for figure in figures if figure.value is None]
    reasons: dict[str, list[str]] = {}
    for figure in missing:
        reasons.setdefault(figure.reason, []).append(one_line(figure.key, 44))
    for reason, keys in reasons.items():
        say(f"    not computable: {', '.join(keys)}: {one_line(reason, 200)}")


def _say_list(title: str, lines: Iterable[str]) -> None:
    lines = list(lines)
    if lines:
        say(f"\n  {title}")
        for line in lines:
            say(f"    {one_line(line, 300)}")


def _plain(one: Explained) -> dict[str, Any]:
    def figures(found: Iterable[ExplainedMetric]) -> list[dict[str, Any]]:
        names = ("key", "value", "unit", "used", "total", "reason")
        return [{name: getattr(figure, name) for name in names} for figure in found]

    tracked = one.tracked
    return {
        "path": one.path,
        "format": one.format or None,
        "why": one.why,
        "also": list(one.also),
        "refused": one.refused or None,
        "proposal": one.proposal or None,
        "why_no_proposal": one.why_no_proposal or None,
        "cases": one.cases,
        "traces": one.traces,
        "golden_cases": one.golden,
        "runs": [
            {
                "id": found.run.id,
                "number": found.number,
                "name": found.run.name,
                "model": found.run.model,
                "prompt": found.run.prompt_version,
                "version": found.run.version,
                "completeness": found.run.completeness.value,
                "cases": found.cases,
                "metrics": figures(found.figures),
            }
            for found in one.runs
        ],
        "trace_metrics": figures(one.trace_figures),
        "sampled": tracked.sampled if tracked else 0,
        "fields": [{"name": u.name, "filled": u.filled, "from": list(u.paths)} for u in tracked.fields]
        if tracked
        else [],
        "unused": list(tracked.unused) if tracked else [],
        "lacks": list(one.lacks),
        "warnings": one.warnings,
        "rejected": one.rejected,
        "rejects": [{"line": r.line, "reason": r.reason, "excerpt": r.excerpt} for r in one.rejects],
    }
