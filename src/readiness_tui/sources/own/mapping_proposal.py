"""Proposes a mapping (`settings/mapping.py`) for a file of unknown format, from its column names and first values.

A starting point for a person to correct: a guessed unit or direction is marked by a comment. Nothing is imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.metrics.registry import guess_direction, normal, resolve
from readiness_tui.domain.text.sanitise import one_line, to_json, visible
from readiness_tui.sources.kit.fileio import head
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.tracing.outcome import outcome_of

COLUMNS = 200  # columns read at most
_SCORES = 12  # scores proposed at most
_WORDS = 6  # status words shown at most

# Our field → common column names for it, the most reliable first.
_BOTH = {
    "question": "question user_question user_input input prompt query user_query request instruction message text",
    "status": "status outcome verdict result grade",
    "success": "success passed pass is_correct correct ok",
    "error": "error error_message exception",
    "tokens_in": "tokens_in input_tokens prompt_tokens tokens_prompt",
    "tokens_out": "tokens_out output_tokens completion_tokens tokens_completion",
    "retrieved_chunks": "retrieved_chunks chunks contexts retrieved_contexts retrieval_context documents",
    "tool_calls": "tool_calls tools_called tools",
    "cached": "cached cache_hit from_cache",
}
_ANSWER = "output answer response reply completion prediction generated_text generation model_output actual_output"
_CASES = _BOTH | {
    "case_id": "case_id test_id example_id sample_id item_id question_id row_id id uid uuid key",
    "output": _ANSWER,
    "variant": "variant configuration",
    "repeat": "repeat repetition epoch trial attempt",
    "tags": "tags labels category categories",
    "risk": "risk risk_level",
}
_TRACES = _BOTH | {
    "trace_id": "trace_id traceid request_id requestid correlation_id",
    "answer": _ANSWER,
    "started_at": "started_at start_time timestamp time created_at ts date",
    "model": "model model_name",
    "prompt_version": "prompt_version",
    "app_version": "app_version release",
    "index_version": "index_version",
    "feedback": "feedback user_feedback thumbs",
    "user": "user_id user",
    "session": "session_id conversation_id thread_id session",
}
_LATENCY = re.compile(r"(?:.*_)?(?:latency|duration|elapsed|took|response_time|runtime)(?:_.*)?")
_COST = re.compile(r"(?:.*_)?(?:cost|price|usd|cents)(?:_.*)?")
_TIME_UNITS = {"ms": "ms", "msec": "ms", "millis": "ms", "milliseconds": "ms", "s": "s", "sec": "s", "secs": "s",
               "seconds": "s", "us": "us", "micros": "us", "ns": "ns", "nanos": "ns"}  # fmt: skip
_SCORE = re.compile(r"(?:.*_)?(?:scores?|rating|judge|eval|metric)(?:_.*)?")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_RESERVED = frozenset({"null", "true", "false"})


@dataclass(slots=True)
class _Column:
    name: str
    values: list[Any] = field(default_factory=list)  # not empty ones

    @property
    def numbers(self) -> list[float]:
        """Its values as numbers; none where one of them is something else."""
        try:
            found = [float(value) for value in self.values if isinstance(value, bool | int | float | str)]
        except (ValueError, OverflowError):
            return []
        return found if len(found) == len(self.values) else []


def propose(path: Path) -> str:
    """A mapping for the file as YAML; "" if no column looks like an id or a question. Never raises."""
    try:
        look = peek(head(path))
    except ReadinessError:
        return ""
    wrapper, rows = _rows(look)
    columns = _columns(rows)
    kind, fields = "traces", _TRACES
    if _named(columns, _TRACES["trace_id"]) is None or _named(columns, "case_id test_id example_id") is not None:
        kind, fields = "cases", _CASES
    found = {name: column for name, names in fields.items() if (column := _named(columns, names)) is not None}
    if not {"trace_id", "case_id", "question"} & found.keys():
        return ""
    used = [column.name for column in found.values()]
    rest = [column for column in columns.values() if column.name not in used]
    latency = next((one for one in rest if one.numbers and _LATENCY.fullmatch(normal(one.name))), None)
    cost = next((one for one in rest if one.numbers and one is not latency and _COST.fullmatch(normal(one.name))), None)
    scores = [one for one in rest if one is not latency and one is not cost and _is_score(one)][:_SCORES]
    out = [f"kind: {kind}"]
    if wrapper:
        out.append(f"records: {_text(wrapper)}")
    out.append("columns:")
    out += [line for name, column in found.items() for line in _field(name, column)]
    if latency is not None:
        out.append(f"  latency: {_latency(latency)}")
    if cost is not None:
        unit = "cents" if "cent" in normal(cost.name) else "USD"
        out.append(f"  cost: {{column: {_text(cost.name)}, unit: {unit}}}")
    if scores:
        out.append("scores:")
        out += [_score(name, column) for name, column in _names(scores).items()]
    taken = {*used, *(one.name for one in (latency, cost, *scores) if one is not None)}
    if left := [_text(column.name) for column in columns.values() if column.name not in taken]:
        out.append(f"# kept with each record, as it is: {one_line(', '.join(left), 400)}")
    return "\n".join(out) + "\n"


def _rows(look: Peek) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """The key of the list if an object contains its records in one, and the first records."""
    if look.kind is not FileKind.OBJECT:
        return "", look.records
    keys = dict.fromkeys(path.split(".")[0] for path in look.outline if path.split(".")[1:2] == ["[]"])
    wrapper = max(keys, key=lambda key: len(look.below(key)), default="")
    if not look.below(wrapper):
        return "", look.records
    whole = look.records[0].get(wrapper) if look.records else None
    if isinstance(whole, list):
        return wrapper, [row for row in whole[:20] if isinstance(row, dict)]
    step = f"{wrapper}.[]."
    return wrapper, [{path.removeprefix(step): value for path, value in look.outline.items() if path.startswith(step)}]


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, _Column]:
    """Columns by name; a key inside an object is `outer.inner`. Unreadable names are left out."""
    found: dict[str, _Column] = {}
    for row in rows:
        for name, value in _flat(row):
            if name not in found and (len(found) >= COLUMNS or not 0 < len(name) <= 200 or visible(name) != name):
                continue
            column = found.setdefault(name, _Column(name))
            if value is not None and value != "":
                column.values.append(value)
    return found


def _flat(row: Mapping[str, Any], outer: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    for key, value in row.items():
        if isinstance(value, dict) and value and depth < 2:
            yield from _flat(value, f"{outer}{key}.", depth + 1)
        else:
            yield f"{outer}{key}", value


def _named(columns: Mapping[str, _Column], names: str) -> _Column | None:
    """The column with the first of these names that exists; else one whose inner key has it."""
    whole: dict[str, _Column] = {}
    inner: dict[str, _Column] = {}
    for column in columns.values():
        snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.name)
        whole.setdefault(normal(snake), column)
        inner.setdefault(normal(snake.rsplit(".", 1)[-1]), column)
    return next((place[name] for place in (whole, inner) for name in names.split() if name in place), None)


def _field(name: str, column: _Column) -> list[str]:
    line = f"  {name}: {_text(column.name)}"
    words = list(dict.fromkeys(str(value) for value in column.values))
    if name == "status" and any(outcome_of(word) is None for word in words):
        said = ", ".join(_text(one_line(word, 30)) for word in words[:_WORDS])
        line += f"  # say what its words mean: {{column: …, values: {{{said}: pass, fail or error}}}}"
    return [line]


def _latency(column: _Column) -> str:
    last = normal(column.name).rsplit("_", 1)[-1]
    if unit := _TIME_UNITS.get(last):
        return f"{{column: {_text(column.name)}, unit: {unit}}}"
    middle = sorted(column.numbers)[len(column.numbers) // 2]
    return f"{{column: {_text(column.name)}, unit: {'ms' if middle >= 50 else 's'}}}  # the unit is a guess: check it"


def _is_score(column: _Column) -> bool:
    """A known metric or a score-like name, with only numbers; not a metric of a whole run."""
    name = normal(column.name.rsplit(".", 1)[-1])
    known = resolve(name)
    if not column.numbers or (known is not None and known.unit in ("ms", "USD", "usd", "tokens")):
        return False
    return known is not None or guess_direction(name) is not None or bool(_SCORE.fullmatch(name))


def _names(scores: Sequence[_Column]) -> dict[str, _Column]:
    """Scores by their inner key; by their full name if two have the same inner key."""
    found: dict[str, _Column] = {}
    for column in scores:
        inner = column.name.rsplit(".", 1)[-1]
        found.setdefault(column.name if inner in found else inner, column)
    return found


def _score(name: str, column: _Column) -> str:
    known = resolve(name)
    parts = [f"column: {_text(column.name)}"]
    guesses = []
    if known is None:
        parts.append(f"direction: {guess_direction(name) or 'higher'}")
        guesses.append("the direction")
    if known is not None and 1 < max(column.numbers) <= 100:
        parts.append("unit: percent")
        guesses.append("the unit")
    note = (
        f"  # {' and '.join(guesses)} {'is a guess' if len(guesses) == 1 else 'are guesses'}: check" if guesses else ""
    )
    return f"  {_text(name)}: {{{', '.join(parts)}}}{note}"


def _text(value: str) -> str:
    """The value as YAML text: plain if possible, else quoted."""
    plain = _PLAIN.fullmatch(value) and value.casefold() not in _RESERVED
    return value if plain else to_json(value, indent=None)
