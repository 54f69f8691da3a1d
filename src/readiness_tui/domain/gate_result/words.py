"""How the results of a gate are written."""

from __future__ import annotations

from readiness_tui.domain.gate_result.model import CasesRow, Result
from readiness_tui.domain.text.format import plural

_NAMED = 5  # cases named in a sentence


RESULT_WORDS: dict[Result, tuple[str, str]] = {
    Result.PASS: ("●", "pass"),
    Result.INCONCLUSIVE: ("◐", "inconclusive"),
    Result.FAIL: ("✗", "fail"),
    Result.MISSING: ("○", "missing"),
    Result.CHANGED: ("!", "changed since lock"),
}


def result_mark(result: Result) -> str:
    """Glyph and word: "● pass"."""
    glyph, word = RESULT_WORDS[result]
    return f"{glyph} {word}"


def cases_text(row: CasesRow) -> str:
    """ "3 cases of the baseline were removed: a, b, c", "1 case is new since the baseline: d"."""
    if row.ids is None:
        return f"{row.kind} cases are not known: there is no baseline with cases to compare with"
    listed = ", ".join(row.ids[:_NAMED]) + (f" and {len(row.ids) - _NAMED} more" if len(row.ids) > _NAMED else "")
    one = len(row.ids) == 1
    if row.kind == "new":
        return f"{plural(len(row.ids), 'case')} {'is' if one else 'are'} new since the baseline: {listed}"
    return f"{plural(len(row.ids), 'case')} of the baseline {'was' if one else 'were'} removed: {listed}"
