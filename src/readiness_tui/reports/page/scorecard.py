"""The scorecard as one HTML file, sealed (`reports/seal.py`): made of the same values as the markdown, not of its text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from readiness_tui.domain.checklists.standing import reviewed_alone
from readiness_tui.domain.scorecard.model import Scorecard
from readiness_tui.domain.scorecard.trend import Earlier, trend_point
from readiness_tui.reports.page.charts import charts
from readiness_tui.reports.page.frame import page
from readiness_tui.reports.render import render
from readiness_tui.reports.seal import seal

TEMPLATE = "scorecard.html.j2"


def scorecard_html(card: Scorecard, earlier: Sequence[Earlier] = (), templates_dir: Path | None = None) -> str:
    """`earlier`: the frozen reviews before this one, the oldest first. `templates_dir` may hold a scorecard.html.j2 that
    replaces what stands in ours; the page round it, and that nothing in it is run or loaded, stay."""
    body = render(
        TEMPLATE,
        templates_dir,
        card=card,
        earlier=tuple(earlier),
        now=trend_point(card),
        alone=bool(card.reviewers) and reviewed_alone(card.reviewers),
        charts=charts(card, earlier),
    )
    return seal(page(f"Readiness scorecard: {card.system} {card.release}, {card.verdict}", body), card)
