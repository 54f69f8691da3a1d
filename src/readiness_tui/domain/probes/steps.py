"""Probes over the steps of a request: guards, validation, writes (checklists.md, safety; OBS-08).

Each docstring says which records the query applies to and which of them carry the value. A log without steps (`spans`
is None) is not counted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.checklists.model import ProbeKind
from readiness_tui.domain.probes.base import ProbeInput, TraceProbe, utc
from readiness_tui.domain.probes.logged import has
from readiness_tui.domain.probes.shares import ShareCounter, ShareQuery, ShareTally
from readiness_tui.domain.runs.model import Span, SpanKind, ToolCall, Trace

_FALSE = frozenset({"", "false", "no", "0", "none", "null", "off", "read", "readonly", "read_only"})


def has_value(value: Any) -> bool:
    """Whether an attribute has a value: an id, a key, a version."""
    return has(str(value)) if value is not None else False


def flag(value: Any) -> bool:
    """Whether an attribute means yes, whatever its type."""
    return value is not None and str(value).strip().casefold() not in _FALSE


def in_order(spans: tuple[Span, ...]) -> list[Span]:
    """By start if every step has one, else as recorded."""
    starts: list[datetime] = [utc(span.started_at) for span in spans if span.started_at is not None]
    if len(starts) < len(spans):
        return list(spans)
    return [span for _, _, span in sorted(zip(starts, range(len(spans)), spans, strict=True), key=lambda row: row[:2])]


def of_kind(trace: Trace, kind: SpanKind) -> list[Span]:
    return [span for span in trace.spans or () if span.kind is kind]


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call with its step's attributes, if the log has both."""

    call: ToolCall
    attributes: dict[str, Any]
    error: str | None

    def has_id(self, name: str) -> bool:
        """Whether the call has this id, on its step or among its arguments."""
        if has_value(self.attributes.get(name)):
            return True
        found = arguments(self.call)
        plain = name.replace("_", "")
        return any(re.sub("[_-]", "", key).casefold() == plain and has_value(value) for key, value in found.items())


def arguments(call: ToolCall) -> dict[str, Any]:
    if not call.arguments or not call.arguments.lstrip().startswith("{"):
        return {}
    try:
        found = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def calls(trace: Trace) -> Iterator[Call]:
    """The trace's tool calls; a step and the call it made count as one."""
    steps = of_kind(trace, SpanKind.TOOL)
    logged = trace.tool_calls or ()
    if not logged:
        yield from (Call(ToolCall(step.name, error=step.error), step.attributes, step.error) for step in steps)
        return
    if len(steps) == len(logged):
        for call, step in zip(logged, steps, strict=True):
            yield Call(call, step.attributes, call.error or step.error)
        return
    for call in logged:
        own = next((step for step in steps if _is_of(step, call.name)), None)
        if own is not None:
            steps.remove(own)
        yield Call(call, own.attributes if own else {}, call.error)


def _is_of(step: Span, tool: str) -> bool:
    return tool in (step.name, step.attributes.get("tool")) or step.name.endswith(f" {tool}")


# Shares


def _has_parent(trace: Trace, tally: ShareTally) -> None:
    """Applies to every step; it carries if it is a root, or if its parent is another step of the same trace."""
    known = {span.id for span in trace.spans or ()}
    for span in trace.spans or ():
        whole = span.parent is None or (span.parent in known and span.parent != span.id)
        tally.count(trace.id, whole, "their parent")


def _guard_before(trace: Trace, tally: ShareTally) -> None:
    """Applies to requests with a model call among their steps; carries if a guard step comes before the first one."""
    kinds = [span.kind for span in in_order(trace.spans or ())]
    if SpanKind.MODEL in kinds:
        tally.count(trace.id, SpanKind.GUARD in kinds[: kinds.index(SpanKind.MODEL)])


def _guard_after(trace: Trace, tally: ShareTally) -> None:
    """Applies to requests with a model call among their steps; carries if a guard step comes after the last one."""
    kinds = [span.kind for span in in_order(trace.spans or ())][::-1]
    if SpanKind.MODEL in kinds:
        tally.count(trace.id, SpanKind.GUARD in kinds[: kinds.index(SpanKind.MODEL)])


def _validated(trace: Trace, tally: ShareTally) -> None:
    """Applies to requests whose steps show that code uses the output: a tool step after a model call, or a validation
    step. They carry if there is a validation step."""
    kinds = [span.kind for span in in_order(trace.spans or ())]
    acts = SpanKind.MODEL in kinds and SpanKind.TOOL in kinds[kinds.index(SpanKind.MODEL) :]
    checks = of_kind(trace, SpanKind.VALIDATION)
    if not acts and not checks:
        return
    tally.count(trace.id, bool(checks))
    for check in checks:
        said = check.attributes.get("validated")
        failed = (
            check.error is not None or flag(check.attributes.get("blocked")) or (said is not None and not flag(said))
        )
        tally.notes["failed" if failed else "passed"] += 1


def _failures(tally: ShareTally) -> tuple[str, ...]:
    total, failed = tally.notes.total(), tally.notes["failed"]
    return (f"{failed:,} of {total:,} validations rejected the output: {100 * failed // total}%",) if total else ()


def _rules(trace: Trace, tally: ShareTally) -> None:
    """Applies to every guard step; it carries if it has the id and version of the rule that decided."""
    for span in of_kind(trace, SpanKind.GUARD):
        lacks = [
            f"the rule's {what}"
            for name, what in (("rule_id", "id"), ("rule_version", "version"))
            if not has_value(span.attributes.get(name))
        ]
        tally.count(trace.id, not lacks, " and ".join(lacks), span.name or "(a guard without a name)")


_NO_STEPS = "no imported trace shows its steps"

STEPS = (
    ShareQuery(
        "spans_without_orphaned_parent",
        "steps",
        "are a root or have their parent in the same trace",
        _NO_STEPS,
        _has_parent,
    ),
    ShareQuery(
        "guard_before_model_call",
        "requests with a model call",
        "show a guard step before it",
        f"{_NO_STEPS} with a model call",
        _guard_before,
    ),
    ShareQuery(
        "guard_after_last_model_call",
        "requests with a model call",
        "show a guard step after the last one",
        f"{_NO_STEPS} with a model call",
        _guard_after,
    ),
    ShareQuery(
        "output_validation_step",
        "requests whose output code uses",
        "show a validation step",
        f"{_NO_STEPS} with a tool after a model call, or a validation",
        _validated,
        _failures,
    ),
    ShareQuery(
        "rule_version_logged",
        "policy decisions",
        "carry the rule's id and version",
        "no imported trace shows a guard step",
        _rules,
    ),
)


# Writes


_CHANGES = frozenset(
    """add approve book buy cancel charge close create delete email file grant insert issue mail notify open order patch
    pay post publish put refund remove reset revoke send set submit transfer update write""".split()  # noqa: SIM905
)
_READS = frozenset(
    """check count describe fetch find get info list lookup query read retrieve search show status view""".split()  # noqa: SIM905
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def writes_by_name(name: str) -> bool:
    """Whether a tool's name suggests a write: its first or last word does, and no word suggests a read."""
    words = [word.casefold() for word in _WORD.findall(name)]
    return bool(words) and not _READS & set(words) and bool({words[0], words[-1]} & _CHANGES)


def declared_writes(data: ProbeInput) -> frozenset[str] | None:
    """The tools that the team declares as writing; None if it declares none. Raises UnusableError."""
    if not data.review.declared.get("write_tools", "").strip():
        return None
    return frozenset(declared.read(data.review.declared, "write_tools"))


def is_known_write(call: Call, declared_tools: frozenset[str] | None) -> bool:
    """The step says that it has a side effect, or the tool is declared as one that writes."""
    return flag(call.attributes.get("side_effect")) or call.call.name in (declared_tools or ())


def _approved(data: ProbeInput) -> ShareCounter:
    """Applies to tool calls that are known to write; they carry if they have an approval id. A name alone is not enough:
    the team must declare `write_tools`, or the step must say `side_effect`."""
    try:
        tools = declared_writes(data)
        needs = "no imported trace has a call that is known to write; declare write_tools, or log side_effect on it"
    except declared.UnusableError as error:
        tools, needs = frozenset(), str(error)

    def mark(trace: Trace, tally: ShareTally) -> None:
        for call in calls(trace):
            if is_known_write(call, tools):
                name = call.call.name or "(a tool without a name)"
                tally.count(trace.id, call.has_id("approval_id"), "the id of an approval", name)

    return ShareCounter(ShareQuery("approval_id_on_writes", "writes", "carry the id of an approval", needs, mark))


WRITES = {"approval_id_on_writes": TraceProbe(ProbeKind.SHARE, _approved)}
