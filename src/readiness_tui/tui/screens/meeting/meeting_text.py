"""How the meeting reads: its clock, who is here, and the page of what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from textual.content import Content

from readiness_tui.domain.text.format import full_day, plural
from readiness_tui.domain.verdict.agenda import HOUR, TimeLeft
from readiness_tui.domain.verdict.decision import Decision
from readiness_tui.domain.verdict.gap import Gap, called
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.reports.decisions import promise
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import roles
from readiness_tui.services.review.people import Stranger
from readiness_tui.tui import glyphs
from readiness_tui.tui.text import join, line, safe


def clock(place: str, item_minutes: int, pace: TimeLeft, verdict: Verdict | None) -> Content:
    """`MEETING  3 of 12 · item 2 min · 9 items, 20 minutes · 41 of 60 min left   NO-GO`"""
    rest = f"{pace.rest} of {HOUR} min left" if pace.rest >= 0 else f"{-pace.rest} min over the hour"
    item = f" · item {item_minutes} min" if item_minutes else ""
    late = pace.over > 0 or (pace.rest <= 0 and pace.left > 0)
    return join(
        Content.styled(f"MEETING  {place}", "bold"),
        f"{item} · ",
        Content.styled(pace.words, "$text-warning" if late else ""),
        f" · {rest}   ",
        Content.styled(str(verdict), glyphs.VERDICT_STYLE[verdict]) if verdict else "no verdict in a copy",
    )


def on_the_agenda(why: str, siblings: Sequence[str], done: str) -> Content:
    """Why an item is on the agenda, which others share its gap, and that it is "settled" or "put off"."""
    same = f" · the same gap as {', '.join(siblings)}" if siblings else ""
    mark = f"   {glyphs.DONE.glyph} {done}" if done else ""
    return join(line(f"On the agenda: {why}{same}", "$text-accent"), Content.styled(mark, glyphs.DONE.style))


def who_votes(view: ReviewView, here: Sequence[str], room: Sequence[str]) -> Content:
    """Whose the votes are that are typed now, and who is here."""
    if view.review.frozen_at is not None:
        said = "frozen: nothing can be changed"
    elif view.review.secret:
        said = f"blind until the reveal: you vote alone, as {view.who}"
    elif room:
        said = f"the room votes: {', '.join(room)}"
    elif roles.observes(view.review, view.who):
        said = f"{view.who} observes and does not vote"
    else:
        said = f"the vote is {view.who}'s"
    guests = [name for name in here if name not in room] if room else here
    also = f" · {'also ' if room else ''}here: {', '.join(guests)}" if guests else ""
    ask = "" if here or view.review.secret else " · who is here? p"
    return line(f"{said}{also}{ask}", "$foreground-muted")


def about_gap(gap: Gap, why: str) -> Content:
    """A point of the agenda that is no item: an overdue gap of the gate, an incident, a case or a trace."""
    due = full_day(gap.due) if gap.due else "no date"
    return Content("\n").join(
        [
            line(f"On the agenda: {why}", "$text-accent"),
            Content(""),
            join(Content.styled(f"{called(gap.key)}  ", "bold $text-accent"), line(gap.title, "bold"),
                 Content.styled(f"   {gap.severity}", "$foreground-muted")),
            join(Content.styled("GAP       ", "bold"), line(f"{gap.owner or 'no owner'} · due {due} · {gap.state}")),
            *([safe("Date changed: " + "; ".join(gap.due_changes), "$foreground-muted")] if gap.due_changes else []),
        ]
    )  # fmt: skip


def what_they_did(stranger: Stranger) -> str:
    """`voted on 3 items and sees to REL-02, DEP-01`"""
    voted = f"voted on {plural(stranger.voted, 'item')}" if stranger.voted else ""
    owns = f"sees to {', '.join(called(key) for key in stranger.owns[:4])}" if stranger.owns else ""
    return " and ".join(part for part in (voted, owns) if part)


def decided(found: Sequence[Decision], strangers: Sequence[Stranger], left: int) -> Content:
    """The last page of the agenda: what was decided, by whom it is seen to, and what is left open."""
    rows: list[Content] = [Content.styled("DECIDED IN THIS MEETING", "bold $text-accent")]
    if not found:
        rows += [Content(""), Content("Nothing yet.")]
    for topic, listed in groupby(found, key=lambda one: one.topic):
        rows += [Content(""), Content.styled(topic.upper(), "bold")]
        for one in listed:
            about = join(line(one.about, "$text-accent"), " ") if one.about else Content("")
            said = promise(one)
            rows.append(
                join("  ", about, line(one.text), Content.styled(" · " if said else "", "bold"), line(said, "bold"))
            )
    if strangers:
        rows += [Content(""), Content.styled("WHO IS…   @ answers, once for all", "bold $text-warning")]
        for stranger in strangers:
            like = f", or {stranger.like}?" if stranger.like else ""
            rows.append(join("  ", line(f"{stranger.name}{like}   {what_they_did(stranger)}")))
    rows.append(Content(""))
    if left:
        rows.append(Content(f"{left} on the agenda {'is' if left == 1 else 'are'} still open. ← goes back."))
    rows.append(Content.styled("x writes this as markdown · S then f freezes the scorecard", "$foreground-muted"))
    return Content("\n").join(rows)
