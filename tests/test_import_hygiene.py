"""What each command loads, asked of a fresh interpreter: the difference between 20 ms and a second and a half."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import readiness_tui.domain

HEAVY = {
    "pydantic",
    "textual",
    "sqlite_utils",
    "numpy",
    "scipy",
    "jinja2",
    "msgspec",
    "yaml",
    "rich",
    "sqlite3",
    "pysqlite3",
    "google.protobuf",
}

#: command → what it must not load, of HEAVY and of ours.
COMMANDS: dict[str, tuple[list[str], set[str]]] = {
    "--help": (["--help"], HEAVY | {"readiness_tui.store", "readiness_tui.sources", "readiness_tui.tui"}),
    "check --help": (["check", "--help"], HEAVY | {"readiness_tui.store", "readiness_tui.services", "readiness_tui.tui"}),
    "paths": (["paths"], HEAVY | {"readiness_tui.store", "readiness_tui.sources", "readiness_tui.tui"}),
    "nonsense": (["nonsense"], HEAVY | {"readiness_tui.services"}),
    "no database": (["check"], {"textual", "pydantic", "rich", "numpy", "scipy", "jinja2", "yaml", "sqlite_utils"}),
    "check": (["--db", "{db}", "check"], {"textual", "rich", "pydantic", "jinja2", "yaml", "scipy.stats"}),
    "gate show": (["--db", "{db}", "gate", "show"], {"textual", "rich", "pydantic", "jinja2", "yaml", "scipy.stats"}),
    "gate check": (["--db", "{db}", "gate", "check"], {"textual", "rich", "pydantic", "jinja2", "yaml", "scipy.stats"}),
    "check --scorecard": (
        ["check", "--scorecard", "none.md"],
        {"textual", "rich", "pydantic", "numpy", "scipy", "jinja2", "yaml", "sqlite_utils"},
    ),
    "compare": (["--db", "{db}", "compare"], {"textual", "rich", "pydantic", "jinja2", "yaml", "scipy.stats"}),
    "runs": (["--db", "{db}", "runs"], {"textual", "rich", "pydantic", "jinja2", "yaml", "scipy.stats"}),
    "gaps": (["--db", "{db}", "gaps"], {"textual", "rich", "pydantic", "jinja2", "yaml", "scipy.stats"}),
    "scorecard": (["--db", "{db}", "scorecard"], {"textual", "rich", "pydantic", "yaml", "scipy.stats"}),
    "incident list": (["--db", "{db}", "incident", "list"], {"textual", "rich", "pydantic", "jinja2", "yaml"}),
}  # fmt: skip

ASK = "import sys, json\n{code}\nprint('\\n' + json.dumps(sorted(sys.modules)))"
RUN = "from readiness_tui.cli.root import run\nrun({arguments!r})"


def loaded_by(code: str, cwd: Path) -> set[str]:
    told = subprocess.run(
        [sys.executable, "-c", ASK.format(code=code)], capture_output=True, cwd=cwd, timeout=60, check=True
    )
    names: list[str] = json.loads(told.stdout.splitlines()[-1])
    return set(names)


def test_version_loads_nothing_of_ours_but_the_root(tmp_path: Path) -> None:
    code = "sys.argv = ['readiness', '--version']\nfrom readiness_tui.cli import main\nmain()"
    ours = {name for name in loaded_by(code, tmp_path) if name.split(".")[0] == "readiness_tui"}
    assert ours == {"readiness_tui", "readiness_tui.cli"}
    assert "click" not in loaded_by(code, tmp_path)


#: One of each kind; .ci/run asks all of them.
QUICK = ("--help", "paths", "no database", "check", "gate check", "scorecard")


@pytest.mark.parametrize(
    "command", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in COMMANDS], ids=str
)
def test_a_command_loads_only_what_it_needs(command: str, filled_sample: Path, tmp_path: Path) -> None:
    arguments, forbidden = COMMANDS[command]
    arguments = [argument.format(db=filled_sample) for argument in arguments]
    assert loaded_by(RUN.format(arguments=arguments), tmp_path) & forbidden == set()


#: Commands that print what was kept: at most so many modules of ours, none of the rules, and nothing heavy.
KEPT = (
    "check",
    "check --json",
    "runs",
    "scorecard",
    "scorecard --format json",
    "gaps",
    "gaps --format csv",
    "gate show",
    "gate check",
)
MOST = 51  # opening a file, printing, and the seal that shows whether it was changed by hand, are modules of their own
#: Of the domain, what a kept result is read with: errors and the sanitiser, and by which number requests were read.
PLAIN = {
    "readiness_tui.domain",
    "readiness_tui.domain.errors",
    "readiness_tui.domain.text",
    "readiness_tui.domain.text.joiners",
    "readiness_tui.domain.text.sanitise",
    "readiness_tui.domain.traces",
    "readiness_tui.domain.traces.version",
}


@pytest.mark.parametrize(
    "command", [pytest.param(name, marks=() if " " not in name else pytest.mark.slow) for name in KEPT], ids=str
)
def test_a_command_that_finds_its_result_kept_loads_no_rule(command: str, filled_sample: Path, tmp_path: Path) -> None:
    code = RUN.format(arguments=["--db", str(filled_sample), *command.split()])
    loaded_by(code, tmp_path)
    loaded = loaded_by(code, tmp_path)
    ours = {name for name in loaded if name.split(".")[0] == "readiness_tui"}
    assert loaded & (HEAVY - {"sqlite3", "pysqlite3"}) == set()
    assert {name for name in ours if name.startswith("readiness_tui.domain")} == PLAIN
    assert not any(name.startswith(("readiness_tui.sources", "readiness_tui.reports")) for name in ours)
    assert len(ours) <= MOST


def test_the_rules_load_nothing_heavy(tmp_path: Path) -> None:
    """The domain: plain values and rules. numpy and scipy only inside the functions that compute with them."""
    folder = Path(readiness_tui.domain.__file__).parent
    modules = [
        ".".join(("readiness_tui", *path.relative_to(folder.parent).with_suffix("").parts)).removesuffix(".__init__")
        for path in sorted(folder.rglob("*.py"))
    ]
    assert len(modules) > 30
    loaded = loaded_by("import " + ", ".join(modules), tmp_path)
    assert loaded & HEAVY == set()
    assert {name for name in loaded if name.startswith("readiness_tui.")} <= {*modules, "readiness_tui.domain"}


def test_the_app_does_not_load_what_only_imports_and_documents_need(tmp_path: Path) -> None:
    loaded = loaded_by("import readiness_tui.tui.app", tmp_path)
    assert loaded & {"pydantic", "sqlite_utils", "numpy", "scipy", "jinja2", "yaml"} == set()
