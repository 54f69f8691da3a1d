"""One reviewer's terminal, as a real process: `python -m tests.processes.reviewer PATH WHO ROUNDS SEED`.

The app runs on the file without a terminal. It saves through the app, with forms that stay open for a moment, and then goes on
watching. It prints a line of JSON for everything that was acknowledged, and one whenever the Overview is painted anew.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from textual.pilot import Pilot

from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import assess, gaps
from readiness_tui.tui.app import ReadinessApp

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)
ITEMS = ("OBS-01", "OBS-02", "OBS-03", "OBS-04", "REL-01", "REL-02", "REL-04", "DEP-01", "DEP-02", "DEP-03")
NOTED, WAIVED, GAP, INCIDENT = "REL-02", "OBS-04", "item/safety/SAF-03", 2


def say(**what: object) -> None:
    print(json.dumps({**what, "time": time.time()}), flush=True)


class Reviewer:
    def __init__(self, app: ReadinessApp, seed: int) -> None:
        self.app = app
        self.chance = random.Random(seed)

    async def round(self, number: int) -> None:
        who, desk, view = self.app.who, self.app.desk, self.app.view
        assert desk is not None
        assert view is not None
        item, points = ITEMS[number % len(ITEMS)], self.chance.randrange(3)
        if await self.app.act(assess.score, desk, [item], points):
            say(vote=item, points=points)

        note = view.dossier(NOTED).note  # as the screen showed it when the form was opened
        text = f"{who} {number}"
        await self.save("note", text, note, lambda: assess.note(desk, NOTED, text, base=note))
        owner = view.gaps[GAP].owner
        await self.save("owner", text, owner, lambda: gaps.set_owner(desk, GAP, text, base=owner))
        action = next(one for one in view.facts.incidents if one.number == INCIDENT).actions[0]
        changed = replace(action, text=text)
        await self.save("action", text, action.text, lambda: edit.change_action(desk, INCIDENT, changed, base=action))
        waiver = view.dossier(WAIVED).waiver
        await self.save(
            "waiver", text, waiver.reason if waiver else "",
            lambda: assess.waive(desk, WAIVED, text, who, date(2026, 12, 20), base=waiver),
        )  # fmt: skip

    async def save(self, kind: str, text: str, base: str, save: Callable[[], Rival | None]) -> None:
        """As a form does it: open for a moment, then saved."""
        await asyncio.sleep(self.chance.uniform(0, 0.05))
        kept: list[bool] = []
        refusal = await self.app.attempt(lambda: kept.append(save() is not None))
        assert refusal is None, refusal
        say(kind=kind, text=text, base=base, kept_beside=kept[0])


def painted(pilot: Pilot[None]) -> list[str]:
    strips = pilot.app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips[1:]]  # without who it is


async def main(path: str, who: str, rounds: str, seed: str) -> None:
    desk = open_desk(Path(path), who, clock=lambda: NOW)
    app = ReadinessApp(desk)
    app.animation_level = "none"
    async with app.run_test(size=(120, 40)) as pilot:
        while app.view is None:
            await pilot.pause(0.05)
        say(ready=who)
        await asyncio.to_thread(sys.stdin.readline)  # all begin together
        reviewer = Reviewer(app, int(seed))
        for number in range(int(rounds)):
            await reviewer.round(number)
        say(done=who)
        ended = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
        last: list[str] = []
        while not ended.done():
            await asyncio.sleep(0.05)
            shown = painted(pilot)
            if shown != last:
                last = shown
                say(shown=shown)
    desk.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
