"""A review that is read on from what was known of it is the review that a fresh start reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest
from benchmarks.organisation import Size, make

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Sev
from readiness_tui.domain.verdict import judge as rules
from readiness_tui.services.core import judging, known, target
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import ReviewView, load
from readiness_tui.services.core.write import change
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import assess, gaps, history, reviews
from readiness_tui.store import assessments

SMALL = Size().times(0.1)


@pytest.fixture
def desk(tmp_path: Path):
    opened = make(tmp_path / "organisation.db", SMALL)
    yield opened
    opened.close()


def afresh(desk: Desk, shared: bool) -> ReviewView:
    other = open_desk(desk.store.path, desk.who, clock=desk.clock, review_id=desk.review_id, zone=desk.zone)
    try:
        return load(other, shared=shared)
    finally:
        other.close()


def assert_as_afresh(desk: Desk) -> None:
    for shared in (False, True):
        here, there = load(desk, shared=shared), afresh(desk, shared)
        assert here.facts == there.facts
        assert here.judgement == there.judgement
        assert (here.gaps, here.acceptable, here.saved_at) == (there.gaps, there.acceptable, there.saved_at)


def anything(desk: Desk, random: Random) -> Callable[[], object]:
    """Something that a person may do, with arguments that mostly make sense."""
    view = load(desk)
    item = random.choice(list(view.judgement.standings))
    who = replace(desk, who=random.choice(view.review.reviewers), cache=desk.cache)
    gap = random.choice(list(view.gaps) or ["none"])
    found = edit.listed(desk)
    number = random.choice(found).number if found else 1
    return random.choice(
        [
            lambda: assess.score(who, [item], random.choice([0, 1, 2, None])),
            lambda: assess.score(who, random.sample(list(view.judgement.standings), 5), random.choice([0, 1, 2])),
            lambda: assess.attach(who, [item], EvidenceKind.URL, "https://wiki.example/new"),
            lambda: assess.attach(who, [item], EvidenceKind.DRILL, "drill", dated=date(2026, 11, 1)),
            lambda: assess.detach(who, random.choice(view.dossier(item).evidence).id),
            lambda: assess.not_applicable(who, item, "there is none"),
            lambda: assess.confirm_na(who, item, random.choice(view.review.reviewers)),
            lambda: assess.note(who, item, random.choice(["", "a note"])),
            lambda: assess.waive(who, item, "accepted", view.review.owner, date(2026, 12, 24)),
            lambda: assess.unwaive(who, item),
            lambda: assess.agree(who, item, random.choice([0, 1, 2]), "agreed"),
            lambda: gaps.set_owner(who, gap, random.choice(["", "ben"])),
            lambda: gaps.set_due(who, gap, random.choice([None, date(2026, 12, 1), date(2026, 1, 1)])),
            lambda: gaps.set_condition(who, random.choice(view.judgement.conditions).key, owner="", due=None),
            lambda: edit.create(who, "something broke", random.choice(list(Sev))),
            lambda: edit.set_title(who, number, "renamed", random.choice(list(Sev))),
            lambda: reviews.set_people(who, add=["zoe"]),
            lambda: reviews.set_blind(who, not view.review.blind),
            lambda: history.undo(who, history.log(who, limit=5)[random.randrange(5)].id, ""),
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_reads_as_it_would_afresh(desk: Desk, seed: int) -> None:
    random, done = Random(seed), 0
    for _ in range(40):
        try:
            anything(desk, random)()
            done += 1
        except (ReadinessError, IndexError):
            pass
        assert_as_afresh(desk)
    assert done > 20


def test_so_does_what_somebody_else_did(desk: Desk) -> None:
    load(desk)
    other = open_desk(desk.store.path, "person 02", clock=desk.clock, zone=desk.zone)
    item = next(iter(load(other).judgement.standings))
    assess.score(other, [item], 0)
    other.close()
    assert_as_afresh(desk)


def test_what_was_rolled_back_is_not_known(desk: Desk) -> None:
    before = load(desk)
    item = next(iter(before.judgement.standings))

    def interrupted() -> None:
        with change(desk, "never mind") as (tx, review):
            assessments.put_note(tx, review.id, item, "never written")
            known.read_known(tx.conn, desk, review)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assess.note(desk, list(before.judgement.standings)[1], "takes the number of the change that was rolled back")
    assert load(desk).dossier(item).note == before.dossier(item).note
    assert_as_afresh(desk)


def test_another_review_is_read_for_itself(desk: Desk) -> None:
    load(desk)
    for review in target.all_headings(desk):
        desk.review_id = review.id
        assert_as_afresh(desk)


def test_a_score_reads_and_judges_what_it_touches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    view = load(desk)
    item = next(name for name, standing in view.judgement.standings.items() if standing.points == 0)
    stood: list[str] = []
    real = rules.item_standing
    monkeypatch.setattr(
        rules, "item_standing", lambda dossier, **how: stood.append(dossier.item.id) or real(dossier, **how)
    )
    concluded: list[object] = []
    conclude = judging.conclude
    monkeypatch.setattr(judging, "conclude", lambda of: concluded.append(of) or conclude(of))
    rows: list[int] = []
    fetch = assessments.fetch
    monkeypatch.setattr(
        assessments, "fetch", lambda conn, sql, values=(): rows.append(len(found := fetch(conn, sql, values))) or found
    )
    assess.score(desk, [item], 2)
    load(desk)
    assert set(stood) == {item}
    assert len(concluded) == 1
    everybody = len(view.review.reviewers)
    assert sum(rows) <= 3 * (everybody + 5)  # of this item alone: in the change, once committed
    load(desk)
    assert len(concluded) == 1


def test_nothing_is_read_again_where_nothing_was_changed(desk: Desk) -> None:
    load(desk)
    with desk.store.read() as conn:
        asked: list[str] = []
        conn.set_trace_callback(asked.append)
        load(desk)
        conn.set_trace_callback(None)
    assert asked
    assert not [sql for sql in asked if any(f" {table} " in sql for table in ("vote", "gap", "condition", "waiver"))]
