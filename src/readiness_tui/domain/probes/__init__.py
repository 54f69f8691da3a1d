"""Probes: they prove or refute checklist items from imported data (scoring.md, "Probe")."""

from readiness_tui.domain.probes.base import EXAMPLES, ProbeInput
from readiness_tui.domain.probes.leaks import LeakHit, leaks
from readiness_tui.domain.probes.registry import PROBES, acceptable, kind_problem, propose_all, reads_records
from readiness_tui.domain.probes.runs import special

__all__ = [
    "EXAMPLES",
    "PROBES",
    "LeakHit",
    "ProbeInput",
    "acceptable",
    "kind_problem",
    "leaks",
    "propose_all",
    "reads_records",
    "special",
]
