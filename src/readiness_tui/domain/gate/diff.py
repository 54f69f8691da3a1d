"""What a new version of a gate changed, rule by rule, in words."""

from __future__ import annotations

from collections.abc import Iterator

from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.metrics.rule import Confidence, From, Rule
from readiness_tui.domain.metrics.words import metric_label, rule_text
from readiness_tui.domain.text.format import threshold_text, times_hundred


def gate_diff(before: Gate, now: Gate) -> tuple[str, ...]:
    """ "faithfulness: ≥ 0.85 → ≥ 0.80", "mrr: removed, was ≥ 0.50", "must pass: + case-07" …; empty if both declare
    the same. A rule with a threshold and a margin is one line."""
    return tuple(_lines(before, now))


def _lines(before: Gate, now: Gate) -> Iterator[str]:
    old = {rule.key: rule for rule in before.rules}
    for rule in now.rules:
        was = old.pop(rule.key, None)
        if was is None:
            yield f"{metric_label(rule)}: new, {_said(rule)}"
        elif _said(was, rule) != _said(rule, was) or metric_label(was) != metric_label(rule):
            name = metric_label(rule) if metric_label(was) == metric_label(rule) else rule.key
            yield f"{name}: {_said(was, rule)} → {_said(rule, was)}"
    for was in old.values():
        yield f"{metric_label(was)}: removed, was {_said(was)}"
    added = [case for case in now.must_pass if case not in before.must_pass]
    gone = [case for case in before.must_pass if case not in now.must_pass]
    if added or gone:
        yield f"must pass: {', '.join([*(f'+ {case}' for case in added), *(f'− {case}' for case in gone)])}"
    for word, policy, was_policy in (
        ("new cases", now.new_cases, before.new_cases),
        ("removed cases", now.removed_cases, before.removed_cases),
    ):
        if policy is not was_policy:
            yield f"{word}: {was_policy} → {policy}"
    for word, digest, was_digest in (
        ("dataset digest", now.dataset_digest, before.dataset_digest),
        ("judge digest", now.judge_digest, before.judge_digest),
    ):
        if digest != was_digest:
            yield f"{word}: {(was_digest or 'none')[:12]} → {(digest or 'none')[:12]}"


def _said(rule: Rule, other: Rule | None = None) -> str:
    """A rule in words: its bounds, plus whatever is not the default or differs from `other`."""
    parts = [rule_text(rule)]
    if not rule.required:
        parts.append("optional")
    elif other is not None and not other.required:
        parts.append("required")
    if rule.confidence is Confidence.REQUIRED:
        parts.append("at 95 %")
    elif other is not None and other.confidence is Confidence.REQUIRED:
        parts.append("value alone")
    if rule.source is From.TRACES or (other is not None and other.source is not rule.source):
        parts.append(f"from {rule.source}" if rule.source is From.TRACES else "from the run")
    if rule.window_days is not None:
        parts.append(f"{rule.window_days} days")
    if rule.direction is not (other or rule).direction:
        parts.append(f"{rule.direction} is better")
    parts += _narrowed(rule)
    if rule.unit != (other or rule).unit:
        parts.append(f"in {rule.unit or 'no unit'}")
    return ", ".join(parts)


def _narrowed(rule: Rule) -> Iterator[str]:
    """What else a rule declares, where it does."""
    if rule.judged is not None:
        yield "judged" if rule.judged else "not judged"
    if rule.cases_required:
        yield "cases required"
    if rule.max_left_out is not None:
        yield f"at most {times_hundred(rule.max_left_out)}% left out"
    if rule.cut is not None:
        yield f"right from a score of {threshold_text(rule.cut, rule.unit)}"
