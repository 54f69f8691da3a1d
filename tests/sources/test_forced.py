"""A format that a person chose for a file of another: refused in words, said beside the result, or its own all the same."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.importing.explain import explain
from readiness_tui.services.importing.imported import all_imports
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review.reviews import new_review
from readiness_tui.sources import registry
from readiness_tui.sources.forced import OWN
from readiness_tui.sources.kit.base import Recognised
from tests.sources.hostile.samples import DATA, samples, unpack
from tests.sources.test_registry import TRACE

NAMES = tuple(source.name for source in registry.sources())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with_review = open_desk(tmp_path / "r.db", "ana", create=True)
    new_review(with_review, system="bot", release="1")
    yield with_review
    with_review.close()


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, set[str]]:
    """The tools' own files, each with the formats that know it equally well."""
    found: dict[Path, set[str]] = {}
    for sample in samples(unpack(tmp_path_factory.mktemp("tools"))):
        found.setdefault(sample.path, set()).add(sample.source)
    return found


def one_of_each(known: dict[Path, set[str]]) -> Iterator[tuple[Path, set[str]]]:
    seen: set[str] = set()
    for path, names in known.items():
        if not names <= seen:
            seen |= names
            yield path, names


def _said(path: Path, name: str, own: set[str]) -> str:
    """The refusal or the warning; "" where the format knows the file by itself."""
    try:
        source, found = registry.recognise(path, name)
    except ReadinessError as refusal:
        return f"{name} refuses: {refusal}"
    assert source.name == name
    assert found.warning or name in own or found.certainty >= 90, f"{path} as {name}: nothing is said"
    return found.warning


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_tools_file_as_every_other_format(name: str, known: dict[Path, set[str]]) -> None:
    refused = warned = 0
    for path, own in one_of_each(known):
        said = _said(path, name, own)
        if not said:
            continue
        assert name not in own, said
        assert name in said
        assert path.name in said
        refused += " refuses: " in said
        warned += " refuses: " not in said
        assert any(one in said for one in own) or str(path) in said or "nothing in it" in said
    assert refused + warned > 25
    assert refused > 20 or name in OWN  # no tool's reader takes most of the others' files


@pytest.mark.parametrize("name", ["litellm", "opik", "openai_evals"])
@pytest.mark.parametrize("packed", [False, True])
def test_an_export_of_langfuse_as_another_tools_is_refused(name: str, packed: bool, tmp_path: Path) -> None:
    content = gzip.decompress((DATA / "langfuse/ui_export_traces.jsonl.gz").read_bytes())
    path = tmp_path / "export.jsonl"
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(ReadinessError) as refusal:
        registry.recognise(path, name)
    assert "recognised as langfuse" in str(refusal.value)
    assert f"nothing in it is {name}'s" in str(refusal.value)
    assert str(path) in str(refusal.value)
    assert explain(path, name).refused == str(refusal.value)


def test_a_choice_that_the_file_does_not_bear_out_is_said_and_kept(desk: Desk) -> None:
    path = DATA / "helicone/export.csv"
    (result,) = import_path(desk, path, format="app_log")
    said = result.warnings[0]
    assert "recognised as helicone" in said
    assert "read as app_log" in said
    assert said in explain(path, "app_log").warnings
    (kept,) = all_imports(desk)
    assert said in kept.warnings
    (again,) = import_path(desk, path, format="app_log")
    assert again.again
    assert again.warnings[0] == said


def test_records_that_would_be_names_alone_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({"id": f"r{n}", "colour": "red"}) + "\n" for n in range(9)))
    with pytest.raises(ReadinessError, match="9 of its first 9 records would bring nothing but a name"):
        registry.recognise(path, "litellm")


def test_a_file_of_no_known_shape_is_read_with_a_word(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({"id": f"r{n}", "model": "birch-2"}) + "\n" for n in range(9)))
    source, found = registry.recognise(path, "litellm")
    assert (source.name, found.certainty) == ("litellm", 0)
    assert found.warning == "rows.jsonl: nothing in it shows that it is litellm; it was read so as it was chosen."


def test_a_format_that_fits_as_well_as_another_needs_no_word(make) -> None:
    path = make("x.jsonl", [TRACE])
    assert registry.recognise(path, "trace_record")[1] == registry.recognise(path)[1]
    assert not registry.recognise(DATA / "mlflow/eval_results_table.json", "wandb")[1].warning


def test_a_long_beginning_hides_no_signature(make) -> None:
    row = {
        "about": "x" * 200_000,
        "call_type": "completion",
        "startTime": 1,
        "endTime": 2,
        "response_cost": 0.1,
        "id": "a",
    }
    _, found = registry.recognise(make("calls.jsonl", [row]), "litellm")
    assert isinstance(found, Recognised)
    assert (found.certainty, found.warning) == (100, "")
