"""Parses the tables that people write in an incident note into typed rows, so that they can be counted.

One row per line, cells separated by `|` (`\\|` is a bar inside a cell). Cells are kept as written; one that cannot be
parsed gives a remark with its section and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from readiness_tui.domain.incidents.model import FailureClass, Incident
from readiness_tui.domain.intervals import wilson
from readiness_tui.domain.intervals.estimate import Estimate

_BAR = re.compile(r"(?<!\\)\|")
# "8 of 10", "8/10", "8 out of 10"; not inside a date, a version or a longer number.
_RATE = re.compile(
    r"(?<![\w./-])(?P<k>\d{1,3}(?:,\d{3})+|\d{1,9})(?:\s+(?:out\s+)?of\s+|\s?/\s?)(?P<n>\d{1,3}(?:,\d{3})+|\d{1,9})(?![\w/-]|\.\d)",
    re.IGNORECASE,
)


class ControlOutcome(StrEnum):
    """Whether a control worked."""

    HELD = "held"
    FAILED = "failed"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Impact:
    measure: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that was different: prompt, model, index, tools, guardrail, traffic."""

    what: str
    before: str
    after: str
    trace: str


@dataclass(frozen=True, slots=True)
class Factor:
    """A contributing factor; `written` is the class as written if it is not a known one."""

    text: str
    failure_class: FailureClass | None = None
    written: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """`item` as written, starting with the item's id; `written`: the outcome in the writer's words."""

    item_id: str
    item: str
    outcome: ControlOutcome | None
    written: str = ""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """k of n replays reproduced it; `text`: what was replayed, in the writer's words."""

    k: int
    n: int
    text: str

    @property
    def rate(self) -> Estimate:
        """The share with its Wilson bounds, each one-sided at 95 %."""
        return wilson(self.k, self.n)


@dataclass(frozen=True, slots=True)
class Remark:
    """What could not be parsed, and in which section and line (counted from 1)."""

    section: str
    line: int
    text: str


def cells(text: str, columns: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line number and cells of each row, padded to `columns`; surplus text stays in the last cell."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            found = [cell.strip().replace("\\|", "|") for cell in _BAR.split(line, columns - 1)]
            yield number, tuple(found + [""] * (columns - len(found)))


def row_line(*values: str) -> str:
    """The line that `cells` reads back as these values; trailing empty values are left out."""
    written = [" ".join(value.split()).replace("|", "\\|") for value in values]
    while written and not written[-1]:
        written.pop()
    return " | ".join(written)


def impacts(incident: Incident) -> tuple[Impact, ...]:
    return tuple(Impact(*row) for _, row in cells(incident.fields.get("impact", ""), 3))


def changes(incident: Incident) -> tuple[Changed, ...]:
    return tuple(Changed(*row) for _, row in cells(incident.fields.get("what_changed", ""), 4))


def factors(incident: Incident) -> tuple[Factor, ...]:
    return tuple(factor for _, factor in _factors(incident))


def controls(incident: Incident) -> tuple[Control, ...]:
    """Each control the note names. The incident's own item is included as failed, unless the note says otherwise."""
    named = [control for _, control in _controls(incident)]
    if incident.item_id and incident.item_id not in {control.item_id for control in named}:
        named.append(Control(incident.item_id, incident.item_id, ControlOutcome.FAILED))
    return tuple(named)


def failed_controls(incident: Incident) -> tuple[str, ...]:
    """The ids of the items whose control failed."""
    failed = (control.item_id for control in controls(incident) if control.outcome is ControlOutcome.FAILED)
    return tuple(dict.fromkeys(failed))


def reproductions(incident: Incident) -> tuple[Reproduction, ...]:
    """Every rate in the note, with the text up to the next one."""
    return tuple(found for _, found in _rates(incident) if found.k <= found.n and found.n)


def failure_classes(incident: Incident) -> tuple[FailureClass, ...]:
    """The incident's own class, then those of its factors, each once."""
    own = [incident.failure_class, *(factor.failure_class for factor in factors(incident))]
    return tuple(dict.fromkeys(one for one in own if one is not None))


def remarks(incident: Incident) -> tuple[Remark, ...]:
    """What could not be parsed in the tables. It stays in the note as written."""
    found = []
    for line, factor in _factors(incident):
        if factor.written:
            known = ", ".join(FailureClass)
            found.append(Remark("factors", line, f"“{factor.written}” is not a failure class. They are: {known}."))
    for line, control in _controls(incident):
        if control.outcome is None:
            said = f"“{control.written}”" if control.written else "nothing"
            found.append(Remark("controls", line, f"{control.item}: {said} is not held, failed or absent."))
    for line, rate in _rates(incident):
        if rate.k > rate.n or not rate.n:
            found.append(Remark("reproduction", line, f"{rate.k} of {rate.n} is not a rate."))
    if incident.fields.get("reproduction") and not any(True for _ in _rates(incident)):
        found.append(Remark("reproduction", 1, "No rate is named. Write it as 8 of 10 replays."))
    return tuple(found)


def _factors(incident: Incident) -> Iterator[tuple[int, Factor]]:
    for line, (text, written) in cells(incident.fields.get("factors", ""), 2):
        found = failure_class(written)
        yield line, Factor(text, found, "" if found else written)


def _controls(incident: Incident) -> Iterator[tuple[int, Control]]:
    for line, (item, written) in cells(incident.fields.get("controls", ""), 2):
        yield line, Control(item.split(maxsplit=1)[0] if item else "", item, _outcome(written), written)


def _rates(incident: Incident) -> Iterator[tuple[int, Reproduction]]:
    for number, line in enumerate(incident.fields.get("reproduction", "").splitlines(), start=1):
        found = list(_RATE.finditer(line))
        for place, match in enumerate(found):
            end = found[place + 1].start() if place + 1 < len(found) else len(line)
            k, n = (int(match[name].replace(",", "")) for name in ("k", "n"))
            yield number, Reproduction(k, n, line[match.end() : end].strip(" ;,.:|"))


def failure_class(written: str) -> FailureClass | None:
    """The class named in full, or by a part that no other class has ("loop")."""
    said = written.strip().casefold()
    found = [one for one in FailureClass if one == said] or [one for one in FailureClass if said and said in one]
    return found[0] if len(found) == 1 else None


def _outcome(written: str) -> ControlOutcome | None:
    """ "failed", "fail", "failed: the alert stayed silent"."""
    said = re.match(r"\w*", written.strip().casefold())
    return next((one for one in ControlOutcome if said and said[0] and one.startswith(said[0])), None)
