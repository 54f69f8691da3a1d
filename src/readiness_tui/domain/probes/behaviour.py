"""What the log shows of the system's behaviour: fallbacks, repeated writes, handled failures, blocking guards
(support probes)."""

from __future__ import annotations

from dataclasses import dataclass, field

from readiness_tui.domain.probes.base import ProbeInput, Smallest, safe
from readiness_tui.domain.probes.figures import SupportFigure, nearly_all, percent, support, unknown
from readiness_tui.domain.probes.steps import declared_writes, is_known_write, writes_by_name
from readiness_tui.domain.probes.variety import ENOUGH, Variety
from readiness_tui.domain.runs.model import Outcome, SpanKind
from readiness_tui.domain.text.versions import has, has_version
from readiness_tui.domain.traces.counted import Counted
from readiness_tui.domain.traces.names import FirstNames, NameCounts, too_many
from readiness_tui.domain.traces.steps import calls, flag, in_order, of_kind

_LISTED = 10


@dataclass(slots=True)
class FallbackSeen:
    """Requests served by a fallback model (REL-02): a step says `fallback`, or a model call failed and a later call to
    another model succeeded.

    A field that says "fell back" of every request, thirty at least, tells of a setting and not of what happened. A
    request of which only that field is known, and not how it ended, was not seen to be served.
    """

    n: int = 0
    silent: int = 0
    served: int = 0
    lost: int = 0
    open: int = 0
    told: int = 0
    failed: Smallest = field(default_factory=Smallest)
    models: NameCounts = field(default_factory=NameCounts)

    @classmethod
    def start(cls, data: ProbeInput) -> FallbackSeen:
        return cls()

    def add(self, got: Counted) -> None:
        trace, n = got.trace, got.n
        told = trace.extra.get("fallback")
        models = [span for span in in_order(trace.spans or ()) if span.kind is SpanKind.MODEL]
        if told is None and not models:
            self.silent += n
            return
        self.n += n
        name, tried, fell = "", "", flag(told)
        self.told += n * fell
        for span in models:
            own = str(span.attributes.get("model") or span.name)
            if flag(span.attributes.get("fallback")) or (tried and own != tried):
                fell = True
                name = own if span.error is None else name
            tried = own if span.error is not None else tried
        if not fell:
            return
        if trace.outcome is Outcome.ERROR or (models and models[-1].error is not None):
            self.lost += n
            self.failed.take(got.ids)
        elif trace.outcome is None and not models:
            self.open += n
        else:
            self.served += n
            self.models.add(name or trace.model or "", n)

    def figure(self) -> SupportFigure:
        if not self.n:
            return SupportFigure(missing="no imported trace shows its model calls, or says whether it fell back")
        lost = f"; {self.lost:,} more fell back and ended in an error" if self.lost else ""
        lost += f"; {self.open:,} more fell back and do not say how they ended" if self.open else ""
        always = self.told == self.n >= ENOUGH
        if always:
            lost += "; no proof: every request says that it fell back"
        return SupportFigure(
            f"a fallback served {self.served:,} of {self.n:,} requests{unknown(self.silent)}{lost}",
            self.n,
            k=self.served,
            supports=self.served > 0 and not always,
            examples=tuple(self.failed.ids),
            details=(
                *(f"{safe(name or '(not named)')} {count:,}" for name, count in self.models.ranked()[:_LISTED]),
                *self.models.left_out("models"),
            ),
            against=self.lost,
        )


@dataclass(slots=True)
class IdempotentWrites:
    """Writes with an idempotency key, and writes made twice in one request (REL-04).

    A call writes if its step says `side_effect`, if its tool is among the declared `write_tools`, or, while nothing is
    declared, if its name begins or ends with a verb that changes something. Made twice: the same tool with the same
    arguments succeeded again, without a key. One key on all of thirty writes tells no two apart.
    """

    tools: frozenset[str] | None
    n: int = 0
    k: int = 0
    twice: int = 0
    bad: Smallest = field(default_factory=Smallest)
    guessed: NameCounts = field(default_factory=NameCounts)
    requests: int = 0
    silent: int = 0
    bare: int = 0
    variety: Variety = field(default_factory=Variety)

    @classmethod
    def start(cls, data: ProbeInput) -> IdempotentWrites:
        return cls(declared_writes(data))

    def add(self, got: Counted) -> None:
        trace, n = got.trace, got.n
        done: set[tuple[str, str | None]] = set()
        self.requests += n
        if trace.tool_calls is None and not of_kind(trace, SpanKind.TOOL):
            self.silent += n
        for at, call in enumerate(calls(trace)):
            name = call.call.name
            if not is_known_write(call, self.tools):
                if self.tools is not None or not writes_by_name(name):
                    continue
                self.guessed.add(name, n)
            key = call.id_of("idempotency_key")
            keyed = key is not None
            if keyed:
                self.variety.join("keys", got.varied.get(f"keys {at}"), n)
            again = not keyed and call.error is None and (name, call.call.arguments) in done
            if call.error is None and call.call.arguments is not None:
                done.add((name, call.call.arguments))
            self.n += n
            self.k += n * keyed
            self.twice += n * again
            if not keyed:
                self.bare += n
                self.bad.take(got.ids)

    def figure(self) -> SupportFigure:
        if not self.n:
            return SupportFigure(missing="no imported trace has a call that is known to write; declare write_tools")
        told = [f"{safe(name)} {count:,}" for name, count in self.guessed.ranked()[:_LISTED]]
        return SupportFigure(
            f"{self.k:,} of {self.n:,} writes carry an idempotency key: {percent(self.k, self.n)}; "
            f"{self.twice:,} made twice in one request{unknown(self.silent, '; ', ' requests do not show their tools')}",
            self.n,
            k=self.k,
            supports=nearly_all(self.k, self.n)
            and not self.twice
            and nearly_all(self.requests - self.silent, self.requests),
            examples=tuple(self.bad.ids),
            variety=self.variety,
            against=self.bare,
            details=("taken for writes by their names: " + ", ".join(told), *self.guessed.left_out("such tools"))
            if told
            else (),
        )


@dataclass(slots=True)
class FailuresHandled:
    """Failed requests that still gave the user a designed response (REL-09).

    Failed: a system error, a retrieval that found nothing, or a tool whose last call failed. Handled: an answer went
    out, and not only the error's own words; after an empty retrieval, the request abstained. It speaks for the item
    where most were handled.
    """

    n: int = 0
    k: int = 0
    kinds: NameCounts = field(default_factory=NameCounts)
    bad: Smallest = field(default_factory=Smallest)

    @classmethod
    def start(cls, data: ProbeInput) -> FailuresHandled:
        return cls()

    def add(self, got: Counted) -> None:
        trace = got.trace
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
        answered = has(trace.answer) and (trace.answer or "").strip() != (trace.error or "").strip()
        good = trace.outcome is Outcome.ABSTAIN if kind == "empty retrieval" else answered
        self.n += got.n
        self.k += got.n * good
        if not good:
            self.kinds.add(kind, got.n)
            self.bad.take(got.ids)

    def figure(self) -> SupportFigure:
        if not self.n:
            return SupportFigure(missing="no imported trace shows a failure")
        return SupportFigure(
            f"{self.k:,} of {self.n:,} failed requests ended in an answer or abstained: {percent(self.k, self.n)}",
            self.n,
            k=self.k,
            supports=2 * self.k > self.n,
            examples=tuple(self.bad.ids),
            against=self.n - self.k,
            details=tuple(f"not handled: {kind} {count:,}" for kind, count in self.kinds.ranked()),
        )


@dataclass(slots=True)
class GuardErrorsBlocked:
    """Requests in which a guard failed and no answer went out (SAF-08): a guard says `blocked`, the request abstained
    or ended in an error, or there is no answer in a log that holds those of other requests."""

    n: int = 0
    k: int = 0
    quiet: int = 0
    answers: bool = False
    bad: Smallest = field(default_factory=Smallest)

    @classmethod
    def start(cls, data: ProbeInput) -> GuardErrorsBlocked:
        return cls()

    def add(self, got: Counted) -> None:
        trace, n = got.trace, got.n
        guards = of_kind(trace, SpanKind.GUARD)
        answered = bool((trace.answer or "").strip())
        self.answers = self.answers or answered
        if not any(guard.error is not None for guard in guards):
            return
        blocked = any(flag(guard.attributes.get("blocked")) for guard in guards)
        held = blocked or trace.outcome in (Outcome.ABSTAIN, Outcome.ERROR)
        self.n += n
        if held:
            self.k += n
        elif answered:
            self.bad.take(got.ids)
        else:
            self.quiet += n

    def figure(self) -> SupportFigure:
        if not self.n:
            return SupportFigure(missing="no imported trace shows a guard that failed")
        k = self.k + (self.quiet if self.answers else 0)
        quiet = 0 if self.answers else self.quiet
        return SupportFigure(
            f"{k:,} of {self.n:,} requests with a guard error were blocked{unknown(quiet)}",
            self.n,
            k=k,
            supports=k == self.n,
            examples=tuple(self.bad.ids),
            details=("the log holds no answers, so none tells whether one went out",) if quiet else (),
            against=self.n - k - quiet,
        )


@dataclass(slots=True)
class PromptChangedWithinApp:
    """Application versions during which the prompt version changed, so that no build was needed (DEP-03). A prompt
    version that is another one in each request is none, nor is an application's that moves; where more are named than can be
    told apart, none is known to be one."""

    n: int = 0
    silent: int = 0
    pairs: FirstNames[tuple[str, str], int] = field(default_factory=lambda: FirstNames(int))

    @classmethod
    def start(cls, data: ProbeInput) -> PromptChangedWithinApp:
        return cls()

    def add(self, got: Counted) -> None:
        app, prompt = got.trace.app_version, got.trace.prompt_version
        if app is None or prompt is None or not has_version(app) or not has_version(prompt):
            self.silent += got.n
        else:
            self.n += got.n
            self.pairs.put((app, prompt), (self.pairs.get((app, prompt)) or 0) + got.n, got.n)

    def figure(self) -> SupportFigure:
        if not self.n:
            return SupportFigure(missing="no imported trace carries both an application and a prompt version")
        prompts: dict[str, list[str]] = {}
        for app, prompt in sorted(self.pairs.found):
            prompts.setdefault(app, []).append(prompt)
        changed = {app: names for app, names in prompts.items() if len(names) > 1}
        each = len(self.pairs) == self.n >= ENOUGH
        why = "; no proof: each request names another prompt version" if each else ""
        if self.pairs.others:
            why = "; no proof: more versions are named than can be told apart"
        return SupportFigure(
            f"the prompt changed under {len(changed):,} of {len(prompts):,} application versions"
            f"{unknown(self.silent, '; ', ' requests do not name both')}{why}",
            self.n,
            supports=bool(changed) and not why,
            details=(
                *(
                    f"{safe(app)}: {', '.join(safe(name) for name in names[:_LISTED])}"
                    for app, names in list(changed.items())[:_LISTED]
                ),
                *too_many("pairs of an application's and a prompt's version", self.pairs.others),
            ),
        )


BEHAVIOUR = {
    "fallback_seen": support(FallbackSeen.start),
    "idempotency_key_on_writes": support(IdempotentWrites.start),
    "failed_traces_handled": support(FailuresHandled.start),
    "guard_errors_blocked": support(GuardErrorsBlocked.start),
    "prompt_changed_within_app_version": support(PromptChangedWithinApp.start),
}
