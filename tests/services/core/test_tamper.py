"""Changes by hand: each kind with real bytes, by SQLite alone, past the program. `doctor` names the row; no command gives a
verdict that rests on it; what the program itself does is never named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from readiness_tui.cli.root import run
from readiness_tui.domain.errors import TamperedError
from readiness_tui.domain.scorecard.digest import scorecard_digest
from readiness_tui.services.core import kept, tamper
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import printed, scorecard
from readiness_tui.sqlite import sqlite3
from readiness_tui.store import Store
from readiness_tui.store.chain import examine
from tests.conftest import NOW
from tests.services.core.kinds_by_hand import CARDS, KINDS, QUICK, VOTE

#: What gives a verdict, or what rests on one.
VERDICTS = ("check", "check --json", "gate check", "gate check --json", "gate show", "scorecard", "scorecard --format json",
            "gaps", "gaps --format md", "conditions", "runs")  # fmt: skip
#: What gives the verdict of a frozen card.
CARD = ("check", "check --json", "gate check", "scorecard", "scorecard --format json", "conditions")


@pytest.fixture(scope="session")
def frozen_sample(filled_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with its review frozen, once a session. Read-only."""
    path = Path(shutil.copy(filled_sample, tmp_path_factory.mktemp("frozen") / "frozen.db"))
    desk = open_desk(path, "ana", clock=lambda: NOW)
    scorecard.freeze(desk)
    for words in ("check", "scorecard md", "gate check"):
        printed.check(desk) if words == "check" else printed.scorecard(desk, "md")
    desk.close()
    return path


def by_hand(path: Path, sql: str, drops: tuple[str, ...] = (), *, again: bool = False) -> None:
    """`again`: what was dropped is made again, word for word."""
    conn = sqlite3.connect(path)
    made = [conn.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0] for name in drops]
    for name in drops:
        conn.execute(f"DROP TRIGGER {name}")
    before = conn.total_changes
    for statement in sql.split("; ") if "BEGIN" not in sql else [sql]:
        conn.execute(statement)
    assert conn.total_changes > before or sql.startswith(("DROP", "CREATE"))
    for text in made if again else ():
        conn.execute(text)
    conn.commit()
    conn.close()


def doctor(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    code = run(["--db", str(path), "doctor"])
    return code, [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]


def refuses(path: Path, commands: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    for command in commands:
        assert run(["--db", str(path), *command.split()]) == 4, command
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith(
            ("readiness: Something else than readiness-tui has changed this file", "readiness: The scorecard")
        )
        assert "readiness doctor" in said.err


@pytest.mark.parametrize("again", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["dropped", "made again"])
@pytest.mark.parametrize("kind", [one if one in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in KINDS])
def test_each_kind_is_named_and_nothing_that_rests_on_it_is_printed(
    kind: str, again: bool, sample_db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change = KINDS[kind]
    if again and (not change.drops or change.sql.startswith("CREATE")):
        pytest.skip("no trigger that refuses it is made again")
    by_hand(sample_db, change.sql, change.drops, again=again)
    if change.refused:
        refuses(sample_db, ("check", "gate check"), capsys)
    else:
        assert run(["--db", str(sample_db), "check"]) == 1
        capsys.readouterr()
    if kind == "a kept result":
        by_hand(sample_db, change.sql)  # what was worked out meanwhile took its place
    code, lines = doctor(sample_db, capsys)
    assert code == 1
    assert any(all(part in line for part in change.named) for line in lines), lines
    assert not again or not any("trigger" in line for line in lines)


AWAY = {
    "hidden": ("UPDATE import SET published_order = NULL WHERE id = 3", "UPDATE import SET published_order = 3 WHERE id = 3"),
    "renumbered": ("", "UPDATE import SET id = 99 WHERE id = 3"),
    "removed": ("DELETE FROM import WHERE id = 3", "INSERT INTO import SELECT * FROM away"),
    "removed and hidden": (
        "DELETE FROM import WHERE id = 3; UPDATE away SET published_order = NULL; INSERT INTO import SELECT * FROM away",
        "UPDATE import SET published_order = 3 WHERE id = 3",
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("way", AWAY)
def test_what_an_import_brought_is_not_changed_while_the_import_is_away(
    way: str, sample_db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away, back = AWAY[way]
    conn = sqlite3.connect(sample_db, isolation_level=None)
    conn.executescript(f"CREATE TEMP TABLE away AS SELECT * FROM import WHERE id = 3; DELETE FROM kept; {away};")
    if away:
        conn.execute(
            "UPDATE run_case SET json = replace(json, 'fail', 'pass') WHERE run_key IN (SELECT key FROM run WHERE import_id = 3)"
        )
    with pytest.raises(sqlite3.IntegrityError, match=r"an import (is published once|keeps its number)"):
        conn.execute(back)
    conn.close()
    if away:
        refuses(sample_db, ("check",), capsys)


def without_triggers(path: Path, sql: str) -> None:
    """SQLite's count of the schema does not move where its table of triggers is written directly."""
    conn = sqlite3.connect(path, isolation_level=None)
    triggers = conn.execute("SELECT * FROM sqlite_master WHERE type = 'trigger'").fetchall()
    conn.executescript("PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE type = 'trigger';")
    conn.close()
    by_hand(path, sql)
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA writable_schema = ON")
    conn.executemany("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", triggers)
    conn.close()


PAST = {
    "a case": "UPDATE run_case SET json = replace(json, 'fail', 'pass') WHERE json LIKE '%fail%'",
    "a request": "UPDATE trace SET answer = 'yes' WHERE key = 5",
    "a request gone": "DELETE FROM trace WHERE key = 5",
    "a request more": "CREATE TEMP TABLE one AS SELECT * FROM trace WHERE key = 5; UPDATE one SET key = (SELECT max(key) + 1 FROM trace),"
    " id = 'new'; INSERT INTO trace SELECT * FROM one",
    "a request given to another import": "UPDATE trace SET import_id = (SELECT min(id) FROM import WHERE id NOT IN (SELECT import_id FROM trace)) WHERE key = 7",
}


@pytest.mark.parametrize("what", PAST)
def test_what_was_changed_past_the_triggers_without_dropping_one_is_seen_where_it_is_judged_anew(
    what: str, sample_db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without_triggers(sample_db, f"{PAST[what]}; DELETE FROM kept")
    refuses(sample_db, ("check", "gate check"), capsys)


def test_of_a_large_file_requests_are_held_against_their_imports_by_doctor(
    sample_db: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examine, "REQUESTS", 10)
    monkeypatch.setattr(examine, "AGAIN", 10)
    without_triggers(sample_db, f"{PAST['a request']}; DELETE FROM kept")
    assert run(["--db", str(sample_db), "check"]) == 1
    capsys.readouterr()
    assert doctor(sample_db, capsys)[0] == 1


def test_a_table_that_the_program_reads_is_missed(sample_db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_hand(sample_db, "DROP TABLE accepted_risk")
    assert doctor(sample_db, capsys) == (1, ["✗ table accepted_risk: dropped: it held what was typed"])


@pytest.mark.slow
def test_tables_views_indexes_and_columns_of_ones_own_are_no_harm(
    sample_db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conn = sqlite3.connect(sample_db)
    conn.executescript(
        "CREATE TABLE mine(a TEXT); INSERT INTO mine VALUES ('x'); CREATE VIEW passed AS SELECT * FROM v_cases;"
        " CREATE INDEX faster ON vote(points); ALTER TABLE vote ADD COLUMN colour TEXT DEFAULT 'red';"
        " CREATE TRIGGER own AFTER INSERT ON mine BEGIN DELETE FROM mine; END; ANALYZE; VACUUM;"
    )
    conn.close()
    assert run(["--db", str(sample_db), "check"]) == 1
    capsys.readouterr()
    assert doctor(sample_db, capsys) == (0, [])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["a vote's points", "a trigger dropped", "a request's latency"])
def test_no_command_that_gives_a_verdict_gives_one(
    kind: str, sample_db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_hand(sample_db, KINDS[kind].sql, KINDS[kind].drops)
    refuses(sample_db, VERDICTS, capsys)


@pytest.mark.parametrize(
    "kind", [one if one == "its verdict" else pytest.param(one, marks=pytest.mark.slow) for one in CARDS]
)
def test_a_frozen_card_that_was_changed_gives_nothing(
    kind: str, frozen_sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(shutil.copy(frozen_sample, tmp_path / "readiness.db"))
    sql, named = CARDS[kind]
    by_hand(path, sql)
    refuses(path, CARD, capsys)
    code, lines = doctor(path, capsys)
    assert code == 1
    assert any(all(part in line for part in named) for line in lines), lines


@pytest.mark.slow
def test_a_card_with_digests_made_anew_gives_nothing(
    frozen_sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of it in itself right: the audit trail knows what was frozen."""
    from readiness_tui.domain.verdict.model import Verdict
    from readiness_tui.reports.scorecard_json import read_scorecard, scorecard_json
    from readiness_tui.reports.scorecard_md import scorecard_markdown

    path = Path(shutil.copy(frozen_sample, tmp_path / "readiness.db"))
    conn = sqlite3.connect(path)
    (text,) = conn.execute("SELECT json FROM scorecard").fetchone()
    plain = json.loads(text) | {"verdict": "GO", "causes": []}
    plain["digest"] = scorecard_digest(plain)
    card, right = read_scorecard(json.dumps(plain), "made up")
    assert (card.verdict, right) == (Verdict.GO, True)
    conn.execute(
        "UPDATE scorecard SET verdict = 'GO', digest = ?, json = ?, markdown = ?",
        (card.digest, scorecard_json(card), scorecard_markdown(card)),
    )
    conn.commit()
    conn.close()
    refuses(path, CARD, capsys)
    _, lines = doctor(path, capsys)
    assert any("scorecard [1]" in line and "digest is" in line for line in lines), lines


def test_what_was_changed_by_hand_and_then_by_the_program_is_named(
    sample_db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_hand(sample_db, f"UPDATE vote SET na_reason = 'so it is' {VOTE}")
    assert run(["--db", str(sample_db), "--who", "ben", "score", "DEP-02", "1"]) == 0
    capsys.readouterr()
    refuses(sample_db, ("check",), capsys)
    _, lines = doctor(sample_db, capsys)
    assert any("DEP-02 ben" in line and "before entry 88: na_reason is “so it is”" in line for line in lines), lines


@pytest.mark.slow
def test_a_change_in_one_system_leaves_the_verdict_of_the_other(
    two_db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_hand(two_db, "UPDATE review SET owner = 'mallory' WHERE system = 'Search'")
    assert run(["--db", str(two_db), "--system", "Search", "check"]) == 4
    assert run(["--db", str(two_db), "--system", "Support bot", "check"]) in (1, 3)


def test_the_app_is_told_and_does_not_freeze(sample_db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_hand(sample_db, KINDS["a vote's points"].sql)
    desk = open_desk(sample_db, "ana", clock=lambda: NOW)
    assert [(one.table, one.row) for one in load(desk).by_hand] == [("vote", '[1,"DEP-02","ben"] DEP-02 ben')]
    with pytest.raises(TamperedError):
        scorecard.freeze(desk)
    with desk.store.read() as conn:
        assert conn.execute("SELECT frozen_at FROM review").fetchone() == (None,)
    desk.close()
    assert run(["--db", str(sample_db), "scorecard", "--freeze", "--yes"]) == 4


def test_a_change_beside_the_open_app_is_seen(sample_desk: Desk) -> None:
    assert tamper.look(sample_desk) == ()
    by_hand(sample_desk.store.path, KINDS["a waiver's end"].sql)
    assert [one.table for one in tamper.look(sample_desk)] == ["waiver"]
    with pytest.raises(TamperedError):
        kept.result(sample_desk, "word", lambda: "worked out")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["vacuum", "backup", "copy"])
def test_a_copy_and_a_smaller_file_are_as_good_as_the_file(
    how: str, sample_db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQLite counts each of them as a change of the schema: all is looked at once, and then no more."""
    to = tmp_path / "other.db"
    if how == "backup":
        assert run(["--db", str(sample_db), "backup", str(to)]) == 0
    else:
        shutil.copy(sample_db, to)
    if how == "vacuum":
        conn = sqlite3.connect(to)
        conn.execute("VACUUM")
        conn.close()
    assert run(["--db", str(to), "check"]) == 1
    capsys.readouterr()
    with Store.open(to) as store, store.read() as conn:
        from readiness_tui.store.chain import seal

        assert seal.unmoved(conn)
    assert doctor(to, capsys) == (0, [])


@pytest.mark.slow
def test_a_committed_head_is_looked_for(
    frozen_sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(shutil.copy(frozen_sample, tmp_path / "readiness.db"))
    assert run(["--db", str(path), "scorecard", "--format", "json"]) == 1 - 1
    head = json.loads(capsys.readouterr().out)["method"]["history"]
    assert run(["--db", str(path), "scorecard"]) == 0
    assert f"`{head}`" in capsys.readouterr().out
    number, _, digest = head.partition(":")
    assert number == "87"
    assert run(["--db", str(path), "doctor", "--head", head]) == 0
    other = ("0" if digest[0] != "0" else "1") + digest[1:]
    assert run(["--db", str(path), "doctor", "--head", f"87:{other}"]) == 1
    assert "is not the one that the scorecard names" in capsys.readouterr().out
    assert run(["--db", str(path), "doctor", "--head", f"999:{digest}"]) == 1
    assert "has no entry 999" in capsys.readouterr().out
    assert run(["--db", str(path), "doctor", "--head", "nonsense"]) == 2


@pytest.mark.parametrize("table", ["kept", "vote", "gate"])
def test_a_table_that_is_gone_is_said_to_be_and_no_save_is_spoken_of(
    table: str, sample_db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conn = sqlite3.connect(sample_db)
    conn.execute("PRAGMA foreign_keys = OFF")
    conn.execute(f"DROP TABLE {table}")
    conn.commit()
    conn.close()
    assert run(["--db", str(sample_db), "check"]) == 4
    said = capsys.readouterr()
    assert said.out == ""
    assert "changed" in said.err
    assert "Restore a backup" in said.err
    assert "Nothing of this save was stored" not in said.err
    code, lines = doctor(sample_db, capsys)
    assert code == 1 or (code == 4 and table != "kept")
    assert table != "kept" or lines == ["✗ table kept: dropped: it held what was kept"]


def test_of_many_of_a_kind_people_are_shown_the_first_five_and_a_program_all(
    tmp_path: Path, sample_db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether a row lacks what it refers to, or is not what was written: a line of another kind is not lost among them."""
    conn = sqlite3.connect(sample_db)
    conn.execute("PRAGMA foreign_keys = OFF")
    conn.executemany("INSERT INTO item_note VALUES (99, ?, 'text')", [(f"A-{n}",) for n in range(1200)])
    conn.commit()
    conn.close()
    code, lines = doctor(sample_db, capsys)
    assert code == 1
    assert len(lines) == 6
    assert [line.endswith("item_note row None refers to nothing. Restore a backup.") for line in lines] == [
        True
    ] * 5 + [False]
    assert lines[5] == (
        "✗ and 1,195 more like these (item_note row … refers to nothing); `readiness doctor --json` names each"
    )
    assert run(["--db", str(sample_db), "doctor", "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["problems"]) == 1200


def test_each_kind_is_bounded_by_itself_and_a_sixth_alone_is_counted(
    sample_db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conn = sqlite3.connect(sample_db)
    triggers = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for name in triggers:
        conn.execute(f"DROP TRIGGER {name}")
    first = [row[0] for row in conn.execute("SELECT key FROM trace ORDER BY key LIMIT 6")]
    conn.executemany("UPDATE trace_measure SET retried = 7 WHERE trace_key = ?", [(key,) for key in first])
    conn.execute("UPDATE vote SET na_reason = 'other' WHERE item_id = 'REL-03'")
    conn.commit()
    conn.close()
    code, lines = doctor(sample_db, capsys)
    assert code == 1
    measured = [line for line in lines if "not what is measured of the request" in line]
    assert len(measured) == 6
    assert measured[5].startswith("✗ and 1 more like these (trace_measure: ")
    assert any("vote" in line.split(":")[0] for line in lines)
