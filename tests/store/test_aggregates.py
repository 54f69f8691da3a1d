"""Every value that is stored comes back equal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from readiness_tui.domain.checklists.assessment import Consensus, Evidence, EvidenceKind, Override, Vote, Waiver
from readiness_tui.domain.checklists.model import Checklist, Depth, Item, ProbeKind, ProbeSpec, Severity
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError, TamperedError
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.incidents.model import (
    Action,
    ActionKind,
    FailureClass,
    Incident,
    Link,
    LinkKind,
    NoteStatus,
    OtherText,
    Sev,
    TimelineEntry,
    Written,
)
from readiness_tui.domain.metrics.rule import Confidence, Direction, From, Rule
from readiness_tui.domain.verdict.gap import Gap, GapState, StoredCondition
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.store import Store, assessments, gaps, gates, incidents, reviews, scorecards
from readiness_tui.store.assessments import Dismissal
from readiness_tui.store.scorecards import StoredScorecard
from tests.store.workers import NOW, SYSTEM

DAY = date(2026, 11, 23)
ITEM = Item(
    "OBS-01",
    "Prompt version logged",
    "why",
    "evidence",
    "improve",
    Severity.BLOCKER,
    Depth.COURSE,
    3,
    same_as=("DEP-02",),
    probe=ProbeSpec("prompt_version", ProbeKind.SHARE, 0.95, ("sampling",)),
    ticks=("a", "b"),
)
CHECKLIST = Checklist("observability", "Observability", "1", (ITEM,), "digest-1", 16)


def save(store: Store):
    return store.write("ana", "saved", now=NOW)


# Reviews


def test_a_review_with_everything(store: Store) -> None:
    full = Review(
        id=0,
        system="Support bot",
        release="2026.12",
        held_on=date(2026, 12, 1),
        owner="ben",
        depth=Depth.FULL,
        checklists=("observability", "own"),
        reviewers=("ana", "ben"),
        facilitator="ana",
        blind=True,
        revealed=True,
        as_of=DAY,
        gate_id=None,
        candidate=("run-2", "run-3"),
        baseline=("run-1",),
        declared={"allowed_tools": "a, b"},
        override_verdict="GO",
        override_by="ben",
        override_reason="because",
        frozen_at=NOW,
    )
    with save(store) as tx:
        number = reviews.put(tx, full)
    with store.read() as conn:
        stored = reviews.get(conn, number)
        assert stored == replace(full, id=number)
        assert [r.id for r in reviews.all(conn)] == [2, 1]
        assert reviews.latest(conn) == stored
        assert reviews.previous(conn, stored) == reviews.get(conn, 1)
        assert reviews.previous(conn, reviews.get(conn, 1)) is None
        assert reviews.latest(conn, system="other") is None
        with pytest.raises(ReadinessError, match="no review 9"):
            reviews.get(conn, 9)


def test_of_two_reviews_on_one_day_the_one_made_first_is_the_one_before(store: Store) -> None:
    same_day = Review(0, "Support bot", "2026.11b", NOW.date(), "ana")
    with save(store) as tx:
        second = reviews.put(tx, same_day)
        reviews.put(tx, replace(same_day, system="Other"))
        reviews.put(tx, replace(same_day, release="2026.12", held_on=NOW.date() + timedelta(days=1)))
    with store.read() as conn:
        assert reviews.previous(conn, reviews.get(conn, second)) == reviews.get(conn, 1)
        assert reviews.previous(conn, reviews.get(conn, 1)) is None


def test_a_review_keeps_the_checklists_it_was_started_with(store: Store) -> None:
    second = replace(CHECKLIST, id="own", digest="digest-2")
    with save(store) as tx:
        reviews.put_checklists(tx, 1, [CHECKLIST, second])
    with store.read() as conn:
        assert reviews.checklists(conn, 1) == (CHECKLIST, second)
    with save(store) as tx:
        reviews.put_checklists(tx, 1, [second])
    with store.read() as conn:
        assert reviews.checklists(conn, 1) == (second,)


# Assessments


def test_everything_about_the_items(store: Store) -> None:
    votes = [
        Vote("OBS-01", "ana", 2, at=NOW),
        Vote("OBS-01", "ben", None, na=True, na_reason="no prompts", at=NOW),
        Vote("REL-02", "ana", 0, at=NOW),
    ]
    pieces = [
        Evidence(0, "OBS-01", EvidenceKind.URL, "https://example.org", "ana", at=NOW),
        Evidence(0, "OBS-01", EvidenceKind.SHOWN, "the log", "ana", witness="ben", dated=DAY, at=NOW),
    ]
    waiver = Waiver("REL-02", "soon", "chloe", DAY, DAY + timedelta(days=30))
    override = Override("OBS-01", "ana", "the probe is wrong", "digest")
    consensus = Consensus("OBS-01", None, True, "ana", "agreed")
    dismissal = Dismissal("secrets", "trace-7/0", "an example key", "ben")
    with save(store) as tx:
        for vote in votes:
            assessments.put_vote(tx, 1, vote)
        ids = [assessments.add_evidence(tx, 1, piece) for piece in pieces]
        assessments.put_waiver(tx, 1, waiver)
        assessments.put_override(tx, 1, override)
        assessments.confirm_na(tx, 1, "OBS-01", "chloe")
        assessments.put_consensus(tx, 1, consensus)
        assessments.put_note(tx, 1, "OBS-01", "a note")
        assessments.put_tick(tx, 1, "EVA-14", "regression", "ana")
        assessments.put_tick(tx, 1, "EVA-14", "adversarial", "ana")
        assessments.put_dismissal(tx, 1, dismissal)
        assessments.put_dissent(tx, 1, "ben", "too early")
    with store.read() as conn:
        parts = assessments.dossier_parts(conn, 1)
        assert parts.votes == {"OBS-01": tuple(votes[:2]), "REL-02": (votes[2],)}
        assert parts.evidence == {"OBS-01": tuple(replace(p, id=i) for p, i in zip(pieces, ids, strict=True))}
        assert parts.waivers == {"REL-02": waiver}
        assert parts.overrides == {"OBS-01": override}
        assert parts.na_confirmed_by == {"OBS-01": "chloe"}
        assert parts.consensus == {"OBS-01": consensus}
        assert parts.notes == {"OBS-01": "a note"}
        assert parts.ticks == {"EVA-14": ("adversarial", "regression")}
        assert parts.dismissals == (dismissal,)
        assert assessments.dissents(conn, 1) == {"ben": "too early"}
        assert assessments.votes(conn, 1, ["REL-02"]) == [votes[2]]
        assert assessments.dossier_parts(conn, 2) == assessments.Parts()
    with save(store) as tx:
        assert assessments.clear_vote(tx, 1, "OBS-01", "ana")
        assert not assessments.clear_vote(tx, 1, "OBS-01", "nobody")
        assessments.remove_evidence(tx, ids[0])
        assessments.remove_waiver(tx, 1, "REL-02")
        assessments.remove_override(tx, 1, "OBS-01")
        assessments.clear_na_confirmation(tx, 1, "OBS-01")
        assessments.clear_consensus(tx, 1, "OBS-01")
        assessments.put_note(tx, 1, "OBS-01", "")
        assessments.put_tick(tx, 1, "EVA-14", "regression", "ana", on=False)
        assessments.remove_dismissal(tx, 1, "secrets", "trace-7/0")
        assessments.put_dissent(tx, 1, "ben", "")
    with store.read() as conn:
        assert assessments.dossier_parts(conn, 1) == assessments.Parts(
            votes={"OBS-01": (votes[1],), "REL-02": (votes[2],)},
            evidence={"OBS-01": (replace(pieces[1], id=ids[1]),)},
            ticks={"EVA-14": ("adversarial",)},
        )
        assert assessments.dissents(conn, 1) == {}


def test_the_id_of_removed_evidence_is_not_given_again(store: Store) -> None:
    piece = Evidence(0, "OBS-01", EvidenceKind.URL, "x", "ana")
    with save(store) as tx:
        first = assessments.add_evidence(tx, 1, piece)
        assessments.remove_evidence(tx, first)
        assert assessments.add_evidence(tx, 1, piece) != first


# Gates


def gate(threshold: float = 0.85, digest: str = "g1", name: str = "support-bot") -> Gate:
    rules = (
        Rule("faithfulness", Direction.HIGHER, threshold, tags=("high_risk",), confidence=Confidence.REQUIRED),
        Rule("latency_p95_ms", Direction.LOWER, 3500.0, "ms", From.TRACES, 7, required=False),
        Rule("own", Direction.LOWER, None, "EUR", max_regression=0.1, relative=True),
    )
    return Gate(name, rules, ("case-1",), digest=digest, dataset_digest="d", judge_digest=None)


def test_gates_count_versions_by_name(store: Store) -> None:
    with save(store) as tx:
        first = gates.put_gate(tx, SYSTEM, gate(), "metrics: …")
        second = gates.put_gate(tx, SYSTEM, gate(0.9, "g2"))
        assert gates.put_gate(tx, SYSTEM, gate()) == first  # the same content is the same gate
        other = gates.put_gate(tx, SYSTEM, gate(name="other"))
    with store.read() as conn:
        assert gates.get(conn, first) == replace(gate(), version=1)
        assert gates.get(conn, second) == replace(gate(0.9, "g2"), version=2)
        assert gates.get(conn, other).version == 1
        assert gates.source(conn, first) == "metrics: …"
        assert [number for number, _ in gates.all(conn, SYSTEM)] == [other, second, first]
        with pytest.raises(ReadinessError):
            gates.get(conn, 99)


def test_locks_in_the_order_of_time(store: Store) -> None:
    early = Lock("ana", NOW, "g1", "d", None)
    late = Lock("ben", NOW + timedelta(hours=1), "g1", "d", "j")
    with save(store) as tx:
        gates.add_lock(tx, SYSTEM, late)
        gates.add_lock(tx, SYSTEM, early)
    with store.read() as conn:
        assert gates.locks(conn, SYSTEM, "g1") == [early, late]
        assert gates.locks(conn, SYSTEM) == [early, late]
        assert gates.locks(conn, SYSTEM, "g2") == []


# Gaps and conditions


def test_gaps_live_by_system_and_key(store: Store) -> None:
    gap = Gap(
        "item/observability/OBS-01",
        "Prompt version logged",
        Severity.BLOCKER,
        "ben",
        DAY,
        GapState.IN_PROGRESS,
        DAY,
        1,
        (1, 2),
        ("2026-11-30 -> 2026-12-07 by ana",),
        "link",
        marked=True,
    )
    bare = Gap("trace/t1", "t1", Severity.MINOR, "", None, GapState.OPEN, DAY, 1)
    with save(store) as tx:
        gaps.put(tx, "Support bot", gap)
        gaps.put(tx, "Support bot", bare)
        gaps.put(tx, "Other", replace(gap, owner="chloe"))
        gaps.put(tx, "Support bot", replace(gap, state=GapState.VERIFIED))
    with store.read() as conn:
        assert gaps.all(conn, "Support bot") == {
            gap.key: replace(gap, state=GapState.VERIFIED),
            bare.key: bare,
        }
        assert gaps.all(conn, "Other")[gap.key].owner == "chloe"


def test_conditions_tell_cleared_from_never_set(store: Store) -> None:
    with save(store) as tx:
        gaps.put_condition(tx, 1, StoredCondition("gate/x", "ana", DAY))
        gaps.put_condition(tx, 1, StoredCondition("gate/y", "", None))
        gaps.put_condition(tx, 1, StoredCondition("gate/z", "ana", DAY))
        gaps.put_condition(tx, 1, StoredCondition("gate/rule", "ana", DAY, by_hand=False))
        gaps.remove_condition(tx, 1, "gate/z")
    with store.read() as conn:
        assert gaps.conditions(conn, 1) == {
            "gate/rule": StoredCondition("gate/rule", "ana", DAY, by_hand=False),
            "gate/x": StoredCondition("gate/x", "ana", DAY),
            "gate/y": StoredCondition("gate/y", "", None),
        }


# Incidents

LINKS = (Link(LinkKind.TRACE, "t1"), Link(LinkKind.PERSON, "ben"))


def test_an_incident_with_everything(store: Store) -> None:
    incident = Incident(
        0,
        "Support bot",
        "Wrong refund",
        Sev.SEV2,
        NoteStatus.IN_REVIEW,
        started=NOW,
        detected=NOW,
        acknowledged=NOW,
        mitigated=NOW,
        resolved=NOW,
        closed=DAY,
        failure_class=FailureClass.TOOL,
        item_id="REL-02",
        eval_cases=("case-1",),
        no_eval_reason="none",
        traces=("t1", "t2"),
        fields={"summary": "short", "went_well": "much"},
        written={"summary": Written("ana", NOW)},
    )
    with save(store) as tx:
        number = incidents.put(tx, incident)
        later = incidents.put_event(
            tx, number, TimelineEntry(0, NOW + timedelta(minutes=5), "noticed", "log", "ana", LINKS)
        )
        earlier = incidents.put_event(tx, number, TimelineEntry(0, NOW, "began", "trace", "ana"))
        gone = incidents.put_event(tx, number, TimelineEntry(0, NOW, "mistake"))
        incidents.remove_event(tx, gone)
        action = incidents.put_action(tx, number, Action(0, "alert", ActionKind.DETECT, "ben", DAY))
        incidents.put_action(
            tx, number, Action(action, "alert", ActionKind.DETECT, "ben", DAY, done=DAY, verify="fires in staging")
        )
        rival = incidents.put_rival(tx, number, OtherText(0, "summary", "long", "ben", NOW))
        incidents.remove_rival(tx, incidents.put_rival(tx, number, OtherText(0, "harm", "none", "ben", NOW)))
        incidents.remove_action(tx, incidents.put_action(tx, number, Action(0, "mistake")))
        other = incidents.put(tx, Incident(0, "Other", "x", Sev.SEV4))
    with store.read() as conn:
        stored = incidents.get(conn, SYSTEM, number)
        uids = {stored.uid, stored.actions[0].uid, *(entry.uid for entry in stored.timeline)}
        assert len({UUID(uid) for uid in uids}) == 4
        stamps = {"created": NOW, "updated": NOW}
        assert stored == replace(
            incident,
            number=number,
            uid=stored.uid,
            **stamps,
            timeline=(
                TimelineEntry(earlier, NOW, "began", "trace", "ana", uid=stored.timeline[0].uid, **stamps),
                TimelineEntry(
                    later, NOW + timedelta(minutes=5), "noticed", "log", "ana", LINKS, stored.timeline[1].uid, **stamps
                ),
            ),
            actions=(
                Action(action, "alert", ActionKind.DETECT, "ben", DAY, DAY, verify="fires in staging",
                       uid=stored.actions[0].uid, **stamps),
            ),
            rivals=(OtherText(rival, "summary", "long", "ben", NOW, stored.rivals[0].uid),),
        )  # fmt: skip
        assert [i.number for i in incidents.all(conn, SYSTEM)] == [number]
        assert [i.number for i in incidents.all(conn, "Other")] == [other]
        with pytest.raises(ReadinessError, match="INC-99"):
            incidents.get(conn, SYSTEM, 99)
        with pytest.raises(ReadinessError, match=f"INC-{other} is an incident of “Other”"):
            incidents.get(conn, SYSTEM, other)


# Scorecards


def test_a_scorecard_is_stored_once(store: Store) -> None:
    card = StoredScorecard(1, NOW, "ana", DAY, Verdict.CONDITIONS, "digest", '{"a": 1}', "# Scorecard\n")
    with save(store) as tx:
        scorecards.put(tx, card)
    with store.read() as conn:
        found = scorecards.get(conn, 1)
        assert found is not None
        assert replace(found, fault="") == card
        assert found.fault.startswith("its JSON has the digest 015abd7f5cc5…")  # the one above is made up
        with pytest.raises(TamperedError):
            _ = found.intact
        assert scorecards.get(conn, 2) is None
    with pytest.raises(ReadinessError), save(store) as tx:
        scorecards.put(tx, card)
