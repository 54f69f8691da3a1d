"""HTTP calls to one server, bounded in everything that it decides: bytes, pages and time, of one answer and in all.

A deadline holds for the whole answer, its head too: a server that sends a byte a second, header after header, or "100
Continue" for ever is given up like one that says nothing. No redirect is followed, so that credentials reach only the
named server.
"""

from __future__ import annotations

import functools
import http.client
import io
import time
import urllib.error
import urllib.request
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line

TIMEOUT = 30.0  # seconds without a byte
PATIENCE = 300.0  # seconds for one answer
IN_ALL = 3600.0  # seconds for all answers
MAX_ANSWER = 64 * 1024 * 1024  # bytes, with its head
MAX_IN_ALL = 2 * 1024 * 1024 * 1024  # bytes of all answers
_PIECE = 1024 * 1024


class HttpError(ReadinessError):
    """The server answered with another status than 200."""

    def __init__(self, shown: str, code: int) -> None:
        self.code = code
        remedy = {
            401: "It wants credentials: set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and _PASSWORD.",
            403: "These credentials may not read it, or the server does not serve this host name.",
            404: "Is it an MLflow server, and is the address complete?",
            429: "It asks to be left alone for a while: try again later.",
        }.get(
            code,
            "Redirects are not followed: name the address it leads to."
            if 300 <= code < 400
            else "Look at the server's log.",
        )
        super().__init__(f"{shown} answered with status {code}. {remedy}")


class BoundedHttp:
    """Calls that share what they may take in all."""

    def __init__(self) -> None:
        self._until = time.monotonic() + IN_ALL
        self._bytes = 0

    def answer(self, request: urllib.request.Request, shown: str) -> bytes:
        """The body of the answer. `shown`: the address, as an error may name it. Raises ReadinessError."""
        budget = _Budget(shown, self._until, MAX_IN_ALL - self._bytes)
        try:
            with _opener(budget).open(request, timeout=TIMEOUT) as answer:
                encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
                if encoding != "identity":
                    raise ReadinessError(
                        f"{shown} packs its answer ({one_line(encoding, 40)}) although it was asked not to, so it cannot be"
                        " read. Is there a proxy in between?"
                    )
                data = b"".join(iter(lambda: answer.read1(_PIECE), b""))
                if answer.length:
                    raise ReadinessError(f"{shown} broke off in the middle of its answer. Try again.")
                return data
        except urllib.error.HTTPError as error:
            with error:
                raise HttpError(shown, error.code) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            if isinstance(reason, TimeoutError):
                raise ReadinessError(f"{shown} said nothing for {TIMEOUT:.0f} seconds, so it was given up.") from error
            raise ReadinessError(
                f"{shown} cannot be reached ({one_line(str(reason), 120)}). Check the address, and that the server runs."
            ) from error
        finally:
            self._bytes += budget.taken


class _Budget:
    """What one answer may take. `check` raises ReadinessError with the bound that is reached."""

    def __init__(self, shown: str, until_in_all: float, left_in_all: int) -> None:
        self._shown = shown
        self._until = time.monotonic() + PATIENCE
        self._until_in_all = until_in_all
        self._left_in_all = left_in_all
        self.taken = 0

    def check(self, taken: int) -> None:
        self.taken += taken
        now = time.monotonic()
        if self.taken > MAX_ANSWER:
            raise ReadinessError(f"{self._shown} answers with more than {MAX_ANSWER // 2**20} MiB, so it was given up.")
        if self.taken > self._left_in_all:
            raise ReadinessError(
                f"{self._shown}: all answers together are more than {MAX_IN_ALL / 2**20:,.0f} MiB, so it stopped there. Fetch"
                " less at a time, with --experiment, --run or --limit."
            )
        if now > self._until:
            raise ReadinessError(f"{self._shown} did not finish its answer in {PATIENCE:.0f} seconds. Try again.")
        if now > self._until_in_all:
            raise ReadinessError(
                f"{self._shown}: all answers together took more than {IN_ALL / 60:,.0f} minutes, so it stopped there. Fetch"
                " less at a time, with --experiment, --run or --limit."
            )

    def seconds(self) -> float:
        """How long to wait for the next byte."""
        return max(0.01, min(TIMEOUT, self._until - time.monotonic(), self._until_in_all - time.monotonic()))


class _Timed(io.RawIOBase):
    """Reads from a connection within a budget."""

    def __init__(self, raw: io.RawIOBase, sock: Any, budget: _Budget) -> None:
        self._raw = raw
        self._sock = sock
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._budget.check(0)
        self._sock.settimeout(self._budget.seconds())
        try:
            count = self._raw.readinto(buffer)
        except TimeoutError:
            self._budget.check(0)  # whose time is over
            raise
        self._budget.check(count or 0)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, budget: _Budget, sock: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock, budget))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> None:
        return None


def _opener(budget: _Budget) -> urllib.request.OpenerDirector:
    response = functools.partial(_Response, budget)

    class Http(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(_connection(http.client.HTTPConnection, response), req)

    class Https(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(_connection(http.client.HTTPSConnection, response), req)

    return urllib.request.build_opener(Http, Https, _NoRedirect)


def _connection(kind: Any, response: Any) -> Any:
    def make(host: str, **options: Any) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection = kind(host, **options)
        connection.response_class = response
        return connection

    return make
