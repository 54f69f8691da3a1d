"""Who is logged in: in memory alone, so that the server's end ends them all."""

from __future__ import annotations

import hmac
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from readiness_tui.web.links import Guest, digest, new_token

WINDOWS = 32  # of all people at once
WINDOWS_EACH = 4
GUESSES, GUESSES_WITHIN = 10, 60.0  # wrong tokens of one address, and in how many seconds
_ADDRESSES = 1000  # remembered at once


@dataclass(eq=False, slots=True)
class Login:
    """One browser's login. `until`: seconds since 1970. `said`: what its last window had to say when it ended.
    `windows`: its open ones, by what closes them."""

    key: str
    who: str
    until: float
    said: str = ""
    windows: set[Callable[[str], Awaitable[None]]] = field(default_factory=set)


class Logins:
    """All of them."""

    def __init__(self) -> None:
        self._by_key: dict[str, Login] = {}

    @property
    def windows(self) -> int:
        return sum(len(login.windows) for login in self._by_key.values())

    def begin(self, guest: Guest, now: float) -> str:
        """The cookie of a new login."""
        self._by_key = {key: login for key, login in self._by_key.items() if now < login.until or login.windows}
        token = new_token()
        self._by_key[digest(token)] = Login(digest(token), guest.who, now + guest.lasts)
        return token

    def find(self, cookie: str, now: float) -> Login | None:
        """Whose cookie this is; None where it is nobody's (another server's, say), or over."""
        wanted, found = digest(cookie), None
        for key, login in self._by_key.items():
            if hmac.compare_digest(key, wanted):
                found = login
        return found if found is not None and now < found.until else None

    async def end(self, login: Login) -> None:
        """Log out: its windows close, and its cookie is nobody's."""
        self._by_key.pop(login.key, None)
        for close in [*login.windows]:
            await close("You have logged out.")

    def room_for(self, login: Login) -> str:
        """Why no further window of theirs is opened; "" where one is."""
        theirs = sum(len(one.windows) for one in self._by_key.values() if one.who == login.who)
        if theirs >= WINDOWS_EACH:
            return f"{login.who} has {theirs} windows open already. Close one of them, and open this page again."
        if self.windows >= WINDOWS:
            return f"{self.windows} windows are open on this server, and it serves no more. Try again when some have closed."
        return ""


class Guesses:
    """Wrong tokens by the address that they came from; `now` in seconds of any clock that only goes on."""

    def __init__(self) -> None:
        self._wrong: dict[str, deque[float]] = {}

    def too_many(self, address: str, now: float) -> bool:
        wrong = self._wrong.get(address)
        while wrong and now - wrong[0] > GUESSES_WITHIN:
            wrong.popleft()
        return wrong is not None and len(wrong) >= GUESSES

    def add(self, address: str, now: float) -> None:
        if address not in self._wrong and len(self._wrong) >= _ADDRESSES:
            self._wrong.pop(next(iter(self._wrong)))
        self._wrong.setdefault(address, deque(maxlen=GUESSES)).append(now)
