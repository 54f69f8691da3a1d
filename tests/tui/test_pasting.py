"""A large paste, and one of several lines, into every kind of field: all of it is there, and in time."""

from __future__ import annotations

import time

import pytest
from textual.events import Paste
from textual.widgets import Input, TextArea

from readiness_tui.tui.app import ReadinessApp
from tests.tui.driving import NARROW, press

FIELDS = {"a form's line": "Hu", "a form's text": "Cn", "a line to find": "H/", "a filter": "T/", "a search": "I/", "the palette": "P"}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("field", FIELDS)
async def test_nothing_of_a_paste_is_lost(field: str, sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, *({"/": "slash", "P": "ctrl+p"}.get(key, key) for key in FIELDS[field]))
        into = sample_app.focused
        assert isinstance(into, Input | TextArea)

        async def paste(text: str) -> str:
            if isinstance(into, Input):
                into.value = ""
            else:
                into.load_text("")
            sample_app.post_message(Paste(text))
            await pilot.pause(0.1)
            await press(pilot)
            return into.value if isinstance(into, Input) else into.text

        began = time.thread_time()
        assert await paste("word " * 200_000) == "word " * 200_000
        assert time.thread_time() - began < 20  # seconds of a core; it takes a third of one, of a text three
        lines = "one\n  two\r\n\nthree\n"
        assert await paste(lines) == ("one   two three" if isinstance(into, Input) else lines.replace("\r", ""))
        as_terminals_send = lines.replace("\r\n", "\n").replace("\n", "\r")
        assert await paste(as_terminals_send) == await paste(lines)
        assert "\x1b" not in await paste("a\x1b]52;c;aGk=\x07b")
        assert sample_app._exception is None
