"""The head of an MLflow trace, with its assessments, from any version; see `trace` for the facts about the format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import RecordError, decode
from readiness_tui.sources.kit.payload import inner

_OK = {"OK": True, "TRACE_STATUS_OK": True, "ERROR": False, "TRACE_STATUS_ERROR": False}


@dataclass(frozen=True, slots=True)
class Assessment:
    """A judgement of a trace. `run_id`: the evaluation that made it; `expected`: ground truth, not a score."""

    name: str
    value: Any = None
    error: str | None = None
    rationale: str | None = None
    human: bool = False
    by: str = ""
    at: datetime | None = None
    run_id: str | None = None
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Info:
    """The head of a trace, from any version. `request`, `response`: as JSON, or a truncated beginning."""

    id: str
    started_at: datetime | None
    duration_ms: float | None
    ok: bool | None
    state: str | None
    metadata: Mapping[str, str]
    tags: Mapping[str, str]
    request: Any
    response: Any
    assessments: tuple[Assessment, ...] = ()
    linked: tuple[str, ...] = field(default=())

    @property
    def run_ids(self) -> tuple[str, ...]:
        """The runs that this trace belongs to."""
        own = (self.metadata.get("mlflow.sourceRun"), *self.linked, *(a.run_id for a in self.assessments))
        return tuple(dict.fromkeys(run_id for run_id in own if run_id))

    @property
    def open(self) -> bool:
        """Whether it had not ended when it was exported, or nobody knows."""
        return self.state is not None and self.ok is None

    @property
    def evaluated(self) -> bool:
        """Whether an evaluation made or scored it."""
        return "mlflow.eval.requestId" in self.tags or bool(self.linked) or any(a.run_id for a in self.assessments)


def read_info(info: Mapping[str, Any], notes: fields.Notes, linked: Sequence[str] = ()) -> Info:
    """Raises RecordError."""
    ident = fields.text(info, "trace_id") or fields.text(info, "request_id")
    if not ident:
        raise RecordError("neither trace_id nor request_id")
    metadata, tags = (_pairs(info.get(name)) for name in ("trace_metadata", "tags"))
    metadata = metadata or _pairs(info.get("request_metadata"))
    state = fields.text(info, "state") or fields.text(info, "status")
    listed = info.get("assessments")
    return Info(
        id=ident,
        started_at=fields.moment(info, "request_time", notes) or fields.moment(info, "timestamp_ms", notes),
        duration_ms=_duration(info),
        ok=_OK.get(state or ""),
        state=state,
        metadata=metadata,
        tags=tags,
        request=_logged(metadata.get("mlflow.traceInputs") or info.get("request_preview") or None),
        response=_logged(metadata.get("mlflow.traceOutputs") or info.get("response_preview") or None),
        assessments=tuple(
            found
            for part in (listed if isinstance(listed, list) else ())
            if isinstance(part, dict) and (found := read_assessment(part, notes)) is not None
        ),
        linked=tuple(linked),
    )


def read_assessment(part: Mapping[str, Any], notes: fields.Notes) -> Assessment | None:
    """None if the assessment was replaced by a correction or is empty. Raises RecordError."""
    name = fields.text(part, "assessment_name") or fields.text(part, "name")
    if not name or part.get("valid") is False:
        return None
    feedback, expectation = part.get("feedback"), part.get("expectation")
    said = feedback if isinstance(feedback, dict) else expectation
    if not isinstance(said, dict):
        return None
    error = said.get("error")
    source, about = inner(part, "source"), inner(part, "metadata")
    value = said.get("value")
    if value is None and isinstance(said.get("serialized_value"), dict):
        value = payload.parsed(said["serialized_value"].get("value"))
    return Assessment(
        name=name,
        value=value,
        error=(payload.version(error, "error_message", "error_code") or "error") if isinstance(error, dict)
        else str(error) if error else None,
        rationale=fields.prose(part, "rationale"),
        human=source.get("source_type") == "HUMAN",
        by=str(source.get("source_id") or ""),
        at=fields.moment(part, "create_time", notes),
        run_id=payload.version(about, "mlflow.assessment.sourceRunId") or fields.text(part, "run_id"),
        expected=not isinstance(feedback, dict),
    )  # fmt: skip


def _logged(value: Any) -> Any:
    """What the request took or gave, which is JSON text, of a plain text too; cut off, it stays as it is."""
    if isinstance(value, str) and value.startswith('"'):
        try:
            return decode(value.encode())
        except (RecordError, UnicodeEncodeError):
            return value
    return payload.parsed(value)


def _duration(info: Mapping[str, Any]) -> float | None:
    """Milliseconds; the server writes protobuf's seconds, "0.186s", a frame whole milliseconds."""
    text = info.get("execution_duration")
    if isinstance(text, str) and text.endswith("s"):
        unit = 1 if text.endswith("ms") else 1000
        number = text.removesuffix("s").removesuffix("m")
        duration = fields.number({"execution_duration": number}, "execution_duration", least=0, times=unit)
        return None if duration is None else round(duration, 6)
    for name in ("execution_duration_ms", "execution_time_ms", "execution_duration"):
        if (value := fields.number(info, name, least=0)) is not None:
            return value
    return None


def _pairs(value: Any) -> dict[str, str]:
    """Tags and metadata: an object, or version 2's list of keys and values."""
    if isinstance(value, list):
        value = {part["key"]: part.get("value") for part in value if isinstance(part, dict) and "key" in part}
    if not isinstance(value, dict):
        return {}
    return {str(key): fields.as_json(part) for key, part in value.items() if part is not None}
