"""Write docs/readiness.1, the man page, from the commands themselves: `python docs/make_man.py`. A test holds it current.

The wheel puts it where `man` looks beside the program: share/man/man1.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click

from readiness_tui import __version__
from readiness_tui.cli.root import SharedOption, root
from readiness_tui.cli.shell.topics import TOPICS

TARGET = Path(__file__).with_name("readiness.1")


def document() -> str:
    """The whole page, in the man macros."""
    parts = [
        f'.\\" Written by docs/make_man.py from the commands\' own help.\n.TH READINESS 1 "" "readiness {__version__}" "User Commands"\n',
        ".SH NAME\nreadiness \\- a readiness review for LLM systems\n",
        ".SH SYNOPSIS\n.B readiness\n[\\fIoptions\\fR] [\\fIcommand\\fR] [\\fIarguments\\fR]\n",
        f".SH DESCRIPTION\n{_prose(root.help or '')}",
        ".SH OPTIONS\n",
        *_options(root),
        ".SH COMMANDS\n",
        *_commands(root, "readiness"),
        *(f".SH {name.replace('-', ' ').upper()}\n{_table(text)}" for name, text in TOPICS.items()),
        ".SH SEE ALSO\n.BR readiness \\ help\\ all\n",
    ]
    return "".join(parts)


def _commands(group: click.Group, path: str) -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        words = [f"{path} {name}", *(_placeholder(one) for one in command.params if isinstance(one, click.Argument))]
        yield f".SS {_text(' '.join(words))}\n{_prose(command.help or '')}"
        yield from _options(command)
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")


def _options(command: click.Command) -> Iterator[str]:
    for option in command.params:
        if isinstance(option, click.Option) and (command is root or not isinstance(option, SharedOption)):
            value = "" if option.is_flag else f" {_value(option.type)}"
            yield f".TP\n.B {_text(', '.join(option.opts) + value)}\n{_prose(option.help or '')}"


def _value(kind: click.ParamType) -> str:  # type: ignore[type-arg]
    return "|".join(map(str, kind.choices)) if isinstance(kind, click.Choice) else kind.name.upper()


def _placeholder(argument: click.Argument) -> str:
    return (argument.name or "").upper() + ("..." if argument.nargs == -1 else "")


def _prose(text: str) -> str:
    """Paragraphs; an example that click must not wrap stays as it is."""
    parts = []
    for part in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if part.startswith("\b"):
            parts.append(f".RS 4\n.nf\n{_text(inspect.cleandoc(part[1:].lstrip(chr(10))))}\n.fi\n.RE\n")
        else:
            parts.append(f"{_text(' '.join(part.split()))}\n")
    return ".sp\n".join(parts)


def _table(text: str) -> str:
    return f".nf\n{_text(text.rstrip())}\n.fi\n"


def _text(text: str) -> str:
    """Without meaning for roff: backslashes, hyphens that are typed, and a line's first dot or quote."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return "\n".join(f"\\&{line}" if line[:1] in (".", "'") else line for line in plain.split("\n"))


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
