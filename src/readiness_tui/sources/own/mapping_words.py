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
_MEANINGS = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}
_AFTERWARDS = re.compile(r"[(\[{:;,].*$", re.DOTALL)
_NOT = re.compile(r"(?:not|never|didn't|did not|un)[ _-]+(.+)")


def meaning(word: str) -> str | None:
    """pass, fail, error or unknown; None where nothing says which."""
    outcome = outcome_of(word)
    if outcome is not None:
        return _OURS[outcome]
    bare = " ".join(_AFTERWARDS.sub("", word.replace("\ufe0f", "")).casefold().split())
    if bare in ("n/a", "not run", "not applicable"):
        return "unknown"
    if bare in _MEANINGS:
        return _MEANINGS[bare]
    if denied := _NOT.fullmatch(bare):
        return {"pass": "fail"}.get(_MEANINGS.get(denied[1], ""))
    told = {found for part in bare.split() if (found := _MEANINGS.get(part.strip(".!-–"))) is not None}
    return told.pop() if len(told) == 1 and len(bare.split()) <= 2 else None
