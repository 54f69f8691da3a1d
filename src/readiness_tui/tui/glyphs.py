"""One glyph and one style for each status; the word always stands beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from readiness_tui.domain.checklists.assessment import Standing


class Mark(NamedTuple):
    glyph: str
    style: str


MET = Mark("●", "$text-success")
PARTIAL = Mark("◐", "$text-warning")
MISSING = Mark("○", "$text-error")
CONFLICT = Mark("!", "bold $text-error")
UNDECIDED = Mark("·", "bold $text-accent")
NOT_APPLICABLE = Mark("–", "$foreground-muted")
FAIL = Mark("✗", "bold $text-error")
DONE = Mark("✓", "$text-success")

STANDING: dict[str, Mark] = {
    "met": MET,
    "partial": PARTIAL,
    "missing": MISSING,
    "conflict": CONFLICT,
    "undecided": UNDECIDED,
    "n/a": NOT_APPLICABLE,
}
# By the words of `Result`, `HumanVerdict` and `Verdict`, which the first screen need not load for it.
RESULT: dict[str, Mark] = {
    "PASS": MET,
    "INCONCLUSIVE": PARTIAL,
    "FAIL": FAIL,
    "MISSING": MISSING,
    "CHANGED SINCE LOCK": CONFLICT,
}
CHANGE: dict[str, Mark] = {
    "better": MET,
    "worse": FAIL,
    "could be luck": PARTIAL,
    "no change": NOT_APPLICABLE,
    "not tested": NOT_APPLICABLE,
    "too few": NOT_APPLICABLE,
}
HUMAN: dict[str, Mark] = {"pass": MET, "fail": FAIL, "unsure": PARTIAL}
VERDICT_STYLE: dict[str, str] = {
    "GO": "bold $text-success",
    "GO WITH CONDITIONS": "bold $text-warning",
    "NO-GO": "bold $text-error",
}


def standing_mark(standing: Standing) -> Mark:
    """The glyph of an item's status word."""
    return STANDING[standing.word]


def score_style(percent: int | None) -> str:
    """The colour of a section's bar: below 60 holds the release back, below 80 is a condition."""
    if percent is None:
        return "$foreground-muted"
    return "$text-error" if percent < 60 else "$text-warning" if percent < 80 else "$text-success"


def bar(fraction: float | None, width: int = 20) -> str:
    """A bar of `width` cells, filled for `fraction` (rounded down); all hollow where there is none."""
    filled = 0 if fraction is None else int(fraction * width)
    return "█" * filled + "░" * (width - filled)
