"""`score`, `waive` and `confirm`: what a person does with items, for scripts and for many items at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from readiness_tui.cli.common import DayOption, File, Session, desk_of, may_ask, pass_session, say
from readiness_tui.domain.text.sanitise import one_line

if TYPE_CHECKING:
    from readiness_tui.domain.checklists.entries import ItemEntry
    from readiness_tui.services.review.entries import Followed

_POINTS = ("0", "1", "2", "none")
#: As `EvidenceKind`, which is imported late.
_KINDS = ("url", "path", "run", "trace", "incident", "case", "drill", "shown")


@click.command("score")
@click.argument("words", metavar="ITEM... 0|1|2|none", nargs=-1)
@click.option(
    "--evidence", multiple=True, help="A URL, a path, or the id of a run, trace, case or incident; repeat for more."
)
@click.option("--kind", type=click.Choice(_KINDS), help="What the evidence is, where that is not plain to see.")
@click.option("--witness", default="", help="Who else saw it, for what was shown.")
@click.option("--dated", type=DayOption(), help="When the drill was.")
@click.option("--note", help="The item's note.")
@click.option("--na", "reason", default="", help="The item does not apply, and why; in place of the points.")
@click.option("--from", "file", type=File, help="A YAML file of many items: all of it is saved, or nothing.")
@click.option("--dry-run", is_flag=True, help="Say what would follow, and save nothing.")
@may_ask
@pass_session
def score_command(
    session: Session,
    words: tuple[str, ...],
    evidence: tuple[str, ...],
    kind: str | None,
    witness: str,
    dated: date | None,
    note: str | None,
    reason: str,
    file: Path | None,
    dry_run: bool,
) -> None:
    """Vote on items, with what proves it: `score REL-02 REL-03 2 --evidence docs/fallback.md`.

    Says what follows: the points in effect, the section, the verdict. With --from, items, scores (0, 1, 2, none, n/a),
    evidence, notes, owners, dates and waivers come from a file; docs/scripts.md shows one.
    """
    from readiness_tui.services.review import entries

    if file is not None:
        if words or evidence or kind or witness or dated or note is not None or reason:
            raise click.UsageError("--from brings everything: leave the items and the other options out.")
        said, what = entries.of_file(file), f"scores from {one_line(file.name, 60)}"
    else:
        said, what = _entries(words, evidence, kind, witness, dated, note, reason), ""
    with desk_of(session) as desk:
        followed = entries.apply(desk, said, what, dry_run=dry_run, sure=session.yes)
        say_followed(followed, dry_run=dry_run)


def _entries(
    words: tuple[str, ...],
    evidence: tuple[str, ...],
    kind: str | None,
    witness: str,
    dated: date | None,
    note: str | None,
    reason: str,
) -> list[ItemEntry]:
    from readiness_tui.domain.checklists.assessment import EvidenceKind
    from readiness_tui.domain.checklists.entries import EvidenceEntry, ItemEntry

    points = words[-1] if words and words[-1] in _POINTS else None
    items = words[:-1] if points is not None else words
    if not items:
        raise click.UsageError("Which items? `readiness score REL-02 2`.")
    if points is not None and reason:
        raise click.UsageError("An item has points or does not apply (--na), not both.")
    if points is None and not (reason or evidence or note is not None):
        last = one_line(words[-1], 40)
        raise click.UsageError(
            f"{last} is not a score. After the items stands 0, 1, 2 or none; or give --na, --evidence or --note."
        )
    if not evidence and (kind or witness or dated):
        raise click.UsageError("--kind, --witness and --dated say something of --evidence.")
    meant = EvidenceKind(kind) if kind else EvidenceKind.DRILL if dated else EvidenceKind.SHOWN if witness else None
    pieces = tuple(EvidenceEntry(ref, meant, witness, dated) for ref in evidence)
    number = int(points) if points in ("0", "1", "2") else None
    return [ItemEntry(one, number, points == "none", reason, pieces, note) for one in items]


def say_followed(followed: Followed, *, dry_run: bool = False) -> None:
    """Where the items, their sections and the verdict stand now."""
    for item in followed.items:
        outside = " (outside this review's depth: it counts for nothing)" if item.outside else ""
        say(one_line(f"{item.item} {item.title}: {item.said}{outside}"))
    parts = []
    for title, was, now in followed.sections:
        shown = ["—" if one is None else f"{one}%" for one in (was, now)]
        parts.append(f"{title} {shown[0]} → {shown[1]}" if was != now else f"{title} {shown[1]}")
    if followed.copy:
        parts.append("a copy to score, without a verdict")
    else:
        moved = followed.before is not followed.after
        parts.append(f"{followed.before} → {followed.after}" if moved else f"{followed.after}")
    seen = " · votes are blind: as you see it" if followed.mine else ""
    say(one_line(" · ".join(parts)) + (" · nothing was saved" if dry_run else "") + seen)


@click.command("waive")
@click.argument("item")
@click.option("--until", type=DayOption(), help="The last day on which it holds, within 90 days.")
@click.option("--approver", default="", help="Who accepts the risk.")
@click.option("--reason", default="", help="Why the risk is accepted.")
@click.option("--withdraw", is_flag=True, help="Take the waiver back.")
@pass_session
def waive_command(session: Session, item: str, until: date | None, approver: str, reason: str, withdraw: bool) -> None:
    """Accept the risk of an item below 2 for a while. A waiver never raises a score."""
    from readiness_tui.services.review import entries

    if withdraw and (until or approver or reason):
        raise click.UsageError("--withdraw takes the waiver back: leave the other options out.")
    if not withdraw and until is None:
        raise click.UsageError("Until when? --until 2026-12-15, within 90 days.")
    with desk_of(session) as desk:
        if until is None:
            from readiness_tui.services.review import assess
            from readiness_tui.services.review.items import item_ids

            (found,) = item_ids(desk, [item])
            with entries.watched(desk, [found]) as told:
                assess.unwaive(desk, found)
        else:
            from readiness_tui.domain.checklists.entries import ItemEntry, WaiverEntry

            entry = ItemEntry(item, waiver=WaiverEntry(reason, approver, until))
            told = [entries.apply(desk, [entry], f"waiver on {one_line(item, 40)} until {until}")]
        say_followed(told[0])


@click.command("confirm")
@click.argument("items", metavar="[ITEM]...", nargs=-1)
@click.option("--section", default="", help="All items of this checklist at once, but for those to be looked at.")
@click.option("--na", is_flag=True, help="Confirm that the items do not apply, as somebody else said.")
@pass_session
def confirm_command(session: Session, items: tuple[str, ...], section: str, na: bool) -> None:
    """Confirm what last time said of items; with --na, that they do not apply.

    A section leaves out what somebody has to look at: blockers, evidence older than 90 days, proofs that changed, items
    that an incident touched. They are listed with the reason.
    """
    from readiness_tui.services.review import carry, entries
    from readiness_tui.services.review.items import item_ids, section_called

    if bool(items) is bool(section) or (na and section):
        raise click.UsageError("Name items, or one --section of last time's.")
    with desk_of(session) as desk:
        if section:
            done = carry.confirm_section(desk, section_called(desk, section))
            say(one_line(f"Confirmed: {', '.join(done.items) or 'nothing'}"))
            for left in done.left:
                say(one_line(f"  {left.item_id} is to be looked at: {', '.join(left.reasons)}"))
            return
        found = item_ids(desk, items)
        with entries.watched(desk, found) as told:
            if na:
                entries.confirm_all_na(desk, found)
            else:
                carry.confirm(desk, found)
        say_followed(told[0])
