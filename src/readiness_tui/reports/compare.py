"""A candidate against its baseline: 80 columns or markdown for people, an object for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from readiness_tui.domain.compare.metrics import Compared, Unpaired
from readiness_tui.domain.compare.slices import Slices, by_slice
from readiness_tui.domain.compare.versions import Versions
from readiness_tui.domain.compare.words import CHANGE_GLYPHS
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.text.format import fit, moment, number, plural, width
from readiness_tui.domain.text.plain import plain
from readiness_tui.domain.text.secrets import mask
from readiness_tui.reports.plain import WIDTH, line, wrapped

SCHEMA = 1
TEMPLATE = "compare.md.j2"
LISTED = 30  # cases listed at one place of a text or a document; the rest is counted


def compare_object(versions: Versions) -> dict[str, Any]:
    """`compare --json`. Keys are stable; a change of meaning raises `schema`."""
    return {
        "schema": SCHEMA,
        "answer": mask(versions.answer),
        "least": versions.least,
        "candidate": [_run(data) for data in versions.candidate],
        "baseline": [_run(data) for data in versions.baseline],
        "shared": versions.shared,
        "new": [*map(mask, versions.new)],
        "removed": [*map(mask, versions.removed)],
        "metrics": [
            _metric(versions, row, _slices(versions, row)) for row in versions.rows
        ],
        "not_compared": [
            {"metric": mask(u.metric.key), "candidate": plain(u.candidate), "baseline": plain(u.baseline), "reason": mask(u.reason)}
            for u in versions.unpaired
        ],
        "remarks": [*map(mask, versions.remarks)],
    }  # fmt: skip


def compare_text(versions: Versions, row: Compared | None) -> str:
    """Every metric in a table, then the cases and slices of `row`; no line wider than 80 columns."""
    return "\n".join(part.rstrip() for part in _text(versions, row, _slices(versions, row) if row else None)) + "\n"


def compare_markdown(versions: Versions, templates_dir: Path | None = None) -> str:
    """GitHub-flavoured markdown."""
    from readiness_tui.reports.render import render  # Jinja only where a document is written

    return render(
        TEMPLATE,
        templates_dir,
        versions=versions,
        slices={row.metric.key: _slices(versions, row) for row in versions.rows},
        questions=versions.questions,
        unpaired_value=_unpaired_value,
        listed=LISTED,
    )


def _slices(versions: Versions, row: Compared) -> Slices:
    return by_slice(row, versions.candidate, versions.baseline)


def _run(data: RunData) -> dict[str, Any]:
    run = data.run
    return {
        "id": mask(run.id),
        "version": mask(run.version),
        "tool": run.tool,
        "started_at": plain(run.started_at),
        "cases": len(data.cases),
    }


def _metric(versions: Versions, row: Compared, slices: Slices) -> dict[str, Any]:
    shift = row.shift
    p = row.flips.p if shift is None else shift.p
    return {
        "metric": mask(row.metric.key),
        "direction": row.direction.value,
        "direction_assumed": row.assumed,
        "baseline": plain(row.comparison.baseline),
        "candidate": plain(row.comparison.candidate),
        "change": plain(row.comparison.change.value),
        "low": plain(shift.low) if shift else None,
        "high": plain(shift.high) if shift else None,
        "p": float(p) if p is not None else None,
        "test": "exact McNemar" if shift is None else "paired bootstrap" if shift.p is not None else None,
        "result": row.word,
        "answer": mask(row.text),
        "shared": row.flips.shared,
        "better": [*map(mask, row.flips.better)],
        "worse": [*map(mask, row.flips.worse)],
        "tied": [*map(mask, row.flips.tied)],
        "new": [*map(mask, row.comparison.new)],
        "removed": [*map(mask, row.comparison.removed)],
        "diagnosis": versions.diagnoses.get(row.metric.key),
        "slices_looked_at": len(slices.found),
        "slices_tested": slices.tested,
        "slices": [
            {
                "tag": mask(part.tag),
                "shared": part.flips.shared,
                "baseline": plain(part.baseline),
                "candidate": plain(part.candidate),
                "change": plain(part.change),
                "better": len(part.flips.better),
                "worse": len(part.flips.worse),
                "p_holm": float(part.p) if part.p is not None else None,
                "result": slices.word(part),
            }
            for part in slices.found
        ],
    }


def _text(versions: Versions, row: Compared | None, slices: Slices | None) -> Iterator[str]:
    for role, runs in (("candidate", versions.candidate), ("baseline", versions.baseline)):
        for data in runs:
            said = f"{data.run.name or data.run.id}, version {data.run.version}, {plural(len(data.cases), 'case')}"
            yield from wrapped(f"{said}, started {moment(data.run.started_at)}", f"{role:<10} ")
    yield ""
    for said in filter(None, (versions.answer, versions.scanned, versions.least)):
        yield from wrapped(said, "")
    if versions.rows:
        yield ""
        yield f"  {'metric':<19} {'baseline':>9} {'candidate':>9} {'change':>9} {'better':>6} {'worse':>5} by luck?"
    for other in versions.rows:
        yield (
            f"  {fit(line(other.name), 19)} {other.value(other.comparison.baseline):>9}"
            f" {other.value(other.comparison.candidate):>9} {other.change:>9} {len(other.flips.better):>6}"
            f" {len(other.flips.worse):>5} {CHANGE_GLYPHS[other.word]} {other.word}"
        )
    if row is not None and slices is not None:
        yield ""
        yield from _cases(versions, row, slices)
    for title, keys in (("NEW", versions.new), ("REMOVED", versions.removed)):
        if keys:
            side = "candidate" if title == "NEW" else "baseline"
            yield ""
            more = f" and {len(keys) - LISTED:,} more" if len(keys) > LISTED else ""
            named = f"{', '.join(keys[:LISTED])}{more}"
            yield from wrapped(f"{plural(len(keys), 'case')} in the {side} alone: {named}", f"{title}  ")
    if versions.unpaired:
        yield ""
        yield "NOT COMPARED"
    for lone in versions.unpaired:
        figures = f"baseline {_unpaired_value(lone, lone.baseline)}, candidate {_unpaired_value(lone, lone.candidate)}"
        yield from wrapped(f"{lone.metric.key}: {figures}; {lone.reason}", "  – ")
    for remark in versions.remarks:
        yield from wrapped(remark, "  · ")


def _cases(versions: Versions, row: Compared, slices: Slices) -> Iterator[str]:
    yield from wrapped(row.text, f"{line(row.name).upper()}  ")
    least = f"on these cases {row.least}" if row.shift and row.least else ""
    for said in filter(None, (versions.diagnoses.get(row.metric.key), least, slices.text)):
        yield from wrapped(f"{said[0].upper()}{said[1:]}.", "  ")
    questions = versions.questions
    for key, way in row.flips.moves[:LISTED]:
        lead = f"  {CHANGE_GLYPHS[way]} {way:<6} {fit(line(key), 14)} {row.figures(key):<15} "
        yield lead + fit(line(questions.get(key, "")), max(WIDTH - width(lead), 8))
    if len(row.flips.moves) > LISTED:
        yield f"    and {len(row.flips.moves) - LISTED:,} more"


def _unpaired_value(lone: Unpaired, value: float | None) -> str:
    return number(value, lone.metric.unit, up=lone.metric.direction == "lower")
