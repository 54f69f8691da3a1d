"""The audit trail: complete, append-only, and undone only by another entry."""

from __future__ import annotations

import itertools
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.checklists.assessment import Evidence, EvidenceKind, Vote
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.store import Store, assessments, audit, db, gaps, gates, migrations, reviews, sqlite
from tests.store.conftest import REVIEW
from tests.store.test_aggregates import CHECKLIST, gate
from tests.store.workers import NOW


def vote(store: Store, points: int, item: str = "OBS-01", who: str = "ana", why: str = "") -> int:
    with store.write(who, f"scored {item} {points}", why, now=NOW) as tx:
        assessments.put_vote(tx, 1, Vote(item, who, points))
        return tx.change_id


def points(store: Store, item: str = "OBS-01") -> list[int | None]:
    with store.read() as conn:
        return [v.points for v in assessments.votes(conn, 1, [item])]


def test_an_entry_says_who_what_when_why_and_both_values(store: Store) -> None:
    vote(store, 1)
    number = vote(store, 2, why="shown in the meeting")
    with store.read() as conn:
        change = audit.get(conn, number)
        assert (change.who, change.what, change.why, change.at, change.review_id, change.items) == (
            "ana",
            "scored OBS-01 2",
            "shown in the meeting",
            NOW,
            1,
            ("OBS-01",),
        )
        (row,) = audit.rows(conn, number)
        assert (row.table, row.pk) == ("vote", (1, "OBS-01", "ana"))
        assert row.old is not None
        assert row.new is not None
        assert (row.old["points"], row.new["points"]) == (1, 2)
        assert audit.last_saved(conn, "Support bot") == NOW


def test_the_same_again_leaves_no_entry(store: Store) -> None:
    vote(store, 1)
    with store.read() as conn:
        before = audit.log(conn)
    with store.write("ana", "scored", now=NOW) as tx:
        assessments.put_vote(tx, 1, Vote("OBS-01", "ana", 1))
    with store.read() as conn:
        assert audit.log(conn) == before


def test_the_log_by_review_item_and_page(store: Store) -> None:
    with store.write("ana", "another review", now=NOW) as tx:
        reviews.put(tx, REVIEW)
    numbers = [vote(store, n % 3, item) for n, item in enumerate(["OBS-01", "OBS-02", "OBS-01", "REL-02"])]
    with store.read() as conn:
        assert [c.id for c in audit.log(conn, item="OBS-01")] == [numbers[2], numbers[0]]
        assert [c.id for c in audit.log(conn, review_id=1, limit=2)] == [numbers[3], numbers[2]]
        assert [c.id for c in audit.log(conn, review_id=1, before=numbers[0])] == [1]
        assert [c.what for c in audit.log(conn, review_id=2)] == ["another review"]
        with pytest.raises(ReadinessError, match="no change 99"):
            audit.get(conn, 99)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM change",
        "DELETE FROM change_row",
        "UPDATE change SET who = 'x'",
        "UPDATE change_row SET old_json = 'x'",
        "INSERT OR REPLACE INTO change(id, at, who, what) VALUES (1, '', '', '')",
    ],
)
def test_nothing_rewrites_the_trail(store: Store, path: Path, sql: str) -> None:
    conn = sqlite.sqlite3.connect(path)
    conn.execute("PRAGMA recursive_triggers = ON")  # as sqlite-utils sets it: REPLACE fires the delete trigger
    with pytest.raises(sqlite.sqlite3.Error, match="append-only"):
        conn.execute(sql)
    conn.close()


def test_undo_is_a_new_entry(store: Store) -> None:
    vote(store, 1)
    number = vote(store, 2)
    undo = audit.undo(store, number, "ben", NOW, "wrong item")
    assert points(store) == [1]
    with store.read() as conn:
        assert audit.get(conn, undo).undoes == number
        assert audit.get(conn, undo).who == "ben"
        assert audit.get(conn, undo).review_id == 1
        assert audit.get(conn, number).undone_by == undo
    with pytest.raises(ReadinessError, match=f"already undone, by ben \\(change {undo}\\)"):
        audit.undo(store, number, "ana", NOW)
    audit.undo(store, undo, "ana", NOW)  # and the undo can be undone
    assert points(store) == [2]


def test_undo_is_refused_after_a_later_change_which_is_named(store: Store) -> None:
    first = vote(store, 1)
    second = vote(store, 2)
    with pytest.raises(ReadinessError, match=rf"ana changed the same later \(scored OBS-01 2, .*, change {second}\)"):
        audit.undo(store, first, "ana", NOW)
    assert points(store) == [2]
    vote(store, 0, "REL-02")  # another row is no obstacle
    audit.undo(store, second, "ana", NOW)
    audit.undo(store, first, "ana", NOW)
    assert points(store) == []


def test_undo_is_refused_even_where_a_later_change_came_back_to_the_same_value(store: Store) -> None:
    first = vote(store, 1)
    vote(store, 2)
    vote(store, 1)
    with pytest.raises(ReadinessError, match="changed the same later"):
        audit.undo(store, first, "ana", NOW)


def test_undo_of_what_others_refer_to_is_refused(store: Store) -> None:
    with store.write("ana", "took checklists", now=NOW) as tx:
        reviews.put_checklists(tx, 1, [CHECKLIST])
    with pytest.raises(ReadinessError, match="has 1 review checklist on it by now"):
        audit.undo(store, 1, "ana", NOW)
    with store.read() as conn:
        assert reviews.get(conn, 1).system == "Support bot"
        assert reviews.checklists(conn, 1) == (CHECKLIST,)


def test_a_row_that_pointed_at_what_was_added_points_back_and_is_in_nobodys_way(store: Store) -> None:
    """A gate is taken in, and the review's gate is another from then on: one change, which is undone as one."""
    with store.write("ana", "took a gate in", now=NOW) as tx:
        before = reviews.get(tx.conn, 1)
        number = gates.put_gate(tx, "Support bot", gate())
        reviews.put(tx, replace(before, gate_id=number))
        change = tx.change_id
    audit.undo(store, change, "ana", NOW)
    with store.read() as conn:
        assert reviews.get(conn, 1) == before


def test_undo_restores_many_rows_whatever_their_order(store: Store) -> None:
    with store.write("ana", "a new review with all", now=NOW) as tx:
        number = reviews.put(tx, REVIEW)
        assessments.put_note(tx, number, "A", "one")
        assessments.put_note(tx, number, "A", "two")  # the same row twice
        change = tx.change_id
    undo = audit.undo(store, change, "ana", NOW)
    with store.read() as conn:
        assert [r.id for r in reviews.all(conn)] == [1]
    audit.undo(store, undo, "ana", NOW)
    with store.read() as conn:
        assert assessments.dossier_parts(conn, number).notes == {"A": "two"}


# Any sequence of changes, undone from the last to the first, leaves what was there before

ITEMS = st.sampled_from(["OBS-01", "OBS-02"])
PEOPLE = st.sampled_from(["ana", "ben"])
STEPS = st.one_of(
    st.tuples(st.just("vote"), ITEMS, PEOPLE, st.integers(0, 2)),
    st.tuples(st.just("clear"), ITEMS, PEOPLE),
    st.tuples(st.just("note"), ITEMS, st.text(max_size=3)),
    st.tuples(st.just("evidence"), ITEMS),
    st.tuples(st.just("drop"), st.integers(1, 4)),
    st.tuples(st.just("checklists"), st.booleans()),
    st.tuples(st.just("release"), st.text(st.characters(codec="utf-8"), max_size=3)),
)


def take(tx, step) -> None:
    match step:
        case ("vote", item, who, given_points):
            assessments.put_vote(tx, 1, Vote(item, who, given_points))
        case ("clear", item, who):
            assessments.clear_vote(tx, 1, item, who)
        case ("note", item, text):
            assessments.put_note(tx, 1, item, text.encode("utf-8", "ignore").decode())
        case ("evidence", item):
            assessments.add_evidence(tx, 1, Evidence(0, item, EvidenceKind.URL, "x", "ana"))
        case ("drop", number):
            assessments.remove_evidence(tx, number)
        case ("checklists", full):
            reviews.put_checklists(tx, 1, [CHECKLIST] if full else [])
        case ("release", text):
            from dataclasses import replace

            reviews.put(tx, replace(REVIEW, id=1, release=text))


def state(store: Store) -> object:
    with store.read() as conn:
        return (
            assessments.dossier_parts(conn, 1),
            reviews.all(conn),
            reviews.checklists(conn, 1),
            gaps.all(conn, "Support bot"),
        )


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(STEPS, min_size=1, max_size=3), max_size=6))
def test_undone_from_the_last_to_the_first_nothing_is_left(blocks) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "r.db", create=True) as store:
        with store.write("ana", "started", now=NOW) as tx:
            reviews.put(tx, REVIEW)
        states, changes = [state(store)], []
        for block in blocks:
            with store.write("ana", "block", now=NOW) as tx:
                for step in block:
                    take(tx, step)
                made = tx._change
            if made is not None:
                changes.append(made)
                states.append(state(store))
        for number, (after, before) in zip(reversed(changes), itertools.pairwise(reversed(states)), strict=True):
            assert state(store) == after
            audit.undo(store, number, "ana", NOW)
            assert state(store) == before


def test_what_an_older_version_did_is_undone_after_a_migration(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.write("ana", "wrote", now=NOW) as tx:
        tx.put("item_note", {"review_id": 1, "item_id": "A", "text": "old"})
    with store.write("ana", "rewrote", now=NOW) as tx:
        tx.put("item_note", {"review_id": 1, "item_id": "A", "text": "new"})
        change_id = tx.change_id
    store.close()

    def wider(utils) -> None:
        utils.execute("ALTER TABLE item_note ADD COLUMN tone TEXT NOT NULL DEFAULT 'plain'")

    monkeypatch.setattr(db, "MIGRATIONS", (*migrations.MIGRATIONS, wider))
    with Store.open(path) as upgraded:
        audit.undo(upgraded, change_id, "ben", NOW)
        with upgraded.read() as conn:
            assert conn.execute("SELECT text, tone FROM item_note").fetchall() == [("old", "plain")]
