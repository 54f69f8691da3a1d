"""`review show|edit` and what mends a review: names, a superseded scorecard, an import taken back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from readiness_tui.cli.common import DayOption, Session, as_json, desk_of, may_ask, pass_session, say, say_json, sure
from readiness_tui.domain.checklists.standing import reviewed_alone
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line

if TYPE_CHECKING:
    from readiness_tui.domain.checklists.review import Review
    from readiness_tui.services.core.desk import Desk


@click.group("review", invoke_without_command=True)
@click.option("--plain", is_flag=True, help="Score item by item in questions and answers, without a screen.")
@click.option("--all", "everything", is_flag=True, help="With --plain: ask about items that you have voted on too.")
@pass_session
@click.pass_context
def review_command(ctx: click.Context, session: Session, plain: bool, everything: bool) -> int:
    """Show or change what the review is about; with --plain, score it in questions and answers.

    --plain reads standard input and writes standard output, a fact a line: for a screen reader, a pipe, or ssh without a
    terminal. Each answer is saved at once; Ctrl-D ends.
    """
    if ctx.invoked_subcommand is not None:
        if plain or everything:
            raise click.UsageError("--plain and --all stand alone, without a command after them.")
        return 0
    if not plain:
        raise click.exceptions.NoArgsIsHelpError(ctx)
    from readiness_tui.cli.apart.plain import go_through

    with desk_of(session, frozen=True) as desk:
        return go_through(desk, everything=everything)


@review_command.command("show")
@as_json
@pass_session
def show(session: Session, as_json: bool) -> None:
    """Show the review: system, release, day, people, time zone, how it is judged."""
    from readiness_tui.services.review.reviews import people

    with desk_of(session) as desk:
        _say(desk, people(desk), as_json=as_json)


@review_command.command("edit")
@click.option("--release", help="Which release it is.")
@click.option("--date", "held_on", type=DayOption(), help="The day on which it is held.")
@click.option("--owner", help="Who answers for conditions that nobody else owns.")
@click.option("--facilitator", help="Who records a consensus.")
@click.option(
    "--reviewer", "reviewers", multiple=True, help="Who votes, in place of those who do now; repeat for each."
)
@click.option("--zone", help="The team's time zone, as Europe/Berlin; none is that of whoever looks.")
@click.option("--blind/--open", "blind", default=None, help="Whether each votes alone until the reveal.")
@click.option("--depth", type=click.Choice(["course", "full"]), help="Only the course's items, or all of them.")
@as_json
@may_ask
@pass_session
def edit(
    session: Session,
    release: str | None,
    held_on: date | None,
    owner: str | None,
    facilitator: str | None,
    reviewers: tuple[str, ...],
    zone: str | None,
    blind: bool | None,
    depth: str | None,
    as_json: bool,
) -> None:
    """Change what the review says of itself. A frozen one is superseded instead: `review supersede`."""
    from readiness_tui.domain.checklists.model import Depth
    from readiness_tui.domain.text.dates import doubt_held
    from readiness_tui.services.core.write import together
    from readiness_tui.services.core.zones import checked_zone
    from readiness_tui.services.review import mend
    from readiness_tui.services.review.reviews import people, set_blind, set_depth, set_zone

    own = (release, held_on, owner, facilitator, reviewers or None)
    if all(said is None for said in (*own, zone, blind, depth)):
        raise click.UsageError("What changes? `readiness review edit --help` lists it.")
    wanted = None if zone is None else checked_zone("" if zone.strip().casefold() == "none" else zone)
    with desk_of(session) as desk:
        if held_on is not None and not session.yes:
            today = desk.day(people(desk).zone)
            if said := doubt_held(held_on, today):
                raise ReadinessError(said, by_command="If it is meant, add --yes.")
        with together(desk, "review edited"):
            if wanted is not None:
                set_zone(desk, wanted)
            if any(said is not None for said in own):
                mend.edit_review(
                    desk, release=release, held_on=held_on, owner=owner, facilitator=facilitator, reviewers=reviewers or None
                )  # fmt: skip
            if blind is not None:
                set_blind(desk, blind)
            if depth is not None:
                set_depth(desk, Depth(depth))
        if wanted is not None:  # checked above; last, because what the day is depends on it
            set_zone(desk, wanted)
        _say(desk, people(desk), as_json=as_json)


@review_command.command("rename-person")
@click.argument("old")
@click.argument("new")
@pass_session
def rename_person(session: Session, old: str, new: str) -> None:
    """Write a person's name right in all of the system's open reviews; the history keeps both names."""
    from readiness_tui.services.review.mend import rename_person

    with desk_of(session) as desk:
        done = rename_person(desk, old, new)
    say(one_line(f"{done.old} is {done.new} now, in {done.rows} places."))
    for line in done.merged:
        say(one_line(f"  {line}"))


@review_command.command("rename-system")
@click.argument("old")
@click.argument("new")
@pass_session
def rename_system(session: Session, old: str, new: str) -> None:
    """Call a system of the file by another name; frozen scorecards keep the one they print."""
    from readiness_tui.services.review.mend import rename_system

    with desk_of(session, whole=True) as desk:
        say(one_line(f"{old} is called {rename_system(desk, old, new)} now."))


@review_command.command("supersede")
@click.option("--reason", required=True, help="What is wrong with the frozen scorecard; it will show it.")
@may_ask
@pass_session
def supersede(session: Session, reason: str) -> None:
    """Open a corrected review in place of the frozen one, with all that was said in it."""
    from readiness_tui.services.core import target
    from readiness_tui.services.review.supersede import supersede

    with desk_of(session, frozen=True) as desk:
        sure(session, f"Supersede the frozen scorecard of {target.place(desk)}?")
        made = supersede(desk, reason)
    say(one_line(f"Review {made.id} of {made.system} {made.release} takes its place, open."))


@review_command.command("take-back")
@click.argument("number", metavar="IMPORT", type=int)
@may_ask
@pass_session
def take_back(session: Session, number: int) -> None:
    """Take an import back: what it brought goes, the history keeps that it was there. `imports` numbers them."""
    from readiness_tui.services.importing.take_back import take_back

    with desk_of(session) as desk:
        sure(session, f"Take import {number} back, with all that it brought?")
        say(take_back(desk, number).summary)


def _say(desk: Desk, review: Review, *, as_json: bool) -> None:
    from readiness_tui.services.review.settling import shown, waiting

    today = desk.day(review.zone)
    two = waiting(desk)
    if as_json:
        from readiness_tui.domain.text.plain import plain

        names = ("id", "system", "release", "held_on", "owner", "facilitator", "reviewers", "depth", "checklists", "zone",
                 "blind", "revealed", "as_of", "candidate", "baseline", "frozen_at")  # fmt: skip
        say_json({"schema": 1, "today": today.isoformat(), **{name: plain(getattr(review, name)) for name in names},
                  "unsettled": [{"what": one.rival.title, "about": one.rival.about, "field": one.rival.field,
                                 "stored": shown(one, one.stored), "stored_by": one.stored_by,
                                 "other": shown(one, one.rival.value), "other_by": one.rival.by} for one in two]})  # fmt: skip
        return
    from readiness_tui.domain.text.format import full_day, moment, plural

    votes = "open" if not review.blind else "blind, revealed" if review.revealed else "blind until the reveal"
    alone = reviewed_alone(review.reviewers) and not review.secret
    where = review.zone or "this machine's"
    rows = (
        ("System", review.system),
        ("Release", review.release),
        ("Held on", full_day(review.held_on)),
        ("Owner", review.owner or "nobody"),
        # With one reviewer nobody reveals anything, and there is nobody to hide votes from.
        *(() if alone else (("Facilitator", review.facilitator or "nobody"),)),
        ("Reviewers", ", ".join(review.reviewers) or "nobody"),
        *(() if alone else (("Voting", votes),)),
        ("Depth", review.depth.value),
        ("Checklists", ", ".join(review.checklists)),
        ("Time zone", f"{where} (today is {full_day(today)})"),
        ("Judged as of", full_day(review.as_of) if review.as_of else "today"),
        ("Frozen", moment(review.frozen_at) if review.frozen_at else "no"),
    )
    for name, value in rows:
        say(f"{name:<13}{one_line(value)}")
    if two:
        say(f"{plural(len(two), 'thing')} that two people changed at once; # in the app settles each:")
    for one in two:
        by = f" ({one.stored_by})" if one.stored_by else ""
        stands, other = (one_line(shown(one, text), 80) or "nothing" for text in (one.stored, one.rival.value))
        say(one_line(f"  {one.rival.title}: {stands}{by} stands; {other} ({one.rival.by}) waits"))
