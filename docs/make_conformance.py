"""Write docs/conformance.md: which shapes of files are read. `python docs/make_conformance.py`; a test compares it.

Each row stands in a list in tests/shapes, with a file, and a recount of the raw file that our figures are held against.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = Path(__file__).with_name("conformance.md")
sys.path.insert(0, str(ROOT))

from tests.shapes.shape import Shape, shapes  # noqa: E402

HEAD = """\
# Which files are read, and how

Written by `docs/make_conformance.py` from the lists in `tests/shapes`: {n} shapes of {sources} tools and formats. Behind
each row stands a small file of that shape, with invented content, and a test: what the program makes of it is held
against a recount of the raw file in a few lines that share nothing with our readers.

Read *whole*: everything that the shape carries and the program knows of. *Partly*: the last column names what lacks.
*By mapping*: as a mapping that `readiness import --explain` proposes for it.
*Refused*: the last column has the telling words of the refusal.

"""
_READS = {"whole": "whole", "partly": "partly", "mapping": "by mapping", "refused": "refused"}


def document() -> str:
    """The whole of docs/conformance.md."""
    listed = sorted((shape for _, shape in shapes()), key=lambda shape: (shape.source.casefold(), shape.shape))
    sources = len({shape.source for shape in listed})
    out = [HEAD.format(n=len(listed), sources=sources)]
    for source, rows in groupby(listed, key=lambda shape: shape.source):
        out.append(
            f"## {source}\n\n| Shape | Written by | Seen in | Read | What lacks, or what it says |\n|:---|:---|:---|:---|:---|\n"
        )
        out += [_row(shape) for shape in rows]
        out.append("\n")
    return "".join(out).rstrip("\n") + "\n"


def _row(shape: Shape) -> str:
    said = f"“{shape.says}”" if shape.says and shape.reads == "refused" else shape.lacks
    cells = (shape.shape, shape.writer, shape.seen, _READS[shape.reads], said)
    return f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ') for cell in cells)} |\n"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
