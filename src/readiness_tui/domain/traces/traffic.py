"""Which traces are observations of the system in use: each request once, up to the day of the review, and of users.

A refuting probe looks at all of them: a leak is a leak, whoever sent the request.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.text.versions import has

_PLACES = frozenset({"environment", "env", "deployment_environment", "deployment_environment_name", "stage"})
_SOURCES = frozenset({"traffic", "traffic_type", "traffic_source", "source", "origin", "purpose", "request_type"})
_TAGS = frozenset({"tags", "tag", "labels"})
_FLAGS = frozenset(
    """synthetic is_synthetic test is_test eval is_eval evaluation is_evaluation load_test is_load_test simulated
    simulation replay is_replay smoke_test dry_run benchmark red_team""".split()  # noqa: SIM905
)
_NOT_USERS = frozenset(
    """synthetic synthetics synthetic_monitoring synthetic_traffic eval evals evaluation evaluations offline_eval
    offline_evaluation benchmark load_test loadtest load_testing stress_test simulated simulation replay replayed smoke
    smoke_test test tests testing unit_test e2e ci red_team redteam health_check healthcheck sdk_experiment
    langfuse_llm_as_a_judge""".split()  # noqa: SIM905
)
_NO_PRODUCTION = frozenset({"dev", "development", "local", "localhost"})
_MARKS = frozenset({"tags", "metadata", "attributes", "resource"})
_DEEP = 3


def not_of_users(trace: Trace) -> str:
    """The field by which a record says that no user sent the request, "environment=evaluation"; "" if none says so."""
    for name, value in _fields(trace.extra, _DEEP):
        last = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
        short = last.rpartition("deployment_")[2] if "deployment" in last else last
        if last in _FLAGS:
            if value is True or (isinstance(value, (str, int)) and str(value).casefold() in ("true", "yes", "1")):
                return f"{name}={value}"
        elif last in _TAGS:
            for tag in value if isinstance(value, (list, tuple)) else [value]:
                if _word(re.split("[:=]", tag)[-1] if isinstance(tag, str) else tag) in _NOT_USERS:
                    return f"{name}={tag}"
        elif ((last in _PLACES or short in _PLACES) and _word(value) in _NOT_USERS | _NO_PRODUCTION) or (
            last in _SOURCES and _word(value) in _NOT_USERS
        ):
            return f"{name}={value}"
    return ""


def _word(value: Any) -> str:
    return re.sub(r"[^a-z0-9]+", "_", value.casefold()).strip("_") if isinstance(value, str) else ""


def _fields(extra: Mapping[str, Any], deep: int) -> Iterator[tuple[str, Any]]:
    for name, value in extra.items():
        if isinstance(value, Mapping) and deep and str(name).casefold().rpartition(".")[2] in _MARKS:
            yield from _fields(value, deep - 1)
        else:
            yield str(name), value


def content(trace: Trace) -> Hashable:
    """What was recorded of the request: two records of one content are one observation, copied.

    Ids, times, who asked and whatever else the log adds are no part of it, and of an answer out of a cache its measures
    are none either. Without an answer, documents or tools its time is part of it; and where nothing was measured either,
    no two records are known to be copies.
    """
    measures = None if trace.cached else (trace.latency_ms, trace.cost, trace.tokens_in, trace.tokens_out)
    steps = tuple(
        (span.name, span.kind, span.error, None if trace.cached else span.duration_ms, repr(span.attributes))
        for span in trace.spans or ()
    )
    told = (trace.prompt_version, trace.model, trace.index_version, trace.app_version, trace.status, trace.outcome)
    texts = (trace.question, trace.answer, trace.error, trace.feedback, trace.chunks, trace.tool_calls, trace.retrieval)
    rest = (tuple(sorted(trace.scores.items())), trace.cached, trace.user is None, trace.session is None)
    if has(trace.answer) or trace.chunks or trace.tool_calls:
        when: Hashable = None
    elif any(part is not None for part in measures or ()) or steps:
        when = trace.started_at
    else:
        when = trace.id
    return hash((measures, steps, told, texts, rest, when))


def bare(trace: Trace) -> bool:
    """Whether the record says nothing of a request: neither when it was, nor what, nor what it took."""
    said = (trace.started_at, trace.question, trace.answer, trace.error, trace.chunks, trace.tool_calls, trace.spans)
    took = (trace.latency_ms, trace.cost, trace.tokens_in, trace.tokens_out, trace.user, trace.session)
    return all(part is None for part in (*said, *took))
