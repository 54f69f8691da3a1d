"""What of a record has to differ from others for a proof to say anything, as digests that are the same in every process
(scoring.md, "Presence is not proof")."""

from __future__ import annotations

import re
from collections.abc import Container, Hashable, Iterator, Sequence

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.content import number_of
from readiness_tui.domain.traces.measured import OUTBOUND
from readiness_tui.domain.traces.steps import IDS, calls, may_hold_ids

_BY_PLACE = re.compile(r"(?:(?:chunk|doc|document|passage|context|node|result)s?[-_ #]?)?(\d{1,4})", re.IGNORECASE)


def values(trace: Trace, known: Container[str] = ()) -> Iterator[tuple[str, Hashable]]:
    """Each field of which probes ask whether it differs, with the record's value; a field may come several times, once a
    call. Those of `calls` are numbered in its order, because which of them count is declared. `known`: fields that are
    not asked for any more."""
    if trace.question is not None and "questions" not in known:
        yield "questions", trace.question
    if trace.answer is not None and "answers" not in known:
        yield "answers", trace.answer
    if trace.feedback is not None and "feedback" not in known:
        yield "feedback", trace.feedback.strip().casefold()
    if trace.chunks is not None and "chunks" not in known:
        yield "chunks", of_ids([chunk.id for chunk in trace.chunks])
    if trace.cost is not None and "cost" not in known:
        yield "cost", trace.cost + 0.0  # 1 and 1.0 are one cost
    if trace.tokens_in is not None and trace.tokens_out is not None and "tokens" not in known:
        yield "tokens", (trace.tokens_in, trace.tokens_out)
    if trace.tool_calls and not ("arguments" in known and "results" in known):
        for call in trace.tool_calls:
            if call.arguments and call.arguments.strip() and not (call.result is None and call.error is None):
                yield "arguments", call.arguments
                yield "results", (call.result, call.error)
    if trace.spans and "call_latency" not in known:
        for span in trace.spans:
            if span.kind in OUTBOUND and span.duration_ms is not None:
                yield "call_latency", span.duration_ms + 0.0
    if trace.spans or (trace.tool_calls and any(may_hold_ids(call.arguments) for call in trace.tool_calls)):
        for at, called in enumerate(calls(trace)):
            for name, field in zip(("approvals", "keys"), IDS, strict=True):
                if f"{name} {at}" not in known and (found := called.id_of(field)) is not None:
                    yield f"{name} {at}", found


def of_ids(chunks: Sequence[str]) -> Hashable:
    """The ids of a request's chunks; of ids that only number the list, which is the same in every request, no more than that."""
    found = [_BY_PLACE.fullmatch(chunk.strip()) for chunk in chunks]
    places = [int(match[1]) for match in found if match]
    start = places[0] if places else 0
    by_place = start in (0, 1) and places == list(range(start, start + len(chunks)))
    return "by place" if chunks and by_place else tuple(chunks)


def digest(value: Hashable) -> int:
    """64 bits of a value, the same in every process."""
    return number_of(value)
