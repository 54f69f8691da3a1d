"""Cases, runs, eval sets and traces as columns of JSON, and back (msgspec: ten times the standard library's speed)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from math import isfinite
from operator import attrgetter
from typing import Any, get_type_hints

import msgspec

from readiness_tui.domain.runs.model import Case, Chunk, EvalSet, Outcome, Run, Score, Span, SpanKind, ToolCall, Trace
from readiness_tui.domain.traces.columns import CommonTraces
from readiness_tui.store.codec import from_micros, micros
from readiness_tui.store.schema import UNKNOWN_TIME

#: The texts of a trace's chunks where they lie apart, see `chunk_texts`; without a comma, as the names of columns are.
CHUNK_TEXTS = "(SELECT x.chunks FROM trace_text x WHERE x.key = trace.key)"
TRACE_COLUMNS = (
    "id, started_at, prompt_version, model, index_version, app_version, status, outcome, error, question, answer, "
    "chunks, tool_calls, retrieval, feedback, latency_ms, cost, tokens_in, tokens_out, scores, cached, cold, extra, "
    f"spans, person, session, {CHUNK_TEXTS}"
)

_TEXT = frozenset({str})
_SAME = frozenset({str, int, bool, type(None)})
_SHARED = 4_096  # distinct scores of cases that are remembered while a run is read
_LONG = 512  # characters of chunk texts in a trace from which they are compressed

_OUTCOMES: dict[Outcome | None, str | None] = {None: None, **{outcome: outcome.value for outcome in Outcome}}
_encode = msgspec.json.Encoder().encode
_chunks = msgspec.json.Decoder(list[tuple[str, int | None, float | None, str | None, str | None]]).decode
_texts = msgspec.json.Decoder(list[str | None]).decode
_calls = msgspec.json.Decoder(list[tuple[str, str | None, str | None, str | None, int | None]]).decode
_spans = msgspec.json.Decoder(tuple[Span, ...]).decode
_scores = msgspec.json.Decoder(dict[str, float]).decode
_any = msgspec.json.Decoder(dict[str, Any]).decode
_run = msgspec.json.Decoder(Run).decode
_case = msgspec.json.Decoder(Case).decode
_CASE = get_type_hints(Case)  # in the order of its fields
_SharedCase = msgspec.defstruct(
    "_SharedCase",
    [(name, msgspec.Raw if name in ("scores", "extra") else kind) for name, kind in _CASE.items()],
    gc=False,
)
_shared_case: Callable[[str], Any] = msgspec.json.Decoder(_SharedCase).decode
_case_fields = attrgetter(*_CASE)
_case_scores = msgspec.json.Decoder(dict[str, Score]).decode
_eval_set = msgspec.json.Decoder(EvalSet).decode


def to_json(value: Run | EvalSet) -> str:
    """Raises TypeError or ValueError for what JSON cannot carry."""
    return _encode(value).decode()


def case_json(case: Case) -> str:
    """Raises TypeError or ValueError for what JSON cannot carry; msgspec would write NaN and infinities as null."""
    figures = (case.latency_ms.value, case.cost.value, *(score.value for score in case.scores.values()))
    if not all(figure is None or isfinite(figure) for figure in figures):
        raise ValueError("a score, latency or cost is not a finite number")
    return _encode(case).decode()


def run(text: str) -> Run:
    return _run(text)


def case(text: str) -> Case:
    return _case(text)


def cases(texts: Iterable[str]) -> Iterator[Case]:
    """Cases that are held together. Of those with the same scores, to the letter, all have one dict of them, and those
    that say nothing else one empty `extra`: nobody changes either, and both are a third of what a run holds."""
    known: dict[bytes, dict[str, Score]] = {}
    nothing: dict[str, Any] = {}
    for text in texts:
        packed = _shared_case(text)
        raw = bytes(packed.scores)
        if (scored := known.get(raw)) is None:
            scored = _case_scores(raw)
            if len(known) < _SHARED:
                known[raw] = scored
        said = bytes(packed.extra)
        packed.scores, packed.extra = scored, nothing if said == b"{}" else _any(said)
        yield Case(*_case_fields(packed))


def eval_set(text: str) -> EvalSet:
    return _eval_set(text)


def trace_rows(traces: Sequence[Trace]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """As `trace_columns`, a tuple a trace."""
    names, columns = trace_columns(traces)
    return names, list(zip(*columns, strict=True))


def trace_columns(traces: Sequence[Trace]) -> tuple[list[str], list[list[Any]]]:
    """Names of columns and their values. Chunks and tool calls are arrays of their fields, in the domain's order;
    long texts of chunks lie apart (`chunk_texts`).

    Columns that are None throughout are left out: the SQLite module binds a None ten times slower than a text.
    Raises ValueError or TypeError where one of them cannot be stored.
    """
    return _used(
        {
            "id": [t.id for t in traces],
            "started_at": [UNKNOWN_TIME if t.started_at is None else micros(t.started_at) for t in traces],
            "prompt_version": [t.prompt_version for t in traces],
            "model": [t.model for t in traces],
            "index_version": [t.index_version for t in traces],
            "app_version": [t.app_version for t in traces],
            "status": [t.status for t in traces],
            "outcome": [_OUTCOMES[t.outcome] for t in traces],
            "error": [t.error for t in traces],
            "question": [t.question for t in traces],
            "answer": [t.answer for t in traces],
            "chunks": [t.chunks if t.chunks is None else _chunks_json(t.chunks) for t in traces],
            "tool_calls": [t.tool_calls if t.tool_calls is None else _calls_json(t.tool_calls) for t in traces],
            "retrieval": [t.retrieval if t.retrieval is None else int(t.retrieval) for t in traces],
            "feedback": [t.feedback for t in traces],
            "latency_ms": [t.latency_ms for t in traces],
            "cost": [t.cost for t in traces],
            "tokens_in": [t.tokens_in for t in traces],
            "tokens_out": [t.tokens_out for t in traces],
            "scores": [_scores_json(t.scores) if t.scores else None for t in traces],
            "cached": [int(t.cached) for t in traces],
            "cold": [int(t.cold) for t in traces],
            "extra": [_encode(t.extra).decode() if t.extra else None for t in traces],
            "spans": [t.spans if t.spans is None else _encode(t.spans).decode() for t in traces],
            "person": [t.user for t in traces],
            "session": [t.session for t in traces],
        }
    )


def common_columns(of: CommonTraces) -> tuple[list[str], list[list[Any]], list[bytes | None]]:
    """The same of requests of the common kind, with the texts of their chunks that lie apart."""
    chunks: list[str | None] = []
    texts: list[bytes | None] = [None] * len(of)
    for place, some in enumerate(of.chunks):
        if of.scored.text and some and sum([len(chunk[3]) for chunk in some if chunk[3]]) >= _LONG:
            texts[place] = _compressed([chunk[3] for chunk in some])
            some = tuple([(id, rank, score, None, source) for id, rank, score, _, source in some])
        chunks.append(None if some is None else _encode(some).decode())
    columns = _used(
        {
            "id": of.id,
            "started_at": [UNKNOWN_TIME if at is None else at for at in of.at],
            "prompt_version": of.prompt_version,
            "model": of.model,
            "index_version": of.index_version,
            "app_version": of.app_version,
            "status": of.status,
            "outcome": list(map(_OUTCOMES.__getitem__, of.outcome)),
            "error": of.error,
            "question": of.question,
            "answer": of.answer,
            "chunks": chunks,
            "tool_calls": ["[]" if calls == () else calls and _encode(calls).decode() for calls in of.calls],
            "retrieval": [flag if flag is None else int(flag) for flag in of.retrieval],
            "feedback": of.feedback,
            "latency_ms": of.latency_ms,
            "cost": of.cost,
            "tokens_in": of.tokens_in,
            "tokens_out": of.tokens_out,
            "scores": [_scores_json(scores) if scores else None for scores in of.scores],
            "cached": list(map(int, of.cached)),
            "cold": list(map(int, of.cold)),
            "person": of.user,
            "session": of.session,
        }
    )
    return *columns, texts


def _used(columns: dict[str, list[Any]]) -> tuple[list[str], list[list[Any]]]:
    for name in ("latency_ms", "cost"):
        if not all(map(isfinite, filter(None, columns[name]))):
            raise ValueError(f"{name} is not a finite number")
    used = {name: values for name, values in columns.items() if values.count(None) < len(values)}
    return list(used), list(used.values())


def _chunks_json(chunks: tuple[Chunk, ...]) -> str:
    apart = _long(chunks)
    return _encode([(c.id, c.rank, c.score, None if apart else c.text, c.source) for c in chunks]).decode()


def _long(chunks: tuple[Chunk, ...]) -> bool:
    """Whether their texts are worth compressing: they are the larger part of most records that log them."""
    return sum([len(c.text) for c in chunks if c.text]) >= _LONG


def chunk_texts(chunks: tuple[Chunk, ...] | None) -> bytes | None:
    """The texts of a trace's chunks as a JSON list in a Zstandard frame; None where they lie in its column `chunks`."""
    return _compressed([c.text for c in chunks]) if chunks and _long(chunks) else None


def _compressed(texts: list[str | None]) -> bytes:
    import zstandard  # only here: most commands never need it

    return bytes(zstandard.ZstdCompressor(level=1).compress(_encode(texts)))


def plain_size(found: tuple[bytes] | None) -> int:
    """Bytes of the JSON that such a row holds, by the frame's head (RFC 8878, 3.1.1.1: at most 18 bytes); 0 without it."""
    if found is None:
        return 0
    import zstandard

    return int(zstandard.frame_content_size(found[0]))


def _read_chunks(rows: str | None, texts: bytes | None) -> tuple[Chunk, ...] | None:
    if rows is None:
        return None
    chunks = _chunks(rows)
    if texts is None:
        return tuple([Chunk(*fields) for fields in chunks])
    import zstandard

    said = _texts(zstandard.ZstdDecompressor().decompress(texts))
    pairs = zip(chunks, said, strict=True)
    return tuple([Chunk(id, rank, score, text, source) for (id, rank, score, _, source), text in pairs])


def _calls_json(calls: tuple[ToolCall, ...]) -> str:
    return _encode([(c.name, c.arguments, c.result, c.error, c.attempt) for c in calls]).decode()


def _scores_json(scores: dict[str, float]) -> str:
    text = _encode(scores).decode()
    if "null" in text and not all(map(isfinite, scores.values())):  # msgspec writes NaN and infinities as null
        raise ValueError("a score is not a finite number")
    return text


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
        _read_chunks(row[11], row[26]),
        None if row[12] is None else tool_calls(row[12]),
        None if row[13] is None else bool(row[13]),
        row[14],
        row[15],
        row[16],
        row[17],
        row[18],
        scores(row[19]),
        bool(row[20]),
        bool(row[21]),
        extra(row[22]),
        _spans(row[23]) if row[23] else None,
        row[24],
        row[25],
    )


def as_stored(trace: Trace) -> Trace:
    """The trace as `trace` makes it of its row: numbers of the columns' kinds, times in UTC, JSON's lists.

    Most are so already, and are returned themselves. Raises as `trace_rows` does.
    """
    changes: dict[str, Any] = {}
    if trace.latency_ms is not None and type(trace.latency_ms) is not float:
        changes["latency_ms"] = float(trace.latency_ms)
    if trace.cost is not None and type(trace.cost) is not float:
        changes["cost"] = float(trace.cost)
    if trace.started_at is not None and trace.started_at.tzinfo is not UTC:
        changes["started_at"] = from_micros(micros(trace.started_at))
    if trace.chunks and any(chunk.score is not None and type(chunk.score) is not float for chunk in trace.chunks):
        changes["chunks"] = tuple([c if c.score is None else replace(c, score=float(c.score)) for c in trace.chunks])
    if trace.scores:
        changes["scores"] = scores(_scores_json(trace.scores))
    if trace.extra and not _is_flat(trace.extra):
        changes["extra"] = extra(_encode(trace.extra).decode())
    if trace.spans and not all(_is_as_stored(span) for span in trace.spans):
        changes["spans"] = _spans(_encode(trace.spans))
    return replace(trace, **changes) if changes else trace


def _is_flat(fields: dict[str, Any]) -> bool:
    """Whether names and values are such as JSON gives back as they are: texts, whole numbers, true, false and null, and
    lists of these."""
    if not _TEXT.issuperset(map(type, fields)):
        return False
    return _SAME.issuperset(map(type, fields.values())) or all(map(_is_same, fields.values()))


def _is_same(value: Any) -> bool:
    return type(value) in _SAME or (type(value) is list and _SAME.issuperset(map(type, value)))


def _is_as_stored(span: Span) -> bool:
    began, took = span.started_at, span.duration_ms
    return (
        (began is None or began.tzinfo is UTC)
        and (took is None or type(took) is float)
        and type(span.kind) is SpanKind
        and _is_flat(span.attributes)
    )


def scores(text: str | None) -> dict[str, float]:
    return _scores(text) if text else {}


def extra(text: str | None) -> dict[str, Any]:
    return _any(text) if text else {}


def tool_fragment(name: str) -> str:
    """What the JSON of a trace's tool calls holds, and nothing else in it can, where this tool was called."""
    return f"[{_encode(name).decode()},"


def tool_calls(text: str) -> tuple[ToolCall, ...]:
    """The calls of a row of `tool_calls`."""
    return tuple([ToolCall(*fields) for fields in _calls(text)])


def tool_names(calls: str | None) -> set[str]:
    """The tools that a row of `tool_calls` names."""
    return {call[0] for call in _calls(calls)} if calls and calls != "[]" else set()


def chunk_sources(chunks: str | None) -> set[str]:
    """The documents that a row of `chunks` comes from; a chunk without one stands for itself."""
    return {chunk[4] or chunk[0] for chunk in _chunks(chunks)} if chunks and chunks != "[]" else set()
