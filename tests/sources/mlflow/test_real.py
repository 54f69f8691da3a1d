"""A real MLflow tracking server, pulled and compared with what its own client returns.

MLflow is installed apart from everything else, some 850 MB, so the test runs only when it is asked for:
`pytest -m installs`. With READINESS_MLFLOW_PYTHON, a Python that has MLflow already, nothing is installed.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.runs.model import Completeness, ScoreState
from readiness_tui.sources.mlflow.server import Server, fetch

pytestmark = pytest.mark.installs

QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}

#: An agent with a retriever, a failing tool and a failing judge, evaluated; then what MLflow's client says of it.
AGENT = """
import json, sys
import mlflow
from mlflow.genai.scorers import scorer

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("bot")

@mlflow.trace(span_type="RETRIEVER")
def retrieve(question):
    return [{"page_content": "text", "metadata": {"doc_uri": "kb-1", "chunk_id": "kb-1#0"}}]

@mlflow.trace(span_type="TOOL")
def lookup(order):
    if order == 2:
        raise TimeoutError("slow")
    return "shipped"

@mlflow.trace(span_type="AGENT")
def agent(question, order):
    retrieve(question)
    if order == 3:
        raise RuntimeError("down")
    try:
        lookup(order)
    except TimeoutError:
        lookup(order + 10)
    return {"answer": f"[kb-1] {question}"}

@scorer
def cited(outputs):
    return "[kb-1]" in outputs["answer"]

@scorer
def graded(outputs):
    if "why" in outputs["answer"]:
        raise ValueError("judge is down")
    return 0.5

data = [{"inputs": {"question": q, "order": n}, "tags": {"case_id": f"c{n}"}} for n, q in enumerate(["what", "why", "how", "who"])]
with mlflow.start_run(run_name="night") as run:
    mlflow.log_params({"prompt_version": "v1", "model": "m"})
    mlflow.log_metrics({"own": 0.25, "not_a_number": float("nan")})
    mlflow.genai.evaluate(data=data, predict_fn=agent, scorers=[cited, graded])
client = mlflow.MlflowClient()
found = client.get_run(run.info.run_id)
traces = mlflow.search_traces(return_type="list", locations=[found.info.experiment_id])
print("\\n" + json.dumps({
    "run": found.info.run_id, "started": found.info.start_time, "metrics": {k: repr(v) for k, v in found.data.metrics.items()},
    "traces": {t.info.trace_id: {
        "state": str(t.info.state.value), "ms": t.info.execution_duration, "tags": t.info.tags,
        "spans": sorted([s.span_id, s.parent_id, s.name, s.end_time_ns - s.start_time_ns] for s in t.data.spans),
        "said": {a.name: [a.value, a.error is not None] for a in t.info.assessments},
    } for t in traces},
}, default=str))
"""


@pytest.fixture(scope="module")
def mlflow_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    if ready := os.environ.get("READINESS_MLFLOW_PYTHON"):
        return ready
    venv = tmp_path_factory.mktemp("mlflow") / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    subprocess.run([venv / "bin" / "pip", "install", "--quiet", "mlflow>=3.17,<4"], check=True)
    return str(venv / "bin" / "python")


@pytest.fixture(scope="module")
def server(mlflow_python: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [mlflow_python, "-m", "mlflow", "server", "--backend-store-uri", f"sqlite:///{folder}/mlflow.db",
         "--default-artifact-root", folder / "artifacts", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
        env={**os.environ, **QUIET}, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        for _ in range(240):
            try:
                with urllib.request.urlopen(f"{url}/health", timeout=5):
                    break
            except (OSError, urllib.error.URLError):
                assert process.poll() is None, "the server ended by itself"
                time.sleep(0.5)
        yield url
    finally:
        os.killpg(process.pid, 15)
        process.wait(30)


@pytest.fixture(scope="module")
def theirs(mlflow_python: str, server: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    script = tmp_path_factory.mktemp("agent") / "agent.py"
    script.write_text(AGENT)
    told = subprocess.run(
        [mlflow_python, script, server], env={**os.environ, **QUIET}, capture_output=True, text=True, check=True
    )
    return json.loads(told.stdout.splitlines()[-1])


def test_what_is_pulled_is_what_its_own_client_returns(server: str, theirs: Any, tmp_path: Path, read: Any) -> None:
    path = tmp_path / "pulled.jsonl"
    pulled = fetch(Server(server), path)
    assert pulled is not None
    assert pulled.warnings == []
    ours = read(path)
    (run,) = ours.runs
    assert (run.id, run.version, run.completeness) == (theirs["run"], "v1/m", Completeness.COMPLETE)
    assert round(run.started_at.timestamp() * 1000) == theirs["started"]
    named = {name.removesuffix("/mean"): float(value) for name, value in theirs["metrics"].items()}
    assert {name: figure.value for name, figure in run.aggregates.items()} == {**named, "not_a_number": None}

    assert {trace.id for trace in ours.traces} == set(theirs["traces"])
    for trace in ours.traces:
        told = theirs["traces"][trace.id]
        assert trace.status == told["state"].lower()
        assert trace.latency_ms == pytest.approx(told["ms"], abs=1)
        spans = sorted([span.id, span.parent, span.name, round(span.duration_ms * 1e6)] for span in trace.spans)
        assert spans == told["spans"]

    by_case = {told["tags"]["case_id"]: told for told in theirs["traces"].values() if "case_id" in told["tags"]}
    assert set(ours.case) == set(by_case) == {"c0", "c1", "c2", "c3"}
    for ident, case in ours.case.items():
        for name, (value, failed) in by_case[ident]["said"].items():
            score = case.scores[name]
            assert (score.state is ScoreState.JUDGE_ERROR) == failed
            assert failed or score.value == float(value)
    retried = ours.case["c2"].tool_calls
    assert [(call.arguments, call.error) for call in retried] == [
        ('{"order":2}', "TimeoutError: slow"),
        ('{"order":12}', None),
    ]
    assert ours.case["c3"].error == "RuntimeError: down"
