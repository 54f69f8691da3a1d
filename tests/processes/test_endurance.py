"""The promises of docs/reliability.md with numbers that fit CI; the whole numbers: `python -m benchmarks.endurance`.

Each part runs as a process of its own, because it forks. How fast the saves are is a timing, and no test.
"""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.endurance.__main__ import PARTS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
#: How often each is tried here, and how many promises it holds.
FEW = {"saves": 25, "kills": 2, "starters": 1, "obstacles": 25, "full_disk": 2, "broken_files": 8, "giants": 1}


def test_every_part_is_tried_here_and_has_its_row_on_the_page() -> None:
    assert FEW.keys() == PARTS.keys()
    for part in PARTS.values():
        assert f"`python -m benchmarks.endurance --part {part.name}`" in PAGE


def test_the_bare_loop_writes_the_rows_of_a_save(tmp_path: Path) -> None:
    """What a save is held against is no smaller than a save: each row the same, but for the hash that nobody works out."""
    found = []
    for job in ("vote", "bare"):
        path = tmp_path / f"{job}.db"
        for words in (("lay",), (job, "p", "5")):
            subprocess.run(
                [sys.executable, "-m", "benchmarks.endurance.saves", "sqlite3", words[0], str(path), *words[1:]],
                cwd=ROOT, input="\n", text=True, check=True, stdout=subprocess.DEVNULL, timeout=60,
            )  # fmt: skip
        conn = sqlite3.connect(path)
        rows = {
            table: conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in ("vote", "change", "change_row", "chain")
        }
        conn.close()
        assert [len(rows[table]) for table in ("vote", "change", "change_row", "chain")] == [5, 6, 6, 1]
        found.append([[[_length(value) for value in row] for row in rows[table]] for table in rows])
    assert found[0] == found[1]


def _length(value: object) -> object:
    """A hash counts by its length alone."""
    return len(value) if isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) else value


@pytest.mark.slow
@pytest.mark.parametrize("part", FEW)
def test_a_part_holds(part: str, tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.endurance", "--part", part, "--rounds", str(FEW[part]), "--json",
         "--folder", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert told.returncode in (0, 1), told.stderr[-3000:]
    tried = json.loads(told.stdout)["tried"]
    held = [one for one in tried if not re.search("of a bare loop's rate", one["promise"])]
    assert held
    assert all(one["tries"] for one in held)
    assert [line for one in held for line in one["broken"]] == []
    assert list(tmp_path.iterdir()) == [], "it left something behind"


@pytest.mark.slow
def test_what_does_not_hold_is_counted_and_ends_in_1(tmp_path: Path) -> None:
    """The counting itself: a giant that is asked to say what it does not say."""
    code = (
        "import sys, dataclasses\nfrom benchmarks.endurance import giants\nfrom benchmarks.endurance.__main__ import main\n"
        "zeros = next(one for one in giants.GIANTS if one.name.startswith('a_GB_of_zeros'))\n"
        "giants.GIANTS = (zeros, dataclasses.replace(zeros, name='other.json', limit=1))\nmain(sys.argv[1:])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, "--part", "giants", "--rounds", "1", "--folder", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert told.returncode == 1, told.stderr
    assert "● 1 of 1  a_GB_of_zeros.json" in told.stdout
    assert re.search(r"✗ 0 of 1  other.json.*\n    other.json: it held \d+ MiB", told.stdout)
    assert "1 of 2 promises held" in told.stdout
