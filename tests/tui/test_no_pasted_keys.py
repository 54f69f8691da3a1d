"""What is pasted is text: no escape sequence in it presses a key, in whatever pieces it comes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st
from textual.events import Key, Paste

from readiness_tui.tui.pastes import Parser
from readiness_tui.tui.remote import driver
from tests.hostile import POISON


def parsed(chunks: Iterable[str]) -> list[tuple[str, str]]:
    """The keys and pastes of what a terminal sends in these pieces, and then nothing for a while."""
    parser = Parser()
    found = [message for chunk in chunks if chunk for message in parser.feed(chunk)]
    parser._since = 0.0
    found += parser.tick()
    return [
        ("paste", message.text) if isinstance(message, Paste) else ("key", message.key)
        for message in found
        if isinstance(message, Paste | Key)
    ]


def cut(text: str, places: list[int]) -> list[str]:
    at = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[first:last] for first, last in pairwise(at)]


@given(
    st.text(st.sampled_from("a\x1b[20~1;M<\r\x03\x11"))
    | st.sampled_from([POISON, "\x1b[A\r", "\x1b]52;c;x\x07", "a\x1b"]),
    st.lists(st.integers(0, 10_000), max_size=6),
)
def test_no_paste_presses_keys_however_it_comes_in(text: str, places: list[int]) -> None:
    assume("\x1b[201~" not in text)  # a terminal takes the mark of the end out of what is pasted
    sent = f"x\x1b[200~{text}\x1b[201~\x1b[A"
    assert parsed(cut(sent, places)) == [("key", "x"), ("paste", text.replace("\x00", "")), ("key", "up")]


@given(st.lists(st.integers(0, 100), max_size=4))
def test_keys_are_read_as_ever_however_they_come_in(places: list[int]) -> None:
    sent = "a\x1b[B\x1b[1;5H\x1b[27u\r"
    assert [key for _, key in parsed(cut(sent, places))] == ["a", "down", "ctrl+home", "escape", "enter"]


def test_a_lone_esc_is_one_before_a_paste_and_after_a_pause() -> None:
    assert parsed(["\x1b", "\x1b[200~p\x1b[201~"]) == [("key", "escape"), ("paste", "p")]
    assert parsed(["\x1b"]) == [("key", "escape")]


def test_the_browser_reads_with_the_same_parser() -> None:
    assert driver.web_driver.XTermParser is Parser
