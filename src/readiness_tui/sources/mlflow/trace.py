"""Reads MLflow's trace as a `Trace` and, if an evaluation run made it, as a case of that run.

Facts about the format, seen in output of MLflow 3.17: a duration is "0.186s" in the server's answers, milliseconds in
`Trace.to_json()` and in the database. `mlflow.trace.tokenUsage` is JSON text. A scorer that failed leaves an assessment
with an error and a null value. An assessment that somebody corrected stays, with `valid` false. Judges answer "yes" and
"no", which MLflow itself counts as 1 and 0. Version 2 called the parts request_id, status and request_metadata.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

from readiness_tui.domain.metrics.registry import guess_direction, normal
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.runs.joining import question_id
from readiness_tui.domain.runs.model import Case, HumanLabel, HumanVerdict, Outcome, Score, SpanKind, Trace
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.mlflow.span import is_process_startup, read_span
from readiness_tui.sources.mlflow.trace_info import Assessment, Info
from readiness_tui.sources.tracing import traced_case
from readiness_tui.sources.tracing.span_reader import Reader
from readiness_tui.sources.tracing.span_tree import GivenScore, RawSpan, trace_from_spans

_WORDS = {"yes": 1.0, "no": 0.0}
_VERDICTS = {"pass": True, "passed": True, "fail": False, "failed": False}
_VERDICT_NAMES = frozenset({"pass", "passed", "approved", "ok", "acceptable", "human_label", "verdict", "label"})


def _whole(response: Any) -> str | None:
    """The answer in what the request gave; a structure that was cut off shows none."""
    cut = isinstance(response, str) and response.lstrip()[:1] in ("{", "[")
    return None if cut else payload.answer(response)


def read_trace(info: Info, spans: Sequence[Any] | None, reader: Reader) -> tuple[Trace, Any]:
    """The trace, and its request's output. `spans` None: not exported with it. Raises RecordError."""
    listed = [span for span in spans or () if isinstance(span, dict)]
    raws = [read_span(span, reader) for span in listed]
    fewer = max((_spans_declared(info) or 0) - len(raws), 0)
    said = _by_judge([said for said in info.assessments if not said.expected])
    judged = [_judgement(name, one) for name, ones in said.items() for one in ones]
    lost = bool(raws) and (fewer > 0 or len(listed) < len(spans or ()))
    trace = trace_from_spans(info.id, raws or [_head(info)], judged, reader.notes if raws else None, lost=lost)
    if raws and not lost and _short(trace, info, reader.notes):
        trace, lost = trace_from_spans(info.id, raws, judged, lost=True), True
    if not raws:
        reader.notes.add("the trace has no spans here, so its steps, chunks and tool calls are not known")
        trace = replace(trace, spans=None)
    elif is_process_startup(raws):
        reader.notes.add(
            "the request took most of its time after its last step, as the first ones of a process do; it counts in"
            " the latency unless the trace is tagged cold_start"
        )
    if raws and fewer:
        reader.notes.add(
            "the trace says that it had more spans than are here, so what was called or retrieved is not known"
        )
    told = not any(raw.kind is SpanKind.MODEL for raw in raws)  # else MLflow's sum lacks the calls that logged none
    tokens, cost = (_usage(info), _cost(info)) if told else ((None, None), None)
    trace = _with_state(trace, info, reader.notes)
    trace = replace(
        trace,
        started_at=trace.started_at or info.started_at,
        latency_ms=trace.latency_ms if trace.latency_ms is not None or info.open else info.duration_ms,
        question=trace.question or payload.question(info.request) or None,
        answer=trace.answer if trace.answer is not None or trace.outcome is Outcome.ERROR else _whole(info.response),
        tokens_in=trace.tokens_in if trace.tokens_in is not None else tokens[0],
        tokens_out=trace.tokens_out if trace.tokens_out is not None else tokens[1],
        cost=trace.cost if trace.cost is not None else cost,
        prompt_version=trace.prompt_version or _prompt(info),
        app_version=trace.app_version
        or payload.version(info.metadata, "app_version", "mlflow.modelId", "mlflow.source.git.commit"),
        user=trace.user or payload.version(info.metadata, "mlflow.trace.user"),
        session=trace.session or payload.version(info.metadata, "mlflow.trace.session"),
        cold=_cold(info),
        extra={**trace.extra, **_about(info)},
    )
    return trace, info.response


def read_case(trace: Trace, info: Info, output: Any, run_id: str, notes: fields.Notes) -> Case:
    """The trace as a case of run `run_id`."""
    own = [said for said in info.assessments if said.run_id in (None, run_id) and not said.expected]
    scores = {name: _averaged([_score(one) for one in ones]) for name, ones in _by_judge(own).items()}
    about = {**info.metadata, **info.tags}
    ident = payload.case_id(info.tags) or payload.case_id(info.metadata)
    question = trace.question or ""
    expected = {said.name: said.value for said in info.assessments if said.expected}
    extra = {**_about(info), **({"expected": expected} if expected else {})}
    if trace.cold:
        extra["cold"] = True
    case = traced_case.case_of(
        trace,
        output,
        notes,
        ident=ident or (question_id(question) if question.strip() else info.id),
        id_from="metadata" if ident else "input" if question.strip() else "explicit",
        question=question,
        scores=scores,
        tags=payload.tags(payload.parsed(info.tags.get("tags")), {k: v for k, v in about.items() if k != "tags"}),
        extra=extra,
    )
    return replace(case, human=_label(own))


def without_secrets(info: Mapping[str, Any]) -> dict[str, Any]:
    """The head of a trace with credentials in tags and metadata masked."""
    parts = ("tags", "trace_metadata", "request_metadata")
    return {**info, **{name: payload.masked(info[name]) for name in parts if name in info}}


def _judgement(name: str, said: Assessment) -> GivenScore:
    score = _score(said)
    return GivenScore(
        name=name,
        value=score.value,
        label=score.label,
        explanation=said.rationale,
        human=said.human,
        error=said.error,
    )


def scored(value: Any, *, failed: bool) -> Score:
    """A scorer's value as MLflow counts it: "yes" is 1 and "no" 0."""
    if isinstance(value, str) and not failed and (word := value.strip().lower()) in _WORDS:
        return Score(_WORDS[word], label=value)
    return traced_case.score(value, failed=failed)


def _score(said: Assessment) -> Score:
    return scored(said.value, failed=said.error is not None)


def _by_judge(own: Sequence[Assessment]) -> dict[str, list[Assessment]]:
    """What was said by name. Another judge's word under the same name is a measurement of its own: "tone (ann)".

    The evaluation's scorer comes first, then other judges, then people. What one judge said several times (of several
    steps, say) is averaged, as MLflow itself does.
    """
    said: dict[str, dict[str, list[Assessment]]] = {}
    for one in sorted(own, key=lambda one: (one.run_id is None, one.human)):
        said.setdefault(one.name, {}).setdefault("human" if one.human else one.by, []).append(one)
    return {
        f"{name} ({judge or 'other'})" if at else name: ones
        for name, judges in said.items()
        for at, (judge, ones) in enumerate(judges.items())
    }


def _averaged(scores: Sequence[Score]) -> Score:
    values = [score.value for score in scores if score.value is not None]
    if len(scores) == 1 or not values:
        return scores[0]
    return Score(fmean(values), label=scores[0].label if len({score.label for score in scores}) == 1 else None)


def _label(own: Sequence[Assessment]) -> HumanLabel | None:
    """What people decided: the word pass or fail, or yes or no for a name where yes is good; a fail wins."""
    found = []
    for said in own:
        word = str(said.value).strip().lower()
        verdict = _VERDICTS.get(word)
        if verdict is None and (guess_direction(said.name) is Direction.HIGHER or normal(said.name) in _VERDICT_NAMES):
            verdict = {"true": True, "yes": True, "false": False, "no": False}.get(word)
        if said.human and said.by and verdict is not None:
            found.append((verdict, said))
    if not found:
        return None
    verdict, said = min(found, key=lambda pair: pair[0])
    note = ": ".join(part for part in (said.name, said.rationale) if part)
    return HumanLabel(HumanVerdict.PASS if verdict else HumanVerdict.FAIL, said.by, said.at, note)


def _head(info: Info) -> RawSpan:
    """The request as a single step, used if its spans are missing."""
    return RawSpan(
        id=info.id,
        name=info.tags.get("mlflow.traceName", ""),
        started_at=info.started_at,
        duration_ms=None if info.open else info.duration_ms,
        ok=info.ok,
        input=payload.question(info.request) or None,
        output=payload.answer(info.response),
    )


def _spans_declared(info: Info) -> int | None:
    """How many spans the trace had when it was logged (MLflow 3)."""
    stats = payload.parsed(info.metadata.get("mlflow.trace.sizeStats"))
    return payload.count(stats.get("num_spans")) if isinstance(stats, dict) else None


def _short(trace: Trace, info: Info, notes: fields.Notes) -> bool:
    """Whether the trace's own sum of tokens is more than its spans here come to: some of them are missing."""
    for said, found in zip(_usage(info), (trace.tokens_in, trace.tokens_out), strict=True):
        if said is not None and found is not None and found < said:
            notes.add(
                f"a trace states {said:,} tokens where its spans here come to {found:,}: spans are missing, so what was"
                " called, retrieved and used in all is not known",
                "a trace states more tokens than its spans here come to: spans are missing, so what was called, retrieved"
                " and used in all is not known",
            )
            return True
    return False


def _with_state(trace: Trace, info: Info, notes: fields.Notes) -> Trace:
    """The trace with MLflow's own word for how it ended, where the spans say it otherwise or not at all."""
    if info.open:
        notes.add("the trace had not ended when it was exported, so how it ended and how long it took is not known")
        return replace(trace, status=None, outcome=None, latency_ms=None)
    if info.ok is False and trace.outcome is not Outcome.ERROR:
        said = next((span.error for span in trace.spans or () if span.error), None)
        return replace(trace, status="error", outcome=Outcome.ERROR, error=trace.error or said or "error")
    if info.ok and trace.outcome is None and trace.status is None:
        return replace(trace, status="ok", outcome=Outcome.SUCCESS)
    return trace


def _usage(info: Info) -> tuple[int | None, int | None]:
    usage = payload.parsed(info.metadata.get("mlflow.trace.tokenUsage"))
    if not isinstance(usage, dict):
        return None, None
    return payload.count(usage.get("input_tokens")), payload.count(usage.get("output_tokens"))


def _cost(info: Info) -> float | None:
    """US dollars, as MLflow 3 computes them from LiteLLM's prices; 0 beside tokens stands for a model without a price."""
    cost = payload.parsed(info.metadata.get("mlflow.trace.cost"))
    total = payload.amount(cost.get("total_cost")) if isinstance(cost, dict) else None
    return total if total or not any(_usage(info)) else None


def _prompt(info: Info) -> str | None:
    """The version of the only prompt linked to the trace, else a version stated in the trace."""
    linked = payload.parsed(info.tags.get("mlflow.linkedPrompts"))
    named = [part for part in linked if isinstance(part, dict)] if isinstance(linked, list) else []
    if len(named) == 1 and (version := payload.version(named[0], "version")) is not None:
        name = payload.version(named[0], "name")
        return f"{name}/{version}" if name else version
    return payload.version({**info.metadata, **info.tags}, "prompt_version")


def _cold(info: Info) -> bool:
    found = {**info.metadata, **info.tags}
    return any(str(found.get(name, "")).strip().lower() in ("true", "1", "yes") for name in ("cold_start", "cold"))


def _about(info: Info) -> dict[str, Any]:
    about: dict[str, Any] = {name: value for name, value in info.tags.items() if not name.startswith("mlflow.")}
    about |= {name: value for name, value in info.metadata.items() if not name.startswith("mlflow.")}
    about = {name: payload.masked(value, name) for name, value in about.items()}
    if runs := info.run_ids:
        about["runs"] = list(runs)
    if info.state is not None and info.ok is None:
        about["state"] = info.state
    return about
