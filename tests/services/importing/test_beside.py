"""A mapping beside its file is taken along when the folder is imported; where names leave it open, none is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.importing.beside import beside
from readiness_tui.services.importing.explain import explain_path
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review.reviews import new_review

TABLE = "test,reply,verdict\n" + "".join(f"t{n},So.,good\n" for n in range(3))
MAPPING = "kind: cases\ncolumns:\n  case_id: test\n  output: reply\n  status: {column: verdict, values: {good: pass}}\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = open_desk(tmp_path / "r.db", "ana", create=True)
    new_review(desk, system="bot", release="1")
    yield desk
    desk.close()


def put(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "brought"
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder


def test_it_is_taken_along_and_said(desk: Desk, tmp_path: Path) -> None:
    folder = put(tmp_path, results_csv=TABLE, results_map_yaml=MAPPING)
    table, mapping = import_path(desk, folder)
    assert (table.format, table.cases) == ("mapped", 3)
    assert "Read as results.map.yaml maps it, which lies beside it." in table.warnings
    assert mapping.summary.endswith("results.map.yaml: taken along, as the mapping of results.csv.")
    assert explain_path(folder)[0].cases == 3


def test_two_files_or_two_mappings_of_a_name_leave_it_open(desk: Desk, tmp_path: Path) -> None:
    folder = put(tmp_path, a_csv=TABLE, a_txt="words", a_map_yaml=MAPPING, b_csv=TABLE, b_map_yaml=MAPPING)
    (folder / "b.map-2.yaml").write_text(MAPPING, encoding="utf-8")
    with pytest.raises(ReadinessError, match="none of the folder's 6 files"):
        import_path(desk, folder)
    said = {Path(one.path).name: one.refused for one in explain_path(folder)}
    assert "2 files of its name lie beside it (a.csv, a.txt)" in said["a.map.yaml"]
    assert "2 mappings of b.csv lie beside it (b.map-2.yaml, b.map.yaml)" in said["b.map-2.yaml"]


def test_a_mapping_that_does_not_hold_refuses_its_file(desk: Desk, tmp_path: Path) -> None:
    folder = put(tmp_path, results_csv=TABLE, results_map_yaml="kind: cases\n")
    with pytest.raises(ReadinessError, match="field columns"):
        import_path(desk, folder)


def test_the_ending_of_a_mapping_may_be_written_large(tmp_path: Path) -> None:
    file, mapping = tmp_path / "rows.csv", tmp_path / "rows.map.YAML"
    assert beside([file, mapping]).mapping_of == {file: mapping}
