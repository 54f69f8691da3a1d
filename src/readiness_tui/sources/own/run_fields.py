"""The run fields in our own formats: the header of case results, and fields beside a metrics mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from readiness_tui.domain.runs.model import Aggregate, Completeness, Run
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.keys import KeySorter

ALIASES = {
    name: name
    for name in (
        "id",
        "name",
        "tool",
        "tool_version",
        "pipeline_version",
        "prompt_version",
        "model",
        "index_version",
        "judge",
        "judge_digest",
        "dataset_name",
        "dataset_digest",
        "started_at",
        "finished_at",
        "completeness",
        "tags",
        "metrics",
        "dataset",
    )
} | {
    "run_id": "id",
    "run": "name",
    "version": "pipeline_version",
    "timestamp": "started_at",
}
_SORTER = KeySorter(ALIASES)
_BARE_DIGEST = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})")


def run_from(value: Mapping[str, Any], *, ident: str, name: str, tool: str, notes: fields.Notes) -> Run:
    """The run that these fields describe; `ident`, `name`, `tool` are defaults. Raises RecordError."""
    known, rest = _SORTER.sort(value)
    dataset = known.get("dataset")
    if isinstance(dataset, dict):
        known = {"dataset_name": dataset.get("name"), "dataset_digest": dataset.get("digest")} | known
    elif dataset is not None:
        known.setdefault("dataset_name", dataset)
    started, finished = fields.moment(known, "started_at", notes), fields.moment(known, "finished_at", notes)
    if started is not None and finished is not None and finished < started:
        raise RecordError("the run's finished_at is before its started_at")
    return Run(
        id=fields.text(known, "id") or ident,
        name=fields.text(known, "name") or name,
        tool=fields.text(known, "tool") or tool,
        tool_version=fields.text(known, "tool_version"),
        pipeline_version=fields.text(known, "pipeline_version"),
        prompt_version=fields.text(known, "prompt_version"),
        model=fields.text(known, "model"),
        index_version=fields.text(known, "index_version"),
        judge=fields.text(known, "judge"),
        judge_digest=_digest(known, "judge_digest"),
        dataset_name=fields.text(known, "dataset_name"),
        dataset_digest=_digest(known, "dataset_digest"),
        started_at=started,
        finished_at=finished,
        completeness=_completeness(known),
        aggregates=aggregates(known.get("metrics") or {}),
        tags=fields.texts(known, "tags") or (),
        extra=rest,
    )


def aggregates(metrics: Any, n: int | None = None) -> dict[str, Aggregate]:
    """Metrics with one figure each: a number, or `{"value": …, "n": …}`. null is a metric without a value."""
    if not isinstance(metrics, dict):
        raise RecordError("metrics is not an object of names and numbers")
    found: dict[str, Aggregate] = {}
    for name, figure in metrics.items():
        if isinstance(figure, dict):
            value = fields.number(figure, "value")
            found[name] = Aggregate(value, fields.whole(figure, "n") if figure.get("n") is not None else n)
        else:
            found[name] = Aggregate(fields.number(metrics, name), n)
    return found


def _digest(known: Mapping[str, Any], name: str) -> str | None:
    """A digest in the form used for comparing: SHA-256 in lower-case hex without prefix; anything else unchanged."""
    value = fields.text(known, name)
    found = _BARE_DIGEST.fullmatch(value) if value else None
    return found.group(1).lower() if found else value or None


def _completeness(known: Mapping[str, Any]) -> Completeness:
    value = fields.text(known, "completeness")
    if value is None:
        return Completeness.COMPLETE
    try:
        return Completeness(value.strip().lower())
    except ValueError:
        words = ", ".join(Completeness)
        raise RecordError(f"completeness is {quoted(value)}, and it is one of: {words}") from None
