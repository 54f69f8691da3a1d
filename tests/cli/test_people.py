"""`people` shows and changes who is who in the review."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def test_people_join_leave_and_change_roles(cli: Cli, mini: Path) -> None:
    told = cli("people")
    assert (told.code, told.err) == (0, "")
    assert [line.split() for line in told.out.splitlines()] == [
        ["Owner", "ana"],
        ["Reviewers", "ana"],
    ]  # alone: nobody facilitates
    told = cli("people", "--add", "Ben", "--add", "ben ", "--add", "eve", "--remove", "ANA", "--owner", "eve")
    assert [line.split(maxsplit=1)[1] for line in told.out.splitlines()] == ["eve", "ana", "Ben, eve"]
    assert cli("people", "--json").json == {
        "schema": 1, "owner": "eve", "facilitator": "ana", "reviewers": ["Ben", "eve"],
        "authors": [], "observers": [], "unknown_voters": [],
    }  # fmt: skip


def test_a_stranger_cannot_leave(cli: Cli, mini: Path) -> None:
    told = cli("people", "--remove", "zed")
    assert (told.code, told.out) == (2, "")
    assert "zed is no reviewer here. They are: ana." in told.err
