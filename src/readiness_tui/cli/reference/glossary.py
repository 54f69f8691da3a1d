"""`glossary`: what a word or sign of the screens and documents means."""

from __future__ import annotations

import click

from readiness_tui.cli.common import as_json, say, say_json
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.glossary import TERMS, TOPICS, Term, look_up
from readiness_tui.domain.text.format import wrap

_WIDTH = 78
_NEAR = 5  # words that are offered where the one asked for is not known


@click.command("glossary")
@click.argument("words", nargs=-1)
@as_json
def glossary_command(words: tuple[str, ...], as_json: bool) -> None:
    """Say what words and signs of the screens mean; without WORDS, all of them.

    Several words in quotes are one term: `readiness glossary "could be luck" "≥~"`.
    """
    terms = [_found(word) for word in words] or TERMS
    if as_json:
        say_json({"schema": 1, "terms": [_as_json(term) for term in terms]})
        return
    if words:
        for term in terms:
            _say(term)
        return
    for topic in TOPICS:
        say(topic.title.upper())
        for term in topic.terms:
            _say(term)
        say()


def _found(word: str) -> Term:
    if term := look_up(word):
        return term
    import difflib

    names = [name for term in TERMS for name in (term.word, *term.also)]
    holding = [name for name in names if word.strip() and word.casefold() in name.casefold()]
    near = list(dict.fromkeys([*holding, *difflib.get_close_matches(word, names, _NEAR)]))[:_NEAR]
    offered = f" Near to it: {', '.join(f'“{name}”' for name in near)}." if near else ""
    raise ReadinessError(f"The glossary has no “{word}”.{offered} `readiness glossary` lists all of its words.")


def _say(term: Term) -> None:
    say(term.word)
    for line in wrap(f"{term.meaning} {term.why}".strip(), _WIDTH):
        say(f"  {line}")


def _as_json(term: Term) -> dict[str, object]:
    return {"word": term.word, "also": list(term.also), "meaning": term.meaning, "why": term.why, "page": term.page}
