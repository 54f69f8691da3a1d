"""What a log must contain: the share probes over traces (checklists.md, `has(x)`).

Each docstring says which records the query applies to and which of them carry the value. A placeholder ("unknown",
"n/a") counts as no value.
"""

from __future__ import annotations

import re

from readiness_tui.domain.probes.base import safe
from readiness_tui.domain.probes.shares import ShareQuery, ShareTally, ranked
from readiness_tui.domain.runs.model import Outcome, Trace

_NOTHING = frozenset({"", "unknown", "none", "null", "nil", "nan", "n/a", "na", "undefined", "unset", "-", "—", "?"})
_LISTED = 10

# A date, a provider's numbered snapshot (-002, -0613, -2407, -1106-), a version (-v3, -v1:0), or a content digest.
_PINNED = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{2}-\d{4}|(?<!\d)(?:\d{8}|\d{6})(?!\d)|[-@_.]\d{3,4}(?:$|[-:@])|[-@:_]v\d+(?:[.:]\d+)*$"
    r"|sha256|[@:-][0-9a-f]{12,}$",
    re.IGNORECASE,
)


def has(value: str | None) -> bool:
    """Whether a text field has a real value."""
    return value is not None and value.strip().casefold() not in _NOTHING


def floating(model: str) -> bool:
    """Whether a model name is an alias that may later point to another model: it has no date, snapshot or version.

    `gpt-4o` and `…-latest` float; `gpt-4o-2024-08-06`, `gemini-1.5-pro-002` and `support-ft-v3` do not.
    """
    return "latest" in model.casefold() or not _PINNED.search(model)


def _prompt_version(trace: Trace, tally: ShareTally) -> None:
    """Applies to every request."""
    tally.count(trace.id, has(trace.prompt_version))


def _index_version(trace: Trace, tally: ShareTally) -> None:
    """Applies to every request except those that state they did not retrieve from an index."""
    if trace.retrieval is not False:
        tally.count(trace.id, has(trace.index_version))


def _model_version(trace: Trace, tally: ShareTally) -> None:
    """Applies to every request; any model name counts. Floating aliases are noted for a person to judge."""
    carries = has(trace.model)
    tally.count(trace.id, carries)
    if carries and trace.model is not None:
        tally.notes[trace.model] += 1


def _aliases(tally: ShareTally) -> tuple[str, ...]:
    named = [(model, count) for model, count in ranked(tally.notes) if floating(model)]
    lines = [
        f"floating alias {safe(model)} on {count:,}: it names no date or version and may move silently"
        for model, count in named[:_LISTED]
    ]
    if len(named) > _LISTED:
        lines.append(f"and {len(named) - _LISTED:,} more floating aliases")
    return tuple(lines)


def _retrieved_context(trace: Trace, tally: ShareTally) -> None:
    """Applies to requests that retrieved: the log says so, or lists chunks. They carry it if all chunks have an id, or
    with an explicit empty list. A request whose log says nothing about retrieval counts as lacking as soon as any
    request in the log retrieved; if none did, there is nothing to count."""
    if trace.chunks is None:
        if trace.retrieval is None:
            tally.doubt(trace.id, "a word on whether they retrieved")
        elif trace.retrieval:
            tally.count(trace.id, False, "the chunks")
    elif trace.chunks or trace.retrieval is not False:
        tally.count(trace.id, all(has(chunk.id) for chunk in trace.chunks), "a chunk's id")


def _tool_io(trace: Trace, tally: ShareTally) -> None:
    """Applies to every tool call; it carries its arguments and a result or error (an empty object is logged)."""
    for call in trace.tool_calls or ():
        parts = []
        if call.arguments is None:
            parts.append("the arguments")
        if call.result is None and call.error is None:
            parts.append("the result")
        tally.count(trace.id, call.complete, " and ".join(parts), call.name or "(a tool without a name)")


def _feedback(trace: Trace, tally: ShareTally) -> None:
    """Applies to every piece of feedback; it carries if it is joined to an identified request."""
    if trace.feedback is not None and trace.feedback.strip():
        tally.count(trace.id, has(trace.id))
    else:
        tally.notes["without"] += 1


def _feedback_share(tally: ShareTally) -> tuple[str, ...]:
    return (f"feedback on {tally.n:,} of {tally.n + tally.notes['without']:,} requests",) if tally.n else ()


def _tokens_and_cost(trace: Trace, tally: ShareTally) -> None:
    """Applies to every request that was not answered from a cache; it carries tokens in, tokens out and cost."""
    if trace.cached:
        return
    parts = [
        name
        for name, value in (("tokens in", trace.tokens_in), ("tokens out", trace.tokens_out), ("cost", trace.cost))
        if value is None
    ]
    tally.count(trace.id, not parts, " and ".join(parts))
    if parts and (trace.error is not None or trace.outcome is Outcome.ERROR):
        tally.notes["failed"] += 1


def _failed(tally: ShareTally) -> tuple[str, ...]:
    failed = tally.notes["failed"]
    return (f"{failed:,} of those that lack them ended in a system error",) if failed else ()


def _outcome(trace: Trace, tally: ShareTally) -> None:
    """Applies to every request; it carries if its status is known to mean success, failure, abstention or error.
    A status word of unknown meaning leaves the cost per success undefined, so it does not count; it is listed."""
    carries = trace.outcome is not None
    tally.count(trace.id, carries, "" if carries else "a status" if not has(trace.status) else "a status that is known")
    if not carries and trace.status is not None and has(trace.status):
        tally.notes[trace.status] += 1


def _unknown_words(tally: ShareTally) -> tuple[str, ...]:
    return tuple(
        f"status “{safe(word)}” on {count:,} is not known to mean success, fail, abstain or error"
        for word, count in ranked(tally.notes)[:_LISTED]
    )


SHARES = (
    ShareQuery(
        "prompt_version_logged", "requests", "carry a prompt version", "no trace falls in the window", _prompt_version
    ),
    ShareQuery(
        "model_version_logged", "requests", "carry the model", "no trace falls in the window", _model_version, _aliases
    ),
    ShareQuery(
        "retrieved_context_logged",
        "requests that retrieve",
        "carry their chunks or an explicit empty list",
        "no imported trace shows a retrieval; log the chunk ids, or an empty list where nothing was found",
        _retrieved_context,
    ),
    ShareQuery(
        "tool_io_logged",
        "tool calls",
        "carry both arguments and a result or error",
        "no imported trace shows a tool call",
        _tool_io,
    ),
    ShareQuery(
        "feedback_captured",
        "pieces of feedback",
        "are joined to their request",
        "no imported trace carries user feedback",
        _feedback,
        _feedback_share,
    ),
    ShareQuery(
        "tokens_and_cost_logged",
        "requests",
        "carry tokens and cost",
        "no imported trace is of a request that was not answered from a cache",
        _tokens_and_cost,
        _failed,
    ),
    ShareQuery(
        "outcome_logged",
        "requests",
        "carry an outcome",
        "no trace falls in the window",
        _outcome,
        _unknown_words,
    ),
    ShareQuery(
        "index_version_logged",
        "requests that may retrieve",
        "carry the index version",
        "no imported trace is of a request that retrieves",
        _index_version,
    ),
)
