"""`help`: what `--help` says of a command, and what belongs to no one command, through the pager."""

from __future__ import annotations

from collections.abc import Iterator

import click

from readiness_tui.cli.common import say
from readiness_tui.cli.shell.topics import TOPICS


@click.command("help")
@click.argument("topic", nargs=-1)
@click.pass_context
def help_command(ctx: click.Context, topic: tuple[str, ...]) -> None:
    """Show help on TOPIC: a command (`help gate check`), files, environment, exit-status, or all."""
    root = ctx.find_root()
    if not topic:
        say(root.get_help())
        say()
        say(f"Topics beside commands: {', '.join(TOPICS)}, all. As in: readiness help environment")
    elif topic[0] in TOPICS and len(topic) == 1:
        say(TOPICS[topic[0]].rstrip())
    elif topic == ("all",):
        say("\n\n".join(everything(root)))
    else:
        say(_context(root, topic).get_help())


def everything(root: click.Context) -> Iterator[str]:
    """The help of every command, one after the other, then the topics."""
    yield from _all(root)
    for name, text in TOPICS.items():
        yield f"{name.upper()}\n\n{text.rstrip()}"


def _all(ctx: click.Context) -> Iterator[str]:
    yield ctx.get_help()
    if isinstance(ctx.command, click.Group):
        for name in ctx.command.list_commands(ctx):
            yield from _all(_below(ctx, name))


def _context(root: click.Context, words: tuple[str, ...]) -> click.Context:
    found = root
    for word in words:
        found = _below(found, word)
    return found


def _below(ctx: click.Context, name: str) -> click.Context:
    """The context of a command inside a group. Raises UsageError where there is none of this name."""
    command = ctx.command.get_command(ctx, name) if isinstance(ctx.command, click.Group) else None
    if command is None:
        topics = "" if ctx.parent else f" Topics beside commands: {', '.join(TOPICS)}, all."
        raise click.UsageError(f"No such command {name!r}.{topics}", ctx)
    return click.Context(command, info_name=name, parent=ctx)
