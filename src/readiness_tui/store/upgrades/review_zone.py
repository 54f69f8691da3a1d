"""The migration for the time zone in which a review's days begin and end."""

from __future__ import annotations

from typing import Any


def review_zone(db: Any) -> None:
    """The name of the zone; '' is that of the machine that looks, which all reviews so far were judged by."""
    db.conn.execute("ALTER TABLE review ADD COLUMN zone TEXT NOT NULL DEFAULT ''")
