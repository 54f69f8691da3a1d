"""`owner` and `due`: who sees to a gap or a condition, and by when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from readiness_tui.cli.common import Session, desk_of, may_ask, pass_session, say
from readiness_tui.domain.text.sanitise import one_line

if TYPE_CHECKING:
    from readiness_tui.services.review.owning import Owned


@click.command("owner")
@click.argument("key")
@click.argument("name")
@pass_session
def owner_command(session: Session, key: str, name: str) -> None:
    """Name who sees to a gap or a condition: `owner REL-02 ben`, `owner section/reliability ben`; `none` clears it.

    KEY is as `gaps` and `conditions` print it, or an item's id. A condition without an owner is a NO-GO.
    """
    from readiness_tui.services.review import owning

    with desk_of(session) as desk:
        _say(owning.set_owner(desk, key, "" if name.strip().casefold() == "none" else name), desk.today_here())


@click.command("due")
@click.argument("key")
@click.argument("day")
@may_ask
@pass_session
def due_command(session: Session, key: str, day: str) -> None:
    """Say by when a gap or a condition is done: a date (2026-12-01, "1 Dec", +14), or none to clear it.

    A date that is probably mistyped (in the past, years ahead) is refused unless --yes stands beside it.
    """
    from readiness_tui.domain.text.dates import parse_day
    from readiness_tui.services.review import owning

    with desk_of(session) as desk:
        today = desk.today_here()
        due: date | None = None if day.strip().casefold() == "none" else parse_day(day, today)
        _say(owning.set_due(desk, key, due, sure=session.yes), today)


def _say(now: Owned, today: date) -> None:
    from readiness_tui.domain.text.format import due_day

    due = f"due {due_day(now.due, today)}" if now.due else "no date"
    say(one_line(f"{now.title}: {now.owner or 'nobody'}, {due} ({now.key})"))
