"""The first sixty lines of a scorecard, at most 100 columns wide: what decides, for somebody who reads no further.

Verdict, reasons, conditions, gate, sections and the gaps to fix first, however large the review is. What does not fit
is counted ("and 7 more, below") and stands in full after them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from readiness_tui.domain.checklists.standing import reviewed_alone
from readiness_tui.domain.gate_result.model import GateRow, Result
from readiness_tui.domain.gate_result.words import result_mark
from readiness_tui.domain.metrics.words import bound_text, estimate_text, metric_label, rule_text, value_text
from readiness_tui.domain.scorecard.model import ChangeCause, GapLine, Scorecard, SectionLine
from readiness_tui.domain.text.format import fit, full_day, percent, plural, width
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import find_secrets
from readiness_tui.domain.verdict.model import Condition, Part, Verdict
from readiness_tui.domain.verdict.words import VERDICT_GLYPHS
from readiness_tui.reports.escape import inline

LINES, COLUMNS = 60, 100
_NAME = 20  # columns of a person's name, or a release's


@dataclass(frozen=True, slots=True)
class Head:
    """`sections`: whether it has all of them. `to_do`: the chapter after it, every reason and condition in full."""

    lines: tuple[str, ...]
    to_do: tuple[str, ...]
    sections: bool


@dataclass(slots=True)
class _Block:
    """A chapter: its fixed lines, then as many of its entries as there is room for, each of one or two lines."""

    title: str
    fixed: list[str]
    entries: list[list[str]]
    shown: int = 0
    more: Callable[[int], str] = field(default=lambda left: f"- and {left} more, below")

    def height(self, shown: int) -> int:
        """With heading, blank lines, and the line that counts the rest."""
        return 3 + len(self.fixed) + sum(map(len, self.entries[:shown])) + (shown < len(self.entries))

    def lines(self) -> list[str]:
        left = len(self.entries) - self.shown
        body = [line for entry in self.entries[: self.shown] for line in entry]
        return ["", f"## {self.title}", "", *self.fixed, *body, *([self.more(left)] if left else [])]


def scorecard_head(card: Scorecard) -> Head:
    """Lines of markdown, their outside text escaped."""
    top = [*_top(card)]
    why, conditions, gate, sections, gaps = _why(card), _conditions(card), _gate(card), _sections(card), _gaps(card)
    blocks = [block for block in (why, conditions, gate, sections) if block is not None]
    _share(blocks, LINES - len(top))
    left = LINES - len(top) - sum(block.height(block.shown) for block in blocks)
    if gaps is not None and gaps.height(1) <= left:
        _share([gaps], left)
        blocks.append(gaps)
    return Head(
        lines=(*top, *(line for block in blocks for line in block.lines())),
        to_do=tuple(_to_do(card, conditions.shown if conditions else 0)),
        sections=sections is None or sections.shown == len(sections.entries),
    )


def _share(blocks: Sequence[_Block], room: int) -> None:
    """One entry more for each block in turn, until none fits any more."""
    grown = True
    while grown:
        grown = False
        for block in blocks:
            if block.shown == len(block.entries):
                continue
            others = sum(other.height(other.shown) for other in blocks if other is not block)
            if others + block.height(block.shown + 1) <= room:
                block.shown += 1
                grown = True


# The first ten lines


def _top(card: Scorecard) -> Iterator[str]:
    yield _one(
        "# Day-21 readiness scorecard: ",
        card.system,
        inline(f", release {_name(card.release)}, {full_day(card.held_on)}"),
    )
    yield ""
    until = f" (valid until {full_day(card.valid_until)})" if card.valid_until else ""
    first, rest = _split_reason(card.reason)
    # Ten lines have room for two of reasons where there is no earlier review to compare with.
    yield from _filled(f"**{card.verdict}**{until}: ", first, tail=rest, most=1 if card.previous else 2, indent="")
    yield _one(
        f"- **Gate** {inline(card.gate.summary)} · **weakest section** ",
        card.weakest,
        f" {percent(card.headline)} · **assessed** {percent(card.assessed)}",
    )
    yield f"- **Blockers** {card.blockers} · **gaps** {card.gap_count} · **as of** {full_day(card.as_of)}"
    for number, gap in enumerate(card.top_gaps, start=1):
        yield _one(f"- **Gap {number}** ", gap.title, _who(gap))
    if card.previous:
        yield (
            f"- **Since {full_day(card.previous.as_of)}** {card.previous.verdict} → {card.verdict} · weakest section"
            f" {percent(card.previous.headline)} → {percent(card.headline)} · {_changed(card)}"
        )
    names = ", ".join(card.reviewers) or "not named"
    if reviewed_alone(card.reviewers) and card.reviewers:
        names += ", reviewed alone"
    over = card.verdict_override
    dissent = inline(_name(", ".join(one.by for one in card.dissents) or "none", 12 if over else _NAME))
    after = "" if card.previous else " · **first review**"
    if over:
        after = f" · **overridden** to {inline(_name(over.verdict))} by {inline(_name(over.by, 12))}"
    blind = " · **votes blind**: undecided until the reveal" if card.blind else ""
    yield _one("- **Reviewers** ", names, f" · **dissent** {dissent}{blind or after}")


def _split_reason(reason: str) -> tuple[str, str]:
    """The first reason, and how many there are besides: "; and 2 more reasons."."""
    text, mark, rest = reason.rpartition("; and ")
    return (text, mark + rest) if mark and rest.endswith(("reason.", "reasons.")) else (reason, "")


def _changed(card: Scorecard) -> str:
    """ "12 changes, 9 not voted yet": an item that nobody has voted on yet did not get worse."""
    waiting = sum(change.cause is ChangeCause.NOT_VOTED for change in card.changes)
    return plural(len(card.changes), "change") + (f", {waiting} not voted yet" if waiting else "")


# Its chapters


def _why(card: Scorecard) -> _Block:
    """The parts with their verdicts, and the reasons that stop the release under them."""
    reasons = [cause for cause in card.causes if cause.verdict is Verdict.NO_GO]
    order = [part for part in Part if part in card.parts]
    fixed = [f"- **{part.capitalize()}** {VERDICT_GLYPHS[card.parts[part]]} {card.parts[part]}" for part in order]
    if not reasons:
        return _Block("Why", fixed, [])
    reasons.sort(key=lambda cause: order.index(cause.part))
    return _Block("Why", [*fixed, "", "What stops it:", ""], [_filled("- ", cause.text, most=2) for cause in reasons])


def _conditions(card: Scorecard) -> _Block | None:
    if not card.conditions:
        return None
    shown = [_filled("- [ ] ", condition.text, tail=_who(condition), most=2) for condition in card.conditions]
    return _Block("Conditions", [], shown)


def _gate(card: Scorecard) -> _Block | None:
    gate = card.gate
    if not gate.name:
        return None
    locked = f", locked {full_day(gate.lock.at.date())} by {_name(gate.lock.by)}" if gate.lock else ", never locked"
    summary = _one("- **Gate** ", gate.name, f" v{gate.version}: {inline(gate.summary + locked)}")
    rows = sorted(gate.rows, key=lambda row: row.result is Result.PASS)  # should some be cut, what fails is not
    if not rows:
        return _Block("Gate", [summary], [])
    head = ["", "| Metric | Rule | Value | Bound 95% | n | Result |", "|:---|:---|---:|---:|:---|:---|"]
    shown = [_row(row) for row in rows]
    return _Block("Gate", [summary, *head], [[line] for line in shown], more=_table_more(6))


def _row(row: GateRow) -> str:
    value = value_text(row.estimate.value if row.estimate else None, row.rule)
    label = metric_label(row.rule) + ("" if row.rule.required else ", optional")
    after = [
        fit(rule_text(row.rule), 24).rstrip(),
        value,
        bound_text(row.estimate, row.rule),
        fit(estimate_text(row.estimate), 10).rstrip(),
        result_mark(row.result),
    ]
    return _one("| ", label, f" | {' | '.join(map(inline, after))} |")


def _sections(card: Scorecard) -> _Block | None:
    if not card.sections:
        return None
    head = ["| Section | Score | Assessed | Proven | Blockers | Change |", "|:---|---:|---:|---:|:---|:---|"]
    lowest = sorted(card.sections, key=lambda section: (section.percent is None, section.percent))
    rows = [[_section(section)] for section in card.sections]
    block = _Block("Sections", head, rows, more=_table_more(6))
    if block.height(len(rows)) > LINES // 4:  # should some be cut, the lowest are not
        block.entries = [[_section(section)] for section in lowest]
    return block


def _section(section: SectionLine) -> str:
    before = section.previous
    change = "new" if before is None else f"{percent(before)} → {percent(section.percent)}"
    rest = [
        percent(section.percent),
        f"{section.decided}/{section.total}",
        str(section.proven),
        section.blockers,
        ("none" if before is not None and before == section.percent else change)
        + (f", {section.not_voted} not voted" if section.not_voted else ""),
    ]
    return _one("| ", section.title, f" | {' | '.join(rest)} |")


def _gaps(card: Scorecard) -> _Block | None:
    """Those after the three that stand above."""
    more = card.gaps_to_close[len(card.top_gaps) :]
    return _Block("More gaps", [], [[_one("- ", gap.title, _who(gap))] for gap in more]) if more else None


def _to_do(card: Scorecard, listed: int) -> Iterator[str]:
    """Every reason and condition in full, with what to do about it. `listed`: conditions that are tasks above."""
    for cause in card.causes:
        if cause.verdict is Verdict.NO_GO:
            yield from _filled("- **Now** ", f"{cause.text}.")
            yield from _filled("  *To do:* ", cause.act) if cause.act else ()
    for number, one in enumerate(card.conditions, start=1):
        when = f"**By {full_day(one.due)}**" if one.due else "**No date**"
        yield from _filled(f"- {'[ ] ' if number > listed else ''}{when} ", f"{one.text} — {one.owner or 'no owner'}.")
        yield from _filled("  *To do:* ", one.act) if one.act else ()


def _table_more(columns: int) -> Callable[[int], str]:
    return lambda left: f"| and {left} more, below |" + " |" * (columns - 1)


# Lines


def _who(one: Condition | GapLine) -> str:
    due = full_day(one.due) if one.due else "no date"
    return f" — {inline(_name(one.owner)) if one.owner else 'no owner'} — {due}"


def _name(text: str, columns: int = _NAME) -> str:
    return fit(one_line(text), columns).rstrip()


def _one(before: str, text: str, after: str) -> str:
    """One line of markdown: `text` is outside text, escaped and cut to what the rest leaves; the rest is ours."""
    return before + inline(_cut(one_line(text), COLUMNS - width(before) - width(after))) + after


def _cut(text: str, room: int) -> str:
    """`text` so short that its escaped form has at most `room` columns."""
    shown, columns = text, max(width(text), 1)
    while width(inline(shown)) > room and columns > 1:
        columns -= max(width(inline(shown)) - room, 1)
        shown = fit(text, max(columns, 1)).rstrip()
    return shown


def _filled(lead: str, text: str, *, tail: str = "", most: int = 0, indent: str = "  ") -> list[str]:
    """Outside text as lines of markdown, broken at spaces, the last one with `tail` (ours) behind it: at most `most`
    lines, cut if need be; 0: as many as it takes, nothing cut."""
    words, before = one_line(text).split(" "), lead
    masked = bool(find_secrets(text))
    lines: list[str] = []
    while words and (not most or len(lines) < most - 1):
        taken = _that_fit(before, words, masked)
        if taken == len(words) and width(before + inline(" ".join(words)) + tail) <= COLUMNS:
            break
        if tail and taken == len(words) > 1:
            taken -= 1  # a tail that begins a line has a word before it: "captured; and 2 more"
        part = " ".join(words[:taken])
        lines.append(_one(before, part, "") if most else before + inline(part))
        words, before = words[taken:], indent
    if not words:
        return [*lines, before + tail.lstrip()] if tail else lines
    return [*lines, _one(before, " ".join(words), tail)]


def _that_fit(before: str, words: Sequence[str], masked: bool) -> int:
    """How many of the words fit in a line behind `before`; at least one is taken."""

    def fits(count: int) -> bool:
        return width(before + inline(" ".join(words[:count]))) <= COLUMNS

    if masked:  # more words may then be shorter than fewer: all are tried, from the most on
        return next((count for count in range(len(words), 0, -1) if fits(count)), 1)
    return next((count for count in range(1, len(words)) if not fits(count + 1)), len(words))
