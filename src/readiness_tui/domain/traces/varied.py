"""What of a record has to differ from others for a proof to say anything, as digests that are the same in every process
(scoring.md, "Presence is not proof")."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from hashlib import blake2b

from readiness_tui.domain.runs.model import Chunk, Trace
from readiness_tui.domain.traces.measured import OUTBOUND
from readiness_tui.domain.traces.steps import calls

_BY_PLACE = re.compile(r"(?:(?:chunk|doc|document|passage|context|node|result)s?[-_ #]?)?(\d{1,4})", re.IGNORECASE)


def values(trace: Trace) -> Iterator[tuple[str, Hashable]]:
    """Each field of which probes ask whether it differs, with the record's value; a field may come several times, once a
    call. Those of `calls` are numbered in its order, because which of them count is declared."""
    if trace.question is not None:
        yield "questions", trace.question
    if trace.answer is not None:
        yield "answers", trace.answer
    if trace.feedback is not None:
        yield "feedback", trace.feedback.strip().casefold()
    if trace.chunks is not None:
        yield "chunks", _ids(trace.chunks)
    for call in trace.tool_calls or ():
        if call.arguments is not None and call.arguments.strip() and not (call.result is None and call.error is None):
            yield "arguments", call.arguments
            yield "results", (call.result, call.error)
    if trace.cost is not None:
        yield "cost", trace.cost
    if trace.tokens_in is not None and trace.tokens_out is not None:
        yield "tokens", (trace.tokens_in, trace.tokens_out)
    for span in trace.spans or ():
        if span.kind in OUTBOUND and span.duration_ms is not None:
            yield "call_latency", span.duration_ms
    if trace.spans or trace.tool_calls:
        for at, called in enumerate(calls(trace)):
            for name, field in (("approvals", "approval_id"), ("keys", "idempotency_key")):
                if (found := called.id_of(field)) is not None:
                    yield f"{name} {at}", found


def _ids(chunks: tuple[Chunk, ...]) -> Hashable:
    """The chunks' ids; of ids that only number the list, which is the same in every request, no more than that."""
    found = [_BY_PLACE.fullmatch(chunk.id.strip()) for chunk in chunks]
    places = [int(match[1]) for match in found if match]
    start = places[0] if places else 0
    by_place = start in (0, 1) and places == list(range(start, start + len(chunks)))
    return "by place" if chunks and by_place else tuple(chunk.id for chunk in chunks)


def digest(value: Hashable) -> int:
    """64 bits of a value, the same in every process."""
    told = repr(value).encode("utf-8", "backslashreplace")
    return int.from_bytes(blake2b(told, digest_size=8).digest(), "big", signed=True)
