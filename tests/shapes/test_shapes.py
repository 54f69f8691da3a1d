"""Each shape is read as its list says, and its figures are those of a recount of the raw file."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.shapes.incident import incident_figures, incident_refusal
from tests.shapes.shape import FILES, figures, records, refusal, shapes

SHAPES = [pytest.param(listed, shape, id=f"{listed}-{shape.id}") for listed, shape in shapes()]


@pytest.mark.parametrize(("listed", "shape"), [one for one in SHAPES if one.values[1].reads != "refused"])
def test_the_figures_are_those_of_the_raw_file(listed, shape, tmp_path):
    recounted = getattr(import_module(f"tests.shapes.recount_{listed}"), shape.id)(shape.path)
    assert recounted, "a recount counts something"
    if shape.tells:
        made = incident_figures(shape.path)
    else:
        made = figures(records(shape.path, tmp_path, mapped=shape.reads == "mapping"))
    assert {name: made.get(name) for name in recounted} == {
        name: pytest.approx(value) if isinstance(value, float) else value for name, value in recounted.items()
    }
    if shape.says:
        assert any(shape.says in warning for warning in made["warnings"])


@pytest.mark.parametrize(("listed", "shape"), [one for one in SHAPES if one.values[1].reads == "refused"])
def test_a_refusal_says_what_to_do(listed, shape):
    assert shape.says
    assert shape.says in (incident_refusal(shape.path) if shape.tells else refusal(shape.path))


def test_every_row_says_what_a_reader_of_the_page_needs():
    for listed, shape in shapes():
        assert shape.path.exists(), f"{listed}: {shape.file}"
        assert shape.reads in ("whole", "partly", "refused", "mapping")
        assert bool(shape.lacks) == (shape.reads == "partly"), f"{listed}: {shape.id}"


def test_every_file_is_in_a_list():
    listed = {shape.path for _, shape in shapes()}
    left = [
        file.relative_to(FILES) for file in FILES.rglob("*") if file.is_file() and not listed & {file, *file.parents}
    ]
    assert left == []


def test_ids_are_unique_in_their_list():
    named = [(listed, shape.id) for listed, shape in shapes()]
    assert len(set(named)) == len(named)
