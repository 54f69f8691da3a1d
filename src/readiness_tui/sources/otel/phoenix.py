"""Phoenix's and Arize AX's spans and annotations, in every form that their clients and interfaces give.

`client.spans.get_spans()` and `GET /v1/projects/…/spans` (`context.{trace_id, span_id}`, `span_kind`, `parent_id`, flat
OpenInference `attributes`); `get_spans_dataframe()` saved as JSON, JSON lines, CSV or Parquet (columns `context.span_id`,
`attributes.llm.token_count.prompt`; lists as Python's text in CSV); the GraphQL interface (`spanKind`, `statusCode`,
`attributes` as JSON text in levels); Arize's `export_model_to_df` (the same columns, and `eval.NAME.score`). Annotations
name a span, not its trace, so annotations in the same folder are read together with the spans.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import ReadAlongError, Recognised, Record
from readiness_tui.sources.kit.fileio import head as head_of
from readiness_tui.sources.kit.folder import beside
from readiness_tui.sources.kit.grouping import GroupedRecord, Groups
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.peek import FileKind, peek
from readiness_tui.sources.kit.recordio import Entry, records
from readiness_tui.sources.otel import cells
from readiness_tui.sources.otel.layout import Layout, telling
from readiness_tui.sources.otel.rows import Row, RowSource
from readiness_tui.sources.tracing.span_reader import Event

_SPANS = Layout(
    needs=(
        frozenset({"context", "span_kind", "parent_id", "status_code"}),
        frozenset({"context.span_id", "span_kind", "parent_id", "start_time"}),
        frozenset({"context.trace_id", "attributes.openinference.span.kind", "status_code"}),
        frozenset({"context", "spanKind", "statusCode"}),
        frozenset({"spanId", "spanKind", "statusCode", "attributes"}),
    ),
    trace=("context.trace_id", "context.traceId", "trace.traceId", "traceId"),
    span=("context.span_id", "context.spanId", "spanId"),
    parent=("parent_id", "parentId"),
    label=("name",),
    start=("start_time", "startTime"),
    end=("end_time", "endTime"),
    took={"latency_ms": 1, "latencyMs": 1},
    code=("status_code", "statusCode"),
    message=("status_message", "statusMessage"),
    attributes=("attributes",),
    prefix="attributes.",
    events=("events",),
    named={
        "span_kind": "openinference.span.kind",
        "spanKind": "openinference.span.kind",
        "input.value": "input.value",
        "output.value": "output.value",
        "tokenCountPrompt": "llm.token_count.prompt",
        "tokenCountCompletion": "llm.token_count.completion",
    },
    within=("data", "spans"),
)
_NOTES = Layout(
    needs=(
        frozenset({"annotator_kind", "span_id", "result"}),
        frozenset({"annotator_kind", "span_id", "annotation_name"}),
        frozenset({"annotator_kind", "span_id", "name"}),
    ),
    trace=(), span=("span_id",), parent=(), label=("name", "annotation_name"), start=(), within=("data",),
)  # fmt: skip
_FRAME = frozenset({"context.trace_id", "span_kind", "parent_id", "start_time"})
_JUDGED = re.compile(r"(eval|trace_eval|annotation)\.(.+)\.(score|label|explanation|text)")
_PARTS = {
    "score": "gen_ai.evaluation.score.value",
    "label": "gen_ai.evaluation.score.label",
    "explanation": "gen_ai.evaluation.explanation",
    "text": "gen_ai.evaluation.explanation",
}


class Phoenix(RowSource):
    name = "phoenix"
    title = "Phoenix and Arize spans and their annotations"
    brings = (
        "traces with their steps, models, tokens, cost, tool calls and retrieved documents",
        "annotations as scores, people's also as feedback",
    )
    lacks = (
        "runs and cases of an experiment",
        "versions, unless they are in the metadata",
    )
    layout = _SPANS
    certainty = 100
    joins = True

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        found = super().recognise(path, head)
        look = peek(head)
        if found is None and look.kind is FileKind.OBJECT:
            first = next(iter(look.outline), "")
            level = {path.removeprefix(f"{first}.").replace("\u2024", ".") for path in look.outline}
            if level >= _FRAME:
                return Recognised(self.name, "a data frame of spans by its index", self.certainty)
        if found is None and telling(look, _NOTES):
            return Recognised(self.name, "annotations with annotator_kind and span_id", self.certainty)
        return found

    def along(self, path: Path) -> tuple[Path, ...]:
        return _of_kind(beside(path), _NOTES) if _of_kind((path,), _SPANS) else ()

    def read(self, path: Path) -> Iterator[Record]:
        if not _of_kind((path,), _SPANS) and _of_kind((path,), _NOTES):
            _refuse_annotations(path)
        look = peek(head_of(path))
        if (
            look.kind is not FileKind.OBJECT
            and look.records
            and not any(cells.pick(record, _SPANS.span) for record in look.records)
        ):
            raise ReadinessError(
                f"{path}: its rows have no {_SPANS.span[0]}: a data frame's index, in which the span ids are, was left"
                " out. Save df.reset_index(), or as CSV or Parquet."
            )
        yield from super().read(path)

    def beside(self, path: Path, groups: Groups, where: Mapping[str, str]) -> None:
        for file in self.along(path):
            for item in records(file, "data"):
                if isinstance(item, Entry) and not item.header:
                    try:
                        span_id = cells.identifier(item.value, _NOTES.span)
                    except RecordError:
                        continue
                    if (found := where.get(span_id or "")) is not None:
                        groups.add(found, GroupedRecord("annotation", item.line, item.raw))

    def unfold(self, row: Row) -> Iterable[Row]:
        """The rows of a data frame whose index, the span ids, labels its columns or its rows (`to_json()`)."""
        ident = _SPANS.span[0]
        cells_ = list(row.values())
        if not cells_ or not all(isinstance(part, dict) for part in cells_) or "context" in row:
            return super().unfold(row)
        if "context.trace_id" in row:
            labels = dict.fromkeys(label for part in cells_ for label in part)
            return [{ident: label, **{name: part.get(label) for name, part in row.items()}} for label in labels]
        if all("context.trace_id" in part for part in cells_):
            return [{ident: label, **part} for label, part in row.items()]
        return super().unfold(row)

    def events(self, row: Row) -> Sequence[Event]:
        """Judgements in a row's own columns (Arize's `eval.NAME.score`) or list (GraphQL's `spanAnnotations`)."""
        found: dict[tuple[str, str], dict[str, object]] = {}
        for column in row:
            if (match := _JUDGED.fullmatch(column)) and (value := cells.pick(row, (column,))) is not None:
                said = found.setdefault((match[1], match[2]), {"gen_ai.evaluation.name": match[2]})
                said[_PARTS[match[3]]] = value
                if match[1] == "annotation":
                    said["evaluation.annotator_kind"] = "HUMAN"
        for at, part in enumerate(_dicts(row.get("spanAnnotations"))):
            said = found.setdefault(("", str(at)), {"gen_ai.evaluation.name": fields.prose(part, "name")})
            said |= {_PARTS[name]: part[name] for name in _PARTS if part.get(name) is not None}
            said["evaluation.annotator_kind"] = fields.prose(part, "annotatorKind")
        return [Event("gen_ai.evaluation.result", said) for said in found.values()]


def _dicts(listed: object) -> list[dict[str, object]]:
    return [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []


def _refuse_annotations(path: Path) -> None:
    """Raises ReadAlongError, or ReadinessError if there are no spans for the annotations."""
    for file in _of_kind(beside(path), _SPANS):
        raise ReadAlongError(f"{path} is read along with {file.name}, whose spans it judges: import that one.")
    raise ReadinessError(
        f"{path}: Phoenix's annotations name spans, not requests, and no spans are beside it. Export the spans into the"
        " same folder and import those."
    )


def _of_kind(files: Sequence[Path], layout: Layout) -> tuple[Path, ...]:
    return tuple(file for file in files if telling(peek(head_of(file)), layout))


SOURCE = Phoenix()
