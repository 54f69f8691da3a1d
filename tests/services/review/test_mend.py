"""Mending what was typed wrong: every table follows, the history keeps both, and nothing that was said is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import HumanLabel, HumanVerdict
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import (
    assess,
    gaps,
    history,
    meeting,
    mend,
    people,
    printed,
    reviews,
    scorecard,
    settling,
)
from readiness_tui.services.review.supersede import supersede
from readiness_tui.store import runs
from tests.conftest import NOW

LAST = NOW.date() + timedelta(days=30)


def names_in(desk: Desk, name: str) -> set[str]:
    """The tables that hold a system's name."""
    with desk.store.read() as conn:
        tables = conn.execute(
            "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'system'"
        ).fetchall()
        found = {t for (t,) in tables if conn.execute(f"SELECT 1 FROM {t} WHERE system = ?", (name,)).fetchone()}
        named = conn.execute("SELECT 1 FROM system WHERE name = ?", (name,)).fetchone()
    return found | ({"system"} if named else set())


def test_a_system_is_renamed_everywhere_and_the_history_keeps_both(sample_desk: Desk) -> None:
    desk = sample_desk
    before, judged, said = names_in(desk, "Support bot"), load(desk), len(history.log(desk, limit=9999))
    meeting.set_attendees(desk, "ana, ben")
    scorecard.freeze(desk)
    kept = scorecard.text(desk)
    mend.rename_system(desk, "support  BOT", "Help desk")
    now = load(desk)
    assert (now.review.system, now.judgement.causes) == ("Help desk", judged.judgement.causes)
    assert (names_in(desk, "Support bot"), names_in(desk, "Help desk")) == (set(), before)
    assert meeting.attendees(desk, ()) == ("ana", "ben")
    assert scorecard.text(desk) == kept  # byte for byte, under the name that it printed
    log = history.log(desk, limit=9999)
    assert (log[0].what, len(log)) == ("system renamed: Support bot → Help desk", said + 2)
    assert "Support bot → Help desk" in " ".join(history.describe(history.rows(desk, log[0].id)))
    assert "Rename the system back" in history.why_not(desk, log[0].id)
    with pytest.raises(ReadinessError, match="append-only"), desk.store.write("eve", "forges", now=NOW) as tx:
        tx.conn.execute("UPDATE change SET what = 'nothing'")


def test_two_systems_are_not_merged_by_a_name(desk: Desk) -> None:
    reviews.new_review(desk, system="other", release="1")
    for old, new, words in (("bot", "OTHER", "already"), ("nobody", "x", "holds no system"), ("bot", "bot", "called")):
        with pytest.raises(ReadinessError, match=words):
            mend.rename_system(desk, old, new)
    assert mend.rename_system(desk, "bot", "Bot") == "Bot"
    assert names_in(desk, "bot") == set()


def test_what_a_review_says_of_itself_is_changed_until_it_is_frozen(desk: Desk) -> None:
    mend.edit_review(
        desk, release=" 1.1 ", held_on=date(2026, 12, 1), owner="ben", reviewers=["ben, chloe"], facilitator="chloe"
    )
    changed = load(desk).review
    assert (changed.release, changed.held_on, changed.owner, changed.facilitator, changed.reviewers) == (
        "1.1", date(2026, 12, 1), "ben", "chloe", ("ben", "chloe"),
    )  # fmt: skip
    for wrong in ({"release": " "}, {"owner": ""}, {"reviewers": [" , "]}):
        with pytest.raises(ReadinessError):
            mend.edit_review(desk, **wrong)
    scorecard.freeze(desk)
    with pytest.raises(ReadinessError, match="frozen"):
        mend.edit_review(desk, release="2")


def test_a_person_is_renamed_in_all_that_is_open_and_no_vote_is_lost(desk: Desk) -> None:
    first, second, third = (item.id for item in load(desk).items[:3])
    for who, day, votes in (("Ben", 0, {first: 2, second: 1}), ("ben k", 1, {first: 0, second: 1, third: 1})):
        desk.who = who
        desk.clock = lambda day=day: NOW + timedelta(days=day)
        for item, points in votes.items():
            assess.score(desk, [item], points)
        assess.attach(desk, [first], EvidenceKind.URL, f"https://example.org/{day}")
    scorecard.dissent(desk, "Ben", "too early")
    scorecard.dissent(desk, "ben k", "no drill")
    gap = next(key for key in load(desk).gaps if key.endswith(third))
    gaps.set_owner(desk, gap, "Ben K")

    done = mend.rename_person(desk, "BEN", "Ben Kade")
    done = mend.rename_person(desk, "ben k", "Ben Kade")
    assert (done.merged, desk.who) == ((f"{first}: 0 stands, said later than 2",), "Ben Kade")
    view = load(desk)
    votes = [(vote.item_id, vote.reviewer, vote.points) for item in view.items for vote in view.dossier(item.id).votes]
    assert votes == [(first, "Ben Kade", 0), (second, "Ben Kade", 1), (third, "Ben Kade", 1)]
    assert view.dossier(second).votes[0].at == NOW  # both said the same: since when
    assert {piece.by for piece in view.dossier(first).evidence} == {"Ben Kade"}
    assert view.gaps[gap].owner == "Ben Kade"
    assert view.review.reviewers == ("ana", "Ben Kade")
    assert [(d.by, d.reason) for d in scorecard.current_card(desk).dissents] == [("Ben Kade", "too early; no drill")]
    assert history.log(desk)[0].what == "person renamed: ben k → Ben Kade"
    with pytest.raises(ReadinessError, match="Nobody called “zoe”"):
        mend.rename_person(desk, "zoe", "Zoë")


def test_two_spellings_that_were_the_only_two_leave_nobody_to_hide_votes_from(desk: Desk) -> None:
    reviews.set_people(desk, observers=["Zoë"])
    reviews.set_blind(desk, True)
    assess.score(replace(desk, who="ben", cache={}), [load(desk).items[0].id], 1)
    mend.rename_person(desk, "ben", "ana")
    review = load(desk).review
    assert (review.reviewers, review.blind, review.observers) == (("ana",), False, ("Zoë",))
    mend.rename_person(desk, "ana", "Zoë")
    assert (load(desk).review.reviewers, load(desk).review.observers) == (("Zoë",), ())


def test_what_waits_who_is_here_and_who_is_known_follow_a_name(desk: Desk) -> None:
    """Settling two versions later brings no old name, and the room goes on voting for whoever was renamed."""
    item = load(desk).items[0].id
    reviews.set_people(desk, add=["chloe"], authors=["ben"], observers=["otto"])
    assess.score(desk, [item], 1)
    key = load(desk).workings.gap_keys[item]
    gaps.set_owner(desk, key, "chloe", base="")
    assert gaps.set_owner(desk, key, "ben", base="") is not None
    assess.waive(desk, item, "bought", "chloe", LAST, base=None)
    assert assess.waive(desk, item, "built", "Ben", LAST, base=None) is not None
    scorecard.dissent(desk, "ben", "too early")
    meeting.set_attendees(desk, "ana, ben")
    people.settle_names(desk, {"ben": "ben"})
    mend.rename_person(desk, "ben", "Ben Kade")
    mend.rename_person(desk, "otto", "Otto M")
    review = load(desk).review
    assert (review.authors, review.observers) == (("Ben Kade",), ("Otto M",))
    of_gap, of_waiver = (two.rival.value for two in settling.waiting(desk))
    assert of_gap == "Ben Kade"
    assert '"approved by": "Ben Kade"' in of_waiver
    assert meeting.room(desk, review, meeting.open_meeting(desk).here) == ("ana", "Ben Kade")
    assert people.circles(desk)[2] == ("Ben Kade",)
    mend.rename_system(desk, "bot", "Help desk")
    assert people.circles(desk)[2] == ("Ben Kade",)
    assert len(settling.waiting(desk)) == 2


def test_blind_votes_of_two_spellings_are_merged_without_telling_them(desk: Desk) -> None:
    item = load(desk).items[0].id
    reviews.set_blind(desk, True)
    for who, points in (("ben", 2), ("Benn", 0)):
        desk.who = who
        assess.score(desk, [item], points)
    desk.who = "ana"
    assert mend.rename_person(desk, "Benn", "ben").merged == (f"{item}: the later of two stands",)


def test_what_somebody_labelled_under_an_older_name_is_known_under_the_new_one(desk: Desk) -> None:
    label = HumanLabel(HumanVerdict.PASS, "ben", NOW, blind=True)
    with desk.store.write("ben", "label", now=NOW, system="bot") as tx:
        runs.put_label(tx, "bot", "r", "c", "", label)
    with desk.store.write("ben", "label taken back", now=NOW, system="bot") as tx:
        runs.clear_label(tx, "bot", "r", "c", "", "ben")
    mend.rename_system(desk, "bot", "desk bot")
    mend.rename_person(desk, "ben", "Ben Kade")
    with desk.store.read() as conn:
        assert len(runs.earlier_labels(conn, "desk bot", "r", "c", "", "Ben Kade")) == 1
        assert runs.earlier_labels(conn, "desk bot", "r", "c", "", "ana") == []


@pytest.mark.slow
def test_a_frozen_scorecard_is_superseded_with_everything_standing_as_it_was(sample_desk: Desk) -> None:
    desk = sample_desk
    with pytest.raises(ReadinessError, match="is not frozen"):
        supersede(desk, "wrong")
    frozen = scorecard.freeze(desk)
    kept = scorecard.text(desk)
    with pytest.raises(ReadinessError, match="with a reason"):
        supersede(desk, " ")
    assert printed.beside(desk) == ()
    new = supersede(desk, "OBS-05 was scored by mistake.")
    assert desk.review_id == new.id
    card = scorecard.current_card(desk)
    assert (card.verdict, card.reason, card.sections, card.conditions) == (
        frozen.verdict,
        frozen.reason,
        frozen.sections,
        frozen.conditions,
    )
    assert [run.id for run in card.gate.runs] == [run.id for run in frozen.gate.runs]
    assert card.previous is None  # it is compared with what the frozen one was compared with
    assert scorecard.freeze(desk).gaps == frozen.gaps  # each was open in one review, not in two

    desk.review_id = 1
    assert scorecard.text(desk) == kept
    (said,) = printed.beside(desk)
    assert said.startswith("This scorecard was superseded by ana on 2026-11-24: OBS-05 was scored")
    with pytest.raises(ReadinessError, match="superseded by review 2 already"):
        supersede(desk, "again")
    history.next_review(desk, "2026.12", date(2026, 12, 8))
    ran = {run.id for run in frozen.gate.runs if run.role == "candidate"}
    assert (load(desk).review.follows, set(load(desk).review.baseline)) == (2, ran)
    desk.review_id = None
    assert load(desk).review.release == "2026.12"
