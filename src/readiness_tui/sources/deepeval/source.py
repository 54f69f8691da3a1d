"""DeepEval's test runs (0.20 to 4.3): `test_run_<time>.json`, `.latest_run_full.json`, the same inside `testRunData`
(`.latest_test_run.json`), an `EvaluationResult` (`evaluate(…).model_dump()`), or its `test_results` alone.

Facts about the format, seen in its output: `metricsScores.scores` leaves errors out; before 0.21 `metricScores` has the
mean of a metric. `testPassed` and `testFailed` count the cases, judge errors as failed. The file does not say when the
run was or which way a metric is better. See `case` for a test case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import CaseStatus, Run, ScoreState
from readiness_tui.sources.deepeval.case import METRICS, asked, camel, case_of, metrics
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
from readiness_tui.sources.kit.fileio import HEAD, digest
from readiness_tui.sources.kit.jsonio import RecordError, as_null, broken, decode, document, members
from readiness_tui.sources.kit.payload import inner, is_number
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.kit.recordio import Entry, elements, records, reject

_LISTS = ("testCases", "test_cases", "conversationalTestCases", "conversational_test_cases", "test_results")
_WRAPPERS = ("testRunData", "test_run_data")
_TOTALS = frozenset({"metricsScores", "metricScores", "metrics_scores", "testPassed", "test_passed", "confident_link"})
_ROW = frozenset({"metrics_data", "metricsData"})


class DeepEval:
    name = "deepeval"
    title = "DeepEval test runs (test_run_….json) and evaluation results"
    brings = (
        "cases with scores, thresholds and reasons, latency, cost, contexts, tools called",
        "judge errors, separate from failures",
        "model and prompt version, if they are hyperparameters",
    )
    lacks = (
        "when the run was, and the tool's version",
        "tokens before 4.0",
        "which way a metric is better: known for common names, asked for others",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        if _is_rows(look):
            return Recognised(self.name, "test results with their metrics_data", 95)
        if look.kind is not FileKind.OBJECT:
            return None
        for prefix in ("", *(f"{name}." for name in _WRAPPERS if name in look.keys)):
            for name in _LISTS:
                if f"{prefix}{name}" not in look.outline:
                    continue
                inside = {path.rpartition(".")[2] for path in look.outline if path.startswith(f"{prefix}{name}.[].")}
                told = any(f"{prefix}{key}" in look.outline for key in _TOTALS)
                if prefix or told or inside & {*METRICS, "metrics_data"}:
                    return Recognised(self.name, f"an object with {name} and their metrics", 95)
        return None

    def read(self, path: Path) -> Iterator[Record]:
        notes = fields.Notes()
        about: dict[str, Any] = {}
        items: list[Entry] = []
        waiting: list[Record] = []
        for item in _items(path, about, notes):
            if isinstance(item, Entry):
                item.value = camel(item.value)
                items.append(item)
            else:
                waiting.append(item)
        run = _run(path, camel(about))
        yield RunStart(run)
        yield from waiting
        shared = _shared(items)
        if shared:
            yield Warn(f"{path.name}: unlike cases share a name, so those are told apart by their input.")
        seen = _Seen()
        for item in items:
            try:
                case = case_of(item.value, shared, notes)
            except RecordError as error:
                yield reject(item.line, str(error), item.raw)
                continue
            repeat = seen.repeats.get(case.id, 0)
            seen.repeats[case.id] = repeat + 1
            seen.add(item.value, case.status, case.scores.items())
            yield CaseRecord(run.id, replace(case, repeat=repeat), item.raw)
        yield from notes.warnings(path.name)
        yield from _declared(path.name, run.id, camel(about), seen)


def _is_rows(look: Peek) -> bool:
    rows = look.kind in (FileKind.LINES, FileKind.ARRAY, FileKind.OBJECT)
    return rows and bool(look.keys & _ROW) and "success" in look.keys


def _items(path: Path, about: dict[str, Any], notes: fields.Notes) -> Iterator[Entry | Record]:
    """The test cases, in whichever list they stand; what stands around them goes into `about`."""
    data, lost = as_null(document(path))
    if _is_rows(peek(data[:HEAD])):
        yield from records(path)
        return
    if lost:
        notes.add("the file holds NaN or Infinity, which count as missing")
    try:
        top = members(data)
        wrapper = next((name for name in _WRAPPERS if name in top), None)
        if wrapper is not None:
            top = members(bytes(top[wrapper]))
        if not any(name in top for name in _LISTS):
            raise ReadinessError(f"{path}: no testCases or test_results in it, so it is no DeepEval test run.")
        about |= {name: decode(raw) for name, raw in top.items() if name not in _LISTS}
        lists = [
            (bytes(top[name]), msgspec.json.decode(top[name], type=list[msgspec.Raw]))
            for name in _LISTS
            if name in top and bytes(top[name]) != b"null"
        ]
    except RecordError as error:
        raise broken(path, data, error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReadinessError(f"{path}: testCases is not a list of objects ({error}).") from error
    for text, raws in lists:
        if raws:
            yield from elements(raws, data, data.index(text) + 1)


def _shared(items: list[Entry]) -> frozenset[str]:
    """Names that cases with unlike inputs have: one test function that asserts on several cases."""
    asks: dict[str, str] = {}
    found = set()
    for item in items:
        name = item.value.get("name")
        if isinstance(name, str) and asks.setdefault(name, asked(item.value)) != asked(item.value):
            found.add(name)
    return frozenset(found)


@dataclass(slots=True)
class _Seen:
    """What went by: cases without a verdict of their own, and every measurement of a metric."""

    repeats: dict[str, int] = field(default_factory=dict)
    cases: int = 0
    decided: int = 0
    unknown: int = 0
    values: dict[str, list[float]] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)

    def add(self, value: Mapping[str, Any], status: CaseStatus, scores: Any) -> None:
        self.cases += 1
        self.decided += isinstance(value.get("success"), bool)
        self.unknown += status is CaseStatus.UNKNOWN
        for part in metrics(value):
            if is_number(part.get("score")) and not part.get("error"):
                self.values.setdefault(part["name"], []).append(float(part["score"]))
        for name, score in scores:
            self.errors[name] = self.errors.get(name, 0) + (score.state is ScoreState.JUDGE_ERROR)


def _declared(where: str, run_id: str, about: Mapping[str, Any], seen: _Seen) -> Iterator[Record]:
    passed, failed = payload.count(about.get("testPassed")), payload.count(about.get("testFailed"))
    if passed is not None and failed is not None:
        if passed + failed > seen.decided:
            yield DeclaredCount(run_id, Counted.CASES, passed + failed, where)
        yield DeclaredCount(run_id, Counted.PASSED, passed, where)
        if not seen.unknown:  # the tool counts a case whose judge failed as failed
            yield DeclaredCount(run_id, Counted.FAILED, failed, where)
    for figure in payload.parts(about, "metricsScores") or payload.parts(about, "metricScores"):
        name = figure.get("metric")
        if not isinstance(name, str):
            continue
        listed, value, written = figure.get("scores"), figure.get("score"), ""
        if isinstance(listed, list):
            known = [float(one) for one in listed if is_number(one)]
            value = mean(known) if known else None
        elif is_number(value):
            written = printed(float(value))
        if not is_number(value):
            continue
        every = seen.values.get(name)
        if isinstance(listed, list) and len(known) > len(every or ()):  # more measurements than the cases carry
            yield DeclaredCount(run_id, Counted.CASES, seen.cases + len(known) - len(every or ()), where)
        ours = mean(every) if every else None
        rule = "the mean of every measurement, several in one case counted each" if every else ""
        yield DeclaredMean(run_id, name, float(value), where, written, None, rule, ours)
        errors = payload.count(figure.get("errors"))
        if errors is not None and errors != seen.errors.get(name, 0):
            yield Warn(f"{where}: it counts {errors} errors of {name}, and over its cases {seen.errors.get(name, 0)}.")


def _run(path: Path, about: Mapping[str, Any]) -> Run:
    stated = inner(about, "hyperparameters") or inner(about, "configurations")
    name = about.get("identifier")
    return Run(
        id=payload.version(about, "testRunId") or f"deepeval-{digest(path)[:12]}",
        name=name if isinstance(name, str) and name else path.stem,
        tool=SOURCE.name,
        pipeline_version=payload.version(stated, "pipeline_version", "system_version", "version"),
        prompt_version=payload.version(stated, "prompt_version", "prompt version", "prompt template"),
        model=payload.version(stated, "model", "model_name"),
        index_version=payload.version(stated, "index_version", "retriever_version"),
        dataset_name=about["datasetAlias"] if isinstance(about.get("datasetAlias"), str) else None,
        warnings=(f"{path.name}: DeepEval's file does not say when the run was.",),
        extra={
            key: payload.masked(value)
            for key, value in about.items()
            if key in ("hyperparameters", "testPassed", "testFailed", "runDuration", "metricsScores")
            and value is not None
        },
    )


SOURCE = DeepEval()
