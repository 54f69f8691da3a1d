"""What a mapping file may hold: which column of somebody's own table is what, in which unit, and which way is better.

kind: cases                     # or traces, or eval_set
records: results                # where a JSON object keeps its records in a list; else left out
run: {name: nightly, prompt_version: v13, model: gpt-x-mini}
columns:
  case_id: ticket               # our field: their column; meta.id is a key in an object
  question: prompt
  latency: {column: took, unit: s}
  status: {column: verdict, values: {good: pass, bad: fail}}
group_by: request_id            # of traces: rows with one value of it are the steps of one trace
scores:
  faithfulness: judge_score     # a metric that is known; any other needs a direction
  made_up: {column: made_up_pct, unit: percent, direction: lower}

A unit, or what a word means, that is `"?"` is a question: the mapping is refused until somebody answers it.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from readiness_tui.domain.metrics.registry import resolve
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.located import Located
from readiness_tui.sources.kit.validation import Problem, Strict, refuse, validated

Text = Annotated[str, Field(min_length=1, max_length=500)]
#: unit → how many of it are how many milliseconds, US dollars, or wholes
LATENCY = {"s": (1, 1000), "ms": (1, 1), "us": (1000, 1), "ns": (1_000_000, 1)}
ASKED = "?"
COST = {"USD": (1, 1), "cents": (100, 1)}
SCALE = {"fraction": (1, 1), "percent": (100, 1)}


class RecordKind(StrEnum):
    CASES = "cases"
    TRACES = "traces"
    EVAL_SET = "eval_set"


class MappedColumn(Strict):
    """A column by name, and what its words mean: `values` turns each into one of ours; any other refuses the record."""

    column: Text
    values: dict[str, str | bool | int | float] | None = None


class Latency(MappedColumn):
    unit: Literal["s", "ms", "us", "ns", "?"]


class Cost(MappedColumn):
    unit: Literal["USD", "cents", "?"] = "USD"


class ScoreMapping(MappedColumn):
    """`error`: a column that says why the judge gave no score; where it is filled, there is none."""

    direction: Literal["higher", "lower"] | None = None
    unit: Literal["fraction", "percent", "?"] = "fraction"
    error: Text | None = None


def _short(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


Named = Annotated[MappedColumn, BeforeValidator(_short)]
Timed = Annotated[Latency, BeforeValidator(_short)]
Paid = Annotated[Cost, BeforeValidator(_short)]
Scored = Annotated[ScoreMapping, BeforeValidator(_short)]


class _Common(Strict):
    question: Named | None = None
    status: Named | None = None
    success: Named | None = None
    error: Named | None = None
    latency: Timed | None = None
    cost: Paid | None = None
    tokens_in: Named | None = None
    tokens_out: Named | None = None
    cached: Named | None = None
    cold: Named | None = None
    retrieved_chunks: Named | None = None
    tool_calls: Named | None = None


class CaseColumns(_Common):
    case_id: Named | None = None
    variant: Named | None = None
    repeat: Named | None = None
    output: Named | None = None
    tags: Named | None = None
    risk: Named | None = None
    human_label: Named | None = None
    human_reviewer: Named | None = None
    human_at: Named | None = None
    human_note: Named | None = None
    human_blind: Named | None = None


class TraceColumns(_Common):
    """`span_id` … `result`: of rows that are steps (group_by). `step` says what a step is: model, tool, retrieval, other."""

    trace_id: Named | None = None
    started_at: Named | None = None
    ended_at: Named | None = None
    span_id: Named | None = None
    parent_id: Named | None = None
    step: Named | None = None
    tool: Named | None = None
    arguments: Named | None = None
    result: Named | None = None
    prompt_version: Named | None = None
    model: Named | None = None
    index_version: Named | None = None
    app_version: Named | None = None
    answer: Named | None = None
    retrieval: Named | None = None
    feedback: Named | None = None
    user: Named | None = None
    session: Named | None = None


class GoldenColumns(Strict):
    id: Named | None = None
    question: Named
    reference: Named | None = None
    expected_sources: Named | None = None
    must_include: Named | None = None
    expected_tools: Named | None = None
    tags: Named | None = None
    risk: Named | None = None


class RunFields(Strict):
    """What the file does not say of its run."""

    id: Text | None = None
    name: Text | None = None
    tool: Text | None = None
    tool_version: Text | None = None
    pipeline_version: Text | None = None
    prompt_version: Text | None = None
    model: Text | None = None
    index_version: Text | None = None
    judge: Text | None = None
    judge_digest: Text | None = None
    dataset_name: Text | None = None
    dataset_digest: Text | None = None
    started_at: Text | None = None
    finished_at: Text | None = None
    completeness: Literal["complete", "partial", "errored"] | None = None
    tags: list[Text] | None = None


class CaseMapping(Strict):
    kind: Literal["cases"]
    records: Text | None = None
    run: RunFields = RunFields()
    columns: CaseColumns
    scores: dict[str, Scored] = {}


class TraceMapping(Strict):
    kind: Literal["traces"]
    records: Text | None = None
    group_by: Text | None = None
    columns: TraceColumns
    scores: dict[str, Scored] = {}


class EvalSetMapping(Strict):
    kind: Literal["eval_set"]
    records: Text | None = None
    name: Text | None = None
    columns: GoldenColumns


Mapping = CaseMapping | TraceMapping | EvalSetMapping
_KINDS: dict[str, type[CaseMapping] | type[TraceMapping] | type[EvalSetMapping]] = {
    RecordKind.CASES: CaseMapping,
    RecordKind.TRACES: TraceMapping,
    RecordKind.EVAL_SET: EvalSetMapping,
}
#: Columns that only steps have.
_OF_STEPS = ("span_id", "parent_id", "step", "tool", "arguments", "result")


def build(located: Located) -> Mapping:
    """The mapping of a document. Raises ReadinessError naming file, line, column, field, reason and remedy."""
    made = _built(located)
    if questions := [*_questions(made)]:
        raise refuse(located, questions)
    return made


def build_without_asked(located: Located) -> tuple[Mapping, tuple[str, ...]]:
    """The mapping without the columns that still ask something, to try the rest of it, and what they ask.

    Raises ReadinessError as `build` does.
    """
    made = _built(located)
    questions = [*_questions(made)]
    asked = {problem.path[:2] for problem in questions}
    lost = [name for place, name in asked if place == "columns"]
    scores = (
        {} if isinstance(made, EvalSetMapping) else {n: s for n, s in made.scores.items() if ("scores", n) not in asked}
    )
    update: dict[str, Any] = {"columns": made.columns.model_copy(update={str(name): None for name in lost})}
    if not isinstance(made, EvalSetMapping):
        update["scores"] = scores
    return made.model_copy(update=update), tuple(str(refuse(located, [one])) for one in questions)


def _built(located: Located) -> Mapping:
    value = located.value
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        reason = "this field is missing" if kind is None else "a mapping is of cases, of traces or of an eval set"
        raise refuse(located, [Problem(("kind",), reason, "Write kind: cases, kind: traces, or kind: eval_set")])
    made: Mapping = validated(_KINDS[kind], located)
    if problems := [*_problems(made)]:
        raise refuse(located, problems)
    return made


def columns_of(made: Mapping) -> dict[str, MappedColumn]:
    """The columns that are mapped, by our field."""
    named = ((field, getattr(made.columns, field)) for field in type(made.columns).model_fields)
    return {field: column for field, column in named if column is not None}


def _questions(made: Mapping) -> Iterator[Problem]:
    """What the mapping leaves to be answered: a unit that the file does not say, a word without a meaning."""
    scores = {} if isinstance(made, EvalSetMapping) else made.scores
    for place, columns in (("columns", columns_of(made)), ("scores", scores)):
        for name, column in columns.items():
            if getattr(column, "unit", None) == ASKED:
                units = LATENCY if isinstance(column, Latency) else COST if isinstance(column, Cost) else SCALE
                *first, last = units
                words = f"{', '.join(first)} or {last}"
                yield Problem((place, name, "unit"), f"the file does not say in which unit {_shown(column)} is", f"Write {words} in place of the question mark")  # fmt: skip
            for word, meaning in (column.values or {}).items():
                if meaning == ASKED:
                    yield Problem((place, name, "values", word), f"nobody said what this word means in {_shown(column)}", "Write pass, fail, error or unknown in place of the question mark")  # fmt: skip


def _shown(column: MappedColumn) -> str:
    return f'"{one_line(column.column, 60)}"'


def _problems(made: Mapping) -> Iterator[Problem]:
    if isinstance(made, CaseMapping) and made.columns.case_id is None and made.columns.question is None:
        yield Problem(
            ("columns",), "neither case_id nor question is mapped", "Map one, so that cases can be told apart"
        )
    if isinstance(made, TraceMapping):
        if made.columns.trace_id is None and made.group_by is None:
            yield Problem(("columns",), "no trace_id is mapped", "Map it; or name the column that the steps of a request share: group_by")  # fmt: skip
        for name in _OF_STEPS if made.group_by is None else ():
            if getattr(made.columns, name) is not None:
                yield Problem(("columns", name), "only the steps of a trace have it", "Say which column they share: group_by")  # fmt: skip
    for name, score in ({} if isinstance(made, EvalSetMapping) else made.scores).items():
        known = resolve(name)
        at = ("scores", name)
        if known is None and score.direction is None:
            yield Problem(at, "no metric is known by this name, so its direction is needed", "Add direction: higher, or direction: lower")  # fmt: skip
        elif known is not None and known.direction is not None and score.direction not in (None, known.direction):
            yield Problem((*at, "direction"), f"{known.title} is better when {known.direction}", "Remove the direction, or give the score a name of its own")  # fmt: skip


def directions(made: CaseMapping | TraceMapping) -> dict[str, str]:
    """Which way is better, of every score."""
    found = {}
    for name, score in made.scores.items():
        known = resolve(name)
        word = score.direction or (known.direction if known is not None else None)
        if word is not None:
            found[name] = str(word)
    return found
