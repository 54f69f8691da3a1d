"""Many requests of the common kind, a list a field: what most of a log consists of, measured without an object for each.

Of the common kind is a request without steps and without fields beyond those here. What is worked out of the lists comes to
what is worked out of each record; tests hold both side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from readiness_tui.domain.runs.model import Outcome, ToolCall, Trace
from readiness_tui.domain.traces.steps import may_hold_ids

ChunkRow = tuple[str, int | None, float | None, str | None, str | None]  # the fields of a `Chunk`
CallRow = tuple[str, str | None, str | None, str | None, int | None]  # the fields of a `ToolCall`


class Scored(NamedTuple):
    """Whether any chunk of them has a score, and whether any has a text or a source."""

    score: bool
    text: bool


@dataclass(frozen=True)
class CommonTraces:
    """The fields of `Trace` by its names; each list has a value a request. `at`: its start in whole microseconds since 1970
    UTC. `whole`: the trace at a place."""

    id: list[str]
    at: list[int | None]
    prompt_version: list[str | None]
    model: list[str | None]
    index_version: list[str | None]
    app_version: list[str | None]
    status: list[str | None]
    outcome: list[Outcome | None]
    error: list[str | None]
    question: list[str | None]
    answer: list[str | None]
    chunks: list[tuple[ChunkRow, ...] | None]
    tool_calls: list[tuple[ToolCall, ...] | None]
    retrieval: list[bool | None]
    feedback: list[str | None]
    latency_ms: list[float | None]
    cost: list[float | None]
    tokens_in: list[int | None]
    tokens_out: list[int | None]
    scores: list[dict[str, float]]
    cached: list[bool]
    cold: list[bool]
    user: list[str | None]
    session: list[str | None]
    whole: Callable[[int], Trace]

    def __len__(self) -> int:
        return len(self.id)

    @cached_property
    def scored(self) -> Scored:
        """Most logs name their chunks by an id alone."""
        score = text = False
        for chunks in self.chunks:
            for chunk in chunks or ():
                score = score or chunk[2] is not None
                text = text or chunk[3] is not None or chunk[4] is not None
        return Scored(score, text)

    @cached_property
    def calls(self) -> list[tuple[CallRow, ...] | None]:
        """The fields of the tool calls."""
        return [
            tuple([(c.name, c.arguments, c.result, c.error, c.attempt) for c in calls]) if calls else calls  # type: ignore[misc]
            for calls in self.tool_calls
        ]

    @cached_property
    def ids_in_calls(self) -> bool:
        """Whether an id (`steps.IDS`) may be among the arguments of any call."""
        return may_hold_ids("\n".join([call[1] for calls in self.calls if calls for call in calls if call[1]]))
