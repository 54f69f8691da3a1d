"""Pulling a tracking server: a stub on loopback gives the answers that a real one (MLflow 3.17) gave."""

from __future__ import annotations

import base64
import gzip
import json
from contextlib import closing
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Trace
from readiness_tui.sources import registry
from readiness_tui.sources.mlflow import bounded_http
from readiness_tui.sources.mlflow.kept_traces import KeptTraces
from readiness_tui.sources.mlflow.server import Credentials, Server, fetch
from tests.stub_mlflow import Stub

DATA = Path(__file__).parents[2] / "data" / "mlflow"
BASELINE, CANDIDATE = "1bb75b4dda2849818d4e9285d693e6ec", "040d1dae0190468e8a51b0c742f4798b"


@pytest.fixture
def stub():
    made = Stub()
    yield made
    made.close()


@pytest.fixture
def pull(stub, tmp_path):
    """pull(**options): what was fetched, and the file."""

    def go(**options):
        path = tmp_path / "pulled.jsonl"
        with closing(KeptTraces(tmp_path / "kept.jsonl")) as kept:
            kept.done = True
            return fetch(Server(stub.url), path, kept, **options), path

    return go


def test_what_is_pulled_is_what_the_database_holds(pull, read, tmp_path):
    pulled, path = pull()
    assert (pulled.runs, pulled.traces, pulled.warnings) == (2, 20, [])
    ours = read(path)
    assert ours.format == "mlflow"
    stored = tmp_path / "mlflow.db"
    stored.write_bytes(gzip.decompress((DATA / "mlflow.db.gz").read_bytes()))
    theirs = read(stored)
    assert {run.tool_version for run in ours.runs} == {"3.17.2"}

    def plain(run):
        warnings = {warning.partition(": ")[2] for warning in run.warnings}
        return run.id, run.name, run.version, run.aggregates, run.started_at, run.finished_at, run.extra, warnings

    assert sorted(map(plain, ours.runs), key=str) == sorted(map(plain, theirs.runs), key=str)
    by_id: dict[str, Trace] = {trace.id: trace for trace in theirs.traces}
    assert len(ours.traces) == 20
    for trace in ours.traces:
        assert trace == by_id[trace.id]
    cases = [{(r.run_id, r.case.id): r.case for r in found.records if hasattr(r, "case")} for found in (ours, theirs)]
    assert cases[0] == cases[1]


def test_the_same_state_is_the_same_file(pull):
    _, path = pull()
    before = path.read_bytes()
    _, path = pull()
    assert path.read_bytes() == before


def test_only_one_run_with_its_traces(pull, read):
    pulled, path = pull(runs=["eval-candidate"])
    assert (pulled.runs, pulled.traces) == (1, 10)
    found = read(path)
    assert [run.id for run in found.runs] == [CANDIDATE]
    assert len(found.cases) == 10
    assert pull(runs=[BASELINE])[0].runs == 1


def test_a_name_that_is_not_there(pull):
    with pytest.raises(ReadinessError, match=r"has no experiment nope. There are: Default, support-bot."):
        pull(experiments=["nope"])
    with pytest.raises(ReadinessError, match=r"has no run nope. There are: eval-baseline, eval-candidate."):
        pull(runs=["nope"])


def test_a_limit_is_said(pull, read):
    pulled, path = pull(limit=7)
    assert pulled.traces == len(read(path).traces) == 7
    assert pulled.warnings == ["Only the latest 7 traces were fetched; the server has more. Use --limit."]


def test_it_can_be_stopped(pull):
    pulled, _ = pull(progress=lambda done, total: done < 10)
    assert pulled is None


@pytest.mark.parametrize("code", [404, 405])
def test_an_older_server(stub, pull, read, code):
    stub.answers["/api/3.0/mlflow/traces/batchGet"] = lambda: (code, b"", {})
    pulled, path = pull()
    assert any("came without their spans" in warning for warning in pulled.warnings)
    assert {trace.spans for trace in read(path).traces} == {None}
    stub.answers["/api/3.0/mlflow/traces/search"] = lambda: (code, b"", {})
    pulled, path = pull()
    assert (pulled.runs, pulled.traces) == (2, 0)
    assert any("only runs were fetched" in warning for warning in pulled.warnings)


def test_spans_that_the_server_does_not_give_are_said(stub, pull):
    stub.answers["/api/3.0/mlflow/traces/batchGet"] = lambda: (200, b"{}", {})
    assert pull()[0].warnings == ["The server gave no spans for 20 of 20 traces."]


SEARCH = "/api/2.0/mlflow/experiments/search"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, b"", {}), "status 401. It wants credentials: set MLFLOW_TRACKING_TOKEN"),
        ((403, b"", {}), "status 403. These credentials may not read it"),
        ((500, b"<html>", {}), "status 500. Look at the server's log."),
        ((302, b"", {"Location": "http://127.0.0.1:1/"}), "status 302. Redirects are not followed"),
        ((200, b"<html>", {}), "did not answer in JSON"),
        ((200, b"[]", {}), "did not answer with a JSON object"),
        ((200, b'{"experiments": [NaN]}', {}), "NaN is not JSON"),
        ((200, b'{"a": "\xff"}', {}), "not valid UTF-8"),
        ((200, b'{"next_page_token": "again"}', {}), "gives the same page again and again"),
    ],
)
def test_answers_that_cannot_be_used(stub, pull, answer, said):
    stub.answers[SEARCH] = lambda: answer
    with pytest.raises(ReadinessError) as refused:
        pull()
    assert said in str(refused.value)
    assert stub.url in str(refused.value)


def test_an_answer_without_an_end_is_given_up(stub, pull, monkeypatch):
    monkeypatch.setattr(bounded_http, "MAX_ANSWER", 1000)
    stub.answers[SEARCH] = lambda: (200, b" " * 100_000, {})
    with pytest.raises(ReadinessError, match="answers with more than"):
        pull()
    monkeypatch.setattr(bounded_http, "PATIENCE", -1.0)
    stub.answers[SEARCH] = lambda: (200, b" " * 500, {})
    with pytest.raises(ReadinessError, match="did not finish its answer"):
        pull()


def test_a_connection_that_breaks_off(stub, pull):
    stub.answers[SEARCH] = lambda: (200, b'{"exp', {"Content-Length": "1000"})
    with pytest.raises(ReadinessError, match=r"127\.0\.0\.1"):
        pull()


@pytest.mark.parametrize(
    ("answer", "runs"),
    [({"runs": 3}, 0), ({"runs": [3, {}]}, 1), ({"runs": [{"info": {"run_id": "x", "start_time": "soon"}}]}, 1)],
)
def test_odd_answers_are_refused_record_by_record(stub, pull, answer, runs):
    stub.answers["/api/2.0/mlflow/runs/search"] = lambda: (200, json.dumps(answer).encode(), {})
    pulled, path = pull(limit=0)
    assert pulled.runs == 2 * runs  # two experiments
    source, _ = registry.recognise(path, "mlflow")
    assert len([record for record in source.read(path) if type(record).__name__ == "Reject"]) == 2 * runs


def test_nobody_listens(tmp_path):
    with pytest.raises(ReadinessError, match=r"cannot be reached .* Check the address, and that the server runs."):
        fetch(Server("http://127.0.0.1:9"), tmp_path / "x", KeptTraces(tmp_path / "kept.jsonl"))


@pytest.mark.parametrize(
    "url",
    ["", "localhost:5000", "ftp://x", "file:///etc/passwd", "http://", "http://h:99999", "http://[::1", "http://h:x"],
)
def test_what_is_no_address(url):
    with pytest.raises(ReadinessError, match="is no address of a server"):
        Server(url)


def test_an_address_with_a_path_and_without_credentials_in_sight():
    server = Server("https://ana:s3cret-pass@host.example:8443/mlflow/?x#y")
    assert server.url == "https://host.example:8443/mlflow"
    assert server.name == "host.example-8443"
    with pytest.raises(ReadinessError) as refused:
        Server("ftp://ana:s3cret-pass@host.example")
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("credentials", "header"),
    [
        (Credentials(), None),
        (Credentials(token="abc"), "Bearer abc"),
        (Credentials(user="ana", password="x:y"), "Basic " + base64.b64encode(b"ana:x:y").decode()),
    ],
)
def test_credentials_are_sent_with_every_call_and_written_nowhere(stub, tmp_path, credentials, header):
    path = tmp_path / "pulled.jsonl"
    kept = KeptTraces(tmp_path / "kept.jsonl")
    fetch(Server(stub.url, credentials), path, kept)
    assert {sent for _, sent in stub.seen} == {header}
    if header is not None:
        assert header.encode() not in path.read_bytes()
        assert header.encode() not in kept.path.read_bytes()
