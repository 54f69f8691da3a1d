"""The cases behind the chosen row: show one, make it a gap, give it a human label."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.binding import Binding
from textual.widgets.option_list import Option

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.metrics import case_key
from readiness_tui.domain.runs.model import HumanVerdict
from readiness_tui.services.labels import queue
from readiness_tui.services.review import gaps
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.screens.evals.all_cases import AllCasesDialog
from readiness_tui.tui.screens.evals.case_dialog import CaseDialog
from readiness_tui.tui.screens.evals.page import CaseLine, case_line
from readiness_tui.tui.screens.evals.table import LISTED
from readiness_tui.tui.screens.evals.tabs import Rows
from readiness_tui.tui.screens.room import Feature, RoomScreen
from readiness_tui.tui.text import line
from readiness_tui.tui.widgets.pick_list import Pick


class CaseList(Feature):
    BINDINGS = [
        Binding("g", "gap", "Gap", id="evals.gap", tooltip="Make the highlighted case a gap"),
        Binding("z", "all_cases", "All cases", id="evals.all_cases", show=False, tooltip="All cases of the highlighted run, else of the candidate: filter, sort, count"),
        Binding("r", "review", "Review", id="evals.review", tooltip="Human review: label high-risk cases one by one, blind to the judge first"),
    ]  # fmt: skip

    def __init__(self, screen: RoomScreen, chosen_run: Callable[[], str]) -> None:
        """`chosen_run`: the id of the highlighted run, "" where none is."""
        super().__init__(screen)
        self._chosen_run = chosen_run
        self.lines: Sequence[CaseLine] = ()

    @property
    def listed(self) -> Rows:
        return self.screen.query_one("#cases", Rows)

    @property
    def case(self) -> CaseLine | None:
        """The case the keys act on."""
        place = self.listed.place
        return self.lines[place] if place is not None and place < len(self.lines) else None

    def fill(self, cases: Sequence[CaseLine], width: int) -> None:
        """List these cases; where they are the same as before, the highlighted one stays so."""
        listed = self.listed
        kept = listed.current
        same = [case.key for case in cases] == [case.key for case in self.lines]
        self.lines = cases
        options: list[Option] = [
            Pick(case_line(case, width), id=str(i), words=f"{case.key} {case.question}")
            for i, case in enumerate(cases[:LISTED])
        ]
        if len(cases) > LISTED:
            options.append(
                Option(
                    line(f"… and {len(cases) - LISTED:,} more; z lists all cases", "$foreground-muted"), disabled=True
                )
            )
        listed.display = bool(options)
        listed.refill(options, wanted=kept if same and kept is not None else "0" if options else None)

    def open(self) -> None:
        """Show the highlighted case in full; coming back, the one that was shown last is highlighted."""
        listed = self.listed

        def came_back(key: str | None) -> None:
            keys = [case.key for case in self.lines]
            if key in keys:
                listed.go(keys.index(key))

        shown = CaseDialog(self.lines, listed.place or 0, gap=self._ask_gap, label=self._ask_label)
        self.screen.app.push_screen(shown, came_back)

    def action_all_cases(self) -> None:
        """The whole run as a list of its own."""
        candidate = self.view.measured.candidate
        run_id = self._chosen_run() or (candidate[0].run.id if candidate else "")
        if run_id:
            self.screen.app.push_screen(AllCasesDialog(run_id, self._open_some))
        elif self.view.runs:
            self.host.tell("No run is the candidate yet. Under runs (]), highlight one, or press c on it first.")
        else:
            self.host.tell("There are no cases yet: no run is imported. Press i and name a file or a folder.")

    def _open_some(self, lines: Sequence[CaseLine], place: int) -> None:
        self.screen.app.push_screen(CaseDialog(lines, place, gap=self._ask_gap, label=self._ask_label))

    def open_alone(self, case: CaseLine) -> None:
        """Show a case that need not be listed."""
        self.screen.app.push_screen(CaseDialog([case], 0, gap=self._ask_gap, label=self._ask_label))

    def works(self, action: str) -> bool:
        if action == "gap":
            return bool(self.lines)
        if action == "all_cases":
            return True
        return any(data.cases for data in self.view.measured.candidate)

    def action_gap(self) -> None:
        if self.case is not None:
            self._ask_gap(self.case)

    async def action_review(self) -> None:
        """The review queue; at the highlighted case, where the cases have the focus."""
        case = self.case if self.listed.has_focus else None
        await self.host.action_review(case.key if case else "")

    def _ask_gap(self, case: CaseLine) -> None:
        """Make a case a gap: its title is proposed, Enter accepts."""
        case_id = self._id_of(case.key)
        levels = [level.value for level in Severity]

        def save(values: Values) -> None:
            severity = values["severity"].lower()
            gaps.mark(
                self.desk,
                "case",
                case_id,
                values["title"],
                Severity(severity) if severity in levels else Severity.MAJOR,
            )

        self.screen.ask(
            f"Make case {case.key} a gap",
            [
                Field("title", "What is not good enough", f"{case.question or case.key}"[:120]),
                Field("severity", "Severity", Severity.MAJOR.value, choices=levels),
            ],
            save,
            intro="It lives on across reviews until somebody closes it. Owner and date are set under Gaps.",
        )

    def _ask_label(self, case: CaseLine) -> None:
        """A person's word on one case whose scores are shown; it stays when the run is imported again."""
        words = [verdict.value for verdict in HumanVerdict]
        candidate = self.view.measured.candidate
        run_id = case.run_id or (candidate[0].run.id if candidate else "")

        def save(values: Values) -> None:
            verdict = queue.parse_verdict(values["verdict"])
            queue.label(self.desk, run_id, case.key, verdict, values["note"])

        self.screen.ask(
            f"Human label for case {case.key}",
            [Field("verdict", "Was the answer good enough?", hint="pass, fail or unsure", choices=words), Field("note", "Note")],
            save,
            intro=case.question,
        )  # fmt: skip

    def _id_of(self, key: str) -> str:
        """The case's id alone, without its variant."""
        sides = (*self.view.measured.candidate, *self.view.measured.baseline)
        return next((case.id for data in sides for case in data.cases if case_key(case) == key), key)
