"""The recipes in docs/ci.md do what they say: their shell steps are run on the sample, in a shell as CI's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from readiness_tui.domain.gate.model import Lock
from readiness_tui.reports.scorecard_md import scorecard_markdown
from readiness_tui.services.gate.lock_writing import write_lock
from readiness_tui.sources.settings.gate import read_gate
from tests.reports.sample import make_card

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_data"
GOLDEN_DIGEST = "bbf089daa30390fa0baa7f95b33268b06eb2fc14d2a66b27aed8c88f38c040b7"


def recipes() -> dict[str, dict]:
    """The YAML under each heading of the page."""
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    return {
        title: yaml.safe_load(text)
        for title, text in re.findall(r"^## ([^\n]+)\n(?:(?!^## ).)*?```yaml\n(.*?)```", page, re.DOTALL | re.MULTILINE)
    }


def installed(step: str) -> str:
    """The step as it is run here: what is under test is installed already."""
    return re.sub(r"^pip install .*$", "readiness --version", step.strip(), flags=re.MULTILINE)


def test_no_recipe_needs_a_published_package() -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    installs = re.findall(r"pip install ([^\n`]+)", page)
    assert len(installs) == 3
    assert {re.sub(r"\s+", " ", one) for one in installs} <= {
        "-c tools/readiness-tui/constraints.txt ./tools/readiness-tui", "-c tools/readiness-tui/constraints.txt",
    }  # fmt: skip
    assert (ROOT / "constraints.txt").is_file()


def test_the_recipe_with_the_action_gives_it_inputs_that_it_has() -> None:
    has = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    steps = recipes()["GitHub Actions"]["jobs"]["gate"]["steps"]
    given = [step["with"] for step in steps if step.get("uses") == "./tools/readiness-tui"]
    assert len(given) == 2
    assert all(one.keys() <= has.keys() for one in given)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository laid out as the page says, with the sample's files."""
    evals = tmp_path / "evals"
    evals.mkdir()
    for name, target in (
        ("gate.yaml", "gate.yaml"),
        ("golden_set.jsonl", "golden_set.jsonl"),
        ("structured_log.jsonl", "log.jsonl"),
        ("runs/baseline.cases.jsonl", "baseline.jsonl"),
    ):
        shutil.copy(SAMPLE / name, evals / target)
    gate = read_gate(evals / "gate.yaml")
    locked = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)
    write_lock(evals / "gate.lock", gate, Lock("ana", locked, gate.digest, GOLDEN_DIGEST, gate.judge_digest))
    (evals / "run.sh").write_text(
        f'#!/bin/sh\nset -e\nmkdir -p "$(dirname "$1")"\ncp "{SAMPLE}/runs/candidate.cases.jsonl" "$1"\n',
        encoding="utf-8",
    )
    (evals / "run.sh").chmod(0o755)
    (tmp_path / "READINESS.md").write_text(scorecard_markdown(make_card()), encoding="utf-8")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "readiness").write_text(
        f"#!{sys.executable}\nfrom readiness_tui.cli import main\nmain()\n", encoding="utf-8"
    )
    (tools / "readiness").chmod(0o755)
    return tmp_path


def shell(script: str, checkout: Path) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "PATH": f"{checkout / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "AS_OF": "2026-11-24",
        "GITHUB_STEP_SUMMARY": str(checkout / "summary.md"),
    }
    command = ["bash", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
def test_the_steps_for_github(checkout: Path) -> None:
    steps = recipes()["GitHub Actions, step by step"]["jobs"]["gate"]["steps"]
    told = {step["name"]: shell(installed(step["run"]), checkout) for step in steps if "run" in step}
    status = {name: (done.returncode, done.stderr) for name, done in told.items()}
    # The example scorecard of the tests is a NO-GO; everything else of the sample is fine.
    assert {name: code for name, (code, _) in status.items() if code} == {"Committed scorecard": 1}, status
    assert told["Gate"].stdout.startswith("● GO  the gate, as of 24 Nov 2026\n")
    assert "6 of 6 required pass" in (checkout / "summary.md").read_text(encoding="utf-8")
    assert ElementTree.parse(checkout / "results" / "gate.xml").getroot().find(".//failure") is None


@pytest.mark.slow
def test_the_script_for_gitlab_stops_where_the_answer_is_no(checkout: Path) -> None:
    job = recipes()["GitLab"]["readiness"]
    script = "\n".join(map(installed, job["script"]))
    stopped = shell(script, checkout)
    assert (stopped.returncode, "NO-GO" in stopped.stdout) == (1, True), stopped.stderr
    assert not (checkout / "results" / "gate.xml").exists()
    without = "\n".join(installed(step) for step in job["script"] if "--scorecard" not in step)
    lock = (checkout / "evals" / "gate.lock").read_text(encoding="utf-8").replace("2026-11-20", "2026-11-24")
    kept = "".join(
        line for line in lock.splitlines(keepends=True) if not line.startswith("checksum")
    )  # as an older one
    (checkout / "evals" / "gate.lock").write_text(kept, encoding="utf-8")
    done = shell(without, checkout)  # locked after the run: a condition
    assert done.returncode == job["allow_failure"]["exit_codes"] == 3, done.stderr
    assert (checkout / job["artifacts"]["reports"]["junit"]).is_file()
    assert "run before lock" in (checkout / "results" / "gate.md").read_text(encoding="utf-8")
