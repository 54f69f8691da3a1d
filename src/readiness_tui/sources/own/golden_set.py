"""The course's eval set: questions with what a correct answer must contain, as JSON lines, a JSON list or CSV.

question, expected_source, must_include; optional id, tags, expected_tools and risk (high becomes the tag high_risk).
All other fields are kept. A question without an id gets one from its normalised text.
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
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject

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

_ALIASES = {
    "id": "id",
    "question": "question",
    "expected_source": "expected_sources",
    "expected_sources": "expected_sources",
    "must_include": "must_include",
    "expected_tools": "expected_tools",
    "expected_tool": "expected_tools",
    "tags": "tags",
}


class EvalSets:
    name = "eval_set"
    title = "an eval set (question, expected_source, must_include)"
    brings = ("golden cases: questions with expected sources, texts and tools, tags",)
    lacks = ("results: runs bring those, and are compared with the eval set",)

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        keys = _record_keys(look)
        gold = sorted(keys & GOLD)
        if "question" not in keys or not gold or keys & RESULT:
            return None
        return Recognised(self.name, f"records with question, {', '.join(gold)} and no results ({look.kind})", 90)

    def read(self, path: Path) -> Iterator[Record]:
        cases: dict[str, GoldenCase] = {}
        written: dict[str, dict[str, Any]] = {}
        lines: dict[str, int] = {}
        name = path.stem
        for item in records(path, "cases"):
            if not isinstance(item, Entry):
                yield item
                continue
            if item.header and "question" not in item.value:
                name = fields.text(item.value, "name") or name
                continue
            try:
                case = _golden(item)
                if case.id in cases:
                    raise RecordError(f"{quoted(case.id)} stands in the set already, on line {lines[case.id]}")
            except RecordError as error:
                yield reject(item.line, str(error), item.raw)
                continue
            cases[case.id], written[case.id], lines[case.id] = case, item.value, item.line
        if not cases:
            raise ReadinessError(f"{path}: no golden case in it could be used. Each needs a question.")
        yield EvalSetRecord(EvalSet(name, records_digest(written), tuple(cases.values())))


def _record_keys(look: Peek) -> frozenset[str]:
    below = look.below("cases") if look.kind is FileKind.OBJECT else frozenset()
    return below or look.keys


def _golden(entry: Entry) -> GoldenCase:
    known, rest = fields.sort_keys(entry.value, _ALIASES)
    question = fields.text(known, "question")
    if question is None or not question.strip():
        raise RecordError("no question")
    ident = fields.text(known, "id")
    return GoldenCase(
        id=question_id(question) if ident is None or not ident.strip() else ident,
        question=question,
        expected_sources=fields.texts(known, "expected_sources", table=entry.table) or (),
        must_include=fields.texts(known, "must_include", table=entry.table) or (),
        expected_tools=fields.texts(known, "expected_tools", table=entry.table) or (),
        tags=fields.tags(known, rest, table=entry.table),
        extra=rest,
    )


SOURCE = EvalSets()
