"""The walk by a chart, in a real terminal: every key of every place, one after the other, as fast as the app is done with them."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hostile import LEAK, bad
from tests.walk.chart import Chart
from tests.walk.entry import ask
from tests.walk.keys import TEXTS
from tests.walk.stages import Stage
from tests.walk.terminal import Terminal
from tests.walk.typed import ALL, typed

SILENT = 90.0  # seconds in which it has to be done with a key, on a machine with much else to do
LOST = 5.0  # seconds after which it is asked again: an editor that comes and goes takes what was typed meanwhile
HELD_UP = 2.0  # seconds that the thread of the screen may compute for one press
LENGTH = 250  # presses before a fresh copy of the file is taken: votes, freezes and undoings have changed the old one
SIZES = ((5, 20), (60, 200), (1, 1))  # rows and columns
_ROOT = Path(__file__).parents[2]
_CLEAR = b"\x15\x0b"  # Ctrl+U, Ctrl+K


@dataclass
class Faults:
    """`found`: by what it is, one account each."""

    found: dict[str, str] = field(default_factory=dict)
    _done: list[str] = field(default_factory=list)

    def began(self, stage: str) -> None:
        self._done = [stage]

    def did(self, where: str, deed: str) -> None:
        self._done = [*self._done[:1], *self._done[1:][-14:], f"{where}: {deed}"]

    def met(self, what: str, account: str = "") -> None:
        if what not in self.found:
            print("\n".join([f"!! {what}", *self._done, account, ""]), flush=True)
        self.found.setdefault(what, "\n".join([*self._done, account]))


class EndedError(Exception):
    """The app is not there any more."""


class App:
    """One app, on a copy of the stage's file, from its start to its end. `size`: rows and columns. `before`: Python that runs first."""

    def __init__(self, stage: Stage, size: tuple[int, int], faults: Faults, before: str = "") -> None:
        self._size, self._faults, self._lines, self._tail = size, faults, b"", b""
        path = stage.fresh()
        self._folder = path.parent
        self._pipe, other = os.pipe()
        self._terminal = Terminal(
            *stage.opens(path), size=size, folder=self._folder, pipes=(other,),
            before=f"from tests.walk import entry; entry.watch({other})\n{before}",
            env={"PYTHONPATH": os.pathsep.join([str(_ROOT), *sys.path]), "EDITOR": "true", "HOME": str(self._folder), "XDG_STATE_HOME": str(self._folder)},
        )  # fmt: skip
        os.close(other)
        self.presses = 0
        self.seen = self._look()

    @property
    def place(self) -> str:
        return str(self.seen["place"])

    def offers(self, rows: Iterable[str]) -> list[str]:
        """Everything that can be done here. `rows`: of the keys that nothing here takes."""
        keys = [
            f"{'app' if own else 'key'} {key}" for key, _, own, enabled in self.seen["keys"] if enabled and typed(key)
        ]
        texts = ["texts"] if self.seen["field"] else []
        return [*keys, *rows, *texts, "sizes", *(f"click {name}" for name in self.seen["clicks"])]

    def do(self, deed: str) -> int:
        """Do it; how many keys that was. Raises EndedError."""
        kind, _, what = deed.partition(" ")
        if kind in ("app", "key"):
            return self._press(typed(what) or b"")
        if kind == "row":
            first, last = map(int, what.split())
            bound = {key for key, _, _, enabled in self.seen["keys"] if enabled}
            keys = [typed(key) or b"" for key in ALL[first:last] if key not in bound]
            return self._press(b"".join(keys), len(keys))
        if kind == "click":
            x, y = self.seen["clicks"][what]
            at = f"{x + 1};{y + 1}"
            return self._press(f"\x1b[<0;{at}M\x1b[<0;{at}m".encode())
        if kind == "texts":
            texts = [*TEXTS, bad("pasted"), "p" * 20_000]
            pastes = [_CLEAR + b"\x1b[200~" + text.encode() + b"\x1b[201~" for text in texts]
            return self._press(b"".join(pastes), len(pastes))
        for rows, columns in (*SIZES, self._size):
            self._terminal.resize(rows, columns)
            self._press(b"")
        return 0

    def end(self) -> None:
        self._terminal.close()
        os.close(self._pipe)

    def _press(self, data: bytes, count: int = 1) -> int:
        self.presses += 1
        self._terminal.type(data + ask(self.presses))
        self.seen = self._look()
        if self.seen["computed"] > HELD_UP * count:
            self._faults.met(f"held up at {self.place}", f"{self.seen['computed']:.1f} s")
        return count

    def _look(self) -> dict[str, Any]:
        """What it says as soon as it is idle."""
        end = time.monotonic() + SILENT
        again = time.monotonic() + LOST
        while b"\n" not in self._lines:
            painted, said = self._terminal.either(self._pipe, 1.0)
            self._check(painted)
            self._lines += said or b""
            if said == b"":
                raise EndedError
            if time.monotonic() > end:
                self._terminal.process.send_signal(signal.SIGUSR2)
                self._terminal.read(1.0)
                self._faults.met(f"it did not answer within {SILENT:.0f} s", self._reports())
                self._terminal.process.kill()
                raise EndedError
            if time.monotonic() > again:
                again += LOST
                self._terminal.type(ask(self.presses))
        line, _, self._lines = self._lines.partition(b"\n")
        seen: dict[str, Any] = json.loads(line)
        if not seen["place"] or seen["asked"] < self.presses:  # it is about to end; it was asked twice
            return self._look()
        return seen

    def _check(self, painted: bytes) -> None:
        """No control character of the data among what is painted."""
        text, self._tail = self._tail + painted, painted[-40:]
        if (leak := LEAK.search(text)) is not None:
            self._faults.met(f"painted {leak[0]!r}", repr(text[max(0, leak.start() - 80) : leak.end() + 40]))

    def status(self) -> None:
        """How it ended: with 0 and without a word of a fault, or that is one."""
        status = self._terminal.ended()
        if status == -signal.SIGKILL:  # it did not answer: that was told
            return
        if status or b"Traceback" in self._terminal.written:
            self._faults.met(f"it ended with {status}", f"{self._terminal.written[-600:]!r}\n{self._reports()}")

    def _reports(self) -> str:
        found = [one for one in self._folder.rglob("crash*") if one.is_file()]
        return "\n".join(one.read_text(errors="replace") for one in found)


def walk(
    stage: Stage, seed: int, size: tuple[int, int], chart: Chart, faults: Faults, *, until: float, length: int = LENGTH
) -> None:
    """One app: to its end, to `length` presses, to the time `until` (monotonic), or to where nothing untried is in reach."""
    dice, began = random.Random(seed), time.monotonic()
    faults.began(f"{stage.name}, seed {seed}")
    chart.started()
    app = App(stage, size, faults)
    try:
        while time.monotonic() < until and app.presses < length:
            where = app.place
            chart.arrive(where, app.offers(chart.rows(where)))
            for _, name, _, enabled in app.seen["keys"]:
                if name and enabled:
                    chart.bindings.setdefault(name, False)
            deed = chart.next(where, dice)
            if deed is None:
                break
            faults.did(where, deed)
            _mark(chart, app, deed)
            new = deed not in chart.leads[where]
            try:
                keys = app.do(deed)
            except EndedError:
                chart.led(where, deed, "")
                app.status()
                break
            chart.led(where, deed, app.place)
            apart = deed.startswith("row") and keys > 1 and app.place != where
            if apart:
                chart.halve(where, deed)
            if new and not apart and deed.startswith(("app", "key", "row")):
                chart.keys += keys
    finally:
        app.end()
        chart.presses += app.presses
        chart.seconds += time.monotonic() - began


def _mark(chart: Chart, app: App, deed: str) -> None:
    kind, _, what = deed.partition(" ")
    for key, name, _, enabled in app.seen["keys"]:
        if name and enabled and key == what and kind in ("app", "key"):
            chart.bindings[name] = True
