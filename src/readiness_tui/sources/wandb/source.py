"""Weights & Biases without its server: an offline run, the files of an older version, or a single table.

`run-<id>.wandb` with the tables it logged (`files/media/table/*.table.json`) is one import. Without such a file, so is
`wandb-summary.json` with `config.yaml` and `wandb-metadata.json` beside it. Rows that its app and API give are in
`exports.py`. The wandb package is not needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Run
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import ReadAlongError, Recognised, Record, Reject, RunStart, Warn
from readiness_tui.sources.kit.fileio import digest, head
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.own import data_table
from readiness_tui.sources.wandb import exports
from readiness_tui.sources.wandb.log import MAGIC, log_records
from readiness_tui.sources.wandb.run import TOOL, LoggedRun, TableRef, as_json, is_logged, moment, run_of, table_file

_SMALL = 16 * 1024 * 1024
_FOLDER = re.compile(r"(?:offline-)?run-\d{8}_\d{6}-(\w+)")
_CONFIG = re.compile(rb"^_wandb:\s*\n|^wandb_version:", re.MULTILINE)
_ROWS = {
    "chart": "a W&B chart's table (<run> - <metric>)",
    "runs": "W&B's table of runs (Name, State, Created, Runtime)",
    "api": "W&B runs with summary, config and name",
    "history": "a W&B run's history (_step, _runtime, _timestamp)",
    "events": "W&B's measurements of the machine (system.*)",
}
_METADATA = frozenset({"os", "python", "startedAt"})


class Wandb:
    name = "wandb"
    title = (
        "a Weights & Biases run (run-<id>.wandb with its tables, wandb-summary.json), table (*.table.json), or rows of its"
        " app and API (CSV)"
    )
    brings = (
        "runs with their summary, config and tags",
        "cases from logged tables",
    )
    lacks = (
        "the n of a summary's figures",
        "traces",
        "a digest of the data that others could check",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        if head.startswith(MAGIC):
            return Recognised(self.name, "a W&B run file (:W&B, version 0)", 100)
        look = peek(head)
        if _is_summary(look):
            return Recognised(self.name, "a W&B summary (_wandb, _runtime, _timestamp)", 100)
        if look.kind is FileKind.OBJECT and look.keys >= _METADATA and look.keys & {"program", "executable"}:
            return Recognised(self.name, "a W&B run's metadata (os, python, startedAt)", 90)
        if look.kind in (FileKind.TEXT, FileKind.TABLE) and _CONFIG.search(head):
            return Recognised(self.name, "a W&B run's config.yaml", 90)
        if (rows := exports.kind_of(look)) is not None:
            return Recognised(self.name, _ROWS[rows], 95)
        if data_table.is_table(look):
            owner = _run_file_of_table(path)
            if owner is not None:
                return Recognised(self.name, f"a table that {owner.name} logged", 100)
            if look.outline.get("_type") == "table" or look.keys & {"column_types", "ncols"}:
                return Recognised(self.name, "a W&B table, as an artifact holds it", 100)
            return Recognised(self.name, "a table of columns and data, as wandb.Table writes it", 70)
        return None

    def along(self, path: Path) -> tuple[Path, ...]:
        """The tables of the run, and what older versions wrote beside the summary."""
        start = head(path)
        if start.startswith(MAGIC):
            logged = _read_run_file(path)[0]
            found = [file for ref in logged.tables() if (file := table_file(path.parent / "files", ref)) is not None]
        elif _is_summary(peek(start)) and _run_file(path) is None:
            logged, extra, _ = _read_older_files(path)
            found = [file for ref in logged.tables() if (file := table_file(path.parent, ref)) is not None] + extra
        else:
            return ()
        return tuple(sorted({file for file in found if file.is_file()}))

    def read(self, path: Path) -> Iterator[Record]:
        start = head(path)
        notes = fields.Notes()
        if start.startswith(MAGIC):
            logged, rejects = _read_run_file(path)
            yield from rejects
            if not logged.run_id:
                raise ReadinessError(
                    f"{path}: no record in it describes a run. It was cut off; take it from where it was written."
                )
            yield from _run(path, path.parent / "files", logged, notes)
        elif (rows := exports.kind_of(look := peek(start))) is not None:
            if rows in ("history", "events") and (beside := _summary_beside(path)) is not None:
                raise ReadAlongError(f"{path} belongs to the run in {beside.name}: import that one.")
            yield from exports.read_rows(path, rows)
        elif data_table.is_table(look):
            owner = _run_file_of_table(path)
            if owner is not None:
                raise ReadAlongError(f"{path} is a table that {owner.name} logged: import that one.")
            run = Run(
                id=f"wandb-{digest(path)[:12]}",
                name=path.name.removesuffix(".table.json"),
                tool=TOOL,
                warnings=(f"{path.name}: the table describes no run: its version, start and dataset are unknown.",),
            )
            yield RunStart(run)
            yield from data_table.cases(path, run.id, notes)
        elif (owner := _run_file(path)) is not None:
            raise ReadAlongError(f"{path} belongs to the run in {owner.name}: import that one.")
        elif _is_summary(look):
            logged, _, warnings = _read_older_files(path)
            yield from (Warn(warning) for warning in warnings)
            yield from _run(path, path.parent, logged, notes)
        else:
            raise ReadAlongError(f"{path} comes with the run's wandb-summary.json or .wandb file: import that one.")
        yield from notes.warnings(path.name)


def _is_summary(look: Peek) -> bool:
    return look.kind is FileKind.OBJECT and (
        look.keys >= {"_runtime", "_timestamp"} or "_wandb.runtime" in look.outline
    )


def _summary_beside(path: Path) -> Path | None:
    beside = path.with_name("wandb-summary.json")
    return beside if beside.is_file() and _is_summary(peek(head(beside))) else None


def _read_run_file(path: Path) -> tuple[LoggedRun, list[Reject]]:
    """The run file's content, and its damaged records."""
    logged, rejects = LoggedRun(ended=False), []
    if head(path, 8)[len(MAGIC) :][:1] != b"\0":
        raise ReadinessError(f"{path}: a W&B run file of a version that is not known. Export the run's tables as JSON.")
    for item in log_records(path):
        if isinstance(item, Reject):
            rejects.append(item)
        elif isinstance(item, tuple):
            try:
                logged.add(item[1])
            except RecordError as error:
                rejects.append(Reject(item[0], str(error)))
    return logged, rejects


def _read_older_files(path: Path) -> tuple[LoggedRun, list[Path], list[str]]:
    """The summary joined with the config and metadata beside it, those files, and warnings about them."""
    from readiness_tui.sources.kit.yaml_safe import read_yaml

    logged, beside, said = LoggedRun(), [], []
    try:
        logged.summary = as_json(path, _SMALL)
    except RecordError as error:
        raise ReadinessError(f"{path}: {error}. Nothing of the file was imported; export it again.") from error
    config, metadata = path.with_name("config.yaml"), path.with_name("wandb-metadata.json")
    if config.is_file():
        beside.append(config)
        try:
            value = read_yaml(config).value
            for key, part in value.items() if isinstance(value, dict) else ():
                logged.config[key] = part["value"] if isinstance(part, dict) and "value" in part else part
        except ReadinessError as error:
            said.append(f"{config.name} was not used, so the run's versions are unknown: {one_line(str(error))}")
    about = {}
    if metadata.is_file():
        beside.append(metadata)
        try:
            about = as_json(metadata, _SMALL)
        except RecordError as error:
            said.append(f"{metadata.name} was not used: {error}.")
    named = _FOLDER.fullmatch(path.resolve().parent.parent.name) or _FOLDER.fullmatch(path.resolve().parent.name)
    logged.run_id = named.group(1) if named else ""
    logged.started_at = moment(about, "startedAt")
    seconds = payload.amount(logged.summary.get("_runtime"))
    logged.seconds = int(seconds) if seconds else None
    return logged, beside, said


def _run(path: Path, files: Path, logged: LoggedRun, notes: fields.Notes) -> Iterator[Record]:
    """The run, then the cases of its tables."""
    there: list[tuple[TableRef, Path]] = []
    short = False
    for ref in logged.tables():
        file = table_file(files, ref)
        if file is None or not file.is_file():
            short = True
            rows = f" ({ref.rows:,} rows)" if ref.rows is not None else ""
            yield Warn(
                f"{path.name}: the table {one_line(ref.key, 40)}{rows} is not beside it, in {one_line(ref.path, 100)}."
            )
        else:
            there.append((ref, file))
    usable = [(ref, file) for ref, file in there if data_table.names_cases(data_table.columns_of(file))]
    run = run_of(logged, path.name, run_id=f"wandb-{digest(path)[:12]}", short=short)
    yield RunStart(run)
    for ref, file in there:
        if not is_logged(file, ref):
            yield Warn(f"{path.name}: {file.name} was changed after it was logged.")
        if (ref, file) in usable:
            variant = ref.key if len(usable) > 1 else ""
            yield from data_table.cases(file, run.id, notes, variant=variant)
        else:
            yield Warn(f"{path.name}: no column of the table {one_line(ref.key, 40)} names a case, so it brings none.")


def _run_file(path: Path) -> Path | None:
    """The run file beside the folder `files` that contains this file."""
    folder = path.resolve().parent.parent
    return next((file for file in sorted(folder.glob("run-*.wandb")) if head(file, 8).startswith(MAGIC)), None)


def _run_file_of_table(path: Path) -> Path | None:
    """The run file whose summary names this table: <run>/files/media/table/<name>.table.json."""
    above = path.resolve().parents
    if len(above) < 4:
        return None
    for file in sorted(above[3].glob("run-*.wandb")):
        if file.is_file() and head(file, 8).startswith(MAGIC):
            tables = (table_file(above[2], ref) for ref in _read_run_file(file)[0].tables())
            if path.resolve() in tables:
                return file
    return None


SOURCE = Wandb()
