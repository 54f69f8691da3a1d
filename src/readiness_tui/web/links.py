"""Login links: one a person, good once and for some hours.

What is kept of a link is the digest of its token, as the name of a file that only this person's account can read. Using
it renames that file, so that of two who try only one comes in, and a second time can be told from a wrong token.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.reports import held_file
from readiness_tui.services.core.locate import own_folder, state_folder

_TOKEN = 32  # bytes of randomness
_OPEN, _USED = ".link", ".used"
_ANOTHER = "Ask whoever runs the server for another link."


class LoginError(ReadinessError):
    """A token that lets nobody in."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who a link is for, and for how long (seconds) they are logged in by it."""

    who: str
    lasts: float


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_token() -> str:
    return secrets.token_urlsafe(_TOKEN)


class LoginLinks:
    """The links of the one server of a database."""

    def __init__(self, database: Path) -> None:
        of = hashlib.sha256(os.fsencode(os.path.realpath(database))).hexdigest()[:16]
        self._folder = state_folder() / "browser" / of
        self._note = self._folder / "address"
        self._server: int | None = None  # the open note, locked while the server runs

    # -- the server -------------------------------------------------------------------------------------------------------

    def serve_at(self, address: str) -> None:
        """From now on links lead to this server; those of one before it are void. Raises ReadinessError where another
        process serves the same database, or the state folder cannot be written."""
        try:
            own_folder(self._folder)
            note = os.open(self._note, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unwritable(error) from error
        if not held_file.take(note):
            os.close(note)
            raise ReadinessError(
                "This database is served already. Use that server, `readiness serve --link NAME` makes one more link to"
                " it, or end it with Ctrl-C first."
            )
        self._server = note
        self._forget()
        os.ftruncate(note, 0)
        os.write(note, address.encode())

    def close(self) -> None:
        """No link is good any more."""
        if self._server is None:
            return
        self._forget()
        with suppress(OSError):
            self._note.unlink()
        os.close(self._server)
        self._server = None

    def use(self, token: str, now: float) -> Guest:
        """Who comes in by this token, which is used up by it; `now` in seconds since 1970. Raises LoginError."""
        wanted = digest(token)
        found = None
        for path in self._kept():  # all of them, so that the time tells nothing of which
            if hmac.compare_digest(path.stem, wanted):
                found = path
        if found is None:
            raise LoginError(f"This link lets nobody in: the server knows no such token. {_ANOTHER}")
        used = f"This link was used already; it is good once. If that was not you, say so. {_ANOTHER}"
        if found.suffix == _USED:
            raise LoginError(used)
        try:
            kept = json.loads(found.read_text(encoding="utf-8"))
            if now >= kept["until"]:
                raise LoginError(f"This link has expired. {_ANOTHER}")
            os.rename(found, found.with_suffix(_USED))
        except FileNotFoundError:
            raise LoginError(used) from None
        return Guest(kept["who"], kept["lasts"])

    # -- whoever makes links ------------------------------------------------------------------------------------------------

    def address(self) -> str:
        """Where the server of this database is. Raises ReadinessError where none runs."""
        try:
            with open(self._note, encoding="utf-8") as file:
                if address := file.read() if not held_file.tells() or not held_file.take(file.fileno()) else "":
                    return address
        except OSError:
            pass
        raise ReadinessError("No server of this database runs. Start one: `readiness serve`.")

    def make(self, who: str, until: float, lasts: float) -> str:
        """A token by which `who` comes in before `until` (seconds since 1970). Raises ReadinessError."""
        token = new_token()
        path = self._folder / f"{digest(token)}{_OPEN}"
        try:
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
                json.dump({"who": who, "until": until, "lasts": lasts}, out)
        except OSError as error:
            raise _unwritable(error) from error
        return token

    def _kept(self) -> list[Path]:
        with suppress(OSError):
            return [path for path in self._folder.iterdir() if path.suffix in (_OPEN, _USED)]
        return []

    def _forget(self) -> None:
        for path in self._kept():
            path.unlink(missing_ok=True)


def _unwritable(error: OSError) -> ReadinessError:
    return ReadinessError(
        f"{error.filename or 'The state folder'} cannot be written: {error.strerror}. Login links are kept there, by their"
        " digest; `readiness paths` says where it is, and XDG_STATE_HOME moves it."
    )
