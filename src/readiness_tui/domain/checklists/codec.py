"""Converts a checklist to plain data (JSON in the database) and back, and computes the digest of its content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from readiness_tui.domain.checklists.model import Checklist
from readiness_tui.domain.text.plain import declared, digest_of, stored


def to_plain(checklist: Checklist) -> dict[str, Any]:
    """Everything in `checklist` as dicts, lists, text and numbers. Loss-free: `from_plain` gives it back."""
    return {**_content(checklist), "digest": checklist.digest}


def from_plain(plain: Mapping[str, Any]) -> Checklist:
    """The checklist that `to_plain` was given. Raises `ReadinessError` where it is none."""
    return stored(plain, Checklist, "checklist")


def content_digest(checklist: Checklist) -> str:
    """SHA-256 (hex) of the canonical JSON of the content, whatever `checklist.digest` says.

    Comments, layout and field order in the YAML do not affect it. Nor do fields at their default, so that a field
    added by a later version of the app does not change the digests of older reviews.
    """
    return digest_of(_content(checklist))


def _content(checklist: Checklist) -> dict[str, Any]:
    own = declared(checklist, without=("items", "digest"))
    return {**own, "items": [declared(item) for item in checklist.items]}
