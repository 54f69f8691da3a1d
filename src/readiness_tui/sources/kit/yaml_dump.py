"""YAML as tools dump their results: large, and with aliases where a part repeats.

Read event by event, so that nothing is unfolded before it was weighed: an alias stands for the same value in memory, and
a value that would unfold to more than the limit is refused. Scalars are those of YAML 1.2's core schema, as in
`yaml_safe`; NaN and infinities become None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.jsonio import MAX_DEPTH, document, quoted

MAX_BYTES = 32 * 1024 * 1024
#: What the whole may weigh with every alias written out: characters of scalars and 8 for each value.
MAX_WEIGHT = 256 * 1024 * 1024

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOT_FINITE = frozenset({".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "-.inf", "-.Inf", "-.INF", "+.inf"})
_TAGS = frozenset({None, "!"})
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class _Open:
    """A collection that is not closed yet. `key`: of a mapping, the key whose value comes next."""

    value: Any
    line: int
    anchor: str | None
    key: str | None = None
    weight: int = 8


class Dump:
    """The value of a document, and the line of each mapping in it by identity."""

    def __init__(self, path: Path) -> None:
        data = document(path, json=False)
        if len(data) > MAX_BYTES:
            raise ReadinessError(
                f"{path} has {len(data) / 2**20:,.0f} MiB, and YAML is read up to {MAX_BYTES // 2**20} MiB. Export it as JSON."
            )
        self.path = path
        self.value: Any = None
        self.lines: dict[int, int] = {}
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._documents = 0
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise ReadinessError(
                f"{path}: line {line}: not valid UTF-8. Save it as UTF-8 and import it again."
            ) from error
        line = 1
        try:
            for event in yaml.parse(text, Loader=_PARSER):
                line = event.start_mark.line + 1 if event.start_mark else line
                self._event(event, line)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            at = f"line {mark.line + 1}, column {mark.column + 1}: " if mark is not None else ""
            why = one_line(str(getattr(error, "problem", None) or error), 120)
            raise ReadinessError(f"{path}: {at}not valid YAML ({why}). Nothing of the file was imported.") from error
        except (RecursionError, OverflowError, ValueError) as error:
            raise self._refuse(line, one_line(str(error), 120)) from error

    def _refuse(self, line: int, why: str) -> ReadinessError:
        return ReadinessError(f"{self.path}: line {line}: {why}. Nothing of the file was imported; export it as JSON.")

    def _event(self, event: Any, line: int) -> None:
        match event:
            case yaml.ScalarEvent():
                if event.tag not in _TAGS:
                    raise self._refuse(line, f"the tag {quoted(event.tag)} is not taken")
                if _SURROGATE.search(event.value):
                    raise self._refuse(line, "an escape makes half a character (a surrogate)")
                plain = event.style in (None, "") and event.implicit[0]
                value = _plain(event.value) if plain else event.value
                self._add(value, 8 + len(event.value), event.anchor, line, key=event.value)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if len(self._open) >= MAX_DEPTH:
                    raise self._refuse(line, f"nested deeper than {MAX_DEPTH} levels")
                if event.tag is not None:
                    raise self._refuse(line, f"the tag {quoted(event.tag)} is not taken")
                made: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                self._open.append(_Open(made, line, event.anchor))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                done = self._open.pop()
                if type(done.value) is dict:
                    self.lines[id(done.value)] = done.line
                self._add(done.value, done.weight, done.anchor, line)
            case yaml.AliasEvent():
                if event.anchor not in self._anchors:
                    raise self._refuse(line, f"the alias {quoted(event.anchor)} stands for nothing that is complete")
                value, weight = self._anchors[event.anchor]
                self._add(value, weight, None, line, key=value)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise self._refuse(line, "a second document in the file")

    def _add(self, value: Any, weight: int, anchor: str | None, line: int, key: Any = None) -> None:
        if weight > MAX_WEIGHT:
            raise self._refuse(line, "its aliases unfold to more than is read")
        if anchor is not None:
            self._anchors[anchor] = (value, weight)
        if not self._open:
            self.value = value
            return
        top = self._open[-1]
        top.weight += weight
        if type(top.value) is list:
            top.value.append(value)
        elif top.key is None:
            if not isinstance(key, str):
                raise self._refuse(line, "a key that is no text")
            if key in top.value:
                raise self._refuse(line, f"the key {quoted(key)} stands twice in one mapping")
            top.key = key
        else:
            top.value[top.key] = value
            top.key = None


def _plain(text: str) -> Any:
    """The value of an unquoted scalar. Raises ValueError for an integer beyond 64 bits."""
    if text in _NOT_FINITE:
        return None
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    found = _NUMBER.fullmatch(text)
    if found is None:
        return text
    if found.group(1) is None and found.group(2) is None:
        if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
            raise ValueError("an integer is beyond 64 bits")
        return int(text)
    number = float(text)
    return number if abs(number) != float("inf") else None
