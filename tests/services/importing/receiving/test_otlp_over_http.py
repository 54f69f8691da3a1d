"""The receiver's HTTP: what a client may send, and that none of it is taken for more or less than it is."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import time
import zlib
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from readiness_tui.services.importing.receiving import http_server, otlp_http
from readiness_tui.services.importing.receiving.http_server import HttpServer, RefusedError
from readiness_tui.services.importing.receiving.otlp_http import OtlpRequests, Unused

HEAD = b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


class Taker:
    """Takes everything; `taken`: the bodies."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.server = HttpServer("127.0.0.1", 0, OtlpRequests(self.take, ["host.docker.internal"]))
        self.server.start()

    def take(self, signal: str, protobuf: bool, body: bytes) -> Unused:
        if body == b"bug":
            raise KeyError("a fault of ours")
        if body == b"full":
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "full")
        self.taken.append(body)
        return Unused()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=10)

    def post(self, body: bytes, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("POST", "/v1/traces", body, {"Content-Type": "application/json", **named})
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, said


@pytest.fixture
def taker() -> Iterator[Taker]:
    made = Taker()
    yield made
    made.server.close()


def everything(client: socket.socket) -> bytes:
    """What the server sends until it closes."""
    said = b""
    while piece := client.recv(65536):
        said += piece
    return said


def test_requests_that_are_sent_behind_one_another_are_each_answered(taker: Taker) -> None:
    with taker.connect() as client:
        client.sendall(
            (HEAD + b"Content-Length: 1\r\n\r\na") * 3 + HEAD + b"Connection: close\r\nContent-Length: 1\r\n\r\nb"
        )
        assert everything(client).count(b"HTTP/1.1 200 OK") == 4
    assert taker.taken == [b"a", b"a", b"a", b"b"]


def test_a_chunked_body_is_put_together(taker: Taker) -> None:
    with taker.connect() as client:
        client.sendall(HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
        assert everything(client).startswith(b"HTTP/1.1 200")
    assert taker.taken == [b"abc"]


@pytest.mark.parametrize(
    "sent",
    [
        HEAD + b"Content-Length: 10\r\n\r\nabc",  # it promises more than it sends
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        HEAD + b"Content-Length: 1e3\r\n\r\n",
        HEAD[:60],
        b"POST /v1/traces HTTP/1.1\r\nContent-Length: 0\r\n\r\n",  # no host
        b"POST /v1/traces HTTP/1.1\r\nHost: a\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
        HEAD + b"X: " + b"a" * 200_000,
    ],
)
def test_what_is_not_a_whole_request_is_not_taken(taker: Taker, sent: bytes) -> None:
    with taker.connect() as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        said = everything(client)
    assert said == b"" or said.startswith(b"HTTP/1.1 4")
    assert taker.taken == []
    assert taker.post(b"{}")[0] == 200


def test_what_follows_a_body_that_is_longer_than_it_says_is_no_request(taker: Taker) -> None:
    with taker.connect() as client:
        client.sendall(HEAD + b"Content-Length: 1\r\n\r\naGET? no\r\n\r\n")
        said = everything(client)
    assert said.startswith(b"HTTP/1.1 200")
    assert said.count(b"HTTP/1.1 400") == 1
    assert taker.taken == [b"a"]


def test_who_asks_before_sending_a_large_body_is_told(taker: Taker) -> None:
    with taker.connect() as client:
        client.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 100")
        client.sendall(b"a")
        assert client.recv(100).startswith(b"HTTP/1.1 200")
    with taker.connect() as client:
        client.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 413")


def test_a_client_that_is_still_sending_gets_to_see_why_it_is_refused(taker: Taker) -> None:
    assert taker.post(b" " * (http_server.MAX_BODY + 1))[0] == 413


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:4318", "127.0.0.1", "[::1]:4318", "localhost.", "host.docker.internal:1"]
)
def test_it_answers_to_its_own_names(taker: Taker, host: str) -> None:
    assert taker.post(b"{}", Host=host)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:4318",
        "localhost.evil.example",
        "10.0.0.1",
        "",
        "[",
        "0.0.0.0",
        "[::1]evil.example",
        "[localhost",
    ],
)
def test_a_page_whose_name_was_made_to_lead_here_is_refused(taker: Taker, host: str) -> None:
    status, _, said = taker.post(b"{}", Host=host)
    assert status == 403
    assert "host" in json.loads(said)["message"]
    assert taker.taken == []


def test_another_method_is_refused(taker: Taker) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", taker.server.port, timeout=10)
    connection.request("GET", "/v1/traces")
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Allow")) == (405, "POST")
    connection.close()


def test_what_may_be_sent_again_says_when_and_what_may_not_does_not(taker: Taker) -> None:
    status, headers, said = taker.post(b"full")
    assert (status, headers["retry-after"], json.loads(said)) == (503, "5", {"code": 14, "message": "full"})
    status, headers, said = taker.post(b"bug")
    assert (status, "retry-after" in headers) == (500, False)
    assert "the receiver failed (KeyError)" in json.loads(said)["message"]


@pytest.mark.parametrize("kind", ["application/json", "application/x-protobuf", "application/json; charset=utf-8"])
def test_an_error_comes_in_the_type_of_its_request(taker: Taker, kind: str) -> None:
    status, headers, said = taker.post(b"full", Content_Type=kind)
    assert (status, headers["content-type"]) == (503, kind.partition(";")[0])
    assert said == (b"\x08\x0e\x12\x04full" if "protobuf" in kind else b'{"code": 14, "message": "full"}')


# gzip


def test_gzip_of_several_members_is_one_body(taker: Taker) -> None:
    several = packed(b"ab") + packed(b"") + packed(b"c" * 40_000)
    assert taker.post(several, Content_Encoding="gzip")[0] == 200
    assert taker.post(several + bytes(512), Content_Encoding="GZIP")[0] == 200  # padded to a block
    assert taker.taken == [b"ab" + b"c" * 40_000] * 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        packed(b"abc")[:-1],
        packed(b"abc") + packed(b"def")[:-1],
        packed(b"abc") + packed(b"def")[:5],
        packed(b"abc") + b"rubbish",
        packed(b"abc")[:-8] + bytes(8),  # another checksum
        zlib.compress(b"abc"),
        bytes(100),
    ],
)
def test_gzip_that_is_cut_off_or_followed_by_something_is_refused(taker: Taker, body: bytes) -> None:
    status, _, said = taker.post(body, Content_Encoding="gzip")
    assert status == 400
    assert "gzip" in json.loads(said)["message"]


def test_a_bomb_is_given_up_at_the_limit(taker: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp_http, "MAX_UNPACKED", 1_000_000)
    assert taker.post(packed(bytes(1_000_001)), Content_Encoding="gzip")[0] == 413
    assert taker.post(packed(bytes(600_000)) * 2, Content_Encoding="gzip")[0] == 413
    assert taker.post(packed(bytes(1_000_000)), Content_Encoding="gzip")[0] == 200


def test_very_many_members_take_no_more_time_than_their_bytes(taker: Taker) -> None:
    many = packed(b"") * 100_000
    begun = time.process_time()
    assert otlp_http._unpacked(many) == b""
    assert time.process_time() - begun < 10  # a second or two; copying all that follows each member takes minutes


# Room and time


def test_a_request_has_a_deadline_for_its_head_and_its_body(taker: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "HEAD", 0.3)
    monkeypatch.setattr(http_server, "BODY", 0.3)
    for part, sent in (("head", HEAD), ("body", HEAD + b"Content-Length: 100\r\n\r\n")):
        with taker.connect() as client:
            client.sendall(sent)
            for _ in range(3):  # a byte now and then is no progress
                time.sleep(0.08)
                client.sendall(b"a")
            said = everything(client)
        assert said.startswith(b"HTTP/1.1 503")
        assert f"the {part} of the request took longer than 0.3 seconds".encode() in said
    assert taker.taken == []


def test_a_connection_that_says_nothing_is_closed(taker: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "IDLE", 0.2)
    with taker.connect() as client:
        assert everything(client) == b""


def test_all_bodies_together_are_bounded_and_room_comes_back(taker: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "IN_FLIGHT", 5_000)
    with taker.connect() as slow:
        slow.sendall(HEAD + b"Content-Length: 5000\r\n\r\n" + b" " * 4_000)
        until = time.monotonic() + 5
        while taker.server.in_flight < 4_000 and time.monotonic() < until:
            time.sleep(0.01)
        status, headers, _ = taker.post(b" " * 2_000)
        assert (status, headers["retry-after"]) == (503, "5")
    while taker.server.in_flight and time.monotonic() < until:
        time.sleep(0.01)
    assert taker.post(b" " * 2_000)[0] == 200
    assert taker.server.in_flight == 0


def test_where_there_are_too_many_the_one_that_waits_longest_goes(
    taker: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "CONNECTIONS", 3)
    clients = [taker.connect() for _ in range(3)]
    for client in clients:
        client.sendall(HEAD)
        time.sleep(0.05)
    assert taker.post(b"{}")[0] == 200
    assert clients[0].recv(10) == b""  # closed
    clients[2].sendall(b"Content-Length: 1\r\n\r\na")
    assert clients[2].recv(100).startswith(b"HTTP/1.1 200")
    for client in clients:
        client.close()
