"""One of a few words, as people type it in a form."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from readiness_tui.domain.errors import ReadinessError

E = TypeVar("E", bound=StrEnum)


def choose(kind: type[E], typed: str, what: str) -> E:
    """The member of `kind` that was typed: in full, or any part that only one of them has ("2" is sev2).

    Raises ReadinessError that lists them; `what` names the kind in it ("a severity").
    """
    wanted = typed.strip().casefold()
    said = {one: one.value.casefold() for one in kind}
    fitting = [one for one in kind if said[one] == wanted] or [one for one in kind if wanted and wanted in said[one]]
    if len(fitting) == 1:
        return fitting[0]
    *first, last = [one.value for one in kind]
    listed = f"Type {', '.join(first)} or {last}."
    if not wanted:
        raise ReadinessError(f"This needs {what}. {listed}")
    could = f"could be {' or '.join(fitting)}" if fitting else f"is not {what}"
    raise ReadinessError(f"“{typed.strip()}” {could}. {listed}")
