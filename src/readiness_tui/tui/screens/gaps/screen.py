"""The closing list: who does what by when. Conditions first, then every gap that is still alive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.domain.scorecard.gap_lines import gap_lines
from readiness_tui.domain.scorecard.gap_notes import gap_notes
from readiness_tui.domain.scorecard.model import GapLine
from readiness_tui.domain.text.format import due_day, plural
from readiness_tui.domain.verdict.gap import GapState, called, gap_count
from readiness_tui.domain.verdict.gaps import short_item
from readiness_tui.domain.verdict.model import Condition
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.reports.atomic import write_text
from readiness_tui.reports.gaps import gaps_as
from readiness_tui.services import explanation
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import gaps
from readiness_tui.tui import glyphs
from readiness_tui.tui.dialogs.export import ask_where
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.dialogs.whom import asking_whom
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.still import BESIDE, WhenStill
from readiness_tui.tui.text import column, join, safe
from readiness_tui.tui.texts.places import empty_text
from readiness_tui.tui.texts.rival import waiting
from readiness_tui.tui.typed_day import TypedDay
from readiness_tui.tui.widgets.opening_list import OpeningList
from readiness_tui.tui.widgets.pick_list import Pick
from readiness_tui.tui.widgets.steady import replace_text

CONDITION, GAP = "condition/", "gap/"
STATE_MARKS = {
    GapState.OPEN: glyphs.MISSING,
    GapState.REOPENED: glyphs.CONFLICT,
    GapState.IN_PROGRESS: glyphs.PARTIAL,
    GapState.CLAIMED_DONE: glyphs.UNDECIDED,
    GapState.ACCEPTED: glyphs.NOT_APPLICABLE,
    GapState.VERIFIED: glyphs.DONE,
    GapState.CLOSED: glyphs.DONE,
}


class GapsScreen(RoomScreen):
    ROOM = "gaps"
    LEGEND = """\
○ open   ! reopened: it was verified, and fails again   ◐ in progress   · claimed done, not verified yet
– accepted as a risk   ✓ verified or closed   ✗ a condition without owner or date, or overdue: NO-GO
blocker holds the release back, major makes a condition, minor neither"""
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#rows"
    BINDINGS = [
        Binding("o", "owner", "Owner", id="gaps.owner", tooltip="Who owns it"),
        Binding("d", "due", "Due", id="gaps.due", tooltip="When it is due; every move of a date is kept"),
        Binding("p", "state", "State", id="gaps.state", tooltip="Open, in progress or claimed done"),
        Binding("f", "close", "Close", id="gaps.close", show=False, tooltip="Close a gap that was marked by hand"),
        Binding(
            "z", "toggle_done", "Done too", id="gaps.done", show=False, tooltip="Show verified and closed gaps too"
        ),
        Binding("x", "export", "Export", id="gaps.export", tooltip="Write the gaps as task list, CSV or JSON lines"),
        Binding(
            "space", "next", "Next", id="gaps.next", tooltip="Go to the next one without owner or date, or overdue"
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._done_too = False
        self._wanted: str | None = None
        self._lines: dict[str, GapLine] = {}
        self._conditions: dict[str, Condition] = {}
        self._beside = WhenStill(self, BESIDE)

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            yield OpeningList(id="rows", noun="conditions and gaps")
            yield Static(id="about")

    async def show(self, view: ReviewView) -> None:
        rows = self.query_one("#rows", OpeningList)
        width = max(self.size.width - 4, 60)
        conditions = view.judgement.conditions if view.lent is None else ()  # a copy has no verdict, and so none
        self._conditions = {condition.key: condition for condition in conditions}
        self._lines = {gap.key: gap for gap in gap_lines(view.facts, view.judgement, done=self._done_too)}
        options = [Option(heading(conditions, width), disabled=True)]
        options += [
            Pick(
                condition_line(condition, width, view),
                id=CONDITION + key,
                words=f"{condition.text} {condition.problem} {condition.owner} {condition.due or ''}",
            )
            for key, condition in self._conditions.items()
        ]
        if not self._conditions:
            options.append(Option(empty_text("conditions", self), disabled=True))
        options.append(
            Option(
                Content.styled(f"GAPS  {gap_count(gap.state for gap in self._lines.values())}", "bold $text-accent"),
                disabled=True,
            )
        )
        options += [
            Pick(gap_line(gap, width, view), id=GAP + key, words=f"{key} {gap.title} {gap.owner} {gap.due or ''}")
            for key, gap in self._lines.items()
        ]
        if not self._lines:
            options.append(Option(empty_text("gaps", self), disabled=True))
        rows.refill(options, wanted=self._find(self._wanted) if self._wanted else None)
        self._wanted = None
        self._show_about()

    def _find(self, what: str) -> str | None:
        """The row that another screen asked for: a condition or a gap, by its key or the end of it."""
        rows = [*(CONDITION + key for key in self._conditions), *(GAP + key for key in self._lines)]
        return next((row for row in rows if row.endswith("/" + what)), None)

    def point_at(self, what: str) -> None:
        # A condition's cause ends in /owner or /due; its row does not.
        self._wanted = what.removesuffix("/owner").removesuffix("/due")

    @on(OptionList.OptionHighlighted, "#rows")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._beside.ask(self._show_about)

    def _show_about(self) -> None:
        kind, key = self._current()
        about = self.query_one("#about", Static)
        if kind == CONDITION and key in self._conditions:
            replace_text(about, about_condition(self._conditions[key], waiting(self.view.rivals, CONDITION + key)))
        elif kind == GAP and key in self._lines:
            replace_text(about, about_gap(self._lines[key], waiting(self.view.rivals, GAP + key, key)))
        else:
            about.update("")

    def _current(self) -> tuple[str, str]:
        name = self.query_one("#rows", OpeningList).current or ""
        for kind in (CONDITION, GAP):
            if name.startswith(kind):
                return kind, name.removeprefix(kind)
        return "", ""

    @property
    def present(self) -> Present | None:
        kind, key = self._current()
        if kind == CONDITION:
            one = self._conditions[key]
            return Present(key, f"{one.text} · {one.owner or 'no owner'} · due {one.due or '—'}", [one.act])
        if kind == GAP:
            gap = self._lines[key]
            row = f"{gap.title} · {gap.severity} · {gap.state} · {gap.owner or 'no owner'} · due {gap.due or '—'}"
            return Present(key, row, [gap.evidence])
        return None

    def explained_here(self) -> Sequence[explanation.Subject]:
        kind, key = self._current()
        here: tuple[explanation.Subject, ...] = ()
        if kind == CONDITION:
            here = (explanation.condition(self._conditions[key]),)
        elif kind == GAP:
            here = (explanation.gap(self._lines[key]),)
        return (
            *here,
            *explanation.about(self.view, short_item(self.view.judgement.found_gaps, key)),
            *explanation.figures(self.view)[:1],
        )

    @on(OptionList.OptionSelected, "#rows")
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self.action_open()

    async def action_open(self) -> None:
        kind, key = self._current()
        if kind == CONDITION and key.partition("/")[0] not in ("item", "gate", "incident"):
            lifts = self._conditions[key].lifts
            key = lifts[0] if lifts else key
        if kind:
            await self.host.go_to(short_item(self.view.judgement.found_gaps, key))

    def action_owner(self) -> None:
        self._ask("owner")

    def action_due(self) -> None:
        self._ask("due")

    def _ask(self, what: str) -> None:
        kind, key = self._current()
        view = self.view
        if not kind:
            return
        owner, due = (
            (self._conditions[key].owner, self._conditions[key].due)
            if kind == CONDITION
            else (self._lines[key].owner, self._lines[key].due)
        )

        days = TypedDay()

        def save(values: Values) -> Rival | None:
            name = values.get("owner", owner)
            day = days.read(values["due"], view.as_of, was=due) if "due" in values else due
            if kind == CONDITION:
                return gaps.set_condition(self.desk, key, owner=name, due=day, base=(owner, due))
            if "owner" in values:
                return gaps.set_owner(self.desk, key, name, base=owner)
            return gaps.set_due(self.desk, key, day, base=due)

        fields = {
            "owner": Field("owner", "Owner: a person, one initial is enough", owner, choices=view.review.reviewers),
            "due": Field("due", "Due", str(due or ""), hint="2026-12-01, 1 Dec, +14"),
        }
        text = self._conditions[key].text if kind == CONDITION else self._lines[key].title
        submit = asking_whom(self, self.submitter(save))
        self.ask_with("Condition" if kind == CONDITION else "Gap", [fields[what]], submit, intro=text, about=key)

    def action_state(self) -> None:
        kind, key = self._current()
        if kind != GAP:
            self.host.complain("A condition has no state of its own: it goes when what it is about is settled.")
            return

        saw = self._lines[key].state

        async def then(state: str) -> None:
            await self.save_at_once(lambda: gaps.set_state(self.desk, key, GapState(state), base=saw))

        settles = (
            "Claimed done finishes the incident's action, and closes the gap."
            if key.startswith("incident/")
            else "The review itself verifies it: points 2, or a passing run."
        )
        choices = [
            (state.value, join(Content.styled(f"{STATE_MARKS[state].glyph} {state.value}", STATE_MARKS[state].style)))
            for state in gaps.BY_HAND
        ]
        self.pick("How far is it?", choices, then, at=saw.value, intro=settles)

    async def action_close(self) -> None:
        kind, key = self._current()
        if kind == GAP:
            await self.host.act(gaps.unmark, self.desk, key)

    async def action_toggle_done(self) -> None:
        self._done_too = not self._done_too
        await self.refresh_view()

    def action_next(self) -> None:
        view = self.view

        def needs_a_person(name: str) -> bool:
            if name.startswith(CONDITION):
                return bool(self._conditions[name.removeprefix(CONDITION)].problem)
            gap = self._lines[name.removeprefix(GAP)]
            if gap.state is GapState.ACCEPTED or not gap.state.live:
                return False
            return not gap.owner or gap.due is None or gap.due < view.as_of

        if not self.query_one("#rows", OpeningList).pick_next(needs_a_person):
            self.host.tell("Everything has an owner and a date, and nothing is overdue.")

    def action_export(self) -> None:
        lines = list(self._lines.values())
        notes = gap_notes(lines, self.view.facts.checklists)

        def write(path: Path) -> None:
            endings = {".csv": "csv", ".jsonl": "jsonl", ".sh": "gh"}
            write_text(path, gaps_as(lines, notes, endings.get(path.suffix.lower(), "md")))

        ask_where(
            self, "Export the gaps", "File: .md task list, .csv for Jira, .sh for GitHub, .jsonl", "gaps.md", write
        )


_TAIL = 24  # columns of owner, due and "late" at the end of a row


def heading(conditions: Sequence[Condition], width: int) -> Content:
    broken = sum(1 for condition in conditions if condition.problem)
    title = f"CONDITIONS  {len(conditions)}  "
    note = f"{plural(broken, 'blocks', 'block')}: NO-GO" if broken else ""
    return join(
        Content.styled(title, "bold $text-accent"),
        column(note, width - _TAIL - len(title), "$text-error"),
        Content.styled(f" {'owner':<10} {'due':>7}", "$foreground-muted"),
    )


def condition_line(condition: Condition, width: int, view: ReviewView) -> Content:
    mark = glyphs.FAIL if condition.problem else glyphs.PARTIAL
    due = due_day(condition.due, view.as_of)
    word = condition.problem.split(",")[0] if condition.problem else "open"
    return join(
        Content.styled(f"{mark.glyph} {word:<9} ", mark.style),
        column(condition.text, width - _TAIL - 12 - max(len(due) - 7, 0)),
        " ",
        column(condition.owner or "—", 10),
        f" {due:>7}",
    )


def gap_line(gap: GapLine, width: int, view: ReviewView) -> Content:
    mark = STATE_MARKS[gap.state]
    due = due_day(gap.due, view.as_of)
    late = gap.due is not None and gap.due < view.as_of and gap.state.live
    return join(
        Content.styled(f"{mark.glyph} {gap.state.value:<12} ", mark.style),
        Content.styled(f"{gap.severity.value:<8}", "$foreground-muted"),
        column(gap.title, width - _TAIL - 23 - max(len(due) - 7, 0)),
        " ",
        column(gap.owner or "—", 10),
        f" {due:>7}",
        Content.styled(" late", "bold $text-error") if late else "",
    )


def about_condition(condition: Condition, unsettled: Sequence[Content]) -> Content:
    rows = [safe(condition.text, "bold"), *unsettled]
    if condition.act:
        rows.append(safe(f"To do: {condition.act}"))
    if condition.problem:
        rows.append(safe(f"Blocks: {condition.problem}. A condition needs an owner and a day that has not passed."))
    if condition.lifts:
        rows.append(safe("Lifted by " + ", ".join(called(key) for key in condition.lifts), "$foreground-muted"))
    return Content("\n").join(rows)


def about_gap(gap: GapLine, unsettled: Sequence[Content]) -> Content:
    rows = [
        safe(gap.title, "bold"),
        *unsettled,
        safe(
            f"{gap.key} · {gap.severity} · seen in {plural(gap.reviews, 'review')} · {plural(gap.age, 'day')} old",
            "$foreground-muted",
        ),
    ]
    if gap.merged:
        rows.append(safe("Stands for " + ", ".join(called(key) for key in gap.merged), "$foreground-muted"))
    if gap.due_changes:
        rows.append(safe("Date changed: " + "; ".join(gap.due_changes), "$foreground-muted"))
    if gap.evidence:
        rows.append(safe("Evidence: " + gap.evidence, "$foreground-muted"))
    return Content("\n").join(rows)
