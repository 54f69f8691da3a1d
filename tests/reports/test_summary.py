"""The scorecard in ten lines, for a pull request."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.scorecard.model import GateCard
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.reports.summary import scorecard_summary
from tests.reports.markdown import parser
from tests.reports.sample import make_card, with_text
from tests.reports.test_escape import HOSTILE
from tests.reports.test_scorecard import WORST, large_card


def test_it_says_what_decides_and_what_to_do_first() -> None:
    assert scorecard_summary(make_card()) == (
        "### ✗ NO-GO: Support bot, release 2026.11, as of 24 Nov 2026\n"
        "\n"
        "- **Why** Blocker REL-02 is undecided: Fallback model/provider is defined; and 1 more reason.\n"
        "- **Gate** 2 of 3 required pass: citation_accuracy fail\n"
        "- **Sections** weakest Reliability 18% · assessed 76% · blockers 1 open · 1 partial\n"
        "- **Conditions** INC-7 is an open sev2 — chloe — 15 Dec 2026\n"
        "- **Gaps** 4 (1 blocker, 3 major), first: Citation accuracy fails: 35 of 40 — no owner — 1 Dec 2026"
        " · 1 accepted risk\n"
        "- **Since the last review** this is the first\n"
        "- **Reviewers** ana, ben · **dissent** ben · **overridden** to GO WITH CONDITIONS by dana\n"
        f"- **Digest** `{make_card().digest}` of the scorecard's JSON\n"
    )


@pytest.mark.parametrize("text", ["", WORST])
@pytest.mark.parametrize("previous", [False, True])
def test_it_has_ten_lines_however_large_the_review(text: str, previous: bool) -> None:
    lines = scorecard_summary(large_card(text, previous=previous)).rstrip("\n").split("\n")
    assert len(lines) == 10
    assert max(map(len, lines)) < 1000


def test_what_is_left_out_is_counted() -> None:
    card = large_card()
    rows = tuple(replace(row, result=Result.MISSING) for row in card.gate.rows[:7])
    said = scorecard_summary(replace(card, gate=replace(card.gate, rows=rows)))
    assert re.search(r"^- \*\*Gate\*\* 0 of 7 required pass: (.+ missing, ){4}and 3 more$", said, re.MULTILINE)
    assert "- **Conditions** 40, the most urgent: Condition 0" in said


def test_the_most_urgent_condition_has_the_earliest_date() -> None:
    card = make_card()
    (one,) = card.conditions
    more = (replace(one, text="undated", due=None), one, replace(one, text="soon", due=date(2026, 12, 1)))
    assert "3, the most urgent: soon — chloe — 1 Dec 2026" in scorecard_summary(replace(card, conditions=more))


def test_a_go_and_an_empty_review_are_said() -> None:
    bare = replace(
        make_card(), verdict=Verdict.GO, valid_until=date(2027, 1, 1), gate=GateCard(), sections=(), gaps=(), weakest="",
        conditions=(), reviewers=(), dissents=(), verdict_override=None, blind=True, headline=None,
    )  # fmt: skip
    said = scorecard_summary(bare)
    for text in (
        "### ● GO: Support bot, release 2026.11, as of 24 Nov 2026, valid until 1 Jan 2027",
        "- **Gate** none\n",
        "- **Sections** none has a score",
        "- **Conditions** none\n",
        "- **Gaps** none\n",
        "not named · **votes blind**: undecided until the reveal",
    ):
        assert text in said
    accepted = replace(make_card(), gaps=(replace(make_card().gaps[0], state=GapState.ACCEPTED),))
    assert "- **Gaps** none · 1 accepted risk\n" in scorecard_summary(accepted)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    def shape(said: str) -> list[str]:
        card = with_text(make_card(previous=make_card()), lambda old: said if old else old)
        tokens = parser().parse(scorecard_summary(replace(card, digest="0" * 64)))
        inner = {child.type for token in tokens for child in token.children or []}
        assert inner <= {"text", "text_special", "code_inline", "strong_open", "strong_close"}
        return [token.type for token in tokens]

    assert shape(text) == shape("x")
