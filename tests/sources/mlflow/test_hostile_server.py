"""A tracking server on loopback that means no good: each bound on an answer holds and is named."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.mlflow import bounded_http
from readiness_tui.sources.mlflow.server import Credentials, Server

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

Send = Callable[[bytes], None]


class Raw:
    """Answers every request by `act`, which sends bytes as it likes; `asked`: the heads of the requests."""

    def __init__(self, act: Callable[[Send], None]) -> None:
        self.asked: list[bytes] = []
        self._act = act
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with client:
            try:
                self.asked.append(client.recv(65536))
                self._act(client.sendall)
                client.shutdown(socket.SHUT_WR)
                client.settimeout(5)
                while client.recv(65536):  # closed over what was not read, it would be reset, and the answer lost
                    pass
            except OSError:
                pass  # given up

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def raw() -> Iterator[Callable[[Callable[[Send], None]], Raw]]:
    made: list[Raw] = []

    def make(act: Callable[[Send], None]) -> Raw:
        made.append(Raw(act))
        return made[-1]

    yield make
    for server in made:
        server.close()


def refusal_of(url: str) -> str:
    with pytest.raises(ReadinessError) as refused:
        Server(url).post("/api/2.0/mlflow/experiments/search", {})
    assert url in str(refused.value)
    return str(refused.value)


def drip(*parts: bytes) -> Callable[[Send], None]:
    """The last part again and again, as slowly as a server that is always about to answer."""

    def act(send: Send) -> None:
        for part in parts[:-1]:
            send(part)
        for _ in range(400):
            send(parts[-1])
            time.sleep(0.02)

    return act


@pytest.mark.parametrize(
    "act",
    [
        drip(OK + b"\r\n", b" "),
        drip(OK, b"X-More: x\r\n", b"a"),
        drip(OK + b"X: ", b"a"),
        drip(b"HTTP/1.1 2", b"0"),
        drip(b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        drip(b"HTTP/1.1 401 No\r\n", b"a"),
    ],
)
def test_a_server_that_drips_is_given_up_in_time(
    raw: Callable[..., Raw], act: Callable[[Send], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_http, "PATIENCE", 0.5)
    begun = time.monotonic()
    assert "did not finish its answer in 0 seconds" in refusal_of(raw(act).url)
    assert time.monotonic() - begun < 5


def test_a_server_that_says_nothing_is_given_up(raw: Callable[..., Raw], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_http, "TIMEOUT", 0.2)
    assert "said nothing for 0 seconds" in refusal_of(raw(lambda send: time.sleep(3)).url)


@pytest.mark.parametrize(
    "flood",
    [
        OK + b"\r\n" + b" " * 200_000,
        OK + b"".join(b"X-%d: %s\r\n" % (at, b"a" * 5_000) for at in range(40)) + b"\r\n{}",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000,
    ],
)
def test_a_flood_is_given_up_at_its_bound(
    raw: Callable[..., Raw], flood: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_http, "MAX_ANSWER", 100_000)
    assert "answers with more than 0 MiB" in refusal_of(raw(lambda send: send(flood)).url)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (OK + b"X: a\r\n" * 200 + b"\r\n{}", "100 headers"),
        (OK + b"X: " + b"a" * 70_000 + b"\r\n\r\n{}", "header line"),
        (OK + b"Content-Length: 100\r\n\r\n{}", "broke off in the middle"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", "127.0.0.1"),
        (OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(10**7), mtime=0), "packs its answer (gzip)"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "127.0.0.1"),
        (b"", "cannot be reached"),
        (b"\x00" * 5_000, "127.0.0.1"),
        (OK + b"\r\n" + b"[" * 50_000, "did not answer in JSON"),
        (OK + b"\r\n\x1b]0;owned\x07", "did not answer in JSON"),
    ],
)
def test_what_is_no_answer_is_a_sentence(raw: Callable[..., Raw], answer: bytes, said: str) -> None:
    told = refusal_of(raw(lambda send: send(answer)).url)
    assert said in told
    assert "\x1b" not in told


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_credentials_are_not_sent_to_where_a_redirect_leads(raw: Callable[..., Raw], code: int) -> None:
    other = raw(lambda send: send(OK + b"\r\n{}"))
    answer = b"HTTP/1.1 %d Elsewhere\r\nLocation: %s/x\r\n\r\n" % (code, other.url.encode())
    server = raw(lambda send: send(answer))
    with pytest.raises(ReadinessError, match="Redirects are not followed"):
        Server(server.url, Credentials(token="t0p-secret")).get("/x", [])
    assert b"t0p-secret" in server.asked[0]
    assert other.asked == []


# Secrets


@pytest.mark.parametrize(
    "url",
    [
        "http://ana:s3cret@host:port",
        "http://ana:s3cret@[::1",
        "ftp://ana:s3cret@host",
        "gopher://host/?token=s3cret",
        "http://:s3cret@",
        "http://host:99999/?token=s3cret#s3cret",
    ],
)
def test_an_address_that_is_none_shows_no_secret(url: str) -> None:
    with pytest.raises(ReadinessError) as refused:
        Server(url)
    assert "s3cret" not in str(refused.value)
