"""Pulling from a server that breaks off or never ends: the bounds on all of it, and going on where the last one ended."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.importing.pull import pull_mlflow
from readiness_tui.services.review.reviews import new_review
from readiness_tui.sources import registry
from readiness_tui.sources.mlflow import bounded_http
from readiness_tui.sources.mlflow import server as mlflow_server
from readiness_tui.sources.mlflow.kept_traces import KeptTraces
from tests.stub_mlflow import Stub

SPANS = "/api/3.0/mlflow/traces/batchGet"


@pytest.fixture
def stub() -> Iterator[Stub]:
    made = Stub()
    yield made
    made.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = open_desk(tmp_path / "readiness.db", "ana", create=True)
    new_review(made, system="Support bot", release="1", checklists=["observability"])
    yield made
    made.close()


# Pages


def pages_of(stub: Stub, **more: object) -> None:
    count = itertools.count()
    stub.answers["/api/2.0/mlflow/experiments/search"] = lambda: (
        200,
        json.dumps({"next_page_token": f"page {next(count)}", **more}).encode(),
        {},
    )


@pytest.mark.parametrize("more", [{}, {"experiments": [{"name": "x"}]}, {"experiments": "x"}])
def test_a_list_without_an_end_is_given_up(
    stub: Stub, desk: Desk, more: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlflow_server, "MAX_PAGES", 20)
    pages_of(stub, **more)
    with pytest.raises(ReadinessError, match="has more than 20 pages") as refused:
        pull_mlflow(desk, stub.url, environment={})
    assert "Nothing was imported." in str(refused.value)
    assert len(stub.seen) == 20


def test_a_crowded_answer_and_crowded_pages_are_given_up(
    stub: Stub, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few bytes of JSON take a hundred times as much of memory, so that a bound on bytes is none on that."""
    pages_of(stub, experiments=[{}] * 300)
    with monkeypatch.context() as patch:
        patch.setattr(mlflow_server, "MAX_LISTED", 1_000)
        with pytest.raises(ReadinessError, match="or 1,000 entries, so it was given up"):
            pull_mlflow(desk, stub.url, environment={})
    assert len(stub.seen) == 4
    monkeypatch.setattr(mlflow_server, "MAX_VALUES", 200)
    with pytest.raises(ReadinessError, match="and is read up to 200 values, so it was given up"):
        pull_mlflow(desk, stub.url, environment={})
    assert len(stub.seen) == 5


def test_all_answers_together_are_bounded(stub: Stub, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pages_of(stub)
    monkeypatch.setattr(bounded_http, "MAX_IN_ALL", 20_000)
    with pytest.raises(ReadinessError, match="all answers together are more than"):
        pull_mlflow(desk, stub.url, environment={})
    monkeypatch.undo()
    pages_of(stub)
    monkeypatch.setattr(bounded_http, "IN_ALL", 0.3)
    with pytest.raises(ReadinessError, match="all answers together took more than"):
        pull_mlflow(desk, stub.url, environment={})


def test_a_page_with_an_endless_name_is_given_up(stub: Stub, desk: Desk) -> None:
    pages_of(stub)
    answer = json.dumps({"next_page_token": "x" * 100_000}).encode()
    stub.answers["/api/2.0/mlflow/experiments/search"] = lambda: (200, answer, {})
    with pytest.raises(ReadinessError, match="was given up"):
        pull_mlflow(desk, stub.url, environment={})
    assert len(stub.seen) == 1


# Going on after a break


class Breaking:
    """The stub, whose `after`-th call for spans fails; `fetched`: the ids whose spans were given."""

    def __init__(self, stub: Stub, after: int) -> None:
        self.stub = stub
        self.fetched: list[str] = []
        self.left = after
        answer = stub.answer

        def counted(
            path: str, query: dict[str, list[str]], body: dict[str, object]
        ) -> tuple[int, bytes, dict[str, str]]:
            if path == SPANS:
                self.left -= 1
                if self.left < 0:
                    return 500, b"", {}
                self.fetched += query["trace_ids"]
            return answer(path, query, body)

        stub.answer = counted  # type: ignore[method-assign]


def folder(desk: Desk) -> Path:
    return desk.store.path.with_name(f".{desk.store.path.name}.pulled")


def test_a_second_pull_goes_on_and_takes_nothing_twice(stub: Stub, desk: Desk) -> None:
    breaking = Breaking(stub, 1)
    with pytest.raises(ReadinessError) as refused:
        pull_mlflow(desk, stub.url, environment={})
    assert "status 500" in str(refused.value)
    (kept,) = folder(desk).iterdir()
    assert f"10 traces fetched so far are kept in {kept}" in str(refused.value)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert folder(desk).stat().st_mode & 0o777 == 0o700
    found = [
        one for one in registry.files(desk.store.path.parent) if not one.name.startswith(f"{desk.store.path.name}-")
    ]
    assert found == [desk.store.path]  # a part is no file to import
    breaking.left = 100
    done = pull_mlflow(desk, stub.url, environment={})
    assert (done.runs, done.cases, done.traces) == (2, 20, 20)
    assert sorted(breaking.fetched) == sorted(set(breaking.fetched))
    assert len(breaking.fetched) == 20
    assert "10 traces had been fetched by an earlier pull that broke off." in done.warnings
    assert not folder(desk).exists()
    again = pull_mlflow(desk, stub.url, environment={})
    assert again.again  # the very file that a pull in one go gives


def test_what_a_kill_left_of_the_last_line_is_fetched_again(stub: Stub, desk: Desk) -> None:
    breaking = Breaking(stub, 1)
    with pytest.raises(ReadinessError):
        pull_mlflow(desk, stub.url, environment={})
    (kept,) = folder(desk).iterdir()
    kept.write_bytes(kept.read_bytes()[:-200])
    breaking.left = 100
    done = pull_mlflow(desk, stub.url, environment={})
    assert done.traces == 20
    assert len(breaking.fetched) == 21
    assert "9 traces had been fetched by an earlier pull that broke off." in done.warnings


def test_a_trace_whose_head_has_changed_is_fetched_again(tmp_path: Path) -> None:
    kept = KeptTraces(tmp_path / "kept.jsonl")
    info = {"trace_id": "a", "state": "OK"}
    kept.add(info, [{"name": "step"}])
    kept.close()
    kept = KeptTraces(tmp_path / "kept.jsonl")
    assert kept.spans(info) == [{"name": "step"}]
    assert kept.spans({**info, "assessments": [1]}) is None
    assert kept.spans({"trace_id": "b"}) is None
    assert kept.reused == 1


def test_where_the_import_is_refused_nothing_has_to_be_fetched_again(stub: Stub, desk: Desk) -> None:
    breaking = Breaking(stub, 100)
    with pytest.raises(ReadinessError, match="several pipeline versions") as refused:
        pull_mlflow(desk, stub.url, environment={}, role="candidate")
    assert "20 traces fetched so far are kept" in str(refused.value)
    pull_mlflow(desk, stub.url, environment={})
    assert len(breaking.fetched) == 20


# Secrets


@pytest.mark.parametrize("token", ["s3cret\nX-Evil: 1", "s3cret\x7f", "s3cret…"])
def test_a_token_that_cannot_be_sent_is_not_shown(token: str, desk: Desk) -> None:
    with pytest.raises(ReadinessError, match="MLFLOW_TRACKING_TOKEN") as refused:
        pull_mlflow(desk, "http://127.0.0.1:9", environment={"MLFLOW_TRACKING_TOKEN": token})
    assert "s3cret" not in str(refused.value)
