"""A test case of DeepEval as a case: its metrics, and what its own success means.

Facts about the format, from `deepeval/test_run/api.py` and `deepeval/evaluate/types.py` (0.20 to 4.3) and seen in its
output: keys are camelCase in test runs (`metricsData`) and snake_case in an `EvaluationResult` (`metrics_data`); before
0.21 a metric was `{metric, score, minimumScore}` in `metricsMetadata`. Null fields may be left out. A metric whose judge
failed has an `error` or no score (NaN), and `success: false`; its case fails too: that is the judge's error, not the
system's. A `flaky` metric decides nothing. `completionTime` is in seconds, `tokenCost` in US dollars.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from readiness_tui.domain.runs.joining import question_id
from readiness_tui.domain.runs.model import Case, CaseStatus, Chunk, Measure, Provenance, Score, ScoreState
from readiness_tui.sources.kit import fields, measures, payload
from readiness_tui.sources.kit.declared import mean
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.payload import inner, is_number

METRICS = ("metricsData", "metricsMetadata")
_NUMBERED = re.compile(r"(?:conversational_)?test_case_\d+")  # a name that the tool itself gives, by position


def camel(value: Mapping[str, Any]) -> dict[str, Any]:
    """The object with camelCase keys; where both spellings stand, the camelCase one is kept."""
    made = {re.sub(r"_([a-z])", lambda found: found[1].upper(), key): part for key, part in value.items()}
    return made | {key: part for key, part in value.items() if "_" not in key}


def metrics(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The measurements of a case (camelCase): each with `name`, `score`, `threshold`, `success`, `error`."""
    listed: list[Any] = next((value[key] for key in METRICS if isinstance(value.get(key), list)), [])
    found = []
    for part in listed:
        if isinstance(part, dict):
            one = camel(part)
            one.setdefault("name", one.get("metric"))
            one.setdefault("threshold", one.get("minimumScore"))
            if isinstance(one["name"], str):
                found.append(one)
    return found


def asked(value: Mapping[str, Any]) -> str:
    """What a case (camelCase) asks: its input, or the last thing that the user of a conversation said."""
    turns = value.get("turns")
    listed = payload.question(turns) if isinstance(turns, list) and turns else ""
    return fields.prose(value, "input") or listed or fields.prose(value, "scenario") or ""


def case_of(value: Mapping[str, Any], shared: frozenset[str], notes: fields.Notes) -> Case:
    """The case of a test case (camelCase). `shared`: names that unlike cases of the file have. Raises RecordError."""
    turns = value.get("turns")
    said = turns if isinstance(turns, list) else []
    question = asked(value)
    name = value.get("name")
    named = name if isinstance(name, str) and name.strip() and name not in shared else None
    about = inner(value, "metadata") or inner(value, "additionalMetadata")
    ident = payload.case_id(about)
    if ident is None and named is None and not question.strip():
        raise RecordError("neither name nor input")
    numbered = ident is None and named is not None and _NUMBERED.fullmatch(named) is not None
    parts = metrics(value)
    listed = next((value[key] for key in METRICS if isinstance(value.get(key), list)), parts)
    if len(listed) > len(parts):
        notes.add("a measurement without a name stays in the raw record")
    status = _status(value.get("success"), parts, notes)
    reasons = [str(part.get("reason")) for part in parts if part.get("success") is False and part.get("reason")]
    extra = {
        name: payload.masked(part)
        for name, part in (
            ("metadata", about or None),
            ("expected_output", value.get("expectedOutput") or value.get("expectedOutcome")),
            ("expected_tools", value.get("expectedTools")),
            ("context", value.get("context")),
            ("comments", value.get("comments")),
            ("reason", "; ".join(reasons) if status is CaseStatus.FAIL and reasons else None),
        )
        if part is not None
    }
    contexts = _contexts(_with_turns(value, said, "retrievalContext"))
    came, gone = payload.count(value.get("inputTokenCount")), payload.count(value.get("outputTokenCount"))
    cost = measures.priced(fields.number(value, "tokenCost", least=0), came or gone, notes)
    return Case(
        id=ident or named or question_id(question),
        id_from="position" if numbered else "explicit" if ident or named else "input",
        question=question,
        output=fields.prose(value, "actualOutput") or (payload.answer(said) if said else None),
        status=status,
        scores=_scores(parts, notes),
        latency_ms=_measure(fields.number(value, "completionTime", least=0, times=1000)),
        cost=_measure(cost),
        tokens_in=came,
        tokens_out=gone,
        tags=payload.tags(value.get("tags"), about),
        chunks=None
        if contexts is None
        else tuple(Chunk(text, rank=n, text=text) for n, text in enumerate(contexts, 1)),
        tool_calls=fields.tool_calls(
            {"toolsCalled": _tools(_with_turns(value, said, "toolsCalled").get("toolsCalled"))}, "toolsCalled"
        ),
        extra=extra,
    )


def _contexts(value: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What was retrieved: texts, or (4.x) objects with `context` and `source`."""
    listed = value.get("retrievalContext")
    if isinstance(listed, list):
        listed = [part["context"] if isinstance(part, dict) and "context" in part else part for part in listed]
    return fields.texts({"retrievalContext": listed}, "retrievalContext")


def _with_turns(value: Mapping[str, Any], turns: Sequence[Any], key: str) -> Mapping[str, Any]:
    """The case, or what the turns of a conversation list under the key; None where no turn lists it."""
    if value.get(key) is not None or not turns:
        return value
    listed = [camel(turn).get(key) for turn in turns if isinstance(turn, dict)]
    known = [part for part in listed if isinstance(part, list)]
    return {key: [one for part in known for one in part]} if known else {}


def _tools(listed: Any) -> Any:
    """Tool calls with other formats' names for arguments and results."""
    if not isinstance(listed, list):
        return listed
    found = []
    for part in listed:
        if isinstance(part, dict):
            one = camel(part)
            part = {"name": one.get("name"), "arguments": one.get("inputParameters"), "result": one.get("output")}
        found.append(part)
    return found


def _status(success: Any, parts: list[dict[str, Any]], notes: fields.Notes) -> CaseStatus:
    if success is True:
        return CaseStatus.PASS
    if success is not False:
        return CaseStatus.UNKNOWN
    failed = [part for part in parts if part.get("success") is False and part.get("flaky") is not True]
    if failed and all(_broke(part) for part in failed):
        notes.add("the case failed only because its judge failed; taken as unknown, not as a fail")
        return CaseStatus.UNKNOWN
    return CaseStatus.FAIL


def _broke(part: Mapping[str, Any]) -> bool:
    """Whether the judge failed: it says so, or gave no number (NaN is null here) and called that no success."""
    return bool(part.get("error")) or (not is_number(part.get("score")) and part.get("success") is False)


def _scores(parts: list[dict[str, Any]], notes: fields.Notes) -> dict[str, Score]:
    """A score a metric. One that was measured twice is the mean of both, and passed only if both passed."""
    found: dict[str, list[Score]] = {}
    for part in parts:
        found.setdefault(part["name"], []).append(_score(part))
    for name, scores in found.items():
        if len(scores) > 1:
            notes.add(
                f"{name} was measured {len(scores)} times in one case; the mean is its score, passed if all passed"
            )
    return {name: scores[0] if len(scores) == 1 else _together(scores) for name, scores in found.items()}


def _together(scores: list[Score]) -> Score:
    thresholds = {score.threshold for score in scores}
    limit = thresholds.pop() if len(thresholds) == 1 else None
    counted = [score for score in scores if score.state is not ScoreState.NOT_APPLICABLE]
    if not counted:
        return scores[0]
    values = [score.value for score in counted if score.value is not None]
    if len(values) < len(counted):
        broke = any(score.state is ScoreState.JUDGE_ERROR for score in counted)
        return Score(None, ScoreState.JUDGE_ERROR if broke else ScoreState.MISSING, threshold=limit)
    verdicts = {score.passed for score in counted}
    passed = None if None in verdicts else verdicts == {True}
    return Score(mean(values), threshold=limit, passed=passed)


def _score(part: Mapping[str, Any]) -> Score:
    value, threshold, passed = part.get("score"), part.get("threshold"), part.get("success")
    limit = float(threshold) if is_number(threshold) else None
    if part.get("skipped") is True and not part.get("error"):
        return Score(None, ScoreState.NOT_APPLICABLE, threshold=limit)
    if _broke(part):
        return Score(None, ScoreState.JUDGE_ERROR, threshold=limit)
    if not is_number(value):
        return Score(None, ScoreState.MISSING, threshold=limit)
    return Score(float(value), threshold=limit, passed=passed if isinstance(passed, bool) else None)


def _measure(value: float | None) -> Measure:
    return Measure() if value is None else Measure(value, Provenance.MEASURED)
