"""What importing a file would bring, and why: the file is read to its end and nothing is stored."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.metrics import (
    METRICS,
    MetricDef,
    NotComputable,
    Observed,
    RunData,
    all_metrics,
    held,
    observe_traces,
)
from readiness_tui.domain.runs.choice import NO_CHOICE, RunChoice, chosen
from readiness_tui.domain.runs.holding import Shelf
from readiness_tui.domain.runs.model import Case, EvalSet, Run, Trace, cut_short
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.traces.listed import RecordedList
from readiness_tui.services.core.named_run import of_path
from readiness_tui.services.importing.beside import Beside, beside
from readiness_tui.services.importing.field_origins import OriginTracker, Tracked
from readiness_tui.services.importing.one_gate import rival_gates
from readiness_tui.services.importing.result import hold_nothing
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import (
    CaseRecord,
    Described,
    EvalSetRecord,
    Record,
    Reject,
    RunChecked,
    RunStart,
    Source,
    TraceRecord,
    Warn,
)
from readiness_tui.sources.kit.declared import checked
from readiness_tui.sources.kit.fileio import head
from readiness_tui.sources.own.mapping_proposal import propose
from readiness_tui.sources.own.trace_record import NO_UNIT
from readiness_tui.sources.settings import gate as gate_file

#: Cases and traces that metrics are computed from; the rest is counted.
MOST = 20_000
REJECTS = 5


@dataclass(frozen=True, slots=True)
class ExplainedMetric:
    """A metric as the file alone would give it: a value with its n, or the reason why there is none."""

    key: str
    value: float | None
    unit: str
    used: int | None
    total: int | None
    reason: str


@dataclass(slots=True)
class RunFound:
    """A run of the file, with its metrics. `number`: its place in the file, by which it can be named (FILE#2)."""

    run: Run
    number: int = 1
    cases: int = 0
    figures: tuple[ExplainedMetric, ...] = ()


@dataclass(slots=True)
class Explained:
    """What is in one file. `also`: other formats that know it less surely. `refused`: why nothing can be imported.

    `proposal`: for a file of no known format, a mapping to start from (YAML), tried on its first rows; "" where its
    columns suggest none, or where one was tried and did not hold (`why_no_proposal`).
    """

    path: str
    format: str = ""
    title: str = ""
    why: str = ""
    also: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    runs: list[RunFound] = field(default_factory=list)
    cases: int = 0
    traces: int = 0
    golden: int = 0
    trace_figures: tuple[ExplainedMetric, ...] = ()
    tracked: Tracked | None = None
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    refused: str = ""
    proposal: str = ""
    why_no_proposal: str = ""


def explain_path(
    path: Path,
    format: str | None = None,
    mapping: Path | None = None,
    choice: RunChoice = NO_CHOICE,
    rivals: Mapping[Path, str] | None = None,
) -> list[Explained]:
    """Explain a file, or every file in a folder. Raises ReadinessError where the path cannot be read.

    `mapping`: a file that says which column is what, for one file that is in no known format. `choice`, or "FILE#2": only
    those of its runs. `rivals`: gates of which none would be taken (`rival_gates`).
    """
    path, choice = of_path(path, choice)
    rivals = rival_gates((path,)) if rivals is None else rivals
    found = _explain_all(path, format, mapping)
    for one in found:
        one.refused = one.refused or rivals.get(Path(one.path), "")
    if choice:
        for one in found:
            meant = chosen([run.run for run in one.runs], choice, one.path) if one.runs else ()
            one.runs = [run for run in one.runs if run.run in meant]
    return found


def _explain_all(path: Path, format: str | None, mapping: Path | None) -> list[Explained]:
    if mapping is not None:
        return [_explain_mapped(path, mapping)]
    if not os.path.isdir(path):
        return [explain(path, format)]
    along = beside(registry.files(path)) if format is None else Beside()
    return [
        Explained(str(file), refused=along.said[file]) if file in along.said
        else _explain_mapped(file, along.mapping_of[file]) if file in along.mapping_of
        else Explained(str(file), refused=found) if isinstance(found, str) and not gate_file.looks_like_gate(file)
        else explain(file, format)
        for file, found in registry.each(path)
    ]  # fmt: skip


def explain(path: Path, format: str | None = None) -> Explained:
    """Explain one file; what makes it unusable is reported, not raised."""
    found = Explained(str(path))
    try:
        if format == "gate" or (format is None and gate_file.looks_like_gate(path)):
            gate = gate_file.read_gate(path)
            found.format, found.title = "gate", "a gate"
            found.why = f"a YAML mapping with thresholds for {len(gate.rules)} metrics"
            return found
        source, recognised = registry.recognise(path, format)
        found.format, found.title, found.why = source.name, source.title, recognised.why
        found.also = tuple(name for name in registry.also(path) if name != source.name)
        found.lacks = source.lacks if isinstance(source, Described) else ()
        if recognised.warning:
            found.warnings.append(recognised.warning)
        _read(found, source, source.read(path))
    except ReadinessError as refusal:
        found.refused = str(refusal)
    if format is None and os.path.isfile(path) and _could_be_mapped(found, path):
        offered = propose(registry.inside(path))
        found.proposal, found.why_no_proposal = offered.text, offered.why_not
    return found


def _could_be_mapped(found: Explained, path: Path) -> bool:
    """Whether a mapping may say more than was understood: of no format, or of one that asks what the file does not say."""
    if found.refused and not found.format:
        return not registry.also(path)
    return found.format in _LOOSE and (bool(found.refused) or any(NO_UNIT in said for said in found.warnings))


#: Formats of people's own records, which a mapping can read as well.
_LOOSE = ("app_log", "trace_record", "case_record", "metrics_mapping")


def _explain_mapped(path: Path, mapping: Path) -> Explained:
    from readiness_tui.sources.own.mapped import Mapped

    found = Explained(str(path))
    try:
        head(path, 1)
        source = registry.within(Mapped(mapping), path)
        found.format, found.title, found.why = source.name, source.title, f"as {mapping.name} maps it"
        _read(found, source, source.read(path))
    except ReadinessError as refusal:
        found.refused = str(refusal)
    return found


def _read(found: Explained, source: Source, records: Iterable[Record]) -> None:
    tracker = OriginTracker()
    by_id: dict[str, RunFound] = {}
    cases: dict[str, list[Case]] = {}
    traces: list[Trace] = []
    golden: EvalSet | None = None
    kept = 0
    for record in checked(records):
        match record:
            case RunStart(run=run):
                by_id[run.id] = RunFound(run, len(by_id) + 1)
                found.warnings.extend(run.warnings)
            case RunChecked(run=run):
                by_id[run.id].run = run
            case CaseRecord(run_id=run_id, case=case, raw=raw):
                found.cases += 1
                if run_id in by_id:
                    by_id[run_id].cases += 1
                tracker.add(case, raw)
                if kept < MOST:
                    kept += 1
                    cases.setdefault(run_id, []).append(case)
            case TraceRecord(trace=trace, raw=raw):
                found.traces += 1
                tracker.add(trace, raw)
                if kept < MOST:
                    kept += 1
                    traces.append(trace)
            case EvalSetRecord(eval_set=eval_set):
                golden = eval_set
                found.golden += len(eval_set.cases)
            case Reject():
                found.rejected += 1
                if len(found.rejects) < REJECTS:
                    found.rejects.append(record)
            case Warn(text=text):
                found.warnings.append(text)
    if kept < found.cases + found.traces:
        found.warnings.append(f"Metrics are shown over the first {MOST:,} records; an import takes them all.")
    for run_id, one in by_id.items():
        if found.rejected:  # as an import would have it: cases were lost
            one.run = cut_short(one.run)
        own = tuple(cases.get(run_id, ()))
        one.figures = _of_run(held(one.run, own, Shelf.of((golden,) if golden else ())))
        found.runs.append(one)
    if traces:
        recorded = RecordedList.of({trace.id: trace for trace in traces}.values())  # as an import has it
        found.trace_figures = tuple(_figure(metric, observe_traces(metric.key, recorded)) for metric in METRICS)
    found.tracked = tracker.result() if tracker.sampled else None
    if hold_nothing([one.run for one in by_id.values()], found.cases, found.rejected) and not (
        found.traces or found.golden
    ):
        first = f" The first: line {found.rejects[0].line}, {found.rejects[0].reason}." if found.rejects else ""
        found.refused = f"{found.path}: nothing in it could be used; {plural(found.rejected, 'line')} rejected.{first}"


def _of_run(data: RunData) -> tuple[ExplainedMetric, ...]:
    return tuple(_figure(metric, seen) for layer in all_metrics(data).values() for metric, seen in layer)


def _figure(metric: MetricDef, seen: Observed | NotComputable) -> ExplainedMetric:
    if isinstance(seen, NotComputable):
        return ExplainedMetric(metric.key, None, metric.unit, seen.used, seen.total, seen.reason)
    return ExplainedMetric(metric.key, seen.estimate.value, metric.unit, seen.used, seen.total, seen.note)
