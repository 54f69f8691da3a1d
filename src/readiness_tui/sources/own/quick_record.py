"""Trace records of the common shape, read in one step: decoded into typed fields instead of into dicts that are looked at.

What the general reader (`trace_record`) takes as it stands, texts as texts and numbers as numbers, is read here; of
anything else this says nothing, and the general reader reads it, refuses it, or notes what is odd. Both come to the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from readiness_tui.domain.runs.model import Chunk, ToolCall, Trace
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.jsonio import LONG, RecordError, decode, has_its_quotes

_SAFE = 2**53
_Int = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_Scalar = None | bool | _Int | float | str
_Flat = _Scalar | list[_Scalar] | dict[str, _Scalar]
_Whole = Annotated[int, msgspec.Meta(ge=0, lt=_SAFE)] | None
_Amount = Annotated[float, msgspec.Meta(ge=0, lt=_SAFE)] | None
_Text = str | None
_REFUSED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # ValidationError is one of the first
_encode = msgspec.json.Encoder().encode
_NEVER = Annotated[int, msgspec.Meta(ge=1, le=0)]


class _ChunkRow(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    id: _Text = None
    chunk_id: _Text = None
    doc_id: _Text = None
    text: _Text = None
    source: _Text = None
    rank: _Whole = None
    score: Annotated[float, msgspec.Meta(gt=-_SAFE, lt=_SAFE)] | None = None


class _CallRow(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    name: Annotated[str, msgspec.Meta(min_length=1)]
    arguments: _Flat = None
    args: _Flat = None
    input: _Flat = None
    result: _Flat = None
    output: _Flat = None
    error: _Text = None
    attempt: _Whole = None


#: Of each field that is read here; a record with one of the others is the general reader's.
_TYPES: dict[str, Any] = {
    "trace_id": Annotated[str, msgspec.Meta(min_length=1)],
    "started_at": _Text,
    "latency_ms": _Amount,
    "cost": Annotated[float, msgspec.Meta(gt=0, lt=_SAFE)] | None,  # 0 may be none
    "tokens_in": _Whole,
    "tokens_out": _Whole,
    "retrieved_chunks": list[str | _ChunkRow] | None,
    "tool_calls": list[_CallRow] | None,
    "retrieval": bool | None,
    "cached": bool | None,
    "cold": bool | None,
    **dict.fromkeys(("prompt_version", "model", "index_version", "app_version", "status", "error"), _Text),
    **dict.fromkeys(("question", "answer", "feedback", "user", "session"), _Text),
}
_ESCAPED = frozenset('"\\')
_ABSENT = "(no "  # how the key of a field begins that the records have not
_PLANS = 4  # sets of keys that a file's records may share, each a decoder
_TRIES = 1_000  # records after which it is given up, where most were not of the common shape

#: Makes a trace of typed fields and of those that are none of ours.
Make = Callable[["QuickRow", dict[str, Any]], Trace | None]


class QuickRow(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """The fields of a record by our names; None where it has none."""

    trace_id: Any = None
    started_at: Any = None
    prompt_version: Any = None
    model: Any = None
    index_version: Any = None
    app_version: Any = None
    status: Any = None
    error: Any = None
    question: Any = None
    answer: Any = None
    retrieved_chunks: Any = None
    tool_calls: Any = None
    retrieval: Any = None
    feedback: Any = None
    latency_ms: Any = None
    cost: Any = None
    tokens_in: Any = None
    tokens_out: Any = None
    cached: Any = None
    cold: Any = None
    user: Any = None
    session: Any = None


class _RowPlan:
    """How records of one set of keys are decoded, all of which have to be there. `known`: a key by our field; `others`:
    their keys that are none of our fields, in their order."""

    def __init__(self, known: dict[str, str], others: tuple[str, ...]) -> None:
        self.others = others
        self.tokens = tuple(f"{json.dumps(key, ensure_ascii=False)}:".encode() for key in self.others)
        absent = {name: f"{_ABSENT}{name})" for name in _TYPES if name not in known}  # a key of which no value is taken
        named = [(name, _TYPES[name]) for name in known] + [(f"other_{at}", _Scalar) for at in range(len(others))]
        named += [(name, _NEVER, None) for name in absent]  # type: ignore[misc]
        rename = known | absent | {f"other_{at}": key for at, key in enumerate(others)}
        row = msgspec.defstruct("Row", named, bases=(QuickRow,), rename=rename, kw_only=True)
        self.decode: Callable[[bytes], Any] = msgspec.json.Decoder(row).decode

    def rest(self, row: Any, raw: bytes) -> dict[str, Any] | None:
        """The fields that are none of ours, in the order in which they stand; None where that is not sure."""
        if len(self.tokens) > 1:
            places = [raw.find(token) for token in self.tokens]
            if places[0] < 0 or places != sorted(places) or any(raw.count(token) != 1 for token in self.tokens):
                return None
        return {key: getattr(row, f"other_{at}") for at, key in enumerate(self.others)}


@lru_cache(64)  # each piece of a file has the same ones
def _plan(known: tuple[tuple[str, str], ...], others: tuple[str, ...]) -> _RowPlan:
    return _RowPlan(dict(known), others)


class QuickRecords:
    """Reads lines, once it was shown what keys the records of a file have."""

    def __init__(self, aliases: Mapping[str, str], refused: frozenset[str], make: Make) -> None:
        """`aliases`: our field by key; `refused`: keys of which the general reader has something to say."""
        self._aliases, self._refused, self.make = aliases, refused, make
        self._known: dict[tuple[str, ...], None] = {}
        self._plans: list[_RowPlan] = []
        self._read = self._left = 0

    def learn(self, keys: tuple[str, ...]) -> None:
        """The general reader took a record with these keys."""
        if len(self._known) >= _PLANS or keys in self._known:
            return
        self._known[keys] = None
        ours = [self._aliases[key] for key in keys if key in self._aliases]
        plain = all(
            key.isprintable() and not _ESCAPED & set(key) and not key.startswith(_ABSENT) for key in keys
        )  # as JSON writes them, and no plan names its own
        if len(set(ours)) == len(ours) and _TYPES.keys() >= set(ours) and self._refused.isdisjoint(keys) and plain:
            known = tuple((self._aliases[key], key) for key in keys if key in self._aliases)
            self._plans.append(_plan(known, tuple(key for key in keys if key not in self._aliases)))

    def rows(self, lines: Sequence[bytes]) -> list[tuple[QuickRow, dict[str, Any]]] | None:
        """All of these lines decoded, each with its fields that are none of ours; None where one of them is the general
        reader's."""
        whole = b"\n".join(lines)
        if max(map(len, lines), default=0) > LONG or (b"\\" in whole and b"\\u0022" in whole):
            return None
        rows: list[tuple[QuickRow, dict[str, Any]]] = []
        for raw in lines:
            for plan in self._plans:
                try:
                    row = plan.decode(raw)
                except _REFUSED:
                    continue
                break
            else:
                if (learned := self._learned(raw)) is None:
                    return None
                plan, row = learned
            if not plan.others:
                rows.append((row, {}))
            elif (rest := plan.rest(row, raw)) is not None:
                rows.append((row, rest))
            else:
                return None
        # A key that stood twice is missing from what is written out again, and nothing else adds a quote to it: so the sums
        # are equal where they are in each line.
        same = whole.count(b'"') == _encode([row for row, _ in rows]).count(b'"')
        return rows if same else None

    def _learned(self, raw: bytes) -> tuple[_RowPlan, Any] | None:
        """The plan that this line teaches, and the line by it."""
        try:
            value = decode(raw)
            known = len(self._plans)
            if type(value) is dict:
                self.learn(tuple(value))
            return (self._plans[-1], self._plans[-1].decode(raw)) if len(self._plans) > known else None
        except (RecordError, *_REFUSED):
            return None

    def __call__(self, raw: bytes) -> Trace | None:
        """The trace of a line; None where it is the general reader's. Raises RecordError as that does."""
        if not self._plans or len(raw) > LONG or (self._left > _TRIES and self._left > self._read):
            return None
        for at, plan in enumerate(self._plans):
            try:
                row = plan.decode(raw)
            except _REFUSED:
                continue
            rest = plan.rest(row, raw) if plan.others else {}
            if rest is None or not has_its_quotes(raw, row):
                break
            if at and self._read % _TRIES == 0:  # what is frequent is tried first
                self._plans.insert(0, self._plans.pop(at))
            self._read += 1
            return self.make(row, rest)
        self._left += 1
        return None


def chunks(rows: list[str | _ChunkRow] | None) -> tuple[Chunk, ...] | None:
    """Raises LookupError for one that has nothing to be known by."""
    return None if rows is None else tuple([_chunk(row) for row in rows])


def _chunk(row: str | _ChunkRow) -> Chunk:
    if type(row) is str:
        return Chunk(row)
    assert isinstance(row, _ChunkRow)
    for ident in (row.id, row.chunk_id, row.doc_id, row.source, row.text):
        if ident is not None:
            return Chunk(ident, row.rank, row.score, row.text, row.source)
    raise LookupError


def tool_calls(rows: list[_CallRow] | None) -> tuple[ToolCall, ...] | None:
    return None if rows is None else tuple([_tool_call(row) for row in rows])


def _tool_call(row: _CallRow) -> ToolCall:
    given = next((part for part in (row.arguments, row.args, row.input) if part is not None), None)
    returned = row.output if row.result is None else row.result
    return ToolCall(
        row.name,
        None if given is None else fields.as_json(given),
        None if returned is None else fields.result_json(returned),
        row.error,
        row.attempt,
    )
