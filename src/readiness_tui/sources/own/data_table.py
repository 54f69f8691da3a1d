"""A table as one JSON object, {"columns": […], "data": [[…], …]}, as written by W&B and by MLflow's `log_table`.

Each row is a case. Columns have the names used in our own case results, or common synonyms; a number in any other
column is a score. Without a column for the case or the question, cases are identified by position.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, Counted, DeclaredCount, Record
from readiness_tui.sources.kit.jsonio import RecordError, as_null, broken, decode, document, members
from readiness_tui.sources.kit.peek import FileKind, Peek
from readiness_tui.sources.kit.recordio import Entry, reject
from readiness_tui.sources.own.case_record import CaseRepeats, case_from

KEYS = frozenset({"columns", "data"})
_MORE = frozenset({"_type", "index", "ncols", "nrows", "column_types", "log_mode"})
_ALIASES = {
    "case_id": ("case_id", "id", "example_id", "case", "test_id", "caseId"),
    "question": ("question", "input", "inputs", "query", "prompt", "request", "user_input"),
    "output": (
        "output",
        "outputs",
        "answer",
        "response",
        "completion",
        "prediction",
        "predictions",
        "generated_answer",
    ),
}
_MEANT = {name: ours for ours, names in _ALIASES.items() for name in names}
_KEYED = frozenset({*_ALIASES["case_id"], *_ALIASES["question"]})
_SAID = {"question": payload.question, "output": payload.answer}
# `mlflow.evaluate` calls a judge's score "faithfulness/v1/score", a computed one "exact_match/v1"; latency is in seconds.
_MLFLOW_SCORE = re.compile(r"(.+)/v\d+(?:/score)?")


def is_table(look: Peek) -> bool:
    """Whether the file is such a table, from any tool."""
    lists = look.outline.get("columns", "") is None and look.outline.get("data", "") is None
    return look.kind is FileKind.OBJECT and lists and KEYS <= look.keys <= KEYS | _MORE


def names_cases(columns: Iterable[str]) -> bool:
    """Whether a column identifies the case of a row."""
    return bool(_KEYED & set(columns))


def columns_of(path: Path) -> tuple[str, ...]:
    """Raises ReadinessError."""
    return _open(path, fields.Notes())[0]


def cases(path: Path, run_id: str, notes: fields.Notes, *, variant: str = "") -> Iterator[Record]:
    """The rows as cases of run `run_id`. Raises ReadinessError if the file is not a table at all."""
    columns, rows, stated = _open(path, notes)
    if stated is not None and stated > len(rows):
        yield DeclaredCount(run_id, Counted.CASES, stated, f"{path.name}, nrows")
    keyed = names_cases(columns)
    if not keyed:
        notes.add("no column names the case or its question, so cases are told apart by their position in the table")
    repeats = CaseRepeats()
    order = sorted(range(len(columns)), key=lambda at: rank(columns[at]))
    seconds = is_evaluated(columns)
    for number, raw in enumerate(rows, 1):
        text = bytes(raw)
        try:
            row = decode(text)
            if type(row) is not list or len(row) != len(columns):
                raise RecordError(f"row {number} of the table has not one value for each of the {len(columns)} columns")
            entry = Entry(
                number,
                json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False),
                named([(columns[at], row[at]) for at in order], seconds),
            )
            if not keyed:
                entry.value["case_id"] = f"row-{number}"
            case = case_from(entry, notes)
            if not keyed:
                case = replace(case, id_from="position")
            yield CaseRecord(
                run_id, repeats.with_repeat(replace(case, variant=variant or case.variant), entry, notes), entry.raw
            )
        except RecordError as error:
            yield reject(number, f"row {number} of the table: {error}", text)


def _open(path: Path, notes: fields.Notes) -> tuple[tuple[str, ...], list[msgspec.Raw], int | None]:
    """The columns, the rows, and how many rows it says it has."""
    data, lost = as_null(document(path))
    for _ in range(lost):
        notes.add("NaN or Infinity in a cell; taken as missing")
    try:
        parts = members(data)
        if not parts.keys() >= KEYS:
            raise ReadinessError(f"{path}: it has no columns and data, so it is no table. Export it again.")
        columns = decode(parts["columns"])
        stated = payload.count(decode(parts["nrows"])) if "nrows" in parts else None
        rows: list[msgspec.Raw] = msgspec.json.decode(bytes(parts["data"]), type=list[msgspec.Raw])
    except RecordError as error:
        raise broken(path, data, error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReadinessError(f"{path}: its data is not a list of rows. Nothing of the file was imported.") from error
    if not isinstance(columns, list) or not columns:
        raise ReadinessError(f"{path}: its columns are not a list of names. Nothing of the file was imported.")
    names = tuple(fields.as_json(column) for column in columns)
    if len(set(names)) != len(names):
        raise ReadinessError(f"{path}: two columns of the table have the same name. Rename one and log it again.")
    return names, rows, stated


def is_evaluated(columns: Iterable[str]) -> bool:
    """Whether the columns are those of `mlflow.evaluate` (2.x), whose latency is in seconds; nobody else's is known."""
    return next(scored(columns), None) is not None


def scored(columns: Iterable[str]) -> Iterator[str]:
    """The columns that hold a score of `mlflow.evaluate`."""
    return (name for name in columns if _MLFLOW_SCORE.fullmatch(name))


def named(cells: Iterable[tuple[str, Any]], seconds: bool) -> dict[str, Any]:
    """A row under the names used in our own case results. `seconds`: its latency is in seconds."""
    value: dict[str, Any] = {}
    for name, cell in cells:
        score = _MLFLOW_SCORE.fullmatch(name)
        if score is not None and (cell is None or isinstance(cell, (bool, int, float))):
            scores = value.setdefault("scores", {})
            if isinstance(scores, dict):
                scores[score.group(1)] = float(cell) if isinstance(cell, bool) else cell
                continue
        elif seconds and name == "latency" and payload.is_number(cell):
            name, cell = "latency_ms", cell * 1000
        ours = _MEANT.get(name, name)
        if isinstance(cell, (dict, list)) and ours in _SAID:
            cell = _SAID[ours](cell)
        value[ours if ours not in value else name] = cell
    return value


def rank(name: str) -> int:
    """Sort key: among columns for the same field, our own name comes first."""
    return next((names.index(name) for names in _ALIASES.values() if name in names), 0)
