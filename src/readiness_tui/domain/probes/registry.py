"""Every probe by its query name in checklists, and what the probes propose (scoring.md, "Probe")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.checklists.assessment import Assurance, Proposal, Vote
from readiness_tui.domain.checklists.model import Item, ProbeKind, ProbeSpec
from readiness_tui.domain.probes.amounts import read_amounts
from readiness_tui.domain.probes.base import (
    Counter,
    FactProbe,
    Probe,
    ProbeInput,
    SeenTraces,
    TraceProbe,
    digest_of,
    safe,
)
from readiness_tui.domain.probes.behaviour import BEHAVIOUR
from readiness_tui.domain.probes.exam import EXAM
from readiness_tui.domain.probes.facts import FACTS, fact_proposal
from readiness_tui.domain.probes.feedback import FEEDBACK
from readiness_tui.domain.probes.figures import asking
from readiness_tui.domain.probes.leaks import SCOPES, LeakCounter
from readiness_tui.domain.probes.limits import LIMITS
from readiness_tui.domain.probes.logged import SHARES
from readiness_tui.domain.probes.records import RECORDS
from readiness_tui.domain.probes.refutes import REFUTES
from readiness_tui.domain.probes.releases import RELEASES
from readiness_tui.domain.probes.runs import RUNS
from readiness_tui.domain.probes.steps import STEPS, WRITES
from readiness_tui.domain.probes.usage import USAGE
from readiness_tui.domain.traces.kept_records import some_kept

PROBES: dict[str, Probe] = {
    **{share.query: TraceProbe(ProbeKind.SHARE, share.start) for share in (*SHARES, *STEPS)},
    **WRITES,
    **dict.fromkeys(SCOPES, TraceProbe(ProbeKind.REFUTE, LeakCounter.start)),
    **REFUTES,
    **LIMITS,
    **USAGE,
    **BEHAVIOUR,
    **FEEDBACK,
    **RELEASES,
    **FACTS,
    **RUNS,
    **EXAM,
    **RECORDS,
}


#: Shares that were true by construction, and so became support.
_ONCE_SHARES = frozenset({"feedback_captured"})


def reads_records(item: Item) -> bool:
    """Whether the item's probe reads incidents or drills, and so no traces."""
    return item.probe is not None and item.probe.query in RECORDS


def propose_all(items: Iterable[Item], data: ProbeInput) -> dict[str, Proposal]:
    """The proposals of all items that have a known probe, by item id, in one pass over the groups of
    requests, and one over the columns of what differs within them.

    Items with the same probe share its count. If there is no data to answer from, the proposal has no points and says
    in `missing` what is needed.
    """
    asked = [
        (item, item.probe, PROBES[item.probe.query]) for item in items if item.probe and item.probe.query in PROBES
    ]
    ready = [(item, spec, probe) for item, spec, probe in asked if not _obstacle(spec, probe, data)]
    counters: dict[TraceProbe, Counter] = {
        probe: probe.start(data) for probe in {probe for _, _, probe in ready} if isinstance(probe, TraceProbe)
    }
    seen, scanned = SeenTraces(), SeenTraces(everything=True)
    if counters:
        refuting = [counter for probe, counter in counters.items() if probe.kind is ProbeKind.REFUTE]
        proving = [counter for probe, counter in counters.items() if probe.kind is not ProbeKind.REFUTE]
        for got in data.recorded.counted():
            for counter in refuting if refuting and scanned.admit(got, data) else ():
                counter.add(got)
            for counter in proving if proving and seen.admit(got, data) else ():
                counter.add(got)
        if seen.traces:
            read_amounts(data, asking(proving), every=not (seen.outside or seen.future or seen.others))
    proposals: dict[str, Proposal] = {}
    for item, spec, probe in asked:
        obstacle = _obstacle(spec, probe, data)
        if obstacle:
            proposals[item.id] = _no_proposal(item, spec, obstacle)
        elif isinstance(probe, TraceProbe):
            read = scanned if probe.kind is ProbeKind.REFUTE else seen
            made = _as_asked(counters[probe].proposal(item, spec, data, read), spec)
            proposals[item.id] = _with_sampling(made, data)
        elif isinstance(probe, FactProbe):
            proposals[item.id] = _as_asked(fact_proposal(item, spec.query, probe.kind, probe.check(data)), spec)
        else:
            proposals[item.id] = _as_asked(probe.answer(item, spec, data), spec)
    return proposals


def _with_sampling(proposal: Proposal, data: ProbeInput) -> Proposal:
    """What is counted rests on every request; whoever opens an example may want its raw record, which may not be kept."""
    kept = some_kept(data.sampled) if proposal.examples else ""
    return replace(proposal, sampling="; ".join(filter(None, [proposal.sampling, kept]))) if kept else proposal


def acceptable(proposals: Mapping[str, Proposal], votes: Mapping[str, Sequence[Vote]]) -> tuple[str, ...]:
    """The items whose proposals a single key press may accept: they propose points on items nobody has voted on.

    A lower vote is somebody's judgement, a higher one a conflict, n/a another opinion, and with an equal vote the proof
    already counts without being accepted. Refutations are left out too: their hits are reviewed one by one. In the
    order of `proposals`.
    """
    return tuple(
        item_id
        for item_id, proposal in proposals.items()
        if proposal.points is not None
        and proposal.kind is not ProbeKind.REFUTE
        and not any(vote.decided for vote in votes.get(item_id, ()))
    )


def kind_problem(spec: ProbeSpec) -> str:
    """Why the kind that a checklist declares does not fit its query; "" if it fits or the query is not known.

    A share or fact may be used as mere `support`: its figure is then shown beside the item and proposes no points. A
    checklist of before may ask for a share of what has since become support; it gets the figure.
    """
    probe = PROBES.get(spec.query)
    if probe is None or spec.kind is probe.kind:
        return ""
    if spec.kind is ProbeKind.SUPPORT and probe.kind in (ProbeKind.SHARE, ProbeKind.FACT):
        return ""
    if spec.kind is ProbeKind.SHARE and spec.query in _ONCE_SHARES:
        return ""
    return f"the checklist asks {safe(spec.query)} as {spec.kind.value}, but it is a {probe.kind.value} probe"


def _obstacle(spec: ProbeSpec, probe: Probe, data: ProbeInput) -> str:
    undeclared = [name for name in spec.declares if not data.review.declared.get(name, "").strip()]
    if undeclared:
        return f"declare {', '.join(safe(name) for name in undeclared)} in the review's settings first"
    unusable = (declared.problem(name, data.review.declared[name]) for name in spec.declares)
    return next(filter(None, unusable), "") or kind_problem(spec)


def _no_proposal(item: Item, spec: ProbeSpec, obstacle: str) -> Proposal:
    text = f"No proposal: {obstacle}."
    return Proposal(
        item.id, spec.query, spec.kind, None, None, text, digest=digest_of(spec.query, obstacle), missing=text
    )


def _as_asked(proposal: Proposal, spec: ProbeSpec) -> Proposal:
    """The proposal without points if the item asks only for support."""
    if spec.kind is not ProbeKind.SUPPORT or proposal.kind is ProbeKind.SUPPORT:
        return proposal
    shown = Assurance.EVIDENCED if proposal.points else None
    return replace(proposal, kind=ProbeKind.SUPPORT, points=None, assurance=shown)
