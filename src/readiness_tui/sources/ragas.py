"""Ragas' results (0.4): the data frame as JSON lines, a JSON list or CSV.

Facts about the format, seen in its output: a row has user_input, response, retrieved_contexts, reference_contexts,
reference and one column per metric; no case id, latency or cost. In CSV, lists are Python literals. A metric that
failed or does not apply is empty. Perfect precision is 0.9999999999. In a conversation user_input is a list.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from readiness_tui.domain.runs.joining import question_id
from readiness_tui.domain.runs.model import Case, Chunk, Run, Score, ScoreState
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, Recognised, Record, RunStart
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.peek import FileKind, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject

FIXED = ("user_input", "response", "retrieved_contexts", "reference_contexts", "reference")
_OTHER = frozenset(
    {"multi_responses", "rubrics", "reference_tool_calls", "reference_topics", "persona_name", "query_style",
     "query_length", "synthesizer_name", "retrieved_context_ids", "reference_context_ids"}
)  # fmt: skip
_LITERAL = 1024 * 1024  # characters of a Python literal that are parsed
_EXTRA = ("reference", "reference_contexts", "reference_context_ids", "reference_tool_calls", "synthesizer_name")


class Ragas:
    name = "ragas"
    title = "Ragas results (to_pandas() as JSON lines, JSON or CSV)"
    brings = ("cases with question, answer, retrieved contexts and every metric's score",)
    lacks = (
        "a case id (cases join by their question), run, versions and time",
        "latency, cost, tokens, tool calls, pass and fail",
        "whether an empty metric failed or does not apply",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        if (
            look.kind not in (FileKind.LINES, FileKind.ARRAY, FileKind.TABLE, FileKind.OBJECT)
            or "user_input" not in look.keys
        ):
            return None
        others = [name for name in FIXED[1:] if name in look.keys]
        if not others or not look.keys - {*FIXED, *_OTHER}:
            return None
        return Recognised(self.name, f"records with user_input, {', '.join(others)} and metrics ({look.kind})", 95)

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
        for item in records(path):
            if not isinstance(item, Entry):
                yield item
                continue
            try:
                yield CaseRecord(run.id, _case(item, repeats, notes), item.raw)
            except RecordError as error:
                yield reject(item.line, str(error), item.raw)
        yield from notes.warnings(path.name)


def _case(entry: Entry, repeats: dict[str, int], notes: fields.Notes) -> Case:
    row = entry.value
    question = payload.question(_cell(row.get("user_input"), entry.table))
    if not question.strip():
        raise RecordError("no user_input")
    ident = question_id(question)
    repeat = repeats.get(ident, 0)
    repeats[ident] = repeat + 1
    if repeat:
        notes.add("the same user_input stands in the file again; taken as a repeat")
    answer = row.get("response")
    return Case(
        id=ident,
        repeat=repeat,
        id_from="input",
        question=question,
        output=None if answer is None else fields.as_json(answer),
        scores=_scores(row, entry.table, notes),
        chunks=_chunks(row, entry.table),
        extra={name: _cell(row[name], entry.table) for name in _EXTRA if row.get(name) is not None},
    )


def _scores(row: dict[str, Any], table: bool, notes: fields.Notes) -> dict[str, Score]:
    found = {}
    for name, value in row.items():
        if name in FIXED or name in _OTHER:
            continue
        if value is None or fields.not_finite(value):
            found[name] = Score(None, ScoreState.MISSING)
            notes.add(f"{name} is empty: it failed or does not apply")
            continue
        score = fields.cell_score(name, value) if table else float(value) if payload.is_number(value) else None
        if score is not None:
            found[name] = Score(score)
        else:
            notes.add(f"{name} is no number and no metric; it stays in the raw record")
    return found


def _chunks(row: dict[str, Any], table: bool) -> tuple[Chunk, ...] | None:
    contexts = _cell(row.get("retrieved_contexts"), table)
    ids = _cell(row.get("retrieved_context_ids"), table)
    if contexts is None and ids is None:
        return None
    if not isinstance(contexts if contexts is not None else ids, list):
        raise RecordError("retrieved_contexts is no list")
    if isinstance(ids, list) and (contexts is None or len(ids) == len(contexts)):
        texts = contexts or [None] * len(ids)
        return tuple(
            Chunk(fields.as_json(ident), rank=n, text=None if text is None else fields.as_json(text))
            for n, (ident, text) in enumerate(zip(ids, texts, strict=True), 1)
        )
    return tuple(
        Chunk(text := fields.as_json(part), rank=n, text=text) for n, part in enumerate(contexts, 1) if part is not None
    )


def _cell(value: Any, table: bool) -> Any:
    """The value of a table cell: a list, as JSON or as a Python literal, is parsed; anything else stays as it is."""
    if not table or not isinstance(value, str) or not value.lstrip().startswith("["):
        return value
    parsed = payload.parsed(value)
    if not isinstance(parsed, str) or len(value) > _LITERAL:
        return parsed
    try:
        return payload.plain(ast.literal_eval(value.strip()))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        raise RecordError("a cell holds a list that is neither JSON nor Python") from None


SOURCE = Ragas()
