"""The migration for the highest severity that an incident has had."""

from __future__ import annotations

from typing import Any


def incident_peak(db: Any) -> None:
    """'' is the present one: what was lowered before counts as it did."""
    db.conn.execute("ALTER TABLE incident ADD COLUMN peak TEXT NOT NULL DEFAULT ''")
