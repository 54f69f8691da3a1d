"""The only door through which YAML enters: files from outside, taken as plain data and nothing else.

YAML can do more than a settings file needs, and each extra has hurt somebody: aliases that unfold to gigabytes,
tags that build objects, merge keys, a second key that silently wins, and in YAML 1.1 a `no` that is a boolean,
a `010` that is 8 and a `12:30:00` that is 45000. Here an unquoted value is one of null, true, false, a
decimal number or text; keys are always text; anything else is refused with file, line, column and reason.

Parser events are read one by one, so that a hostile file is refused before it is unfolded.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.located import DataPath, Located, Place, Plain, quoted

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_VALUES = 100_000
MAX_INTEGER = 2**63 - 1

# The C parser gives the same events, some 18 times faster; not every build of PyYAML has it.
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", re.ASCII)
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def read_yaml(path: Path) -> Located:
    """Read and load one YAML file.

    Raises `ReadinessError` when it cannot be read, is not an ordinary file in UTF-8, or is not loadable.
    """
    where = str(path)
    shown = one_line(where)
    try:
        # Asked before opening: a named pipe would block for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise ReadinessError(f"{shown} is not an ordinary file. Name a YAML file.")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ReadinessError(f"{shown} does not exist. Check the path.") from None
    except (OSError, ValueError) as error:
        reason = one_line((error.strerror if isinstance(error, OSError) else None) or str(error))
        raise ReadinessError(f"{shown} cannot be read: {reason}. Check the path and its permissions.") from None
    if len(content) > MAX_BYTES:
        raise _too_large(where)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        raise _refused(where, _end(before), "the file is not UTF-8 text", "Save it in the encoding UTF-8") from None
    return load_yaml(text, where)


def load_yaml(text: str, where: str) -> Located:
    """The plain value of one YAML document; `where` names it in messages.

    Raises `ReadinessError` for anything that is not plain data (see the head of this module), and for a document
    larger than 1 MiB, deeper than 32 levels, with more than 100,000 values, or empty.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise _too_large(where)
    text = text.removeprefix("\ufeff")
    if bad := _NOT_PRINTABLE.search(text):
        # Looked for here, because the parsers report it by byte offset and without a line.
        reason = f"the file holds the character U+{ord(bad.group()):04X}, which YAML does not allow"
        raise _refused(where, _end(text[: bad.start()]), reason, "Remove it")
    return _Builder(text, where).document()


class _Builder:
    """Builds the value of one document from the parser's events."""

    def __init__(self, text: str, where: str) -> None:
        self.where = where
        self.events = self._events(text)
        self.place: Place = (1, 1)  # of the event at hand
        self.places: dict[DataPath, Place] = {}

    def document(self) -> Located:
        next(self.events)  # the start of the stream
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise self.refused("the file is empty", "Write its content, or do not name this file")
        value = self.value(next(self.events), ())
        next(self.events)  # the end of the document
        if not isinstance(next(self.events), yaml.StreamEndEvent):
            raise self.refused('a second document begins here (after a line "---")', "Keep one document in a file")
        if value is None:
            raise self.refused("the file is empty", "Write its content, or do not name this file")
        return Located(self.where, value, self.places)

    def value(self, event: Any, path: DataPath) -> Plain:
        self.places.setdefault(path, self.place)  # a mapping has noted the place of its key already
        self.check(event, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return self.scalar(event)

    def check(self, event: Any, path: DataPath) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            name = quoted(event.anchor)
            raise self.refused(f"anchors and aliases are not accepted ({name})", "Write the value out")
        if event.tag is not None:
            raise self.refused(f"tags are not accepted ({quoted(event.tag)})", "Remove the tag")
        if len(path) >= MAX_DEPTH and not isinstance(event, yaml.ScalarEvent):
            raise self.too_deep()
        if len(self.places) > MAX_VALUES:
            raise self.refused(f"there are more than {MAX_VALUES:,} values", "Split the file")

    def sequence(self, path: DataPath) -> list[Plain]:
        entries: list[Plain] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            entries.append(self.value(event, (*path, len(entries))))
        return entries

    def mapping(self, path: DataPath) -> dict[str, Plain]:
        entries: dict[str, Plain] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event, path)
            here = (*path, key)
            if key in entries:
                reason = f"the key {quoted(key)} stands twice in one mapping, first in line {self.places[here][0]}"
                raise self.refused(reason, "Remove or rename one of the two")
            self.places[here] = self.place
            entries[key] = self.value(next(self.events), here)
        return entries

    def key(self, event: Any, path: DataPath) -> str:
        self.check(event, path)
        if not isinstance(event, yaml.ScalarEvent):
            raise self.refused("a key is a list or a mapping", "Use a plain word as the key")
        key = self.text(event)
        if key == "<<" and not event.style:
            raise self.refused('merge keys ("<<") are not accepted', "Write the fields out")
        return key

    def scalar(self, event: Any) -> Plain:
        text = self.text(event)
        if event.style:  # quoted or a block: text, whatever it looks like (plain is None, or "" from the C parser)
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.fullmatch(text):
            # By length first: Python refuses to convert a number of thousands of digits.
            if len(text) > 20 or abs(int(text)) > MAX_INTEGER:
                raise self.refused(f"the number {quoted(text)} is too large", "Put text in quotes")
            return int(text)
        if _FLOAT.fullmatch(text):
            number = float(text)
            if number in (float("inf"), float("-inf")):
                raise self.refused(f"the number {quoted(text)} is too large", "Put text in quotes")
            return number
        return text

    def text(self, event: Any) -> str:
        text: str = event.value
        if _SURROGATE.search(text):
            raise self.refused("an escape makes half a character (a surrogate)", "Write the character itself")
        return text

    def _events(self, text: str) -> Iterator[Any]:
        """The parser's events, each setting `place`; every way in which the parsers fail is a refusal."""
        try:
            for event in yaml.parse(text, Loader=_PARSER):
                self.place = _place(event.start_mark) or self.place
                yield event
        except yaml.MarkedYAMLError as error:
            self.place = _place(error.problem_mark or error.context_mark) or self.place
            if "nesting depth" in (error.problem or ""):  # libyaml's own limit, met while it looks ahead of our count
                raise self.too_deep() from None
            reason = ": ".join(one_line(part) for part in (error.context, error.problem) if part)
            raise self.refused(f"the YAML cannot be read ({reason})", "Correct it there or just above") from None
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            # PyYAML lets chr() raise for an escape such as "\UFFFFFFFF".
            reason = one_line(str(error), 100)
            raise self.refused(f"the YAML cannot be read ({reason})", "Correct it there or just below") from None

    def too_deep(self) -> ReadinessError:
        return self.refused(f"the content is nested deeper than {MAX_DEPTH} levels", "Flatten it")

    def refused(self, reason: str, remedy: str) -> ReadinessError:
        return _refused(self.where, self.place, reason, remedy)


def _place(mark: Any) -> Place | None:
    return None if mark is None else (int(mark.line) + 1, int(mark.column) + 1)


def _end(text: str) -> Place:
    """Where the character after `text` stands."""
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def _refused(where: str, place: Place, reason: str, remedy: str) -> ReadinessError:
    line, column = place
    return ReadinessError(f"{one_line(where)}:{line}:{column}: {reason}. {remedy}.")


def _too_large(where: str) -> ReadinessError:
    return ReadinessError(f"{one_line(where)} is larger than 1 MiB, the limit for a YAML file. Split it.")
