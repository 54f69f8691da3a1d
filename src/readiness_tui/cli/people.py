"""`people`: who owns the review, who votes, who records a consensus."""

from __future__ import annotations

import click

from readiness_tui.cli.common import Session, as_json, desk_of, pass_session, say, say_json


@click.command("people")
@click.option("--add", multiple=True, help="A reviewer who joins; repeat for each.")
@click.option("--remove", multiple=True, help="A reviewer who leaves; their votes stand. Repeat for each.")
@click.option("--owner", default="", help="Who answers for conditions nobody else has.")
@click.option("--facilitator", default="", help="Who records a consensus.")
@as_json
@pass_session
def people_command(
    session: Session, add: tuple[str, ...], remove: tuple[str, ...], owner: str, facilitator: str, as_json: bool
) -> None:
    """Show or change who owns the review, who votes and who records a consensus.

    Names are compared without case: Ben and ben are one person.
    """
    from readiness_tui.services.review import reviews

    with desk_of(session) as desk:
        if add or remove or owner or facilitator:
            review = reviews.set_people(desk, add=add, remove=remove, owner=owner, facilitator=facilitator)
        else:
            review = reviews.people(desk)
    if as_json:
        found = {"owner": review.owner, "facilitator": review.facilitator, "reviewers": list(review.reviewers)}
        say_json({"schema": 1, **found})
        return
    say(f"{'Owner':<13}{review.owner or 'nobody'}")
    say(f"{'Facilitator':<13}{review.facilitator or 'nobody'}")
    say(f"{'Reviewers':<13}{', '.join(review.reviewers)}")
