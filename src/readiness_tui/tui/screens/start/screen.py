"""The first start: what this is, and the ways to begin."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static

from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.locate import from_browser, typed
from readiness_tui.services.start import start
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.host import host
from readiness_tui.tui.text import line
from readiness_tui.tui.typed_day import TypedDay
from readiness_tui.tui.widgets.key_footer import KeyFooter
from readiness_tui.tui.widgets.pick_list import Pick, PickList

CHOICES = (
    ("new", "n", "New review", "your system, its checklists, one hour"),
    ("sample", "s", "Open the sample", "a support bot about to ship, on your own copy"),
    ("import", "i", "Import", "start from eval runs, traces or a gate you have"),
    ("lab", "l", "Quick lab", "learn it in twenty minutes, on files you keep"),
)


_NO_REVIEW = "There is no review here that could be shown. Whoever runs `readiness serve` has to look at the file."


class GreetingScreen(Screen[None]):
    """Shown when no review is open. Nothing is created until one of them is chosen."""

    guide = "The first start"  # for F1
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("n", "new", "New review", id="greeting.new", tooltip="Open a new review here"),
        Binding("s", "sample", "Sample", id="greeting.sample", tooltip="Open the sample on a copy"),
        Binding("i", "bring", "Import", id="greeting.import", tooltip="New review from files you have"),
        Binding(
            "l", "lab", "Quick lab", id="greeting.lab", tooltip="Learn the loop in twenty minutes, on your own files"
        ),
        Binding("q", "app.quit", "Quit", id="greeting.quit", tooltip="Leave"),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(id="greeting"):
            yield Static("Is it ready to ship?", id="greeting-title")
            yield Static(
                "Score the checklists, import eval runs and traces, note incidents,\n"
                "and leave with a verdict you can defend and the gaps that remain."
            )
            yield PickList(id="choices", noun="ways to begin", compact=False)
            yield Static(line(f"Works offline on one file. A new one goes to {host(self).here}", "$foreground-muted"))
        yield KeyFooter()

    def on_mount(self) -> None:
        if from_browser():  # all of this would be done on the machine that serves the page
            self.app.exit(return_code=2, message=Text(_NO_REVIEW))
        listed = self.query_one(PickList)
        listed.refill(
            Pick(Content.assemble((f" {key}  ", "bold $text-accent"), (f"{title:<18}", "bold"), text), id=name)
            for name, key, title, text in CHOICES
        )
        listed.focus()

    @on(OptionList.OptionSelected)
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        await self.run_action(
            {"new": "new", "sample": "sample", "import": "bring", "lab": "lab"}[event.option.id or "new"]
        )

    async def action_sample(self) -> None:
        desk = await host(self).fetch(start.open_sample, host(self).here, host(self).who)
        if desk is not None:
            await host(self).open_desk(desk)

    async def action_lab(self) -> None:
        await host(self).open_lab(host(self).here / start.LAB_NAME)

    def action_new(self) -> None:
        self._ask("")

    def action_bring(self) -> None:
        self._ask("path to a file or folder")

    def _ask(self, bring: str) -> None:
        proposal = start.propose(host(self).here)
        fields = [
            Field("system", "System", proposal.system),
            Field("release", "Release", proposal.release),
            Field("held_on", "Date of the review", str(proposal.held_on), hint="YYYY-MM-DD"),
            Field("owner", "Owner: answers for conditions nobody else has", host(self).who),
            Field("reviewers", "Reviewers, separated by commas", host(self).who),
        ]
        if bring:
            fields.append(Field("path", "Import from", hint=bring))
        opened: list[Desk] = []
        days = TypedDay()

        def save(values: Values) -> None:
            opened.append(
                start.start_review(
                    host(self).here,
                    host(self).who,
                    system=values["system"],
                    release=values["release"],
                    held_on=days.read(values["held_on"], proposal.held_on, held=True),
                    owner=values["owner"],
                    reviewers=values["reviewers"].split(","),
                    bring=typed(values["path"]) if values.get("path") else None,
                )
            )

        async def submit(values: Values) -> str | None:
            return await host(self).attempt(save, values)

        async def started(done: bool | None) -> None:
            if done:
                await host(self).open_desk(opened[-1])

        self.app.push_screen(FormDialog("New review", fields, submit, save="Start"), started)
