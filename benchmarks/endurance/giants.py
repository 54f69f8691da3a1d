"""Files that are far too large, too wide or too deep, through `readiness import`: a sentence or the records, in bounded memory."""

from __future__ import annotations

import gzip
import resource
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from benchmarks.endurance.children import Ended, command, did, readiness
from benchmarks.endurance.model import Tried

MB = 1024 * 1024
#: MiB that an import may hold, whatever the file …
LIMIT = 1024
#: … but for one JSON document, which is held as a whole and read up to 256 MiB.
DOCUMENT = 5 * 1024
#: Seconds of a core.
PATIENCE = 300.0
_X = b"x" * MB
_RUN = b'{"run": {"id": "r", "name": "r", "tool": "t"}}\n'
_CASE = b'{"case_id": "%s", "question": "q", "output": "a", "status": "pass"}\n'


@dataclass(frozen=True, slots=True)
class Giant:
    """`write` fills the file; its size follows from `size` (MiB, or thousands of columns). `status`: how the import ends;
    `says`: a part of what is said of it. `limit`: MiB that the process may hold at most."""

    name: str
    write: Callable[[IO[bytes], int], None]
    size: int
    status: int
    says: str
    limit: int = LIMIT


def giants(folder: Path, percent: int) -> Iterator[Tried]:
    """Each giant once, at so many percent of its size."""
    folder.mkdir(parents=True, exist_ok=True)
    base = folder / "base.db"
    if (made := readiness("--db", base, "new", "--system", "S", "--release", "1")).status:
        raise RuntimeError(made.said)
    for giant in GIANTS:
        path, db = folder / giant.name, folder / "work.db"
        for left in folder.glob("work.db*"):
            left.unlink()
        db.write_bytes(base.read_bytes())
        with path.open("wb") as file:
            giant.write(file, max(giant.size * percent // 100, 1))
        size = path.stat().st_size / MB
        try:
            yield _tried(giant, db, path, size, whole=percent >= 100)
        finally:
            path.unlink()


def _tried(giant: Giant, db: Path, path: Path, size: float, *, whole: bool) -> Tried:
    began = time.monotonic()
    ended = did(_bounded(command("--db", db, "import", path)))
    took = time.monotonic() - began
    broken = list(_wrong(giant, ended, path.name, whole=whole))
    if ended.memory > giant.limit:
        broken.append(f"{giant.name}: it held {ended.memory:,.0f} MiB")
    if ended.cpu > PATIENCE:
        broken.append(f"{giant.name}: it took {ended.cpu:,.0f} s of a core")
    if (sound := readiness("--db", db, "doctor")).status:
        broken.append(f"{giant.name}: doctor: {sound.said[-300:]}")
    figure = f"{size:,.0f} MiB, {ended.cpu:.0f} s of a core, at most {ended.memory:,.0f} of {giant.limit:,} MiB held"
    return Tried(f"{giant.name}: a sentence or the records, in bounded memory and time", 1, tuple(broken), figure, took)


def _wrong(giant: Giant, ended: Ended, name: str, *, whole: bool) -> Iterator[str]:
    if "Traceback" in ended.said or ended.status not in (0, 2):
        yield f"{giant.name}: exit status {ended.status}: {ended.said[-500:]}"
    elif name not in ended.said:
        yield f"{giant.name}: the sentence does not name the file: {ended.said[:300]}"
    elif whole and (ended.status != giant.status or giant.says not in ended.said):
        yield f"{giant.name}: exit status {ended.status}, and {giant.says!r} is not in what it said: {ended.said[:500]}"


def _bounded(job: Callable[[], int]) -> Callable[[], int]:
    """The address space has an end too, so that a giant takes down no machine."""

    def run() -> int:
        most = 12 * 1024 * MB
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        return job()

    return run


def _times(file: IO[bytes], count: int, before: bytes = b"", after: bytes = b"") -> None:
    file.write(before)
    for _ in range(count):
        file.write(_X)
    file.write(after)


def _long_line(file: IO[bytes], size: int) -> None:
    file.write(_RUN + _CASE % b"1")
    _times(file, size, b'{"case_id": "big", "question": "q", "status": "pass", "output": "', b'"}\n')
    file.write(_CASE % b"2")


def _long_lines(file: IO[bytes], size: int) -> None:
    """Each just below the limit of a line."""
    file.write(_RUN)
    for n in range(size // 15 + 1):
        _times(file, 15, b'{"case_id": "%d", "question": "q", "status": "pass", "output": "' % n, b'"}\n')


def _wide_header(file: IO[bytes], size: int) -> None:
    file.write(b",".join(b"column%d" % n for n in range(size * 1000)) + b"\n")
    file.write(b",".join(b"1" for _ in range(size * 1000)) + b"\n")


def _wide_row(file: IO[bytes], size: int) -> None:
    file.write(b"case_id,question,output,status\n1,q,a,pass\n")
    file.write(b",".join(b"1" for _ in range(size * 1000)) + b"\n2,q,a,pass\n")


def _zeros(file: IO[bytes], size: int) -> None:
    file.truncate(size * MB)


def _one_text(file: IO[bytes], size: int) -> None:
    _times(file, size, b'[{"case_id": "1", "question": "q", "output": "', b'"}]')


def _plain_text(file: IO[bytes], size: int) -> None:
    _times(file, size)


def _dense(value: bytes) -> Callable[[IO[bytes], int], None]:
    def write(file: IO[bytes], size: int) -> None:
        file.write(b'[{"case_id": "1", "question": "q", "output": "a", "status": "pass", "vector": [' + value)
        block = (b"," + value) * (MB // (len(value) + 1))
        for _ in range(size):
            file.write(block)
        file.write(b"]}]")

    return write


def _many_cases(file: IO[bytes], size: int) -> None:
    file.write(b"[")
    for n in range(size * MB // 500):
        file.write(
            b"%s%s" % (b"," if n else b"", (_CASE % (b"c%d" % n)).strip()[:-1] + b', "note": "' + b"n" * 400 + b'"}')
        )
    file.write(b"]")


def _deep(opening: bytes) -> Callable[[IO[bytes], int], None]:
    def write(file: IO[bytes], size: int) -> None:
        block = opening * (MB // len(opening))
        for _ in range(size):
            file.write(block)

    return write


def _deep_line(file: IO[bytes], size: int) -> None:
    deep = b"[" * (size * MB // 2) + b"]" * (size * MB // 2)
    file.write(_RUN + _CASE % b"1" + b'{"case_id": "2", "output": ' + deep + b"}\n" + _CASE % b"3")


def _gzip_zeros(file: IO[bytes], size: int) -> None:
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packed:
        for _ in range(size):
            packed.write(bytes(MB))


def _gzip_text(file: IO[bytes], size: int) -> None:
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packed:
        packed.write(_RUN + _CASE % b"1" + b'{"case_id": "2", "question": "q", "output": "')
        for _ in range(size):
            packed.write(_X)
        packed.write(b'"}\n')


def _zip_bomb(file: IO[bytes], size: int) -> None:
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("header.json", "w", force_zip64=True) as member,
    ):
        member.write(b'{"version": 2, "eval": {"task": "')
        for _ in range(size):
            member.write(_X)
        member.write(b'"}}')


def _zip_of_many(file: IO[bytes], size: int) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", b"{}")
        for n in range(size * 1000):
            archive.writestr(f"samples/{n}.json", b"{}")


def _xml(file: IO[bytes], size: int) -> None:
    head = b'<testsuites><testsuite name="a" tests="1"><testcase name="t"><failure>'
    _times(file, size, head, b"</failure></testcase></testsuite></testsuites>")


def _xml_bomb(file: IO[bytes], size: int) -> None:
    file.write(b'<?xml version="1.0"?><!DOCTYPE testsuites [<!ENTITY a0 "lol">')
    for n in range(1, max(size, 2)):
        file.write(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10))
    file.write(b']><testsuites><testsuite name="&a%d;"/></testsuites>' % (max(size, 2) - 1))


def _yaml(file: IO[bytes], size: int) -> None:
    _times(file, size, b'thresholds:\n  faithfulness: 0.8\nnote: "', b'"\n')


def _empty_lines(file: IO[bytes], size: int) -> None:
    for _ in range(size):
        file.write(b"\n" * MB)


GIANTS = (
    Giant("a_line_of_100_MB.jsonl", _long_line, 100, 0, "longer than 16 MiB"),
    Giant("lines_of_15_MB.jsonl", _long_lines, 300, 0, "21 cases"),
    Giant("a_million_columns.csv", _wide_header, 1000, 2, "a table is read up to 10,000 columns"),
    Giant("a_row_of_a_million_cells.csv", _wide_row, 1000, 0, "the row has 1000000 cells"),
    Giant("a_GB_of_zeros.json", _zeros, 1024, 2, "binary"),
    Giant("a_GB_of_text.txt", _plain_text, 1024, 2, "neither JSON"),
    Giant("a_text_of_a_GB.json", _one_text, 1024, 2, "is read up to 256 MiB"),
    Giant("dense_numbers.json", _dense(b"1"), 64, 2, "is read up to 16,000,000 values", DOCUMENT),
    Giant("dense_objects.json", _dense(b"{}"), 250, 2, "is read up to 16,000,000 values", DOCUMENT),
    Giant("as_dense_as_is_read.json", _dense(b"{}"), 45, 0, "1 case", DOCUMENT),
    Giant("half_a_million_cases.json", _many_cases, 250, 0, "cases", DOCUMENT),
    Giant("deep_lists.json", _deep(b"["), 200, 2, "deep", DOCUMENT),
    Giant("deep_objects.json", _deep(b'{"a":'), 200, 2, "deep", DOCUMENT),
    Giant("a_deep_line.jsonl", _deep_line, 14, 0, "nested deeper than 100 levels"),
    Giant("zeros_of_5_GB.json.gz", _gzip_zeros, 5 * 1024, 2, "unpacks to more than 4 GiB"),
    Giant("a_line_of_a_GB.jsonl.gz", _gzip_text, 1024, 0, "longer than 16 MiB"),
    Giant("a_GB_in_a_few_MB.eval", _zip_bomb, 1024, 2, "unpacks to"),
    Giant("600000_members.eval", _zip_of_many, 600, 2, "600000_members.eval"),
    Giant("a_GB_of_xml.xml", _xml, 1024, 2, "a_GB_of_xml.xml"),
    Giant("entities_in_entities.xml", _xml_bomb, 12, 2, "entities_in_entities.xml"),
    Giant("a_GB_of_yaml.yaml", _yaml, 1024, 2, "a_GB_of_yaml.yaml"),
    Giant("a_GB_of_nothing.jsonl", _empty_lines, 1024, 2, "a_GB_of_nothing.jsonl"),
)
