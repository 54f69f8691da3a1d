"""Converts a gate to plain data (JSON in the database) and back, and computes the digest of what it declares."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.model import CasePolicy, Gate
from readiness_tui.domain.metrics.registry import resolve
from readiness_tui.domain.metrics.rule import Confidence, Direction, From, Rule

_DEFAULTS = {field.name: field.default for field in fields(Rule)}
_POLICIES = {field.name: field.default for field in fields(Gate) if field.name in ("new_cases", "removed_cases")}


def gate_to_plain(gate: Gate) -> dict[str, Any]:
    """Everything in `gate` as dicts, lists, text and numbers. Loss-free: `gate_from_plain` gives it back."""
    return {"name": gate.name, "version": gate.version, "digest": gate.digest, **_content(gate)}


def gate_from_plain(plain: Mapping[str, Any]) -> Gate:
    """The gate that `gate_to_plain` was given. Fields that a newer version added are ignored.

    Raises `ReadinessError` when a field is missing or has a value that no gate can have.
    """
    try:
        return Gate(
            name=plain["name"],
            rules=tuple(_rule(rule) for rule in plain["rules"]),
            must_pass=tuple(plain.get("must_pass", ())),
            version=plain.get("version", 1),
            digest=plain.get("digest", ""),
            dataset_digest=plain.get("dataset_digest"),
            judge_digest=plain.get("judge_digest"),
            **{name: CasePolicy(plain[name]) for name in _POLICIES if name in plain},
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ReadinessError(
            f"A stored gate cannot be read ({type(error).__name__}: {error}). "
            "The database was changed by something else: restore a backup."
        ) from error


def gate_digest(gate: Gate) -> str:
    """SHA-256 (hex) of what the gate declares, whatever `gate.digest` says.

    Name, version, the order of rules and cases, and YAML layout do not affect it; nor do fields at their default, so
    that a field added by a later version does not change older locks.
    """
    content = _content(gate)
    for rule in content["rules"]:
        if resolve(rule["metric"]) is not None:
            rule.pop("unit", None)  # defined by the registry, not by this gate
    content["rules"].sort(key=_canonical)
    content["must_pass"] = sorted(set(content.get("must_pass", ())))
    return hashlib.sha256(_canonical(content).encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(plain: object) -> str:
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _content(gate: Gate) -> dict[str, Any]:
    content: dict[str, Any] = {"rules": [_plain_rule(rule) for rule in gate.rules], "must_pass": list(gate.must_pass)}
    for name in ("dataset_digest", "judge_digest"):
        if getattr(gate, name) is not None:
            content[name] = getattr(gate, name)
    for name, default in _POLICIES.items():
        if getattr(gate, name) is not default:
            content[name] = getattr(gate, name)
    return content


def _plain_rule(rule: Rule) -> dict[str, Any]:
    plain: dict[str, Any] = {"metric": rule.metric, "direction": str(rule.direction)}
    for name, default in _DEFAULTS.items():
        value = getattr(rule, name)
        if name in plain or value == default or (name == "threshold" and value is None):
            continue
        if name in ("threshold", "max_regression", "min_effect"):
            plain[name] = float(value)  # 3500 and 3500.0 declare the same
        else:
            plain[name] = sorted(value) if name == "tags" else value
    return plain


def _rule(plain: Mapping[str, Any]) -> Rule:
    return Rule(
        metric=plain["metric"],
        direction=Direction(plain["direction"]),
        threshold=plain.get("threshold"),
        unit=plain.get("unit", ""),
        source=From(plain.get("source", From.RUN)),
        window_days=plain.get("window_days"),
        required=plain.get("required", True),
        tags=tuple(plain.get("tags", ())),
        max_regression=plain.get("max_regression"),
        relative=plain.get("relative", False),
        confidence=Confidence(plain.get("confidence", Confidence.ADVISE)),
        min_effect=plain.get("min_effect"),
        min_effect_relative=plain.get("min_effect_relative", False),
    )
