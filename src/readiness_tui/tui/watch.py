"""Looks out for what other terminals do to the open file: away from the UI thread, a few times a second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from readiness_tui.domain.errors import ReadinessError

if TYPE_CHECKING:
    from readiness_tui.domain.text.news import Deed
    from readiness_tui.services.core.desk import Desk
    from readiness_tui.services.core.pulse import Pulse
    from readiness_tui.services.review.elsewhere import Company, News, Whereabouts

EVERY = 0.4  # seconds between two looks
SHOWN = 10.0  # seconds that a line of news stands
TOGETHER = 3.0  # seconds within which what follows is summed up with what came before


class Watch:
    """`place`: where this person is now, None while nothing can be said. `reload` reads again what is shown; `say` shows a
    line of news ("" takes it away); `meet` is told who else is at which item, where that has changed."""

    def __init__(
        self,
        desk: Desk,
        shown: Pulse,
        *,
        place: Callable[[], Whereabouts | None],
        reload: Callable[[], Awaitable[None]],
        say: Callable[[str], None],
        meet: Callable[[dict[str, tuple[str, ...]]], None],
    ) -> None:
        self.shown = shown  # what the screen was last read at; whoever reads it again says so
        self._desk = desk
        self._told = shown  # up to which it was told who did what
        self._place, self._reload, self._say, self._meet = place, reload, say, meet
        self._company: Company | None = None
        self._met: dict[str, tuple[str, ...]] = {}
        self._deeds: list[Deed] = []
        self._at = float("-inf")  # when the last of them came
        self._said = False
        self._looking = False
        self._stirred = True  # something was committed, and it is not known yet what

    async def look(self) -> None:
        """Look once; a look that is still going on is not begun again."""
        if self._looking:
            return
        self._looking = True
        try:
            place = self._place()
            if place is None:
                return
            with suppress(ReadinessError):  # the file is busy or gone for the moment: the next look sees
                news, met = await asyncio.to_thread(self._look, place)
                if self._place() is None:
                    return  # a save has begun meanwhile: it shows what is new, and the next look tells of it
                if met != self._met:
                    self._met = met
                    self._meet(met)
                if news is not None:
                    await self._tell(news)
            if self._said and self._now() - self._at > SHOWN:
                self._said = False
                self._deeds.clear()
                self._say("")
        finally:
            self._looking = False

    def leave(self) -> None:
        """Nobody is here any more. Not for the UI thread."""
        if self._company is not None:
            self._company.leave()

    def _look(self, place: Whereabouts) -> tuple[News | None, dict[str, tuple[str, ...]]]:
        """On a thread of its own: a few bytes are read, and more only where somebody has written."""
        from readiness_tui.services.review import elsewhere

        company = self._company
        if company is None:
            company = self._company = elsewhere.Company(self._desk)
        found = None
        self._stirred |= self._desk.store.changed_elsewhere()
        if self._stirred:
            company.look()
            found = elsewhere.news(self._desk, self._told)
            self._stirred = found is not None  # until it is told
        company.say(place)
        return found, company.at(place.review_id)

    async def _tell(self, news: News) -> None:
        from readiness_tui.domain.text.news import headline

        self._told, self._stirred = news.pulse, False
        if news.moved and self.shown != news.pulse:
            await self._reload()
        if news.deeds:
            if self._now() - self._at > TOGETHER:
                self._deeds.clear()
            self._deeds += news.deeds
            self._at = self._now()
            if said := headline(self._deeds, secret=news.secret):
                self._said = True
                self._say(said)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
