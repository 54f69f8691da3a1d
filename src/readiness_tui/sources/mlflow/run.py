"""Reads MLflow's run as a `Run`: last figures, parameters as versions, and what its evaluation left out.

Facts about the format, seen in output of MLflow 3.17: NaN is stored as 0.0 with `is_nan`, and as "NaN" in the server's
answers; infinity as ±1.797e308, the largest number. A metric logged at several steps is reported with its last value.
`genai.evaluate` logs `<scorer>/mean` over the cases whose scorer did not fail.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from readiness_tui.domain.metrics.registry import same_metric
from readiness_tui.domain.runs.model import Aggregate, Completeness, Run
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import DeclaredMean
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.mlflow.trace_info import Info

TOOL = "MLflow"
_STATES = {
    "FINISHED": Completeness.COMPLETE,
    "RUNNING": Completeness.PARTIAL,
    "SCHEDULED": Completeness.PARTIAL,
    "FAILED": Completeness.ERRORED,
    "KILLED": Completeness.ERRORED,
}
_VERSIONS = {
    "pipeline_version": ("pipeline_version", "app_version", "release"),
    "prompt_version": ("prompt_version", "promptVersion"),
    "model": ("model", "model_name", "llm"),
    "index_version": ("index_version", "indexVersion"),
    "judge": ("judge", "judge_model"),
}
_MEAN = re.compile(r"(.+?)(?:/v\d+)?/mean")
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(slots=True)
class TraceSurvey:
    """What the traces say about the runs, collected before any trace is read in full."""

    traces: dict[str, int] = field(default_factory=dict)
    evaluated: set[str] = field(default_factory=set)
    scored: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # (run, metric) → scored, failed
    times: dict[str, list[datetime]] = field(default_factory=dict)

    def add(self, info: Info) -> None:
        for run_id in info.run_ids:
            self.traces[run_id] = self.traces.get(run_id, 0) + 1
            if info.evaluated:
                self.evaluated.add(run_id)
            if info.started_at is not None:
                self.times.setdefault(run_id, []).append(info.started_at)
            for said in info.assessments:
                if not said.expected and said.run_id == run_id:
                    self.scored.setdefault((run_id, said.name), [0, 0])[said.error is not None] += 1


def read_run(
    value: Mapping[str, Any], where: str, survey: TraceSurvey, *, experiment: str | None = None, tool_version: str | None = None
) -> Run:  # fmt: skip
    """A run as the server returns it. `where` is the prefix of its warnings. Raises RecordError."""
    info, data = inner(value, "info"), inner(value, "data")
    ident = fields.text(info, "run_id") or fields.text(info, "run_uuid")
    if not ident:
        raise RecordError("a run without a run_id")
    params, tags = pairs(data.get("params")), pairs(data.get("tags"))
    name = fields.text(info, "run_name") or tags.get("mlflow.runName") or ident
    state = fields.text(info, "status") or ""
    warnings = []
    if state not in _STATES:
        warnings.append(f"{where}: run {quoted(name)} has the status {quoted(state)}; it is taken as unfinished.")
    aggregates, said = _aggregates(ident, data.get("metrics"), survey)
    warnings += [f"{where}: run {quoted(name)}: {sentence}" for sentence in said]
    dataset, digest = _dataset(value)
    known = {**{key: part for key, part in tags.items() if not key.startswith("mlflow.")}, **params}
    own = {
        "params": {key: payload.masked(part, key) for key, part in params.items()},
        "experiment": experiment or fields.text(info, "experiment_id"),
        "dataset_digest_by_mlflow": digest,
        "agent_digest": tags.get("mlflow.genaiEvaluate.agent.digest"),
        "user": fields.text(info, "user_id"),
        "parent_run": tags.get("mlflow.parentRunId"),
        "commit": tags.get("mlflow.source.git.commit"),
    }
    scorers = payload.parsed(tags.get("mlflow.genaiEvaluate.scorersDigest"))
    judge = _DIGEST.fullmatch(str(inner({"": scorers}, "").get("digest", "")))
    versions: dict[str, Any] = {key: payload.version(known, *names) for key, names in _VERSIONS.items()}
    return Run(
        id=ident,
        name=name,
        tool=TOOL,
        tool_version=tool_version,
        **versions,
        judge_digest=judge.group(1) if judge else None,
        dataset_name=dataset,
        started_at=fields.moment(info, "start_time"),
        finished_at=fields.moment(info, "end_time") if info.get("end_time") else None,
        completeness=_STATES.get(state, Completeness.PARTIAL),
        aggregates=aggregates,
        tags=tuple(f"{key}={payload.masked(part, key)}" for key, part in tags.items() if not key.startswith("mlflow.")),
        warnings=tuple(warnings),
        extra={key: part for key, part in own.items() if part},
    )


def declared_means(run_id: str, metrics: Any, where: str) -> Iterator[DeclaredMean]:
    """The means that an evaluation logged, to be held against the scores of the run's cases.

    `genai.evaluate` takes the mean of the values that its scorers gave, a failed one left out (genai/scorers/aggregation.py).
    """
    for part in metrics if isinstance(metrics, list) else ():
        key, value = (part.get("key"), finite(part)) if isinstance(part, dict) else (None, None)
        if isinstance(key, str) and value is not None and (found := _MEAN.fullmatch(key)):
            yield DeclaredMean(run_id, found.group(1), value, where=f"{where}, {key}")


def run_of_traces(run_id: str, where: str, survey: TraceSurvey) -> Run:
    """A run reconstructed from evaluated traces that came without it."""
    starts = survey.times.get(run_id, [])
    return Run(
        id=f"{run_id}/traces",
        name=f"{where} {run_id[:8]}",
        tool=TOOL,
        started_at=min(starts, default=None),
        completeness=Completeness.PARTIAL,
        warnings=(
            f"{where}: the traces name run {run_id} and do not describe it: its version and dataset are unknown, and"
            " whether these are all of its traces. Import the tracking database, or `readiness pull mlflow`.",
        ),
        extra={"run_id": run_id},
    )


def pairs(value: Any) -> dict[str, str]:
    """Parameters and tags: a list of keys and values."""
    if isinstance(value, dict):
        return {str(key): fields.as_json(part) for key, part in value.items() if part is not None}
    found = {}
    for part in value if isinstance(value, list) else ():
        if isinstance(part, dict) and isinstance(part.get("key"), str) and part.get("value") is not None:
            found[part["key"]] = fields.as_json(part["value"])
    return found


def _aggregates(run_id: str, metrics: Any, survey: TraceSurvey) -> tuple[dict[str, Aggregate], list[str]]:
    """The figures by name, and warnings about them."""
    found: dict[str, Aggregate] = {}
    said: list[str] = []
    lost: list[str] = []
    listed = [part for part in metrics if isinstance(part, dict)] if isinstance(metrics, list) else []
    plain = [str(part.get("key")) for part in listed]
    for part in listed:
        key = part.get("key")
        if not isinstance(key, str) or not key:
            continue
        value = finite(part)
        if value is None:
            lost.append(key)
        mean = _MEAN.fullmatch(key)
        name = mean.group(1) if mean and not any(same_metric(mean.group(1), other) for other in plain) else key
        n = None
        if mean and (counts := survey.scored.get((run_id, mean.group(1)))) is not None:
            n, failed = counts
            cases = survey.traces.get(run_id, n + failed)
            if n < cases:
                why = f": {failed} scorer error{'s' if failed > 1 else ''}" if failed else ""
                said.append(f"MLflow's {key} is the mean of {n} of {cases} cases{why}.")
        found[name] = Aggregate(value, n)
        steps = part.get("step")
        if type(steps) is int and steps > 0:
            said.append(f"{key} was logged at several steps (the last is {steps}); MLflow reports the last value.")
    if lost:
        said.append(f"{', '.join(sorted(lost))}: NaN or infinite; taken as missing.")
    return found, said


def finite(part: Mapping[str, Any]) -> float | None:
    """The value of a logged metric; None if it stands for NaN or infinity, or is not a number."""
    value = part.get("value")
    if part.get("is_nan") or not payload.is_number(value) or abs(value) >= sys.float_info.max:
        return None
    return float(value) if math.isfinite(value) else None


def _dataset(value: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The first dataset's name and MLflow's own short digest of it, which is not a golden set's digest."""
    listed: Iterable[Any] = inner(value, "inputs").get("dataset_inputs") or ()
    for part in listed if isinstance(listed, list) else ():
        found = inner(part, "dataset")
        if found:
            return payload.version(found, "name"), payload.version(found, "digest")
    return None, None
