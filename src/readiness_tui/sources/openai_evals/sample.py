"""One sample of an OpenAI Evals log as a case: what its events say.

Facts about the format, from `evals/record.py` and `evals/elsuite/modelgraded`: a `match` says whether the answer was
correct, `metrics` has a sample's figures, `error` is the system's, `raw_sample` repeats the data set's line. A grading
model leaves `sampling` events too, after the answer's own. `choice: "__invalid__"` means that the grader's answer was
none of the choices: the tool then takes the lowest score for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from readiness_tui.domain.runs.model import Case, CaseStatus, Score, ScoreState
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.declared import mean
from readiness_tui.sources.kit.payload import inner, is_number

INVALID = "__invalid__"


@dataclass(slots=True)
class Sample:
    line: int
    events: list[dict[str, Any]] = field(default_factory=list)
    raws: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Said:
    """What the events of a sample say so far. `figures`: by name, each with whether its grader gave a valid answer."""

    question: str = ""
    output: str | None = None
    error: str | None = None
    answered: bool = False
    tokens_in: int | None = None
    tokens_out: int | None = None
    correct: list[bool] = field(default_factory=list)
    figures: dict[str, list[tuple[float, bool]]] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


def case_of(ident: str, sample: Sample, notes: fields.Notes) -> Case:
    said = _Said()
    for event in sample.events:
        data = inner(event, "data")
        match event.get("type"):
            case "sampling":
                _sampling(said, data, notes)
            case "raw_sample":
                said.question = said.question or payload.question(data.get("input", data))
                said.extra |= {"target": data["ideal"]} if data.get("ideal") is not None else {}
            case "match":
                _match(said, data)
            case "metrics":
                _metrics(said, data, notes)
            case "error":
                said.error = fields.as_json(data.get("message") or data or "the log says error without a reason")
    scores = {name: _score(name, values, notes) for name, values in said.figures.items()}
    status = CaseStatus.UNKNOWN
    if said.correct:
        if len(said.correct) > 1:
            notes.add("a sample has several match events; their mean is its score, and it passes if all do")
        status = CaseStatus.PASS if all(said.correct) else CaseStatus.FAIL
        scores["match"] = Score(mean(said.correct), passed=all(said.correct))
    return Case(
        id=ident,
        question=said.question,
        output=said.output,
        status=status if said.error is None else CaseStatus.ERROR,
        error=said.error,
        scores=scores,
        tokens_in=said.tokens_in,
        tokens_out=said.tokens_out,
        extra=said.extra,
    )


def reported_scores(sample: Sample) -> dict[str, list[float]]:
    """A sample's figures as the tool counts them: those of an invalid grade, too."""
    said = _Said()
    for event in sample.events:
        if event.get("type") == "metrics":
            _metrics(said, inner(event, "data"), fields.Notes())
        elif event.get("type") == "match":
            _match(said, inner(event, "data"))
    found = {name: [value for value, _ in values] for name, values in said.figures.items()}
    return found | ({"match": [float(value) for value in said.correct]} if said.correct else {})


def _sampling(said: _Said, data: dict[str, Any], notes: fields.Notes) -> None:
    if said.answered:
        notes.add("a sample has several sampling events; the first is taken as the answer")
        return
    said.answered = True
    said.question = payload.question(data.get("prompt")) or said.question
    sampled = data.get("sampled")
    said.output = payload.answer(sampled[0] if isinstance(sampled, list) and len(sampled) == 1 else sampled)
    said.tokens_in = payload.count(inner(data, "usage").get("prompt_tokens"))
    said.tokens_out = payload.count(inner(data, "usage").get("completion_tokens"))


def _match(said: _Said, data: dict[str, Any]) -> None:
    if isinstance(data.get("correct"), bool):
        said.correct.append(data["correct"])
    said.extra |= {"target": data["expected"]} if data.get("expected") is not None else {}


def _metrics(said: _Said, data: dict[str, Any], notes: fields.Notes) -> None:
    valid = data.get("choice") != INVALID
    if not valid:
        notes.add("the grader's answer was none of its choices (__invalid__): an error of the judge, and no score")
    for name, value in data.items():
        if isinstance(value, bool) or is_number(value):
            said.figures.setdefault(name, []).append((float(value), valid))


def _score(name: str, values: list[tuple[float, bool]], notes: fields.Notes) -> Score:
    if len(values) > 1:
        notes.add("a sample has a figure of the same name several times; their mean is its score")
    if not all(valid for _, valid in values):
        return Score(None, ScoreState.JUDGE_ERROR)
    return Score(math.fsum(value for value, _ in values) / len(values))
