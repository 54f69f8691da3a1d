"""Reads one sample of an Inspect log as a case.

Facts about the format, seen in its output: a score's value is "C", "I", "P" or "N", true or false, a number, or an
object or list of values. Version 1 has one `score` in place of `scores`.
Inspect's own figures count C as 1, P as ½, I and N as 0. `error` is a text in summaries and an object in samples.
`input_tokens` excludes tokens read from a cache. A model event's `input` is empty: `input_refs` are ranges of
`events_data.messages`. Long texts are replaced by `attachment://<hash>`. `working_time` includes the scorers' time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from readiness_tui.domain.runs.model import Case, CaseStatus, Measure, Provenance, Score, ScoreState, ToolCall
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.payload import inner, is_number

#: Inspect's `value_to_float`.
GRADES = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
_WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
LONGEST_ID = 1000  # characters
_CANCELLED = "CancelledError("  # another sample's error ended the run
_ATTACHMENT = "attachment://"


def read_sample(sample: Mapping[str, Any], model: str | None, notes: fields.Notes, scorer: str = "score") -> Case:
    """The case of a sample, or of its entry in the summaries. `scorer`: the name of the only scorer, which a sample of
    version 1 (`score` instead of `scores`) does not repeat. Raises RecordError."""
    ident = _id(sample)
    epoch = fields.whole(sample, "epoch", least=1) or 1
    metadata = inner(sample, "metadata")
    error = _error(sample)
    listed = inner(sample, "scores") or ({scorer: sample["score"]} if isinstance(sample.get("score"), dict) else {})
    scores, graded = _scores(listed, notes)
    stopped = error is not None and error.startswith(_CANCELLED)
    if stopped:
        notes.add("the sample was stopped when the run ended; it counts neither as an answer nor as an error")
    status = CaseStatus.UNKNOWN if stopped else CaseStatus.ERROR if error is not None else _status(graded)
    tokens_in, tokens_out = _tokens(sample, model, notes)
    retries = sample.get("error_retries")
    extra = {
        name: value
        for name, value in (
            ("target", sample.get("target")),
            ("metadata", payload.masked(metadata) or None),
            ("reason", _reason(listed) if status is CaseStatus.FAIL else None),
            ("stopped", error if stopped else None),
            ("limit", sample.get("limit")),
            ("retries", len(retries) if isinstance(retries, list) and retries else None),
        )
        if value is not None
    }
    return Case(
        id=ident,
        repeat=epoch - 1,
        question=_question(sample),
        output=_output(sample),
        status=status,
        error=error if status is CaseStatus.ERROR else None,
        scores=scores,
        latency_ms=_latency(sample, notes),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        tags=fields.tags({}, metadata),
        tool_calls=_tool_calls(sample),
        extra=extra,
    )


def invalidated(sample: Mapping[str, Any]) -> str | None:
    """Why a person took the sample back; None if nobody did."""
    mark = sample.get("invalidation")
    if not mark:
        return None
    reason = mark.get("reason") if isinstance(mark, dict) else None
    return one_line(reason, 80) if isinstance(reason, str) and reason.strip() else "no reason given"


def _id(sample: Mapping[str, Any]) -> str:
    ident = sample.get("id")
    if ident is None or ident == "":
        raise RecordError("it has no id")
    if not isinstance(ident, (str, int)) or isinstance(ident, bool) or not str(ident).strip():
        raise RecordError(f"its id is {quoted(fields.as_json(ident))}, and a text or a whole number is needed")
    if len(str(ident)) > LONGEST_ID:
        raise RecordError(f"its id {quoted(ident)} is longer than {LONGEST_ID:,} characters")
    return str(ident)


def model_input(sample: Mapping[str, Any], event: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The input messages of a model event: its own, or those its references point to."""
    own = event.get("input")
    if isinstance(own, list) and own:
        return [message for message in own if isinstance(message, dict)]
    pool, found = inner(sample, "events_data").get("messages"), []
    references = event.get("input_refs")
    for reference in references if isinstance(references, list) else ():
        if isinstance(pool, list) and isinstance(reference, list) and len(reference) == 2:
            first, last = reference
            if type(first) is int and type(last) is int and 0 <= first <= last:
                found += pool[first:last]
    return [message for message in found if isinstance(message, dict)]


def _events(sample: Mapping[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    listed = sample.get("events")
    for event in listed if isinstance(listed, list) else ():
        if isinstance(event, dict) and event.get("event") == kind:
            yield event


def _resolve_attachment(sample: Mapping[str, Any], value: Any) -> Any:
    """The value, or the attachment it refers to."""
    if isinstance(value, str) and value.startswith(_ATTACHMENT):
        return inner(sample, "attachments").get(value.removeprefix(_ATTACHMENT), value)
    return value


def _question(sample: Mapping[str, Any]) -> str:
    asked = _resolve_attachment(sample, sample.get("input"))
    if isinstance(asked, list) and not any(isinstance(part, dict) and part.get("role") == "user" for part in asked):
        event = next(_events(sample, "model"), None)
        asked = (model_input(sample, event) if event is not None else None) or asked
    return str(_resolve_attachment(sample, payload.question(asked)))


def _output(sample: Mapping[str, Any]) -> str | None:
    output = inner(sample, "output")
    said = output.get("completion")
    if not isinstance(said, str) or not said:
        choices = output.get("choices")
        said = payload.answer({"choices": choices}) if isinstance(choices, list) and choices else said
    said = _resolve_attachment(sample, said)
    return said if isinstance(said, str) else None


def _error(sample: Mapping[str, Any]) -> str | None:
    error = sample.get("error")
    if isinstance(error, dict):
        message = error.get("message")
        return message if isinstance(message, str) and message else "the sample says error without a reason"
    return error if isinstance(error, str) and error else None


def _scores(listed: Mapping[str, Any], notes: fields.Notes) -> tuple[dict[str, Score], list[Score]]:
    """The scores by name, and separately those given as a grade (C, I, P, N, yes, no, true, false)."""
    found: dict[str, Score] = {}
    graded: list[Score] = []
    for scorer, score in listed.items():
        value = score.get("value") if isinstance(score, dict) else score
        parts = value if isinstance(value, dict) else {scorer: value}
        if isinstance(value, list):
            parts = {f"{scorer}[{n}]": part for n, part in enumerate(value, 1)}
        for name, part in parts.items():
            made = _score(part, name, notes)
            found[name if name not in found else f"{scorer}/{name}"] = made
            if made.label is not None:
                graded.append(made)
    return found, graded


def _score(value: Any, name: str, notes: fields.Notes) -> Score:
    if isinstance(value, bool):
        return Score(float(value), label=str(value).lower(), passed=value)
    if is_number(value):
        return Score(float(value))
    if value is None:
        notes.add(f"the scorer {quoted(name)} gave no value")
        return Score(None, ScoreState.JUDGE_ERROR)
    if isinstance(value, str):
        if value in GRADES:
            return Score(GRADES[value], label=value)
        if value.strip().lower() in _WORDS:
            return Score(_WORDS[value.strip().lower()], label=value)
        try:
            number = fields.number({name: value}, name)
        except RecordError:
            number = None
        if number is not None:
            return Score(number)
        notes.add(f"the scorer {quoted(name)} gave a text that is no grade; kept as a label without a value")
        return Score(None, ScoreState.MISSING, label=value)
    notes.add(f"the score {quoted(name)} is an object or a list within another; it stays in the raw record")
    return Score(None, ScoreState.MISSING)


def _status(graded: list[Score]) -> CaseStatus:
    """Pass if every grade is C; fail if any is I, N or P: a partial answer is not a success."""
    if not graded or any(score.value is None for score in graded):
        return CaseStatus.UNKNOWN
    return CaseStatus.PASS if all(score.value == 1 for score in graded) else CaseStatus.FAIL


def _reason(listed: Mapping[str, Any]) -> str | None:
    for score in listed.values():
        if (
            isinstance(score, dict)
            and score.get("value") in ("I", "P", "N")
            and isinstance(score.get("explanation"), str)
        ):
            return str(score["explanation"])
    return None


def _latency(sample: Mapping[str, Any], notes: fields.Notes) -> Measure:
    """Working time of the solvers; if the log does not separate it, of the whole sample, including scorers."""
    spans = [event for event in _events(sample, "span_begin") if event.get("type") == "solvers"]
    for event in _events(sample, "span_end"):
        begin = next((span for span in spans if span.get("id") == event.get("id")), None)
        if begin is not None and is_number(begin.get("working_start")) and is_number(event.get("working_start")):
            took = (float(event["working_start"]) - float(begin["working_start"])) * 1000
            if 0 <= took < math.inf:
                return Measure(took, Provenance.MEASURED)
    latency = fields.number(sample, "working_time", least=0, times=1000)
    if latency is None:
        latency = fields.number(sample, "total_time", least=0, times=1000)
    if latency is None:
        return Measure()
    if sample.get("scores"):
        notes.add("the latency holds the scorers' time: the log does not tell it apart")
    return Measure(latency, Provenance.DERIVED)


def _tokens(sample: Mapping[str, Any], model: str | None, notes: fields.Notes) -> tuple[int | None, int | None]:
    """Input tokens, including those read from or written to a cache, and output tokens. None if no usage was recorded.

    Only the evaluated model's tokens if it is named, because a grader's tokens are not the system's.
    """
    usage = inner(sample, "model_usage")
    if len(usage) > 1 and model in usage:
        notes.add("several models were used; tokens are those of the evaluated one")
        usage = {model: usage[model]}
    came = gone = 0
    for used in usage.values():
        if isinstance(used, dict):
            names = ("input_tokens", "input_tokens_cache_read", "input_tokens_cache_write")
            came += sum(payload.count(used.get(name)) or 0 for name in names)
            gone += payload.count(used.get("output_tokens")) or 0
    return (came, gone) if came or gone else (None, None)


def _tool_calls(sample: Mapping[str, Any]) -> tuple[ToolCall, ...] | None:
    """The tool calls, in order. None: the log has no events, so they are unknown."""
    if not isinstance(sample.get("events"), list):
        return None
    found = []
    for event in _events(sample, "tool"):
        called = event.get("function")
        if not isinstance(called, str) or not called:
            continue
        error, result, arguments = (
            event.get("error"),
            _resolve_attachment(sample, event.get("result")),
            event.get("arguments"),
        )
        message = error.get("message") if isinstance(error, dict) else error
        found.append(
            ToolCall(
                name=called,
                arguments=None if arguments is None else fields.as_json(arguments),
                result=None if result is None or error else payload.as_raw(result),
                error=None if not error else fields.as_json(message if message is not None else error),
            )
        )
    return tuple(found)
