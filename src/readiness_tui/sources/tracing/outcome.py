"""The meaning of the status words of many tools, and of what else says that something went wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from readiness_tui.domain.runs.model import Outcome

_WORDS = {
    Outcome.SUCCESS: "success successful succeeded ok completed complete pass passed done",
    Outcome.FAIL: "fail failed failure incorrect wrong",
    Outcome.ERROR: "error errored exception timeout timed_out crashed",
    Outcome.ABSTAIN: "abstain abstained refused refusal declined no_answer",
}

#: What stands where an error would, and says that there was none.
_NO_ERROR = frozenset(
    {"", "0", "false", "no", "none", "null", "nil", "undefined", "nan", "n/a", "na", "-", "ok", "success", "no error",
     "no errors", "{}", "[]", '""'}
)  # fmt: skip
_LEVELS = frozenset({"ERROR", "ERR", "FATAL", "CRITICAL", "ALERT", "EMERGENCY"})
#: Why a model stopped, where that leaves no whole answer: OpenAI and Vercel, Gemini, Anthropic and Bedrock.
STOPPED = frozenset(
    {"content_filter", "content-filter", "content_filtered", "guardrail_intervened", "refusal", "safety", "blocklist",
     "prohibited_content", "spii", "recitation", "malformed_function_call", "error", "failed"}
)  # fmt: skip
CONTRADICTED = "a request is called a success and an error stands beside it; how it ended is not known"

_OUTCOMES = {word: outcome for outcome, words in _WORDS.items() for word in words.split()}


def outcome_of(status: str | None) -> Outcome | None:
    """The meaning of a status word; None if unknown."""
    if status is None:
        return None
    known = _OUTCOMES.get(status)
    return _OUTCOMES.get(status.strip().lower().replace(" ", "_").replace("-", "_")) if known is None else known


def names_error(value: Any) -> bool:
    """Whether what stands in a field for errors is one: a flag, a message, an object, and no word for "none"."""
    if value is None or isinstance(value, (bool, int, float)):
        return bool(value) and value == value  # NaN is a table's empty cell
    if isinstance(value, str):
        return value.strip().strip(".").casefold().replace("_", " ") not in _NO_ERROR
    return bool(value)


def is_error_level(value: Any) -> bool:
    """Whether it is a logger's word for an error."""
    return isinstance(value, str) and value.strip().upper() in _LEVELS


def stopped(value: Any) -> bool:
    """Whether it is a model's reason to stop that leaves no whole answer."""
    return isinstance(value, str) and value.strip().casefold() in STOPPED


def contradicts(
    errors: Iterable[Any] = (), *, levels: Iterable[Any] = (), finishes: Iterable[Any] = (), codes: Iterable[Any] = ()
) -> bool:
    """Whether any of these, beside a word for success, speaks against it. `codes`: HTTP's."""
    return (
        any(map(names_error, errors))
        or any(map(is_error_level, levels))
        or any(map(stopped, finishes))
        or any(of_http(code) is Outcome.ERROR for code in codes)
    )


def of_http(code: Any) -> Outcome | None:
    """What an HTTP status says of a request, as a number or its digits: 4xx and 5xx are errors; None for what is none."""
    text = str(code).strip() if isinstance(code, (int, str)) and not isinstance(code, bool) else ""
    if len(text) != 3 or not (text.isascii() and text.isdigit()):
        return None
    return Outcome.ERROR if "400" <= text < "600" else Outcome.SUCCESS if "200" <= text < "400" else None
