"""Every word and sign of the screens, said in plain English: the one place that the app and the page on words take it from."""

from __future__ import annotations

from readiness_tui.domain.glossary.figures import FIGURES
from readiness_tui.domain.glossary.gate import GATE
from readiness_tui.domain.glossary.items import ITEMS
from readiness_tui.domain.glossary.model import Term, TermGroup
from readiness_tui.domain.glossary.people import PEOPLE
from readiness_tui.domain.glossary.records import RECORDS
from readiness_tui.domain.glossary.verdict import VERDICT

__all__ = ["TERMS", "TOPICS", "Term", "TermGroup", "look_up"]

TOPICS: tuple[TermGroup, ...] = (VERDICT, ITEMS, GATE, FIGURES, PEOPLE, RECORDS)
TERMS: tuple[Term, ...] = tuple(term for topic in TOPICS for term in topic.terms)


def look_up(word: str) -> Term | None:
    """The term that a word or sign stands for, by any of its spellings; None where the glossary has none.

    Upper and lower case are the same, unless two terms differ in it alone (`M` and `m`, `B` and `b`).
    """
    said = " ".join(word.split())
    return _EXACT.get(said) or _FOLDED.get(said.casefold())


_EXACT = {name: term for term in reversed(TERMS) for name in (*term.also, term.word)}
_FOLDED = {name.casefold(): term for name, term in _EXACT.items()}
