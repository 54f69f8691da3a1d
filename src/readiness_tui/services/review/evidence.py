"""Looking evidence up: once when it is attached, and again only where somebody asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from readiness_tui.domain.checklists.assessment import Evidence, EvidenceKind, LookUp
from readiness_tui.domain.checklists.evidence import PlaceFound, Verification, Verified, has_scheme, is_address, is_path
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.write import change
from readiness_tui.sources.settings.repository import Repository, repository
from readiness_tui.store import assessments, evalsets, incidents, runs, traces
from readiness_tui.store.sqlite import Connection

#: What a path is looked up in.
Places = Callable[[str], PlaceFound]

_INCIDENT = re.compile(r"INC-([0-9]{1,9})", re.IGNORECASE)
_IMPORTED = (EvidenceKind.INCIDENT, EvidenceKind.RUN, EvidenceKind.TRACE, EvidenceKind.CASE)
_VOUCHED = (EvidenceKind.SHOWN, EvidenceKind.DRILL)


@dataclass(frozen=True, slots=True)
class FoundEvidence:
    """What a typed line is, and what came of looking it up."""

    kind: EvidenceKind
    lookup: LookUp
    commit: str = ""
    why: str = ""


def places_of(desk: Desk) -> Places:
    """The review's repository is the one that its database lies in."""
    return _places(repository(desk.store.path.parent))


def look_up(conn: Connection, system: str, kind: EvidenceKind | None, ref: str, places: Places) -> FoundEvidence:
    """The one way in for evidence. `kind` None: recognised from what was imported, then from the form of the line."""
    if kind in _VOUCHED:
        return FoundEvidence(kind, LookUp.VOUCHED)
    if kind is EvidenceKind.URL or (kind is None and has_scheme(ref)):
        return FoundEvidence(EvidenceKind.URL, LookUp.BY_FORM if is_address(ref) else LookUp.WORD)
    if kind in _IMPORTED:
        there = imported(conn, system, kind, ref)
        return FoundEvidence(kind, LookUp.FOUND if there else LookUp.ABSENT)
    if kind is None:
        meant = next((one for one in _IMPORTED if imported(conn, system, one, ref)), None)
        if meant is not None:
            return FoundEvidence(meant, LookUp.FOUND)
        if _INCIDENT.fullmatch(ref):
            return FoundEvidence(EvidenceKind.INCIDENT, LookUp.ABSENT)
    found = places(ref)
    return FoundEvidence(EvidenceKind.PATH, found.lookup, found.commit, found.why)


def verify(desk: Desk, folder: Path) -> Verification:
    """Look all evidence of the desk's review up again, paths in the repository that `folder` is in, and keep the result.

    A path that no repository is at hand for keeps what was found of it before.
    """
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        pieces = [piece for piece in assessments.evidence(conn, review.id) if piece.kind not in _VOUCHED]
        here = repository(folder)
        where = _places(here)
        # An older version took an id for a path where it did not know it: such a piece is recognised anew.
        kinds = [None if piece.kind is EvidenceKind.PATH else piece.kind for piece in pieces]
        looked = [
            (piece, look_up(conn, review.system, kind, piece.ref, where))
            for piece, kind in zip(pieces, kinds, strict=True)
        ]
    if review.frozen_at is not None:
        raise ReadinessError(
            f"The review of {review.system} {review.release} is frozen: its evidence stands as it was found then."
            " Start the next review to look at it again."
        )
    made = [_verified(desk, piece, found, here) for piece, found in looked]
    told = f"evidence looked up: {plural(len(made), 'piece')}"
    why = f"in {here.top.name} at commit {here.commit[:10] or 'none yet'}" if here else "no git repository at hand"
    with change(desk, told, why) as (tx, _):
        for one in made:
            assessments.add_evidence(tx, review.id, one.now)
    return Verification(review.id, str(here.top) if here else None, here.commit if here else "", tuple(made))


def _verified(desk: Desk, piece: Evidence, found: FoundEvidence, here: Repository | None) -> Verified:
    if found.kind is EvidenceKind.PATH and (here is None or found.lookup is LookUp.ELSEWHERE):
        # Nothing could be looked up: what was found before stands.
        kept = replace(piece, lookup=LookUp.ELSEWHERE) if piece.lookup is LookUp.BEFORE else piece
        return Verified(piece, kept, found.why or "no git repository is at hand")
    if here is not None and piece.commit and found.lookup.claim and not here.knows(piece.commit):
        why = f"this repository does not know commit {piece.commit[:10]}, where it was found"
        return Verified(piece, piece, why)
    now = replace(piece, kind=found.kind, lookup=found.lookup, commit=found.commit, looked=desk.now())
    return Verified(piece, now, found.why)


def _places(here: Repository | None) -> Places:
    return here.look_up if here is not None else _elsewhere


def _elsewhere(ref: str) -> PlaceFound:
    if not is_path(ref):
        return PlaceFound(LookUp.WORD)
    return PlaceFound(LookUp.ELSEWHERE, why="no git repository is at hand")


def still_found(conn: Connection, system: str, piece: Evidence, at: datetime) -> Evidence:
    """A piece that goes on in another review, or outlives what it names: what it was found to be then, unless it named
    something imported that is not here any more. `at`: when that is seen."""
    if piece.kind not in _IMPORTED or piece.lookup is not LookUp.FOUND or imported(conn, system, piece.kind, piece.ref):
        return piece
    return replace(piece, lookup=LookUp.ABSENT, looked=at)


def imported(conn: Connection, system: str, kind: EvidenceKind, ref: str) -> bool:
    """Whether something of this kind and id is known of the system."""
    if kind is EvidenceKind.INCIDENT:
        number = _INCIDENT.fullmatch(ref)
        return number is not None and any(one.number == int(number[1]) for one in incidents.all(conn, system))
    if kind is EvidenceKind.RUN:
        return any(ref in (info.run.id, info.run.name) for info in runs.all(conn, system, versions=True))
    if kind is EvidenceKind.TRACE:
        return traces.get(conn, system, ref) is not None
    golden = (case.id for one in evalsets.all(conn, system) for case in one.cases)
    return runs.holds_case(conn, system, ref) or ref in golden
