"""The scorecard as markdown, sealed (`seal.py`)."""

from __future__ import annotations

from pathlib import Path

from readiness_tui.domain.scorecard.model import Scorecard
from readiness_tui.reports.seal import seal

TEMPLATE = "scorecard.md.j2"


def scorecard_markdown(card: Scorecard, templates_dir: Path | None = None) -> str:
    """GitHub-flavoured markdown, sealed. `templates_dir` may hold a scorecard.md.j2 that replaces ours."""
    from readiness_tui.reports.render import render  # Jinja only where a document is written
    from readiness_tui.reports.scorecard_head import scorecard_head

    return seal(render(TEMPLATE, templates_dir, card=card, head=scorecard_head(card)), card)
