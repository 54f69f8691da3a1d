"""What wrote version-9.sql.gz and version-9.json: a file of the version that read every recorded request anew, by that
version's own services, and what it said of it.

Kept to show what is in them. It ran with the sources of d90546f: `PYTHONPATH=src python make_version_9.py FOLDER`.
"""

import gzip
import json
import random
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from readiness_tui.domain.checklists.model import Depth
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.importing import imports
from readiness_tui.services.review import reviews

DAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
AS_OF = "2026-11-20"
GATE = """name: gate
metrics:
  - {metric: latency_p95_ms, threshold: '<= 2400', from: traces, window: 7 days}
  - {metric: latency_p50_ms, threshold: '<= 2000', from: traces}
  - {metric: cost_per_success, threshold: '<= 0.5', from: traces}
  - {metric: error_rate, threshold: '<= 0.2', from: traces}
  - {metric: tool_retry_rate, threshold: '<= 0.5', from: traces}
  - {metric: tokens_per_request, threshold: '<= 3000', from: traces}
  - {metric: faithfulness, threshold: '>= 0.5', from: traces}
"""
DECLARED = {
    "allowed_tools": "order_lookup",
    "sampling_rate": "50%",
    "timeout_policy": "2",
    "retry_policy": "3",
    "step_cap": "4",
    "quota": "5 requests per minute",
    "user_cap": "0.5 USD",
}
KEY = "AKIA" + "ABCDEFGHIJKLMNOP"


def record(chance: random.Random, number: int, batch: int) -> dict:
    """One of the app's records: ids overlap between batches, contents repeat, and much is missing here and there."""
    at = DAY - timedelta(hours=chance.randrange(-30, 24 * 12), seconds=chance.randrange(3600))
    calm = chance.random() < 0.2  # the same few contents
    found = {
        "trace_id": f"t{chance.randrange(160) if batch else number}",
        "started_at": None if chance.random() < 0.05 else at.isoformat(),
        "prompt_version": chance.choice(["rag-v2", "rag-v3", "latest", None]),
        "model": chance.choice(["birch-2-2026-08-01", "birch-2-2026-08-01", "gpt-4", None]),
        "app_version": chance.choice(["1.4.2", "1.4.3"]),
        "index_version": "kb-2026-11-02",
        "question": "How do refunds work?" if calm else f"question {chance.randrange(90)}",
        "answer": "Within five days." if calm else chance.choice([f"answer {chance.randrange(90)}", "", None]),
        "latency_ms": 900 if calm else chance.choice([chance.randrange(100, 4000), chance.random() * 4000, None]),
        "cost": 0.25 if calm else chance.choice([chance.random(), None]),
        "tokens_in": 900 if calm else chance.choice([chance.randrange(200, 4000), None]),
        "tokens_out": 60,
        "status": chance.choice(["success", "success", "success", "error", "abstain", "odd"]),
        "user_id": None if chance.random() < 0.1 else f"u{chance.randrange(30)}",
        "session_id": f"s{number // 3}",
        "retrieved_chunks": None if chance.random() < 0.2 else [
            {"id": f"kb-{chance.randrange(9)}", "source": "kb", "rank": at, "score": chance.random()}
            for at in range(1, chance.randrange(1, 4))
        ],
        "tool_calls": chance.choice([
            None,
            [],
            [{"name": "order_lookup", "arguments": {"order": chance.randrange(50)}, "result": "ok"}],
            [{"name": "refund_create", "arguments": {"a": 1}, "error": "timeout"}, {"name": "refund_create", "arguments": {"a": 1}, "result": "done"}],
            [{"name": "refund_create"}],
        ]),
    }  # fmt: skip
    if found["status"] == "error" and chance.random() < 0.8:
        found["error"] = chance.choice(["timeout: no answer", "429: too many requests", "Quota"])
    if chance.random() < 0.3:
        found["faithfulness"] = round(chance.random(), 2)
    if chance.random() < 0.1:
        found["environment"] = "evaluation"
    if chance.random() < 0.05:
        found["question"] += f" my key is {KEY}, mail ana@example.com"
    if chance.random() < 0.1:
        found["feedback"] = chance.choice(["thumbs up", "thumbs down"])
    if chance.random() < 0.2:
        found["cached"] = True
    return {name: value for name, value in found.items() if value is not None}


def steps(chance: random.Random, number: int) -> dict:
    """A request as spans (OTLP JSON): a guard, a retrieval, one or two model calls, a tool."""
    start = int((DAY - timedelta(minutes=37 * number)).timestamp() * 1e9)
    trace_id, root = f"{number:032x}", f"{number:014x}00"

    def span(at: int, name: str, **attributes: object) -> dict:
        values = [
            {
                "key": key.replace("__", "."),
                "value": {"intValue": str(value)}
                if isinstance(value, int) and not isinstance(value, bool)
                else {"boolValue": value}
                if isinstance(value, bool)
                else {"stringValue": str(value)},
            }
            for key, value in attributes.items()
        ]
        return {
            "traceId": trace_id,
            "spanId": f"{number:014x}{at:02x}",
            **({"parentSpanId": root if chance.random() < 0.95 else "ff" * 8} if at else {}),
            "name": name,
            "startTimeUnixNano": str(start + at * 10_000_000),
            "endTimeUnixNano": str(start + at * 10_000_000 + chance.randrange(5, 900) * 1_000_000),
            "attributes": values,
            "status": {"code": 2, "message": "boom"} if at and chance.random() < 0.1 else {},
        }

    made = [
        span(0, "invoke_agent support", gen_ai__operation__name="invoke_agent"),
        span(1, "guard", openinference__span__kind="GUARDRAIL", rule_id="pii", rule_version="2", blocked=chance.random() < 0.3),
        span(2, "chat birch", gen_ai__operation__name="chat", gen_ai__request__model="birch-2", gen_ai__usage__input_tokens=chance.randrange(900), gen_ai__usage__output_tokens=40),
        span(3, "execute_tool refund", gen_ai__operation__name="execute_tool", gen_ai__tool__name="refund_create", approval_id=f"a{chance.randrange(40)}"),
    ]  # fmt: skip
    if chance.random() < 0.5:
        made.append(span(4, "chat birch", gen_ai__operation__name="chat", gen_ai__request__model="birch-2"))
    return {
        "resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {"name": "app"}, "spans": made}]}]
    }


def lines(path: Path, records: list[dict]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in records))
    return path


def main(folder: Path) -> Path:
    path = folder / "version-9.db"
    path.unlink(missing_ok=True)
    chance = random.Random(9)
    clock = [DAY]
    desk = open_desk(path, "ana", create=True, clock=lambda: clock[0])
    reviews.new_review(
        desk,
        system="Support bot",
        release="2026.11",
        held_on=date(2026, 11, 20),
        owner="ana",
        depth=Depth.FULL,
        checklists=["evaluation", "observability", "reliability", "safety", "deployment"],
        as_of=date(2026, 11, 20),
    )
    for name, value in DECLARED.items():
        reviews.declare(desk, name, value)
    (folder / "gate.yaml").write_text(GATE)
    imports.import_path(desk, folder / "gate.yaml")
    for batch in range(4):
        clock[0] += timedelta(hours=1)
        given = [record(chance, number, batch) for number in range(150 - 30 * batch)]
        imports.import_path(desk, lines(folder / f"batch-{batch}.jsonl", given))
    imports.import_path(desk, lines(folder / "spans.jsonl", [steps(chance, number) for number in range(40)]))
    head = {"run": {"id": "run-a", "name": "run-a", "prompt_version": "rag-v3", "started_at": "2026-11-20T08:00:00Z"}}
    cases = [{"case_id": f"c{at}", "question": f"question {at}", "output": "yes", "status": "pass"} for at in range(12)]
    imports.import_path(desk, lines(folder / "run-a.cases.jsonl", [head, *cases]), role="candidate")
    desk.close()
    return path


def said(path: Path) -> dict[str, object]:
    """What commands print of it, and how they end."""
    found: dict[str, object] = {}
    for words in (("check", "--json"), ("scorecard",), ("scorecard", "--format", "json"), ("gaps",), ("gate", "check")):
        command = [
            sys.executable,
            "-c",
            "from readiness_tui.cli import main; main()",
            "--db",
            str(path),
            "--who",
            "ana",
            *words,
        ]
        if words[0] != "gaps":
            command += ["--as-of", AS_OF]
        done = subprocess.run(command, capture_output=True, text=True)
        found[" ".join(words)] = {"out": done.stdout, "exit": done.returncode, "err": done.stderr}
    return found


if __name__ == "__main__":
    where = Path(sys.argv[1])
    made = main(where)
    conn = sqlite3.connect(made)
    head = [
        f"PRAGMA {name} = {conn.execute(f'PRAGMA {name}').fetchone()[0]};"
        for name in ("application_id", "user_version")
    ]
    text = "\n".join(
        [
            *head,
            *(
                line
                for line in conn.iterdump()
                if "sqlite_sequence" not in line or line.startswith(("INSERT", "DELETE"))
            ),
        ]
    )
    conn.close()
    (where / "version-9.sql.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    (where / "version-9.json.gz").write_bytes(gzip.compress(json.dumps(said(made)).encode(), 9, mtime=0))
