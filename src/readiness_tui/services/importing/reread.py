"""Reading an import again from its kept raw records, when its reader has changed since the file was read.

All or nothing: the new reading is staged like any import, replaces the old one's traces when it is published, and is
given up where one record does not come back as the request it was. A raw record is what the file had of one request; in
some formats a file says more than its records (a table's kinds of columns, scores in rows of their own), and then the
file is needed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import msgspec

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.current import system_of
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.importing.imported import all_imports
from readiness_tui.services.importing.imports import import_records
from readiness_tui.services.importing.readers import replacements, still_changed
from readiness_tui.services.importing.result import ImportedFile
from readiness_tui.services.importing.staging import OnProgress
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import Assembles, Progress, Record, Reject, Source, TraceRecord, Warn
from readiness_tui.store import traces
from readiness_tui.store.imports import ImportInfo
from readiness_tui.store.raw import records as raw_records

_TOLD = 500  # records between two words of progress
_SAID = (Warn, Progress)  # of the file as it was read before


def changed_imports(desk: Desk) -> list[ImportInfo]:
    """The imports of the desk's system to be read again, the earliest first."""
    return still_changed(all_imports(desk))


def reread(desk: Desk, import_id: int, progress: OnProgress | None = None) -> ImportedFile:
    """Take an import in again from its raw records, as a new import in its place.

    Traces that a later import has replaced stay replaced. Raises ReadinessError, with nothing changed, where the raw
    records are not all kept or do not say all that the file said.
    """
    known = all_imports(desk)
    info = next((info for info in known if info.id == import_id), None)
    if info is None:
        raise ReadinessError(f"There is no import {import_id}. `readiness imports` lists them with their numbers.")
    source = _source(info, replacements(known).get(import_id))
    return import_records(
        desk,
        source,
        _records(desk, info, source),
        where=info.path,
        digest=info.digest,
        rereads=info.id,
        progress=progress,
    )


def _source(info: ImportInfo, again: int | None) -> Source:
    """Raises ReadinessError where the raw records cannot stand for the file."""
    name = _name(info)
    if again is not None:
        raise ReadinessError(f"{name} was read again already, as import {again}. Read that one again.")
    if info.how.beside:
        raise _needs_file(name, f"it was read with {info.how.beside} beside it, which is not kept")
    if info.runs or not info.traces:
        raise _needs_file(name, "only traces can be read again; what a file says of a run is in none of its records")
    if info.raw_kept < info.traces:
        raise _needs_file(name, f"of its {info.traces:,} traces the raw records of {info.raw_kept:,} were kept")
    if registry.reading(info.format) is None:
        raise _needs_file(name, f"there is no reader of the format “{one_line(info.format, 40)}” here")
    return registry.named(info.format)


class _NeedsFileError(ReadinessError):
    """The raw records cannot stand for the file."""


def _name(info: ImportInfo) -> str:
    return f"Import {info.id} ({one_line(info.path, 100)})"


def _needs_file(name: str, why: str) -> ReadinessError:
    return _NeedsFileError(
        f"{name} cannot be read again from its raw records: {why}. Nothing was changed. Import the file again."
    )


def _records(desk: Desk, info: ImportInfo, source: Source) -> Iterator[Record]:
    """What the source reads of the raw records, each checked against the trace it was."""
    name, system = _name(info), system_of(desk)
    done = 0
    for (trace_id, raw), found in zip(_raws(desk, info), _read(desk, info, source), strict=False):
        with desk.store.read() as conn:
            before = traces.get(conn, system, trace_id)
        if found is None or found.id != trace_id or before is None:
            raise _needs_file(name, f"the raw record of {trace_id!r} no longer comes back as that request")
        if lost := _lost(before, found):
            raise _needs_file(name, f"the raw record of {trace_id!r} does not say its {', '.join(lost)}")
        yield TraceRecord(found, raw)
        done += 1
        if done % _TOLD == 0:
            yield Progress(done, info.traces)
    there = sum(1 for _ in _raws(desk, info))
    if not there:
        raise ReadinessError(f"{name}: later imports have replaced all its traces. There is nothing to read again.")
    if done != there:
        raise _needs_file(name, f"of {plural(there, 'raw record')} {done:,} came back as requests")


def _raws(desk: Desk, info: ImportInfo) -> Iterator[tuple[str, str]]:
    with desk.store.read() as conn:
        for trace_id, raw in raw_records.seen_of_import(conn, info.id):
            yield trace_id, raw or ""


def _read(desk: Desk, info: ImportInfo, source: Source) -> Iterator[Trace | None]:
    """The traces that the source makes of the raw records, in their order; None where it makes none of one."""
    if isinstance(source, Assembles):
        for trace_id, raw in _raws(desk, info):
            record = source.assemble(trace_id, [raw])
            yield None if record is None else record.trace
        return
    name = _name(info)
    with tempfile.TemporaryDirectory() as folder:  # of this person alone
        lines = Path(folder, "records.jsonl")
        with lines.open("w", encoding="utf-8") as file:
            for trace_id, raw in _raws(desk, info):
                try:
                    file.write(msgspec.json.format(raw, indent=-1) + "\n")  # a record may stand on several lines
                except (msgspec.DecodeError, UnicodeEncodeError) as error:
                    raise _needs_file(name, f"the raw record of {trace_id!r} is no JSON") from error
        try:
            yield from (_trace_of(record, name) for record in source.read(lines) if not isinstance(record, _SAID))
        except _NeedsFileError:
            raise
        except ReadinessError as refusal:
            raise _needs_file(name, "its reader needs the whole file") from refusal


def _trace_of(record: Record, name: str) -> Trace:
    match record:
        case TraceRecord(trace=trace):
            return trace
        case Reject(reason=reason):
            raise _needs_file(name, f"its reader now rejects a record ({reason})")
    raise _needs_file(name, "its reader now sees more than traces in it")


def _lost(before: Trace, now: Trace) -> list[str]:
    """The fields that said something and would say nothing: a known 0, False or "none" says something too."""
    silent = Trace(before.id)
    return [
        field.name
        for field in fields(Trace)
        if getattr(before, field.name) != (nothing := getattr(silent, field.name))
        and getattr(now, field.name) == nothing
    ]
