"""`evidence verify`: looks up what a review rests on, in the repository where it lies."""

from __future__ import annotations

from pathlib import Path

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import Session, as_json, desk_of, pass_session, say, say_json, tell


@click.group("evidence")
def evidence_command() -> None:
    """Look evidence up in the repository."""


@evidence_command.command("verify")
@as_json
@pass_session
def verify(session: Session, as_json: bool) -> int:
    """Look up every piece of evidence of the open review, and keep what was found.

    Paths are looked up in the last commit of the repository that this folder is in, from its top or from this folder;
    ids among what was imported; addresses by their form alone. What is in no commit counts as a claim from then on.
    What was shown in a meeting, and drills, are not looked up: people stand for them. Exit status: 0 everything was
    found, 1 something was not, 2 unusable input, 3 something could not be looked up here.
    """
    from readiness_tui.reports.evidence import verification_object, verification_text
    from readiness_tui.services.review.evidence import verify

    with desk_of(session) as desk:
        found = verify(desk, Path.cwd())
    if as_json:
        say_json(verification_object(found))
    else:
        say(verification_text(found))
        if found.repository is None and any(one.why for one in found.pieces):
            tell("This folder is in no git repository. Run it in the one that the paths lie in.")
    if found.claims:
        return codes.NO_GO
    return codes.CONDITIONS if found.open else codes.GO
