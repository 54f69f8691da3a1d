"""JUnit XML: what pytest and promptfoo write, and what a hostile document tries."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import CaseStatus, Completeness, Provenance
from readiness_tui.sources.kit import xml_stream

DATA = Path(__file__).parent.parent / "data"


def suite(inside, attributes=""):
    return f'<testsuite name="s" {attributes}>{inside}</testsuite>'


def test_a_run_of_pass_and_fail_cases(read):
    found = read(DATA / "junit" / "pytest.xml")
    (run,) = found.runs
    assert (run.name, run.tool, run.version) == ("pytest tests", "junit", "v12/gpt-x-mini")
    assert run.started_at == datetime(2026, 11, 23, 11, 0, 0, 123456, tzinfo=UTC)
    assert run.completeness is Completeness.COMPLETE
    case = found.case
    # The same name in two classes is two cases.
    assert {name: one.status for name, one in case.items()} == {
        "tests.test_bot.TestRefunds::test_window": CaseStatus.PASS,
        "tests.test_bot.TestRefunds::test_amount[eu]": CaseStatus.FAIL,
        "tests.test_bot.TestTone::test_window": CaseStatus.PASS,
        "tests.test_bot.TestTone::test_later": CaseStatus.UNKNOWN,
        "tests.test_bot.TestTone::test_db": CaseStatus.ERROR,
    }
    assert case["tests.test_bot.TestTone::test_db"].error == 'failed on setup with "ConnectionError"\nno database'
    assert "assert 5 == 7" in case["tests.test_bot.TestRefunds::test_amount[eu]"].extra["reason"]
    assert any("skipped" in text for text in found.warnings)


def test_a_tests_time_is_no_latency(read):
    case = read(DATA / "junit" / "pytest.xml").case["tests.test_bot.TestRefunds::test_window"]
    assert case.latency_ms.provenance is Provenance.MISSING
    assert case.extra["duration_s"] == 0.412


def test_a_credential_among_the_properties_is_masked(read):
    properties = read(DATA / "junit" / "pytest.xml").runs[0].extra["properties"]
    assert "sk-abc" not in properties["api_key"]
    assert "masked" in properties["api_key"]


def test_promptfoos_report_is_a_run_of_promptfoo(read):
    found = read(DATA / "promptfoo" / "baseline.junit.xml")
    (run,) = found.runs
    assert (run.tool, run.model) == ("promptfoo", "supportbot-baseline")
    assert sum(case.status is CaseStatus.PASS for case in found.cases) == 11
    first = found.case["case 1: cancel order"]  # not "test 1: …": the number moves when a test is added
    assert (first.latency_ms.value, first.latency_ms.provenance) == (59.0, Provenance.MEASURED)
    assert found.case["case 13: delete my data"].latency_ms.value is None  # a thrown error has no time
    assert found.case["test 14"].id_from == "position"


def test_promptfoos_suites_are_runs_of_their_own(read, make):
    case = '<testcase classname="x" name="test 1: a" time="0.1"/>'
    suites = "".join(f'<testsuite name="[{name}] p" tests="1">{case}</testsuite>' for name in ("m1", "m2"))
    found = read(make("x.xml", f'<testsuites name="promptfoo" tests="2">{suites}</testsuites>'))
    assert [run.model for run in found.runs] == ["m1", "m2"]
    assert [case.id for case in found.cases] == ["a", "a"]


def test_a_suite_may_be_the_root_and_the_same_test_a_repeat(read, make):
    found = read(make("x.xml", suite('<testcase name="a"/><testcase name="a"><failure/></testcase>', 'tests="3"')))
    assert [(case.id, case.repeat, case.status) for case in found.cases] == [
        ("a", 0, CaseStatus.PASS),
        ("a", 1, CaseStatus.FAIL),
    ]
    assert found.runs[0].completeness is Completeness.PARTIAL  # it counts three


def test_a_flaky_test_is_tagged(read, make):
    inside = '<testcase name="a" time="1,234.5"><flakyFailure message="once"/></testcase>'
    (case,) = read(make("x.xml", suite(inside))).cases
    assert (case.status, case.tags, case.extra["duration_s"]) == (CaseStatus.PASS, ("flaky",), 1234.5)


def test_a_test_without_a_name_is_a_reject_with_its_line(read, make):
    found = read(make("x.xml", suite('\n<testcase name="a"/>\n<testcase/>\n')))
    assert [(reject.line, reject.reason) for reject in found.rejects] == [(3, "the test has no name")]


BILLION = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<testsuite><testcase name="&b;"/></testsuite>'
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BILLION, "document type"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuite><testcase name="a"/></testsuite>', "document type"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&e;"/></testsuite>', "type"),
        ("<testsuite>" + "<a>" * 5000 + '<testcase name="a"/>', "deeper than 100"),
        ('<testsuite><testcase name="a"></testsuite>', "line 1, column 33: not well-formed XML"),
        ('<testsuite><testcase name="&nope;"/></testsuite>', "not well-formed XML"),
        ('<?xml version="1.0" encoding="nope"?><testsuite><testcase name="a"/></testsuite>', "not well-formed|unknown"),
        ("<testsuite></testsuite>", "holds no test"),
    ],
    ids=["entities", "external subset", "external entity", "depth", "nesting", "undefined", "encoding", "empty"],
)
def test_hostile_and_broken_documents_are_refused(text, why, read, make):
    path = make("x.xml", text)
    with pytest.raises(ReadinessError, match=why):
        read(path, "junit")


def test_an_element_beyond_the_limit_is_refused(read, make, monkeypatch):
    monkeypatch.setattr(xml_stream, "MAX_ELEMENT", 10_000)
    with pytest.raises(ReadinessError, match="an element holds more"):
        read(make("x.xml", suite(f'<testcase name="a"><failure>{"x" * 10_001}</failure></testcase>')))


@pytest.mark.parametrize("order", [1, -1])
def test_a_run_started_with_its_earliest_suite_whatever_their_order(make, read, order):
    hours = ("09:00:00", "08:00:00", "10:00:00")[::order]
    suites = "".join(
        f'<testsuite name="s{n}" timestamp="2026-11-23T{hour}"><testcase name="t{n}"/></testsuite>'
        for n, hour in enumerate(hours)
    )
    (run,) = read(make("r.xml", f"<testsuites>{suites}</testsuites>")).runs
    assert run.started_at == datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("declared", "completeness"), [(1, Completeness.COMPLETE), (2, Completeness.COMPLETE), (3, Completeness.PARTIAL)]
)
def test_a_report_that_lacks_declared_tests_is_partial(make, read, declared, completeness):
    text = suite('<testcase name="a"/><testcase name="b"/>', f'tests="{declared}"')
    assert read(make("r.xml", text)).runs[0].completeness is completeness
