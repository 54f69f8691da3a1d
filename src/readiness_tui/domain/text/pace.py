"""How fast something goes that is told of now and then, and how long it will still take."""

from __future__ import annotations

_SOON = 1.0  # seconds before which nothing is said: the beginning tells little
_ROUND = ((10, 1), (60, 5), (600, 60), (3600, 300))  # up to so many seconds, rounded up to so many


class Pace:
    """`unit`: what is counted in millions of it ("MB" for bytes); "" where a rate says nothing to a person."""

    def __init__(self, unit: str = "") -> None:
        self._unit = unit
        self._total = 0
        self._last = 0
        self._begun: tuple[float, int] = (0.0, 0)  # when, and how far it was then

    def words(self, done: int, total: int, now: float) -> str:
        """ "12 %, 4.1 MB/s, about 40 s left" at `now` (seconds of any clock that never goes back); "" at the end.

        It begins anew where the total is another, or less is done than before: the next file.
        """
        if total != self._total or done < self._last or not self._last:
            self._total, self._begun = total, (now, done)
        self._last = done
        if total <= 0 or done >= total:
            return ""
        share = f"{done * 100 // total} %"
        taken, came = now - self._begun[0], done - self._begun[1]
        if taken < _SOON or came <= 0:
            return share
        rate = came / taken
        said = [share, f"{rate / 1e6:.1f} {self._unit}/s"] if self._unit else [share]
        return ", ".join([*said, f"about {_left((total - done) / rate)} left"])


def _left(seconds: float) -> str:
    """Rounded up: who waits is rather told too much."""
    for most, step in _ROUND:
        if seconds <= most:
            up = -(-int(seconds + 0.999) // step) * step
            return f"{up} s" if up < 60 else f"{up // 60} min"
    return f"{seconds / 3600:.1f} h"
