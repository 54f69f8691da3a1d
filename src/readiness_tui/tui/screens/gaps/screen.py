"""The closing list: who does what by when. Conditions first, then every gap that is still alive."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.domain.card import GapLine
from readiness_tui.domain.gap import GapState
from readiness_tui.domain.verdict import Condition
from readiness_tui.domain.words import day_month
from readiness_tui.services import gaps, printing, scorecards
from readiness_tui.services.dates import parse_day
from readiness_tui.services.desk import Desk
from readiness_tui.services.view import ReviewView
from readiness_tui.tui import glyphs
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.text import fit, join, line, safe

CONDITION, GAP = "condition/", "gap/"
STATES = [state.value for state in gaps.BY_HAND]
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
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#rows"
    BINDINGS = [
        Binding("enter", "open", "Open", id="gaps.open", tooltip="Open the item, metric, case or incident it is about"),
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

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            yield OptionList(id="rows", compact=True)
            yield Static(id="about")

    async def show(self, view: ReviewView) -> None:
        rows = self.query_one("#rows", OptionList)
        current = self._wanted or (rows.highlighted_option.id if rows.highlighted_option else None)
        width = max(self.size.width - 4, 60)
        self._conditions = {condition.key: condition for condition in view.judgement.conditions}
        self._lines = {gap.key: gap for gap in printing.gap_rows(view, everything=self._done_too)}
        options = [Option(heading(view), disabled=True)]
        options += [
            Option(condition_line(condition, width), id=CONDITION + key) for key, condition in self._conditions.items()
        ]
        options.append(Option(line(f"GAPS  {len(self._lines)}", "bold $text-accent"), disabled=True))
        options += [Option(gap_line(gap, width, view), id=GAP + key) for key, gap in self._lines.items()]
        if not self._lines:
            options.append(Option(Content.styled("none: every decided item is met", "$text-muted"), disabled=True))
        rows.set_options(options)
        ids = [option.id for option in options]
        matches = [
            i for i, key in enumerate(ids) if key and current and (key == current or key.endswith("/" + current))
        ]
        first = next((i for i, key in enumerate(ids) if key), None)
        rows.highlighted = matches[0] if matches else first
        self._wanted = None
        self._show_about()

    def point_at(self, what: str) -> None:
        # A condition's cause ends in /owner or /due; its row does not.
        self._wanted = CONDITION + what.removesuffix("/owner").removesuffix("/due")

    @on(OptionList.OptionHighlighted, "#rows")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_about()

    def _show_about(self) -> None:
        kind, key = self._current()
        about = self.query_one("#about", Static)
        if kind == CONDITION and key in self._conditions:
            about.update(about_condition(self._conditions[key]))
        elif kind == GAP and key in self._lines:
            about.update(about_gap(self._lines[key]))
        else:
            about.update("")

    def _current(self) -> tuple[str, str]:
        option = self.query_one("#rows", OptionList).highlighted_option
        name = (option.id if option else None) or ""
        for kind in (CONDITION, GAP):
            if name.startswith(kind):
                return kind, name.removeprefix(kind)
        return "", ""

    @property
    def _desk(self) -> Desk:
        assert self.readiness.desk is not None
        return self.readiness.desk

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
            await self.readiness.go_to(key)

    def action_owner(self) -> None:
        self._ask("owner")

    def action_due(self) -> None:
        self._ask("due")

    def _ask(self, what: str) -> None:
        kind, key = self._current()
        view = self.readiness.view
        if not kind or view is None:
            return
        owner, due = (
            (self._conditions[key].owner, self._conditions[key].due)
            if kind == CONDITION
            else (self._lines[key].owner, self._lines[key].due)
        )

        def save(values: Values) -> None:
            name = values.get("owner", owner)
            day = (parse_day(values["due"], view.as_of) if values["due"] else None) if "due" in values else due
            if kind == CONDITION:
                gaps.set_condition(self._desk, key, owner=name, due=day)
            elif "owner" in values:
                gaps.set_owner(self._desk, key, name)
            else:
                gaps.set_due(self._desk, key, day)

        fields = {
            "owner": Field("owner", "Owner: a person", owner, choices=view.review.reviewers),
            "due": Field("due", "Due", str(due or ""), hint="2026-12-01, 1 Dec, +14"),
        }
        text = self._conditions[key].text if kind == CONDITION else self._lines[key].title
        self.ask("Condition" if kind == CONDITION else "Gap", [fields[what]], save, intro=text)

    def action_state(self) -> None:
        kind, key = self._current()
        if kind != GAP:
            self.readiness.complain("A condition has no state of its own: it goes when what it is about is settled.")
            return
        self.ask(
            "How far is it?",
            [Field("state", "State", self._lines[key].state.value, choices=STATES)],
            lambda values: gaps.set_state(self._desk, key, _state(values["state"])),
            intro="It is verified by the review itself: points 2, or a passing run.",
        )

    async def action_close(self) -> None:
        kind, key = self._current()
        if kind == GAP:
            await self.act(gaps.unmark, self._desk, key)

    async def action_toggle_done(self) -> None:
        self._done_too = not self._done_too
        await self.refresh_view()

    def action_next(self) -> None:
        rows = self.query_one("#rows", OptionList)
        start = rows.highlighted or 0
        for index in [*range(start + 1, rows.option_count), *range(start + 1)]:
            name = rows.get_option_at_index(index).id or ""
            condition = self._conditions.get(name.removeprefix(CONDITION)) if name.startswith(CONDITION) else None
            gap = self._lines.get(name.removeprefix(GAP)) if name.startswith(GAP) else None
            view = self.readiness.view
            if (condition and condition.problem) or (
                gap and view and gap.state is not GapState.ACCEPTED
                and (not gap.owner or gap.due is None or gap.due < view.as_of)
            ):  # fmt: skip
                rows.highlighted = index
                return
        self.readiness.tell("Everything has an owner and a date, and nothing is overdue.")

    def action_export(self) -> None:
        lines = list(self._lines.values())

        def save(values: Values) -> None:
            path = self.readiness.here / values["path"]
            endings = {".csv": "csv", ".jsonl": "jsonl"}
            scorecards.write(path, printing.gaps_text(lines, endings.get(path.suffix, "md")))

        self.ask(
            "Export the gaps",
            [Field("path", "File: .md task list, .csv for Jira, .jsonl", "gaps.md")],
            save,
            button="Write",
        )


def heading(view: ReviewView) -> Content:
    conditions = view.judgement.conditions
    broken = sum(1 for condition in conditions if condition.problem)
    note = f"  {broken} without owner or date, or overdue: NO-GO" if broken else ""
    return join(
        Content.styled(f"CONDITIONS  {len(conditions)}", "bold $text-accent"), Content.styled(note, "$text-error")
    )


def condition_line(condition: Condition, width: int) -> Content:
    mark = glyphs.FAIL if condition.problem else glyphs.PARTIAL
    word = condition.problem.split(",")[0] if condition.problem else "open"
    return join(
        Content.styled(f"{mark.glyph} {word:<9} ", mark.style),
        line(fit(condition.text, max(width - 32, 20))),
        line(f" {fit(condition.owner or '—', 10)} {day_month(condition.due) if condition.due else '—':>7}"),
    )


def gap_line(gap: GapLine, width: int, view: ReviewView) -> Content:
    mark = STATE_MARKS[gap.state]
    late = gap.due is not None and gap.due < view.as_of and gap.state.live
    return join(
        Content.styled(f"{mark.glyph} {gap.state.value:<12} ", mark.style),
        Content.styled(f"{gap.severity.value:<8}", "$text-muted"),
        line(fit(gap.title, max(width - 44, 18))),
        line(f" {fit(gap.owner or '—', 10)} {day_month(gap.due) if gap.due else '—':>7}"),
        Content.styled(" late", "bold $text-error") if late else "",
    )


def about_condition(condition: Condition) -> Content:
    rows = [safe(condition.text, "bold")]
    if condition.problem:
        rows.append(safe(f"Blocks: {condition.problem}. A condition needs an owner and a day that has not passed."))
    if condition.lifts:
        rows.append(safe("Lifted by " + ", ".join(condition.lifts), "$text-muted"))
    return Content("\n").join(rows)


def about_gap(gap: GapLine) -> Content:
    rows = [
        safe(gap.title, "bold"),
        safe(
            f"{gap.key} · {gap.severity} · seen in {gap.reviews} review{'s' if gap.reviews != 1 else ''}"
            f" · {gap.age} days old",
            "$text-muted",
        ),
    ]
    if gap.merged:
        rows.append(safe("Stands for " + ", ".join(gap.merged), "$text-muted"))
    if gap.due_changes:
        rows.append(safe("Date moved: " + "; ".join(gap.due_changes), "$text-muted"))
    if gap.evidence:
        rows.append(safe("Evidence: " + gap.evidence, "$text-muted"))
    return Content("\n").join(rows)


def _state(typed: str) -> GapState:
    from readiness_tui.domain.errors import ReadinessError

    try:
        return GapState(typed.strip().lower())
    except ValueError:
        raise ReadinessError(f"“{typed}” is not a state. Type {', '.join(STATES)}.") from None
