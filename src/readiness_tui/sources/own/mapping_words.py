"""What the words of a column of results mean: "Pass (1)", "❌ failed", "n/a"."""

from __future__ import annotations

import re

from readiness_tui.domain.runs.model import Outcome
from readiness_tui.sources.tracing.outcome import outcome_of

_OURS = {Outcome.SUCCESS: "pass", Outcome.FAIL: "fail", Outcome.ERROR: "error", Outcome.ABSTAIN: "unknown"}
_WORDS = {
    "pass": "pass passed passes passing success ok okay correct right true yes y good accepted approved valid met match"
    " matched positive green 1 1.0 ✅ ✓ ✔ ☑ 🟢 👍",
    "fail": "fail fails failed failing failure incorrect wrong false no n bad rejected denied invalid unmet mismatch negative"
    " red 0 0.0 ❌ ✗ ✘ ✖ 🔴 👎",
    "error": "error errored exception timeout crash crashed ⚠ 💥",
    "unknown": "na none null notrun skipped skip pending unknown tbd inconclusive todo - –",
}
_MARKS = frozenset("✅✓✔☑🟢👍❌✗✘✖🔴👎⚠💥")
_MEANINGS = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}
#: A number that says the same again, as sheets write it: "Pass (1)".
_AGAIN = re.compile(r"(.*\S)\s*[(\[]\s*([01])(?:\.0)?\s*[)\]]", re.DOTALL)
_AGREES = {"1": "pass", "0": "fail"}
_NOT = re.compile(r"(?:not|never|didn't|did not|un)[ _-]+(.+)")


def meaning(word: str) -> str | None:
    """pass, fail, error or unknown; None where nothing says which.

    Only a whole known word has one, with a mark or a number beside it that says the same. A word more may turn it round
    ("no issues", "passed: 3/5", "partial pass"), so a person says what that means.
    """
    outcome = outcome_of(word)
    if outcome is not None:
        return _OURS[outcome]
    bare = " ".join(word.replace("\ufe0f", "").casefold().split())
    if (again := _AGAIN.fullmatch(bare)) is not None:
        told = meaning(again[1])
        return told if told == _AGREES[again[2]] else None
    if bare in ("n/a", "not run", "not applicable"):
        return "unknown"
    if bare in _MEANINGS:
        return _MEANINGS[bare]
    if denied := _NOT.fullmatch(bare.rstrip(".!")):
        return {"pass": "fail"}.get(_MEANINGS.get(denied[1], ""))
    parts = [part.rstrip(".!") or part for part in bare.split()]
    if sum(part not in _MARKS for part in parts) > 1:
        return None
    meanings = {_MEANINGS.get(part) for part in parts}
    return meanings.pop() if len(meanings) == 1 else None
