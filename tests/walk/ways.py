"""Which way to take through the app: the surest to the nearest place that is wanted, by where each deed led so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import heappop, heappush

MISSES = 6  # how often, in one app, a deed is done for a place that it does not lead to, and a place is gone to in vain
_AT_MOST = 12.0  # what a deed costs at most, however seldom it led there: a try is a deed
_GUESS = 3.0  # what one costs that led so from a place like it alone
_AGAIN = 2.0  # what each miss in this app adds
_Led = Mapping[str, Mapping[str, Mapping[str, int]]]


def screen_of(place: str) -> str:
    """Screen or dialog, and how its title begins."""
    return place.rpartition("/")[0]


class Ways:
    """In one app: what is in its file now decides where a deed leads, so a way that failed there is tried less, then no more. Before
    it is tried again, something is done there that moves: the chosen row decides, too."""

    def __init__(self) -> None:
        self._misses: Counter[tuple[str, str, str]] = Counter()
        self._moved: Counter[tuple[str, str, str]] = Counter()
        self._vain: Counter[str] = Counter()
        self._step = ("", "", "")  # from where, what was done, and where to
        self._aim = ""

    def led(self, to: str) -> None:
        """Where the last deed led."""
        if self._step[2] and self._step[2] != to:
            self._misses[self._step] += 1
        self._step = ("", "", "")

    @property
    def moves_first(self) -> bool:
        """Whether to move before what `nearest` said is done, because that failed before: once for each time."""
        if moves := self._moved[self._step] < self._misses[self._step]:
            self._moved[self._step] += 1
            self._step = ("", "", "")
        return moves

    def nearest(
        self, place: str, here: Collection[str], aims: Collection[str], leads: _Led, offers: Mapping[str, Sequence[str]]
    ) -> str | None:
        """What to do in `place`, where `here` can be done, to come to the nearest of `aims`; None: no way is known. To be asked
        only where nothing wanted can be done: an aim in which one is was gone to in vain."""
        if place in aims:
            self._vain[place] += place == self._aim
        self._aim, best = "", {place: 0.0}
        edges = _Edges(leads, offers)
        waiting: list[tuple[float, str, tuple[str, str, str]]] = [(0.0, place, ("", "", ""))]
        while waiting:
            cost, at, first = heappop(waiting)
            if cost > best[at]:
                continue
            if first[0] and at in aims and self._vain[at] < MISSES:
                self._step, self._aim = first, at
                return first[1]
            for deed, to, price in edges.of(at):
                step = (at, deed, to)
                if (at == place and deed not in here) or self._misses[step] >= MISSES:
                    continue
                total = cost + price + _AGAIN * self._misses[step]
                if total < best.get(to, float("inf")):
                    best[to] = total
                    heappush(waiting, (total, to, first if first[0] else step))
        return None


class _Edges:
    """Where deeds lead, from each place."""

    def __init__(self, leads: _Led, offers: Mapping[str, Sequence[str]]) -> None:
        self._leads, self._offers = leads, offers
        self._alike: dict[tuple[str, str], set[str]] = {}
        for at, led in leads.items():
            for deed, tos in led.items():
                self._alike.setdefault((_kind(at), deed), set()).update(_beyond(at, to) for to in tos if to)

    def of(self, at: str) -> Iterator[tuple[str, str, float]]:
        """What can be done there, where to that leads, and how many deeds that takes by and large."""
        led = self._leads.get(at, {})
        for deed, tos in led.items():
            for to, often in tos.items():
                if to not in ("", at):
                    yield deed, to, min(sum(tos.values()) / often, _AT_MOST)
        for deed in self._offers.get(at, ()):
            if deed not in led:  # it counts as done there, having been done in a place like it
                for beyond in self._alike.get((_kind(at), deed), ()):
                    to = screen_of(at) + beyond if beyond.startswith("/") else beyond
                    if to in self._offers and to != at:
                        yield deed, to, _GUESS


def _kind(place: str) -> str:
    """Screen or dialog, and the kind of what is focused in it."""
    screen, _, focused = place.rpartition("/")
    return f"{screen.partition('[')[0]}/{focused.partition('#')[0]}"


def _beyond(at: str, to: str) -> str:
    """A place, or where in the same screen or dialog."""
    return "/" + to.rpartition("/")[2] if screen_of(to) == screen_of(at) else to
