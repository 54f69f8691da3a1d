"""What decides: the verdict with its reasons, the fewest changes that better it, and where everything stands."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.checklists.standing import reviewed_alone
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.metrics.meets import NOISE
from readiness_tui.domain.text.format import day_month
from readiness_tui.domain.verdict.model import Flip, Judgement, Section, Verdict
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import assess
from readiness_tui.tui import glyphs
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.text import column, join, line, safe
from readiness_tui.tui.widgets.pick_list import PickList

HANDED_IN = {"yes": glyphs.DONE, "part": glyphs.PARTIAL, "no": glyphs.MISSING}


class OverviewScreen(RoomScreen):
    ROOM = "overview"
    CSS_PATH = "screen.tcss"
    BINDINGS = [
        Binding("enter", "open", "Open", id="overview.open", tooltip="Open what the highlighted line is about"),
        Binding("a", "accept", "Accept proofs", id="overview.accept",
                tooltip="Accept every proposed score that contradicts nobody"),
        Binding("space", "next", "Next", id="overview.next", tooltip="Go to the next thing that needs a person"),
        Binding("v", "why", "Why", id="overview.why", tooltip="The verdict with every cause"),
        Binding("x", "app.room('scorecard')", "Export", id="overview.export", tooltip="Preview and export the scorecard"),
    ]  # fmt: skip

    def body(self) -> ComposeResult:
        with VerticalScroll(id="body", can_focus=False):
            yield Static(id="verdict")
            yield Static(id="flips-title", classes="heading")
            yield PickList(id="flips", compact=True)
            yield Static(id="flips-rest")
            yield Static(id="sections")
            yield Static(id="facts")
            yield Static(id="conditions")

    async def show(self, view: ReviewView) -> None:
        judgement = view.judgement
        self.query_one("#verdict", Static).update(verdict_line(view))
        self._show_flips(view)
        self.query_one("#sections", Static).update(section_table(judgement))
        self.query_one("#facts", Static).update(facts_table(view))
        # Where the terminal has room for more than what decides, the closing list stands below.
        room = self.size.height - 27
        conditions = self.query_one("#conditions", Static)
        conditions.display = room > 3 and bool(judgement.conditions)
        conditions.update(condition_table(judgement, max(self.size.width - 4, 40), room))
        self.refresh_bindings()

    def _show_flips(self, view: ReviewView) -> None:
        judgement = view.judgement
        flips = self.query_one("#flips", PickList)
        title = self.query_one("#flips-title", Static)
        rest = self.query_one("#flips-rest", Static)
        flips.display = bool(judgement.flips)
        rest.display = title.display = judgement.flips_to is not None
        if judgement.flips_to is None:
            return
        title.update(line(f"FIX {len(judgement.flips)} TO REACH {judgement.flips_to}"))
        width = max(self.size.width - 3, 40)
        flips.refill(Option(flip_line(flip, view, width), id=flip.key) for flip in judgement.flips)
        if judgement.flips_to is Verdict.CONDITIONS:
            without = sum(1 for condition in judgement.conditions if condition.problem)
            tail = f", {without} without owner or date, or overdue" if without else ": each has owner and date"
            rest.update(line(f"then {judgement.after_flips} conditions{tail}" if judgement.after_flips else ""))
        else:
            rest.update("")

    @on(OptionList.OptionSelected, "#flips")
    async def _opened(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self._go_to(event.option.id or "")

    async def action_open(self) -> None:
        key = self.query_one("#flips", PickList).current
        if key is not None:
            await self._go_to(key)

    async def action_next(self) -> None:
        if self.view.judgement.flips:
            await self._go_to(self.view.judgement.flips[0].key)

    async def _go_to(self, key: str) -> None:
        await self.host.go_to(key)

    async def action_accept(self) -> None:
        view = self.view
        if not view.acceptable:
            self.host.tell("No proof proposes a score that is still open.")
            return
        if await self.host.act(assess.accept, self.desk):
            self.host.tell(f"Accepted the proof of {', '.join(view.acceptable)}.")

    def action_why(self) -> None:
        from readiness_tui.tui.dialogs.reading import ReadingDialog

        self.app.push_screen(ReadingDialog("Why this verdict", why_text(self.view)))


def verdict_line(view: ReviewView) -> Content:
    """The verdict and, in one sentence, the causes that make it."""
    if view.frozen is not None:
        verdict = view.frozen.verdict
        return join(
            Content.styled(f"{verdict}, frozen", glyphs.VERDICT_STYLE[verdict]),
            line(f", by {view.frozen.by}"),
            f" on {view.frozen.frozen_at:%Y-%m-%d}, as of {view.frozen.as_of}. The scorecard (S) is"
            " what was decided; below stands what the rules find with what came in since.",
        )
    judgement = view.judgement
    causes = [cause.text for cause in judgement.causes if cause.verdict is judgement.verdict]
    shown = " · ".join(causes[:3]) + (f" · and {len(causes) - 3} more" if len(causes) > 3 else "")
    until = f" until {judgement.valid_until}" if judgement.valid_until else ""
    alone = " · reviewed alone" if reviewed_alone(view.review.reviewers) else ""
    return join(
        Content.styled(f"{judgement.verdict}{until}", glyphs.VERDICT_STYLE[judgement.verdict]),
        "   ",
        line(shown or "gate, checklists and incidents all hold"),
        Content.styled(f"   as of {view.as_of}{alone}", "$foreground-muted"),
    )


def flip_line(flip: Flip, view: ReviewView, width: int) -> Content:
    """One change, with who has it and until when."""
    mark = {Severity.BLOCKER: glyphs.FAIL, Severity.MAJOR: glyphs.UNDECIDED, Severity.MINOR: glyphs.PARTIAL}
    standing = view.judgement.standings.get(flip.item_id)
    shown = glyphs.standing_mark(standing) if standing else mark[flip.severity]
    return join(
        Content.styled(f"{shown.glyph} ", shown.style),
        column(flip.text, max(width - 22, 20)),
        "  ",
        column(flip.owner or "—", 9),
        f" {day_month(flip.due):>7}",
    )


def section_table(judgement: Judgement) -> Content:
    """A line a checklist: bar, score, decided, proven and its blockers."""
    head = Content.styled(f"{'CHECKLISTS':<18}{'score':<24}{'assessed':>9}{'proven':>8}  blockers", "bold $text-accent")
    return Content("\n").join([head, *(section_line(section) for section in judgement.sections)])


def condition_table(judgement: Judgement, width: int, room: int) -> Content:
    """The first conditions, as many as there is room for, with owner and date."""
    rows = [Content.styled(f"CONDITIONS  {len(judgement.conditions)}", "bold $text-accent")]
    shown = judgement.conditions if len(judgement.conditions) < room else judgement.conditions[: room - 2]
    for condition in shown:
        mark = glyphs.FAIL if condition.problem else glyphs.PARTIAL
        rows.append(
            join(
                Content.styled(f"{mark.glyph} ", mark.style),
                column(condition.text, max(width - 22, 20)),
                "  ",
                column(condition.owner or "—", 9),
                f" {day_month(condition.due):>7}",
            )
        )
    if len(shown) < len(judgement.conditions):
        left = len(judgement.conditions) - len(shown)
        rows.append(Content.styled(f"  and {left} more: press G for the closing list", "$foreground-muted"))
    return Content("\n").join(rows)


def section_line(section: Section) -> Content:
    percent = f"{section.percent:>3}%" if section.percent is not None else "   —"
    fraction = None if section.score is None else float(section.score)
    blockers = [s for s in section.standings if s.item.severity is Severity.BLOCKER and s.in_sum]
    counts = [
        f"{n} {word}"
        for word, n in (
            ("open", sum(1 for s in blockers if s.counts == 0 and not s.waived)),
            ("partial", sum(1 for s in blockers if s.counts == 1 and not s.waived)),
            ("waived", sum(1 for s in blockers if s.waived)),
        )
        if n
    ]
    return join(
        column(section.checklist.title, 18),
        Content.styled(glyphs.bar(fraction, 18), glyphs.score_style(section.percent)),
        f" {percent} ",
        f"{section.decided}/{section.total}".rjust(9),
        (str(section.proven) if section.proven else "–").rjust(8),
        "  ",
        " · ".join(counts) or "all met",
    )


def facts_table(view: ReviewView) -> Content:
    """Gate, incidents, what is handed in, and what to do next."""
    rows = [("GATE", gate_words(view)), ("INCIDENTS", incident_words(view))]
    table = [join(Content.styled(f"{name:<11}", "bold $text-accent"), line(words)) for name, words in rows]
    # Two lines: the seven of them do not fit on one of 80 columns.
    for title, pieces in (("HANDED IN", view.handed_in[:5]), ("Days 15–21", view.handed_in[5:])):
        handed = [
            join(Content.styled(HANDED_IN[piece.state].glyph, HANDED_IN[piece.state].style), f" {piece.title}  ")
            for piece in pieces
        ]
        style = "bold $text-accent" if title.isupper() else "$foreground-muted"
        table.append(join(Content.styled(f"{title:<11}", style), *handed))
    if hint := next_step(view):
        table.append(join(Content.styled(f"{'NEXT':<11}", "bold $text-accent"), hint))
    return Content("\n").join(table)


def next_step(view: ReviewView) -> str:
    """The one thing to press next, where it is plain what that is."""
    if view.review.frozen_at is not None:
        return "this review is frozen: press H, then n for the next one"
    if view.acceptable:
        n = len(view.acceptable)
        return f"proofs propose a score for {n} item{'s' if n != 1 else ''}: press a to accept"
    if view.measured.ambiguous:
        return f"runs of {len(view.measured.ambiguous)} versions: press E and name the candidate"
    if not view.runs and not view.measured.trace_count:
        return "press i to import runs and traces, or C to score the first item"
    return ""


def gate_words(view: ReviewView) -> str:
    """The gate in one line."""
    gate = view.gate
    if gate.gate is None:
        return "none yet: import a gate file"
    if not gate.ran:
        return "not run: import a run as the candidate"
    required = [row for row in gate.rows if row.rule.required]
    passed = sum(1 for row in required if row.result is Result.PASS)
    lucky = sum(1 for row in gate.rows if NOISE in row.sure)
    parts = [f"{passed} of {len(required)} required pass"]
    if lucky:
        parts.append(f"{lucky} could be luck")
    parts.append("locked before the run" if gate.registered else gate.registration or "not locked")
    if gate.changed:
        parts.append("changed since the lock")
    elif gate.unverified:
        parts.append(f"{' and '.join(gate.unverified)} digest unverified")
    return " · ".join(parts)


def incident_words(view: ReviewView) -> str:
    """The open incidents in one line."""
    still = [incident for incident in view.facts.incidents if incident.open]
    if not still:
        return "none open"
    names = ", ".join(f"{incident.name} {incident.severity}" for incident in still[:3])
    actions = sum(
        1
        for incident in view.facts.incidents
        for action in incident.actions
        if action.done is None and action.due is not None and action.due < view.as_of
    )
    return f"{len(still)} open ({names}) · " + (f"{actions} actions overdue" if actions else "no action overdue")


def why_text(view: ReviewView) -> Content:
    """Every cause by part, the worst first."""
    judgement = view.judgement
    blocks: list[Content] = []
    for part, verdict in judgement.parts.items():
        blocks.append(Content.assemble((f"{part.upper():<12}", "bold"), (str(verdict), glyphs.VERDICT_STYLE[verdict])))
        for cause in sorted(
            (c for c in judgement.causes if c.part is part), key=lambda c: (-c.verdict.rank, c.severity.rank, c.key)
        ):
            mark = glyphs.FAIL if cause.verdict is Verdict.NO_GO else glyphs.PARTIAL
            blocks.append(join(Content.styled(f"  {mark.glyph} ", mark.style), safe(cause.text)))
            if cause.act:
                blocks.append(join("    → ", safe(cause.act, "$foreground-muted")))
    return Content("\n").join(blocks)
