"""The views of reviews show what the services and the frozen scorecard say, and before the reveal no opinion."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3 as standard
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from readiness_tui.domain.incidents.model import Sev
from readiness_tui.services.core.cards import content
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.core.seen import curtain
from readiness_tui.services.core.upkeep import examine
from readiness_tui.services.core.view import load
from readiness_tui.services.review import scorecard
from readiness_tui.store import Store, audit, gaps, incidents, migrations, scorecards
from readiness_tui.store.chain import shape
from readiness_tui.store.codec import iso, stamp
from readiness_tui.store.upgrades.review_views import REVIEW_VIEWS
from tests.blind_voting import OPINIONS, assert_tells_nothing, make_files
from tests.conftest import NOW
from tests.store.old_files import unpacked


@contextmanager
def plain(path: Path, mode: str = "ro") -> Iterator[standard.Connection]:
    """Python's own SQLite, with nothing of ours."""
    with closing(standard.connect(f"file:{path}?mode={mode}", uri=True)) as conn:
        yield conn


def rows(path: Path, sql: str) -> list[tuple]:
    with plain(path) as conn:
        return conn.execute(sql).fetchall()


@pytest.fixture(scope="module")
def frozen(filled_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, its review frozen."""
    path = Path(shutil.copy(filled_sample, tmp_path_factory.mktemp("frozen") / "readiness.db"))
    desk = open_desk(path, "ana", clock=lambda: NOW)
    scorecard.freeze(desk)
    desk.close()
    return path


def test_an_open_review_has_its_items_and_no_judgement(filled_sample: Path) -> None:
    assert rows(filled_sample, "SELECT review, system, release, date, verdict, frozen_at FROM v_reviews") == [
        (1, "Support bot", "2026.11", "2026-11-24", None, None)
    ]
    assert rows(filled_sample, "SELECT * FROM v_gate") == []
    judged = "standing, points, assurance, owner, due, waived"
    assert rows(filled_sample, f"SELECT DISTINCT {judged} FROM v_items") == [(None,) * 6]
    found = rows(filled_sample, "SELECT checklist, item, title, severity FROM v_items")
    desk = open_desk(filled_sample, "ana", clock=lambda: NOW)
    view = load(desk, shared=True)
    asked = [
        (checklist.id, item.id, item.title, str(item.severity))
        for checklist in view.facts.checklists
        for item in checklist.at(view.review.depth)
    ]
    desk.close()
    assert sorted(found) == sorted(asked)
    assert {row[1] for row in found} == set(view.judgement.standings)


def test_a_frozen_review_shows_what_its_scorecard_says(frozen: Path) -> None:
    with Store.open(frozen) as store, store.read() as conn:
        kept = scorecards.get(conn, 1)
        assert kept is not None
        card = content(kept)
    assert rows(frozen, "SELECT verdict, frozen_at, overridden_to, superseded_by FROM v_reviews") == [
        (str(card.verdict), stamp(kept.frozen_at), None, None)
    ]
    owners = {}
    for gap in card.gaps:
        for key in gap.merged or (gap.key,):
            owners[key] = (gap.owner or None, iso(gap.due))
    expected = []
    for section in card.sections:
        for item in section.items:
            told = owners.get(f"item/{section.id}/{item.id}", (None, None))
            assurance = None if item.assurance is None else str(item.assurance)
            expected.append(
                (1, section.id, item.id, item.title, str(item.severity), item.word, item.points, assurance, *told,
                 int(item.waived))
            )  # fmt: skip
    assert len({row[8] for row in expected}) > 2  # owners differ
    assert {row[5] for row in expected} >= {"met", "partial", "undecided"}
    found = rows(frozen, "SELECT * FROM v_items")
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    figures = [
        (row.rule.metric, row.estimate.value, row.estimate.low, row.estimate.high, row.estimate.n, str(row.result),
         int(row.rule.required), row.baseline, row.run_id)
        for row in card.gate.rows
        if row.estimate is not None
    ]  # fmt: skip
    assert len(figures) == len(card.gate.rows) == 6
    columns = "metric, value, low, high, n, result, required, baseline, run"
    assert rows(frozen, f"SELECT {columns} FROM v_gate") == figures
    for row, (remark,) in zip(card.gate.rows, rows(frozen, "SELECT remark FROM v_gate"), strict=True):
        assert row.estimate is not None
        doubts = (row.estimate.low_doubt, row.estimate.high_doubt)
        for text in (row.reason, row.sure, *row.remarks, *doubts):
            assert text in remark


@pytest.mark.parametrize(
    ("rule", "said", "cut_to"),
    [
        ({"direction": "higher", "threshold": 0.85}, "≥ 0.85", None),
        ({"direction": "higher", "threshold": 0.0}, "≥ 0", None),
        ({"direction": "lower", "threshold": 3500, "tolerate": 4000.5}, "≤ 3500, surely ≤ 4000.5", None),
        ({"direction": "lower", "max_regression": 0.1, "relative": True}, "rise ≤ 10%", None),
        ({"direction": "higher", "max_regression": 0.02, "relative": False}, "drop ≤ 0.02", None),
        ({"direction": "higher"}, None, None),
        (
            {"direction": "higher", "threshold": 1, "tags": ["a", "b"], "variant": "v", "dataset": "d", "cut": 0.7,
             "k": 3, "window_days": 7},
            "≥ 1", "a+b+variant=v+dataset=d+cut=0.7+k=3+days=7",
        ),
    ],
)  # fmt: skip
def test_a_rule_in_words_of_sql(tmp_path: Path, rule: dict, said: str | None, cut_to: str | None) -> None:
    """Every shape of a rule; a figure that is missing is NULL, never 0."""
    with closing(standard.connect(tmp_path / "one.db")) as conn:
        conn.execute("CREATE TABLE scorecard(id, review_id, verdict, json)")
        whole = {"metric": "m", "tags": [], "variant": "", "dataset": "", "cut": None, "k": 0, "window_days": None,
                 "threshold": None, "tolerate": None, "max_regression": None, "relative": False, "required": True}  # fmt: skip
        row = {"rule": whole | rule, "estimate": None, "reason": "why", "sure": "", "remarks": [], "result": "MISSING",
               "baseline": None, "run_id": None}  # fmt: skip
        conn.execute("INSERT INTO scorecard VALUES (1, 1, 'GO', ?)", (json.dumps({"gate": {"rows": [row]}}),))
        conn.execute(f"CREATE VIEW v_gate AS {REVIEW_VIEWS['v_gate']}")
        (found,) = conn.execute("SELECT * FROM v_gate").fetchall()
    assert found == (1, "m", cut_to, said, None, None, None, None, "MISSING", "why", 1, None, None)


def test_gaps_incidents_and_history_are_those_of_the_app(frozen: Path) -> None:
    with Store.open(frozen) as store, store.read() as conn:
        known = gaps.all(conn, "Support bot")
        notes = incidents.all(conn, "Support bot")
        entries = audit.log(conn, limit=1_000)
    assert rows(frozen, "SELECT * FROM v_gaps ORDER BY key") == [
        (gap.key, "Support bot", str(gap.severity), gap.title, gap.owner or None, iso(gap.due), str(gap.state),
         iso(gap.created), int(gap.state.live))
        for gap in known.values()
    ]  # fmt: skip
    assert rows(frozen, "SELECT * FROM v_incidents ORDER BY incident") == [
        (one.number, one.system, one.title, str(one.severity), str(one.worst), str(one.status), stamp(one.started),
         stamp(one.detected), stamp(one.acknowledged), stamp(one.mitigated), stamp(one.resolved), iso(one.closed),
         None if one.failure_class is None else str(one.failure_class), one.item_id or None, len(one.actions),
         sum(action.done is None for action in one.actions))
        for one in notes
    ]  # fmt: skip
    assert rows(frozen, "SELECT * FROM v_history ORDER BY entry DESC") == [
        (
            one.id,
            stamp(one.at),
            one.who,
            one.what,
            one.why or None,
            one.system,
            one.review_id,
            one.undoes,
            one.undone_by,
        )
        for one in entries
    ]
    assert len(known) > 8
    assert len(notes) == 2
    assert len(entries) > 80


def test_the_worst_severity_stays_after_it_was_lowered(frozen: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(frozen, tmp_path / "lowered.db"))
    with Store.open(path) as store:
        with store.read() as conn:
            note = incidents.get(conn, "Support bot", 1)
        with store.write("ana", "lowered", now=NOW, system="Support bot") as tx:
            incidents.put(tx, replace(note, severity=Sev.SEV4))
    assert rows(path, "SELECT severity, worst_severity FROM v_incidents WHERE incident = 1") == [("sev4", "sev2")]


def test_before_the_reveal_no_view_tells_what_anybody_thinks(tmp_path: Path) -> None:
    made = make_files(tmp_path)
    told = []
    for said in OPINIONS:
        with plain(made[said]) as conn:
            names = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
            assert set(REVIEW_VIEWS) < set(names)
            told.append("\n".join(repr(conn.execute(f"SELECT * FROM {name}").fetchall()) for name in sorted(names)))
    assert_tells_nothing(*told)


def test_the_history_says_of_blind_votes_what_the_app_says_to_somebody_without_any(tmp_path: Path) -> None:
    path = make_files(tmp_path)[OPINIONS[0]]
    with Store.open(path) as store, store.read() as conn:
        entries = curtain(conn, "").entries(conn, audit.log(conn, limit=1_000))
    expected = [(one.id, one.what, one.why or None) for one in entries]
    assert rows(path, "SELECT entry, what, why FROM v_history ORDER BY entry DESC") == expected
    said = {what for _, what, _ in expected}
    assert {"voted on OBS-01, OBS-02, REL-01", "wrote a note on OBS-01", "undid: wrote a note on OBS-05"} <= said


@pytest.mark.parametrize(
    "broken", ["", "{", "null", "[]", '{"verdict": "GO"}', '{"sections": 7, "gate": "x", "gaps": 1}']
)
def test_a_card_that_was_overwritten_breaks_no_view_and_passes_for_none(
    frozen: Path, tmp_path: Path, broken: str
) -> None:
    path = Path(shutil.copy(frozen, tmp_path / "broken.db"))
    with plain(path, "rw") as conn:
        for (name,) in conn.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='scorecard'"
        ).fetchall():
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute("UPDATE scorecard SET json = ?", (broken,))
        conn.commit()
    assert rows(path, "SELECT verdict FROM v_reviews") == [("changed by hand",)]
    assert rows(path, "SELECT * FROM v_items") == []
    assert rows(path, "SELECT * FROM v_gate") == []


@pytest.mark.parametrize(
    ("query", "uses"),
    [
        ("SELECT * FROM v_reviews WHERE review = 1", "SEARCH r USING INTEGER PRIMARY KEY"),
        ("SELECT * FROM v_items WHERE review = 1", "SEARCH c USING INDEX sqlite_autoindex_scorecard_1 (review_id=?)"),
        ("SELECT * FROM v_gate WHERE review = 1", "SEARCH c USING INDEX sqlite_autoindex_scorecard_1 (review_id=?)"),
        ("SELECT * FROM v_history WHERE entry = 1", "SEARCH c USING INTEGER PRIMARY KEY"),
    ],
)
def test_an_index_answers_a_condition(frozen: Path, query: str, uses: str) -> None:
    plan = [row[3] for row in rows(frozen, f"EXPLAIN QUERY PLAN {query}")]
    assert any(uses in step for step in plan), plan
    assert [step for step in plan if re.match("SCAN [crlt]( |$)", step) and "VIRTUAL" not in step] == []


def test_a_file_of_the_version_before_gets_them_and_nothing_else_changes(tmp_path: Path) -> None:
    path = unpacked("version-9", tmp_path / "old.db")
    before = migrations.connect(path)
    migrations.migrate(before, path, migrations.MIGRATIONS[:18], backup=False)
    before.close()
    held = rows(path, "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'v@_%' ESCAPE '@' ORDER BY 1, 2")
    with Store.open(path) as store, store.read() as conn:
        assert store.version == len(migrations.MIGRATIONS)
        assert list(shape.changed(conn)) == []
    assert (
        rows(path, "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'v@_%' ESCAPE '@' ORDER BY 1, 2")
        == held
    )
    assert {name for (name,) in rows(path, "SELECT name FROM sqlite_master WHERE type = 'view'")} > set(REVIEW_VIEWS)
    rows(path, "SELECT * FROM v_items")


def test_doctor_names_a_view_that_somebody_replaced(frozen: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(frozen, tmp_path / "replaced.db"))
    with plain(path, "rw") as conn:
        conn.execute("DROP VIEW v_gaps")
        conn.execute("CREATE VIEW v_gaps AS SELECT 1 AS key")
        conn.execute("DROP VIEW v_gate")
        conn.commit()
    desk = open_desk(path, "ana", clock=lambda: NOW)
    told = " ".join(str(one) for one in examine(desk, "").problems)
    desk.close()
    assert "v_gaps" in told
    assert "v_gate" in told
