"""The verdict, a cause of it, a condition, a gap and an incident explained."""

from __future__ import annotations

from datetime import date

from readiness_tui.domain.checklists.policy import Policy
from readiness_tui.domain.explanation.model import Explanation, passage
from readiness_tui.domain.incidents.model import Incident, Sev
from readiness_tui.domain.scorecard.model import GapLine
from readiness_tui.domain.text.format import full_day, plural
from readiness_tui.domain.verdict.gap import GapState, called
from readiness_tui.domain.verdict.model import Cause, Condition, Judgement, Part, Verdict

VERDICTS = {
    Verdict.GO: "GO: gate, checklists and incidents all hold. It lapses after a while, because things move.",
    Verdict.CONDITIONS: "GO WITH CONDITIONS: it may ship, and each condition has an owner and a date. It lapses at the earliest"
    " date.",
    Verdict.NO_GO: "NO-GO: something holds the release back that no condition can stand for.",
}
PARTS = {
    Part.GATE: "The gate: what the team agreed on before the change, held against the candidate's runs.",
    Part.CHECKLISTS: "The checklists: blockers, the floors of each checklist, and how much is assessed.",
    Part.INCIDENTS: "The incidents: what is open, and actions that are late.",
}
STATES = {
    GapState.OPEN: "open: nobody has begun.",
    GapState.IN_PROGRESS: "in progress: somebody is at it.",
    GapState.CLAIMED_DONE: "claimed done: somebody says so; the review verifies it by 2 points or a passing run.",
    GapState.VERIFIED: "verified: the item is met, or the run passes.",
    GapState.ACCEPTED: "accepted: the risk was accepted by name, until a date.",
    GapState.CLOSED: "closed: it does not apply any more.",
    GapState.REOPENED: "reopened: it was verified, and fails again.",
}
SEVERITIES = {
    Sev.SEV1: "sev1, the worst: open it holds the release back, and so does a late action of it.",
    Sev.SEV2: "sev2: open it is a condition.",
    Sev.SEV3: "sev3: it changes no verdict.",
    Sev.SEV4: "sev4, the least: it changes no verdict.",
}

#: By the highest severity that an incident had, where it was lowered since.
LOWERED = {
    Sev.SEV1: "It was a sev1, and is held to that: open it is a condition, and a late action of it holds the release back.",
    Sev.SEV2: "It was a sev2, and is held to that: open it is a condition.",
    Sev.SEV3: SEVERITIES[Sev.SEV3],
}


def verdict_explained(judgement: Judgement) -> Explanation:
    """Why the verdict is what it is: the worst of its parts, and how many causes each has."""
    parts = []
    for part, verdict in judgement.parts.items():
        causes = sum(1 for cause in judgement.causes if cause.part is part)
        parts.append(f"{part}: {verdict}, {plural(causes, 'cause') if causes else 'no cause'}. {PARTS[part]}")
    until = f"It holds until {full_day(judgement.valid_until)}." if judgement.valid_until else ""
    way = ""
    if judgement.flips_to is not None:
        way = f"{plural(len(judgement.flips), 'change')} at the least would make it {judgement.flips_to}."
    return Explanation(
        str(judgement.verdict),
        f"Why {judgement.verdict}",
        (
            passage("What it means", VERDICTS[judgement.verdict], until),
            passage("The rule", "The worst of three, never an average."),
            passage("Its parts", *parts),
            passage("The way to a better one", way or "there is none to go"),
        ),
        ("verdict", "GO WITH CONDITIONS", "NO-GO", "condition"),
    )


def cause_explained(cause: Cause, judgement: Judgement) -> Explanation:
    """One reason of the verdict: what it does, what lifts it, and who has it."""
    blocks = cause.verdict is Verdict.NO_GO
    held = next((one for one in judgement.conditions if one.key == cause.key), None)
    owned = ""
    if held is not None:
        owned = f"A condition: {held.owner or 'nobody'} has it, due {full_day(held.due) if held.due else 'no date'}."
    flipped = any(flip.key == cause.key or (flip.item_id and flip.item_id == cause.item_id) for flip in judgement.flips)
    return Explanation(
        called(cause.key),
        cause.text,
        (
            passage("What it does", "It alone makes the verdict NO-GO." if blocks else "It makes a condition.", PARTS[cause.part]),
            passage("What lifts it", cause.act or "what the sentence says, and nothing else", owned),
            *([passage("Is it on the shortest way?", _on_the_way(cause, judgement, flipped))] if judgement.flips_to else []),
            *([passage("A waiver stands", f"until {full_day(cause.expires)}")] if cause.expires else []),
            *([passage("These gaps would lift it", *(called(key) for key in cause.lifts))] if cause.lifts else []),
        ),
        ("verdict", "condition", "blocker", "waiver"),
    )  # fmt: skip


def _on_the_way(cause: Cause, judgement: Judgement, flipped: bool) -> str:
    if flipped:
        return f"yes: it is one of the fewest changes to {judgement.flips_to}"
    if cause.verdict is judgement.verdict:  # the better verdict is reached without it, so it is gone by then
        return f"not by itself: the fewest changes to {judgement.flips_to} lift it too"
    return "no: it can wait"


def condition_explained(condition: Condition) -> Explanation:
    return Explanation(
        "This condition",
        condition.text,
        (
            passage(
                "What a condition is",
                "Something that somebody promises by a day. It needs an owner and a date that has not passed: without, it makes"
                " the verdict NO-GO.",
            ),
            passage(
                "This one",
                f"{condition.owner or 'nobody'} has it, due {full_day(condition.due) if condition.due else 'no date'}.",
                f"It blocks: {condition.problem}." if condition.problem else "",
                f"To do: {condition.act}" if condition.act else "",
            ),
            *(
                [passage("These gaps would lift it", *(called(key) for key in condition.lifts))]
                if condition.lifts
                else []
            ),
        ),
        ("condition", "owner", "due date", "GO WITH CONDITIONS"),
    )


def gap_explained(gap: GapLine) -> Explanation:
    return Explanation(
        "This gap",
        gap.title,
        (
            passage(
                "What a gap is",
                "What is not good enough yet. It lives on across reviews, until the review itself verifies it.",
            ),
            passage("Its state", STATES[gap.state]),
            passage(
                "This one",
                f"{gap.severity}: {gap.owner or 'nobody'} has it, due {full_day(gap.due) if gap.due else 'no date'}.",
                f"Seen in {plural(gap.reviews, 'review')}, {plural(gap.age, 'day')} old.",
                *gap.due_changes,
            ),
        ),
        ("gap", "verified", "claimed done", "due date"),
    )


def incident_explained(incident: Incident, as_of: date, policy: Policy) -> Explanation:
    late = sum(1 for one in incident.actions if one.done is None and one.due is not None and one.due < as_of)
    done = sum(1 for one in incident.actions if one.done is not None)
    return Explanation(
        incident.name,
        f"{incident.name} {incident.title}",
        (
            passage(
                "What an incident does",
                SEVERITIES[incident.severity] if incident.worst is incident.severity else LOWERED[incident.worst],
                f"A sev1 or sev2 that is closed without an eval case stays a condition for {policy.eval_case_days} days.",
            ),
            passage(
                "This one",
                "It is open: it has no time of its end yet, or its note is not closed."
                if incident.open
                else "It is closed.",
                f"{done} of {plural(len(incident.actions), 'action')} done{f', {late} late' if late else ''}."
                if incident.actions
                else "It has no action yet.",
            ),
        ),
        ("incident", "sev1", "action", "eval case"),
    )
