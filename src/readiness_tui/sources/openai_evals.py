"""OpenAI Evals' logs: a line `{spec}`, one line per event, and a last line `{final_report}` if the run ended.

Facts about the format, from `evals/record.py`: events of different samples are interleaved, because samples run in
parallel. A `match` says whether the answer was correct, `metrics` has a sample's figures, `error` is the system's. A
grading model also leaves `sampling` events, after the answer's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Aggregate, Case, CaseStatus, Completeness, Run, Score
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, Recognised, Record, RunStart, Warn
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.jsonio import MAX_DOCUMENT, RecordError
from readiness_tui.sources.kit.payload import inner, is_number
from readiness_tui.sources.kit.peek import FileKind, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.kit.reported import ScoreTally

EVENT = frozenset({"run_id", "event_id", "sample_id", "type", "data"})
SPEC = frozenset({"spec"})


@dataclass(slots=True)
class _Sample:
    line: int
    events: list[dict[str, Any]] = field(default_factory=list)
    raws: list[str] = field(default_factory=list)


class OpenAIEvals:
    name = "openai_evals"
    title = "OpenAI Evals logs (JSON lines)"
    brings = (
        "a run with its model, eval and start; whether it ended",
        "cases with question, answer, tokens, match and metrics events, errors",
    )
    lacks = ("latency and cost", "retrieved chunks, tool calls", "prompt and pipeline versions")

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        if look.kind not in (FileKind.LINES, FileKind.OBJECT) or not look.records:
            return None
        first = look.records[0]
        if first.keys() == SPEC and isinstance(first["spec"], dict) and "eval_name" in first["spec"]:
            return Recognised(self.name, "JSON lines that begin with a spec of an eval", 100)
        return Recognised(self.name, "JSON lines of events with sample_id", 90) if first.keys() >= EVENT else None

    def read(self, path: Path) -> Iterator[Record]:
        try:
            size = path.stat().st_size
        except OSError:
            size = 0
        if size > MAX_DOCUMENT:  # a sample's events can be anywhere in the file
            raise ReadinessError(f"{path} is larger than {MAX_DOCUMENT // 2**20} MiB, and a log is read up to that.")
        spec: dict[str, Any] = {}
        report: dict[str, Any] | None = None
        samples: dict[str, _Sample] = {}
        last: dict[str, Any] = {}
        rest: list[Record] = []
        for item in records(path):
            if not isinstance(item, Entry):
                rest.append(item)
                continue
            value = item.value
            if isinstance(value.get("spec"), dict):
                spec = value["spec"]
            elif isinstance(value.get("final_report"), dict):
                report = value["final_report"]
            elif isinstance(value.get("sample_id"), str):
                sample = samples.setdefault(value["sample_id"], _Sample(item.line))
                sample.events.append(value)
                sample.raws.append(item.raw)
                last = value
            else:
                rest.append(reject(item.line, "neither spec, event of a sample nor final_report", item.raw))
        notes = fields.Notes()
        try:
            run = _run(path, spec, report, last, notes)
        except RecordError as error:
            raise ReadinessError(f"{path}, line 1: {error}. Nothing of the log was imported.") from error
        if not samples and report is not None:
            figures = {name: Aggregate(float(value)) for name, value in report.items() if is_number(value)}
            run = replace(run, aggregates=figures)
        yield RunStart(run)
        yield from rest
        tally, errors = ScoreTally(), 0
        for ident, sample in samples.items():
            try:
                case = _case(ident, sample, notes)
            except RecordError as error:
                yield reject(sample.line, str(error), sample.raws[0])
                continue
            errors += case.status is CaseStatus.ERROR
            tally.add(case)
            yield CaseRecord(run.id, case, "[" + ",".join(sample.raws) + "]")
        yield from notes.warnings(path.name)
        if errors:
            yield Warn(
                f"{path.name}: {errors} of {len(samples)} samples ended in an error. The tool leaves them out of its"
                " accuracy; here they count as errors."
            )
        for name, value in (report or {}).items():
            yield from tally.against(path.name, "match" if name == "accuracy" else name, value)


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
        id=fields.text(spec, "run_id") or fields.text(last, "run_id") or f"openai-evals-{digest(path)[:12]}",
        name=fields.text(spec, "eval_name") or path.stem,
        tool=SOURCE.name,
        model="+".join(fn for fn in fns if isinstance(fn, str)) or None if isinstance(fns, list) else None,
        dataset_name=data if isinstance(data, str) else fields.text(spec, "base_eval"),
        started_at=fields.moment(spec, "created_at", notes),
        finished_at=fields.moment(last, "created_at", notes),
        completeness=Completeness.PARTIAL if report is None else Completeness.COMPLETE,
        warnings=tuple(warnings),
        extra={
            name: payload.masked(part)
            for name, part in (("run_config", setup or None), ("reported", report))
            if part is not None
        },
    )


def _case(ident: str, sample: _Sample, notes: fields.Notes) -> Case:
    question, output, error = "", None, None
    scores: dict[str, Score] = {}
    status = CaseStatus.UNKNOWN
    came = gone = None
    extra: dict[str, Any] = {}
    answered = False
    for event in sample.events:
        data, kind = inner(event, "data"), event.get("type")
        if kind == "sampling":
            if answered:
                notes.add("a sample has several sampling events; the first is taken as the answer")
                continue
            answered = True
            question = payload.question(data.get("prompt"))
            said = data.get("sampled")
            output = payload.answer(said[0] if isinstance(said, list) and len(said) == 1 else said)
            came = payload.count(inner(data, "usage").get("prompt_tokens"))
            gone = payload.count(inner(data, "usage").get("completion_tokens"))
        elif kind == "match":
            correct = data.get("correct")
            if isinstance(correct, bool):
                scores["match"] = Score(float(correct), passed=correct)
                status = CaseStatus.PASS if correct else CaseStatus.FAIL
            extra |= {"target": data["expected"]} if data.get("expected") is not None else {}
        elif kind == "metrics":
            scores |= {
                name: Score(float(value)) for name, value in data.items() if isinstance(value, bool) or is_number(value)
            }
        elif kind == "error":
            error = fields.as_json(data.get("message") or data or "the log says error without a reason")
    if error is not None:
        status = CaseStatus.ERROR
    return Case(
        id=ident,
        question=question,
        output=output,
        status=status,
        error=error,
        scores=scores,
        tokens_in=came,
        tokens_out=gone,
        extra=extra,
    )


SOURCE = OpenAIEvals()
