"""Converts a checklist to plain data (JSON in the database) and back, and computes the digest of its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from readiness_tui.domain.checklists.model import Checklist, Depth, Item, ProbeKind, ProbeSpec, Severity
from readiness_tui.domain.errors import ReadinessError


def to_plain(checklist: Checklist) -> dict[str, Any]:
    """Everything in `checklist` as dicts, lists, text and numbers. Loss-free: `from_plain` gives it back."""
    return {**_content(checklist), "digest": checklist.digest}


def from_plain(plain: Mapping[str, Any]) -> Checklist:
    """The checklist that `to_plain` was given. Fields that a newer version added are ignored.

    Raises `ReadinessError` when a field is missing or has a value that no checklist can have.
    """
    try:
        return Checklist(
            id=plain["id"],
            title=plain["title"],
            version=plain["version"],
            day=plain.get("day"),
            items=tuple(_item(item) for item in plain["items"]),
            digest=plain["digest"],
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ReadinessError(
            f"A stored checklist cannot be read ({type(error).__name__}: {error}). "
            "The database was changed by something else: restore a backup."
        ) from error


def content_digest(checklist: Checklist) -> str:
    """SHA-256 (hex) of the canonical JSON of the content, whatever `checklist.digest` says.

    Comments, layout and field order in the YAML do not affect it. Nor do fields at their default, so that a field
    added by a later version of the app does not change the digests of older reviews.
    """
    text = json.dumps(_content(checklist), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _content(checklist: Checklist) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "id": checklist.id,
        "title": checklist.title,
        "version": checklist.version,
        "items": [_plain_item(item) for item in checklist.items],
    }
    if checklist.day is not None:
        plain["day"] = checklist.day
    return plain


def _plain_item(item: Item) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "id": item.id,
        "title": item.title,
        "why": item.why,
        "evidence": item.evidence,
        "improve": item.improve,
        "severity": item.severity.value,
        "depth": item.depth.value,
        "weight": item.weight,
    }
    if item.same_as:
        plain["same_as"] = list(item.same_as)
    if not item.na_allowed:
        plain["na_allowed"] = False
    if item.probe is not None:
        plain["probe"] = {
            "query": item.probe.query,
            "kind": item.probe.kind.value,
            "required": item.probe.required,
            "declares": list(item.probe.declares),
        }
    if item.ticks:
        plain["ticks"] = list(item.ticks)
    return plain


def _item(plain: Mapping[str, Any]) -> Item:
    probe = plain.get("probe")
    return Item(
        id=plain["id"],
        title=plain["title"],
        why=plain["why"],
        evidence=plain["evidence"],
        improve=plain["improve"],
        severity=Severity(plain["severity"]),
        depth=Depth(plain["depth"]),
        weight=plain["weight"],
        same_as=tuple(plain.get("same_as", ())),
        na_allowed=plain.get("na_allowed", True),
        probe=None if probe is None else _probe(probe),
        ticks=tuple(plain.get("ticks", ())),
    )


def _probe(plain: Mapping[str, Any]) -> ProbeSpec:
    return ProbeSpec(
        query=plain["query"],
        kind=ProbeKind(plain["kind"]),
        required=plain["required"],
        declares=tuple(plain["declares"]),
    )
