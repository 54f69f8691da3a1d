"""`readiness collect` under kill -9, Ctrl-C, slow clients and a full disk: what it acknowledged is stored, and it ends.

`pytest -m slow -s tests/processes/test_receiver.py` prints the figures.
"""

from __future__ import annotations

import contextlib
import http.client
import resource
import signal
import socket
import time
from pathlib import Path

import pytest

from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.review.reviews import new_review
from readiness_tui.store import traces
from tests.processes.receiver import Receiver, Sender, request

pytestmark = pytest.mark.slow

KILLS = 24
ENDS_WITHIN = 5  # seconds


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "readiness.db"
    desk = open_desk(path, "ana", create=True)
    new_review(desk, system="Support bot", release="2026.12")
    desk.close()
    return path


def stored(db: Path) -> set[tuple[str, str]]:
    """The spans in the database, as (trace id, span id)."""
    desk = open_desk(db, "ana")
    try:
        with desk.store.read() as conn:
            found = traces.iter_between(conn, "Support bot")
            return {(trace.id, span.id) for trace in found for span in trace.spans or ()}
    finally:
        desk.close()


def folder_of(db: Path) -> Path:
    return db.with_name("readiness.db.received")


def import_the_rest(db: Path) -> list[str]:
    """Let the next receiver store what waits; what it said."""
    with Receiver(db, 3000) as receiver:
        until = time.monotonic() + 60
        while len([*folder_of(db).glob("*.spool")]) > 1 and time.monotonic() < until:  # one is its own
            time.sleep(0.05)
        receiver.end(signal.SIGTERM)
        assert receiver.process.returncode == 0
        return receiver.said


def test_what_was_acknowledged_survives_kill_9(db: Path) -> None:
    """At moments from the first request to several imports later, the journals of one death read by the next receiver."""
    acknowledged: set[tuple[str, str]] = set()
    for kill in range(KILLS):
        with Receiver(db, 0.2) as receiver:
            senders = [Sender(receiver.port, (kill * 4 + at) * 10**6 + 1) for at in range(4)]
            for sender in senders:
                sender.start()
            time.sleep(0.03 + kill * 0.05)
            receiver.process.kill()
            for sender in senders:
                sender.join(30)
                acknowledged |= sender.acknowledged
    import_the_rest(db)
    lost = acknowledged - stored(db)
    print(f"\nkill -9 at {KILLS} moments: {len(acknowledged):,} spans acknowledged, {len(lost):,} lost")
    assert len(acknowledged) > 100
    assert not lost
    assert not folder_of(db).exists()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_time_under_load_and_nothing_is_lost(db: Path, ending: signal.Signals) -> None:
    """With more waiting than can be imported in that time: the rest is stored by the next one."""
    with Receiver(db, 3000) as receiver:
        senders = [Sender(receiver.port, (at + 1) * 10**6, spans=40) for at in range(6)]
        for sender in senders:
            sender.start()
        time.sleep(8)
        took = receiver.end(ending)
        assert receiver.process.returncode == 0
        for sender in senders:
            sender.join(30)
    acknowledged = {span for sender in senders for span in sender.acknowledged}
    print(f"\n{ending.name} under load: ended after {took:.1f} s, {len(acknowledged):,} spans acknowledged")
    assert took < ENDS_WITHIN
    import_the_rest(db)
    assert acknowledged <= stored(db)


def test_it_ends_in_time_in_the_middle_of_a_long_import(db: Path) -> None:
    """One request of 40,000 spans: seconds of work that nothing interrupts."""
    ids, body = request(1, 40_000)
    with Receiver(db, 0.1) as receiver:
        client = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=60)
        client.request("POST", "/v1/traces", body, {"Content-Type": "application/json"})
        assert client.getresponse().status == 200
        client.close()
        time.sleep(0.3)
        took = receiver.end(signal.SIGTERM)
        assert receiver.process.returncode == 0
        said = receiver.said
    print(f"\nSIGTERM in a long import: ended after {took:.1f} s")
    assert took < ENDS_WITHIN
    assert stored(db) == ids or "The next `readiness collect`" in said[-2] or "waits on the disk" in said[-1]
    import_the_rest(db)
    assert stored(db) == ids


@pytest.mark.parametrize("number", [100, 400])
def test_slow_connections_hold_neither_a_healthy_sender_nor_the_end(db: Path, number: int) -> None:
    """Some say nothing, some stop in the head, some in the body, and some send a byte now and then."""
    begun = b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    parts = [b"", b"POST /v1/tr", begun, begun + b"Content-Length: 1000\r\n\r\n{"]
    slow: list[socket.socket] = []
    with Receiver(db, 3000) as receiver:
        try:
            for at in range(number):
                slow.append(receiver.connect())
                slow[-1].sendall(parts[at % len(parts)])
            sender = Sender(receiver.port, 1)
            sender.start()
            until = time.monotonic() + 3
            while time.monotonic() < until:
                for client in slow[::7]:
                    with contextlib.suppress(OSError):  # it was closed for another one
                        client.send(b"a")
                time.sleep(0.1)
            took = receiver.end(signal.SIGTERM)
        finally:
            for client in slow:
                client.close()
        assert receiver.process.returncode == 0
        sender.join(30)
    print(f"\n{number} slow connections: {len(sender.acknowledged):,} spans acknowledged, ended after {took:.1f} s")
    assert len(sender.acknowledged) > 10
    assert sender.refused <= 1  # the last, at the end
    assert took < ENDS_WITHIN
    import_the_rest(db)
    assert sender.acknowledged <= stored(db)


def test_a_full_disk_acknowledges_nothing_and_is_told(db: Path) -> None:
    """No file may grow beyond a limit: the journal's write then comes back as that of a full disk does, after a part."""
    limit = db.stat().st_size + 300_000

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    with Receiver(db, 3000, preexec_fn=small) as receiver:
        sender = Sender(receiver.port, 1, spans=1, padding=100_000)
        sender.start()
        until = time.monotonic() + 30
        while not sender.refused and time.monotonic() < until:
            time.sleep(0.05)
        sender.stop.set()
        sender.join(30)
        assert sender.refused
        time.sleep(1)
        receiver.process.kill()
        receiver.process.wait()
    assert any("cannot be kept" in line and "told to try again" in line for line in receiver.said), receiver.said
    assert sender.acknowledged
    import_the_rest(db)
    assert stored(db) == sender.acknowledged


def test_a_last_record_that_is_cut_off_is_told_and_the_rest_is_stored(db: Path) -> None:
    with Receiver(db, 3000) as receiver:
        sender = Sender(receiver.port, 1)
        sender.start()
        time.sleep(1)
        receiver.process.kill()
        sender.join(30)
    (segment,) = folder_of(db).glob("*.spool")
    assert segment.stat().st_mode & 0o777 == 0o600
    assert folder_of(db).stat().st_mode & 0o777 == 0o700
    whole = segment.read_bytes()
    segment.write_bytes(whole + whole[:100])
    said = "".join(import_the_rest(db))
    assert "is cut off (100 bytes)" in said
    assert "sender got no answer" in said
    assert sender.acknowledged <= stored(db)


def test_two_at_once_leave_each_others_journals_alone(db: Path) -> None:
    with Receiver(db, 3000) as first:
        ids, body = request(1, 2)
        client = first.connect()
        client.sendall(
            b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
        client.close()
        with Receiver(db, 0.1) as second:
            time.sleep(1)
            second.end(signal.SIGTERM)
        assert stored(db) == set()
        first.end(signal.SIGTERM)
    assert stored(db) == ids
