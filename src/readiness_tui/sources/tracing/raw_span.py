"""What a source says of one recorded step, and of one judgement, before a trace is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from readiness_tui.domain.runs.model import Chunk, SpanKind, ToolCall


class RawSpan(msgspec.Struct, frozen=True):
    """One recorded step, in our own terms; None is "not recorded".

    `ok`: True where the step succeeded, False where it failed (`error` says why), None if it is not known. `assumed`:
    that it succeeded is not said, but follows from its end without an error, as OpenTelemetry has it. `finish`: why the
    model stopped, in lower case. `outcome`: the application's own word for how the request ended.

    `input`, `output`: what a person would read (the user's last message, the answer), not the whole payload.
    `arguments`, `result`: JSON text of what a tool was given and returned; of a step without a known kind, too, which may
    turn out to be a tool call. `asked`: tool calls that a model requested, by call id ("" if it has none); `told`: tool
    results that a model was given, by call id. `reranks`: its `chunks` replace those retrieved before.

    What was understood, for "none called" and "nothing retrieved" need all of it. `explained`: True if it is known what
    the step did, so that it is neither a tool call nor a retrieval unless its kind says so; False if it is not; None if
    its tool calls it a step and no more (chain, span, task, or no kind at all): such a step is explained by a step of a
    known kind below it. `kind_word`: the tool's own word for a kind that is not known. `may_retrieve`: a step that is no
    tool call but may have retrieved, such as a query of a database. `blind`: its convention has no word for retrievals, so
    that none among its steps says nothing. `told_all`: an agent with all messages of its run, so that its tool calls are
    known without steps of their own. `unread`: names of its fields with messages or
    payloads that were not understood.

    `attributes`: kept on the span, under the names of `domain.evaluation.Span` if known. `texts`: its long texts by
    name, kept only if they contain a credential. `extra`: facts about the whole request.
    """

    id: str
    parent: str | None = None
    name: str = ""
    kind: SpanKind = SpanKind.OTHER
    started_at: datetime | None = None
    duration_ms: float | None = None
    ok: bool | None = None
    error: str | None = None
    outcome: str | None = None
    input: str | None = None
    output: str | None = None
    model: str | None = None
    prompt_version: str | None = None
    index_version: str | None = None
    app_version: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    cached: bool = False
    tool: str | None = None
    call_id: str | None = None
    arguments: str | None = None
    result: str | None = None
    attempt: int | None = None
    asked: tuple[tuple[str, ToolCall], ...] = ()
    told: Mapping[str, str] = {}
    chunks: tuple[Chunk, ...] | None = None
    reranks: bool = False
    user: str | None = None
    session: str | None = None
    feedback: str | None = None
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = {}
    texts: Mapping[str, str] = {}
    extra: Mapping[str, Any] = {}
    assumed: bool = False
    finish: str | None = None
    explained: bool | None = None
    kind_word: str | None = None
    may_retrieve: bool = False
    blind: bool = False
    told_all: bool = False
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenScore:
    """A score given to a request or one of its steps. `human`: by a person, so it is also feedback.

    `of`: the id of the step, or of the judgement itself; identical judgements count once.
    """

    name: str
    value: float | None = None
    label: str | None = None
    explanation: str | None = None
    human: bool = False
    error: str | None = None  # the judge's error; then there is no value
    of: str | None = None
