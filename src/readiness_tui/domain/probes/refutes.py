"""Tools outside the declared list, and eval cases inside logged prompts: probes that can only refute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.checklists.assessment import Proposal
from readiness_tui.domain.checklists.model import Item, ProbeKind, ProbeSpec
from readiness_tui.domain.probes.base import EachCopy, ProbeInput, SeenTraces, TraceProbe, safe
from readiness_tui.domain.probes.hits import Hits
from readiness_tui.domain.probes.steps import calls
from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.text.sanitise import one_line

_SHORTEST = 20  # characters of a case's question: a shorter one may be in a prompt by chance
_PROMPT_WORDS = ("prompt", "instruction", "few_shot", "fewshot", "examples")


@dataclass(slots=True)
class OutsideTools(EachCopy):
    """Calls of tools that are not on the declared list (SAF-05): a hit is one tool in one trace. Names must match
    exactly."""

    allowed: frozenset[str]
    hits: Hits
    problem: str = ""
    n: int = 0
    silent: int = 0

    @classmethod
    def start(cls, data: ProbeInput) -> OutsideTools:
        try:
            return cls(frozenset(declared.read(data.review.declared, "allowed_tools")), Hits(data.dismissed))
        except declared.UnusableError as error:
            return cls(frozenset(), Hits(data.dismissed), str(error))

    def add(self, trace: Trace) -> None:
        if self.problem:
            return
        names = [call.call.name for call in calls(trace)]
        self.n += bool(names)
        self.silent += trace.tool_calls is None and not names
        for name in sorted(set(names) - self.allowed):
            shown = safe(name) or "(a tool without a name)"
            self.hits.add(f"{trace.id}:tool:{name}", f"{one_line(trace.id, 60)} calls {shown}, which is not declared")

    def proposal(self, item: Item, spec: ProbeSpec, data: ProbeInput, seen: SeenTraces) -> Proposal:
        nothing = self.problem or "no imported trace shows a tool call"
        what = "tools outside the declared list"
        return self.hits.proposal(item, spec, data, seen, what, self.n, nothing, self.silent)


@dataclass(slots=True)
class CasesInPrompts(EachCopy):
    """The exact question of a golden case inside a logged prompt (EVA-10), unless it is the request's own question.

    Prompts are the fields of a trace and its steps with "prompt", "instruction" or "examples" in their names. Each
    distinct text is searched once, because system prompts repeat. A hit is one case in one trace.
    """

    cases: tuple[tuple[str, str], ...]
    hits: Hits
    problem: str = ""
    n: int = 0
    searched: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @classmethod
    def start(cls, data: ProbeInput) -> CasesInPrompts:
        gold = data.eval_set.cases if data.eval_set else ()
        cases = tuple((case.id, case.question.strip()) for case in gold if len(case.question.strip()) >= _SHORTEST)
        why = (
            ""
            if cases
            else "no golden case has a question long enough to search for"
            if gold
            else "no golden set is imported"
        )
        return cls(cases, Hits(data.dismissed), why)

    def add(self, trace: Trace) -> None:
        if self.problem:
            return
        prompts = [text for text in _prompts(trace) if text]
        self.n += bool(prompts)
        found = {case for text in prompts for case in self._in(text) if case[1] not in (trace.question or "")}
        for case_id, _ in sorted(found):
            self.hits.add(
                f"{trace.id}:case:{case_id}",
                f"{one_line(trace.id, 60)} logs a prompt with the question of {safe(case_id)}",
            )

    def _in(self, text: str) -> tuple[tuple[str, str], ...]:
        known = self.searched.get(text)
        if known is None:
            known = tuple(case for case in self.cases if case[1] in text)
            if len(self.searched) < 10_000:
                self.searched[text] = known
        return known

    def proposal(self, item: Item, spec: ProbeSpec, data: ProbeInput, seen: SeenTraces) -> Proposal:
        nothing = self.problem or "no imported trace logs its prompt"
        what = "golden cases in logged prompts"
        return self.hits.proposal(item, spec, data, seen, what, self.n, nothing, seen.traces - self.n)


def _prompts(trace: Trace) -> Iterator[str]:
    yield from _named(trace.extra)
    for span in trace.spans or ():
        yield from _named(span.attributes)


def _named(fields: dict[str, Any]) -> Iterator[str]:
    for name, value in fields.items():
        if any(word in name.casefold() for word in _PROMPT_WORDS):
            yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, (list, tuple)):
            waiting += part


REFUTES = {
    "tools_outside_allowed_list": TraceProbe(ProbeKind.REFUTE, OutsideTools.start),
    "cases_in_logged_prompts": TraceProbe(ProbeKind.REFUTE, CasesInPrompts.start),
}
