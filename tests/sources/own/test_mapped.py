"""Any other file with a mapping: what each column becomes, and what is refused with its line."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import CaseStatus, HumanVerdict, Outcome, Score, ScoreState
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import CaseRecord, Reject, RunStart, TraceRecord, Warn
from readiness_tui.sources.own.mapped import Mapped
from readiness_tui.sources.settings.mapping import CaseColumns, GoldenColumns, TraceColumns

CASES = """\
kind: cases
run: {name: nightly, prompt_version: v13, model: gpt-x-mini, started_at: "2026-11-20T10:00:00Z"}
columns:
  case_id: ticket
  question: prompt
  output: reply
  status: {column: verdict, values: {good: pass, bad: fail, broken: error}}
  latency: {column: took, unit: s}
  cost: {column: cents, unit: cents}
  risk: priority
scores:
  faithfulness: {column: judge, unit: percent, error: judge_error}
  made_up: {column: inventions, direction: lower}
"""
TABLE = """\
ticket,prompt,reply,verdict,took,cents,priority,judge,judge_error,inventions,team
T-1,why?,because,good,1.25,12,high,57,,0,red
T-2,how?,so,bad,,,low,,timeout,2,blue
T-3,when?,,broken,0.5,7,low,NaN,,,
T-4,who?,me,fine,1,1,low,90,,1,
"""
TRACES = """\
kind: traces
records: items
columns:
  trace_id: meta.id
  started_at: at
  question: in.text
  answer: out
  latency: {column: meta.micros, unit: us}
  status: state
  user: who.id
scores:
  faithfulness: judge
"""


@pytest.fixture
def mapped(tmp_path):
    """mapped(mapping, name, content): the records that the file brings."""

    def go(mapping, name, content):
        (tmp_path / "map.yaml").write_text(mapping)
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return list(Mapped(tmp_path / "map.yaml").read(path))

    return go


def cases_of(records):
    return {record.case.id: record.case for record in records if isinstance(record, CaseRecord)}


def test_a_table_of_cases(mapped):
    records = mapped(CASES, "night.csv", TABLE)
    (start,) = (record.run for record in records if isinstance(record, RunStart))
    assert (start.name, start.version, start.tool) == ("nightly", "v13/gpt-x-mini", "mapped")
    assert start.extra["directions"] == {"faithfulness": "higher", "made_up": "lower"}
    cases = cases_of(records)
    first = cases["T-1"]
    assert (first.question, first.output, first.status) == ("why?", "because", CaseStatus.PASS)
    assert (first.latency_ms.value, first.cost.value) == (1250.0, 0.12)
    assert first.scores == {"faithfulness": Score(0.57), "made_up": Score(0.0)}
    assert first.tags == ("high_risk",)
    assert first.extra["team"] == "red"  # not mapped: kept, and no score
    assert cases["T-2"].scores["faithfulness"].state is ScoreState.JUDGE_ERROR
    assert cases["T-2"].latency_ms.value is cases["T-2"].cost.value is None
    assert cases["T-3"].status is CaseStatus.ERROR
    assert {score.state for score in cases["T-3"].scores.values()} == {ScoreState.MISSING}
    assert any("faithfulness is NaN" in record.text for record in records if isinstance(record, Warn))
    (reject,) = (record for record in records if isinstance(record, Reject))
    assert (reject.line, reject.reason) == (5, 'status is "fine", and the mapping knows "good", "bad", "broken"')


def test_traces_in_a_list_of_an_object_by_keys_inside(mapped):
    items = [
        {"meta": {"id": "t1", "micros": 1500}, "in": {"text": "why?"}, "out": "because", "state": "ok", "judge": 0.9,
         "at": "2026-11-20T10:00:00Z", "who": {"id": "u1"}, "host": "a"},
        {"meta": {"id": "t2", "micros": "soon"}, "state": "ok"},
        {"meta": {}, "state": "ok"},
    ]  # fmt: skip
    records = mapped(TRACES, "log.json", {"exported": "today", "items": items})
    (trace,) = (record.trace for record in records if isinstance(record, TraceRecord))
    assert (trace.id, trace.question, trace.answer, trace.outcome) == ("t1", "why?", "because", Outcome.SUCCESS)
    assert (trace.latency_ms, trace.user, trace.scores, trace.extra["host"]) == (1.5, "u1", {"faithfulness": 0.9}, "a")
    rejects = [record.reason for record in records if isinstance(record, Reject)]
    assert rejects == [
        'record 2 of the list: latency is "soon", and a number is needed',
        "record 3 of the list: trace_id is empty",
    ]
    assert not any(isinstance(record, RunStart) for record in records)


def test_only_declared_scores_are_scores_and_what_stands_around_is_kept(mapped):
    mapping = "kind: cases\nrecords: rows\ncolumns: {question: q, human_label: label, human_reviewer: by}\n"
    rows = [{"q": "why?", "faithfulness": 0.9, "label": "fail", "by": "chloe"}]
    records = mapped(mapping, "x.json", {"pipeline": "v9", "rows": rows})
    (case,) = cases_of(records).values()
    assert (case.scores, case.extra["faithfulness"], case.id_from) == ({}, 0.9, "input")
    assert (case.human.verdict, case.human.reviewer) == (HumanVerdict.FAIL, "chloe")
    run = next(record.run for record in records if isinstance(record, RunStart))
    assert run.extra["pipeline"] == "v9"
    assert "the mapping describes no run" in run.warnings[0]


def test_json_lines_and_a_column_that_never_comes(mapped):
    lines = "".join(json.dumps({"ticket": f"T-{n}", "prompt": "p", "verdict": "good"}) + "\n" for n in range(3))
    records = mapped(CASES, "x.jsonl", lines)
    assert len(cases_of(records)) == 3
    (warning,) = (record.text for record in records if isinstance(record, Warn))
    assert warning.startswith("x.jsonl: no record has what map.yaml maps: ")
    assert all(f'"{column}"' in warning for column in ("reply", "took", "cents", "priority", "judge", "judge_error"))


def test_a_column_that_a_table_lacks_is_refused_with_the_one_that_may_be_meant(mapped):
    with pytest.raises(ReadinessError, match=r'has no column "verdict", .* Did you mean "verdicts"\?'):
        mapped(CASES, "x.csv", TABLE.replace("verdict", "verdicts"))


def test_another_mapping_makes_it_another_import(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(TABLE)
    digests = set()
    for text in (CASES, CASES.replace("unit: s}", "unit: ms}")):
        (tmp_path / "map.yaml").write_text(text)
        digests.add(registry.digest_of(Mapped(tmp_path / "map.yaml"), path))
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "columns: {case_id: a}\n",
            "field kind: this field is missing. Write kind: cases, kind: traces, or kind: eval_set.",
        ),
        ("kind: spans\n", "a mapping is of cases, of traces or of an eval set"),
        ("kind: cases\ncolumns: {latency: {column: a, unit: s}}\n", "neither case_id nor question is mapped"),
        ("kind: cases\ncolumns: {case_id: a, latency: took}\n", "field columns.latency.unit: this field is missing"),
        (
            "kind: cases\ncolumns: {case_id: a, latency: {column: b, unit: min}}\n",
            "expected 's', 'ms', 'us', 'ns' or '?'",
        ),
        ("kind: cases\ncolumns: {case_id: a, outptu: b}\n", 'Did you mean "output"?'),
        ("kind: cases\ncolumns: {case_id: a}\nscores: {zest: b}\n", "so its direction is needed"),
        (
            "kind: cases\ncolumns: {case_id: a}\nscores: {faithfulness: {column: b, direction: lower}}\n",
            "Faithfulness is better when higher",
        ),
        ("kind: cases\nrun: {prompt_version: 12}\ncolumns: {case_id: a}\n", "Put it in quotes"),
        (
            "kind: traces\ncolumns: {question: q}\n",
            "no trace_id is mapped. Map it; or name the column that the steps of a request share: group_by",
        ),
        ("kind: traces\nrun: {name: x}\ncolumns: {trace_id: t}\n", "this field is not known"),
        ("- a\n", "Write kind: cases"),
        ("kind: traces\ncolumns: {trace_id: t, tool: u}\n", "only the steps of a trace have it"),
        (
            'kind: cases\ncolumns:\n  case_id: a\n  latency: {column: took, unit: "?"}\n',
            'map.yaml:4:27, field columns.latency.unit: the file does not say in which unit "took" is.'
            " Write s, ms, us or ns in place of the question mark.",
        ),
        (
            'kind: cases\ncolumns: {case_id: a, status: {column: v, values: {good: pass, meh: "?"}}}\n',
            "field columns.status.values.meh: nobody said what this word means",
        ),
        ("kind: eval_set\ncolumns: {id: a}\n", "field columns.question: this field is missing"),
    ],
)
def test_a_mapping_that_is_not_understood(tmp_path, text, said):
    path = tmp_path / "map.yaml"
    path.write_text(text)
    with pytest.raises(ReadinessError) as refused:
        Mapped(path)
    assert said in str(refused.value)
    assert f"{path}:" in str(refused.value)


@pytest.mark.parametrize("part", range(16))
def test_a_cut_table_is_read_up_to_the_cut_or_refused(mapped, part):
    content = TABLE[: len(TABLE) * part // 16]
    try:
        records = mapped(CASES, "x.csv", content)
    except ReadinessError:
        return
    assert set(cases_of(records)) <= {"T-1", "T-2", "T-3", "T-4"}


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", "[" * 10_000, '{"rows": 3}', "\0\0", "ticket\n"])
@pytest.mark.parametrize("mapping", [CASES, TRACES])
def test_strange_content(mapped, mapping, content):
    with suppress(ReadinessError):
        assert not cases_of(mapped(mapping, "x", content))


def test_the_documented_mapping_and_its_fields_are_the_ones_that_are_read(tmp_path):
    text = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text()
    path = tmp_path / "map.yaml"
    path.write_text(text.partition("```yaml\n")[2].partition("```")[0])
    assert Mapped(path).mapping.kind == "cases"
    for kind, columns in (("cases", CaseColumns), ("traces", TraceColumns), ("golden cases", GoldenColumns)):
        documented = set(re.findall(r"`(\w+)`", text.partition(f"Fields of {kind}: ")[2].partition(".")[0]))
        assert documented == set(columns.model_fields)
