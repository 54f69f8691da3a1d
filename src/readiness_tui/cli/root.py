"""The command groups, each imported only when called, and the only place where errors become exit codes."""

from __future__ import annotations

import sys
from importlib import import_module
from io import StringIO, TextIOWrapper
from pathlib import Path

import click

from readiness_tui import __version__
from readiness_tui.cli import codes
from readiness_tui.cli.common import Session, tell
from readiness_tui.domain.errors import ReadinessError

#: command → its module and its one-line help (so that `--help` imports none of the modules).
COMMANDS = {
    "demo": ("opening", "Open the sample: a support bot about to ship."),
    "lab": ("opening", "Learn the loop in twenty minutes."),
    "new": ("opening", "Open a new review."),
    "people": ("people", "Who owns the review, who votes: add a reviewer."),
    "import": ("importing", "Import runs, traces, an eval set, a gate."),
    "imports": ("imports", "List what was imported, and what was rejected."),
    "reread": ("imports", "Read imports again whose reader has changed."),
    "sources": ("sources", "List the formats that can be imported."),
    "collect": ("collect", "Receive traces live over OTLP/HTTP."),
    "pull": ("pull", "Fetch runs and traces from a server."),
    "runs": ("importing", "List the imported runs."),
    "traces": ("traces", "List recorded requests: filter and sort them."),
    "compare": ("compare", "Compare candidate and baseline, case by case."),
    "gate": ("gate", "Show, plan, lock or check the gate."),
    "labels": ("labels", "List, export or import human labels."),
    "dataset": ("golden_set", "Check a golden set."),
    "check": ("verdict", "The whole verdict; the exit status tells CI."),
    "scorecard": ("verdict", "The Day-21 scorecard as markdown or JSON."),
    "gaps": ("verdict", "What is not yet good enough."),
    "evidence": ("evidence", "Look evidence up in the repository."),
    "incident": ("incident", "Open incidents, log, list, import and export them."),
    "checklists": ("checklists", "Check checklist files."),
    "doctor": ("upkeep", "Check the database, the SQLite library and plugins."),
    "compact": ("upkeep", "Make the database smaller."),
    "backup": ("upkeep", "Copy the database while it is in use."),
    "settings": ("settings", "Your own keys and theme for the app."),
    "paths": ("paths", "Where the app keeps its files."),
}


class Lazy(click.Group):
    """Knows all commands by name and help text; imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"readiness_tui.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Lazy, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--db", type=click.Path(path_type=Path), help="The file to work on (also READINESS_DB).")
@click.option("--who", help="Who acts (also READINESS_WHO; else git's user name).")
@click.version_option(__version__, prog_name="readiness", message="%(prog)s %(version)s")
@click.pass_context
def root(ctx: click.Context, db: Path | None, who: str | None) -> None:
    """A readiness review for LLM systems. Without a command it opens the app."""
    ctx.obj = Session(db, who)
    if ctx.invoked_subcommand is None:
        from readiness_tui.cli.opening import open_app

        open_app(ctx.obj)


def run(arguments: list[str] | None = None) -> int:
    """Run one command and give its exit code; a person never sees a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # characters missing from the terminal's encoding are shown as \\u…
            stream.reconfigure(errors="backslashreplace")
    try:
        result = root.main(args=arguments, prog_name="readiness", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        shown = StringIO()
        error.show(shown)  # the message repeats arguments, and a file name may be hostile
        tell(shown.getvalue().rstrip())
        return codes.UNUSABLE
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.Abort, KeyboardInterrupt):
        tell("Interrupted; what was saved stays.")
        return codes.INTERRUPTED
    except ReadinessError as refusal:
        tell(f"readiness: {refusal.on_command_line}")
        return codes.UNUSABLE
    except OSError as error:  # an operating system error that no command expected: not a bug of ours, so no traceback
        where = error.filename or "the system"
        tell(f"readiness: {where}: {error.strerror or error}. Check the path, its permissions and the disk.")
        return codes.UNUSABLE
    except Exception as fault:
        tell(f"readiness: our own fault, and nothing half-done was kept. {_report(fault)}")
        return codes.OUR_FAULT


def _report(fault: Exception) -> str:
    """Write the traceback to a file for a bug report instead of the screen."""
    import traceback

    from readiness_tui.services.core.locate import state_folder

    target = state_folder() / "last-fault.txt"
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.write_text("".join(traceback.format_exception(fault)), encoding="utf-8")
    except OSError:
        return f"{type(fault).__name__}: {fault}"
    return f"{type(fault).__name__}. The details are in {target}; please report them."
