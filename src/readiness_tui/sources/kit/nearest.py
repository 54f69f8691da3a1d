"""What a file that no source knows looks most like, and what to do about it.

One row a shape: keys that together tell it, and the sentence for a person. The row with most keys in the file wins.
"""

from __future__ import annotations

import re

from readiness_tui.sources.kit import near_incident
from readiness_tui.sources.kit.peek import FileKind, Peek, peek

#: Keys of the object or of the first record → what it is, and what would fit.
_BY_KEYS: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(keys.split()), said)
    for keys, said in (
        (
            "readiness_share kind content",
            "a file of `readiness share`: a bundle is opened with `readiness share take`, an answer is brought in with"
            " `readiness share in`",
        ),
        ("prompts providers tests", "a promptfoo configuration, not its results: promptfoo eval -o results.json"),
        ("prompts providers", "a promptfoo configuration, not its results: promptfoo eval -o results.json"),
        ("resourceMetrics", "OTLP metrics: export traces (and logs) instead"),
        ("resource_metrics", "OTLP metrics: export traces (and logs) instead"),
        ("name samples metrics config dataset_path", "a task of lm-evaluation-harness: import its samples_*.jsonl"),
        ("user_input response retrieved_contexts", "a Ragas dataset without scores: save what evaluate() returns"),
        ("question answer contexts", "a Ragas dataset without scores: save what evaluate() returns (to_pandas)"),
        (
            "custom_id response",
            "an answer of OpenAI's batch interface: it has no scores; say what its columns mean in a mapping",
        ),
        ("messages", "fine-tuning or chat messages without an id or a score: say what its columns mean in a mapping"),
        ("nbformat cells", "a notebook: save the results it shows as JSON lines"),
        ("openapi paths", "a description of an interface, not what it returned"),
        ("log version entries", "a browser's record of requests (HAR)"),
        ("traceEvents", "a profile of a program (Chrome trace events): export OpenTelemetry traces instead"),
        ("project_name runs_count", "a list of projects: export the runs in one of them"),
        ("dataset_id inputs outputs", "examples of a LangSmith dataset: as an eval set they need a question each"),
        ("experiment_id name artifact_location", "MLflow's list of experiments: search the runs of one"),
        (
            "traceID rootServiceName",
            "the answer of a search in Tempo, which has no spans: fetch each trace (/api/traces/ID)",
        ),
        (
            "traceID rootTraceName",
            "the answer of a search in Tempo, which has no spans: fetch each trace (/api/traces/ID)",
        ),
        (
            "Id Duration Segments",
            "X-Ray's own segments: export the spans from CloudWatch's log group aws/spans instead",
        ),
        (
            "trace_id span_id ml_app",
            "Datadog's LLM Observability: send its spans as OTLP to `readiness collect`, or map them",
        ),
        (
            "experiment items downloaded_at",
            "an experiment of Opik: export the traces of its project (opik export), whose scores are read",
        ),
        ("startTime spend users models", "LiteLLM's spend by day: fetch the rows (/spend/logs?summarize=false)"),
        ("compilerOptions", "settings of a program, no results"),
        ("dependencies", "a list of packages, no results"),
        ("$schema properties", "a JSON schema, not data"),
    )
)
_OF_INCIDENTS = tuple((frozenset(keys.split()), said) for keys, said in near_incident.BY_KEYS)
_BY_START: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "a web page: reports are read as JSON or JUnit XML, so export one of those"),
    (b"<html", "a web page: reports are read as JSON or JUnit XML, so export one of those"),
    (b"ARROW1", "an Arrow (Feather) file: save it as Parquet or JSON lines"),
    (b"\x80\x04", "a Python pickle, which is never loaded because it can run code: save the data as JSON lines"),
    (b"\x80\x05", "a Python pickle, which is never loaded because it can run code: save the data as JSON lines"),
    (b"\x93NUMPY", "a NumPy array: save the table it came from as CSV or JSON lines"),
    (b"%PDF", "a PDF: import the data it was made from"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook: save the sheet as CSV (UTF-8)"),
)
#: What tracers print for people, by a part of it. Blanks are taken once and for all (`*+`), or a file of line ends takes days.
_PRINTED: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern), f"what {who} prints for people, not for programs: {instead}")
    for pattern, who, instead in (
        (
            rb"(?m)^[ \t]*+traceId: '[0-9a-f]{32}'|^\{\s+resource: \{",
            "OpenTelemetry's console exporter for JavaScript",
            "export with @opentelemetry/exporter-trace-otlp-http to `readiness collect`, or to a collector's file exporter",
        ),
        (
            rb"ResourceSpans #\d|\bTrace ID       :",
            "the OpenTelemetry collector's debug exporter",
            "add its file exporter (exporters: file: path: traces.jsonl) and import that file",
        ),
        (
            rb"LoggingSpanExporter - '|' : [0-9a-f]{32} [0-9a-f]{16} [A-Z]+ \[tracer:",
            "OpenTelemetry's logging exporter for Java",
            "set OTEL_TRACES_EXPORTER=experimental-otlp/stdout (or logging-otlp), and import what it writes",
        ),
        (
            rb"(?m)^Activity\.(?:TraceId|Id):",
            "OpenTelemetry's console exporter for .NET",
            "export with OTLP to `readiness collect`, or to a collector's file exporter",
        ),
        (
            rb"#<struct OpenTelemetry::SDK::Trace::SpanData",
            "OpenTelemetry's console exporter for Ruby",
            "export with OTLP to `readiness collect`, or to a collector's file exporter",
        ),
    )
)
#: Keys of promptfoo's tests, in YAML.
_YAML_TESTS = tuple(re.compile(rb"(?m)^ *(?:- )?" + key + rb":(?:\s|$)") for key in (b"vars", b"assert"))
#: Parts of a zip archive's first member names.
_BY_MEMBER: tuple[tuple[bytes, str], ...] = (
    (b"xl/", "an Excel workbook: save the sheet as CSV (UTF-8)"),
    (b"[Content_Types].xml", "an Office document: save a table as CSV (UTF-8)"),
    (b"word/", "a Word document: save the text as Markdown"),
)
#: Tables of other tools' own databases, whose CREATE statements stand in the first pages.
_BY_TABLE: tuple[tuple[bytes, str], ...] = (
    (b"evals_to_prompts", "promptfoo's own database: promptfoo export eval <id> -o results.json"),
    (b"span_annotations", "Phoenix's own database: export the spans (client.spans.get_spans_dataframe)"),
    (b"alembic_version", "a database that is not MLflow's (it has no runs): export the data as JSON lines"),
)


#: Where SQLite keeps which program a file is of, and ours ("RTI1"; `store/schema.py` writes it).
_APPLICATION, _OURS = slice(68, 72), b"RTI1"


def nearest(head: bytes) -> str:
    """A sentence "It looks like …"; "" where nothing is near. Never raises."""
    return f" It looks like {said}." if (said := _looks_like(head)) else ""


def _looks_like(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for begin, said in _BY_START:
        if start[: len(begin)].lower() == begin.lower():
            return said
    if head.startswith(b"PK\x03\x04"):
        return next((said for part, said in _BY_MEMBER if part in head), "")
    if head.startswith(b"SQLite format 3\x00"):
        if head[_APPLICATION] == _OURS:
            return (
                "a whole file of readiness-tui: --db opens it. It is not merged into another; votes that somebody gave apart"
                " come in with `readiness share` (out, take, back, in)"
            )
        return next((said for part, said in _BY_TABLE if part in head), "")
    for pattern, said in _PRINTED:
        if pattern.search(head):
            return said
    look = peek(head)
    if look.kind in (FileKind.TEXT, FileKind.TABLE) and all(key.search(head) for key in _YAML_TESTS):
        return "promptfoo's tests in YAML, not their results: save them as JSON, or as CSV with a column __expected"
    if look.kind in (FileKind.EMPTY, FileKind.BINARY):
        return ""
    known = _keys(look)
    rows = _BY_KEYS if look.kind is FileKind.TABLE else (*_BY_KEYS, *_OF_INCIDENTS)  # a column may count incidents
    if look.kind is not FileKind.TEXT and (near := [(len(keys), said) for keys, said in rows if keys <= known]):
        return max(near, key=lambda pair: pair[0])[1]
    if look.kind is FileKind.TABLE and (said := near_incident.near_table(look.keys)):
        return said
    if look.kind in (FileKind.TABLE, FileKind.TEXT):  # a text of which each line has a comma passes for a table
        return near_incident.near_text(start.decode("utf-8", "replace"))
    return ""


def _keys(look: Peek) -> frozenset[str]:
    """The file's keys, those of the records in the object's only list, and "key.key" of objects in it."""
    lists = {path.partition(".[]")[0] for path in look.outline if ".[]" in path and path.count(".") <= 2}
    below = look.below(next(iter(lists))) if len(lists) == 1 and look.kind is FileKind.OBJECT else frozenset[str]()
    paths = (path.removeprefix("[].") for path in look.outline)
    within = frozenset(path for path in paths if path.count(".") == 1 and "[]" not in path)
    return look.keys | below | within
