"""Write docs/cli.md from the commands themselves: `python docs/make_cli.py`. A test holds it to be current."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from readiness_tui.cli import codes
from readiness_tui.cli.root import SharedOption, root

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
| {codes.OUR_FAULT} | our own fault; a report without any of your data is in a file that the message names |
| {codes.INTERRUPTED} | interrupted; what was saved stays. The app told to end by a signal, or left by its terminal: 128 and the signal's number |

The file a command works on is `--db`, else the environment variable `READINESS_DB`, else the nearest `readiness.db`
in this folder or above it. The file that was last used only opens the app. No command but `new` and `demo` makes one. In
CI see [ci.md](ci.md).

Where a file holds several systems, `--system` or `READINESS_SYSTEM` says which one is meant, without regard to case; else
a terminal is asked, and a script is refused with the list. Within a system the newest review is meant, unless `--review`
names another by its release (`2026.10`) or its number (`'#3'`). A frozen review can be read that way, not written to.
These options may stand before the command or after it: `readiness check --db review/readiness.db --system "Support bot"`.

What changes anything says on stderr where: `Saved: Support bot 2026.12 in review/readiness.db`. What cannot be undone
asks first, with "no" as the answer to Enter; without a terminal it is refused unless `--yes` is given.

`readiness completion install` lets the Tab key complete commands, options and the names of systems and reviews, in bash,
zsh and fish. It says which files it wrote: a script, and for bash and zsh three marked lines at the end of `~/.bashrc` or
`~/.zshrc` (a link stays a link, and is named). `readiness completion remove` takes both away; `readiness completion show`
prints the script, to install it by hand. `readiness help all` and `man readiness` show this page's commands on a terminal.

On a terminal, what does not fit goes through `$PAGER`, else `less`, else `more`; where that fails, or with `PAGER` empty,
`NO_PAGER` set, or `TERM=dumb`, it is printed. In a pipe or a file it always is. Commands use no colours; `NO_COLOR` takes
them from the app too. With `TERM=dumb` the app does not start, and no progress is shown.
"""


def document() -> str:
    """The whole of docs/cli.md."""
    return HEAD + "".join(_command(root, "readiness"))


def _command(command: click.Command, path: str) -> Iterator[str]:
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    options = [param for param in command.params if isinstance(param, click.Option) and param.name != "version"]
    if command is not root:  # there they are explained for all
        options = [param for param in options if not isinstance(param, SharedOption)]
    usage = " ".join([path, *map(_placeholder, arguments)])
    yield f"\n## `{usage}`\n\n{inspect.cleandoc(command.help or '')}\n"
    if options:
        yield "\n| Option | |\n|:---|:---|\n"
        yield from (f"| {_names(option)} | {_about(option)} |\n" for option in options)
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
        return f"`{names}`"
    kind = option.type
    if isinstance(kind, click.Choice):  # no sign between them: GitHub and the site read `|` in a table differently
        return f"`{names}` " + ", ".join(f"`{choice}`" for choice in kind.choices)
    return f"`{names} {kind.name.upper()}`"


def _about(option: click.Option) -> str:
    said = (option.help or "").replace("|", "\\|")
    default = option.default
    return f"{said} Default: `{default}`.".strip() if option.show_default and default is not None else said


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
