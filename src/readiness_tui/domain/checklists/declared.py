"""The limits a team declares so that probes can compare the log with them: each setting's meaning, unit and spelling.

Settings are stored as typed and parsed here for every probe; one that cannot be parsed is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from readiness_tui.domain.text.sanitise import one_line

SAMPLING_RATE = "sampling_rate"
#: Which golden set and which variant are meant, where several fit a run.
GOLDEN_SET, VARIANT = "golden_set", "variant"
EXPECTED_CONSTANT = "expected_constant"

#: What has to differ between records, by the word that a team declares it with where it does not, and why not.
VARYING = {
    "requests": "request",
    "questions": "question",
    "chunks": "list of chunk ids",
    "arguments": "list of tool arguments",
    "results": "tool result",
    "cost": "cost",
    "tokens": "count of tokens",
    "latency": "latency",
    "feedback": "piece of feedback",
    "users": "user",
    "outcomes": "outcome",
    "approvals": "approval id",
    "keys": "idempotency key",
    "scores": "score",
    "answers": "answer",
    "incidents": "eval case",
}


class UnusableError(ValueError):
    """A setting is not declared or cannot be parsed; the message says what to type."""


@dataclass(frozen=True, slots=True)
class UserCap:
    """The most one user may spend a day (UTC), in tokens or US dollars."""

    limit: Fraction
    dollars: bool


@dataclass(frozen=True, slots=True)
class Slo:
    """The share of requests that must succeed over a number of days."""

    target: Fraction
    days: int


_NUMBER = r"(\d{1,3}(?:[,_]\d{3})+|\d{1,15})(\.\d{1,9})?"
_AMOUNT = re.compile(rf"{_NUMBER}\s*(.*)")
_SECONDS = dict.fromkeys(("", "s", "sec", "secs", "second", "seconds"), Fraction(1)) | {
    "ms": Fraction(1, 1000),
    "min": Fraction(60),
}
_REASON = 3  # letters of a reason, at least
_SLO = re.compile(rf"(.+?)\s*(?:/|over|in|for)\s*{_NUMBER}\s*(?:d|days?)?")


def read(declared: Mapping[str, str], name: str) -> Any:
    """The setting's value, of the type that `SETTINGS` says. Raises UnusableError where it is not declared or not usable."""
    text = declared.get(name, "").strip()
    if not text:
        raise UnusableError(f"declare {name} in the review's settings first")
    what, example, parse = SETTINGS[name]
    value = parse(text if parse in (names, _constants) else " ".join(text.casefold().split()))
    if value is None:
        raise UnusableError(f"the declared {name} “{one_line(text, 40)}” is not {what}; write it like “{example}”")
    return value


def problem(name: str, text: str) -> str:
    """Why a declared text is unusable; "" if it is usable, or if the setting is not known here."""
    if name not in SETTINGS:
        return ""
    try:
        read({name: text}, name)
    except UnusableError as error:
        return str(error)
    return ""


def _amount(text: str) -> tuple[Fraction, str] | None:
    found = _AMOUNT.fullmatch(text)
    if not found:
        return None
    return Fraction(re.sub("[,_]", "", found[1]) + (found[2] or "")), found[3]


def seconds(text: str) -> Fraction | None:
    amount = _amount(text)
    if amount is None or amount[1] not in _SECONDS or not amount[0]:
        return None
    return amount[0] * _SECONDS[amount[1]]


def _whole(*units: str) -> Callable[[str], int | None]:
    def parse(text: str) -> int | None:
        amount = _amount(text)
        if amount is None or amount[1] not in ("", *units) or amount[0] < 1 or amount[0].denominator != 1:
            return None
        return int(amount[0])

    return parse


def share(text: str) -> Fraction | None:
    """0.1, 10% or 1/10 as a fraction above 0, at most 1; None where it is none of these."""
    percent = text.endswith("%")
    plain = text.removesuffix("%").strip()
    if not re.fullmatch(r"\d{1,15}(?:\.\d{1,15})?|\.\d{1,15}|\d{1,9}\s*/\s*\d{1,9}", plain):
        return None
    over, _, under = plain.partition("/")
    if under and not int(under):
        return None
    number = Fraction(over.strip()) / (int(under) if under else 1) / (100 if percent else 1)
    return number if 0 < number <= 1 else None


def names(text: str) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(name for part in re.split(r"[,;\n]", text) if (name := part.strip()))) or None


def _name(text: str) -> str | None:
    return text if text.isprintable() else None


def _constants(text: str) -> dict[str, str] | None:
    """ "cost: our own hardware; results: it answers ok" as names of `VARYING`, each with its reason."""
    found: dict[str, str] = {}
    for part in filter(str.strip, re.split(r"[;\n]", text)):
        name, _, reason = part.partition(":")
        name, reason = name.strip().casefold(), " ".join(reason.split())
        if name not in VARYING or len(reason) < _REASON:
            return None
        found[name] = reason
    return found or None


def expected_constant(declared: Mapping[str, str]) -> Mapping[str, str]:
    """What the team expects to be the same in every record, with its reason; nothing where it declares none."""
    text = declared.get(EXPECTED_CONSTANT, "").strip()
    return (_constants(text) if text else None) or {}


def _dollars(text: str) -> Fraction | None:
    amount = _amount(text.removeprefix("$").strip())
    if amount is None or amount[1] not in ("", "usd", "$", "dollar", "dollars") or not amount[0]:
        return None
    return amount[0]


def _user_cap(text: str) -> UserCap | None:
    tokens = _whole("token", "tokens")(text)
    if tokens is not None:
        return UserCap(Fraction(tokens), dollars=False)
    # A bare number means tokens: money needs a currency.
    money = _dollars(text) if re.search(r"\$|usd|dollar", text) else None
    return None if money is None else UserCap(money, dollars=True)


def _milliseconds(text: str) -> Fraction | None:
    amount = _amount(text)
    if amount is None or not amount[0]:
        return None
    return amount[0] if amount[1] == "" else (found * 1000 if (found := seconds(text)) is not None else None)


def _slo(text: str) -> Slo | None:
    found = _SLO.fullmatch(text)
    target = share(found[1]) if found else None
    if found is None or target is None or target == 1 or found[3]:  # at 100 % there is no error budget
        return None
    days = int(re.sub("[,_]", "", found[2]))
    return Slo(target, days) if 1 <= days <= 366 else None


#: name → (what it has to be, an example, its reader).
SETTINGS: dict[str, tuple[str, str, Callable[[str], Any]]] = {
    "timeout_policy": ("a number of seconds above 0", "10", seconds),
    "retry_policy": ("a whole number of attempts", "3", _whole("attempt", "attempts")),
    "step_cap": ("a whole number of steps", "12", _whole("step", "steps")),
    "quota": (
        "a whole number of requests a minute",
        "600",
        _whole("rpm", "/min", "a minute", "per minute", "requests a minute", "requests per minute"),
    ),
    "allowed_tools": ("a list of tool names", "order_lookup, ticket_open", names),
    "user_cap": ("tokens or US dollars a day", "60000 tokens” or “2.50 USD", _user_cap),
    SAMPLING_RATE: ("a share above 0, at most 1", "0.1", share),
    "request_total": ("a whole number of requests", "120000", _whole("requests")),
    "write_tools": ("a list of tool names", "refund_create, mail_send", names),
    "alert_latency_ms": ("the p95 of an hour in milliseconds", "4000", _milliseconds),
    "alert_cost": ("US dollars spent in an hour", "12.50", _dollars),
    GOLDEN_SET: ("the name of a golden set", "golden_set", _name),
    VARIANT: ("the name of a variant", "prompt-b", _name),
    EXPECTED_CONSTANT: (
        f"what is the same in every record, each with a reason ({', '.join(VARYING)})",
        "cost: the model runs on our own machines; results: the tool only says ok",
        _constants,
    ),
    "slo": ("a share below 100 % over a number of days", "99.5% / 28 days", _slo),
}
