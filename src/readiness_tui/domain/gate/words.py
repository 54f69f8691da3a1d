"""How a change of gate is written."""

from __future__ import annotations

from readiness_tui.domain.gate.model import Revision
from readiness_tui.domain.text.format import full_day


def revision_text(revision: Revision) -> str:
    """ "replaces support-bot v1 since 24 Nov 2026 (ana): the judge was too strict"."""
    reason = revision.reason.strip() or "no reason was given"
    return f"replaces {revision.before} since {full_day(revision.at.date())} ({revision.by}): {reason}"
