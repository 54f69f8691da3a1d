"""Paint docs/pictures anew: screens of the sample, as the app shows them. `python docs/make_pictures.py`; a test compares them.

Each begins from a fresh sample at a fixed time, and is what the keys lead to.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from readiness_tui.services.start.start import open_sample
from readiness_tui.tui.app import ReadinessApp

TARGET = Path(__file__).with_name("pictures")
NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)


class Picture(NamedTuple):
    """A screen: the keys that lead there, and its size in columns and rows."""

    name: str
    keys: tuple[str, ...]
    size: tuple[int, int]


PICTURES = (
    Picture("overview", (), (104, 36)),
    Picture("proof", ("C", "slash", *"tool inputs", "enter"), (120, 32)),
    Picture("gate", ("E",), (110, 32)),
    Picture("incident", ("I",), (110, 36)),
)


async def paint(picture: Picture) -> str:
    """The screen as SVG."""
    with tempfile.TemporaryDirectory() as folder:
        desk = open_sample(Path(folder), "ana", path=Path(folder) / "sample.db", clock=lambda: NOW)
        app = ReadinessApp(desk)
        async with app.run_test(size=picture.size) as pilot:
            for key in ("", *picture.keys):
                await pilot.press(*filter(None, ["space" if key == " " else key]))
                await app.workers.wait_for_complete()
                await pilot.pause()
            svg = app.export_screenshot(title="readiness demo")
        desk.close()
    # The reader's own monospace font will do: a picture in a repository fetches nothing.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"terminal-\d+", "terminal", svg)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


if __name__ == "__main__":
    for one in PICTURES:
        (TARGET / f"{one.name}.svg").write_text(asyncio.run(paint(one)), encoding="utf-8")
