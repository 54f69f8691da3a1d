"""The files that the hostile suite starts from: all that lie in tests/data, each with the source that knows it.

Nothing is listed here. A source is asked by content which files are its own, so that a new one is fuzzed by being
registered and having a file of its tool in tests/data.
"""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from tests.sources.hostile.trees import Tree, Write, take_apart

DATA = Path(__file__).parents[2] / "data"
_FOLDER = TemporaryDirectory()  # of this process, for the unpacked data
_ROWS = 6  # rows kept of a long list: what is done to a file is done to each kind of row, not to each row


@dataclass(frozen=True)
class Sample:
    """A file of one source: `path` in the unpacked data, `name` as seen from there."""

    source: str
    name: str
    path: Path

    @cached_property
    def whole(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def taken(self) -> tuple[Tree, Write] | None:
        """The file taken apart, its long lists made short."""
        found = take_apart(self.path)
        return None if found is None else (_shortened(found[0]), found[1])

    @cached_property
    def content(self) -> bytes:
        """The file, a long document made short where the source still reads it without a complaint (see the suite)."""
        text = self.whole.lstrip()[:1] in (b"{", b"[")
        return self.taken[1](self.taken[0]) if self.taken and text and len(self.whole) > 20_000 else self.whole

    def place(self, folder: Path) -> Path:
        """The file in an empty folder, with the folders that lie below its own (the tables beside a run)."""
        for below in self.path.parent.iterdir():
            if below.is_dir():
                shutil.copytree(below, folder / below.name, copy_function=shutil.copyfile)
        path = folder / self.path.name
        path.write_bytes(self.content)
        return path

    def place_among_neighbours(self, folder: Path) -> tuple[Path, ...]:
        """The file in a copy of its whole folder: itself, then all the others in it."""
        copied = Path(shutil.copytree(self.path.parent, folder / self.path.parent.name))
        path = copied / self.path.name
        return (path, *sorted(file for file in copied.rglob("*") if file.is_file() and file != path))


@cache
def every_sample() -> tuple[Sample, ...]:
    """Every file of tests/data that a source knows."""
    return tuple(samples(unpack(Path(_FOLDER.name, "data"))))


def unpack(root: Path) -> Path:
    """tests/data as a user has it: packed files unpacked, each beside its neighbours."""
    for path in sorted(DATA.rglob("*")):
        target = root / path.relative_to(DATA)
        if not path.is_file():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".gz":
            with gzip.open(path) as packed, target.with_suffix("").open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
        else:
            shutil.copyfile(path, target)
    return root


def samples(root: Path) -> Iterator[Sample]:
    """Every file below `root` that a source knows, once for each of those that know it equally well."""
    for path in sorted(file for file in root.rglob("*") if file.is_file()):
        for name in _known_by(path):
            yield Sample(name, path.relative_to(root).as_posix(), path)


def one_of_each(found: Iterable[Sample]) -> list[Sample]:
    """Without the files that are the same as an earlier one in all but their contents (baseline and candidate)."""
    kept: dict[tuple[str, str], Sample] = {}
    for sample in found:
        form = re.sub(r"baseline|candidate|epochs|[0-9a-f]{8,}|\d+", "", Path(sample.name).name)
        kept.setdefault((sample.source, form), sample)
    return list(kept.values())


def _known_by(path: Path) -> tuple[str, ...]:
    try:
        return (registry.recognise(path)[0].name,)
    except ReadinessError:
        return registry.also(path)


def _shortened(node: Tree) -> Tree:
    if isinstance(node, dict):
        return {key: _shortened(value) for key, value in node.items()}
    if isinstance(node, list):
        step = max(1, -(-len(node) // _ROWS))
        return [_shortened(value) for value in node[::step]]
    return node
