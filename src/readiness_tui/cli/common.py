"""What all commands share: finding the file, the user's name, printing, exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from readiness_tui.cli.kit.printing import let_out
from readiness_tui.cli.kit.printing import paced as paced
from readiness_tui.cli.kit.printing import progress as progress
from readiness_tui.cli.kit.printing import say as say
from readiness_tui.cli.kit.printing import say_checked as say_checked
from readiness_tui.cli.kit.printing import say_document as say_document
from readiness_tui.cli.kit.printing import say_json as say_json
from readiness_tui.cli.kit.printing import say_table as say_table
from readiness_tui.cli.kit.printing import shown as shown
from readiness_tui.cli.kit.printing import tell as tell
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line

if TYPE_CHECKING:
    from readiness_tui.services.core.desk import Desk

Command = TypeVar("Command", bound=Callable[..., Any])
T = TypeVar("T")


@dataclass
class Session:
    """What is said once for a command, before it or after it: the file, the person, the system and the review."""

    db: Path | None = None
    who: str | None = None
    system: str | None = None
    review: str | None = None
    yes: bool = False  # what asks is answered already

    @property
    def name(self) -> str:
        from readiness_tui.services.core.desk import guess_who

        return self.who or guess_who()

    @property
    def aimed(self) -> bool:
        """Whether a database was named, or one of its reviews: a command that takes files alone has no use for it."""
        return any(said is not None for said in (self.db, self.system, self.review))


pass_session = click.make_pass_decorator(Session, ensure=True)


def note(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Keep an option's value in the session, wherever it stood. The callback of the options that all commands share."""
    session = ctx.ensure_object(Session)
    name = str(param.name)
    for said in value if isinstance(value, tuple) else () if value is None else (value,):
        if isinstance(said, str) and not said.strip():
            raise click.UsageError(f"--{name} is empty. Say which one is meant, or leave it out.", ctx)
        before = getattr(session, name)
        if before not in (None, said):
            first, second = one_line(str(before), 80), one_line(str(said), 80)
            raise click.UsageError(f"--{name} was given twice: {first} and {second}. Give one of them.", ctx)
        setattr(session, name, said)


def _answered(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    session = ctx.ensure_object(Session)
    session.yes = session.yes or value


#: For a command that asks `sure`.
may_ask = click.option(
    "--yes", is_flag=True, expose_value=False, callback=_answered, help="Do not ask; needed where there is no terminal."
)


def sure(session: Session, question: str) -> None:
    """Ask before what cannot be undone; Enter alone means no. `--yes` answers it.

    Raises ReadinessError where the answer is no, or nobody can be asked.
    """
    if session.yes:
        return
    if not can_ask():
        raise ReadinessError(f"{question} This cannot be undone, and here is no terminal to ask on: add --yes.")
    let_out()
    if not click.confirm(shown(question), default=False, err=True):
        raise ReadinessError("Nothing was changed.")


def can_ask() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


class NamedPath(click.Path):
    """A path that is not empty: to the system that would be the folder in which the command stands."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not os.fspath(value):
            self.fail("this name is empty. Name a file or a folder, or leave it out.", param, ctx)
        return super().convert(value, param, ctx)


class DayOption(click.ParamType[date]):
    """A date option."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{one_line(str(value), 40)} is not a date. Write it as 2026-12-01.", param, ctx)
        if not 2000 <= day.year < 2200:  # rules add weeks, which must stay within the calendar
            self.fail(f"{day} cannot be the date of a review. Use a year from 2000 to 2199.", param, ctx)
        return day


as_of = click.option(
    "--as-of", type=DayOption(), help="Judge as of this day (default: today, or the day of the sample)."
)
allow_conditions = click.option(
    "--allow", type=click.Choice(["conditions"]), help="Let GO WITH CONDITIONS pass with exit status 0."
)
#: The path of a file or a folder; if it is missing, the service says so in a full sentence.
File = NamedPath(path_type=Path)
against = click.option(
    "--against", type=File, help="What --json printed the last time: say what is new since, and let nothing new pass."
)
_JUNIT = click.option("--junit", type=File, help="Also write JUnit XML to this file.")
_SUMMARY = click.option("--summary", type=File, help="Also write a markdown summary to this file.")
_GITHUB = click.option("--github", is_flag=True, help="Add the summary to the job's page (GITHUB_STEP_SUMMARY).")


_MODEL = click.option("--model", default="", help="Of several runs in a file, the one of this model or provider.")
_PROMPT = click.option(
    "--prompt", default="", help="Of several runs, the one of this prompt: its label, version or text."
)
_NAME = click.option(
    "--name", default="", help="Of several runs, the one of this name or id; `import --explain` lists them."
)


which_variant = click.option(
    "--variant", default="", help="Of several variants in a run, this one; they are never averaged together."
)


def which_run(command: Command) -> Command:
    """Adds the options that name one of a file's runs; FILE#2 does so by its number."""
    return _MODEL(_PROMPT(_NAME(command)))


_STARTED = click.option(
    "--started", default="", help="When the runs started (UTC), where their file does not say; kept with your name."
)
_JUDGE = click.option("--judge", default="", help="The same for their judge: its digest, or its name and version.")
_DATASET = click.option("--dataset", default="", help="The same for their golden set: its name or digest.")
_VERSION = click.option("--version", default="", help="The same for the pipeline version they test.")


def declares(command: Command) -> Command:
    """Adds the options that declare what a run's file does not say."""
    return _STARTED(_JUDGE(_DATASET(_VERSION(command))))


def facts(started: str, judge: str, dataset: str, version: str) -> dict[Any, str]:
    """What was declared, by fact."""
    if not (started or judge or dataset or version):
        return {}
    from readiness_tui.domain.runs.model import Fact

    said = {Fact.STARTED: started, Fact.JUDGE: judge, Fact.DATASET: dataset, Fact.VERSION: version}
    return {fact: value for fact, value in said.items() if value}


def for_ci(command: Command) -> Command:
    """Adds the options for reports that CI systems display."""
    return _JUNIT(_SUMMARY(_GITHUB(command)))


def target_of(session: Session) -> Path:
    """The file that a command works on. Raises ReadinessError if there is none; never creates or guesses one."""
    from readiness_tui.services.core.locate import FILE_NAME, last_used, target

    path = target(session.db)
    if path is not None:
        return path
    last = last_used()
    hint = f" The file used last is {one_line(str(last))}: --db takes it, if it is the one." if last else ""
    raise ReadinessError(
        f"No {FILE_NAME} here or in a folder above. Make one with `readiness new`, name one with --db, or look at"
        f" the sample with `readiness demo`.{hint}"
    )


@contextmanager
def desk_of(session: Session, *, frozen: bool = False, whole: bool = False) -> Iterator[Any]:
    """The open desk on the chosen file, at the review that is meant; at the end it says where something was changed.

    A frozen review that was named with --review can only be read, unless `frozen`. `whole`: the command is about the
    file, whatever systems it holds. Raises ReadinessError if there is no file, or one would have to guess the review.
    """
    from readiness_tui.services.core.desk import open_desk
    from readiness_tui.services.core.locate import remember

    path = target_of(session)
    desk = open_desk(path, session.name)
    try:
        tell_upgrade(desk.store.migration_backup)
        tell_copy(desk.store)
        tell_zone(desk)
        if not whole:
            aim(desk, session, frozen=frozen)
            if said := desk.clock_remark():
                tell(said)
            finish_lock(desk)
        remember(path)
        measure_once(desk)
        yield desk
    finally:
        if desk.store.own_changes:
            with suppress(ReadinessError):  # what went wrong meanwhile is told by whoever raised it
                tell_where(desk)
                _tell_credentials()
        desk.close()


def aim(desk: Desk, session: Session, *, frozen: bool = False, asks: bool = True) -> None:
    """Put the desk at the review that --system, READINESS_SYSTEM and --review mean; on a terminal asked where several
    could be. See `desk_of`."""
    from readiness_tui.services.core import target

    found = target.all_headings(desk)
    review = session.review or ""
    try:
        chosen = target.choose(found, target.system_wanted(session.system), review)
    except target.SeveralError as several:
        if not asks or not can_ask():
            raise
        chosen = _ask_which(several)
    if chosen is None:
        return
    desk.review_id = chosen.id
    if review and not frozen:
        desk.store.refusal = desk.store.read_only or target.frozen_refusal(desk)


def _ask_which(several: Any) -> Any:
    from readiness_tui.services.core import target

    tell(several.what)
    for number, line in enumerate(target.lines_of(several.choices), 1):
        tell(f"{number:>3}  {line}")
    let_out()
    number = click.prompt("Which one", type=click.IntRange(1, len(several.choices)), err=True)
    return several.choices[number - 1]


def _tell_credentials() -> None:
    """Say once that what was typed for this command holds a credential."""
    from readiness_tui.domain.text.secrets import remark_on

    context = click.get_current_context(silent=True)
    typed = context.params.values() if context is not None else ()
    texts = (text for one in typed for text in (one if isinstance(one, tuple) else (one,)) if isinstance(text, str))
    if said := remark_on(texts):
        tell(said)


def tell_where(desk: Desk, what: str = "Saved") -> None:
    """Say on stderr which file and which review are meant."""
    from readiness_tui.services.core.target import place

    tell(f"{what}: {place(desk)}")


def tell_upgrade(backup: Path | None) -> None:
    """Say where the copy lies that was made before this opening upgraded the file."""
    if backup is not None:
        tell(f"The file was upgraded for this version; as it was before, it is in {backup}")


def tell_copy(store: Any) -> None:
    """Say that the file can only be read, where what is read is a copy of it."""
    if store.copied:
        tell(store.told)


def finish_lock(desk: Any) -> None:
    """Finish what a `gate lock` that was killed in this folder had begun."""
    from readiness_tui.services.core.locate import pending_lock

    if desk.store.read_only or not os.path.exists(pending_lock(Path(), desk.store.path)):
        return
    from readiness_tui.services.gate.lock_writing import finish

    try:
        if finish(desk, Path()):
            tell("A `gate lock` was interrupted here: gate.lock is written now, as the database has it.")
    except ReadinessError as error:
        tell(str(error))


def tell_zone(desk: Any) -> None:
    """Say what is odd about this machine's time zone, which decides what day it is."""
    if desk.zone_remark:
        tell(desk.zone_remark)


def measure_once(desk: Any) -> None:
    """Measure what an earlier version imported, with progress; where that fails it is read record by record, as slowly as
    it was then."""
    from readiness_tui.services.core.unmeasured import measure_unmeasured, unmeasured

    waits = None if desk.store.read_only else unmeasured(desk)
    if waits is None:
        return
    if waits:
        tell(f"An earlier version imported {waits:,} requests: they are measured once. Stopped, it goes on next time.")
    try:
        measure_unmeasured(desk, progress)
    except ReadinessError as error:
        tell(f"They could not be measured, and are read one by one: {error}")
