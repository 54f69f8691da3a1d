"""Traces fetched by a pull that broke off: kept in a file, so that the next one goes on from there.

A line a trace, with its head and spans, appended as it is fetched. A trace counts as fetched only while the server still
gives the same head for it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from readiness_tui.sources.kit import payload
from readiness_tui.sources.kit.jsonio import RecordError, decode

_LONGEST = 128 * 1024 * 1024  # bytes of a line


class KeptTraces:
    """The file at `path`, made if need be for this person alone. Raises OSError.

    `reused`: traces that were not fetched again. `done`: set once what it holds is imported.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reused = 0
        self.done = False
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._file = os.fdopen(handle, "r+b")
        self._places: dict[str, int] = {}
        at = 0
        while line := self._file.readline(_LONGEST):
            found = _read(line)
            if found is not None:
                self._places[_id(found["trace_info"])] = at
            at = self._file.tell()
        if at and not line.endswith(b"\n"):
            self._end_torn_line(at)

    def __len__(self) -> int:
        return len(self._places)

    def spans(self, info: Mapping[str, Any]) -> Any:
        """The spans of the trace with this head; None if they have to be fetched."""
        at = self._places.get(_id(info))
        if at is None:
            return None
        self._file.seek(at)
        found = _read(self._file.readline(_LONGEST))
        if found is None or found["trace_info"] != info:
            return None
        self.reused += 1
        return found["spans"]

    def add(self, info: Mapping[str, Any], spans: Any) -> None:
        """Keep a trace that was fetched. Raises OSError."""
        line = payload.as_raw({"trace_info": info, "spans": spans}).encode("utf-8", "surrogatepass") + b"\n"
        self._file.seek(0, os.SEEK_END)
        at = self._file.tell()
        self._file.write(line)
        self._file.flush()
        self._places[_id(info)] = at

    def close(self) -> None:
        """The file goes where nothing in it is needed any longer."""
        self._file.close()
        if self.done or not self._places:
            with contextlib.suppress(OSError):
                self.path.unlink()

    def _end_torn_line(self, at: int) -> None:
        """A death left the last line without an end: what follows begins a line of its own."""
        self._file.seek(at - 1)
        if self._file.read(1) != b"\n":
            self._file.write(b"\n")
            self._file.flush()


def _id(info: Mapping[str, Any]) -> str:
    return str(info.get("trace_id"))


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        found = decode(line)
    except RecordError:
        return None
    whole = (
        isinstance(found, dict) and isinstance(found.get("trace_info"), dict) and isinstance(found.get("spans"), list)
    )
    return found if whole else None
