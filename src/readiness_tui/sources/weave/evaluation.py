"""A Weave evaluation as a run: `Evaluation.evaluate` with an `Evaluation.predict_and_score` below it for each case.

Read from weave/flow/eval.py: `predict_and_score` has the example in its inputs, and the model's `output`, the `scores`
by scorer and `model_latency` (seconds) in its output; the evaluation's own output has the means (`mean`, or
`true_fraction` of true and false) by scorer. Scorers' own calls are no part of what the system took.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from readiness_tui.domain.runs.joining import question_id
from readiness_tui.domain.runs.model import Case, CaseStatus, Completeness, Run, Score, ScoreState
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, DeclaredMean, Record, RunStart
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.kit.recordio import reject
from readiness_tui.sources.tracing.span_rows import Row, SpanGroup
from readiness_tui.sources.tracing.traced_case import ExampleRepeats, measured, score
from readiness_tui.sources.weave.call import error, latency, op_of, usage

EVALUATE, PREDICT = "Evaluation.evaluate", "Evaluation.predict_and_score"
_IDS = ("id", "case_id", "example_id", "question_id")
_DEEPEST = 3  # objects in a scorer's result


def is_evaluation(row: Row) -> bool:
    return op_of(row) in (EVALUATE, PREDICT)


def evaluation(group: SpanGroup, path: Path, notes: fields.Notes) -> Iterator[Record]:
    root = next((row for row in group.rows if op_of(row) == EVALUATE), None)
    cases = [(line, row) for line, row in zip(group.lines, group.rows, strict=True) if op_of(row) == PREDICT]
    run = _run(group, root, path, notes)
    yield RunStart(run)
    below: dict[str, list[Row]] = {}
    for row in group.rows:
        below.setdefault(str(row.get("parent_id")), []).append(row)
    repeats = ExampleRepeats()
    for line, row in cases:
        try:
            case = repeats.with_repeat(_case(row, below.get(str(row.get("id")), []), notes))
            yield CaseRecord(run.id, case, payload.as_raw(row))
        except RecordError as problem:
            yield reject(line, str(problem), payload.as_raw(row))
    if root is not None:
        for metric, value in _means(root.get("output")):
            yield DeclaredMean(run.id, metric, value, where=f"output of {EVALUATE}")


def _run(group: SpanGroup, root: Row | None, path: Path, notes: fields.Notes) -> Run:
    about = root if root is not None else {}
    problem = error(about)
    warnings = []
    if root is None:
        warnings.append(f"{path.name}: the call {EVALUATE} is not in the file, so cases may be missing.")
    done = root is not None and bool(about.get("ended_at"))
    return Run(
        id=fields.text(about, "id") or group.id,
        name=payload.version(about, "display_name") or path.stem,
        tool="Weave",
        model=_model_name(about),
        prompt_version=payload.version(inner(about, "attributes"), "prompt_version"),
        pipeline_version=payload.version(inner(about, "attributes"), "app_version", "version"),
        dataset_name=_short(inner(inner(about, "inputs"), "self").get("dataset")),
        started_at=fields.moment(about, "started_at", notes),
        finished_at=fields.moment(about, "ended_at", notes),
        completeness=Completeness.ERRORED if problem else Completeness.COMPLETE if done else Completeness.PARTIAL,
        warnings=tuple(warnings),
    )


def _model_name(about: Row) -> str | None:
    found = inner(about, "inputs").get("model")
    return payload.version(found, "model_name", "name", "model") if isinstance(found, dict) else _short(found)


def _short(reference: Any) -> str | None:
    """`weave:///entity/project/object/name:digest` as `name:digest`; other texts as they are."""
    if not isinstance(reference, str) or not reference:
        return None
    return reference.rsplit("/", 1)[-1] if reference.startswith("weave:") else reference


def _case(row: Row, below: list[Row], notes: fields.Notes) -> Case:
    example, made = inner(row, "inputs").get("example"), inner(row, "output")
    ident = (
        payload.case_id(example) or payload.version(example, *_IDS) if isinstance(example, dict) else _short(example)
    )
    question = payload.question(example)
    if not ident and not question.strip():
        raise RecordError("the case names no example")
    scores = dict(_scores(made.get("scores")))
    asked = [one for one in below if not _is_scorer(one, made)]
    tokens_in, tokens_out, cost = usage(asked[0]) if len(asked) == 1 else (None, None, None)
    seconds = payload.amount(made.get("model_latency"))
    took = seconds * 1000 if seconds is not None else latency(asked[0], notes) if len(asked) == 1 else None
    problem = error(row) or next((said for one in asked if (said := error(one))), None)
    return Case(
        id=ident or question_id(question),
        id_from="explicit" if ident else "input",
        question=question,
        output=payload.answer(made.get("output", made.get("model_output"))),
        status=CaseStatus.ERROR if problem else CaseStatus.UNKNOWN,
        error=problem,
        scores=scores,
        latency_ms=measured(took),
        cost=measured(cost),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        extra={"example": example} if isinstance(example, dict) else {},
    )


def _is_scorer(row: Row, made: Mapping[str, Any]) -> bool:
    name = op_of(row)
    named = made.get("scores")
    return name.endswith((".score", ".summarize")) or (isinstance(named, dict) and name in named)


def _scores(value: Any, outer: str = "", depth: int = 0) -> Iterator[tuple[str, Score]]:
    """`scorer`, or `scorer.key` where its result has several values; texts in it are explanations."""
    for name, found in value.items() if isinstance(value, dict) else ():
        full = f"{outer}.{name}" if outer else str(name)
        if isinstance(found, dict) and depth < _DEEPEST:
            yield from _scores(found, full, depth + 1)
        elif found is None:
            yield full, Score(None, ScoreState.MISSING)
        elif isinstance(found, (bool, int, float)):
            yield full, score(found)


def _means(value: Any, outer: str = "", depth: int = 0) -> Iterator[tuple[str, float]]:
    for name, found in value.items() if isinstance(value, dict) and depth <= _DEEPEST else ():
        full = f"{outer}.{name}" if outer else str(name)
        if not isinstance(found, dict) or name in ("model_latency", "output"):
            continue
        mean = found.get("true_fraction", found.get("mean"))
        if payload.is_number(mean):
            yield full, float(mean)
        else:
            yield from _means(found, full, depth + 1)
