"""A file of the version in which a label was one of the whole answer alone: nothing of it changes, and none was drawn."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from readiness_tui.domain.labels.lot import Batch
from readiness_tui.domain.runs.model import Drawn, HumanLabel, HumanVerdict
from readiness_tui.store import Store, audit, label_batches, migrations, runs
from readiness_tui.store.kept import marks
from readiness_tui.store.sqlite import sqlite3
from tests.store.old_files import unpacked
from tests.store.workers import NOW

SUPPORT = "Support bot"


def test_old_labels_are_of_the_whole_answer_and_were_not_drawn(tmp_path: Path) -> None:
    with Store.open(unpacked("version-4-1", tmp_path / "one.db")) as store:
        assert store.integrity() == []
        with store.read() as conn:
            ((key, (label,)),) = runs.labels(conn, SUPPORT, "run-a").items()
            given = next(change for change in audit.log(conn) if change.what.startswith("human label"))
            assert label_batches.all(conn, SUPPORT) == ()
        assert key == ("c0", "")
        assert (label.metric, label.drawn, label.value) == ("", Drawn.OTHER, None)
        assert label.note == "indeed wrong"
        audit.undo(store, given.id, "ana", NOW)
        with store.read() as conn:
            assert runs.labels(conn, SUPPORT, "run-a") == {}


def test_the_version_before_this_one_opens(tmp_path: Path) -> None:
    path = unpacked("version-4-1", tmp_path / "one.db")
    before = migrations.MIGRATIONS[: migrations.MIGRATIONS.index(label_batches.metric_labels)]
    conn = sqlite3.connect(path, isolation_level=None)
    migrations.migrate(conn, path, before)
    assert migrations.found(conn) == len(before)
    conn.close()
    with Store.open(path) as store, store.read() as conn:
        assert migrations.found(conn) == len(migrations.MIGRATIONS)
        assert [label.reviewer for label in runs.labels(conn, SUPPORT, "run-a")["c0", ""]] == ["ana"]


def test_a_person_says_one_thing_of_the_whole_and_one_of_each_metric(tmp_path: Path) -> None:
    whole = HumanLabel(HumanVerdict.PASS, "ben", NOW, "fine", True, "digest", drawn=Drawn.ALL)
    metric = HumanLabel(HumanVerdict.FAIL, "ben", NOW, "", True, "digest", "faithfulness", Drawn.LOT, 0.5)
    batch = Batch("lock", "run-a", "faithfulness", 1, 50, "ben", NOW)
    with Store.open(unpacked("version-4-1", tmp_path / "one.db")) as store:
        with store.read() as conn:
            seen = marks.rows(conn, marks.MEASURED, SUPPORT, 0)
        with store.write("ben", "labels", now=NOW) as tx:
            runs.put_label(tx, SUPPORT, "run-a", "c1", "", whole)
            runs.put_label(tx, SUPPORT, "run-a", "c1", "", metric)
        with store.write("ben", "batch", now=NOW + timedelta(hours=1)) as tx:
            label_batches.put(tx, SUPPORT, batch)
        with store.read() as conn:
            assert runs.labels(conn, SUPPORT, "run-a")["c1", ""] == (whole, metric)
            assert runs.earlier_labels(conn, SUPPORT, "run-a", "c1", "", "ben", "faithfulness") == [metric]
            assert label_batches.all(conn, SUPPORT) == (batch,)
            assert label_batches.all(conn, "another") == ()
            assert marks.rows(conn, marks.MEASURED, SUPPORT, 0) != seen
        with store.write("ben", "taken back", now=NOW) as tx:
            assert runs.clear_label(tx, SUPPORT, "run-a", "c1", "", "ben", "faithfulness")
        with store.read() as conn:
            assert runs.labels(conn, SUPPORT, "run-a")["c1", ""] == (whole,)
