"""OpenAI Evals' logs (github.com/openai/evals): a line `{spec}`, one line per event, and a last line `{final_report}` if the run ended.

Facts about the format, from `evals/record.py`: events of different samples are interleaved, because samples run in
parallel. See `sample` for the events, and `output_items` for the answers of the Evals API, which is another product.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Aggregate, CaseStatus, Completeness, Run
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import (
    CaseRecord,
    Counted,
    DeclaredCount,
    DeclaredMean,
    Recognised,
    Record,
    RunStart,
    Warn,
)
from readiness_tui.sources.kit.declared import mean, printed
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.fileio import head as head_of
from readiness_tui.sources.kit.jsonio import MAX_DOCUMENT, RecordError
from readiness_tui.sources.kit.payload import inner, is_number
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.openai_evals.output_items import KEYS as ITEM
from readiness_tui.sources.openai_evals.output_items import read_items
from readiness_tui.sources.openai_evals.sample import Sample, case_of, reported_scores

EVENT = frozenset({"run_id", "event_id", "sample_id", "type", "data"})
SPEC = frozenset({"spec"})
_UNNAMED = "\0"  # begins the key of a log that names no run
_LOG = frozenset({"spec", "sample_id", "final_report"})  # what a line of a log has one of


class OpenAIEvals:
    name = "openai_evals"
    title = "OpenAI Evals logs (JSON lines), and output items of the Evals API"
    brings = (
        "a run with its model, eval and start; whether it ended",
        "cases with question, answer, tokens, match and metrics events, errors",
    )
    lacks = ("latency and cost", "retrieved chunks, tool calls", "prompt and pipeline versions")

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        if _is_items(look):
            return Recognised(self.name, "output items with datasource_item, sample and results", 95)
        if look.kind not in (FileKind.LINES, FileKind.OBJECT) or not look.records:
            return None
        first = look.records[0]
        if first.keys() == SPEC and isinstance(first["spec"], dict) and "eval_name" in first["spec"]:
            return Recognised(self.name, "JSON lines that begin with a spec of an eval", 100)
        return Recognised(self.name, "JSON lines of events with sample_id", 90) if first.keys() >= EVENT else None

    def read(self, path: Path) -> Iterator[Record]:
        if not peek(head_of(path)).keys & _LOG:
            yield from read_items(path, self.name)
            return
        try:
            size = path.stat().st_size
        except OSError:
            size = 0
        if size > MAX_DOCUMENT:  # a sample's events can be anywhere in the file
            raise ReadinessError(f"{path} is larger than {MAX_DOCUMENT // 2**20} MiB, and a log is read up to that.")
        logs: dict[str, _Log] = {}
        current = _UNNAMED
        rest: list[Record] = []
        for item in records(path):
            if not isinstance(item, Entry):
                rest.append(item)
                continue
            value = item.value
            spec = value.get("spec")
            if not (isinstance(spec, dict) or isinstance(value.get("final_report"), dict) or _sampled(value)):
                rest.append(reject(item.line, "neither spec, event of a sample nor final_report", item.raw))
                continue
            # A final report names no run: it ends the log whose lines it follows.
            said = payload.version(spec if isinstance(spec, dict) else value, "run_id")
            if isinstance(spec, dict) and said is None and logs:
                current = f"{_UNNAMED}{len(logs)}"
            elif said and current.startswith(_UNNAMED) and current in logs and not logs[current].samples:
                logs[said] = logs.pop(current)  # its events name the run that its spec did not
            current = said or current
            log = logs.setdefault(current, _Log())
            if isinstance(spec, dict):
                log.spec = spec
            elif isinstance(value.get("final_report"), dict):
                log.report = value["final_report"]
            else:
                sample = log.samples.setdefault(value["sample_id"], Sample(item.line))
                sample.events.append(value)
                sample.raws.append(item.raw)
                log.last = value
        notes = fields.Notes()
        for number, log in enumerate(logs.values() or [_Log()]):
            yield from _read(path, log, notes, rest if number == 0 else [])
        if len(logs) > 1:
            yield Warn(f"{path.name}: {len(logs)} logs stand in it one after another. Each is a run of its own.")
        yield from notes.warnings(path.name)


def _sampled(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("sample_id"), str)


@dataclass(slots=True)
class _Log:
    """The lines of one run. `samples`: their events by id; `last`: the last of these."""

    spec: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] | None = None
    samples: dict[str, Sample] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)


def _read(path: Path, log: _Log, notes: fields.Notes, rest: list[Record]) -> Iterator[Record]:
    """`rest`: rejected lines, given out after the run's start."""
    report, samples = log.report, log.samples
    run = _run(path, log.spec, report, log.last, notes)
    if not samples and report is not None:
        figures = {name: Aggregate(float(value)) for name, value in report.items() if is_number(value)}
        run = replace(run, aggregates=figures)
    yield RunStart(run)
    yield from rest
    errors, counted = 0, dict[str, list[float]]()
    for ident, sample in samples.items():
        try:
            case = case_of(ident, sample, notes)
        except RecordError as error:
            yield reject(sample.line, str(error), sample.raws[0])
            continue
        errors += case.status is CaseStatus.ERROR
        for name, values in reported_scores(sample).items():
            counted.setdefault(name, []).extend(values)
        yield CaseRecord(run.id, case, "[" + ",".join(sample.raws) + "]")
    if errors:
        yield Warn(
            f"{path.name}: {errors} of {len(samples)} samples ended in an error. The tool leaves them out of its"
            " accuracy; here they count as errors."
        )
    counts = [payload.count(value) for name, value in (report or {}).items() if name.startswith("counts/")]
    judged = sum(event.get("type") == "metrics" for sample in samples.values() for event in sample.events)
    if samples and (lost := sum(n for n in counts if n) - judged) > 0:  # each choice that was made is counted once
        yield DeclaredCount(run.id, Counted.CASES, len(samples) + lost, f"{path.name}, counts/*")
    for name, value in (report or {}).items():
        metric = "match" if name == "accuracy" and "match" in counted else name
        if is_number(value) and metric in counted:
            rule = "the mean over all events, an invalid grade counted with the lowest score"
            ours = mean(counted[metric])
            yield DeclaredMean(run.id, metric, float(value), path.name, printed(value), None, rule, ours)


def _is_items(look: Peek) -> bool:
    """Whether the file holds output items of the Evals API: as a list, as lines, or in the answer's `data`."""
    return look.keys >= ITEM or look.below("data") >= ITEM


def _run(
    path: Path, spec: Mapping[str, Any], report: Mapping[str, Any] | None, last: Mapping[str, Any], notes: fields.Notes
) -> Run:
    warnings = []
    if not spec:
        warnings.append(f"{path.name}: the log has no spec: model, eval and start are unknown.")
    if report is None:
        warnings.append(f"{path.name}: the log has no final_report: the run did not end.")
    fns = spec.get("completion_fns")
    setup = inner(spec, "run_config")
    data = inner(inner(setup, "eval_spec"), "args").get("samples_jsonl")
    return Run(
        id=payload.version(spec, "run_id") or payload.version(last, "run_id") or f"openai-evals-{digest(path)[:12]}",
        name=payload.version(spec, "eval_name") or path.stem,
        tool=SOURCE.name,
        model="+".join(fn for fn in fns if isinstance(fn, str)) or None if isinstance(fns, list) else None,
        dataset_name=data if isinstance(data, str) else payload.version(spec, "base_eval"),
        started_at=_moment(spec, notes),
        finished_at=_moment(last, notes),
        completeness=Completeness.PARTIAL if report is None else Completeness.COMPLETE,
        warnings=tuple(warnings),
        extra={
            name: payload.masked(part)
            for name, part in (("run_config", setup or None), ("reported", report))
            if part is not None
        },
    )


def _moment(record: Mapping[str, Any], notes: fields.Notes) -> datetime | None:
    try:
        return fields.moment(record, "created_at", notes)
    except RecordError as error:
        notes.add(f"{error}; that time is unknown")
        return None


SOURCE = OpenAIEvals()
