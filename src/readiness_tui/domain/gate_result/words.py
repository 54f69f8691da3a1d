"""How the results of a gate are written."""

from __future__ import annotations

from readiness_tui.domain.gate_result.model import CasesRow, GateRow, Result
from readiness_tui.domain.text.format import plural

_NAMED = 5  # cases named in a sentence


RESULT_WORDS: dict[Result, tuple[str, str]] = {
    Result.PASS: ("●", "pass"),
    Result.INCONCLUSIVE: ("◐", "not enough to tell"),
    Result.FAIL: ("✗", "fail"),
    Result.MISSING: ("○", "missing"),
    Result.CHANGED: ("!", "changed since lock"),
}

SHORT_WORDS: dict[Result, str] = {Result.INCONCLUSIVE: "unclear", Result.CHANGED: "changed"}


def result_mark(result: Result) -> str:
    """Glyph and word: "● pass"."""
    glyph, word = RESULT_WORDS[result]
    return f"{glyph} {word}"


def short_mark(result: Result) -> str:
    """Glyph and word where there is little room: "◐ unclear", "! changed"; the sentence beside it says it in full."""
    glyph, word = RESULT_WORDS[result]
    return f"{glyph} {SHORT_WORDS.get(result, word)}"


def reason_text(row: GateRow) -> str:
    """Why a row stands as it does: "not enough to tell: surely only ≥ 0.771, and ≥ 0.80 is required; …"."""
    word = f"{RESULT_WORDS[row.result][1]}: " if row.result is Result.INCONCLUSIVE else ""
    return f"{word}{row.reason}"


def cases_text(row: CasesRow) -> str:
    """ "3 cases of the baseline were removed: a, b, c", "1 case is new since the baseline: d"."""
    if row.ids is None:
        return f"{row.kind} cases are not known: there is no baseline with cases to compare with"
    listed = ", ".join(row.ids[:_NAMED]) + (f" and {len(row.ids) - _NAMED} more" if len(row.ids) > _NAMED else "")
    one = len(row.ids) == 1
    if row.kind == "new":
        return f"{plural(len(row.ids), 'case')} {'is' if one else 'are'} new since the baseline: {listed}"
    return f"{plural(len(row.ids), 'case')} of the baseline {'was' if one else 'were'} removed: {listed}"
