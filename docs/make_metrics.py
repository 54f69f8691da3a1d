"""Write docs/metrics.md from the registry of metrics: `python docs/make_metrics.py`. A test holds it to be current."""

from __future__ import annotations

from pathlib import Path

from readiness_tui.domain.metrics import METRICS, Layer

TARGET = Path(__file__).with_name("metrics.md")

HEAD = """\
# Metrics

Written by `docs/make_metrics.py` from the definitions in `src/readiness_tui/domain/metrics/registry.py`.

Hit rate, context precision, MRR, citation accuracy, tool-call accuracy and the `must_include` pass rate are computed if a
file has the necessary data (retrieved chunks, tool calls, a golden set); the others are taken as the tool scored them. A
metric without its data is "not computable", with the reason, never 0. Bounds, each one-sided at 95 %: Wilson's for a rate
of 0/1 cases, Student's t over cases for a mean, order statistics for a quantile, the log-delta t for a ratio. Where they
hold, and what a `cluster`, `document` or `session` field changes: [statistics.md](statistics.md).
"""


def document() -> str:
    """The whole of docs/metrics.md."""
    parts = [HEAD]
    for layer in Layer:
        found = [metric for metric in METRICS if metric.layer is layer]
        if not found:
            continue
        parts.append(f"\n## {layer.value.capitalize()}\n")
        for metric in found:
            better = "" if metric.direction is None else f", {metric.direction.value} is better"
            aliases = f" Also called {', '.join(f'`{alias}`' for alias in metric.aliases)}." if metric.aliases else ""
            parts.append(
                f"\n**`{metric.key}`** ({metric.kind.value}, in {metric.unit or 'no unit'}{better})\n\n{metric.doc}{aliases}\n"
            )
    return "".join(parts)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
