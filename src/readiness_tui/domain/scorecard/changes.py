"""What changed between two scorecards, each change under its cause (documents.md, section 8).

A changed item counts as *evidence* if its attached evidence or its probe's data changed, as *checklist version* if its
definition did, else as *judgement*: the same facts, judged differently. An item on which nobody has voted yet is under
none of them: it did not get worse.
"""

from __future__ import annotations

from collections.abc import Iterator

from readiness_tui.domain.checklists.assessment import Standing
from readiness_tui.domain.gate_result.words import RESULT_WORDS
from readiness_tui.domain.metrics.words import metric_label, rule_text
from readiness_tui.domain.scorecard.model import Change, ChangeCause, ItemLine, Scorecard, SectionLine

_UNDECIDED = "undecided"


def changes(before: Scorecard, now: Scorecard) -> tuple[Change, ...]:
    """Ordered by cause, then in the scorecard's order."""
    found = [*_items(before, now), *_gate(before, now), *_incidents(before, now)]
    order = list(ChangeCause)
    return tuple(sorted(found, key=lambda change: order.index(change.cause)))


def _items(before: Scorecard, now: Scorecard) -> Iterator[Change]:
    if before.depth != now.depth:
        yield Change(ChangeCause.JUDGEMENT, f"depth: {before.depth} → {now.depth}")
    old_sections = {section.id: section for section in before.sections}
    for section in now.sections:
        old = old_sections.pop(section.id, None)
        if old is None:
            yield Change(ChangeCause.JUDGEMENT, f"{section.title}: checklist added to the review")
        else:
            yield from _section(old, section)
    for old in old_sections.values():
        yield Change(ChangeCause.JUDGEMENT, f"{old.title}: checklist no longer in the review")


def _section(old: SectionLine, section: SectionLine) -> Iterator[Change]:
    redefined = old.digest != section.digest
    if redefined:
        version = section.version if old.version == section.version else f"{old.version} → {section.version}"
        yield Change(ChangeCause.CHECKLIST, f"{section.title}: version {version}, content changed")
    scope = ChangeCause.CHECKLIST if redefined else ChangeCause.JUDGEMENT
    old_items = {item.id: item for item in old.items}
    for item in section.items:
        was = old_items.pop(item.id, None)
        if was is None:
            yield Change(scope, f"{item.id} {item.title}: new in scope, {_state(item)}")
            continue
        if (was.severity, was.weight) != (item.severity, item.weight):
            definition = f"{was.severity}, weight {was.weight} → {item.severity}, weight {item.weight}"
            yield Change(ChangeCause.CHECKLIST, f"{item.id} {item.title}: {definition}")
        if _state(was) != _state(item):
            rests = (was.evidence, was.proof_digest) != (item.evidence, item.proof_digest)
            cause = ChangeCause.EVIDENCE if rests else ChangeCause.JUDGEMENT
            if not_voted(was, item):
                yield Change(ChangeCause.NOT_VOTED, f"{item.id} {item.title}: last time {_state(was)}")
                continue
            yield Change(cause, f"{item.id} {item.title}: {_state(was)} → {_state(item)}")
    for was in old_items.values():
        yield Change(scope, f"{was.id} {was.title}: no longer in scope, was {_state(was)}")


def not_voted(was: ItemLine, now: ItemLine | Standing) -> bool:
    """Whether an item was decided then and nobody has decided it now."""
    return was.word != _UNDECIDED and now.word == _UNDECIDED


def _state(item: ItemLine) -> str:
    assurance = f" ({item.assurance})" if item.assurance is not None and item.points is not None else ""
    return f"{item.word}{assurance}{', waived' if item.waived else ''}"


def _gate(before: Scorecard, now: Scorecard) -> Iterator[Change]:
    old, new = before.gate, now.gate
    if (old.name, old.digest) != (new.name, new.digest):
        yield Change(ChangeCause.GATE, f"gate: {_gate_name(before)} → {_gate_name(now)}")
    if old.ran != new.ran:
        yield Change(
            ChangeCause.EVIDENCE, "gate: run for the first time" if new.ran else "gate: not run on anything yet"
        )
        return
    old_rows = {row.rule.key: row for row in old.rows}
    for row in new.rows:
        label = metric_label(row.rule)
        was = old_rows.pop(row.rule.key, None)
        if was is None:
            text = f"{label} {rule_text(row.rule)}: new rule, {RESULT_WORDS[row.result][1]}"
            yield Change(ChangeCause.GATE, text)
            continue
        redefined = was.rule != row.rule
        if redefined:
            rules = f"{rule_text(was.rule)} → {rule_text(row.rule)}"
            yield Change(ChangeCause.GATE, f"{label}: rule {rules}")
        if was.result is not row.result:
            results = f"{RESULT_WORDS[was.result][1]} → {RESULT_WORDS[row.result][1]}"
            yield Change(ChangeCause.GATE if redefined else ChangeCause.EVIDENCE, f"{label}: {results}")
    for was in old_rows.values():
        yield Change(ChangeCause.GATE, f"{metric_label(was.rule)}: rule removed")


def _gate_name(card: Scorecard) -> str:
    return f"{card.gate.name} v{card.gate.version}" if card.gate.name else "none"


def _incidents(before: Scorecard, now: Scorecard) -> Iterator[Change]:
    old = {incident.name: incident for incident in before.incidents}
    for incident in now.incidents:
        was = old.get(incident.name)
        state = "open" if incident.open else "closed"
        if was is None:
            yield Change(ChangeCause.EVIDENCE, f"{incident.name} {incident.title}: new, {incident.severity} {state}")
        elif was.open != incident.open:
            text = f"{incident.name} {incident.title}: {'open' if was.open else 'closed'} → {state}"
            yield Change(ChangeCause.EVIDENCE, text)
