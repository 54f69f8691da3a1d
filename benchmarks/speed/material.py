"""Seeded files to measure on: recorded requests in our own format and as OTLP, and an eval run of many cases."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

_WORDS = """refund policy account charge ticket login reset password invoice order please find within business days card
payment method international transfer limit support agent delivery address change cancel subscription""".split()  # noqa: SIM905
_BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
_TOOLS = ("order_lookup", "refund_create", "ticket_open")
_MODELS = ("birch-2-2026-08-01", "oak-1-2026-05-02")


def trace_records(n: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """`n` requests of a support bot, about 690 bytes each as JSON: one in a hundred fails, one in five thousand logs an
    e-mail address, a third call a tool, three requests make a session."""
    dice, at = random.Random(seed), _BEGAN
    for number in range(n):
        at += timedelta(milliseconds=int(dice.expovariate(1 / 2000)))
        failed = dice.random() < 0.01
        question = _said(dice, 10)
        if number % 5000 == 4999:
            question += f" write to user{number}@example.com"
        yield {
            "trace_id": f"{dice.getrandbits(128):032x}",
            "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "prompt_version": "rag-v4" if number > n // 2 else "rag-v3",
            "model": dice.choice(_MODELS),
            "index_version": "docs-2026-11",
            "question": question,
            "answer": "" if failed else _said(dice, 18),
            "retrieved_chunks": [{"chunk_id": f"kb-{dice.randrange(900)}"} for _ in range(3)],
            "tool_calls": (
                [{"name": dice.choice(_TOOLS), "args": {"order": dice.randrange(10**6)}, "result": "found"}]
                if dice.random() < 0.33
                else []
            ),
            "latency_ms": round(dice.lognormvariate(7, 0.5), 1),
            "tokens_in": dice.randrange(400, 1200),
            "tokens_out": dice.randrange(40, 300),
            "cost_usd": round(dice.random() / 100, 6),
            "user_id": f"u{dice.randrange(max(n // 50, 1))}",
            "session_id": f"s{number // 3}",
            "status": "error" if failed else "success",
            **({"error": "timeout: the model did not answer"} if failed else {}),
        }


def _said(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(_WORDS, k=words))


def write_records(path: Path, n: int) -> Path:
    """Our own trace records as JSON lines; kept where the file is there already."""
    return _lines(path, (json.dumps(record) for record in trace_records(n)))


def write_otlp(path: Path, n: int) -> Path:
    """The same requests as OTLP in JSON, one export of a request's spans a line: the request, its model call, its tools."""
    return _lines(path, (json.dumps(_export(record)) for record in trace_records(n)))


def write_cases(path: Path, n: int) -> Path:
    """An eval run of `n` cases in our own format: the run's line, then a case a line; four in five pass."""
    return _lines(path, (json.dumps(record) for record in _case_records(n)))


def _case_records(n: int, seed: int = 11) -> Iterator[dict[str, Any]]:
    dice = random.Random(seed)
    began, ended = (f"2026-11-23T{hour}:00:00.000Z" for hour in ("11", "13"))
    yield {
        "run": {"id": f"run of {n}", "name": "rag-v4", "prompt_version": "rag-v4", "model": _MODELS[0],
                "judge": "birch-judge-1-2026-06-30", "started_at": began, "finished_at": ended}
    }  # fmt: skip
    for number in range(n):
        yield {
            "case_id": f"case-{number:07}",
            "question": _said(dice, 10),
            "output": _said(dice, 18),
            "status": "pass" if dice.random() < 0.8 else "fail",
            "scores": {"faithfulness": round(dice.random(), 2), "citation_accuracy": dice.randrange(2)},
            "latency_ms": round(dice.lognormvariate(7, 0.5), 1),
            "cost": round(dice.random() / 100, 6),
            "tokens_in": dice.randrange(400, 1200),
            "tokens_out": dice.randrange(40, 300),
        }


def _lines(path: Path, lines: Iterator[str]) -> Path:
    if not path.exists():
        half = path.with_suffix(".part")
        with half.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        half.rename(path)
    return path


def _export(record: dict[str, Any]) -> dict[str, Any]:
    start = int(datetime.fromisoformat(record["timestamp"]).timestamp() * 1000) * 10**6
    end = start + int(record["latency_ms"] * 10**6)
    trace = record["trace_id"]
    root = {
        "name": "POST /ask",
        "kind": 2,
        "attributes": _attributes(
            {
                "session.id": record["session_id"],
                "user.id": record["user_id"],
                "input.value": record["question"],
                "output.value": record["answer"],
                "prompt.version": record["prompt_version"],
            }
        ),
        "status": {"code": 2, "message": record["error"]} if "error" in record else {"code": 1},
    }
    call = {
        "name": f"chat {record['model']}",
        "kind": 3,
        "attributes": _attributes(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": record["model"],
                "gen_ai.usage.input_tokens": record["tokens_in"],
                "gen_ai.usage.output_tokens": record["tokens_out"],
            }
        ),
        "status": {},
    }
    tools = [
        {
            "name": f"execute_tool {tool['name']}",
            "kind": 1,
            "attributes": _attributes(
                {
                    "gen_ai.operation.name": "execute_tool",
                    "gen_ai.tool.name": tool["name"],
                    "gen_ai.tool.call.arguments": json.dumps(tool["args"]),
                    "gen_ai.tool.call.result": tool["result"],
                }
            ),
            "status": {},
        }
        for tool in record["tool_calls"]
    ]
    spans = [root, call, *tools]
    for number, span in enumerate(spans):
        span |= {
            "traceId": trace,
            "spanId": f"{trace[:14]}{number:02x}",
            "startTimeUnixNano": str(start + number * 10**6),
            "endTimeUnixNano": str(end - number * 10**6 if end - start > 10**8 else end),
        }
        if number:
            span["parentSpanId"] = f"{trace[:14]}00"
    resource = {"attributes": _attributes({"service.name": "support-bot", "service.version": "1.4.2"})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "bot"}, "spans": spans}]}]}


def _attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for key, value in values.items()
    ]
