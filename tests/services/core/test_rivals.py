"""Several people change one thing at once: nothing is overwritten unseen, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.checklists.model import Depth
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import FailureClass, Sev
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.domain.verdict.rival import Weighed, weigh
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import (
    assess,
    gaps,
    history,
    item_values,
    mend,
    review_fields,
    reviews,
    scorecard,
    settling,
)
from readiness_tui.services.review.freezing import freeze_question
from readiness_tui.services.review.supersede import supersede
from tests.conftest import NOW

ITEM = "REL-02"
INC = 2  # in review, with a timeline and an action


@dataclass(frozen=True)
class Case:
    """One kind of thing: `see` reads it as a form does, `write(desk, value, base)` saves the form, `value` reads it."""

    see: Callable[[Desk], Any]
    write: Callable[[Desk, Any, Any], Any]
    value: Callable[[Desk], Any]
    theirs: Any
    ours: Any
    third: str


def _gap(desk: Desk) -> str:
    return next(key for key, gap in load(desk).gaps.items() if gap.state is GapState.OPEN and key.startswith("item/"))


def _condition(desk: Desk) -> Any:
    return load(desk).judgement.conditions[0]


def _action(desk: Desk) -> Any:
    return edit.get(desk, INC).actions[0]


def _line(desk: Desk) -> Any:
    return edit.get(desk, INC).timeline[0]


D1, D2 = date(2026, 12, 10), date(2026, 12, 17)


CASES = {
    "note": Case(
        lambda desk: load(desk).dossier(ITEM).note,
        lambda desk, new, saw: assess.note(desk, ITEM, new, base=saw),
        lambda desk: load(desk).dossier(ITEM).note,
        "ben's\nnote", "ana's note", "both notes",
    ),
    "waiver": Case(
        lambda desk: load(desk).dossier(ITEM).waiver,
        lambda desk, new, saw: assess.waive(desk, ITEM, *new, base=saw),
        lambda desk: (lambda w: w and (w.reason, w.approver, w.expires))(load(desk).dossier(ITEM).waiver),
        ("a fallback is bought", "chloe", D1), ("a fallback is built", "ana", D2),
        item_values.waiver_text("built and bought", "ana", D1),
    ),
    "gap owner": Case(
        lambda desk: load(desk).gaps[GAP_KEY].owner,
        lambda desk, new, saw: gaps.set_owner(desk, GAP_KEY, new, base=saw),
        lambda desk: load(desk).gaps[GAP_KEY].owner,
        "ben", "chloe", "dave",
    ),
    "gap date": Case(
        lambda desk: load(desk).gaps[GAP_KEY].due,
        lambda desk, new, saw: gaps.set_due(desk, GAP_KEY, new, base=saw),
        lambda desk: load(desk).gaps[GAP_KEY].due,
        D1, D2, "2026-12-20",
    ),
    "gap state": Case(
        lambda desk: load(desk).gaps[GAP_KEY].state,
        lambda desk, new, saw: gaps.set_state(desk, GAP_KEY, new, base=saw),
        lambda desk: load(desk).gaps[GAP_KEY].state,
        GapState.IN_PROGRESS, GapState.CLAIMED_DONE, "in progress",
    ),
    "condition owner": Case(
        _condition,
        lambda desk, new, saw: gaps.set_condition(desk, saw.key, owner=new, due=saw.due, base=(saw.owner, saw.due)),
        lambda desk: _condition(desk).owner,
        "erik", "chloe", "dave",
    ),
    "condition date": Case(
        _condition,
        lambda desk, new, saw: gaps.set_condition(desk, saw.key, owner=saw.owner, due=new, base=(saw.owner, saw.due)),
        lambda desk: _condition(desk).due,
        D1, D2, "2026-12-20",
    ),
    "incident title": Case(
        lambda desk: edit.get(desk, INC),
        lambda desk, new, saw: edit.set_title(desk, INC, new, saw.severity, base=(saw.title, saw.severity)),
        lambda desk: edit.get(desk, INC).title,
        "Key shown", "Key leaked", "Key leaked in a trace",
    ),
    "incident severity": Case(
        lambda desk: edit.get(desk, INC),
        lambda desk, new, saw: edit.set_title(desk, INC, saw.title, new, base=(saw.title, saw.severity)),
        lambda desk: edit.get(desk, INC).severity,
        Sev.SEV1, Sev.SEV4, "sev2",
    ),
    "incident class": Case(
        lambda desk: edit.get(desk, INC),
        lambda desk, new, saw: edit.classify(desk, INC, new, saw.item_id, base=(saw.failure_class, saw.item_id)),
        lambda desk: edit.get(desk, INC).failure_class,
        FailureClass.TOOL, FailureClass.RETRIEVAL, "",
    ),
    "action text": Case(
        _action,
        lambda desk, new, saw: edit.change_action(desk, INC, replace(saw, text=new), base=saw),
        lambda desk: _action(desk).text,
        "Mask keys", "Rotate keys", "Mask and rotate keys",
    ),
    "action owner": Case(
        _action,
        lambda desk, new, saw: edit.change_action(desk, INC, replace(saw, owner=new), base=saw),
        lambda desk: _action(desk).owner,
        "dave", "chloe", "eve",
    ),
    "action date": Case(
        _action,
        lambda desk, new, saw: edit.change_action(desk, INC, replace(saw, due=new), base=saw),
        lambda desk: _action(desk).due,
        D1, D2, "2026-12-20",
    ),
    "action state": Case(
        _action,
        lambda desk, new, saw: edit.finish_action(desk, INC, saw.id, new, base=saw),
        lambda desk: _action(desk).done,
        date(2026, 11, 20), date(2026, 11, 21), "in progress",
    ),
    "timeline text": Case(
        _line,
        lambda desk, new, saw: edit.put_entry(desk, INC, replace(saw, text=new), base=saw),
        lambda desk: _line(desk).text,
        "as ben saw it", "as ana saw it", "as both saw it",
    ),
    "timeline time": Case(
        _line,
        lambda desk, new, saw: edit.put_entry(desk, INC, replace(saw, at=saw.at - new), base=saw),
        lambda desk: _line(desk).at.second,
        timedelta(seconds=1), timedelta(seconds=2), "2026-11-20 09:00",
    ),
    "section of a note": Case(
        lambda desk: edit.get(desk, INC).fields.get("harm", ""),
        lambda desk, new, saw: edit.set_field(desk, INC, "harm", new, base=saw),
        lambda desk: edit.get(desk, INC).fields.get("harm", ""),
        "ben's text", "ana's text", "both texts",
    ),
    "review owner": Case(
        lambda desk: load(desk).review,
        lambda desk, new, saw: reviews.set_people(desk, owner=new, base=saw),
        lambda desk: load(desk).review.owner,
        "ben", "chloe", "dave",
    ),
    "review release in its form": Case(
        lambda desk: load(desk).review,
        lambda desk, new, saw: mend.edit_review(desk, release=new, base=saw),
        lambda desk: load(desk).review.release,
        "2027.1", "2027.2", "2027.3",
    ),
    "review facilitator": Case(
        lambda desk: load(desk).review,
        lambda desk, new, saw: reviews.set_people(desk, facilitator=new, base=saw),
        lambda desk: load(desk).review.facilitator,
        "ben", "chloe", "dave",
    ),
    "review release": Case(
        lambda desk: review_fields.field_texts(load(desk).review),
        lambda desk, new, saw: review_fields.change_fields(desk, "mended", {"release": new}, saw),
        lambda desk: load(desk).review.release,
        "2027.1", "2027.2", "2027.3",
    ),
    "review date": Case(
        lambda desk: review_fields.field_texts(load(desk).review),
        lambda desk, new, saw: review_fields.change_fields(desk, "mended", {"date": new}, saw),
        lambda desk: str(load(desk).review.held_on),
        "2026-12-01", "2026-12-02", "2026-12-03",
    ),
    "declared setting": Case(
        lambda desk: load(desk).review.declared.get("step_cap", ""),
        lambda desk, new, saw: reviews.declare(desk, "step_cap", new, base=saw),
        lambda desk: load(desk).review.declared.get("step_cap", ""),
        "11", "13", "15",
    ),
    "dissent": Case(
        lambda desk: next((one.reason for one in scorecard.current_card(desk).dissents if one.by == "dave"), ""),
        lambda desk, new, saw: scorecard.dissent(desk, "dave", new, base=saw),
        lambda desk: next((one.reason for one in scorecard.current_card(desk).dissents if one.by == "dave"), ""),
        "too early", "too late", "too early, or too late",
    ),
}  # fmt: skip
GAP_KEY = ""


@pytest.fixture
def two(sample_desk: Desk) -> tuple[Desk, Desk]:
    global GAP_KEY
    GAP_KEY = _gap(sample_desk)
    return replace(sample_desk, who="ana", cache={}), replace(sample_desk, who="ben", cache={})


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_stale_base_never_overwrites(name: str, two: tuple[Desk, Desk]) -> None:
    ana, ben = two
    case = CASES[name]
    saw = case.see(ana)  # both open their form
    before = case.value(ana)
    case.write(ben, case.theirs, saw)
    stored = case.value(ana)
    assert stored != before, "ben was first: his is written"

    case.write(ana, case.theirs, saw)
    assert settling.waiting(ana) == (), "ana typed the same: nothing to settle"
    case.write(ana, case.ours, saw)
    assert case.value(ana) == stored, "ben's stays"
    (kept,) = settling.waiting(ben)
    assert (kept.rival.by, kept.stored_by) == ("ana", "ben")
    assert load(ana).rivals == (kept.rival,)
    case.write(ana, case.ours, saw)
    assert settling.waiting(ana) == (kept,), "saved again: kept once"

    # ana keeps hers
    assert settling.settle(ana, kept.rival, kept.rival.value, base=kept.stored) is None
    ours = case.value(ana)
    assert ours not in (stored, before)
    assert settling.waiting(ana) == load(ana).rivals == ()
    with pytest.raises(ReadinessError, match="settled meanwhile"):
        settling.settle(ben, kept.rival, kept.stored, base=kept.stored)

    # both once more; ben keeps his
    saw, another = case.see(ana), _other(name)
    case.write(ben, case.theirs, saw)
    stored = case.value(ben)
    case.write(ana, another, saw)
    (kept,) = settling.waiting(ben)
    assert settling.settle(ben, kept.rival, kept.stored, base=kept.stored) is None
    assert settling.waiting(ana) == ()
    assert case.value(ana) == stored

    # a third
    saw = case.see(ana)
    case.write(ben, case.ours, saw)
    stored = case.value(ben)
    case.write(ana, another, saw)
    (kept,) = settling.waiting(ana)
    assert settling.settle(ana, kept.rival, case.third, base=kept.stored) is None
    assert settling.waiting(ana) == ()
    assert case.value(ana) != stored
    assert str(case.value(ana)) != kept.rival.value


#: Of these any words will do.
_WORDS = (
    "text",
    "name",
    "owner",
    "release",
    "section",
    "note",
    "dissent",
    "title",
    "facilitator",
    "gap owner",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_third_that_cannot_be_is_refused_in_words(name: str, two: tuple[Desk, Desk]) -> None:
    case, (ana, ben) = CASES[name], two
    saw = case.see(ana)
    case.write(ben, case.theirs, saw)
    case.write(ana, case.ours, saw)
    (kept,) = settling.waiting(ana)
    said = dict.fromkeys(settling.parts(kept.rival, kept.stored or kept.rival.value), "gibberish")
    stored, third = case.value(ana), settling.whole(kept.rival, said)
    if any(word in name for word in _WORDS):
        settling.settle(ana, kept.rival, third, base=kept.stored)
        assert settling.waiting(ana) == ()
        return
    with pytest.raises(ReadinessError, match="gibberish"):
        settling.settle(ana, kept.rival, third, base=kept.stored)
    assert settling.waiting(ana) == (kept,)
    assert case.value(ana) == stored


@pytest.mark.parametrize("name", ["gap date", "condition date", "review date", "waiver"])
def test_a_day_of_a_third_counts_from_the_reviews_day(name: str, two: tuple[Desk, Desk]) -> None:
    """The review's day is the 24th of November, whatever this machine's clock says."""
    case, (ana, ben) = CASES[name], two
    ana.clock = lambda: NOW + timedelta(days=40)
    saw = case.see(ana)
    case.write(ben, case.theirs, saw)
    case.write(ana, case.ours, saw)
    (kept,) = settling.waiting(ana)
    parts = settling.parts(kept.rival, kept.stored)
    third = {part: "+9" if part in ("", "until") else said for part, said in parts.items()}
    settling.settle(ana, kept.rival, settling.whole(kept.rival, third), base=kept.stored)
    assert "2026-12-03" in str(case.value(ana)) or date(2026, 12, 3) in case.value(ana)


def _other(name: str) -> Any:
    others: dict[str, Any] = {
        "waiver": ("not needed at all", "dave", D1), "gap date": date(2026, 12, 13), "gap state": GapState.OPEN,
        "condition date": date(2026, 12, 13), "incident severity": Sev.SEV3, "incident class": FailureClass.SAFETY,
        "action date": date(2026, 12, 13), "action state": date(2026, 11, 19), "timeline time": timedelta(seconds=9),
        "review date": "2026-12-05", "declared setting": "17",
    }  # fmt: skip
    return others.get(name, "another one")


@pytest.mark.slow
def test_left_alone_is_not_overwritten_and_not_a_rival(two: tuple[Desk, Desk]) -> None:
    """ana moves the date while ben names the owner: both hold, and neither is asked."""
    ana, ben = two
    saw = _action(ana)
    assert edit.change_action(ben, INC, replace(saw, owner="dave"), base=saw) is None
    assert edit.change_action(ana, INC, replace(saw, due=D2), base=saw) is None
    assert (_action(ana).owner, _action(ana).due) == ("dave", D2)
    gap = load(ana).gaps[f"incident/{INC}/{saw.id}"]
    assert (gap.owner, gap.due) == ("dave", D2)

    assess.note(ben, ITEM, "a\x1b[31mb", base="")
    shown = load(ana).dossier(ITEM).note
    assess.note(ana, ITEM, "a␛[31mb", base=shown)  # a form shows marks, and gives them back
    assert load(ana).dossier(ITEM).note == "a\x1b[31mb"

    incident = edit.get(ana, INC)
    edit.link(ben, INC, traces=["trace-0001"], eval_cases=["case-31"])
    base = (incident.traces, incident.eval_cases)
    edit.set_links(ana, INC, traces=["trace-0002"], eval_cases=incident.eval_cases, base=base)
    now = edit.get(ana, INC)
    assert set(now.traces) == {"trace-0001", "trace-0002"}
    assert "case-31" in now.eval_cases

    review = load(ana).review
    reviews.set_people(ben, add=["erik"], remove=[review.reviewers[-1]], base=review)
    reviews.set_people(ana, add=["fay"], remove=[review.reviewers[-1]], base=review)
    assert load(ana).review.reviewers == (*review.reviewers[:-1], "erik", "fay")
    reviews.set_people(ben, authors=["Bo"], observers=["otto"], base=review)
    reviews.set_people(ana, authors=["Al"], observers=["olga"], base=review)
    assert (load(ana).review.authors, load(ana).review.observers) == (("Bo", "Al"), ("otto", "olga"))
    saw = load(ana).review
    reviews.set_people(ben, authors=["Al"], base=saw)
    mend.edit_review(ana, reviewers=[*saw.reviewers, "Otto"], base=saw)
    assert (load(ana).review.authors, load(ana).review.observers) == (("Al",), ("olga",))
    assert settling.waiting(ana) == ()


def test_what_is_no_text_is_refused_instead(two: tuple[Desk, Desk]) -> None:
    ana, ben = two
    saw, incident = load(ana).review, edit.get(ana, INC)
    reviews.override_verdict(ben, "GO", "the board decided", base=saw)
    with pytest.raises(ReadinessError, match="ben has decided otherwise meanwhile: GO, because the board decided"):
        reviews.override_verdict(ana, "NO-GO", "never", base=saw)
    edit.set_status(ben, INC, edit.NoteStatus.REVIEWED, base=incident.status)
    with pytest.raises(ReadinessError, match="moved INC-2's note to reviewed meanwhile"):
        edit.set_status(ana, INC, edit.NoteStatus.DRAFT, base=incident.status)
    assert reviews.set_depth(ana, Depth.FULL, base=Depth.COURSE) is None


def test_without_a_base_it_is_written(two: tuple[Desk, Desk]) -> None:
    """A command reads and writes in one transaction: it has seen what is there."""
    ana, ben = two
    assert assess.note(ben, ITEM, "first") is None
    assert assess.note(ana, ITEM, "second") is None
    assert load(ana).dossier(ITEM).note == "second"
    assert settling.waiting(ana) == ()


@pytest.mark.slow
def test_before_the_reveal_each_has_a_note_of_their_own(two: tuple[Desk, Desk]) -> None:
    ana, ben = two
    reviews.set_blind(ana, True)
    assert assess.note(ben, ITEM, "ben says 0", base="") is None
    assert assess.note(ana, ITEM, "ana says 2", base="") is None
    for desk in two:
        assert settling.waiting(desk) == load(desk).rivals == ()
    reviews.reveal(ana)
    assert {"ana: ana says 2", "ben: ben says 0"} <= set(load(ana).dossier(ITEM).note.splitlines())
    assert settling.waiting(ben) == ()


def test_what_is_gone_leaves_what_was_typed(two: tuple[Desk, Desk]) -> None:
    ana, ben = two
    saw = _line(ana)
    edit.put_entry(ben, INC, replace(saw, text="ben's words"), base=saw)
    edit.put_entry(ana, INC, replace(saw, text="ana's words"), base=saw)
    edit.remove_entry(ben, INC, saw.id)
    (kept,) = settling.waiting(ana)
    assert (kept.rival.value, kept.stored) == ("ana's words", "")
    with pytest.raises(ReadinessError, match="no such line"):
        settling.settle(ana, kept.rival, "ana's words", base="")
    assert settling.settle(ana, kept.rival, "", base="") is None
    assert settling.waiting(ana) == ()


@pytest.mark.slow
def test_a_frozen_review_keeps_its_rivals_as_they_are(two: tuple[Desk, Desk]) -> None:
    ana, ben = two
    assess.note(ben, ITEM, "first", base="")
    assess.note(ana, ITEM, "second", base="")
    gap = _gap(ana)
    gaps.set_owner(ben, gap, "zoe")
    assert gaps.set_owner(ana, gap, "dave", base="x") is not None
    asked = [line for line in freeze_question(ana) if line.startswith("Two versions")]
    assert asked == [
        f"Two versions wait to be settled (# in the app): note on {ITEM} (ana’s beside the stored one). The freeze keeps"
        " what is stored; afterwards they cannot be settled."
    ]
    kept, of_gap = settling.waiting(ana)
    scorecard.freeze(ana)
    assert settling.waiting(ana) == (of_gap,)  # what can be settled no more waits for nobody
    assert load(ana).rivals == (of_gap.rival,)
    assert settling.settle(ana, of_gap.rival, "dave", base="zoe") is None
    with pytest.raises(ReadinessError, match="frozen"):
        settling.settle(ana, kept.rival, "second", base="first")
    assert settling.waiting(ana) == ()
    supersede(ana, "the other note was meant")
    (again,) = settling.waiting(ana)
    assert settling.settle(ana, again.rival, "second", base="first") is None
    assert load(ana).dossier(ITEM).note == "second"


def test_clocks_that_differ_change_nothing(two: tuple[Desk, Desk]) -> None:
    """Which value stands is decided by the order of the saves, never by what a machine takes the time for."""
    ana, ben = two
    behind = replace(ben, clock=lambda: ana.now() - timedelta(hours=3))
    assess.note(ana, ITEM, "stored first", base="")
    assess.note(behind, ITEM, "came later", base="")
    assert load(ana).dossier(ITEM).note == "stored first"
    assert history.log(ana, limit=1)[0].what == f"note on {ITEM}, kept beside another's"
    (kept,) = settling.waiting(ana)
    assert isinstance(kept.stored_at, datetime)
    assert kept.rival.at < kept.stored_at
    assert kept.rival.value == "came later"


WORDS = st.sampled_from(["", "a", " a ", "b", "c\x1b"])


@given(WORDS, WORDS, st.none() | WORDS)
def test_weighing_loses_nothing(stored: str, new: str, base: str | None) -> None:
    outcome = weigh(stored, new, base)
    if outcome is Weighed.WRITE:
        assert base is None or base.strip() == stored.strip(), "only what the writer saw is overwritten"
    if outcome is Weighed.SAME:
        assert new.strip() == stored.strip() or base is not None
    if base is None or base.strip() == stored.strip():
        assert outcome is not Weighed.BESIDE
