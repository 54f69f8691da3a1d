"""What an import brought, or why nothing of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Run
from readiness_tui.domain.text.format import plural
from readiness_tui.services.importing.rejected import RejectedLines


class NothingUsableError(ReadinessError):
    """A file of which every line was rejected; nothing of it is stored."""

    def __init__(self, path: str, rejected: RejectedLines) -> None:
        first = f" The first: line {rejected[0].line}, {rejected[0].reason}." if rejected else ""
        super().__init__(f"{path}: nothing in it could be used; {plural(len(rejected), 'line')} rejected.{first}")
        self.rejected = rejected


def hold_nothing(runs: Sequence[Run], cases: int, rejected: int) -> bool:
    """Whether the runs of a file are the reader's word alone: no case and no figure stands in any, and its lines were
    rejected, or there was none and nothing else is said of a run. A reader of rows begins one before it has seen any."""
    if cases or any(run.aggregates for run in runs):
        return False
    return rejected > 0 or not any(getattr(run, name) for run in runs for name in _SAID)


_SAID = ("pipeline_version", "prompt_version", "model", "judge", "started_at", "finished_at", "declared_cases", "extra")


@dataclass(slots=True)
class ImportedFile:
    """What one file brought. `again`: the same bytes were imported before, nothing changed.

    `refused`: why nothing of a folder's file was used; without a format it was only skipped: nobody's, or read along
    with another file.
    """

    path: str
    format: str
    why: str = ""
    runs: int = 0
    cases: int = 0
    traces: int = 0
    golden: int = 0
    again: bool = False
    declared: bool = False  # something was declared of its runs
    cancelled: bool = False
    refused: str = ""
    run_ids: list[str] = field(default_factory=list)
    rejected: RejectedLines = field(default_factory=RejectedLines)
    warnings: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)  # what a new version of a gate changed
    asks_reason: bool = False  # … and nobody said why

    @property
    def summary(self) -> str:
        """One line for a person."""
        brought = ((self.runs, "run"), (self.cases, "case"), (self.traces, "trace"), (self.golden, "golden case"))
        counts = [plural(n, one) for n, one in brought if n]
        if self.format == "gate":
            counts = ["the review's gate"]
        tail = f", {plural(len(self.rejected), 'line')} rejected" if self.rejected else ""
        if self.refused:
            return f"{'not used' if self.format else 'skipped'}: {self.refused}"
        if self.again:
            kept = "what was declared of it is kept" if self.declared else "nothing changed"
            return f"{self.path}: imported before, {kept} ({self.format})"
        if self.cancelled:
            return f"{self.path}: cancelled, nothing was kept"
        return f"{self.path}: {', '.join(counts) or 'nothing'} ({self.format}){tail}"
