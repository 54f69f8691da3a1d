"""Which requests are answered at all: by their Host, the page that they come from, and whether they say so."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict

from readiness_tui.web.guard import Guard

OURS = "http://127.0.0.1:8765"


def refusal(method: str = "GET", *, upgrade: bool = False, guard: Guard | None = None, **headers: str) -> str:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return (guard or Guard()).refusal(method, CIMultiDict({"Host": "127.0.0.1:8765", **named}), upgrade=upgrade)


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8765", "localhost:8765", "LOCALHOST", "localhost.", "[::1]:8765", "127.9.9.9"]
)
def test_this_machine_by_its_own_names(host: str) -> None:
    assert refusal(Host=host) == ""


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8765",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.0.0.7:8765",
        "[::1",
        "0.0.0.0",
    ],
)
def test_any_other_name_is_refused(host: str) -> None:
    assert "not called so" in refusal(Host=host)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("upgrade", [False, True])
@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "https://127.0.0.1:8765", "http://127.0.0.1:9999", "http://localhost:8765",
     "http://127.0.0.1:8765.evil.example", "http://127.0.0.1:8765/", "http://x@127.0.0.1:8765"],
)  # fmt: skip
def test_another_sites_page_is_refused(method: str, upgrade: bool, origin: str) -> None:
    assert "another site" in refusal(method, upgrade=upgrade, Origin=origin)
    assert refusal(method, upgrade=upgrade, Origin=OURS) == ""


def test_what_acts_has_to_say_where_it_comes_from() -> None:
    assert refusal() == ""  # an address typed in, or a link that was followed
    assert "does not say" in refusal("POST")
    assert "does not say" in refusal("DELETE")
    assert "does not say" in refusal(upgrade=True)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_picture_or_script_on_another_page_is_refused_and_a_link_is_not(site: str) -> None:
    assert "another site" in refusal(Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors")
    assert refusal(Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate") == ""
    assert refusal(Sec_Fetch_Site="same-origin", Sec_Fetch_Mode="cors") == ""


def test_behind_a_proxy_its_address_is_the_page_of_ours() -> None:
    guard = Guard(public="https://review.example.org")
    for host in ("review.example.org", "127.0.0.1:8765"):  # passed on by the proxy, or its own name for the server
        assert refusal("POST", guard=guard, Host=host, Origin="https://review.example.org") == ""
        assert "another site" in refusal("POST", guard=guard, Host=host, Origin="https://evil.example")
    assert "another site" in refusal(
        "POST", guard=guard, Host="review.example.org", Origin="https://review.example.org.evil.example"
    )
    assert "not called so" in refusal(guard=guard, Host="evil.example")


def test_a_name_that_was_allowed() -> None:
    guard = Guard(["desk.lan"])
    assert refusal("POST", guard=guard, Host="desk.lan:8765", Origin="http://desk.lan:8765") == ""
    assert "another site" in refusal("POST", guard=guard, Host="desk.lan:8765", Origin="http://desk.lan:1")
