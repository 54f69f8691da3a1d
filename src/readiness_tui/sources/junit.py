"""JUnit XML from any tool: a run of pass and fail cases.

What the tools share (pytest, Maven Surefire, Gradle, gotestsum, promptfoo): `testsuites` or `testsuite` around
`testcase` with `name`, `classname`, `time` in seconds, and inside it `failure`, `error` or `skipped`. Surefire marks a
test that finally passed with `flakyFailure`, `flakyError`. promptfoo writes a suite per prompt and provider.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Case, CaseStatus, Completeness, Measure, Provenance, Run
from readiness_tui.domain.text.secrets import mask
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import CaseRecord, Recognised, Record, RunStart
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.recordio import reject
from readiness_tui.sources.kit.xml_stream import Element, root_of, stream

ROOTS = ("testsuites", "testsuite")
PROMPTFOO = "promptfoo"
_BRACKETS = re.compile(r"\[(.+?)\].*", re.DOTALL)
_NUMBERED = re.compile(r"test \d+: (.+)", re.DOTALL)


@dataclass(slots=True)
class _Found:
    """What a first pass over a run's cases found."""

    name: str
    cases: int = 0
    declared: int = 0
    errors: int = 0
    started: datetime | None = None
    properties: dict[str, str] = field(default_factory=dict)


class JUnit:
    name = "junit"
    title = "JUnit XML (pytest, Surefire, gotestsum, promptfoo …)"
    brings = ("a run with one case per test: passed, failed or error, with its message", "times of the suites")
    lacks = (
        "scores, outputs, tokens, cost, retrieved chunks, tool calls: only pass and fail",
        "latency of a request: the file has each test's own time (only promptfoo's is the request's, and is used)",
        "versions of pipeline, prompt or model, unless a suite's properties name them",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        found = root_of(head)
        if found is None or found[0] not in ROOTS:
            return None
        return Recognised(self.name, f"XML with {found[0]} as its root", 95)

    def read(self, path: Path) -> Iterator[Record]:
        mark = digest(path)[:12]
        runs = _survey(path)
        if not runs:
            raise ReadinessError(f"{path}: the report holds no test. Run the tests again before exporting it.")
        ids = {key: f"junit-{mark}" if len(runs) == 1 else f"junit-{mark}/{n}" for n, key in enumerate(runs, 1)}
        for key, found in runs.items():
            yield RunStart(_run(path, ids[key], key, found))
        notes = fields.Notes()
        repeats: dict[tuple[str, str], int] = {}
        for around, element in stream(path, _is_case):
            if not around:
                continue
            key = _key(around)
            try:
                if key not in ids:
                    raise RecordError("the file changed while it was read")
                case = _case(around, element, key is not None, notes)
            except RecordError as error:
                yield reject(element.line, str(error), element.attributes.get("name", ""))
                continue
            repeat = repeats.get((ids[key], case.id), 0)
            repeats[ids[key], case.id] = repeat + 1
            if repeat:
                notes.add("a test of the same name stands in the report again; taken as a repeat")
                case = replace(case, repeat=repeat)
            yield CaseRecord(ids[key], case, json.dumps(_plain(element), ensure_ascii=False))
        yield from notes.warnings(path.name)


def _is_case(path: Sequence[str]) -> bool:
    return path[-1] == "testcase"


def _key(around: list[Element]) -> str | None:
    """The suite, if each suite is a run of its own; None if the whole report is one run."""
    if around[0].attributes.get("name") == PROMPTFOO and len(around) > 1:
        return around[1].attributes.get("name", "")
    return None


def _survey(path: Path) -> dict[str | None, _Found]:
    runs: dict[str | None, _Found] = {}
    last: Element | None = None
    for around, element in stream(path, _is_case):
        if around:
            key = _key(around)
            found = runs.setdefault(key, _Found(key or around[0].attributes.get("name") or ""))
            found.cases += 1
            found.errors += element.find("error") is not None
            if len(around) > 1 and not found.name:
                found.name = around[1].attributes.get("name", "")
            if around[-1] is not last:
                last = around[-1]
                for suite in around:
                    _note_suite(found, suite)
            if not found.declared:
                top = around[1] if key is not None else around[0]
                found.declared = _count(top.attributes.get("tests")) or 0
        elif element.tag not in ROOTS:
            raise ReadinessError(f"{path}: its root is {element.tag[:40]!r}, so it is no JUnit report.")
        else:
            for found in runs.values():
                for suite in (element, *element.children):
                    _properties(found, suite)
    return runs


def _note_suite(found: _Found, suite: Element) -> None:
    try:
        started = fields.moment(suite.attributes, "timestamp")
    except RecordError:
        started = None
    if started is not None and (found.started is None or started < found.started):
        found.started = started.astimezone(UTC)
    _properties(found, suite)


def _properties(found: _Found, suite: Element) -> None:
    for element in listed.children if (listed := suite.find("properties")) is not None else ():
        name = element.attributes.get("name", "")
        value = element.attributes.get("value", element.text)
        if name:
            found.properties.setdefault(name, mask(f"{name}={value}").removeprefix(f"{name}="))


def _run(path: Path, ident: str, key: str | None, found: _Found) -> Run:
    warnings = ["passes and fails alone: the report has no scores, outputs, tokens or cost"]
    short = found.cases < found.declared
    if short:
        warnings.append(f"the report counts {found.declared} tests, and {found.cases} are in it")
    if found.started is None:
        warnings.append("the report does not say when the tests ran")
    named = found.properties.get
    bracket = _BRACKETS.fullmatch(key) if key else None
    return Run(
        id=ident,
        name=found.name or path.stem,
        tool=PROMPTFOO if key is not None else SOURCE.name,
        pipeline_version=named("pipeline_version") or named("system_version") or named("version"),
        prompt_version=named("prompt_version"),
        model=named("model") or (bracket.group(1) if bracket else None),
        started_at=found.started,
        completeness=Completeness.ERRORED
        if found.errors == found.cases
        else Completeness.PARTIAL
        if short
        else Completeness.COMPLETE,
        warnings=tuple(f"{path.name}: {warning}." for warning in warnings),
        extra={"properties": found.properties} if found.properties else {},
    )


def _case(around: list[Element], element: Element, promptfoo: bool, notes: fields.Notes) -> Case:
    name = element.attributes.get("name", "").strip()
    if not name:
        raise RecordError("the test has no name")
    id_from = "explicit"
    if promptfoo:
        described = _NUMBERED.fullmatch(name)
        ident, id_from = (described.group(1), "input") if described else (name, "position")
    else:
        owner = element.attributes.get("classname") or (around[-1].attributes.get("name") if len(around) > 1 else None)
        ident = f"{owner}::{name}" if owner else name
    status, why = _status(element)
    extra: dict[str, object] = {}
    if status is CaseStatus.UNKNOWN:
        notes.add("the test was skipped; it counts neither as passed nor as failed")
        extra["skipped"] = why
    elif status is CaseStatus.FAIL:
        extra["reason"] = why
    flaky = any(child.tag in ("flakyFailure", "flakyError", "rerunFailure", "rerunError") for child in element.children)
    seconds = _seconds(element.attributes.get("time"))
    latency = Measure()
    if seconds is not None and promptfoo and status is not CaseStatus.ERROR:
        latency = Measure(seconds * 1000, Provenance.MEASURED)
    elif seconds is not None and not promptfoo:
        extra["duration_s"] = seconds
    return Case(
        id=ident,
        id_from=id_from,
        question=name,
        status=status,
        error=why or "the test says error without a reason" if status is CaseStatus.ERROR else None,
        latency_ms=latency,
        tags=("flaky",) if flaky else (),
        extra=extra,
    )


def _status(element: Element) -> tuple[CaseStatus, str]:
    """Error takes precedence over failure, failure over skipped; with the message and its text if they differ."""
    for tag, status in (("error", CaseStatus.ERROR), ("failure", CaseStatus.FAIL), ("skipped", CaseStatus.UNKNOWN)):
        child = element.find(tag)
        if child is not None:
            message = child.attributes.get("message", "")
            return status, message if child.text in ("", message) else f"{message}\n{child.text}".strip()
    return CaseStatus.PASS, ""


def _seconds(text: str | None) -> float | None:
    try:
        value = float((text or "").replace(",", ""))  # Surefire groups thousands
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value < 1e9 else None


def _count(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None


def _plain(element: Element) -> dict[str, object]:
    plain: dict[str, object] = {"tag": element.tag, **element.attributes}
    if element.text:
        plain["text"] = element.text
    if element.children:
        plain["children"] = [_plain(child) for child in element.children]
    return plain


SOURCE = JUnit()
