"""A scorecard that was exported and committed: what it says of itself, and whether that may still be relied on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from readiness_tui.domain.text.format import full_day
from readiness_tui.domain.verdict.model import Verdict


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a committed scorecard says of itself. `intact`: its content is what was exported."""

    verdict: Verdict
    as_of: date
    valid_until: date | None
    digest: str
    intact: bool

    def lapsed(self, on: date) -> bool:
        """The verdict's validity (inclusive) is over."""
        return self.valid_until is not None and on > self.valid_until


@dataclass(frozen=True, slots=True)
class Committed:
    """The file of a sealed scorecard, looked at on a day.

    `eastmost`: the day that has begun somewhere by then, in which a team east of here judged it; None = the same.
    """

    path: Path
    on: date
    sealed: Sealed
    eastmost: date | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """Why it is not to be relied on."""
        return tuple(self._problems())

    @property
    def verdict(self) -> Verdict:
        """NO-GO where the seal is broken or the day is outside its validity, whatever it says."""
        return Verdict.NO_GO if self.problems else self.sealed.verdict

    def _problems(self) -> Iterator[str]:
        if not self.sealed.intact:
            yield "its content is not what was exported: the digest does not match"
        if self.sealed.verdict is Verdict.NO_GO:
            return
        if self.sealed.valid_until is None:
            yield "it does not say until when its verdict holds"
        elif self.sealed.lapsed(self.on):
            yield f"its verdict lapsed after {full_day(self.sealed.valid_until)}"
        if (self.eastmost or self.on) < self.sealed.as_of:
            yield f"it judges as of {full_day(self.sealed.as_of)}, which is still to come"
