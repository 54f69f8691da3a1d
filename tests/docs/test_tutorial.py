"""docs/tutorial.md, followed in a fresh folder: every command works and prints what the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.following import Typed, files, follow, prints, save, typed
from tests.docs.pages import DOCS, ROOT, blocks

PAGE = DOCS / "tutorial.md"


@pytest.mark.slow
def test_every_command_of_the_tutorial_prints_what_it_shows(tmp_path: Path) -> None:
    folder = tmp_path / "help-bot"
    folder.mkdir()
    save(PAGE, folder)
    commands = typed(PAGE)
    printed = follow(commands, folder)
    assert len(printed) == len(commands) > 15
    wrong = [(one.command, said) for one, said in zip(commands, printed, strict=True) if not prints(one.shown, said)]
    assert wrong == []
    assert not [one.command for one, said in zip(commands, printed, strict=True) if "readiness: " in said]
    card = (folder / "readiness.md").read_text(encoding="utf-8")
    assert card.startswith("# Day-21 readiness scorecard: Help bot")
    assert "**GO WITH CONDITIONS**" in card


def test_its_files_are_found() -> None:
    assert list(files(PAGE.read_text(encoding="utf-8"))) == ["golden_set.jsonl", "gate.yaml", "bot.py", "labels.jsonl"]


def test_it_installs_as_the_readme_does() -> None:
    """The one step that a test cannot take in a fresh folder: it needs the index of packages."""
    (install,) = (block.text for block in blocks(PAGE) if block.language == "sh")
    command = install.splitlines()[0]
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"pip install .*-c constraints.txt", command)


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        (["a", "…", "c"], "a\nb\nb\nc\n", True),
        (["a", "…", "c"], "a\nc\n", True),
        (["due …, late"], "due 1 Dec, late\n", True),
        (["due …"], "due 1 Dec\nmore\n", False),
        (["a"], "b\n", False),
        (["a"], "", False),
        ([], "anything\n", True),
    ],
)
def test_what_is_shown_is_compared(shown: list[str], printed: str, same: bool) -> None:
    assert prints(shown, printed) is same
    assert typed(PAGE)[0] == Typed("export READINESS_WHO=ana", [])
