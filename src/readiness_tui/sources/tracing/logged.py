"""A span as its file has it, before any convention is read into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec


class Event(msgspec.Struct, frozen=True):
    """Something that happened during a span: a span event, or a log record for that span."""

    name: str
    attributes: Mapping[str, Any] = {}
    body: Any = None


class LoggedSpan(msgspec.Struct, frozen=True):
    """A span as in its file: `code` is OTLP's status (0 unset, 1 ok, 2 error), `message` the status message.

    `ended`: whether it has an end, None where only its duration says so. `side`: "server" or "client" where it is the
    one or the other of a remote call, "" for anything else.
    """

    id: str
    parent: str | None
    name: str
    started_at: datetime | None
    duration_ms: float | None
    code: int
    message: str
    attributes: Mapping[str, Any]
    events: Sequence[Event] = ()
    resource: Mapping[str, Any] = {}
    ended: bool | None = None
    side: str = ""

    @property
    def has_ended(self) -> bool:
        return self.duration_ms is not None if self.ended is None else self.ended
