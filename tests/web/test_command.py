"""`readiness serve`: what it refuses before it listens, and what it says."""

from __future__ import annotations

import builtins
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.cli.serve import command
from tests.cli.conftest import *  # noqa: F403  # the command line in this process
from tests.cli.test_processes import READINESS


@pytest.mark.parametrize(
    "url",
    [
        "review.example.org",
        "https://",
        "ftp://x",
        "https://x/sub",
        "https://x/?a",
        "https://a@x",
        "https://x#y",
        "javascript:x",
    ],
)
def test_a_public_address_without_a_name_of_its_own_is_refused(sample_db: Path, cli, url: str) -> None:
    told = cli("--db", sample_db, "serve", "--public-url", url)
    assert told.code == 2
    assert "is not a server's address" in told.err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "desk.lan"])
def test_beyond_this_machine_it_has_to_know_its_name(sample_db: Path, cli, host: str) -> None:
    told = cli("--db", sample_db, "serve", "--host", host)
    assert told.code == 2
    assert "--allow-host" in told.err
    assert "login#" not in told.out


def test_a_port_that_is_taken_is_a_sentence(sample_db: Path, cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = cli("--db", sample_db, "serve", "--port", str(taken.getsockname()[1]))
    assert told.code == 2
    assert "cannot be listened on" in told.err
    assert "login#" not in told.out


@pytest.mark.parametrize(
    "option",
    [["--hours", "0"], ["--hours", "nan"], ["--hours", "1e9"], ["--idle", "0"], ["--idle", "nan"], ["--port", "70000"]],
)
def test_limits_are_numbers_that_make_sense(sample_db: Path, cli, option: list[str]) -> None:
    told = cli("--db", sample_db, "serve", *option)
    assert told.code == 2
    assert option[0] in told.err


def test_without_the_extra_it_says_how_to_install_it(sample_db: Path, cli, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name.startswith("textual_serve"):
            raise ModuleNotFoundError("no", name="textual_serve")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    told = cli("--db", sample_db, "serve")
    assert told.code == 2
    assert "pip install 'readiness-tui[serve]'" in told.err


def test_everybody_whom_the_review_names_gets_one_link() -> None:
    assert command._each_once(("ana", "ben", "Ana ", "", "  ", "chloe")) == ["ana", "ben", "chloe"]


@pytest.mark.slow
def test_beyond_this_machine_it_warns_in_plain_words(sample_db: Path) -> None:
    words = [
        *READINESS,
        "--db",
        str(sample_db),
        "serve",
        "--host",
        "0.0.0.0",
        "--allow-host",
        "desk.lan",
        "--port",
        "0",
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = ""
        for line in iter(process.stdout.readline, ""):
            said += line
            if line.startswith("Serving"):
                process.terminate()
    assert process.returncode == 0
    assert "nothing is encrypted" in said
    assert "http://desk.lan:" in said
