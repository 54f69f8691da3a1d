"""promptfoo's results as YAML and as XML: the same document as its JSON in other formats.

XML has neither types nor lists: an empty element may have been an empty text, list, object or null, and a list of one
looks like its entry. Here an empty element becomes None, and the parts that are lists in JSON are recognised by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit.recordio import Entry, Item, reject
from readiness_tui.sources.kit.xml_stream import Element, root_of, stream
from readiness_tui.sources.kit.yaml_dump import Dump
from readiness_tui.sources.promptfoo.grading import inner

_YAML = re.compile(rb"\A(?:---\s*\n)?(?:#.*\n)*(?:evalId:\s|results:[ \t\r]*+\n\s++version:\s)", re.MULTILINE)
_YAML_RESULTS = re.compile(
    rb"^results:[ \t\r]*+\n(?:\s++\w++:.*+\n)*?\s++version:[ \t]*+(\d++)[ \t\r]*+$", re.MULTILINE
)
_ROW = ["promptfoo", "results", "results"]
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_LISTS = frozenset(
    {"componentResults", "assert", "prompts", "tags", "retrieved_chunks", "retrievedChunks", "retrieved", "chunks",
     "contexts", "documents", "docs", "tool_calls", "toolCalls", "tools"}
)  # fmt: skip
#: Parts that are text in JSON even where they look like a number.
_TEXTS = frozenset(
    {"output", "raw", "label", "id", "case_id", "caseId", "test_id", "testId", "chunk_id", "reason", "description",
     "error", "text", "content", "value", "promptId", "evalId", "comment", "type", "metric", "name", "question",
     "query", "input", "message", "user_input", "promptfooVersion"}
)  # fmt: skip
_FREE = ("args", "arguments")


@dataclass(frozen=True, slots=True)
class PromptfooDocument:
    """The document without its rows, and its rows with their line numbers."""

    top: Mapping[str, Any]
    rows: tuple[tuple[int, Any], ...]

    def items(self) -> Iterator[Item]:
        """The rows as a source reads them."""
        for line, row in self.rows:
            if isinstance(row, dict):
                yield Entry(line, json.dumps(row, ensure_ascii=False), row)
            else:
                yield reject(line, "not an object", str(row))


def is_yaml(head: bytes) -> str | None:
    """The version of the results if the file is promptfoo's YAML; else None."""
    if _YAML.match(head.removeprefix(b"\xef\xbb\xbf")) is None:
        return None
    found = _YAML_RESULTS.search(head)
    return found.group(1).decode() if found else None


def is_xml(head: bytes) -> bool:
    """Whether the file is promptfoo's XML."""
    found = root_of(head)
    return found is not None and found[0] == "promptfoo" and b"<evalId>" in found[1][:4096]


def is_html(head: bytes) -> bool:
    """Whether the file is the page that `-o results.html` makes: one table, each cell with its own text as an attribute."""
    return b"<html" in head[:200].lower() and b"data-content^='[PASS]'" in head


def from_yaml(path: Path) -> PromptfooDocument:
    """Raises ReadinessError if the file is not YAML, or hostile."""
    dump = Dump(path)
    top = dump.value if isinstance(dump.value, dict) else {}
    results = inner(top, "results")
    rows = results.pop("results", None)
    if not isinstance(rows, list):
        raise ReadinessError(f"{path}: results.results is missing, so it holds no cases. Export it again.")
    return PromptfooDocument(top, tuple((dump.lines.get(id(row), 1), row) for row in rows))


def from_xml(path: Path) -> PromptfooDocument:
    """Raises ReadinessError if the file is not XML, or hostile."""
    rows: list[tuple[int, Any]] = []
    top: dict[str, Any] = {}
    for around, element in stream(path, lambda tags: tags == _ROW):
        if around:
            rows.append((element.line, _value(element)))
        else:
            found = _value(element)
            top = found if isinstance(found, dict) and element.tag == _ROW[0] else {}
    return PromptfooDocument(top, tuple(rows))


def _value(element: Element, free: bool = False) -> Any:
    """`free`: inside a tool's arguments, where names do not imply types."""
    if not element.children:
        return _scalar("" if free else element.tag, element.text)
    free = free or element.tag in _FREE
    found: dict[str, Any] = {}
    for child in element.children:
        value = _value(child, free)
        if value is None:
            continue
        many = child.tag in _LISTS and not (child.tag == "tags" and child.children)  # config.tags is an object
        if child.tag in found or many:
            known = found.get(child.tag)
            found[child.tag] = (
                [*known, value] if isinstance(known, list) else [value] if known is None else [known, value]
            )
        else:
            found[child.tag] = value
    return found


def _scalar(name: str, text: str) -> Any:
    if not text:
        return None
    if name in _TEXTS:
        return text
    if text in ("true", "false"):
        return text == "true"
    found = _NUMBER.fullmatch(text)
    if found is None:
        return text
    if found.group(1) is None and found.group(2) is None:
        return int(text) if len(text) < 16 else text
    number = float(text)
    return number if abs(number) != float("inf") else text
