"""A login link is good once and for a while, and what is kept of it is a digest that only its owner's account reads."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.locate import state_folder
from readiness_tui.web.links import Guest, LoginError, LoginLinks

NOW, HOUR = 1_800_000_000.0, 3600.0


@pytest.fixture
def links(tmp_path: Path):
    served = LoginLinks(tmp_path / "readiness.db")
    served.serve_at("http://127.0.0.1:1")
    yield served
    served.close()


def test_a_link_lets_its_person_in_once(links: LoginLinks) -> None:
    token = links.make("ben", NOW + HOUR, HOUR)
    assert links.use(token, NOW) == Guest("ben", HOUR)
    with pytest.raises(LoginError, match="used already"):
        links.use(token, NOW)


def test_two_at_the_same_moment_are_not_both_let_in(links: LoginLinks) -> None:
    for _ in range(20):
        token = links.make("ben", NOW + HOUR, HOUR)

        def use(_: int, token: str = token) -> bool:
            try:
                links.use(token, NOW)
            except LoginError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(use, range(8))) == 1


@pytest.mark.parametrize("late", [0.0, 1.0, HOUR])
def test_an_expired_link_lets_nobody_in(links: LoginLinks, late: float) -> None:
    token = links.make("ben", NOW, HOUR)
    assert links.use(links.make("ben", NOW, HOUR), NOW - 0.001).who == "ben"
    with pytest.raises(LoginError, match="expired"):
        links.use(token, NOW + late)


@pytest.mark.parametrize("token", ["", "wrong", "../address", "a" * 5000, "\udcff", "é"])
def test_a_wrong_token_lets_nobody_in(links: LoginLinks, token: str) -> None:
    links.make("ben", NOW + HOUR, HOUR)
    with pytest.raises(LoginError, match="no such token"):
        links.use(token, NOW)


def test_the_token_has_128_bits_and_more_and_is_kept_nowhere(links: LoginLinks) -> None:
    tokens = {links.make("ben", NOW + HOUR, HOUR) for _ in range(50)}
    assert len(tokens) == 50
    assert min(map(len, tokens)) * 6 >= 128
    kept = [path for path in (state_folder() / "browser").rglob("*") if path.is_file()]
    assert len(kept) == 51
    for path in kept:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert not any(token in path.name or token in path.read_text() for token in tokens)


def test_the_end_of_the_server_is_the_end_of_its_links(tmp_path: Path) -> None:
    first = LoginLinks(tmp_path / "readiness.db")
    first.serve_at("http://127.0.0.1:1")
    token = first.make("ben", NOW + HOUR, HOUR)
    first.close()
    assert not [path for path in (state_folder() / "browser").rglob("*") if path.is_file()]
    later = LoginLinks(tmp_path / "readiness.db")
    later.serve_at("http://127.0.0.1:2")
    with pytest.raises(LoginError):
        later.use(token, NOW)
    later.close()


def test_links_of_a_server_that_was_killed_are_void_at_the_next_start(tmp_path: Path, links: LoginLinks) -> None:
    """Killed, it has cleaned nothing up; its lock went with it."""
    import os

    token = links.make("ben", NOW + HOUR, HOUR)
    assert links._server is not None
    os.close(links._server)
    links._server = None
    later = LoginLinks(tmp_path / "readiness.db")
    with pytest.raises(ReadinessError, match="No server"):
        later.address()
    later.serve_at("http://127.0.0.1:2")
    with pytest.raises(LoginError, match="no such token"):
        later.use(token, NOW)
    later.close()


def test_one_server_a_database(tmp_path: Path, links: LoginLinks) -> None:
    again = LoginLinks(tmp_path / "readiness.db")
    assert again.address() == "http://127.0.0.1:1"
    with pytest.raises(ReadinessError, match="served already"):
        again.serve_at("http://127.0.0.1:2")
    other = LoginLinks(tmp_path / "other.db")
    other.serve_at("http://127.0.0.1:3")
    with pytest.raises(LoginError):
        other.use(links.make("ben", NOW + HOUR, HOUR), NOW)
    other.close()


def test_a_state_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(ReadinessError, match="cannot be written"):
        LoginLinks(tmp_path / "readiness.db").serve_at("http://127.0.0.1:1")
