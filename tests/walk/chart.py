"""What a walk knows of the ways through the app, so that it comes to an end: every place, every key of it, which place each
key led to. The nearest place with a key untried comes next; what is known is kept in a file, and a walk goes on from there.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import random
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from textual.app import App
from textual.screen import Screen

from readiness_tui import tui
from tests.walk.keys import Step, place, steps

TRIES = 3  # how often a way is taken that did not lead where it had led before


@dataclass
class Chart:
    """Of one stage. `leads`: what each key tried led to; `missing`: keys of a place that nobody has tried yet; `bound`: those of
    them that do something there by its own table, which come first."""

    leads: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: dict[str, set[str]] = field(default_factory=dict)
    bound: dict[str, set[str]] = field(default_factory=dict)
    bindings: dict[str, bool] = field(default_factory=dict)  # by id: whether its key was pressed where it held
    failed: dict[str, int] = field(default_factory=dict)  # how often a place could not be reached again
    _before: tuple[str, str] | None = None
    _aim: str = ""

    @property
    def counts(self) -> tuple[int, int, int]:
        """Places, keys tried in all of them, keys there are in all of them."""
        tried = sum(map(len, self.leads.values()))
        return len(self.leads), tried, tried + sum(map(len, self.missing.values()))

    def started(self) -> None:
        self._before, self._aim = None, ""

    def next(self, app: App[None], dice: random.Random) -> Step | None:
        """What to press now; None where nothing untried can be reached from here."""
        here = place(app)
        self._note(app, here)
        possible = {str(step): step for step in steps(app)}
        known, untried = self.leads.setdefault(here, {}), self.missing.setdefault(here, set())
        untried |= possible.keys() - known.keys()
        own = self.bound.setdefault(here, set())
        own |= {str(Step("key", active.binding.key)) for active in app.screen.active_bindings.values()}
        way = self._way(here, self.bound)
        now = sorted(untried & possible.keys() & own) or (sorted(untried & possible.keys()) if way is None else [])
        if now:
            self._aim = ""
            return self._take(app, here, possible[dice.choice(now)])
        way = way or self._way(here, self.missing)
        if way is None or way not in possible:
            if self._aim:
                self.failed[self._aim] = self.failed.get(self._aim, 0) + 1
            return None
        return self._take(app, here, possible[way])

    def dropped(self) -> list[str]:
        """Places with keys untried that could not be reached again."""
        return [where for where, left in self.missing.items() if left]

    def _take(self, app: App[None], here: str, step: Step) -> Step:
        self.missing[here].discard(str(step))
        self.leads[here].setdefault(str(step), here)
        self._before = (here, str(step))
        for active in app.screen.active_bindings.values():
            if active.binding.id and step.kind == "key" and active.binding.key == step.what and active.enabled:
                self.bindings[active.binding.id] = True
        return step

    def _note(self, app: App[None], here: str) -> None:
        if self._before is not None:
            where, step = self._before
            self.leads[where][step] = here
        for active in app.screen.active_bindings.values():
            if active.binding.id:
                self.bindings.setdefault(active.binding.id, False)

    def _way(self, here: str, wanted: dict[str, set[str]]) -> str | None:
        """The first key on the shortest way to a place with something untried of what is wanted."""
        seen, waiting = {here}, deque([(here, "")])
        while waiting:
            at, first = waiting.popleft()
            if at != here and self.missing.get(at, set()) & wanted.get(at, set()) and self.failed.get(at, 0) < TRIES:
                self._aim = at
                return first
            for step, to in self.leads.get(at, {}).items():
                if to not in seen:
                    seen.add(to)
                    waiting.append((to, first or step))
        return None

    def as_json(self) -> dict[str, object]:
        return {
            "leads": self.leads,
            "missing": {where: sorted(left) for where, left in self.missing.items()},
            "bound": {where: sorted(own) for where, own in self.bound.items()},
            "bindings": self.bindings,
        }

    @classmethod
    def of_json(cls, kept: dict[str, dict[str, dict[str, str]]]) -> Chart:
        missing, bound = ({where: set(some) for where, some in kept[name].items()} for name in ("missing", "bound"))
        return cls(kept["leads"], missing, bound, kept["bindings"])  # type: ignore[arg-type]


def read(path: Path) -> dict[str, Chart]:
    """By stage; none where nothing was kept."""
    if not path.is_file():
        return {}
    return {stage: Chart.of_json(kept) for stage, kept in json.loads(path.read_text(encoding="utf-8")).items()}


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
        below = [one for one in waiting.pop().__subclasses__() if one.__module__.startswith(tui.__name__)]
        waiting += below
        found |= {one.__name__ for one in below if not one.__subclasses__()}
    return found


def told(charts: dict[str, Chart]) -> list[str]:
    """What was walked, stage by stage, and what was not: screens, keys and places."""
    lines = []
    for stage, chart in charts.items():
        places, tried, there_are = chart.counts
        lines.append(f"{stage}: {places} places, {tried} of {there_are} keys tried")
        lines += [f"    left at {where}: {len(chart.missing[where])} keys" for where in chart.dropped()]
    been = {where.partition("/")[0].partition("[")[0] for chart in charts.values() for where in chart.leads}
    held = {
        name: any(chart.bindings.get(name) for chart in charts.values())
        for chart in charts.values()
        for name in chart.bindings
    }
    never = sorted(screens() - been)
    lines.append(
        f"all: {sum(held.values())} of {len(held)} bindings pressed; never: {', '.join(n for n, was in held.items() if not was) or 'none'}"
    )
    lines.append(f"screens and dialogs: {len(been)} seen; never: {', '.join(never) or 'none'}")
    return lines
