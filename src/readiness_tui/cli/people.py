"""`people`: who owns the review, who votes, who records a consensus."""

from __future__ import annotations

import click

from readiness_tui.cli.common import Session, as_json, desk_of, pass_session, say, say_json
from readiness_tui.domain.checklists.standing import reviewed_alone
from readiness_tui.domain.text.sanitise import one_line


@click.command("people")
@click.option("--add", multiple=True, help="A reviewer who joins; repeat for each.")
@click.option("--remove", multiple=True, help="A reviewer who leaves; their votes stand. Repeat for each.")
@click.option("--owner", default="", help="Who answers for conditions nobody else has.")
@click.option("--facilitator", default="", help="Who records a consensus.")
@click.option("--author", "authors", multiple=True, help="Who built the system; repeat for each. “” for nobody.")
@click.option("--observer", "observers", multiple=True, help="Who looks on and does not vote; repeat. “” for nobody.")
@as_json
@pass_session
def people_command(
    session: Session,
    add: tuple[str, ...],
    remove: tuple[str, ...],
    owner: str,
    facilitator: str,
    authors: tuple[str, ...],
    observers: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show or change who owns the review, who votes, who facilitates, who built the system and who looks on.

    Names are compared without case: Ben and ben are one person. Roles prevent accidents, not lies: nobody is
    authenticated in a terminal.
    """
    from readiness_tui.services.review import reviews, roles

    with desk_of(session) as desk:
        if add or remove or owner or facilitator or authors or observers:
            reviews.set_people(
                desk, add=add, remove=remove, owner=owner, facilitator=facilitator,
                authors=authors or None, observers=observers or None,
            )  # fmt: skip
        review, strangers = reviews.people(desk), roles.voted_too(desk)
    if as_json:
        found = {"owner": review.owner, "facilitator": review.facilitator, "reviewers": list(review.reviewers)}
        also = {"authors": review.authors, "observers": review.observers, "unknown_voters": strangers}
        say_json({"schema": 1, **found, **{name: list(names) for name, names in also.items()}})
        return
    for role, names in (
        ("Owner", (review.owner,)),
        (
            "Facilitator",
            () if reviewed_alone(review.reviewers) and not review.secret else (review.facilitator or "nobody",),
        ),
        ("Reviewers", review.reviewers),
        ("Authors", review.authors),
        ("Observers", review.observers),
        ("Voted too", strangers),
    ):
        if names:
            say(f"{role:<13}{', '.join(one_line(name) for name in names)}")
    if strangers:
        say("Voted too: whoever belongs to the review joins with --add.")
