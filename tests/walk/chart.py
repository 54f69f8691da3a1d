"""What a walk knows of the app, so that it comes to an end: every place, what can be done there, where each deed led. The nearest
place with something untried comes next; what is known is kept in a file, and a walk goes on from there.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import random
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from textual.screen import Screen

from readiness_tui import tui
from tests.walk.typed import ALL
from tests.walk.ways import Ways, screen_of

TRIES = 3  # how often what was seen once, and is found by no way, is gone to again as it was come to then
STRAYS = 30  # deeds in one app that are done at random, where no way leads to anything untried
ANSWERS = ("enter", "escape", "ctrl+s", "ctrl+r", "f1", "y", "n")  # keys that answer a dialog, or say what it asks
_LAST = ("ctrl+q", "ctrl+c")  # what ends the app is done when all else is


@cache
def owner(place: str, deed: str) -> str:
    """For where a deed counts as done: for each widget that is focused in a screen or dialog, and clicks and sizes once in each.

    What no further code stands behind is one place: one field of a form is as good as another; the app's own keys do the same in
    each dialog of a class; and so do the keys of such a dialog, whatever it asks, but for those that answer it."""
    asked, _, focused = place.rpartition("/")
    kind = asked.partition("[")[0]
    if deed.startswith("app "):
        return kind
    if deed.startswith(("click ", "sizes")):
        return asked
    if focused.startswith(("Input#", "TextArea#")):
        focused = focused.partition("#")[0]
    moves = deed.startswith("key ") and deed.removeprefix("key ") not in ANSWERS
    return f"{kind if moves else asked}/{focused}"


def _name(place: str, deed: str) -> str:
    return f"{owner(place, deed)} {deed}"


@dataclass
class App:
    """What is known while one app runs."""

    ways: Ways = field(default_factory=Ways)
    here: list[str] = field(default_factory=list)  # what can be done now
    trail: list[str] = field(default_factory=list)  # what was done since its start
    planned: list[str] = field(default_factory=list)  # what is done again, one after the other
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    strays: int = 0


@dataclass
class Chart:
    """Of one stage. `leads`: where each deed ever led, from each place, and how often ("": it ended the app); `offers`: all that
    could ever be done there; `done` and `missing`: by `owner`. `bindings`: by id, whether its key was pressed where it held."""

    leads: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    offers: dict[str, list[str]] = field(default_factory=dict)
    done: dict[str, list[str]] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    trails: dict[str, list[str]] = field(
        default_factory=dict
    )  # by `_name`: the fewest deeds to where it could be done, from a start
    followed: dict[str, int] = field(default_factory=dict)  # how often a trail was
    halved: dict[str, list[str]] = field(default_factory=dict)  # rows of keys in which one led away all the same
    bindings: dict[str, bool] = field(default_factory=dict)
    keys: int = 0  # different keys of different places, pressed at least once
    presses: int = 0  # and all that was pressed, the ways included
    starts: int = 0
    seconds: float = 0.0
    _app: App = field(default_factory=App)
    _stuck: bool = False  # the last app ended where no way led on

    def as_json(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self) if not one.name.startswith("_")}

    @property
    def counts(self) -> tuple[int, int, int]:
        """Places; deeds done in all of them; deeds that there are."""
        done = sum(map(len, self.done.values()))
        return len(self.leads), done, done + sum(map(len, self.missing.values()))

    @property
    def owes(self) -> bool:
        """Whether something untried was not gone to often enough as it was come to when it was seen."""
        return any(self.followed.get(name, 0) < TRIES for name in self.trails)

    def started(self) -> None:
        """A fresh app; where the last one was stuck, on a trail."""
        self._app = App()
        if self._stuck and self.owes:
            name = min(self.trails, key=lambda name: (self.followed.get(name, 0), len(self.trails[name])))
            self.followed[name] = self.followed.get(name, 0) + 1
            self._app.planned = list(self.trails[name])
        self._stuck = False
        self.starts += 1

    def arrive(self, place: str, offered: Iterable[str]) -> None:
        """One is there now, and can do so."""
        self._app.here = list(offered)
        ever = self.offers.setdefault(place, [])
        ever += [deed for deed in self._app.here if deed not in ever]
        self.leads.setdefault(place, {})
        for deed in self._app.here:
            whose, name = owner(place, deed), _name(place, deed)
            if deed in self.done.get(whose, ()):
                continue
            if deed not in self.missing.setdefault(whose, []):
                self.missing[whose].append(deed)
            if name not in self.trails or len(self.trails[name]) > len(self._app.trail):
                self.trails[name] = list(self._app.trail)

    def next(self, place: str, dice: random.Random) -> str | None:
        """What to do now; None where nothing untried can be reached from here."""
        app = self._app
        if app.planned and (deed := app.planned.pop(0)) in app.here:
            return self._take(place, deed)
        app.planned = []
        if here := [deed for deed in app.here if deed in self.missing.get(owner(place, deed), ())]:
            first = [deed for deed in here if not deed.endswith(_LAST)] or here
            return self._take(
                place, dice.choice([deed for deed in first if deed.startswith(("row", "texts", "sizes"))] or first)
            )
        if (way := app.ways.nearest(place, app.here, self._aims(), self.leads, self.offers)) is not None:
            if (moves := self._known(place, {place})) and app.ways.moves_first:
                return dice.choice(moves)
            return way
        strays = self._known(place, self.leads)
        if not strays or app.strays >= STRAYS or not self.left():
            self._stuck = True
            return None
        app.strays += 1
        least = min(app.done[place, deed] for deed in strays)
        return dice.choice([deed for deed in strays if app.done[place, deed] == least])

    def rows(self, place: str) -> list[str]:
        """Of the keys that nothing takes there: all in one row, but where one of them led away."""
        halved = self.halved.get(owner(place, "row"), [])
        rows, waiting = [], [(0, len(ALL))]
        while waiting:
            first, last = waiting.pop()
            if f"row {first} {last}" in halved and last - first > 1:
                middle = (first + last) // 2
                waiting += [(first, middle), (middle, last)]
            else:
                rows.append(f"row {first} {last}")
        return rows

    def halve(self, place: str, row: str) -> None:
        whose = owner(place, row)
        self.halved.setdefault(whose, []).append(row)

    def led(self, place: str, deed: str, to: str) -> None:
        """`to`: "" where it ended the app."""
        led = self.leads[place].setdefault(deed, {})
        led[to] = led.get(to, 0) + 1
        self._app.trail.append(deed)
        self._app.done[place, deed] += 1
        self._app.ways.led(to)

    def left(self) -> dict[str, list[str]]:
        """What is untried, where."""
        return {where: deeds for where, deeds in self.missing.items() if deeds}

    def _known(self, place: str, to: Collection[str]) -> list[str]:
        """What can be done here and ever led to one of these places."""
        led = self.leads[place]
        return [
            deed
            for deed in self._app.here
            if deed.startswith(("app", "key", "click")) and any(one in to for one in led.get(deed, ()))
        ]

    def _take(self, place: str, deed: str) -> str:
        whose = owner(place, deed)
        if deed in self.missing.get(whose, ()):
            self.done.setdefault(whose, []).append(deed)
            self.missing[whose].remove(deed)
            self.trails.pop(_name(place, deed), None)
        return deed

    def _aims(self) -> set[str]:
        """Where something was to be done that is untried."""
        return {
            at
            for at, deeds in self.offers.items()
            if any(deed in self.missing.get(owner(at, deed), ()) for deed in deeds)
        }


def read(path: Path) -> dict[str, Chart]:
    """By stage; none where nothing was kept."""
    if not path.is_file():
        return {}
    return {stage: Chart(**kept) for stage, kept in json.loads(path.read_text(encoding="utf-8")).items()}


def keep(path: Path, charts: dict[str, Chart]) -> None:
    made = path.with_suffix(".new")
    made.write_text(json.dumps({stage: chart.as_json() for stage, chart in charts.items()}), encoding="utf-8")
    made.replace(path)


def screens() -> set[str]:
    """The name of every screen and dialog that the app has, but for what only lies under them, as `_` before its name says."""
    for module in pkgutil.walk_packages(tui.__path__, f"{tui.__name__}."):
        if "web" not in module.name:
            importlib.import_module(module.name)
    waiting, found = [Screen], set()
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        found |= {
            one.__name__
            for one in below
            if one.__module__.startswith(tui.__name__) and not one.__subclasses__() and one.__name__[0] != "_"
        }
    return found


def told(charts: dict[str, Chart]) -> list[str]:
    """What was walked, stage by stage, and what was not: screens, keys and places."""
    lines = []
    for stage, chart in charts.items():
        places, done, there_are = chart.counts
        lines.append(
            f"{stage}: {places} places, {done} of {there_are} deeds, {chart.keys} keys; {chart.presses} presses in"
            f" {chart.seconds:.0f} s, {chart.starts} starts"
        )
        lines += [f"    left at {where}: {', '.join(sorted(deeds))}" for where, deeds in sorted(chart.left().items())]
    all_ = charts.values()
    been = {screen_of(where).partition("[")[0] for chart in all_ for where in chart.leads}
    held = {name: any(chart.bindings.get(name) for chart in all_) for chart in all_ for name in chart.bindings}
    never = sorted(screens() - been)
    lines += [
        f"all: {len({where for chart in all_ for where in chart.leads})} different places, {sum(chart.keys for chart in all_)} keys,"
        f" {sum(chart.presses for chart in all_)} presses in {sum(chart.seconds for chart in all_):.0f} s",
        f"bindings: {sum(held.values())} of {len(held)} pressed; never: {', '.join(n for n, was in held.items() if not was) or 'none'}",
        f"screens and dialogs: {len(been)} seen; never: {', '.join(never) or 'none'}",
    ]
    return lines
