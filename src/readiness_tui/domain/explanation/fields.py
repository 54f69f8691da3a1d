"""A field of a form explained: what it is for, what can be typed, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence

from readiness_tui.domain.checklists.declared import SETTINGS
from readiness_tui.domain.explanation.model import Explanation, passage

_DAY = "A day: 2026-12-01, 1 Dec, +14 for in two weeks."
_WHO = "The name of a person. Capitals and outer spaces do not matter; one initial is enough where only one name begins so."
_WHY = "A sentence that somebody understands who was not there. It is kept with your name, and stays in the history."
_TIME = "A time in UTC: 2026-11-21 14:05, 14:05 for today, or now. What is not known stays empty, and is never guessed."
_IDS = "Ids as the app shows them, with commas between."

#: What each field is for, by its name. A name means the same in every form that has it.
FIELDS = {
    "approver": f"Who accepts the risk by name. {_WHO}",
    "at": _TIME,
    "authors": "Who built the system. An item that only they found met is counted and printed once: no vote is taken away.",
    "baseline": "The run that the candidate is compared with: what is in use now, as a rule.",
    "by": f"A second person, because one alone does not decide it. {_WHO}",
    "case": "The high-risk case, by its id.",
    "cases": f"{_IDS} A ? before one says that it is still to come.",
    "checklists": "Which checklists the review goes through, by their ids, with spaces between. What is left out is in no sum.",
    "class": "What kind of failure it was: it shows what recurs, and where to look first.",
    "dataset": "The golden set that the run was made on, as the file does not say it.",
    "dated": f"The day on which the drill took place. {_DAY} One that lies ahead is no evidence yet.",
    "depth": "course: what fits an hour's first meeting. full: every item. What lies outside is in no sum, and its votes stay.",
    "done": f"The day on which it was done; empty, and it is open. {_DAY}",
    "due": f"By when. {_DAY} A condition without a date, or with one that has passed, makes the verdict NO-GO; every later date"
    " is kept.",
    "expires": f"The last day on which the waiver stands, at most 90 days on. {_DAY} After it the item counts as without one.",
    "facilitator": f"Who leads the meeting: reveals blind votes and records a consensus. {_WHO}",
    "file": "Where the case is written: JSON Lines, one case a line.",
    "held_on": f"The day of the meeting. {_DAY} What the review says is judged as of today until it is frozen.",
    "hit": "The hit that speaks against the item, by its id. One that is harmless is dismissed with a reason.",
    "hours": "How many hours before and after that time are compared.",
    "id": "What the new case is called: letters, digits and - . It must not be in the set yet.",
    "item": "An item by its id, as it stands before its title.",
    "judge": "The judge that scored the run: its name and version, or its digest. Two runs of two judges cannot be compared.",
    "kind": "What kind it is. Empty, and it is recognised where it can be.",
    "limit": "What the metric has to reach, the value itself included: >= 0.80, <= 3500.",
    "metric": "What people are asked about when they look at an answer.",
    "names": f"Who is here, with commas between. {_WHO} The vote is theirs together.",
    "new": "The name as it should be.",
    "note": "What somebody should know who reads this later. It changes no score.",
    "observers": "Who looks on and does not vote.",
    "old": "The name as it is written now.",
    "owner": f"Who sees to it. {_WHO} A condition without an owner makes the verdict NO-GO.",
    "path": "A file or folder on this machine, from this folder on or from the root.",
    "person": f"Whose word it is. {_WHO}",
    "points": "0 missing, 1 partial, 2 met, or n/a: what all agree on. It takes the place of the votes, which stay beside it.",
    "question": "The question as a user would ask it.",
    "reason": _WHY,
    "ref": "What proves it: an address, a path in the repository, the id of a run, a trace, a case or an incident. It is looked"
    " up when it is attached. A mere word is a claim, and leaves a vote of 2 at 1.",
    "release": "Which release is about to ship: its tag or number.",
    "reviewers": f"Who votes, with commas between. {_WHO}",
    "risk": "yes where a wrong answer does harm: then a person has to look at it, whatever the judge says.",
    "severity": "blocker holds the release back, major makes a condition, minor neither.",
    "size": "How many cases people look at. It is stored before the first one is shown, so that nobody stops when it suits.",
    "source": "Where it is known from.",
    "started": _TIME,
    "system": "What is reviewed. Its runs, traces and incidents belong to it, and prove nothing for another system.",
    "text": "What is to be said, in your own words. Empty takes it away, where that is possible.",
    "texts": "What the answer must say, with | between.",
    "title": "What it is, in one line: it stands in lists and documents.",
    "trace": "The request that went wrong, by its id.",
    "traces": f"Requests in which it shows. {_IDS}",
    "until": f"The last day on which the risk is accepted. {_DAY} After it the gap counts as open again.",
    "verdict": "What you find. What was computed, and what others say, stays beside it.",
    "verify": "How anybody can see that it is done: a test, a figure, a page.",
    "version": "Which version of the system made the run, as the file does not say it.",
    "why": _WHY,
    "witness": f"Who else saw what was shown. {_WHO} Shown to one alone is a claim.",
}
_SEV = "How bad it was: an open sev1 is NO-GO, an open sev2 a condition, sev3 and sev4 change no verdict."


def meaning(name: str, choices: Sequence[str] = ()) -> str:
    """What the field with this name is for; "" where that is not known."""
    if name in SETTINGS:
        what, example, _ = SETTINGS[name]
        return (
            f"What the team says it holds to: {what}, for example “{example}”. Proofs compare the log with it, and without it"
            " they propose nothing."
        )
    if name == "severity" and any(choice.startswith("sev") for choice in choices):
        return _SEV
    return FIELDS.get(name, "")


def field_explained(form: str, name: str, label: str, hint: str, choices: Sequence[str], proposed: str) -> Explanation:
    """`form`: the title of the form; `proposed`: what it proposes, "" for nothing."""
    return Explanation(
        "this field",
        label,
        (
            passage("What it is for", meaning(name, choices) or f"{label}, for “{form}”."),
            passage(
                "What can be typed",
                f"As: {hint}" if hint else "",
                f"Offered while typing: {', '.join(choices)}." if choices else "",
                f"Proposed: {proposed}" if proposed else "Nothing is proposed.",
            ),
            passage(
                "What is typed",
                "It is kept as a draft at once: after Esc, a refusal or a crash it stands there again. Nothing is saved before"
                " the form is.",
            ),
        ),
        (name.replace("_", " "), label),
    )
