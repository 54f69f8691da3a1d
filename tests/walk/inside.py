"""The walk without a terminal: thousands of steps a few minutes, with the app's own eyes on what happens.

Every place (screen and focused widget) is left by every key it has, the least tried first; between them chance strikes. What may
never happen: an exception, a raw control character among what is painted, the screen held up for seconds.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from textual.events import Paste, Resize
from textual.geometry import Size
from textual.pilot import OutOfBounds, Pilot
from textual.widgets import Input, TextArea

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import visible
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.importing import imports
from readiness_tui.services.review import assess, history, reviews
from readiness_tui.tui.app import ReadinessApp
from tests.hostile import RAW, bad
from tests.walk.keys import Step, chance, place, steps
from tests.walk.stages import NOW, Stage

HELD_UP = 2.0  # seconds that the thread of the screen may compute for one step
LENGTH = 250  # steps of one app before a fresh one is taken
PATIENCE = 60.0  # seconds for one step and all it set going


@dataclass
class Found:
    """What a walk has tried and met."""

    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)  # by its place in the code: the whole account
    counts: Counter[str] = field(default_factory=Counter)
    steps: int = 0

    def met(self, what: str, account: str) -> None:
        self.counts[what] += 1
        self.faults.setdefault(what, account)

    @property
    def places(self) -> set[str]:
        return {where for where, _ in self.tried}


class Meddler(threading.Thread):
    """Another process on the same file, as far as SQLite can tell: votes, renames, imports and takes back."""

    def __init__(self, path: Path, seed: int) -> None:
        super().__init__(daemon=True)
        self._path, self._dice, self.stop = path, random.Random(seed), threading.Event()

    def run(self) -> None:
        with suppress(ReadinessError, OSError):
            desk = open_desk(self._path, "meddler", clock=lambda: NOW)
            deeds = (self._vote, self._rename, self._note, self._undo, self._bring, self._blind)
            while not self.stop.wait(self._dice.uniform(0.2, 1.5)):
                with suppress(ReadinessError, StopIteration, IndexError):
                    self._dice.choice(deeds)(desk)
            desk.close()

    def _items(self, desk: Desk) -> list[str]:
        return [item.id for item in load(desk).items]

    def _vote(self, desk: Desk) -> None:
        assess.score(desk, [self._dice.choice(self._items(desk))], self._dice.choice([0, 1, 2, None]))

    def _note(self, desk: Desk) -> None:
        assess.note(desk, self._dice.choice(self._items(desk)), bad("meddled"))

    def _rename(self, desk: Desk) -> None:
        reviews.set_people(desk, owner=bad("renamed"))

    def _undo(self, desk: Desk) -> None:
        history.undo(desk, history.log(desk, limit=3)[-1].id, "meddling")

    def _bring(self, desk: Desk) -> None:
        sample = Path(__file__).parents[1] / "data" / "promptfoo" / "baseline.json"
        imports.import_path(desk, sample)

    def _blind(self, desk: Desk) -> None:
        reviews.set_blind(desk, self._dice.random() < 0.5)


async def walk(
    stage: Stage,
    seed: int,
    found: Found,
    *,
    until: float,
    tell: Callable[[str], None] = print,
) -> None:
    """One app from its start to a fault, to its LENGTH, or to the time `until` (monotonic)."""
    dice, path, done = random.Random(seed), stage.fresh(), []
    meddler = Meddler(path, seed) if dice.random() < 0.5 and stage.name not in ("read-only", "no-file") else None
    desk = open_desk(path, stage.who, clock=lambda: NOW) if path.exists() else None
    app = ReadinessApp(desk, who=stage.who, here=path.parent)
    app.animation_level = "none"
    size = dice.choice([(80, 24), (120, 40)])
    where, step = "start", Step("key", "")
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            if meddler is not None:
                meddler.start()
            if dice.random() < 0.7:  # else keys come while it loads
                await asyncio.wait_for(_settle(pilot), PATIENCE)
            for _ in range(LENGTH):
                if time.monotonic() > until or not app.is_running:
                    break
                where = place(app)
                step = _choose(app, dice, found)
                found.tried[where, str(step)] += 1
                found.steps += 1
                done.append(f"{where}: {step}")
                began = time.thread_time()
                await asyncio.wait_for(_do(pilot, step), PATIENCE)
                if (took := time.thread_time() - began) > HELD_UP:
                    found.met(f"held up: {where} {step}", f"{took:.1f} s at {where}, {step}")
                if app._exception is not None:
                    break
                if dice.random() < 0.2:
                    _look(app, found, done)
    except Exception as error:
        fault = app._exception or error
        account = "".join(traceback.format_exception(fault))
        last = traceback.extract_tb(getattr(fault, "error", fault).__traceback__)
        ours = [frame for frame in last if "readiness_tui" in frame.filename] or last
        at = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
        what = f"{type(fault).__name__} at {at}"
        if what not in found.faults:
            tell(f"!! {stage.name} seed {seed}: {what} after {where}: {step}")
        found.met(what, "\n".join([f"{stage.name} seed {seed}", *done[-15:], account]))
    finally:
        if meddler is not None:
            meddler.stop.set()
            if meddler.is_alive():
                meddler.join()
        if app.desk is not None:
            app.desk.close()


def _choose(app: ReadinessApp, dice: random.Random, found: Found) -> Step:
    if dice.random() < 0.15:
        return chance(app, dice)
    where, possible = place(app), steps(app)
    least = min(found.tried[where, str(step)] for step in possible)
    return dice.choice([step for step in possible if found.tried[where, str(step)] == least])


async def _do(pilot: Pilot[None], step: Step) -> None:
    app = pilot.app
    if step.kind == "key":
        await pilot.press(str(step.what))
    elif step.kind == "text" and isinstance(app.focused, Input):
        app.focused.value = visible(str(step.what))
    elif step.kind == "text" and isinstance(app.focused, TextArea):
        app.focused.text = visible(str(step.what))
    elif step.kind == "paste":
        app.post_message(Paste(str(step.what)))
    elif step.kind == "size":
        assert isinstance(step.what, tuple)
        size = Size(*step.what)
        app._driver._size = step.what  # type: ignore[union-attr]
        app.post_message(Resize(size, size))
    elif step.kind == "click":
        with suppress(OutOfBounds):
            await pilot.click(offset=step.what)
    await pilot.pause()


async def _settle(pilot: Pilot[None]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and pilot.app.view is None:  # type: ignore[attr-defined]
        await pilot.pause(0.05)
        if pilot.app.desk is None or (len(pilot.app.screen_stack) > 1 and pilot.app.opening is None):  # type: ignore[attr-defined]
            break


def _look(app: ReadinessApp, found: Found, done: list[str]) -> None:
    """No control character of the data among what is painted."""
    with suppress(IndexError):
        text = "\n".join("".join(one.text for one in strip) for strip in app.screen._compositor.render_strips())
        if (leak := RAW.search(text)) is not None:
            before = text[max(0, leak.start() - 60) : leak.start()]
            found.met(f"raw {leak[0]!r} at {place(app)}", "\n".join([*done[-5:], f"{leak!r} after {before!r}"]))
