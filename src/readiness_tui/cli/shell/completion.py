"""`completion install`, `completion remove` and `completion show`: words that the Tab key completes."""

from __future__ import annotations

import click

from readiness_tui.cli.common import say, say_document, tell

_SHELL = click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), required=False)


@click.group("completion")
def completion_command() -> None:
    """Let the Tab key complete commands, options, and the names of systems and reviews."""


@completion_command.command("install")
@_SHELL
def install(shell: str | None) -> None:
    """Install it for SHELL: bash, zsh or fish (default: your own). Twice is once.

    It says which files it wrote. Your start file (~/.bashrc, ~/.zshrc) gets three marked lines at its end; fish needs none.
    """
    from readiness_tui.cli.shell.scripts import script
    from readiness_tui.services.start import completing

    named = completing.shell_of(shell)
    for line in completing.install(named, script(named)):
        say(line)


@completion_command.command("remove")
@_SHELL
def remove(shell: str | None) -> None:
    """Take it away again for SHELL (default: your own)."""
    from readiness_tui.services.start import completing

    for line in completing.remove(completing.shell_of(shell)):
        say(line)


@completion_command.command("show")
@_SHELL
def show(shell: str | None) -> None:
    """Print the script for SHELL, to install it by hand."""
    from readiness_tui.cli.shell.scripts import script
    from readiness_tui.services.start import completing

    named = completing.shell_of(shell)
    tell(f"The script for {named}; `readiness completion install {named}` puts it in its place.")
    say_document(script(named))
