"""Result tables of MLflow's evaluations: a row is a case.

`mlflow.genai.evaluate(…).result_df` (3.x; genai/evaluation/entities.py): inputs, outputs, expectations, tags, trace (JSON
text), error_message, and for each scorer `<name>/value`, `<name>/rationale`, `<name>/error_message`,
`<name>/error_code`; 3.0 to 3.3 gave the columns of `search_traces()` and `<name>/value` beside them. Saved by
to_csv, to_json or to_parquet.

`mlflow.evaluate(…).tables["eval_results_table"]` (2.x): inputs, outputs, the ground truth, latency (s), token_count and
`<name>/v1/score` with `<name>/v1/justification`; the file eval_results_table.json of the same run is a data table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from readiness_tui.domain.runs.joining import question_id
from readiness_tui.domain.runs.model import Case, CaseStatus, Run, Score
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, Record, RunStart, TraceRecord
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.fileio import head as head_of
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.literal import structure
from readiness_tui.sources.kit.peek import Peek, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.mlflow.answers import HEADS
from readiness_tui.sources.mlflow.frames import are_rows, logged_structure, trace_row
from readiness_tui.sources.mlflow.run import TOOL
from readiness_tui.sources.mlflow.trace import read_case, read_trace, scored, without_secrets
from readiness_tui.sources.mlflow.trace_info import read_info
from readiness_tui.sources.own import data_table
from readiness_tui.sources.own.case_record import CaseRepeats, case_from
from readiness_tui.sources.tracing.attributes import names
from readiness_tui.sources.tracing.span_reader import Reader
from readiness_tui.sources.tracing.traced_case import ExampleRepeats

_ENDS = ("/value", "/rationale", "/error_message", "/error_code")
#: Columns of ground truth look like those of scorers; these are MLflow's own names for it.
_GROUND_TRUTH = frozenset(
    {"expected_response", "expected_facts", "guidelines", "expected_retrieved_context", "expectations"}
)
_BESIDE = frozenset({"inputs", "outputs", "request", "response", "trace", "assessments"})


def is_result(look: Peek) -> bool:
    """Whether the rows are those of an evaluation's result."""
    scorers = {key.removesuffix("/value") for key in look.keys if key.endswith("/value") and key != "/value"}
    told = any(f"{name}{end}" in look.keys for name in scorers for end in _ENDS[1:])
    if not scorers or not look.keys & _BESIDE or not (told or "trace" in look.keys):
        return False
    return are_rows(look, *HEADS, "trace", *(f"{name}{end}" for name in scorers for end in _ENDS))


def is_evaluated(look: Peek) -> bool:
    """Whether the rows are those of `mlflow.evaluate`."""
    keyed = look.keys & _BESIDE and data_table.names_cases(look.keys) and data_table.is_evaluated(look.keys)
    return bool(keyed) and are_rows(look, *look.keys)


def read_evaluated(path: Path, notes: fields.Notes) -> Iterator[Record]:
    """The run, and its cases."""
    run = _run(path)
    yield RunStart(run)
    repeats = CaseRepeats()
    scores = dict.fromkeys(data_table.scored(peek(head_of(path)).keys))
    for item in records(path):
        if not isinstance(item, Entry):
            yield item
            continue
        try:
            cells = [(name, _figure(cell) if item.table else cell) for name, cell in item.value.items()]
            cells += [(name, None) for name in scores if name not in item.value]
            cells.sort(key=lambda cell: data_table.rank(cell[0]))
            entry = Entry(item.line, item.raw, data_table.named(cells, seconds=True), item.table)
            yield CaseRecord(run.id, repeats.with_repeat(case_from(entry, notes), entry, notes), item.raw)
        except RecordError as error:
            yield reject(item.line, str(error), item.raw)


def read_results(path: Path, notes: fields.Notes) -> Iterator[Record]:
    """The run, and its cases with their traces, where the rows have them."""
    run = _run(path)
    yield RunStart(run)
    reader = Reader(names(), notes)
    repeats = ExampleRepeats()
    scorers = _scorers(peek(head_of(path)).keys)
    for item in records(path):
        if not isinstance(item, Entry):
            yield item
            continue
        try:
            for record in _row(item, run.id, scorers, reader, notes):
                if isinstance(record, CaseRecord):
                    record = replace(record, case=repeats.with_repeat(record.case))
                yield record
        except RecordError as error:
            yield reject(item.line, str(error), item.raw)


def _run(path: Path) -> Run:
    return Run(
        id=f"mlflow-{digest(path)[:12]}",
        name=path.stem,
        tool=TOOL,
        warnings=(f"{path.name}: the table describes no run: its version, start and dataset are unknown.",),
    )


def _row(item: Entry, run_id: str, scorers: frozenset[str], reader: Reader, notes: fields.Notes) -> Iterator[Record]:
    row = item.value
    scores = _scores(row, scorers, item.table)
    expected = structure(row.get("expectations"))
    truths = set(expected) if isinstance(expected, dict) else set()
    error = fields.prose(row, "error_message") or None
    head, spans = trace_row(row, notes)
    tags = logged_structure(row.get("tags"), "tags", notes)
    if HEADS & head.keys() and ("trace" in row or spans):
        info = read_info(head, notes)
        trace, output = read_trace(info, spans, reader)
        raw = payload.as_raw({"info": without_secrets(head), "data": {"spans": spans or []}})
        yield TraceRecord(trace, raw)
        ground = tuple(said for said in info.assessments if said.expected)
        truths |= {said.name for said in ground}
        case = read_case(trace, replace(info, assessments=ground), output, run_id, notes)
        ident = payload.case_id(tags) if isinstance(tags, dict) else None
        case = replace(case, scores=scores)
        if ident:
            case = replace(case, id=ident, id_from="metadata")
    else:
        case = _case(row, tags, scores)
    case = replace(case, scores={k: v for k, v in case.scores.items() if k not in truths | _GROUND_TRUTH})
    if error:
        case = replace(case, status=CaseStatus.ERROR, error=error)
    yield CaseRecord(run_id, case, item.raw)


def _case(row: Mapping[str, Any], tags: Any, scores: dict[str, Score]) -> Case:
    asked = next((row[name] for name in ("inputs", "request") if row.get(name) is not None), None)
    answered = next((row[name] for name in ("outputs", "response") if row.get(name) is not None), None)
    question = payload.question(structure(asked))
    about = tags if isinstance(tags, dict) else {}
    ident = payload.case_id(about)
    given = fields.text(row, "request_id")
    if not ident and not question.strip() and not given:
        raise RecordError("neither inputs nor an id")
    expected = structure(row.get("expectations"))
    return Case(
        id=ident or (question_id(question) if question.strip() else given or ""),
        id_from="metadata" if ident else "input" if question.strip() else "explicit",
        question=question,
        output=payload.answer(structure(answered)),
        scores=scores,
        tags=payload.tags(about.get("tags"), about),
        extra={"expected": expected} if expected else {},
    )


def _scorers(columns: Iterable[str]) -> frozenset[str]:
    return frozenset(key.removesuffix(end) for key in columns for end in _ENDS if key.endswith(end) and key != end)


def _scores(row: Mapping[str, Any], scorers: frozenset[str], table: bool) -> dict[str, Score]:
    """By scorer; one without a value in this row is missing."""
    found = {}
    for name in sorted(scorers | _scorers(row)):
        value = row.get(f"{name}/value")
        failed = any(row.get(f"{name}{end}") for end in ("/error_message", "/error_code"))
        found[name] = scored(_cell(value) if table else value, failed=failed)
    return found


def _figure(cell: str) -> Any:
    """A CSV's cell: a number is one, a Python literal a structure, any other text as it is."""
    number = fields.cell_score("value", cell)
    return structure(cell) if number is None else number


def _cell(value: Any) -> Any:
    """A value as a CSV has it: numbers, True and False are texts."""
    if not isinstance(value, str) or fields.not_finite(value):
        return None
    if (number := fields.cell_score("value", value)) is not None:
        return number
    return {"true": True, "false": False}.get(value.strip().lower(), value)
