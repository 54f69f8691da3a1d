"""How many gaps there are is counted in one way: an accepted risk is none to close, and is told beside."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations_with_replacement

import pytest

from readiness_tui.domain.verdict.gap import GapState, gap_count
from readiness_tui.reports.check import gaps_text
from readiness_tui.reports.page.scorecard import scorecard_html
from readiness_tui.reports.scorecard_md import scorecard_markdown
from readiness_tui.reports.summary import scorecard_summary
from tests.reports.sample import make_card


def test_every_state_is_to_be_closed_or_accepted_or_over():
    for states in combinations_with_replacement(GapState, 3):
        left = sum(one not in (GapState.VERIFIED, GapState.CLOSED, GapState.ACCEPTED) for one in states)
        accepted = states.count(GapState.ACCEPTED)
        said = {0: "", 1: " · 1 accepted risk"}.get(accepted, f" · {accepted} accepted risks")
        assert gap_count(states) == f"{left or 'none'}{said}"


@pytest.mark.parametrize("accepted", [0, 1, 2, 5])
def test_every_document_says_the_same(accepted):
    card = make_card()
    gaps = tuple(
        replace(gap, state=GapState.ACCEPTED if at < accepted else GapState.OPEN) for at, gap in enumerate(card.gaps)
    )
    card = replace(card, gaps=gaps)
    count = card.gap_count
    number, _, risk = count.partition(" · ")
    assert (number, risk.partition(" ")[0]) == (str(5 - accepted or "none"), str(accepted or ""))
    markdown, html = scorecard_markdown(card), scorecard_html(card)
    assert f"**gaps** {count} · **as of**" in markdown
    assert f"<summary>gaps: {count}</summary>" in markdown or "### " in markdown
    assert f"<dt>Gaps</dt><dd>{count}</dd>" in html
    (summed,) = [line for line in scorecard_summary(card).splitlines() if "**Gaps**" in line]
    (first,) = [line for line in gaps_text(gaps).splitlines() if line.startswith("GAPS")]
    for text in (summed, first):
        assert re.search(rf"\b{number}\b", text)
        assert text.endswith(f" · {risk}") if risk else "accepted" not in text
