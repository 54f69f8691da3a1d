"""A W&B run, from its `.wandb` file or from the files that older versions wrote instead.

Facts about the format, seen in output of wandb 0.31 and 0.16: values are JSON texts; NaN is written as a bare NaN in the
history and as null in the summary. The summary of a metric that was logged at every step is its last value. A table's
rows are in a separate file, which the summary names with its SHA-256. Without an exit record the run did not end.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from readiness_tui.domain.runs.model import Aggregate, Completeness, Run
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.fileio import unreadable
from readiness_tui.sources.kit.jsonio import MAX_DEPTH, RecordError, as_null, decode, quoted
from readiness_tui.sources.kit.measures import moved
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.kit.peek import BOM
from readiness_tui.sources.wandb.log import Message, number, text, texts
from readiness_tui.sources.wandb.log import inner as messages
from readiness_tui.sources.wandb.log import message as parse

TOOL = "Weights & Biases"
_TABLES = frozenset({"table-file", "table"})
_VERSIONS = {
    "pipeline_version": ("pipeline_version", "app_version", "release"),
    "prompt_version": ("prompt_version", "promptVersion"),
    "model": ("model", "model_name", "llm"),
    "index_version": ("index_version", "indexVersion"),
    "judge": ("judge", "judge_model"),
    "dataset_name": ("dataset", "dataset_name"),
}
# wandb_internal.proto: fields of Record, of RunRecord, and of the items of config, summary and history.
_HISTORY, _SUMMARY, _CONFIG, _RUN, _EXIT = 2, 3, 5, 17, 18
_KEY, _NESTED_KEY, _VALUE = 1, 2, 16
_UPDATE, _REMOVE = 1, 2


@dataclass(frozen=True, slots=True)
class TableRef:
    """A logged table: the key it was logged under, its file below the run's files, its digest and number of rows."""

    key: str
    path: str
    sha256: str | None
    rows: int | None


@dataclass(slots=True)
class LoggedRun:
    """What a run logged."""

    run_id: str = ""
    name: str = ""
    project: str = ""
    group: str = ""
    job: str = ""
    tags: tuple[str, ...] = ()
    version: str | None = None
    started_at: datetime | None = None
    seconds: int | None = None
    exit_code: int | None = None
    ended: bool | None = None  # None: the files do not say
    config: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    steps: Counter[str] = field(default_factory=Counter)
    lost: set[str] = field(default_factory=set)

    def add(self, data: bytes) -> None:
        """One record of the `.wandb` file. Raises RecordError."""
        record = parse(data)
        for item in (item for part in messages(record, _HISTORY) for item in messages(part, 1)):
            self.steps[".".join(_path(item))] += 1
        for part in messages(record, _SUMMARY):
            self._update(self.summary, part)
        for part in messages(record, _CONFIG):
            self._update(self.config, part)
        for run in messages(record, _RUN):
            self._describe(run)
        for end in messages(record, _EXIT):
            self.ended, self.exit_code, self.seconds = True, _signed(number(end, 1)), number(end, 2) or None

    def _describe(self, run: Message) -> None:
        self.run_id, self.project, self.name = text(run, 1), text(run, 3), text(run, 8)
        self.group, self.job, self.tags = text(run, 6), text(run, 7), tuple(texts(run, 10))
        for part, into in ((4, self.config), (5, self.summary)):
            for found in messages(run, part):
                self._update(into, found)
        for time in messages(run, 17):
            try:
                self.started_at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=number(time, 1), microseconds=number(time, 2) // 1000)  # fmt: skip
            except OverflowError:
                self.started_at = None
        for telemetry in messages(run, 19):
            self.version = text(telemetry, 5) or None

    def _update(self, into: dict[str, Any], part: Message) -> None:
        for item in messages(part, _UPDATE):
            path = _path(item)
            raw, bare = as_null(text(item, _VALUE).encode())
            if path and raw:
                if bare and raw == b"null":
                    self.lost.add(".".join(path))
                _put(into, path, decode(raw))
        for item in messages(part, _REMOVE):
            holder: Any = into
            *above, last = _path(item) or [""]
            for step in above:
                holder = inner(holder, step)
            holder.pop(last, None)

    def tables(self) -> Iterator[TableRef]:
        """All tables in the summary, at any depth."""
        for key, value in _leaves(self.summary):
            if isinstance(value, dict) and isinstance(value.get("path"), str):
                sha = value.get("sha256")
                yield TableRef(
                    key, value["path"], sha if isinstance(sha, str) else None, payload.count(value.get("nrows"))
                )


def run_of(logged: LoggedRun, where: str, *, run_id: str, short: bool = False) -> Run:
    """The run. `run_id`: used if the files do not name it. `short`: one of its tables is missing."""
    aggregates, warnings = _aggregates(logged, where)
    if logged.ended is None:
        warnings.append(f"{where}: the files do not say whether the run ended.")
    elif not logged.ended:
        warnings.append(f"{where}: the run did not end, or its end was not written: it is taken as partial.")
    if not logged.seconds or logged.started_at is None:
        finished = None
    else:
        finished = moved(logged.started_at, min(logged.seconds, 10**9) * 1000)
    partial = short or logged.ended is False
    own = {
        "config": payload.masked({key: value for key, value in logged.config.items() if key != "_wandb"}),
        "project": logged.project,
        "group": logged.group,
        "job_type": logged.job,
    }
    versions: dict[str, Any] = {name: payload.version(logged.config, *names) for name, names in _VERSIONS.items()}
    return Run(
        id=logged.run_id or run_id,
        name=logged.name or logged.run_id or run_id,
        tool=TOOL,
        tool_version=logged.version,
        **versions,
        started_at=logged.started_at,
        finished_at=finished,
        completeness=Completeness.ERRORED
        if logged.exit_code
        else Completeness.PARTIAL
        if partial
        else Completeness.COMPLETE,
        aggregates=aggregates,
        tags=logged.tags,
        warnings=tuple(warnings),
        # A digest in the config is the hash of the team's own file, not our digest of a golden set.
        extra={key: value for key, value in own.items() if value},
    )


def table_file(files: Path, ref: TableRef) -> Path | None:
    """The table's file inside the run's folder; None if the name points outside it."""
    path = files / ref.path
    try:
        inside = path.resolve().is_relative_to(files.resolve())
    except (OSError, ValueError, RuntimeError):
        return None
    return path if inside and ".." not in Path(ref.path).parts else None


def is_logged(path: Path, ref: TableRef) -> bool:
    """Whether the file's content is the one that was logged."""
    try:
        return ref.sha256 is None or hashlib.sha256(path.read_bytes()).hexdigest() == ref.sha256
    except OSError as error:
        raise unreadable(path, error) from error


def as_json(path: Path, limit: int) -> dict[str, Any]:
    """The object in a small JSON file; NaN and infinities are None. Raises RecordError."""
    try:
        data = path.read_bytes().removeprefix(BOM)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(data) > limit:
        raise RecordError(f"the file has more than {limit // 2**20} MiB")
    value = decode(as_null(data)[0])
    if not isinstance(value, dict):
        raise RecordError("not a JSON object")
    return value


def _aggregates(logged: LoggedRun, where: str) -> tuple[dict[str, Aggregate], list[str]]:
    found: dict[str, Aggregate] = {}
    lost: list[str] = []
    last: list[str] = []
    for key, value in _leaves(logged.summary):
        if key.startswith("_") or isinstance(value, (dict, list, bool)):
            continue
        if value is None or value in ("NaN", "Infinity", "-Infinity"):
            lost.append(key)
            found[key] = Aggregate(None)
        elif payload.is_number(value) and math.isfinite(value):
            found[key] = Aggregate(float(value))
            if logged.steps[key] > 1:
                last.append(key)
    said = []
    if lost:
        said.append(f"{where}: {', '.join(quoted(key) for key in lost)}: NaN, infinite or null; taken as missing.")
    if last:
        keys = ", ".join(quoted(key) for key in last)
        steps = max(logged.steps[key] for key in last)
        said.append(f"{where}: {keys}: logged at up to {steps} steps; W&B's summary is the last value alone.")
    return found, said


def _leaves(value: Mapping[str, Any], above: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Keys and values, with nested keys joined by dots; a logged media object is one value."""
    for key, part in value.items():
        name = f"{above}{key}"
        if isinstance(part, dict) and depth < MAX_DEPTH and part.get("_type") not in _TABLES and "_type" not in part:
            yield from _leaves(part, f"{name}.", depth + 1)
        elif not isinstance(part, dict) or part.get("_type") in _TABLES:
            yield name, part


def _path(item: Message) -> list[str]:
    return texts(item, _NESTED_KEY) or texts(item, _KEY)[-1:]


def _put(into: dict[str, Any], path: list[str], value: Any) -> None:
    if len(path) > MAX_DEPTH:
        raise RecordError(f"a key nested deeper than {MAX_DEPTH} levels")
    for step in path[:-1]:
        held = into.get(step)
        if not isinstance(held, dict):
            held = into[step] = {}
        into = held
    into[path[-1]] = value


def _signed(value: int) -> int:
    """protobuf's int32: negative numbers are written as 64-bit ones."""
    return value - 2**64 if value >= 2**63 else value


def moment(known: Mapping[str, Any], name: str) -> datetime | None:
    """A time; None where it cannot be read."""
    try:
        return fields.moment(known, name)
    except RecordError:
        return None
