"""The words of checklists and of their items."""

from __future__ import annotations

from readiness_tui.domain.glossary.model import Term, TermGroup

ITEMS = TermGroup(
    "Checklists and their items",
    (
        Term(
            "checklist",
            "A file of items: ours, or a team's own. Each is a section of the scorecard.",
            also=("checklists",),
            page="own_checklist.md",
        ),
        Term(
            "section",
            "A checklist within a review. Its score is the weighted average of its items.",
            also=("sections", "each"),
            page="scoring.md#a-section",
        ),
        Term(
            "item",
            "One thing that a system has to have, with a question, why it matters, what counts as evidence, and what to"
            " do.",
            also=("items",),
            page="scoring.md#items",
        ),
        Term(
            "course depth",
            "The items that fit the first hour's meeting: those of the course. Items outside a review's depth are in no sum and no"
            " gap.",
            also=("depth", "course"),
            why="`readiness new --depth full` takes all items.",
        ),
        Term("full depth", "All items of the checklists.", also=("full",)),
        Term(
            "blocker, major, minor",
            "How much an item matters; its weight in the section is 3, 2 or 1. A checklist may say another weight.",
            also=("severity", "major", "minor"),
            page="scoring.md#items",
        ),
        Term(
            "weight",
            "How much an item counts in its section. One of weight 0 informs, and counts nothing.",
            also=("informational",),
            page="scoring.md#a-section",
        ),
        Term(
            "0, 1, 2",
            "The score of an item: 0 missing, 1 partial or only claimed, 2 met.",
            also=("points", "score of an item", "[2]"),
            page="scoring.md#items",
        ),
        Term("met", "The item is there, and something shows it: 2 points.", also=("● met",)),
        Term(
            "partial", "The item is there in part, or somebody only says so: 1 point.", also=("partly met", "◐ partial")
        ),
        Term(
            "missing",
            "The item is not there: 0 points. Of a metric: there is no figure, or too few cases have it.",
            also=("○ missing",),
        ),
        Term(
            "undecided", "Nobody has voted yet. It counts 0 and stays in the sum.", also=("· undecided", "not decided")
        ),
        Term(
            "not applicable",
            "The item makes no sense for this system, with a reason. It leaves the sums; on a blocker a second person has to"
            " confirm it.",
            also=("n/a", "–", "not-applicable"),
            page="scoring.md#items",
        ),
        Term(
            "conflict",
            "A vote says more than the proof shows. The item counts the lower of both, until somebody accepts the proof or keeps"
            " the vote with a reason.",
            also=("! conflict", "contradicts", "disagrees with the vote", "vote and proof disagree"),
            page="scoring.md#proofs",
        ),
        Term("vote", "What one reviewer scores an item.", also=("votes", "score an item")),
        Term("mine", "Your own vote, which nobody else sees before the reveal."),
        Term(
            "claimed",
            "Somebody says so, and nothing is attached that could be looked up. It counts at most 1.",
            also=("claim", "only claimed", "2 claimed, counts 1"),
            why="Attach a path, an address, or the id of something imported.",
            page="scoring.md#items",
        ),
        Term(
            "evidenced",
            "Something is attached that could be looked up: a path, an address, a run, a trace, an incident, a dated drill, or"
            " what was shown in the meeting before a witness. It counts in full.",
            also=("evidence", "attached"),
            page="scoring.md#items",
        ),
        Term(
            "shown",
            "Evidence that was shown in the meeting, with a second named person as witness.",
            also=("witness", "witnessed"),
            page="meeting.md",
        ),
        Term("drill", "An exercise with a date: a rollback that was tried, a key that was revoked."),
        Term(
            "proven",
            "What you imported shows it: the program counted it in your runs, traces, golden set or incidents.",
            also=("proved", "proven by what was imported"),
            page="proofs.md",
        ),
        Term(
            "assurance",
            "How well a vote is backed: claimed, evidenced or proven.",
            page="scoring.md#items",
        ),
        Term(
            "proof",
            "A question to the imported data that answers an item: it proposes a score and shows what it counted, with examples."
            " A proposal is no vote.",
            also=("probe", "P", "proofs", "PROOF", "probe evidence"),
            page="proofs.md",
        ),
        Term(
            "proposes",
            "The score that a proof would give. It counts for nothing until somebody accepts it.",
            also=("proposal", "proposals", "accept"),
        ),
        Term(
            "keep",
            "A reviewer keeps a vote against what a proof says, with a reason. It holds until the proof's data changes.",
            also=("kept against the proof", "vote kept"),
        ),
        Term(
            "share",
            "A proof that counts: k of n records show it, with a bound. From 99 % on, unless it says otherwise, it"
            " proposes met.",
            also=("needs 99%", "k of n"),
            page="proofs.md",
        ),
        Term(
            "fact",
            "A proof that looks at single things: a lock before a run, a drill within 90 days.",
            page="proofs.md",
        ),
        Term("support", "A proof that backs a vote with a figure and proposes no score.", page="proofs.md"),
        Term(
            "refute",
            "A proof that looks for what must not be there, such as a key in the log. It never raises a score.",
            also=("hits", "hit", "dismiss", "dismissed"),
            page="proofs.md",
        ),
        Term(
            "declared",
            "A value that a person states because no file says it: a timeout, a step cap, when a run started. It is"
            " printed with the name of who said it.",
            also=("declare", "declared facts"),
        ),
        Term(
            "assessed",
            "The share of items with a decision, by weight. Below 90 % the verdict is NO-GO, below 100 % there is a condition.",
            also=("assessed %", "items with a score, of all"),
            page="scoring.md#a-section",
        ),
        Term(
            "score",
            "What a section reached of what it could: the sum of weight × points over the sum of weight × 2, in percent, rounded"
            " down. Below 60 % is NO-GO, below 80 % a condition.",
            also=("%", "percentage", "section score"),
            page="scoring.md#a-section",
        ),
        Term(
            "weakest section",
            "The section with the lowest score. It, and not the average, is the headline.",
            also=("weakest", "headline"),
            page="scoring.md#a-section",
        ),
        Term(
            "mean", "Of sections: their average score, which decides nothing. Of a metric: its average over the cases."
        ),
        Term(
            "effective points",
            "What an item counts: a vote of 2 that is only claimed counts 1, one that a proof contradicts"
            " counts what the proof says.",
            also=("counts at most 1",),
            page="scoring.md#items",
        ),
        Term(
            "found, not found, not checked here",
            "What came of looking a piece of evidence up when it was attached. What was not"
            " found is a claim; what could not be looked up here is one condition, until `readiness evidence verify` clears it.",
            also=(
                "found",
                "not found",
                "absent",
                "not checked here",
                "not committed",
                "looked up",
                "vouched for",
                "an address",
                "not looked up",
            ),
            page="scoring.md#items",
        ),
        Term(
            "last time",
            "The vote of the review before, beside the item. It counts for nothing until somebody confirms it.",
            also=("last: 2", "last", "carried", "confirmed together", "carried, confirmed together"),
            page="next_review.md",
        ),
        Term(
            "copy to siblings",
            "Gives the items that share a gap the same vote and evidence.",
            also=("same as", "same_as", "share a gap"),
        ),
        Term("tick", "A part of an item that is done, where the item lists its parts.", also=("ticks", "ticked")),
        Term("improve", "What to do where an item is not met.", also=("to do", "what to do", "→")),
        Term(
            "stands",
            "What an item counts as now, after votes, proofs, consensus and waivers.",
            also=("standing",),
            page="scoring.md#several-votes",
        ),
        Term(
            "section with, section without",
            "The section's score as it stands, and as it would be without the waiver or the not-applicable in that row.",
            also=("section with", "section without"),
        ),
        Term(
            "query",
            "Which proof was asked; the page of proofs has its definition.",
            also=("examples",),
            page="proofs.md",
        ),
        Term(
            "window and sampling",
            "From when to when the counted requests are, and whether all requests were logged or a share of them.",
            also=("sampling", "sampled", "every request"),
        ),
        Term("rests on", "The data that a proof or a figure was counted from, by digest."),
        Term(
            "not voted yet",
            "In the changes since the last review: nobody has voted this time. It is not the same as worse.",
            also=("judgement", "checklist version", "gate version"),
            page="next_review.md#what-changed",
        ),
    ),
)
