"""A scorecard in brief: what two of them are compared by, as their documents write it, and what differs.

Everything is text, because a committed markdown file holds no more. Between two whole cards the causes are known as well
(`changes.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from readiness_tui.domain.gate_result.words import RESULT_WORDS
from readiness_tui.domain.metrics.words import metric_label, rule_text, value_text
from readiness_tui.domain.scorecard.model import Change, Scorecard
from readiness_tui.domain.text.format import full_day, percent
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import mask
from readiness_tui.domain.verdict.model import Verdict

_DASH = " — "


class Chapter(StrEnum):
    GATE = "gate"
    SECTIONS = "sections"
    REASONS = "reasons"  # what makes it a NO-GO
    CONDITIONS = "conditions"
    GAPS = "gaps"
    ITEMS = "items"


@dataclass(frozen=True, slots=True)
class BriefEntry:
    """A row of a chapter: its name, and its facts by their labels."""

    name: str
    facts: Mapping[str, str] = field(default_factory=dict)


Entries = Mapping[str, BriefEntry]


@dataclass(frozen=True, slots=True)
class Brief:
    """`entries`: by chapter, then by a key that stays from one review to the next. `card`: the values, where they are
    known; a condition is known by its key then, else by its text."""

    system: str
    release: str
    as_of: date
    verdict: Verdict
    valid_until: date | None
    headline: str
    assessed: str
    digest: str
    entries: Mapping[Chapter, Entries]
    card: Scorecard | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """An entry that both have: label, then what the fact was and what it is."""

    name: str
    facts: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ChapterDiff:
    new: tuple[BriefEntry, ...] = ()
    gone: tuple[BriefEntry, ...] = ()
    changed: tuple[Moved, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.changed)


@dataclass(frozen=True, slots=True)
class ScorecardDiff:
    """`causes` None: one of the two is a text, which does not say what its items rest on."""

    before: Brief
    after: Brief
    chapters: Mapping[Chapter, ChapterDiff]
    causes: tuple[Change, ...] | None

    @property
    def same(self) -> bool:
        heads = [(one.verdict, one.valid_until, one.headline, one.assessed) for one in (self.before, self.after)]
        return heads[0] == heads[1] and not any(self.chapters.values()) and not self.causes


def brief(card: Scorecard) -> Brief:
    return Brief(
        _text(card.system), _text(card.release), card.as_of, card.verdict, card.valid_until,
        percent(card.headline), percent(card.assessed), card.digest, _entries(card), card,
    )  # fmt: skip


def difference(before: Brief, after: Brief) -> ScorecardDiff:
    """What is in one of them alone or says something else; both in the order of their documents."""
    from readiness_tui.domain.scorecard.changes import changes

    causes = changes(before.card, after.card) if before.card and after.card else None
    both = [before.entries, after.entries]
    if causes is None:  # known by the same on both sides
        both = [_by_text(one) for one in both]
    chapters = {chapter: _diff(both[0].get(chapter, {}), both[1].get(chapter, {})) for chapter in Chapter}
    return ScorecardDiff(before, after, chapters, causes)


def numbered(entries: Iterable[tuple[str, BriefEntry]]) -> dict[str, BriefEntry]:
    """By key; of several with one key each has its own, in their order."""
    found: dict[str, BriefEntry] = {}
    for key, entry in entries:
        own, n = key, 1
        while own in found:
            n += 1
            own = f"{key} #{n}"
        found[own] = entry
    return found


def row_key(label: str, rule: str) -> str:
    """A row of the gate by what its document says: a metric may have a threshold and a margin to the baseline."""
    return f"{label} against the baseline" if rule.startswith(("drop ", "rise ")) else label


def _entries(card: Scorecard) -> dict[Chapter, Entries]:
    rows = [
        (
            row_key(metric_label(row.rule), rule_text(row.rule)),
            {
                "rule": rule_text(row.rule),
                "value": value_text(row.estimate.value if row.estimate else None, row.rule),
                "result": RESULT_WORDS[row.result][1],
            },
        )
        for row in card.gate.rows
    ]
    return {
        Chapter.GATE: numbered((_text(key), _entry(key, facts)) for key, facts in rows),
        Chapter.SECTIONS: numbered(
            (
                _text(one.title),
                _entry(one.title, {"score": percent(one.percent), "assessed": f"{one.decided}/{one.total}"}),
            )
            for one in card.sections
        ),
        Chapter.REASONS: numbered((one.key, _entry(one.text)) for one in card.causes if one.verdict is Verdict.NO_GO),
        Chapter.CONDITIONS: numbered(
            (one.key, _entry(one.text, {"owner": one.owner or "no owner", "due": _day(one.due)}))
            for one in card.conditions
        ),
        Chapter.GAPS: numbered(
            (
                _text(one.key),
                _entry(
                    one.title,
                    {"severity": one.severity, "owner": one.owner or "no owner", "due": _day(one.due), "state": one.state},
                ),
            )
            for one in card.gaps
        ),
        Chapter.ITEMS: numbered(
            (_text(item.id), _entry(f"{item.id} {item.title}", {"stands": item.word + (", waived" if item.waived else "")}))
            for section in card.sections
            for item in section.items
        ),
    }  # fmt: skip


def _by_text(entries: Mapping[Chapter, Entries]) -> Mapping[Chapter, Entries]:
    """Keys that a text has too: of a reason and a condition what it says, of an item its first word."""
    reasons, conditions, items = (
        entries.get(chapter, {}).values() for chapter in (Chapter.REASONS, Chapter.CONDITIONS, Chapter.ITEMS)
    )
    return {
        **entries,
        Chapter.REASONS: numbered((one.name.rstrip("."), one) for one in reasons),
        Chapter.CONDITIONS: numbered((one.name.rstrip("."), one) for one in map(_undivided, conditions)),
        Chapter.ITEMS: numbered((one.name.split(" ")[0], one) for one in items),
    }


def _undivided(condition: BriefEntry) -> BriefEntry:
    """A text has a condition and its owner in one, with a dash between them: where either has another one, nobody can tell
    them apart, so they are compared as one."""
    owner = condition.facts.get("owner", "")
    if _DASH not in condition.name and _DASH not in owner:
        return condition
    rest = {label: fact for label, fact in condition.facts.items() if label != "owner"}
    return BriefEntry(f"{condition.name}{_DASH}{owner}", rest)


def _diff(before: Entries, after: Entries) -> ChapterDiff:
    changed = []
    for key, entry in after.items():
        was = before.get(key)
        if was is None:
            continue
        facts = [("text", was.name, entry.name)] if was.name.rstrip(".") != entry.name.rstrip(".") else []
        facts += [(label, was.facts.get(label, ""), now) for label, now in entry.facts.items()]
        moved = tuple((label, old, now) for label, old, now in facts if old != now)
        if moved:
            changed.append(Moved(was.name, moved))
    return ChapterDiff(
        new=tuple(entry for key, entry in after.items() if key not in before),
        gone=tuple(entry for key, entry in before.items() if key not in after),
        changed=tuple(changed),
    )


def _entry(name: str, facts: Mapping[str, str] | None = None) -> BriefEntry:
    return BriefEntry(_text(name), {label: _text(fact) for label, fact in (facts or {}).items()})


def _day(day: date | None) -> str:
    return full_day(day) if day else "no date"


def _text(text: str) -> str:
    """As a document says it."""
    return one_line(mask(text))
