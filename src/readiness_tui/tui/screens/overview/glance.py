"""What the Overview shows of a review, as plain values: drawn when it is judged, kept, and drawn again at the next start.

Nothing of the rules is imported here: the first screen needs none of them where it was kept.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from textual.content import Content

from readiness_tui.tui import glyphs
from readiness_tui.tui.text import clickable, column, join, line

ROOM_OF = {"GATE": "evals", "INCIDENTS": "incidents"}  # where a click on the fact goes
HANDED_IN = {"yes": glyphs.DONE, "part": glyphs.PARTIAL, "no": glyphs.MISSING}


class VerdictLine(NamedTuple):
    """`words` are painted as `verdict` is; after `apart` stands what was `said` of it, and then what matters less."""

    verdict: str
    words: str
    apart: str
    said: str
    aside: str


class ActionLine(NamedTuple):
    """A change, or a condition: what, who has it, until when ("3 Dec", empty for no date)."""

    key: str
    text: str
    glyph: str
    style: str
    owner: str
    due: str


class ChecklistLine(NamedTuple):
    title: str
    percent: int | None
    share: float | None
    decided: int
    total: int
    proven: int
    blockers: str


class FactLine(NamedTuple):
    name: str
    words: str


class HandedInLine(NamedTuple):
    title: str
    state: str


class Glance(NamedTuple):
    verdict: VerdictLine
    flips: tuple[ActionLine, ...]
    flips_to: str | None
    flips_rest: str
    sections: tuple[ChecklistLine, ...]
    facts: tuple[FactLine, ...]
    handed_in: tuple[HandedInLine, ...]
    next_step: str
    conditions: tuple[ActionLine, ...]
    acceptable: bool  # whether proofs propose scores that contradict nobody
    begun: bool  # whether anything is imported or scored


def to_plain(glance: Glance) -> list[Any]:
    """As lists and values that JSON knows."""
    return [_listed(value) for value in glance]


def _listed(value: Any) -> Any:
    return [_listed(one) for one in value] if isinstance(value, tuple) else value


def from_plain(plain: Any) -> Glance | None:
    """What `to_plain` gave; None for anything else."""
    try:
        kept = Glance(*plain)
        return kept._replace(
            verdict=VerdictLine(*kept.verdict),
            flips=tuple(ActionLine(*one) for one in kept.flips),
            sections=tuple(ChecklistLine(*one) for one in kept.sections),
            facts=tuple(FactLine(*one) for one in kept.facts),
            handed_in=tuple(HandedInLine(*one) for one in kept.handed_in),
            conditions=tuple(ActionLine(*one) for one in kept.conditions),
        )
    except TypeError:
        return None


# -- drawing --------------------------------------------------------------------------------------------------------


def verdict_line(of: VerdictLine) -> Content:
    """The verdict and, in one sentence, the causes that make it; a click says why in full."""
    said = join(
        Content.styled(of.words, glyphs.VERDICT_STYLE[of.verdict]),
        of.apart,
        line(of.said),
        Content.styled(of.aside, "$foreground-muted"),
    )
    return clickable(said, "screen.why")


def action_line(of: ActionLine, width: int) -> Content:
    """One change or condition, with who has it and until when."""
    return join(
        Content.styled(f"{of.glyph} ", of.style),
        column(of.text, max(width - 22 - max(len(of.due) - 7, 0), 20)),
        "  ",
        column(of.owner or "—", 9),
        f" {of.due:>7}",
    )


def section_table(sections: tuple[ChecklistLine, ...]) -> Content:
    """A line a checklist: bar, score, decided, proven and its blockers."""
    head = Content.styled(f"{'CHECKLISTS':<18}{'score':<24}{'assessed':>9}{'proven':>8}  blockers", "bold $text-accent")
    rows = [clickable(_section_line(section), f"screen.section({place})") for place, section in enumerate(sections)]
    return Content("\n").join([head, *rows])


def _section_line(section: ChecklistLine) -> Content:
    percent = f"{section.percent:>3}%" if section.percent is not None else "   —"
    return join(
        column(section.title, 18),
        Content.styled(glyphs.bar(section.share, 18), glyphs.score_style(section.percent)),
        f" {percent} ",
        f"{section.decided}/{section.total}".rjust(9),
        (str(section.proven) if section.proven else "–").rjust(8),
        "  ",
        section.blockers,
    )


def condition_table(conditions: tuple[ActionLine, ...], width: int, room: int) -> Content:
    """The first conditions, as many as there is room for, with owner and date."""
    rows = [Content.styled(f"CONDITIONS  {len(conditions)}", "bold $text-accent")]
    shown = conditions if len(conditions) < room else conditions[: room - 2]
    rows += [
        clickable(action_line(condition, width), f"screen.condition({place})") for place, condition in enumerate(shown)
    ]
    if len(shown) < len(conditions):
        left = len(conditions) - len(shown)
        rows.append(Content.styled(f"  and {left} more: press G for the closing list", "$foreground-muted"))
    return Content("\n").join(rows)


def facts_table(of: Glance) -> Content:
    """Gate, incidents, what is handed in, and what to do next."""
    table = []
    for fact in of.facts:
        said = join(Content.styled(f"{fact.name:<11}", "bold $text-accent"), line(fact.words))
        room = ROOM_OF.get(fact.name)
        table.append(clickable(said, f"app.jump('{room}')") if room else said)
    # Two lines: the seven of them do not fit on one of 80 columns.
    for title, pieces in (("HANDED IN", of.handed_in[:5]), ("Days 15–21", of.handed_in[5:])) if of.handed_in else ():
        handed = [
            join(Content.styled(HANDED_IN[piece.state].glyph, HANDED_IN[piece.state].style), f" {piece.title}  ")
            for piece in pieces
        ]
        style = "bold $text-accent" if title.isupper() else "$foreground-muted"
        table.append(join(Content.styled(f"{title:<11}", style), *handed))
    if of.next_step:
        table.append(join(Content.styled(f"{'NEXT':<11}", "bold $text-accent"), line(of.next_step)))
    return Content("\n").join(table)
