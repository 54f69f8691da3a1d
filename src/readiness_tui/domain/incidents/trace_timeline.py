"""Lines for an incident's timeline that its linked requests support: the first failure, what failed, the recovery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line

SOURCE = "trace"
QUIET = 20  # requests in a row without such a failure that are called a recovery
_LISTED = 20  # linked requests that get a line each; beyond that their classes do
_SAID = 120


@dataclass(frozen=True, slots=True)
class Proposed:
    """A line that a person may take over. `at`: UTC."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Seen:
    """As much of a request as tells a recovery."""

    id: str
    at: datetime
    outcome: Outcome | None
    error: str | None


def error_class(error: str | None, outcome: Outcome | None) -> str:
    """The text before the error's first colon; "error" where there is none to read; "" where it is no error."""
    name = one_line((error or "").partition(":")[0])
    return name or ("error" if outcome is Outcome.ERROR else "")


def failure(error: str | None, outcome: Outcome | None) -> str:
    """How a request failed: its class of error, "wrong answer", or "" where it did not fail."""
    return error_class(error, outcome) or ("wrong answer" if outcome is Outcome.FAIL else "")


def failures(linked: Sequence[Trace]) -> list[tuple[datetime, Trace, str]]:
    """The linked requests that failed, with how, oldest first. One without a time cannot be placed and is left out."""
    failed = [
        (trace.started_at, trace, how)
        for trace in linked
        if trace.started_at is not None and (how := failure(trace.error, trace.outcome))
    ]
    return sorted(failed, key=lambda one: (one[0], one[1].id))


def proposed(linked: Sequence[Trace], recovered: Proposed | None) -> list[Proposed]:
    """The lines, oldest first: each linked failure, or of many the first of each class; then the recovery."""
    failed = failures(linked)
    if not failed:
        return []
    lines: list[Proposed] = []
    if len(failed) <= _LISTED:
        for place, (at, trace, how) in enumerate(failed):
            lead = "First linked failure" if place == 0 else "Fails too"
            lines.append(Proposed(at, f"{lead}: {trace.id}, {_said(trace, how)}"))
    else:
        first_of: dict[str, tuple[datetime, Trace]] = {}
        for at, trace, how in failed:
            first_of.setdefault(how, (at, trace))
        counts = Counter(how for _, _, how in failed)
        for how, (at, trace) in first_of.items():
            lead = "First linked failure" if trace is failed[0][1] else "Another failure begins"
            lines.append(
                Proposed(at, f"{lead}: {trace.id}, {_said(trace, how)}; {plural(counts[how], 'linked request')}")
            )
        at, trace, how = failed[-1]
        lines.append(Proposed(at, f"Last linked failure: {trace.id}, {_said(trace, how)}"))
    return [*lines, recovered] if recovered else lines


def recovery(linked: Sequence[Trace], later: Iterable[Seen]) -> Proposed | None:
    """From when on QUIET requests in a row, after the last linked failure, failed in none of the linked ways; None
    where none did. `later`: the requests from the first linked failure on, oldest first."""
    failed = failures(linked)
    if not failed:
        return None
    last, classes = failed[-1][0], {how for _, _, how in failed}
    quiet: Seen | None = None
    count = 0
    for seen in later:
        if failure(seen.error, seen.outcome) in classes:
            quiet, count = None, 0
        elif seen.at > last:
            quiet = quiet or seen
            count += 1
            if count == QUIET:
                named = ", ".join(sorted(classes))
                return Proposed(quiet.at, f"Recovery: from {quiet.id} on {QUIET} requests in a row without {named}")
    return None


def _said(trace: Trace, how: str) -> str:
    """The error in its own words, else how it failed and what was asked."""
    if trace.error:
        return one_line(trace.error, _SAID)
    return f"{how} to “{one_line(trace.question, _SAID)}”" if trace.question else how
