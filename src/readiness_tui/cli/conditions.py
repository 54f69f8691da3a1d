"""`conditions` and `condition close`: what a conditional verdict still asks for."""

from __future__ import annotations

import re
from typing import Any

import click

from readiness_tui.cli.common import Session, as_json, desk_of, pass_session, say, say_json


class Days(click.ParamType[int]):
    """A number of days: 7, 7d or 2w."""

    name = "days"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = re.fullmatch(r"([0-9]{1,3})([dw]?)", str(value).strip().casefold())
        if found is None:
            self.fail("Write a number of days, as 7d, or of weeks, as 2w.", param, ctx)
        return int(found[1]) * (7 if found[2] == "w" else 1)


@click.command("conditions")
@click.option("--due", "within", type=Days(), help="Only open ones that are due within so long, or overdue: 7d, 2w.")
@as_json
@pass_session
def conditions_command(session: Session, within: int | None, as_json: bool) -> None:
    """List the conditions of each system's newest review, the overdue ones first; with --system, of that one.

    Of a frozen review those that were closed since come last.
    """
    from readiness_tui.reports import conditions as report
    from readiness_tui.services.core import target
    from readiness_tui.services.review import conditions

    with desk_of(session, whole=True) as desk:
        found, system = target.all_headings(desk), target.system_wanted(session.system)
        one = target.choose(found, system, session.review or "") if system or session.review else None
        chosen = [one] if one is not None else target.newest_of_each(found)
        rows = conditions.listed(desk, [review.id for review in chosen], within=within)
    if as_json:
        listed = [report.condition_object(r.system, r.release, r.condition, r.overdue, r.closing) for r in rows]
        say_json({"schema": report.SCHEMA, "conditions": listed})
        return
    if not rows:
        say("No condition is open." if within is None else "No condition is due by then.")
        return
    for line in report.condition_lines([(r.system, r.release, r.condition, r.today, r.closing) for r in rows]):
        say(line)


@click.group("condition")
def condition_command() -> None:
    """Close a condition of a frozen review."""


@condition_command.command("close")
@click.argument("key")
@click.option("--evidence", multiple=True, help="What shows that it is met: a URL, a path, or an id; repeat for more.")
@click.option("--note", default="", help="What else to say.")
@as_json
@pass_session
def close(session: Session, key: str, evidence: tuple[str, ...], note: str, as_json: bool) -> None:
    """Record that a condition of a frozen review is met, and say until when its verdict holds now.

    The frozen scorecard stays as it is, and so does its verdict: closing the earliest condition moves the day on which
    it lapses. KEY is as `conditions` prints it, or the item's id.
    """
    from readiness_tui.domain.text.plain import plain
    from readiness_tui.reports import conditions as report
    from readiness_tui.services.review import conditions

    with desk_of(session, frozen=True) as desk:
        made, now = conditions.close(desk, key, evidence, note)
    if as_json:
        valid = {
            "verdict": now.verdict.value,
            "valid_until": plain(now.now),
            "before": plain(now.before),
            "open": now.open,
        }
        say_json({"schema": report.SCHEMA, "closed": plain(made), **valid})
        return
    say(report.validity_text(now.verdict, now.before, now.now, now.open, now.today))
