"""A day typed into a form: one that is probably mistyped is asked about, once."""

from __future__ import annotations

from datetime import date

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.dates import doubt, doubt_held, parse_day


class TypedDay:
    """Reads the day of one form. The form stays open with the question; the same day again is meant."""

    def __init__(self) -> None:
        self._asked: set[date] = set()

    def read(
        self, text: str, today: date, *, was: date | None = None, past: bool = False, held: bool = False
    ) -> date | None:
        """The day that was typed; None for nothing. `was`: the one that stood there; `past`: it has happened;
        `held`: it is the day of a review.

        Raises ReadinessError with the question, and for what is no day.
        """
        if not text.strip():
            return None
        day = parse_day(text, today)
        if (
            day != was
            and day not in self._asked
            and (said := doubt_held(day, today) if held else doubt(day, today, past=past))
        ):
            self._asked.add(day)
            raise ReadinessError(f"{said} If it is meant, save again.")
        return day
