"""The words of who takes part, and of the meeting."""

from __future__ import annotations

from readiness_tui.domain.glossary.model import Term, TermGroup

PEOPLE = TermGroup(
    "People and the meeting",
    (
        Term(
            "review",
            "One look at one system before one release: its checklists, gate, votes, and verdict.",
            also=("reviews",),
        ),
        Term("system", "What is reviewed. A file may hold several; nothing of one proves anything of another."),
        Term("release", "The version that is about to ship, under the name that the team gives it."),
        Term("reviewer", "Who votes.", also=("reviewers",), page="reviewers.md"),
        Term("facilitator", "Who turns blind voting on, reveals, and records what was agreed.", page="reviewers.md"),
        Term(
            "author",
            "Who built the system. Items that authors alone found met are counted once.",
            also=("met by authors alone",),
            page="reviewers.md",
        ),
        Term("observer", "Who looks on, attaches evidence and writes notes, and does not vote.", page="reviewers.md"),
        Term(
            "bundle",
            "A file with a review's items and proofs and nobody else's votes, to score on another machine.",
            also=("no verdict here", "kept beside"),
            page="apart.md",
        ),
        Term("reviewed alone", "The review has one reviewer: there is nothing to reveal and nobody to confirm."),
        Term(
            "blind",
            "Each scores without seeing others' votes, or labels an answer without seeing the judge's score.",
            also=("blind until reveal", "blind voting"),
            page="reviewers.md#voting-blind",
        ),
        Term(
            "reveal",
            "Shows all votes at once. It is done once, by the facilitator, and cannot be taken back.",
            also=("revealed",),
            page="reviewers.md#voting-blind",
        ),
        Term(
            "consensus",
            "The score that reviewers agreed on after they had voted differently, with a reason.",
            also=("agreed",),
        ),
        Term("disputed", "Votes on an item are two points apart.", also=("spread", "disagreements")),
        Term(
            "meeting",
            "One item at a time, large, with an agenda and a clock (m).",
            also=("agenda", "pace", "too many"),
            page="meeting.md",
        ),
        Term(
            "present", "Who is here: a score typed on a shared screen is their vote.", also=("who is here", "attendees")
        ),
        Term("saved", "The time of the last save. What is typed is stored at once.", also=("saved 14:02",)),
        Term(
            "audit",
            "The history of every change: who, when, what it was before.",
            also=("history", "changes", "audit trail"),
        ),
        Term("undone", "A change that was taken back. The history keeps both.", also=("undo", "↶", "✗ undone")),
        Term(
            "two versions",
            "Two people changed the same thing at once: both stand side by side until somebody settles them.",
            also=("rival", "settle", "#"),
        ),
        Term("oldest", "How many days the oldest open gap is open."),
        Term("age", "How long a gap is open, in days and reviews.", also=("0 d", "1 review")),
    ),
)
