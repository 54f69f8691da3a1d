"""What CI systems show by themselves: JUnit XML, and markdown for a step summary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree

from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.scorecard.model import GateCard, GateCheck, Scorecard
from readiness_tui.domain.text.sanitise import visible
from readiness_tui.domain.text.secrets import mask
from readiness_tui.domain.verdict.model import Cause, Part, Verdict

_NOT_XML = re.compile("[\ufffe\uffff]")


def check_junit(card: Scorecard) -> str:
    """A suite for each part of the verdict: a failure for each cause of NO-GO, "skipped" for each condition."""
    caused = {cause.key for cause in card.causes}
    sections = [key for section in card.sections if (key := f"section/{section.id}") not in caused]
    incidents = [] if any(cause.part is Part.INCIDENTS for cause in card.causes) else ["incidents"]
    passed = {Part.GATE: _passed(card.gate), Part.CHECKLISTS: sections, Part.INCIDENTS: incidents}
    return _junit([(part, [c for c in card.causes if c.part is part], passed[part]) for part in Part])


def gate_junit(check: GateCheck) -> str:
    """The gate's suite alone."""
    return _junit([(Part.GATE, check.causes, _passed(check.gate))])


def gate_markdown(check: GateCheck, templates_dir: Path | None = None) -> str:
    """The gate's part of the verdict as markdown, for a step summary. A whole verdict's is the scorecard itself."""
    from readiness_tui.reports.render import render  # Jinja only where a document is written

    return render("gate_check.md.j2", templates_dir, check=check, gate=check.gate)


def _passed(gate: GateCard) -> list[str]:
    return [f"gate/{row.rule.key}" for row in gate.rows if row.result is Result.PASS]


def _junit(suites: Iterable[tuple[Part, Sequence[Cause], Sequence[str]]]) -> str:
    root = ElementTree.Element("testsuites", name="readiness")
    for part, causes, passed in suites:
        failures = sum(cause.verdict is Verdict.NO_GO for cause in causes)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=part.value,
            tests=str(len(causes) + len(passed)),
            failures=str(failures),
            skipped=str(len(causes) - failures),
            errors="0",
            time="0",
        )
        for cause in causes:
            case = ElementTree.SubElement(suite, "testcase", classname=f"readiness.{part}", name=_text(cause.key))
            # A condition has not passed: JUnit's nearest word is skipped, with what is still to do.
            kind = "failure" if cause.verdict is Verdict.NO_GO else "skipped"
            shown = ElementTree.SubElement(case, kind, message=_text(cause.text))
            if kind == "failure":  # a type and a body are what some readers show instead of the message
                shown.set("type", cause.verdict.value)
                shown.text = _text(cause.text)
        for name in passed:
            ElementTree.SubElement(suite, "testcase", classname=f"readiness.{part}", name=_text(name))
    for count in ("tests", "failures", "skipped", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", visible(mask(text)))
