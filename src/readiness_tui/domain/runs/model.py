"""What evaluation and tracing tools deliver: golden cases, runs with their cases, and traces.

Units everywhere: milliseconds, US dollars, tokens, UTC. `None` is "not recorded", never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from readiness_tui.domain.text.frozen import quick


class ScoreState(StrEnum):
    OK = "ok"
    MISSING = "missing"
    JUDGE_ERROR = "judge error"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Score:
    """One metric of one case. `passed` and `threshold` are the tool's own; `value` is None unless state is OK."""

    value: float | None
    state: ScoreState = ScoreState.OK
    label: str | None = None
    threshold: float | None = None
    passed: bool | None = None


class Provenance(StrEnum):
    """Where a latency, cost or token figure comes from; cached figures are left out of quantiles and costs."""

    MEASURED = "measured"
    CACHED = "cached"
    DERIVED = "derived"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Measure:
    value: float | None = None
    provenance: Provenance = Provenance.MISSING

    @property
    def usable(self) -> float | None:
        """The value if it was measured or derived from measurements; None if cached or missing."""
        return self.value if self.provenance in (Provenance.MEASURED, Provenance.DERIVED) else None


@quick
@dataclass(frozen=True, slots=True)
class Chunk:
    """A retrieved piece of text; `source` is the document it belongs to where known."""

    id: str
    rank: int | None = None
    score: float | None = None
    text: str | None = None
    source: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class ToolCall:
    """`arguments` and `result` are JSON text; None means not logged (an empty object is logged)."""

    name: str
    arguments: str | None = None
    result: str | None = None
    error: str | None = None
    attempt: int | None = None

    @property
    def complete(self) -> bool:
        """Whether arguments and a result or error were logged."""
        return self.arguments is not None and (self.result is not None or self.error is not None)


#: The tag of a case that needs a person's label.
HIGH_RISK = "high_risk"


@dataclass(frozen=True, slots=True)
class GoldenCase:
    """One example of the eval set, with what a correct answer must contain."""

    id: str
    question: str
    expected_sources: tuple[str, ...] = ()
    must_include: tuple[str, ...] = ()
    expected_tools: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvalSet:
    """The golden set as imported. `digest` is the SHA-256 of the canonical cases, whatever their order."""

    name: str
    digest: str
    cases: tuple[GoldenCase, ...]


class HumanVerdict(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    UNSURE = "unsure"


#: How the name of a reviewer begins whom a source knows to be a person and cannot name.
NOT_NAMED = "not named"


class Drawn(StrEnum):
    """How a case came to be labelled: drawn by the lot (`labels.lot`), because all of its kind were, or otherwise."""

    LOT = "lot"
    ALL = "all"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class HumanLabel:
    """A person's verdict on an answer. `blind`: given before seeing the judge's or other people's verdicts.

    `answer`: the digest of the labelled answer (`labels.answer_digest`); None if not recorded. `metric`: what the verdict
    is about, by the registry's key; "" is the whole answer. `value`: the metric itself as the person sees it, 0 to 1, on
    the judge's scale (of faithfulness: the share of claims that are supported); None if only the verdict was given.
    """

    verdict: HumanVerdict
    reviewer: str
    at: datetime | None = None
    note: str = ""
    blind: bool = False
    answer: str | None = None
    metric: str = ""
    drawn: Drawn = Drawn.OTHER
    value: float | None = None


class CaseStatus(StrEnum):
    """ERROR: the system under test failed to answer; a grader's error is a score state, not this."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Case:
    """One example in one run. Key: (id, variant, repeat). `id_from`: explicit, metadata, input or position.

    `human`: the imported label, or the latest one given; `labels`: everybody's (see `labels.labels_of`).
    """

    id: str
    variant: str = ""
    repeat: int = 0
    id_from: str = "explicit"
    question: str = ""
    output: str | None = None
    status: CaseStatus = CaseStatus.UNKNOWN
    error: str | None = None
    scores: dict[str, Score] = field(default_factory=dict)
    latency_ms: Measure = Measure()
    cost: Measure = Measure()
    tokens_in: int | None = None
    tokens_out: int | None = None
    tags: tuple[str, ...] = ()
    chunks: tuple[Chunk, ...] | None = None
    tool_calls: tuple[ToolCall, ...] | None = None
    human: HumanLabel | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    labels: tuple[HumanLabel, ...] = ()


#: In a case's `extra`, the word that its source gave as its status and nobody here knows: it may have said an error.
UNREAD_STATUS = "unread_status"


class Completeness(StrEnum):
    COMPLETE = "complete"
    PARTIAL = "partial"
    ERRORED = "errored"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A metric that a file gives only as a single figure; `n` is None if the file does not say."""

    value: float | None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class DisputedFigure:
    """A figure that the tool states and the file does not bear out. `metric` is the tool's name for it, or the
    registry's key where a count is meant; `where` says in which file it stands. Of a rate both are shares."""

    metric: str
    declared: float
    found: float
    where: str = ""


class Fact(StrEnum):
    """What of a run a person can declare where its file does not say."""

    STARTED = "started"
    JUDGE = "judge"
    DATASET = "dataset"
    VERSION = "version"


@dataclass(frozen=True, slots=True)
class DeclaredFact:
    """`value`: of a start ISO 8601 in UTC, of a judge or dataset its name or its digest (SHA-256, hex). `by`: who said so."""

    fact: Fact
    value: str
    by: str


#: The version of a run that names no pipeline, prompt or model.
UNKNOWN_VERSION = "unknown"


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation of one pipeline version over a dataset. `id` is the tool's own where it has one.

    `declared_cases`: how many the file says it should hold, where it holds fewer. `declared`: what a person said of it
    and the file does not.
    """

    id: str
    name: str
    tool: str
    tool_version: str | None = None
    pipeline_version: str | None = None
    prompt_version: str | None = None
    model: str | None = None
    index_version: str | None = None
    judge: str | None = None
    judge_digest: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    completeness: Completeness = Completeness.COMPLETE
    aggregates: dict[str, Aggregate] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    declared_cases: int | None = None
    disputed: tuple[DisputedFigure, ...] = ()
    declared: tuple[DeclaredFact, ...] = ()

    @property
    def version(self) -> str:
        """What distinguishes two runs: the pipeline version, else prompt and model."""
        return self.pipeline_version or "/".join(v for v in (self.prompt_version, self.model) if v) or UNKNOWN_VERSION


def cut_short(run: Run) -> Run:
    """The run, partial instead of complete: its file had unusable lines, so cases were lost."""
    return replace(run, completeness=Completeness.PARTIAL) if run.completeness is Completeness.COMPLETE else run


class Outcome(StrEnum):
    SUCCESS = "success"
    FAIL = "fail"
    ABSTAIN = "abstain"
    ERROR = "error"


class SpanKind(StrEnum):
    """What a step of a request does, whatever the tool calls it."""

    MODEL = "model"
    TOOL = "tool"
    RETRIEVAL = "retrieval"
    AGENT = "agent"
    GUARD = "guard"  # a check of input or output: injection, personal data, policy
    VALIDATION = "validation"  # of a structured output before it is used
    EMBEDDING = "embedding"
    EVALUATION = "evaluation"
    OTHER = "other"


@quick
@dataclass(frozen=True, slots=True)
class Span:
    """One step of a trace. `parent` None: the root; if the trace lacks the parent, the span is an orphan.

    `attributes` keeps what probes read (rule_id, rule_version, blocked, attempt, approval_id, idempotency_key, model,
    prompt_version …) under these names where the source knows them.
    """

    id: str
    parent: str | None = None
    name: str = ""
    kind: SpanKind = SpanKind.OTHER
    started_at: datetime | None = None
    duration_ms: float | None = None
    error: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)


@quick
@dataclass(frozen=True, slots=True)
class Trace:
    """One recorded request. `chunks`, `tool_calls` and `spans`: None = the log does not say, () = logged as none.

    `user` and `session` as the log names them. `status` is the record's own word; `outcome` is its meaning, None if the
    word is unknown.
    """

    id: str
    started_at: datetime | None = None
    prompt_version: str | None = None
    model: str | None = None
    index_version: str | None = None
    app_version: str | None = None
    status: str | None = None
    outcome: Outcome | None = None
    error: str | None = None
    question: str | None = None
    answer: str | None = None
    chunks: tuple[Chunk, ...] | None = None
    tool_calls: tuple[ToolCall, ...] | None = None
    retrieval: bool | None = None
    feedback: str | None = None
    latency_ms: float | None = None
    cost: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    scores: dict[str, float] = field(default_factory=dict)
    cached: bool = False
    cold: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    spans: tuple[Span, ...] | None = None
    user: str | None = None
    session: str | None = None
