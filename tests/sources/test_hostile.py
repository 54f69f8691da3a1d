"""Broken, cut and hostile files: a sentence, or records and rejects; never another exception, never half a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import CaseRecord, Progress, Record, Reject, TraceRecord

DATA = Path(__file__).parent.parent / "data" / "promptfoo"

TRACES = [
    {
        "trace_id": f"t{n}",
        "prompt_version": "v1",
        "model": "m",
        "retrieved_chunks": [{"id": "k", "text": "naïve ☃"}],
        "tool_calls": [{"name": "a", "arguments": {"x": n}, "result": "ok"}],
        "faithfulness": 0.5,
        "latency_ms": 10 + n,
        "status": "success",
        "started_at": "2026-11-20T10:00:00Z",
    }
    for n in range(12)
]
CASES: list[dict[str, Any]] = [
    {"run": {"id": "r", "prompt_version": "v1", "started_at": "2026-11-20T10:00:00Z"}},
    *(
        {"case_id": f"c{n}", "output": "é", "status": "pass", "scores": {"faithfulness": 0.9}, "latency_ms": n}
        for n in range(12)
    ),
]
GOLDEN = [{"id": f"g{n}", "question": f"q{n}?", "expected_source": "d", "must_include": ["x"]} for n in range(12)]


def _lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _table() -> bytes:
    return b"trace_id,model,status,latency_ms,faithfulness,answer\n" + b"".join(
        f't{n},m,ok,{n},0.5,"a ""quoted"" answer,\nover two lines"\n'.encode() for n in range(12)
    )


def _promptfoo() -> bytes:
    """The real file with one row of each outcome: what is done to it is done to every byte of each kind once."""
    told = json.loads((DATA / "baseline.json").read_bytes())
    rows = told["results"]["results"]
    told["results"]["results"] = list({row["failureReason"]: row for row in rows}.values())
    return json.dumps(told, indent=1).encode()


FILES: dict[str, Callable[[], bytes]] = {
    "promptfoo.json": lambda: _promptfoo(),
    "promptfoo.jsonl": lambda: (DATA / "baseline.jsonl").read_bytes(),
    "traces.jsonl": lambda: _lines(TRACES),
    "traces.json": lambda: json.dumps(TRACES, indent=1).encode(),
    "traces.csv": _table,
    "cases.jsonl": lambda: _lines(CASES),
    "cases.json": lambda: json.dumps({**CASES[0], "cases": CASES[1:]}).encode(),
    "golden.jsonl": lambda: _lines(GOLDEN),
    "metrics.json": lambda: b'{"faithfulness": 0.88, "retrieval_hit_rate": 0.82, "latency_p95_ms": 3100}',
}
# The JSON lines of promptfoo take seconds and the path of its JSON; .ci/run reads them all.
QUICK_FILES = [pytest.param(name, marks=pytest.mark.slow) if name == "promptfoo.jsonl" else name for name in FILES]


def read_all(path: Path, forced: str | None = None) -> list[Record] | None:
    """Everything in the file, or None where it was refused with a sentence. Any other exception fails the test."""
    try:
        source, _ = registry.recognise(path, forced)
        return list(source.read(path))
    except ReadinessError as error:
        said = str(error)
    assert str(path) in said
    assert "\x1b" not in said
    assert said.rstrip().endswith((".", ")"))
    return None


@pytest.mark.parametrize("name", FILES)
def test_the_whole_file_is_accepted(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(FILES[name]())
    records = read_all(path)
    assert records is not None
    assert not [record for record in records if isinstance(record, Reject)]


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK_FILES)
def test_a_file_cut_at_every_64th_is_refused_or_read_up_to_the_cut(name, tmp_path):
    content = FILES[name]()
    path = tmp_path / name
    path.write_bytes(content)
    whole = [record for record in read_all(path) or [] if not isinstance(record, Progress)]
    for part in range(64):
        path.write_bytes(content[: len(content) * part // 64])
        records = read_all(path)
        if not name.endswith(("l", "csv")):
            assert records is None, f"a document cut at {part}/64 was not refused"
        if records is None:
            continue
        # What comes out of a cut file also came out of the whole one, but for the record that the cut went through.
        kept = [r for r in records if isinstance(r, (CaseRecord, TraceRecord))]
        values = [r.case if isinstance(r, CaseRecord) else r.trace for r in kept]
        known = [
            r.case if isinstance(r, CaseRecord) else r.trace for r in whole if isinstance(r, (CaseRecord, TraceRecord))
        ]
        assert sum(value not in known for value in values) <= 1
        assert sum(isinstance(r, Reject) for r in records) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK_FILES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
    | st.text(max_size=8)
    | st.sampled_from(["v1", "2026-11-20", "ok"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(("rows", "forced"), [(TRACES, "trace_record"), (CASES, "case_record"), (GOLDEN, "eval_set")])
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_value_of_any_type_in_any_field_never_crashes(rows, forced, data, tmp_path):
    row = dict(data.draw(st.sampled_from(rows)))
    keys = st.sampled_from(
        [*row, "error", "scores", "human_label", "repeat", "tags", "id", "cost", "risk", "tokens_in"]
    )
    for key in data.draw(st.lists(keys, min_size=1, max_size=3)):
        row[key] = data.draw(_json)
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(rows[0]) + "\n" + json.dumps(row) + "\n" + json.dumps(rows[-1]) + "\n")
    read_all(path, forced)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_value_of_any_type_anywhere_in_promptfoos_results_never_crashes(data, tmp_path):
    whole = json.loads((DATA / "baseline.json").read_bytes())
    whole["results"]["results"] = whole["results"]["results"][:6]
    for _ in range(data.draw(st.integers(1, 3))):
        node: Any = whole
        for _ in range(data.draw(st.integers(0, 7))):  # walk down to some place
            key = (
                data.draw(st.sampled_from(sorted(node)))
                if isinstance(node, dict)
                else data.draw(st.integers(0, len(node) - 1))
            )
            if not (isinstance(node[key], (dict, list)) and node[key]):
                break
            node = node[key]
        key = (
            data.draw(st.sampled_from(sorted(node)))
            if isinstance(node, dict)
            else data.draw(st.integers(0, len(node) - 1))
        )
        node[key] = data.draw(_json)
    path = tmp_path / "x.json"
    path.write_text(json.dumps(whole))
    read_all(path, "promptfoo")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1", "utf-8-sig"])
def test_other_encodings_are_refused_or_said(name, encoding, tmp_path):
    path = tmp_path / name
    path.write_bytes(FILES[name]().decode().encode(encoding, "replace"))
    records = read_all(path)
    if encoding.startswith(("utf-16", "utf-32")):
        assert records is None
    if encoding == "utf-8-sig":
        assert records is not None
        assert not [record for record in records if isinstance(record, Reject)]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("forced", ["trace_record", "case_record", "eval_set", "metrics_mapping", "promptfoo"])
def test_a_file_forced_into_another_format_is_refused_or_rejected(name, forced, tmp_path):
    path = tmp_path / name
    path.write_bytes(FILES[name]())
    read_all(path, forced)


@pytest.mark.parametrize("forced", ["trace_record", "case_record", "eval_set", "metrics_mapping", "promptfoo"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"\xef\xbb\xbf",
        b"null",
        b"3",
        b'"text"',
        b"[]",
        b"{}",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"trace_id":' * 5_000,
        b"\x00" * 100,
        b",,,\n,,,\n",
        b"PK\x03\x04" + b"\0" * 100,
        b'{"trace_id": 1' + b"0" * 5000 + b"}",
        b'{"run": {"started_at": 1e308}}\n{"case_id": 1}\n',
        b'{"evalId": "x", "results": {"version": 3}}',
        b'{"evalId": "x", "results": [1]}',
        b'{"evalId": 1, "results": {"version": 3, "stats": {"durationMs": 1e300}, "timestamp": 1, "results": [{}]}}',
    ],
    ids=lambda content: repr(content[:24]),
)
def test_strange_content_forced_into_a_format(content, forced, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(content)
    read_all(path, forced)


def test_escape_sequences_stay_raw_in_records_and_visible_in_messages(tmp_path):
    hostile = "\x1b]52;c;aGk=\x07\x9b2J\u202e[@click=app.quit]x[/]"
    whole = json.loads((DATA / "baseline.json").read_bytes())
    row = whole["results"]["results"][0]
    row["response"]["output"] = row["prompt"]["label"] = row["provider"]["id"] = hostile
    row["testCase"]["metadata"]["case_id"] = hostile
    whole["results"]["results"][1]["latencyMs"] = hostile
    path = tmp_path / "x.json"
    path.write_text(json.dumps(whole))
    records = read_all(path) or []
    first = next(record for record in records if isinstance(record, CaseRecord))
    assert (first.case.id, first.case.output) == (hostile, hostile)
    (reject,) = (record for record in records if isinstance(record, Reject))
    assert "\x1b" not in reject.reason
