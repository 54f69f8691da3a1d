"""reliability.md, "Input from outside is hostile": no byte of it reaches the terminal, no action runs, nothing crashes."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
from textual.command import CommandPalette
from textual.events import Paste
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from readiness_tui.cli.root import root, run
from readiness_tui.services.core.desk import open_desk
from readiness_tui.tui.app import ReadinessApp
from tests.hostile import LEAK, NOW, OBEYED, POISON, RAW, bad, fill
from tests.tui import driving

ROOMS = {"O": "overview", "C": "checklists", "E": "evals", "T": "traces", "I": "incidents", "G": "gaps",
         "S": "scorecard", "H": "history"}  # fmt: skip


@pytest.fixture(scope="session")
def hostile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Filled once a session; take `hostile_db` to work on it."""
    folder = tmp_path_factory.mktemp("hostile")
    fill(folder)
    return folder


@pytest.fixture
def hostile_db(hostile_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(hostile_folder / "hostile.db", tmp_path / "readiness.db"))


# -- command line and documents ---------------------------------------------------------------------------------------

COMMANDS = [
    "check", "check --json", "gate show", "gate show --json", "gate check", "gate check --json",
    "runs", "runs --json", "imports", "imports --json", "imports --rejects 4", "gaps", "gaps --json", "gaps --format md", "gaps --format csv", "gaps --format github", "gaps --format gh", "gaps --format jsonl",
    "gate plan", "gate plan --json", "compare", "compare --json", "labels", "labels --json", "labels export {out}",
    "labels accept {bad} --until 2026-12-01 --reason {bad} --approver {bad}", "gate check --against {bad}",
    "evidence verify", "evidence verify --json",
    "conditions", "conditions --json", "votes", "votes --json",
    "review show", "review show --json", "review edit --owner {bad}", "review rename-person {bad} {bad}",
    "review rename-system {bad} {bad}", "review supersede --reason {bad} --yes", "review take-back 4 --yes",
    "score {bad} 1 --evidence {bad} --note {bad}", "confirm {bad}", "owner {bad} {bad}", "due {bad} 2026-12-01",
    "waive {bad} --until 2026-12-01 --approver {bad} --reason {bad}", "gaps import {bad}",
    "people", "people --json", "people --add {bad}", "labels import {files}/notes/labels.jsonl",
    "scorecard", "scorecard --format json", "scorecard --format html", "scorecard --format summary",
    "scorecard diff #1 {bad}", "scorecard diff {bad} #1 --json", "incident list", "incident list --json", "incident list --text nope",
    "incident export 1", "incident export 2", "incident export 1 --format json", "incident export 1 --format html",
    "incident show 1", "incident show 1 --json", "incident trends", "incident trends --json",
    "incident start {bad}", "incident new --title {bad}", "incident log -i 1 {bad}", "incident log -i 1 /action {bad}",
    "incident import {files}/notes/review.md", "incident import {files}/notes/review.md --json",
    "incident import --explain {files}/notes/chat.txt {files}/notes/timeline.csv {files}/foreign.json",
    "import {files}", "import {files} --json", "import {files}/foreign.json",
    "traces", "traces --json", "traces nope", "compact",
    "share out --for {bad} -o {out}", "share take {bad}", "share in {bad}",
    "import --explain {files}", "checklists check {files}/lists/own.yaml", "dataset check {files}/golden.jsonl",
]  # fmt: skip
#: Commands that print nothing of the data.
SILENT = {"demo", "lab", "new", "gate lock", "gate schema", "scorecard schema", "checklists list", "paths", "doctor", "backup",
          "sources", "collect", "pull mlflow", "reread", "settings", "help", "serve",
          "completion install", "completion remove", "completion show",
          "condition close", "share back", "glossary"}  # fmt: skip


def test_every_command_that_prints_data_is_held_to_it() -> None:
    def leaves(command: click.Command, path: str = "") -> Iterator[str]:
        if not isinstance(command, click.Group):
            yield path.strip()
            return
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from leaves(inner, f"{path} {name}")

    tried = {leaf for leaf in leaves(root) if any(f"{command} ".startswith(f"{leaf} ") for command in COMMANDS)}
    assert set(leaves(root)) - tried == SILENT


@pytest.fixture
def said(hostile_db: Path, hostile_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """What a command prints on stdout and stderr, on the hostile review."""

    def say(command: str) -> str:
        given = {"files": hostile_folder, "out": tmp_path / "\x1b]0;7919\x07", "bad": bad("typed")}
        arguments = [part.format_map(given) for part in command.split()]
        capsys.readouterr()
        code = run(["--db", str(hostile_db), *arguments])
        assert code in (0, 1, 2, 3)
        return "".join(capsys.readouterr())

    return say


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_of_it_reaches_the_terminal_raw(command: str, said) -> None:
    text = said(command)
    if "csv" in command or "github" in command:
        text = text.replace("\r\n", "\n")  # RFC 4180
    assert "7919" in text or "nope" in text  # the hostile text is shown, made harmless
    leak = RAW.search(text)
    assert leak is None, f"{leak!r} after {text[max(0, leak.start() - 60) : leak.start()]!r}"
    assert OBEYED.search(text) is None
    if "export" not in command and command != "scorecard":  # documents have paragraphs
        assert not [line for line in text.splitlines() if line.strip() == "SPOOFED"]


def test_json_gives_the_text_back_as_it_was(said) -> None:
    """Made visible for people; for programs it is the same text, escaped."""
    found = json.loads(said("check --json"))
    assert found["system"] == bad("system")
    assert {bad("gap.owner"), bad("condition.owner")} <= {
        row["owner"] for row in [*found["gaps"], *found["conditions"]]
    }
    card = json.loads(said("scorecard --format json"))
    assert card["release"] == bad("release")


@pytest.mark.parametrize("command", ["scorecard", "gaps --format md", "incident export 1", "incident export 2"])
def test_markdown_gives_it_no_meaning(command: str, said) -> None:
    gives_no_meaning(said(command))


def test_a_comparison_as_a_document_gives_it_none_either(said, tmp_path: Path) -> None:
    said(f"compare -o {tmp_path}/compare.md")
    text = (tmp_path / "compare.md").read_text(encoding="utf-8")
    assert "7919" in text
    assert RAW.search(text) is None
    gives_no_meaning(text)


def gives_no_meaning(document: str) -> None:
    # A fenced block shows everything as it is, and no text closes it.
    text = re.sub(r"^(`{3,})\n.*?\n\1$", "", document, flags=re.DOTALL | re.MULTILINE)
    # No HTML but the document's own: its folds, and the comment with its digest or uid at the end.
    body = re.sub(r"<!-- readiness-(?:scorecard|incident) [^<>]+ -->\n\Z", "", text)
    assert not re.search(r"<(?!/?(?:details|summary)>)", body)
    assert not re.search(r"(?<!`)@everyone", text)
    assert "https://evil" not in text  # GitHub would make it a link
    assert not re.search(r"(?<!\\)\[(?![ x]\])", text)  # no link or image; task boxes are the document's own
    assert not re.search(r"(?<!\\)`rm", text)
    assert "49" not in re.findall(r"\{\{.*?\}\}", text)  # a template would have computed it
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        columns = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(columns) == 1, block  # a pipe of the data would add a cell


@pytest.mark.slow
@pytest.mark.parametrize("command", ["check", "gate check"])
def test_what_ci_shows_is_harmless(command: str, said, tmp_path: Path) -> None:
    said(f"{command} --junit {tmp_path}/junit.xml --summary {tmp_path}/summary.md")
    report, summary = ((tmp_path / name).read_text(encoding="utf-8") for name in ("junit.xml", "summary.md"))
    assert RAW.search(report) is None
    assert RAW.search(summary) is None
    names = [case.get("name", "") for case in ElementTree.fromstring(report).iter("testcase")]
    assert any("[/nope]" in name for name in names)
    assert not re.search(r"<(?!/?(?:details|summary)>|!-- readiness)", summary)


def test_the_gate_from_files_alone_is_held_to_it_too(
    capsys: pytest.CaptureFixture[str], hostile_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"--gate": "gate.yaml", "--lock": "gate.lock", "--run": "candidate.jsonl", "--baseline": "baseline.jsonl"}
    code = run(["gate", "check", *(part for key, name in files.items() for part in (key, str(hostile_folder / name)))])
    text = "".join(capsys.readouterr())
    assert code == 1
    assert "[/nope]" in text
    assert RAW.search(text) is None


def test_a_spreadsheet_runs_no_cell(said) -> None:
    rows = list(csv.reader(io.StringIO(said("gaps --format csv"))))
    assert len({len(row) for row in rows}) == 1
    owners = [cell for row in rows for cell in row if "gap.owner" in cell]
    assert owners
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_hostile_file_name_is_shown_harmless(
    capsys: pytest.CaptureFixture[str], hostile_db: Path, tmp_path: Path
) -> None:
    file = tmp_path / "\x1b]52;c;7919\x07\u202e[bold].json"
    file.write_text("{}")
    for arguments in (["import", str(file)], ["check", str(file)], ["checklists", "check", str(file)], [str(file)]):
        assert run(["--db", str(hostile_db), *arguments]) == 2
        out, err = capsys.readouterr()
        assert "7919" in err
        assert RAW.search(out + err) is None
    assert run(["--db", str(file) + "/no", "check"]) == 2
    assert RAW.search("".join(capsys.readouterr())) is None


# -- the app ----------------------------------------------------------------------------------------------------------


async def settle(pilot: Pilot[None]) -> None:
    if not isinstance(pilot.app.screen, CommandPalette):  # its search is a worker that waits for more
        await driving.settle(pilot)
    else:
        await pilot.pause()


def shown(screen: Screen[object]) -> str:
    """The characters on the screen. Fails where one is a control, or carries an action of the data."""
    rows = []
    for strip in screen._compositor.render_strips():
        for segment in strip:
            action = (segment.style.meta if segment.style else {}).get("@click")
            assert "quit" not in str(action)
        rows.append("".join(segment.text for segment in strip))
    text = "\n".join(rows)
    leak = RAW.search(text)
    assert leak is None, f"{leak!r} after {text[max(0, leak.start() - 60) : leak.start()]!r}"
    return text


@pytest.mark.parametrize("size", [(120, 40), pytest.param((80, 24), marks=pytest.mark.slow)], ids=str)
@pytest.mark.parametrize("key", [pytest.param(key, marks=() if key in "CI" else pytest.mark.slow) for key in ROOMS])
async def test_a_room_shows_it_harmless(key: str, size: tuple[int, int], hostile_db: Path) -> None:
    """Each screen, a few rows down, and whatever Enter opens."""
    app = ReadinessApp(open_desk(hostile_db, "ana", clock=lambda: NOW))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press(key)
        await settle(pilot)
        seen = shown(app.screen)
        room = app.screen
        for step in ("down", "down", "enter", "down", "escape", "end", "enter"):
            await pilot.press(step)
            await settle(pilot)
            seen += shown(app.screen)
        # The markup is there to be read, and did nothing; a narrow screen cuts the lines it ends.
        assert ("app.quit" if size[0] > 80 else "7919") in seen
        assert app.is_running
        assert room.is_mounted
    assert app.desk is not None
    app.desk.close()


@pytest.mark.slow
async def test_meeting_help_and_palette_show_it_harmless(hostile_db: Path) -> None:
    app = ReadinessApp(open_desk(hostile_db, "ana", clock=lambda: NOW))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        for keys in (["m", "down", "enter", "escape"], ["question_mark", "down"], ["ctrl+p", "e", "escape"], ["i"]):
            for key in keys:
                await pilot.press(key)
                await settle(pilot)
                shown(app.screen)
            while len(app.screen_stack) > 2:
                await pilot.press("escape")
                await settle(pilot)
        assert app.is_running
    assert app.desk is not None
    app.desk.close()


@pytest.mark.slow
async def test_notices_forms_and_imports_repeat_it_harmless(hostile_db: Path, hostile_folder: Path) -> None:
    app = ReadinessApp(open_desk(hostile_db, bad("who"), clock=lambda: NOW))
    async with app.run_test(size=(100, 60), notifications=True) as pilot:
        await settle(pilot)
        app.complain(bad("refusal"))
        app.tell(bad("notice"))
        await settle(pilot)
        seen = shown(app.screen)
        for _ in range(50):  # a notice is mounted after the messages that are waiting
            if "notice" in seen:
                break
            await pilot.pause(0.1)
            seen = shown(app.screen)
        assert "refusal" in seen
        assert "notice" in seen
        await pilot.press("i")
        await settle(pilot)
        for path in (hostile_folder / "foreign.json", hostile_folder, f"/nowhere/{POISON}"):
            app.screen.query_one("#path", Input).clear()
            app.post_message(Paste(str(path)))  # as a terminal hands over what was pasted
            await settle(pilot)
            typed = app.screen.query_one("#path", Input).value
            assert typed.startswith(str(path)[:8])
            assert RAW.search(typed) is None
            shown(app.screen)
            await pilot.press("enter")
            await settle(pilot)
            seen = shown(app.screen)
        assert "/nowhere" in seen
        assert app.is_running
    assert app.desk is not None
    app.desk.close()


#: What a key of a room must not do here: leave the app, or hand the terminal to another program.
LEFT_OUT = {"app.quit", "app.palette"}


@pytest.mark.slow
@pytest.mark.parametrize("key", ROOMS)
async def test_every_key_of_a_room_on_hostile_data(key: str, hostile_db: Path) -> None:
    """Each binding that works there, then the dialog it opens: typed into, accepted, left. Nothing crashes or leaks.

    Those of the whole app in one room; in every room and dialog they are pressed by `tests.walk --chart`."""
    app = ReadinessApp(open_desk(hostile_db, bad("who"), clock=lambda: NOW), here=hostile_db.parent)
    async with app.run_test(size=(110, 34), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press(key)
        await settle(pilot)
        keys = [
            active.binding.key
            for active in app.screen.active_bindings.values()
            if active.binding.id and active.binding.id not in LEFT_OUT and (key == "O" or active.node is not app)
        ]
        assert len(keys) > (10 if key == "O" else 2)
        for pressed in keys:
            for step in (key, "down", pressed, "x", "enter"):
                await pilot.press(step)
                await settle(pilot)
                shown(app.screen)
            for _ in range(6):
                if app.screen.is_modal or len(app.screen_stack) > 2:
                    await pilot.press("escape")
                    await settle(pilot)
        assert app.is_running
    assert app.desk is not None
    app.desk.close()


class Terminal:
    """The program in a pseudo-terminal of its own; every byte that it writes is kept."""

    def __init__(self, *arguments: str, rows: int = 32, columns: int = 110) -> None:
        main, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.written = b""
        self._main = main
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from readiness_tui.cli import main; main()", *arguments],
            stdin=other, stdout=other, stderr=other, start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none"},
        )  # fmt: skip
        os.close(other)

    def read(self, *until: bytes, quiet: float = 0.15, limit: float = 60) -> bytes:
        """What it writes until one of `until` was seen, if any is asked for, and then nothing more for `quiet` seconds."""
        got, end = b"", time.monotonic() + limit
        while time.monotonic() < end:
            ready, _, _ = select.select([self._main], [], [], quiet)
            if not ready:
                if not until or any(mark in got for mark in until):
                    break
                continue
            try:
                got += os.read(self._main, 65536)
            except OSError:  # it has gone
                break
        self.written += got
        return got

    def press(self, keys: str, *until: bytes, **wait: float) -> bytes:
        os.write(self._main, keys.encode())
        return self.read(*until, **wait)

    def close(self) -> int:
        """Ask it to leave; its exit status."""
        os.write(self._main, b"\x11")  # ctrl+q
        self.read(limit=5)
        try:
            return self._process.wait(timeout=60)
        finally:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
            os.close(self._main)


@pytest.fixture
def terminal(hostile_db: Path) -> Iterator[Terminal]:
    made = Terminal("--db", str(hostile_db), "--who", "ana")
    yield made
    if made._process.poll() is None:
        os.killpg(made._process.pid, signal.SIGKILL)


@pytest.mark.slow
def test_no_byte_of_it_reaches_a_real_terminal(terminal: Terminal) -> None:
    """Every screen, the meeting, help, the palette and the import dialog, in a pseudo-terminal."""
    assert b"app.quit" in terminal.read(b"app.quit")  # painted before it is judged, and again after
    for key in "CETIGSHO":
        seen = terminal.press(key, b"7919", b"nope")
        seen += terminal.press("\x1b[B")
        assert b"7919" in seen or b"nope" in seen, ROOMS[key]
    for keys in ("m", "\x1b", "?", "\x1b", "i", "\x1b", "\x10", "\x1b"):
        terminal.press(keys, quiet=0.4)  # a lone Escape is one only after a moment
    assert terminal.close() == 0
    assert b"Traceback" not in terminal.written
    leak = LEAK.search(terminal.written)
    assert leak is None, terminal.written[max(0, leak.start() - 80) : leak.end() + 40]
