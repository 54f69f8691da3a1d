"""`readiness`, `demo`, `lab` and `new`: the commands that open the app."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from readiness_tui.cli.common import (
    DayOption,
    File,
    NamedPath,
    Session,
    aim,
    finish_lock,
    may_ask,
    note,
    pass_session,
    sure,
    tell,
    tell_upgrade,
    tell_zone,
)
from readiness_tui.domain.checklists.model import Depth
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line

if TYPE_CHECKING:
    from readiness_tui.services.core.preferences import OwnSettings
    from readiness_tui.tui.app import ReadinessApp


def need_terminal() -> None:
    """Raise ReadinessError if there is no terminal: nobody could see or quit the app, and a CI job would hang."""
    if os.environ.get("TEXTUAL_DRIVER"):  # a browser stands in for the terminal
        return
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        raise ReadinessError(
            "The app needs a terminal, and here is none. For scripts there are commands such as `readiness check`;"
            " `readiness --help` lists them."
        )
    if os.environ.get("TERM") == "dumb":
        raise ReadinessError(
            "This terminal says that it cannot place text (TERM=dumb), and the app could not be read on it. Use a terminal"
            " that can, or commands such as `readiness check`; `readiness --help` lists them."
        )


def open_app(session: Session) -> None:
    """Open the app on the chosen file, or show the welcome screen."""
    need_terminal()
    gc.disable()  # while modules are read nothing can be given back; the app turns it on once it is painted
    from readiness_tui.services.core.desk import open_desk
    from readiness_tui.services.core.locate import locate, remember
    from readiness_tui.services.core.target import SeveralError

    path = locate(session.db)
    desk = None
    if path is not None:
        desk = open_desk(path, session.name)
        tell_upgrade(desk.store.migration_backup)
        tell_zone(desk)
        with suppress(SeveralError):  # the app asks, or knows where this person was
            aim(desk, session, frozen=True, asks=False)
        finish_lock(desk)
        remember(path)
    _show(desk, session)


def _show(desk: object, session: Session, *, lab: Path | None = None) -> None:
    from readiness_tui.services.core.desk import Desk
    from readiness_tui.tui.app import ReadinessApp

    assert desk is None or isinstance(desk, Desk)
    app = ReadinessApp(desk, who=session.name, lab=lab, preferences=_preferences())
    if desk is None:
        from readiness_tui.services.core.drafts import kept_apart

        app.unsaved = kept_apart()
    try:
        app.run()
    finally:
        remarks = list(keep_typed(app))
        if app.desk is not None and not app.threads.still_reading:  # SQLite does not bear that it is closed meanwhile
            app.desk.close()
    if app.fault is not None:
        from readiness_tui.services.core.crash_report import report

        found = report(app.fault, f"the app: {app.doing or 'before its first screen'}")
        tell(f"readiness: the app had to end by our own fault; what was saved stays. {found}")
    for remark in remarks:
        tell(remark)
    if app.threads.still_reading:  # all is saved: what is only read keeps nobody
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(app.return_code or 0)
    if app.return_code:
        raise click.exceptions.Exit(app.return_code)


def keep_typed(app: ReadinessApp) -> Iterable[str]:
    """Keep what was being typed when the app ended, and say what became of it. Never raises: the file may be what broke."""
    from readiness_tui.services.core import drafts
    from readiness_tui.tui.autosave import keep_all

    kept, lost = keep_all()
    try:
        if app.desk is None:
            drafts.keep_apart(app.unsaved)
        elif kept:
            drafts.leave(app.desk, [one.where for one in kept])
    except (ReadinessError, OSError):
        pass  # each text stands in its form all the same
    if kept:
        yield "What you were typing is kept, and stands where you typed it."
    if lost:
        yield _apart([one.text for one in lost])


def _apart(texts: list[str]) -> str:
    """Put what the database did not take into a file, and say where."""
    from readiness_tui.services.core.crash_report import write_apart

    try:
        return f"What you were typing could not be kept in the database. It is in {write_apart(texts)}"
    except OSError as error:
        return f"What you were typing could not be kept: neither the database nor {error.filename} can be written."


def _preferences() -> OwnSettings | None:
    """A person's own keys and theme, read only where there is such a file."""
    from readiness_tui.services.core.locate import settings_file

    path = settings_file()
    if not os.path.exists(path):
        return None
    from readiness_tui.tui.preferences import take

    return take(path)


@click.command("demo")
@click.option("--no-open", is_flag=True, help="Only create the sample file.")
@pass_session
def demo_command(session: Session, no_open: bool) -> None:
    """Open the sample, a support bot about to ship, on a copy you can change.

    The copy goes to --db, else to a temporary folder.
    """
    import tempfile

    from readiness_tui.services.start.start import SAMPLE_NAME, open_sample

    if not no_open:
        need_terminal()
    path = session.db or Path(tempfile.mkdtemp(prefix="readiness-")) / SAMPLE_NAME
    desk = open_sample(path.parent, session.who or "ana", path=path)
    tell(f"The sample is in {path}")
    if no_open:
        from readiness_tui.services.review import printed

        printed.keep(desk)
        desk.close()
        return
    session.who = session.who or "ana"
    _show(desk, session)


@click.command("lab")
@click.argument("folder", required=False, type=NamedPath(path_type=Path, file_okay=False))
@pass_session
def lab_command(session: Session, folder: Path | None) -> None:
    """Ten questions, three thresholds, a baseline, one change: ship or not, and why.

    Everything is written into FOLDER (default: ./quick-lab) and is yours to keep. An existing lab is continued.
    """
    from readiness_tui.services.start.start import LAB_NAME

    need_terminal()
    _show(None, session, lab=folder or Path.cwd() / LAB_NAME)


@click.command("new")
@click.option(
    "--system",
    expose_value=False,
    callback=note,
    help="The system under review (default: the one in the file; in a new file, the folder's name).",
)
@click.option(
    "--release", help="Which release (default: git's latest tag; without one a first review takes the month)."
)
@click.option("--date", "held_on", type=DayOption(), help="Date of the review (default: today).")
@click.option("--owner", help="Who owns conditions that nobody else owns (default: as last time, else you).")
@click.option("--reviewer", "reviewers", multiple=True, help="A reviewer; repeat for each.")
@click.option(
    "--depth",
    type=click.Choice(["course", "full"]),
    help="Only the course's items, or all of them (default: as last time, else course).",
)
@click.option(
    "--checklist",
    "checklists",
    multiple=True,
    help="A checklist; repeat for each (default: as last time, else the first three).",
)
@click.option("--checklists", "folders", multiple=True, type=File, help="A folder of your own checklists.")
@click.option("--zone", default="", help="The team's time zone, as Europe/Berlin (default: this machine's).")
@may_ask
@click.option("--open", "then_open", is_flag=True, help="Open the app on the new review.")
@pass_session
def new_command(
    session: Session,
    release: str | None,
    held_on: date | None,
    owner: str | None,
    reviewers: tuple[str, ...],
    depth: str | None,
    checklists: tuple[str, ...],
    folders: tuple[Path, ...],
    zone: str,
    then_open: bool,
) -> None:
    """Open a new review in ./readiness.db, or in the file named by --db or READINESS_DB.

    Of a system that the file knows it is the next review: gate, open gaps and conditions, waivers, checklists, people and
    settings go on as last time, votes wait to be confirmed, and last time's candidate is the baseline.
    """
    from readiness_tui.domain.text.dates import doubt_held
    from readiness_tui.services.core.locate import FILE_NAME, named, nearest, remember
    from readiness_tui.services.core.target import all_headings, system_wanted
    from readiness_tui.services.core.zones import checked_zone
    from readiness_tui.services.review.reviews import people
    from readiness_tui.services.start.start import propose, start_review

    if then_open:
        need_terminal()
    if session.review:
        raise click.UsageError("A new review is named by --release; leave --review out.")
    here = Path.cwd()
    for folder in folders:
        if not folder.is_dir():
            raise ReadinessError(f"{folder}: this is not a folder. --checklists takes a folder of YAML files.")
    proposal = propose(here, zone=checked_zone(zone))
    if held_on is not None and not session.yes and (said := doubt_held(held_on, proposal.held_on)):
        raise ReadinessError(said, by_command="If it is meant, add --yes.")
    path = named(session.db) or here / FILE_NAME
    above = None if path.exists() or named(session.db) else nearest(here.resolve().parent)
    system = session.system if session.system is not None else system_wanted(None)
    if path.exists():
        told = release or (proposal.release if proposal.tagged else None)
        system = _of_file(session, path, system, told, held_on or proposal.held_on)
    if not system and session.system is None:
        system = proposal.system
    desk = start_review(
        here,
        session.name,
        path=path,
        system=system,
        release=release or proposal.release,
        held_on=held_on,
        owner=owner or "",
        reviewers=reviewers,
        depth=Depth(depth) if depth else None,
        checklists=checklists or None,
        folders=folders,
        zone=zone,
    )
    remember(path)
    made = people(desk)
    tell(
        f"New review of {one_line(made.system)}, release {one_line(made.release)}, in {path}; owner {one_line(made.owner)}."
    )
    if made.follows is not None:
        baseline = (
            f"; its baseline is last time's candidate, {one_line(', '.join(made.baseline), 200)}"
            if made.baseline
            else ""
        )
        tell(f"It carries on from the last review{baseline}. Votes of then wait to be confirmed.")
    systems = list(dict.fromkeys(one_line(one.system, 40) for one in all_headings(desk)))
    if len(systems) > 1:
        tell(f"The file holds several systems: {', '.join(systems)}. Commands take --system to say which one is meant.")
    if above is not None:
        tell(f"It is a file of its own: {above} is another one, which --db would have added to.")
    if then_open:
        _show(desk, session)
    else:
        desk.close()


def _of_file(session: Session, path: Path, system: str, release: str | None, held_on: date) -> str:
    """The system of a file that is there already, where none was named: the only one that it holds.

    Asks before a review is opened that is probably not meant (`doubt_next`). `release`: None where nothing says it. Raises
    SeveralError where one would have to guess the system, ReadinessError where one would have to guess the next release of
    one that has reviews.
    """
    from readiness_tui.services.core.desk import open_desk
    from readiness_tui.services.core.target import all_headings, choose, doubt_next, name_of, same_name, shown

    desk = open_desk(path, session.name)
    try:
        tell_upgrade(desk.store.migration_backup)
        found = all_headings(desk)
        if not system and session.system is None and (only := choose(found)) is not None:
            system = only.system
        doubt = doubt_next(desk, system, release, held_on) if release is not None else ""
    finally:
        desk.close()
    last = next((one for one in found if same_name(one.system, system)), None)
    if last is not None and release is None:
        raise ReadinessError(
            f"{name_of(last)} is the last review in {shown(path)}. Which release is this one? There is no git tag that says it.",
            by_command="Say it: `readiness new --release 2027.01`.",
        )
    if doubt:
        sure(session, doubt)
    return system
