"""`share out|take|back|in` as two people type them, each in a folder of their own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from readiness_tui.cli import common
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.core.view import load
from tests.cli.conftest import Cli
from tests.cli.test_processes import READINESS
from tests.hostile import OBEYED, POISON, RAW


@pytest.fixture
def team(place: Path, cli: Cli) -> Path:
    """ana's file, with ben and chloe as reviewers; the folder beside it is chloe's."""
    people = [word for name in ("ana", "ben", "chloe") for word in ("--reviewer", name)]
    assert cli("new", "--system", "bot", "--release", "1", "--who", "ana", *people).code == 0
    (place.parent / "chloe").mkdir()
    return place


def there(team: Path, *arguments: object) -> tuple[object, ...]:
    """The same words as chloe says them at her copy."""
    return ("--db", team.parent / "chloe" / "readiness.db", "--who", "chloe", *arguments)


def test_out_take_score_back_in(cli: Cli, team: Path) -> None:
    assert cli("score", "OBS-02", "0", "--who", "ben").code == 0
    told = cli("share", "out", "--for", "chloe", "-o", "b.json", "--who", "ana")
    assert (told.code, told.out) == (0, "")
    assert "for chloe: 16 items" in told.err
    assert "nobody else's votes" in told.err
    assert "of 16" in cli("votes").out  # as many as the review asks about, here and everywhere
    assert "ben" not in {vote["reviewer"] for vote in json.loads((team / "b.json").read_text())["content"]["votes"]}
    told = cli(*there(team, "share", "take", team / "b.json"))
    assert told.code == 0
    assert "for chloe: 16 items" in told.err
    assert "readiness share back -o FILE" in cli("share", "in", team.parent / "chloe" / "readiness.db", "--yes").err
    scored = cli(*there(team, "score", "OBS-01", "2", "--evidence", "https://example.org/a"))
    assert "a copy to score, without a verdict" in scored.out
    assert "NO-GO" not in scored.out
    for words in ("check", "check --json", "scorecard", "scorecard --freeze --yes", "gate check"):
        refused = cli(*there(team, *words.split()))
        assert (refused.code, refused.out) == (2, ""), words
        assert "no verdict" in refused.err
    assert cli(*there(team, "share", "back", "-o", team / "a.json")).code == 0
    assert cli(*there(team, "doctor")).code == 0
    looked = cli("share", "in", "a.json", "--dry-run", "--who", "ana")
    assert "OBS-01 vote: no vote → 2" in looked.out
    assert looked.out.endswith("Nothing was saved.\n")
    assert "the file's word" in looked.err
    unasked = cli("share", "in", "a.json", "--who", "ana")
    assert unasked.code == 2
    assert "add --yes" in unasked.err.replace("Add", "add")
    assert cli("votes", "--json").json["voted"] == {"ana": 0, "ben": 1, "chloe": 0}
    assert cli("share", "in", "a.json", "--yes", "--who", "ana").code == 0
    assert cli("votes", "--json").json["voted"] == {"ana": 0, "ben": 1, "chloe": 1}
    again = cli("share", "in", "a.json", "--yes", "--who", "ana")
    assert (again.code, again.out) == (0, "2 as here.\nNothing to take in.\n")
    assert cli("doctor").code == 0


def test_it_asks_where_there_is_a_terminal(cli: Cli, team: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(cli, team)
    monkeypatch.setattr(common, "can_ask", lambda: True)
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    assert cli("share", "in", "a.json").code == 2
    assert cli("votes", "--json").json["voted"]["chloe"] == 0
    monkeypatch.setattr("click.confirm", lambda *_, **__: True)
    assert cli("share", "in", "a.json").code == 0
    assert cli("votes", "--json").json["voted"]["chloe"] == 1


def answered(cli: Cli, team: Path) -> None:
    """chloe's answer is in a.json: 2 on OBS-01, with a note."""
    assert cli("share", "out", "--for", "chloe", "-o", "b.json", "--who", "ana").code == 0
    assert cli(*there(team, "share", "take", team / "b.json")).code == 0
    assert cli(*there(team, "score", "OBS-01", "2", "--note", "chloe's words")).code == 0
    assert cli(*there(team, "share", "back", "-o", team / "a.json")).code == 0


def test_conflicts_are_shown_and_stand_until_overwrite(cli: Cli, team: Path) -> None:
    answered(cli, team)
    cli("score", "OBS-01", "0", "--who", "chloe")
    cli("score", "OBS-01", "1", "--note", "ben's words", "--who", "ben")
    told = cli("share", "in", "a.json", "--yes", "--who", "ana")
    assert (
        "OBS-01 vote: stands as it is here, changed here since the bundle was made; here 0, the answer says 2"
        in told.out
    )
    assert "OBS-01 note: both are kept, # in the app settles them" in told.out
    assert "1 conflict: --overwrite takes the answer's word" in told.out
    told = cli("share", "in", "a.json", "--yes", "--overwrite", "--json", "--who", "ana")
    assert [(one["part"], one["outcome"]) for one in told.json["changes"]] == [
        ("vote", "taken in"),
        ("note", "taken in"),
    ]
    desk = open_desk(team / "readiness.db", "ana")
    dossier = load(desk).dossier("OBS-01")
    desk.close()
    assert {vote.reviewer: vote.points for vote in dossier.votes} == {"ben": 1, "chloe": 2}
    assert dossier.note == "chloe's words"


def test_a_blind_answer_tells_whoever_brings_it_in_nothing(cli: Cli, team: Path) -> None:
    assert cli("votes", "--blind", "--who", "ana").code == 0
    answered(cli, team)
    told = cli("share", "in", "a.json", "--dry-run", "--who", "ana")
    assert "OBS-01 vote: blind until the reveal" in told.out
    assert "→" not in told.out
    assert "chloe's words" not in told.out
    as_json = cli("share", "in", "a.json", "--dry-run", "--json", "--who", "ana")
    assert "chloe's words" not in as_json.out
    assert all("here" not in one for one in as_json.json["changes"])
    own = cli("share", "in", "a.json", "--dry-run", "--who", "chloe")
    assert "OBS-01 vote: no vote → 2" in own.out
    saved = cli("share", "in", "a.json", "--yes", "--who", "ana")
    assert "chloe's words" not in saved.out + saved.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("share take none.json", "there is no such file"),
        ("share take .", "is a folder"),
        ("share take b.json --system bot", "leave --system and --review out"),
        ("--who ben --db x.db share take b.json", "is for chloe, and not for ben"),
        ("--who chloe share take b.json", "there already"),
        ("share in b.json", "It is a bundle"),
        ("share out", "Missing option"),
        ("share back -o a2.json", "no copy"),
        ("share out -o none/b.json", "does not exist"),
        ("import b.json", "`readiness share take`"),
        ("import a.json", "`readiness share in`"),
        ("import readiness.db", "--db opens it"),
    ],
)
def test_what_cannot_be_says_what_to_do(words: str, says: str, cli: Cli, team: Path) -> None:
    answered(cli, team)
    told = cli(*words.split())
    assert told.code == 2
    assert says in told.err


def test_a_hostile_bundle_prints_nothing_raw(cli: Cli, team: Path) -> None:
    """What it says reaches the terminal by way of the sanitiser, on every command of the group."""
    people = ["--reviewer", f"dora{POISON}".replace(",", " "), "--reviewer", "ana"]
    db = ("--db", team / "odd.db")
    assert cli("new", *db, "--system", f"bot{POISON}", "--release", f"1{POISON}", *people).code == 0
    assert cli(*db, "score", "OBS-02", "1", "--note", POISON).code == 0
    said = [cli(*db, "share", "out", "--for", people[1], "-o", team / "odd.json")]
    copy = ("--db", team / "odd-copy.db")
    said.append(cli(*copy, "share", "take", team / "odd.json"))
    said.append(cli(*copy, "--who", people[1], "score", "OBS-01", "1", "--note", POISON, "--evidence", POISON))
    said.append(cli(*copy, "share", "back", "-o", team / "odd-answer.json"))
    said.append(cli(*db, "share", "in", team / "odd-answer.json", "--yes"))
    said.append(cli(*db, "share", "in", team / "odd-answer.json", "--json"))
    assert [one.code for one in said] == [0] * len(said), [one.err for one in said]
    for one in said:
        assert RAW.search(one.out + one.err) is None
        assert OBEYED.search(one.out + one.err) is None


@pytest.mark.slow
def test_two_processes_at_two_folders(team: Path) -> None:
    """The real program, from the shell."""

    def readiness(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*READINESS, *words],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )

    chloe = team.parent / "chloe"
    readiness(team, "--who", "ana", "share", "out", "--for", "chloe", "-o", "b.json.gz")
    readiness(chloe, "share", "take", str(team / "b.json.gz"))
    readiness(chloe, "--who", "chloe", "score", "OBS-01", "OBS-02", "1")
    readiness(chloe, "share", "back", "-o", "a.json.gz")
    readiness(team, "--who", "ana", "share", "in", str(chloe / "a.json.gz"), "--yes")
    voted = json.loads(readiness(team, "votes", "--json").stdout)["voted"]
    assert voted["chloe"] == 2
