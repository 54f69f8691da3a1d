"""`people`: who owns the review, who votes, who records a consensus."""

from __future__ import annotations

import click

from readiness_tui.cli.common import Session, as_json, desk_of, pass_session, say, say_json
from readiness_tui.domain.text.sanitise import one_line


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
    for role, names in (("Owner", review.owner), ("Facilitator", review.facilitator), ("Reviewers", review.reviewers)):
        listed = names if isinstance(names, tuple) else (names or "nobody",)
        say(f"{role:<13}{', '.join(one_line(name) for name in listed)}")
