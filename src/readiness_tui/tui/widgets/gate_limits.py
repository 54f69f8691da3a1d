"""The limits that a gate sets for latency and cost, of recorded requests or of a run's cases."""

from __future__ import annotations

from readiness_tui.domain.filters.histogram import Limits
from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.metrics.rule import From
from readiness_tui.domain.text.format import threshold_text
from readiness_tui.tui.widgets.spread import Threshold

_OF = {
    "latency_p50_ms": ("latency", "half of the {}"),
    "latency_p95_ms": ("latency", "95 % of the {}"),
    "latency_p99_ms": ("latency", "99 % of the {}"),
    "cost_per_success": ("cost", "all costs, divided by the successful {},"),
}


def limits(gate: Gate | None, source: From) -> dict[str, list[Threshold]]:
    """By `latency` and `cost`: what rules over requests, or over cases, ask; a slice is named."""
    things = "requests" if source is From.TRACES else "cases"
    found: dict[str, list[Threshold]] = {"latency": [], "cost": []}
    for rule in gate.rules if gate is not None else ():
        if rule.source is not source or rule.threshold is None or rule.metric not in _OF:
            continue
        figure, of = _OF[rule.metric]
        limit = threshold_text(rule.threshold, "ms" if figure == "latency" else "usd")
        amount = f"{limit} ms" if figure == "latency" else f"${limit}"
        tags = f" ({', '.join(rule.tags)})" if rule.tags else ""
        found[figure].append(Threshold(rule.threshold, f"{of.format(things)} at most {amount}{tags}"))
    return found


def values(gate: Gate | None, source: From) -> Limits:
    """The limits alone, each once."""
    return {figure: sorted({one.value for one in found}) for figure, found in limits(gate, source).items()}
