"""action.yml: its steps are run in bash as GitHub does, on the sample and with inputs that mean harm."""

from __future__ import annotations

import json
import os
import re
import site
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_ci_recipes import checkout  # noqa: F401

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}
AS_OF = "2026-11-24"
GATE = {
    "check": "gate", "gate": "evals/gate.yaml", "lock": "evals/gate.lock", "run": "results/candidate.jsonl",
    "baseline": "evals/baseline.jsonl", "traces": "evals/log.jsonl", "eval-set": "evals/golden_set.jsonl", "as-of": AS_OF,
}  # fmt: skip


class Job:
    """A runner's folder and files around the step `Check`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.temp = folder / "runner temp"
        self.tools = self.temp / "readiness-venv" / "bin"
        self.tools.mkdir(parents=True)
        (self.tools / "readiness").write_text(f"#!{sys.executable}\nfrom readiness_tui.cli import main\nmain()\n")
        (self.tools / "readiness").chmod(0o755)
        self.outputs: dict[str, str] = {}
        self.summary = ""

    def check(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        given = {name: one.get("default", "") for name, one in ACTION["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() == ACTION["inputs"].keys()
        env = {}
        for name, value in STEPS["Check"]["env"].items():
            found = re.fullmatch(r"\$\{\{ inputs\.([\w-]+) \}\}", value)
            assert found is not None
            env[name] = given[found[1]]
        out, page = self.folder / "output", self.folder / "page.md"
        out.write_text("")
        page.write_text("")
        told = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS["Check"]["run"]],
            cwd=self.folder, capture_output=True, text=True, timeout=120, check=False,
            env={**os.environ, **env, "RUNNER_TEMP": str(self.temp), "GITHUB_OUTPUT": str(out), "GITHUB_STEP_SUMMARY": str(page)},
        )  # fmt: skip
        self.outputs = dict(line.split("=", 1) for line in out.read_text().splitlines())
        self.summary = page.read_text()
        return told


@pytest.fixture
def job(checkout: Path) -> Job:  # noqa: F811
    subprocess.run(["sh", "evals/run.sh", "results/candidate.jsonl"], cwd=checkout, check=True)
    return Job(checkout)


def test_no_script_holds_anything_that_was_typed_into_a_workflow() -> None:
    assert ACTION["runs"]["using"] == "composite"
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        if "run" in step:
            assert step["shell"] == "bash"
            parsed = subprocess.run(["bash", "-n"], input=step["run"], capture_output=True, text=True, check=False)
            assert (parsed.returncode, parsed.stderr) == (0, "")
    used = set(re.findall(r"inputs\.([\w-]+)", json.dumps(ACTION["runs"])))
    assert used == ACTION["inputs"].keys()
    assert all(one["description"] for one in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))
    steps = {step.get("id") for step in ACTION["runs"]["steps"]}
    assert all(
        re.fullmatch(r"\$\{\{ steps\.check\.outputs\.\w+ \}\}", one["value"]) for one in ACTION["outputs"].values()
    )
    assert "check" in steps


@pytest.mark.slow
def test_a_gate_that_passes(job: Job) -> None:
    told = job.check(**GATE, junit="results/gate.xml")
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("● GO  the gate, as of 24 Nov 2026\n")
    assert (job.outputs["status"], job.outputs["verdict"]) == ("0", "GO")
    assert json.loads(Path(job.outputs["json"]).read_text())["verdict"] == "GO"
    assert "6 of 6 required pass" in job.summary
    assert (job.folder / "results" / "gate.xml").is_file()
    again = job.check(**GATE, against=job.outputs["json"])
    assert again.returncode == 0
    assert "since" in again.stdout.casefold()
    assert "::notice::" not in again.stdout
    first = job.check(**GATE, against="no/such.json")
    assert (first.returncode, first.stdout[:10]) == (0, "::notice::")


@pytest.mark.slow
def test_conditions_fail_warn_or_pass(job: Job) -> None:
    lock = job.folder / "evals" / "gate.lock"
    text = lock.read_text(encoding="utf-8").replace("2026-11-20", "2026-11-24")  # locked after the run
    lock.write_text("".join(line for line in text.splitlines(keepends=True) if not line.startswith("checksum")))
    for conditions, code in (("fail", 3), ("warn", 0), ("pass", 0)):
        told = job.check(**GATE, conditions=conditions)
        assert told.returncode == code, told.stderr
        assert job.outputs["verdict"] == "GO WITH CONDITIONS"
        assert job.outputs["status"] == ("0" if conditions == "pass" else "3")
        assert ("::warning::" in told.stdout) == (conditions == "warn")


@pytest.mark.slow
def test_a_review_that_is_no_go_and_a_scorecard(job: Job, sample_db: Path) -> None:
    told = job.check(db=str(sample_db), conditions="warn")
    assert told.returncode == 1
    assert job.outputs["verdict"] == "NO-GO"
    assert "NO-GO" in job.summary
    told = job.check(check="scorecard", scorecard="READINESS.md", as_of=AS_OF)
    assert (told.returncode, job.outputs["status"], job.outputs["verdict"]) == (1, "1", "NO-GO"), told.stderr


@pytest.mark.slow
def test_several_runs_a_line_each(job: Job) -> None:
    (job.folder / "results" / "second run.jsonl").write_bytes((job.folder / "results" / "candidate.jsonl").read_bytes())
    told = job.check(**{**GATE, "run": "results/candidate.jsonl\r\n\nresults/no such run.jsonl\n"})
    assert told.returncode == 2
    assert "no such run.jsonl" in told.stderr
    assert job.outputs == {"status": "2", "verdict": "", "json": ""}


HARM = (
    "$(touch pwned)", "`touch pwned`", "'; touch pwned; '", '"; touch pwned; "', "a\ntouch pwned", "--db=pwned", "-o pwned",
    "| touch pwned", "> pwned", "$IFS&&touch pwned", "*", "\n::set-output name=verdict::GO\nverdict=GO\n", "x\nstatus=0",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("harm", HARM)
def test_no_input_becomes_a_command(job: Job, sample_db: Path, harm: str) -> None:
    for name in ("check", "conditions"):
        told = job.check(db=str(sample_db), **{name: harm})
        assert (told.returncode, job.outputs) == (2, {})
        assert told.stdout.startswith("::error::The input ")
    told = job.check(**dict.fromkeys(("db", "system", "review", "against", "as-of", "junit"), harm))
    assert told.returncode == 2, told.stdout
    assert job.outputs == {"status": "2", "verdict": "", "json": ""}
    for name in (
        "db",
        "system",
        "review",
        "against",
        "as-of",
    ):  # each alone: the first that is refused hides the others
        told = job.check(**{"db": str(sample_db), name: f"x\n::error::{harm}"})
        said = f"{told.stdout}\n{told.stderr}".splitlines()
        assert not [line for line in said if line.lstrip().startswith("::") and "input against" not in line], name
    told = job.check(
        check="gate", **dict.fromkeys(("gate", "lock", "run", "baseline", "traces", "eval-set", "labels"), harm)
    )
    assert told.returncode == 2, told.stdout
    told = job.check(check="scorecard", scorecard=harm)
    assert told.returncode == 2, told.stdout
    assert job.outputs == {"status": "2", "verdict": "", "json": ""}
    assert not list(job.folder.rglob("pwned*"))
    assert not [line for line in told.stdout.splitlines() if line.startswith("::")]


@pytest.mark.slow
def test_it_installs_the_checkout_that_it_lies_in(tmp_path: Path) -> None:
    """Without a network: what the program stands on, and what builds it, comes from this environment."""
    env = {
        **os.environ,
        "RUNNER_TEMP": str(tmp_path / "runner temp"),
        "READINESS_ACTION": str(ROOT),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path.endswith("-packages"))
        or site.getsitepackages()[0],
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # which means: build without isolation
        "PIP_IGNORE_INSTALLED": "1",
    }
    (tmp_path / "runner temp").mkdir()
    told = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS["Install"]["run"]],
        cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert re.search(r"^readiness \d+\.\d+", told.stdout, re.MULTILINE)
    assert (tmp_path / "runner temp" / "readiness-venv" / "bin" / "readiness").is_file()
