"""Converts a gate to plain data (JSON in the database) and back, and computes the digest of what it declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.metrics.registry import resolve
from readiness_tui.domain.metrics.rule import Rule
from readiness_tui.domain.text.plain import canonical, declared, digest_of, stored

_LABELS = ("name", "version", "digest")  # what a gate is called, and not what it declares
_NUMBERS = frozenset(field.name for field in fields(Rule) if str(field.type).startswith("float"))


def gate_to_plain(gate: Gate) -> dict[str, Any]:
    """Everything in `gate` as dicts, lists, text and numbers. Loss-free: `gate_from_plain` gives it back."""
    return {**{name: getattr(gate, name) for name in _LABELS}, **_content(gate)}


def gate_from_plain(plain: Mapping[str, Any]) -> Gate:
    """The gate that `gate_to_plain` was given. Raises `ReadinessError` where it is none."""
    return stored(plain, Gate, "gate")


def gate_digest(gate: Gate) -> str:
    """SHA-256 (hex) of what the gate declares, whatever `gate.digest` says.

    Name, version, the order of rules and cases, and YAML layout do not affect it; nor do fields at their default, so
    that a field added by a later version does not change older locks.
    """
    content = _content(gate)
    for rule in content["rules"]:
        if resolve(rule["metric"]) is not None:
            rule.pop("unit", None)  # defined by the registry, not by this gate
    content["rules"].sort(key=canonical)
    content["must_pass"] = sorted(set(content["must_pass"]))
    return digest_of(content)


def _content(gate: Gate) -> dict[str, Any]:
    own = declared(gate, without=(*_LABELS, "rules", "must_pass"))
    return {**own, "rules": [_rule(rule) for rule in gate.rules], "must_pass": list(gate.must_pass)}


def _rule(rule: Rule) -> dict[str, Any]:
    content = declared(rule)
    content |= {name: float(content[name]) for name in _NUMBERS & content.keys()}  # 3500 and 3500.0 declare the same
    if "tags" in content:
        content["tags"].sort()
    return content
