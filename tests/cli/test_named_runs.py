"""Several runs in one file: each can be named where a candidate or a baseline is asked for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.shapes.shape import FILES

TWO = FILES / "promptfoo" / "promptfoo-two-providers.json"


@pytest.fixture
def two(mini: Path) -> Path:
    return Path(shutil.copy(TWO, mini.parent / "two.json"))


@pytest.fixture
def gate(place: Path) -> Path:
    path = place / "tone.yaml"
    path.write_text(
        "name: g\nmetrics:\n  - {metric: tone, threshold: '>= 0.9', unit: points, direction: higher}\n",
        encoding="utf-8",
    )
    return path


def value(told):
    (row,) = told.json["gate"]["results"]
    assert row["n"] == 4
    return row["value"]


@pytest.mark.parametrize(
    ("named", "tone"),
    [
        (["two.json#1"], 1),
        (["two.json#2"], 0),
        (["two.json#m2"], 0),
        (["two.json", "--model", "m2"], 0),
        (["two.json", "--model", "openai:m1"], 1),
        (["two.json", "--name", "openai:m2", "--prompt", "q"], 0),
    ],
)
def test_a_gate_is_checked_on_the_run_that_is_named(two, gate, cli, named, tone):
    told = cli("gate", "check", "--gate", gate, "--run", *named, "--json")
    assert value(told) == tone


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (["two.json"], "2 runs of several pipeline versions"),
        (["two.json", "--prompt", "q"], "2 runs of several pipeline versions"),
        (["two.json#3"], "no run with number 3"),
        (["two.json", "--model", "m3"], 'no run with model "m3"'),
        (["two.json#nothing"], 'no run with "nothing" in its name, model or prompt'),
    ],
)
def test_what_is_not_one_is_refused_with_the_list(two, gate, cli, named, said):
    told = cli("gate", "check", "--gate", gate, "--run", *named)
    assert told.code == 2
    assert said in told.err
    assert "#1 openai:m1 · q; #2 openai:m2 · q. Name one: two.json#1" in told.err


def test_one_run_of_a_file_against_another_of_it(two, gate, cli):
    told = cli("gate", "check", "--gate", gate, "--run", "two.json#2", "--baseline", "two.json#1", "--json")
    assert told.code == 1
    assert value(told) == 0
    same = cli("gate", "check", "--gate", gate, "--run", "two.json#2", "--baseline", "two.json#m2")
    assert "its own baseline" in same.err
    compared = cli("compare", "two.json#1", "two.json#2", "--metric", "tone")
    assert compared.code == 0
    assert "4 worse of 4 shared cases" in compared.out
    planned = cli("gate", "plan", "--gate", gate, "--run", "two.json", "--model", "m1")
    assert planned.code == 0


def test_a_baseline_with_one_run_needs_no_name_and_a_candidate_is_held_to_it(two, gate, place, cli):
    old = place / "old.jsonl"
    old.write_text(
        '{"run_id": "r", "model": "m0", "case_id": "vars-1", "status": "pass", "tone": 1}\n', encoding="utf-8"
    )
    assert cli("gate", "check", "--gate", gate, "--run", two, "--model", "m1", "--baseline", old).code == 3
    told = cli("gate", "check", "--gate", gate, "--run", old, "--model", "m1")
    assert told.code == 2
    assert 'no run with model "m1"' in told.err


def test_an_import_stores_all_and_takes_the_one_that_is_named(two, cli):
    told = cli("import", "two.json#2", "--as", "candidate")
    assert told.code == 0
    assert "2 runs, 8 cases" in told.out
    again = cli("import", "two.json", "--as", "baseline", "--model", "m1")  # the bytes are known, the run is not chosen
    assert again.code == 0
    roles = {run["id"][-2:]: run["role"] for run in cli("runs", "--json").json["runs"]}
    assert roles == {"/1": "baseline", "/2": "candidate"}


def test_an_import_that_is_refused_stores_nothing(two, cli):
    for named in (["two.json"], ["two.json#5"], ["two.json", "--prompt", "x"]):
        told = cli("import", *named, "--as", "candidate")
        assert told.code == 2
        assert "Name one: two.json#1" in told.err
    assert cli("runs", "--json").json["runs"] == []


def test_a_run_is_named_only_where_it_is_taken_as_something(two, cli):
    told = cli("import", "two.json#2")
    assert told.code == 2
    assert "number 2 says which run is taken as candidate or baseline" in told.err
    assert cli("compare", "--model", "m1").code == 2
    assert "--model, --prompt, --name and --variant go with two files" in cli("compare", "--model", "m1").err


def test_explain_lists_them_apart(two, cli):
    told = cli("import", "--explain", "two.json")
    assert "run #1 demo · q · openai:m1: 4 cases" in told.out
    assert "run #2 demo · q · openai:m2: 4 cases" in told.out
    assert "each can be named: two.json#2, or by --model" in told.out
    runs = cli("import", "--explain", "--json", "two.json").json["files"][0]["runs"]
    assert [(run["number"], run["model"], run["prompt"]) for run in runs] == [
        (1, "openai:m1", "q"),
        (2, "openai:m2", "q"),
    ]
    one = cli("import", "--explain", "two.json#2")
    assert "run #2 demo" in one.out
    assert "run #1 demo" not in one.out


def test_a_file_whose_own_name_has_a_number_sign_is_that_file(two, gate, cli):
    shutil.copy(TWO, "a#2")
    told = cli("gate", "check", "--gate", gate, "--run", "a#2")
    assert "Name one: a#2#1" in told.err
    assert value(cli("gate", "check", "--gate", gate, "--run", "a#2#1", "--json")) == 1
    missing = cli("gate", "check", "--gate", gate, "--run", "none.json#2")
    assert missing.code == 2
    assert "none.json#2" in missing.err
