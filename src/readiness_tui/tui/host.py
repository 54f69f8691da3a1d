"""What screens, dialogs and widgets may ask of the app they are shown in. They know this, and not the app itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar, cast

from textual.dom import DOMNode

if TYPE_CHECKING:
    from readiness_tui.services.core.desk import Desk
    from readiness_tui.services.core.opening import Opening
    from readiness_tui.services.core.view import ReviewView

P = ParamSpec("P")
T = TypeVar("T")


class Shared(Protocol):
    """The open file as several people's."""

    company: dict[str, tuple[str, ...]]  # who else is at which item of the review
    news: str  # what others did just now; "" for nothing

    def saving(self) -> AbstractContextManager[None]:
        """Around what saves and then shows: nobody looks out for others meanwhile."""


class Host(Protocol):
    """Runs services away from the UI thread, says what came of them, and opens other screens."""

    desk: Desk | None  # None: no file is open
    view: ReviewView | None  # the open review as it was last read; None until it has been judged for the first time
    opening: Opening | None  # what is known of it until then
    who: str
    unsaved: dict[str, str]  # drafts of forms, by name, while no file is open
    here: Path  # the folder that new files go to

    @property
    def together(self) -> Shared:
        """What others who have the file open do."""

    async def serve(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `service` on the one store thread and wait for it, without holding up the screen."""

    async def fetch(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """`serve`, with a refusal shown; None then."""

    async def look(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """`fetch` of what is only read, and shown: who leaves does not wait for it, and nothing after it is done then."""

    async def search(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """`look` in a thread of its own: a search through everything imported must not delay a save."""

    async def labour(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """`fetch` in a thread of its own, for what saves and takes long: no other save waits for it."""

    async def reckon(self, rule: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Apply a rule to values that are read already, beside the store thread: no save waits for it. What is not
        wanted any more when its turn comes is dropped, if whoever waits for it is cancelled."""

    async def act(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> bool:
        """Run a service that saves, then show what follows from it. False where it refused."""

    async def attempt(self, service: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> str | None:
        """`act` for forms: the refusal is returned instead of shown."""

    async def reload(self) -> None:
        """Read the review again and show it on the room underneath any dialog."""

    def complain(self, sentence: str) -> None:
        """Show a refusal."""

    def tell(self, sentence: str) -> None:
        """Say that something was done."""

    async def open_desk(self, desk: Desk) -> None:
        """Work on this file from now on, starting at the Overview."""

    async def open_lab(self, folder: Path) -> None:
        """The quick lab, over whatever is shown."""

    async def action_room(self, name: str) -> None:
        """Go to one of the eight rooms."""

    async def action_which(self) -> None:
        """Let another system or review of the file be chosen."""

    @property
    def came_from(self) -> str:
        """The room that one jumped here from; "" after going here by its own key."""

    async def action_jump(self, room: str) -> None:
        """`action_room`, from which Esc comes back."""

    async def go_back(self) -> None:
        """To the room that one came from, as it was left."""

    async def action_review(self, at: str = "") -> None:
        """The queue of cases that wait for a label; at the case `at`, where it is in it."""

    async def go_to(self, key: str) -> None:
        """Open what a cause, condition, flip or gap is about, by its key."""

    async def show_traces(self, trace_ids: list[str], why: str) -> None:
        """Open Traces on these records alone."""


def host(shown: DOMNode) -> Host:
    """The app that `shown` is a part of."""
    return cast(Host, shown.app)
