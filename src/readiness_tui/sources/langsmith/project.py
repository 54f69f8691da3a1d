"""LangSmith's projects (the API's /sessions): what they state of the experiments whose runs stand beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit import payload, unwrap
from readiness_tui.sources.kit.base import Counted, DeclaredCount, DeclaredMean
from readiness_tui.sources.kit.recordio import Entry, records


def declared_of(files: Iterable[Path], experiments: Collection[str]) -> Iterator[DeclaredCount | DeclaredMean]:
    """The number of runs of these experiments, and the averages of their feedback. `run_count` counts first runs."""
    for file in files:
        try:
            entries = [item.value for item in records(unwrap.inside(file)) if isinstance(item, Entry)]
        except ReadinessError:
            continue
        for entry in entries:
            ident = next((name for key in ("id", "name") if (name := payload.version(entry, key)) in experiments), None)
            if ident is None:
                continue
            where = f"{file.name}: the project {payload.version(entry, 'name', 'id')}"
            count = payload.count(entry.get("run_count"))
            if count:
                yield DeclaredCount(ident, Counted.CASES, count, f"{where}, run_count")
            for key, stats in payload.inner(entry, "feedback_stats").items():
                average = stats.get("avg") if isinstance(stats, dict) else None
                if payload.is_number(average):
                    yield DeclaredMean(ident, key, float(average), f"{where}, feedback_stats")
