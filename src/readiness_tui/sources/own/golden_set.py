"""Golden sets: the course's eval set, and those of teams and tools under ordinary names (see `golden_shapes`).

question, expected_source, must_include; optional id, tags, expected_tools and risk (high becomes the tag high_risk);
what a right answer is (answer, target, expected_output …) is kept as `reference`: it is read, and not searched for as
`must_include` is. All other fields are kept. A question without an id gets one from its normalised text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.joining import question_id, records_digest
from readiness_tui.domain.runs.model import EvalSet, GoldenCase
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import EvalSetRecord, Recognised, Record
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.keys import KeySorter
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.own.golden_shapes import QUESTIONS, REFERENCES, certainty, golden, spelled, tool_names

GOLD = frozenset({"expected_source", "expected_sources", "must_include", "expected_tools"})
#: Keys found only in results.
RESULT = frozenset(
    {
        "output",
        "status",
        "success",
        "scores",
        "latency_ms",
        "human_label",
        "retrieved_chunks",
        "tool_calls",
        "trace_id",
        "case_id",
    }
)

REFERENCE = "reference"
#: Keys of the list of golden cases in an object.
_WRAPPERS = ("cases", "goldens", "conversationalGoldens", "conversational_goldens", "tests", "examples", "questions")
_ALIASES = {
    "expected_source": "expected_sources",
    "expected_sources": "expected_sources",
    "must_include": "must_include",
    "expected_tools": "expected_tools",
    "expected_tool": "expected_tools",
    "expectedTools": "expected_tools",
    "tags": "tags",
}
_SORTER = KeySorter(_ALIASES)


class EvalSets:
    name = "eval_set"
    title = "an eval set (question, expected_source, must_include; or question and reference by common names)"
    brings = (
        "golden cases: questions with expected sources, texts and tools, tags",
        "golden sets of DeepEval, Ragas, promptfoo, LangSmith, Langfuse, Inspect, OpenAI Evals; the reference is kept",
    )
    lacks = ("results: runs bring those, and are compared with the eval set",)

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        keys = _record_keys(look)
        gold = sorted(keys & GOLD)
        if "question" in keys and gold and not keys & RESULT:
            return Recognised(self.name, f"records with question, {', '.join(gold)} and no results ({look.kind})", 90)
        sure, why = certainty(_first_rows(look))
        return Recognised(self.name, f"records with {why} ({look.kind})", sure) if sure else None

    def read(self, path: Path) -> Iterator[Record]:
        cases: dict[str, GoldenCase] = {}
        written: dict[str, dict[str, Any]] = {}
        lines: dict[str, int] = {}
        name = path.stem
        notes = fields.Notes()
        for item in records(path, *_WRAPPERS):
            if not isinstance(item, Entry):
                yield item
                continue
            if item.header and "question" not in item.value:
                name = fields.text(item.value, "name") or name
                continue
            if item.value.get("status") == "ARCHIVED":
                notes.add("the item is archived, and is left out")
                continue
            try:
                case = _golden(item)
                if case.id in cases:
                    raise RecordError(f"{quoted(case.id)} stands in the set already, on line {lines[case.id]}")
            except RecordError as error:
                yield reject(item.line, str(error), item.raw)
                continue
            if case.extra.get(REFERENCE) is not None and REFERENCE not in item.value:
                notes.add(f"the right answer is kept as its {REFERENCE}, to be read; only must_include is searched for")
            cases[case.id], written[case.id], lines[case.id] = case, item.value, item.line
        if not cases:
            raise ReadinessError(f"{path}: no golden case in it could be used. Each needs a question.")
        yield EvalSetRecord(EvalSet(name, records_digest(written), tuple(cases.values())))
        yield from notes.warnings(path.name)


def _first_rows(look: Peek) -> tuple[dict[str, Any], ...]:
    """Records at the beginning of the file, without a wrapper around them."""
    if look.kind is not FileKind.OBJECT:
        return look.records if look.kind in (FileKind.LINES, FileKind.ARRAY, FileKind.TABLE) else ()
    for name in _WRAPPERS:
        listed = look.records[0].get(name) if look.records else None
        if isinstance(listed, list):
            return tuple(row for row in listed[:20] if isinstance(row, dict))
        if look.below(name):
            cut = {key: look.outline[f"{name}.[].{key}"] for key in look.below(name)}  # a list or object shows as None
            told = (*QUESTIONS, *REFERENCES)
            return ({key: True if value is None and spelled(key) in told else value for key, value in cut.items()},)
    return look.records


def _record_keys(look: Peek) -> frozenset[str]:
    below = (look.below(name) for name in _WRAPPERS if look.kind is FileKind.OBJECT)
    return next(filter(None, below), look.keys)


def _golden(entry: Entry) -> GoldenCase:
    found = golden(entry.value)
    if not found.question.strip():
        raise RecordError("no question")
    known, rest = _SORTER.sort(found.rest)
    if isinstance(known.get("expected_tools"), list):
        known["expected_tools"] = list(tool_names(known["expected_tools"]))
    if found.reference is not None:
        rest[REFERENCE] = found.reference
    return GoldenCase(
        id=question_id(found.question) if found.ident is None or not found.ident.strip() else found.ident,
        question=found.question,
        expected_sources=fields.texts(known, "expected_sources", table=entry.table) or (),
        must_include=(*(fields.texts(known, "must_include", table=entry.table) or ()), *found.must_include),
        expected_tools=fields.texts(known, "expected_tools", table=entry.table) or (),
        tags=fields.tags(known, rest, table=entry.table),
        extra=rest,
    )


SOURCE = EvalSets()
