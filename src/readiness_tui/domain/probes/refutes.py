"""Tools outside the declared list, and eval cases inside logged prompts: probes that can only refute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.checklists.assessment import Proposal
from readiness_tui.domain.checklists.model import Item, ProbeKind, ProbeSpec
from readiness_tui.domain.probes.base import ProbeInput, SeenTraces, TraceProbe, safe
from readiness_tui.domain.probes.hits import Hits
from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.traces.counted import Counted
from readiness_tui.domain.traces.measured import day_at, day_of
from readiness_tui.domain.traces.names import MOST
from readiness_tui.domain.traces.prompts import LONG, prompts
from readiness_tui.domain.traces.steps import calls

_HELD = 10_000_000  # letters of prompts whose search is remembered


@dataclass(slots=True)
class OutsideTools:
    """Calls of tools that are not on the declared list (SAF-05): a hit is one tool in one trace. Names must match
    exactly."""

    data: ProbeInput
    allowed: frozenset[str]
    hits: Hits
    problem: str = ""
    n: int = 0
    silent: int = 0
    judged: set[str] = field(default_factory=set)  # tools of which somebody dismissed a hit, until those are looked up

    @classmethod
    def start(cls, data: ProbeInput) -> OutsideTools:
        hits = Hits(data.dismissed)
        try:
            return cls(data, frozenset(declared.read(data.review.declared, "allowed_tools")), hits)
        except declared.UnusableError as error:
            return cls(data, frozenset(), hits, str(error))

    def add(self, got: Counted) -> None:
        if self.problem:
            return
        names = {call.call.name for call in calls(got.trace)}
        if names:
            self.n += got.n
        elif got.trace.tool_calls is None:
            self.silent += got.n
        for name in sorted(names - self.allowed):
            if any(hit.endswith(f":tool:{name}") for hit in self.data.dismissed):
                self.judged.add(name)
            else:
                self.hits.add_all(got.n, (_hit(trace_id, name) for trace_id in got.ids))

    def _look_up(self) -> None:
        """The hits of which some are dismissed, one by one."""
        known: dict[int, tuple[Trace, list[str]]] = {}
        for trace_id, at, shape in self.data.recorded.columns(("id", "at", "shape")):
            if id(shape) not in known:
                if len(known) >= MOST:  # as many shapes are held; the ids of others may be used again
                    known.clear()
                known[id(shape)] = shape, sorted({call.call.name for call in calls(shape)} & self.judged)
            if self.data.in_window(day_at(at)):
                for name in known[id(shape)][1]:
                    self.hits.add(*_hit(trace_id, name))
        self.judged.clear()

    def proposal(self, item: Item, spec: ProbeSpec, data: ProbeInput, seen: SeenTraces) -> Proposal:
        if self.judged:
            self._look_up()
        nothing = self.problem or "no imported trace shows a tool call"
        what = "tools outside the declared list"
        return self.hits.proposal(item, spec, data, seen, what, self.n, nothing, self.silent)


def _hit(trace_id: str, tool: str) -> tuple[str, Callable[[], str]]:
    return f"{trace_id}:tool:{tool}", partial(_called, trace_id, tool)


def _called(trace_id: str, tool: str) -> str:
    return f"{one_line(trace_id, 60)} calls {safe(tool) or '(a tool without a name)'}, which is not declared"


def _logged(trace_id: str, case_id: str) -> str:
    return f"{one_line(trace_id, 60)} logs a prompt with the question of {safe(case_id)}"


@dataclass(slots=True)
class CasesInPrompts:
    """The exact question of a golden case inside a logged prompt (EVA-10), unless it is the request's own question.

    Prompts are the fields of a trace and its steps with "prompt", "instruction" or "examples" in their names. Each
    distinct text is searched once, because system prompts repeat. A hit is one case in one trace.
    """

    cases: tuple[tuple[str, str], ...]
    hits: Hits
    problem: str = ""
    n: int = 0
    searched: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    held: int = 0  # letters of those

    @classmethod
    def start(cls, data: ProbeInput) -> CasesInPrompts:
        gold = data.eval_set.cases if data.eval_set else ()
        # A shorter question may be in a prompt by chance.
        cases = tuple((case.id, case.question.strip()) for case in gold if len(case.question.strip()) >= LONG)
        why = (
            ""
            if cases
            else "no golden case has a question long enough to search for"
            if gold
            else "no golden set is imported"
        )
        made = cls(cases, Hits(data.dismissed), why)
        if cases:
            made._search(data)
        return made

    def _search(self, data: ProbeInput) -> None:
        for trace in data.recorded.whole(lambda shape: any(len(text) >= LONG for text in prompts(shape))):
            if not data.in_window(day_of(trace)):
                continue
            own = trace.question or ""
            found = {case for text in prompts(trace) for case in self._in(text) if case[1] not in own}
            for case_id, _ in sorted(found):
                self.hits.add(f"{trace.id}:case:{case_id}", partial(_logged, trace.id, case_id))

    def _in(self, text: str) -> tuple[tuple[str, str], ...]:
        known = self.searched.get(text)
        if known is None:
            known = tuple(case for case in self.cases if case[1] in text)
            self.held += len(text)
            if self.held < _HELD:
                self.searched[text] = known
        return known

    def add(self, got: Counted) -> None:
        if any(prompts(got.trace)):
            self.n += got.n

    def proposal(self, item: Item, spec: ProbeSpec, data: ProbeInput, seen: SeenTraces) -> Proposal:
        nothing = self.problem or "no imported trace logs its prompt"
        what = "golden cases in logged prompts"
        n = 0 if self.problem else self.n
        return self.hits.proposal(item, spec, data, seen, what, n, nothing, seen.traces - n)


REFUTES = {
    "tools_outside_allowed_list": TraceProbe(ProbeKind.REFUTE, OutsideTools.start),
    "cases_in_logged_prompts": TraceProbe(ProbeKind.REFUTE, CasesInPrompts.start),
}
