"""Copies of one incident become one: the same whichever comes first, nothing twice, nothing lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.incidents.merge import Copy, merge, text_digest
from readiness_tui.domain.incidents.model import Action, Incident, NoteStatus, OtherText, Sev, TimelineEntry, Written

AT = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
WORDS = st.sampled_from(
    ["refunds doubled", "ben rolls back", "refunds doubled twice", "mail ana@corp.com", "quiet", ""]
)
SAID = st.sampled_from(["refunds doubled", "ben rolls back", "quiet"])
MOMENT = st.integers(0, 5).map(lambda minutes: AT + timedelta(minutes=minutes))
UIDS = st.sampled_from([f"0000000{n}" for n in range(4)])

LONG = 300_000


def test_what_tells_texts_apart_takes_their_length() -> None:
    """Blanks and bars in a row once took a minute each."""
    assert text_digest("a |" + " " * LONG + "b") == text_digest("a | b |") != text_digest("a b")
    assert text_digest("\n" * LONG + "* a") == text_digest("- a")


def by_uid(parts: list) -> tuple:
    return tuple({part.uid: part for part in parts}.values())


ENTRIES = st.lists(
    st.builds(TimelineEntry, st.just(0), MOMENT, SAID, by=st.sampled_from(["ana", "ben"]), uid=UIDS, updated=MOMENT),
    max_size=4,
).map(by_uid)
ACTIONS = st.lists(
    st.builds(Action, st.just(0), SAID, owner=st.sampled_from(["", "ana"]), uid=UIDS, created=MOMENT, updated=MOMENT),
    max_size=4,
).map(by_uid)
SECTIONS = st.dictionaries(st.sampled_from(["summary", "detection"]), WORDS.filter(bool))


@st.composite
def copies(draw: st.DrawFn) -> Copy:
    fields = draw(SECTIONS)
    incident = Incident(
        draw(st.integers(1, 9)),
        "bot",
        draw(SAID),
        draw(st.sampled_from(list(Sev))),
        draw(st.sampled_from(list(NoteStatus))),
        resolved=draw(st.none() | MOMENT),
        traces=draw(st.lists(SAID, unique=True, max_size=2).map(tuple)),
        fields=fields,
        written={key: Written(draw(st.sampled_from(["ana", "ben"])), draw(MOMENT)) for key in fields},
        timeline=draw(ENTRIES),
        actions=draw(ACTIONS),
        uid="incident-1",
        created=AT,
        updated=draw(MOMENT),
    )
    earlier = {key: frozenset({text_digest(draw(WORDS))}) for key in draw(st.sets(st.sampled_from(["summary"])))}
    return Copy(incident, earlier, draw(st.dictionaries(UIDS, MOMENT, max_size=1)))


def bare(incident: Incident) -> Incident:
    """Without what is only this file's."""
    return replace(
        incident,
        number=0,
        traces=tuple(sorted(incident.traces)),
        timeline=tuple(replace(entry, id=0) for entry in incident.timeline),
        actions=tuple(replace(action, id=0) for action in incident.actions),
        rivals=tuple(replace(rival, id=0) for rival in incident.rivals),
    )


@pytest.mark.slow
@given(copies(), copies())
@settings(max_examples=150, deadline=None)
def test_the_order_of_a_merge_makes_no_difference(one: Copy, other: Copy) -> None:
    assert bare(merge(one, other)) == bare(merge(other, one))


@pytest.mark.slow
@given(copies(), copies())
@settings(max_examples=150, deadline=None)
def test_the_same_again_adds_nothing_and_every_text_is_kept(one: Copy, other: Copy) -> None:
    once = merge(one, other)
    assert bare(merge(Copy(once, one.earlier, one.removed), other)) == bare(once)
    assert {entry.uid for entry in once.timeline} <= {e.uid for c in (one, other) for e in c.incident.timeline}
    for copy in (one, other):
        for entry in copy.incident.timeline:
            removed = max(c.removed.get(entry.uid, AT - timedelta(days=1)) for c in (one, other))
            assert removed >= AT or any(k.uid == entry.uid or k.text == entry.text for k in once.timeline)
        for key, text in copy.incident.fields.items():
            shown = " ".join([once.fields.get(key, ""), *(r.text for r in once.rivals if r.section == key)])
            given_up = {*one.earlier.get(key, ()), *other.earlier.get(key, ())}
            assert text in shown or text_digest(text) in given_up


def test_a_note_is_as_far_as_the_further_copy_and_was_closed_when_the_first_was() -> None:
    base = Incident(1, "bot", "t", Sev.SEV2, uid="incident-1")
    for status in NoteStatus:
        further = [*NoteStatus][[*NoteStatus].index(status) :]
        for other in further:
            assert merge(Copy(replace(base, status=status)), Copy(replace(base, status=other))).status is other
    early, late = replace(base, closed=AT.date()), replace(base, closed=AT.date() + timedelta(days=3))
    assert merge(Copy(late), Copy(early)).closed == merge(Copy(late), Copy(base)).closed - timedelta(days=3)  # type: ignore[operator]


def test_only_who_changed_the_text_is_heard() -> None:
    base = Incident(
        1, "bot", "t", Sev.SEV2, uid="incident-1", fields={"summary": "first"}, written={"summary": Written("ana", AT)}
    )
    later = replace(base, fields={"summary": "second"}, written={"summary": Written("ben", AT + timedelta(hours=1))})
    knows = Copy(later, {"summary": frozenset({text_digest("first")})})
    assert merge(Copy(base), knows).rivals == ()
    assert merge(Copy(base), knows).fields == {"summary": "second"}
    blind = merge(Copy(base), Copy(later))
    assert blind.fields == {"summary": "second"}
    assert [(rival.text, rival.by) for rival in blind.rivals] == [("first", "ana")]


def test_a_masked_text_is_no_other_text() -> None:
    ours = Incident(1, "bot", "t", Sev.SEV2, uid="incident-1", fields={"summary": "mail ana@corp.com"})
    theirs = replace(ours, fields={"summary": "mail [masked email]"})
    assert merge(Copy(ours), Copy(theirs)).fields == {"summary": "mail ana@corp.com"}
    assert merge(Copy(theirs), Copy(ours)).rivals == ()


def test_a_settled_rival_does_not_come_back() -> None:
    ours = Incident(1, "bot", "t", Sev.SEV2, uid="incident-1", fields={"summary": "second"})
    rival = OtherText(3, "summary", "first", "ana", AT, "rival-01")
    theirs = replace(ours, rivals=(rival,))
    assert merge(Copy(ours), Copy(theirs)).rivals == (replace(rival, id=0),)
    settled = Copy(ours, {"summary": frozenset({text_digest("first")})})
    assert merge(settled, Copy(theirs)).rivals == ()


def test_a_line_taken_out_on_one_machine_stays_out_unless_the_other_changed_it() -> None:
    line = TimelineEntry(1, AT, "refunds doubled", uid="00000001", updated=AT)
    here = Incident(1, "bot", "t", Sev.SEV2, uid="incident-1")
    there = Copy(replace(here, timeline=(line,)))
    assert merge(Copy(here, removed={"00000001": AT + timedelta(hours=1)}), there).timeline == ()
    changed = Copy(replace(here, timeline=(replace(line, updated=AT + timedelta(hours=2)),)))
    assert len(merge(Copy(here, removed={"00000001": AT + timedelta(hours=1)}), changed).timeline) == 1


def test_the_same_notes_given_to_both_machines_are_there_once() -> None:
    line = TimelineEntry(7, AT, "refunds doubled", uid="00000002", updated=AT)
    ours = Incident(1, "bot", "t", Sev.SEV2, uid="incident-1", timeline=(line,))
    theirs = replace(ours, timeline=(replace(line, id=3, uid="00000001"),))
    assert merge(Copy(ours), Copy(theirs)).timeline == (replace(line, uid="00000001"),)
    twice = replace(ours, timeline=(line, replace(line, uid="00000003")))  # said twice on purpose
    assert len(merge(Copy(twice), Copy(theirs)).timeline) == 2
