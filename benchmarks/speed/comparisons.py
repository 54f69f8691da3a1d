"""What is measured: each a command of ours beside the least that it can cost, and beside what a person would use instead."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.speed import material
from benchmarks.speed.clock import Side, python

_HERE = Path(__file__).parent
_FLOORS, _PAINT, _HELLO, _INSIDE = (_HERE / f"{name}.py" for name in ("floors", "paint", "hello", "inside"))
_SCREEN = "120x40"
_DOWN = "\\x1b[B"
FACTOR = "1"  # of the size of the organisation
LARGE_REVIEW = ("--system", "assistant 01")  # of the organisation


@dataclass(frozen=True, slots=True)
class Comparison:
    """`goal`: what is asked, in words; `most`: the ratio of CPU to the floor that it allows, or the CPU seconds beyond the
    floor (`beyond`), or CPU seconds (`seconds`) or wall seconds (`wall`) alone; None: only shown. `memory`: MB that ours
    may hold."""

    key: str
    what: str
    ours: Side
    floor: Side | None = None
    peer: Side | None = None
    goal: str = ""
    most: float | None = None
    beyond: float | None = None
    seconds: float | None = None
    wall: float | None = None
    memory: float | None = None


def readiness(*arguments: object) -> tuple[str, ...]:
    return python("-c", "from readiness_tui.cli import main; main()", *arguments)


@dataclass
class Stage:
    """The folder in which everything is laid out, and how many records the big file has."""

    folder: Path
    records: int

    def file(self, name: str) -> Path:
        return self.folder / name

    def laid(self, name: str, make: Callable[[Path], None]) -> Path:
        """A file that is made once and kept for the next time."""
        path = self.file(name)
        if not path.exists():
            half = path.with_name(f"half-{name}")
            half.unlink(missing_ok=True)
            make(half)
            half.rename(path)
        return path

    @property
    def small(self) -> Path:
        return self.laid("sample.db", _sample)

    @property
    def large(self) -> Path:
        """The sample with the big file among its traces."""
        return self.laid(f"sample-{self.records}.db", self._fill)

    @property
    def organisation(self) -> Path:
        """A large organisation's file, its newest review judged."""
        return self.laid("organisation.db", _organise)

    @property
    def cases(self) -> Path:
        return material.write_cases(self.file(f"cases-{self.records}.jsonl"), self.records)

    @property
    def empty(self) -> Path:
        return self.laid(
            "empty.db", lambda path: _quiet(readiness("--db", path, "new", "--system", "bot", "--release", "1"))
        )

    @property
    def traces(self) -> Path:
        return material.write_records(self.file(f"traces-{self.records}.jsonl"), self.records)

    @property
    def otlp(self) -> Path:
        return material.write_otlp(self.file(f"otlp-{self.records}.jsonl"), self.records)

    def _fill(self, path: Path) -> None:
        shutil.copy(self.small, path)
        _quiet(readiness("--db", path, "import", self.traces))
        _quiet(readiness("--db", path, "check"))

    def fresh(self) -> Path:
        target = self.file("target.db")
        for left in self.folder.glob("target.db*"):
            left.unlink()
        shutil.copy(self.empty, target)
        return target


def _sample(path: Path) -> None:
    _quiet(readiness("--db", path, "demo", "--no-open"))
    _quiet(readiness("--db", path, "check"))  # whoever opens a file first judges it


def _organise(path: Path) -> None:
    # By a process of its own: what a child is said to have held is never less than what its parent held when it began.
    _quiet(python("-m", "benchmarks.organisation", path, "--factor", FACTOR))
    _quiet(readiness("--db", path, *LARGE_REVIEW, "check"))


def _quiet(command: tuple[str, ...]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(f"{' '.join(command[3:])}: {done.stderr}")


def floor(job: str, *arguments: object) -> Side:
    return Side(job, python(_FLOORS, job, *arguments), tells=True)


def _peer(name: str, *arguments: object) -> Side | None:
    """None where the package is not installed."""
    return floor(name, *arguments) if find_spec({"utils": "sqlite_utils"}.get(name, name)) else None


def importing(stage: Stage) -> Iterator[Comparison]:
    target = stage.file("target.db")

    def ours(source: Path) -> Side:
        return Side(
            "readiness import", readiness("--db", target, "import", source), before=lambda: _none(stage.fresh())
        )

    traces, other = stage.traces, stage.file("floor.db")
    yield Comparison(
        "import", "import of our own records", ours(traces), floor("rows", traces, other), floor("utils", traces, other),
        "≤ 8 × the floor, ≤ 110 MB", most=8, memory=110,
    )  # fmt: skip
    yield Comparison(
        "import-duckdb", "the same beside DuckDB's reader", ours(traces), floor("rows", traces, other),
        _peer("duckdb", traces, other),
    )  # fmt: skip
    otlp = stage.otlp
    yield Comparison(
        "import-otlp", "import of the same requests as OTLP", ours(otlp), floor("decoded", otlp),
        _peer("mlflow", traces, other) if stage.records <= 10_000 else None, "≤ 4 × decoding it, ≤ 110 MB", most=4, memory=110,
    )  # fmt: skip
    cases = stage.cases
    yield Comparison(
        "import-cases",
        "import of a run of as many cases",
        ours(cases),
        floor("decoded", cases),
        goal="≤ 110 MB",
        memory=110,
    )


def saving(stage: Stage) -> Iterator[Comparison]:
    target, traces = stage.file("target.db"), stage.traces
    yield Comparison(
        "save",
        "a reviewer's save while an import runs, 95th percentile",
        Side("score", python(_INSIDE, "save", target, traces), before=lambda: _none(stage.fresh()), tells=True),
        goal="≤ 0.075 s wall, no error",
        wall=0.075,
    )


def _none(made: object) -> None:
    """What is laid out is not handed on."""


def reading(stage: Stage) -> Iterator[Comparison]:
    small, large = stage.small, stage.large
    for name, *arguments in (("check",), ("runs",), ("scorecard",), ("gaps",), ("gate", "check")):
        said = " ".join((name, *arguments))
        yield Comparison(
            said, f"{said}, many traces beside the sample's",
            Side(said, readiness("--db", large, name, *arguments)),
            Side(said, readiness("--db", small, name, *arguments)),
            goal="≤ 1.2 × the sample's, ≤ 110 MB", most=1.2, memory=110,
        )  # fmt: skip
    bare = Side("python", python("-c", "pass"))
    yield Comparison(
        "check-sample", "check on the sample", Side("check", readiness("--db", small, "check")), bare,
        goal="≤ 0.35 CPU s", seconds=0.35,
    )  # fmt: skip
    yield Comparison(
        "version", "--version", Side("--version", readiness("--version")), bare, goal="≤ 8 × bare Python", most=8
    )
    yield Comparison("help", "--help", Side("--help", readiness("--help")), bare, goal="≤ 8 × bare Python", most=8)


def cold(stage: Stage) -> Iterator[Comparison]:
    yield Comparison(
        "cold", "all gate metrics and probe shares, nothing kept",
        Side("measure", python(_INSIDE, "measure", stage.small, stage.large), tells=True), floor("arrays", stage.traces),
        goal="≤ 3 × numpy on arrays", most=3,
    )  # fmt: skip


def listing(stage: Stage) -> Iterator[Comparison]:
    large = stage.large
    for job, what, most, words in (
        ("page", "a page of the list of traces, at any depth and in any order", 0.0005, "≤ 0.5 ms"),
        ("search", "the first 100 traces that hold a word", 0.001, "≤ 1 ms"),
    ):
        yield Comparison(
            job, what, Side(job, python(_INSIDE, job, large), tells=True),
            peer=Side({"page": "OFFSET", "search": "LIKE"}[job], python(_INSIDE, f"{job}_plain", large), tells=True),
            goal=f"{words} of SQL", seconds=most,
        )  # fmt: skip


def organising(stage: Stage) -> Iterator[Comparison]:
    """What is done at the large review of a large organisation, beside the same at the sample's."""
    large, small = stage.organisation, stage.small
    yield Comparison(
        "check-organisation", "check, 316 items and 60 reviewers beside the sample's",
        Side("check", readiness("--db", large, *LARGE_REVIEW, "check")), Side("check", readiness("--db", small, "check")),
    )  # fmt: skip
    yield Comparison(
        "score-organisation", "a score, until its consequences stand, 316 items, 60 reviewers, 40 reviews",
        Side("score", python(_INSIDE, "score", large, LARGE_REVIEW[1], "person 02"), tells=True),
        Side("score", python(_INSIDE, "score", small, "", "ana"), tells=True), goal="≤ 0.1 CPU s", seconds=0.1,
    )  # fmt: skip


def painting(stage: Stage) -> Iterator[Comparison]:
    if not sys.platform.startswith("linux"):
        return
    hello = Side("hello", python(_PAINT, "first", _SCREEN, "Hello", "--", *python(_HELLO)), tells=True)
    hello_key = Side("hello", python(_PAINT, "key", _SCREEN, "Hello", "", _DOWN, "--", *python(_HELLO)), tells=True)
    for key, database in (("sample", stage.small), ("many", stage.large)):
        app = readiness("--db", database)
        yield Comparison(  # first: an app that stays open for a while keeps what the next one opens with
            f"key-{key}", f"↓ in Checklists, {key}",
            Side("app", python(_PAINT, "key", _SCREEN, "NO-GO", "C", _DOWN, "--", *app), tells=True), hello_key,
            goal="≤ 1.5 × an empty app's", most=1.5,
        )  # fmt: skip
        yield Comparison(
            f"paint-{key}", f"first useful paint, {key}", Side("app", python(_PAINT, "first", _SCREEN, "NO-GO", "--", *app), tells=True),
            hello, goal="≤ hello-world + 0.25 s", beyond=0.25,
        )  # fmt: skip

    def down(*app: object) -> Side:
        return Side("app", python(_PAINT, "key", _SCREEN, "GO", "C", _DOWN, "--", *readiness("--db", *app)), tells=True)

    yield Comparison(
        "key-organisation", "↓ in Checklists, 316 items and 60 reviewers beside the sample's",
        down(stage.organisation, *LARGE_REVIEW), down(stage.small),
    )  # fmt: skip


GROUPS: dict[str, Callable[[Stage], Iterator[Comparison]]] = {
    "importing": importing,
    "saving": saving,
    "reading": reading,
    "cold": cold,
    "listing": listing,
    "organisation": organising,
    "painting": painting,
}
