"""What came of one promise: how often it was tried, and each time that it did not hold, as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Tried:
    """`promise`: what should hold. `tries`: how often it was asked; `broken`: a sentence for each time it did not hold.

    `figure`: what was counted beside it, in words; `seconds`: how long it took.
    """

    promise: str
    tries: int
    broken: tuple[str, ...] = ()
    figure: str = ""
    seconds: float = 0.0

    @property
    def held(self) -> int:
        return self.tries - min(len(self.broken), self.tries)


@dataclass(frozen=True, slots=True)
class Part:
    """One bad day. `rounds`: how often the documented figure asks; `run` takes a folder of its own and the rounds."""

    name: str
    title: str
    rounds: int
    run: Callable[[Path, int], Iterator[Tried]]
