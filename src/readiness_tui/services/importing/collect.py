"""Traces taken live: an OTLP receiver whose requests become traces of the open file.

A request is answered once it is understood and on the disk, in the spool beside the database; a flush imports what
waits there, a segment at a time, and puts each trace together with what earlier flushes stored of it, so that spans
may come in any order, in several requests, and more than once: a span is known by its trace id and span id. What a
receiver that was killed had acknowledged is imported by the next one in the same way.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from types import TracebackType

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.current import system_of
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.importing.imports import import_records
from readiness_tui.services.importing.parts import assembled
from readiness_tui.services.importing.receiving.group_commit import GroupCommit
from readiness_tui.services.importing.receiving.http_server import HttpServer, RefusedError
from readiness_tui.services.importing.receiving.otlp_http import OtlpRequests, Unused
from readiness_tui.services.importing.receiving.spool import Contents, Segment, Spool, SpoolRecord
from readiness_tui.services.importing.receiving.understanding import Understanding, response_of, understood
from readiness_tui.services.importing.result import ImportedFile
from readiness_tui.sources import registry
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import Record, TraceRecord, Warn
from readiness_tui.sources.otel.batch import OtelRecord
from readiness_tui.sources.otel.source import SOURCE
from readiness_tui.sources.otel.trace import TraceParts
from readiness_tui.sources.tracing.attributes import names
from readiness_tui.sources.tracing.span_reader import Reader
from readiness_tui.store import reviews
from readiness_tui.store.mended import former_names

LOOPBACK = "127.0.0.1"
MAX_WAITING = 256 * 1024 * 1024  # bytes received and not yet stored
RESPONSES = 50_000  # response ids remembered, for evaluations that name nothing else
AT_THE_END = 2.8  # seconds in which what waits may still be imported when the receiver ends
REMINDED = 60.0  # seconds after which a trouble that goes on is said again

_TICK = 0.2  # seconds between two looks at how much waits
_PART = 100  # traces imported between two looks at the time


class _OutOfTimeError(Exception):
    """The receiver ends, and what it was importing waits for the next one."""


@dataclass(frozen=True, slots=True)
class _Request:
    """A request that is understood; `about` is what the spool keeps beside its bytes."""

    about: dict[str, object]
    body: bytes
    found: list[OtelRecord]
    rejected: Unused


class Collector:
    """Receives from the moment it is entered; `flush` and everything else belongs to the thread that made it.

    What comes goes to the newest review of the desk's system, as it is then, or with `follow` False to the desk's own.
    `received`: spans and evaluations acknowledged so far, also those that came twice. `rejected`: what could not be
    used. `hosts`: names besides this machine's own under which it may be called.
    """

    def __init__(self, desk: Desk, port: int, *, follow: bool = True, hosts: Collection[str] = ()) -> None:
        self._desk = desk
        self._follow = follow
        self._understanding = Understanding(names(), ended=lambda: self._closed)
        self._system = system_of(desk)  # also when somebody opens a review of another one meanwhile
        self._lock = threading.Lock()  # the spool, and what is counted of it
        self._gate = threading.Lock()  # whether requests are still taken
        self._closed = False
        self._responses: OrderedDict[str, str] = OrderedDict()
        self._troubles: list[str] = []
        self._told: dict[str, float] = {}  # troubles by when they were said
        self._stop = threading.Event()
        self._until: float | None = None  # when importing has to end, by the monotonic clock
        self.received = 0
        self.rejected = 0
        self._server = HttpServer(LOOPBACK, port, OtlpRequests(self.take, hosts))
        try:
            self._spool = Spool(desk.store.path)
        except ReadinessError:
            self._server.close()
            raise
        self._segments: list[Segment] = self._spool.left()
        self._left_over = bool(self._segments)
        self._commits = GroupCommit(self._commit)

    @property
    def address(self) -> str:
        """The endpoint to configure in an exporter."""
        return f"http://{LOOPBACK}:{self._server.port}"

    @property
    def folder(self) -> str:
        """Where what was acknowledged waits until it is stored."""
        return str(self._spool.folder)

    @property
    def waiting(self) -> int:
        """Bytes of requests that were acknowledged and are not in the database yet."""
        with self._lock:
            return sum(segment.bodies for segment in self._segments)

    def __enter__(self) -> Collector:
        self._commits.start()
        self._server.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
        for segment in self._segments:
            segment.release()
        self._spool.close()

    def close(self) -> None:
        """Stop receiving, whatever the clients do. Safe to call twice."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
        self._server.close()
        self._commits.close()

    def run(self, every: float, stop: threading.Event, said: Callable[[str], None]) -> None:
        """Store what waits: at once what an earlier receiver left, then every so many seconds, or as soon as half of what
        may wait does, until `stop` is set. A flush that fails is said, and tried again."""
        self._stop = stop
        due = time.monotonic() + (0 if self._left_over else every)
        registry.reading(SOURCE.name)  # loads every reader, for which there is no time at the end
        while not stop.is_set():
            if time.monotonic() >= due or self.waiting > MAX_WAITING / 2:
                self._store_all(said)
                due = time.monotonic() + every
            self._tell_troubles(said)
            time.sleep(min(_TICK, every))  # not `wait`, whose lock a signal's handler might find held by its own thread

    def finish(self, said: Callable[[str], None]) -> None:
        """After `close`: store what still waits, as far as that takes a moment; the rest is kept for the next receiver."""
        self._stop.set()
        self._store_all(said)
        self._tell_troubles(said)
        if left := self.waiting:
            said(
                f"{left:,} bytes of what was acknowledged wait in {self.folder}. The next `readiness collect` on this file"
                " stores them before anything else."
            )

    def take(self, signal: str, protobuf: bool, body: bytes) -> Unused:
        """One request's spans or log records; what of them was rejected. The rest is durable when this returns.

        Raises RefusedError; nothing of the request counts then.
        """
        if self.waiting + len(body) > MAX_WAITING:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "too much waits to be stored; send it again later")
        found, rejected = self._understanding.of_request(signal, protobuf, body)
        about: dict[str, object] = {"system": self._system, "signal": signal, "protobuf": protobuf}
        with self._gate:
            if self._closed:
                raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the receiver is ending")
            done = self._commits.submit(_Request(about, body, found, rejected))
        try:
            done.result()
        except OSError as error:
            reason = error.strerror or str(error)
            self._trouble(f"What is received cannot be kept in {self.folder}: {reason}. Senders are told to try again.")
            raise RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE, f"it cannot be kept on the disk ({reason}); send it again later"
            ) from error
        return rejected

    def flush(self) -> ImportedFile | None:
        """Store the segment that has waited longest, as one import; None if nothing in it is new.

        Raises ReadinessError where it cannot be stored: it waits on then, behind the others.
        """
        with self._lock:
            if not self._segments:
                return None
            segment = self._segments[0]
            self._spool.seal(segment)
        try:
            stored, kept = self._stored(segment)
        except BaseException:
            with self._lock:
                self._segments.append(self._segments.pop(0))
            raise
        with self._lock:
            self._segments.remove(segment)
        if kept:
            segment.release()
        else:
            segment.remove()
        return stored

    def _store_all(self, said: Callable[[str], None]) -> None:
        """Each segment that waits now, once."""
        with self._lock:
            waiting = len(self._segments)
        for _ in range(waiting):
            try:
                self._check_time()
                stored = self.flush()
            except _OutOfTimeError:
                return
            except ReadinessError as refusal:
                self._trouble(f"{refusal} What was received waits in {self.folder} and is tried again.")
            else:
                if stored is not None:
                    said(stored.summary)

    def _check_time(self) -> None:
        """Raises _OutOfTimeError."""
        if self._stop.is_set():
            self._until = self._until or time.monotonic() + AT_THE_END
            if time.monotonic() > self._until:
                raise _OutOfTimeError

    def _commit(self, requests: Sequence[_Request]) -> list[None]:
        """Puts a group of requests on the disk. Raises OSError."""
        with self._lock:
            records = []
            for request in requests:
                known = self._responded(request)
                records.append(SpoolRecord({**request.about, "responses": known}, request.body))
            used = [record for record, request in zip(records, requests, strict=True) if request.found]
            if used:
                segment = self._spool.append(used)
                if segment not in self._segments:
                    self._segments.append(segment)
                segment.bodies += sum(len(record.body) for record in used)
            self.received += sum(len(request.found) for request in requests)
            self.rejected += sum(request.rejected.count for request in requests)
        return [None] * len(requests)

    def _responded(self, request: _Request) -> dict[str, str]:
        """The traces of the responses that its evaluations name, where that is all that they name; evaluations of unknown
        ones are rejected."""
        known: dict[str, str] = {}
        usable = []
        for piece in request.found:
            response = response_of(piece)
            if response and piece.trace_id and not piece.log:
                self._responses[response] = piece.trace_id
                if len(self._responses) > RESPONSES:
                    self._responses.popitem(last=False)
            if piece.trace_id is None:
                trace_id = self._responses.get(response) if response else None
                if trace_id is None or response is None:
                    request.rejected.add("an evaluation names neither a trace nor a response that was received")
                    continue
                known[response] = trace_id
            usable.append(piece)
        request.found[:] = usable
        return known

    def _stored(self, segment: Segment) -> tuple[ImportedFile | None, bool]:
        """What was imported of a segment, and whether its file has to stay, because not all of it could be."""
        contents = segment.read()
        self._tell_of(segment, contents)
        system = next((str(record.about["system"]) for record in contents.records), self._system)
        desk = self._desk_of(system)
        if desk is None:
            self._trouble(
                f"{segment.path} holds what was received for {one_line(system, 60)}, and the file has no system of that name"
                " now. It was not imported; it stays where it is."
            )
            return None, True
        notes = fields.Notes()
        records = self._records(contents, self._understanding.reader(notes))
        new, refused = self._new(system_of(desk), records)
        if refused:
            self._trouble(
                f"{plural(len(refused), 'trace')} of what was received could not be stored: {refused[0]} They stay in"
                f" {segment.path}, and the next `readiness collect` tries again."
            )
        kept = bool(refused or contents.damaged)
        if not new:
            return None, kept
        digest = hashlib.sha256("\n".join(record.raw for record in new).encode("utf-8", "surrogatepass")).hexdigest()

        def each() -> Iterator[Record]:
            for at, record in enumerate(new):
                if at % _PART == 0:
                    self._check_time()
                yield record
            yield from (Warn(warning.text) for warning in notes.warnings("received"))

        stored = import_records(desk, SOURCE, each(), where=f"collected at {self.address}", digest=digest)
        return stored, kept

    def _desk_of(self, system: str) -> Desk | None:
        """A desk at the review that a system's traces go to; None where there is no such system."""
        with self._desk.store.read() as conn:
            called = (system, *former_names.now(conn, former_names.SYSTEM, system))
            newest = next(filter(None, (reviews.latest(conn, system=name) for name in called)), None)
        if newest is None:
            return None
        if not self._follow and system == self._system:
            return self._desk
        return replace(self._desk, review_id=newest.id)

    def _new(self, system: str, records: list[TraceRecord]) -> tuple[list[TraceRecord], list[str]]:
        """The traces that say more than what is stored of them, and why others cannot be put together with it."""
        store = self._desk.store
        try:
            return [record for record, more in assembled(store, system, SOURCE, records) if more], []
        except ReadinessError:
            pass
        new, refused = [], []
        for record in records:  # one that cannot be stored is no reason to keep the others waiting
            try:
                new += [record for record, more in assembled(store, system, SOURCE, [record]) if more]
            except ReadinessError as refusal:
                refused.append(str(refusal))
        return new, refused

    def _records(self, contents: Contents, reader: Reader) -> list[TraceRecord]:
        """The traces, as far as they are in a segment."""
        traces: dict[str, TraceParts] = {}
        for record in contents.records:
            self._check_time()
            about = record.about
            found, _ = understood(str(about["signal"]), bool(about["protobuf"]), record.body, reader, self._check_time)
            for piece in found:
                trace_id = piece.trace_id or about["responses"].get(response_of(piece))
                if trace_id is not None:  # else it was rejected when it came
                    traces.setdefault(trace_id, TraceParts(trace_id, reader)).add(piece)
        built = []
        for parts in traces.values():
            self._check_time()
            built.append(parts.record())
        return built

    def _tell_of(self, segment: Segment, contents: Contents) -> None:
        if contents.torn:
            self._trouble(
                f"The last record of {segment.path.name} is cut off ({contents.torn:,} bytes): an earlier receiver died while"
                " it wrote it. Its sender got no answer."
            )
        if contents.damaged:
            self._trouble(
                f"{contents.damaged:,} bytes in the middle of {segment.path.name} are damaged and were not imported, though"
                " they were acknowledged. The rest was, and the file stays. Look at the disk."
            )

    def _trouble(self, text: str) -> None:
        """To be said by whoever runs this; what goes on is said once a minute."""
        with self._lock:
            if text not in self._troubles and time.monotonic() - self._told.get(text, -REMINDED) >= REMINDED:
                self._troubles.append(text)

    def _tell_troubles(self, said: Callable[[str], None]) -> None:
        with self._lock:
            troubles, self._troubles = self._troubles, []
            self._told |= dict.fromkeys(troubles, time.monotonic())
        for text in troubles:
            said(text)
