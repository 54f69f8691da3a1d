"""What an entry of the glossary is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A word or sign of the screens, the documents and the command line, in plain English.

    `also` are other spellings of the same thing: what a screen or another tool calls it. `why` is what follows from it for
    who reads it. `page` is where more stands: a file under `docs/`, with its heading after a `#` where one is meant.
    """

    word: str
    meaning: str
    also: tuple[str, ...] = ()
    why: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class TermGroup:
    """Terms that are read together, the ones that the others rest on first."""

    title: str
    terms: tuple[Term, ...]
