"""What a person is told of the commands and keys is complete and current."""

from __future__ import annotations

import importlib
import pkgutil
import runpy
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from textual.app import App
from textual.binding import Binding
from textual.screen import ModalScreen

import readiness_tui.tui
from readiness_tui.cli.root import root
from readiness_tui.cli.shell.topics import TOPICS
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.start.screen import GreetingScreen
from readiness_tui.tui.widgets.letters import LETTERS

ROOT = Path(__file__).parents[1]


def commands(command: click.Command, path: str = "readiness") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, f"{path} {name}")


def binders() -> Iterator[tuple[type, Binding]]:
    """Every class of the app that binds keys, with each of its bindings."""
    for found in pkgutil.walk_packages(readiness_tui.tui.__path__, "readiness_tui.tui."):
        module = importlib.import_module(found.name)
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == module.__name__ and "BINDINGS" in vars(kind):
                for binding in vars(kind)["BINDINGS"]:
                    yield kind, binding


BINDERS = list(binders())


def test_the_page_on_the_command_line_is_current() -> None:
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert runpy.run_path(str(ROOT / "docs" / "make_cli.py"))["document"]() == written, "run python docs/make_cli.py"
    assert all(f"`{path}" in written for path, _ in commands(root))


def test_the_man_page_is_current_and_names_every_command() -> None:
    written = (ROOT / "docs" / "readiness.1").read_text(encoding="utf-8")
    assert runpy.run_path(str(ROOT / "docs" / "make_man.py"))["document"]() == written, "run python docs/make_man.py"
    plain = written.replace("\\-", "-")
    assert [path for path, _ in commands(root) if path != "readiness" and f".SS {path}" not in plain] == []
    for topic in TOPICS:
        assert f".SH {topic.replace('-', ' ').upper()}\n" in written
        assert [line for line in TOPICS[topic].splitlines() if len(line) > 78] == []


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_man_page_is_shown_without_a_warning() -> None:
    page = ROOT / "docs" / "readiness.1"
    told = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", "-Kutf8", str(page)], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize(("path", "command"), commands(root), ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_and_option_says_what_it_is(path: str, command: click.Command) -> None:
    assert command.help, path
    for param in command.params:
        if isinstance(param, click.Option):
            assert param.help, f"{path} {param.opts}"


@pytest.mark.parametrize(("kind", "binding"), BINDERS, ids=lambda value: getattr(value, "key", None))
def test_every_key_has_a_name_for_the_keymap_and_a_line_of_help(kind: type, binding: object) -> None:
    assert isinstance(binding, Binding), f"{kind.__name__}: a bare tuple has neither"
    assert binding.id, f"{kind.__name__} {binding.key}"
    assert binding.description, f"{kind.__name__} {binding.key}"
    assert binding.tooltip, f"{kind.__name__} {binding.key}"


def test_each_key_name_is_used_once() -> None:
    """A screen lists the very bindings of its features; another binding of the same name would be another key."""
    where: dict[str, dict[int, str]] = {}
    for kind, binding in BINDERS:
        where.setdefault(binding.id or "", {})[id(binding)] = f"{kind.__module__}.{kind.__name__}"
    assert {name: kinds for name, kinds in where.items() if len(kinds) > 1} == {}


def test_no_screen_hides_a_key_that_works_everywhere() -> None:
    """A screen's own key would win over the app's, and a capital would no longer choose a screen."""
    everywhere = {key for kind, binding in BINDERS if issubclass(kind, App) for key in binding.key.split(",")}
    assert {"O", "C", "E", "T", "I", "G", "S", "H", "m", "i", "question_mark", "f1"} <= everywhere
    hidden = [
        (kind.__name__, key)
        for kind, binding in BINDERS
        # A dialog stops the app's keys by itself, and at the greeting no file is open for them to work on.
        # A list's letters give way to the app's (`tui/widgets/letters.py`).
        if not issubclass(kind, App | ModalScreen | GreetingScreen) and binding.id not in LETTERS
        for key in binding.key.replace("?", "question_mark").split(",")
        if key.strip() in everywhere
    ]
    assert hidden == []


def test_the_rooms_choose_by_their_initials() -> None:
    keys = {binding.key: binding.action for binding in ReadinessApp.BINDINGS if isinstance(binding, Binding)}
    rooms = {"O": "overview", "C": "checklists", "E": "evals", "T": "traces", "I": "incidents", "G": "gaps",
             "S": "scorecard", "H": "history"}  # fmt: skip
    assert {key: keys[key] for key in rooms} == {key: f"room('{room}')" for key, room in rooms.items()}
