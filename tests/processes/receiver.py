"""`readiness collect` as a process of its own, and programs that send to it, healthy ones and others."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType

from tests.cli.test_processes import READINESS

_LISTENING = re.compile(r"OTEL_EXPORTER_OTLP_ENDPOINT=http://127\.0\.0\.1:(\d+)")


class Receiver:
    """A running one; `said`: its lines so far. Killed at the end of the block if it still runs."""

    def __init__(self, db: Path, every: float, **options: object) -> None:
        self.said: list[str] = []
        self.port = 0
        command = [*READINESS, "--db", str(db), "collect", "--port", "0", "--every", str(every)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ, **options)  # type: ignore[call-overload]
        self._listens = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._listens.wait(60), self.said

    def __enter__(self) -> Receiver:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            if found := _LISTENING.search(line):
                self.port = int(found[1])
                self._listens.set()

    def end(self, number: int, within: float = 60) -> float:
        """Send the signal; the seconds until the process has ended."""
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(within)
        took = time.monotonic() - begun
        self._reader.join()
        return took

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)


class Sender(threading.Thread):
    """Sends traces one after another until it is stopped or the receiver dies; `acknowledged`: the spans of those that
    were answered with 200, as (trace id, span id)."""

    def __init__(self, port: int, first: int, *, spans: int = 3, padding: int = 0) -> None:
        super().__init__(daemon=True)
        self.acknowledged: set[tuple[str, str]] = set()
        self.refused = 0
        self.stop = threading.Event()
        self._port, self._next, self._spans = port, first, spans
        self._padding = "x" * padding

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        while not self.stop.is_set():
            ids, body = request(self._next, self._spans, self._padding)
            self._next += 1
            try:
                connection.request("POST", "/v1/traces", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                return
            if answer.status == 200:
                self.acknowledged |= ids
            else:
                self.refused += 1


def request(number: int, spans: int, padding: str = "") -> tuple[set[tuple[str, str]], bytes]:
    """The ids in an export request of one trace, and its bytes."""
    trace = f"{number:032x}"
    sent = [
        {
            "traceId": trace,
            "spanId": f"{at + 1:016x}",
            **({"parentSpanId": f"{1:016x}"} if at else {}),
            "name": "step",
            "startTimeUnixNano": "1795000005000000000",
            "endTimeUnixNano": "1795000005250000000",
            **({"attributes": [{"key": "padding", "value": {"stringValue": padding}}]} if padding else {}),
        }
        for at in range(spans)
    ]
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": sent}]}]}).encode()
    return {(trace, span["spanId"]) for span in sent}, body
