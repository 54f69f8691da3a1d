"""Every attribute name that a span or evaluation may have, by meaning: one table for all tracing conventions.

Read from: OpenTelemetry's GenAI conventions (github.com/open-telemetry/semantic-conventions-genai, model/gen-ai), their
older names (`gen_ai.system`, `gen_ai.usage.prompt_tokens`), the proposed `apply_guardrail` spans (`gen_ai.security.*`),
OpenInference (github.com/Arize-ai/openinference, semconv), OpenLLMetry (`traceloop.*`, semconv-ai), Langfuse
(`langfuse.*`, langfuse-python, _client/attributes.py), and the plain names that teams set by hand. The conventions have
no attribute for a prompt version, an index version or an outcome: a team names its own in the environment variable
`READINESS_ATTRIBUTES`, as `prompt_version=acme.prompt.rev,index_version=acme.index`; those take precedence.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import SpanKind

ENVIRONMENT = "READINESS_ATTRIBUTES"

#: Meaning → attribute names; the first one present wins.
NAMES: dict[str, tuple[str, ...]] = {
    # which model, prompt, index and application
    "model": (
        "gen_ai.response.model", "llm.response.model_name", "langfuse.observation.model.name", "llm.model_name",
        "gen_ai.request.model", "llm.request.model_name", "embedding.model_name", "llm.response.model", "llm.request.model",
    ),
    "model_requested": ("gen_ai.request.model", "llm.request.model_name"),
    "provider": ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system"),
    "prompt_name": ("gen_ai.prompt.name", "langfuse.observation.prompt.name", "traceloop.prompt.key", "prompt.id"),
    "prompt_version": (
        "llm.prompt_template.version", "langfuse.observation.prompt.version", "traceloop.prompt.version",
        "gen_ai.prompt.version", "prompt_version", "prompt.version", "app.prompt.version", "app.prompt_version",
        "traceloop.prompt.version_name", "traceloop.prompt.version_hash",
    ),
    "index_version": (
        "index_version", "index.version", "retrieval.index.version", "gen_ai.data_source.version", "app.index.version",
        "vector_db.index.version",
    ),
    "app_version": ("langfuse.release", "langfuse.version", "app.version", "service.version", "gen_ai.agent.version"),
    # what was asked and answered
    "input": (
        "langfuse.trace.input", "langfuse.observation.input", "input.value", "traceloop.entity.input",
        "gen_ai.retrieval.query.text", "gen_ai.prompt",
    ),
    "output": (
        "langfuse.trace.output", "langfuse.observation.output", "output.value", "traceloop.entity.output",
        "gen_ai.completion",
    ),
    "input_messages": ("gen_ai.input.messages", "llm.input_messages", "gen_ai.prompt"),
    "output_messages": ("gen_ai.output.messages", "llm.output_messages", "gen_ai.completion"),
    # what it took
    "tokens_in": (
        "gen_ai.usage.input_tokens", "llm.token_count.prompt", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens",
        "llm.usage.input_tokens",
    ),
    "tokens_out": (
        "gen_ai.usage.output_tokens", "llm.token_count.completion", "gen_ai.usage.completion_tokens",
        "llm.usage.completion_tokens", "llm.usage.output_tokens",
    ),
    "tokens_cache_read": ("gen_ai.usage.cache_read.input_tokens", "llm.token_count.prompt_details.cache_read"),
    "tokens_cache_write": (
        "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_write.input_tokens",
        "llm.token_count.prompt_details.cache_write",
    ),
    "tokens_reasoning": (
        "gen_ai.usage.reasoning.output_tokens", "llm.token_count.completion_details.reasoning",
    ),
    "usage": ("langfuse.observation.usage_details",),
    "cost": ("llm.cost.total", "gen_ai.usage.cost", "gen_ai.cost.total", "gen_ai.usage.cost_usd", "cost_usd"),
    "costs": ("langfuse.observation.cost_details",),
    "cached": ("gen_ai.response.cached", "llm.cache_hit", "cache_hit", "cached", "gen_ai.cache.hit"),
    # tools
    "tool": ("gen_ai.tool.name", "tool.name", "traceloop.entity.name", "mcp.tool.name"),
    "call_id": ("gen_ai.tool.call.id", "tool.id", "tool_call.id"),
    "arguments": (
        "gen_ai.tool.call.arguments", "tool.parameters", "input.value", "traceloop.entity.input",
        "langfuse.observation.input",
    ),
    "result": (
        "gen_ai.tool.call.result", "tool.output", "output.value", "traceloop.entity.output",
        "langfuse.observation.output",
    ),
    "attempt": ("attempt", "retry.attempt", "tool.attempt", "gen_ai.tool.call.attempt"),
    "retries": ("http.request.resend_count", "retry.count", "retries"),  # of an attempt: 0 is the first
    # retrieval
    "documents": ("gen_ai.retrieval.documents", "retrieval.documents"),
    "reranked": ("reranker.output_documents",),
    # guards, approvals, writes: what probes read, under the names of domain.evaluation.Span
    "rule_id": (
        "rule_id", "gen_ai.security.policy.rule.id", "gen_ai.security.policy.id", "policy.rule.id", "policy.id",
        "guardrail.rule.id", "guardrail.id", "gen_ai.security.guardrail.id",
    ),
    "rule_version": (
        "rule_version", "gen_ai.security.policy.version", "policy.rule.version", "policy.version",
        "guardrail.rule.version", "guardrail.version",
    ),
    "decision": (
        "decision", "gen_ai.security.decision.type", "gen_ai.security.action.type", "gen_ai.security.verdict.type",
        "policy.decision", "guardrail.decision", "guardrail.action", "gen_ai.agent.tool.disposition",
    ),
    "blocked": ("blocked", "guardrail.blocked", "policy.blocked", "guardrail.triggered"),
    "target": ("gen_ai.security.target.type", "guardrail.target", "guardrail.stage"),
    "approval_id": ("approval_id", "approval.id", "tool.approval_id", "gen_ai.tool.approval.id", "human.approval.id"),
    "idempotency_key": (
        "idempotency_key", "idempotency.key", "http.request.header.idempotency-key", "tool.idempotency_key",
    ),
    "side_effect": ("side_effect", "tool.side_effect", "tool.write", "gen_ai.agent.tool.tier"),
    "fallback": ("fallback", "llm.fallback", "gen_ai.fallback", "model.fallback"),
    "status_code": ("http.response.status_code", "http.status_code"),
    # who, where, how it ended
    "user": ("user.id", "langfuse.user.id", "enduser.id", "traceloop.association.properties.user_id", "user_id"),
    "session": (
        "session.id", "gen_ai.conversation.id", "langfuse.session.id", "traceloop.association.properties.session_id",
        "thread.id", "session_id",
    ),
    "feedback": ("feedback", "user.feedback", "user_feedback", "feedback.value", "feedback.score", "app.feedback"),
    "outcome": ("outcome", "task.outcome", "app.outcome", "request.outcome", "task.status"),
    "level": ("langfuse.observation.level",),
    "error": ("exception.message", "error.message", "langfuse.observation.status_message", "error.type"),
    "tags": ("tag.tags", "langfuse.trace.tags", "tags"),
    "metadata": (
        "metadata", "langfuse.trace.metadata", "langfuse.observation.metadata", "langfuse.experiment.item.metadata",
        "traceloop.association.properties",
    ),
    # evaluations of one example
    "case_id": ("langfuse.experiment.item.id", "case.id", "case_id", "test.case.id", "eval.case.id"),
    "run_id": ("langfuse.experiment.id", "eval.run.id", "test.run.id"),
    "run_name": ("langfuse.experiment.name", "eval.run.name"),
    "dataset": ("langfuse.experiment.dataset.id", "eval.dataset.name", "dataset"),
    # a judgement: the log record or span event `gen_ai.evaluation.result`
    "judged": ("gen_ai.evaluation.name", "evaluation.name", "annotation.name"),
    "judged_value": ("gen_ai.evaluation.score.value", "evaluation.score", "annotation.score"),
    "judged_label": ("gen_ai.evaluation.score.label", "evaluation.label", "annotation.label"),
    "judged_why": ("gen_ai.evaluation.explanation", "evaluation.explanation", "annotation.explanation"),
    "judged_by": ("evaluation.annotator_kind", "annotation.annotator_kind"),
    "response_id": ("gen_ai.response.id",),
    "service": ("service.name",),
    "environment": ("deployment.environment.name", "deployment.environment", "langfuse.environment"),
}  # fmt: skip

#: Meanings for which a team may name its own attributes, in READINESS_ATTRIBUTES.
CONFIGURABLE = frozenset(NAMES) - {"input_messages", "output_messages", "usage", "costs", "judged", "level"}

#: Long texts: messages, documents, payloads. They are parsed for their content but stay only in the raw record.
CONTENT = (
    "gen_ai.prompt", "gen_ai.completion", "gen_ai.input.messages", "gen_ai.output.messages",
    "gen_ai.system_instructions", "gen_ai.tool.definitions", "gen_ai.retrieval.documents", "gen_ai.memory.records",
    "llm.input_messages", "llm.output_messages", "llm.prompts", "llm.choices", "llm.tools", "llm.invocation_parameters",
    "llm.prompt_template.template", "llm.prompt_template.variables", "traceloop.prompt.template", "llm.request.functions",
    "retrieval.documents", "reranker.input_documents", "reranker.output_documents", "embedding.embeddings",
    "input.value", "output.value", "langfuse.trace.input", "langfuse.trace.output", "langfuse.observation.input",
    "langfuse.observation.output", "traceloop.entity.input", "traceloop.entity.output",
    "langfuse.experiment.item.expected_output", "exception.stacktrace",
)  # fmt: skip

EVALUATION_EVENTS = frozenset({"gen_ai.evaluation.result", "gen_ai.evaluation"})

_OPERATIONS = {
    "chat": SpanKind.MODEL,
    "generate_content": SpanKind.MODEL,
    "text_completion": SpanKind.MODEL,
    "embeddings": SpanKind.EMBEDDING,
    "retrieval": SpanKind.RETRIEVAL,
    "search_memory": SpanKind.RETRIEVAL,
    "execute_tool": SpanKind.TOOL,
    "invoke_agent": SpanKind.AGENT,
    "create_agent": SpanKind.AGENT,
    "invoke_workflow": SpanKind.AGENT,
    "plan": SpanKind.AGENT,
    "apply_guardrail": SpanKind.GUARD,
    "run_guardrail": SpanKind.GUARD,
    "evaluate": SpanKind.EVALUATION,
}
_WORDS = {
    "llm": SpanKind.MODEL,
    "generation": SpanKind.MODEL,
    "completion": SpanKind.MODEL,
    "model": SpanKind.MODEL,
    "chat": SpanKind.MODEL,
    "chain": SpanKind.OTHER,
    "span": SpanKind.OTHER,
    "task": SpanKind.OTHER,
    "reranker": SpanKind.OTHER,
    "tool": SpanKind.TOOL,
    "retriever": SpanKind.RETRIEVAL,
    "retrieval": SpanKind.RETRIEVAL,
    "embedding": SpanKind.EMBEDDING,
    "agent": SpanKind.AGENT,
    "workflow": SpanKind.AGENT,
    "guardrail": SpanKind.GUARD,
    "guard": SpanKind.GUARD,
    "validation": SpanKind.VALIDATION,
    "validator": SpanKind.VALIDATION,
    "evaluator": SpanKind.EVALUATION,
    "evaluation": SpanKind.EVALUATION,
}
#: each convention's attribute for the kind of a step → its words
KINDS: tuple[tuple[str, Mapping[str, SpanKind]], ...] = (
    ("readiness.span.kind", _WORDS),
    ("openinference.span.kind", _WORDS),
    ("langfuse.observation.type", _WORDS),
    ("gen_ai.operation.name", _OPERATIONS),
    ("traceloop.span.kind", _WORDS),
    ("llm.request.type", _WORDS),
)
#: attributes that only a step of this kind has, used if no kind is stated
TELLING: tuple[tuple[str, SpanKind], ...] = (
    ("guardrail.", SpanKind.GUARD),
    ("gen_ai.security.", SpanKind.GUARD),
    ("policy.rule.", SpanKind.GUARD),
    ("validation.", SpanKind.VALIDATION),
    ("gen_ai.tool.", SpanKind.TOOL),
    ("tool.", SpanKind.TOOL),
    ("retrieval.documents", SpanKind.RETRIEVAL),
    ("gen_ai.retrieval.", SpanKind.RETRIEVAL),
    ("gen_ai.usage.", SpanKind.MODEL),
    ("gen_ai.response.", SpanKind.MODEL),
    ("gen_ai.prompt.0", SpanKind.MODEL),
    ("llm.", SpanKind.MODEL),
    ("gen_ai.agent.", SpanKind.AGENT),
)


def names(configured: str | None = None) -> dict[str, tuple[str, ...]]:
    """The table, with the team's own names first: from `configured`, else READINESS_ATTRIBUTES.

    Raises ReadinessError if that is invalid.
    """
    text = os.environ.get(ENVIRONMENT, "") if configured is None else configured
    table = dict(NAMES)
    for part in filter(None, (part.strip() for part in text.split(","))):
        meaning, equals, name = (piece.strip() for piece in part.partition("="))
        if not equals or not name or meaning not in CONFIGURABLE:
            known = ", ".join(sorted(CONFIGURABLE))
            raise ReadinessError(
                f"{ENVIRONMENT} holds “{part}”, and a meaning and an attribute are needed, such as"
                f" prompt_version=acme.prompt.rev. Meanings: {known}."
            )
        table[meaning] = (name, *table[meaning])
    return table


def kind_of(name: str, attributes: Mapping[str, object]) -> SpanKind:
    """What a step does, by its stated kind, else by attributes that only such steps have."""
    for attribute, words in KINDS:
        word = attributes.get(attribute)
        if isinstance(word, str) and (found := words.get(word.casefold())) is not None:
            return _refined(found, name)
    telling = next(
        (kind for start, kind in TELLING if any(key.startswith(start) for key in attributes)), SpanKind.OTHER
    )
    return _refined(telling, name)


# OpenInference and Langfuse call any other step a chain or span: only its name may say what it checks.
_NAMED = (
    ("guardrail", SpanKind.GUARD),
    ("moderation", SpanKind.GUARD),
    ("validate_output", SpanKind.VALIDATION),
    ("output_validation", SpanKind.VALIDATION),
    ("schema_validation", SpanKind.VALIDATION),
)


def _refined(kind: SpanKind, name: str) -> SpanKind:
    if kind is not SpanKind.OTHER:
        return kind
    low = name.casefold().replace(" ", "_").replace("-", "_")
    return next((named for part, named in _NAMED if part in low), kind)
