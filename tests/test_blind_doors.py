"""Before the reveal no command tells what another reviewer thinks: each is looked at on two files that differ in that
alone; screens in tests/tui/test_blind.py. A new command joins COMMAND_DOORS, or SAYS_NOTHING of what people said about items."""

from __future__ import annotations

import shutil
from io import StringIO
from pathlib import Path

import pytest

from readiness_tui.cli.root import COMMANDS, run
from tests.blind_voting import OPINIONS, Opinion, assert_tells_nothing, make_files

#: The ways in which a command prints something of a review.
COMMAND_DOORS: dict[str, list[list[str]]] = {
    "people": [[], ["--json"]],
    "votes": [[], ["--json"], ["--reveal", "--yes"], ["--open"], ["--blind"]],
    "review": [["show"], ["show", "--json"], ["--plain"], ["--plain", "--all"]],
    "share": [["out", "--for", who, "-o", "bundle.md"] for who in ("ana", "ben", "chloe", "")],
    "score": [["OBS-01", "1"], ["OBS-02", "none"]],
    "confirm": [["OBS-01"], ["OBS-02", "--na"]],
    "waive": [["OBS-04", "--until", "2026-12-20", "--approver", "ana", "--reason", "why not"]],
    "owner": [["OBS-01", "ana"], ["OBS-04", "ana"]],
    "due": [["OBS-01", "2026-12-20"], ["OBS-04", "2026-12-20"]],
    "conditions": [[], ["--json"]],
    "condition": [["close", "item/observability/OBS-01", "--evidence", "https://example.org/x"]],
    "imports": [[], ["--json"]],
    "runs": [[], ["--json"]],
    "traces": [[], ["--json"]],
    "compare": [[]],
    "gate": [["show"], ["show", "--json"], ["check"], ["check", "--json"]],
    "labels": [[], ["--json"]],
    "check": [[], ["--json"], ["--junit", "j.xml", "--summary", "s.md"]],
    "scorecard": [
        [],
        ["--format", "json"],
        ["--format", "html"],
        ["--format", "summary"],
        ["-o", "card.md"],
        ["--freeze"],
        ["diff", "#1", "#1"],
        ["diff", "#1", "#1", "--json"],
    ],
    "gaps": [[], ["--json"], ["--all"], *(["--format", form] for form in ("md", "csv", "github", "gh"))],
    "evidence": [["verify"]],
    "incident": [["list"], ["list", "--json"]],
    "doctor": [[], ["--json"]],
    "paths": [[]],
}
#: Those that open or fill a file, or read another one.
SAYS_NOTHING = frozenset({
    "demo", "lab", "new", "import", "reread", "sources", "collect", "serve", "pull", "dataset", "checklists", "compact", "backup",
    "settings", "help", "completion", "glossary",
})  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[Opinion, Path]:
    return make_files(tmp_path_factory.mktemp("blind"))


def test_every_command_is_looked_at() -> None:
    assert COMMAND_DOORS.keys() | SAYS_NOTHING == COMMANDS.keys()
    assert not COMMAND_DOORS.keys() & SAYS_NOTHING


def said_by(
    who: str,
    arguments: list[str],
    file: Path,
    place: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """All that a command prints and writes, of a copy at the same place each time."""
    folder = place / "here"
    folder.mkdir()
    shutil.copy(file, folder / "readiness.db")
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", StringIO("s\n1\nb\nt what chloe notes\nn no user\n"))
    code = run(["--db", str(folder / "readiness.db"), "--who", who, *arguments])
    found = [str(code), *capsys.readouterr()]
    found += [path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()) if path.suffix in (".md", ".xml")]
    shutil.rmtree(folder)
    return "\n".join(found)


@pytest.mark.parametrize("command", COMMAND_DOORS)
def test_no_command_tells_what_ben_thinks(
    command: str,
    files: dict[Opinion, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments in COMMAND_DOORS[command]:
        asked = [
            command,
            *(str(tmp_path / "here" / one) if one.endswith((".md", ".xml")) else one for one in arguments),
        ]
        one, other = (said_by("chloe", asked, files[said], tmp_path, capsys, monkeypatch) for said in OPINIONS)
        assert "Usage:" not in one
        assert_tells_nothing(one, other)
