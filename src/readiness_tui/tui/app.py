"""The app: one desk, one view, eight screens. It owns when services run; screens only show and ask."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from textual.events import Event, InputEvent, Key, MouseMove, Paste
from textual.notifications import Notify, SeverityLevel

from readiness_tui.domain.errors import AlreadySaved, ReadinessError
from readiness_tui.tui.app_keys import APP_KEYS
from readiness_tui.tui.background.store import glance_at as _glance
from readiness_tui.tui.background.store import leave as _leave
from readiness_tui.tui.background.store import left_typed as _left_typed
from readiness_tui.tui.background.store import load as _load
from readiness_tui.tui.background.store import pulse_of as _pulse
from readiness_tui.tui.background.threads import LeftError, Threads
from readiness_tui.tui.notice import Notice, on_screen
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.terminal_app import TerminalApp
from readiness_tui.tui.text import pasted, visible
from readiness_tui.tui.together import Together
from readiness_tui.tui.way import Way, close_top, ended
from readiness_tui.tui.where_to import where_to

if TYPE_CHECKING:
    from textual.command import Provider

    from readiness_tui.services.core.desk import Desk
    from readiness_tui.services.core.opening import Opening
    from readiness_tui.services.core.preferences import OwnSettings
    from readiness_tui.services.core.pulse import Pulse
    from readiness_tui.services.core.view import ReviewView
    from readiness_tui.tui.host import Host

P = ParamSpec("P")
T = TypeVar("T")


GLANCE = 1.0  # seconds that whoever leaves waits for what only helps the next start
LINGER = 60.0  # the same where no terminal is: whoever drives it goes on, and closes the file
AT_ONCE = frozenset({"ctrl+q", "ctrl+c"})  # keys that do not wait until the review is judged


def _commands() -> type[Provider]:
    from readiness_tui.tui.commands import ReadinessCommands

    return ReadinessCommands


class ReadinessApp(TerminalApp):
    """`desk` None: nothing is open yet, and the greeting offers what to do. `here`: where a new file would go.

    `lab`: begin with the quick lab in this folder instead.
    """

    TITLE = "readiness"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = TerminalApp.COMMANDS | {_commands}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]
    BINDINGS = APP_KEYS

    def __init__(
        self,
        desk: Desk | None = None,
        *,
        who: str = "somebody",
        here: Path | None = None,
        lab: Path | None = None,
        preferences: OwnSettings | None = None,
    ) -> None:
        super().__init__()
        self._preferences = preferences
        self._lab = lab
        self.unsaved: dict[str, str] = {}
        self._way = Way(self)
        self.desk = desk
        self.who = desk.who if desk else who
        self.here = here or Path.cwd()
        self.view: ReviewView | None = None
        self.opening: Opening | None = None
        self._early: list[InputEvent] = []  # what was pressed before there was anything to act on
        self.together = Together(self, self)
        self._glanced: ReviewView | None = None  # the view whose glance is in the file
        self.threads = Threads()

    async def on_mount(self) -> None:
        if (own := self._preferences) is not None:
            self.theme = own.theme or self.theme
            self.set_keymap(dict(own.keymap or {}))
            if own.problem:
                self.complain(own.problem)
        if self._lab is not None:
            await self.open_lab(self._lab)
        elif self.desk is None:
            from readiness_tui.tui.screens.start.screen import GreetingScreen

            await self.push_screen(GreetingScreen())
        else:
            await self.open_desk(self.desk)
        if not gc.isenabled():
            self.call_after_refresh(_collect_again)

    async def on_event(self, event: Event) -> None:
        if self._too_early(event):
            assert isinstance(event, InputEvent)
            self._early.append(event)
            return
        if isinstance(event, Paste):
            event.text = pasted(event.text, self.focused)
        await super().on_event(event)

    def _too_early(self, event: Event) -> bool:
        """Keys and clicks wait, in their order, while the review that is shown already is not judged yet."""
        if self.view is not None or self.opening is None or not isinstance(event, InputEvent):
            return False
        return not isinstance(event, MouseMove) and not (isinstance(event, Key) and event.key in AT_ONCE)

    def exit(self, result: None = None, return_code: int = 0, message: Any = None) -> None:
        self.threads.leave()
        super().exit(result, return_code, message)

    async def on_unmount(self) -> None:
        self.threads.leave()
        if self.desk is not None and self.view is not None and self.view is not self._glanced:
            await self.threads.last(partial(_leave, self.desk), GLANCE)
        await self.threads.last(self.together.leave, GLANCE)
        await self.threads.close(LINGER if self.is_headless else 0)

    # -- services: what the host promises (host.py) ---------------------------------------------------------------

    async def serve(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.threads.save(self.threads.store, partial(service, *args, **kwargs))

    async def fetch(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        return await self._told(self.serve(service, *args, **kwargs))

    async def look(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        return await self._told(self.threads.read(self.threads.store, partial(service, *args, **kwargs)))

    async def search(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        return await self._told(self.threads.read(self.threads.apart, partial(service, *args, **kwargs)))

    async def labour(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        return await self._told(self.threads.save(self.threads.apart, partial(service, *args, **kwargs)))

    async def reckon(self, rule: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.threads.read(self.threads.rules, partial(rule, *args, **kwargs))

    async def _told(self, work: Awaitable[T]) -> T | None:
        try:
            return await work
        except ReadinessError as refusal:
            self.complain(str(refusal))
            return None

    async def act(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> bool:
        with self.together.saving():
            try:
                await self.serve(service, *args, **kwargs)
            except ReadinessError as refusal:
                self.complain(str(refusal))
                return False
            await self.reload()
        return True

    async def attempt(self, service: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> str | None:
        with self.together.saving():
            try:
                await self.serve(service, *args, **kwargs)
            except AlreadySaved:
                pass  # the first try was committed and only its answer was lost
            except ReadinessError as refusal:
                return str(refusal)
            await self.reload()
        return None

    async def reload(self) -> None:
        if self.desk is None:
            return
        with suppress(LeftError):  # what was to be done after a save is done all the same
            at = await self.look(_pulse, self.desk)
            view = await self.look(_load, self.desk) if at is not None else None
            if at is not None and view is not None:
                await self._show(view, at)

    async def _show(self, view: ReviewView, at: Pulse) -> None:
        self.view = view
        if self.desk is not None:
            self.together.read(self.desk, at)
        for screen in self.screen_stack:
            if isinstance(screen, RoomScreen):
                await screen.refresh_view()

    def complain(self, sentence: str) -> None:
        """Show a refusal. Never markup: it may quote what was imported."""
        self.notify(visible(sentence), title="Not done", severity="error", timeout=12, markup=False)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """As Textual's, but with a notice whose time never runs backwards, and never markup unless asked for."""
        seconds = self.NOTIFICATION_TIMEOUT if timeout is None else timeout
        self.post_message(Notify(Notice(on_screen(message, self.size), title, severity, seconds, markup=markup)))

    def tell(self, sentence: str) -> None:
        self.notify(visible(sentence), timeout=5, markup=False)

    # -- screens --------------------------------------------------------------------------------------------------

    async def open_desk(self, desk: Desk) -> None:
        from readiness_tui.services.core import opening, target

        several = await self.fetch(target.resume, desk) if desk.review_id is None else ()
        self.desk = desk
        if several:
            from readiness_tui.tui.switching import ask_first

            ask_first(self, desk, several)
            return
        self.who = desk.who
        self.view = None
        self.opening = await self.fetch(opening.begin, desk)
        if self.opening is None:
            await self._judge(desk)
        else:
            await self.action_room("overview")
            self.run_worker(self._judge(desk), group="opening", exclusive=True)

    async def _judge(self, desk: Desk) -> None:
        """The review for the first time: what was shown of it so far is what was kept, or nothing."""
        from readiness_tui.tui.measuring import measure_first

        await measure_first(self, desk, self.threads.leaving)
        begun, at = self.opening, await self.look(_pulse, desk)
        view = await self.look(_load, desk) if at is not None else None
        self.opening = None
        early, self._early = self._early, []
        if at is None or view is None:
            from readiness_tui.tui.screens.start.screen import GreetingScreen

            if begun is not None:
                await close_top(self)
            await self.push_screen(GreetingScreen())
            return
        await self._show(view, at)
        if begun is None:
            await self.action_room("overview")
        for event in early:
            self.post_message(event)
        if left := await self.fetch(_left_typed, desk):
            self.notify(visible(left), timeout=20, markup=False)
        if begun is not None:
            await self._keep(desk, begun, view)

    async def _keep(self, desk: Desk, begun: Opening, view: ReviewView) -> None:
        from readiness_tui.services.core import opening

        glance = await self.serve(_glance, desk, view)
        if glance == begun.glance or await self.serve(opening.keep, desk, begun, glance):
            self._glanced = view

    async def open_lab(self, folder: Path) -> None:
        from readiness_tui.tui.screens.lab.screen import LabScreen

        await self.push_screen(LabScreen(folder))

    async def action_room(self, name: str) -> None:
        self._way.clear()
        if self.is_screen_installed(name) and isinstance(room := self.get_screen(name), RoomScreen):
            await room.whole()
        await self._enter(name)
        await self._way.forget()

    async def action_jump(self, room: str) -> None:
        self._way.leave(room)
        await self._enter(room)

    @property
    def came_from(self) -> str:
        return self._way.came_from

    async def go_back(self) -> None:
        room, over = self._way.back()
        if room:
            await self._enter(room)
        if over:
            await self.push_screen(over)

    async def _enter(self, name: str) -> None:
        if self.view is None and self.opening is None:
            return
        if not self.is_screen_installed(name):
            self.install_screen(_room(name), name)
        target = self.get_screen(name)
        if target in self.screen_stack:
            while self.screen is not target:
                await close_top(self)
            return
        while len(self.screen_stack) > 2:
            await close_top(self)
        here, shown = self.screen, self.switch_screen if len(self.screen_stack) == 2 else self.push_screen
        await ended(here, shown(name))

    async def action_which(self) -> None:
        from readiness_tui.tui.switching import ask_which

        await ask_which(self)

    async def action_explain(self) -> None:
        from readiness_tui.tui.dialogs.explaining import explain

        await explain(self.screen)

    async def action_help(self) -> None:
        from readiness_tui.tui.screens.help.screen import HelpScreen

        await self.push_screen(HelpScreen(self.screen))

    async def action_meeting(self) -> None:
        if self.view is None:
            return
        from readiness_tui.tui.screens.meeting.screen import MeetingScreen

        await self.push_screen(MeetingScreen())

    async def action_review(self, at: str = "") -> None:
        if self.view is None:
            return
        from readiness_tui.tui.screens.labels.screen import QueueScreen

        await self.push_screen(QueueScreen(at))

    async def action_live(self) -> None:
        """The line of live notes over whatever room one is in, for the worst incident that is not over."""
        if self.desk is None or self.view is None:
            return
        from readiness_tui.tui.screens.incidents.live import open_live

        await open_live(self.screen, self.desk)

    async def action_settle(self) -> None:
        await self.together.settle()

    async def action_import(self) -> None:
        if self.desk is None:
            return
        from readiness_tui.tui.screens.importing.screen import ImportScreen

        await self.push_screen(ImportScreen())

    async def go_to(self, key: str) -> None:
        there = where_to(key, self.view)
        if there.room == "review":
            await self.action_review()
        elif there.room == "traces":
            await self.show_traces([there.what], "this trace")
        else:
            await self.action_jump(there.room)
            screen = self.screen
            if there.what and isinstance(screen, RoomScreen):
                screen.point_at(there.what)
                await screen.refresh_view()

    async def show_traces(self, trace_ids: list[str], why: str) -> None:
        await self.action_jump("traces")
        screen = self.screen
        if isinstance(screen, RoomScreen):
            screen.point_at_many(trace_ids, why)
            await screen.refresh_view()


def _collect_again() -> None:
    """Garbage is collected from now on; what was loaded so far stays, and need not be looked through each time."""
    gc.freeze()
    gc.enable()


def _room(name: str) -> RoomScreen:
    """A new one of the eight screens; each is imported when it is first opened."""
    module = import_module(f"readiness_tui.tui.screens.{name}.screen")
    return cast(RoomScreen, getattr(module, f"{name.capitalize()}Screen")())


if TYPE_CHECKING:
    _HOST: Host = ReadinessApp()  # the app is all that its screens take it for
