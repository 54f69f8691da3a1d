"""Paint docs/overview.svg anew: the Overview of the sample, as the app shows it.

.venv/bin/python docs/make_picture.py
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from readiness_tui.services.start.start import open_sample
from readiness_tui.tui.app import ReadinessApp

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)


async def paint(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = open_sample(Path(folder), "ana", path=Path(folder) / "sample.db", clock=lambda: NOW)
        app = ReadinessApp(desk)
        async with app.run_test(size=(104, 36)) as pilot:
            await app.workers.wait_for_complete()
            await pilot.pause()
            picture = app.export_screenshot(title="readiness demo")
        desk.close()
    # The reader's own monospace font will do: a picture in a repository fetches nothing.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    picture = re.sub(r"terminal-\d+", "terminal", picture)
    target.write_text("\n".join(line.rstrip() for line in picture.splitlines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(paint(Path(__file__).with_name("overview.svg")))
