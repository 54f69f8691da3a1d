"""Which traces are observations of the system in use: each request once, up to the day of the review, and of users.

A refuting probe looks at all of them: a leak is a leak, whoever sent the request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

from readiness_tui.domain.runs.model import Trace

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


class _Says(Enum):
    """What a field's name says of its value."""

    NOTHING = 0
    FLAG = 1
    TAGS = 2
    PLACE = 3
    SOURCE = 4


def not_of_users(trace: Trace) -> str:
    """The field by which a record says that no user sent the request, "environment=evaluation"; "" if none says so."""
    told = told_by(trace.extra)
    return "" if told is None else f"{told[0]}={told[1]}"


def told_by(extra: Mapping[str, Any]) -> tuple[str, Any] | None:
    """The field's name and what of its value says so."""
    for name, value in _fields(extra, _DEEP):
        says = _says(name)
        if says is _Says.NOTHING:
            continue
        if says is _Says.FLAG:
            if value is True or (isinstance(value, (str, int)) and str(value).casefold() in ("true", "yes", "1")):
                return name, value
        elif says is _Says.TAGS:
            for tag in value if isinstance(value, (list, tuple)) else [value]:
                if _word(re.split("[:=]", tag)[-1] if isinstance(tag, str) else tag) in _NOT_USERS:
                    return name, tag
        elif _word(value) in _NOT_USERS or (says is _Says.PLACE and _word(value) in _NO_PRODUCTION):
            return name, value
    return None


@lru_cache(4096)
def _says(name: str) -> _Says:
    last = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    if last in _FLAGS:
        return _Says.FLAG
    if last in _TAGS:
        return _Says.TAGS
    if last in _PLACES or ("deployment" in last and last.rpartition("deployment_")[2] in _PLACES):
        return _Says.PLACE
    return _Says.SOURCE if last in _SOURCES else _Says.NOTHING


@lru_cache(4096)
def _holds(name: str) -> bool:
    """Whether a field of this name holds others that say something of the request."""
    return name.casefold().rpartition(".")[2] in _MARKS


def _word(value: Any) -> str:
    return _plain(value) if isinstance(value, str) else ""


@lru_cache(4096)
def _plain(value: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", value.casefold()).strip("_")


def _fields(extra: Mapping[str, Any], deep: int) -> Iterator[tuple[str, Any]]:
    for name, value in extra.items():
        if isinstance(value, Mapping) and deep and _holds(str(name)):
            yield from _fields(value, deep - 1)
        else:
            yield str(name), value


def bare(trace: Trace) -> bool:
    """Whether the record says nothing of a request: neither when it was, nor what, nor what it took."""
    said = (trace.started_at, trace.question, trace.answer, trace.error, trace.chunks, trace.tool_calls, trace.spans)
    took = (trace.latency_ms, trace.cost, trace.tokens_in, trace.tokens_out, trace.user, trace.session)
    return all(part is None for part in (*said, *took))
