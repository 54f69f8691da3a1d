"""Cases that share a document, a session or an expected source although nobody named a cluster.

Ten questions about one document fall together when that document is broken: they are not ten observations. Where cases
name no cluster, what they have in common is taken for one, and the figure is estimated a second time with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from readiness_tui.domain.metrics.registry import MetricDef, MetricKind, normal
from readiness_tui.domain.metrics.summary import NotComputable, Observed, SharedSources, estimate_again
from readiness_tui.domain.runs.model import Case, GoldenCase

# Fields in which files say what a case is about, as `normal` spells them; the first that speaks counts.
_FIELDS = (
    *("document", "document_id", "doc", "doc_id", "source_document", "document_name", "file", "file_name", "filename"),
    *("session", "session_id", "conversation", "conversation_id", "thread_id", "chat_id"),
)


def implied_clusters(cases: Iterable[tuple[str, Case, GoldenCase | None]], named: Mapping[str, str]) -> dict[str, str]:
    """By case key, what a case shares with another: its document or session by name, else what its golden case expects.

    `named`: the cases that name a cluster; they are left alone, so a case that names one of its own shares nothing.
    """
    found = {key: about for key, case, gold in cases if key not in named and (about := _about(case, gold))}
    often = Counter(found.values())
    return {key: about for key, about in found.items() if often[about] > 1}


def counted_by_source(
    metric: MetricDef, seen: Observed | NotComputable, cases: Iterable[tuple[str, Case, GoldenCase | None]]
) -> Observed | NotComputable:
    """What was observed, with the figure as it would be if cases that share a source were named as clusters."""
    if isinstance(seen, NotComputable) or seen.aggregate or metric.kind is MetricKind.SUM:
        return seen
    implied = implied_clusters(((key, case, gold) for key, case, gold in cases if key in seen.per_case), seen.clusters)
    if not implied:
        return seen
    clusters = {**seen.clusters, **implied}
    again = estimate_again(metric, seen, clusters)
    return replace(seen, implied=SharedSources(again, len(implied), len(set(implied.values())), clusters))


def _about(case: Case, gold: GoldenCase | None) -> str:
    for extra in (case.extra, gold.extra if gold else {}):
        said = _named(extra)
        if said:
            return said
    expected = sorted(set(gold.expected_sources)) if gold else []
    return f"expected {expected!r}" if expected else ""


def _named(extra: Mapping[str, Any]) -> str:
    """The first of the fields that names something, in `extra` itself or its metadata."""
    inner = extra.get("metadata")
    found: dict[int, str] = {}
    for said in (inner if isinstance(inner, dict) else {}, extra):
        for name, value in said.items():
            place = _place(name) if isinstance(name, str) else None
            if (
                place is not None
                and isinstance(value, (str, int))
                and not isinstance(value, bool)
                and str(value).strip()
            ):
                found[place] = f"{_FIELDS[place]} {value}"
    return found[min(found)] if found else ""


@lru_cache(maxsize=4096)
def _place(name: str) -> int | None:
    """Which of the fields a name means."""
    spelled = normal(name)
    return _FIELDS.index(spelled) if spelled in _FIELDS else None
