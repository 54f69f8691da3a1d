"""Write docs/sources.md from the registry of sources: `python docs/make_sources.py`. A test holds it to be current."""

from __future__ import annotations

from pathlib import Path

from readiness_tui.services.importing.formats import formats

TARGET = Path(__file__).with_name("sources.md")

HEAD = """\
# What can be imported

Written by `docs/make_sources.py` from the formats themselves; `readiness sources` prints the same.

`readiness import PATH` takes a file or a folder. A file is recognised by its content, never by its name alone; where
two formats fit, it asks for `--format NAME`; a name that the file does not bear out is refused, or named beside the
result. `readiness import --explain PATH` says what a file would bring, which
part of it becomes which field, and which metrics it gives, without storing anything. For a table, a JSON list or JSON
lines of unknown format it proposes a [mapping file](mapping.md); other formats can be added by [plugins](plugin.md).
If a file counts tokens but has no cost, a [price table](prices.md) supplies it. `readiness imports` lists what was
imported and the lines that were rejected; runs from a file with rejected lines have lost cases, so they are partial.
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
