"""What a mapping file may hold: which column of somebody's own table is what, in which unit, and which way is better.

kind: cases                     # or traces
records: results                # where a JSON object keeps its records in a list; else left out
run: {name: nightly, prompt_version: v13, model: gpt-x-mini}
columns:
  case_id: ticket               # our field: their column; meta.id is a key in an object
  question: prompt
  latency: {column: took, unit: s}
  status: {column: verdict, values: {good: pass, bad: fail}}
scores:
  faithfulness: judge_score     # a metric that is known; any other needs a direction
  made_up: {column: made_up_pct, unit: percent, direction: lower}
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from readiness_tui.domain.metrics.registry import resolve
from readiness_tui.sources.kit.located import Located
from readiness_tui.sources.kit.validation import Problem, Strict, refuse, validated

Text = Annotated[str, Field(min_length=1, max_length=500)]
#: unit → how many of it are how many milliseconds, US dollars, or wholes
LATENCY = {"s": (1, 1000), "ms": (1, 1), "us": (1000, 1), "ns": (1_000_000, 1)}
COST = {"USD": (1, 1), "cents": (100, 1)}
SCALE = {"fraction": (1, 1), "percent": (100, 1)}


class RecordKind(StrEnum):
    CASES = "cases"
    TRACES = "traces"


class MappedColumn(Strict):
    """A column by name, and what its words mean: `values` turns each into one of ours; any other refuses the record."""

    column: Text
    values: dict[str, str | bool | int | float] | None = None


class Latency(MappedColumn):
    unit: Literal["s", "ms", "us", "ns"]


class Cost(MappedColumn):
    unit: Literal["USD", "cents"] = "USD"


class ScoreMapping(MappedColumn):
    """`error`: a column that says why the judge gave no score; where it is filled, there is none."""

    direction: Literal["higher", "lower"] | None = None
    unit: Literal["fraction", "percent"] = "fraction"
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
    trace_id: Named
    started_at: Named | None = None
    prompt_version: Named | None = None
    model: Named | None = None
    index_version: Named | None = None
    app_version: Named | None = None
    answer: Named | None = None
    retrieval: Named | None = None
    feedback: Named | None = None
    user: Named | None = None
    session: Named | None = None


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
    columns: TraceColumns
    scores: dict[str, Scored] = {}


Mapping = CaseMapping | TraceMapping


def build(located: Located) -> Mapping:
    """The mapping of a document. Raises ReadinessError naming file, line, column, field, reason and remedy."""
    value = located.value
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind not in list(RecordKind):
        reason = "this field is missing" if kind is None else "a mapping is of cases or of traces"
        raise refuse(located, [Problem(("kind",), reason, "Write kind: cases, or kind: traces")])
    made = validated(CaseMapping, located) if kind == RecordKind.CASES else validated(TraceMapping, located)
    if problems := [*_problems(made)]:
        raise refuse(located, problems)
    return made


def _problems(made: Mapping) -> list[Problem]:
    found = []
    if isinstance(made, CaseMapping) and made.columns.case_id is None and made.columns.question is None:
        found.append(Problem(("columns",), "neither case_id nor question is mapped", "Map one, so that cases can be told apart"))  # fmt: skip
    for name, score in made.scores.items():
        known = resolve(name)
        at = ("scores", name)
        if known is None and score.direction is None:
            found.append(Problem(at, "no metric is known by this name, so its direction is needed", "Add direction: higher, or direction: lower"))  # fmt: skip
        elif known is not None and known.direction is not None and score.direction not in (None, known.direction):
            found.append(Problem((*at, "direction"), f"{known.title} is better when {known.direction}", "Remove the direction, or give the score a name of its own"))  # fmt: skip
    return found


def directions(made: Mapping) -> dict[str, str]:
    """Which way is better, of every score."""
    found = {}
    for name, score in made.scores.items():
        known = resolve(name)
        word = score.direction or (known.direction if known is not None else None)
        if word is not None:
            found[name] = str(word)
    return found
