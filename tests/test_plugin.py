"""A source from outside this package: the documented example, installed as a package and used on the command line."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "docs" / "plugin_example"


def test_the_page_on_plugins_is_current() -> None:
    written = (ROOT / "docs" / "plugin.md").read_text(encoding="utf-8")
    assert runpy.run_path(str(ROOT / "docs" / "make_plugin.py"))["document"]() == written, (
        "run python docs/make_plugin.py"
    )


@pytest.mark.slow
def test_the_example_is_installed_and_its_file_imported(tmp_path: Path) -> None:
    package, installed = tmp_path / "package", tmp_path / "site"
    package.mkdir()
    for name in ("pyproject.toml", "readiness_acme.py"):
        (package / name).write_bytes((EXAMPLE / name).read_bytes())
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(installed), str(package)], check=True, timeout=120)

    def readiness(*arguments: object, plugin: bool = True) -> subprocess.CompletedProcess[str]:
        known = {name: value for name, value in os.environ.items() if not name.startswith("READINESS_")}
        known |= {
            "READINESS_WHO": "ana",
            "XDG_STATE_HOME": str(tmp_path),
            "PYTHONPATH": str(installed) if plugin else "",
        }
        command = [sys.executable, "-c", "from readiness_tui.cli import main; main()", *map(str, arguments)]
        return subprocess.run(command, cwd=tmp_path, env=known, capture_output=True, text=True, timeout=120)

    sample = EXAMPLE / "sample.jsonl"
    without = readiness("import", "--explain", sample, plugin=False)
    assert "of no known format" in without.stdout
    assert "+ a run and its cases with status, latency and tone" in readiness("sources").stdout
    assert readiness("new", "--system", "bot", "--release", "1").returncode == 0
    done = readiness("import", sample, "--as", "candidate", "--json")
    assert done.returncode == 0, done.stderr
    (brought,) = json.loads(done.stdout)["imports"]
    assert (brought["format"], brought["why"]) == ("acme", "JSON lines that begin with acme_run")
    assert (brought["runs"], brought["cases"], [bad["line"] for bad in brought["rejected"]]) == (1, 2, [4])
    (run,) = json.loads(readiness("runs", "--json").stdout)["runs"]
    assert (run["id"], run["version"], run["role"]) == ("nightly-7", "v13", "candidate")
    explained = json.loads(readiness("import", "--explain", "--json", sample).stdout)["files"][0]
    figures = {figure["key"]: figure["value"] for figure in explained["runs"][0]["metrics"]}
    assert (figures["task_success_rate"], figures["tone"]) == (0.5, 0.65)
