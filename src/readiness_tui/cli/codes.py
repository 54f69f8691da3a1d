"""The exit codes for scripts and CI. Missing data never counts as a pass."""

from __future__ import annotations

GO = 0
NO_GO = 1
UNUSABLE = 2  # input or usage
CONDITIONS = 3
UNTRUSTED = 4  # the file was changed past the program
OUR_FAULT = 70
INTERRUPTED = 130


def of_verdict(verdict: str, *, allow_conditions: bool) -> int:
    """The exit code of a `Verdict`, or of its words; `allow_conditions` lets GO WITH CONDITIONS pass as 0."""
    if verdict == "GO":
        return GO
    if verdict == "GO WITH CONDITIONS":
        return GO if allow_conditions else CONDITIONS
    return NO_GO
