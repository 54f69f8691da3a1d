"""What is said of an item on one line: what shows it, who sees to the rest of it, and by when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.checklists.assessment import Evidence, EvidenceKind
from readiness_tui.domain.checklists.remark import read_remark
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import ReviewView, load
from readiness_tui.services.review.assess import attach
from readiness_tui.services.review.people import person
from readiness_tui.services.review.promises import Saw, promise


@dataclass(frozen=True, slots=True)
class LineKept:
    """`evidence` that was attached; `remark`: what of the line could not be kept, "" where all of it was; `rival`: owner
    or date that was kept beside somebody else's."""

    evidence: tuple[Evidence, ...]
    remark: str = ""
    rival: Rival | None = None


def record(
    desk: Desk,
    items: Sequence[str],
    typed: str,
    *,
    kind: EvidenceKind | None = None,
    witness: str = "",
    dated: date | None = None,
    instead_of: Sequence[int] = (),
    owner: str = "",
    base: Mapping[str, Saw] | None = None,
) -> LineKept:
    """`docs/runbook.md @b 1 Dec` for each item: the evidence as `attach` takes it, owner and date as `promise` does.

    `owner`: who sees to an item that is not met, has no owner, and for which the line names none. `base` as for
    `promise`. Nothing is saved where the line cannot be read or a name is ambiguous.
    """
    view = load(desk)
    said = read_remark(typed, view.as_of)
    who = person(desk, said.owner)
    witness = person(desk, witness)
    made: tuple[Evidence, ...] = ()
    if said.evidence or not (said.promises or owner):
        made = attach(
            desk, items, kind, said.evidence, witness=witness, dated=dated, instead_of=instead_of
        )  # fmt: skip
    if not said.promises and not owner:
        return LineKept(made)
    view = load(desk)
    short, rival = [item for item in items if _short(view, item)], None
    if said.promises and short:
        rival = promise(desk, short, owner=who, due=said.due, base=base)
    elif owner and (free := [item for item in short if not _owner(view, item)]):
        rival = promise(desk, free, owner=owner, base=base)
    met = said.promises and not short
    remark = f"{', '.join(items)} is met: nobody has to see to it, no owner was noted." if met else ""
    return LineKept(made, remark, rival)


def _short(view: ReviewView, item: str) -> bool:
    standing = view.judgement.standings.get(item)
    return standing is not None and standing.applicable and standing.counts < 2


def _owner(view: ReviewView, item: str) -> str:
    gap = view.gaps.get(view.workings.gap_keys.get(item, ""))
    return gap.owner if gap is not None and gap.state.live else ""
