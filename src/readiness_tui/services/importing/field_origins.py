"""Which part of a raw record became which field: found by comparing the two, so that it holds for every source.

A path of the raw record is where a field comes from if, in nearly all records that carry the field, the same value
stands there (a time may be in seconds, milliseconds or nanoseconds). Nothing is declared by the sources, so nothing can be declared
wrongly; what is not found that way (a sum, a mean, a word that was translated) is left without a path.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from readiness_tui.domain.metrics import normal
from readiness_tui.domain.runs.model import Case, Trace

SAMPLE = 200  # records compared
MAX_LEAVES = 3_000  # of one record
MAX_PATHS = 3  # named for one field
_AGREE = 0.9
_SCALES = (1000.0, 0.001, 0.000001)  # seconds, microseconds, nanoseconds to milliseconds
_TEXT = 4_000  # characters compared
#: A status is a translated word: it is looked for where the raw record says one thing for each status.
_STATUS_WORDS = ("status", "success", "pass", "state", "correct", "error", "failure", "value")


@dataclass(frozen=True, slots=True)
class FieldUse:
    """A field of the model: in how many of the sampled records it is there, and from which paths it came."""

    name: str
    filled: int
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tracked:
    """What the sampled records show. `unused`: paths that stand in most of them and became no field."""

    sampled: int
    fields: tuple[FieldUse, ...]
    unused: tuple[str, ...]


class OriginTracker:
    """Takes pairs of a raw record and what was made of it, up to `SAMPLE`."""

    def __init__(self) -> None:
        self.sampled = 0
        self._filled: Counter[str] = Counter()
        self._hits: dict[str, Counter[str]] = defaultdict(Counter)
        self._values: dict[str, set[str]] = defaultdict(set)
        self._seen: Counter[str] = Counter()
        self._status: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def add(self, made: Case | Trace, raw: str) -> None:
        """Compare one record with what it became; further ones than `SAMPLE` are not looked at."""
        if self.sampled >= SAMPLE:
            return
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            return
        self.sampled += 1
        leaves: dict[str, list[Any]] = defaultdict(list)
        for count, (path, leaf) in enumerate(_leaves(value)):
            if count >= MAX_LEAVES:
                break
            leaves[path].append(leaf)
        self._seen.update(leaves.keys())
        for name, parts in _canonical(made).items():
            self._filled[name] += 1
            self._values[name].update(_word(part) for part in parts)
            for path, found in leaves.items():
                if all(any(_same(name, part, leaf) for leaf in found) for part in parts):
                    self._hits[name][path] += 1
        for path, found in leaves.items():
            if any(word in path.lower() for word in _STATUS_WORDS) and len(found) == 1:
                self._status[path][_word(found[0])].add(_word(_status(made)))

    def result(self) -> Tracked:
        """What the records showed."""
        used: set[str] = set()
        fields = []
        for name, filled in self._filled.items():
            paths = self._paths(name, filled)
            used |= set(paths)
            fields.append(FieldUse(name, filled, paths))
        unused = [path for path, n in self._seen.most_common() if path not in used and 2 * n >= self.sampled]
        return Tracked(self.sampled, tuple(fields), tuple(unused))

    def _paths(self, name: str, filled: int) -> tuple[str, ...]:
        if name in ("status", "outcome"):
            sure = [path for path, words in self._status.items() if self._tells(words) and self._seen[path] == filled]
            return tuple(sorted(sure, key=lambda path: (path.count("."), path))[:1])
        hits = [(n, path) for path, n in self._hits[name].items() if n >= _AGREE * filled]
        hits.sort(key=lambda hit: (-hit[0], hit[1].count("."), len(hit[1]), hit[1]))
        # Where two scores agree in every record, the path that has the score's name is meant.
        own = normal(name.removeprefix("scores."))
        named = [path for _, path in hits if own in normal(path)]
        if named:
            return tuple(named[:MAX_PATHS])
        # One value that never changes stands in many places by chance, unless it is a text of some length.
        if len(self._values[name]) < 2 and all(len(value) < 4 for value in self._values[name]):
            return ()
        return tuple(path for _, path in hits[: 1 if name.startswith("scores.") else MAX_PATHS])

    @staticmethod
    def _tells(words: Mapping[str, set[str]]) -> bool:
        """Whether each raw word means one status, and there are at least two, not more words than statuses need."""
        meant = [next(iter(found)) for found in words.values() if len(found) == 1]
        return len(meant) == len(words) <= 6 and len(set(meant)) >= 2


def _status(made: Case | Trace) -> Any:
    return made.status if isinstance(made, Case) else made.outcome


def _canonical(made: Case | Trace) -> dict[str, list[Any]]:
    """The fields that are present, with their values."""
    found: dict[str, list[Any]] = {}

    def put(name: str, *values: Any) -> None:
        kept = [value for value in values if value not in (None, "")]
        if kept:
            found[name] = kept

    put("id", made.id)
    put("question", made.question)
    if isinstance(made, Case):
        put("status", made.status)
        put("output", made.output)
        put("variant", made.variant)
        put("latency_ms", made.latency_ms.value)
        put("cost", made.cost.value)
        for name, score in made.scores.items():
            put(f"scores.{name}", score.label if score.label is not None else score.value)
    else:
        put("outcome", made.outcome)
        put("answer", made.answer)
        put("latency_ms", made.latency_ms)
        put("cost", made.cost)
        put("prompt_version", made.prompt_version)
        put("model", made.model)
        put("user", made.user)
        put("session", made.session)
        put("feedback", made.feedback)
        for name, value in made.scores.items():
            put(f"scores.{name}", value)
    put("error", made.error)
    put("tokens_in", made.tokens_in)
    put("tokens_out", made.tokens_out)
    put("chunks", *((chunk.text or chunk.id) for chunk in made.chunks or ()))
    put("tool_calls", *(call.name for call in made.tool_calls or ()))
    return found


def _leaves(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    if depth > 30:
        return
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part, f"{path}[]", depth + 1)
    elif value is not None:
        yield path or "(the record)", value


def _word(value: Any) -> str:
    return str(value)[:_TEXT]


def _same(name: str, made: Any, leaf: Any) -> bool:
    if isinstance(made, str):
        return _word(made) == _word(leaf) if not isinstance(leaf, bool) else False
    if isinstance(leaf, bool) or not isinstance(leaf, (int, float, str)):
        return isinstance(leaf, bool) and made == float(leaf)
    try:
        number = float(leaf)
    except (ValueError, OverflowError):
        return False
    if made == number:
        return True
    close = 1e-9 * max(abs(made), 1e-12)
    return name.endswith("_ms") and any(abs(number * scale - made) <= close for scale in _SCALES)
