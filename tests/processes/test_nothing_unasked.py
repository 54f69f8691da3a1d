"""What the program does to the machine around it: it connects to nobody, and what it keeps is for its owner alone.

Both are asked of a process of its own that runs every command and opens the app: audit hooks cannot be taken away again,
and a umask is the whole process's.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.cli.root import COMMANDS
from tests.store.old_files import unpacked
from tests.test_blind_doors import COMMAND_DOORS

ROOT = Path(__file__).parents[2]
#: These exist to listen and to fetch: two on the loopback address, one from the server that it is given.
ASKED = {"collect", "serve", "pull"}
OTHERS = {
    "demo": [["--no-open", "--db", "demo.db"]],
    "lab": [["--no-open"]],
    "new": [["--db", "new.db", "--system", "S", "--release", "1"]],
    "import": [["log.jsonl"], ["--explain", "log.jsonl"], ["old.jsonl"]],
    "reread": [[]],
    "sources": [[]],
    "dataset": [["check", "golden.jsonl"]],
    "checklists": [["list"]],
    "compact": [["--yes"], []],
    "backup": [["copy.db"]],
    "glossary": [[], ["gap"]],
    "settings": [["check"], ["schema"]],
    "help": [[], ["all"]],
    "completion": [["install", "bash"], ["show", "fish"], ["remove", "bash"]],
}

#: Runs the commands of the JSON on its standard input, then the app; prints what it tried on the network, as JSON.
_RUNS = """
import asyncio, io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

tried = []
NETWORK = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname",
           "urllib.Request", "http.client.connect", "ftplib.connect", "smtplib.connect", "webbrowser.open")

def hook(event, arguments):
    if event in NETWORK:
        tried.append([event, doing, repr(arguments[1:])])

doing = ""
sys.addaudithook(hook)
from readiness_tui.cli.root import run
statuses = {}
for words in json.load(sys.stdin):
    doing = " ".join(words)
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        statuses[doing] = run(words)
doing = "the app"
from readiness_tui.services.core.desk import open_desk
from readiness_tui.tui.app import ReadinessApp

async def app():
    shown = ReadinessApp(open_desk(Path("readiness.db"), "ana"))
    async with shown.run_test(size=(120, 40)) as pilot:
        for key in "CETIGSHOq":
            await pilot.press(key)
            await pilot.pause(0.05)
asyncio.run(app())
import socket
doing = "the probe"
try:
    socket.create_connection(("127.0.0.1", 9), 0.1)
except OSError:
    pass
print(json.dumps({"tried": tried, "statuses": statuses}))
"""


def everything(folder: Path) -> dict[str, Any]:
    (folder / "log.jsonl").write_text('{"trace_id": "n1", "model": "m", "latency_ms": 1, "status": "ok"}\n')
    (folder / "golden.jsonl").write_text('{"id": "a", "question": "q", "expected_answer": "a"}\n')
    (folder / "old.jsonl").write_text('{"trace_id": "n2", "model": "m", "latency_ms": 1, "status": "ok"}\n')
    unpacked("version-9", folder / "old.db")
    (folder / "old.db").chmod(0o600)
    home = folder / "home"
    home.mkdir(mode=0o755)
    words = [[command, *rest] for command, doors in (COMMAND_DOORS | OTHERS).items() for rest in doors]
    words += [["--db", "old.db", "check"], ["gate", "lock", "--yes"], ["nonsense"]]
    told = subprocess.run(
        [sys.executable, "-c", _RUNS],
        input=json.dumps(words), cwd=folder, capture_output=True, text=True, check=False, timeout=600, umask=0,
        env={**os.environ, "HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "XDG_CONFIG_HOME": str(home / "config"),
             "PYTHONPATH": str(ROOT), "READINESS_WHO": "ana"},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-3000:]
    return json.loads(told.stdout)  # type: ignore[no-any-return]


def test_every_command_is_run_here() -> None:
    assert COMMAND_DOORS.keys() | OTHERS.keys() | ASKED == COMMANDS.keys()


@pytest.fixture(scope="module")
def ran(filled_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder in which everything was run, under a umask that takes nothing away, and what was told of it."""
    folder = tmp_path_factory.mktemp("everything")
    shutil.copy(filled_sample, folder / "readiness.db")
    (folder / "readiness.db").chmod(0o600)
    return folder, everything(folder)


@pytest.mark.slow
def test_no_command_and_no_screen_connects_to_anybody(ran: tuple[Path, dict[str, Any]]) -> None:
    _, told = ran
    assert [one for one in told["tried"] if one[1] != "the probe"] == []
    assert {one[1] for one in told["tried"]} == {"the probe"}, "the hook sees nothing, so this shows nothing"
    failed = {words: status for words, status in told["statuses"].items() if status not in (0, 1, 2, 3)}
    assert failed == {}
    assert sum(status in (0, 1, 3) for status in told["statuses"].values()) > 40, told["statuses"]


#: Documents that a person asked for by name, and files that are theirs: as their umask says.
DOCUMENTS = {"card.md", "j.xml", "s.md", "gate.lock", "log.jsonl", "old.jsonl", "golden.jsonl", "bundle.md"}


@pytest.mark.slow
def test_what_is_kept_is_for_its_owner_alone_whatever_the_umask(ran: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = ran
    databases = [path for path in folder.rglob("*") if path.is_file() and _is_database(path)]
    assert {"copy.db", "demo.db", "new.db", "readiness.db", "old.db.v9-1.backup"} <= {path.name for path in databases}
    assert [path for path in databases if _mode(path) & 0o077] == []
    left = [path for path in folder.rglob("*") if path.is_file() and path.name not in DOCUMENTS]
    assert [path for path in left if not _closed(path, folder) and "quick-lab" not in path.parts] == []
    own = [path for path in (folder / "home").rglob("readiness-tui") if path.is_dir()]
    assert own
    made = {above for path in own for above in path.parents if (folder / "home") in above.parents}
    assert {path.name for path in made} >= {"state"}
    assert [path for path in (*own, *made) if _mode(path) & 0o077] == []  # else another folder could take its place
    assert _mode(folder / "card.md") == 0o666  # asked for by name: as the umask says


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def _closed(path: Path, root: Path) -> bool:
    """Whether nobody else can read it: by its own mode, or because a folder above it lets nobody in."""
    while path != root:
        if not _mode(path) & 0o077:
            return True
        path = path.parent
    return False
