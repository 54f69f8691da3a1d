"""How it is written what people's labels say of a judge."""

from __future__ import annotations

from readiness_tui.domain.labels.correction import NO_BETTER, Correction
from readiness_tui.domain.labels.lot import PROPOSED
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.metrics.words import value_text
from readiness_tui.domain.text.format import plural

UNCHECKED = "judge not checked against people"
OWN_COUNT = "by the judge's own count"


def check_line(found: Correction, rule: Rule) -> str:
    """ "judge 0.805 · corrected by 50 human labels 0.66, surely ≥ 0.58 · recognises good answers 32 of 32, bad ones 11 of
    18 · 40 more labels would decide"."""
    parts = [f"judge {value_text(found.judge, rule)}", corrected_text(found, rule)]
    if found.checked and not found.graded:
        parts.append(found.recognition.text)
    if found.why:
        parts.append(found.why)
    if found.counted.waiting and found.checked:
        waits = len(found.counted.waiting)
        parts.append(
            f"batch {found.counted.batches + 1}: {waits:,} of {found.counted.open_size:,} cases wait for a label"
        )
    if found.more is not None and found.bound is not None and not found.meets(found.bound, found.bar):
        parts.append(f"{plural(found.more, 'more label')} would decide")
    return " · ".join(filter(None, parts))


def corrected_text(found: Correction, rule: Rule) -> str:
    """ "corrected by 50 human labels 0.66, surely ≥ 0.58"; "by 1 human label"; "" without a label that counts."""
    if found.best is None:
        return ""
    labels = plural(found.counted.labels, "human label")
    alone = found.value is None or not found.weight
    how = f"by {labels} alone" if alone and not found.counted.every else f"corrected by {labels}"
    return f"{how} {value_text(found.best, rule)}{surely(found, rule)}"


def surely(found: Correction, rule: Rule) -> str:
    """ ", surely ≥ 0.58"; "" without a bound."""
    if found.bound is None:
        return ""
    return f", surely {'≥' if found.direction is Direction.HIGHER else '≤'} {value_text(found.bound, rule)}"


def method_text(found: Correction) -> str:
    """For who asks how it was computed: "PPI++, weight of the judge 0.62, bound at 97.5 %"."""
    if not found.checked:
        return ""
    weight = f", weight of the judge {found.weight:.2f}" if found.weight else ""
    bound = f", bound at {100 * (1 - found.alpha):g} %" if found.bound is not None else ""
    same, both = found.counted.overlap
    people = f", two people agree on {same:,} of {both:,} cases" if both else ""
    aside = f", {plural(found.counted.set_aside, 'label')} set aside (not blind, not drawn, or of another answer)"
    return f"{found.method}{weight}{bound}{people}{aside if found.counted.set_aside else ''}"


def advice(found: Correction, rule: Rule) -> str:
    """What labels that decide nothing say, as a remark: "labels do not contradict the judge; 40 more decide"."""
    if not found.checked:
        return ""
    if found.chance:
        return NO_BETTER
    if found.best is None or rule.threshold is None or found.meets(found.best, rule.threshold):
        return "labels do not contradict the judge"
    if found.drawn < PROPOSED and found.counted.every:
        return (
            f"people labelled all {found.n:,} answers, and by them it misses; labels decide by themselves from {PROPOSED} drawn"
            " ones on: let them decide by `confidence: required` or `tolerate` in the next gate"
        )
    if found.drawn < PROPOSED and PROPOSED - found.drawn > found.n - found.counted.labels:
        return (
            f"by the labels it misses; they decide by themselves from {PROPOSED} drawn ones on, more than there are:"
            " label all cases, and let them decide by `confidence: required` or `tolerate` in the next gate"
        )
    if found.drawn < PROPOSED:
        return f"by the labels it misses; they decide from {PROPOSED} drawn ones on, {PROPOSED - found.drawn:,} more"
    if found.more_to_differ is None:
        return "by the labels it misses, and that could be luck"
    return f"by the labels it misses, and that could be luck; {found.more_to_differ:,} more decide"
