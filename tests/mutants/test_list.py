"""The list of mutants stays usable while the source moves on: each of them still says one thing about one place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.mutants import run
from tests.mutants.run import Mutant, problem, read_list

MUTANTS = read_list()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_applies_to_one_place_and_still_compiles(mutant: Mutant) -> None:
    assert problem(mutant) == ""
    assert mutant.why.strip()
    source = (run.ROOT / run.PACKAGE / mutant.file).read_text(encoding="utf-8")
    compile(source.replace(mutant.old, mutant.new), mutant.file, "exec")


def test_names_and_faults_are_there_once() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert len({(mutant.file, mutant.old) for mutant in MUTANTS}) == len(MUTANTS)


def test_every_floor_has_its_share() -> None:
    floors = [mutant.file.partition("/")[0] for mutant in MUTANTS]
    assert all(floors.count(floor) >= 10 for floor in ("domain", "store", "sources", "services")), floors
    assert all(name.startswith(f"tests/{mutant.file.partition('/')[0]}") for mutant in MUTANTS for name in mutant.tests)


def test_what_no_longer_applies_is_said(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("a = 1 < 2\nb = 1 < 2\nc = 3\n", encoding="utf-8")
    mutant = Mutant("m", "module.py", "3", "4", ("tests/mutants",), "w")
    assert problem(mutant, tmp_path) == ""
    assert "stands 2 times" in problem(replace(mutant, old="1 < 2"), tmp_path)
    assert "stands 0 times" in problem(replace(mutant, old="1 > 2"), tmp_path)
    assert "changes nothing" in problem(replace(mutant, new="3"), tmp_path)
    assert "there is no gone.py" in problem(replace(mutant, file="gone.py"), tmp_path)
    assert "there are no tests tests/gone" in problem(replace(mutant, tests=("tests/gone",)), tmp_path)
