"""`readiness collect` as a process: it says where it listens, and ends cleanly with all that it acknowledged stored."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from readiness_tui.services import traces
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.review.reviews import new_review
from tests.cli.test_processes import READINESS

TRACE = "5b8efff798038103d269b633813fc60c"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A file with one review, whose system the receiver stores for."""
    path = tmp_path / "readiness.db"
    desk = open_desk(path, "ana", create=True)
    new_review(desk, system="Support bot", release="2026.12")
    desk.close()
    return path


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stores_what_was_acknowledged(db: Path, ending: signal.Signals) -> None:
    command = [*READINESS, "--db", str(db), "collect", "--port", "0", "--every", "3000"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stderr is not None
        try:
            told = iter(process.stderr.readline, "")
            port = next(
                filter(
                    None, (re.search(r"OTEL_EXPORTER_OTLP_ENDPOINT=http://127\.0\.0\.1:(\d+)", line) for line in told)
                )
            )
            assert port is not None
            step = {"traceId": TRACE, "spanId": "00000000000000b1", "name": "chat", "status": {"code": 1}}
            connection = http.client.HTTPConnection("127.0.0.1", int(port[1]), timeout=30)
            body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [step]}]}]})
            connection.request("POST", "/v1/traces", body, {"Content-Type": "application/json"})
            assert connection.getresponse().status == 200
            process.send_signal(ending)
            said = process.communicate(timeout=30)[1]
        finally:
            process.kill()
    assert process.returncode == 0
    assert "1 trace (otlp)" in said
    assert "Received 1 record, rejected 0." in said
    desk = open_desk(db, "ana")
    assert traces.record(desk, TRACE).trace.status == "ok"
    desk.close()


def test_without_a_file_nothing_listens(place: Path, cli) -> None:
    told = cli("collect", "--port", "0")
    assert told.code == 2
    assert "readiness new" in told.err


def test_a_file_without_a_review_names_no_system_to_store_for(tmp_path: Path, cli) -> None:
    path = tmp_path / "empty.db"
    open_desk(path, "ana", create=True).close()
    told = cli("--db", path, "collect", "--port", "0")
    assert told.code == 2
    assert "readiness new" in told.err


def test_a_misunderstood_attribute_name_is_said_before_anything_is_received(
    db: Path, cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("READINESS_ATTRIBUTES", "prompt=acme.prompt")
    told = cli("--db", db, "collect", "--port", "0")
    assert told.code == 2
    assert "READINESS_ATTRIBUTES" in told.err
    assert "prompt_version" in told.err


@pytest.mark.parametrize("every", ["nan", "0", "-1", "inf", "1e9", "0.01", "soon"])
def test_how_often_it_imports_is_a_number_of_seconds_that_makes_sense(db: Path, cli, every: str) -> None:
    told = cli("--db", db, "collect", "--port", "0", "--every", every)
    assert told.code == 2
    assert "--every" in told.err


def test_a_port_that_is_taken_is_a_sentence(db: Path, cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = cli("--db", db, "collect", "--port", str(taken.getsockname()[1]))
    assert told.code == 2
    assert "cannot be listened on" in told.err
    assert "--port" in told.err
    assert not db.with_name("readiness.db.received").exists()
