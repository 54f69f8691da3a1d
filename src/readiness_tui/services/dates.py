"""Dates and times as people type them, for the forms of a front end."""

from readiness_tui.domain.text.dates import parse_day, parse_moment

__all__ = ["parse_day", "parse_moment"]
