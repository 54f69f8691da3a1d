"""Reads MLflow's tracking database, with rows in the format of MLflow's server answers.

Seen in MLflow 3.17 (SQLite). The schema grew over time: tables and columns missing in an older one count as not
recorded. The trace tables are read in parallel, ordered by trace id, so that memory holds one trace at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.foreign_db import ForeignDb, Row
from readiness_tui.sources.kit.payload import inner, parsed

TABLES = ("alembic_version", "latest_metrics", "runs", "experiments")
_TEXT = "typeof({0}) = 'text'"


class StoredTrace(NamedTuple):
    """One trace: its number in the database, its head as the server returns it, the runs linked to it, its spans."""

    number: int
    info: dict[str, Any]
    runs: tuple[str, ...]
    spans: list[dict[str, Any]] | None


def is_mlflow(db: ForeignDb) -> bool:
    return db.has(*TABLES)


def stored_runs(db: ForeignDb) -> Iterator[tuple[int, dict[str, Any], str | None]]:
    """Each run with its number and the name of its experiment, by start."""
    experiments = {row["experiment_id"]: row["name"] for row in db.rows("experiments", ("experiment_id", "name"))}
    gone = _deleted(db)
    data: dict[str, dict[str, list[Row]]] = {}
    for table, columns in (
        ("latest_metrics", ("key", "value", "step", "is_nan")),
        ("params", ("key", "value")),
        ("tags", ("key", "value")),
    ):
        for row in db.rows(table, (*columns, "run_uuid")):
            kind = "metrics" if table == "latest_metrics" else table
            data.setdefault(str(row.pop("run_uuid")), {}).setdefault(kind, []).append(row)
    datasets = {row.pop("dataset_uuid"): row for row in db.rows("datasets", ("dataset_uuid", "name", "digest"))}
    used: dict[str, list[dict[str, Any]]] = {}
    for row in db.rows("inputs", ("source_type", "source_id", "destination_type", "destination_id")):
        if row["source_type"] == "DATASET" and row["destination_type"] == "RUN" and row["source_id"] in datasets:
            used.setdefault(str(row["destination_id"]), []).append({"dataset": datasets[row["source_id"]]})
    about = ("run_uuid", "name", "status", "start_time", "end_time", "lifecycle_stage", "user_id", "experiment_id")
    for number, row in enumerate(db.rows("runs", about, order="start_time"), 1):
        info = {**row, "run_id": row["run_uuid"], "run_name": row["name"]}
        if row["experiment_id"] in gone:
            info["lifecycle_stage"] = "deleted"
        ident = str(row["run_uuid"])
        name = experiments.get(row["experiment_id"])
        yield (
            number,
            {"info": info, "data": data.get(ident, {}), "inputs": {"dataset_inputs": used.get(ident, [])}},
            name if isinstance(name, str) else None,
        )


def stored_traces(db: ForeignDb, notes: fields.Notes, *, spans: bool) -> Iterator[StoredTrace]:
    """Each trace, ordered by id, without those of deleted experiments; `spans` False: without its spans."""
    gone = _deleted(db)
    linked: dict[str, list[str]] = {}
    ends = ("source_type", "source_id", "destination_type", "destination_id")
    for row in db.rows("entity_associations", ends):
        if row["source_type"] == "trace" and row["destination_type"] == "run":
            linked.setdefault(str(row["source_id"]), []).append(str(row["destination_id"]))
    sides = [_Side(db, table, key, columns, notes) for table, key, columns in _SIDES if spans or table != "spans"]
    columns = (
        "request_id",
        "timestamp_ms",
        "execution_time_ms",
        "status",
        "request_preview",
        "response_preview",
        "experiment_id",
    )
    where = _TEXT.format("request_id")
    for number, row in enumerate(db.rows("trace_info", columns, order="request_id", where=where), 1):
        ident = row["request_id"]
        found = {side.table: side.take(ident) for side in sides}
        info = {
            **row,
            "trace_id": ident,
            "trace_metadata": {str(part["key"]): part["value"] for part in found["trace_request_metadata"]},
            "tags": {str(part["key"]): part["value"] for part in found["trace_tags"]},
            "assessments": [_assessment(part) for part in found["assessments"]],
        }
        if info.pop("experiment_id") in gone:
            continue
        yield StoredTrace(number, info, tuple(linked.get(ident, ())), _spans(found.get("spans", []), notes))
    for side in sides:
        side.take(None)


def deleted_traces(db: ForeignDb) -> int:
    """How many traces belong to deleted experiments: MLflow hides them, and keeps them until they are purged."""
    gone = _deleted(db)
    return sum(row["experiment_id"] in gone for row in db.rows("trace_info", ("experiment_id",))) if gone else 0


def _deleted(db: ForeignDb) -> set[Any]:
    rows = db.rows("experiments", ("experiment_id", "lifecycle_stage"))
    return {row["experiment_id"] for row in rows if row["lifecycle_stage"] == "deleted"}


_SIDES = (
    ("trace_tags", "request_id", ("key", "value")),
    ("trace_request_metadata", "request_id", ("key", "value")),
    (
        "assessments",
        "trace_id",
        (
            "name", "assessment_type", "value", "error", "created_timestamp", "source_type", "source_id", "run_id",
            "rationale", "valid", "assessment_metadata",
        ),
    ),
    ("spans", "trace_id", ("span_id", "content")),
)  # fmt: skip


class _Side:
    """The rows of a table beside `trace_info`, in the order of trace ids."""

    def __init__(self, db: ForeignDb, table: str, key: str, columns: tuple[str, ...], notes: fields.Notes) -> None:
        self.table = table
        self._key = key
        self._notes = notes
        self._rows = db.rows(table, (key, *columns), order=key, where=_TEXT.format(key))
        self._next = next(self._rows, None)

    def take(self, ident: str | None) -> list[Row]:
        """The rows of this trace; rows of unknown traces are skipped and noted. None: skip to the end."""
        found: list[Row] = []
        while self._next is not None and (ident is None or self._next[self._key] <= ident):
            if self._next[self._key] == ident:
                found.append(self._next)
            else:
                self._notes.add(f"a row of the table {self.table} belongs to no trace, and was left out")
            self._next = next(self._rows, None)
        return found


def _assessment(row: Row) -> dict[str, Any]:
    """The assessment as the server returns it."""
    said = {"value": _json(row["value"]), "error": parsed(row["error"])}
    kind = "expectation" if row["assessment_type"] == "expectation" else "feedback"
    return {
        "assessment_name": row["name"],
        "source": {"source_type": row["source_type"], "source_id": row["source_id"]},
        "create_time": row["created_timestamp"],
        kind: {name: value for name, value in said.items() if name == "value" or value is not None},
        "rationale": row["rationale"],
        "run_id": row["run_id"],
        "metadata": inner({"": parsed(row["assessment_metadata"])}, ""),
        "valid": row["valid"] not in (0, False),
    }


def _json(value: Any) -> Any:
    """The value of a JSON text; anything that is not JSON stays text."""
    if not isinstance(value, str):
        return value
    found = parsed(f"[{value}]")
    return found[0] if isinstance(found, list) and len(found) == 1 else value


def _spans(rows: list[Row], notes: fields.Notes) -> list[dict[str, Any]] | None:
    """The spans as MLflow wrote them; None if the database has none for this trace."""
    found = [parsed(row["content"]) for row in rows]
    good = [content for content in found if isinstance(content, dict)]
    if len(good) < len(found):
        notes.add("a span in the database is not a JSON object, and was left out of its trace")
    return good or None
