"""LangSmith's and Langfuse's files cut, flipped, in other encodings and with any value anywhere: a sentence or rejects."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import CaseRecord, Record, Reject, TraceRecord

DATA = Path(__file__).parent.parent / "data"
quietly = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _part(tool: str, name: str, *, rows: int | None = None) -> Callable[[], bytes]:
    """A file of the tool; `rows`: only so many lines of it, or rows of its list."""

    def read() -> bytes:
        content = gzip.decompress((DATA / tool / f"{name}.gz").read_bytes())
        if rows is None:
            return content
        if name.endswith(".jsonl"):
            return b"".join(content.splitlines(keepends=True)[:rows])
        whole = json.loads(content)
        return json.dumps({**whole, "data": whole["data"][:rows]}).encode()

    return read


FILES = {
    "runs.jsonl": _part("langsmith", "runs.jsonl", rows=9),
    "rows.jsonl": _part("langsmith", "candidate.experiment_rows.jsonl", rows=5),
    "table.jsonl": _part("langsmith", "candidate.experiment.jsonl"),
    "table.csv": _part("langsmith", "candidate.experiment.csv"),
    "observations.json": _part("langfuse", "api_v2_observations.baseline.json", rows=9),
    "items.json": _part("langfuse", "api_experiment_items.json", rows=6),
    "experiments.json": _part("langfuse", "api_experiments.json"),
    "scores.json": _part("langfuse", "api_v3_scores.json", rows=6),
    "traces.jsonl": _part("langfuse", "ui_export_traces.jsonl"),
    "traces.csv": _part("langfuse", "ui_export_traces.csv"),
}


def read_all(path: Path, forced: str | None = None) -> list[Record] | None:
    """Everything in the file, or None where it was refused with a sentence. Any other exception fails the test."""
    try:
        source, _ = registry.recognise(path, forced)
        registry.digest_of(source, path)
        return list(source.read(path))
    except ReadinessError as error:
        said = str(error)
    assert str(path) in said
    assert "\x1b" not in said
    assert said.rstrip().endswith((".", ")"))
    return None


def values(records: list[Record]) -> list[Any]:
    return [
        r.case if isinstance(r, CaseRecord) else r.trace for r in records if isinstance(r, (CaseRecord, TraceRecord))
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_at_every_64th_is_refused_or_read_up_to_the_cut(name, tmp_path):
    content = FILES[name]()
    path = tmp_path / name
    path.write_bytes(content)
    whole = values(read_all(path) or [])
    for part in range(64):
        path.write_bytes(content[: len(content) * part // 64])
        records = read_all(path)
        if name.endswith(".json"):
            assert records is None, f"a document cut at {part}/64 was not refused"
        if records is not None:
            # The record that the cut goes through, or the trace that it is a step of, may be another.
            assert sum(value not in whole for value in values(records)) <= 1
            assert sum(isinstance(r, Reject) for r in records) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
@quietly
@given(data=st.data())
def test_flipped_bytes_never_crash(name, data, tmp_path):
    content = bytearray(FILES[name]())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / name
    path.write_bytes(bytes(content))
    read_all(path)


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(
        ["", "v1", "2026-11-20", "9999-12-31T23:59:59-10:00", "1e308", "[1]", "{'a': 1}", "ERROR", "\x1b[2J"]
    )
    | st.sampled_from([1e308, -1, 2**62, 0]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def _change(data: st.DataObject, whole: Any) -> None:
    """Put any value at some place of the document."""
    node = whole
    for _ in range(data.draw(st.integers(0, 5))):
        keys = sorted(node) if isinstance(node, dict) else range(len(node))
        inner = [key for key in keys if isinstance(node[key], (dict, list)) and node[key]]
        if not inner:
            break
        node = node[data.draw(st.sampled_from(inner))]
    keys = sorted(node) if isinstance(node, dict) else range(len(node))
    node[data.draw(st.sampled_from(keys))] = data.draw(_json)


# One file of each tool in the default run, all of them in the slow one.
ANY_TYPE = [
    pytest.param(name, marks=() if name in ("runs.jsonl", "observations.json") else pytest.mark.slow)
    for name in FILES
    if not name.endswith(".csv")
]


@pytest.mark.parametrize("name", ANY_TYPE)
@settings(parent=quietly, max_examples=40)
@given(data=st.data())
def test_a_value_of_any_type_anywhere_never_crashes(name, data, tmp_path):
    text = FILES[name]()
    lines = name.endswith(".jsonl")
    whole = [json.loads(line) for line in text.splitlines()][:4] if lines else json.loads(text)
    for _ in range(data.draw(st.integers(1, 4))):
        _change(data, whole)
    for old in tmp_path.iterdir():
        old.unlink()
    path = tmp_path / name
    path.write_text("".join(json.dumps(row) + "\n" for row in whole) if lines else json.dumps(whole))
    other = (
        "observations.json"
        if name in ("scores.json", "items.json", "traces.jsonl", "experiments.json")
        else "scores.json"
    )
    beside = tmp_path / f"beside-{other}"
    beside.write_bytes(FILES[other]())
    read_all(path, "langsmith" if name.startswith(("runs", "rows", "table")) else "langfuse")
    read_all(beside)  # the changed file is the one beside it now


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "utf-8-sig"])
def test_other_encodings_are_refused_or_said(name, encoding, tmp_path):
    path = tmp_path / name
    path.write_bytes(FILES[name]().decode().encode(encoding, "replace"))
    records = read_all(path)
    if encoding == "utf-16":
        assert records is None


@pytest.mark.parametrize("forced", ["langsmith", "langfuse"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"data": []}',
        b'{"data": [[1]], "meta": 1}',
        b'{"trace_id": "t", "dotted_order": "d", "run_type": "llm", "id": "i", "child_runs": ' + b"[" * 9000,
        b'{"trace_id": ["t"], "dotted_order": {}, "run_type": [], "id": {}}\n',
        b'{"run": {}, "example": {}, "evaluation_results": {"results": [1, {}]}}\n' * 3,
        b'example_id,execution_time,id,inputs.q,feedback.a\nx,NaN,i,"' + b"[" * 5000 + b'",nan\n',
        b'example_id,execution_time,id,inputs.q,feedback.a\nx,1,i,"[0x' + b"f" * 9000 + b']",inf\n',
        b"example_id,execution_time,id,inputs.q,feedback.a,outputs.a\xff,outputs.b\nx,1,i,q,1,o,p\n",
        b'traceId,startTime,type,projectId,input\nt,2026-11-20,SPAN,p,"' + b'{""a"":' * 99 + b"1" + b"}" * 99 + b'"\n',
        b'{"data": [{"traceId": [], "startTime": {}, "type": [], "projectId": 1, "id": 7}], "meta": {"cursor": {}}}',
    ],
    ids=lambda content: repr(content[:30]),
)
def test_strange_content_forced_into_a_format(content, forced, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(content)
    read_all(path, forced)
