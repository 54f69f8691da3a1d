"""JUnit XML: what pytest and promptfoo write, and what a hostile document tries."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import CaseStatus, Completeness, Provenance
from readiness_tui.sources import registry
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


def test_a_test_without_a_name_is_named_by_its_place(read, make):
    found = read(make("x.xml", suite('\n<testcase name="a"/>\n<testcase/>\n<testcase classname="c" name=" "/>\n')))
    assert [(case.id, case.id_from) for case in found.cases] == [
        ("a", "explicit"),
        ("test 2 without a name", "position"),
        ("c::test 3 without a name", "position"),
    ]
    assert (found.rejects, found.runs[0].completeness) == ([], Completeness.COMPLETE)
    assert any("has no name" in text and "2 records" in text for text in found.warnings)


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        ('status="run" result="completed"', CaseStatus.PASS),  # GoogleTest
        ('status="notrun" result="suppressed"', CaseStatus.UNKNOWN),
        ('status="run" result="skipped"', CaseStatus.UNKNOWN),
        ('status="notrun"', CaseStatus.UNKNOWN),  # CTest
        ('status="disabled"', CaseStatus.UNKNOWN),
        ('status="fail"', CaseStatus.FAIL),
        ('status="Not Run"', CaseStatus.UNKNOWN),
        ('status="untested"', CaseStatus.UNKNOWN),  # behave
        ('status="failed"', CaseStatus.FAIL),
        ('status="PASSED"', CaseStatus.PASS),
        ('status="broken"', CaseStatus.ERROR),
        ('status="7"', CaseStatus.UNKNOWN),  # a word that nobody knows is no pass
        ('executed="false"', CaseStatus.UNKNOWN),
        ('skipped="true"', CaseStatus.UNKNOWN),
        ("", CaseStatus.PASS),
    ],
)
def test_a_test_says_in_attributes_whether_it_ran(read, make, attributes, status):
    (case,) = read(make("x.xml", suite(f'<testcase name="a" {attributes}/>'))).cases
    assert case.status is status


def test_a_status_that_nobody_knows_is_said(read, make):
    found = read(make("x.xml", suite('<testcase name="a" status="purple"/>')))
    assert any('status "purple" is not understood' in text for text in found.warnings)


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        ("1,234.5", 1234.5),
        ("12,345,678", 12345678.0),
        ("0,123", 0.123),
        ("12,5", 12.5),
        ("1.234,5", 1234.5),
        ("1,234", None),
        ("soon", None),
        ("1e400", None),
    ],
)
def test_times_with_separators(read, make, time, seconds):
    (case,) = read(make("x.xml", suite(f'<testcase name="a" time="{time}"/>'))).cases
    assert case.extra.get("duration_s") == seconds


def nested(inside, **counts):
    attributes = "".join(f" {name}='{value}'" for name, value in counts.items())
    return f"<testsuite{attributes}>{inside}</testsuite>"


TWO = '<testcase name="a"/><testcase name="b"/>'


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        (f'<testsuites tests="4">{nested(nested(TWO, name="x", tests=2) + TWO, name="f", tests=4)}</testsuites>', None),
        (f'<testsuites tests="2">{nested(nested(TWO, name="x", tests=2) + TWO, name="f", tests=4)}</testsuites>', None),
        (f"<testsuites>{nested(nested(TWO, name='x', tests=2) + TWO, name='f', tests=2)}</testsuites>", None),
        (f'<testsuites tests="9">{nested(TWO, name="x", tests=2)}</testsuites>', 9),
        (f"<testsuites>{nested(TWO, name='x', tests=2)}{nested('', name='y', tests=3)}</testsuites>", 5),
        (f"<testsuites>{nested(nested(TWO, name='x', tests=3), name='f')}</testsuites>", 3),
    ],
    ids=[
        "bun: a parent counts its suites",
        "a stale root",
        "a parent counts its own",
        "root",
        "an empty suite",
        "deep",
    ],
)
def test_counts_of_nested_suites(read, make, text, declared):
    found = read(make("x.xml", text))
    (run,) = found.runs
    assert run.declared_cases == declared
    assert any("cases, and" in said for said in found.warnings) is (declared is not None)
    assert run.completeness is (Completeness.PARTIAL if declared else Completeness.COMPLETE)


def test_counts_that_leave_out_what_was_not_run_are_no_difference(read, make):
    text = suite('<testcase name="a"/><testcase name="b"><skipped/></testcase>', 'tests="1" skipped="1"')
    found = read(make("x.xml", text))
    assert found.runs[0].completeness is Completeness.COMPLETE
    assert not any("it counts 1" in text for text in found.warnings)


def test_tests_that_a_suite_counts_as_skipped_and_that_do_not_say_so_are_disputed(read, make):
    """As PySys wrote it: they look passed."""
    found = read(make("x.xml", suite('<testcase name="a"/><testcase name="b"><failure/></testcase>', 'skipped="1"')))
    (one,) = found.runs[0].disputed
    assert (one.metric, one.declared, one.found) == ("task_success_rate", 0.0, 0.5)
    assert any("it counts 1 skipped" in text for text in found.warnings)


def test_a_test_that_failed_and_then_could_not_be_torn_down_is_counted_as_both(read, make):
    both = '<testcase name="a"><failure message="no"/><error message="teardown"/></testcase>'
    found = read(make("x.xml", suite(both, 'tests="1" failures="1" errors="1"')))
    assert found.cases[0].status is CaseStatus.ERROR
    assert not found.runs[0].disputed


@pytest.mark.parametrize(
    ("inside", "attributes", "said"),
    [
        ('<error message="setup: no key"/><testcase name="a"/>', 'tests="1"', "(error: setup: no key)"),
        ('<testcase name="a"/><failure>hook</failure>', "", "(failure: hook)"),
        ('<testcase name="a"/><system-err>boom</system-err>', 'tests="1" errors="1"', "1 error that no test in it has"),
    ],
)
def test_errors_outside_of_a_test_make_the_run_partial(read, make, inside, attributes, said):
    found = read(make("x.xml", suite(inside, attributes)))
    assert found.runs[0].completeness is Completeness.PARTIAL
    assert any(said in text for text in (*found.warnings, *found.runs[0].warnings))


@pytest.mark.parametrize(
    "case",
    [
        '<testcase classname="" name="tests.test_a"><error message="collection failure"/></testcase>',
        '<testcase classname="Test suite failed to run" name="a.test.ts"><error>no module</error></testcase>',
        '<testcase classname="pkg" name="[build failed]"><error message="Build error"/></testcase>',
        '<testcase classname="shop.AnswerTest" name=""><error message="BeforeClass"/></testcase>',
        '<testcase classname="shop.AnswerTest" name="initializationError"><error message="x"/></testcase>',
        '<testcase classname="" name=\'refunds "before all" hook for "a"\'><failure message="x"/></testcase>',
        '<testcase classname="" name="" status="run" result="completed"><failure message="outside"/></testcase>',
    ],
)
def test_a_case_that_stands_for_tests_which_were_not_run_makes_the_run_partial(read, make, case):
    found = read(make("x.xml", suite(f'<testcase name="a"/>{case}', 'tests="2"')))
    assert found.runs[0].completeness is Completeness.PARTIAL
    assert any("outside of any test" in text for text in found.warnings)


def test_the_same_name_in_two_suites_is_two_tests_and_on_two_hosts_a_variant(read, make):
    case = '<testcase classname="shop" name="a"/>'
    found = read(make("x.xml", f"<testsuites>{nested(case, name='x.ts')}{nested(case, name='y.ts')}</testsuites>"))
    assert [case.id for case in found.cases] == ["x.ts > shop::a", "y.ts > shop::a"]
    hosts = "".join(nested(case, name="x.ts", hostname=host) for host in ("chromium", "webkit"))
    found = read(make("y.xml", f"<testsuites>{hosts}</testsuites>"))
    assert [(case.id, case.variant) for case in found.cases] == [("shop::a", "chromium"), ("shop::a", "webkit")]
    assert not any("repeat" in text for text in found.warnings)


def test_two_prompts_of_one_provider_are_two_versions(read, make):
    case = '<testcase classname="x" name="test 1: a" time="0.1"/>'
    suites = "".join(f'<testsuite name="[m] prompt {n}" tests="1">{case}</testsuite>' for n in (1, 2))
    found = read(make("x.xml", f'<testsuites name="promptfoo" tests="2">{suites}</testsuites>'))
    assert [run.version for run in found.runs] == ["prompt 1/m", "prompt 2/m"]


@pytest.mark.parametrize("root", ["test-run", "assemblies", "TestRun", "testng-results"])
def test_another_tools_own_report_says_what_to_do(read, make, root):
    with pytest.raises(ReadinessError, match="Have that tool write JUnit XML"):
        read(make("x.xml", f'<?xml version="1.0"?><{root}><x/></{root}>'))


def test_a_report_that_counts_tests_and_holds_none_says_so(read, make):
    with pytest.raises(ReadinessError, match="counts 7 tests and holds none"):
        read(make("x.xml", suite("", 'tests="7"')))


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


def test_declarations_before_the_root_do_not_hide_what_it_is(make):
    text = (
        '<?xml version="1.0"?>\n<!DOCTYPE testsuites [\n<!ELEMENT a (b, c)>\n]>\n<testsuites><testsuite/></testsuites>'
    )
    path = make("report.xml", text)
    source, _ = registry.recognise(path)
    assert source.name == "junit"
    with pytest.raises(ReadinessError, match="document type with declarations"):
        list(source.read(path))
