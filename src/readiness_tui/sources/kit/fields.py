"""From a loose record to typed values: the words that own formats accept, and what is refused with a reason.

A record's keys are sorted into known ones (under their canonical names) and the rest, which is kept. A value of the
wrong type refuses the record by `RecordError`; nothing is guessed and nothing rescaled.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeGuard

import msgspec

from readiness_tui.domain.runs.model import Chunk, ToolCall
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.base import Warn
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.keys import PerKeys
from readiness_tui.sources.kit.names import is_flat_score, names_no_score

HIGH_RISK = "high_risk"
COURSE_METRIC = "faithfulness"

_SAFE = 2**53  # beyond it, whole numbers are no longer told apart as floats
_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})
_NOT_FINITE = frozenset({"nan", "inf", "-inf", "+inf", "infinity", "-infinity"})
_encode = msgspec.json.Encoder().encode
_NUMBER = re.compile(r"[ \t]*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[ \t]*", re.ASCII)
_HIGH_RISK = re.compile(r"\s*high[\s_-]?risk\s*", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*[;|]\s*")
_CHUNK_ID = ("id", "chunk_id", "chunkId", "doc_id", "document_id")
_CHUNK_TEXT = ("text", "content", "page_content", "pageContent")
_CHUNK_SOURCE = ("source", "document", "doc", "file")
_TOOL_NAME = ("name", "tool", "tool_name", "function")
_TOOL_ARGUMENTS = ("arguments", "args", "input", "parameters")
_TOOL_RESULT = ("result", "output", "response")


class Notes:
    """What is said once about many records of a file, with how many they were."""

    LIMIT = 20
    OF_A_KIND = 6

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._left: dict[str, None] = {}

    def add(self, note: str, further: str = "", times: int = 1) -> None:
        """`further`: what is said instead once there are `OF_A_KIND` notes that differ by a name alone. `times`: of how
        many records."""
        if further and note not in self._counts:
            self._kinds[further] += 1
            note = note if self._kinds[further] <= self.OF_A_KIND else further
        if note not in self._counts and len(self._counts) >= self.LIMIT:
            note = "further notes of these kinds were not counted one by one"
        self._counts[note] += times

    def left(self, column: str) -> None:
        """A column whose number is not taken as a score; all of them are named by one note."""
        self._left.setdefault(column)

    def warnings(self, where: str) -> Iterator[Warn]:
        if self._left:
            names = ", ".join([one_line(name, 40) for name in self._left][: self.LIMIT])
            more = f" and {len(self._left) - self.LIMIT} more" if len(self._left) > self.LIMIT else ""
            yield Warn(f"{where}: {names}{more}: stays with the record; name it under `scores` to count as a score.")
        for note, n in self._counts.items():
            yield Warn(f"{where}: {note} ({n:,} {'record' if n == 1 else 'records'}).")


def as_json(value: Any) -> str:
    """Compact JSON text; a string stays as it is."""
    return value if type(value) is str else _encode(value).decode()


def text(known: Mapping[str, Any], name: str) -> str | None:
    """A text; numbers and true or false as they are written. None where absent or null."""
    value = known.get(name)
    if value is None or type(value) is str:
        return value
    if isinstance(value, (bool, int, float)):
        return as_json(value)
    raise RecordError(f"{name} is {_kind(value)}, and a text is needed")


def prose(known: Mapping[str, Any], name: str) -> str | None:
    """A text, or whatever structure stands there (a message list, an error object) as JSON text."""
    value = known.get(name)
    return None if value is None else as_json(value)


def number(known: Mapping[str, Any], name: str, *, least: float | None = None, times: float = 1) -> float | None:
    """A finite number, or text that is one; `times` brings it into our unit. None where absent, null or blank."""
    value = known.get(name)
    if value is None:
        return None
    kind = type(value)
    if kind is float or kind is int:
        if times == 1 and (least is None or value >= least) and -_SAFE < value < _SAFE:  # most are like this
            return float(value)
    elif kind is str:
        if not value.strip():
            return None
        if not_finite(value):
            raise RecordError(f"{name} is {quoted(value)}, and a finite number is needed")
        if _NUMBER.fullmatch(value) is None:
            raise RecordError(f"{name} is {quoted(value)}, and a number is needed")
        value = float(value)
    else:
        raise RecordError(f"{name} is {_kind(value)}, and a number is needed")
    try:
        finite = math.isfinite(value * times)
    except OverflowError:  # an integer beyond any float
        finite = False
    if not finite:
        raise RecordError(f"{name} is not a finite number")
    if least is not None and value < least:
        raise RecordError(f"{name} is {value:g}, and it cannot be below {least:g}")
    return float(value) * times


def whole(known: Mapping[str, Any], name: str, *, least: int = 0) -> int | None:
    """A whole number. None where absent, null or blank."""
    stated = known.get(name)
    if type(stated) is int and least <= stated < _SAFE:
        return stated
    value = number(known, name, least=least)
    if value is None:
        return None
    if not value.is_integer() or abs(value) >= _SAFE:
        raise RecordError(f"{name} is {value:g}, and a whole number is needed")
    return int(value)


def flag(known: Mapping[str, Any], name: str) -> bool | None:
    """true or false, also written as text or as 0 and 1."""
    value = known.get(name)
    if value is None or isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    if not word:
        return None
    raise RecordError(f"{name} is {quoted(value)}, and true or false is needed")


def moment(known: Mapping[str, Any], name: str, notes: Notes | None = None) -> datetime | None:
    """A time in UTC: ISO 8601 (without an offset it is taken as UTC), or seconds, ms, µs or ns since 1970.

    The unit of a number follows from its size: every time between 1973 and 5138 is told apart.
    """
    value = known.get(name)
    if value is None or value == "":
        return None
    if type(value) is str and not value.isdigit():
        try:
            time = datetime.fromisoformat(value.strip())
        except ValueError:
            raise RecordError(f"{name} is {quoted(value)}, and an ISO 8601 time is needed") from None
        if time.tzinfo is UTC:
            return time
        if time.tzinfo is None:
            if notes is not None:
                notes.add(f"{name} names no time zone; taken as UTC")
            return time.replace(tzinfo=UTC)
        try:
            return time.astimezone(UTC)
        except OverflowError:
            raise RecordError(f"{name} is {quoted(value)}, which is outside the calendar in UTC") from None
    seconds = number(known, name, least=0) or 0.0
    while seconds >= 1e11:
        seconds /= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise RecordError(f"{name} is {quoted(value)}, which is no time") from None


def texts(known: Mapping[str, Any], name: str, *, table: bool = False) -> tuple[str, ...] | None:
    """A list of texts, or a single one. In a table cell: a JSON list, or parts between `;` or `|`."""
    value = known.get(name)
    if value is None:
        return None
    if table and isinstance(value, str):
        value = _cell(value) if value.lstrip().startswith("[") else _SEPARATOR.split(value.strip())
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        raise RecordError(f"{name} is {_kind(value)}, and a text or a list of texts is needed")
    for part in value:
        if not isinstance(part, (str, int, float)) or isinstance(part, bool):
            raise RecordError(f"{name} holds {_kind(part)}, and only texts are expected in it")
    return tuple(part for part in map(as_json, value) if part.strip())


def tags(known: Mapping[str, Any], rest: Mapping[str, Any], *, table: bool = False) -> tuple[str, ...]:
    """`tags`, and `high_risk` where the record says `risk: high`, `high_risk: true` or spells that tag otherwise."""
    found = list(texts(known, "tags", table=table) or ())
    said = str(rest.get("risk", "")).strip().lower() == "high" or str(rest.get(HIGH_RISK, "")).strip().lower() in _TRUE
    if said or any(_HIGH_RISK.fullmatch(tag) for tag in found):
        found.append(HIGH_RISK)
    return tuple(dict.fromkeys(found))


def chunks(known: Mapping[str, Any], name: str, *, table: bool = False) -> tuple[Chunk, ...] | None:
    """Retrieved chunks: ids as texts, or objects with id, rank, score, text, source. None: not logged; (): none."""
    value = known.get(name)
    if value is None:
        return None
    if table and isinstance(value, str):
        value = _cell(value) if value.lstrip()[:1] in ("[", "{") else _SEPARATOR.split(value.strip())
    if not isinstance(value, list):
        raise RecordError(f"{name} is {_kind(value)}, and a list of chunks is needed")
    return tuple([_chunk(part, name) for part in value])


def tool_calls(known: Mapping[str, Any], name: str, *, table: bool = False) -> tuple[ToolCall, ...] | None:
    """Tool calls: objects with name, arguments, result, error, attempt; a bare text is a name. None: not logged."""
    value = known.get(name)
    if value is None:
        return None
    if table and isinstance(value, str):
        value = _cell(value) if value.lstrip()[:1] in ("[", "{") else _SEPARATOR.split(value.strip())
    if not isinstance(value, list):
        raise RecordError(f"{name} is {_kind(value)}, and a list of tool calls is needed")
    return tuple([_tool_call(part, name) for part in value])


def is_score(name: str, value: Any) -> bool:
    """Whether a figure that no format names may be a metric: a number, and not the kind that names or counts something."""
    return is_number(value) and not names_no_score(name)


def is_number(value: Any) -> TypeGuard[float]:
    """A finite number of at most 64 bits, not true or false."""
    return (type(value) is int and -(2**63) <= value < 2**63) or (type(value) is float and math.isfinite(value))


def cell_score(name: str, value: Any) -> float | None:
    """The metric in a table cell of a column that no format names; None where it holds none."""
    if type(value) is not str or names_no_score(name) or _NUMBER.fullmatch(value) is None:
        return None
    parsed = float(value)
    return parsed if math.isfinite(parsed) else None


def not_finite(value: Any) -> bool:
    """Whether a table cell holds NaN or an infinity, as data frame libraries write them."""
    return isinstance(value, str) and value.strip().lower() in _NOT_FINITE


def drop_not_finite(parts: tuple[dict[str, Any], ...], notes: Notes) -> None:
    """Take NaN and infinities in table cells as missing values, and say so once a column."""
    for part in parts:
        for name in [name for name, value in part.items() if not_finite(value)]:
            del part[name]
            notes.add(f"{name} is NaN or infinite; taken as missing")


def flat_score(name: str, value: Any, *, table: bool = False) -> tuple[float | None, bool]:
    """The score in a field that no format names, and whether the number in it was left out as perhaps none."""
    found = cell_score(name, value) if table else float(value) if is_score(name, value) else None
    counts = found is not None and is_flat_score(name, found)
    return found if counts else None, found is not None and not counts


def metrics(explicit: Any, rest: dict[str, Any], notes: Notes, *, table: bool = False) -> dict[str, float]:
    """The explicit `scores`, and every further field that is a metric; those leave `rest`."""
    if isinstance(explicit, str) and table:
        explicit = _cell(explicit)
    if explicit is not None and not isinstance(explicit, dict):
        raise RecordError("scores is not an object of names and numbers")
    found: dict[str, float] = {}
    stated: dict[str, Any] = explicit or {}
    for name, value in stated.items():
        score = float(value) if isinstance(value, bool) else number(stated, name)
        if score is not None:
            found[name] = score
    for name, value in list(rest.items()):
        score, left = flat_score(name, value, table=table)
        if left:
            notes.left(name)
        if score is not None and name not in found:
            found[name] = score
            del rest[name]
    if rest.get(COURSE_METRIC) is not None:
        number(rest, COURSE_METRIC)  # the course's own metric is never kept as something else
    return found


def _present(*names: tuple[str, ...]) -> PerKeys[tuple[tuple[str, ...], ...]]:
    """For a set of keys, which of each of these names it has, in the order of the names."""
    return PerKeys(lambda keys: tuple([tuple([name for name in some if name in keys]) for some in names]))


_CHUNK_KEYS = _present(_CHUNK_TEXT, _CHUNK_SOURCE, _CHUNK_ID, ("metadata", "rank", "score"))
_CALL_KEYS = _present(_TOOL_NAME, _TOOL_ARGUMENTS, _TOOL_RESULT, ())


def _chunk(part: Any, name: str) -> Chunk:
    if not isinstance(part, dict):
        if isinstance(part, str):
            return Chunk(part)
        if isinstance(part, int) and not isinstance(part, bool):
            return Chunk(str(part))
        raise RecordError(f"{name} holds {_kind(part)}, and a chunk is a text or an object")
    texts, sources, idents, others = _CHUNK_KEYS[tuple(part)]
    body = _first(part, texts) if texts else None
    source = _first(part, sources) if sources else None
    if source is None and "metadata" in others and isinstance(part["metadata"], dict):
        source = _first(part["metadata"], _CHUNK_SOURCE)
    ident = _first(part, idents) if idents else None
    if ident is None:
        ident = source if source is not None else body
    if ident is None:
        raise RecordError(f"{name} holds a chunk without id, source or text")
    return Chunk(
        ident if type(ident) is str else as_json(ident),
        whole(part, "rank") if "rank" in others else None,
        number(part, "score") if "score" in others else None,
        None if body is None else as_json(body),
        None if source is None else as_json(source),
    )


def _tool_call(part: Any, name: str) -> ToolCall:
    if not isinstance(part, dict):
        if isinstance(part, str):
            return ToolCall(part)
        raise RecordError(f"{name} holds {_kind(part)}, and a tool call is a text or an object")
    inner = part.get("function")
    if isinstance(inner, dict):  # the chat completion shape: {"function": {"name", "arguments"}}
        part = {**inner, **{key: value for key, value in part.items() if key != "function"}}
    names, given, returned, _ = _CALL_KEYS[tuple(part)]
    called = _first(part, names)
    if not isinstance(called, str) or not called:
        raise RecordError(f"{name} holds a tool call without a name")
    arguments, result, error = _first(part, given), _first(part, returned), part.get("error")
    return ToolCall(
        name=called,
        arguments=None if arguments is None else as_json(arguments),
        result=None if result is None else result_json(result),
        error=None if error is None else as_json(error),
        attempt=whole(part, "attempt"),
    )


def result_json(value: Any) -> str:
    """A tool's result as JSON text: a plain text is one too."""
    return _encode(value).decode()


def _first(part: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        value = part.get(name)
        if value is not None:
            return value
    return None


def _cell(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise RecordError(f"the cell {quoted(value)} is not valid JSON") from None


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return as_json(value)
