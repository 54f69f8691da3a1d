"""What the log shows of the system's behaviour: fallbacks, repeated writes, handled failures, blocking guards
(support probes)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from math import fsum

from readiness_tui.domain.probes.base import ProbeInput, Smallest, safe
from readiness_tui.domain.probes.figures import SupportFigure, percent, support
from readiness_tui.domain.probes.logged import has
from readiness_tui.domain.probes.shares import ranked
from readiness_tui.domain.probes.steps import (
    calls,
    declared_writes,
    flag,
    in_order,
    is_known_write,
    of_kind,
    writes_by_name,
)
from readiness_tui.domain.runs.model import Outcome, SpanKind, Trace

_LISTED = 10
_UP = frozenset(
    """up positive good like liked thumbs_up thumbsup thumbs-up yes true 1 1.0 +1 helpful 👍 pass correct""".split()  # noqa: SIM905
)
_DOWN = frozenset(
    """down negative bad dislike disliked thumbs_down thumbsdown thumbs-down no false 0 0.0 -1 unhelpful 👎 fail
    incorrect""".split()  # noqa: SIM905
)


@dataclass(slots=True)
class FallbackSeen:
    """Requests served by a fallback model (REL-02): a step says `fallback`, or a model call failed and a later call to
    another model succeeded."""

    n: int = 0
    served: int = 0
    lost: int = 0
    failed: Smallest = field(default_factory=Smallest)
    models: Counter[str] = field(default_factory=Counter)

    @classmethod
    def start(cls, data: ProbeInput) -> FallbackSeen:
        return cls()

    def add(self, trace: Trace) -> None:
        told = trace.extra.get("fallback")
        models = [span for span in in_order(trace.spans or ()) if span.kind is SpanKind.MODEL]
        if told is None and not models:
            return
        self.n += 1
        name, tried, fell = "", "", flag(told)
        for span in models:
            own = str(span.attributes.get("model") or span.name)
            if flag(span.attributes.get("fallback")) or (tried and own != tried):
                fell = True
                name = own if span.error is None else name
            tried = own if span.error is not None else tried
        if not fell:
            return
        if trace.outcome is Outcome.ERROR or (models and models[-1].error is not None):
            self.lost += 1
            self.failed.add(trace.id)
        else:
            self.served += 1
            self.models[name or trace.model or ""] += 1

    def figure(self) -> SupportFigure:
        if not self.n:
            return SupportFigure(missing="no imported trace shows its model calls, or says whether it fell back")
        lost = f"; {self.lost:,} more fell back and ended in an error" if self.lost else ""
        return SupportFigure(
            f"a fallback served {self.served:,} of {self.n:,} requests{lost}",
            self.n,
            k=self.served,
            supports=self.served > 0,
            examples=tuple(self.failed.ids),
            details=tuple(f"{safe(name or '(not named)')} {count:,}" for name, count in ranked(self.models)[:_LISTED]),
        )


@dataclass(slots=True)
class IdempotentWrites:
    """Writes with an idempotency key, and writes made twice in one request (REL-04).

    A call writes if its step says `side_effect`, if its tool is among the declared `write_tools`, or, while nothing is
    declared, if its name begins or ends with a verb that changes something. Made twice: the same tool with the same
    arguments succeeded again, without a key.
    """

    tools: frozenset[str] | None
    n: int = 0
    k: int = 0
    twice: int = 0
    bad: Smallest = field(default_factory=Smallest)
    guessed: Counter[str] = field(default_factory=Counter)

    @classmethod
    def start(cls, data: ProbeInput) -> IdempotentWrites:
        return cls(declared_writes(data))

    def add(self, trace: Trace) -> None:
        done: set[tuple[str, str | None]] = set()
        for call in calls(trace):
            name = call.call.name
            if not is_known_write(call, self.tools):
                if self.tools is not None or not writes_by_name(name):
                    continue
                self.guessed[name] += 1
            keyed = call.has_id("idempotency_key")
            again = not keyed and call.error is None and (name, call.call.arguments) in done
            if call.error is None and call.call.arguments is not None:
                done.add((name, call.call.arguments))
            self.n += 1
            self.k += keyed
            self.twice += again
            if not keyed:
                self.bad.add(trace.id)

    def figure(self) -> SupportFigure:
        if not self.n:
            return SupportFigure(missing="no imported trace has a call that is known to write; declare write_tools")
        told = [f"{safe(name)} {count:,}" for name, count in ranked(self.guessed)[:_LISTED]]
        return SupportFigure(
            f"{self.k:,} of {self.n:,} writes carry an idempotency key: {percent(self.k, self.n)}; "
            f"{self.twice:,} made twice in one request",
            self.n,
            k=self.k,
            supports=self.k > 0 and not self.twice,
            examples=tuple(self.bad.ids),
            details=("taken for writes by their names: " + ", ".join(told),) if told else (),
        )


@dataclass(slots=True)
class FailuresHandled:
    """Failed requests that still gave the user a designed response (REL-09).

    Failed: a system error, a retrieval that found nothing, or a tool whose last call failed. Handled: an answer went
    out; after an empty retrieval, the request abstained.
    """

    n: int = 0
    k: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    bad: Smallest = field(default_factory=Smallest)

    @classmethod
    def start(cls, data: ProbeInput) -> FailuresHandled:
        return cls()

    def add(self, trace: Trace) -> None:
        last = {call.name: call.error for call in trace.tool_calls or ()}
        empty = trace.retrieval is True and trace.chunks == ()
        if trace.outcome is Outcome.ERROR or trace.error is not None:
            kind = "system error"
        elif any(error is not None for error in last.values()):
            kind = "failed tool"
        elif empty:
            kind = "empty retrieval"
        else:
            return
        answered = trace.answer is not None and bool(trace.answer.strip())
        good = trace.outcome is Outcome.ABSTAIN if kind == "empty retrieval" else answered
        self.n += 1
        self.k += good
        if not good:
            self.kinds[kind] += 1
            self.bad.add(trace.id)

    def figure(self) -> SupportFigure:
        if not self.n:
            return SupportFigure(missing="no imported trace shows a failure")
        return SupportFigure(
            f"{self.k:,} of {self.n:,} failed requests ended in an answer or abstained: {percent(self.k, self.n)}",
            self.n,
            k=self.k,
            supports=self.k > 0,
            examples=tuple(self.bad.ids),
            details=tuple(f"not handled: {kind} {count:,}" for kind, count in ranked(self.kinds)),
        )


@dataclass(slots=True)
class GuardErrorsBlocked:
    """Requests in which a guard failed and no answer went out (SAF-08): a guard says `blocked`, the request abstained
    or ended in an error, or there is no answer."""

    n: int = 0
    k: int = 0
    bad: Smallest = field(default_factory=Smallest)

    @classmethod
    def start(cls, data: ProbeInput) -> GuardErrorsBlocked:
        return cls()

    def add(self, trace: Trace) -> None:
        guards = of_kind(trace, SpanKind.GUARD)
        if not any(guard.error is not None for guard in guards):
            return
        blocked = any(flag(guard.attributes.get("blocked")) for guard in guards)
        silent = not (trace.answer or "").strip() or trace.outcome in (Outcome.ABSTAIN, Outcome.ERROR)
        self.n += 1
        self.k += blocked or silent
        if not (blocked or silent):
            self.bad.add(trace.id)

    def figure(self) -> SupportFigure:
        if not self.n:
            return SupportFigure(missing="no imported trace shows a guard that failed")
        return SupportFigure(
            f"{self.k:,} of {self.n:,} requests with a guard error were blocked",
            self.n,
            k=self.k,
            supports=self.k == self.n,
            examples=tuple(self.bad.ids),
        )


@dataclass(slots=True)
class PromptChangedWithinApp:
    """Application versions during which the prompt version changed, so that no build was needed (DEP-03)."""

    n: int = 0
    prompts: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def start(cls, data: ProbeInput) -> PromptChangedWithinApp:
        return cls()

    def add(self, trace: Trace) -> None:
        app, prompt = trace.app_version, trace.prompt_version
        if app is not None and prompt is not None and has(app) and has(prompt):
            self.n += 1
            self.prompts.setdefault(app, set()).add(prompt)

    def figure(self) -> SupportFigure:
        if not self.n:
            return SupportFigure(missing="no imported trace carries both an application and a prompt version")
        changed = {app: names for app, names in sorted(self.prompts.items()) if len(names) > 1}
        return SupportFigure(
            f"the prompt changed under {len(changed):,} of {len(self.prompts):,} application versions",
            self.n,
            supports=bool(changed),
            details=tuple(
                f"{safe(app)}: {', '.join(safe(name) for name in sorted(names)[:_LISTED])}"
                for app, names in list(changed.items())[:_LISTED]
            ),
        )


@dataclass(slots=True)
class ScoreAgainstFeedback:
    """The mean score of requests that users liked and of those they disliked (EVA-11), for the most common score."""

    unread: Counter[str] = field(default_factory=Counter)
    seen: dict[str, tuple[list[float], list[float]]] = field(default_factory=dict)

    @classmethod
    def start(cls, data: ProbeInput) -> ScoreAgainstFeedback:
        return cls()

    def add(self, trace: Trace) -> None:
        if trace.feedback is None or not trace.scores:
            return
        word = re.sub(r"\s+", "_", trace.feedback.strip().casefold())
        if word not in _UP and word not in _DOWN:
            self.unread[word] += 1
            return
        for name, value in trace.scores.items():
            self.seen.setdefault(name, ([], []))[word in _UP].append(value)

    def figure(self) -> SupportFigure:
        both = {name: sides for name, sides in self.seen.items() if sides[0] and sides[1]}
        if not both:
            return SupportFigure(
                missing="no imported trace has a score of requests that users liked and of some they did not"
            )
        name, (bad, good) = min(both.items(), key=lambda row: (-len(row[1][0]) - len(row[1][1]), row[0]))
        high, low = fsum(good) / len(good), fsum(bad) / len(bad)
        unread = self.unread.total()
        return SupportFigure(
            f"{safe(name)} is {high:.3g} on {len(good):,} requests that users liked, {low:.3g} on {len(bad):,} that "
            "they did not",
            len(good) + len(bad),
            supports=high > low,
            details=(f"feedback on {unread:,} is neither up nor down",) if unread else (),
        )


BEHAVIOUR = {
    "fallback_seen": support(FallbackSeen.start),
    "idempotency_key_on_writes": support(IdempotentWrites.start),
    "failed_traces_handled": support(FailuresHandled.start),
    "guard_errors_blocked": support(GuardErrorsBlocked.start),
    "prompt_changed_within_app_version": support(PromptChangedWithinApp.start),
    "score_against_feedback": support(ScoreAgainstFeedback.start),
}
