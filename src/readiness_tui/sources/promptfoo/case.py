"""Reads one row of promptfoo's results as a case: its status, scores, measures, chunks and tool calls.

Facts about the format, seen in its output: `error` is also set where an assertion failed, so the status comes from
`failureReason` (2 error) and `success`. A thrown error has latency 0 and cost 0 without a response; a response without
usage has cost 0 and tokens 0, which means missing. `namedScores` of a row are weighted means. An assert-set lists its
children inside itself and again beside it. A failed grader is marked `metadata.graderError` with score 0.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeGuard, TypeVar

from readiness_tui.domain.runs.model import (
    Case,
    CaseStatus,
    HumanLabel,
    HumanVerdict,
    Measure,
    Provenance,
    Score,
    ScoreState,
)
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.jsonio import RecordError, quoted

_IDS = ("case_id", "caseId", "id", "test_id", "testId")
_QUESTIONS = ("question", "query", "input", "message", "prompt", "user_input", "text")
_CHUNKS = ("retrieved_chunks", "retrievedChunks", "retrieved", "chunks", "contexts", "documents", "docs")
_TOOLS = ("tool_calls", "toolCalls", "tools")
_RATER = "not named (rated in promptfoo)"
_NOT_GRADED = ("human", "assert-set")

T = TypeVar("T")
Component = Mapping[str, Any]


def inner(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object under a key; an empty one if there is none."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def read_case(row: Mapping[str, Any], notes: fields.Notes) -> Case:
    """The case of one row, its repeat not yet known. Raises RecordError."""
    test, response, grading = inner(row, "testCase"), inner(row, "response"), inner(row, "gradingResult")
    metadata, said = inner(test, "metadata"), inner(response, "metadata")
    ident, id_from = ident_of(row, test)
    components = _components(grading)
    status = _status(row, components, notes)
    cached = response.get("cached") is True
    usage = inner(response, "tokenUsage")
    error = fields.prose(row, "error") or fields.prose(response, "error")
    extra: dict[str, Any] = {"metadata": metadata} if metadata else {}
    for name, value in (
        ("description", test.get("description")),
        ("reason", grading.get("reason") if status is CaseStatus.FAIL else None),
        ("retries", said.get("retries")),
        ("cluster", metadata.get("cluster")),
    ):
        if value is not None:
            extra[name] = value
    return Case(
        id=ident,
        id_from=id_from,
        question=question_of(row, test),
        output=fields.prose(response, "output"),
        status=status,
        error=(error or "the row says error without a reason") if status is CaseStatus.ERROR else None,
        scores=_scores(row, grading, components),
        latency_ms=_latency(row, cached),
        cost=_cost(row, response, cached),
        tokens_in=fields.whole(usage, "prompt"),
        tokens_out=fields.whole(usage, "completion"),
        tags=_tags(metadata),
        chunks=_read_or_note(said, _CHUNKS, fields.chunks, notes),
        tool_calls=_read_or_note(said, _TOOLS, fields.tool_calls, notes),
        human=_human(components),
        extra=extra,
    )


class InputRepeats:
    """Numbers the repeats in one run: `--repeat` writes no index, just the same input under a new testIdx."""

    def __init__(self, repeated: bool | None) -> None:
        self._repeated = repeated  # whether the file says --repeat was used; None if unknown
        self._next: dict[str, int] = {}
        self._inputs: dict[str, str] = {}

    def with_repeat(self, case: Case, row: Mapping[str, Any], notes: fields.Notes) -> Case:
        """The case with its repeat index; if an id is used for different inputs, part of the input's hash is added."""
        asked = _hash(_vars(row, inner(row, "testCase")))
        ident = case.id
        if self._inputs.setdefault(ident, asked) != asked:
            notes.add(f"the id {quoted(ident)} names several inputs; the later ones were told apart by their input")
            ident = f"{ident}~{asked[:8]}"
            self._inputs.setdefault(ident, asked)
        repeat = self._next.get(ident, 0)
        self._next[ident] = repeat + 1
        if repeat and self._repeated is False:
            notes.add("the same input stands in the file again although it was not run with --repeat; taken as repeats")
        return replace(case, id=ident, repeat=repeat)


def _vars(row: Mapping[str, Any], test: Mapping[str, Any]) -> dict[str, Any]:
    return inner(test, "vars") or inner(row, "vars")


def _hash(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def ident_of(row: Mapping[str, Any], test: Mapping[str, Any]) -> tuple[str, str]:
    """A case's id and its origin: metadata, the hash of its variables, its description, or its position."""
    metadata = inner(test, "metadata")
    for name in _IDS:
        value = metadata.get(name)
        if isinstance(value, (str, int)) and str(value).strip():
            return str(value), "metadata"
    if asked := _vars(row, test):
        return f"vars-{_hash(asked)[:16]}", "input"
    description = test.get("description")
    if isinstance(description, str) and description.strip():
        return description, "input"
    position = row.get("testIdx")
    if type(position) is not int:
        raise RecordError("no case id, vars, description or testIdx: the case cannot be told from others")
    return f"test-{position}", "position"


def question_of(row: Mapping[str, Any], test: Mapping[str, Any]) -> str:
    """The question: a variable with a telling name, else the prompt."""
    asked = _vars(row, test)
    for name in _QUESTIONS:
        if isinstance(asked.get(name), str):
            return str(asked[name])
    raw = inner(row, "prompt").get("raw")
    return raw if isinstance(raw, str) else ""


def _components(grading: Mapping[str, Any]) -> tuple[Component, ...]:
    """Assertions and assert-sets, each once.

    promptfoo also lists nested results after their parent. In an assert-set they are assertions in their own right; for
    a script they are parts of its single verdict, recognised by having the script's own assertion.
    """
    listed = grading.get("componentResults")
    if not isinstance(listed, list):
        return ()
    found: list[Component] = []
    part_of: Any = None
    parts = 0
    for component in listed:
        if not isinstance(component, dict):
            continue
        if parts and component.get("assertion") == part_of:
            parts -= 1
            continue
        nested = component.get("componentResults")
        is_set = bool(inner(inner(component, "metadata"), "assertionSet"))
        parts = len(nested) if isinstance(nested, list) and not is_set else 0
        part_of = component.get("assertion")
        found.append(component)
    return tuple(found)


def _status(row: Mapping[str, Any], components: tuple[Component, ...], notes: fields.Notes) -> CaseStatus:
    reason, success = row.get("failureReason"), row.get("success")
    if reason == 2:
        return CaseStatus.ERROR
    if success is True or (success is None and reason == 0):
        return CaseStatus.PASS
    if success is not False and reason != 1:
        return CaseStatus.UNKNOWN
    failed = [component for component in components if component.get("pass") is False]
    if failed and all(_grader_failed(component) for component in failed):
        notes.add("the case failed only because its grader failed; taken as unknown, not as a fail")
        return CaseStatus.UNKNOWN
    return CaseStatus.FAIL


def _scores(row: Mapping[str, Any], grading: Mapping[str, Any], components: tuple[Component, ...]) -> dict[str, Score]:
    """Named scores, and for each assertion type the mean score of its unnamed assertions."""
    named = inner(row, "namedScores") or inner(grading, "namedScores")
    weights = inner(grading, "namedScoreWeights")
    by_metric: dict[str, list[Component]] = {}
    unnamed: dict[str, list[Component]] = {}
    for component in components:
        assertion = _assertion(component)
        metric, kind = assertion.get("metric"), assertion.get("type")
        if isinstance(metric, str):
            by_metric.setdefault(metric, []).append(component)
        elif isinstance(kind, str) and kind not in _NOT_GRADED:
            unnamed.setdefault(kind, []).append(component)
    found: dict[str, Score] = {}
    for name, value in named.items():
        parts = by_metric.get(name, [])
        # With a weight of 0 promptfoo writes 0, whatever the score was.
        found[name] = _score(_mean(parts) if weights.get(name) == 0 and parts else value, parts)
    for kind, parts in unnamed.items():
        found[kind if kind not in found else f"{kind} (unnamed)"] = _score(_mean(parts), parts)
    return found


def _score(value: Any, parts: list[Component]) -> Score:
    limit = _assertion(parts[0]).get("threshold") if len(parts) == 1 else None
    threshold = float(limit) if _is_number(limit) else None
    if any(_grader_failed(part) for part in parts):
        return Score(None, ScoreState.JUDGE_ERROR, threshold=threshold)
    if not _is_number(value):
        return Score(None, ScoreState.MISSING, threshold=threshold)
    passes = [part["pass"] for part in parts if isinstance(part.get("pass"), bool)]
    return Score(float(value), threshold=threshold, passed=all(passes) if passes else None)


def _mean(parts: list[Component]) -> float | None:
    values = [part["score"] for part in parts if _is_number(part.get("score"))]
    return math.fsum(values) / len(values) if values else None


def _assertion(component: Component) -> dict[str, Any]:
    return inner(component, "assertion") or inner(inner(component, "metadata"), "assertionSet")


def _is_number(value: Any) -> TypeGuard[float]:
    return type(value) in (int, float) and math.isfinite(value)


def _grader_failed(component: Component) -> bool:
    return inner(component, "metadata").get("graderError") is True


def _latency(row: Mapping[str, Any], cached: bool) -> Measure:
    value = fields.number(row, "latencyMs", least=0)
    if value is None or not isinstance(row.get("response"), dict):
        return Measure()
    return Measure(value, Provenance.CACHED if cached else Provenance.MEASURED)


def _cost(row: Mapping[str, Any], response: Mapping[str, Any], cached: bool) -> Measure:
    """The response's cost. A 0 in the row is ignored: promptfoo also writes it if there is no cost."""
    value = fields.number(response, "cost", least=0)
    if value is None:
        value = fields.number(row, "cost", least=0) or None
    if value is None:
        return Measure()
    return Measure(value, Provenance.CACHED if cached else Provenance.MEASURED)


def _tags(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    listed = metadata.get("tags")
    known = {"tags": listed} if isinstance(listed, (str, list)) else {}
    return fields.tags(known, metadata)


def _read_or_note(
    said: Mapping[str, Any],
    names: tuple[str, ...],
    read: Callable[[Mapping[str, Any], str], T | None],
    notes: fields.Notes,
) -> T | None:
    """A field of the free-form metadata if its format is known; otherwise a note, so that the case is not lost."""
    for name in names:
        if said.get(name) is not None:
            try:
                return read(said, name)
            except RecordError as error:
                notes.add(f"response metadata was not understood, so it counts as not logged: {error}")
    return None


def _human(components: tuple[Component, ...]) -> HumanLabel | None:
    for component in components:
        verdict = component.get("pass")
        if inner(component, "assertion").get("type") == "human" and isinstance(verdict, bool):
            comment = component.get("comment")
            note = comment if isinstance(comment, str) else ""
            return HumanLabel(HumanVerdict.PASS if verdict else HumanVerdict.FAIL, _RATER, note=note)
    return None
