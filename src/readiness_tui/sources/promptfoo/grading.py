"""The assertions of one row, and its named scores as means, whichever version of promptfoo wrote them.

Before 0.121.5 a row's `namedScores` are sums over the assertions that share the metric's name, from then on weighted
means (promptfoo's change 8206). The version in the file is that of the export, not of the evaluation, so the row itself
decides: `namedScoreWeights` only stands beside means; else the assertions' own scores add up to the figure (a sum) or
average to it (a mean). Where neither can be seen, the score is missing and that is said.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from readiness_tui.domain.runs.model import NOT_NAMED, HumanLabel, HumanVerdict, Score, ScoreState
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.payload import is_number

UNCLEAR = (
    "a named score may be a sum or a mean (promptfoo before 0.121.5 wrote sums) and its assertions do not tell which;"
    " it is left missing"
)
_RATER = f"{NOT_NAMED} (rated in promptfoo)"
_NOT_GRADED = ("human", "assert-set")
_CLOSE = 1e-6
_TEMPLATE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
#: What promptfoo gives as the reason where a model that grades gave no verdict (before `metadata.graderError`).
_NO_VERDICT = (
    "No output", "Could not extract JSON", "llm-rubric produced malformed", "Could not perform remote grading",
    "Unknown error fetching", "Embedding not found", "No embedding", "Error parsing output:", "API error:",
    "API call error:", "Factuality checker output did not match", "Invalid select-best verdict",
    "Invalid similarity score",
)  # fmt: skip
_GRADED_BY_A_MODEL = re.compile(
    r"(not-)?(llm-rubric|model-graded-\w+|factuality|g-eval|similar(:\w+)?|classifier|answer-relevance|context-\w+|"
    r"select-best|search-rubric|agent-rubric|conversation-relevance|moderation|promptfoo:redteam:[\w:-]+)"
)


@dataclass(frozen=True, slots=True)
class AssertionResult:
    """One assertion or assert-set. `scores`: figures that it brought besides its own (a script's, or those of a set)."""

    metric: str | None
    kind: str | None
    score: float | None
    passed: bool | None
    threshold: float | None
    grader_failed: bool
    scores: Mapping[str, Any]
    inside: tuple[AssertionResult, ...] = ()
    comment: str = ""
    nameless: bool = False  # it says neither what it asserts nor what it is a set of


def inner(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object under a key; an empty one if there is none."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def assertions(grading: Mapping[str, Any], test: Mapping[str, Any]) -> tuple[AssertionResult, ...]:
    """The row's assertions, an assert-set with its own inside. promptfoo lists the parts of each again after it."""
    listed = grading.get("componentResults")
    if not isinstance(listed, list):
        return ()
    asked = test.get("assert")
    rules = asked if isinstance(asked, list) else []
    names = inner(test, "vars")
    found: list[AssertionResult] = []
    position = 0
    while position < len(listed):
        component = listed[position]
        position += 1
        if not isinstance(component, dict):
            continue
        index = len(found)
        rule = rules[index] if index < len(rules) and isinstance(rules[index], dict) else {}
        found.append(_read(component, rule, names))
        for part in payload.parts(component, "componentResults"):
            if position < len(listed) and _same(part, listed[position]):
                position += 1
    return tuple(found)


def _same(part: Any, listed: Any) -> bool:
    names = ("pass", "score", "reason")
    return isinstance(part, dict) and isinstance(listed, dict) and all(part.get(n) == listed.get(n) for n in names)


def _read(component: Mapping[str, Any], rule: Mapping[str, Any], names: Mapping[str, Any]) -> AssertionResult:
    stated = inner(component, "assertion")
    of_set = inner(inner(component, "metadata"), "assertionSet") or (rule if rule.get("type") == "assert-set" else {})
    # A set says itself that it is one, or (before 0.120) holds parts and has no assertion of its own.
    is_set = bool(of_set) and not stated
    said = of_set if is_set else stated
    parts = component.get("componentResults")
    asked = rule.get("assert") if is_set else None
    rules = asked if isinstance(asked, list) else []
    inside = tuple(
        _read(part, rules[n] if n < len(rules) and isinstance(rules[n], dict) else {}, names)
        for n, part in enumerate(parts if isinstance(parts, list) else ())
        if isinstance(part, dict)
    )
    kind, metric, limit = said.get("type"), said.get("metric"), said.get("threshold")
    score, passed, comment = component.get("score"), component.get("pass"), component.get("comment")
    return AssertionResult(
        metric=_rendered(metric, names) if isinstance(metric, str) else None,
        kind="assert-set" if is_set else kind if isinstance(kind, str) else None,
        score=float(score) if is_number(score) else None,
        passed=passed if isinstance(passed, bool) else None,
        threshold=float(limit) if is_number(limit) else None,
        grader_failed=_no_verdict(component, kind),
        scores=inner(component, "namedScores"),
        inside=inside,
        comment=comment if isinstance(comment, str) else "",
        nameless=not said and not parts,
    )


def _rendered(metric: str, names: Mapping[str, Any]) -> str:
    """A metric's name may be a template over the test's variables."""

    def value(found: re.Match[str]) -> str:
        known = names.get(found.group(1))
        return str(known) if isinstance(known, (str, int, float)) else found.group(0)

    return _TEMPLATE.sub(value, metric)


def _no_verdict(component: Mapping[str, Any], kind: object) -> bool:
    if inner(component, "metadata").get("graderError") is True:
        return True
    reason = component.get("reason")
    return (
        component.get("pass") is False
        and component.get("score") == 0
        and isinstance(kind, str)
        and _GRADED_BY_A_MODEL.fullmatch(kind) is not None
        and isinstance(reason, str)
        and reason.startswith(_NO_VERDICT)
    )


def each(results: tuple[AssertionResult, ...]) -> list[AssertionResult]:
    """Every assertion and set. The parts of a script's single verdict are no assertions of their own."""
    found = []
    for one in results:
        found.append(one)
        if one.kind == "assert-set" or one.kind is None:
            found += each(one.inside)
    return found


def scores_of(
    named: Mapping[str, Any],
    grading: Mapping[str, Any],
    results: tuple[AssertionResult, ...],
    notes: fields.Notes,
    *,
    means: bool,
) -> dict[str, Score]:
    """Named scores, and for each assertion type the mean score of its unnamed assertions.

    `means`: the file says elsewhere that its named scores are means.
    """
    weights = inner(grading, "namedScoreWeights")
    by_metric: dict[str, list[AssertionResult]] = {}
    unnamed: dict[str, list[AssertionResult]] = {}
    for one in each(results):
        if one.metric is not None:
            by_metric.setdefault(one.metric, []).append(one)
        elif one.kind is not None and one.kind not in _NOT_GRADED:
            unnamed.setdefault(one.kind, []).append(one)
    found: dict[str, Score] = {}
    for name, value in named.items():
        parts = by_metric.get(name, [])
        mean = value
        if not is_number(value):
            mean = None
        elif name in weights:
            # With a weight of 0 promptfoo writes 0, whatever the score was.
            mean = _mean(parts) if weights[name] == 0 and parts else value
        else:
            mean = _of_unknown_kind(name, value, results, means)
            if mean is None:
                notes.add(UNCLEAR)
        found[name] = _score(mean, parts)
    for name, parts in by_metric.items():
        if name not in found and "{{" not in name:  # select-best is graded after the row's figures were made
            found[name] = _score(_mean(parts), parts)
    for kind, parts in unnamed.items():
        found[kind if kind not in found else f"{kind} (unnamed)"] = _score(_mean(parts), parts)
    return found


def _of_unknown_kind(name: str, value: float, results: tuple[AssertionResult, ...], means: bool) -> float | None:
    """The mean behind a figure that is a sum or a mean; None where that cannot be told."""
    if not results:
        return value if means else None
    added = _added(name, results)
    if added:
        if _close(value, math.fsum(added)):
            return math.fsum(added) / len(added)
        return value if means or _close(value, math.fsum(added) / len(added)) else None
    unsure = any(one.nameless or (one.metric is not None and "{{" in one.metric) for one in each(results))
    # What no assertion added comes from the team's own scoring function, which promptfoo passes on as it is.
    return value if means or not unsure else None


def _added(name: str, results: tuple[AssertionResult, ...]) -> list[float]:
    """The scores that promptfoo adds up for a metric: an assertion's own, or what it brought under that name."""
    found: list[float] = []
    for one in results:
        brought = one.scores.get(name)
        if one.metric == name:
            if one.score is not None:
                found.append(one.score)
        elif is_number(brought):
            parts = _added(name, one.inside)
            found += parts if parts and _close(brought, math.fsum(parts)) else [float(brought)]
    return found


def pooled(
    named: Mapping[str, Any], results: tuple[AssertionResult, ...], grading: Mapping[str, Any]
) -> dict[str, Any]:
    """By metric what promptfoo's own mean is made of: (what the row adds, by how many assertions or which weight)."""
    weights = inner(grading, "namedScoreWeights")
    found: dict[str, Any] = {}
    for name, value in named.items():
        if not is_number(value):
            continue
        if is_number(weights.get(name)):
            found[name] = (value * weights[name], weights[name])
        else:
            found[name] = (value, max(1, sum(one.metric == name for one in each(results))))
    return found


def human(results: tuple[AssertionResult, ...]) -> HumanLabel | None:
    """The verdict that somebody gave in promptfoo's own view."""
    for one in results:
        if one.kind == "human" and one.passed is not None:
            return HumanLabel(HumanVerdict.PASS if one.passed else HumanVerdict.FAIL, _RATER, note=one.comment)
    return None


def _score(value: float | None, parts: list[AssertionResult]) -> Score:
    threshold = parts[0].threshold if len(parts) == 1 else None
    if any(part.grader_failed for part in parts):
        return Score(None, ScoreState.JUDGE_ERROR, threshold=threshold)
    if value is None:
        return Score(None, ScoreState.MISSING, threshold=threshold)
    passes = [part.passed for part in parts if part.passed is not None]
    return Score(float(value), threshold=threshold, passed=all(passes) if passes else None)


def _mean(parts: list[AssertionResult]) -> float | None:
    values = [part.score for part in parts if part.score is not None]
    return math.fsum(values) / len(values) if values else None


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_CLOSE, abs_tol=_CLOSE)
