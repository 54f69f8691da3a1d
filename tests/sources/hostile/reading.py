"""Reading what may be broken: records that can be stored and shown, or one sentence. Anything else fails the test."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Case, EvalSet, Trace
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import (
    CaseRecord,
    DeclaredCount,
    DeclaredMean,
    EvalSetRecord,
    Progress,
    Record,
    Reject,
    RunChecked,
    RunStart,
    TraceRecord,
    Warn,
)
from readiness_tui.sources.kit.declared import checked
from readiness_tui.store import packing
from tests.hostile import RAW


def read_all(path: Path, source: str) -> list[Record] | None:
    """Everything in the file, or None where it was refused with a sentence."""
    try:
        records = list(_records(path, source))
    except ReadinessError as error:
        check_refusal(path, str(error))
        return None
    check(records)
    return records


def drain(path: Path, source: str) -> None:
    """The same of a file that is too large to keep what it brings: each record is let go once it was looked at."""
    try:
        check(_records(path, source))
    except ReadinessError as error:
        check_refusal(path, str(error))


def _records(path: Path, source: str) -> Iterator[Record]:
    reader, _ = registry.recognise(path, source)
    registry.digest_of(reader, path)
    yield from checked(reader.read(path))


def check_refusal(path: Path, said: str) -> None:
    """A sentence that names the file, or the one read along with it where that is at fault."""
    assert any(str(file) in said for file in (path, *path.parent.iterdir())), said
    check_message(said)
    assert said.rstrip().endswith((".", ")")), said


def check(records: Iterable[Record]) -> None:
    """What holds of the records of any file, however broken it is."""
    begun: set[str] = set()
    for record in records:
        if isinstance(record, RunStart):
            begun.add(record.run.id)
            packing.run(packing.to_json(record.run))
            for text in record.run.warnings:
                check_message(text)
            for figure in record.run.aggregates.values():
                check_number(figure.value)
        elif isinstance(record, RunChecked):
            assert record.run.id in begun, "checked before it began"
            packing.run(packing.to_json(record.run))
        elif isinstance(record, CaseRecord):
            assert record.run_id in begun, "a case of a run that did not begin before"
            check_raw(record.raw)
            check_case(record.case)
        elif isinstance(record, TraceRecord):
            check_raw(record.raw)
            check_trace(record.trace)
        elif isinstance(record, EvalSetRecord):
            packing.eval_set(packing.to_json(record.eval_set))
        elif isinstance(record, Reject):
            # A request made of several lines has no line: its reason begins with what it is.
            assert record.line >= 1 or record.reason.startswith("trace "), record
            assert record.reason.strip()
            assert len(record.excerpt) <= 1_000
            check_message(record.reason)
        elif isinstance(record, Warn):
            assert record.text.strip()
            check_message(record.text)
        elif isinstance(record, (DeclaredCount, DeclaredMean)):
            assert record.run_id in begun, "a figure of a run that did not begin before"
            assert record.where.strip()
        else:
            assert isinstance(record, Progress)
            assert 0 <= record.done <= record.total


def check_message(text: str) -> None:
    """A message is one line without anything that a terminal obeys or a reader does not see."""
    assert "\n" not in text, text
    hostile = RAW.search(text)
    assert hostile is None, f"{hostile and hostile.group()!r} in {text!r}"


def check_raw(raw: str) -> None:
    """The record as it came is JSON text that the store takes, and no message repeats it unmasked."""
    raw.encode()
    json.loads(raw)


def check_case(case: Case) -> None:
    packing.case(packing.case_json(case))
    for score in case.scores.values():
        check_number(score.value)
        check_number(score.threshold)
    for measure in (case.latency_ms, case.cost):
        check_number(measure.value, least=0)
    check_number(case.tokens_in, least=0)
    check_number(case.tokens_out, least=0)


def check_trace(trace: Trace) -> None:
    names, (row,) = packing.trace_rows([trace])
    assert len(names) == len(row)
    trace.id.encode()
    for value in (trace.latency_ms, trace.cost, trace.tokens_in, trace.tokens_out):
        check_number(value, least=0)
    for figure in trace.scores.values():
        check_number(figure)
    for span in trace.spans or ():
        check_number(span.duration_ms, least=0)


def check_number(value: float | None, *, least: float | None = None) -> None:
    assert value is None or (math.isfinite(value) and (least is None or value >= least)), f"{value} as a number"


def kept(records: Iterable[Record] | None) -> list[Any]:
    """The cases, traces and golden cases that came out."""
    found: list[Case | Trace | EvalSet] = []
    for record in records or ():
        if isinstance(record, CaseRecord):
            found.append(record.case)
        elif isinstance(record, TraceRecord):
            found.append(record.trace)
        elif isinstance(record, EvalSetRecord):
            found.extend(record.eval_set.cases)
    return found
