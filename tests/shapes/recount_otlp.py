"""Recounts of spans from OpenTelemetry, whatever wraps them: (trace, id, parent, ms, failed, attributes) from the raw file,
then the figures of the traces. A request failed if its root did; any other that has ended succeeded."""

from __future__ import annotations

import ast
import base64
import csv
import json
from datetime import datetime

NONE = ("", None, "0" * 16, 0)


def counted(spans, **more):
    """Figures of spans as they are: tools by attribute or OpenInference's kind, tokens by either convention."""
    roots = [span for span in spans if span[2] in NONE]
    tools = [(s, name) for s in spans if (name := s[5].get("gen_ai.tool.name") or s[5].get("tool.name"))]
    of = {span[0] for span in spans}
    # a model that answered without its words in the log may have asked for a tool
    chats = [s for s in spans if "gen_ai.request.model" in s[5] or s[5].get("openinference.span.kind") == "LLM"]
    silent = {s[0] for s in chats if not s[4] and not any(key.startswith(("output", "llm.output")) for key in s[5])}
    return {
        "traces": len(of),
        "success": sum(not span[4] for span in roots),
        "errors": sum(span[4] for span in roots),
        "latency ms": float(sum(span[3] for span in roots)),
        "calls": len(tools),
        "tools": [name for _, name in tools],
        "arguments": [s[5].get("gen_ai.tool.call.arguments", s[5].get("input.value")) for s, _ in tools],
        "tokens in": float(sum(number(s, "gen_ai.usage.input_tokens", "llm.token_count.prompt") for s in spans)),
        "tokens out": float(sum(number(s, "gen_ai.usage.output_tokens", "llm.token_count.completion") for s in spans)),
        "questions": [
            next((s[5].get("input.value") for s in roots if s[0] == trace), None)
            for trace in dict.fromkeys(s[0] for s in spans)
        ],
        "calls unknown": len(silent - {s[0] for s, _ in tools}),
        "rejects": 0,
        **more,
    }


def number(span, *names):
    return next((float(span[5][name]) for name in names if span[5].get(name) not in ("", None)), 0.0)


def load(path):
    return json.loads(path.read_text())


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def table(path):
    return list(csv.DictReader(path.open(newline="")))


def time(text):
    return datetime.fromisoformat(text).timestamp() * 1000


# OTLP


def bare(value):
    if not isinstance(value, dict):
        return value
    return next((part for part in value.values() if part is not None), None)


def otlp(span, decode=lambda value: value):
    get = lambda camel, snake: span.get(camel, span.get(snake))  # noqa: E731
    listed = span.get("attributes") or []
    held = listed if isinstance(listed, dict) else {part["key"]: bare(part["value"]) for part in listed}
    start, end = get("startTimeUnixNano", "start_time_unix_nano"), get("endTimeUnixNano", "end_time_unix_nano")
    ids = [get("traceId", "trace_id"), get("spanId", "span_id"), get("parentSpanId", "parent_span_id")]
    trace, ident, parent = (decode(one) if one else None for one in ids)
    failed = span["status"].get("code") in (2, "STATUS_CODE_ERROR")
    return trace, ident, parent, (int(end) - int(start)) / 1e6, failed, held


def inside(value, found):
    """Every span anywhere in a document."""
    if isinstance(value, dict):
        if "startTimeUnixNano" in value or "start_time_unix_nano" in value:
            found.append(value)
        for part in value.values():
            inside(json.loads(part) if isinstance(part, str) and part.startswith('{"resourceSpans"') else part, found)
    for part in value if isinstance(value, list) else ():
        inside(part, found)
    return found


def whole(path, **more):
    return counted([otlp(span) for span in inside(load(path), [])], **more)


def each_line(path, **more):
    return counted([otlp(span) for span in inside(lines(path), [])], **more)


unset_status = snake_case = resource_spans_a_line = broker_messages = each_line
tempo_batches = tempo_v2 = list_of_batches = traces_list = library_spans = phoenix_otlpv1 = whole


def protobuf_json(path):
    return counted([otlp(span, lambda text: base64.b64decode(text).hex()) for span in inside(lines(path), [])])


def attributes_as_object(path):
    return counted([otlp(span, str.lower) for span in inside(lines(path), [])])


def one_bad_span(path):
    spans = inside(lines(path), [])
    good = [s for s in spans if all(isinstance(a["value"].get("stringValue", ""), str) for a in s["attributes"])]
    once = [otlp(span) for span in {span["spanId"]: span for span in good}.values()]
    lost = {span["traceId"] for span in spans if span not in good}
    kept = counted([span for span in once if span[0] not in lost])
    both = counted(once, rejects=len(spans) - len(good), **{"calls unknown": len(lost)})
    return {**both, "tokens in": kept["tokens in"], "tokens out": kept["tokens out"]}


# Console exporters


def console(rows):
    ids = lambda row: (row["context"]["trace_id"], row["context"]["span_id"], row["parent_id"])  # noqa: E731
    return counted(
        [
            (
                *ids(row),
                time(row["end_time"]) - time(row["start_time"]),
                row["status"]["status_code"] == "ERROR",
                row["attributes"],
            )
            for row in rows
        ]
    )


def console_documents(path):
    return console(json.loads("[" + path.read_text().replace("\n}\n{", "\n},\n{") + "]"))


def console_lines(path):
    return console(lines(path))


def console_list(path):
    return console(load(path))


def go(rows):
    return counted(
        [
            (
                row["SpanContext"]["TraceID"], row["SpanContext"]["SpanID"], row["Parent"]["SpanID"],
                time(row["EndTime"]) - time(row["StartTime"]), row["Status"]["Code"] == "Error",
                {part["Key"]: part["Value"]["Value"] for part in row["Attributes"]},
            )
            for row in rows
        ]
    )  # fmt: skip


def go_pretty(path):
    return go(json.loads("[" + path.read_text().replace("\n}\n{", "\n},\n{") + "]"))


def go_lines(path):
    return go(lines(path))


# Phoenix and Arize


def documents(value):
    listed = ast.literal_eval(value) if isinstance(value, str) else value
    return len(listed) if listed is not None and listed != "" else 0


def frame(rows, **more):
    spans, chunks = [], 0
    for row in rows:
        held = {key.removeprefix("attributes."): value for key, value in row.items() if value not in ("", None)}
        start, end = row["start_time"], row["end_time"]
        took = (
            end - start
            if isinstance(start, int)
            else float(end) - float(start)
            if start.isdigit()
            else time(end) - time(start)
        )
        ids = row["context.trace_id"], row["context.span_id"], row["parent_id"]
        spans.append((*ids, took, row["status_code"] == "ERROR", held))
        chunks += documents(row.get("attributes.retrieval.documents") or [])
    return counted(spans, chunks=chunks, **more)


def phoenix_frame_lines(path):
    return frame(lines(path))


def phoenix_frame_csv(path):
    return frame(table(path))


def phoenix_frame_json(path):
    return frame(load(path))


def phoenix_frame_parquet(path):
    """The same frame as the CSV beside it, which needs no library."""
    return frame(table(path.with_suffix(".csv")))


def phoenix_by_columns(path):
    columns = load(path)
    return frame(
        [
            {"context.span_id": label, **{name: cells[label] for name, cells in columns.items()}}
            for label in columns["name"]
        ]
    )


def phoenix_by_index(path):
    return frame([{"context.span_id": label, **row} for label, row in load(path).items()])


def arize_export(path):
    rows = table(path)
    scores = [float(row["eval.helpful.score"]) for row in rows if row["eval.helpful.score"]]
    return frame(rows, **{"n helpful": len(scores), "mean helpful": sum(scores) / len(scores)})


def phoenix_annotations(path):
    scores = [float(row["result.score"]) for row in table(path / "annotations.csv")]
    return frame(
        table(path / "spans.csv"), **{"n faithfulness": len(scores), "mean faithfulness": sum(scores) / len(scores)}
    )


def phoenix_rest(path):
    spans = [
        (row["context"]["trace_id"], row["context"]["span_id"], row["parent_id"], time(row["end_time"]) - time(row["start_time"]),
         row["status_code"] == "ERROR", row["attributes"])
        for row in load(path)["data"]
    ]  # fmt: skip
    return counted(spans, chunks=sum(key.endswith(".document.id") for span in spans for key in span[5]))


def levels(value, prefix=""):
    return {
        k: v
        for key, part in value.items()
        for k, v in (levels(part, f"{prefix}{key}.") if isinstance(part, dict) else {f"{prefix}{key}": part}).items()
    }


def phoenix_graphql(path):
    nodes = [edge["node"] for edge in load(path)["data"]["node"]["spans"]["edges"]]
    given = [note["score"] for node in nodes for note in node["spanAnnotations"]]
    return counted(
        [
            (node["context"]["traceId"], node["context"]["spanId"], node["parentId"], time(node["endTime"]) - time(node["startTime"]),
             node["statusCode"] == "ERROR", levels(json.loads(node["attributes"])))
            for node in nodes
        ],
        **{"n correct": len(given), "mean correct": sum(given) / len(given)},
    )  # fmt: skip


# Jaeger, Zipkin


def jaeger(spans, ms=1e-3, **more):
    found = []
    for span in spans:
        tags = {tag["key"]: tag["value"] for tag in span["tags"]} | {
            k.replace("@", "."): v for k, v in span.get("tag", {}).items()
        }
        parent = span["references"][0]["spanID"] if span["references"] else None
        found.append(
            (span["traceID"], span["spanID"], parent, span["duration"] * ms, tags.get("error") in (True, "true"), tags)
        )
    return counted(found, **more)


def jaeger_api(path):
    return jaeger([span for trace in load(path)["data"] for span in trace["spans"]])


def jaeger_elasticsearch(path):
    return jaeger([row["_source"] for row in lines(path)])


def jaeger_milliseconds(path):
    """A start in ms beside a duration that the format has in µs: no figure can be trusted."""
    return jaeger(lines(path), **{"latency ms": None, "success": 1, "errors": 1})


def jaeger_messages(path):
    found = []
    for span in lines(path):
        tags = {tag["key"]: tag.get("vStr", tag.get("vInt64", tag.get("vBool"))) for tag in span["tags"]}
        parent = span["references"][0]["spanId"] if span["references"] else None
        ids = span["traceId"], span["spanId"], parent
        found.append((*ids, float(span["duration"].removesuffix("s")) * 1000, tags.get("error") is True, tags))
    return counted(found)


def zipkin(spans):
    return counted(
        [
            (
                span["traceId"],
                span["id"],
                span.get("parentId"),
                span["duration"] / 1000,
                "error" in span["tags"],
                span["tags"],
            )
            for span in spans
        ]
    )


def zipkin_list(path):
    return zipkin(load(path))


def zipkin_shared(path):
    return zipkin([span for trace in load(path) for span in trace])


# CloudWatch, Logfire


def cloudwatch(spans):
    return counted(
        [
            (span["traceId"], span["spanId"], span.get("parentSpanId"), span["durationNano"] / 1e6,
             span["status"]["code"] == "ERROR", span["attributes"])
            for span in spans
        ]
    )  # fmt: skip


def cloudwatch_lines(path):
    return cloudwatch(lines(path))


def cloudwatch_insights(path):
    return cloudwatch([json.loads(row["@message"]) for row in table(path)])


def cloudwatch_results(path):
    return cloudwatch(
        [json.loads(field["value"]) for row in load(path)["results"] for field in row if field["field"] == "@message"]
    )


def cloudwatch_events(path):
    return cloudwatch([json.loads(event["message"]) for event in load(path)["events"]])


def cloudwatch_copied(path):
    return cloudwatch([row["@message"] for row in load(path)])


def logfire(rows, **more):
    return counted(
        [
            (row["trace_id"], row["span_id"], row["parent_span_id"], time(row["end_timestamp"]) - time(row["start_timestamp"]),
             row["otel_status_code"] == "ERROR",
             json.loads(row["attributes"]) if isinstance(row["attributes"], str) else row["attributes"])
            for row in rows
        ],
        **more,
    )  # fmt: skip


def logfire_all(path):
    """Pending spans repeat the spans that ended; one request has none that did. A log message is no request."""
    rows = lines(path)
    ended = [row for row in rows if row["kind"] == "span"]
    open_ = [
        r for r in rows if r["kind"] == "pending_span" and r["parent_span_id"] not in {row["span_id"] for row in ended}
    ]
    made = logfire(ended)
    asked = [row["attributes"].get("input.value") for row in open_]
    return {
        **made,
        "traces": made["traces"] + len(open_),
        "questions": made["questions"] + asked,
        "calls unknown": len(open_),
    }


def logfire_columns(path):
    columns = load(path)["columns"]
    names = [column["name"] for column in columns]
    return logfire(
        [dict(zip(names, row, strict=True)) for row in zip(*(column["values"] for column in columns), strict=True)]
    )


def logfire_rows(path):
    return logfire(load(path)["rows"])


def logfire_csv(path):
    return logfire(table(path))


def logfire_milliseconds(path):
    return logfire(lines(path))


# Other stores


def clickhouse(rows):
    return counted(
        [
            (row["TraceId"], row["SpanId"], row["ParentSpanId"], int(row["Duration"]) / 1e6, "Error" in row["StatusCode"] or "ERROR" in row["StatusCode"],
             ast.literal_eval(row["SpanAttributes"]) if isinstance(row["SpanAttributes"], str) else row["SpanAttributes"])
            for row in rows
        ]
    )  # fmt: skip


def clickhouse_json(path):
    return clickhouse(lines(path))


def clickhouse_csv(path):
    return clickhouse(table(path))


def signoz_v3(path):
    return counted(
        [
            (row["trace_id"], row["span_id"], row["parent_span_id"], row["duration_nano"] / 1e6, row["has_error"],
             row["attributes_string"] | row["attributes_number"])
            for row in lines(path)
        ]
    )  # fmt: skip


def honeycomb_csv(path):
    return counted(
        [
            (row["trace.trace_id"], row["trace.span_id"], row["trace.parent_id"], float(row["duration_ms"]), row["error"] == "true",
             {key: value for key, value in row.items() if value})
            for row in table(path)
        ]
    )  # fmt: skip


def datadog(spans):
    return counted(
        [
            (
                span["trace_id"],
                span["span_id"],
                span["parent_id"],
                span["duration"] / 1e6,
                span["error"] == 1,
                span["meta"] | span["metrics"],
            )
            for span in spans
        ]
    )


def datadog_agent(path):
    return datadog([span for trace in load(path) for span in trace])


def datadog_spans(path):
    return datadog(lines(path))


def datadog_api(path):
    spans = [row["attributes"] for row in load(path)["data"]]
    return counted(
        [
            (
                span["trace_id"],
                span["span_id"],
                span["parent_id"].strip("0"),
                span["custom"]["duration"] / 1e6,
                span["status"] == "error",
                span["custom"],
            )
            for span in spans
        ]
    )


def azure(rows, **more):
    made = []
    for row in rows:
        parent = None if row["ParentId"] == row["OperationId"] else row["ParentId"]
        ok = str(row["Success"]) == "True"
        made.append(
            (row["OperationId"], row["Id"], parent, float(row["DurationMs"]), not ok, json.loads(row["Properties"]))
        )
    return counted(made, **more)


def azure_tables(path):
    (found,) = load(path)["tables"]
    names = [column["name"] for column in found["columns"]]
    return azure([dict(zip(names, row, strict=True)) for row in found["rows"]])


def azure_csv(path):
    return azure(table(path))


def azure_dependencies(path):
    """No root: nobody can tell how long a request took, how it ended, and whether a call is missing where none is seen."""
    made = azure(table(path))
    return {**made, "latency ms": None, "success": 0, "errors": 0, "calls unknown": 1, "questions": [None, None]}


def grafana(rows):
    tags = lambda row: json.loads(row["tags"]) if isinstance(row["tags"], str) else row["tags"]  # noqa: E731
    return counted(
        [
            (row["traceID"], row["spanID"], row["parentSpanID"], float(row["duration"]), str(row["statusCode"]) == "2",
             {tag["key"]: tag["value"] for tag in tags(row)})
            for row in rows
        ]
    )  # fmt: skip


def grafana_json(path):
    return grafana(load(path))


def grafana_csv(path):
    return grafana(table(path))
