"""Reads one row of promptfoo's results as a case: its status, scores, measures, chunks and tool calls.

Facts about the format, seen in its output: `error` is also set where an assertion failed, so the status comes from
`failureReason` (2 error) and `success`; before 0.103 there is no `failureReason`, and an export of such an evaluation by
a newer version says 0. A thrown error has latency 0 and cost 0 without a response; a response without usage has cost 0
and tokens 0, which means missing. What the named scores are: see `grading`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from readiness_tui.domain.runs.model import Case, CaseStatus, Measure, Provenance
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.promptfoo.grading import AssertionResult, assertions, each, human, inner, scores_of

_IDS = ("case_id", "caseId", "id", "test_id", "testId")
_QUESTIONS = ("question", "query", "input", "message", "prompt", "user_input", "text", "q")
_CHUNKS = ("retrieved_chunks", "retrievedChunks", "retrieved", "chunks", "contexts", "documents", "docs")
_TOOLS = ("tool_calls", "toolCalls", "tools")
#: What a red-team run says of a test: which weakness it probes, and how.
_RED_TEAM = (("pluginId", "plugin"), ("strategyId", "strategy"))

T = TypeVar("T")


def read_case(row: Mapping[str, Any], notes: fields.Notes, *, means: bool = False) -> Case:
    """The case of one row, its repeat not yet known. `means`: see `grading.scores_of`. Raises RecordError."""
    test, response, grading = inner(row, "testCase"), inner(row, "response"), inner(row, "gradingResult")
    metadata, said = inner(test, "metadata"), inner(response, "metadata")
    ident, id_from = ident_of(row, test)
    results = assertions(grading, test)
    status = status_of(row, results, notes)
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
        scores=scores_of(named_of(row), grading, results, notes, means=means),
        latency_ms=_latency(row, cached),
        cost=_cost(row, response, cached),
        tokens_in=fields.whole(usage, "prompt"),
        tokens_out=fields.whole(usage, "completion"),
        tags=_tags(metadata, {**inner(grading, "metadata"), **inner(row, "metadata")}),
        chunks=_read_or_note(said, _CHUNKS, fields.chunks, notes),
        tool_calls=_read_or_note(said, _TOOLS, fields.tool_calls, notes),
        human=human(results),
        extra=extra,
    )


class InputRepeats:
    """Numbers the repeats in one run: `--repeat` writes no index, just the same input under a new testIdx."""

    def __init__(self, repeated: bool | None) -> None:
        self._repeated = repeated  # whether the file says --repeat was used; None if unknown
        self._next: dict[str, int] = {}
        self._inputs: dict[str, tuple[str, str]] = {}  # the hash of an id's variables, and of its whole test

    def with_repeat(self, case: Case, row: Mapping[str, Any], notes: fields.Notes) -> Case:
        """The case with its repeat index; if an id is used for different inputs, part of the input's hash is added."""
        test = inner(row, "testCase")
        given = _hash(_vars(row, test))
        # A repeat is the same test again: with other assertions or another description it is another test.
        asked = _hash([given, test.get("assert"), test.get("description")])
        ident = case.id
        first = self._inputs.setdefault(ident, (given, asked))
        if first != (given, asked):
            if first[0] != given:
                notes.add(f"the id {quoted(ident)} names several inputs; the later ones were told apart by their input")
                asked = given
            else:
                notes.add("tests with the same variables were told apart by their assertions and descriptions")
            ident = f"{ident}~{asked[:8]}"
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
    """The question: a variable with a telling name, else the prompt, else the only variable."""
    asked = _vars(row, test)
    for name in _QUESTIONS:
        if isinstance(asked.get(name), str):
            return str(asked[name])
    raw = inner(row, "prompt").get("raw")
    if isinstance(raw, str):
        return raw
    only = next(iter(asked.values())) if len(asked) == 1 else None
    return only if isinstance(only, str) else ""


def named_of(row: Mapping[str, Any]) -> dict[str, Any]:
    return inner(row, "namedScores") or inner(inner(row, "gradingResult"), "namedScores")


def status_of(row: Mapping[str, Any], results: tuple[AssertionResult, ...], notes: fields.Notes) -> CaseStatus:
    reason, success, grading = row.get("failureReason"), row.get("success"), inner(row, "gradingResult")
    if reason == 2:
        return CaseStatus.ERROR
    if success is True or (success is None and reason == 0):
        if grading.get("pass") is not False or any(one.kind == "human" for one in results):
            return CaseStatus.PASS
        notes.add("the row says success, and its grading says it did not pass; taken as unknown")
        return CaseStatus.UNKNOWN
    if success is not False and reason != 1:
        return CaseStatus.UNKNOWN
    response = inner(row, "response")
    if reason != 1 and not grading and (response.get("error") or response.get("output") is None):
        if response.get("error") or row.get("error"):  # nothing was graded, so nothing failed
            return CaseStatus.ERROR
        notes.add("the row says neither why it did not succeed nor what was answered; taken as unknown")
        return CaseStatus.UNKNOWN
    failed = [one for one in each(results) if one.passed is False]
    if failed and all(one.grader_failed for one in failed):
        notes.add("the case failed only because its grader failed; taken as unknown, not as a fail")
        return CaseStatus.UNKNOWN
    return CaseStatus.FAIL


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
    if (
        value == 0
        and not cached
        and any(inner(response, "tokenUsage").get(n) for n in ("prompt", "completion", "total"))
    ):
        value = None  # tokens that cost nothing: a model without a price
    if value is None:
        return Measure()
    return Measure(value, Provenance.CACHED if cached else Provenance.MEASURED)


def _tags(metadata: Mapping[str, Any], of_row: Mapping[str, Any]) -> tuple[str, ...]:
    listed = metadata.get("tags")
    known = {"tags": listed} if isinstance(listed, (str, list)) else {}
    return (*fields.tags(known, metadata), *red_team_tags({**of_row, **metadata}))


def red_team_tags(said: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{name}={said[key]}" for key, name in _RED_TEAM if isinstance(said.get(key), str) and said[key])


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
