"""What people save of W&B's runs as rows: figures of a run each, never cases.

- a chart's CSV: `Step` (or another axis) and a column `<run> - <metric>`, with `<column>__MIN` and `__MAX` beside it;
- the runs table's CSV: Name, State, Notes, User, Tags, Created, Runtime, Sweep, then config and summary unprefixed;
- the public API's frame of its documentation (docs.wandb.ai, "Export data"): summary, config, name, the first two as
  Python literals in a CSV;
- a run's history, `run.history()`, and `wandb-history.jsonl` of clients before 0.10: _step, _runtime, _timestamp and
  the metrics. A metric's last value is what the run's summary has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Aggregate, Completeness, Run
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import Record, RunStart, Warn
from readiness_tui.sources.kit.fileio import digest, head
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.literal import structure
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.wandb.run import TOOL, LoggedRun, moment, run_of

_AXES = frozenset(
    {"step", "_step", "global_step", "epoch", "wall time", "relative time (process)", "relative time (wall)", "time"}
)
_TWINS = ("__MIN", "__MAX")
_TABLE = frozenset({"Name", "State", "Created", "Runtime"})
_ABOUT = _TABLE | {
    "ID",
    "Notes",
    "User",
    "Tags",
    "Sweep",
    "Group",
    "Job Type",
    "Updated",
    "End Time",
    "Hostname",
    "GPU Type",
}
_FRAME = frozenset({"summary", "config", "name"})
_ROWS = (FileKind.TABLE, FileKind.LINES, FileKind.ARRAY)
_ENDED = {"finished": Completeness.COMPLETE, "crashed": Completeness.ERRORED, "failed": Completeness.ERRORED, "killed": Completeness.ERRORED}  # fmt: skip


def kind_of(look: Peek) -> str | None:
    """Which of these exports it is: "chart", "runs", "api", "history", "events"; None if none."""
    if look.kind not in _ROWS:
        return None
    keys = look.keys
    if look.kind is FileKind.TABLE and _is_chart(keys):
        return "chart"
    if keys >= _TABLE and keys & {"User", "Sweep", "Tags"}:
        return "runs"
    if keys >= _FRAME and keys <= _FRAME | {"id", "state", "created_at", "tags", "url", "group", "user"}:
        return "api"
    if keys >= {"_runtime", "_timestamp"} or keys >= {"_step", "_timestamp"}:
        rest = {key for key in keys if not key.startswith(("_", "system."))}
        return "history" if rest else "events"
    return None


def _is_chart(columns: frozenset[str]) -> bool:
    plain = [name for name in columns if not name.endswith(_TWINS)]
    lines = [name for name in plain if " - " in name]
    axes = [name for name in plain if " - " not in name]
    known = len(axes) == 1 and axes[0].strip().lower() in _AXES
    return (
        bool(lines)
        and len(axes) <= 1
        and (known or all(f"{name}{twin}" in columns for name in lines for twin in _TWINS))
    )


def read_rows(path: Path, kind: str) -> Iterator[Record]:
    """The runs. Raises ReadinessError where the file is only about the machine."""
    if kind == "events":
        raise ReadinessError(
            f"{path} has only W&B's own measurements of the machine. Import the run's summary or history."
        )
    notes = fields.Notes()
    if kind in ("chart", "history"):
        yield from _over_steps(path, kind)
    else:
        yield from _a_row_a_run(path, kind, notes)
    yield from notes.warnings(path.name)


@dataclass(slots=True)
class _Line:
    """A metric over the steps of a run: its last value with its step, and how many there were."""

    at: float = float("-inf")
    value: float | None = None
    count: int = 0
    after: int = 0  # nulls since then


@dataclass(slots=True)
class _Lines:
    by_run: dict[str, dict[str, _Line]] = field(default_factory=dict)

    def add(self, run: str, metric: str, at: float, cell: Any) -> None:
        line = self.by_run.setdefault(run, {}).setdefault(metric, _Line())
        value = figure(cell)
        if value is None and not fields.not_finite(cell):
            line.after += cell is None  # not logged at this step, or a NaN that was written as null
            return
        if at >= line.at:
            line.at, line.value, line.after = at, value, 0
        line.count += 1


def _over_steps(path: Path, kind: str) -> Iterator[Record]:
    lines = _Lines()
    look = peek(head(path))
    axis = next((name for name in look.keys if " - " not in name), "") if kind == "chart" else "_step"
    for number, item in enumerate(records(path)):
        if not isinstance(item, Entry):
            yield item
            continue
        step = figure(item.value.get(axis))
        at = float(number) if step is None else step
        for name, cell in item.value.items():
            if kind == "history":
                if not name.startswith(("_", "system.", "gradients/", "parameters/")) and not isinstance(
                    cell, (dict, list)
                ):
                    lines.add(path.stem, name, at, cell)
            elif name != axis and not name.endswith(_TWINS):
                run, _, metric = name.rpartition(" - ")
                lines.add(run, metric, at, cell)
    mark = digest(path)[:12]
    for number, (name, found) in enumerate(lines.by_run.items(), 1):
        steps = max(line.count for line in found.values())
        used = {metric: line for metric, line in found.items() if line.count}
        said = [f"{path.name}: {name}: each figure is the last of up to {steps} steps, and it describes no run: its version, start and dataset are unknown."]  # fmt: skip
        if lost := sorted(metric for metric, line in used.items() if line.value is None):
            said.append(f"{path.name}: {', '.join(lost)}: NaN or infinite at the last step; taken as missing.")
        if later := sorted(metric for metric, line in used.items() if line.after):
            said.append(f"{path.name}: {', '.join(later)}: null or NaN after the step whose number is taken.")
        yield RunStart(
            Run(
                id=f"wandb-{mark}" + (f"-{number}" if number > 1 else ""),
                name=name,
                tool=TOOL,
                aggregates={metric: Aggregate(line.value) for metric, line in used.items()},
                warnings=tuple(said),
            )
        )
    if not lines.by_run:
        yield Warn(f"{path.name}: it has no figure.")


def _a_row_a_run(path: Path, kind: str, notes: fields.Notes) -> Iterator[Record]:
    mark = digest(path)[:12]
    number = 0
    for item in records(path):
        if not isinstance(item, Entry):
            yield item
            continue
        number += 1
        try:
            if kind == "runs":
                yield RunStart(_from_table(item.value, path, f"wandb-{mark}-{number}", notes))
            else:
                yield RunStart(_from_api(item.value, path, f"wandb-{mark}-{number}"))
        except RecordError as error:
            yield reject(item.line, str(error), item.raw)


def _from_table(row: Mapping[str, Any], path: Path, ident: str, notes: fields.Notes) -> Run:
    logged = LoggedRun()
    logged.run_id = fields.text(row, "ID") or ident
    logged.name = fields.text(row, "Name") or logged.run_id
    logged.started_at = moment(row, "Created")
    seconds = figure(row.get("Runtime"))
    logged.seconds = int(seconds) if seconds and 0 < seconds < 1e9 else None
    logged.tags = tuple(tag.strip() for tag in str(row.get("Tags") or "").split(",") if tag.strip())
    logged.group = str(row.get("Group") or "")
    for name, cell in row.items():
        if name in _ABOUT or cell is None:
            continue
        value = figure(cell)
        if value is not None or fields.not_finite(cell):
            logged.summary[name] = value
            notes.add(
                "the table does not say which columns are settings and which are results: every number is taken as a figure"
            )
        else:
            logged.config[name] = cell
    state = str(row.get("State") or "").lower()
    return _stated(logged, state, path)


def _from_api(row: Mapping[str, Any], path: Path, ident: str) -> Run:
    logged = LoggedRun()
    for name, into in (("summary", logged.summary), ("config", logged.config)):
        value = structure(row.get(name))
        if not isinstance(value, dict):
            raise RecordError(f"{name} is neither JSON nor a Python literal of an object")
        into.update(value)
    logged.name = fields.text(row, "name") or ""
    logged.run_id = fields.text(row, "id") or ident
    seconds = payload.amount(logged.summary.get("_runtime"))
    logged.seconds = int(seconds) if seconds else None
    return _stated(logged, str(row.get("state") or "").lower(), path)


def _stated(logged: LoggedRun, state: str, path: Path) -> Run:
    logged.ended = None if state not in _ENDED and state != "running" else state != "running"
    logged.exit_code = 1 if _ENDED.get(state) is Completeness.ERRORED else None
    return run_of(logged, path.name, run_id=logged.run_id)


def figure(cell: Any) -> float | None:
    """The number in a cell, also as text; None where it is none."""
    if isinstance(cell, str):
        return fields.cell_score("value", cell)
    return float(cell) if payload.is_number(cell) else None
