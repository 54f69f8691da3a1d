"""The least that each job can cost, as processes of their own: `python floors.py JOB FILE …`.

What only prepares is left out of the figure: each prints {"cpu": s, "wall": s} of the part that counts.
"""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def told() -> Iterator[None]:
    began, cpu = time.perf_counter(), time.process_time()
    yield
    used, took = time.process_time() - cpu, time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 10**6
    print(json.dumps({"cpu": used, "wall": took, "memory": memory}))


_COLUMNS = """trace_id timestamp prompt_version model index_version question answer retrieved_chunks tool_calls latency_ms
tokens_in tokens_out cost_usd status""".split()  # noqa: SIM905


def rows(source: str, target: str) -> None:
    """Read and split the lines, then `executemany` of ready tuples of 14 columns in one transaction."""
    Path(target).unlink(missing_ok=True)
    with Path(source).open("rb") as file:
        ready = [tuple(map(_cell, map(json.loads(line).get, _COLUMNS))) for line in file]
    conn = sqlite3.connect(target, isolation_level=None)
    conn.execute(f"CREATE TABLE trace(key INTEGER PRIMARY KEY, {', '.join(_COLUMNS)})")
    with told():
        lines = Path(source).read_bytes().split(b"\n")
        conn.execute("BEGIN IMMEDIATE")
        conn.executemany(f"INSERT INTO trace({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * 14)})", ready)
        conn.execute("COMMIT")
    assert len(lines) >= len(ready)


def _cell(value: object) -> object:
    return json.dumps(value) if isinstance(value, list) else value


def decoded(source: str) -> None:
    """Each line decoded by msgspec into dicts."""
    import msgspec

    decode = msgspec.json.Decoder().decode
    with told(), Path(source).open("rb") as file:
        for line in file:
            decode(line)


def arrays(source: str) -> None:
    """What the gate's metrics and the shares ask, by numpy on arrays that are at hand: sums of masks, sorts, quantiles."""
    import msgspec
    import numpy as np

    decode = msgspec.json.Decoder().decode
    kept = []
    with Path(source).open("rb") as file:
        for line in file:
            record = decode(line)
            kept.append((record["latency_ms"], record["cost_usd"], record["status"] == "success", record["tokens_in"]))
    latency, cost, won, tokens = (np.array(column) for column in zip(*kept, strict=True))
    kept.clear()
    features = (np.arange(len(latency)) % 4096).astype(np.int64)
    with told():
        for bit in range(20):
            ((features >> bit) & 1).sum()
        won.mean(), cost.sum() / won.sum(), cost.sum(), tokens.mean(), tokens.std()
        for share in (0.5, 0.95, 0.99):
            np.partition(latency, int(share * len(latency)))[int(share * len(latency))]


def utils(source: str, target: str) -> None:
    """sqlite-utils' own `insert_all`, in its batches."""
    import msgspec
    import sqlite_utils

    decode = msgspec.json.Decoder().decode
    Path(target).unlink(missing_ok=True)
    with told(), Path(source).open("rb") as file:
        table = sqlite_utils.Database(target).table("trace")
        table.insert_all(({**_flat(decode(line))} for line in file), pk="trace_id", batch_size=1000)


def _flat(record: dict[str, object]) -> dict[str, object]:
    return {"error": None, **record}


def duckdb(source: str, target: str) -> None:
    """DuckDB's own reader of JSON lines, into a table of a file."""
    import duckdb as engine

    Path(target).unlink(missing_ok=True)
    with told():
        conn = engine.connect(target, config={"threads": 2})
        conn.execute(f"CREATE TABLE trace AS SELECT * FROM read_json('{source}', format = 'newline_delimited')")
        conn.close()


def mlflow(source: str, target: str) -> None:
    """MLflow's own way of keeping requests: a trace a record, logged to a file store."""
    os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{target}"
    Path(target).unlink(missing_ok=True)
    import mlflow as tracking
    import msgspec

    decode = msgspec.json.Decoder().decode
    tracking.set_experiment("bot")
    with told(), Path(source).open("rb") as file:
        for line in file:
            record = decode(line)
            with tracking.start_span(name="ask") as span:
                span.set_inputs({"question": record["question"]})
                span.set_outputs({"answer": record["answer"]})
                span.set_attributes({"model": record["model"], "tokens_in": record["tokens_in"]})
        tracking.flush_trace_async_logging() if hasattr(tracking, "flush_trace_async_logging") else None


JOBS: dict[str, Callable[..., None]] = {job.__name__: job for job in (rows, decoded, arrays, utils, duckdb, mlflow)}

if __name__ == "__main__":
    JOBS[sys.argv[1]](*sys.argv[2:])
