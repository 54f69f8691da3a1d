"""Write docs/sources.md from the registry of sources: `python docs/make_sources.py`. A test holds it to be current."""

from __future__ import annotations

from pathlib import Path

from readiness_tui.services.importing.formats import formats

TARGET = Path(__file__).with_name("sources.md")

HEAD = """\
# What can be imported

Written by `docs/make_sources.py` from the formats themselves; `readiness sources` prints the same.

`readiness import PATH` takes a file or a folder. A file is recognised by its content, never by its name alone; where
two formats fit, it asks for `--format NAME`. `readiness import --explain PATH` says what a file would bring, which
part of it became which field, and which metrics it gives, without storing anything. For a table, a JSON list or JSON
lines of no known format it proposes a [mapping file](mapping.md); other formats come by [plugins](plugin.md). Where a
file counts tokens and says no cost, a [price table](prices.md) gives it. `readiness imports` lists what came in, and
the lines that were rejected; the runs of a file with such lines have lost cases, and are partial.
"""


def document() -> str:
    """The whole of docs/sources.md."""
    parts = [HEAD]
    for one in formats():
        parts.append(f"\n## `{one.name}`: {one.title}\n")
        for title, lines in (("Brings", one.brings), ("Lacks", one.lacks)):
            if lines:
                parts.append(f"\n{title}:\n\n" + "".join(f"- {line}\n" for line in lines))
    return "".join(parts)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
