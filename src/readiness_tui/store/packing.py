"""Cases, runs, eval sets and traces as columns of JSON, and back (msgspec: ten times the standard library's speed)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, TypeVar

import msgspec

from readiness_tui.domain.evaluation import Case, Chunk, EvalSet, Outcome, Run, ToolCall, Trace
from readiness_tui.store.codec import from_micros, micros
from readiness_tui.store.schema import UNKNOWN_TIME

T = TypeVar("T")

TRACE_COLUMNS = (
    "id, started_at, prompt_version, model, index_version, app_version, status, outcome, error, question, answer, "
    "chunks, tool_calls, retrieval, feedback, latency_ms, cost, tokens_in, tokens_out, scores, cached, cold, extra"
)
RAW_BLOCK = 64  # records compressed together: one is read by unpacking some 50 KB

_encode = msgspec.json.Encoder().encode
_chunks = msgspec.json.Decoder(list[tuple[str, int | None, float | None, str | None, str | None]]).decode
_calls = msgspec.json.Decoder(list[tuple[str, str | None, str | None, str | None, int | None]]).decode
_scores = msgspec.json.Decoder(dict[str, float]).decode
_any = msgspec.json.Decoder(dict[str, Any]).decode
_run = msgspec.json.Decoder(Run).decode
_case = msgspec.json.Decoder(Case).decode
_eval_set = msgspec.json.Decoder(EvalSet).decode


def to_json(value: Run | Case | EvalSet) -> str:
    """Raises TypeError or ValueError for what JSON cannot carry."""
    return _encode(value).decode()


def run(text: str) -> Run:
    return _run(text)


def case(text: str) -> Case:
    return _case(text)


def eval_set(text: str) -> EvalSet:
    return _eval_set(text)


def trace_row(trace: Trace) -> tuple[Any, ...]:
    """The values of TRACE_COLUMNS. Chunks and tool calls are arrays of their fields, in the domain's order."""
    chunks, calls, scores = trace.chunks, trace.tool_calls, trace.scores
    if scores and not all(map(isfinite, scores.values())):
        raise ValueError("a score that is not a finite number")
    return (
        trace.id,
        UNKNOWN_TIME if trace.started_at is None else micros(trace.started_at),
        trace.prompt_version,
        trace.model,
        trace.index_version,
        trace.app_version,
        trace.status,
        None if trace.outcome is None else trace.outcome.value,
        trace.error,
        trace.question,
        trace.answer,
        None if chunks is None else _encode([(c.id, c.rank, c.score, c.text, c.source) for c in chunks]).decode(),
        None
        if calls is None
        else _encode([(c.name, c.arguments, c.result, c.error, c.attempt) for c in calls]).decode(),
        trace.retrieval,
        trace.feedback,
        trace.latency_ms,
        trace.cost,
        trace.tokens_in,
        trace.tokens_out,
        _encode(scores).decode() if scores else None,
        trace.cached,
        trace.cold,
        _encode(trace.extra).decode() if trace.extra else None,
    )


def trace(row: Sequence[Any]) -> Trace:
    """A trace from the values of TRACE_COLUMNS."""
    return Trace(
        row[0],
        None if row[1] == UNKNOWN_TIME else from_micros(row[1]),
        row[2],
        row[3],
        row[4],
        row[5],
        row[6],
        None if row[7] is None else Outcome(row[7]),
        row[8],
        row[9],
        row[10],
        None if row[11] is None else tuple([Chunk(*fields) for fields in _chunks(row[11])]),
        None if row[12] is None else tuple([ToolCall(*fields) for fields in _calls(row[12])]),
        None if row[13] is None else bool(row[13]),
        row[14],
        row[15],
        row[16],
        row[17],
        row[18],
        _scores(row[19]) if row[19] else {},
        bool(row[20]),
        bool(row[21]),
        _any(row[22]) if row[22] else {},
    )


def tool_fragment(name: str) -> str:
    """What the JSON of a trace's tool calls holds, and nothing else in it can, where this tool was called."""
    return f"[{_encode(name).decode()},"


def pack(records: Sequence[str]) -> bytes:
    """Raw records, compressed together: their lengths, a newline, their bytes. Lone surrogates survive."""
    parts = [record.encode("utf-8", "surrogatepass") for record in records]
    return zlib.compress(b"\n".join((_encode([len(part) for part in parts]), b"".join(parts))), 1)


def unpack(data: bytes) -> list[str]:
    lengths, _, joined = zlib.decompress(data).partition(b"\n")
    records, start = [], 0
    for length in msgspec.json.decode(lengths, type=list[int]):
        records.append(joined[start : start + length].decode("utf-8", "surrogatepass"))
        start += length
    return records


def split(encode: Callable[[T], Any], values: Sequence[T]) -> tuple[list[tuple[T, Any]], list[tuple[T, str]]]:
    """Values with their encoding, and those that cannot be stored with the reason: text that is not Unicode, integers
    beyond 64 bits, times without a zone, numbers that are not finite."""
    good: list[tuple[T, Any]] = []
    bad: list[tuple[T, str]] = []
    for value in values:
        try:
            good.append((value, encode(value)))
        except (ValueError, TypeError, OverflowError) as error:
            bad.append((value, str(error)))
    return good, bad
