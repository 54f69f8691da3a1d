"""However many sources ask of a file, plugins among them: its head is parsed once."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from pathlib import Path
from xml.parsers import expat

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from readiness_tui.sources.kit import peek as module
from readiness_tui.sources.kit.base import Recognised
from readiness_tui.sources.kit.fileio import HEAD, head
from readiness_tui.sources.kit.peek import peek

RECORDS = [{"alpha": n, "beta": "words [ and", "gamma": [n, None], "delta": {"deep": [{"w": n}]}} for n in range(900)]


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("notes.txt", "x" * 5000)
    return packed.getvalue()


#: Files that are nobody's → how often a parser may take more than half of the head in all.
FILES = {
    "lines": ("\n".join(map(json.dumps, RECORDS)).encode(), 0),  # line by line, none of them long
    "one long line": (json.dumps(RECORDS[0] | {"x": ["y"] * 9000}).encode(), 1),
    "a list": (json.dumps(RECORDS[:40]).encode(), 0),  # record by record
    "an object": (json.dumps({"stuff": RECORDS[:40]}).encode(), 1),
    "an object over several lines": (json.dumps({"stuff": RECORDS[:40]}, indent=1).encode(), 1),
    "an object that the head cuts off": (json.dumps({"stuff": RECORDS}, indent=1).encode(), 1),
    "a table": (b"alpha,beta\n" + b"1,words\n" * 900, 0),
    "text": (b"words and words\n" * 500, 0),
    "XML": (b"<notes>" + b"<note>words</note>" * 300 + b"</notes>", 0),
    "a zip archive": (_zip(), 0),
}


class _Asked(Counter[str]):
    """How often each parser took more than half of a head, and how often it was begun at all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
        super().__init__()
        decode = json.JSONDecoder.raw_decode

        def raw_decode(decoder: json.JSONDecoder, s: str, idx: int = 0) -> tuple[object, int]:
            came = idx
            try:
                value, came = decode(decoder, s, idx)
                return value, came
            except json.JSONDecodeError as error:
                came = error.pos if "Unterminated" not in error.msg else len(s)
                raise
            finally:
                self["JSON"] += came - idx > size / 2

        monkeypatch.setattr(json.JSONDecoder, "raw_decode", raw_decode)
        for where, name, what in ((csv, "reader", "CSV"), (expat, "ParserCreate", "XML"), (zipfile, "ZipFile", "zip")):
            monkeypatch.setattr(where, name, self._counted(getattr(where, name), what))

    def _counted(self, begin, what):
        def begun(*given, **more):
            self[what] += 1
            return begin(*given, **more)

        return begun


@pytest.fixture(params=FILES)
def file(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, int]:
    content, most = FILES[request.param]
    path = tmp_path / "file"
    path.write_bytes(content)
    return path, most


class Plugin:
    """A source as `docs/plugin.md` has it: it asks the shared look."""

    name = "acme"
    title = "Acme"

    def recognise(self, path, head):
        return (
            Recognised(self.name, "it has acme", 95) if "acme" in peek(head).keys | peek(head).outline.keys() else None
        )


def _sources():
    return [*registry.sources(), Plugin()]


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    module._short.cache_clear()
    module._long.cache_clear()


#: Formats with a grammar of their own, which the look has not: they ask their parser once each time.
_OWN = {"promptfoo": "CSV", "junit": "XML", "inspect_ai": "zip"}


def test_no_source_parses_what_the_look_has_parsed(file, fresh, monkeypatch):
    path, _ = file
    start = head(path)
    look = peek(start)
    asked = _Asked(monkeypatch, len(start))
    for source in _sources():
        asked.clear()
        for _ in range(2):
            assert source.recognise(path, start) is None
        begun = {what: times for what, times in asked.items() if times}
        assert begun in ({}, {_OWN.get(source.name): 2}), source.name
        assert peek(start) is look


def test_all_of_them_together_parse_a_head_once(file, fresh, monkeypatch):
    path, most = file
    everyone = _sources()
    monkeypatch.setattr(registry, "sources", lambda: everyone)
    asked = _Asked(monkeypatch, min(path.stat().st_size, HEAD))
    start = head(path)
    registry.unwrap.certain(path, start)
    assert registry._candidates(path, start) == []
    cut = len(start) == HEAD and peek(start).spread  # whether another document follows is asked of a longer head
    assert asked["JSON"] <= most + cut
    assert asked["CSV"] <= 2  # promptfoo's, and that of the look
    assert asked["XML"] <= 1
    assert asked["zip"] <= 1


def test_the_look_at_what_a_container_holds_is_another(tmp_path, fresh, monkeypatch):
    """An object around records is opened, and its records are a file of their own: each head is parsed once."""
    path = tmp_path / "file"
    path.write_bytes(json.dumps({"stuff": RECORDS[:40]}).encode())
    with pytest.raises(ReadinessError, match="no known format"):
        registry.recognise(path)
    assert module._short.cache_info().misses == 2
