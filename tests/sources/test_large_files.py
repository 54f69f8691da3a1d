"""A large file is recognised as a small one with the same in it is, and one that nobody knows is refused by parts of it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from readiness_tui.sources.kit import unwrap
from readiness_tui.sources.kit.base import TraceRecord
from readiness_tui.sources.kit.large import skim

TRACES: list[dict[str, Any]] = [
    {"trace_id": f"t{n}", "model": "birch-2", "prompt_version": "v3", "latency_ms": 100.0 + n, "status": "ok"}
    for n in range(60)
]
OTHERS: list[dict[str, Any]] = [{"zip": f"{n}", "street": "Long", "height": 1.5} for n in range(90)]
COLUMNS = {name: [row[name] for row in TRACES] for name in TRACES[0]}
LABELLED = {name: {str(n): cell for n, cell in enumerate(cells)} for name, cells in COLUMNS.items()}
SPLIT = {"columns": list(TRACES[0]), "index": list(range(60)), "data": [list(row.values()) for row in TRACES]}


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has more than 700 bytes is large."""
    for name, size in {"LARGE": 700, "EACH": 500, "ALL": 1200, "LEAST": 200, "_BLOCK": 100}.items():
        monkeypatch.setattr(skim, name, size)
    monkeypatch.setattr(unwrap, "EACH", 500)


KNOWN = {
    "a list under a name": json.dumps({"data": TRACES}),
    "behind a long member": json.dumps({"other": OTHERS, "data": TRACES}, indent=1),
    "a list of lists": json.dumps([TRACES]),
    "in two envelopes": json.dumps({"ok": True, "result": {"n": 1, "traces": TRACES}}),
    "one by one": "\n".join(json.dumps(row, indent=2) for row in TRACES),
    "an envelope a line": "".join(json.dumps({"data": row}) + "\n" for row in TRACES),
    "columns": json.dumps(COLUMNS),
    "columns by labels": json.dumps(LABELLED),
    "rows by number": json.dumps({str(n): row for n, row in enumerate(TRACES)}),
    "columns and data": json.dumps(SPLIT),
    "long rows by number": json.dumps({str(n): {"note": "x" * 300, **row} for n, row in enumerate(TRACES)}),
    "rows by number in an envelope": json.dumps({"data": {str(n): row for n, row in enumerate(TRACES)}}),
    "behind many small members": json.dumps({f"k{n}": n for n in range(300)} | {"data": TRACES}),
    "behind many small objects": json.dumps({f"k{n}": {"a": [n]} for n in range(200)} | {"traces": TRACES}, indent=2),
    "beside a short list": json.dumps({"warnings": ["one", "two"], "data": TRACES}),
    "of NaN": json.dumps({"data": TRACES}).replace("101.0", "NaN"),
}


def _traces(path: Path) -> tuple[str, list[Any]]:
    source, found = registry.recognise(path)
    return found.why, [record.trace for record in source.read(path) if isinstance(record, TraceRecord)]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("content", KNOWN.values(), ids=KNOWN)
def test_what_is_known_is_read_whole(
    content: str, packed: bool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = tmp_path / "answer.json"
    path.write_bytes(gzip.compress(content.encode(), mtime=0) if packed else content.encode())
    before = _traces(path)
    request.getfixturevalue("large")
    assert len(content) > 2 * skim.LARGE
    assert _traces(path) == before
    assert len(before[1]) == len(TRACES)


UNKNOWN = {
    "a list": json.dumps(OTHERS),
    "a list under a name": json.dumps({"data": OTHERS}),
    "an object": json.dumps({str(row["zip"]) + "x": row for row in OTHERS}),
    "one by one": "\n".join(json.dumps(row, indent=2) for row in OTHERS),
    "lines": "\n".join(map(json.dumps, OTHERS)),
    "an envelope a line": "".join(json.dumps({"data": row}) + "\n" for row in OTHERS),
    "one text": json.dumps({"a": "x" * 5000}),
    "broken": json.dumps({"data": OTHERS})[:-9] + " oh",
    "brackets": "[" * 5000,
}


@pytest.mark.parametrize("content", UNKNOWN.values(), ids=UNKNOWN)
def test_what_nobody_knows_is_never_read_whole(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    path = tmp_path / "answer.json"
    path.write_text(content)
    with pytest.raises(ReadinessError) as before:
        registry.recognise(path)
    request.getfixturevalue("large")
    whole = unwrap.document
    monkeypatch.setattr(unwrap, "document", lambda read: pytest.fail("read whole") if read == path else whole(read))
    with pytest.raises(ReadinessError) as after:
        registry.recognise(path)
    assert str(after.value) == str(before.value)
