"""Which golden set a run was judged on, held against the one that the gate was locked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from readiness_tui.domain.metrics import RunData, first_few
from readiness_tui.domain.runs.declared import comparable, dataset_of
from readiness_tui.domain.runs.holding import LockedSet, apart, gained
from readiness_tui.domain.runs.model import EvalSet
from readiness_tui.domain.text.format import plural

_LOCK_AGAIN = (
    "The lock does not name the cases of its dataset, so a set that only gained cases cannot be told from one that changed."
    " Lock again (`readiness gate lock`): the new gate.lock names them."
)


@dataclass(slots=True)
class Datasets:
    """By run id: `known`, the digest of what it was judged on; `changed`, what differs from the lock and both digests in
    words. `unlocked`: runs on a set that the lock does not name, beside runs on one that it does. `outside`: runs that
    belong to no set. `new`: the cases that its set gained since the lock. `remarks`: sentences."""

    known: dict[str, str | None] = field(default_factory=dict)
    changed: dict[str, tuple[str, str]] = field(default_factory=dict)
    unlocked: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)
    new: dict[str, tuple[str, ...]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def held_against(
    runs: Sequence[RunData], locked_digest: str | None, locked: Sequence[LockedSet], otherwise: str | None = None
) -> Datasets:
    """`locked_digest`: the set that the gate was declared for; `locked`: all sets known when it was locked, with their
    cases; `otherwise`: what a run was judged on that does not say."""
    found = Datasets()
    by_digest = {one.digest: one for one in locked}
    main = by_digest.get(locked_digest or "", LockedSet(locked_digest or ""))
    fine = {locked_digest, *by_digest}
    news: dict[str, None] = {}
    beside: list[RunData] = []
    for data in runs:
        ident, claimed = data.run.id, data.run.dataset_digest
        judged = data.golden.digest if data.golden else None
        # What people call it, in want of a digest.
        found.known[ident] = now = claimed or judged or otherwise or dataset_of(data.run)
        if data.contradicted:
            words = f"it claims {(claimed or '')[:12]}: {data.contradicted}"
            found.changed[ident] = f"the dataset ({data.contradicted})", words
            continue
        if not comparable(locked_digest, now):  # a name that somebody declared says nothing about a digest
            continue
        assert locked_digest is not None
        new = _gained(data.golden, main, locked)
        if (judged or now) in fine or new is not None:
            news |= dict.fromkeys(new or ())
            found.new[ident] = new or ()
            differs = claimed if claimed not in (None, judged, *fine) else None
        elif data.golden is not None and claimed == locked_digest and not main.cases:
            found.unlocked.add(ident)  # the set at hand is not known to be the one that run and lock name
            found.remarks.append(_LOCK_AGAIN)
            differs = None
        elif data.golden is not None and claimed in (None, judged) and apart(data.golden, main):
            beside.append(data)
            differs = None
        else:
            differs = judged if claimed in (None, locked_digest) else claimed
        if differs:
            found.changed[ident] = "the dataset", f"{locked_digest[:12]} when locked, {differs[:12]} now"
            found.remarks += [] if main.cases else [_LOCK_AGAIN]
    _beside(found, beside, runs, locked_digest or "")
    found.outside = {data.run.id for data in runs if data.alone}
    if news:
        found.remarks.append(
            f"{plural(len(news), 'case')} {'is' if len(news) == 1 else 'are'} new in the golden set since the lock:"
            f" {first_few(news)}. They are judged on the candidate, and the baseline need not have them."
        )
    found.remarks = list(dict.fromkeys(found.remarks))
    return found


def _gained(golden: EvalSet | None, main: LockedSet, locked: Sequence[LockedSet]) -> tuple[str, ...] | None:
    if golden is None:
        return None
    found = (gained(golden, one) for one in (main, *locked))
    return next((new for new in found if new is not None), None)


def _beside(found: Datasets, beside: Sequence[RunData], runs: Sequence[RunData], before: str) -> None:
    """A set of its own that the lock does not know: no change of the locked one where other runs are held to that."""
    others = {data.run.id for data in beside}
    kept = any(
        data.golden is not None and data.run.id not in found.changed and data.run.id not in others for data in runs
    )
    for data in beside:
        assert data.golden is not None
        if kept:
            found.unlocked.add(data.run.id)
        else:
            now = data.golden.digest
            found.changed[data.run.id] = "the dataset", f"{before[:12]} when locked, {now[:12]} now"
