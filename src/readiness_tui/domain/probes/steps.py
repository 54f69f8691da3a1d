"""Probes over the steps of a request: guards, validation, writes (checklists.md, safety; OBS-08).

Each docstring says which records the query applies to and which of them carry the value. A request whose log shows no
steps (`spans` is None) counts as lacking as soon as the log shows those of any request the query applies to.
"""

from __future__ import annotations

import re

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.checklists.model import ProbeKind
from readiness_tui.domain.probes.base import ProbeInput, TraceProbe, safe
from readiness_tui.domain.probes.shares import ShareCounter, ShareQuery, ShareTally
from readiness_tui.domain.runs.model import Span, SpanKind, Trace
from readiness_tui.domain.text.versions import has, has_version
from readiness_tui.domain.traces.steps import Call, below_first, calls, flag, has_value, in_order, of_kind, works

# Shares


def _steps(trace: Trace, tally: ShareTally) -> tuple[Span, ...]:
    """The steps that the log shows of the request; a log without them leaves it open whether the query applies."""
    if trace.spans is None:
        tally.doubt("their steps")
    return trace.spans or ()


def _has_parent(trace: Trace, tally: ShareTally) -> None:
    """Applies to every step but the trace's first one; it carries if its parents lead up to that first step. A step
    that is its trace's only one has nothing to join."""
    spans = _steps(trace, tally)
    for whole in below_first(spans):
        tally.count(whole, "" if whole else "a way up to the first step")
    if len(spans) == 1:
        tally.note("alone")


def _alone(tally: ShareTally) -> tuple[str, ...]:
    alone = tally.notes["alone"]
    return (f"{alone:,} requests show one step alone: there is nothing to join",) if alone else ()


def _guarded(trace: Trace, tally: ShareTally, *, last: bool) -> None:
    spans = _steps(trace, tally)
    ordered = in_order(spans)[::-1] if last else in_order(spans)
    model = next((at for at, span in enumerate(ordered) if span.kind is SpanKind.MODEL), None)
    guards = [span for span in ordered if span.kind is SpanKind.GUARD]
    if model is not None:
        beyond = [span for span in ordered[:model] if span.kind is SpanKind.GUARD]
        carries = any(works(guard) for guard in beyond)
        tally.count(carries, "" if carries or not beyond else "a guard that did not fail and was switched on")
    elif spans and has(trace.model) and not trace.cached and not any(flag(g.attributes.get("blocked")) for g in guards):
        tally.doubt("a step for the model that they name")


def _guard_before(trace: Trace, tally: ShareTally) -> None:
    """Applies to requests with a model call among their steps; carries if a guard that worked comes before the first
    one."""
    _guarded(trace, tally, last=False)


def _guard_after(trace: Trace, tally: ShareTally) -> None:
    """Applies to requests with a model call among their steps; carries if a guard that worked comes after the last
    one."""
    _guarded(trace, tally, last=True)


def _validated(trace: Trace, tally: ShareTally) -> None:
    """Applies to requests whose steps show that code uses the output: a tool step after a model call, or a validation
    step. They carry if there is a validation step. Where none in the log says how it ended, nothing is proven."""
    spans = _steps(trace, tally)
    kinds = [span.kind for span in in_order(spans)]
    acts = SpanKind.MODEL in kinds and SpanKind.TOOL in kinds[kinds.index(SpanKind.MODEL) :]
    checks = of_kind(trace, SpanKind.VALIDATION)
    if not acts and not checks:
        return
    tally.count(bool(checks))
    for check in checks:
        said, blocked = check.attributes.get("validated"), check.attributes.get("blocked")
        failed = check.error is not None or flag(blocked) or (said is not None and not flag(said))
        told = failed or said is not None or blocked is not None
        tally.note("failed" if failed else "passed" if told else "silent")


def _failures(tally: ShareTally) -> tuple[str, ...]:
    total, failed, silent = tally.notes.total(), tally.notes["failed"], tally.notes["silent"]
    if not total or total == silent:
        return ()
    unsaid = f", {silent:,} do not say how they ended" if silent else ""
    return (f"{failed:,} of {total:,} validations rejected the output: {100 * failed // total}%{unsaid}",)


def _never_says(tally: ShareTally) -> str:
    silent = tally.notes["silent"]
    return f"none of the {silent:,} validations says how it ended" if silent and silent == tally.notes.total() else ""


def _rules(trace: Trace, tally: ShareTally) -> None:
    """Applies to every guard step; it carries if it has the id and version of the rule that decided."""
    _steps(trace, tally)
    for span in of_kind(trace, SpanKind.GUARD):
        version = span.attributes.get("rule_version")
        held = {
            "id": has_value(span.attributes.get("rule_id")),
            "version": version is not None and has_version(str(version)),
        }
        lacks = [f"the rule's {what}" for what, holds in held.items() if not holds]
        tally.count(not lacks, " and ".join(lacks), span.name or "(a guard without a name)")


_NO_STEPS = "no imported trace shows its steps"

STEPS = (
    ShareQuery(
        "spans_without_orphaned_parent",
        "steps below the first",
        "lead up to the first step of their trace",
        f"{_NO_STEPS} below the first one",
        _has_parent,
        _alone,
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
        _never_says,
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
        if trace.tool_calls is None and not of_kind(trace, SpanKind.TOOL):
            tally.doubt("a word on whether they called a tool")
        for at, call in enumerate(calls(trace)):
            name = call.call.name or "(a tool without a name)"
            if is_known_write(call, tools):
                approval = call.id_of("approval_id")
                tally.count(approval is not None, "" if approval else "the id of an approval", name)
                if approval is not None:
                    tally.vary("approvals", at=at)
            elif writes_by_name(call.call.name):
                tally.named(name)
                if tools is None:
                    tally.doubt("a word on whether they write")

    share = ShareQuery("approval_id_on_writes", "writes", "carry the id of an approval", needs, mark, _uncounted)
    return ShareCounter(share)


def _uncounted(tally: ShareTally) -> tuple[str, ...]:
    """The calls that are not counted although their names suggest a write."""
    names = ", ".join(f"{safe(name)} {count:,}" for name, count in tally.names.ranked()[:5])
    if not tally.n or not names:
        return ()
    return (f"not known to write, though their names suggest it: {names}", *tally.names.left_out("such tools"))


WRITES = {"approval_id_on_writes": TraceProbe(ProbeKind.SHARE, _approved)}
