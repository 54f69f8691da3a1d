"""What only a process of its own can show: exit statuses, pipes that close, Ctrl-C, other encodings."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from readiness_tui import __version__

READINESS = [sys.executable, "-c", "from readiness_tui.cli import main; main()"]


def process(*arguments: object, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [*READINESS, *map(str, arguments)], **{"capture_output": True, "timeout": 60, "check": False} | options
    )


def test_version_and_usage() -> None:
    told = process("--version")
    assert (told.returncode, told.stdout, told.stderr) == (0, f"readiness {__version__}\n".encode(), b"")
    wrong = process("nonsense")
    assert (wrong.returncode, wrong.stdout) == (2, b"")


def test_the_verdict_is_the_exit_status_even_if_nobody_reads_on(sample_db: Path) -> None:
    """`readiness check | head -1` must not turn a NO-GO into something else, nor print a complaint."""
    read, write = os.pipe()
    os.close(read)  # the reader is gone before the first line
    with os.fdopen(write, "wb") as pipe:
        told = process("--db", sample_db, "check", capture_output=False, stdout=pipe, stderr=subprocess.PIPE)
    assert told.returncode == 1
    assert told.stderr == b""


@pytest.mark.slow
def test_json_goes_to_stdout_alone_in_any_encoding(sample_db: Path) -> None:
    old = process("--db", sample_db, "check", env={**os.environ, "PYTHONIOENCODING": "latin-1"})
    assert old.returncode == 1
    assert old.stderr == b""
    assert b"\\u2265" in old.stdout  # ≥ is not in latin-1
    told = process("--db", sample_db, "check", "--json")
    assert json.loads(told.stdout)["verdict"] == "NO-GO"


def test_closed_streams_change_nothing(mini: Path) -> None:
    told = process("--db", mini, "check", capture_output=False, preexec_fn=lambda: (os.close(1), os.close(2)))
    assert told.returncode == 1


INTERRUPTED = """
import os, signal, sys
from readiness_tui.services.importing import imports
from readiness_tui.cli.root import run

publish = imports.imports.publish
def interrupted(*arguments, **named):
    os.kill(os.getpid(), signal.SIGINT)  # Ctrl-C, when everything is staged and nothing is published
    return publish(*arguments, **named)
imports.imports.publish = interrupted
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.slow
def test_ctrl_c_is_130_and_leaves_no_half_import(mini: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(
        "".join(f'{{"trace_id": "n{n}", "model": "m", "latency_ms": 1, "status": "ok"}}\n' for n in range(50))
    )
    before = process("--db", mini, "check", "--json").stdout
    told = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, "--db", str(mini), "import", str(log)],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert told.returncode == 130
    assert b"Traceback" not in told.stderr
    assert "Interrupted" in told.stderr.decode()
    assert process("--db", mini, "check", "--json").stdout == before
    again = process("--db", mini, "import", log)
    assert (again.returncode, b"50 traces" in again.stdout) == (0, True)


def test_ctrl_c_before_anything_began() -> None:
    started = subprocess.Popen(
        [sys.executable, "-c", "import sys, readiness_tui.cli.root as r, time\n"
         "r.root.main = lambda **_: (print('now', flush=True), time.sleep(60))\nsys.exit(r.run())"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert started.stdout is not None
    started.stdout.readline()
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=30)
    assert started.returncode == 130
    assert b"Traceback" not in err


def test_a_fault_of_ours_is_70_and_kept_for_the_report(mini: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom readiness_tui.services.core import view\n"
        "def broken(*a, **k): raise KeyError('\\x1b]52;c;aGk=\\x07')\n"
        "view.load = broken\nfrom readiness_tui.cli.root import run\nsys.exit(run(sys.argv[1:]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, "--db", str(mini), "check"], capture_output=True, timeout=60, check=False,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")},
    )  # fmt: skip
    assert told.returncode == 70
    assert told.stdout == b""
    assert b"Traceback" not in told.stderr
    assert b"\x1b" not in told.stderr
    (kept,) = (tmp_path / "state").rglob("crash-*.txt")
    assert str(kept).encode() in told.stderr
    text = kept.read_text(encoding="utf-8")
    assert "<string>:3 in broken" in text
    assert "readiness check" in text
    assert "52;c" not in text  # what the fault says may be the data
