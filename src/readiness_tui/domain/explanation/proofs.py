"""How an item proves itself: what its probe counts, what it may propose, and what came of it."""

from __future__ import annotations

import inspect
from typing import Any

from readiness_tui.domain.checklists.assessment import Proposal
from readiness_tui.domain.checklists.model import Item, ProbeKind, ProbeSpec
from readiness_tui.domain.explanation.model import Passage, passage
from readiness_tui.domain.probes.base import Probe
from readiness_tui.domain.probes.registry import PROBES
from readiness_tui.domain.probes.shares import ShareQuery

KINDS = {
    ProbeKind.SHARE: "A share: of the records to which it applies, how many carry what is asked for. At least {required} of"
    " them proposes 2, proven from 30 records on; none proposes 0; anything between proposes 1.",
    ProbeKind.FACT: "A fact: checks on a few named things, such as a lock before a run. All hold: 2, proven. Else 1 or 0.",
    ProbeKind.SUPPORT: "A figure that supports a vote: it makes a claim evidenced, and proposes no points.",
    ProbeKind.REFUTE: "A refutation: hits that speak against the item. One that nobody dismissed proposes 0; none proves"
    " nothing, and it never raises a score.",
}


def definition(probe: Probe) -> str:
    """What the probe counts, as its code says."""
    called: Any = getattr(probe, "start", None) or getattr(probe, "check", None) or getattr(probe, "answer", None)
    owner = getattr(called, "__self__", None)
    if isinstance(owner, ShareQuery):
        return inspect.getdoc(owner.mark) or ""
    inside = inspect.getclosurevars(called).nonlocals if inspect.isfunction(called) else {}
    for name in ("make", "look"):
        if name in inside:
            return inspect.getdoc(getattr(inside[name], "__self__", None) or inside[name]) or ""
    return inspect.getdoc(owner or called) or ""


def how_proven(item: Item, proposal: Proposal | None) -> Passage:
    """What of the imported data could prove the item, and what it says now."""
    spec = item.probe
    if spec is None:
        return passage(
            "How it proves itself",
            "No proof looks at it: somebody attaches evidence (a path, an address, a run, a trace, an incident, a dated"
            " drill, or what was shown with a witness). Without it a vote of 2 counts 1.",
        )
    found = PROBES.get(spec.query)
    return passage(
        "How it proves itself",
        "" if found is None else " ".join(definition(found).split()),
        KINDS[spec.kind].format(required=f"{spec.required * 100:g}%"),
        _declares(spec),
        _came_of(proposal),
        "A proof is no vote: until somebody accepts it the item stays undecided. One below a vote is a conflict, and the item"
        " counts the lower of both until somebody settles it.",
    )


def _declares(spec: ProbeSpec) -> str:
    names = ", ".join(name.replace("_", " ") for name in spec.declares)
    return f"It needs what the team declares among the review's settings: {names}." if names else ""


def _came_of(proposal: Proposal | None) -> str:
    if proposal is None:
        return "Now: nothing is imported that it could be asked of."
    if proposal.missing:
        return f"Now: {proposal.missing}"
    said = "no points" if proposal.points is None else str(proposal.points)
    return f"Now: {proposal.text}; it proposes {said}{f' ({proposal.assurance})' if proposal.assurance else ''}"
