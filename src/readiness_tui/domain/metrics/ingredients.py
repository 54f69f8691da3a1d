"""The value of a metric for one case or trace, computed from its chunks, tool calls, output, times and costs.

Every reader returns a value, or why there is none: `MISSING` (the metric applies but the record does not have it),
`NOT_APPLICABLE` (the record leaves the denominator), or `CACHED` and `COLD` (it leaves a time or a cost, and that is
counted). A system error is missing, unless the metric counts errors.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import TypeVar

from readiness_tui.domain.runs.model import (
    UNREAD_STATUS,
    Case,
    CaseStatus,
    Chunk,
    GoldenCase,
    Measure,
    Provenance,
)
from readiness_tui.domain.traces.measured import Absent as Absent
from readiness_tui.domain.traces.measured import retried

MISSING, NOT_APPLICABLE = Absent.MISSING, Absent.NOT_APPLICABLE
#: What leaves the denominator and is counted beside the figure.
LEFT_OUT = frozenset({Absent.CACHED, Absent.COLD, Absent.SAID})

Reading = float | Absent
CaseReader = Callable[[Case, GoldenCase | None], Reading]
Record = TypeVar("Record")
Why = Callable[[Record], Absent | None]
Value = Callable[[Record], Reading]

_BRACKETS = re.compile(r"\[([^\[\]]+)\]")


def finite(value: float | None) -> Reading:
    """The value, or MISSING if it is absent, NaN or infinite."""
    return MISSING if value is None or not math.isfinite(value) else float(value)


# Retrieval: chunks against the gold's expected sources


def meets(chunk: Chunk, sources: Iterable[str]) -> bool:
    """Whether a chunk comes from one of these sources: its source or id equals one exactly, not just a part of it."""
    return any(source in (chunk.source, chunk.id) for source in sources)


def _nameless(chunk: Chunk) -> bool:
    """Whether of a chunk only its text is known, as Ragas and DeepEval write it: nobody can say where it came from."""
    return chunk.source is None and chunk.text is not None and chunk.id == chunk.text


def _ranked(chunks: tuple[Chunk, ...]) -> list[Chunk]:
    """Best first: by rank where every chunk has one, else in the order recorded."""
    if all(chunk.rank is not None for chunk in chunks):
        return sorted(chunks, key=lambda chunk: chunk.rank or 0)
    return list(chunks)


def _hits(case: Case, gold: GoldenCase | None) -> list[bool] | Absent:
    if gold is None or not gold.expected_sources:
        return NOT_APPLICABLE
    if case.status is CaseStatus.ERROR or case.chunks is None:
        return MISSING
    hits = [meets(chunk, gold.expected_sources) for chunk in _ranked(case.chunks)]
    return MISSING if not any(hits) and any(map(_nameless, case.chunks)) else hits


def hit(case: Case, gold: GoldenCase | None) -> Reading:
    hits = _hits(case, gold)
    return hits if isinstance(hits, Absent) else float(any(hits))


def precision(case: Case, gold: GoldenCase | None) -> Reading:
    hits = _hits(case, gold)
    if isinstance(hits, Absent):
        return hits
    return sum(hits) / len(hits) if hits else 0.0


def reciprocal_rank(case: Case, gold: GoldenCase | None) -> Reading:
    hits = _hits(case, gold)
    if isinstance(hits, Absent):
        return hits
    return 1 / (hits.index(True) + 1) if any(hits) else 0.0


# Generation: the output against the gold


def cited(output: str, known: Iterable[str]) -> set[str]:
    """The known ids that a text cites in square brackets: `[kb-1]`, `[kb-1, kb-2]`."""
    names = set(known)
    found = set()
    for inside in _BRACKETS.findall(output):
        found |= {part.strip() for part in (inside, *re.split(r"[,;]", inside))} & names
    return found


def citation_reader(all_sources: frozenset[str]) -> CaseReader:
    """A reader that knows every source of the golden set, so that it can recognise a wrong citation."""

    def read(case: Case, gold: GoldenCase | None) -> Reading:
        if gold is None or not gold.expected_sources:
            return NOT_APPLICABLE
        if case.status is CaseStatus.ERROR or case.output is None:
            return MISSING
        chunks = case.chunks or ()
        sources = {chunk.id: chunk.source for chunk in chunks}
        known = all_sources | sources.keys() | {chunk.source for chunk in chunks if chunk.source}
        wanted = set(gold.expected_sources)
        citations = cited(case.output, known)
        return float(bool(citations) and all(name in wanted or sources.get(name) in wanted for name in citations))

    return read


def must_include(case: Case, gold: GoldenCase | None) -> Reading:
    if gold is None or not gold.must_include:
        return NOT_APPLICABLE
    if case.status is CaseStatus.ERROR or case.output is None:
        return MISSING
    output = case.output.casefold()
    return float(all(text.casefold() in output for text in gold.must_include))


# Agent: status and tool calls


def success(case: Case, gold: GoldenCase | None = None) -> Reading:
    """1 if passed, 0 if failed or errored, missing if the run does not say."""
    if case.status is CaseStatus.UNKNOWN:
        return 0.0 if case.error else MISSING
    return float(case.status is CaseStatus.PASS)


def expected_tools(case: Case, gold: GoldenCase | None) -> Reading:
    if gold is None or not gold.expected_tools:
        return NOT_APPLICABLE
    if case.status is CaseStatus.ERROR or case.tool_calls is None:
        return MISSING
    return float({call.name for call in case.tool_calls} == set(gold.expected_tools))


def case_retried(case: Case, gold: GoldenCase | None) -> Reading:
    return MISSING if case.status is CaseStatus.ERROR else retried(case.tool_calls)


# Operations


def why_untypical(case: Case) -> Absent | None:
    """Answered from a cache, or a cold start: its times and costs are not typical of a request."""
    if Provenance.CACHED in (case.latency_ms.provenance, case.cost.provenance):
        return Absent.CACHED
    return Absent.COLD if case.extra.get("cold") is True else None


def typical(records: Sequence[Record], why: Why[Record], value: Value[Record]) -> Callable[[Record], Reading]:
    """A reader of a time or a cost that leaves out what is not typical, and why. One that is called cached and is
    larger than the median of those that are not was no hit of a cache: it counts. `value` may be MISSING."""
    usual: list[float] | None = None

    def read(record: Record) -> Reading:
        nonlocal usual
        reason, found = why(record), value(record)
        if reason is not Absent.CACHED or isinstance(found, Absent):
            return found if reason is None else reason
        if usual is None:
            others = (value(other) for other in records if why(other) is None)
            usual = [median(kept)] if (kept := [x for x in others if not isinstance(x, Absent)]) else []
        return found if usual and found > usual[0] else reason

    return read


def _latency(case: Case) -> Reading:
    """In milliseconds; a system error's time is not that of an answer."""
    return MISSING if case.status is CaseStatus.ERROR else _known(case.latency_ms)


def _cost(case: Case) -> Reading:
    """What the request cost, even if it failed: that money is spent too."""
    return _known(case.cost)


def _known(measure: Measure) -> Reading:
    return MISSING if measure.provenance is Provenance.MISSING else finite(measure.value)


def latency_reader(cases: Sequence[Case]) -> CaseReader:
    read = typical(cases, why_untypical, _latency)
    return lambda case, gold: read(case)


def cost_reader(cases: Sequence[Case]) -> CaseReader:
    read = typical(cases, why_untypical, _cost)
    return lambda case, gold: read(case)


def tokens(case: Case, gold: GoldenCase | None) -> Reading:
    return MISSING if case.status is CaseStatus.ERROR else _sum(case.tokens_in, case.tokens_out)


def _sum(tokens_in: int | None, tokens_out: int | None) -> Reading:
    return MISSING if tokens_in is None or tokens_out is None else float(tokens_in + tokens_out)


def errored(case: Case, gold: GoldenCase | None) -> Reading:
    """1 for a system error; missing for a case with neither a status nor an answer, or a status nobody understood."""
    unread = UNREAD_STATUS in case.extra
    if case.status is CaseStatus.UNKNOWN and (unread or (case.output is None and not case.scores)):
        return MISSING
    return float(case.status is CaseStatus.ERROR)


CASE_READERS: dict[str, CaseReader] = {
    "retrieval_hit_rate": hit,
    "context_precision": precision,
    "mrr": reciprocal_rank,
    "must_include_pass_rate": must_include,
    "task_success_rate": success,
    "tool_call_accuracy": expected_tools,
    "retry_rate": case_retried,
    "error_rate": errored,
    "tokens_per_request": tokens,
}
#: Readers that compare a case with the others of its run.
AMONG_CASES: dict[str, Callable[[Sequence[Case]], CaseReader]] = {
    "latency_p50_ms": latency_reader,
    "latency_p95_ms": latency_reader,
    "latency_p99_ms": latency_reader,
    "total_cost": cost_reader,
}
