"""What other processes do is noticed, told in a line, and never before it may be known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from readiness_tui.domain.text.news import headline
from readiness_tui.services.core import kept, pulse
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, elsewhere, reviews
from readiness_tui.services.review.elsewhere import Company, Whereabouts
from readiness_tui.store.together import presence
from readiness_tui.store.together.presence import Presence


@pytest.fixture
def ben(sample_desk: Desk) -> Iterator[Desk]:
    """Another terminal: the same file, opened once more."""
    desk = open_desk(sample_desk.store.path, "ben", clock=sample_desk.clock)
    yield desk
    desk.close()


def test_others_commits_are_news_and_own_ones_are_not(sample_desk: Desk, ben: Desk) -> None:
    ana = sample_desk
    assert ana.store.changed_elsewhere(), "the first time it is not known"
    assert not ana.store.changed_elsewhere()
    seen = pulse.now(ana)
    assert elsewhere.news(ana, seen) is None

    assess.score(ben, ["REL-02"], 2)
    assess.note(ben, "OBS-04", "no ids")
    assess.score(ana, ["OBS-03"], 1)
    assert ana.store.changed_elsewhere()
    found = elsewhere.news(ana, seen)
    assert found is not None
    assert found.moved
    assert headline(found.deeds) == "ben scored REL-02, wrote a note on OBS-04"
    assert elsewhere.news(ana, found.pulse) is None

    assess.score(ana, ["OBS-03"], 2)
    own = elsewhere.news(ana, found.pulse)
    assert own is not None
    assert (own.moved, own.deeds) == (True, ())


def test_where_somebody_is_asks_nobody_to_read_anew(sample_desk: Desk, ben: Desk) -> None:
    ana, review = sample_desk, load(sample_desk).review.id
    standpoint, seen = kept.now(ana), pulse.now(ana)
    ana.store.changed_elsewhere()
    assert Company(ben).say(Whereabouts(review, "checklists", "REL-02"))
    assert ana.store.changed_elsewhere()
    assert elsewhere.news(ana, seen) is None
    assert kept.now(ana) == standpoint, "what was kept still holds"


def test_another_systems_changes_are_no_news(sample_desk: Desk, ben: Desk) -> None:
    ana = replace(sample_desk, review_id=load(sample_desk).review.id)
    seen = pulse.now(ana)
    reviews.new_review(ben, system="Another bot", release="1")
    assess.score(ben, ["OBS-01"], 0)
    found = elsewhere.news(ana, seen)
    assert found is not None
    assert (found.moved, found.deeds) == (False, ())


def test_a_blind_vote_is_told_as_given_and_no_more(sample_desk: Desk, ben: Desk) -> None:
    ana = sample_desk
    reviews.set_blind(ana, True)
    seen = pulse.now(ana)
    assess.score(ben, ["REL-02"], 0)
    assess.not_applicable(ben, "OBS-04", "no tools")
    found = elsewhere.news(ana, seen)
    assert found is not None
    assert found.secret
    assert headline(found.deeds, secret=found.secret) == "ben voted"


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def _put(desk: Desk, one: Presence) -> None:
    assert desk.store.keep(lambda conn: presence.put(conn, one, desk.now()))


def test_who_is_at_which_item(sample_desk: Desk, ben: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    review = load(sample_desk).review.id
    clock = Clock()
    ana, other = Company(sample_desk, clock), Company(ben, clock)
    own = presence.own_process()
    theirs = own.rsplit("/", 2)[0] + "/1/" + presence._began(1)  # process 1 runs as long as the machine
    monkeypatch.setattr(presence, "own_process", lambda: theirs)
    assert other.say(Whereabouts(review, "checklists", "REL-02"))
    assert not other.say(Whereabouts(review, "checklists", "REL-04")), "not more often than every few seconds"
    clock.at += 3
    assert not other.say(Whereabouts(review, "checklists", "REL-02")), "only where it moved"
    monkeypatch.setattr(presence, "own_process", lambda: own)

    assert ana.at(review) == {}
    ana.look()
    assert ana.at(review) == {"REL-02": ("ben",)}
    assert ana.at(review + 1) == {}
    monkeypatch.setattr(presence, "_began", lambda pid: "another")
    assert ana.at(review) == {}, "its number belongs to another process by now"


def test_of_another_machine_signs_of_life_are_counted_and_no_clock_is_trusted(sample_desk: Desk) -> None:
    review = load(sample_desk).review.id
    clock = Clock()
    ana = Company(sample_desk, clock)
    skewed = replace(sample_desk, clock=lambda: sample_desk.now() - timedelta(hours=3))
    far = Presence("far 1/77/5", "ben", review, "checklists", "REL-02", 1)
    place = Whereabouts(review, "overview")
    _put(skewed, far)
    ana.look()
    assert ana.at(review) == {}, "a row alone may have been left behind"
    assert ana.say(place)
    clock.at += 5
    assert ana.say(place), "somebody far away looks out for a sign of life"
    _put(skewed, replace(far, beat=2))
    ana.look()
    assert ana.at(review) == {"REL-02": ("ben",)}
    clock.at += elsewhere.GONE - 1
    assert ana.at(review) == {"REL-02": ("ben",)}
    clock.at += 1
    assert ana.at(review) == {}
    clock.at += 60
    ana.look()
    assert not ana.say(place), "nobody is there any more"
    ana.leave()
    with sample_desk.store.read() as conn:
        assert [one.process for one in presence.all(conn)] == ["far 1/77/5"]


def test_a_busy_file_keeps_nobody_waiting(sample_desk: Desk, ben: Desk) -> None:
    with ben.store.write("ben", "busy", now=ben.now()) as tx:
        tx.conn.execute("UPDATE setting SET value = value")
        assert not Company(sample_desk).say(Whereabouts(1, "overview"))
