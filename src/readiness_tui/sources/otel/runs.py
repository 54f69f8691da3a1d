"""Evaluation runs inside traces: requests that name their run and example."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from readiness_tui.domain.runs.model import Case, CaseStatus, Outcome, Run, Score, ScoreState, Trace
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import CaseRecord, RunStart, TraceRecord
from readiness_tui.sources.kit.measures import moved
from readiness_tui.sources.tracing.traced_case import ExampleRepeats, case_of

TOOL = "OpenTelemetry"
_STATUS = {Outcome.SUCCESS: CaseStatus.PASS, Outcome.FAIL: CaseStatus.FAIL, Outcome.ABSTAIN: CaseStatus.FAIL}


class Runs:
    """Collects the cases in a file's traces; `records` yields the runs with their cases."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: dict[str, list[tuple[Trace, Case, str]]] = {}

    def add(self, record: TraceRecord) -> None:
        """Add a trace; it is a case only if it names its run and its example."""
        trace = record.trace
        run, case = trace.extra.get("run_id"), trace.extra.get("case_id")
        if isinstance(run, str) and isinstance(case, str) and trace.spans is not None:
            self._found.setdefault(run, []).append((trace, _case(trace, case), record.raw))

    def take(self, later: Runs) -> None:
        """Take over what was collected of traces that come after these."""
        for run, found in later._found.items():
            self._found.setdefault(run, []).extend(found)

    def records(self) -> Iterator[RunStart | CaseRecord]:
        """Each run, then its cases."""
        for run_id, found in self._found.items():
            yield RunStart(self._run(run_id, [trace for trace, _, _ in found]))
            repeats = ExampleRepeats()
            for _, case, raw in found:
                yield CaseRecord(run_id, repeats.with_repeat(case), raw)

    def _run(self, run_id: str, traces: list[Trace]) -> Run:
        starts = [trace.started_at for trace in traces if trace.started_at is not None]
        ends = [
            ended
            for trace in traces
            if trace.started_at is not None
            and trace.latency_ms is not None
            and (ended := moved(trace.started_at, trace.latency_ms)) is not None
        ]
        warnings = []
        found: dict[str, str | None] = {}
        for name in ("prompt_version", "model", "index_version", "app_version"):
            values = sorted({value for trace in traces if (value := getattr(trace, name)) is not None})
            found[name] = values[0] if len(values) == 1 else None
            if len(values) > 1:
                listed = ", ".join(values[:5])
                warnings.append(f"{self._path.name}: run {run_id} names several of {name.replace('_', ' ')}: {listed}.")
        named = traces[0].extra
        return Run(
            id=run_id,
            name=str(named.get("run_name") or run_id),
            tool=TOOL,
            pipeline_version=found["app_version"],
            prompt_version=found["prompt_version"],
            model=found["model"],
            index_version=found["index_version"],
            dataset_name=named.get("dataset"),
            started_at=min(starts) if starts else None,
            finished_at=max(ends) if ends else None,
            warnings=tuple(warnings),
        )


def _case(trace: Trace, ident: str) -> Case:
    labels = {told["name"]: told.get("label") for told in trace.extra.get("evaluations", ())}
    failed = {told["name"] for told in trace.extra.get("evaluations", ()) if "error" in told}
    scores = {name: Score(value, label=labels.get(name)) for name, value in trace.scores.items()}
    for name in failed - scores.keys():
        scores[name] = Score(None, ScoreState.JUDGE_ERROR)
    tags = trace.extra.get("tags")
    case = case_of(
        trace,
        None,
        fields.Notes(),
        ident=ident,
        id_from="metadata",
        question=trace.question or "",
        scores=scores,
        tags=tuple(tags) if isinstance(tags, list) else (),
        extra={"trace_id": trace.id},
    )
    # OTLP's "ok" says that the request did not fail, not that the answer passed.
    said = _STATUS.get(trace.outcome) if trace.outcome and trace.status != "ok" else None
    return replace(case, status=said) if said is not None else case
