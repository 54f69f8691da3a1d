"""Where a move is played: a folder for its files, and the command line."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from benchmarks.moves.material import AS_OF, Release, lock_text
from readiness_tui.domain.errors import ReadinessError

VERDICTS = {0: "GO", 1: "NO-GO", 2: "refused", 3: "GO WITH CONDITIONS"}
GLYPHS = frozenset("●◐✗·▸!")
_LIMIT = 120  # seconds; a command takes less than two
_NO_SETTINGS = ("READINESS_DB", "READINESS_WHO", "GITHUB_STEP_SUMMARY")


@dataclass(frozen=True, slots=True)
class Told:
    """What a command answered."""

    code: int
    out: str
    err: str = ""

    @property
    def verdict(self) -> str:
        return VERDICTS.get(self.code, f"exit status {self.code}")

    @property
    def lines(self) -> list[str]:
        """What was printed, an entry a line: the program wraps at 80 columns, what goes on stands deeper."""
        found: list[str] = []
        for line in (self.out + self.err).splitlines():
            said = line.strip()
            if found and len(line) - len(line.lstrip()) > 2 and said[:1] not in GLYPHS:
                found[-1] += f" {said}"
            elif said:
                found.append(said)
        return found

    @property
    def text(self) -> str:
        return " ".join((self.out + self.err).split())


class RefusedError(Exception):
    """A step of a move that the program did not take."""

    def __init__(self, told: Told) -> None:
        super().__init__(told.text)
        self.told = told


class Caller(Protocol):
    def __call__(self, arguments: Sequence[str], folder: Path) -> Told: ...


def in_process(arguments: Sequence[str], folder: Path) -> Told:
    """The program's own entry, without the seconds that a new interpreter takes."""
    from readiness_tui.cli.root import run

    out, err = io.StringIO(), io.StringIO()
    with _settings(), contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(list(arguments))
    return Told(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True, slots=True)
class Program:
    """An installation: the path of its `readiness`."""

    path: str

    def __call__(self, arguments: Sequence[str], folder: Path) -> Told:
        env = {name: value for name, value in os.environ.items() if name not in _NO_SETTINGS}
        done = subprocess.run(
            [self.path, *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=_LIMIT, check=False
        )
        return Told(done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def _settings() -> Iterator[None]:
    kept = {name: os.environ.pop(name) for name in _NO_SETTINGS if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


@dataclass(slots=True)
class Stage:
    folder: Path
    caller: Caller

    def write(self, name: str, content: str | Iterable[Mapping[str, Any]]) -> str:
        """A file of text, or of JSON lines; its name."""
        text = content if isinstance(content, str) else "".join(json.dumps(row) + "\n" for row in content)
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def call(self, *arguments: object) -> Told:
        return self.caller([str(argument) for argument in arguments], self.folder)

    # From files alone

    def locked(self, release: Release, *, dataset: bool = True) -> None:
        """Golden set, gate and gate.lock: what is agreed on before anything is tried. `dataset`: the lock names the set."""
        self.write("golden.jsonl", release.golden)
        self.write("gate.yaml", release.gate)
        try:
            self.write("gate.lock", lock_text(self.folder / "gate.yaml", release.golden if dataset else None))
        except ReadinessError as error:  # a gate of later rules, in an earlier version
            raise RefusedError(Told(2, "", str(error))) from error

    def check(self, release: Release, *more: object, agreed: bool = True, eval_set: bool = True) -> Told:
        """Hold the release against its gate. `agreed`: golden set and gate are locked as they are in the release; else
        they stand in the folder already. `more`: further arguments."""
        if agreed:
            self.locked(release)
        self.write("run.jsonl", release.lines())
        self.write("labels.jsonl", release.labels)
        golden = ("--eval-set", "golden.jsonl") if eval_set else ()
        labels = ("--labels", "labels.jsonl") if release.labels else ()
        return self.judge("--run", "run.jsonl", *golden, *labels, *more)

    def judge(self, *more: object) -> Told:
        return self.call(
            "--who",
            "ana",
            "gate",
            "check",
            "--gate",
            "gate.yaml",
            "--lock",
            "gate.lock",
            *more,
            "--as-of",
            AS_OF.isoformat(),
        )

    # In a review

    def review(self, release: Release) -> None:
        """A new review whose golden set and gate are imported and locked, now."""
        self.write("golden.jsonl", release.golden)
        self.write("gate.yaml", release.gate)
        self.must("new", "--system", "bot", "--release", "1", "--owner", "ana")
        self.must("import", "golden.jsonl", "gate.yaml")
        self.must("gate", "lock", "--folder", ".")

    def imports(self, release: Release, role: str = "candidate", name: str = "run.jsonl") -> Told:
        """Import a run that starts now, with its labels. Without a role it is the candidate as long as it is the latest."""
        release.header["started_at"] = datetime.now(UTC).isoformat()
        self.write(name, release.lines())
        told = self.must("import", name, *(("--as", role) if role else ()))
        if release.labels and role != "baseline":
            self.must("labels", "import", self.write(f"labels-{name}", release.labels))
        return told

    def must(self, *arguments: object) -> Told:
        """A command that has to work for the move to go on. Raises RefusedError."""
        told = self.call("--who", "ana", *arguments)
        if told.code != 0:
            raise RefusedError(told)
        return told

    def verdict(self) -> Told:
        """The gate's part of the review's verdict."""
        return self.call("gate", "check")
