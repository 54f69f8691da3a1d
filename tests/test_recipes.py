"""The recipes of CONTRIBUTING.md, followed word for word in a copy of the repository: each does what it promises."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
COPIED = (
    "src",
    "checklists",
    "sample_data",
    "tests/data",
    # Without these two a `tests` package that some library installs (ppi-python does) comes before the copy's folder.
    "tests/__init__.py",
    "tests/sources/__init__.py",
    "tests/sources/hostile",
    "tests/hostile.py",
    "tests/incident_lines.py",
    "docs/make_metrics.py",
    "pyproject.toml",
)
#: A line that names files and what happens to them, then as many blocks as files.
_STEP = re.compile(r"^[^\n]*`[^`\n]+` \((?:new|changed|at its end)\)[^\n]*\n\n(?:```\w+\n.*?^```\n\n?)+", re.M | re.S)
_FILE = re.compile(r"`([^`\n]+)` \((new|changed|at its end)\)")
_BLOCK = re.compile(r"^```\w+\n(.*?)^```", re.M | re.S)


def recipe(title: str) -> list[tuple[str, str, str]]:
    """The steps of one recipe: file, what happens to it, and the block."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = re.split(r"^#+ ", page.split(f"\n### {title}\n", 1)[1], maxsplit=1, flags=re.M)[0]
    steps: list[tuple[str, str, str]] = []
    for step in _STEP.findall(section):
        files, blocks = _FILE.findall(step), _BLOCK.findall(step)
        assert len(files) == len(blocks), step
        steps += [(name, how, block) for (name, how), block in zip(files, blocks, strict=True)]
    assert len(steps) == section.count("```") // 2, "a block without the file that it is for"
    return steps


def patched(text: str, diff: str) -> str:
    """`text` after a diff without line numbers: what it changes has to stand in the text exactly once."""
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] != "+")
    after = "".join(line[1:] for line in lines if line[0] != "-")
    assert text.count(before) == 1, f"found {text.count(before)} times:\n{before}"
    return text.replace(before, after)


_METRICS_PAGE = """
import runpy
print(runpy.run_path("docs/make_metrics.py")["document"]())
"""
_PROPOSAL = """
import json
from pathlib import Path
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.core.view import load
view = load(open_desk(Path("readiness.db"), "ana"))
found = view.proposals["OBS-12"]
print(json.dumps([found.points, found.text, "OBS-12" in view.acceptable]))
"""


class Copy:
    """The repository after one recipe, and its commands in processes of their own."""

    def __init__(self, root: Path, title: str) -> None:
        self.root = root
        for name in COPIED:
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, target)
        self.steps = recipe(title)
        for name, how, block in self.steps:
            path = root / name
            assert path.exists() == (how != "new"), name
            path.parent.mkdir(exist_ok=True)
            old = path.read_text(encoding="utf-8") if path.exists() else ""
            path.write_text(patched(old, block) if how == "changed" else old + block, encoding="utf-8")

    @property
    def source_files(self) -> list[str]:
        return [name for name, _, _ in self.steps if not name.startswith("tests/")]

    def python(self, *arguments: object) -> str:
        known = {name: value for name, value in os.environ.items() if not name.startswith("READINESS_")}
        known |= {"READINESS_WHO": "ana", "PYTHONPATH": f"{self.root / 'src'}{os.pathsep}{self.root}"}
        command = [sys.executable, *map(str, arguments)]
        done = subprocess.run(command, cwd=self.root, env=known, capture_output=True, text=True, timeout=300)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout

    def readiness(self, *arguments: object) -> str:
        return self.python("-c", "from readiness_tui.cli import main; main()", *arguments)

    def told(self, *arguments: object) -> Any:
        return json.loads(self.readiness(*arguments))


@pytest.mark.parametrize("title", ["A source", "A metric", "A probe with its item"])
def test_a_recipe_touches_at_most_three_source_files(title, tmp_path):
    copy = Copy(tmp_path, title)
    assert 1 <= len(copy.source_files) <= 3
    written = [name for name in copy.source_files if name.endswith(".py")]
    modules = [name.removeprefix("src/").removesuffix(".py").replace("/", ".") for name in written]
    copy.python("-c", f"import {', '.join(modules)}")


@pytest.mark.slow
def test_a_source_is_recognised_imported_and_fuzzed_by_being_registered(tmp_path):
    copy = Copy(tmp_path, "A source")
    assert str(tmp_path) in copy.python("-c", "import readiness_tui; print(readiness_tui.__file__)")
    copy.readiness("new", "--system", "bot", "--release", "1")
    (brought,) = copy.told("import", "tests/data/acme/run.jsonl", "--as", "candidate", "--json")["imports"]
    assert (brought["format"], brought["runs"], brought["cases"], brought["rejected"]) == ("acme", 1, 2, [])
    assert "cases with their status and latency" in copy.readiness("sources")
    said = copy.python(
        "-m", "pytest", "tests/sources/hostile", "-k", "acme", "-p", "no:cacheprovider", "-m", "slow or not slow"
    )
    assert int(re.findall(r"(\d+) passed", said)[0]) > 60, said
    assert "failed" not in said


@pytest.mark.slow
def test_the_arrows_between_rooms_hold_with_the_new_source(tmp_path):
    said = Copy(tmp_path, "A source").python(
        "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    assert "0 broken" in said, said


@pytest.mark.slow
def test_a_source_that_lets_an_error_out_does_not_pass_the_hostile_suite(tmp_path):
    copy = Copy(tmp_path, "A source")
    path = tmp_path / "src/readiness_tui/sources/acme.py"
    path.write_text(
        patched(path.read_text(), "-            except RecordError as error:\n+            except KeyError as error:\n")
    )
    said = copy.python(
        "-m", "pytest", "tests/sources/hostile", "-k", "acme", "-p", "no:cacheprovider", "-m", "not slow"
    )
    assert "failed" in said
    assert "after" in said


@pytest.mark.slow
def test_a_metric_can_be_asked_for_in_a_gate_and_shows_its_value(tmp_path):
    copy = Copy(tmp_path, "A metric")
    (tmp_path / "gate.yaml").write_text(
        'name: bot\nmetrics:\n  - metric: empty_answer_rate\n    threshold: "<= 0.10"\n'
    )
    cases = [
        {"run": {"id": "r"}},
        *({"case_id": f"c{n}", "output": " " * (n == 3) or "so", "status": "pass"} for n in range(4)),
    ]
    (tmp_path / "cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in cases))
    copy.readiness("new", "--system", "bot", "--release", "1")
    copy.readiness("import", "gate.yaml", "cases.jsonl", "--as", "candidate")
    (row,) = copy.told("gate", "show", "--json")["gate"]["results"]
    assert (row["metric"], row["value"], row["n"], row["result"]) == ("blank_answer_rate", 0.25, 4, "FAIL")
    assert "**`blank_answer_rate`**" in copy.python("-c", _METRICS_PAGE)


@pytest.mark.slow
def test_a_probe_proposes_a_score_for_its_item(tmp_path):
    copy = Copy(tmp_path, "A probe with its item")
    traces = [
        {"trace_id": f"t{n}", "model": "m", "status": "success", **({"user": "u"} if n else {})} for n in range(4)
    ]
    (tmp_path / "traces.jsonl").write_text("".join(json.dumps(row) + "\n" for row in traces))
    copy.readiness("new", "--system", "bot", "--release", "1", "--depth", "full")
    copy.readiness("import", "traces.jsonl")
    points, text, acceptable = json.loads(copy.python("-c", _PROPOSAL))
    assert (points, text, acceptable) == (1, "3 of 4 requests name their user: 75%, needs 99%", True)
