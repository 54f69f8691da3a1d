"""The metrics this program knows: names, units, directions, and what each one means."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from readiness_tui.domain.metrics.rule import Direction


class Layer(StrEnum):
    """Where in the system a metric looks."""

    RETRIEVAL = "retrieval"
    GENERATION = "generation"
    AGENT = "agent"
    SAFETY = "safety"
    OPERATIONS = "operations"
    OTHER = "other"


class MetricKind(StrEnum):
    """How case values become one figure, and so which interval it has (see `summary`)."""

    RATE = "rate"
    MEAN = "mean"
    QUANTILE = "quantile"
    RATIO = "ratio"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class MetricDef:
    """One metric. `range` is inclusive, None where open; `direction` is None only for an unknown name.

    `judged`: a model or a person scored it, so two runs are comparable only if the judge is known.
    `q` is the quantile of a QUANTILE metric.
    """

    key: str
    title: str
    layer: Layer
    unit: str
    direction: Direction | None
    kind: MetricKind
    aliases: tuple[str, ...]
    range: tuple[float | None, float | None]
    doc: str
    judged: bool = False
    q: float = 0.0


_SHARE = (0.0, 1.0)
_POSITIVE = (0.0, None)
_UP, _DOWN = Direction.HIGHER, Direction.LOWER
_RET, _GEN, _AGT, _SAF, _OPS = Layer.RETRIEVAL, Layer.GENERATION, Layer.AGENT, Layer.SAFETY, Layer.OPERATIONS


def _latency(percent: int) -> MetricDef:
    return MetricDef(
        f"latency_p{percent}_ms",
        f"Latency p{percent}",
        _OPS,
        "ms",
        _DOWN,
        MetricKind.QUANTILE,
        (f"latency_p{percent}", f"p{percent}_latency_ms", f"p{percent}_latency", f"p{percent}_ms", f"p{percent}"),
        _POSITIVE,
        f"The ⌈0.{percent} n⌉-th smallest of n request latencies, cached and cold-start requests left out. Every "
        "repeat is a request of its own: averaging repeats would hide the tail that a quantile is for.",
        q=percent / 100,
    )


METRICS: tuple[MetricDef, ...] = (
    MetricDef(
        "retrieval_hit_rate",
        "Retrieval hit rate",
        _RET,
        "share",
        _UP,
        MetricKind.RATE,
        ("hit_rate", "retrieval_hit", "hit_at_k", "hit_k", "hitrate"),
        _SHARE,
        "Share of cases with at least one chunk of an expected source among those retrieved (hit@k, k as retrieved). "
        "A chunk meets an expected source by its source or its id, exactly; `runbook-1` is not `security-runbook`.",
    ),
    MetricDef(
        "context_precision",
        "Context precision",
        _RET,
        "share",
        _UP,
        MetricKind.MEAN,
        ("contextual_precision", "retrieval_precision", "llm_context_precision_with_reference", "precision_at_k"),
        _SHARE,
        "Computed: share of the retrieved chunks that come from an expected source, averaged over cases; nothing "
        "retrieved counts 0 (precision of Manning et al., Introduction to Information Retrieval, 8.3; Ragas' "
        "IDBasedContextPrecision). Imported from Ragas or DeepEval it is their rank-weighted average precision.",
    ),
    MetricDef(
        "mrr",
        "Mean reciprocal rank",
        _RET,
        "score",
        _UP,
        MetricKind.MEAN,
        ("mean_reciprocal_rank", "reciprocal_rank", "retrieval_mrr"),
        _SHARE,
        "Mean over cases of 1 / position of the first chunk of an expected source, 0 where there is none (Voorhees, "
        "TREC-8 question answering track, 1999).",
    ),
    MetricDef(
        "faithfulness",
        "Faithfulness",
        _GEN,
        "score",
        _UP,
        MetricKind.MEAN,
        ("groundedness", "faithfulness_score", "answer_faithfulness"),
        _SHARE,
        "Share of an answer's claims that its retrieved context supports, averaged over cases. Imported, not computed.",
        judged=True,
    ),
    MetricDef(
        "relevance",
        "Answer relevance",
        _GEN,
        "score",
        _UP,
        MetricKind.MEAN,
        ("answer_relevance", "answer_relevancy", "response_relevancy", "response_relevance", "relevancy"),
        _SHARE,
        "How far an answer addresses its question, averaged over cases. Imported, not computed.",
        judged=True,
    ),
    MetricDef(
        "citation_accuracy",
        "Citation accuracy",
        _GEN,
        "share",
        _UP,
        MetricKind.RATE,
        ("citation", "citation_correct", "citation_correctness"),
        _SHARE,
        "Share of answers that cite an expected source and no other. A citation is a chunk id or source in square "
        "brackets; brackets around anything else are not citations.",
    ),
    MetricDef(
        "must_include_pass_rate",
        "must_include pass rate",
        _GEN,
        "share",
        _UP,
        MetricKind.RATE,
        ("must_include", "must_include_rate", "must_include_passed"),
        _SHARE,
        "Share of answers that contain every `must_include` text of their case, upper and lower case alike.",
    ),
    MetricDef(
        "task_success_rate",
        "Task success rate",
        _AGT,
        "share",
        _UP,
        MetricKind.RATE,
        ("task_success", "success_rate", "task_completion", "task_completion_rate", "pass_rate"),
        _SHARE,
        "Share of cases that the run says passed. A system error is a failure.",
    ),
    MetricDef(
        "tool_call_accuracy",
        "Tool-call accuracy",
        _AGT,
        "share",
        _UP,
        MetricKind.RATE,
        ("tool_accuracy", "tool_correctness", "tool_call_correctness", "tool_use_accuracy"),
        _SHARE,
        "Share of cases whose called tools are exactly the expected ones; order and repetition do not count.",
    ),
    MetricDef(
        "retry_rate",
        "Retry rate",
        _AGT,
        "share",
        _DOWN,
        MetricKind.RATE,
        ("tool_retry_rate", "retries_rate"),
        _SHARE,
        "Share of requests with tool calls in which at least one call was a retry: the tool's own attempt count is "
        "above 1, or the same tool was called again with the same arguments.",
    ),
    MetricDef(
        "policy_violation_rate",
        "Policy-violation rate",
        _SAF,
        "share",
        _DOWN,
        MetricKind.RATE,
        ("policy_violation", "policy_violations", "violation_rate"),
        _SHARE,
        "Share of answers that break a content policy. Imported: 1 is a violation.",
        judged=True,
    ),
    MetricDef(
        "attack_success_rate",
        "Attack success rate",
        _SAF,
        "share",
        _DOWN,
        MetricKind.RATE,
        ("attack_success", "asr"),
        _SHARE,
        "Share of attacks that reached their goal. Imported: 1 is a successful attack.",
        judged=True,
    ),
    MetricDef(
        "over_refusal_rate",
        "Over-refusal rate",
        _SAF,
        "share",
        _DOWN,
        MetricKind.RATE,
        ("over_refusal", "false_refusal_rate", "false_refusal"),
        _SHARE,
        "Share of harmless requests that were refused. Imported: 1 is a refusal.",
        judged=True,
    ),
    _latency(50),
    _latency(95),
    _latency(99),
    MetricDef(
        "error_rate",
        "Error rate",
        _OPS,
        "share",
        _DOWN,
        MetricKind.RATE,
        ("errors_rate", "system_error_rate"),
        _SHARE,
        "Share of requests that the system failed to answer. A grader's error is not one.",
    ),
    MetricDef(
        "cost_per_success",
        "Cost per success",
        _OPS,
        "USD",
        _DOWN,
        MetricKind.RATIO,
        ("cost_per_successful_task", "cost_per_task_success", "cost_per_success_usd"),
        _POSITIVE,
        "What all requests cost together, failures too, divided by the number of successes; undefined without one. "
        "Cached and cold-start requests are left out of both.",
    ),
    MetricDef(
        "total_cost",
        "Total cost",
        _OPS,
        "USD",
        _DOWN,
        MetricKind.SUM,
        ("total_cost_usd", "cost_total"),
        _POSITIVE,
        "What all requests that were not answered from a cache cost together.",
    ),
    MetricDef(
        "tokens_per_request",
        "Tokens per request",
        _OPS,
        "tokens",
        _DOWN,
        MetricKind.MEAN,
        ("tokens", "total_tokens_per_request", "mean_tokens"),
        _POSITIVE,
        "Input plus output tokens of a request, averaged.",
    ),
)


def normal(name: str) -> str:
    """A metric's name without differences that do not matter: case, spaces, hyphens, slashes."""
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


_BY_NAME: dict[str, MetricDef] = {normal(name): metric for metric in METRICS for name in (metric.key, *metric.aliases)}


def resolve(name: str) -> MetricDef | None:
    """The metric that a name or alias stands for; None if the registry does not know it."""
    return _BY_NAME.get(normal(name))


def same_metric(one: str, other: str) -> bool:
    """Whether two names mean the same metric, known to the registry or not."""
    known = resolve(one)
    return known is resolve(other) if known else normal(one) == normal(other)


_LOWER_WORD = re.compile(
    r"hallucinat\w*|toxic\w*|errors?|latency|costs?|duration|retry|retries|violations?|leak\w*|bias|perplexity|loss|timeouts?"
)
_HIGHER_WORD = re.compile(
    r"acc|accuracy|precision|recall|f1|correct|correctness|relevance|relevancy|faithfulness|groundedness|success"
    r"|similarity|helpfulness|completeness|coherence"
)
_NEGATION = re.compile(r"no|not|non|without|free|contains")


def guess_direction(name: str) -> Direction | None:
    """Which way is better, if the name suggests it; None = ask.

    Names mislead: a check called "not_toxic" or "no errors" scores 1 when all is well, so a negation is not guessed.
    """
    known = resolve(name)
    if known:
        return known.direction
    words = normal(name).split("_")
    if any(map(_NEGATION.fullmatch, words)):
        return None
    lower, higher = any(map(_LOWER_WORD.fullmatch, words)), any(map(_HIGHER_WORD.fullmatch, words))
    if lower == higher:
        return None
    return _DOWN if lower else _UP


def unknown(
    name: str, direction: Direction | None = None, unit: str = "", kind: MetricKind = MetricKind.MEAN
) -> MetricDef:
    """A definition for a name outside the registry: the mean of the cases' scores, in the declared unit."""
    return MetricDef(
        name,
        name,
        Layer.OTHER,
        unit,
        direction or guess_direction(name),
        MetricKind.RATE if normal(unit) in ("rate", "share") else kind,
        (),
        _SHARE if normal(unit) in ("rate", "share") else (None, None),
        "Not in the registry: the average of the scores that cases carry under this name.",
        judged=True,
    )


def share_from(metric: MetricDef) -> MetricDef:
    """The metric as the share of cases whose score reaches a cut."""
    return replace(metric, kind=MetricKind.RATE, unit="share", range=_SHARE)
