"""What a log must contain: the share probes over traces (checklists.md, `has(x)`).

Each docstring says which records the query applies to and which of them carry the value. A placeholder ("unknown",
"TBD", "{{X}}") counts as no value, and a name that moves ("latest", "main") as no version (`text.versions`).
"""

from __future__ import annotations

from readiness_tui.domain.probes.base import safe
from readiness_tui.domain.probes.shares import MIN_PROVEN, ShareQuery, ShareTally
from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.domain.text.versions import has, has_version, names_model, undated

_LISTED = 10


def _named(value: str | None, carries: bool, what: str, tally: ShareTally) -> None:
    """Count one record by whether its field names a version, and say what it holds in its place."""
    holds = value is not None and bool(value.strip())
    tally.count(carries, f"{what}: they say “{safe(value or '', 40)}”" if holds and not carries else "")
    if carries and value is not None:
        tally.named(value)


def _prompt_version(trace: Trace, tally: ShareTally) -> None:
    """Applies to every request; it carries if it names a prompt version that is no placeholder and does not move."""
    _named(trace.prompt_version, has_version(trace.prompt_version), "a version", tally)


def _index_version(trace: Trace, tally: ShareTally) -> None:
    """Applies to every request except those that state they did not retrieve from an index; it carries if it names an
    index version that is no placeholder and does not move."""
    if trace.retrieval is not False:
        _named(trace.index_version, has_version(trace.index_version), "a version", tally)


def _one_each(tally: ShareTally) -> str:
    """Whether what stands for a version is another one in each request, as a digest of the filled-in text is."""
    if tally.names.others:
        few = sum(tally.names.found.values()) < 2 * len(tally.names)
        said = f"more than {len(tally.names):,} versions are named, of fewer than two requests each"
        return f"{said}, so none leads back to a release" if few else ""
    each = len(tally.names) == tally.k >= MIN_PROVEN
    return f"each of the {tally.k:,} names another version, so none leads back to a release" if each else ""


def _model_version(trace: Trace, tally: ShareTally) -> None:
    """Applies to every request; it carries if it names the model, by a dated name where the provider sells those.
    Names without a date of models that are not known here are noted for a person to judge."""
    _named(trace.model, names_model(trace.model), "a dated name", tally)


def _aliases(tally: ShareTally) -> tuple[str, ...]:
    named = [(model, count) for model, count in tally.names.ranked() if undated(model)]
    lines = [
        f"{safe(model)} on {count:,} names no date or digest; it counts, as nothing here knows whether it moves"
        for model, count in named[:_LISTED]
    ]
    if len(named) > _LISTED:
        lines.append(f"and {len(named) - _LISTED:,} more names without a date")
    return (*lines, *tally.names.left_out("models"))


def _retrieved_context(trace: Trace, tally: ShareTally) -> None:
    """Applies to requests that retrieved: the log says so, or lists chunks. They carry it if all chunks have an id, or
    with an explicit empty list. A request whose log says nothing about retrieval counts as lacking as soon as any
    request in the log retrieved; if none did, there is nothing to count."""
    if trace.chunks is None:
        if trace.retrieval is None:
            tally.doubt("a word on whether they retrieved")
        elif trace.retrieval:
            tally.count(False, "the chunks")
    elif trace.chunks or trace.retrieval is not False:
        carries = all(has(chunk.id) for chunk in trace.chunks)
        tally.count(carries, "" if carries else "a chunk's id")
        if carries:
            tally.vary("chunks")


def _tool_io(trace: Trace, tally: ShareTally) -> None:
    """Applies to every tool call; it carries its arguments and a result or error (an empty object is logged). A request
    whose log says nothing about tools counts as lacking as soon as any request in the log called one."""
    if trace.tool_calls is None:
        tally.doubt("a word on whether they called a tool")
    for call in trace.tool_calls or ():
        parts = []
        if call.arguments is None or not call.arguments.strip():
            parts.append("the arguments")
        if call.result is None and call.error is None:
            parts.append("the result")
        tally.count(not parts, " and ".join(parts), call.name or "(a tool without a name)")
        if not parts:
            tally.vary("arguments")
            tally.vary("results")


def _tokens_and_cost(trace: Trace, tally: ShareTally) -> None:
    """Applies to every request that was not answered from a cache; it carries tokens in, tokens out and cost."""
    if trace.cached:
        tally.note("cached")
        return
    parts = [
        name
        for name, value in (("tokens in", trace.tokens_in), ("tokens out", trace.tokens_out), ("cost", trace.cost))
        if value is None
    ]
    tally.count(not parts, " and ".join(parts))
    if not parts:
        tally.vary("cost")
        tally.vary("tokens")
    elif trace.error is not None or trace.outcome is Outcome.ERROR:
        tally.note("failed")


def _failed(tally: ShareTally) -> tuple[str, ...]:
    failed, cached = tally.notes["failed"], tally.notes["cached"]
    lines = [f"{failed:,} of those that lack them ended in a system error"] if failed else []
    return (*lines, f"{cached:,} answered from a cache are left out") if cached else tuple(lines)


def _outcome(trace: Trace, tally: ShareTally) -> None:
    """Applies to every request; it carries if its status is known to mean success, failure, abstention or error, and
    does not claim a success beside an error. A status word of unknown meaning leaves the cost per success undefined, so
    it does not count; it is listed."""
    if trace.outcome is Outcome.SUCCESS and trace.error is not None:
        tally.count(False, "a status that fits their error")
        return
    carries = trace.outcome is not None
    tally.count(carries, "" if carries else "a status" if not has(trace.status) else "a status that is known")
    if carries:
        tally.vary("outcomes", trace.outcome)
    elif trace.status is not None and has(trace.status):
        tally.named(trace.status)


def _unknown_words(tally: ShareTally) -> tuple[str, ...]:
    lines = (
        f"status “{safe(word)}” on {count:,} is not known to mean success, fail, abstain or error"
        for word, count in tally.names.ranked()[:_LISTED]
    )
    return (*lines, *tally.names.left_out("statuses"))


SHARES = (
    ShareQuery(
        "prompt_version_logged",
        "requests",
        "carry a prompt version",
        "no trace falls in the window",
        _prompt_version,
        unproven=_one_each,
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
        unproven=_one_each,
    ),
)
