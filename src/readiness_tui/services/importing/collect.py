"""Traces taken live: an OTLP receiver whose requests become traces of the open file, one import per flush.

What is received waits in memory, bounded, and is answered once it is understood. A flush puts each trace together with
what earlier flushes stored of it, so that spans may come in any order, in several requests, and more than once: a span
is known by its trace id and span id.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus
from types import TracebackType

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.current import system_of
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.importing.imports import import_records
from readiness_tui.services.importing.otlp_server import LOOPBACK, OtlpServer, RefusedError
from readiness_tui.services.importing.parts import assembled
from readiness_tui.services.importing.result import ImportedFile
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import Record, TraceRecord, Warn
from readiness_tui.sources.kit.jsonio import RecordError, decode
from readiness_tui.sources.otel import protobuf as otlp_protobuf
from readiness_tui.sources.otel.batch import Bad, OtelRecord, pieces, plain
from readiness_tui.sources.otel.source import EVENTS, SOURCE
from readiness_tui.sources.otel.trace import TraceParts, event_name
from readiness_tui.sources.tracing.attributes import names
from readiness_tui.sources.tracing.span_reader import Reader
from readiness_tui.store import reviews

MAX_WAITING = 128 * 1024 * 1024  # bytes received and not yet stored
RESPONSES = 50_000  # response ids remembered, for evaluations that name nothing else


class Collector:
    """Receives from the moment it is entered; `flush` and everything else belongs to the thread that made it.

    What comes goes to the newest review of the desk's system, as it is then, or with `follow` False to the desk's own.
    `received`: spans and evaluations taken so far, also those that came twice. `rejected`: what could not be used.
    """

    def __init__(self, desk: Desk, port: int, *, follow: bool = True) -> None:
        self._desk = desk
        self._follow = follow
        self._names = names()
        self._system = system_of(desk)  # also when somebody opens a review of another one meanwhile
        self._lock = threading.Lock()
        self._waiting: dict[str, list[OtelRecord]] = {}
        self._bytes = 0
        self._closed = False
        self._responses: OrderedDict[str, str] = OrderedDict()
        self.received = 0
        self.rejected = 0
        self._server = OtlpServer(port, self.take)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)

    @property
    def address(self) -> str:
        """The endpoint to configure in an exporter."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def __enter__(self) -> Collector:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop receiving: anything acknowledged from now on would miss the last flush. Safe to call twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._server.shutdown()
        self._server.server_close()

    def run(self, every: float, stop: threading.Event, said: Callable[[str], None]) -> None:
        """Flush every so many seconds until `stop` is set. A flush that fails is said, and tried again."""
        while not stop.wait(every):
            try:
                stored = self.flush()
            except ReadinessError as refusal:
                said(f"{refusal} What was received waits in memory and is tried again.")
            else:
                if stored is not None:
                    said(stored.summary)

    def take(self, signal: str, protobuf: bool, body: bytes) -> list[str]:
        """One request's spans or log records; the reasons of those that were rejected. Raises RefusedError."""
        if self._bytes + len(body) > MAX_WAITING:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "too much waits to be stored; send it again later")
        try:
            batch = otlp_protobuf.decode(body, signal) if protobuf else decode(body)
            found, rejected = self._understood(batch)
        except RecordError as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, str(error)) from error
        with self._lock:
            if self._closed:
                raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the receiver is ending")
            for piece in found:
                self._place(piece, rejected)
            self._bytes += len(body) if found else 0
            self.received += len(found)
            self.rejected += len(rejected)
        return rejected

    def flush(self) -> ImportedFile | None:
        """Store what is waiting as one import; None if nothing is new.

        Raises ReadinessError where it cannot be stored: it waits on then.
        """
        with self._lock:
            taken, held = self._waiting, self._bytes
            self._waiting, self._bytes = {}, 0
        try:
            return self._store(taken)
        except BaseException:
            with self._lock:
                for trace_id, later in self._waiting.items():
                    taken.setdefault(trace_id, []).extend(later)
                self._waiting = taken
                self._bytes += held
            raise

    def _store(self, taken: dict[str, list[OtelRecord]]) -> ImportedFile | None:
        notes = fields.Notes()
        reader = Reader(self._names, notes)
        records: list[TraceRecord] = []
        for trace_id, found in taken.items():
            parts = TraceParts(trace_id, reader)
            for piece in found:
                parts.add(piece)
            records.append(parts.record())
        new = [record for record, says_more in assembled(self._desk.store, self._system, SOURCE, records) if says_more]
        if not new:
            return None
        digest = hashlib.sha256("\n".join(record.raw for record in new).encode("utf-8", "surrogatepass")).hexdigest()

        def each() -> Iterator[Record]:
            yield from new
            yield from (Warn(warning.text) for warning in notes.warnings("received"))

        desk = self._desk
        if self._follow:
            with desk.store.read() as conn:
                newest = reviews.latest(conn, system=self._system)
            desk = replace(desk, review_id=newest.id if newest else None)
        return import_records(desk, SOURCE, each(), where=f"collected at {self.address}", digest=digest)

    def _understood(self, batch: object) -> tuple[list[OtelRecord], list[str]]:
        """The pieces of a batch that can be used, and why others cannot. Each is tried here, so that a flush can
        trust them all."""
        notes = fields.Notes()
        reader = Reader(self._names, notes)
        found: list[OtelRecord] = []
        rejected: list[str] = []
        for at, piece in enumerate(pieces(batch, notes)):
            try:
                if isinstance(piece, Bad):
                    raise RecordError(f"{piece.place}: {piece.reason}")
                if piece.log and not _judges(piece, notes):
                    continue
                TraceParts(piece.trace_id or "", reader).add(piece)
                found.append(piece)
            except RecordError as error:
                rejected.append(str(error) if isinstance(piece, Bad) else f"record {at + 1}: {error}")
        return found, rejected

    def _place(self, piece: OtelRecord, rejected: list[str]) -> None:
        attributes = {part.get("key"): part.get("value") for part in piece.value.get("attributes") or ()}
        response = (attributes.get("gen_ai.response.id") or {}).get("stringValue")
        trace_id = piece.trace_id or (self._responses.get(response) if response else None)
        if trace_id is None:
            rejected.append("an evaluation names neither a trace nor a response that was received")
            return
        if response and not piece.log:
            self._responses[response] = trace_id
            if len(self._responses) > RESPONSES:
                self._responses.popitem(last=False)
        self._waiting.setdefault(trace_id, []).append(piece)


def _judges(piece: OtelRecord, notes: fields.Notes) -> bool:
    """Whether a log record is an evaluation or a message of a model call; anything else is ignored."""
    attributes = plain(piece.value.get("attributes"), notes)
    return event_name(piece.value, attributes) in EVENTS or "gen_ai.evaluation.name" in attributes
