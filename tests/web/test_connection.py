"""Connections that send nothing, too little or no HTTP: answered as everything else is, and bounded in time and number."""

from __future__ import annotations

import asyncio

import pytest

from readiness_tui.web import connection as connection_module
from readiness_tui.web import server as server_module
from readiness_tui.web.guard import HEADERS
from tests.web.test_server import Serve, serve

__all__ = ["serve"]


async def _open(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = address.removeprefix("http://").partition(":")
    return await asyncio.open_connection(host, int(port))


async def _said(reader: asyncio.StreamReader) -> str:
    async with asyncio.timeout(30):
        return (await reader.read()).decode()


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
    ],
)
async def test_what_is_no_request_gets_our_headers_and_a_sentence(serve: Serve, sent: bytes) -> None:
    reader, writer = await _open((await serve()).address)
    writer.write(sent)
    said = await _said(reader)
    head, _, body = said.partition("\r\n\r\n")
    assert head.startswith(("HTTP/1.1 400 ", "HTTP/1.0 400 "))
    given = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])}
    assert HEADERS.items() <= {name: given.get(name.lower()) for name in HEADERS}.items()
    assert "aiohttp" not in said.lower()
    assert "python" not in said.lower()
    assert "This is no request as browsers send them" in body
    writer.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: lo"])
async def test_a_request_that_does_not_come_ends_its_connection(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(server_module, "HEAD", 0.5)
    running = await serve()
    reader, writer = await _open(running.address)
    writer.write(sent)
    assert await _said(reader) == ""
    writer.close()


async def test_an_open_window_is_not_ended_by_it(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "HEAD", 0.5)
    async with (await serve()).visitor("ben") as ben:
        pane = await ben.window()
        await pane.until("for ben")
        await asyncio.sleep(1.2)
        await pane.type("x")
        await pane.until("typed x")


async def test_a_login_whose_token_does_not_come_is_refused(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "HEAD", 0.5)
    running = await serve()
    reader, writer = await _open(running.address)
    name = running.address.removeprefix("http://")
    writer.write(
        f"POST /login HTTP/1.1\r\nHost: {name}\r\nOrigin: {running.address}\r\nContent-Length: 43\r\n\r\nab".encode()
    )
    async with asyncio.timeout(30):
        said = (await reader.readuntil(b"\r\n")).decode()
    assert said.startswith("HTTP/1.1 403 ")
    writer.close()


@pytest.mark.parametrize("target", [b"http://xn--a/", b"http://xn--a:1/login"])
async def test_a_name_that_is_none_is_answered_and_its_connection_ends(serve: Serve, target: bytes) -> None:
    reader, writer = await _open((await serve()).address)
    writer.write(b"GET " + target + b" HTTP/1.1\r\nHost: xn--a\r\n\r\n")
    said = await _said(reader)
    assert said.startswith("HTTP/1.1 400 ")
    assert "This is no request as browsers send them" in said
    writer.close()


async def test_whoever_holds_connections_keeps_nobody_out(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether they say nothing, or ask for much and read nothing of it."""
    monkeypatch.setattr(connection_module, "CONNECTIONS", 8)
    running = await serve()
    name = running.address.removeprefix("http://")
    async with running.visitor("ben") as ben:
        pane = await ben.window()
        await pane.until("for ben")
        held = []
        for number in range(24):
            reader, writer = await _open(running.address)
            if number % 2:
                writer.transport.pause_reading()  # type: ignore[attr-defined]
                writer.write(f"GET /assets/page.js HTTP/1.1\r\nHost: {name}\r\n\r\n".encode() * 2_000)
            held.append((reader, writer))
            await asyncio.sleep(0.01)
        async with running.visitor("ben") as other:
            assert (await other.get("/"))[0] == 200
        await pane.type("x")
        await pane.until("typed x")
        for _, writer in held:
            writer.transport.abort()


async def test_a_connection_beside_as_many_windows_is_told_and_room_comes_back(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = await serve()
    async with running.visitor("ben") as ben:
        pane = await ben.window()
        await pane.until("for ben")
        monkeypatch.setattr(connection_module, "CONNECTIONS", 1)
        reader, writer = await _open(running.address)  # in the place of whatever the visitor has open beside the window
        writer.close()
        for _ in range(5):
            reader, writer = await _open(running.address)
            if said := await _said(reader):
                break
        assert said.startswith("HTTP/1.1 503 ")
        assert "as many connections as it takes" in said
        assert all(f"{name}: {value}\r\n" in said for name, value in HEADERS.items())
        writer.close()
    await asyncio.sleep(0.2)
    async with running.visitor("ben") as ben:
        assert (await ben.get("/"))[0] == 200
