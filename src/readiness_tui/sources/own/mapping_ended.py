"""How a proposed mapping says how records ended: which column tells it, and what its words mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from readiness_tui.domain.text.sanitise import to_json
from readiness_tui.sources.own.mapping_columns import Column, named
from readiness_tui.sources.own.mapping_words import meaning
from readiness_tui.sources.settings.mapping import ASKED
from readiness_tui.sources.tracing.outcome import outcome_of

_WORDS = 12  # different words of a column that says how cases ended, at most
_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})
#: Flags whose true says that it went wrong.
_FAILED = "failed is_failed has_failed fail failure is_failure incorrect is_incorrect"
_ERRED = "has_error has_errors is_error errored error_occurred crashed"


@dataclass(frozen=True, slots=True)
class Ended:
    """How the mapping says how records ended: its lines, and the columns that they need."""

    lines: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()


def how_ended(found: dict[str, Column], columns: Mapping[str, Column]) -> Ended:
    """Takes `status` and `success` out of the fields found, and maps what their words mean."""
    for name in ("status", "success"):
        column = found.get(name)
        if column is None:
            continue
        words = column.words
        if not words:
            continue
        if name == "status" and all(outcome_of(word) is not None for word in words):
            return Ended(_beside(columns, column))
        if name == "success" and all(_flag(word) is not None for word in words):
            return Ended(_beside(columns, column))
        del found[name]
        numbers = bool(column.numbers) and not all(word.strip() in ("0", "1", "0.0", "1.0") for word in words)
        if numbers or len(words) > _WORDS or "status" in found:
            continue
        found.pop("success", None)
        told = {word: meaning(word) or ASKED for word in words}
        return Ended((_status(column, told), *_beside(columns, column)), (column,))
    return Ended() if {"status", "success"} & found.keys() else _inverse(columns)


def _inverse(columns: Mapping[str, Column]) -> Ended:
    """A flag that is true where a record went wrong. Where none says that it went well, `false` is not a pass."""
    failed, erred = _flagged(columns, _FAILED), _flagged(columns, _ERRED)
    if failed is not None:
        # A mapping reads one column: where errors are flagged beside failures, which of both a row is has to be said.
        some = erred is not None and any(_flag(word) for word in erred.words)
        told = {word: (ASKED if some else "fail") if _flag(word) else "pass" for word in failed.words}
        if erred is not None and some:
            told = dict.fromkeys(told, ASKED)
        return Ended((_status(failed, told), *_beside(columns, failed)), (failed,))
    if erred is not None:
        told = {word: "error" if _flag(word) else "unknown" for word in erred.words}
        return Ended((_status(erred, told),), (erred,))
    return Ended()


def _beside(columns: Mapping[str, Column], taken: Column) -> tuple[str, ...]:
    """What is said of a flag of failures or errors that the mapping does not read beside the one that it reads."""
    others = (_flagged(columns, names) for names in (_FAILED, _ERRED))
    return tuple(
        f"# not taken: {to_json(one.name, indent=None)}"
        + (
            " is true in some rows, and how a record ended is read from one column: put both in one"
            if any(_flag(word) for word in one.words)
            else ", which is false in every row looked at"
        )
        for one in others
        if one is not None and one is not taken
    )


def _flagged(columns: Mapping[str, Column], names: str) -> Column | None:
    column = named(columns, names)
    flags = column is not None and bool(column.words) and all(_flag(word) is not None for word in column.words)
    return column if flags else None


def _flag(word: str) -> bool | None:
    word = word.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _status(column: Column, told: Mapping[str, str]) -> str:
    note = "" if ASKED not in told.values() else "  # say what the words with a question mark mean"
    shown = {word: value if value != ASKED else to_json(value, indent=None) for word, value in told.items()}
    pairs = ", ".join(f"{to_json(word, indent=None)}: {value}" for word, value in shown.items())
    name = to_json(column.name, indent=None)
    name = column.name if name == f'"{column.name}"' and column.name.isidentifier() and column.name.isascii() else name
    return f"  status: {{column: {name}, values: {{{pairs}}}}}{note}"
