"""The words of the screens and documents that need an explanation, collected from the code: headings, column titles, the
letters and signs of each room, and every status that the rules have a word for."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import ModuleType

import readiness_tui.domain
import readiness_tui.tui

_HEADING = re.compile(r"([A-Z][A-Z’ ]*[A-Z])(?: {2,}|$|  $)")
#: Words of the rules that no person sees as such: names in files, and what a source told.
NOT_SHOWN = {
    "readiness_tui.domain.filters", "readiness_tui.domain.text", "readiness_tui.domain.traces", "readiness_tui.domain.metrics.registry",
    "readiness_tui.domain.incidents", "readiness_tui.domain.compare.diagnosis",
}  # fmt: skip


def modules(of: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(of.__path__, f"{of.__name__}."):
        yield importlib.import_module(found.name)


def headings() -> Iterator[tuple[str, str]]:
    """Words in capitals that begin a part of a screen, and titles of columns: `(module, word)`."""
    for module in modules(readiness_tui.tui):
        tree = ast.parse(Path(inspect.getfile(module)).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                for part in ast.walk(node):
                    said = part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else ""
                    if found := _HEADING.match(said):
                        yield module.__name__, found[1]
            if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Constant) and node.format_spec:
                yield module.__name__, str(node.value.value).strip() or "—"


def legends() -> Iterator[tuple[str, str]]:
    """What the help of each room says of its letters and signs, without the sign: "not applicable"."""
    for module in modules(readiness_tui.tui):
        for thing in vars(module).values():
            legend = (
                getattr(thing, "LEGEND", "") if isinstance(thing, type) and thing.__module__ == module.__name__ else ""
            )
            for entry in re.split(r"\n| {3}", legend):
                said = re.sub(r"^(?:\S|≥~|\[2\]|≥ [\d.]+|C|B|M|m|P) (?=\w)|^why ↓$", "", entry.strip())
                word = re.split(r"[:,]", said)[0].strip()
                if word and len(word.split()) <= 3:  # a longer one is a sentence, and explains itself
                    yield module.__name__, word


def statuses() -> Iterator[tuple[str, str]]:
    """The members of every list of words in the rules."""
    for module in modules(readiness_tui.domain):
        if any(module.__name__.startswith(name) for name in NOT_SHOWN):
            continue
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, StrEnum) and kind.__module__ == module.__name__:
                yield from ((f"{module.__name__}.{kind.__name__}", str(member.value)) for member in kind)


def titles(markdown: str) -> Iterator[tuple[str, str]]:
    """Headings, column titles and bold labels of a document; what holds a figure is one of the review's own."""
    for place, word in _titles(markdown):
        if not re.search(r"\d", word.replace("SHA-256", "")):
            yield place, word


def _titles(markdown: str) -> Iterator[tuple[str, str]]:
    for line in markdown.splitlines():
        if heading := re.match(r"#+ (.*)", line):
            yield "heading", heading[1]
    for table in re.findall(r"^(\|.*\|)\n\|[:| -]+\|$", markdown, re.M):
        yield from (("column", cell.strip()) for cell in table.strip("|").split("|"))
    yield from (("label", label) for label in re.findall(r"(?:^- |· )\*\*([^*]+)\*\*", markdown, re.M))
