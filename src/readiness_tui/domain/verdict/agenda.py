"""What a meeting discusses, in order, and how long that takes at its pace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from readiness_tui.domain.checklists.assessment import Dossier, Standing
from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.text.format import due_day
from readiness_tui.domain.verdict.gap import Gap, GapState
from readiness_tui.domain.verdict.judge import Workings

WAIVER_SOON = 14  # days before its last day from which a waiver is spoken about
HOUR = 60  # minutes


@dataclass(frozen=True, slots=True)
class AgendaPoint:
    """One point of the agenda, under the key of its gap.

    `items`: those of it that need the meeting. A `same_as` group has one gap and is one point, the most pressing item
    first. None for an overdue gap of the gate, an incident, a case or a trace. `whys`: why each is on the agenda, or why
    the gap is. `stays`: no decision takes it off (a blocker that is not met, a waiver that ends, a date that has passed); it is
    settled for a meeting that has spoken about it.
    """

    key: str
    items: tuple[str, ...]
    whys: tuple[str, ...]
    stays: bool = False

    @property
    def why(self) -> str:
        """The most pressing reason."""
        return self.whys[0]

    def why_of(self, item: str | None) -> str:
        """The reason of one of its items."""
        return self.whys[self.items.index(item)] if item in self.items else self.why


def agenda(of: Workings) -> tuple[AgendaPoint, ...]:
    """Conflicts, votes two points apart, blockers, waivers that end, overdue gaps, then what is undecided.

    In checklist order within each. Items that are met and undisputed, not applicable, or waived for long are not on it.
    """
    reasons: dict[str, list[tuple[int, int, str, str]]] = {}
    for place, (item_id, standing) in enumerate(of.standings.items()):
        key = of.gap_keys[item_id]
        gap = (of.facts.gaps or {}).get(key)
        found = _reason(standing, of.facts.dossiers.get(item_id), gap, of.as_of, secret=of.facts.review.secret)
        if found is not None:
            reasons.setdefault(key, []).append((found[0], place, item_id, found[1]))
    points: list[tuple[int, int, AgendaPoint]] = []
    for key, listed in reasons.items():
        rank, place, *_ = min(listed)
        items = tuple(item for *_, item, _ in sorted(listed))
        whys = tuple(why for *_, why in sorted(listed))
        stays = all(of.standings[item].decided and one in _STAY for one, _, item, _ in listed)
        points.append((rank, place, AgendaPoint(key, items, whys, stays)))
    for gap in (of.facts.gaps or {}).values():
        if not gap.key.startswith("item/") and overdue(gap, of.as_of):
            points.append(
                (_OVERDUE, len(of.standings), AgendaPoint(gap.key, (), (_was_due(gap, of.as_of),), stays=True))
            )
    return tuple(point for _, _, point in sorted(points, key=lambda entry: entry[:2]))


_CONFLICT, _APART, _BLOCKER, _WAIVER, _OVERDUE, _DIFFER, _UNDECIDED = range(7)
_STAY = (_BLOCKER, _WAIVER, _OVERDUE)


def overdue(gap: Gap, as_of: date) -> bool:
    """Whether its day has passed with something left to do."""
    return gap.state.live and gap.state is not GapState.ACCEPTED and gap.due is not None and gap.due < as_of


def _was_due(gap: Gap, as_of: date) -> str:
    return f"it was due {due_day(gap.due, as_of)}, {f'with {gap.owner}' if gap.owner else 'with nobody'}"


def _reason(
    standing: Standing, dossier: Dossier | None, gap: Gap | None, as_of: date, *, secret: bool
) -> tuple[int, str] | None:
    """The most pressing of them, and its rank."""
    blocker = standing.item.severity is Severity.BLOCKER
    split = not secret and not standing.agreed and (dossier is None or dossier.consensus is None)
    waiver = dossier.waiver if dossier is not None else None
    if standing.conflict:
        return _CONFLICT, "the proof contradicts the vote"
    if split and standing.spread >= 2:
        return _APART, "reviewers are two points apart"
    if standing.na_awaiting:
        return _BLOCKER, "a blocker: not applicable waits for a second person"
    if not standing.applicable:
        return None
    if blocker and not standing.waived and not standing.decided:
        return _BLOCKER, "a blocker, undecided"
    if blocker and not standing.waived and standing.counts < 2:
        return _BLOCKER, f"a blocker that is {standing.word}"
    if waiver is not None and standing.counts < 2 and waiver.expires <= as_of + timedelta(days=WAIVER_SOON):
        return _WAIVER, f"its waiver {'ends' if waiver.live(as_of) else 'ended'} on {due_day(waiver.expires, as_of)}"
    if gap is not None and standing.counts < 2 and overdue(gap, as_of):
        return _OVERDUE, _was_due(gap, as_of)
    if split:
        return _DIFFER, "reviewers differ"
    if not standing.decided and not standing.waived:
        return _UNDECIDED, "undecided"
    return None


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """`needs`: minutes that the rest takes at the pace so far, None where nothing is known of it. `rest`: minutes of
    the hour that are left, below 0 when it is over."""

    left: int
    needs: int | None
    rest: int

    @property
    def over(self) -> int:
        """Minutes by which the rest misses the hour; 0 where it does not, or where that is not known."""
        return max(self.needs - max(self.rest, 0), 0) if self.needs is not None else 0

    @property
    def words(self) -> str:
        """`9 items, 20 minutes`, and what that means for the hour."""
        if not self.left:
            return "nothing left"
        said = f"{self.left} {'item' if self.left == 1 else 'items'}"
        if self.needs is not None:
            said += f", {self.needs} {'minute' if self.needs == 1 else 'minutes'}"
        return f"{said}: {self.over} too many" if self.over else said


def pace(left: int, settled: int, seconds: float) -> TimeLeft:
    """`settled`: points settled in the `seconds` since the meeting began. Of none, or of less than a minute, no pace
    follows."""
    known = settled > 0 and seconds >= 60
    return TimeLeft(left, ceil(left * seconds / settled / 60) if known else None, HOUR - int(seconds // 60))
