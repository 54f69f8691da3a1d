"""What the eight screens share: title, navigation, footer, and being shown a fresh view after every change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast
from uuid import uuid4

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer

from readiness_tui.services.core.view import ReviewView
from readiness_tui.tui.dialogs.form import Field, FormDialog, Submit, Values
from readiness_tui.tui.widgets.bars import NavBar, RoomTab, TitleBar

if TYPE_CHECKING:
    from readiness_tui.tui.app import ReadinessApp

P = ParamSpec("P")
T = TypeVar("T")


class RoomScreen(Screen[None]):
    """One of the eight screens. A subclass composes its `body` and fills it in `show`.

    Nothing here reads the database: `act` and `fetch` run a service away from the UI thread and then `show` gets the
    new view.
    """

    ROOM = ""
    AUTO_FOCUS = "#body *"

    @property
    def readiness(self) -> ReadinessApp:
        return cast("ReadinessApp", self.app)

    def compose(self) -> ComposeResult:
        yield TitleBar(id="title")
        yield NavBar(self.ROOM)
        yield from self.body()
        yield Footer(show_command_palette=False, compact=True)

    def body(self) -> ComposeResult:
        """The screen's own widgets."""
        raise NotImplementedError

    async def show(self, view: ReviewView) -> None:
        """Fill the widgets from `view`; called when the screen is opened and after every change."""
        raise NotImplementedError

    def point_at(self, what: str) -> None:
        """Another screen asks to see this item, incident, gap or case; `show` follows."""

    def point_at_many(self, ids: Sequence[str], why: str) -> None:
        """Another screen asks to see these records alone; `show` follows."""

    async def on_screen_resume(self) -> None:
        await self.refresh_view()

    def on_resize(self) -> None:
        # Lines are fitted to the width of their widget, which is known once it is laid out.
        self.call_after_refresh(self.refresh_view)

    async def refresh_view(self) -> None:
        """Show the app's present view, in the title and in the body."""
        view = self.readiness.view
        if view is None or not self.is_mounted:
            return
        review = view.review
        saved = f"saved {view.saved_at.astimezone():%H:%M}" if view.saved_at else ""
        frozen = "frozen" if review.frozen_at else ""
        self.query_one(TitleBar).show(
            f"{review.system} · release {review.release}",
            " · ".join(part for part in (view.who, frozen, saved) if part),
        )
        await self.show(view)

    @on(RoomTab.Chosen)
    async def _go(self, event: RoomTab.Chosen) -> None:
        await self.readiness.action_room(event.room)

    async def fetch(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Run a reading service; a refusal is shown and gives None."""
        return await self.readiness.fetch(service, *args, **kwargs)

    async def search(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Run a reading service that looks through everything imported, in a thread of its own."""
        return await self.readiness.search(service, *args, **kwargs)

    async def act(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> bool:
        """Run a writing service, then show the new view; a refusal is shown and gives False."""
        return await self.readiness.act(service, *args, **kwargs)

    def ask(
        self,
        title: str,
        fields: Sequence[Field],
        save: Callable[[Values], Any],
        *,
        intro: str = "",
        button: str = "Save",
    ) -> None:
        """Open a form; `save(values)` calls a service (off the UI thread). A refusal stays in the form."""
        self.app.push_screen(FormDialog(title, fields, self.submitter(save), intro=intro, save=button))

    def ask_with(self, title: str, fields: Sequence[Field], submit: Submit) -> None:
        """Open a form whose `submit` does its own saving."""
        self.app.push_screen(FormDialog(title, fields, submit))

    def submitter(self, save: Callable[[Values], Any]) -> Submit:
        """`save` as a form's submit: run away from the UI thread, its refusal returned as a sentence."""

        key = uuid4().hex

        def save_once(values: Values) -> None:
            desk = self.readiness.desk
            if desk is None:
                save(values)
                return
            # Other words typed after a refusal are another save.
            with desk.once(f"{key}/{sorted(values.items())}"):
                save(values)

        async def submit(values: Values) -> str | None:
            return await self.readiness.attempt(save_once, values)

        return submit
