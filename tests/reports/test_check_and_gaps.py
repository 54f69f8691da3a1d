"""What CI and trackers get: the object, the table, JUnit XML, task list, CSV and JSON lines."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.gate_result.model import GateOutcome
from readiness_tui.domain.scorecard.compose import gate_card
from readiness_tui.domain.scorecard.gap_lines import gap_lines
from readiness_tui.domain.scorecard.model import GateCheck
from readiness_tui.domain.text.format import width
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.reports.check import check_object, check_text, gaps_text, gate_text
from readiness_tui.reports.ci import check_junit, gate_junit, gate_markdown
from readiness_tui.reports.gap_trackers import IssueTracker, gaps_csv
from readiness_tui.reports.gaps import gaps_jsonl, gaps_markdown
from readiness_tui.reports.plain import WIDTH
from tests.reports.markdown import parser
from tests.reports.sample import make_card, make_gate, make_sample, with_text
from tests.reports.test_escape import texts


def test_the_object_that_scripts_read() -> None:
    found = check_object(make_card())
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert {key: found[key] for key in ("schema", "as_of", "valid_until", "verdict")} == {
        "schema": 1,
        "as_of": "2026-11-24",
        "valid_until": None,
        "verdict": "NO-GO",
    }
    assert [reason["key"] for reason in found["reasons"]] == [
        "item/reliability/REL-02",
        "gate/citation_accuracy",
        "incident/7",
    ]
    assert found["gate"]["results"][1] == {
        "metric": "citation_accuracy",
        "rule": "≥ 0.90, drop ≤ 0.02",
        "required": True,
        "value": 0.875,
        "n": 40,
        "low": 0.764,
        "high": None,
        "interval": None,
        "result": "FAIL",
        "reason": "one case short",
        "sure": "",
        "remarks": [],
        "judge": None,
    }
    assert found["gate"]["results"][3]["value"] is None
    assert found["sections"][1] == {"checklist": "reliability", "percent": 18, "assessed": 62}
    assert found["conditions"][0]["owner"] == "chloe"
    assert found["gaps"][0] == {
        "key": "gate/citation_accuracy",
        "severity": "blocker",
        "title": "Citation accuracy fails: 35 of 40",
        "owner": "",
        "due": "2026-12-01",
        "state": "open",
    }
    assert [flip["key"] for flip in found["flips"]] == ["item/reliability/REL-02", "gate/citation_accuracy"]


def test_the_table_names_every_status_by_glyph_and_word() -> None:
    text = check_text(make_card())
    for said in (
        "✗ NO-GO  as of 24 Nov 2026",
        "✗ Blocker REL-02 is undecided: Fallback",
        "0.850     ≥ 0.735  ● pass",
        "✗ fail",
        "○ missing",
        "could be luck; 134 more cases",
        "≥ 0.90, drop ≤ 0.02",
        "Reliability                     18%       2/3       0  1 open · 1 partial",
        "◐ INC-7 is an open sev2 — chloe, 15 Dec 2026",
        "TO REACH GO WITH CONDITIONS",
        "GAPS  4: 1 blocker, 3 major, 0 minor · 1 accepted risk",
    ):
        assert said in text, said


@pytest.mark.slow
@given(texts.filter(lambda text: text.strip() != ""))
@settings(max_examples=60, deadline=None)
def test_no_line_is_wider_than_a_terminal_whatever_the_text(text: str) -> None:
    card = with_text(make_card(), lambda old: text * 9 if old else old, keep=frozenset({"word", "unit"}))
    for line in (check_text(card) + gaps_text(card.gaps)).split("\n"):
        assert width(line) <= WIDTH, line
        assert not set(line) & {"\x1b", "\x9b", "\u202e", "\r"}


def test_gaps_for_a_terminal() -> None:
    lines = gaps_text(make_card().gaps).split("\n")
    assert lines[:4] == [
        "GAPS  4: 1 blocker, 3 major, 0 minor · 1 accepted risk",
        "  severity what; owner, due, state, key",
        "  blocker  Citation accuracy fails: 35 of 40",
        "           no owner, 1 Dec 2026, open, gate/citation_accuracy",
    ]
    assert gaps_text(()) == "No gaps.\n"


def test_no_gate_and_a_gate_that_was_not_run() -> None:
    assert gate_text(gate_card(GateOutcome(None, None))) == "GATE  none\n"
    text = gate_text(gate_card(GateOutcome(make_gate().gate, None)))
    assert text == "GATE  support-bot v2: not run\n  never locked\n"


def test_junit_fails_what_blocks_and_passes_only_what_passed() -> None:
    root = ElementTree.fromstring(check_junit(make_card()).encode())
    suites = {suite.attrib["name"]: suite for suite in root}
    assert {name: (s.attrib["tests"], s.attrib["failures"], s.attrib["skipped"]) for name, s in suites.items()} == {
        "gate": ("3", "1", "0"),
        "checklists": ("3", "1", "0"),
        "incidents": ("1", "0", "1"),
    }
    passed = [case.attrib["name"] for suite in root for case in suite if not len(case)]
    assert passed == ["gate/hit_rate", "gate/latency_p95_ms", "section/observability", "section/reliability"]


@given(texts)
@settings(max_examples=40, deadline=None)
def test_junit_is_xml_whatever_the_text(text: str) -> None:
    card = make_card()
    cause = replace(card.causes[1], text=f"{text}\uffff\x00")
    root = ElementTree.fromstring(gate_junit(GateCheck(card.as_of, card.verdict, (cause,), card.gate)).encode())
    assert root.find(".//failure") is not None


def test_the_gate_alone_is_part_of_the_scorecard() -> None:
    card = make_card()
    alone = gate_markdown(GateCheck(card.as_of, card.verdict, card.causes, card.gate, ("a | remark",)))
    assert alone.startswith("# ✗ NO-GO: gate support-bot, as of 24 Nov 2026\n\n- ✗ ")
    assert "\n- **Gate** support-bot v2: 2 of 3 required pass\n" in alone
    assert alone.endswith("\n- a \\| remark\n")


def test_a_task_list_ticks_what_is_done() -> None:
    facts, judgement = make_sample()
    lines = gap_lines(facts, judgement, done=True)
    assert [line.key for line in lines if not line.state.live] == ["item/observability/OBS-01"]
    listed = gaps_markdown(lines).split("\n")
    assert "- [x] item/observability/OBS-01 — ben — 3 Dec 2026 (major, verified; item/observability/OBS-01)" in listed
    assert listed[0].startswith("- [ ] Citation accuracy fails: 35 of 40 — no owner — 1 Dec 2026 (blocker, open; gate/")


@pytest.mark.parametrize("tracker", IssueTracker)
def test_csv_rows_carry_the_key_and_what_the_importer_needs(tracker: IssueTracker) -> None:
    rows = list(csv.DictReader(io.StringIO(gaps_csv(make_card().gaps, tracker=tracker), newline="")))
    key = "Gap Key" if tracker is IssueTracker.JIRA else "gap_key"
    assert [row[key] for row in rows] == [gap.key for gap in make_card().gaps]
    if tracker is IssueTracker.JIRA:
        assert (rows[2]["Summary"], rows[2]["Assignee"], rows[2]["Due Date"], rows[2]["Priority"]) == (
            "REL-01 Timeout and retry policies are explicit",
            "ben",
            "2026-12-01",
            "High",
        )
    else:
        assert rows[0]["labels"] == "readiness,severity: blocker,gap: open"
        assert rows[0]["state"] == "open"


@pytest.mark.parametrize("tracker", IssueTracker)
def test_no_csv_cell_is_a_formula_unless_asked(tracker: IssueTracker) -> None:
    gap = replace(make_card().gaps[0], title='=HYPERLINK("http://evil")', owner="@SUM(A1)", key="-1+1")
    for cells in csv.reader(io.StringIO(gaps_csv([gap], tracker=tracker), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert '"=HYPERLINK(' in gaps_csv([gap], tracker=tracker, neutralise=False)


def test_json_lines_are_one_object_each() -> None:
    gap = replace(make_card().gaps[0], title="two\nlines \u2028 \x85", due=date(2026, 12, 1))
    (line,) = gaps_jsonl([gap]).rstrip("\n").split("\n")
    found = json.loads(line)
    assert (found["schema"], found["key"], found["title"], found["due"]) == (1, gap.key, gap.title, "2026-12-01")
    assert len(line.splitlines()) == 1


@given(texts.filter(lambda text: text.strip() != ""))
@settings(max_examples=40, deadline=None)
def test_a_task_is_one_item_whatever_its_title(text: str) -> None:
    gap = with_text(make_card().gaps[2], lambda old: text)
    gap = replace(gap, severity=Severity.MAJOR, state=GapState.OPEN)
    tokens = parser().parse(gaps_markdown([gap, gap]))
    assert sum(token.type == "list_item_open" for token in tokens) == 2
    assert {child.type for token in tokens for child in token.children or []} <= {"text", "text_special", "code_inline"}
