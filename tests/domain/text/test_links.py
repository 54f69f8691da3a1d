"""Links in texts from outside: which are found, and which a browser may be given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.text.links import links_in, refusal


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://example.com/a.", ("https://example.com/a",)),
        ("(https://example.com/a) and “http://b.example/x?y=1&z=2”", ("https://example.com/a", "http://b.example/x?y=1&z=2")),
        ("https://en.example/Foo_(bar) twice https://en.example/Foo_(bar)", ("https://en.example/Foo_(bar)",)),
        ("[docs](https://example.com/d), docs/logging.md, ftp://x.example, javascript:alert(1)", ("https://example.com/d",)),
        ("nothing", ()),
    ],
)  # fmt: skip
def test_links_are_found_without_the_signs_round_them(text: str, links: tuple[str, ...]) -> None:
    assert links_in(text) == links


@pytest.mark.parametrize(
    "link", ["https://example.com", "http://localhost:8080/x", "HTTPS://example.com/a?b=c#d", "http://[::1]:80/"]
)
def test_what_is_opened(link: str) -> None:
    assert refusal(link) == ""


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("javascript:alert(1)", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("--help", "only http and https"),
        ("https://bank.example@evil.example/", "a name stands before its host"),
        ("https://:x@evil.example/", "a name stands before its host"),
        ("https:///path", "names no host"),
        ("https://example.com:port/", "cannot be read"),
        ("https://\u0430pple.com/", "may show otherwise"),
        ("https://example.com/\u202egpj.exe", "may show otherwise"),
        ("https://example.com/$(x) y", "may show otherwise"),
        ("https://example.com/\x1b]52;c;x\x07", "may show otherwise"),
        ("https://example.com/" + "a" * 2_000, "longer than"),
    ],
)  # fmt: skip
def test_what_is_not_opened_says_why(link: str, why: str) -> None:
    assert why in refusal(link)


@given(st.text())
def test_any_text_can_be_looked_through(text: str) -> None:
    for link in links_in(text):
        assert link.lower().startswith(("http://", "https://"))
        refusal(link)
