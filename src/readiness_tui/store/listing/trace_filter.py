"""A filter of traces as SQL: clauses that hold for exactly the traces for which the domain's `shows` does."""

from __future__ import annotations

from typing import Any

from readiness_tui.domain.filters.model import (
    Amount,
    Condition,
    Filter,
    Like,
    Named,
    NamePattern,
    TimeRange,
)
from readiness_tui.domain.filters.trace_filter import UNKNOWN, is_outcome
from readiness_tui.store import packing, sqlite
from readiness_tui.store.codec import micros
from readiness_tui.store.schema import UNKNOWN_TIME

#: The texts that words are looked for in.
TEXTS = ("question", "answer", "id")
NAMES = {
    "status": "status",
    "error": "error",
    "model": "model",
    "prompt": "prompt_version",
    "index": "index_version",
    "release": "app_version",
    "user": "person",
    "session": "session",
    "feedback": "feedback",
}
AMOUNTS = {"latency": "latency_ms", "cost": "cost", "tokens": "(tokens_in + tokens_out)"}
_FAILED = "(error IS NOT NULL OR outcome IS 'error')"
Clause = tuple[str, list[Any]]
Past = tuple[str, str]


def clauses(wanted: Filter, past: Past | None = None) -> tuple[list[str], list[Any]]:
    """What has to hold of a row of `trace`, and the values.

    `past`: a column and "<" or ">": the query goes on in that direction from a row that met the filter. Its own bounds on that
    side are tested then, and no index begins at them: of two bounds SQLite may take the farther one, and so step over all
    that was read before.
    """
    found: list[str] = []
    values: list[Any] = []
    for condition in wanted.conditions:
        sql, given = _clause(condition, past)
        found.append(f"({sql}) IS NOT TRUE" if condition.hidden else f"({sql})")
        values += given
    return found, values


def like(text: str) -> str:
    """The LIKE pattern of a text anywhere inside another."""
    return "%" + _plain(text) + "%"


def seen_whole(text: str) -> str:
    """A text in SQL as LIKE and the word index see all of it: both stop at a NUL character."""
    return f"CASE WHEN instr({text}, char(0)) THEN {sqlite.WITHOUT_NUL}({text}) ELSE {text} END"


def _plain(text: str) -> str:
    return sqlite.without_nul(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _clause(condition: Condition, past: Past | None) -> Clause:
    if isinstance(condition, Named):
        each = [_tool(one) if condition.key == "tool" else _name(condition.key, one) for one in condition.patterns]
        return " OR ".join(sql for sql, _ in each), [value for _, values in each for value in values]
    if isinstance(condition, Amount):
        column = AMOUNTS[condition.key]
        if condition.value is None:
            return f"{column} IS NULL", []
        return f"{_tested(column, condition.sign, past)} ?", [condition.value]
    if isinstance(condition, TimeRange):
        return _between(condition, past)
    pattern = like(condition.text)
    return " OR ".join(f"{seen_whole(text)} LIKE ? ESCAPE '\\'" for text in TEXTS), [pattern] * len(TEXTS)


def _tested(column: str, sign: str, past: Past | None) -> str:
    """Column and sign of a comparison; the plus keeps an index from beginning at it."""
    return f"+{column} {sign}" if past is not None and past == (column, sign[0]) else f"{column} {sign}"


def _between(condition: TimeRange, past: Past | None) -> Clause:
    sql, values = [f"{_tested('started_at', '>', past)} ?"], [UNKNOWN_TIME]
    if condition.start is not None:
        sql.append(f"{_tested('started_at', '>=', past)} ?")
        values.append(micros(condition.start))
    if condition.end is not None:
        sql.append(f"{_tested('started_at', '<', past)} ?")
        values.append(micros(condition.end))
    return " AND ".join(sql), values


def _name(key: str, pattern: NamePattern) -> Clause:
    column = NAMES[key]
    if pattern.like is Like.NOTHING:
        return (f"NOT {_FAILED}" if key == "error" else f"{column} IS NULL"), []
    if pattern.like is Like.IS:
        outcome = is_outcome(pattern.text) if key == "status" else None
        if outcome is not None:
            return "outcome IS ?", [None if outcome == UNKNOWN else outcome]
        return f"{column} = ?", [pattern.text]
    return f"{seen_whole(column)} LIKE ? ESCAPE '\\'", [_like_of(pattern)]


def _like_of(pattern: NamePattern) -> str:
    if pattern.like is Like.PART:
        return like(pattern.text)
    return _plain(pattern.text).replace("*", "%")


def _tool(pattern: NamePattern) -> Clause:
    """A tool that was called at least once. None is recorded: the log says nothing of calls, or that there were none."""
    if pattern.like is Like.NOTHING:
        return "tool_calls IS NULL OR tool_calls = '[]'", []
    if pattern.like is Like.IS:
        return "instr(tool_calls, ?) > 0", [packing.tool_fragment(pattern.text)]
    name = seen_whole("json_extract(called.value, '$[0]')")
    called = f"SELECT 1 FROM json_each(tool_calls) AS called WHERE {name}"
    return f"EXISTS ({called} LIKE ? ESCAPE '\\')", [_like_of(pattern)]
