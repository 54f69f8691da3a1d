"""How a span ended: well, in an error, or nobody knows.

OpenTelemetry leaves the status of a span unset where there was no error (specification, Trace API, "Set Status"), and
nearly every instrumentation leaves it at that. So a span that ended with its status unset has no error, unless
something else on it says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from readiness_tui.domain.runs.model import Outcome
from readiness_tui.sources.kit import payload
from readiness_tui.sources.kit.keys import PerKeys
from readiness_tui.sources.tracing.outcome import is_error_level, names_error, outcome_of

_OK, _ERROR = 1, 2
_SERVER, _CLIENT = "server", "client"
#: gRPC's codes that are the server's fault: unknown, deadline exceeded, unimplemented, internal, unavailable, data loss.
_GRPC_ERRORS = frozenset({2, 4, 12, 13, 14, 15})
_FAILED = frozenset({"error", "failed", "failure", "timeout"})
#: Attributes that are there because there was an error: a flag, its class, its message.
_ERRORS = ("error", "error.type", "error.message")
#: All attributes that are asked here.
_SPEAK = frozenset(
    {*_ERRORS, "http.response.status_code", "http.status_code", "rpc.grpc.status_code", "exception.message",
     "exception.type", "logfire.level_num", "status", "otel.status_code", "langfuse.observation.level", "level"}
)  # fmt: skip
_SPEAKS = PerKeys(lambda names: not _SPEAK.isdisjoint(names))
_LOGFIRE_ERROR = 17  # logfire.level_num, by OpenTelemetry's severity numbers


def ended_well(
    code: int,
    ended: bool,
    attributes: Mapping[str, Any],
    raised: Sequence[Mapping[str, Any]],
    tool_status: str | None,
    side: str = "",
) -> tuple[bool | None, bool]:
    """Whether the span succeeded (None: not known), and whether that is only assumed.

    `code`: OTLP's status, `raised`: its exception events, `side`: "server" or "client" where it is one.
    """
    speaks = _SPEAKS[tuple(attributes)]
    if code == _ERROR or (speaks and _says_error(attributes)) or (tool_status or "").casefold() in _FAILED:
        return False, False
    if not (speaks or raised):
        return (True, code != _OK) if code == _OK or ended else (None, False)
    http = payload.count(attributes.get("http.response.status_code", attributes.get("http.status_code")))
    grpc = payload.count(attributes.get("rpc.grpc.status_code"))
    if code == _OK:
        return True, False
    if any(str(event.get("exception.escaped")).casefold() == "true" for event in raised):
        return False, False
    if (http or 0) >= 500 or grpc in _GRPC_ERRORS or (side == _CLIENT and (http or 0) >= 400):
        return False, False
    refused = (http or 0) >= 400 or grpc
    if not ended or raised or refused or attributes.get("exception.message") or attributes.get("exception.type"):
        return None, False
    return True, True


def _says_error(attributes: Mapping[str, Any]) -> bool:
    number = attributes.get("logfire.level_num")
    word, code = attributes.get("status"), attributes.get("otel.status_code")
    return bool(
        is_error_level(attributes.get("langfuse.observation.level") or attributes.get("level"))
        or (isinstance(number, int) and number >= _LOGFIRE_ERROR)
        or any(names_error(attributes.get(name)) for name in _ERRORS)
        or (isinstance(code, str) and code.strip().upper().removeprefix("STATUS_CODE_") == "ERROR")
        or (isinstance(word, str) and (outcome_of(word) is Outcome.ERROR or word.strip().casefold() in _FAILED))
    )
