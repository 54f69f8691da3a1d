"""The documented names for plugins: what a source is, and what it yields. They live in `kit/base.py`."""

from readiness_tui.sources.kit.base import (
    Assembles,
    CaseRecord,
    Described,
    EvalSetRecord,
    Joins,
    Progress,
    ReadAlongError,
    Recognised,
    Record,
    Reject,
    RunStart,
    Source,
    TraceRecord,
    Warn,
)

__all__ = [
    "Assembles",
    "CaseRecord",
    "Described",
    "EvalSetRecord",
    "Joins",
    "Progress",
    "ReadAlongError",
    "Recognised",
    "Record",
    "Reject",
    "RunStart",
    "Source",
    "TraceRecord",
    "Warn",
]
