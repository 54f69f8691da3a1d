"""Every format, broken in every way we know, through `readiness import` itself: a sentence, or what could be read."""

from __future__ import annotations

import json
import re
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from random import Random

import click
from tests.hostile import RAW
from tests.sources.hostile import mutations
from tests.sources.hostile.samples import Sample, samples, unpack

from benchmarks.endurance.children import did, readiness
from benchmarks.endurance.model import Tried
from benchmarks.endurance.stage import fresh
from readiness_tui.cli.root import run
from readiness_tui.sqlite import sqlite3

_TURN = 60  # seconds of a core that one broken file may take …
_WAIT = 600  # … and of a clock, which go by while others have the core
_PARTS = 64
_ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp037")
_COUNTED = ("runs", "cases", "traces", "golden_cases")


class _SlowError(Exception):
    """The import of one file took longer than `_TURN` or `_WAIT`."""


def broken_files(folder: Path, rounds: int, formats: Sequence[str] = ()) -> Iterator[Tried]:
    """`rounds` broken files of each format (or of these, in this order), in turns over all its files in tests/data."""
    folder.mkdir(parents=True, exist_ok=True)
    base = folder / "base.db"
    if (made := readiness("--db", base, "new", "--system", "S", "--release", "1")).status:
        raise RuntimeError(made.said)
    by_source: dict[str, list[Sample]] = {}
    for sample in samples(unpack(folder / "data")):
        by_source.setdefault(sample.source, []).append(sample)
    if unknown := set(formats) - by_source.keys():
        raise click.UsageError(f"no file in tests/data is of {', '.join(sorted(unknown))}")
    for source in formats or sorted(by_source):
        yield _format(folder / source, base, source, by_source[source], rounds)


def _format(folder: Path, base: Path, source: str, found: list[Sample], rounds: int) -> Tried:
    """In a process of its own: what one broken file leaves behind in memory is not the next format's trouble."""
    began = time.monotonic()
    folder.mkdir()
    told = folder / "told.json"

    def job() -> int:
        told.write_text(json.dumps(_all(folder, base, found, rounds)), encoding="utf-8")
        return 0

    ended = did(job)
    if ended.status:
        broken, counts = [f"{source}: the process ended with {ended.status}: {ended.said[-500:]}"], {}
    else:
        broken, counts = json.loads(told.read_text(encoding="utf-8"))
    figure = ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items()))
    return Tried(
        f"{source}, broken: a sentence with its place, or what could be read", rounds, tuple(broken), figure,
        time.monotonic() - began,
    )  # fmt: skip


def _all(folder: Path, base: Path, found: list[Sample], rounds: int) -> tuple[list[str], dict[str, int]]:
    broken: list[str] = []
    counts = {"read": 0, "refused": 0}
    signal.signal(signal.SIGALRM, _stop)
    signal.signal(signal.SIGPROF, _stop)
    db = folder / "work.db"
    for number in range(rounds):
        sample = found[number % len(found)]
        place = folder / "place"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        path = sample.place(place)
        what, content = _broken(sample, number, Random(f"{sample.name} {number}"))
        path.write_bytes(content)
        if number % 50 == 0:
            fresh(base, db)
        status, wrong = _import(db, path)
        counts["read" if status == 0 else "refused"] += 1
        if wrong:
            broken.append(f"{sample.name}, {what} (number {number}): {wrong}")
            fresh(base, db)
    return broken, counts


def _broken(sample: Sample, number: int, chance: Random) -> tuple[str, bytes]:
    """A quarter cut at the 64ths in turn, an eighth in a wrong encoding, the others mutated as chance goes."""
    content, turn = sample.content, number // 8
    if number % 8 in (0, 4):
        at = (2 * turn + number % 8 // 4) * 37 % _PARTS  # far apart from the first on
        return f"cut at {at}/{_PARTS}", content[: len(content) * at // _PARTS]
    if number % 8 == 2:
        name = _ENCODINGS[turn % len(_ENCODINGS)]
        return f"written as {name}", content.decode("utf-8", "replace").encode(name, "replace")
    for _ in range(20):
        kind = chance.choice(mutations.KINDS)
        changed = mutations.mutated(kind, content, sample.taken, chance)
        if changed is not None:
            return kind.__name__, changed
    return "doubled", content + content


def _import(db: Path, path: Path) -> tuple[int, str]:
    """The exit status, and what was wrong with how it went ("" = nothing)."""
    before = _rows(db)
    out, err = StringIO(), StringIO()
    signal.setitimer(signal.ITIMER_PROF, _TURN)
    signal.alarm(_WAIT)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            status = run(["--db", str(db), "import", "--json", str(path)])
    except _SlowError:
        return 0, f"it took longer than {_TURN} s of a core or {_WAIT} s of a clock"
    except BaseException as error:
        return 0, f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
    return status, _wrong(status, out.getvalue(), err.getvalue(), path, before, db)


def _wrong(status: int, out: str, err: str, path: Path, before: tuple[int, ...], db: Path) -> str:
    after = _rows(db)
    if status not in (0, 2):
        return f"exit status {status}: {err[-300:]}"
    if re.search(r"^(Traceback|  File )", err, re.MULTILINE) or RAW.search(err):
        return f"what it says is not for people: {err[-300:]!r}"
    if after[0]:
        return "half an import is left"
    if status == 2:
        if after != before:
            return f"it was refused, and something of it is stored: {err[-300:]}"
        named = path.name in err or any(file.name in err for file in path.parent.iterdir())
        return "" if named and re.search(r"[.)\"]\s*$", err) else f"no sentence that names the file: {err[-300:]!r}"
    done = json.loads(out)["imports"]
    brought = sum(one[name] for one in done for name in _COUNTED)
    if not brought and not any(one["format"] == "gate" or one["again"] for one in done):
        return "nothing was imported, and it says that all is well"
    return ""


def _rows(db: Path) -> tuple[int, ...]:
    """Imports that are not published, those that are, and the rows of each kind."""
    conn = sqlite3.connect(db)
    try:
        counts = [
            conn.execute(sql).fetchone()[0]
            for sql in (
                "SELECT count(*) FROM import WHERE published_at IS NULL",
                "SELECT count(*) FROM import WHERE published_at IS NOT NULL",
                "SELECT count(*) FROM run",
                "SELECT count(*) FROM run_case",
                "SELECT count(*) FROM trace",
                "SELECT count(*) FROM eval_set",
            )
        ]
    finally:
        conn.close()
    return tuple(counts)


def _stop(number: int, frame: object) -> None:
    raise _SlowError
