"""What is known beside the runs that a gate is held against: where they came from, and what happened before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from readiness_tui.domain.gate_result.high_risk import AcceptedRisk
from readiness_tui.domain.gate_result.model import GateFinding, Tries
from readiness_tui.domain.metrics import RunData


@dataclass(frozen=True, slots=True)
class Circumstances:
    """`seen`: by run id, when it was here at the latest (its import; of a file, now).

    `others`: further runs of the candidate's version, for what people said of their high-risk cases; `accepted`: risks
    that somebody lives with. `tries` and `findings`: how often something was tried against the lock, and what that
    holds the gate for.
    """

    seen: Mapping[str, datetime] = field(default_factory=dict)
    others: tuple[RunData, ...] = ()
    accepted: tuple[AcceptedRisk, ...] = ()
    tries: Tries | None = None
    findings: tuple[GateFinding, ...] = ()


ALONE = Circumstances()
