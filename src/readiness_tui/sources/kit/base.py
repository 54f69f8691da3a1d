"""What every source gives: a recogniser by content, and a stream of records.

A source never touches the store and never raises for one bad line: it yields a `Reject` with the line and reason.
It raises `ReadinessError` when the file as a whole cannot be used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Case, EvalSet, Run, Trace
from readiness_tui.domain.text.sanitise import one_line


@dataclass(frozen=True, slots=True)
class RunStart:
    """Opens a run; the `CaseRecord`s that follow with its id belong to it. Its warnings are made like those of `Warn`."""

    run: Run

    def __post_init__(self) -> None:
        if self.run.warnings:
            object.__setattr__(self, "run", replace(self.run, warnings=tuple(map(one_line, self.run.warnings))))


@dataclass(frozen=True, slots=True)
class CaseRecord:
    run_id: str
    case: Case
    raw: str  # the record as the file has it (JSON text)


@dataclass(frozen=True, slots=True)
class TraceRecord:
    """A trace. `part`: other files may bring more of it; the source puts them together (see `Assembles`)."""

    trace: Trace
    raw: str
    part: bool = False


@dataclass(frozen=True, slots=True)
class EvalSetRecord:
    eval_set: EvalSet


@dataclass(frozen=True, slots=True)
class Reject:
    """A line or record that could not be used: 1-based line (or record number), why, and its beginning.

    The reason may quote the file: whatever stands in it becomes one line that a terminal does not obey.
    """

    line: int
    reason: str
    excerpt: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", one_line(self.reason))


@dataclass(frozen=True, slots=True)
class Warn:
    """What a person should know of the file, in a sentence; made one visible line like a reject's reason."""

    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_line(self.text))


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes read so far of `total`; yielded now and then between records."""

    done: int
    total: int


class Counted(StrEnum):
    """What a tool counts of a run's cases."""

    CASES = "cases"
    PASSED = "passed"
    FAILED = "failed"
    ERRORS = "errors"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class DeclaredCount:
    """A count that the file states of a run. `where` it stands: a file, with a field or line where that helps."""

    run_id: str
    what: Counted
    value: int
    where: str


@dataclass(frozen=True, slots=True)
class DeclaredMean:
    """The tool's own mean of a score, over the cases of a run (of one `variant`, if given).

    `written`: the figure as it is printed, whose last digit says how far ours may be off; "" if it is not rounded.
    `rule`, `rule_value`: what the tool documents as its way to this figure, where that is no plain mean, and what that
    way gives over this file.
    """

    run_id: str
    metric: str
    value: float
    where: str
    written: str = ""
    variant: str | None = None
    rule: str = ""
    rule_value: float | None = None


@dataclass(frozen=True, slots=True)
class RunChecked:
    """A run as it is once all its cases went by: with what it lacks, and what the file states otherwise."""

    run: Run


Record = (
    RunStart
    | CaseRecord
    | TraceRecord
    | EvalSetRecord
    | Reject
    | Warn
    | Progress
    | DeclaredCount
    | DeclaredMean
    | RunChecked
)


#: How certain a source is at most of a file that only could be its own, for want of anything better.
GUESSED = 5


@dataclass(frozen=True, slots=True)
class Recognised:
    """Why a source believes a file is its own: shown to the person who imports.

    `warning`: what to say beside the result where a person chose a format that the file does not bear out.
    """

    format: str
    why: str
    certainty: int  # 0 no … 100 the tool's own signature
    warning: str = ""


class ReadAlongError(ReadinessError):
    """A file that is not imported by itself: what it holds comes with another file, which the message names."""


@runtime_checkable
class Joins(Protocol):
    """A source that puts a file together with others beside it."""

    def along(self, path: Path) -> tuple[Path, ...]:
        """The files beside `path` whose content `read(path)` joins: when one changes, `path` brings something new."""
        ...


@runtime_checkable
class ClaimsFolder(Joins, Protocol):
    """A source whose export is a folder of files that mean nothing each by itself: it reads the folder as one.

    `read` then takes that folder, and `along` names the files in it that are read.
    """

    def claims(self, folder: Path) -> Recognised | None:
        """Whether this folder itself is such an export, by what is in it; None too where it cannot be looked at."""
        ...


class Source(Protocol):
    """One outside format. `name` is what `--format` takes and what the import reports."""

    name: str
    title: str

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        """Decide from content (`head`: up to the first 64 KiB); the name of the file is never enough."""
        ...

    def read(self, path: Path) -> Iterator[Record]:
        """Stream the file's records."""
        ...


@runtime_checkable
class Described(Protocol):
    """A source that says what its files bring and what they lack, each in a few words (no final stop)."""

    brings: tuple[str, ...]
    lacks: tuple[str, ...]


@runtime_checkable
class Versioned(Protocol):
    """A source that reads the same files otherwise than an earlier version of it did. What has no number has 1."""

    reading: int


@runtime_checkable
class Assembles(Protocol):
    """A source whose traces come in parts: over several files, or several requests to the receiver."""

    def assemble(self, trace_id: str, raws: Sequence[str]) -> TraceRecord | None:
        """One trace from the raw records of its parts, earlier first; None if one of them is not its own."""
        ...
