"""The speed benchmark: its files say the same in both formats, and its command measures what it says."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from benchmarks.speed import comparisons, material
from benchmarks.speed.__main__ import main
from benchmarks.speed.clock import Side, Use, in_turns, python
from benchmarks.speed.comparisons import Comparison
from benchmarks.speed.report import Row, as_object, as_text
from click.testing import CliRunner

from readiness_tui.domain.runs.model import CaseStatus
from readiness_tui.sources.kit.base import CaseRecord, Reject, TraceRecord
from readiness_tui.sources.otel.source import SOURCE as OTEL
from readiness_tui.sources.own.case_record import SOURCE as CASES
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


def test_a_run_has_as_many_cases_as_it_says(tmp_path):
    read = list(CASES.read(material.write_cases(tmp_path / "cases.jsonl", 50)))
    cases = [made.case for made in read if isinstance(made, CaseRecord)]
    assert len(cases) == len({case.id for case in cases}) == 50
    assert not [made for made in read if isinstance(made, Reject)]
    assert {case.status for case in cases} == {CaseStatus.PASS, CaseStatus.FAIL}


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
    with pytest.raises(RuntimeError, match="broke inside"):  # Python ends with 1, as `check` does for a NO-GO
        in_turns([Side("wrong", python("-c", "raise ValueError('broke inside')"), tells=True)], tmp_path, 1)


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


def test_beside_floor_and_peer_stands_the_ratio_to_each():
    made = Comparison("key", "what", Side("a", ()), Side("b", ()), Side("theirs", ()))
    row = Row(1000, made, Use(3, 4, 50), Use(2, 1, 10), Use(12, 1, 10))
    (told,) = as_object([row], 3)["rows"]
    assert (told["ratio"], told["peer_ratio"]) == (1.5, 0.25)
    heads, _, cells = ([cell.strip() for cell in line.split("|")] for line in as_text([row]).splitlines())
    assert [cells[at] for at, head in enumerate(heads) if head == "ratio"] == ["1.50", "0.25"]
    assert cells[heads.index("peer")] == "theirs 12"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("group", "keys"),
    [
        ("reading", {"check", "runs", "scorecard", "gaps", "gate check", "check-sample", "version", "help"}),
        ("listing", {"page", "search"}),
        ("organisation", {"check-organisation", "score-organisation"}),
        ("importing", {"import", "import-duckdb", "import-otlp", "import-cases"}),
    ],
)
def test_the_command_measures_whole_commands(tmp_path, monkeypatch, group, keys):
    monkeypatch.setattr(comparisons, "FACTOR", "0.1")
    arguments = ["--records", "300", "--runs", "1", "--only", group, "--folder", str(tmp_path), "--json"]
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    rows = {row["key"]: row for row in json.loads(done.stdout)["rows"]}
    assert rows.keys() == keys
    assert all(row["ours"]["cpu"] > 0 and row["ours"]["memory"] > 1 for row in rows.values())
