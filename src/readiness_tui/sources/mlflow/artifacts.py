"""The artifact that holds a trace's spans, `<experiment>/traces/<trace>/artifacts/traces.json`.

The file store keeps it beside the trace; a tracking database (MLflow 2.14 to 3.4, and later where the spans were not moved) has
the trace's head, and the tag `mlflow.artifactLocation` says where the artifact was put: below `mlruns` or `mlartifacts`
beside the database, as `mlflow server` sets it up. Its spans name the trace in `mlflow.traceRequestId`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.fileio import head, unreadable
from readiness_tui.sources.kit.foreign_db import MAGIC, open_foreign
from readiness_tui.sources.kit.jsonio import RecordError, as_null, decode
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.kit.peek import FileKind, Peek
from readiness_tui.sources.mlflow.parts import Aside, RunItem, TraceItem
from readiness_tui.sources.mlflow.store import is_mlflow

FILE = "traces.json"
_ROOTS = ("mlruns", "mlartifacts", "")
_KEYS = frozenset({"spans", "request", "response"})
_ID = "mlflow.traceRequestId"
_MOST = 64 * 1024 * 1024  # of one trace's spans
_PLAIN = re.compile(r"[0-9A-Za-z-]+")
_ABOVE = 6  # folders between an artifact and the database's


def is_artifact(look: Peek, head: bytes) -> bool:
    """Whether a file is such an artifact."""
    return look.kind is FileKind.OBJECT and "spans" in look.keys <= _KEYS and _ID.encode() in head


def spans_in(file: Path, notes: fields.Notes) -> list[Any] | None:
    """None where they were not exported."""
    if not file.is_file():
        return None
    try:
        if file.stat().st_size > _MOST:
            raise RecordError(f"{FILE} has more than {_MOST // 2**20} MiB")
        listed = inner({"": decode(as_null(file.read_bytes())[0])}, "").get("spans")
    except RecordError as error:
        notes.add(f"the spans of a trace were not read: {error}")
        return None
    except OSError as error:
        raise unreadable(file, error) from error
    return listed if isinstance(listed, list) and listed else None


def beside(database: Path) -> tuple[Path, ...]:
    """The artifacts beside a database, as far as they stand where MLflow puts them."""
    found = [file for root in _ROOTS[:2] for file in (database.parent / root).glob(f"*/traces/*/artifacts/{FILE}")]
    return tuple(sorted(found))


def of(database: Path, tags: Mapping[str, Any]) -> Path | None:
    """The artifact of a trace with these tags; None where it is not below the database's folder."""
    place = tags.get("mlflow.artifactLocation")
    parts = place.replace("\\", "/").split("/") if isinstance(place, str) else []
    if len(parts) < 4 or parts[-3] != "traces" or ".." in parts[-4:]:
        return None
    for root in _ROOTS:
        file = Path(database.parent, root, *parts[-4:], FILE)
        try:
            if file.is_file() and file.resolve().is_relative_to(database.parent.resolve()):
                return file
        except (OSError, ValueError):
            continue
    return None


def database_of(file: Path) -> Path | None:
    """The tracking database in a folder above an artifact that has its trace."""
    ident = file.resolve().parent.parent.name
    if file.parent.name != "artifacts" or not _PLAIN.fullmatch(ident):
        return None
    for folder in file.resolve().parents[:_ABOVE]:
        for other in sorted(folder.glob("*.db")):
            try:
                if other.is_file() and head(other, 16).startswith(MAGIC) and _has_trace(other, ident):
                    return other
            except ReadinessError:
                continue
    return None


def _has_trace(database: Path, ident: str) -> bool:
    with open_foreign(database, fields.Notes()) as db:
        where = f"request_id = '{ident}'"  # of plain letters and digits
        return is_mlflow(db) and next(db.rows("trace_info", ("request_id",), where=where), None) is not None


class SpansAlone:
    """One artifact without its trace's head: what its spans say."""

    tool_version: str | None = None

    def __init__(self, path: Path, notes: fields.Notes) -> None:
        self._path = path
        self._notes = notes

    def runs(self) -> Iterator[RunItem | Aside]:
        return iter(())

    def traces(self, *, spans: bool) -> Iterator[TraceItem | Aside]:
        listed = spans_in(self._path, self._notes if spans else fields.Notes()) or []
        named = (payload.parsed(inner(span, "attributes").get(_ID)) for span in listed)
        ident = next((name.strip('"') for name in named if isinstance(name, str) and name.strip('"')), None)
        if ident is None:
            raise ReadinessError(f"{self._path}: none of its spans names the trace. Export the trace again.")
        yield 1, {"trace_id": ident}, (), listed
