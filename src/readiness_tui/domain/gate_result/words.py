"""How the results of a gate are written."""

from __future__ import annotations

from readiness_tui.domain.gate_result.model import CasesRow, GateRow, Result, Tries
from readiness_tui.domain.labels.words import UNCHECKED
from readiness_tui.domain.metrics.meets import APPROXIMATE
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line

_NAMED = 5  # cases named in a sentence
_TRIES = 8  # tries named in a sentence
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


RESULT_WORDS: dict[Result, tuple[str, str]] = {
    Result.PASS: ("●", "pass"),
    Result.INCONCLUSIVE: ("◐", "not enough to tell"),
    Result.FAIL: ("✗", "fail"),
    Result.MISSING: ("○", "missing"),
    Result.CHANGED: ("!", "changed since lock"),
}

_SHORT_SURE = {UNCHECKED: "judge unchecked", "could be luck by people's labels": "luck, by people's labels"}
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


def certainty(row: GateRow) -> str:
    """How sure a row is, without what its reason says already: "n too small" stands in a row once."""
    return "; ".join(part for part in row.sure.split("; ") if part == APPROXIMATE or part not in row.reason)


def short_certainty(row: GateRow) -> str:
    """How sure a row is where there are some 31 columns, an unchecked judge first; the sentence beside it says it in full."""
    parts = [_SHORT_SURE.get(part, part.removesuffix(" would tell")) for part in row.sure.split("; ")]
    return "; ".join(sorted(parts, key=lambda part: part != _SHORT_SURE[UNCHECKED]))


def cases_text(row: CasesRow) -> str:
    """ "3 cases of the baseline were removed: a, b, c", "1 case is new since the baseline: d"."""
    if row.ids is None:
        return f"{row.kind} cases are not known: there is no baseline with cases to compare with"
    listed = ", ".join(row.ids[:_NAMED]) + (f" and {len(row.ids) - _NAMED} more" if len(row.ids) > _NAMED else "")
    one = len(row.ids) == 1
    if row.kind == "new":
        return f"{plural(len(row.ids), 'case')} {'is' if one else 'are'} new since the baseline: {listed}"
    return f"{plural(len(row.ids), 'case')} of the baseline {'was' if one else 'were'} removed: {listed}"


def tries_text(tries: Tries) -> str:
    """ "third try against this lock; earlier: rag-v4 FAIL, rag-v4a FAIL"."""
    n = tries.number
    word = _ORDINALS[n - 1] if n <= len(_ORDINALS) else f"{n}{_suffix(n)}"
    later = len(tries.all) - n
    said = [f"{word} of {len(tries.all)} tries against this lock" if later else f"{word} try against this lock"]
    for when, some in (("earlier", tries.all[: n - 1]), ("later", tries.all[n:])):
        if some:
            named = ", ".join(f"{one_line(one.version, 40)} {one.result}" for one in some[-_TRIES:])
            more = f", and {len(some) - _TRIES} before" if len(some) > _TRIES else ""
            said.append(f"{when}: {named}{more}")
    return "; ".join(said)


def _suffix(n: int) -> str:
    return "th" if 10 < n % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
