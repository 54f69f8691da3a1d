"""Which file, system and review a command works on, asked of every command that there is."""

from __future__ import annotations

import gc
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from readiness_tui.cli import common, opening
from readiness_tui.cli.root import COMMANDS, WHOLE_FILE, root
from readiness_tui.services.core import kept, target
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.locate import remember
from readiness_tui.services.review import reviews
from readiness_tui.store import audit
from tests.cli.conftest import Cli

#: What a command needs beside its name to get as far as a review, where any word for what it requires would not do.
ARGUMENTS = {
    "import": "{run} --as candidate",
    "labels import": "{labels}",
    "labels accept": "c1 --reason r --until 2026-12-24",
    "incident import": "{note}",
    "people": "--add dora",
    "pull mlflow": "--url http://127.0.0.1:9",
    "collect": "--port 0",
    "serve": "--link ben",
    "scorecard": "--freeze --yes",
    "review edit": "--owner dora",
    "review": "--plain",
    "share out": "-o out.json",
    "share back": "-o out.json",
    "score": "OBS-01 1",
    "confirm": "OBS-01",
    "waive": "OBS-01 --until 2026-12-24 --approver ben --reason r",
    "owner": "OBS-01 dora",
    "due": "OBS-01 2026-12-24",
    "condition close": "item/observability/OBS-01 --evidence https://example.org/x",
    "gaps import": "{run}",
}
#: They look at no one review: one makes one, one is told the system, one lists all systems by name, two print what is in the program, one
#: makes a file of what a bundle says.
NO_REVIEW = {"new", "review rename-system", "conditions", "gate schema", "scorecard schema", "share take"}


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its words."""
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    if command.invoke_without_command and path:
        yield " ".join(path), command
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        yield from leaves(inner, (*path, name))


EVERY = dict(leaves(root))
OF_A_REVIEW = [name for name in EVERY if name.split()[0] not in WHOLE_FILE and name not in NO_REVIEW]


@pytest.fixture
def there(two_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two systems of two reviews each in its readiness.db, and files to bring in."""
    (tmp_path / "labels.jsonl").write_text('{"run": "run-1", "case": "c2", "verdict": "pass", "reviewer": "ben"}\n')
    (tmp_path / "note.md").write_text("# Postmortem: orders lost\n\n## Timeline\n- 10:05 the alert fires\n")
    run = '{"run": {"id": "run-9", "name": "nine"}}\n{"case_id": "c1", "output": "x", "status": "pass"}\n'
    (tmp_path / "run.jsonl").write_text(run)
    monkeypatch.chdir(tmp_path)
    return two_db


def words_of(name: str) -> list[str]:
    files = {"run": "run.jsonl", "labels": "labels.jsonl", "note": "note.md"}
    if name in ARGUMENTS:
        return [*name.split(), *ARGUMENTS[name].format(**files).split()]
    needed = [param for param in EVERY[name].params if param.required]
    return [*name.split(), *(word for param in needed for word in (*_option(param), _some(param)))]


def _option(param: click.Parameter) -> list[str]:
    return param.opts[:1] if isinstance(param, click.Option) else []


def _some(param: click.Parameter) -> str:
    return str(param.type.choices[0]) if isinstance(param.type, click.Choice) else "1"


def changes(path: Path) -> int:
    desk = open_desk(path, "ana")
    with desk.store.read() as conn:
        last = audit.last(conn)
    desk.close()
    return last


def test_the_tables_above_name_commands_that_there_are() -> None:
    assert set(ARGUMENTS) | NO_REVIEW <= EVERY.keys()
    assert set(COMMANDS) >= WHOLE_FILE


@pytest.mark.slow
def test_no_command_guesses_a_system_and_no_write_goes_to_the_file_that_was_last_used(
    cli: Cli, there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = changes(there)
    for name in OF_A_REVIEW:
        told = cli(*words_of(name))
        assert told.code == 2, name
        assert told.out == "", name
        assert "several systems" in told.err, name
        assert re.search(r"Support bot +2026\.11 .*open\n +Search +2026\.12 .*open", told.err), name
    assert changes(there) == began
    remember(there)
    for place in ("labels.jsonl", "note.md", "run.jsonl"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        shutil.copy(tmp_path / place, tmp_path / "empty")
    shutil.move(there, tmp_path / "elsewhere.db")
    monkeypatch.chdir(tmp_path / "empty")
    remember(tmp_path / "elsewhere.db")
    for name in OF_A_REVIEW:
        told = cli(*words_of(name), "--system", "Search")
        assert (told.code, told.out) == (2, ""), name
        if name != "dataset check":  # it can do without a database, and asks for a file
            assert f"used last is {tmp_path / 'elsewhere.db'}" in told.err, name
    assert changes(tmp_path / "elsewhere.db") == began
    assert not (tmp_path / "empty" / "readiness.db").exists()


@pytest.mark.slow
def test_every_command_takes_what_it_is_told_before_it_and_after_it(
    cli: Cli, there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ("--db", str(there), "--who", "ben", "--system", " sEARCH ", "--review", "2026.12")
    aimed: list[tuple[str, int | None]] = []
    aim = common.aim

    def seen(desk, session, **how):  # type: ignore[no-untyped-def]
        aim(desk, session, **how)
        aimed.append((desk.who, desk.review_id))
        raise KeyboardInterrupt  # so far and no further: what it then does is its own tests' matter

    monkeypatch.setattr(common, "aim", seen)
    os.mkdir("empty")
    monkeypatch.chdir("empty")
    for name in OF_A_REVIEW:
        words = [str(tmp_path / word) if (tmp_path / word).exists() else word for word in words_of(name)]
        for typed in ([*said, *words], [*words, *said], [*said[:4], *words, *said[4:]]):
            aimed.clear()
            assert cli(*typed).code == 130, typed
            assert aimed == [("ben", 4)], typed


def test_what_is_said_twice_has_to_be_the_same(cli: Cli, there: Path) -> None:
    assert cli("--system", "Search", "people", "--system", "Search").code == 0
    for typed in (
        ("--system", "Search", "people", "--system", "Support bot"),
        ("people", "--system", "Search", "--system", "Support bot"),
        ("--db", "readiness.db", "people", "--db", "other.db", "--system", "Search"),
    ):
        told = cli(*typed)
        assert (told.code, told.out) == (2, "")
        assert "was given twice" in told.err


@pytest.mark.parametrize("name", sorted(WHOLE_FILE - {"demo", "lab"}))
def test_what_is_about_a_whole_file_takes_no_system(cli: Cli, there: Path, name: str) -> None:
    told = cli("--system", "Search", name)
    assert told.code == 2
    assert "leave --system and --review out" in told.err
    assert cli(name, "--system", "Search").code == 2


def test_a_write_says_where_it_went_and_a_read_says_nothing(cli: Cli, there: Path) -> None:
    assert cli("people", "--system", "search").err == ""
    told = cli("people", "--add", "dora", "--system", "search")
    assert (told.code, told.err) == (0, "Saved: Search 2026.12 in readiness.db\n")
    assert cli("people", "--add", "dora", "--system", "search").err == ""  # nothing was different
    logged = cli("incident", "start", "down", "--system", "Support bot")
    assert "Saved: Support bot 2026.11 in readiness.db\n" in logged.err
    assert "Saved: Search 2026.12 in readiness.db\n" in cli("import", "run.jsonl", "--system", "search").err
    assert "dora" not in cli("people", "--review", "2026.11").out
    assert cli("people", "--review", "2026.11").code == 0  # only one system has a review of that name


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("--system Searsh", "no system Searsh"),
        ("--review 2026.13", "no review 2026.13"),
        ("--review 2026.10", "Several systems have a review 2026.10"),
        ("--system search --review 2026.11", "no review 2026.11 of search"),
        ("--system search --review #1", "no review #1 of search"),
        ("--review 99999999999999999999", "no review 99999999999999999999"),
    ],
)
def test_what_the_file_does_not_hold_is_refused_with_what_it_does(cli: Cli, there: Path, typed: str, says: str) -> None:
    told = cli("check", *typed.split())
    assert (told.code, told.out) == (2, "")
    assert says in told.err
    assert "Search" in told.err


def test_the_environment_names_a_system_and_the_command_line_another(
    cli: Cli, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("READINESS_SYSTEM", "search")
    assert cli("check", "--json").json["system"] == "Search"
    assert cli("check", "--json", "--system", "support bot").json["system"] == "Support bot"
    assert cli("new", "--release", "2027.01", "--date", "2026-11-28").code == 0
    assert cli("check", "--json").json["release"] == "2027.01"


def test_two_reviews_of_one_name_are_told_apart_by_number(cli: Cli, there: Path) -> None:
    again = (
        "new",
        "--system",
        "SEARCH",
        "--release",
        "2026.12",
        "--date",
        "2026-11-21",
        "--checklist",
        "safety",
        "--yes",
    )
    assert "New review of Search" in cli(*again).err  # the name that the file knows
    told = cli("gaps", "--system", "search", "--review", "2026.12")
    assert told.code == 2
    assert "by its number, as --review '#5'" in told.err
    found = [cli("check", "--json", "--review", number, "--system", "search").json for number in ("#4", "5")]
    assert [card["sections"][0]["checklist"] for card in found] == ["observability", "safety"]


def test_a_frozen_review_is_read_as_it_was_frozen_and_not_written_to(cli: Cli, there: Path) -> None:
    aim = ("--system", "search", "--review", "2026.10")
    read = ("check", "check --json", "scorecard", "scorecard --format json", "gate check", "gate show", "gaps", "gaps --json")  # fmt: skip
    before = {command: cli(*command.split(), *aim) for command in read}
    assert {told.code for told in before.values()} == {0, 1}
    assert '"release": "2026.10"' in before["scorecard --format json"].out
    began = changes(there)
    for write in ("people --add dora", "import run.jsonl", "import run.jsonl --as candidate", "labels import labels.jsonl",
                  "incident start down", "gate lock", "scorecard --freeze --yes", "evidence verify"):  # fmt: skip
        told = cli(*write.split(), *aim)
        assert told.code == 2, write
        assert "frozen" in told.err, write
        if write != "evidence verify":
            assert "Its open review is 2026.12" in told.err, write
    assert changes(there) == began
    # What comes later belongs to the next review.
    assert cli("import", "run.jsonl", "--as", "candidate", "--system", "search").code == 0
    assert cli("incident", "start", "down", "--sev", "1", "--system", "search").code == 0
    assert {command: cli(*command.split(), *aim) for command in read} == before


@pytest.mark.slow
def test_what_was_kept_of_one_review_is_not_printed_of_another(cli: Cli, there: Path) -> None:
    def asked(system: str, review: str, command: str) -> str:
        return cli(*command.split(), "--system", system, "--review", review).out

    every = [(system, review, command)
             for system, later in (("Support bot", "2026.11"), ("Search", "2026.12"))
             for review in (later, "2026.10")
             for command in ("check --json", "gate check", "gaps", "runs --json", "scorecard")]  # fmt: skip
    first = {one: asked(*one) for one in every}
    assert len({first[one] for one in every if one[2] == "scorecard"}) == 4
    made = kept.result

    def only_found(desk, name, make, **how):  # type: ignore[no-untyped-def]
        def never() -> None:
            raise AssertionError(f"{name} was not kept")

        return made(desk, name, never, **how)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kept, "result", only_found)
        assert {one: asked(*one) for one in reversed(every)} == first


@pytest.mark.slow
def test_the_one_system_does_not_move_when_the_other_gets_data(cli: Cli, there: Path, tmp_path: Path) -> None:
    asked = (
        "check --json",
        "gate check --json",
        "gaps",
        "runs",
        "traces",
        "incident list",
        "labels",
        "imports",
        "compare",
    )
    aim = ("--system", "Support bot")
    (tmp_path / "gate.yaml").write_text(
        "name: gate\nmetrics:\n  - metric: task_success_rate\n    threshold: '>= 0.5'\n"
    )
    assert cli("import", "gate.yaml", *aim).code == 0
    assert cli("gate", "lock", *aim).code == 0
    locked = (tmp_path / "gate.lock").read_bytes()
    (tmp_path / "theirs").mkdir()
    assert cli("import", "run.jsonl", "--as", "candidate", *aim).code == 0
    before = {command: cli(*command.split(), *aim) for command in asked}
    assert '"n": 1' in before["gate check --json"].out
    for write in ("import gate.yaml", "import run.jsonl --as candidate", "incident start @t1 --sev 1", "labels import labels.jsonl",
                  "people --add dora", "gate lock --folder theirs", "scorecard --freeze --yes"):  # fmt: skip
        told = cli(*write.split(), "--system", "search")
        assert "Search 2026.12" in told.err, write
    assert {command: cli(*command.split(), *aim) for command in asked} == before
    assert cli("new", "--system", "search", "--release", "3", "--date", "2026-11-28", "--checklist", "safety").code == 0
    assert cli("import", "gate.yaml", "--system", "search").code == 0
    told = cli("gate", "lock", "--system", "search")
    assert told.code == 2
    assert "gate.lock is the lock of “Support bot”" in told.err
    assert (tmp_path / "gate.lock").read_bytes() == locked


@pytest.mark.parametrize("answer", ["", "n", "y"])
def test_a_terminal_is_asked_which_system_and_before_what_cannot_be_undone(
    cli: Cli, there: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr(common, "can_ask", lambda: True)
    typed, asked = iter(["7", "2", answer]), []

    def type_in(question: str) -> str:
        asked.append(question)
        return next(typed)

    monkeypatch.setattr("click.termui.visible_prompt_func", type_in)
    told = cli("scorecard", "--freeze")
    assert "  2  Search       2026.12" in told.err
    assert [question.split(" ")[0] for question in asked] == ["Which", "Which", "Freeze"]
    assert asked[-1].startswith("Freeze the review of Search 2026.12 in readiness.db?")
    desk = open_desk(there, "ana")
    frozen = {one.id: one.frozen for one in target.all_headings(desk)}
    desk.close()
    assert (told.code, frozen[4], frozen[2]) == ((0, True, False) if answer == "y" else (2, False, False))
    assert ("Nothing was changed." in told.err) == (answer != "y")


def test_the_app_opens_where_it_is_told_else_asks_and_alone_takes_the_last_file(
    cli: Cli, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[Path, int | None]] = []

    def show(desk: Desk, session: common.Session) -> None:
        opened.append((desk.store.path, desk.review_id))
        desk.close()

    monkeypatch.setattr(opening, "need_terminal", lambda: None)
    monkeypatch.setattr(opening, "_show", show)
    for typed in ((), ("--system", "search"), ("--review", "2026.11"), ("--review", "2026.10", "--system", "search")):
        assert cli(*typed).code == 0
    gc.enable()  # which the app does itself once it is painted
    assert opened == [(there, None), (there, 4), (there, 2), (there, 3)]
    assert cli("--system", "nobody").code == 2
    (there.parent / "empty").mkdir()
    monkeypatch.chdir(there.parent / "empty")
    assert cli().code == 0
    gc.enable()
    assert opened[4:] == [(there, None)]


def test_without_a_terminal_what_cannot_be_undone_needs_yes(cli: Cli, there: Path) -> None:
    began = changes(there)
    for command in (("scorecard", "--freeze"), ("reread", "1")):
        told = cli(*command, "--system", "search")
        assert told.code == 2
        assert "--yes" in told.err
    assert changes(there) == began


def test_new_says_which_file_and_system_it_made(cli: Cli, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = cli("new", "--system", "bot", "--release", "1", "--checklist", "safety").err
    assert first == f"New review of bot, release 1, in {place / 'readiness.db'}; owner ana.\n"
    assert "several" not in cli("new", "--system", "Bot ", "--release", "2", "--checklist", "safety").err
    assert (
        "several systems: bot, bott." in cli("new", "--system", "bott", "--release", "2", "--checklist", "safety").err
    )
    below = place / "search"
    below.mkdir()
    monkeypatch.chdir(below)
    told = cli("new", "--system", "Search", "--release", "1", "--checklist", "safety")
    assert (below / "readiness.db").is_file()
    assert f"{place / 'readiness.db'} is another one, which --db would have added to" in told.err
    assert cli("new", "--review", "3").code == 2


def test_one_system_is_no_question(cli: Cli, mini: Path, tmp_path: Path) -> None:
    """In the night nobody is asked anything."""
    assert cli("incident", "start", "down").code == 0
    assert cli("incident", "log", "the alert fires").code == 0
    desk = open_desk(mini, "ana")
    reviews.new_review(desk, system="bot", release="2", held_on=desk.now().date(), checklists=["safety"])
    desk.close()
    assert "Saved: bot 2 in readiness.db" in cli("incident", "log", "still down").err
    assert cli("check", "--json", "--review", "1").json["release"] == "1"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("chek", "check"), ("scorcard", "scorecard"), ("gate lokc", "lock"), ("incident lgo", "log"), ("Check", "check")],
)
def test_a_command_that_is_misspelt_is_named(cli: Cli, place: Path, typed: str, meant: str) -> None:
    told = cli(*typed.split())
    assert (told.code, told.out) == (2, "")
    assert re.search(rf"Did you mean '?{meant}\b", told.err)


def test_a_misspelling_of_nothing_names_nothing(cli: Cli, place: Path) -> None:
    assert "Did you mean" not in cli("xyzzy").err


def test_the_shell_completes_commands_and_the_options_that_all_share(
    cli: Cli, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def completed(words: str) -> list[str]:
        monkeypatch.setenv("_READINESS_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", f"readiness {words}")
        monkeypatch.setenv("COMP_CWORD", str(len(words.split(" "))))
        return [line.partition(",")[2] for line in cli().out.splitlines()]

    assert completed("sco") == ["score", "scorecard"]
    assert completed("gate ch") == ["check"]
    assert completed("check --sy") == ["--system"]
    assert completed("--re") == ["--review"]
    assert set(completed("")) >= set(COMMANDS)
