"""One test of a JUnit report as a case: its id, whether it ran and how it ended, its time."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from readiness_tui.domain.runs.model import Case, CaseStatus, Measure, Provenance
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.jsonio import quoted
from readiness_tui.sources.kit.xml_stream import Element

_NUMBERED = re.compile(r"test \d+: (.+)", re.DOTALL)
_GROUPED = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
_DECIMAL_COMMA = re.compile(r"(\d{1,3}(\.\d{3})+|\d+),\d+")
_NOT_RUN = ("skipped", "disabled", "ignored", "notrun", "pending", "todo", "incomplete", "canceled")
_CHILDREN = (
    ("error", CaseStatus.ERROR),
    ("failure", CaseStatus.FAIL),
    *((tag, CaseStatus.UNKNOWN) for tag in _NOT_RUN),
)
_WORDS = (
    (CaseStatus.ERROR, "error errored broken timedout timeout aborted interrupted crashed"),
    (CaseStatus.FAIL, "fail failed failure"),
    (CaseStatus.UNKNOWN, "notrun not_run notexecuted skip skipped disabled ignored suppressed pending todo untested"
     " undefined inconclusive canceled cancelled blocked filtered incomplete"),
    (CaseStatus.PASS, "pass passed success successful succeeded ok run completed executed expected"),
)  # fmt: skip
_STATUS = {word: status for status, words in _WORDS for word in words.split()}
_RERUN = ("flakyFailure", "flakyError", "rerunFailure", "rerunError")  # the last two also beside a failure


def ident_of(around: list[Element], element: Element, position: int) -> tuple[str, str]:
    """A test's id and where it is from: its class and name; where it has no name, its place in the suite."""
    name = element.attributes.get("name", "").strip()
    owner = element.attributes.get("classname") or (around[-1].attributes.get("name") if len(around) > 1 else None)
    said = name or f"test {position} without a name"
    return (f"{owner}::{said}" if owner else said), ("explicit" if name else "position")


def suite_of(around: list[Element]) -> tuple[str, str]:
    """The names of the suites around a test, and the host: where Playwright writes its project (a browser, say)."""
    names = [suite.attributes.get("name", "") for suite in around if suite.tag == "testsuite"]
    return " > ".join(name for name in names if name), around[-1].attributes.get("hostname", "")


def in_its_suite(case: Case, around: list[Element], places: dict[tuple[str, str], None]) -> Case:
    """Tests of one class and name in different suites are different tests; on different hosts, variants of one."""
    name, host = suite_of(around)
    if len({suite for suite, _ in places}) > 1 and name:
        case = replace(case, id=f"{name} > {case.id}")
    return replace(case, variant=host) if len({at for suite, at in places if suite == name}) > 1 else case


def read_case(around: list[Element], element: Element, position: int, promptfoo: bool, notes: fields.Notes) -> Case:
    name = element.attributes.get("name", "").strip()
    ident, id_from = ident_of(around, element, position)
    if not name:
        notes.add("a test has no name; it is named by its class and its place in the suite")
    if promptfoo and name:
        described = _NUMBERED.fullmatch(name)
        ident, id_from = (described.group(1), "input") if described else (name, "position")
    status, why = status_of(element)
    extra: dict[str, object] = {}
    if status is CaseStatus.UNKNOWN:
        word = _strange(element)
        notes.add(
            f"the test's status {quoted(word)} is not understood; it counts neither as passed nor as failed"
            if word
            else "the test was skipped or not run; it counts neither as passed nor as failed"
        )
        extra["skipped"] = why
    elif status is CaseStatus.FAIL:
        extra["reason"] = why
    flaky = status is not CaseStatus.FAIL and any(child.tag in _RERUN for child in element.children)
    seconds = _seconds(element.attributes.get("time"))
    latency = Measure()
    if seconds is not None and promptfoo and status is not CaseStatus.ERROR:
        latency = Measure(seconds * 1000, Provenance.MEASURED)
    elif seconds is not None and not promptfoo:
        extra["duration_s"] = seconds
    return Case(
        id=ident,
        id_from=id_from,
        question=name or ident,
        status=status,
        error=why or "the test says error without a reason" if status is CaseStatus.ERROR else None,
        latency_ms=latency,
        tags=("flaky",) if flaky else (),
        extra=extra,
    )


def status_of(element: Element) -> tuple[CaseStatus, str]:
    """Error takes precedence over failure, failure over skipped, with the message and its text if they differ; without
    one of them, what `status` and `result` say. A test passed where nothing says otherwise."""
    for tag, status in _CHILDREN:
        child = element.find(tag)
        if child is not None:
            message = child.attributes.get("message", "")
            return status, message if child.text in ("", message) else f"{message}\n{child.text}".strip()
    said = [word for name in ("status", "result") if (word := _word(element, name))]
    if any(_word(element, name) in ("true", "1") for name in ("skipped", "disabled", "ignored")):
        said.append("skipped")
    if _word(element, "executed") == "false":
        said.append("notrun")
    found = {_STATUS.get(word, CaseStatus.UNKNOWN): word for word in said}
    for status, _ in _WORDS:
        if status in found:
            return status, "" if status is CaseStatus.PASS else found[status]
    return CaseStatus.PASS, ""


def _word(element: Element, name: str) -> str:
    return "".join(element.attributes.get(name, "").lower().split()).replace("-", "_")


def _strange(element: Element) -> str:
    """What an attribute says in a word that nobody knows; "" if there is none."""
    if any(element.find(tag) is not None for tag, _ in _CHILDREN):
        return ""
    return next((word for name in ("status", "result") if (word := _word(element, name)) and word not in _STATUS), "")


def _seconds(text: str | None) -> float | None:
    """A test's time. Surefire groups thousands ("1,234.5"), others write a decimal comma; "1,234" may be either."""
    text = (text or "").strip()
    if _GROUPED.fullmatch(text):
        if text.count(",") == 1 and "." not in text:
            return None
        text = text.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value < 1e9 else None


def plain(element: Element) -> dict[str, object]:
    """An element as a record keeps it."""
    made: dict[str, object] = {"tag": element.tag, **element.attributes}
    if element.text:
        made["text"] = element.text
    if element.children:
        made["children"] = [plain(child) for child in element.children]
    return made
