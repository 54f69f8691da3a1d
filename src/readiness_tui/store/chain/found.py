"""What was changed in the file by something else than the program."""

from __future__ import annotations

from dataclasses import dataclass

from readiness_tui.domain.text.sanitise import one_line


@dataclass(frozen=True, slots=True)
class ByHand:
    """One change past the program: the table and the row, in words what differs, and since when it may be so.

    `system`: whose it is, None where that cannot be told and so anybody's.
    """

    table: str
    row: str
    said: str
    since: str = ""
    system: str | None = None

    def __str__(self) -> str:
        row = f" {one_line(self.row, 120)}" if self.row else ""
        return f"{self.table}{row}: {self.said}{f' ({self.since})' if self.since else ''}"

    def concerns(self, system: str) -> bool:
        """Whether what is said of a system may rest on it."""
        return self.system is None or self.system == system
