"""MLflow's file store, the folder `mlruns`: a small file for each figure, parameter and tag.

As MLflow 3.17.2 and 2.22.5 write it (store/tracking/file_store.py): `<experiment>/meta.yaml`; `<experiment>/<run>/` with
meta.yaml (a status as number), `metrics/<key>` (lines "timestamp value step", a key with slashes is a path), `params/`,
`tags/`, `inputs/`; `<experiment>/traces/<id>/` with trace_info.yaml, `request_metadata/`, `tags/`, `assessments/*.yaml`
and `artifacts/traces.json`, the spans. A deleted run stays, marked in its meta.yaml; a deleted experiment is moved to
`.trash`. `datasets/` and `models/` beside the runs are no runs. A part of the store (an experiment, a run, its traces)
that somebody copied is read the same way.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import Progress, Recognised, Reject, Warn
from readiness_tui.sources.kit.fileio import unreadable
from readiness_tui.sources.kit.folder import size
from readiness_tui.sources.mlflow import artifacts
from readiness_tui.sources.mlflow.parts import Aside, RunItem, TraceItem

META, TRACE_INFO = "meta.yaml", "trace_info.yaml"
_RUN = re.compile(rb"^run_(?:id|uuid):", re.MULTILINE)
_EXPERIMENT = re.compile(rb"^experiment_id:", re.MULTILINE)
_TRACE = re.compile(rb"^(?:trace|request)_id:", re.MULTILINE)
#: Folders of an experiment, and of a run or trace, that hold the store's own files.
_OWN = frozenset({"metrics", "params", "tags", "inputs", "outputs", "request_metadata", "assessments"})
_STATUS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}  # RunStatus, service.proto
_HEAD = 16 * 1024
_SMALL = 1024 * 1024  # of one value
_EVERY = 200


def claims(folder: Path) -> str | None:
    """What part of a store a folder is; None if it is none."""
    if (kind := _kind(folder)) is not None:
        return f"{kind} of MLflow's file store"
    try:
        held = [one for one in os.scandir(folder) if not one.name.startswith(".")]
        below = [Path(one.path) for one in held if one.is_dir()]
    except OSError:
        return None
    if not below or len(below) < len(held):  # other files stand beside it: then the parts are taken by themselves
        return None
    kinds = {path.name: _kind(path) for path in below}
    named = set(kinds.values()) - {None}
    if not named or any(kind is None and name != "models" for name, kind in kinds.items()):
        return None
    return (
        "MLflow's file store (experiments with meta.yaml)"
        if "an experiment" in named
        else "a part of MLflow's file store"
    )


def owner(path: Path) -> Path | None:
    """The run or trace to which a file belongs as part of the store; None if it is no such file."""
    if path.name in (META, TRACE_INFO) and _kind(path.parent) is not None:
        return path.parent
    for above in path.parents:
        if above.name in _OWN and (_kind(above.parent) is not None):
            return above.parent
        if above.name == "artifacts" and path.name == artifacts.FILE and _kind(above.parent) == "a trace":
            return above.parent
    return None


def _kind(folder: Path) -> str | None:
    if _begins(folder / TRACE_INFO, _TRACE):
        return "a trace"
    if _begins(folder / META, _RUN):
        return "a run"
    return "an experiment" if _begins(folder / META, _EXPERIMENT) else None


def _begins(path: Path, mark: re.Pattern[bytes]) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return mark.search(file.read(_HEAD)) is not None
    except OSError:
        return False


class FileStore:
    """The runs and traces below one folder."""

    tool_version: str | None = None

    def __init__(self, root: Path, notes: fields.Notes) -> None:
        self._root = root
        self._notes = notes
        self._runs: list[Path] = []
        self._traces: list[Path] = []
        self._experiments: dict[Path, Mapping[str, Any]] = {}
        self._find(root)
        above = root.parent
        if self._runs and not self._experiments and _kind(above) == "an experiment":
            self._experiments[above] = {}

    def files(self) -> tuple[Path, ...]:
        """Every file that is read, sorted."""
        found: list[Path] = [folder / META for folder in self._experiments]
        for run in self._runs:
            found += [
                run / META,
                *(file for name in ("metrics", "params", "tags", "inputs") for file in _below(run / name)),
            ]
        for trace in self._traces:
            found += [trace / TRACE_INFO, trace / "artifacts" / artifacts.FILE]
            found += [file for name in ("request_metadata", "tags", "assessments") for file in _below(trace / name)]
        found += [file for _, file in self.artifacts()]
        return tuple(sorted(file for file in found if file.is_file() and file.is_relative_to(self._root)))

    def artifacts(self) -> Iterator[tuple[str, Path]]:
        """Run id and file of what the runs logged as files."""
        for run in self._runs:
            yield from ((run.name, file) for file in _below(run / "artifacts"))

    def runs(self) -> Iterator[RunItem | Aside]:
        for number, run in enumerate(self._runs, 1):
            try:
                info = dict(_yaml(run / META))
                status = info.get("status")
                info["status"] = _STATUS.get(status, str(status)) if isinstance(status, int) else status
                metrics: list[dict[str, Any]] = []
                for key, file in _values(run / "metrics"):
                    yield from self._metric(key, file, metrics)
                data = {"metrics": metrics, "params": self._texts(run / "params"), "tags": self._texts(run / "tags")}
                experiment = self._experiment(run.parent)
                if experiment.get("lifecycle_stage") == "deleted":
                    info["lifecycle_stage"] = "deleted"
            except ReadinessError as error:
                yield Reject(number, f"the run in {one_line(run.name)}: {error}")
                continue
            name = experiment.get("name")
            inputs = {"dataset_inputs": self._datasets(run)}
            yield number, {"info": info, "data": data, "inputs": inputs}, name if isinstance(name, str) else None
        trash = [one for one in _folders(self._root / ".trash", hidden=True) if _kind(one) == "an experiment"]
        if trash:
            yield Warn(f"{self._root.name}: {plural(len(trash), 'deleted experiment')} in .trash left out.")

    def traces(self, *, spans: bool) -> Iterator[TraceItem | Aside]:
        in_all = size(*(trace / "artifacts" / artifacts.FILE for trace in self._traces)) if spans else 0
        for number, trace in enumerate(self._traces, 1):
            if spans and number % _EVERY == 0:
                yield Progress(in_all * number // len(self._traces), in_all)
            try:
                info = dict(_yaml(trace / TRACE_INFO))
                info["trace_metadata"] = self._texts(trace / "request_metadata")
                info["tags"] = self._texts(trace / "tags")
                said = [_yaml(file) for _, file in _values(trace / "assessments")]
                info["assessments"] = said or info.get("assessments")
                steps = artifacts.spans_in(trace / "artifacts" / artifacts.FILE, self._notes) if spans else None
            except ReadinessError as error:
                if spans:
                    yield Reject(number, f"the trace in {one_line(trace.name)}: {error}")
                continue
            yield number, info, (), steps

    def _find(self, folder: Path) -> None:
        kind = _kind(folder)
        if kind == "a run":
            self._runs.append(folder)
        elif kind == "a trace":
            self._traces.append(folder)
        elif kind == "an experiment":
            self._experiments[folder] = {}
            for below in _folders(folder):
                if below.name == "traces":
                    self._traces += [one for one in _folders(below) if _kind(one) == "a trace"]
                elif _kind(below) == "a run":
                    self._runs.append(below)
        else:
            for below in _folders(folder):
                if _kind(below) is not None:
                    self._find(below)

    def _experiment(self, folder: Path) -> Mapping[str, Any]:
        if folder not in self._experiments:
            return {}
        if not self._experiments[folder]:
            self._experiments[folder] = _yaml(folder / META)
        return self._experiments[folder]

    def _metric(self, key: str, file: Path, into: list[dict[str, Any]]) -> Iterator[Reject]:
        """The last value of a metric: that of the highest step, as MLflow itself takes it."""
        found: list[tuple[int, int, float]] = []
        for number, line in enumerate(_text(file).splitlines(), 1):
            parts = line.split()
            if not parts:
                continue
            try:
                if len(parts) not in (2, 3, 5):
                    raise ValueError
                found.append((int(parts[2]) if len(parts) == 3 else 0, int(parts[0]), float(parts[1])))
            except ValueError:
                where = f"{file.parent.parent.name}/metrics/{key}"
                yield Reject(number, f"{where}: a line of a metric is “timestamp value step”", one_line(line, 60))
        if found:
            step, _, value = max(found, key=lambda one: one[:2])
            into.append({"key": key, "value": value, "step": step})

    def _texts(self, folder: Path) -> dict[str, str]:
        return {key: _text(file) for key, file in _values(folder)}

    def _datasets(self, run: Path) -> list[dict[str, Any]]:
        found = []
        for entry in _folders(run / "inputs"):
            try:
                used = _yaml(entry / META)
                ident = used.get("source_id")
                if isinstance(ident, str) and Path(ident).name == ident:
                    about = run.parent / "datasets" / ident / META
                    if about.is_file():
                        found.append({"dataset": dict(_yaml(about))})
            except ReadinessError as error:
                self._notes.add(f"a dataset of a run was not understood: {one_line(str(error))}")
        return found


def _folders(folder: Path, *, hidden: bool = False) -> list[Path]:
    try:
        found = [one for one in folder.iterdir() if one.is_dir() and (hidden or not one.name.startswith("."))]
    except OSError:
        return []
    return sorted(found)


def _below(folder: Path) -> list[Path]:
    return sorted(Path(where, name) for where, _, names in os.walk(folder) for name in names)


def _values(folder: Path) -> list[tuple[str, Path]]:
    """Key and file of each value; a key with slashes is a path."""
    return [(file.relative_to(folder).as_posix(), file) for file in _below(folder)]


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            data = opened.read(_SMALL + 1)
    except OSError as error:
        raise unreadable(file, error) from error
    if len(data) > _SMALL:
        raise ReadinessError(f"{file} has more than {_SMALL // 2**20} MiB, too much for one value.")
    try:
        return data.decode("utf-8").strip("\n")
    except UnicodeDecodeError:
        raise ReadinessError(f"{file} is not UTF-8 text.") from None


def _yaml(file: Path) -> Mapping[str, Any]:
    from readiness_tui.sources.kit.yaml_safe import read_yaml

    value = read_yaml(file).value
    if not isinstance(value, dict):
        raise ReadinessError(f"{file} is no YAML mapping.")
    return value


def recognised(format: str, folder: Path) -> Recognised | None:
    """How the store in a folder is named to a person; None if there is none."""
    found = claims(folder)
    return None if found is None else Recognised(format, found, 100)
