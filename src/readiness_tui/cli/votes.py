"""`votes`: who has voted, where reviewers differ; starting blind voting, and the reveal."""

from __future__ import annotations

from dataclasses import asdict

import click

from readiness_tui.cli.common import Session, as_json, desk_of, may_ask, pass_session, say, say_json, sure
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line


@click.command("votes")
@click.option("--blind", is_flag=True, help="Start blind voting: each scores alone until the reveal.")
@click.option("--open", "opened", is_flag=True, help="Vote in the open again; only while nobody has voted.")
@click.option("--reveal", is_flag=True, help="Show all votes and notes at once. It cannot be taken back.")
@may_ask
@as_json
@pass_session
def votes_command(session: Session, blind: bool, opened: bool, reveal: bool, as_json: bool) -> None:
    """Who has voted on how many items, and where reviewers differ.

    Before the reveal of blind voting it says that somebody voted, never what. Blind voting and the reveal are the
    facilitator's (`readiness people`). Roles prevent accidents, not lies: nobody is authenticated in a terminal.
    """
    from readiness_tui.services.review import reviews, votes

    if blind + opened + reveal > 1:
        raise click.UsageError("--blind, --open and --reveal exclude each other.")
    with desk_of(session) as desk:
        if blind or opened:
            reviews.set_blind(desk, blind)
        elif reveal:
            reviews.may_reveal(desk)
            sure(session, "Reveal all votes and notes? Everybody sees them at once.")
            reviews.reveal(desk)
        found = votes.turnout(desk)
    if as_json:
        say_json({"schema": 1, **asdict(found), "voted": dict(found.voted)})
        return
    if found.blind:
        say("Blind until the reveal.")
    for name, count in found.voted:
        say(f"{one_line(name):<13}{count} of {found.total}")
    if found.differences:
        say(f"Reviewers differ on {plural(len(found.differences), 'item')}:")
    for one in found.differences:
        end = "; settled" if one.settled else ""
        said = ", ".join(one_line(vote) for vote in one.said)
        say(f"  {one.item_id} {one_line(one.title)}: {said}, spread {one.spread}{end}")
