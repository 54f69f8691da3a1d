"""Rows of W&B's app and API: what a cell may hold, and which files are none of them."""

from __future__ import annotations

import csv
import io

import pytest

from readiness_tui.sources import registry
from readiness_tui.sources.kit.literal import structure
from tests.shapes.shape import FILES
from tests.sources.hostile.reading import check

NAMES = ("app-chart.csv", "app-runs.csv", "api-frame.csv", "history.csv")


def rows(name):
    return list(csv.DictReader(io.StringIO((FILES / "wandb" / name).read_text())))


def written(found):
    out = io.StringIO()
    writer = csv.DictWriter(out, found[0].keys())
    writer.writeheader()
    writer.writerows(found)
    return out.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_of_any_kind_crashes_nothing(read, make, name):
    whole = rows(name)
    for column in whole[0]:
        for value in (
            "",
            "nan",
            "-inf",
            "[",
            "{'a': (1, 2)}",
            "{'a': {'b': nan}}",
            "1e999",
            "x" * 50,
            "\x1b[2J",
            "0x1f",
        ):
            path = make("t.csv", written([{**whole[0], column: value}, *whole[1:]]))
            check(registry.recognise(path, "wandb")[0].read(path))


def test_steps_count_and_not_the_order_of_the_lines(read, make):
    text = '"Step","a - acc","a - acc__MIN","a - acc__MAX"\n3,0.9,0.9,0.9\n1,0.1,0.1,0.1\n'
    assert read(make("c.csv", text)).runs[0].aggregates["acc"].value == 0.9


def test_a_table_with_a_dash_in_one_column_is_no_chart(make):
    path = make("t.csv", "question,answer,pass - fail\na?,b,1\nc?,d,0\n")
    assert "wandb" not in registry.also(path)


def test_a_run_that_goes_on_is_partial_and_one_that_crashed_errored(read, make):
    text = "Name,State,Created,Runtime,User,acc\nr1,running,2026-11-20T10:00:00Z,5,ann,0.5\nr2,crashed,,5,ann,0.5\nr3,finished,,5,ann,0.5\n"
    assert [str(run.completeness) for run in read(make("t.csv", text)).runs] == ["partial", "errored", "complete"]


def test_literals_as_frames_write_them():
    found = structure("{'a': np.float64(0.5), 'b': nan, 'c': 'nan inf np.float64(3)', 'd': [-inf, np.True_, (1, 2)]}")
    assert found == {"a": 0.5, "b": None, "c": "nan inf np.float64(3)", "d": [None, True, [1, 2]]}
    for other in ("{", "[1", "{'a': __import__('os')}", "np.float64(3)", "(1", "{" * 5000):
        assert structure(other) == other
