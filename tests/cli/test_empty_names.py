"""An empty argument names nothing: it is an error that says so, wherever a file, a system or a person is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from readiness_tui.cli.common import NamedPath
from readiness_tui.cli.root import root, run


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from leaves(inner, (*path, name))


def test_every_path_of_every_command_refuses_an_empty_one() -> None:
    paths = [
        (at, param) for at, command in leaves(root) for param in command.params if isinstance(param.type, click.Path)
    ]
    assert len(paths) > 60
    assert [(at, param.name) for at, param in paths if not isinstance(param.type, NamedPath)] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", ""),
        ("--db", "", "check"),
        ("check", "--db", ""),
        ("scorecard", "-o", ""),
        ("backup", ""),
        ("gate", "lock", "--folder", ""),
        ("new", "--checklists", ""),
    ],
    ids=" ".join,
)
def test_an_empty_name_is_said_to_be_empty(
    arguments: tuple[str, ...], mini: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(mini.parent)
    before = mini.read_bytes(), sorted(mini.parent.iterdir())
    assert run(list(arguments)) == 2
    assert "this name is empty" in capsys.readouterr().err
    assert (mini.read_bytes(), sorted(mini.parent.iterdir())) == before


@pytest.mark.parametrize("name", ["system", "review", "who"])
@pytest.mark.parametrize("empty", ["", "  "])
def test_what_a_command_is_about_is_not_empty(
    name: str, empty: str, mini: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (
        ["--db", str(mini), f"--{name}", empty, "check"],
        ["check", "--db", str(mini), f"--{name}", empty],
    ):
        assert run(arguments) == 2
        assert f"--{name} is empty" in capsys.readouterr().err
