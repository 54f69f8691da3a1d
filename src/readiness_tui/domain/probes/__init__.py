"""Probes: they prove or refute checklist items from imported data (scoring.md, "Probe")."""

from readiness_tui.domain.probes.base import ProbeInput
from readiness_tui.domain.probes.registry import PROBES, acceptable, kind_problem, propose_all, reads_records
from readiness_tui.domain.probes.runs import special

__all__ = [
    "PROBES",
    "ProbeInput",
    "acceptable",
    "kind_problem",
    "propose_all",
    "reads_records",
    "special",
]
