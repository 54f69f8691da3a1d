"""What stands on the suites of a JUnit report: which runs it holds, their counts, and errors outside of any test."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import CaseStatus
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import mask
from readiness_tui.sources.junit.cases import ident_of, status_of, suite_of
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import Counted, DeclaredCount, Record, Warn
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.xml_stream import Element, stream

ROOTS = ("testsuites", "testsuite")
PROMPTFOO = "promptfoo"
#: Reports of tests in a tool's own XML, which that tool also writes as JUnit XML.
OTHER_REPORTS = {
    "test-run": "NUnit", "test-results": "NUnit", "assemblies": "xUnit.net", "assembly": "xUnit.net",
    "TestRun": "Visual Studio (trx)", "testng-results": "TestNG", "robot": "Robot Framework", "Site": "CTest",
    "Catch": "Catch2", "Catch2TestRun": "Catch2", "TestLog": "Boost.Test", "unitTest": "SonarQube",
}  # fmt: skip
_BRACKETS = re.compile(r"\[(.+?)\] ?(.*)", re.DOTALL)
#: How pytest, Jest, Mocha, Surefire, Gradle and go-junit-report name a file or class of which no test could be run.
_WHOLE_FILE = re.compile(
    r"\b(collection failure|test suite failed to run|initializationError|executionError|classMethod)\b"
    r"|\"before (all|each)\" hook|\[(build|setup) failed\]",
    re.IGNORECASE,
)
#: Each count with the attributes that state it.
_COUNTS = (("tests", ("tests",)), ("failures", ("failures",)), ("errors", ("errors",)),
           ("skipped", ("skipped", "skips", "ignored")), ("disabled", ("disabled",)))  # fmt: skip


@dataclass(slots=True)
class SuiteTally:
    """What a first pass over a run's cases found. `elements`: how many cases have an `error`, a `failure`, or were not
    run; `outside`: errors that stand in no test; `places`: the suites in which each test stands."""

    name: str
    cases: int = 0
    statuses: Counter[CaseStatus] = field(default_factory=Counter)
    elements: Counter[str] = field(default_factory=Counter)
    declared: Counter[str] = field(default_factory=Counter)
    outside: list[str] = field(default_factory=list)
    places: dict[str, dict[tuple[str, str], None]] = field(default_factory=dict)
    started: datetime | None = None
    properties: dict[str, str] = field(default_factory=dict)


def is_case(path: Sequence[str]) -> bool:
    return path[-1] == "testcase"


def run_key(around: list[Element]) -> str | None:
    """The suite, if each suite is a run of its own; None if the whole report is one run."""
    if around[0].attributes.get("name") == PROMPTFOO and len(around) > 1:
        return around[1].attributes.get("name", "")
    return None


def bracket(key: str | None) -> tuple[str | None, str]:
    """promptfoo's "[provider] prompt 1"."""
    found = _BRACKETS.fullmatch(key) if key else None
    return (found.group(1), found.group(2)) if found else (None, key or "")


def survey(path: Path) -> dict[str | None, SuiteTally]:
    runs: dict[str | None, SuiteTally] = {}
    own: Counter[int] = Counter()  # cases directly in a suite, by the suite's place in memory
    last: Element | None = None
    for around, element in stream(path, is_case):
        if around:
            key = run_key(around)
            found = runs.setdefault(key, SuiteTally(key or around[0].attributes.get("name") or ""))
            own[id(around[-1])] += 1
            _count_case(found, around, element, own[id(around[-1])])
            if len(around) > 1 and not found.name:
                found.name = around[1].attributes.get("name", "")
            if around[-1] is not last:
                last = around[-1]
                for suite in around:
                    _note_suite(found, suite)
        elif element.tag in OTHER_REPORTS:
            raise ReadinessError(
                f"{path} is a report of {OTHER_REPORTS[element.tag]} in its own XML. Have that tool write JUnit XML, or"
                " convert the report, and import that."
            )
        elif element.tag not in ROOTS:
            raise ReadinessError(f"{path}: its root is {element.tag[:40]!r}, so it is no JUnit report.")
        else:
            if not runs:
                counted = _totals(element, own)["tests"]
                of = f"the report counts {counted:,} tests and holds none" if counted else "the report holds no test"
                raise ReadinessError(f"{path}: {of}. Run the tests again before exporting it.")
            _note_tree(runs, element, own)
    return runs


def _count_case(found: SuiteTally, around: list[Element], element: Element, position: int) -> None:
    status = status_of(element)[0]
    found.cases += 1
    found.statuses[status] += 1
    for name, tag in (("errors", "error"), ("failures", "failure")):
        found.elements[name] += element.find(tag) is not None
    found.elements["skipped"] += status is CaseStatus.UNKNOWN
    if (text := _stands_for_more(element)) and len(found.outside) < 100:
        found.outside.append(text)
    found.places.setdefault(ident_of(around, element, position)[0], {})[suite_of(around)] = None


def _stands_for_more(element: Element) -> str:
    """What a case says that stands for tests which were never found, built or loaded; "" for a test. Surefire and
    GoogleTest leave its name empty."""
    error = element.find("error") or element.find("failure")
    if error is None:
        return ""
    said = " ".join((element.attributes.get("classname", ""), element.attributes.get("name", ""), _message(error)))
    nameless = not element.attributes.get("name", "").strip()
    return f"error: {one_line(_message(error), 120)}" if nameless or _WHOLE_FILE.search(said) else ""


def _message(element: Element) -> str:
    return element.attributes.get("message") or element.text or "no message"


def _note_tree(runs: dict[str | None, SuiteTally], root: Element, own: Counter[int]) -> None:
    """What stands on the suites: counts, errors outside of a test, and properties that come after the tests."""
    for key, found in runs.items():
        suites = [root] if key is None else [one for one in root.children if one.attributes.get("name", "") == key]
        for suite in suites:
            found.declared += _totals(suite, own)
            for one in _each(suite):
                found.outside += [
                    f"{child.tag}: {one_line(_message(child), 120)}"
                    for child in one.children
                    if child.tag in ("error", "failure")
                ]
        for suite in (root, *root.children):
            _properties(found, suite)


def _each(suite: Element) -> Iterator[Element]:
    yield suite
    for child in suite.children:
        if child.tag in ROOTS:
            yield from _each(child)


def _totals(suite: Element, own: Counter[int]) -> Counter[str]:
    """A suite's counts. Those of a parent include its suites; where it counts fewer, it counts only its own tests."""
    inside: Counter[str] = Counter()
    for child in suite.children:
        if child.tag in ROOTS:
            inside += _totals(child, own)
    direct = own[id(suite)]
    found: Counter[str] = Counter()
    for name, attributes in _COUNTS:
        stated = [n for one in attributes if (n := _count(suite.attributes.get(one))) is not None]
        if stated or inside[name]:
            found[name] = max(*stated, inside[name] + (direct if name == "tests" else 0), 0)
    return found


def declared(path: Path, ident: str, found: SuiteTally) -> Iterator[Record]:
    """What the suites count, where the tests in the report do not bear it out."""
    counts, seen = found.declared, found.elements
    not_run = counts["skipped"] + counts["disabled"]
    for name, what, borne_out in (
        ("tests", Counted.CASES, (found.cases, found.cases - seen["skipped"])),
        ("failures", Counted.FAILED, (seen["failures"], found.statuses[CaseStatus.FAIL])),
        ("errors", Counted.ERRORS, (seen["errors"], found.statuses[CaseStatus.ERROR])),
    ):
        if name in counts and counts[name] not in borne_out:
            yield DeclaredCount(ident, what, counts[name], f"{path.name}, {name}")
    if "skipped" in counts and seen["skipped"] not in (counts["skipped"], not_run):
        yield DeclaredCount(ident, Counted.SKIPPED, not_run, f"{path.name}, skipped")
    for text in found.outside[:3]:
        yield Warn(f"{path.name}: it reports an error outside of any test, so tests may be missing ({text}).")


def _note_suite(found: SuiteTally, suite: Element) -> None:
    try:
        started = fields.moment(suite.attributes, "timestamp")
    except RecordError:
        started = None
    if started is not None and (found.started is None or started < found.started):
        found.started = started.astimezone(UTC)
    _properties(found, suite)


def _properties(found: SuiteTally, suite: Element) -> None:
    for element in listed.children if (listed := suite.find("properties")) is not None else ():
        name = element.attributes.get("name", "")
        value = element.attributes.get("value", element.text)
        if name:
            found.properties.setdefault(name, mask(f"{name}={value}").removeprefix(f"{name}="))


def _count(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None
