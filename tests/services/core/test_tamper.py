"""Changes by hand: each kind with real bytes, by SQLite alone, past the program. `doctor` names the row; no command gives a
verdict that rests on it; what the program itself does is never named."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
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
from tests.conftest import NOW

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


@dataclass(frozen=True)
class Kind:
    """`sql`: what somebody types into `sqlite3 FILE`. `named`: what a line of `doctor` holds, all of it. `drops`: the
    triggers that they have to drop for it."""

    sql: str
    named: tuple[str, ...]
    drops: tuple[str, ...] = ()
    refused: bool = True


VOTE = "WHERE review_id = 1 AND item_id = 'DEP-02' AND reviewer = 'ben'"
KINDS = {
    "a vote's points": Kind(f"UPDATE vote SET points = 0 {VOTE}", ("vote", "DEP-02 ben", "points is 0, by the history 2", "entry 50")),
    "a vote inserted": Kind(
        "INSERT INTO vote(review_id, item_id, reviewer, points, na, na_reason) VALUES (1, 'OBS-02', 'mallory', 2, 0, '')",
        ("vote", "OBS-02 mallory", "the audit trail has no entry of it"),
    ),
    "a vote deleted": Kind(f"DELETE FROM vote {VOTE}", ("vote", "DEP-02 ben", "gone without an entry")),
    "evidence": Kind("UPDATE evidence SET ref = 'https://example.com/x' WHERE id = 1", ("evidence [1]", "ref is", "by the history")),
    "evidence that was not found": Kind(
        "UPDATE evidence SET lookup = 'found', kind = 'drill' WHERE id = 2", ("evidence [2]", "kind is “drill”")
    ),
    "a waiver's end": Kind("UPDATE waiver SET expires = '2036-01-01'", ("waiver", "REL-02", "expires is “2036-01-01”, by the history")),
    "a waiver removed": Kind("DELETE FROM waiver", ("waiver", "REL-02", "gone without an entry")),
    "a lock backdated": Kind(
        "UPDATE gate_lock SET at = '2026-01-01T00:00:00.000000+00:00'", ("gate_lock", "at is “2026-01-01", "by the history “2026-11-20")
    ),
    "a gate": Kind("UPDATE gate SET json = replace(json, '0.85', '0.15')", ("gate [", "json is")),
    "a checklist": Kind("UPDATE checklist_text SET json = replace(json, 'blocker', 'minor')", ("checklist_text", "json is")),
    "an incident's severity": Kind("UPDATE incident SET severity = 'sev4' WHERE number = 1", ("incident [1]", "severity is “sev4”")),
    "an incident removed": Kind(
        "DELETE FROM incident_action WHERE number = 1", ("incident_action", "gone without an entry")
    ),
    "a gap closed": Kind("UPDATE gap SET state = 'closed'", ("gap", "state is “closed”, by the history “open”")),
    "who reviews": Kind("UPDATE review SET reviewers = '[\"mallory\"]'", ("review [1]", "reviewers is")),
    "the reveal": Kind("UPDATE review SET revealed = 1 - revealed", ("review [1]", "revealed is")),
    "the candidate": Kind("UPDATE review SET candidate = '[]'", ("review [1]", "candidate is")),
    "an overridden verdict": Kind("UPDATE review SET override_verdict = 'GO', override_by = 'cto'", ("review [1]", "override_verdict is “GO”")),
    "a system's name": Kind("UPDATE system SET name = 'Other'", ("system", "is filed under “Support bot”")),
    "a system's name on its review": Kind("UPDATE review SET system = 'Other'", ("review [1]", "system is “Other”")),
    "a figure of an import": Kind("UPDATE import SET traces = traces + 1 WHERE id = 2", ("import [2]", "traces is 1305, by the history 1304")),
    "an import hidden": Kind(
        "UPDATE import SET published_order = NULL, published_at = NULL WHERE id = 2", ("import [2]", "published_order is nothing")
    ),
    "who made an entry": Kind("UPDATE change SET who = 'eve' WHERE id = 40", ("change 40", "is not what was written"), ("change_keeps",)),
    "what an entry says": Kind("UPDATE change SET what = 'nothing' WHERE id = 40", ("change 40", "is not what was written"), ("change_keeps",)),
    "when an entry was made": Kind(
        "UPDATE change SET at = '2026-01-01T00:00:00.000000+00:00' WHERE id = 40", ("change 40",), ("change_keeps",)
    ),
    "in whose history an entry is": Kind("UPDATE change SET system = 'Other' WHERE id = 40", ("change 40", "is not what was written"), ("change_keeps",)),
    "a row of an entry": Kind(
        "UPDATE change_row SET new_json = replace(new_json, '2', '1') WHERE change_id = 50", ("change 50", "is not what was written"), ("change_row_keeps",)
    ),
    "an entry and its row alike": Kind(
        f"UPDATE vote SET points = 0 {VOTE}; UPDATE change_row SET new_json = replace(new_json, '\"points\":2', '\"points\":0')"
        " WHERE table_name = 'vote' AND pk = '[1,\"DEP-02\",\"ben\"]'",
        ("change 50", "is not what was written"),
        ("change_row_keeps",),
    ),
    "an entry in the middle removed": Kind(
        "DELETE FROM change_row WHERE change_id = 50; DELETE FROM change WHERE id = 50",
        ("change entry 50", "removed from the audit trail"),
        ("change_stays", "change_row_stays"),
    ),
    "the last entries removed": Kind(
        "DELETE FROM change_row WHERE change_id > 80; DELETE FROM change WHERE id > 80",
        ("change entries 81 to 87", "removed from the audit trail"),
        ("change_stays", "change_row_stays"),
    ),
    "an entry added": Kind(
        "INSERT INTO change(at, who, what) VALUES ('2026-11-24T15:00:00.000000+00:00', 'ana', 'all agreed')",
        ("change 88", "is not what was written"),
    ),
    "the head": Kind("UPDATE chain SET hash = 'ab', last = 80, entries = 80", ("chain", "the audit trail has 87 entries")),
    "the head removed": Kind("DELETE FROM chain", ("chain", "it has 0 rows")),
    "a trigger dropped": Kind("DROP TRIGGER change_keeps", ("trigger change_keeps", "dropped")),
    "a trigger that does nothing": Kind(
        "CREATE TRIGGER trace_keeps BEFORE UPDATE ON trace WHEN 0 BEGIN SELECT 1; END",
        ("trigger trace_keeps", "replaced by another one"),
        ("trace_keeps",),
    ),
    "a trigger added": Kind(
        "CREATE TRIGGER helps AFTER INSERT ON vote BEGIN UPDATE vote SET points = 2; END", ("trigger helps", "added to the table vote")
    ),
    "a request deleted": Kind("DELETE FROM trace WHERE key = 700", ("trace trace-0700 of import 2", "gone: the import brought it"), ("trace_stays",)),
    "a request's latency": Kind("UPDATE trace SET latency_ms = 1 WHERE key = 5", ("trace trace-0005 of import 2", "not as the import brought it"), ("trace_keeps",)),
    "a request's status": Kind("UPDATE trace SET status = 'ok', outcome = 'ok' WHERE key = 6", ("trace trace-0006 of import 2",), ("trace_keeps",)),
    "a request added": Kind(
        "INSERT INTO trace(key, import_id, id, started_at, cached, cold, system_id) VALUES (99999, 2, 'made-up', 1, 0, 0, 1)",
        ("trace of import 2", "1 rows more than the import brought"),
        ("trace_ends",),
    ),
    "requests replaced by none": Kind(
        "INSERT INTO trace_superseded SELECT key, 3 FROM trace WHERE latency_ms > 2000", ("trace_tally",), ("trace_superseded_ends",)
    ),
    "a case": Kind(
        "UPDATE run_case SET json = replace(json, '\"status\":\"fail\"', '\"status\":\"pass\"')", ("run_case", "not as the import brought it"), ("run_case_keeps",)
    ),
    "a case removed": Kind("DELETE FROM run_case WHERE run_key = 1 AND position = 3", ("run_case", "gone: the import brought it"), ("run_case_stays",)),
    "a run": Kind("UPDATE run SET json = replace(json, 'rag-v4', 'rag-v5')", ("run rag-v4", "not as the import brought it"), ("run_keeps",)),
    "a golden set": Kind("UPDATE eval_set SET json = replace(json, 'case-01', 'case-99')", ("eval_set", "not as the import brought it"), ("eval_set_keeps",)),
    "a raw record": Kind(
        "UPDATE trace_raw SET data = (SELECT data FROM trace_raw ORDER BY first_key DESC LIMIT 1) WHERE first_key = 1",
        ("trace_raw of import 2", "not those of the file"),
        ("trace_raw_keeps",),
    ),
    "raw records that cannot be read": Kind(
        "UPDATE trace_raw SET data = x'00ff' WHERE first_key = 1", ("trace_raw of import 2", "not those of the file"), ("trace_raw_keeps",)
    ),
    "a tally": Kind("UPDATE trace_tally SET n = n + 1000", ("trace_tally import 2", "not what was counted"), ("trace_tally_keeps",)),
    "a tally removed": Kind("DELETE FROM trace_tally", ("trace_tally import 2", "not what was counted"), ("trace_tally_stays",)),
    "what was measured": Kind(
        "UPDATE trace_measure SET longest_call_ms = 0 WHERE trace_key = 7", ("trace_measure of trace-0007",), ("trace_measure_keeps",)
    ),
    "a secret that was found": Kind("DELETE FROM trace_leak", ("trace_leak of trace-",), ("trace_leak_stays",)),
    "a kept result": Kind("UPDATE kept SET body = (SELECT body FROM kept ORDER BY id DESC LIMIT 1)", ("kept", "worked out again"), refused=False),
}  # fmt: skip
#: One of each way in which a change is seen; the others take the mark `slow`.
QUICK = (
    "a vote's points",
    "the last entries removed",
    "a trigger dropped",
    "a request's latency",
    "a tally",
    "a kept result",
)
CARDS = {
    "its verdict": (
        "UPDATE scorecard SET verdict = 'GO'",
        ("scorecard [1]", "verdict is “GO”, by the history “NO-GO”"),
    ),
    "its verdict in the JSON": (
        'UPDATE scorecard SET json = replace(json, \'"verdict": "NO-GO"\', \'"verdict": "GO"\')',
        ("scorecard [1]", "json is"),
    ),
    "its markdown": (
        "UPDATE scorecard SET markdown = replace(markdown, 'NO-GO', 'GO')",
        ("scorecard [1]", "markdown is"),
    ),
    "its digest": ("UPDATE scorecard SET digest = 'ab'", ("scorecard [1]", "digest is “ab”")),
    "its day": ("UPDATE scorecard SET as_of = '2027-11-24'", ("scorecard [1]", "as_of is")),
    "it is gone": ("DELETE FROM scorecard", ("scorecard [1]", "gone without an entry")),
    "it is open again": ("UPDATE review SET frozen_at = NULL", ("review [1]", "frozen_at is nothing")),
}


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
