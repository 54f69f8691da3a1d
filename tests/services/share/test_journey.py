"""A bundle out, scores apart, an answer back: over two files and the bytes between them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from readiness_tui.domain.checklists.assessment import Vote
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.share.merge import AnswerPart, MergeOutcome
from readiness_tui.services.core import tamper
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, freezing, history, mend, reviews, scorecard, settling
from readiness_tui.services.share import giving, merging, taking
from readiness_tui.store import assessments, audit
from readiness_tui.store.together import rivals
from tests.services.share.conftest import Apart


def votes(desk: Desk, item: str) -> dict[str, str]:
    with desk.store.read() as conn:
        found = assessments.votes(conn, 1, [item])
    return {vote.reviewer: "n/a" if vote.na else str(vote.points) for vote in found}


def test_what_a_reviewer_said_apart_is_in_the_first_file(apart: Apart) -> None:
    assess.score(apart.as_("ben"), ["OBS-01", "OBS-02"], 1)
    copy = apart.copy()
    assert votes(copy, "OBS-01") == {}
    assess.score(copy, ["OBS-01"], 2)
    assess.attach(copy, ["OBS-01"], None, "https://example.org/proof")
    assess.not_applicable(copy, "OBS-03", "no retrieval")
    assess.note(copy, "OBS-01", "seen on the dashboard")
    shown = apart.hand_back(copy)
    assert {one.outcome for one in shown.merged} == {MergeOutcome.TAKEN}
    assert votes(apart.first, "OBS-01") == {"ben": "1", "chloe": "2"}
    assert votes(apart.first, "OBS-03") == {"chloe": "n/a"}
    dossier = load(apart.first).dossier("OBS-01")
    assert [(piece.ref, piece.by) for piece in dossier.evidence] == [("https://example.org/proof", "chloe")]
    assert dossier.note == "seen on the dashboard"
    entry = history.log(apart.first, limit=1)[0]
    assert entry.who == "ana"
    assert entry.what == "chloe's answer from answer.json: 2 votes, 1 note, 1 piece of evidence"
    assert "file's word" in entry.why
    assert not tamper.look(apart.first)
    assert not tamper.look(copy)


def test_the_same_answer_twice_is_one(apart: Apart) -> None:
    copy = apart.copy()
    assess.score(copy, ["OBS-01"], 1)
    assess.note(copy, "OBS-01", "a word")
    apart.hand_back(copy)
    with apart.first.store.read() as conn:
        before = audit.last(conn)
    again = apart.hand_back(copy)
    assert {one.outcome for one in again.merged} == {MergeOutcome.SAME}
    with apart.first.store.read() as conn:
        assert audit.last(conn) == before


def test_a_second_answer_goes_on_from_the_first(apart: Apart) -> None:
    copy = apart.copy()
    assess.score(copy, ["OBS-01"], 1)
    apart.hand_back(copy)
    assess.score(copy, ["OBS-01"], 2)
    assess.score(copy, ["OBS-02"], 0)
    shown = apart.hand_back(copy)
    assert [one.outcome for one in shown.merged] == [MergeOutcome.TAKEN, MergeOutcome.TAKEN]
    assert votes(apart.first, "OBS-01") == {"chloe": "2"}


def test_a_second_answer_goes_on_from_the_note_of_the_first(apart: Apart) -> None:
    copy = apart.copy()
    for words in ("first words", "second words", "third words"):
        assess.note(copy, "OBS-01", words)
        if words != "second words":
            (one,) = apart.hand_back(copy).merged
            assert one.outcome is MergeOutcome.TAKEN
            assert load(apart.first).dossier("OBS-01").note == words
    assess.note(apart.as_("ben"), "OBS-01", "ben's own words")
    assess.note(copy, "OBS-01", "fourth words")
    (one,) = apart.hand_back(copy).merged
    assert one.outcome is MergeOutcome.BESIDE
    assert load(apart.first).dossier("OBS-01").note == "ben's own words"


def test_a_note_of_a_blind_review_goes_on_from_an_earlier_answers(apart: Apart) -> None:
    reviews.set_blind(apart.first, True)
    copy = apart.copy(by="chloe")
    for words in ("first words", "second words"):
        assess.note(copy, "OBS-01", words)
        (one,) = apart.hand_back(copy).merged
        assert one.outcome is MergeOutcome.TAKEN


@pytest.mark.parametrize("old", ["chloe", "Chloe "])
def test_the_answer_of_a_reviewer_who_was_renamed_meanwhile_is_theirs(apart: Apart, old: str) -> None:
    copy = apart.copy()
    assess.score(copy, ["OBS-01"], 1)
    apart.hand_back(copy)
    mend.rename_person(apart.first, old, "Chloé M")
    assess.score(copy, ["OBS-01", "OBS-02"], 2)
    shown = apart.hand_back(copy)
    assert "chloe is called Chloé M here by now." in shown.remarks
    assert {one.outcome for one in shown.merged} == {MergeOutcome.TAKEN}
    assert votes(apart.first, "OBS-01") == {"Chloé M": "2"}
    assert votes(apart.first, "OBS-02") == {"Chloé M": "2"}
    mend.rename_person(apart.first, "Chloé M", "Chloé Martin")
    assess.score(copy, ["OBS-02"], 0)
    apart.hand_back(copy)
    assert votes(apart.first, "OBS-02") == {"Chloé Martin": "0"}


def test_who_took_a_copy_under_a_wrong_name_hands_back_under_the_right_one(apart: Apart) -> None:
    copy = apart.copy(reviewer="chlo")
    assess.score(copy, ["OBS-01"], 2)
    for old, new in (("chlo", "chle"), ("chle", "chloe")):
        mend.rename_person(copy, old, new)
    assess.score(copy, ["OBS-02"], 1)
    made = taking.answer(copy)
    assert (made.answer.reviewer, len(made.answer.items)) == ("chloe", 2)
    apart.hand_back(copy)
    assert votes(apart.first, "OBS-01") == {"chloe": "2"}
    assert votes(apart.first, "OBS-02") == {"chloe": "1"}
    mend.rename_person(copy, "chloe", "chlo")
    assert taking.answer(copy).answer.reviewer == "chlo"


def test_an_answer_whose_note_waits_beside_another_changes_nothing_when_it_comes_again(apart: Apart) -> None:
    copy = apart.copy()
    assess.note(apart.as_("ben"), "OBS-01", "ben's own words")
    assess.note(copy, "OBS-01", "chloe's own words")
    apart.hand_back(copy)
    with apart.first.store.read() as conn:
        before = audit.last(conn)
    again = apart.hand_back(copy)
    assert [one.outcome for one in again.merged] == [MergeOutcome.WAITING]
    assert not again.writes
    with apart.first.store.read() as conn:
        assert audit.last(conn) == before
    assert len(settling.waiting(apart.first)) == 1


@pytest.mark.parametrize("value", ["ben's own words", "chloe's own words", "both of them, in one"])
def test_a_pair_that_was_settled_is_not_raised_again_by_the_same_answer(apart: Apart, value: str) -> None:
    copy = apart.copy()
    assess.note(apart.as_("ben"), "OBS-01", "ben's own words")
    assess.note(copy, "OBS-01", "chloe's own words")
    apart.hand_back(copy)
    (two,) = settling.waiting(apart.first)
    settling.settle(apart.first, two.rival, value, base=two.stored)
    again = apart.hand_back(copy)
    here = MergeOutcome.SAME if value == "chloe's own words" else MergeOutcome.SETTLED
    assert [(one.outcome, one.here) for one in again.merged] == [(here, value)]
    assert not again.writes
    assert settling.waiting(apart.first) == ()
    # Other words of hers are weighed as ever, and so are the same ones where the settling was taken back.
    assess.note(copy, "OBS-01", "chloe's second thoughts")
    if value != "chloe's own words":
        assert [one.outcome for one in apart.hand_back(copy).merged] == [MergeOutcome.BESIDE]
        assert len(settling.waiting(apart.first)) == 1


def test_a_pair_whose_answer_was_taken_back_is_raised_anew(apart: Apart) -> None:
    copy = apart.copy()
    assess.note(apart.as_("ben"), "OBS-01", "ben's own words")
    assess.note(copy, "OBS-01", "chloe's own words")
    apart.hand_back(copy)
    history.undo(apart.first, history.log(apart.first, limit=1)[0].id)
    assert settling.waiting(apart.first) == ()
    assert [one.outcome for one in apart.hand_back(copy).merged] == [MergeOutcome.BESIDE]
    (two,) = settling.waiting(apart.first)
    settling.settle(apart.first, two.rival, "both", base=two.stored)
    history.undo(apart.first, history.log(apart.first, limit=1)[0].id)
    assert len(settling.waiting(apart.first)) == 1
    assert [one.outcome for one in apart.hand_back(copy).merged] == [MergeOutcome.WAITING]


def test_the_history_is_asked_what_was_settled_only_of_this_review_and_where_it_matters(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = apart.copy()
    assess.score(copy, ["OBS-01"], 1)
    assess.note(copy, "OBS-02", "chloe's own words")
    asked: list[int] = []
    settled = rivals.settled
    monkeypatch.setattr(rivals, "settled", lambda conn, review: asked.append(review) or settled(conn, review))
    apart.hand_back(copy)  # nothing stands beside anything
    assert asked == []
    assess.note(apart.as_("ben"), "OBS-02", "ben's own words")
    assess.note(copy, "OBS-02", "chloe's second thoughts")
    assess.note(copy, "OBS-01", "a note")
    apart.hand_back(copy)
    assert len(asked) == 2  # once to look, once to save
    with apart.first.store.read() as conn:
        sql = []
        conn.set_trace_callback(sql.append)
        rivals.settled(conn, 1)
        conn.set_trace_callback(None)
        plan = [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql[0]}").fetchall()]
    assert any(step.startswith("SEARCH r USING PRIMARY KEY (change_id=?)") for step in plan), plan
    assert not any(step.startswith("SCAN r") for step in plan), plan


def test_what_was_changed_here_meanwhile_stands_until_it_is_asked_for(apart: Apart) -> None:
    copy = apart.copy()
    assess.score(apart.as_("Chloe"), ["OBS-01"], 0)
    assess.note(apart.as_("ben"), "OBS-01", "ben's own words")
    assess.score(copy, ["OBS-01", "OBS-02"], 2)
    assess.note(copy, "OBS-01", "chloe's own words")
    shown = apart.hand_back(copy)
    outcomes = {(one.item_id, one.part): one.outcome for one in shown.merged}
    assert outcomes == {
        ("OBS-01", AnswerPart.VOTE): MergeOutcome.CONFLICT,
        ("OBS-01", AnswerPart.NOTE): MergeOutcome.BESIDE,
        ("OBS-02", AnswerPart.VOTE): MergeOutcome.TAKEN,
    }
    assert votes(apart.first, "OBS-01") == {"chloe": "0"}
    assert load(apart.first).dossier("OBS-01").note == "ben's own words"
    (two,) = settling.waiting(apart.first)
    assert (two.rival.value, two.rival.by) == ("chloe's own words", "chloe")
    apart.hand_back(copy)
    assert len(settling.waiting(apart.first)) == 1
    apart.hand_back(copy, overwrite=True)
    assert votes(apart.first, "OBS-01") == {"chloe": "2"}
    assert load(apart.first).dossier("OBS-01").note == "chloe's own words"


def test_all_of_an_answer_is_taken_back_at_once_and_can_be_brought_in_again(apart: Apart) -> None:
    copy = apart.copy()
    assess.score(copy, ["OBS-01", "OBS-02"], 1)
    apart.hand_back(copy)
    history.undo(apart.first, history.log(apart.first, limit=1)[0].id)
    assert votes(apart.first, "OBS-01") == {}
    assert not tamper.look(apart.first)
    apart.hand_back(copy)
    assert votes(apart.first, "OBS-02") == {"chloe": "1"}


def test_a_vote_that_came_apart_is_the_reviewers_own_to_the_room(apart: Apart) -> None:
    """The room's typist does not vote over it."""
    copy = apart.copy()
    assess.score(copy, ["OBS-01"], 1)
    apart.hand_back(copy)
    assess.score(apart.first, ["OBS-01"], 2, room=("ana", "chloe"))
    assert votes(apart.first, "OBS-01") == {"ana": "2", "chloe": "1"}


def test_blind_votes_are_in_no_bundle_of_anybody_else_and_are_not_told_when_they_come_in(apart: Apart) -> None:
    reviews.set_blind(apart.first, True)
    ben = apart.as_("ben")
    assess.score(ben, ["OBS-01"], 0)
    assess.note(ben, "OBS-01", "WOMBAT")
    assess.score(apart.as_("chloe"), ["OBS-02"], 1)
    for by, reviewer in (("ana", "chloe"), ("ana", "ben"), ("ana", ""), ("chloe", "ben")):
        made = giving.bundle(apart.as_(by), reviewer)
        assert (made.votes, made.own_notes, made.notes) == ((), (), ())
    own = giving.bundle(apart.as_("chloe"), "chloe")
    assert [(vote.item_id, vote.points) for vote in own.votes] == [("OBS-02", 1)]
    copy = apart.copy(by="chloe")
    assess.score(copy, ["OBS-01"], 2)
    assess.note(copy, "OBS-01", "QUOKKA")
    shown = apart.hand_back(copy)
    assert shown.veiled
    assert {(one.here, one.there) for one in shown.told} == {("", "")}
    entry = history.log(apart.as_("ben"), limit=1)[0]
    assert (entry.who, entry.what, entry.why) == ("ana", "voted on OBS-01 for chloe", "")
    assert "QUOKKA" not in repr(load(apart.first))
    mine = load(apart.as_("chloe"))
    assert mine.dossier("OBS-01").mine == "QUOKKA"
    reviews.reveal(apart.first)
    assert "chloe: QUOKKA" in load(apart.first).dossier("OBS-01").note
    assert votes(apart.first, "OBS-01") == {"ben": "0", "chloe": "2"}


def test_a_blind_answer_is_compressed_whatever_its_name(apart: Apart) -> None:
    reviews.set_blind(apart.first, True)
    copy = apart.copy()
    assess.score(copy, ["OBS-01"], 2)
    apart.hand_back(copy)
    assert (apart.folder / "answer.json").read_bytes().startswith(b"\x1f\x8b")
    assert not (apart.folder / "copy.json").read_bytes().startswith(b"\x1f\x8b")


def test_what_was_voted_before_is_in_the_bundle_and_is_changed_by_the_answer(apart: Apart) -> None:
    assess.score(apart.as_("chloe"), ["OBS-01", "OBS-02", "OBS-03"], 1)
    copy = apart.copy()
    assert votes(copy, "OBS-01") == {"chloe": "1"}
    assess.score(copy, ["OBS-01"], 2)
    assess.score(copy, ["OBS-02"], None)
    shown = apart.hand_back(copy)
    assert [(one.item_id, one.here, one.there) for one in shown.merged] == [
        ("OBS-01", "1", "2"),
        ("OBS-02", "1", "no vote"),
    ]
    assert (votes(apart.first, "OBS-01"), votes(apart.first, "OBS-02")) == ({"chloe": "2"}, {})


def test_an_answer_to_another_review_or_a_frozen_one_says_so(apart: Apart) -> None:
    copy = apart.copy()
    assess.score(copy, ["OBS-01"], 2)
    answer = taking.answer(copy).answer
    reviews.new_review(apart.first, system="other", release="1", reviewers=("ana", "chloe"))
    with pytest.raises(ReadinessError, match=r"another review, bot 1 .* --review '#1'"):
        merging.look(apart.first, answer)
    apart.first.review_id = 1
    strange = replace(answer, origin=replace(answer.origin, key="0" * 64))
    with pytest.raises(ReadinessError, match="not in this file"):
        merging.look(apart.first, strange)
    scorecard.freeze(apart.first)
    with pytest.raises(ReadinessError, match=r"comes too late.*frozen"):
        merging.look(apart.first, answer)
    with pytest.raises(ReadinessError, match="frozen"):
        giving.bundle(apart.first, "chloe")


def test_a_renamed_system_is_the_same_review(apart: Apart) -> None:
    copy = apart.copy()
    assess.score(copy, ["OBS-01"], 2)
    mend.rename_system(apart.first, "bot", "Support bot")
    apart.hand_back(copy)
    assert votes(apart.first, "OBS-01") == {"chloe": "2"}


def test_an_item_that_was_taken_out_is_left_out_and_said(apart: Apart) -> None:
    copy = apart.copy()
    assess.score(copy, ["OBS-01", "REL-01"], 1)
    reviews.set_checklists(apart.first, ["observability"])
    shown = apart.hand_back(copy)
    assert [(one.item_id, one.outcome) for one in shown.merged] == [
        ("OBS-01", MergeOutcome.TAKEN),
        ("REL-01", MergeOutcome.OUT),
    ]
    assert "checklists any more" in shown.merged[1].why


def test_points_for_an_older_wording_wait_to_be_asked_for(apart: Apart) -> None:
    copy = apart.copy()
    assess.score(copy, ["OBS-01"], 2)
    answer = taking.answer(copy).answer
    older = replace(answer, items=tuple(replace(one, digest="0" * 64) for one in answer.items))
    shown = merging.look(apart.first, older)
    assert shown.merged[0].outcome is MergeOutcome.CONFLICT
    assert any("older wording" in remark for remark in shown.remarks)
    assert merging.look(apart.first, older, overwrite=True).merged[0].outcome is MergeOutcome.TAKEN


def test_something_else_than_was_shown_is_not_saved(apart: Apart) -> None:
    copy = apart.copy()
    assess.score(copy, ["OBS-01"], 2)
    answer = taking.answer(copy).answer
    shown = merging.look(apart.first, answer)
    assess.score(apart.as_("chloe"), ["OBS-01"], 0)
    with pytest.raises(ReadinessError, match="changed here meanwhile"):
        merging.take_in(apart.first, answer, shown, "a.json")
    assert votes(apart.first, "OBS-01") == {"chloe": "0"}


def test_observers_and_strangers(apart: Apart) -> None:
    copy = apart.copy("dora", reviewer="dora")
    assess.score(copy, ["OBS-01"], 2)
    shown = apart.hand_back(copy)
    assert any("dora is no reviewer" in remark for remark in shown.remarks)
    assert votes(apart.first, "OBS-01") == {"dora": "2"}
    late = apart.copy("eve", reviewer="eve")
    assess.score(late, ["OBS-02"], 2)
    reviews.set_people(apart.first, observers=("eve",))
    assert apart.hand_back(late).merged[0].outcome is MergeOutcome.OUT
    with pytest.raises(ReadinessError, match="observes"):
        giving.bundle(apart.first, "eve")


def test_a_copy_gives_no_verdict(apart: Apart) -> None:
    copy = apart.copy()
    view = load(copy)
    assert view.lent is not None
    assert "no verdict" in view.lent.words
    for act in (
        lambda: scorecard.current_card(copy),
        lambda: scorecard.freeze(copy),
        lambda: freezing.freeze_question(copy),
    ):
        with pytest.raises(ReadinessError, match="copy to score"):
            act()
    with pytest.raises(ReadinessError, match="copy to score"):
        giving.bundle(copy, "ben")
    with pytest.raises(ReadinessError, match="no copy"):
        taking.answer(apart.first)


def test_nothing_said_is_no_answer_and_what_stays_behind_is_told(apart: Apart) -> None:
    copy = apart.copy()
    with pytest.raises(ReadinessError, match="said nothing"):
        taking.answer(copy)
    assess.score(replace(copy, who="Dora", cache={}), ["OBS-01"], 1)
    with pytest.raises(ReadinessError, match=r"Votes of Dora .* rename-person"):
        taking.answer(copy)
    assess.score(copy, ["OBS-02"], 1)
    assess.waive(copy, "OBS-02", "until then", "ana", load(copy).as_of)
    beside = taking.answer(copy).beside
    assert any("Votes of Dora" in said for said in beside)
    assert any("waivers" in said for said in beside)


def test_a_file_that_is_there_is_not_taken_over(apart: Apart) -> None:
    made = giving.bundle(apart.first, "chloe")
    with pytest.raises(ReadinessError, match="there already"):
        taking.take(apart.first.store.path, made, "chloe")
    assert votes(apart.first, "OBS-01") == {}


def test_the_same_review_makes_the_same_bundle(apart: Apart) -> None:
    for name in ("one.json", "two.json", "one.json.gz", "two.json.gz"):
        giving.write(apart.folder / name, giving.bundle(apart.first, "chloe"))
    assert (apart.folder / "one.json").read_bytes() == (apart.folder / "two.json").read_bytes()
    assert (apart.folder / "one.json.gz").read_bytes() == (apart.folder / "two.json.gz").read_bytes()
    assert taking.bundle_in(apart.folder / "one.json") == taking.bundle_in(apart.folder / "one.json.gz")


def test_credentials_go_into_no_bundle_and_no_answer(apart: Apart) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"
    assess.note(apart.first, "OBS-01", f"the token is {secret}")
    copy = apart.copy()
    text = (apart.folder / "copy.json").read_text()
    assert secret not in text
    assert "the token is" in text
    assert votes(copy, "OBS-01") == {}
    assess.not_applicable(copy, "OBS-02", f"because of {secret}")
    assess.note(copy, "OBS-01", "rotated since")
    shown = apart.hand_back(copy)
    assert secret not in (apart.folder / "answer.json").read_text()
    # The note is what chloe saw, but for the credential, so hers takes its place.
    assert [one.outcome for one in shown.merged if one.part is AnswerPart.NOTE] == [MergeOutcome.TAKEN]
    assert load(apart.first).dossier("OBS-01").note == "rotated since"


def test_a_confirmation_of_last_time_is_not_touched_by_an_answer_that_leaves_it(apart: Apart) -> None:
    with apart.first.store.write("ana", "a carried vote", now=apart.clock()) as tx:
        assessments.put_vote(tx, 1, Vote("OBS-01", "chloe", 2, carried_from=1))
    copy = apart.copy()
    assess.score(copy, ["OBS-02"], 1)
    apart.hand_back(copy)
    with apart.first.store.read() as conn:
        assert assessments.votes(conn, 1, ["OBS-01"])[0].carried_from == 1
