"""Proposes timeline lines from an incident's linked requests: the first failure, other failures, the recovery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line

SOURCE = "trace"
QUIET = 20  # requests in a row without such a failure count as a recovery
_LISTED = 20  # up to this many linked failures get a line each; beyond that, each class of failure does
_SAID = 120


@dataclass(frozen=True, slots=True)
class Proposed:
    """A line that a person may accept. `at`: UTC."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """What is needed of a request to detect a recovery."""

    id: str
    at: datetime
    outcome: Outcome | None
    error: str | None


def error_class(error: str | None, outcome: Outcome | None) -> str:
    """The text before the error's first colon; "error" if that is empty; "" if there is no error."""
    name = one_line((error or "").partition(":")[0])
    return name or ("error" if outcome is Outcome.ERROR else "")


def failure(error: str | None, outcome: Outcome | None) -> str:
    """How a request failed: its class of error, "wrong answer", or "" if it did not fail."""
    return error_class(error, outcome) or ("wrong answer" if outcome is Outcome.FAIL else "")


def failures(linked: Sequence[Trace]) -> list[tuple[datetime, Trace, str]]:
    """The linked requests that failed, and how, oldest first. A request without a time is left out."""
    failed = [
        (trace.started_at, trace, how)
        for trace in linked
        if trace.started_at is not None and (how := failure(trace.error, trace.outcome))
    ]
    return sorted(failed, key=lambda one: (one[0], one[1].id))


def proposed(linked: Sequence[Trace], recovered: Proposed | None) -> list[Proposed]:
    """The lines, oldest first: each linked failure, or if there are many the first of each class; then the recovery."""
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


def recovery(linked: Sequence[Trace], later: Iterable[SeenRequest]) -> Proposed | None:
    """The start of the first QUIET consecutive requests after the last linked failure that fail in none of the linked
    ways; None if there is none. `later`: the requests from the first linked failure on, oldest first."""
    failed = failures(linked)
    if not failed:
        return None
    last, classes = failed[-1][0], {how for _, _, how in failed}
    quiet: SeenRequest | None = None
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
    """The error message, else how it failed and what was asked."""
    if trace.error:
        return one_line(trace.error, _SAID)
    return f"{how} to “{one_line(trace.question, _SAID)}”" if trace.question else how
