"""Four reviewers at four terminals on one file, as fast as they go: no vote and no text is lost, and all see the same."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.core.write import resync
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import settling
from readiness_tui.store import audit
from tests.processes.reviewer import GAP, INCIDENT, NOTED, WAIVED

ROOT = Path(__file__).parents[2]
WHO = ("ben", "chloe", "dave", "eve")
PATIENCE = 240.0  # seconds; a busy machine is slow, and how fast it is is measured elsewhere


class Terminal:
    """A process, and what it has said."""

    def __init__(self, path: Path, who: str, rounds: int) -> None:
        self.who = who
        self.said: list[dict[str, Any]] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.processes.reviewer", str(path), who, str(rounds), str(WHO.index(who))],
            cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        self.said.extend(json.loads(line) for line in self.process.stdout)

    def all(self, key: str) -> list[dict[str, Any]]:
        return [one for one in self.said[:] if key in one]

    def wait_for(self, key: str, least: int = 1) -> None:
        until = time.monotonic() + PATIENCE
        while len(self.all(key)) < least:
            if self.process.poll() is not None or time.monotonic() > until:
                _, err = self.process.communicate(timeout=10)
                raise AssertionError(f"{self.who} said no {key}: {err[-3000:]}")
            time.sleep(0.02)

    def tell(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> None:
        self.tell()
        assert self.process.wait(PATIENCE) == 0
        self._listening.join(PATIENCE)


def begin(path: Path, rounds: int) -> list[Terminal]:
    terminals = [Terminal(path, who, rounds) for who in WHO]
    for terminal in terminals:
        terminal.wait_for("ready")
    for terminal in terminals:
        terminal.tell()
    return terminals


def assert_nothing_lost(desk: Desk, terminals: list[Terminal]) -> int:
    """Every vote and text that was acknowledged is there, and no text was written over by somebody who had not seen it.
    Returns how many texts were kept beside the stored one."""
    view = load(desk)
    for terminal in terminals:
        given = {one["vote"]: one["points"] for one in terminal.all("vote")}
        votes = {
            item: vote.points
            for item in given
            for vote in view.dossier(item).votes
            if name_key(vote.reviewer) == terminal.who
        }
        assert votes == given

    beside = {(one.rival.about.partition("/")[0], one.rival.value) for one in settling.waiting(desk)}
    beside = {(kind, json.loads(text)["reason"] if kind == "waiver" else text) for kind, text in beside}
    written = _written(desk)
    kept = 0
    for terminal in terminals:
        for one in terminal.all("kind"):
            kind, text = {"owner": "gap"}.get(one["kind"], one["kind"]), one["text"]
            if one["kept_beside"]:
                kept += 1
                assert (kind, text) in beside, one
            else:
                assert written[one["kind"]][text] == one["base"], f"it was written over what its writer saw: {one}"
    return kept


def _written(desk: Desk) -> dict[str, dict[str, str]]:
    """By kind, each text that was ever stored, and what it was written over."""
    columns = {
        "item_note": ("note", "text"), "waiver": ("waiver", "reason"), "gap": ("owner", "owner"), "incident_action": ("action", "text"),
    }  # fmt: skip
    own = {"item_note": NOTED, "waiver": WAIVED, "gap": GAP}
    found: dict[str, dict[str, str]] = defaultdict(dict)
    with desk.store.read() as conn:
        for change in audit.log(conn, limit=100_000):
            for row in audit.rows(conn, change.id):
                if row.table not in columns or own.get(row.table, row.pk[-1]) != row.pk[-1] or row.new is None:
                    continue
                kind, column = columns[row.table]
                old = (row.old or {}).get(column, "")
                if row.new[column] != old:
                    found[kind][row.new[column]] = old
    return found


@pytest.mark.slow
def test_four_terminals_at_full_speed(sample_desk: Desk) -> None:
    terminals = begin(sample_desk.store.path, 8)
    for terminal in terminals:
        terminal.wait_for("done")
    ended = max(terminal.all("done")[0]["time"] for terminal in terminals)
    until = time.monotonic() + PATIENCE
    while len({str(_last(terminal)) for terminal in terminals}) > 1:
        assert time.monotonic() < until, [_last(terminal) for terminal in terminals]
        time.sleep(0.05)
    same_at = max(terminal.all("shown")[-1]["time"] for terminal in terminals)
    for terminal in terminals:
        terminal.end()
    print(f"all four the same {same_at - ended:.2f} s after the last save was done")

    kept = assert_nothing_lost(sample_desk, terminals)
    assert kept, "they never met: this has shown nothing"
    assert len({str(_last(terminal)) for terminal in terminals}) == 1
    assert any("two versions of" in row for row in _last(terminals[0]))
    assert sample_desk.store.integrity() == []


@pytest.mark.slow
def test_one_is_killed_in_the_middle_of_a_save(sample_desk: Desk) -> None:
    terminals = begin(sample_desk.store.path, 5)
    terminals[0].wait_for("kind", 6)
    terminals[0].process.kill()
    for terminal in terminals[1:]:
        terminal.wait_for("done")
        terminal.end()
    terminals[0].process.wait()
    time.sleep(0.1)
    assert_nothing_lost(sample_desk, terminals)
    assert sample_desk.store.integrity() == []
    assert edit.get(sample_desk, INCIDENT).actions
    with sample_desk.store.read() as conn:
        last = audit.last(conn)
        rows = conn.execute(
            "SELECT count(*) FROM change c WHERE NOT EXISTS (SELECT 1 FROM change_row r WHERE r.change_id = c.id)"
            " AND c.idempotency_key IS NULL"
        ).fetchone()
    assert rows == (0,), "an entry without what it changed"
    resync(sample_desk)
    with sample_desk.store.read() as conn:
        assert audit.last(conn) == last, "gaps and conditions followed every save"


def _last(terminal: Terminal) -> list[str]:
    shown = terminal.all("shown")
    return shown[-1]["shown"] if shown else [terminal.who]
