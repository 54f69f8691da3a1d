"""Ragas' results (0.0.2x to 0.4): the data frame as JSON lines, a JSON list or CSV; an `EvaluationResult` as JSON.

Facts about the format, seen in its output and in `ragas/dataset_schema.py`: a row has user_input, response,
retrieved_contexts, reference_contexts, reference and one column per metric; before 0.2 question, answer, contexts and
ground_truth (ground_truths before 0.1). No case id, latency or cost. In CSV, lists are Python literals. A metric that
failed or does not apply is empty. Perfect precision is 0.9999999999. In a conversation user_input is a list of messages.
An experiment (0.3 and later) has the columns that its author returns: a question, grading_notes, a response, log_file,
and a score that is a number or a word. An `EvaluationResult` has `scores` (a row a sample) beside its `dataset`. The means that it prints have four digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.joining import question_id
from readiness_tui.domain.runs.model import Case, CaseStatus, Chunk, Run, Score, ScoreState, ToolCall
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, DeclaredMean, Recognised, Record, RunStart
from readiness_tui.sources.kit.declared import printed
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.fileio import head as head_of
from readiness_tui.sources.kit.jsonio import RecordError, as_null, document, whole
from readiness_tui.sources.kit.literal import structure
from readiness_tui.sources.kit.payload import inner, is_number
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.kit.recordio import Entry, Item, records, reject
from readiness_tui.sources.own.golden_set import RESULT

FIXED = ("user_input", "response", "retrieved_contexts", "reference_contexts", "reference")
#: Names before 0.2.
OLDER = {
    "question": "user_input",
    "answer": "response",
    "contexts": "retrieved_contexts",
    "ground_truth": "reference",
    "ground_truths": "reference",
}
#: Metrics of the versions before 0.2: without one of them, question and answer are anybody's.
_OLD_METRICS = frozenset(
    {"faithfulness", "answer_relevancy", "context_precision", "context_recall", "context_entity_recall",
     "context_relevancy", "context_utilization", "answer_similarity", "answer_correctness", "harmfulness",
     "maliciousness", "conciseness", "coherence", "correctness"}
)  # fmt: skip
_OTHER = frozenset(
    {"multi_responses", "rubrics", "reference_tool_calls", "reference_topics", "persona_name", "query_style",
     "query_length", "synthesizer_name", "retrieved_context_ids", "reference_context_ids", "evolution_type",
     "episode_done", "metadata"}
)  # fmt: skip
#: Columns of the experiments of 0.3 and later, whose rows are the team's own beside them.
_EXPERIMENT = frozenset({"grading_notes", "log_file", "experiment_name", "score_reason"})
_ASKED = ("question", "query", "user_input", "input", "prompt", "text", "expression")
_SAID = ("response", "prediction", "answer", "output")
_VERDICTS = {"pass": True, "passed": True, "correct": True, "fail": False, "failed": False, "incorrect": False}
_ROWS = ("samples", "results", "rows", "data", "records", "dataset")
_EXTRA = ("reference", "reference_contexts", "reference_context_ids", "reference_tool_calls", "synthesizer_name")


class Ragas:
    name = "ragas"
    title = "Ragas results (to_pandas() as JSON lines, JSON or CSV)"
    brings = ("cases with question, answer, retrieved contexts and every metric's score; tool calls of a conversation",)
    lacks = (
        "a case id (cases join by their question), run, versions and time",
        "latency, cost, tokens; pass and fail, but where a score is that word",
        "whether an empty metric failed or does not apply",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        if look.kind not in (FileKind.LINES, FileKind.ARRAY, FileKind.TABLE, FileKind.OBJECT):
            return None
        if (why := _fits(look.keys)) is not None:
            return Recognised(self.name, f"{why} ({look.kind})", 95 if "user_input" in look.keys else 85)
        if look.kind is FileKind.OBJECT:
            if _is_result(look):
                return Recognised(self.name, "an EvaluationResult: scores beside their dataset", 95)
            rows = next((name for name in _ROWS if _fits(look.below(name)) is not None), None)
            if rows is not None:
                return Recognised(self.name, f"{_fits(look.below(rows))} under {rows}", 85)
        return None

    def read(self, path: Path) -> Iterator[Record]:
        run = Run(
            id=f"ragas-{digest(path)[:12]}",
            name=path.stem,
            tool=self.name,
            warnings=(f"{path.name}: Ragas describes no run: its version, model, dataset and start are unknown.",),
        )
        yield RunStart(run)
        notes = fields.Notes()
        repeats: dict[str, int] = {}
        for item in _items(path):
            if not isinstance(item, Entry):
                yield item
                continue
            if item.header:
                yield from _declared(path.name, run.id, item.value)
                continue
            try:
                yield CaseRecord(run.id, _case(item, repeats, notes), item.raw)
            except RecordError as error:
                yield reject(item.line, str(error), item.raw)
        yield from notes.warnings(path.name)


def _fits(keys: frozenset[str]) -> str | None:
    """What tells that records with these keys are Ragas' own; None if nothing does."""
    if "user_input" in keys:
        others = [name for name in FIXED[1:] if name in keys]
        told = bool(others) and bool(keys - {*FIXED, *_OTHER})
        return f"records with user_input, {', '.join(others)} and metrics" if told else None
    if keys & _EXPERIMENT and keys & {*_ASKED} and keys & {*_SAID} and keys & {"score", "correctness", "accuracy"}:
        return "records with a question, a response and a score of a Ragas experiment"
    if {"question", "answer", "contexts"} <= keys and keys & _OLD_METRICS and not keys & RESULT:
        return "records with question, answer, contexts and metrics of Ragas before 0.2"
    return None


def _is_result(look: Peek) -> bool:
    asked = {"user_input", "question"}
    samples = look.below("dataset") | {path.rpartition(".")[2] for path in look.outline if ".samples.[]" in path}
    return (
        "scores" in look.keys and "dataset" in look.keys and bool(samples & asked or "dataset.samples" in look.outline)
    )


def _items(path: Path) -> Iterator[Item]:
    look = peek(head_of(path))
    value: dict[str, Any] = {}
    if look.kind is FileKind.OBJECT and _fits(look.keys) is None:
        data, _ = as_null(document(path))
        found = whole(path, data)
        value = found if isinstance(found, dict) else {}
    if not {"scores", "dataset"} <= value.keys():
        yield from records(path, *_ROWS)
        return
    rows = value["dataset"].get("samples") if isinstance(value["dataset"], dict) else value["dataset"]
    scores = value["scores"]
    if not isinstance(rows, list) or not isinstance(scores, list) or len(rows) != len(scores):
        raise ReadinessError(
            f"{path}: its dataset and its scores have not the same number of rows, so which score is whose cannot be"
            " told. Export the result with to_pandas()."
        )
    for number, (row, own) in enumerate(zip(rows, scores, strict=True), 1):
        if not isinstance(row, dict) or not isinstance(own, dict):
            yield reject(number, f"row {number} is no object", payload.as_raw(row))
            continue
        joined = {**row, **own}
        yield Entry(number, payload.as_raw(joined), joined)


def _declared(where: str, run_id: str, header: Mapping[str, Any]) -> Iterator[Record]:
    """The means that stand around the rows, by themselves or in an object."""
    for part in (header, *(inner(header, name) for name in header)):
        for name, value in part.items():
            if is_number(value) and fields.is_score(name, value):
                yield DeclaredMean(run_id, name, float(value), where, printed(float(value)))


def _case(entry: Entry, repeats: dict[str, int], notes: fields.Notes) -> Case:
    row = _named(entry.value)
    asked = _cell(row.get("user_input"), entry.table, "user_input", notes)
    question = payload.question(asked)
    if not question.strip():
        raise RecordError("no user_input")
    ident = question_id(question)
    repeat = repeats.get(ident, 0)
    repeats[ident] = repeat + 1
    if repeat:
        notes.add("the same user_input stands in the file again; taken as a repeat")
    answer = row.get("response")
    talk = [part for part in asked if isinstance(part, dict)] if isinstance(asked, list) else []
    said = next((part.get("content") for part in reversed(talk) if part.get("type") == "ai"), None)
    answer = said if answer is None and isinstance(said, str) else answer
    scores = _scores(row, entry.table, notes)
    verdicts = {score.passed for score in scores.values() if score.label is not None}
    status = CaseStatus.UNKNOWN
    if verdicts:
        status = CaseStatus.PASS if verdicts == {True} else CaseStatus.FAIL
    return Case(
        id=ident,
        repeat=repeat,
        id_from="input",
        question=question,
        output=None if answer is None else fields.as_json(answer),
        status=status,
        scores=scores,
        chunks=_chunks(row, entry.table, notes),
        tool_calls=_tool_calls(talk) if talk else None,
        extra={name: _cell(row[name], entry.table, name, notes) for name in _EXTRA if row.get(name) is not None},
    )


def _named(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the names of 0.2 and later."""
    if "user_input" in row:
        return row
    older = OLDER
    if row.keys() & _EXPERIMENT:
        asked = next((name for name in _ASKED if name in row), "")
        said = next((name for name in _SAID if name in row), "")
        older = {asked: "user_input", said: "response", "grading_notes": "reference"}
    made: dict[str, Any] = {}
    for name, value in row.items():
        ours = older.get(name, name)
        made[ours if ours not in made else name] = value
    return made


def _tool_calls(talk: list[dict[str, Any]]) -> tuple[ToolCall, ...]:
    """The calls in a conversation's messages. Results carry no id: they belong to calls where there is one for each."""
    calls = [call for part in talk for call in payload.parts(part, "tool_calls")]
    results = [part.get("content") for part in talk if part.get("type") == "tool"]
    given = results if len(results) == len(calls) else [None] * len(calls)
    return tuple(
        ToolCall(
            str(call.get("name") or "unnamed"),
            arguments=None if call.get("args") is None else fields.as_json(call["args"]),
            result=None if result is None else payload.as_raw(result),
        )
        for call, result in zip(calls, given, strict=True)
    )


def _scores(row: dict[str, Any], table: bool, notes: fields.Notes) -> dict[str, Score]:
    found = {}
    for name, value in row.items():
        if name in FIXED or name in _OTHER or name in OLDER or name in _EXPERIMENT or name.startswith("Unnamed: "):
            continue
        verdict = _VERDICTS.get(value.strip().lower()) if isinstance(value, str) else None
        if verdict is not None:
            found[name] = Score(float(verdict), label=value, passed=verdict)
            continue
        if value is None or fields.not_finite(value):
            found[name] = Score(None, ScoreState.MISSING)
            notes.add(f"{name} is empty: it failed or does not apply")
            continue
        score = _number(name, value, table)
        if score is not None:
            found[name] = Score(score)
        else:
            notes.add(f"{name} is no number and no metric; it stays in the raw record")
    return found


def _number(name: str, value: Any, table: bool) -> float | None:
    """A metric's value: a number, or true and false of a critic."""
    if isinstance(value, bool) or (table and value in ("True", "False")):
        return float(value in (True, "True"))
    if table:
        return fields.cell_score(name, value)
    return float(value) if payload.is_number(value) and fields.is_score(name, value) else None


def _chunks(row: dict[str, Any], table: bool, notes: fields.Notes) -> tuple[Chunk, ...] | None:
    contexts = _cell(row.get("retrieved_contexts"), table, "retrieved_contexts", notes)
    ids = _cell(row.get("retrieved_context_ids"), table, "retrieved_context_ids", notes)
    if contexts is None and ids is None:
        return None
    if not isinstance(contexts if contexts is not None else ids, list):
        notes.add("retrieved_contexts is no list, so what was retrieved is unknown")
        return None
    if isinstance(ids, list) and (contexts is None or len(ids) == len(contexts)):
        texts = contexts or [None] * len(ids)
        return tuple(
            Chunk(fields.as_json(ident), rank=n, text=None if text is None else fields.as_json(text))
            for n, (ident, text) in enumerate(zip(ids, texts, strict=True), 1)
        )
    return tuple(
        Chunk(text := fields.as_json(part), rank=n, text=text) for n, part in enumerate(contexts, 1) if part is not None
    )


def _cell(value: Any, table: bool, name: str, notes: fields.Notes) -> Any:
    """The value of a table cell: a list, as JSON or as a Python literal, is parsed; anything else stays as it is."""
    if not table or not isinstance(value, str) or not value.lstrip().startswith("["):
        return value
    found = structure(value)
    if isinstance(found, str):
        notes.add(f"{name} holds a list that is neither JSON nor Python, and stays text")
    return found


SOURCE = Ragas()
