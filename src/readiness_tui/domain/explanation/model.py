"""An explanation of one thing on a screen: passages under headings, some of them tables of what was added up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """`lines`: a paragraph each. `rows`: a table below them with the titles `columns`, its first column as wide as there is
    room; `total`: the line under the table."""

    heading: str
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    total: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """`name`: what it is about, in a word or two, for a list of explanations; `title`: in full; `words`: the terms of the
    glossary that it uses, the most important first."""

    name: str
    title: str
    passages: tuple[Passage, ...]
    words: tuple[str, ...] = ()


def passage(heading: str, *lines: str) -> Passage:
    """Without a table, and without the lines that have nothing to say."""
    return Passage(heading, tuple(line for line in lines if line))
