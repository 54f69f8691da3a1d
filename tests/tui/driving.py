"""Pressing keys and reading the screen, as a person at the terminal does."""

from __future__ import annotations

from contextlib import suppress

from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea
from textual.worker import WorkerCancelled

Size = tuple[int, int]
NARROW: Size = (80, 24)
WIDE: Size = (120, 40)
#: What markup, terminals and readers might obey, in one title.
HOSTILE = "see [/closed] \x1b]52;c;aGk=\x07 [b]\u202e | `x` <b>"


async def settle(pilot: Pilot[None]) -> None:
    """Wait for all work that was set going. Work that newer work took the place of counts as ended."""
    waiting = True
    while waiting:
        for worker in list(pilot.app.workers):
            with suppress(WorkerCancelled):
                await worker.wait()
        await pilot.pause()
        waiting = any(not worker.is_finished for worker in pilot.app.workers)  # one may have set another going


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Each key, and what it set going; without keys only wait."""
    for key in keys or ("",):
        if key:
            await pilot.press(key)
        await settle(pilot)


async def fill(pilot: Pilot[None], text: str) -> None:
    """Put `text` into the focused field in place of what it proposes, as one paste."""
    focused = pilot.app.focused
    assert focused is not None
    assert isinstance(focused, Input)
    focused.value = text
    await pilot.pause()


async def answer(pilot: Pilot[None], **values: str) -> None:
    """Put these values into the fields of the open form, and save."""
    for name, value in values.items():
        field = pilot.app.screen.query_one(f"#field-{name}")
        if isinstance(field, TextArea):
            field.text = value
        else:
            field.value = value  # type: ignore[attr-defined]
    await press(pilot, "ctrl+s")


def read(pilot: Pilot[None], selector: str) -> str:
    """The text of one Static on the present screen."""
    return str(pilot.app.screen.query_one(selector, Static).content)


def painted(pilot: Pilot[None]) -> str:
    """The present screen as it is painted, a line a row."""
    app = pilot.app
    height = app.size.height
    return "\n".join(
        "".join(segment.text for segment in app.screen._compositor.render_strips()[y]) for y in range(height)
    )


def notices(pilot: Pilot[None]) -> list[str]:
    """All that was said in notices, the oldest first. The app forgets a notice after seconds; conftest keeps it."""
    return list(vars(pilot.app).get("said", ()))
