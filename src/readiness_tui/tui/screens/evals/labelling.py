"""What the keys do to one case, in the lists and in its dialog: make it a gap, give it a human label."""

from __future__ import annotations

from textual.binding import Binding

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.metrics import case_key
from readiness_tui.domain.runs.model import HumanVerdict
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.labels import queue
from readiness_tui.services.review import gaps
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.screens.evals.page import CaseLine
from readiness_tui.tui.screens.room import RoomScreen


class LabellingScreen(RoomScreen):
    """A screen with a present case."""

    BINDINGS = [
        Binding("g", "gap", "Gap", id="evals.gap", tooltip="Make the highlighted case a gap"),
        Binding("r", "review", "Review", id="evals.review", tooltip="Human review: label high-risk cases one by one, blind to the judge first"),
    ]  # fmt: skip

    @property
    def case(self) -> CaseLine | None:
        """The case the keys act on."""
        raise NotImplementedError

    @property
    def desk(self) -> Desk:
        assert self.readiness.desk is not None
        return self.readiness.desk

    def action_gap(self) -> None:
        if self.case is not None:
            self.ask_gap(self.case)

    def ask_gap(self, case: CaseLine) -> None:
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

        self.ask(
            f"Make case {case.key} a gap",
            [
                Field("title", "What is not good enough", f"{case.question or case.key}"[:120]),
                Field("severity", "Severity", Severity.MAJOR.value, choices=levels),
            ],
            save,
            intro="It lives on across reviews until somebody closes it. Owner and date are set under Gaps.",
        )  # fmt: skip

    def ask_label(self, case: CaseLine) -> None:
        """A person's word on one case whose scores are shown; it stays when the run is imported again."""
        words = [verdict.value for verdict in HumanVerdict]
        run_id = case.run_id or self._first_run()

        def save(values: Values) -> None:
            verdict = queue.parse_verdict(values["verdict"])
            queue.label(self.desk, run_id, case.key, verdict, values["note"])

        self.ask(
            f"Human label for case {case.key}",
            [Field("verdict", "Was the answer good enough?", hint="pass, fail or unsure", choices=words), Field("note", "Note")],
            save,
            intro=case.question,
        )  # fmt: skip

    def _id_of(self, key: str) -> str:
        """The case's id alone, without its variant."""
        view = self.readiness.view
        sides = (*view.measured.candidate, *view.measured.baseline) if view is not None else ()
        return next((case.id for data in sides for case in data.cases if case_key(case) == key), key)

    def _first_run(self) -> str:
        view = self.readiness.view
        return view.measured.candidate[0].run.id if view is not None and view.measured.candidate else ""
