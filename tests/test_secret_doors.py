"""Credentials of many kinds in every field of every file and in all that people typed: none comes out by any command,
document or screen. The doors are those of `test_hostile.py`; the review is filled as there, with credentials for poison."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from readiness_tui.cli.root import run
from readiness_tui.services.core.desk import open_desk
from readiness_tui.tui.app import ReadinessApp
from tests import hostile, test_hostile
from tests.test_hostile import COMMANDS, ROOMS, settle

pytestmark = pytest.mark.slow  # filling the review takes longer than all that is asked of it

#: Put together here, so that no scanner of this repository takes a test for a leak. What stands behind the bar is looked for.
KINDS = {
    "aws": "AKIA|Q3EGRZ7TPLM4WXYZ",
    "openai": "sk-proj-|Zk3vTq8LmN1pRs5UwXy7Ab9Cd2Ef4Gh6Jk",
    "huggingface": "hf_|QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi",
    "slack": "xapp-1-|A05Q8R2T4V6-5512345678901-9f8e7d6c5b4a39281706f5e4d3c2b1a0",
    "telegram": "5512345678:|AAHk3vTq8LmN1pRs5UwXy7Ab9Cd2Ef4Gh6J",
    "typed": "password=|Tr0ub4dor-w1ng",
    "address": "postgres://app:|sw0rdf1sh-k33p@db.internal/main",
    "spoken": "my password is |Blu3Wh4le#77",
    "signature": "https://x.example/a?sig=|Xq7Lm2Pn9Rt4Vw8Yz1Ab3Cd5Ef6Gh0%2BJk",
    "escaped": "ghp_|Zk3v\\u0054q8LmN1pRs5UwXy7Ab9Cd2Ef4Gh6JkMn",
    "packed": "|cGFzc3dvcmQ9VHIwdWI0ZG9yLXcxbmctcGFja2Vk",
    "cookie": "Cookie: sid=|s3ss10nQ8R2T4V6xYzA1b2C3d4",  # to the end of its line
}
PLANTED = {name: text.replace("|", "") for name, text in KINDS.items()}
#: Of each the credential's middle: half of one is enough to fail.
BODIES = {name: text.partition("|")[2].partition("@")[0][4:16] for name, text in KINDS.items()}


def told(text: str) -> list[str]:
    """The kinds of which something is left, also where a screen has broken the line."""
    plain = "".join(text.split())
    return [
        f"{name}: …{plain[max(0, plain.find(body) - 60) : plain.find(body) + 20]}"
        for name, body in BODIES.items()
        if body in plain
    ]


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hostile, "POISON", "; ".join(PLANTED.values()))
        patch.setattr(hostile, "short", lambda field: f"{field} {PLANTED['aws']}")
        hostile.fill(folder)
    return folder


@pytest.fixture
def planted_db(planted: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(planted / "hostile.db", tmp_path / "readiness.db"))


def bad(field: str) -> str:
    return f"={field} {'; '.join(PLANTED.values())}"


def test_the_file_holds_them(planted: Path) -> None:
    """Else the rest would say nothing: what was typed and imported is stored as it was."""
    with open_desk(planted / "hostile.db", "ana").store.read() as conn:
        notes = " ".join(str(row[0]) for row in conn.execute("SELECT text FROM item_note"))
    assert len(told(notes)) == len(BODIES)


@pytest.mark.parametrize(
    "command",
    COMMANDS,
)
def test_no_command_tells_one(
    command: str, planted: Path, planted_db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"files": planted, "out": tmp_path / "out.jsonl", "bad": bad("typed")}
    arguments = [part.format_map(given) for part in command.split()]
    capsys.readouterr()
    assert run(["--db", str(planted_db), *arguments]) in (0, 1, 2, 3)
    text = "".join(capsys.readouterr())
    assert told(text) == []
    if (tmp_path / "out.jsonl").is_file():
        assert told((tmp_path / "out.jsonl").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("command", ["check", "gate check", "compare"])
def test_no_document_tells_one(
    command: str, planted_db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["-o", "out.md"] if command == "compare" else ["--junit", "junit.xml", "--summary", "summary.md"]
    paths = [str(tmp_path / one) if "." in one else one for one in out]
    assert run(["--db", str(planted_db), *command.split(), *paths]) in (0, 1, 3)
    capsys.readouterr()
    written = [path for path in tmp_path.iterdir() if path.suffix in (".md", ".xml")]
    assert written
    for path in written:
        assert told(path.read_text(encoding="utf-8")) == [], path


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=str)
@pytest.mark.parametrize("key", ROOMS)
async def test_no_room_shows_one(key: str, size: tuple[int, int], planted_db: Path) -> None:
    """Each screen, a few rows down, whatever Enter opens, and what is copied."""
    app = ReadinessApp(open_desk(planted_db, "ana", clock=lambda: hostile.NOW))
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press(key)
        await settle(pilot)
        for step in ("down", "y", "y", "down", "enter", "down", "end", "escape", "end", "enter"):
            await pilot.press(step)
            await settle(pilot)
            assert told(test_hostile.shown(app.screen)) == [], step
            assert told(app.clipboard) == [], step
    assert app.desk is not None
    app.desk.close()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
