"""One line that says what shows an item, who sees to the rest of it, and by when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.dates import DUE_DAY, parse_day

_PROMISE = re.compile(r"(?:^|\s)@(?P<said>[^@]*)$")
_DAY_LAST = re.compile(rf"(?:^|\s)(?P<day>{DUE_DAY})$", re.IGNORECASE)
_WORDS = 3  # that a name may have


@dataclass(frozen=True, slots=True)
class SaidLine:
    """`evidence` as typed, `owner` as typed; empty and None for what the line does not say."""

    evidence: str
    owner: str = ""
    due: date | None = None

    @property
    def promises(self) -> bool:
        return bool(self.owner) or self.due is not None


def read_remark(typed: str, today: date) -> SaidLine:
    """`docs/runbook.md @ben 1 Dec`: evidence, then after the last @ an owner and a day, of which one is enough.

    Raises ReadinessError where what follows the @ is neither.
    """
    text = " ".join(typed.split())
    promise = _PROMISE.search(text)
    if promise is None:
        return SaidLine(typed.strip())
    said = promise["said"].strip()
    day = _DAY_LAST.search(said)
    owner = said[: day.start()].strip().rstrip(",") if day else said
    if not said or len(owner.split()) > _WORDS:
        raise ReadinessError(
            f"After @ comes who sees to it and by when, as in “@ben 1 Dec” or “@b +14”. “{said}” is neither."
        )
    return SaidLine(text[: promise.start()].strip(), owner, parse_day(day["day"], today) if day else None)
