"""`review --plain`: questions on stdout, answers on stdin."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest

from readiness_tui.domain.text.format import width
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, reviews
from tests.cli.conftest import Cli, Result
from tests.cli.test_processes import READINESS
from tests.conftest import NOW
from tests.hostile import POISON, RAW


@pytest.fixture
def db(tmp_path: Path) -> Path:
    desk = open_desk(tmp_path / "readiness.db", "ana", create=True, clock=lambda: NOW)
    reviews.new_review(desk, system="bot", release="1", reviewers=("ana", "ben"))
    desk.close()
    return tmp_path / "readiness.db"


@pytest.fixture
def talk(cli: Cli, db: Path, monkeypatch: pytest.MonkeyPatch):
    """What is said when these lines are typed."""

    def call(*typed: str, who: str = "ana", options: tuple[str, ...] = ()) -> Result:
        monkeypatch.setattr("sys.stdin", StringIO("".join(f"{line}\n" for line in typed)))
        return cli("--db", db, "--who", who, "review", "--plain", *options)

    return call


def seen(db: Path, who: str = "ana"):
    desk: Desk = open_desk(db, who)
    view = load(desk)
    desk.close()
    return view


def test_each_answer_is_saved_and_the_next_item_is_asked(talk, db: Path) -> None:
    told = talk("1", "2 https://example.org/a", "n nothing is retrieved", "s", "0")
    assert told.code == 0
    said = re.findall(r"^Item (\d+) of 16: (\S+),", told.out, re.MULTILINE)
    assert [number for number, _ in said] == ["1", "2", "3", "4", "5", "6"]
    votes = {item: dossier.votes[0] for item, dossier in seen(db).facts.dossiers.items() if dossier.votes}
    assert {item: (vote.points, vote.na_reason) for item, vote in votes.items()} == {
        "OBS-01": (1, ""), "OBS-02": (2, ""), "OBS-03": (None, "nothing is retrieved"), "OBS-05": (0, ""),
    }  # fmt: skip
    assert "Saved. OBS-02 now: 2 met." in told.out
    assert "Saved: 4 votes. 12 items without a vote of yours." in told.out
    assert "`readiness review --plain` goes on" in told.out


def test_it_goes_on_with_what_is_not_voted_on(talk) -> None:
    talk("1", "1")
    told = talk("q")
    assert "Item 1 of 14: OBS-03" in told.out
    assert "Item 1 of 16: OBS-01" in talk("q", options=("--all",)).out


def test_back_goes_back_and_a_later_answer_replaces(talk, db: Path) -> None:
    talk("2", "b", "0", "q")
    (vote,) = seen(db).dossier("OBS-01").votes
    assert vote.points == 0


def test_a_vote_is_taken_back(talk, db: Path) -> None:
    talk("2", "b", "none")
    assert seen(db).dossier("OBS-01").votes == ()


def test_notes_and_evidence_stay_at_the_item(talk, db: Path) -> None:
    told = talk("t a first word", "t", "the last word", "e https://example.org/a", "e", "asdf", "2")
    dossier = seen(db).dossier("OBS-01")
    assert dossier.note == "the last word"
    assert [piece.ref for piece in dossier.evidence] == ["https://example.org/a", "asdf"]
    assert "“asdf” is no path" in told.out
    assert "Esc" not in told.out
    assert "Saved: 2 notes, 2 pieces of evidence, 1 vote." in told.out
    talk("t -", "q", options=("--all",))
    assert seen(db).dossier("OBS-01").note == ""


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("3", "none of the answers"),
        ("two", "none of the answers"),
        ("", "Nothing was typed"),
        ("b", "first item"),
        ("p", "No proof proposes points"),
        ("c", "Last time says nothing"),
        ("s 2", "Nothing stands after “s”"),
        ("q now", "Nothing stands after “q”"),
        ("x" * 100_001, "more than 100,000 characters"),
        (POISON.split("\n")[0], "none of the answers"),
    ],
    ids=lambda text: text[:12],
)
def test_what_is_no_answer_is_told_why_and_asked_again(typed: str, says: str, talk, db: Path) -> None:
    told = talk(typed, "1")
    assert says in told.out.replace("\n", " ")
    (vote,) = seen(db).dossier("OBS-01").votes
    assert vote.points == 1


def test_a_reason_is_asked_for_and_none_goes_back(talk, db: Path) -> None:
    told = talk("n", "", "n", "no logs at all")
    assert "Why does OBS-01 not apply?" in told.out
    assert seen(db).dossier("OBS-01").votes[0].na_reason == "no logs at all"


def test_not_applicable_on_a_blocker_waits_for_a_second_person(talk, db: Path) -> None:
    desk = open_desk(db, "ana")
    blocker = next(item.id for item in load(desk).items if item.severity.value == "blocker" and item.na_allowed)
    before = [item.id for item in load(desk).items].index(blocker)
    desk.close()
    told = talk(*["s"] * before, "n nothing to time out")
    assert "second person confirms" in told.out
    assert talk("q", who="ben").code == 0


def test_a_proof_is_accepted_and_last_time_confirmed(
    cli: Cli, sample_db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(sample_db, "nora", clock=lambda: NOW)
    view = load(desk)
    points = next((item, one.points) for item, one in view.proposals.items() if one.points is not None)
    before = [item.id for item in view.items].index(points[0])
    desk.close()
    monkeypatch.setattr("sys.stdin", StringIO("s\n" * before + "p\n"))
    told = cli("--db", sample_db, "--who", "nora", "review", "--plain")
    assert f"The proof proposes {points[1]}" in told.out
    assert "p as the proof proposes" in told.out
    (vote,) = [vote for vote in seen(sample_db).dossier(points[0]).votes if vote.reviewer == "nora"]
    assert vote.points == points[1]


def test_last_time_is_confirmed(cli: Cli, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("--db", db, "--who", "ana", "score", "OBS-01", "1").code == 0
    assert cli("--db", db, "--who", "ana", "new", "--release", "2", "--yes").code == 0
    monkeypatch.setattr("sys.stdin", StringIO("c\n"))
    told = cli("--db", db, "--who", "ana", "review", "--plain")
    assert "Last time: 1 partial, in release 1." in told.out
    (vote,) = seen(db).dossier("OBS-01").votes
    assert (vote.points, vote.carried_from) == (1, 1)


def test_blind_votes_of_others_are_not_told(talk, db: Path) -> None:
    desk = open_desk(db, "ana")
    reviews.set_blind(desk, True)
    ben = open_desk(db, "ben")
    assess.score(ben, ["OBS-01"], 0)
    assess.note(ben, "OBS-01", "WOMBAT")
    ben.close()
    desk.close()
    told = talk("1", "b", "t mine alone", "q")
    assert "WOMBAT" not in told.out
    assert "Vote: ben" not in told.out
    assert "Vote: mine, 1." in told.out
    assert "Votes are blind" in told.out
    assert seen(db).dossier("OBS-01").mine == "mine alone"


def test_observers_frozen_reviews_and_a_taken_out_item(talk, cli: Cli, db: Path) -> None:
    desk = open_desk(db, "ana")
    reviews.set_people(desk, observers=("dora",))
    desk.close()
    told = talk("1", who="dora")
    assert (told.code, told.out) == (2, "")
    assert "observers do not vote" in told.err
    assert cli("--db", db, "--who", "ana", "scorecard", "--freeze", "--yes").code == 0
    told = talk("1")
    assert told.code == 2
    assert "frozen" in told.err


def test_no_line_is_wider_than_80_columns_and_nothing_is_raw(
    cli: Cli, hostile_like: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("s\n" * 40))
    told = cli("--db", hostile_like, "--who", "ana", "review", "--plain", "--all")
    assert told.code == 0
    assert "7919" in told.out
    assert RAW.search(told.out) is None
    assert [line for line in told.out.replace("\\", "").splitlines() if width(line) > 80] == []
    assert "\x1b" not in told.out


@pytest.fixture
def hostile_like(db: Path) -> Path:
    desk = open_desk(db, f"ben{POISON}")
    assess.note(desk, "OBS-01", POISON)
    assess.attach(desk, ["OBS-01"], None, POISON)
    assess.not_applicable(desk, "OBS-01", "語" * 200 + POISON)
    desk.close()
    return db


def test_bytes_that_are_no_text_are_refused(cli: Cli, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"t \xff\xfe\n1\n"), encoding="utf-8"))
    told = cli("--db", db, "--who", "ana", "review", "--plain")
    assert "no valid text (UTF-8)" in told.out
    assert seen(db).dossier("OBS-01").votes[0].points == 1


def test_a_closed_input_is_an_end(cli: Cli, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    told = cli("--db", db, "--who", "ana", "review", "--plain")
    assert told.code == 0
    assert "Saved: nothing." in told.out


def test_it_stands_alone(cli: Cli, db: Path) -> None:
    assert "stand alone" in cli("--db", db, "review", "--plain", "show").err
    assert cli("--db", db, "review", "show", "--who", "ana").code == 0
    told = cli("--db", db, "review")
    assert told.code == 2
    assert "Usage:" in told.err


# -- the real program --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_in_a_pipe(db: Path) -> None:
    told = subprocess.run(
        [*READINESS, "--db", str(db), "--who", "ana", "review", "--plain"],
        input="2\n1\n", capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert "Saved: 2 votes." in told.stdout
    assert [vote.points for vote in seen(db).dossier("OBS-02").votes] == [1]


@pytest.mark.slow
@pytest.mark.parametrize("pager", ["cat", "sed p"])  # one that would show each line twice
@pytest.mark.parametrize(("end", "status"), [("eof", 0), ("interrupt", 130)])
def test_on_a_terminal_it_writes_no_sequence_and_ends_with_what_was_saved(
    db: Path, end: str, status: int, pager: str
) -> None:
    child, terminal = pty.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.execve(
            sys.executable,
            [*READINESS, "--db", str(db), "--who", "ana", "review", "--plain"],
            {**os.environ, "PAGER": pager, "TERM": "xterm"},
        )
    shown = Shown(terminal)
    shown.until("Item 1 of 16", "Your answer?")
    os.write(terminal, b"1\n")
    shown.until("Item 2 of 16", "Your answer?")
    os.write(terminal, b"\x04" if end == "eof" else b"\x03")
    shown.until("Saved: 1 vote. 15 items without a vote of yours.", "goes on with them")
    shown.to_its_end()
    _, code = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(code) == status
    assert "\x1b" not in shown.text
    assert shown.text.count("Saved: 1 vote.") == 1
    assert seen(db).dossier("OBS-01").votes[0].points == 1


class Shown:
    """What a program prints on a terminal."""

    def __init__(self, terminal: int) -> None:
        self.terminal, self.text, self.read = terminal, "", 0

    def until(self, *words: str) -> None:
        """Read on until it has said each of these, in their order."""
        deadline = time.monotonic() + 30
        for word in words:
            while (found := self.text.find(word, self.read)) < 0:
                assert time.monotonic() < deadline, self.text[-500:]
                self._more()
            self.read = found + len(word)

    def to_its_end(self) -> None:
        with suppress(OSError):  # the program is gone
            while self._more():
                pass

    def _more(self) -> bool:
        if not select.select([self.terminal], [], [], 0.2)[0]:
            return True
        data = os.read(self.terminal, 4096)
        self.text += data.decode()
        return bool(data)
