"""Candidate against baseline: of the review, or of two files without a database; on screen, printed, as a document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock

from readiness_tui.domain.compare.versions import Versions, compare_versions
from readiness_tui.domain.runs.choice import NO_CHOICE, RunChoice
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.measure import Measured

#: A screen asks from several threads at once, and the first answer serves them all.
_ONE_AT_A_TIME = Lock()


def review_versions(desk: Desk, measured: Measured) -> Versions:
    """The review's candidate against its baseline; cached until either changes."""
    with _ONE_AT_A_TIME:
        kept = desk.cache.get("versions")
        if kept is not None and kept[0] is measured:
            made: Versions = kept[1]
            return made
        rules = measured.gate.gate.rules if measured.gate.gate else ()
        made = compare_versions(measured.candidate, measured.baseline, rules)
        desk.cache["versions"] = (measured, made)
        return made


def file_versions(
    baseline: Path,
    candidate: Path,
    eval_sets: Sequence[Path] = (),
    choice: RunChoice = NO_CHOICE,
    variant: str = "",
) -> Versions:
    """Two files with one version each, or two runs of one (FILE#1 and FILE#2). `choice`: which runs are meant.

    Raises ReadinessError for a file that brings no run, or several versions.
    """
    from readiness_tui.services.gate.offline import Meant, read_files, refuse_unnamed

    sides = "the candidate", "the baseline"
    found = read_files([candidate], [baseline], (), eval_sets, sides=sides, choice=choice, meant=Meant(variant=variant))
    refuse_unnamed((), found)
    made = compare_versions(found.candidate, found.baseline)
    return replace(made, remarks=(*found.remarks, *made.remarks))


def file_name(versions: Versions) -> str:
    """What the document is called unless somebody says otherwise: "compare-rag-v4.md"."""
    version = versions.candidate[0].run.version if versions.candidate else ""
    return f"compare-{re.sub(r'[^A-Za-z0-9._-]+', '-', version)[:60].strip('-.') or 'runs'}.md"


def export(versions: Versions, path: Path) -> None:
    """Write the document. Raises ReadinessError where the folder is missing or read-only."""
    from readiness_tui.reports.atomic import write_text
    from readiness_tui.reports.compare import compare_markdown

    write_text(path, compare_markdown(versions))
