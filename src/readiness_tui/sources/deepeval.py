"""DeepEval's test runs (4.3): `test_run_<time>.json`, `.latest_run_full.json`, or the same inside `testRunData`.

Facts about the format, seen in its output: fields that are null are left out. A metric whose judge failed has an
`error`, no score and `success: false`, and its case fails too: that is the judge's error, not the system's.
`metricsScores.scores` leaves errors out. The file does not say when the run was or which way a metric is better.
`completionTime` is in seconds, `tokenCost` in US dollars.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.joining import question_id
from readiness_tui.domain.runs.model import Case, CaseStatus, Chunk, Measure, Provenance, Run, Score, ScoreState
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, Recognised, Record, RunStart
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.jsonio import RecordError, broken, decode, document, members
from readiness_tui.sources.kit.not_finite import as_null
from readiness_tui.sources.kit.payload import inner, is_number
from readiness_tui.sources.kit.peek import FileKind, peek
from readiness_tui.sources.kit.recordio import Entry, elements, reject
from readiness_tui.sources.kit.reported import ScoreTally

_LISTS = ("testCases", "conversationalTestCases")


class DeepEval:
    name = "deepeval"
    title = "DeepEval test runs (test_run_….json)"
    brings = (
        "cases with scores, thresholds and reasons, latency, cost, contexts, tools called",
        "judge errors, separate from failures",
        "model and prompt version, if they are hyperparameters",
    )
    lacks = (
        "when the run was, and the tool's version",
        "tokens",
        "which way a metric is better: known for common names, asked for others",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        for prefix in ("", "testRunData."):
            if look.kind is FileKind.OBJECT and f"{prefix}testCases" in look.outline:
                named = any(f"{prefix}{key}" in look.outline for key in ("metricsScores", "testPassed"))
                inside = f"{prefix}testCases.[].metricsData" in look.outline or look.below("testCases") >= {
                    "metricsData"
                }
                if named or inside or (prefix and "testRunData" in look.keys):
                    return Recognised(self.name, "an object with testCases and their metricsData", 95)
        return None

    def read(self, path: Path) -> Iterator[Record]:
        data, lost = as_null(document(path))
        notes = fields.Notes()
        if lost:
            notes.add("the file holds NaN or Infinity, which count as missing")
        try:
            top = members(data)
            if "testRunData" in top:
                top = members(bytes(top["testRunData"]))
            if "testCases" not in top:
                raise ReadinessError(f"{path}: no testCases in it, so it is no DeepEval test run.")
            about = {name: decode(raw) for name, raw in top.items() if name not in _LISTS}
            lists = [
                (bytes(top[name]), msgspec.json.decode(top[name], type=list[msgspec.Raw]))
                for name in _LISTS
                if name in top and bytes(top[name]) != b"null"
            ]
        except RecordError as error:
            raise broken(path, data, error) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ReadinessError(f"{path}: testCases is not a list of objects ({error}).") from error
        run = _run(path, about)
        yield RunStart(run)
        tally = ScoreTally()
        repeats: dict[str, int] = {}
        for text, raws in lists:
            if not raws:
                continue
            for item in elements(raws, data, data.index(text) + 1):
                if not isinstance(item, Entry):
                    yield item
                    continue
                try:
                    case = _case(item.value, repeats, notes)
                except RecordError as error:
                    yield reject(item.line, str(error), item.raw)
                    continue
                tally.add(case)
                yield CaseRecord(run.id, case, item.raw)
        yield from notes.warnings(path.name)
        for figure in about.get("metricsScores") or ():
            values = figure.get("scores") if isinstance(figure, dict) else None
            if isinstance(values, list) and values and all(map(is_number, values)):
                mean = sum(values) / len(values)
                yield from tally.against(path.name, str(figure.get("metric")), mean)


def _run(path: Path, about: Mapping[str, Any]) -> Run:
    stated = inner(about, "hyperparameters")
    name = about.get("identifier")
    return Run(
        id=f"deepeval-{digest(path)[:12]}",
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


def _case(value: Mapping[str, Any], repeats: dict[str, int], notes: fields.Notes) -> Case:
    turns = value.get("turns")
    question = fields.prose(value, "input") or (payload.question(turns) if isinstance(turns, list) else "") or ""
    name = value.get("name")
    ident = payload.case_id(inner(value, "metadata")) or (name if isinstance(name, str) and name.strip() else None)
    if ident is None and not question.strip():
        raise RecordError("neither name nor input")
    key = ident or question_id(question)
    repeat = repeats.get(key, 0)
    repeats[key] = repeat + 1
    listed = value.get("metricsData")
    parts = [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []
    reasons = [str(part.get("reason")) for part in parts if part.get("success") is False and part.get("reason")]
    status = _status(value.get("success"), parts, notes)
    extra = {
        name: payload.masked(part)
        for name, part in (
            ("metadata", value.get("metadata")),
            ("expected_output", value.get("expectedOutput")),
            ("expected_tools", value.get("expectedTools")),
            ("context", value.get("context")),
            ("comments", value.get("comments")),
            ("reason", "; ".join(reasons) if status is CaseStatus.FAIL and reasons else None),
        )
        if part is not None
    }
    contexts = fields.texts(value, "retrievalContext")
    return Case(
        id=key,
        repeat=repeat,
        id_from="explicit" if ident else "input",
        question=question,
        output=fields.prose(value, "actualOutput") or (payload.answer(turns) if isinstance(turns, list) else None),
        status=status,
        scores={str(part["name"]): _score(part) for part in parts if isinstance(part.get("name"), str)},
        latency_ms=_measure(fields.number(value, "completionTime", least=0, times=1000)),
        cost=_measure(fields.number(value, "tokenCost", least=0)),
        tags=payload.tags(value.get("tags"), inner(value, "metadata")),
        chunks=None
        if contexts is None
        else tuple(Chunk(text, rank=n, text=text) for n, text in enumerate(contexts, 1)),
        tool_calls=fields.tool_calls({"toolsCalled": _tools(value.get("toolsCalled"))}, "toolsCalled"),
        extra=extra,
    )


def _tools(listed: Any) -> Any:
    """Tool calls with other formats' names for arguments and results."""
    if not isinstance(listed, list):
        return listed
    return [
        {"name": part.get("name"), "arguments": part.get("inputParameters"), "result": part.get("output")}
        if isinstance(part, dict)
        else part
        for part in listed
    ]


def _status(success: Any, parts: list[dict[str, Any]], notes: fields.Notes) -> CaseStatus:
    if success is True:
        return CaseStatus.PASS
    if success is not False:
        return CaseStatus.UNKNOWN
    failed = [part for part in parts if part.get("success") is False]
    if failed and all(part.get("error") for part in failed):
        notes.add("the case failed only because its judge failed; taken as unknown, not as a fail")
        return CaseStatus.UNKNOWN
    return CaseStatus.FAIL


def _score(part: Mapping[str, Any]) -> Score:
    value, threshold, passed = part.get("score"), part.get("threshold"), part.get("success")
    limit = float(threshold) if is_number(threshold) else None
    if part.get("error"):
        return Score(None, ScoreState.JUDGE_ERROR, threshold=limit)
    if part.get("skipped") is True:
        return Score(None, ScoreState.NOT_APPLICABLE, threshold=limit)
    if not is_number(value):
        return Score(None, ScoreState.MISSING, threshold=limit)
    return Score(float(value), threshold=limit, passed=passed if isinstance(passed, bool) else None)


def _measure(value: float | None) -> Measure:
    return Measure() if value is None else Measure(value, Provenance.MEASURED)


SOURCE = DeepEval()
