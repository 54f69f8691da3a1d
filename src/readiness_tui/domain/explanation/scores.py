"""Why a checklist, or all of them, stands at its percentage: the sum, item by item, as `verdict.sections` adds it up."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from readiness_tui.domain.checklists.assessment import Assurance, Standing
from readiness_tui.domain.checklists.policy import Policy
from readiness_tui.domain.explanation.model import Explanation, Passage, passage
from readiness_tui.domain.text.format import percent, plural
from readiness_tui.domain.verdict.model import Judgement, Section
from readiness_tui.domain.verdict.sections import FULL, summed, worth


def why_counts(standing: Standing) -> str:
    """Why an item counts what it counts, in a few words; "" for a vote that counts as it was given."""
    if standing.na_awaiting:
        return "n/a, not confirmed"
    if not standing.decided:
        return "undecided"
    if standing.conflict:
        return f"voted {standing.vote}, the proof disagrees"
    if standing.vote is not None and standing.points is not None and standing.points < standing.vote:
        return f"voted {standing.vote}, only claimed"
    if standing.waived:
        return "waived: a waiver raises no score"
    if standing.counts == FULL:
        return "proven" if standing.assurance is Assurance.PROVEN else str(standing.assurance or "")
    return ""


def section_sum(section: Section, policy: Policy) -> Explanation:
    """The checklist's score with every item that counts in it, and those that do not."""
    counted = summed(section.standings)
    weight = sum(standing.item.weight for standing in counted)
    points = sum(worth(standing) for standing in counted)
    rows = tuple(
        (
            f"{standing.item.id} {standing.item.title}",
            str(standing.item.weight),
            f"{standing.counts}",
            f"{worth(standing)}",
            str(FULL * standing.item.weight),
            why_counts(standing),
        )
        for standing in sorted(counted, key=lambda one: worth(one) - FULL * one.item.weight)
    )
    title = section.checklist.title
    if not weight:
        total = "nothing is added up, so there is no score: —, and it holds nothing back"
    else:
        total = f"{points} of {FULL * weight} = {_decimals(section.score)}%, shown rounded down: {section.percent}%"
    return Explanation(
        title,
        f"Why {title} stands at {percent(section.score)}",
        (
            passage("In short", total[:1].upper() + total[1:]),
            Passage(
                "The sum",
                (f"{plural(len(counted), 'item')}, the one that costs the most first.",) if counted else (),
                ("item", "weight", "points", "counts", "of", "because"),
                rows,
                total,
            ),
            _missing(section, counted, policy),
            _left_out(section),
            passage(
                "The formula",
                f"weight × points of every item, added up, divided by weight × {FULL} of every item.",
                "Weights: blocker 3, major 2, minor 1, unless the checklist says otherwise. Points: 0 missing, 1 partial,"
                " 2 met. An undecided item counts 0; a vote of 2 without evidence counts 1.",
            ),
        ),
        ("score", "weight", "points", "undecided", "claimed", "waiver", "not applicable"),
    )


def _left_out(section: Section) -> Passage:
    away = [standing for standing in section.standings if not standing.in_sum]
    said = [
        f"{one.item.id} {one.item.title}: {'not applicable' if not one.applicable else 'weight 0, for information'}"
        for one in away
    ]
    return passage("Left out of the sum", *(said or ["nothing: every item of the review's depth counts"]))


def _missing(section: Section, counted: Sequence[Standing], policy: Policy) -> Passage:
    """What would lift it, and what its floors are."""
    if section.score is None:
        return passage("What is missing", "an item with a weight that applies")
    weight = sum(standing.item.weight for standing in counted)
    points = sum(worth(standing) for standing in counted)
    said = []
    for floor, means in ((policy.section_floor, "holds the release back"), (policy.section_go, "is a condition")):
        short = needed(weight, floor) - points
        reached = f"below {floor}% {means}"
        said.append(
            f"{reached}: {short} more of the {FULL * weight} are needed" if short > 0 else f"{reached}: reached"
        )
    undecided = sum(1 for standing in counted if not standing.decided)
    if undecided:
        said.append(f"{plural(undecided, 'item')} not decided yet, each counts 0")
    return passage("What is missing", *said)


def needed(weight: int, floor: int) -> int:
    """How many of the points a checklist of this weight needs to stand at `floor` per cent."""
    return -(-floor * FULL * weight // 100)


def headline_sum(judgement: Judgement, policy: Policy) -> Explanation:
    """The lowest section, the mean beside it, and how much is assessed: what all checklists together come to."""
    rows = tuple(
        (
            section.checklist.title,
            percent(section.score),
            f"{sum(worth(one) for one in summed(section.standings))}",
            f"{FULL * sum(one.item.weight for one in summed(section.standings))}",
            "the lowest" if section.score is not None and section.score == judgement.headline else "",
        )
        for section in judgement.sections
    )
    return Explanation(
        "All checklists",
        f"Why the checklists together stand at {percent(judgement.headline)}",
        (
            passage(
                "The formula",
                "The lowest score of all checklists. Their mean is printed beside it and decides nothing: a good checklist"
                " never makes up for a bad one.",
            ),
            Passage(
                "The scores",
                (),
                ("checklist", "score", "points", "of", ""),
                rows,
                f"the lowest is {percent(judgement.headline)}, the mean {percent(judgement.mean)}",
            ),
            _assessed(judgement, policy),
        ),
        ("headline", "score", "assessed"),
    )


def _assessed(judgement: Judgement, policy: Policy) -> Passage:
    every = [one for section in judgement.sections for one in summed(section.standings)]
    weight = sum(one.item.weight for one in every)
    decided = sum(one.item.weight for one in every if one.decided)
    said = f"weight of the decided items {decided} of {weight} = {percent(judgement.assessed)}"
    floors = (
        f"Below {policy.assessed_floor}% holds the release back, below {policy.assessed_go}% is a condition: what nobody"
        " looked at is not good."
    )
    return passage("How much is assessed", said if weight else "no item with a weight applies", floors)


def _decimals(share: Fraction | None) -> str:
    """Two decimals, rounded down: 66.66."""
    hundredths = int((share or Fraction(0)) * 10_000)
    return f"{hundredths // 100}.{hundredths % 100:02}"
