"""The speed benchmark: its files say the same in both formats, and its command measures what it says."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from benchmarks.speed import material
from benchmarks.speed.__main__ import main
from benchmarks.speed.clock import Side, Use, in_turns, python
from benchmarks.speed.comparisons import Comparison
from benchmarks.speed.report import Row, as_object, as_text
from click.testing import CliRunner

from readiness_tui.sources.kit.base import TraceRecord
from readiness_tui.sources.otel.source import SOURCE as OTEL
from readiness_tui.sources.own.trace_record import SOURCE as OWN


def test_the_same_seed_writes_the_same_bytes_of_the_size_that_is_promised(tmp_path):
    one, other = (material.write_records(tmp_path / f"{name}.jsonl", 400).read_bytes() for name in "ab")
    assert one == other
    assert 640 <= len(one) / 400 <= 740


def test_both_formats_bring_the_same_requests(tmp_path):
    own = _traces(OWN, material.write_records(tmp_path / "own.jsonl", 300))
    otlp = _traces(OTEL, material.write_otlp(tmp_path / "otlp.jsonl", 300))
    assert own.keys() == otlp.keys() == {record["trace_id"] for record in material.trace_records(300)}
    for ident, trace in own.items():
        same = otlp[ident]
        assert (trace.question, trace.model, trace.tokens_in) == (same.question, same.model, same.tokens_in)
        assert Counter(call.name for call in trace.tool_calls or ()) == Counter(c.name for c in same.tool_calls or ())
        assert (trace.error is None) == (same.error is None)
        assert trace.latency_ms == pytest.approx(same.latency_ms, abs=0.001)


def _traces(source, path):
    return {made.trace.id: made.trace for made in source.read(path) if isinstance(made, TraceRecord)}


def test_sides_run_in_turns_and_what_they_tell_of_themselves_is_taken(tmp_path):
    said = tmp_path / "turns"
    note = f"open({str(said)!r}, 'a').write"
    sides = [
        Side("one", python("-c", f"{note}('1')")),
        Side("other", python("-c", f"{note}('2'); print('{{\"cpu\": 7.5, \"wall\": 8.5}}')"), tells=True),
    ]
    used = in_turns(sides, tmp_path, 3)
    assert said.read_text() == "121212"
    assert (used[1].cpu, used[1].wall) == (7.5, 8.5)
    assert 0 < used[0].cpu < 5


def test_a_command_that_fails_is_no_measurement(tmp_path):
    with pytest.raises(RuntimeError, match="exit status 9"):
        in_turns([Side("wrong", python("-c", "raise SystemExit(9)"))], tmp_path, 1)


@pytest.mark.parametrize(
    ("ours", "asked", "held"),
    [
        (Use(8, 9, 50), {"most": 8, "memory": 110}, True),
        (Use(8.1, 9, 50), {"most": 8}, False),
        (Use(1, 9, 111), {"most": 8, "memory": 110}, False),
        (Use(1, 1.2, 50), {"beyond": 0.25}, True),
        (Use(1, 1.3, 50), {"beyond": 0.25}, False),
        (Use(0.36, 1, 50), {"seconds": 0.35}, False),
        (Use(1, 1, 1), {}, None),
    ],
)
def test_a_goal_is_held_or_not(ours, asked, held):
    row = Row(1000, Comparison("key", "what", Side("a", ()), **asked), ours, Use(1, 1, 10), None)
    assert row.held is held
    assert as_object([row], 3)["rows"][0]["held"] is held
    told = as_text([row], {"rows": [{"key": "key", "records": 1000, "ours": {"cpu": 4.0}}]})
    assert told.splitlines()[-1].endswith("| 4 |")


@pytest.mark.slow
def test_the_command_measures_whole_commands(tmp_path):
    arguments = ["--records", "300", "--runs", "1", "--only", "reading", "--folder", str(tmp_path), "--json"]
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    rows = {row["key"]: row for row in json.loads(done.stdout)["rows"]}
    assert {"check", "runs", "scorecard", "gaps", "gate check", "check-sample", "version", "help"} == rows.keys()
    assert all(row["ours"]["cpu"] > 0 and row["ours"]["memory"] > 1 for row in rows.values())
