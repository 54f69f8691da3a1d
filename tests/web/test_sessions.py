"""Logins end by the clock, by logging out, and with the server; windows and guesses have limits."""

from __future__ import annotations

from readiness_tui.web.links import Guest
from readiness_tui.web.sessions import GUESSES, GUESSES_WITHIN, WINDOWS, WINDOWS_EACH, Guesses, Logins


async def _close(why: str) -> None: ...


def test_a_cookie_is_its_persons_until_the_login_is_over() -> None:
    logins = Logins()
    ben, ana = logins.begin(Guest("ben", 10), 100), logins.begin(Guest("ana", 20), 100)
    found = logins.find(ben, 109.9)
    assert found is not None
    assert found.who == "ben"
    assert logins.find(ben, 110) is None
    assert (found := logins.find(ana, 110)) is not None
    assert found.who == "ana"


def test_another_servers_cookie_is_nobodys() -> None:
    cookie = Logins().begin(Guest("ben", 10), 100)
    here = Logins()
    mine = here.begin(Guest("ben", 10), 100)
    assert here.find(cookie, 101) is None
    assert here.find("", 101) is None
    assert here.find(mine, 101) is not None


async def test_logging_out_closes_the_windows() -> None:
    logins, closed = Logins(), []

    async def close(why: str) -> None:
        closed.append(why)

    cookie = logins.begin(Guest("ben", 10), 100)
    login = logins.find(cookie, 100)
    assert login is not None
    login.windows.add(close)
    await logins.end(login)
    assert closed == ["You have logged out."]
    assert logins.find(cookie, 100) is None


def test_one_person_has_few_windows_over_all_their_logins() -> None:
    logins = Logins()
    first, second = (logins.find(logins.begin(Guest("ben", 10), 100), 100) for _ in range(2))
    other = logins.find(logins.begin(Guest("ana", 10), 100), 100)
    assert first is not None
    assert second is not None
    assert other is not None
    for number in range(WINDOWS_EACH):
        assert logins.room_for(first) == ""

        async def close(why: str, number: int = number) -> None: ...

        (first if number % 2 else second).windows.add(close)
    assert "ben has 4 windows" in logins.room_for(first)
    assert logins.room_for(other) == ""


def test_all_together_have_a_limit() -> None:
    logins = Logins()
    for number in range(WINDOWS):
        login = logins.find(logins.begin(Guest(f"person {number}", 10), 100), 100)
        assert login is not None
        assert logins.room_for(login) == ""
        login.windows.add(_close)
    late = logins.find(logins.begin(Guest("late", 10), 100), 100)
    assert late is not None
    assert "32 windows are open" in logins.room_for(late)


def test_guesses_of_one_address_are_limited() -> None:
    guesses = Guesses()
    for at in range(GUESSES):
        assert not guesses.too_many("a", at)
        guesses.add("a", at)
    assert guesses.too_many("a", GUESSES)
    assert not guesses.too_many("b", GUESSES)
    assert not guesses.too_many("a", GUESSES_WITHIN + GUESSES)


def test_what_is_remembered_of_guesses_is_bounded() -> None:
    guesses = Guesses()
    for number in range(5000):
        guesses.add(str(number), 1.0)
    assert len(guesses._wrong) <= 1000
