"""The course's metrics mapping: one figure per metric, as JSON, JSON lines or CSV; of several records, each names its run.

{"faithfulness": 0.88, "retrieval_hit_rate": 0.82, "latency_p95_ms": 3100, "cost_per_success": 0.06}; in CSV one column
per metric, or the columns metric, value and n. n is unknown unless given. Fields of the run may be included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.metrics.registry import resolve
from readiness_tui.domain.runs.model import Aggregate, Run
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import GUESSED, Recognised, Record, RunStart
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.peek import FileKind, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.own.run_fields import ALIASES, aggregates, run_from

COURSE = frozenset({"faithfulness", "retrieval_hit_rate", "latency_p95_ms", "cost_per_success"})
#: Keys of records about a single case or request.
SINGLE = frozenset({"trace_id", "case_id", "question", "input", "output", "status", "latency_ms", "query", "response"})
LONG = frozenset({"metric", "value"})
_UNNAMED = (
    "none of its numbers has the name of a metric that is known here (docs/metrics.md lists them), so what they measure"
    ' is not known. Name one of them so, or say that all are metrics: {"metrics": {"name": 0.9}}'
)
_TOLD = (
    "id",
    "run_id",
    "name",
    "run",
    "pipeline_version",
    "version",
    "prompt_version",
    "model",
    "index_version",
    "dataset",
    "dataset_name",
    "started_at",
    "timestamp",
)  # what tells one run from another
_NAMELESS = (
    "it is one of several records, and names no run, version, model or time: a run cannot be told from one sample of a"
    ' run. If it is a run, say which: {"name": "nightly", "pipeline_version": "v4", …}. If it is a sample, give it its'
    " case: case_id and scores"
)


class MetricsMapping:
    name = "metrics_mapping"
    title = "a metrics mapping (faithfulness, retrieval_hit_rate, latency_p95_ms, cost_per_success …)"
    brings = ("a run with one figure per metric",)
    lacks = (
        "cases: a figure without them has no interval, no slices and cannot be compared case by case",
        "n, unless the file gives it",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        if not look.records:
            return None
        first = look.records[0]
        if look.keys & SINGLE:
            return None
        if look.keys >= LONG and look.kind in (FileKind.TABLE, FileKind.LINES, FileKind.ARRAY):
            return Recognised(self.name, f"rows with metric and value ({look.kind})", 70)
        metrics = _metrics(first)
        if not metrics or any(_figure(value, table=look.kind is FileKind.TABLE) is False for value in metrics.values()):
            return None
        if not _explained(first, metrics):
            names = ", ".join(list(metrics)[:4])
            return Recognised(self.name, f"only numbers, under no metric's name: {names} ({look.kind})", GUESSED)
        course = sorted(COURSE & metrics.keys())
        names = ", ".join(course or list(metrics)[:4])
        return Recognised(self.name, f"only numbers by metric name: {names} ({look.kind})", 80 if course else 30)

    def read(self, path: Path) -> Iterator[Record]:
        mark = digest(path)[:12]
        notes = fields.Notes()
        long: dict[str, Aggregate] = {}
        count = unnamed = nameless = 0
        alone = _records(path) < 2
        for item in records(path):
            if not isinstance(item, Entry):
                yield item
                continue
            try:
                if item.value.keys() >= LONG:
                    _add_row(long, item.value)
                    continue
                if not _explained(item.value, _metrics(item.value)):
                    unnamed += 1
                    raise RecordError(_UNNAMED)
                if not alone and not any(item.value.get(key) not in (None, "") for key in _TOLD):
                    nameless += 1
                    raise RecordError(_NAMELESS)
                count += 1
                ident = f"metrics-{mark}" + (f"-{count}" if count > 1 else "")
                yield RunStart(_run(item, ident, path.stem, notes))
            except RecordError as error:
                yield reject(item.line, str(error), item.raw)
        if (unnamed and not count and not long) or (long and not any(map(resolve, long))):
            raise ReadinessError(f"{path}: {_UNNAMED}.")
        if nameless and not count and not long:
            raise ReadinessError(f"{path}: {_NAMELESS}.")
        if long:
            run = run_from({}, ident=f"metrics-{mark}", name=path.stem, tool=self.name, notes=notes)
            yield RunStart(replace(run, aggregates=long))
        yield from notes.warnings(path.name)


def _records(path: Path) -> int:
    """How many records of figures a file has, 2 for more."""
    found = (item for item in records(path) if isinstance(item, Entry) and not item.value.keys() >= LONG)
    return sum(1 for _ in islice(found, 2))


def _explained(value: Mapping[str, Any], metrics: Mapping[str, Any]) -> bool:
    """Whether these are metrics: one of them is known, or the record says that they are."""
    return isinstance(value.get("metrics"), dict) or any(map(resolve, metrics))


def _run(entry: Entry, ident: str, name: str, notes: fields.Notes) -> Run:
    value = dict(entry.value)
    if entry.table:
        fields.drop_not_finite((value,), notes)
    found = _metrics(value)
    about = {key: item for key, item in value.items() if key not in found and key not in ("metrics", "n")}
    made = aggregates(found, fields.whole(value, "n") if value.get("n") is not None else None)
    if not any(figure.value is not None for figure in made.values()):
        raise RecordError("no metric with a value")
    return replace(run_from(about, ident=ident, name=name, tool=SOURCE.name, notes=notes), aggregates=made)


def _metrics(value: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics in a record: those under `metrics`, else all fields that do not describe the run."""
    inner = value.get("metrics")
    if isinstance(inner, dict):
        return dict(inner)
    return {key: item for key, item in value.items() if key not in ALIASES and key != "n"}


def _figure(value: Any, *, table: bool) -> bool:
    """Whether a value can be a metric's figure."""
    if value is None or (table and (value == "" or fields.not_finite(value))):
        return True
    if isinstance(value, dict):
        return "value" in value and _figure(value["value"], table=False)
    if table:
        return fields.cell_score("metric", value) is not None
    return fields.is_number(value)


def _add_row(long: dict[str, Aggregate], row: Mapping[str, Any]) -> None:
    name = fields.text(row, "metric")
    if not name:
        raise RecordError("the row names no metric")
    if name in long:
        raise RecordError(f"the metric {name} stands in the file already")
    long[name] = Aggregate(fields.number(row, "value"), fields.whole(row, "n"))


SOURCE = MetricsMapping()
