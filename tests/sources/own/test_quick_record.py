"""Records read in one step come to what the general reader makes of them: the same records, rejects, warnings, in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from benchmarks.speed.material import trace_records
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit.base import Record, TraceRecord
from readiness_tui.sources.own import trace_record
from readiness_tui.sources.own.quick_record import QuickRecords
from readiness_tui.sources.own.trace_record import SOURCE

TEXTS = st.sampled_from(
    ("a", "", " ", "unknown", "success", "error", "none", "200", "timeout: it failed", 'said "so"', "ü\u2028", "\\u0022", "2026-11-01T10:00:00Z",
     "2026-11-01T10:00:00", "2026-11-01T10:00:00+02:00", "17", "yes", "model:free")
)  # fmt: skip
NUMBERS = st.sampled_from((0, 1, -1, 0.5, 0.0, -0.0, 12, 1e300, 2**53, 2**53 - 1, 2**63, 2**64, 1700000000))
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
CHUNKS = st.lists(
    TEXTS | NUMBERS
    | st.dictionaries(st.sampled_from(("id", "chunk_id", "doc_id", "text", "source", "rank", "score", "metadata", "chunkId")), SCALARS, max_size=3),
    max_size=3,
)  # fmt: skip
CALLS = st.lists(
    TEXTS
    | st.dictionaries(
        st.sampled_from(("name", "tool", "arguments", "args", "input", "result", "output", "error", "attempt", "function")),
        SCALARS | st.dictionaries(TEXTS, SCALARS | st.lists(SCALARS, max_size=2), max_size=2),
        max_size=4,
    ),
    max_size=3,
)  # fmt: skip
VALUES = SCALARS | CHUNKS | CALLS | st.dictionaries(TEXTS, SCALARS, max_size=2)
KEYS = (
    "timestamp", "started_at", "ended_at", "prompt_version", "model", "app_version", "status", "success", "error", "question", "input",
    "answer", "retrieved_chunks", "tool_calls", "retrieval", "feedback", "user_id", "session_id", "latency_ms", "latency_s", "latency",
    "cost", "cost_usd", "tokens_in", "tokens_out", "scores", "cached", "cold_start", "faithfulness", "env", "level", "note", "a\"b", "\0cost",
)  # fmt: skip
#: As the general reader takes them at once, so that there are records of the common shape among the odd ones.
PLAIN: dict[str, Any] = {
    "timestamp": "2026-11-01T10:00:00Z", "prompt_version": "p1", "model": "m", "status": "success", "question": "why?", "answer": "so",
    "retrieved_chunks": [{"chunk_id": "a", "score": 1}, "b"], "tool_calls": [{"name": "t", "args": {"a": [1]}, "result": "r"}],
    "latency_ms": 12, "tokens_in": 3, "tokens_out": 4, "cost_usd": 0.5, "user_id": "u", "session_id": "s", "faithfulness": 0.9, "env": "prod",
    "note": None,
}  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> list[str]:
    keys = draw(st.lists(st.sampled_from(sorted(PLAIN)), unique=True))
    lines = [json.dumps({"trace_id": "first"} | PLAIN)] * 2  # so that it is a file of lines, whatever the others are
    for number in range(draw(st.integers(2, 7))):
        row: dict[str, Any] = {"trace_id": draw(st.sampled_from((f"t{number}", "t0", "", 7)))}
        row |= {key: PLAIN[key] for key in keys}
        row |= draw(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=2))
        pairs = list(row.items())
        if draw(st.integers(0, 5)) == 0:
            pairs = draw(st.permutations(pairs))
        parts = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=draw(st.booleans()))}" for key, value in pairs]
        if draw(st.integers(0, 7)) == 0:
            parts.append(draw(st.sampled_from(parts)))  # a key that stands twice
        line = "{" + ", ".join(parts) + "}"
        lines.append(
            draw(
                st.sampled_from(
                    (line, line, line, line, line[:-3], f" {line} ", line + line, line.replace("12", "NaN"))
                )
            )
        )
    return lines


def read(path: Path, quick: bool) -> list[Record | ReadinessError]:
    """A file of which most is cut is no file of lines, and is refused as a whole."""
    with pytest.MonkeyPatch.context() as patch:
        if not quick:
            patch.setattr(QuickRecords, "__call__", lambda self, raw: None)
        try:
            return list(SOURCE.read(path))
        except ReadinessError as refusal:
            return [refusal]


def both(path: Path) -> Iterator[Record | ReadinessError]:
    quick, slow = read(path, True), read(path, False)
    assert [repr(record) for record in quick] == [
        repr(record) for record in slow
    ]  # 1 is not 1.0, nor one order another
    yield from quick


@pytest.mark.slow
@given(files())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_odd_records_among_common_ones(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="surrogatepass")
    list(both(path))


def test_the_common_shape_is_read_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.jsonl"
    records = list(trace_records(300))
    records[7]["error"] = "timeout: the model did not answer"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    assert sum(1 for _ in both(path)) >= 300
    slow: list[object] = []
    plain = trace_record.trace_from
    monkeypatch.setattr(trace_record, "trace_from", lambda entry, notes: [slow.append(entry), plain(entry, notes)][1])
    list(SOURCE.read(path))
    assert len(slow) == len({tuple(record) for record in records}) == 2


@pytest.mark.parametrize(
    "path", sorted(Path("tests/data").rglob("*.jsonl")) + sorted(Path("sample_data").rglob("*.jsonl")), ids=str
)
def test_every_file_of_lines_there_is(path: Path) -> None:
    list(both(path))


def test_a_key_that_is_called_as_an_absent_one(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    odd = {"prompt_version": "p1", "model": "m", "latency_ms": 3, "(no error)": "timeout"}
    path.write_text("".join(json.dumps({"trace_id": f"t{number}"} | odd) + "\n" for number in range(3)))
    assert sum(isinstance(record, TraceRecord) for record in both(path)) == 3
