"""What the eight screens share: title, navigation, footer, being shown a fresh view after every change, and features."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.screen import Screen

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.tui import hands
from readiness_tui.tui.host import Host, host
from readiness_tui.tui.widgets.bars import NavBar, RoomTab, TitleBar
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.explains import ExplainsItself
from readiness_tui.tui.widgets.key_footer import KeyFooter
from readiness_tui.tui.widgets.pick_list import PickList

if TYPE_CHECKING:
    from datetime import datetime

    from readiness_tui.domain.verdict.rival import Rival
    from readiness_tui.services.core.desk import Desk
    from readiness_tui.services.core.view import ReviewView
    from readiness_tui.tui.dialogs.form import Field, Submit, Values
    from readiness_tui.tui.dialogs.pick import Choice


class RoomScreen(ClosesItself, ExplainsItself, Screen[None]):
    """One of the eight screens. A subclass composes its `body` and fills it in `show`.

    Nothing here reads the database: the host runs services away from the UI thread and then `show` gets the new view.
    """

    ROOM = ""
    LEGEND: ClassVar[str] = ""  # its letters and signs, for `?`
    AUTO_FOCUS = "#body *"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "step_back", "Back", id="room.back", key_display="Esc",
                tooltip="Undo the last narrowing of the list, then go back to where you came from"),
        *hands.BINDINGS,
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._feature_of: dict[str, Feature] = {}
        self._copied: tuple[str, int] = ("", 0)  # what `y` copied last, and how many times

    @property
    def host(self) -> Host:
        return host(self)

    @property
    def desk(self) -> Desk:
        """The open file; no room is shown without one."""
        assert self.host.desk is not None
        return self.host.desk

    @property
    def view(self) -> ReviewView:
        """The open review, as it was last read."""
        assert self.host.view is not None
        return self.host.view

    # -- features -----------------------------------------------------------------------------------------------------

    def own(self, *features: Feature) -> None:
        """Let the actions of these features be this screen's, but for those that it has itself."""
        for feature in features:
            for name in dir(feature):
                if name.startswith("action_") and not hasattr(self, name):
                    setattr(self, name, getattr(feature, name))
                    self._feature_of[name.removeprefix("action_")] = feature

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer shows only what works here."""
        if action == "step_back":
            return self.is_mounted and (self.narrowed or bool(self.host.came_from))
        feature = self._feature_of.get(action)
        if feature is not None and self.host.view is None:
            return False  # another review is being opened: there is nothing to act on yet
        return feature is None or feature.works(action)

    # -- showing ------------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield TitleBar(id="title")
        yield NavBar(self.ROOM)
        yield from self.body()
        yield KeyFooter()

    def body(self) -> ComposeResult:
        """The screen's own widgets."""
        raise NotImplementedError

    async def show(self, view: ReviewView) -> None:
        """Fill the widgets from `view`; called when the screen is opened and after every change."""
        raise NotImplementedError

    def show_first(self, kept: object) -> None:
        """Fill the widgets before the review is judged, from the glance that was `kept` (None: nothing was)."""

    def show_waiting(self, words: str) -> None:
        """What is still done before the review can be judged, and how far it is."""

    def point_at(self, what: str) -> None:
        """Another screen asks to see this item, incident, gap or case; `show` follows."""

    async def whole(self) -> None:
        """The room's own key was pressed: what another screen narrowed it to is over."""

    def point_at_many(self, ids: Sequence[str], why: str) -> None:
        """Another screen asks to show only these records; `show` follows."""

    async def on_screen_resume(self) -> None:
        self._copied = ("", 0)
        await self.refresh_view()

    def on_resize(self) -> None:
        # Lines are fitted to the width of their widget, which is known once it is laid out.
        self.call_after_refresh(self.refresh_view)

    @on(PickList.LaidOut)
    async def _fit(self, event: PickList.LaidOut) -> None:
        """Lines are fitted to the room their list has, which it has only once it is laid out."""
        event.stop()
        if event.rows.fitted_otherwise():
            await self.refresh_view()

    async def refresh_view(self) -> None:
        """Show the app's present view, in the title and in the body."""
        if not self.is_mounted:
            return
        view, opening = self.host.view, self.host.opening
        if view is not None:
            review = view.review
            state = "frozen" if review.frozen_at is not None else "blind until reveal" if review.secret else ""
            self._show_title(review.system, review.release, state, view.saved_at)
            try:
                await self.show(view)
            except NoMatches:  # taken down while it was read what it shows: another review was opened, or the app ends
                if self.query(TitleBar):
                    raise
        elif opening is not None:
            self._show_title(opening.system, opening.release, "frozen" if opening.frozen else "", opening.saved_at)
            self.show_first(opening.glance)

    def _show_title(self, system: str, release: str, state: str, saved_at: datetime | None) -> None:
        saved = f"saved {saved_at.astimezone():%H:%M}" if saved_at else ""
        if self.host.desk is not None and self.host.desk.store.read_only:
            saved = "read only"
        for title in self.query(TitleBar):
            title.show(
                f"{system} · release {release}",
                " · ".join(part for part in (self.host.who, state, saved) if part),
            )
        self.show_news()

    # -- others at the same file --------------------------------------------------------------------------------------

    @property
    def present_item(self) -> str | None:
        """The item that this person is at, which others are told."""
        return None

    def show_news(self) -> None:
        """Say in one quiet line what others did just now, or take the line away."""
        for title in self.query(TitleBar):
            title.tell(self.host.together.news)

    def show_company(self) -> None:
        """Who else is at which item has changed."""

    @on(RoomTab.Chosen)
    async def _go(self, event: RoomTab.Chosen) -> None:
        await self.host.action_room(event.room)

    # -- what the hands do in every room ------------------------------------------------------------------------------

    @property
    def narrowed(self) -> bool:
        """Whether there is something for Esc to undo before it goes back: a filter, a selection, a part of the room."""
        return False

    async def unwind(self) -> None:
        """Undo the innermost of it."""

    async def action_step_back(self) -> None:
        if self.narrowed:
            await self.unwind()
            self.refresh_bindings()
        else:
            await self.host.go_back()

    @property
    def present(self) -> hands.Present | None:
        """What the keys act on, for `y` and for links; None: nothing."""
        for listed in self.query(PickList):
            if listed.current is not None and listed.is_on_screen:
                return hands.Present(listed.current, listed.current_line)
        return None

    @property
    def why_nothing_to_find(self) -> str:
        return "There is no list here to find something in."

    async def action_find(self) -> None:
        listed = hands.list_to_find_in(list(self.query(PickList)))
        if listed is None:
            self.host.tell(self.why_nothing_to_find)
        else:
            await listed.action_find()

    def action_copy(self) -> None:
        """The id first; pressed again on the same, its row, then its links, round the end."""
        present = self.present
        if present is None:
            self.host.tell("Nothing is highlighted here that could be copied.")
            return
        copies = present.copies
        name, times = self._copied
        place = times % len(copies) if name == present.name else 0
        kind, text = copies[place]
        clean, said = hands.copied(kind, text, copies[place + 1 :])
        self._copied = (present.name, place + 1)
        self.app.copy_to_clipboard(clean)
        self.host.tell(said)

    def action_open_link(self) -> None:
        """Show the links of what is highlighted, in full; the chosen one is opened."""
        from readiness_tui.domain.text.links import refusal
        from readiness_tui.tui.browser import open_link

        links = self.present.links if self.present else ()
        choices = hands.link_choices(links)
        if not choices:
            why = (
                f" {links[0]} is not opened: {refusal(links[0])}."
                if links
                else " Only http and https links are opened."
            )
            self.host.complain(f"There is no link to open here.{why}")
            return

        def chosen(place: str) -> None:
            try:
                open_link(self.app, links[int(place)])
            except ReadinessError as refused:
                self.host.complain(str(refused))
            else:
                self.host.tell(f"Given to the browser: {links[int(place)]}")

        self.pick(
            "Open this in the browser?", choices, chosen, intro="It comes from outside. Enter opens it, Esc does not."
        )

    # -- asking -------------------------------------------------------------------------------------------------------

    def ask(
        self,
        title: str,
        fields: Sequence[Field],
        save: Callable[[Values], Any],
        *,
        intro: str = "",
        button: str = "Save",
        about: str = "",
    ) -> None:
        """Open a form; `save(values)` calls a service (off the UI thread). A refusal stays in the form.

        `about`: what the form is about, where its title does not say so: what was typed and not saved belongs to it.
        """
        from readiness_tui.tui.dialogs.form import FormDialog

        self.app.push_screen(FormDialog(title, fields, self.submitter(save), intro=intro, save=button, about=about))

    def ask_then(
        self, title: str, save: Callable[[Values], Any], then: Callable[[], None], *, intro: str, button: str
    ) -> None:
        """A question without fields: `save` on yes, and `then` once that is done."""
        from readiness_tui.tui.dialogs.form import FormDialog

        def done(saved: bool | None) -> None:
            if saved:
                then()

        self.app.push_screen(FormDialog(title, (), self.submitter(save), intro=intro, save=button), done)

    def ask_with(
        self, title: str, fields: Sequence[Field], submit: Submit, *, intro: str = "", about: str = ""
    ) -> None:
        """Open a form whose `submit` does its own saving."""
        from readiness_tui.tui.dialogs.form import FormDialog

        self.app.push_screen(FormDialog(title, fields, submit, intro=intro, about=about))

    def submitter(self, save: Callable[[Values], Any]) -> Submit:
        """`save` as a form's submit: run away from the UI thread, its refusal returned as a sentence."""

        from uuid import uuid4

        from readiness_tui.domain.verdict.rival import Rival

        key = uuid4().hex
        kept: list[Rival] = []

        def save_once(values: Values) -> None:
            # Other words typed after a refusal are another save.
            with self.desk.once(f"{key}/{sorted(values.items())}"):
                found = save(values)
                kept[:] = [found] if isinstance(found, Rival) else []

        async def submit(values: Values) -> str | None:
            refusal = await self.host.attempt(save_once, values)
            if refusal is None and kept:
                self.beside(kept[0])
            return refusal

        return submit

    def beside(self, rival: Rival) -> None:
        """Somebody else had changed meanwhile what was saved just now: show both versions, once the form has gone."""
        from readiness_tui.tui.dialogs.two_versions import show_rival

        self.app.call_later(show_rival, self.host, self.desk, self.app.push_screen, rival)

    async def save_at_once(self, save: Callable[[], object]) -> bool:
        """Save what a choice means. False where it was refused."""
        from readiness_tui.domain.verdict.rival import Rival

        kept: list[Rival] = []

        def run() -> None:
            found = save()
            kept[:] = [found] if isinstance(found, Rival) else []

        done = await self.host.act(run)
        if done and kept:
            self.beside(kept[0])
        return done

    def pick(
        self,
        title: str,
        choices: Sequence[Choice],
        then: Callable[[str], Awaitable[None]] | Callable[[str], None],
        *,
        at: str | None = None,
        now: str | None = None,
        intro: str = "",
    ) -> None:
        """Let one of `choices` be chosen and go on with its id; `now`: what holds now."""
        from readiness_tui.tui.dialogs.pick import PickDialog

        async def chosen(key: str | None) -> None:
            going_on = then(key) if key else None
            if going_on is not None:
                await going_on

        self.app.push_screen(PickDialog(title, choices, at=at, now=now, intro=intro), chosen)


class Feature:
    """One thing that a screen can do: its keys, each with the action that it sets going.

    The screen lists them in its BINDINGS, and says that it owns the feature.
    """

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, screen: RoomScreen) -> None:
        self.screen = screen

    @property
    def host(self) -> Host:
        return self.screen.host

    @property
    def desk(self) -> Desk:
        return self.screen.desk

    @property
    def view(self) -> ReviewView:
        return self.screen.view

    def works(self, action: str) -> bool:
        """Whether this action of its own has something to act on now."""
        return True
