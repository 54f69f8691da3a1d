"""Write docs/samples.md: what each file in tests/data brings. `python docs/make_samples.py`; a test compares it.

A number that moves is a change of what users get from their files: explain it in the commit that moves it.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from readiness_tui.services.importing.explain import Explained, explain

TARGET = Path(__file__).with_name("samples.md")
DATA = Path(__file__).parents[1] / "tests" / "data"

HEAD = """\
# What the sample files bring

Written by `docs/make_samples.py` from the files in `tests/data`, most of them written by the tools themselves. A test
compares this page, so that no number changes unexplained. Metrics: how many the file gives on its own, for runs or traces.

| File | Format | Runs | Cases | Traces | Metrics | Rejected | Warnings |
|:---|:---|---:|---:|---:|---:|---:|---:|
"""


def document() -> str:
    """The whole of docs/samples.md."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "data")
        _unpack(root)
        files = sorted(path for path in root.rglob("*") if path.is_file())
        return HEAD + "".join(_row(path.relative_to(root), explain(path)) for path in files)


def _unpack(root: Path) -> None:
    """The files as a user has them: packed ones unpacked, each beside its neighbours."""
    for path in _files():
        target = root / path.relative_to(DATA)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".gz":
            with gzip.open(path) as packed, target.with_suffix("").open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
        else:
            shutil.copy(path, target)


def _files() -> Iterator[Path]:
    for path in sorted(DATA.rglob("*")):
        parts = path.relative_to(DATA).parts
        # Incident notes are no data for `import`: they have a command, and tests, of their own.
        if path.is_file() and parts[0] != "incidents" and not any(part.startswith((".", "__")) for part in parts):
            yield path


def _row(path: Path, found: Explained) -> str:
    name = f"`{path.as_posix()}`"
    if found.refused:
        return f"| {name} | {_why(found)} | | | | | | |\n"
    figures = [figure for run in found.runs for figure in run.figures] + list(found.trace_figures)
    metrics = len({figure.key for figure in figures if figure.value is not None})
    counts = (len(found.runs), found.cases, found.traces, metrics, found.rejected, len(found.warnings))
    return f"| {name} | {found.format} | " + " | ".join(str(n) if n else "" for n in counts) + " |\n"


def _why(found: Explained) -> str:
    if "fits several formats" in found.refused:
        return "fits several: it asks"
    if "none of the formats that can be imported" in found.refused:
        return "none"
    return f"{found.format}: with another file" if found.format else "with another file"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
