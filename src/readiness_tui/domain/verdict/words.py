"""The glyphs of the verdicts."""

from __future__ import annotations

from readiness_tui.domain.verdict.model import Verdict

VERDICT_GLYPHS: dict[Verdict, str] = {Verdict.GO: "●", Verdict.CONDITIONS: "◐", Verdict.NO_GO: "✗"}
