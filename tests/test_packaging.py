"""What would be published: a wheel and an sdist that hold all they need, and work where the checkout is not."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from readiness_tui import __version__

ROOT = Path(__file__).parents[1]
NAME = f"readiness_tui-{__version__}"


def build(folder: Path, to: Path, *what: str) -> None:
    """By the build backend itself, without a network."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(to), *what]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert told.returncode == 0, told.stderr


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, what is in it, and the wheel that is built from that, as an index user would."""
    folder = tmp_path_factory.mktemp("dist")
    build(ROOT, folder, "-t", "sdist")
    with tarfile.open(folder / f"{NAME}.tar.gz") as packed:
        packed.extractall(folder / "unpacked", filter="data")
    build(folder / "unpacked" / NAME, folder, "-t", "wheel")
    return folder


@pytest.mark.slow
def test_the_sdist_holds_what_it_takes_to_build_test_and_read_it(dist: Path) -> None:
    top = dist / "unpacked" / NAME
    needed = {"README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "pyproject.toml", "PKG-INFO",
              "constraints.txt", "action.yml", "src", "tests", "checklists", "sample_data", "docs", "benchmarks", ".ci"}  # fmt: skip
    assert {path.name for path in top.iterdir()} - {".gitignore"} == needed
    tracked = subprocess.run(
        ["git", "ls-files", "src", "checklists", "sample_data", "docs", "tests"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    if tracked.returncode == 0 and tracked.stdout:  # a checkout, not an sdist itself
        assert [
            name for name in tracked.stdout.splitlines() if not (top / name).exists() and (ROOT / name).exists()
        ] == []


@pytest.mark.slow
def test_the_wheel_holds_the_program_and_nothing_of_the_checkout(dist: Path) -> None:
    with zipfile.ZipFile(dist / f"{NAME}-py3-none-any.whl") as wheel:
        names = wheel.namelist()
        metadata = email.message_from_string(wheel.read(f"{NAME}.dist-info/METADATA").decode())
        points = wheel.read(f"{NAME}.dist-info/entry_points.txt").decode()
    assert {name.split("/")[0] for name in names} == {"readiness_tui", f"{NAME}.dist-info", f"{NAME}.data"}
    assert f"{NAME}.data/data/share/man/man1/readiness.1" in names
    assert f"{NAME}.dist-info/licenses/LICENSE" in names
    for kind in (
        "checklists/*.yaml",
        "sample_data/*.jsonl",
        "src/readiness_tui/**/*.tcss",
        "src/readiness_tui/**/*.j2",
    ):
        found = [path.relative_to(ROOT).as_posix().removeprefix("src/readiness_tui/") for path in ROOT.glob(kind)]
        assert found
        assert [name for name in found if f"readiness_tui/{name}" not in names] == []
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".db"))]
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert "# readiness-tui" in metadata.get_payload()
    assert "readiness = readiness_tui.cli:main" in points
    assert "readiness-tui = readiness_tui.cli:main" in points


def test_the_version_and_the_classifiers_are_those_of_the_index() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__
    known = pytest.importorskip("trove_classifiers").classifiers
    assert [one for one in project["classifiers"] if one not in known] == []
    assert not [one for one in project["classifiers"] if one.startswith("License ::")]  # the expression says it


@pytest.mark.slow
def test_the_wheel_from_the_sdist_runs_the_demo(dist: Path, tmp_path: Path) -> None:
    where = tmp_path / "site"
    wheel = str(dist / f"{NAME}-py3-none-any.whl")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(where),
        wheel,
    ]
    subprocess.run(command, check=True, timeout=120)
    env = {**os.environ, "PYTHONPATH": str(where), "READINESS_WHO": "ana"}

    def run(code: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert Path(run("import readiness_tui; print(readiness_tui.__file__)").stdout.strip()).is_relative_to(where)
    call = (
        "import sys; sys.argv = ['readiness', '--db', 'demo.db', {words}]; from readiness_tui.cli import main; main()"
    )
    made = run(call.format(words="'demo', '--no-open'"))
    assert (made.returncode, made.stderr) == (0, "The sample is in demo.db\n")
    checked = run(call.format(words="'check'"))
    assert (checked.returncode, checked.stdout[:7]) == (1, "✗ NO-GO"), checked.stderr
    assert "observability" in run(call.format(words="'checklists', 'list'")).stdout
