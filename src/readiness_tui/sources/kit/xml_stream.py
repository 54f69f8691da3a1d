"""XML from outside, streamed: elements of interest one by one, so that a long report is never held whole.

XML can do more than a report needs. Declared entities (which can unfold to gigabytes or name other files) and external
subsets are refused, as are deep nesting and texts beyond a limit. Expat itself checks that the document is well formed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit.fileio import unreadable
from readiness_tui.sources.kit.jsonio import MAX_DEPTH, MAX_DOCUMENT

BLOCK = 1024 * 1024
MAX_ELEMENT = 16 * 1024 * 1024  # characters in one element of interest, or around them

_ROOT = re.compile(rb"<(?![?!])([A-Za-z_][\w.-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>?")
_PROLOG = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>|\s+)*+", re.DOTALL)


@dataclass(slots=True)
class Element:
    """An element with its attributes, its own text, and its children; `line` is where it begins."""

    tag: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def find(self, tag: str) -> Element | None:
        """The first child with this tag."""
        return next((child for child in self.children if child.tag == tag), None)


class _RefusedError(Exception):
    pass


def root_of(head: bytes) -> tuple[str, bytes] | None:
    """The tag of the document's root and what stands around it, from the first bytes of a file; None if no XML."""
    text = head.removeprefix(b"\xef\xbb\xbf")
    if not text.lstrip().startswith(b"<"):
        return None
    prolog = _PROLOG.match(text)
    found = _ROOT.match(text, prolog.end() if prolog else 0)
    return (found.group(1).decode("ascii", "replace"), text[found.end() :]) if found else None


def stream(path: Path, taken: Callable[[Sequence[str]], bool]) -> Iterator[tuple[list[Element], Element]]:
    """Each element whose path of tags is `taken`, complete, with the elements around it; last the root, without them.

    Raises ReadinessError with line and column where the document is broken, too large, or hostile.
    """
    reader = _XmlReader(taken)
    try:
        if path.stat().st_size > MAX_DOCUMENT:
            raise ReadinessError(
                f"{path} is larger than {MAX_DOCUMENT // 2**20} MiB, and an XML report is read up to that. Export it in"
                " parts."
            )
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                reader.parser.Parse(block, False)
                yield from reader.drain()
            reader.parser.Parse(b"", True)
            yield from reader.drain()
    except OSError as error:
        raise unreadable(path, error) from error
    except expat.ExpatError as error:
        raise ReadinessError(
            f"{path}: line {error.lineno}, column {error.offset + 1}: not well-formed XML"
            f" ({expat.errors.messages.get(error.code, 'broken')}). Nothing of the file was imported; export it again."
        ) from error
    except (_RefusedError, LookupError, ValueError) as error:
        line = reader.parser.CurrentLineNumber
        raise ReadinessError(f"{path}: line {line}: {error}. Nothing of the file was imported.") from error


class _XmlReader:
    def __init__(self, taken: Callable[[Sequence[str]], bool]) -> None:
        self.taken = taken
        self.stack: list[Element] = []
        self.path: list[str] = []
        self.ready: list[tuple[list[Element], Element]] = []
        self.inside = 0  # depth at which the element of interest began; 0 outside
        self.size = [0, 0]  # characters around the elements of interest, and in the present one
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.data
        parser.EntityDeclHandler = self.refuse_entity
        parser.ExternalEntityRefHandler = self.refuse_entity
        parser.StartDoctypeDeclHandler = self.doctype

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise _RefusedError(f"nested deeper than {MAX_DEPTH} levels")
        self.path.append(tag)
        self.stack.append(Element(tag, self.parser.CurrentLineNumber, attributes))
        if not self.inside and self.taken(self.path):
            self.inside = len(self.stack)
            self.size[1] = 0
        self.count(sum(map(len, attributes.values())) + len(tag) + 50)

    def data(self, text: str) -> None:
        self.count(len(text))
        if self.stack:
            self.stack[-1].text += text

    def end(self, tag: str) -> None:
        self.path.pop()
        element = self.stack.pop()
        element.text = element.text.strip()
        if self.inside == len(self.stack) + 1:
            self.inside = 0
            self.ready.append((list(self.stack), element))
        elif self.stack:
            self.stack[-1].children.append(element)
        else:
            self.ready.append(([], element))

    def count(self, size: int) -> None:
        where = 1 if self.inside else 0
        self.size[where] += size
        if self.size[where] > MAX_ELEMENT:
            raise _RefusedError(f"an element holds more than {MAX_ELEMENT // 2**20} MiB")

    def drain(self) -> Iterator[tuple[list[Element], Element]]:
        ready, self.ready = self.ready, []
        yield from ready

    def doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        if system or public or internal:
            raise _RefusedError("a document type with declarations, which no report needs")

    def refuse_entity(self, *_: object) -> int:
        raise _RefusedError("a declared entity, which no report needs")
