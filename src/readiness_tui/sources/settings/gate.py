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

or, short, `thresholds: {faithfulness: ">= 0.85", latency_p95_ms: 3500}`, also as `{faithfulness: {min: 0.85}}`; for
other spellings see `gate_spellings`. A metric that the registry does not know
needs a direction and a unit.
"""

from __future__ import annotations

import re
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.model import Gate

# The YAML reader and pydantic are imported where a gate is read: every import of a file asks whether it is one.
_MAX_BYTES = 1024 * 1024
_SHORT = re.compile(rb"^thresholds\s*:", re.MULTILINE)
_LONG = re.compile(rb"^metrics\s*:", re.MULTILINE)
_OTHER = re.compile(rb"^(?:gates?|quality_gates|limits|requirements|criteria|metrics)\s*:", re.MULTILINE)
_BOUND = re.compile(
    rb"\b(?:min|max|minimum|maximum|at_least|at_most|gte|lte|threshold)['\"]?\s*:|[<>]=|\xe2\x89[\xa4\xa5]"
)
_ENTRY = re.compile(rb"^[ \t]*+-\s*+(?:\{\s*+)?metric\s*+:", re.MULTILINE)


def read_gate(path: Path) -> Gate:
    """The gate of a file. Raises `ReadinessError` naming file, line, column, field, reason and remedy."""
    from readiness_tui.sources.kit.yaml_safe import read_yaml
    from readiness_tui.sources.settings.gate_build import build
    from readiness_tui.sources.settings.gate_spellings import respelled

    return build(respelled(read_yaml(path))[0], path.stem)


def left_out(path: Path) -> tuple[str, ...]:
    """What stands in a gate's file and is no part of the gate, as sentences without a final stop."""
    from readiness_tui.sources.kit.yaml_safe import read_yaml
    from readiness_tui.sources.settings.gate_spellings import respelled

    return tuple(f"{path.name}: {said}" for said in respelled(read_yaml(path))[1])


def parse_gate(text: str, where: str) -> Gate:
    """The gate of a YAML text; `where` names it in messages, and the gate where it has no name of its own."""
    from readiness_tui.sources.kit.yaml_safe import load_yaml
    from readiness_tui.sources.settings.gate_build import build
    from readiness_tui.sources.settings.gate_spellings import respelled

    return build(respelled(load_yaml(text, where))[0], Path(where).stem or "gate")


def looks_like_gate(path: Path) -> bool:
    """Whether a file's content is laid out as a gate: `thresholds:`, or `metrics:` with `- metric:` entries; `gates:`
    and the like with bounds in them."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError:
        return False
    if len(content) > _MAX_BYTES or b"\0" in content:  # a database may hold a gate's text, and is none
        return False
    if _SHORT.search(content) or (_LONG.search(content) and _ENTRY.search(content)):
        return True
    return bool(_OTHER.search(content) and _BOUND.search(content)) and _holds_rules(path)


def _holds_rules(path: Path) -> bool:
    """Whether it is YAML with entries under one of a gate's words; prose may have such a line too."""
    from readiness_tui.sources.kit.yaml_safe import read_yaml
    from readiness_tui.sources.settings.gate_spellings import THRESHOLDS

    try:
        value = read_yaml(path).value
    except ReadinessError:
        return False
    return isinstance(value, dict) and any(isinstance(value.get(key), dict | list) for key in (*THRESHOLDS, "metrics"))
