"""A person's own settings of the app: what the file says, and its schema."""

from __future__ import annotations

from readiness_tui.sources.settings.preferences import Preferences, json_schema, read_preferences

__all__ = ["Preferences", "json_schema", "read_preferences"]
