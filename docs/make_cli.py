"""Write docs/cli.md from the commands themselves: `python docs/make_cli.py`. A test holds it to be current."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from readiness_tui.cli import codes
from readiness_tui.cli.root import root

TARGET = Path(__file__).with_name("cli.md")

HEAD = f"""\
# The command line

Written by `docs/make_cli.py` from the commands' own help; `readiness COMMAND --help` prints the same.

Results go to stdout, progress and remarks to stderr. Where `--json` is offered it prints one document with a `schema`
number, which is raised when a key changes its meaning.

| Exit status | Means |
|---:|:---|
| {codes.GO} | done; for `check` and `gate check`: GO |
| {codes.NO_GO} | `check` and `gate check`: NO-GO; `dataset check` and `doctor`: problems were found |
| {codes.UNUSABLE} | input or usage that cannot be used; nothing of it was stored |
| {codes.CONDITIONS} | `check` and `gate check`: GO WITH CONDITIONS (`--allow conditions` makes it 0) |
| {codes.OUR_FAULT} | our own fault; the details are kept in a file that the message names |
| {codes.INTERRUPTED} | interrupted; what was saved stays |

The file a command works on is `--db`, else the environment variable `READINESS_DB`, else the nearest `readiness.db`
in this folder or above it, else the last one used. No command but `new` and `demo` makes one. In CI see [ci.md](ci.md).
"""


def document() -> str:
    """The whole of docs/cli.md."""
    return HEAD + "".join(_command(root, "readiness"))


def _command(command: click.Command, path: str) -> Iterator[str]:
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    options = [param for param in command.params if isinstance(param, click.Option) and param.name != "version"]
    usage = " ".join([path, *map(_placeholder, arguments)])
    yield f"\n## `{usage}`\n\n{inspect.cleandoc(command.help or '')}\n"
    if options:
        yield "\n| Option | |\n|:---|:---|\n"
        yield from (f"| `{_names(option)}` | {_about(option)} |\n" for option in options)
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _command(inner, f"{path} {name}")


def _placeholder(argument: click.Argument) -> str:
    return (argument.name or "").upper() + ("…" if argument.nargs == -1 else "")


def _names(option: click.Option) -> str:
    names = ", ".join(option.opts)
    if option.is_flag:
        return names
    kind = option.type
    value = "\\|".join(kind.choices) if isinstance(kind, click.Choice) else kind.name.upper()
    return f"{names} {value}"


def _about(option: click.Option) -> str:
    said = (option.help or "").replace("|", "\\|")
    default = option.default
    return f"{said} Default: `{default}`.".strip() if option.show_default and default is not None else said


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
