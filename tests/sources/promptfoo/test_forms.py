"""promptfoo's other forms say of the same evaluation what its JSON says, as far as they can."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import yaml

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import CaseStatus, Provenance


@pytest.fixture
def baseline(promptfoo_dir, read):
    return read(promptfoo_dir / "baseline.json")


def test_yaml_is_the_same_evaluation(promptfoo_dir, read, baseline):
    found = read(promptfoo_dir / "baseline.yaml")  # the tool writes it with aliases where a part repeats
    assert found.cases == baseline.cases
    assert [replace(run, warnings=()) for run in found.runs] == [replace(run, warnings=()) for run in baseline.runs]


def test_xml_is_the_same_evaluation(promptfoo_dir, read, baseline):
    found = read(promptfoo_dir / "baseline.xml")
    assert [replace(case, error=None, extra={}) for case in found.cases] == [
        replace(case, error=None, extra={}) for case in baseline.cases
    ]
    same = {"extra": {}, "warnings": (), "tool_version": None}  # the tool's XML does not name its version
    assert [replace(run, **same) for run in found.runs] == [replace(run, **same) for run in baseline.runs]


def test_csv_has_the_same_answers_and_scores(promptfoo_dir, read, baseline):
    found = read(promptfoo_dir / "baseline.csv")
    assert [case.status for case in found.cases] == [case.status for case in baseline.cases]
    answered = [(mine, theirs) for mine, theirs in zip(found.cases, baseline.cases, strict=True) if mine.output]
    assert [mine.output for mine, _ in answered] == [theirs.output for _, theirs in answered]
    for mine, theirs in answered:
        assert {n: s.value for n, s in mine.scores.items()} == {n: s.value for n, s in theirs.scores.items()}
    assert all(case.latency_ms.provenance is Provenance.MISSING and case.id_from == "input" for case in found.cases)
    assert "neither latency nor cost" in found.runs[0].warnings[0]


def test_an_id_from_variables_is_the_same_in_every_form(promptfoo_dir, read, make):
    document = json.loads((promptfoo_dir / "baseline.json").read_bytes())
    for row in document["results"]["results"]:
        del row["testCase"]["metadata"]["case_id"]
    ids = [case.id for case in read(make("x.json", document)).cases]
    assert [case.id for case in read(promptfoo_dir / "baseline.csv").cases] == ids
    assert all(ident.startswith("vars-") for ident in ids)


TABLE = (
    "question,[m1] p1,Status,Score,Named Scores,Grader Reason,[m2] p1,Status,Score,Named Scores,Metric: tone\n"
    'q1,a1,PASS,1.00,"{""f"":0.875}",ok,b1,FAIL,0.00,,0.25\n'
    "q1,a2,PASS,1.00,,ok,b2,ERROR,0.00,,\n"
    "q2,a3,PASS,1.00,,ok\n"
    "q3,a4,MAYBE,1.00,,ok,b4,PASS,1.00,,\n"
)


def test_a_table_of_several_providers_with_repeats(read, make):
    found = read(make("x.csv", TABLE))
    assert [run.model for run in found.runs] == ["m1", "m2"]
    assert [(case.repeat, case.output, case.status.value) for case in found.cases] == [
        (0, "a1", "pass"), (0, "b1", "fail"), (1, "a2", "pass"), (1, "b2", "error"),
    ]  # fmt: skip
    assert found.cases[0].scores["f"].value == 0.875
    assert found.cases[1].scores["tone"].value == 0.25
    assert [(reject.line, reject.reason[:20]) for reject in found.rejects] == [
        (4, "the row has 6 cells,"),
        (5, 'Status is "MAYBE", a'),
    ]


def test_repeats_and_several_providers_are_runs_and_repeats_in_yaml(promptfoo_dir, read, make):
    """As `--repeat 2` with two providers writes it: the rows again under new test indices, without an index."""
    document = json.loads((promptfoo_dir / "baseline.json").read_bytes())
    rows = document["results"]["results"][:3]
    first, other = rows[0]["provider"], {"id": "other:model", "label": "other"}
    document["results"]["results"] = [
        row | {"testIdx": row["testIdx"] + copy * 17, "provider": provider}
        for provider in (first, other)
        for copy in (0, 1)
        for row in rows
    ]
    document["runtimeOptions"] = {"repeat": 2}
    document["results"]["stats"] |= {"successes": 8, "failures": 4, "errors": 0}
    found = read(make("x.yaml", yaml.safe_dump(document, sort_keys=False)))
    assert [run.model for run in found.runs] == ["supportbot:baseline", "other:model"]
    assert [(case.id, case.repeat) for case in found.cases] == [
        (f"SB-00{n}", r) for _ in "ab" for r in (0, 1) for n in (1, 2, 3)
    ]
    assert not found.warnings or all("repeat" not in text for text in found.warnings)


HEAD = "evalId: e\nresults:\n  version: 3\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (HEAD + "  results:\n    - a: &a [x, x]\n      b: *nope\n", "stands for nothing"),
        (HEAD + "  results:\n    - &a [*a]\n", "stands for nothing"),
        (HEAD + "  results:\n    - a: !!python/object/apply:os.system [x]\n", "the tag"),
        (HEAD + "  results:\n    - a: 1\n      a: 2\n", "stands twice"),
        (HEAD + "  results:\n    - " + "[" * 300 + "]" * 300 + "\n", "nested deeper|not valid YAML"),
        (HEAD + "  results:\n    - a: 1" + "0" * 40 + "\n", "beyond 64 bits"),
        (HEAD + "  results:\n    - testIdx: 0\n", "it was cut off"),
        (HEAD.replace("3", "4") + "  results: []\n", "versions 2 and 3 are known"),
        (HEAD, "results.results is missing"),
    ],
    ids=["unknown alias", "alias in itself", "tag", "key twice", "depth", "integer", "cut", "version", "no rows"],
)
def test_hostile_and_broken_yaml_is_refused(text, why, read, make):
    with pytest.raises(ReadinessError, match=why):
        read(make("x.yaml", text))


def test_aliases_that_unfold_to_gigabytes_are_refused(read, make):
    levels = "".join(
        f"    - &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" if n else f"    - &l0 [{'x' * 100}]\n" for n in range(12)
    )
    with pytest.raises(ReadinessError, match="aliases unfold to more"):
        read(make("x.yaml", HEAD + "  results:\n" + levels))


def test_a_row_that_is_no_object_is_a_reject(promptfoo_dir, read, make):
    document = json.loads((promptfoo_dir / "baseline.json").read_bytes())
    document["results"]["results"].append("stray")
    found = read(make("x.yaml", yaml.safe_dump(document, sort_keys=False)))
    assert [reject.reason for reject in found.rejects] == ["not an object"]
    assert sum(case.status is CaseStatus.PASS for case in found.cases) == 11


@pytest.mark.parametrize("form", ["yaml", "xml"])
def test_a_file_without_counts_was_cut(form, promptfoo_dir, read, make):
    text = (promptfoo_dir / f"baseline.{form}").read_text()
    with pytest.raises(ReadinessError):
        read(make(f"x.{form}", text[: len(text) * 3 // 4]))
