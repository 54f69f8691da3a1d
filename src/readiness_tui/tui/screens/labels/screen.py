"""Human review: one case at a time, large; one key says pass, fail or unsure, and only then the judge is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from readiness_tui.domain.runs.model import GoldenCase, HumanLabel, HumanVerdict
from readiness_tui.services import explanation
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.labels import queue as labelling
from readiness_tui.services.labels.queue import DRAW, Place, Question, Queue, Task, Why
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.labels import text
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.text import line
from readiness_tui.tui.texts.places import empty_text
from readiness_tui.tui.widgets.key_footer import KeyFooter


class QueueScreen(RoomScreen):
    """Each label is saved at once; gate, gaps and conditions follow when one leaves. `at`: the case to begin with."""

    ROOM = "labelling"
    LEGEND = "Blind: the judge's scores and others' labels show once you have said yours"
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("p", "label('pass')", "Pass", id="labelling.pass", tooltip="The answer is good enough"),
        Binding("f", "label('fail')", "Fail", id="labelling.fail", tooltip="The answer is not good enough"),
        Binding("u", "label('unsure')", "Unsure", id="labelling.unsure", tooltip="You cannot tell; it counts as reviewed, not as agreement"),
        Binding("n", "note", "Note", id="labelling.note", tooltip="A note to your label: why"),
        Binding("space,enter,right", "next", "Next", id="labelling.next", key_display="Space", tooltip="The next case that waits for you; without a label this one is skipped"),
        Binding("left,backspace", "back", "Before", id="labelling.back", key_display="←", tooltip="The case before"),
        Binding("s", "draw", "Draw", id="labelling.draw", tooltip="Draw more cases, to check the judge against people: by the lot of the locked gate, else at random"),
        Binding("t", "take_back", "Take back", id="labelling.take_back", show=False, tooltip="Remove your label of this case; the history keeps it"),
        Binding("e", "end", "Agreement", id="labelling.end", show=False, tooltip="How judge and people agree so far"),
        Binding("down,j", "scroll(1)", "Down", id="labelling.down", show=False, tooltip="Scroll the case"),
        Binding("up,k", "scroll(-1)", "Up", id="labelling.up", show=False, tooltip="Scroll back"),
        Binding("pagedown", "scroll(10)", "Page down", id="labelling.page_down", show=False, tooltip="Scroll a page of the case"),
        Binding("pageup", "scroll(-10)", "Page up", id="labelling.page_up", show=False, tooltip="Scroll a page back"),
        Binding("escape,q", "leave", "Leave", id="labelling.leave", key_display="Esc", tooltip="Leave; the queue goes on here the next time"),
    ]  # fmt: skip

    def __init__(self, at: str = "") -> None:
        super().__init__()
        self._at = at
        self._queue: Queue | None = None
        self._position: int | None = None  # None: the end
        self._drawn = 0
        self._notes: dict[str, str] = {}  # typed before their label
        self._skipped: set[str] = set()
        self._changed = False

    def compose(self) -> ComposeResult:
        yield Static(id="heading")
        with VerticalScroll(id="stage", can_focus=False):
            yield Static(id="case")
        yield Static(id="word")
        yield KeyFooter()

    async def show(self, view: ReviewView) -> None:
        if self._queue is None:
            await self._open(view)
        self._fill()

    async def _open(self, view: ReviewView) -> None:
        """Where this person left off, or at the requested case."""
        where = await self.host.look(labelling.place, self.desk, view.measured)
        if where is None:
            return
        self._drawn, self._notes = where.drawn, dict(where.notes)
        await self._read()
        keys = [task.name for task in self._tasks]
        if self._at in keys:
            self._position = keys.index(self._at)
        elif where.at in keys and self._waits(self._tasks[keys.index(where.at)]):
            self._position = keys.index(where.at)
        else:
            self._position = self._following(-1)

    async def _read(self) -> None:
        found = await self.host.look(labelling.queue, self.desk, self.view.measured, self._drawn, self._tasks)
        self._queue = found or self._queue

    # -- showing ----------------------------------------------------------------------------------------------------

    @property
    def _tasks(self) -> tuple[Task, ...]:
        return self._queue.tasks if self._queue else ()

    @property
    def shown(self) -> Task | None:
        return self._tasks[self._position] if self._position is not None and self._position < len(self._tasks) else None

    @property
    def mine(self) -> HumanLabel | None:
        """This person's label of the present case."""
        return self.shown.label_of(self.desk.who) if self.shown else None

    def _gold(self, task: Task) -> GoldenCase | None:
        golden = self.view.measured.eval_set
        return next((gold for gold in golden.cases if gold.id == task.case.id), None) if golden else None

    def _fill(self, *, home: bool = False) -> None:
        queue, task, mine, view = self._queue, self.shown, self.mine, self.view
        if queue is None:
            return
        who = self.desk.who
        self.query_one("#heading", Static).update(text.heading(queue, task, who, self.app.size.width - 2))
        case, word = self.query_one("#case", Static), self.query_one("#word", Static)
        word.display = task is not None
        if task is None:
            nothing = [] if queue.tasks else [empty_text("labelling", self), Content("")]
            case.update(Content("\n").join([*nothing, text.end(queue, who)]))
        else:
            case.update(text.case(task, self._gold(task)))
            seen = (task.run_id, task.key) in self.desk.seen_scores
            word.update(
                text.hidden(task, self._notes.get(task.name, ""), seen=seen)
                if mine is None
                else text.covered(task, mine)
                if (task.run_id, task.key) in queue.covered
                else text.reveal(task, mine, labelling.judge_verdicts(view.measured, task))
            )
        if home:
            self.query_one("#stage").scroll_home(animate=False)
        self.refresh_bindings()

    # -- moving -----------------------------------------------------------------------------------------------------

    def _waits(self, task: Task) -> bool:
        """Not labelled by this person, or people disagree on it and they have not looked at it now."""
        open_ = task.why is Why.SPLIT or (task.asked and task.label_of(self.desk.who) is None)
        return open_ and task.name not in self._skipped

    def _following(self, position: int) -> int | None:
        """The next one that waits, round the end; None where none does."""
        places = [*range(position + 1, len(self._tasks)), *range(max(position, 0))]
        return next((place for place in places if self._waits(self._tasks[place])), None)

    async def _move(self, position: int | None) -> None:
        self._position = position
        self._fill(home=True)
        await self._remember()

    async def _remember(self) -> None:
        at = self.shown.name if self.shown else ""
        where = Place(labelling.run_ids(self.view.measured), at, self._drawn, self._notes)
        await self.host.fetch(labelling.remember, self.desk, where)

    async def action_next(self) -> None:
        task = self.shown
        if task is None:  # at the end: what was skipped comes again
            self._skipped.clear()
            await self._move(self._following(-1))
            return
        if self.mine is None or task.why is Why.SPLIT:
            self._skipped.add(task.name)
        await self._move(self._following(self._position or 0))

    async def action_back(self) -> None:
        if self._tasks:
            await self._move((len(self._tasks) if self._position is None else self._position or len(self._tasks)) - 1)

    async def action_end(self) -> None:
        await self._move(None)

    async def action_draw(self) -> None:
        """By the lot where the gate is locked and asks what people can answer; else some at random."""
        if self._queue is not None and self._queue.questions:
            self._draw_batch(self._queue.questions)
            return
        self._drawn += DRAW
        await self._go_on()

    async def _go_on(self) -> None:
        """To the first of the new cases that waits."""
        before = len(self._tasks)
        await self._read()
        if len(self._tasks) > before:
            await self._move(self._following(before - 1))

    def _draw_batch(self, questions: tuple[Question, ...]) -> None:
        one = next((question for question in questions if question.left and not question.waiting), questions[0])
        titles = {question.title: question for question in questions}

        async def submit(values: Values) -> str | None:
            asked, size = titles.get(values.get("metric", one.title).strip()), values["size"].strip()
            if asked is None:
                return f"Type one of: {', '.join(titles)}."
            if not size.isdecimal() or not 1 <= int(size) <= asked.left:
                return f"How many cases? Type a number from 1 to {asked.left:,}."
            if await self.host.fetch(labelling.draw, self.desk, self.view.measured, asked.metric, int(size)) is None:
                return "Nothing was drawn."
            self._changed = True
            await self._go_on()
            return None

        fields = [Field("size", "How many", str(one.proposed), f"1 to {one.left:,}")]
        if len(titles) > 1:
            fields.insert(0, Field("metric", "What people are asked about", one.title, choices=tuple(titles)))
        self.ask_with(f"Batch {one.number}: check the judge of {one.title}", fields, submit, intro=text.BATCH_INTRO)

    def explained_here(self) -> Sequence[explanation.Subject]:
        return explanation.figures(self.view)[:1]

    @property
    def present(self) -> Present | None:
        task = self.shown
        return None if task is None else Present(task.key, f"{task.key} {task.case.question}", [task.case.output or ""])

    async def action_find(self) -> None:
        """All cases of the queue as a list, to go to one."""
        if not self._tasks:
            self.host.tell("There is no case in the queue to find.")
            return

        async def then(place: str) -> None:
            await self._move(int(place))

        choices = [
            (str(at), line(f"{task.key}  {task.case.question}", limit=300)) for at, task in enumerate(self._tasks)
        ]
        self.pick("Go to which case?", choices, then, at=None if self._position is None else str(self._position))

    def action_scroll(self, by: int) -> None:
        self.query_one("#stage").scroll_relative(y=by, animate=False)

    async def action_leave(self) -> None:
        self.dismiss()

    # -- labelling --------------------------------------------------------------------------------------------------

    async def action_label(self, verdict: str) -> None:
        task = self.shown
        if task is None:
            return
        note = self._notes.get(task.name)
        if await self.host.fetch(self._giving(task), self.desk, task, HumanVerdict(verdict), note) is None:
            return
        self._skipped.discard(task.name)
        if self._notes.pop(task.name, None) is not None:
            await self._remember()
        await self._saved()

    def _giving(self, task: Task) -> Callable[..., HumanLabel]:
        """`give`; whoever is asked about several metrics of an answer sees the judge's words after the last of them."""
        others = (other for other in self._tasks if (other.run_id, other.key) == (task.run_id, task.key))
        waits = any(other.why is Why.BATCH and other.name != task.name and self._waits(other) for other in others)
        return partial(labelling.give, covered=waits)

    async def action_take_back(self) -> None:
        if self.shown is not None and await self.host.fetch(labelling.take_back, self.desk, self.shown):
            await self._saved()

    async def _saved(self) -> None:
        self._changed = True
        await self._read()
        self._fill()

    def action_note(self) -> None:
        task, mine = self.shown, self.mine
        if task is None:
            return

        async def submit(values: Values) -> str | None:
            if mine is None:
                self._notes[task.name] = values["note"]
                await self._remember()
            elif await self.host.fetch(self._giving(task), self.desk, task, mine.verdict, values["note"]) is None:
                return "Nothing was saved."
            else:
                await self._saved()
            self._fill()
            return None

        typed = mine.note if mine else self._notes.get(task.name, "")
        self.ask_with(f"Note to case {task.key}", [Field("note", "Why", typed)], submit)

    def on_screen_suspend(self) -> None:
        """Left for good, not for a dialog: the gate takes the new labels into account."""
        if self._changed and self.host.desk is not None and self not in self.app.screen_stack:
            self._changed = False
            self.app.run_worker(self.host.act(labelling.settle, self.desk), group="labels")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer shows only what works here."""
        if not self.is_mounted or self._queue is None:
            return True
        works = {
            "label": self.shown is not None,
            "note": self.shown is not None,
            "back": bool(self._tasks),
            "draw": self._queue.left > 0 or any(question.left for question in self._queue.questions),
            "take_back": self.mine is not None,
            "next": self.shown is not None or any(task.label_of(self.desk.who) is None for task in self._tasks),
        }
        return works.get(action, True)
