"""Before the reveal no command and no screen tells what another reviewer thinks: each is looked at on two files that
differ in that alone. A new command joins COMMAND_DOORS, or SAYS_NOTHING of what people said about items."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from readiness_tui.cli.root import COMMANDS, run
from readiness_tui.services.core.desk import open_desk
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.widgets.bars import ROOMS
from readiness_tui.tui.widgets.pick_list import PickList
from tests.blind_voting import OPINIONS, Opinion, assert_tells_nothing, make_files
from tests.conftest import NOW
from tests.tui.driving import WIDE, notices, painted, press, read

#: The ways in which a command prints something of a review.
COMMAND_DOORS: dict[str, list[list[str]]] = {
    "people": [[], ["--json"]],
    "votes": [[], ["--json"], ["--reveal", "--yes"], ["--open"], ["--blind"]],
    "review": [["show"], ["show", "--json"]],
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
    "scorecard": [[], ["--format", "json"], ["-o", "card.md"], ["--freeze"]],
    "gaps": [[], ["--json"], ["--all"], *(["--format", form] for form in ("md", "csv"))],
    "evidence": [["verify"]],
    "incident": [["list"], ["list", "--json"]],
    "doctor": [[], ["--json"]],
    "paths": [[]],
}
#: Those that open or fill a file, or read another one.
SAYS_NOTHING = frozenset({
    "demo", "lab", "new", "import", "reread", "sources", "collect", "pull", "dataset", "checklists", "compact", "backup",
})  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[Opinion, Path]:
    return make_files(tmp_path_factory.mktemp("blind"))


def test_every_command_is_looked_at() -> None:
    assert COMMAND_DOORS.keys() | SAYS_NOTHING == COMMANDS.keys()
    assert not COMMAND_DOORS.keys() & SAYS_NOTHING


def said_by(who: str, arguments: list[str], file: Path, place: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """All that a command prints and writes, of a copy at the same place each time."""
    folder = place / "here"
    folder.mkdir()
    shutil.copy(file, folder / "readiness.db")
    capsys.readouterr()
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
        one, other = (said_by("chloe", asked, files[said], tmp_path, capsys) for said in OPINIONS)
        assert "Usage:" not in one
        assert_tells_nothing(one, other)


async def all_screens(file: Path, who: str, place: Path) -> str:
    """Each room and the meeting as painted, every item and every change beside its list, and all that was said."""
    desk = open_desk(Path(shutil.copy(file, place / "readiness.db")), who, clock=lambda: NOW)
    app = ReadinessApp(desk, here=place)
    app.animation_level = "none"
    found = []
    async with app.run_test(size=WIDE) as pilot:
        for room in ROOMS:
            await press(pilot, room[0].upper())
            found.append(painted(pilot))
            rows, detail = {"checklists": ("#items", "#item"), "history": ("#changes", "#rows")}.get(room, ("", ""))
            for _ in range(app.screen.query_one(rows, PickList).option_count if rows else 0):
                await press(pilot, "down")
                found.append(read(pilot, detail))
        await press(pilot, "O", "m")
        found.append(painted(pilot))
        await press(pilot, "escape", "C", "b")
        found.append(painted(pilot))
        found += notices(pilot)
    desk.close()
    for left in place.glob("readiness.db*"):
        left.unlink()
    return "\n".join(found)


@pytest.mark.slow
async def test_no_screen_tells_what_ben_thinks(files: dict[Opinion, Path], tmp_path: Path) -> None:
    one, other = [await all_screens(files[said], "ana", tmp_path) for said in OPINIONS]
    assert "blind until reveal" in one
    assert_tells_nothing(one, other)
