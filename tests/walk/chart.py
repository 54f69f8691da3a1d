"""What a walk knows of the ways through the app, so that it comes to an end: every place, what can be done there, where each
deed led. The nearest place with something untried comes next; what is known is kept in a file, and a walk goes on from there.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import random
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from textual.screen import Screen

from readiness_tui import tui
from tests.walk.typed import ALL

TRIES = 3  # how often, in one app, a way is taken that did not lead where it had led before
ANSWERS = ("enter", "escape", "ctrl+s", "ctrl+r", "f1", "y", "n")  # keys that answer a dialog, or say what it asks
_LAST = ("ctrl+q", "ctrl+c")  # what ends the app is done when all else is


def screen_of(place: str) -> str:
    """Screen or dialog, and how its title begins."""
    return place.rpartition("/")[0]


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


@dataclass
class Chart:
    """Of one stage. `leads`: where each deed led, from each place; `offers`: what could be done there when one was there last;
    `done` and `missing`: by `owner`. `bindings`: by id, whether its key was pressed where it held."""

    leads: dict[str, dict[str, str]] = field(default_factory=dict)
    offers: dict[str, list[str]] = field(default_factory=dict)
    done: dict[str, list[str]] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    halved: dict[str, list[str]] = field(default_factory=dict)  # rows of keys in which one led away all the same
    bindings: dict[str, bool] = field(default_factory=dict)
    keys: int = 0  # different keys of different places, pressed at least once
    presses: int = 0  # and all that was pressed, the ways included
    starts: int = 0
    seconds: float = 0.0
    _failed: dict[str, int] = field(default_factory=dict)
    _way: tuple[str, str] = ("", "")  # where a way goes, and the place that its next step leads to

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if not name.startswith("_")}

    @property
    def counts(self) -> tuple[int, int, int]:
        """Places; deeds done in all of them; deeds that there are."""
        done = sum(map(len, self.done.values()))
        return len(self.leads), done, done + sum(map(len, self.missing.values()))

    def started(self) -> None:
        self._failed, self._way = {}, ("", "")
        self.starts += 1

    def arrive(self, place: str, offered: Iterable[str]) -> None:
        """One is there now, and can do so."""
        self.offers[place] = list(offered)
        self.leads.setdefault(place, {})
        for deed in self.offers[place]:
            whose = owner(place, deed)
            if deed not in self.done.get(whose, ()) and deed not in self.missing.setdefault(whose, []):
                self.missing[whose].append(deed)
        aim, expected = self._way
        if aim and place != expected:
            self._failed[aim] = self._failed.get(aim, 0) + 1
        self._way = ("", "")

    def next(self, place: str, dice: random.Random) -> str | None:
        """What to do now; None where nothing untried can be reached from here."""
        if here := self._untried(place):
            first = [deed for deed in here if not deed.endswith(_LAST)] or here
            chosen = dice.choice([deed for deed in first if deed.startswith(("row", "texts", "sizes"))] or first)
            self.done.setdefault(owner(place, chosen), []).append(chosen)
            self.missing[owner(place, chosen)].remove(chosen)
            return chosen
        return self._nearest(place)

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
        self.leads[place][deed] = to

    def left(self) -> dict[str, list[str]]:
        """What is untried, where."""
        return {where: deeds for where, deeds in self.missing.items() if deeds}

    def _untried(self, place: str) -> list[str]:
        return [deed for deed in self.offers.get(place, ()) if deed in self.missing.get(owner(place, deed), ())]

    def _nearest(self, place: str) -> str | None:
        shared = {(owner(at, deed), deed): (at, to) for at, led in self.leads.items() for deed, to in led.items() if to}
        seen, waiting = {place}, deque([(place, "", "")])
        while waiting:
            at, first, through = waiting.popleft()
            if first and self._untried(at) and self._failed.get(at, 0) < TRIES:
                self._way = (at, through)
                return first
            for deed in self.offers.get(at, ()):
                to = self.leads[at].get(deed)
                if to is None:  # it counts as done there, having been done in another place
                    to = self._as_there(at, *shared.get((owner(at, deed), deed), ("", "")))
                if to and to not in seen:
                    seen.add(to)
                    waiting.append((to, first or deed, through or to))
        return None

    def _as_there(self, at: str, where: str, to: str) -> str:
        """Where a deed leads from `at` that led from `where`, a place like it, to `to`; "" where that is not known."""
        if to and screen_of(to) == screen_of(where):
            to = f"{screen_of(at)}/{to.rpartition('/')[2]}"
        return to if to in self.offers else ""


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
    """The name of every screen and dialog that the app has."""
    for module in pkgutil.walk_packages(tui.__path__, f"{tui.__name__}."):
        if "web" not in module.name:
            importlib.import_module(module.name)
    waiting, found = [Screen], set()
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        found |= {one.__name__ for one in below if one.__module__.startswith(tui.__name__) and not one.__subclasses__()}
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
