"""Kept results: given back only while nothing that they rest on has changed, and never in anybody's way."""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.checklists.model import Depth
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Action, Sev, TimelineEntry
from readiness_tui.domain.labels.lot import Batch
from readiness_tui.domain.runs.model import Fact, HumanVerdict
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.services.core import drafts, kept, measure, measured_kept, program
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.gate import versions
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.incidents import edit
from readiness_tui.services.labels import queue
from readiness_tui.services.review import assess, gaps, history, meeting, reviews, scorecard
from readiness_tui.sources.kit.shipped import shipped_folder
from readiness_tui.sqlite import sqlite3
from readiness_tui.store import db, declared, label_batches
from readiness_tui.store.kept import marks, results
from tests.conftest import NOW

RUN = "rag-v4-2026-11-23"


def as_ben(desk: Desk) -> Desk:
    return replace(desk, who="ben")


def gate_again(desk: Desk) -> None:
    """Another gate in place of the sample's."""
    path = desk.store.path.with_name("again.yaml")
    text = (shipped_folder("sample_data") / "gate.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("0.85", "0.86", 1), encoding="utf-8")
    import_path(desk, path)


def run_again(desk: Desk) -> None:
    path = desk.store.path.with_name("run.jsonl")
    path.write_text(
        '{"run": {"id": "again", "prompt_version": "rag-v4"}}\n{"case_id": "case-01", "output": "Yes.", "status": "pass"}\n',
        encoding="utf-8",
    )
    import_path(desk, path)


def a_fact(desk: Desk) -> None:
    with desk.store.write("ana", "declared", now=NOW) as tx:
        declared.put_fact(tx, load(desk).review.system, RUN, Fact.JUDGE, "ab" * 32)


def a_batch(desk: Desk) -> None:
    with desk.store.write("ana", "drawn", now=NOW) as tx:
        label_batches.put(tx, load(desk).review.system, Batch("ab", RUN, "faithfulness", 1, 5, "ana", NOW))


def by_hand(sql: str, *, trigger: str = "") -> Callable[[Desk], None]:
    """Somebody with an SQL shell, past all services and past the history; and past the trigger that would refuse it."""

    def act(desk: Desk) -> None:
        conn = sqlite3.connect(desk.store.path)
        with conn:
            if trigger:
                conn.execute(f"DROP TRIGGER {trigger}")
            assert conn.execute(sql).rowcount > 0
        conn.close()

    return act


#: What somebody may change, each by itself.
CHANGES: dict[str, Callable[[Desk], object]] = {
    "a vote": lambda desk: assess.score(as_ben(desk), ["OBS-01"], 1),
    "a score taken back": lambda desk: assess.score(
        desk,
        [next(i for i, one in load(desk).facts.dossiers.items() if any(v.reviewer == "ana" for v in one.votes))],
        None,
    ),
    "evidence": lambda desk: assess.attach(desk, ["OBS-01"], EvidenceKind.URL, "https://example.com/x"),
    "a drill": lambda desk: assess.attach(desk, ["REL-11"], EvidenceKind.DRILL, "runbook", dated=date(2026, 11, 10)),
    "a note": lambda desk: assess.note(desk, "OBS-01", "seen"),
    "a waiver": lambda desk: assess.waive(desk, "REL-02", "accepted", "chloe", date(2026, 12, 20)),
    "not applicable": lambda desk: assess.not_applicable(desk, "REL-02", "not ours"),
    "a dismissed hit": lambda desk: assess.dismiss_hit(
        desk, "REL-03", load(desk).proposals["REL-03"].examples[0], "a test key"
    ),
    "a consensus": lambda desk: assess.agree(desk, "REL-02", 1, "we agreed"),
    "a dissent": lambda desk: scorecard.dissent(desk, "ben", "too early"),
    "a condition": lambda desk: gaps.set_condition(desk, "item/x", owner="ben", due=date(2026, 12, 1)),
    "a gap's owner": lambda desk: gaps.set_owner(desk, next(iter(load(desk).gaps)), "zoe"),
    "a gap's state": lambda desk: gaps.set_state(desk, next(iter(load(desk).gaps)), GapState.IN_PROGRESS),
    "a gap of a case": lambda desk: gaps.mark(desk, "case", "case-01", "look at this"),
    "an incident": lambda desk: edit.create(desk, "It broke", Sev.SEV1),
    "a line of its timeline": lambda desk: edit.put_entry(desk, 1, TimelineEntry(0, NOW, "called")),
    "a section of its note": lambda desk: edit.set_field(desk, 1, "detection", "The latency alert fired."),
    "an action": lambda desk: edit.put_action(desk, 1, Action(0, "mend it", owner="ben", due=date(2026, 12, 1))),
    "a label": lambda desk: queue.label(desk, RUN, "case-03", HumanVerdict.FAIL),
    "a batch of labels": a_batch,
    "a fact of a run": a_fact,
    "the candidate": lambda desk: versions.choose(desk, [], role="candidate"),
    "a run": run_again,
    "another gate": gate_again,
    "a lock": lambda desk: versions.lock(desk),
    "a setting": lambda desk: reviews.declare(desk, "timeout_policy", "31"),
    "people": lambda desk: reviews.set_people(desk, add=["zoe"]),
    "the depth": lambda desk: reviews.set_depth(desk, Depth.FULL),
    "the checklists": lambda desk: reviews.set_checklists(desk, ["reliability"]),
    "blind voting": lambda desk: reviews.set_blind(desk, True),
    "an overridden verdict": lambda desk: reviews.override_verdict(desk, "GO", "we know better"),
    "a freeze": lambda desk: scorecard.freeze(desk),
    "an undone change": lambda desk: history.undo(desk, history.log(desk, limit=1)[0].id),
    "the next review": lambda desk: history.next_review(desk, "2027.1"),
    "a vote by hand": by_hand("UPDATE vote SET points = 0 WHERE points = 2"),
    "a gap by hand": by_hand("UPDATE gap SET owner = 'nobody'"),
    "an incident by hand": by_hand("UPDATE incident SET severity = 'sev3'"),
    "a checklist by hand": by_hand("UPDATE checklist_text SET json = replace(json, 'The', 'A')"),
    "a run by hand": by_hand("UPDATE run SET json = replace(json, 'rag-v4', 'rag-v5')", trigger="run_keeps"),
    "a golden set by hand": by_hand("UPDATE eval_set SET name = 'other'", trigger="eval_set_keeps"),
    "a lock by hand": by_hand("UPDATE gate_lock SET at = '2026-11-24T00:00:00.000000+00:00'"),
    "an import by hand": by_hand("UPDATE import SET published_order = NULL, published_at = NULL WHERE id = 2"),
}


@pytest.mark.parametrize(
    "what",
    [pytest.param(what, marks=() if number % 4 == 0 else pytest.mark.slow) for number, what in enumerate(CHANGES)],
)
def test_what_is_kept_is_not_used_after(what: str, sample_desk: Desk) -> None:
    if what == "an undone change":
        assess.note(sample_desk, "OBS-01", "seen")
    if what == "a consensus":
        reviews.set_blind(sample_desk, True)
        reviews.reveal(sample_desk)
    before = kept.now(sample_desk)
    assert kept.keep(sample_desk, before, {"word": "kept"})
    assert kept.find(sample_desk, kept.now(sample_desk), "word") == "kept"
    CHANGES[what](sample_desk)
    after = kept.now(sample_desk)
    assert after is not None
    assert kept.find(sample_desk, after, "word") is None


def test_nor_on_another_day_by_another_viewer_or_by_another_program(
    sample_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, tomorrow = sample_desk, NOW.date() + timedelta(days=1)
    with desk.store.write("ana", "no day is pinned", now=NOW) as tx:
        tx.put("review", {"id": 1, "as_of": None})
    assert kept.keep(desk, kept.now(desk), {"word": "kept"})
    assert kept.find(desk, kept.now(desk), "word") == "kept"
    assert kept.find(desk, kept.now(desk, as_of=tomorrow), "word") is None
    assert kept.find(desk, kept.now(desk, as_of=NOW.date()), "word") is None  # of a frozen review another thing
    assert kept.find(desk, kept.now(desk, viewer="ben"), "word") is None
    assert kept.find(replace(desk, clock=lambda: NOW + timedelta(days=1)), kept.now(desk), "word") == "kept"
    later = replace(desk, clock=lambda: NOW + timedelta(days=1))
    assert kept.find(later, kept.now(later), "word") is None
    monkeypatch.setattr(program, "digest", lambda: "another version")
    assert kept.find(desk, kept.now(desk), "word") is None
    monkeypatch.setattr(program, "digest", lambda: None)  # its files cannot be read
    assert kept.now(desk) is None
    assert not kept.keep(desk, None, {"word": "kept"})


def test_a_draft_or_a_place_in_a_list_changes_nothing(sample_desk: Desk) -> None:
    before = kept.now(sample_desk)
    drafts.keep(sample_desk, "note/OBS-01", "half a thought")
    meeting.set_attendees(sample_desk, "ana, ben")
    assert kept.now(sample_desk) == before


def test_what_was_worked_out_while_somebody_changed_something_is_not_kept(sample_desk: Desk) -> None:
    def make() -> str:
        assess.score(as_ben(sample_desk), ["OBS-01"], 1)
        return "of two moments"

    assert kept.result(sample_desk, "word", make) == "of two moments"
    assert kept.find(sample_desk, kept.now(sample_desk), "word") is None


@pytest.mark.slow
def test_what_was_measured_while_somebody_changed_something_is_not_kept(
    sample_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hit is dismissed between the mark and the reading, and the dismissal is taken back: the mark is as before."""
    found = load(sample_desk).proposals["REL-03"]
    hit = found.examples[0]
    sample_desk.cache.clear()
    with sqlite3.connect(sample_desk.store.path) as conn:
        conn.execute("DELETE FROM kept")
    conn.close()
    other = open_desk(sample_desk.store.path, "ben", clock=sample_desk.clock)
    footing_of, asked = measure.footing_of, []

    def meanwhile(*given: object) -> object:
        asked.append(given)
        if len(asked) == 1:
            assess.dismiss_hit(other, "REL-03", hit, "a test key")
        return footing_of(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(measure, "footing_of", meanwhile)
    assert load(sample_desk).proposals["REL-03"].digest != found.digest
    assess.restore_hit(other, found.query, hit)
    other.close()
    fresh = open_desk(sample_desk.store.path, "zoe", clock=sample_desk.clock)
    assert load(fresh).proposals["REL-03"] == found
    assert load(sample_desk).proposals["REL-03"] == found
    fresh.close()


def test_the_cases_of_a_kept_measurement_are_of_its_time_or_refused(sample_desk: Desk) -> None:
    load(sample_desk)
    other = open_desk(sample_desk.store.path, "ben", clock=sample_desk.clock)
    measured = load(other).measured
    assert not measured.at_hand
    versions.choose(sample_desk, [], role="candidate")
    with pytest.raises(ReadinessError, match="Do it once more"):
        measured.footing()
    assert load(other).measured.candidate == load(sample_desk).measured.candidate
    other.close()


def test_a_program_that_was_replaced_while_it_ran_keeps_nothing(
    sample_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept.now(sample_desk)
    monkeypatch.setattr(program, "_stamps_now", list)
    monkeypatch.setattr(program, "_read", lambda: None)
    assert not kept.keep(sample_desk, before, {"word": "kept"})
    monkeypatch.undo()
    assert kept.keep(sample_desk, before, {"word": "kept"})


def test_a_program_is_looked_at_by_its_stamps_and_read_again_where_they_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = tmp_path / "services" / "core" / "program.py"
    rules.parent.mkdir(parents=True)
    rules.write_text("one", encoding="utf-8")
    monkeypatch.setattr(program, "__file__", str(rules))
    monkeypatch.setattr(program, "_SINCE", rules.stat().st_ctime_ns + 10**12)
    seen = program._read()
    monkeypatch.setattr(program, "_at_first", lambda: seen)
    reads = []
    read = program._read
    monkeypatch.setattr(program, "_read", lambda: reads.append(1) or read())
    assert program.unchanged()
    assert not reads
    other = tmp_path / "other"  # as long, as old, in its place: another file
    other.write_text("two", encoding="utf-8")
    os.utime(other, ns=(rules.stat().st_atime_ns, rules.stat().st_mtime_ns))
    other.rename(rules)
    assert not program.unchanged()
    rules.write_text("one", encoding="utf-8")  # what was read is there again
    assert program.unchanged()
    assert len(reads) == 2
    os.utime(rules, ns=(0, 0))
    assert program.unchanged()
    (rules.parent / "more.py").write_text("", encoding="utf-8")
    assert not program.unchanged()
    (rules.parent / "more.py").unlink()
    assert program.unchanged()
    monkeypatch.setattr(program, "_libraries", lambda: ["numpy-99.dist-info"])
    assert not program.unchanged()
    monkeypatch.undo()
    rules.unlink()
    monkeypatch.setattr(program, "__file__", str(rules))
    monkeypatch.setattr(program, "_at_first", lambda: seen)
    assert not program.unchanged()


def test_the_programs_digest_is_over_every_module_that_may_decide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(program.__file__).parent.parent.parent
    names = {name for name, _ in program._files(root)}
    assert {"domain/verdict/judge.py", "store/kept/marks.py", "reports/templates/scorecard.md.j2", "sqlite.py"} <= names
    assert not any(name.startswith(("sources/", "checklists/")) for name in names)
    for room in ("domain", "services", "store", "reports", "tui"):
        assert {str(path.relative_to(root)) for path in (root / room).rglob("*.py")} <= names
    rules = tmp_path / "services" / "core" / "program.py"
    rules.parent.mkdir(parents=True)
    rules.write_text("one", encoding="utf-8")
    monkeypatch.setattr(program, "__file__", str(rules))
    assert program._read() is None  # newer than this process
    monkeypatch.setattr(program, "_SINCE", rules.stat().st_ctime_ns + 10**12)
    one = program._read()
    assert one is not None
    rules.write_text("two", encoding="utf-8")
    two = program._read()
    assert two is not None
    assert two.digest != one.digest
    monkeypatch.setattr(program, "__file__", str(tmp_path / "a.zip" / "services" / "core" / "program.py"))
    assert program._read() is None


#: Tables that no result rests on.
APART = {"draft", "former_name", "kept", "presence", "setting", "sqlite_sequence"}
#: What shows whether the others were changed by hand: looked at before anything is printed, kept or not.
APART |= {"chain", "chain_baseline", "content_block", "tally_seal"}
#: Those of what an import brought, by how they begin: marked by the row of the import, with which they change or never.
IMPORTED = ("run_case", "trace", "import_reject")


def test_every_table_is_marked_or_known_to_decide_nothing(sample_desk: Desk) -> None:
    """A table that a later version adds has to be put into one of the lists."""
    with sample_desk.store.read() as conn:
        tables = {name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    said = " ".join((*marks.MEASURED, *marks.NOTES, *marks.JUDGED))
    marked = {name for name in tables if re.search(rf"\b(FROM|JOIN) {name}\b", said)}
    imported = {name for name in tables if name.startswith(IMPORTED)}
    assert marked | APART | imported >= tables
    assert not marked & (APART | imported)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE kept SET body = zeroblob(20)",
        "UPDATE kept SET body = substr(body, 1, length(body) - 3)",
        "UPDATE kept SET digest = 'ab'",
        "UPDATE kept SET body = (SELECT body FROM kept WHERE place LIKE 'other%')",
        "UPDATE kept SET (body, digest) = (SELECT body, digest FROM kept WHERE place LIKE 'other%')",
    ],
)
def test_a_row_that_was_damaged_or_mixed_up_is_as_good_as_none(harm: str, sample_desk: Desk) -> None:
    kept.keep(sample_desk, kept.now(sample_desk), {"word": "NO-GO", "other": "GO"})
    by_hand(harm)(sample_desk)
    assert kept.result(sample_desk, "word", lambda: "worked out") == "worked out"
    assert kept.result(sample_desk, "word", lambda: pytest.fail("kept again")) == "worked out"


def test_who_may_write_to_the_file_alone_makes_no_result_that_is_given_back(sample_desk: Desk) -> None:
    at = kept.now(sample_desk)
    assert at is not None
    assert kept.keep(sample_desk, at, {"word": "NO-GO"})
    own = kept.own_key()
    assert own is not None
    forged, place = json.dumps("GO"), f"word/{at.place}"
    for key in (bytes(32), b"", os.urandom(32)):  # anybody's, with the right place
        digest = results._digest(key, results._of(own, place), at.mark, forged)
        body = zlib.compress(forged.encode())
        conn = sqlite3.connect(sample_desk.store.path, isolation_level=None)
        conn.execute("UPDATE kept SET digest = ?, body = ? WHERE place = ?", (digest, body, results._of(own, place)))
        assert conn.total_changes == 1
        conn.close()
        assert kept.find(sample_desk, at, "word") is None
        with sample_desk.store.read() as conn:
            assert results.damaged(conn, own) == [place]
            assert results.damaged(conn, os.urandom(32)) == []  # of another's nothing can be said


def test_two_people_keep_their_own_and_the_key_is_for_its_owner_alone(
    sample_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = kept.own_key()
    assert kept.result(sample_desk, "word", lambda: "mine") == "mine"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    assert kept.own_key() is None
    assert kept.find(sample_desk, kept.now(sample_desk), "word") is None
    assert kept.result(sample_desk, "word", lambda: "other's") == "other's"
    path = tmp_path / "other" / "readiness-tui" / "kept-key"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert len(path.read_bytes()) == 32
    assert path.read_bytes() != mine
    path.write_bytes(b"cut")  # as a full disk leaves it: made anew
    assert kept.result(sample_desk, "word", lambda: "again") == "again"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "readiness.db" / "no folder"))
    assert not kept.keep(sample_desk, kept.now(sample_desk), {"word": "kept"})
    assert kept.find(sample_desk, kept.now(sample_desk), "word") is None


def test_a_value_that_json_would_change_is_not_kept(sample_desk: Desk) -> None:
    for value in ((1, 2), {1: "one"}, float("nan")):
        made = kept.result(sample_desk, "word", lambda value=value: value)
        assert made is value
        assert kept.find(sample_desk, kept.now(sample_desk), "word") is None


def test_there_are_never_many(sample_desk: Desk) -> None:
    at = kept.now(sample_desk)
    for number in range(0, 2 * results.MOST, 50):
        assert kept.keep(sample_desk, at, {f"word {n}": n for n in range(number, number + 50)})
    with sample_desk.store.read() as conn:
        assert conn.execute("SELECT count(*) FROM kept").fetchone()[0] == results.MOST
    assert kept.find(sample_desk, at, f"word {2 * results.MOST - 1}") == 2 * results.MOST - 1
    assert kept.find(sample_desk, at, "word 0") is None


def test_keeping_waits_for_nobody(sample_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "_patiently", lambda *_: pytest.fail("it waited"))
    busy = sqlite3.connect(sample_desk.store.path, isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    assert kept.result(sample_desk, "word", lambda: "worked out") == "worked out"
    assert kept.find(sample_desk, kept.now(sample_desk), "word") is None
    busy.execute("ROLLBACK")
    busy.close()


@pytest.mark.parametrize("pragma", ["query_only = ON", "max_page_count = 1"], ids=["read-only", "full"])
def test_a_file_that_takes_nothing_is_read_all_the_same(pragma: str, sample_desk: Desk) -> None:
    sample_desk.store._writer.execute(f"PRAGMA {pragma}")
    long = "".join(str(n) for n in range(100_000))
    assert kept.result(sample_desk, "word", lambda: long) == long
    assert kept.find(sample_desk, kept.now(sample_desk), "word") is None
    sample_desk.store._writer.execute("PRAGMA query_only = OFF")
    sample_desk.store._writer.execute("PRAGMA max_page_count = 1000000")
    assess.score(sample_desk, ["OBS-01"], 1)  # and takes what is typed later


def test_nothing_is_kept_inside_a_change_or_by_a_closed_file(sample_desk: Desk) -> None:
    at = kept.now(sample_desk)
    with sample_desk.store.write("ana", "something", now=NOW) as tx:
        assert not sample_desk.store.keep(lambda conn: pytest.fail("inside another's transaction"))
        assert tx.conn.in_transaction
    assert at == kept.now(sample_desk)
    sample_desk.store.close()
    assert not sample_desk.store.keep(lambda conn: pytest.fail("after the end"))


def test_what_is_kept_leaves_no_history(sample_desk: Desk) -> None:
    saved = load(sample_desk).saved_at, history.log(sample_desk)
    assert kept.keep(sample_desk, kept.now(sample_desk), {"word": "kept"})
    assert (load(sample_desk).saved_at, history.log(sample_desk)) == saved


# What was measured


def test_another_process_measures_nothing_until_something_measured_changes(
    sample_db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened() -> Desk:
        return open_desk(sample_db, "ana", clock=lambda: NOW)

    with_all = opened()
    first = load(with_all)
    made: list[str] = []
    real = measure._measure
    monkeypatch.setattr(measure, "_measure", lambda *args: made.append("all") or real(*args))
    again = opened()
    second = load(again)
    assert (made, second.measured, second.judgement) == ([], first.measured, first.judgement)
    assert repr(second.measured) == repr(first.measured)
    assert second.measured.footing() == first.measured.footing()
    assess.score(again, ["OBS-01"], 1)
    assert load(opened()).measured == first.measured
    assert not made
    queue.label(again, RUN, "case-03", HumanVerdict.FAIL)
    assert made
    made.clear()
    assert load(opened()).measured == load(again).measured != first.measured
    assert not made


def test_a_change_that_fails_leaves_nothing_measured_behind(sample_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    load(sample_desk)
    monkeypatch.setattr(measured_kept, "keep", lambda desk: pytest.fail("kept what was rolled back"))
    monkeypatch.setattr(db, "_patiently", _full_at_commit)
    with pytest.raises(Exception, match="full"):
        queue.label(sample_desk, RUN, "case-03", HumanVerdict.FAIL)
    assert "measure" not in sample_desk.cache


def _full_at_commit(conn: sqlite3.Connection, sql: str) -> None:
    if sql == "COMMIT":
        raise db.sqlite.sqlite3.OperationalError("database or disk is full")
    conn.execute(sql)
