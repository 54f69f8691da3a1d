"""How History reads: reviews one under another, a change in one line, and what changed between two reviews."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from readiness_tui.domain.scorecard.model import ChangeCause
from readiness_tui.domain.scorecard.trend import TrendPoint
from readiness_tui.domain.text.format import full_day, percent, plural
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.services.review import history
from readiness_tui.services.review.trend import ReviewLine, SinceLast
from readiness_tui.tui import glyphs
from readiness_tui.tui.text import column, fit, join, line, safe

_MUTED = "$foreground-muted"
_SHOWN = 6
_WIDE = 90
_BARS = "▁▂▃▄▅▆▇█"
_WORDS = {Verdict.GO: "● GO", Verdict.CONDITIONS: "◐ CONDITIONS", Verdict.NO_GO: "✗ NO-GO"}


def summary(found: Sequence[ReviewLine], here: int, width: int) -> Content:
    """A line a review, the newest first: verdict, weakest section, each section as a bar, gate, gaps and their age."""
    head = f"    {'release':<11} {'date':<10} {'verdict':<12} weakest    {'each':<6} {'gate':<7} gaps oldest"
    rows = [Content.styled("REVIEWS", "bold $text-accent"), Content.styled(fit(head, width).rstrip(), _MUTED)]
    rows += [_review(one, one.id == here, width) for one in found[:_SHOWN]]
    if len(found) > _SHOWN:
        rows.append(line(f"and {len(found) - _SHOWN} earlier: r lists them", _MUTED))
    titles = next((one.point.sections for one in found if one.point is not None), ())
    if titles:
        rows.append(line(fit(f"    each: {', '.join(title for title, _ in titles)}", width).rstrip(), _MUTED))
    return Content("\n").join(rows)


def _review(one: ReviewLine, here: bool, width: int) -> Content:
    style = _MUTED if one.superseded else ""
    start = join(
        Content.styled("▸" if here else " ", "bold $text-accent"),
        Content.styled(f"{one.id:>2} ", style),
        column(one.release, 11, style),
        Content.styled(f" {one.held_on} ", style),
    )
    if one.superseded is not None:
        return join(start, Content.styled(f"superseded by review {one.superseded.new}", style))
    if one.point is None:
        return join(start, Content.styled("not frozen, not judged here", style))
    point = one.point
    return join(
        start,
        Content.styled(fit(_WORDS[point.verdict], 12), glyphs.VERDICT_STYLE[point.verdict]),
        f" {glyphs.bar(None if point.headline is None else point.headline / 100, 5)} {percent(point.headline):>4} ",
        Content.styled(fit(sections(point), 6), glyphs.score_style(point.headline)),
        f" {fit(point.gate, 7)} {point.gaps:>4} {'—' if point.oldest is None else f'{point.oldest} d':>6}",
        "  frozen" if one.frozen and width >= _WIDE else "",
    )


def sections(point: TrendPoint) -> str:
    """One small bar a section, in order; "-" where a section is not defined."""
    return "".join(
        "-" if share is None else _BARS[min(share * len(_BARS) // 100, len(_BARS) - 1)] for _, share in point.sections
    )


def difference(found: SinceLast) -> Content:
    """What changed, cause by cause. What nobody has voted on yet did not get worse, and stands last."""
    if found.previous is None:
        return safe(found.why_not)
    was = found.previous
    blocks = [
        safe(f"Since release {was.release}, as of {full_day(was.as_of)}: {plural(len(found.changes), 'change')}.")
    ]
    for cause in ChangeCause:
        texts = [change.text for change in found.changes if change.cause is cause]
        if texts:
            blocks += [Content(""), Content.styled(f"{cause.upper()}  {len(texts)}", "bold $text-accent")]
            blocks += [safe(f"  {text}") for text in texts]
    return Content("\n").join(blocks)


def change_line(change: history.AuditEntry, width: int) -> Content:
    mark = "↶ " if change.undoes else "✗ " if change.undone_by else "  "
    word = "undone: " if change.undone_by else ""
    why = "  why ↓" if change.why else ""
    return join(
        f"{change.at:%d %b %H:%M} ",
        Content.styled(mark, _MUTED),
        column(change.who, 10),
        " ",
        column(word + change.what, width - 26 - len(why), _MUTED if change.undone_by else ""),
        Content.styled(why, _MUTED),
    )
