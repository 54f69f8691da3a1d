"""The command groups, each imported only when called, and the only place where errors become exit codes."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from io import StringIO, TextIOWrapper
from typing import TYPE_CHECKING, Any

import click

from readiness_tui import __version__
from readiness_tui.cli import codes
from readiness_tui.cli.common import File, Session, note, tell
from readiness_tui.domain.errors import ReadinessError, TamperedError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: Where a shell says that it completes a line; click's name for it.
_ASKED = "_READINESS_COMPLETE"

#: command → its module and its one-line help (so that `--help` imports none of the modules).
COMMANDS = {
    "demo": ("opening", "Open the sample: a support bot about to ship."),
    "lab": ("opening", "Learn the loop in twenty minutes."),
    "new": ("opening", "Open a new review."),
    "people": ("people", "Who owns the review, who votes: add a reviewer."),
    "review": ("review", "Show or change what the review is about."),
    "score": ("scoring", "Vote on items, with evidence; many from a file."),
    "confirm": ("scoring", "Confirm last time's votes, or what does not apply."),
    "waive": ("scoring", "Accept the risk of an item for a while."),
    "owner": ("owners", "Who sees to a gap or a condition."),
    "due": ("owners", "By when a gap or a condition is done."),
    "share": ("apart.share", "Score apart: a bundle out, an answer back in."),
    "votes": ("votes", "Who has voted, blind or not; the reveal."),
    "import": ("importing", "Import runs, traces, an eval set, a gate."),
    "imports": ("imports", "List what was imported, and what was rejected."),
    "reread": ("imports", "Read imports again whose reader has changed."),
    "sources": ("sources", "List the formats that can be imported."),
    "collect": ("collect", "Receive traces live over OTLP/HTTP."),
    "serve": ("serve.command", "The app in reviewers' browsers, a login link each."),
    "pull": ("pull", "Fetch runs and traces from a server."),
    "runs": ("importing", "List the imported runs."),
    "traces": ("traces", "List recorded requests: filter and sort them."),
    "compare": ("compare", "Compare candidate and baseline, case by case."),
    "gate": ("gate", "Show, plan, lock or check the gate."),
    "labels": ("labels", "List, export or import human labels."),
    "dataset": ("golden_set", "Check a golden set."),
    "check": ("verdict", "The whole verdict; the exit status tells CI."),
    "scorecard": ("verdict", "The Day-21 scorecard, and what changed from one to another."),
    "gaps": ("gaps", "What is not yet good enough; read owners and dates back."),
    "conditions": ("conditions", "The conditions of the verdict, the most urgent first."),
    "condition": ("conditions", "Close a condition of a frozen review."),
    "evidence": ("evidence", "Look evidence up in the repository."),
    "incident": ("incident", "Open incidents, log, list, import and export them."),
    "checklists": ("checklists", "Check checklist files."),
    "glossary": ("reference.glossary", "What a word or sign of the screens means."),
    "doctor": ("upkeep", "Check the database, the SQLite library and plugins."),
    "compact": ("upkeep", "Make the database smaller."),
    "backup": ("upkeep", "Copy the database while it is in use."),
    "help": ("shell.help", "Help on a command or a topic, all of it in one place."),
    "completion": ("shell.completion", "Let the Tab key complete commands and names."),
    "settings": ("settings", "Your own keys and theme for the app."),
    "paths": ("paths", "Where the app keeps its files."),
}

#: Commands about a whole file, or about none: they take no --system and no --review.
WHOLE_FILE = frozenset(
    {
        "demo",
        "lab",
        "sources",
        "settings",
        "checklists",
        "glossary",
        "doctor",
        "compact",
        "backup",
        "help",
        "completion",
        "paths",
    }
)

#: Commands that only tell: what they print goes through a pager where it is longer than the terminal.
PAGED = frozenset(
    {"imports", "sources", "runs", "traces", "compare", "gate", "check", "scorecard", "gaps", "conditions", "votes",
     "doctor", "settings", "help", "labels", "incident", "checklists", "people"}
)  # fmt: skip


class SharedOption(click.Option):
    """An option that may stand before the command or after it, and is explained where it stands first: at the root."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        return super().get_help_record(ctx) if ctx.parent is None else None


def _offers(name: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]:
    """The function of this name in `shell/values.py`, read at a key press alone."""

    def offered(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        found: list[CompletionItem[str]] = getattr(import_module("readiness_tui.cli.shell.values"), name)(
            ctx, param, incomplete
        )
        return found

    return offered


def _shared(name: str, kind: type | click.ParamType[Any], text: str, offers: str = "") -> SharedOption:
    # Taken as often as it is typed, so that a second value is seen rather than the first one forgotten.
    values = _offers(offers) if offers else None
    return SharedOption(
        [f"--{name}"], type=kind, multiple=True, expose_value=False, callback=note, help=text, shell_complete=values
    )


DB = _shared("db", File, "The file to work on (also READINESS_DB).")
WHO = _shared("who", str, "Who acts (also READINESS_WHO; else git's user name).")
SYSTEM = _shared("system", str, "Of several systems in the file, this one (also READINESS_SYSTEM).", "systems")
REVIEW = _shared(
    "review", str, "Of several reviews, this one: its release or its number (default: the newest).", "reviews"
)


def share(command: click.Command, options: Iterable[SharedOption]) -> None:
    """Let a command and all below it take these options too; one that it has of its own by that name stays."""
    own = {param.name for param in command.params}
    command.params += [option for option in options if option.name not in own]
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            share(inner, options)


class Lazy(click.Group):
    """Knows all commands by name and help text; imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"readiness_tui.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        share(command, (DB, WHO) if cmd_name in WHOLE_FILE else (DB, WHO, SYSTEM, REVIEW))
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands from the table, so that a key press imports none of them."""
        from click.shell_completion import CompletionItem

        found = [CompletionItem(name, help=text) for name, (_, text) in COMMANDS.items() if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Lazy, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="readiness", message="%(prog)s %(version)s")
@click.pass_context
def root(ctx: click.Context) -> None:
    """A readiness review for LLM systems. Without a command it opens the app.

    --db, --who, --system and --review may stand before the command or after it.
    """
    session = ctx.ensure_object(Session)
    if ctx.invoked_subcommand is None:
        from readiness_tui.cli.opening import open_app

        open_app(session)
        return
    if ctx.invoked_subcommand in PAGED and sys.stdout is not None and sys.stdout.isatty():
        ctx.with_resource(import_module("readiness_tui.cli.kit.pager").paged())
    if ctx.invoked_subcommand in WHOLE_FILE and (session.system or session.review):
        raise click.UsageError(f"`{ctx.invoked_subcommand}` is not about one review: leave --system and --review out.")


share(root, (DB, WHO, SYSTEM, REVIEW))
root.params = [*root.params[-4:], *root.params[:-4]]


def run(arguments: list[str] | None = None) -> int:
    """Run one command and give its exit code; a person never sees a traceback."""
    if _ASKED in os.environ:  # a shell asks for words at a key press: nothing is run
        return _complete(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # characters missing from the terminal's encoding are shown as \\u…
            stream.reconfigure(errors="backslashreplace")
    try:
        result = root.main(args=arguments, prog_name="readiness", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        shown = StringIO()
        error.show(shown)  # the message repeats arguments, and a file name may be hostile
        tell(shown.getvalue().rstrip() + _did_you_mean(error))
        return codes.UNUSABLE
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.Abort, KeyboardInterrupt):
        tell("Interrupted; what was saved stays.")
        return codes.INTERRUPTED
    except TamperedError as refusal:
        tell(f"readiness: {refusal.on_command_line}")
        return codes.UNTRUSTED
    except ReadinessError as refusal:
        tell(f"readiness: {refusal.on_command_line}")
        return codes.UNUSABLE
    except OSError as error:  # an operating system error that no command expected: not a bug of ours, so no traceback
        from readiness_tui.domain.text.sanitise import one_line

        where = one_line(str(error.filename), 200) if error.filename else "the system"
        tell(f"readiness: {where}: {error.strerror or error}. Check the path, its permissions and the disk.")
        return codes.UNUSABLE
    except Exception as fault:
        from readiness_tui.services.core.crash_report import report

        tell(f"readiness: our own fault, and nothing half-done was kept. {report(fault, _doing(arguments))}")
        return codes.OUR_FAULT


def _complete(arguments: list[str] | None) -> int:
    """Answer a shell that completes a line. What goes wrong meanwhile offers nothing, in silence."""
    try:
        import_module("readiness_tui.cli.shell.scripts")  # how each shell asks
        root.main(args=arguments, prog_name="readiness", standalone_mode=False)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 1
    except BaseException:
        return 1
    return 0


def _doing(arguments: list[str] | None) -> str:
    """The command by its name, without what was given to it."""
    words = sys.argv[1:] if arguments is None else arguments
    return next((f"readiness {word}" for word in words if word in COMMANDS), "readiness")


def _did_you_mean(error: click.ClickException) -> str:
    """The commands that are spelled like the one that does not exist. (click says it of options itself.)"""
    unknown = re.fullmatch(r"No such command ['\"](.*)['\"]\.(?: Topics .*)?", error.message, re.DOTALL)
    if unknown is None or not isinstance(error, click.UsageError) or error.ctx is None:
        return ""
    group = error.ctx.command
    if not isinstance(group, click.Group) or getattr(error, "possibilities", None):
        return ""
    from difflib import get_close_matches

    close = get_close_matches(unknown[1].casefold(), group.list_commands(error.ctx))
    return f" Did you mean {' or '.join(close)}?" if close else ""
