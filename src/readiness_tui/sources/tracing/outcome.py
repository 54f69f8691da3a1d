"""The meaning of the status words of many tools."""

from __future__ import annotations

from readiness_tui.domain.runs.model import Outcome

_WORDS = {
    Outcome.SUCCESS: "success successful succeeded ok completed complete pass passed done",
    Outcome.FAIL: "fail failed failure incorrect wrong",
    Outcome.ERROR: "error errored exception timeout timed_out crashed",
    Outcome.ABSTAIN: "abstain abstained refused refusal declined no_answer",
}


_OUTCOMES = {word: outcome for outcome, words in _WORDS.items() for word in words.split()}


def outcome_of(status: str | None) -> Outcome | None:
    """The meaning of a status word; None if unknown."""
    return None if status is None else _OUTCOMES.get(status.strip().lower().replace(" ", "_").replace("-", "_"))
