"""The gate's YAML file: strict, because a mistake in it would let a release pass or stop it for no reason.

    name: support-bot
    metrics:
      - metric: faithfulness        # an alias will do
        threshold: ">= 0.85"        # or min: 0.85, or max: ...; inclusive
        from: run                   # or traces, with window_days: 7 (or window: 7 days)
        required: true
        tags: [high_risk]           # a slice: only cases that carry all of these
        max_regression: 0.02        # in the metric's unit, or "2%" of the baseline
        min_effect: 0.05            # a smaller regression never fails, a larger one only on evidence
        confidence: advise          # or required: the 95 % bound has to meet the threshold too
    must_pass: [case-01]
    cases: {new: allow, removed: warn}  # against the baseline: allow, warn or fail

or, short, `thresholds: {faithfulness: ">= 0.85", latency_p95_ms: 3500}`. A metric that the registry does not know
needs a direction and a unit.
"""

from __future__ import annotations

import re
from pathlib import Path

from readiness_tui.domain.gate.model import Gate

# The YAML reader and pydantic are imported where a gate is read: every import of a file asks whether it is one.
_MAX_BYTES = 1024 * 1024
_SHORT = re.compile(rb"^thresholds\s*:", re.MULTILINE)
_LONG = re.compile(rb"^metrics\s*:", re.MULTILINE)
_ENTRY = re.compile(rb"^\s*-\s*\{?\s*metric\s*:", re.MULTILINE)


def read_gate(path: Path) -> Gate:
    """The gate of a file. Raises `ReadinessError` naming file, line, column, field, reason and remedy."""
    from readiness_tui.sources.kit.yaml_safe import read_yaml
    from readiness_tui.sources.settings.gate_build import build

    return build(read_yaml(path), path.stem)


def parse_gate(text: str, where: str) -> Gate:
    """The gate of a YAML text; `where` names it in messages, and the gate where it has no name of its own."""
    from readiness_tui.sources.kit.yaml_safe import load_yaml
    from readiness_tui.sources.settings.gate_build import build

    return build(load_yaml(text, where), Path(where).stem or "gate")


def looks_like_gate(path: Path) -> bool:
    """Whether a file's content is laid out as a gate: `thresholds:`, or `metrics:` with `- metric:` entries."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError:
        return False
    if len(content) > _MAX_BYTES or b"\0" in content:  # a database may hold a gate's text, and is none
        return False
    return bool(_SHORT.search(content) or (_LONG.search(content) and _ENTRY.search(content)))
