"""The words of a verdict and of what follows from it."""

from __future__ import annotations

from readiness_tui.domain.glossary.model import Term, TermGroup

VERDICT = TermGroup(
    "The verdict",
    (
        Term(
            "verdict",
            "The answer of a review: GO, GO WITH CONDITIONS or NO-GO. It is the worst of gate, checklists and incidents, never an"
            " average.",
            page="scoring.md#the-verdict",
        ),
        Term(
            "GO",
            "Gate, checklists and incidents hold nothing against the release. It lapses after 90 days.",
            why="Ship it.",
            page="scoring.md#the-verdict",
        ),
        Term(
            "GO WITH CONDITIONS",
            "Nothing forbids the release, and something is left to do, by a named person, until a day. It lapses at the earliest"
            " of those days.",
            also=("conditional go",),
            why="Ship it if the conditions are accepted; see to each of them by its day.",
            page="scoring.md#the-verdict",
        ),
        Term(
            "NO-GO",
            "At least one thing forbids the release: a blocker, a required metric, a section below 60 %, too little assessed,"
            " an open sev1 incident, or a condition without owner or date, or overdue.",
            why="The Overview says the fewest changes that would better it.",
            page="scoring.md#the-verdict",
        ),
        Term(
            "cause",
            "One reason why the verdict is not GO. Each has one thing to do, and Enter leads to it.",
            also=("why", "what stops it"),
        ),
        Term(
            "condition",
            "An act that somebody can do, with an owner and a day. Until it is done the verdict is GO WITH CONDITIONS at best;"
            " without owner or day, or once the day has passed, it is NO-GO.",
            also=("conditions", "closing list"),
            page="scoring.md#conditions",
        ),
        Term(
            "remark",
            "Something worth knowing that changes no verdict. It is printed where it belongs.",
            also=("note",),
            page="gate.md",
        ),
        Term(
            "to reach",
            "The fewest changes that would reach the next better verdict, and how many conditions would remain then. A waiver is"
            " never among them.",
            also=("what would change that", "to reach GO", "to reach GO WITH CONDITIONS", "way to go", "then"),
            page="scoring.md#what-would-change-it",
        ),
        Term(
            "as of",
            "The day that a verdict was worked out for: deadlines, waivers and windows are counted from it. Today in a live"
            " review, stored at the freeze.",
            also=("as-of",),
        ),
        Term(
            "dissent",
            "A named person does not agree with the verdict, with a reason. The computed verdict stays as it is; both are"
            " printed.",
            also=("override", "disagreement"),
        ),
        Term(
            "blocker",
            "The severest kind of item. Below met it holds the release back: missing or undecided is NO-GO, partly met or waived"
            " is a condition.",
            also=("blockers",),
            page="scoring.md#items",
        ),
        Term(
            "open, partial, waived",
            "In the column of blockers: how many are missing or undecided, how many are partly met, how many a live waiver"
            " covers.",
            also=("blockers open",),
        ),
        Term(
            "gap",
            "What is not good enough yet: an item below met, a rule of the gate that does not pass, an open action of an"
            " incident, an accepted risk, or a case that somebody marked. It has an owner and a day, and lives on across"
            " reviews until it is verified.",
            also=("gaps",),
            page="scoring.md#gaps",
        ),
        Term(
            "due",
            "The day by which a gap or condition is to be seen to. It never moves by itself.",
            also=("due date", "day"),
        ),
        Term("overdue", "Its day has passed, and it is not done.", why="An overdue condition is NO-GO."),
        Term(
            "put off",
            "A later day took the place of one that was set before; 1× says how often.",
            also=("postponed", "deferred"),
        ),
        Term("owner", "Who sees to a gap, a condition, or the whole review."),
        Term(
            "open, in progress, claimed done, verified",
            "The states of a gap. Done by somebody's word is claimed done; verified is what a met item or a passing run shows.",
            also=("open", "in progress", "claimed done", "verified", "state", "closed"),
            page="scoring.md#gaps",
        ),
        Term("reopened", "A gap that was verified, and fails again."),
        Term(
            "accepted",
            "A risk that somebody took on, with a reason and a last day. It is not done, and comes back on that day.",
            also=("accepted risk", "accepted as a risk"),
        ),
        Term(
            "waiver",
            "A named person accepts an item below met, with a reason and a last day, at most 90 days ahead. It turns a blocker's"
            " NO-GO into a condition and never raises a score.",
            also=("waived", "waive"),
            page="scoring.md#waivers",
        ),
        Term(
            "scorecard",
            "The document of a review: verdict, reasons, conditions, gate, sections, gaps, and everything they rest on.",
            also=("card",),
        ),
        Term(
            "freeze",
            "Ends a review: its scorecard is kept byte for byte with its digest, undecided items become gaps, and nothing of it"
            " changes any more.",
            also=("frozen", "not frozen"),
            page="meeting.md",
        ),
        Term(
            "superseded",
            "A frozen scorecard that was found wrong, and in whose place a corrected review stands. The old one stays as it was.",
            also=("corrected review",),
            page="next_review.md",
        ),
        Term(
            "digest",
            "The SHA-256 of a text or of data, shortened on the screen. Two that are equal stand for the same bytes.",
            also=("hash", "checksum", "SHA-256"),
        ),
        Term(
            "changed by hand",
            "Something else than this program wrote to the file. No verdict is given of it until that is settled.",
            also=("tamper", "tampered", "history head", "chain"),
            page="tamper.md",
        ),
        Term(
            "lapsed",
            "A verdict whose time is over: it no longer says that the release may go.",
            also=("lapses", "until"),
        ),
        Term("next", "What comes next for a person to do: Space goes there.", also=("what next",)),
        Term(
            "handed in",
            "The things that the course asks a team to bring: golden set, gate, log, safety middleware, deployment checklist;"
            " then incident note and scorecard. ✓ is there, ◐ in part, ○ not yet.",
            also=("HANDED IN",),
        ),
        Term(
            "Days 15–21",
            "The last week of the 21-day course whose checklists are shipped with the program: in it the incident note and the"
            " scorecard are handed in. The Day-21 scorecard is its last piece.",
            also=("Days 15-21", "Day-21", "Day 21", "Day-21 readiness scorecard"),
        ),
        Term(
            "method",
            "The last chapter of a scorecard: which rules, versions, data and history it was made from, each by digest.",
        ),
        Term("first review", "There is no review of this system before it, so nothing to compare with."),
        Term("approver", "Who accepts a risk, by name.", also=("accepted by",)),
        Term("no verdict", "Something forbids to judge: a file that was changed by hand.", page="tamper.md"),
    ),
)
