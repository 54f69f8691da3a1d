"""`pull mlflow` and `import --map` from the command line: what came is said, and decides what the gate says."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.test_processes import READINESS
from tests.stub_mlflow import Stub

CANDIDATE = "040d1dae0190468e8a51b0c742f4798b"
GATE = "name: bot\nthresholds:\n  citation_accuracy: '>= 0.8'\n"


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    for name in ("TOKEN", "USERNAME", "PASSWORD"):
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}", raising=False)
    made = Stub()
    yield made
    made.close()


def test_a_run_is_pulled_as_the_candidate_and_the_gate_reads_its_cases(
    mini: Path, place: Path, cli: Cli, stub: Stub
) -> None:
    (place / "gate.yaml").write_text(GATE, encoding="utf-8")
    assert cli("import", "gate.yaml").code == 0
    told = cli("pull", "mlflow", "--url", stub.url, "--run", "eval-candidate", "--as", "candidate", "--json")
    assert told.code == 0
    (done,) = told.json["imports"]
    assert (done["path"], done["format"], done["runs"], done["cases"], done["traces"]) == (
        stub.url,
        "mlflow",
        1,
        10,
        10,
    )
    (run,) = cli("runs", "--json").json["runs"]
    assert (run["id"], run["role"], run["version"]) == (CANDIDATE, "candidate", "v13/gpt-x-mini")
    (row,) = cli("gate", "show", "--json").json["gate"]["results"]
    # 9 of 10 cases carry the score: fewer than 95 %, so the figure does not count as there, though 8 of 9 is above 0.8.
    assert row["result"] == "MISSING"


def test_the_same_again_changes_nothing(mini: Path, cli: Cli, stub: Stub) -> None:
    first = cli("pull", "mlflow", "--url", stub.url)
    assert first.out.strip() == f"{stub.url}: 2 runs, 20 cases, 20 traces (mlflow)"
    assert "is the mean of 8 of 10 cases: 2 scorer errors" in first.err
    again = cli("pull", "mlflow", "--url", stub.url)
    assert again.out.strip() == f"{stub.url}: imported before, nothing changed (mlflow)"
    assert len(cli("runs", "--json").json["runs"]) == 2


def test_credentials_come_from_mlflows_own_variables(
    mini: Path, cli: Cli, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "t0ken")
    assert cli("pull", "mlflow", "--url", stub.url, "--limit", "0").code == 0
    assert {sent for _, sent in stub.seen} == {"Bearer t0ken"}


def test_what_cannot_be_pulled_stores_nothing(mini: Path, cli: Cli, stub: Stub) -> None:
    stub.answers["/api/2.0/mlflow/runs/search"] = lambda: (500, b"", {})
    told = cli("pull", "mlflow", "--url", stub.url)
    assert told.code == 2
    assert "answered with status 500" in told.err
    assert cli("runs", "--json").json["runs"] == []
    assert cli("pull", "mlflow").code == 2  # --url is needed


def test_several_versions_are_no_candidate(mini: Path, cli: Cli, stub: Stub) -> None:
    told = cli("pull", "mlflow", "--url", stub.url, "--as", "candidate")
    assert told.code == 2
    assert "several pipeline versions" in told.err
    assert cli("runs", "--json").json["runs"] == []


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_a_pull_that_is_ended_imports_nothing_and_the_next_one_goes_on(
    mini: Path, cli: Cli, stub: Stub, ending: signal.Signals
) -> None:
    spans, asked = "/api/3.0/mlflow/traces/batchGet", threading.Event()
    answer, fetched = stub.answer, []

    def stuck(path: str, query: dict[str, list[str]], body: dict[str, object]) -> tuple[int, bytes, dict[str, str]]:
        if path == spans:
            if fetched:
                asked.set()
                time.sleep(30)
            fetched.extend(query["trace_ids"])
        return answer(path, query, body)

    stub.answer = stuck  # type: ignore[method-assign]
    command = [*READINESS, "--db", str(mini), "pull", "mlflow", "--url", stub.url]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert asked.wait(30)
        process.send_signal(ending)
        said = process.communicate(timeout=30)[1]
    assert process.returncode == (130 if ending is signal.SIGINT else -ending)
    assert ("The traces fetched so far are kept" in said) == (ending is signal.SIGINT)
    assert cli("runs", "--json").json["runs"] == []
    stub.answer = answer  # type: ignore[method-assign]
    stub.seen.clear()
    done = cli("pull", "mlflow", "--url", stub.url)
    assert done.out.strip() == f"{stub.url}: 2 runs, 20 cases, 20 traces (mlflow)"
    assert "10 traces had been fetched" in done.err
    assert [path for path, _ in stub.seen].count(spans) == 1


# Any other file


MAP = "kind: cases\nrun: {prompt_version: v1}\ncolumns: {case_id: n, status: {column: r, values: {y: pass, n: fail}}}\n"


@pytest.fixture
def table(place: Path) -> Path:
    (place / "map.yaml").write_text(MAP, encoding="utf-8")
    (place / "x.csv").write_text("n,r\n1,y\n2,n\n3,?\n", encoding="utf-8")
    return place


def test_a_file_in_no_known_format_with_a_mapping(mini: Path, table: Path, cli: Cli) -> None:
    assert cli("import", "x.csv").code == 2
    told = cli("import", "x.csv", "--map", "map.yaml", "--as", "candidate", "--json")
    assert told.code == 0
    (done,) = told.json["imports"]
    assert (done["format"], done["why"], done["cases"]) == ("mapped", "as map.yaml maps it", 2)
    assert [reject["line"] for reject in done["rejected"]] == [4]
    assert cli("import", "x.csv", "--map", "map.yaml", "--json").json["imports"][0]["again"]
    (table / "map.yaml").write_text(MAP.replace("y: pass", "y: pass, '?': fail"), encoding="utf-8")
    changed = cli("import", "x.csv", "--map", "map.yaml", "--json").json["imports"][0]
    assert (changed["again"], changed["cases"]) == (False, 3)
    (run,) = cli("runs", "--json").json["runs"]  # a new version of the same run
    assert run["cases"] == 3


def test_a_mapping_is_for_one_file_in_no_other_format(mini: Path, table: Path, cli: Cli) -> None:
    told = cli("import", "x.csv", "--map", "map.yaml", "--format", "promptfoo")
    assert told.code == 2
    assert "exclude each other" in told.err
    assert "is a folder" in cli("import", ".", "--map", "map.yaml").err
    assert "does not exist" in cli("import", "x.csv", "--map", "none.yaml").err
    (table / "map.yaml").write_text(json.dumps({"kind": "cases"}), encoding="utf-8")
    assert "field columns: this field is missing" in cli("import", "x.csv", "--map", "map.yaml").err
