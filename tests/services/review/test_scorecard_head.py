"""The sample's scorecard as somebody reads it who reads sixty lines of a hundred columns and no further."""

from __future__ import annotations

import re

from readiness_tui.domain.text.format import width
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import scorecard


def test_the_samples_first_sixty_lines_hold_what_decides(sample_desk: Desk) -> None:
    lines = scorecard.text(sample_desk).split("\n")
    first = lines[:60]
    head = " ".join(" ".join(first).split())
    assert max(map(width, first)) <= 100
    judgement = load(sample_desk, shared=True).judgement
    reasons = [cause.text for cause in judgement.causes if cause.verdict is Verdict.NO_GO]
    assert reasons
    for text in reasons:
        assert f"- {text}" in head
    shown = head.count("- [ ] ")
    assert f"- and {len(judgement.conditions) - shown} more, below" in head
    assert head.count("| ● pass |") == 6
    for section in judgement.sections:
        assert f"| {section.checklist.title} | {section.percent}% |" in head
    for gap in scorecard.current_card(sample_desk).top_gaps:
        assert gap.title[:40] in head
    assert "\n".join(lines).count("- [ ] ") == len(judgement.conditions)


def test_html_has_the_same_order(sample_desk: Desk) -> None:
    markdown, html = scorecard.text(sample_desk), scorecard.text(sample_desk, format="html")
    chapters = re.findall(r"^## (.*)$", markdown, re.MULTILINE)
    chapters.remove("Gaps")  # the page has all of them where markdown has the first ones
    assert re.findall(r"<h2>([^<]*)</h2>", html) == ["Gaps" if one == "What to do" else one for one in chapters]
    assert 'href="https://vault.example.com/ui/support-bot"' in html
