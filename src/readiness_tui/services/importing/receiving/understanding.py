"""What an export request says: the spans and evaluations in it that can be used, and why others cannot."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping
from http import HTTPStatus

from readiness_tui.services.importing.receiving.http_server import RefusedError
from readiness_tui.services.importing.receiving.otlp_http import Unused
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.jsonio import RecordError, decode
from readiness_tui.sources.otel import protobuf as otlp_protobuf
from readiness_tui.sources.otel.batch import Bad, OtelRecord, pieces, plain
from readiness_tui.sources.otel.source import EVENTS
from readiness_tui.sources.otel.trace import TraceParts, event_name
from readiness_tui.sources.tracing.span_reader import Reader

AT_ONCE = 2  # requests whose records are unpacked in memory
REMEMBERED = 500  # requests read by one reader, which remembers the kinds of attributes that it met


class Understanding:
    """Reads requests by one table of names. `ended`: asked in between, whether nobody waits for the answer any more."""

    def __init__(self, names: Mapping[str, tuple[str, ...]], *, ended: Callable[[], bool]) -> None:
        self._names = names
        self._ended = ended
        # A reader takes longer to make than a small request to read.
        self._readers: queue.SimpleQueue[tuple[Reader, int]] = queue.SimpleQueue()
        for _ in range(AT_ONCE):
            self._readers.put((self.reader(fields.Notes()), 1))

    def reader(self, notes: fields.Notes) -> Reader:
        return Reader(self._names, notes)

    def of_request(self, signal: str, protobuf: bool, body: bytes) -> tuple[list[OtelRecord], Unused]:
        """`understood`, as soon as one of a few readers is free. Raises RefusedError."""
        reader, times = self._readers.get()
        try:
            return understood(signal, protobuf, body, reader, self._check_ended)
        except RecordError as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, str(error)) from error
        finally:
            self._readers.put((reader, times + 1) if times < REMEMBERED else (self.reader(fields.Notes()), 1))

    def _check_ended(self) -> None:
        if self._ended():
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the receiver is ending")


def understood(
    signal: str, protobuf: bool, body: bytes, reader: Reader, check: Callable[[], None] = lambda: None
) -> tuple[list[OtelRecord], Unused]:
    """The pieces of a batch that can be used, and why others cannot. Each is tried here, so that an import can trust
    them all. `check`: called before each, to raise what ends it. Raises RecordError where it is no batch."""
    batch = otlp_protobuf.decode(body, signal) if protobuf else decode(body)
    notes = fields.Notes()
    found: list[OtelRecord] = []
    rejected = Unused()
    for at, piece in enumerate(pieces(batch, notes) if batch != {} else ()):
        check()
        try:
            if isinstance(piece, Bad):
                raise RecordError(f"{piece.place}: {piece.reason}")
            if piece.log and not _judges(piece, notes):
                continue
            TraceParts(piece.trace_id or "", reader).add(piece)
            found.append(piece)
        except RecordError as error:
            rejected.add(str(error) if isinstance(piece, Bad) else f"record {at + 1}: {error}")
    return found, rejected


def response_of(piece: OtelRecord) -> str | None:
    """The id of the model's response that a span or log record is of."""
    attributes = {part.get("key"): part.get("value") for part in piece.value.get("attributes") or ()}
    return (attributes.get("gen_ai.response.id") or {}).get("stringValue") or None


def _judges(piece: OtelRecord, notes: fields.Notes) -> bool:
    """Whether a log record is an evaluation or a message of a model call; anything else is ignored."""
    attributes = plain(piece.value.get("attributes"), notes)
    return event_name(piece.value, attributes) in EVENTS or "gen_ai.evaluation.name" in attributes
