"""A file of what somebody says of many items, for `readiness score --from`: points, evidence, notes, owners, waivers.

version: 1
items:
  REL-02:
    score: 2                        # 0, 1, 2, none (take the vote back) or n/a with a `reason`
    evidence:
      - docs/fallback.md
      - {ref: Failover drill, kind: drill, dated: 2026-11-20}
    note: The fallback answers within two seconds.
  DEP-03:
    score: 0
    owner: ben
    due: 2026-12-15
    waiver: {reason: Rolled back by hand until then, approver: ana, until: 2026-12-15}
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.checklists.entries import EvidenceEntry, ItemEntry, WaiverEntry
from readiness_tui.sources.kit.located import Located, quoted
from readiness_tui.sources.kit.validation import Problem, Strict, refuse, validated
from readiness_tui.sources.kit.yaml_safe import read_yaml
from readiness_tui.sources.settings.checklist_schema import Text, Title

_SCORES = ("0", "1", "2", "none", "n/a")


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError(f"expected a date, found {quoted(str(value))}", "Write it as 2026-12-01") from None


def _score(value: Any) -> Any:
    if str(value) not in _SCORES or isinstance(value, bool | float):
        raise ValueError(f"expected one of {', '.join(_SCORES)}", "Write one of these")
    return str(value)


def _piece(value: Any) -> Any:
    return {"ref": value} if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_day)]
Kind = Annotated[EvidenceKind, Field(strict=False)]


class _Evidence(Strict):
    ref: Title
    kind: Kind | None = None
    witness: Title = ""
    dated: Day | None = None


class _Waiver(Strict):
    reason: Text
    approver: Title
    until: Day


class _Item(Strict):
    score: Annotated[str, BeforeValidator(_score)] | None = None
    reason: Text = ""
    evidence: list[Annotated[_Evidence, BeforeValidator(_piece)]] = []
    note: Text | None = None
    owner: Title = ""
    due: Day | None = None
    waiver: _Waiver | None = None


class _ScoreFile(Strict):
    version: Literal[1]
    items: Annotated[dict[Title, _Item], Field(min_length=1)]


def read_scores(path: Path) -> tuple[ItemEntry, ...]:
    """What the file says, item by item. Raises ReadinessError naming file, line, column, field, reason and remedy."""
    located = read_yaml(path)
    found = validated(_ScoreFile, located)
    if problems := [one for name, item in found.items.items() if (one := _contradiction(name, item)) is not None]:
        raise refuse(located, problems)
    return tuple(_entry(located, name, item) for name, item in found.items.items())


def _contradiction(name: str, item: _Item) -> Problem | None:
    here = ("items", name)
    if (item.score == "n/a") is not bool(item.reason):
        return (
            Problem((*here, "reason"), "only n/a has a reason here", "Write it as the note, or take it out")
            if item.reason
            else Problem((*here, "score"), "n/a needs a reason that others can check", "Add `reason`")
        )
    if item == _Item():
        return Problem(here, "nothing is said of this item", "Add a score, evidence, a note, an owner or a waiver")
    return None


def _entry(located: Located, name: str, item: _Item) -> ItemEntry:
    waiver = item.waiver
    return ItemEntry(
        name,
        points=int(item.score) if item.score in ("0", "1", "2") else None,
        undecided=item.score == "none",
        not_applicable=item.reason,
        evidence=tuple(EvidenceEntry(one.ref, one.kind, one.witness, one.dated) for one in item.evidence),
        note=item.note,
        owner=item.owner,
        due=item.due,
        waiver=WaiverEntry(waiver.reason, waiver.approver, waiver.until) if waiver is not None else None,
        where=located.at(("items", name)),
    )
