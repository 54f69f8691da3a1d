"""The quick lab: the course's twenty minutes, step by step. Enter goes on; what is done is on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.domain.gate_result.evaluate import HIGH_RISK
from readiness_tui.domain.runs.model import Case, EvalSet, GoldenCase, HumanVerdict
from readiness_tui.domain.scorecard.model import GateCheck
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.start import lab as service
from readiness_tui.services.start.lab import Lab, Ran
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.host import host
from readiness_tui.tui.screens.lab import lab_text
from readiness_tui.tui.text import join, line
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.key_footer import KeyFooter
from readiness_tui.tui.widgets.pick_list import PickList, finding

STEPS = ("questions", "thresholds", "baseline", "change", "answers", "decide", "verdict", "files")
_VERDICTS = {"p": HumanVerdict.PASS, "f": HumanVerdict.FAIL, "u": HumanVerdict.UNSURE}


class LabScreen(ClosesItself, Screen[None]):
    """`folder`: where the lab's files go, or are."""

    guide = "Quick lab"  # for F1
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#lab-rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", "Go on", id="lab.go_on", tooltip="Go on to the next step", priority=True),
        Binding("backspace", "back", "Back", id="lab.back", tooltip="Back to the step before"),
        Binding("e", "edit", "Edit", id="lab.edit", tooltip="Change the highlighted question or threshold"),
        Binding("a", "add", "Add", id="lab.add", tooltip="Add a question of your own"),
        Binding("d", "drop", "Drop", id="lab.drop", tooltip="Take the highlighted question out"),
        Binding("p", "judge('p')", "Pass", id="lab.pass", tooltip="I would put my name under this answer"),
        Binding("f", "judge('f')", "Fail", id="lab.fail", tooltip="This answer is not good enough"),
        Binding("u", "judge('u')", "Unsure", id="lab.unsure", tooltip="I cannot say"),
        Binding("y", "decide(True)", "Deploy", id="lab.deploy", tooltip="I would deploy this change"),
        Binding("n", "decide(False)", "Do not", id="lab.hold", tooltip="I would not deploy this change"),
        Binding("c", "again", "Another change", id="lab.again", tooltip="Try another change on the same questions"),
        Binding("escape,q", "leave", "Leave", id="lab.leave", key_display="Esc", tooltip="Leave the lab; its files stay"),
    ]  # fmt: skip

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._step = STEPS[0]
        self._lab: Lab | None = None
        self._golden: EvalSet | None = None
        self._limits: dict[str, str] = {}
        self._before: Ran | None = None
        self._after: Ran | None = None
        self._waiting: tuple[Case, ...] = ()
        self._check: GateCheck | None = None
        self._ship = False

    @property
    def lab(self) -> Lab:
        assert self._lab is not None
        return self._lab

    def compose(self) -> ComposeResult:
        yield Static(id="lab-head")
        yield Static(id="lab-steps")
        yield Static(id="lab-says")
        yield Static(id="lab-columns")
        yield PickList(id="lab-rows")
        with VerticalScroll(id="lab-below", can_focus=False):
            yield Static(id="lab-more")
        yield KeyFooter()

    async def on_mount(self) -> None:
        made = await host(self).fetch(service.begin, self._folder, host(self).who)
        if made is None:
            self.query_one("#lab-says", Static).update("The lab could not begin. Esc leaves.")
            return
        self._lab = made
        self._limits = await host(self).fetch(service.limits, made) or dict(service.LIMITS)
        await self.show()

    def on_resize(self) -> None:
        if self._golden is not None:
            self.call_later(self.show)

    # -- showing ----------------------------------------------------------------------------------------------------

    async def show(self) -> None:
        """Paint the present step."""
        golden = await host(self).fetch(service.questions, self.lab)
        if golden is None:
            return
        self._golden = golden
        width = max(self.size.width - 4, 40)
        columns, rows, below = self._page(golden, width)
        says: Content | str = lab_text.SAYS[self._step]
        if self._step == "verdict" and self._check is not None:
            says = lab_text.verdict_head(self._check, self._ship)
        self.query_one("#lab-head", Static).update(
            join(Content.styled("QUICK LAB  ", "bold"), line(self._folder, "$foreground-muted"))
        )
        self.query_one("#lab-steps", Static).update(lab_text.steps_line(STEPS, self._step, width))
        self.query_one("#lab-says", Static).update(says)
        titles = self.query_one("#lab-columns", Static)
        titles.display = bool(columns)
        titles.update(Content.styled(columns, "bold"))
        listed = self.query_one("#lab-rows", PickList)
        listed.display = bool(rows)
        listed.refill([Option(content, id=name) for name, content in rows])
        self.query_one("#lab-more", Static).update(below)
        if rows:
            listed.focus()
        self.refresh_bindings()

    def _page(self, golden: EvalSet, width: int) -> tuple[str, Sequence[tuple[str, Content]], Content]:
        """The columns' titles, the rows by id, and what stands below them."""
        before, after = self._before, self._after
        if self._step == "questions":
            return "", [(gold.id, lab_text.question_row(gold, width)) for gold in golden.cases], Content("")
        if self._step == "thresholds":
            rows = [(name, lab_text.limit_row(name, limit)) for name, limit in self._limits.items()]
            return "", rows, lab_text.limits_below(self._limits, golden)
        if self._step == "baseline" and before is not None:
            rows = [(one.case.id, lab_text.answer_row(one, width)) for one in before.answers]
            return "", rows, lab_text.figures_below(before, self._limits)
        if self._step == "change":
            return "", [(name, lab_text.change_row(name)) for name in service.CHANGES], Content("")
        if self._step == "answers" and self._waiting:
            return "", [], lab_text.answer_below(self._waiting[0], golden, len(self._waiting))
        if self._step == "decide" and before is not None and after is not None:
            rows = [(str(i), row) for i, row in enumerate(lab_text.side_rows(before, after, self._limits))]
            columns = f"{'':<9}{'baseline':>10} {'candidate':>10}  declared"
            return columns, rows, lab_text.flips_below(before, after, width)
        if self._step == "verdict" and self._check is not None and before is not None and after is not None:
            rows = [(str(i), row) for i, row in enumerate(lab_text.verdict_rows(self._check))]
            return "", rows, lab_text.verdict_below(self._check, before, after)
        return "", [(name, lab_text.file_row(name)) for name in lab_text.FILES], lab_text.files_below(str(self._folder))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer shows only what this step is for."""
        works = {
            "edit": self._step in ("questions", "thresholds"),
            "add": self._step == "questions",
            "drop": self._step == "questions",
            "judge": self._step == "answers",
            "decide": self._step == "decide",
            "again": self._step in ("verdict", "files"),
            "back": self._step not in ("questions", "verdict", "files"),
            "go_on": self._lab is not None and self._step not in ("answers", "decide") and not finding(self),
        }
        return works.get(action, True)

    @property
    def _key(self) -> str:
        return self.query_one("#lab-rows", PickList).current or ""

    # -- going on -----------------------------------------------------------------------------------------------------

    async def _go_to(self, step: str) -> None:
        self._step = step
        await self.show()

    @on(OptionList.OptionSelected, "#lab-rows")
    async def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._step == "change":
            await self.action_go_on()

    async def action_go_on(self) -> None:
        fetch = host(self).fetch
        if self._step == "questions":
            await self._go_to("thresholds")
        elif self._step == "thresholds":
            if await fetch(service.lock, self.lab, self._limits) is not None:
                self._before = await fetch(service.run, self.lab)
                await self._go_to("baseline" if self._before else "thresholds")
        elif self._step == "baseline":
            await self._go_to("change")
        elif self._step == "change":
            self._after = await fetch(service.run, self.lab, self._key)
            await self._review()
        elif self._step == "verdict":
            await self._go_to("files")
        elif self._step == "files":
            await self._open_review()

    async def _review(self) -> None:
        """The next high-risk answer that nobody has judged; the decision once there is none."""
        if self._after is None:
            return
        waiting = await host(self).fetch(service.unreviewed, self.lab)
        if waiting is not None:
            self._waiting = waiting
            await self._go_to("answers" if waiting else "decide")

    async def action_judge(self, key: str) -> None:
        if self._waiting:
            case = self._waiting[0]
            await host(self).fetch(service.label, self.lab, case.id, _VERDICTS[key])
            await self._review()

    async def action_decide(self, ship: bool) -> None:
        self._check = await host(self).fetch(service.decide, self.lab, ship)
        self._ship = ship
        if self._check is not None:
            await self._go_to("verdict")

    async def action_again(self) -> None:
        await self._go_to("change")

    async def action_back(self) -> None:
        before = {"thresholds": "questions", "baseline": "thresholds", "change": "baseline"}
        await self._go_to(before.get(self._step, "change"))

    async def _open_review(self) -> None:
        path = await host(self).fetch(service.open_review, self.lab)
        if path is None:
            return
        desk = await host(self).fetch(open_desk, path, host(self).who)
        if desk is not None:
            self.dismiss()
            await host(self).open_desk(desk)

    def action_leave(self) -> None:
        if len(self.app.screen_stack) > 2:
            self.dismiss()
        else:
            self.app.exit()

    # -- editing ------------------------------------------------------------------------------------------------------

    def action_edit(self) -> None:
        if self._step == "thresholds":
            self._ask_limit(self._key)
            return
        gold = next((one for one in self._golden.cases if one.id == self._key), None) if self._golden else None
        if gold is not None:
            self._ask_question(gold)

    def action_add(self) -> None:
        self._ask_question(None)

    async def action_drop(self) -> None:
        await host(self).fetch(service.drop_question, self.lab, self._key)
        await self.show()

    def _ask_question(self, gold: GoldenCase | None) -> None:
        known = service.documents(self.lab)

        async def submit(values: Values) -> str | None:
            risk = values["risk"].lower().startswith("y")
            return await host(self).attempt(
                service.save_question, self.lab, gold.id if gold else "", values["question"], values["source"],
                values["texts"], high_risk=risk,
            )  # fmt: skip

        fields = [
            Field("question", "What would a user ask?", gold.question if gold else ""),
            Field("source", "Which document answers it? (empty: none does)",
                  " ".join(gold.expected_sources[:1]) if gold else "", choices=known),
            Field("texts", "What must the answer say? Parted by |", " | ".join(gold.must_include) if gold else "",
                  hint="rotate | revoke"),
            Field("risk", "Can a wrong answer do harm? yes or no", "yes" if gold and HIGH_RISK in gold.tags else "no"),
        ]  # fmt: skip
        title = f"Question {gold.id}" if gold else "A question of your own"
        self.app.push_screen(FormDialog(title, fields, submit), self._shown)

    def _ask_limit(self, name: str) -> None:
        async def submit(values: Values) -> str | None:
            limit = values["limit"]
            refusal = await host(self).attempt(service.check_limit, name, limit)
            if refusal is None:
                self._limits[name] = limit
            return refusal

        title, what = lab_text.ABOUT[name]
        fields = [Field("limit", f"{title}: {what}", self._limits[name], hint=">= 0.80")]
        self.app.push_screen(FormDialog("A threshold, inclusive", fields, submit, about=name), self._shown)

    async def _shown(self, _saved: bool | None) -> None:
        await self.show()
