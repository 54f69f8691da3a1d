"""Every word of the screens and documents is in the glossary, or is plain English and stands in the list below."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from readiness_tui.cli.root import run
from readiness_tui.domain.glossary import TERMS, look_up
from readiness_tui.services.review import scorecard
from tests.docs.pages import DOCS, anchors
from tests.docs.sample import sample
from tests.docs.screen_words import headings, legends, statuses, titles

#: Words that say what they are. Whatever is of this program's own, or of statistics, has a term.
PLAIN = {
    "answer", "question", "expected", "summary", "date", "times utc", "my note", "reason", "expires", "now", "highlighted", "selected",
    "the same", "decided in this meeting", "how long it took", "overdue actions", "verified or closed", "path", "url", "a word", "all",
    "both", "same", "other", "owner and date", "scored", "the review itself", "high risk", "ok", "version",
    # chapters of the scorecard, of words that have a term
    "gate in full", "high-risk cases", "must-pass cases", "judge against people", "waivers and not-applicables",
    "disagreements, overrides, and what would flip the verdict",
    # a row of what a colleague's answer brings, and of the first page
    "a condition", "as here", "settled already", "kept beside already", "taken in", "reasons",
    # steps of a request, as OpenTelemetry calls them
    "agent", "embedding", "guard", "model", "retrieval", "validation",
}  # fmt: skip
#: What the collector takes for a word of a screen, and no screen shows: names of the environment, and of the code.
NOT_WORDS = {"BINDINGS", "EDITOR", "VISUAL", "LEGEND", "MB", "why ↓"}


def missing(found: set[tuple[str, str]]) -> dict[str, str]:
    return {
        word: place
        for place, word in found
        if not look_up(word) and word.casefold() not in PLAIN and word not in NOT_WORDS
    }


@pytest.mark.parametrize("collected", [headings, legends, statuses])
def test_every_word_of_the_screens_is_explained(collected: type) -> None:
    found = set(collected())
    assert len(found) > 25
    assert missing(found) == {}, "give it a term in src/readiness_tui/domain/glossary"


def test_every_word_of_the_scorecard_is_explained(tmp_path: Path) -> None:
    with sample(tmp_path) as desk:
        found = set(titles(scorecard.text(desk)))
    assert len(found) > 40
    assert missing(found) == {}


def test_a_new_word_is_missed() -> None:
    assert missing({("somewhere", "Frobnication")}) == {"Frobnication": "somewhere"}


@pytest.mark.parametrize(
    "word",
    ["course depth", "Days 15–21", "≥~", "within noise", "proven", "shown", "claimed", "assurance", "condition", "waiver", "blocker",
     "gap", "lock", "golden set", "bound", "n", "pass^k", "kappa"],
)  # fmt: skip
def test_the_words_that_people_ask_about_are_there(word: str) -> None:
    term = look_up(word)
    assert term is not None
    assert look_up(f" {word.upper()} ") is not None
    assert word in (term.word, *term.also)


def test_no_word_stands_for_two_things() -> None:
    names = Counter(
        name.casefold() for term in TERMS for name in {term.word.casefold(), *(one.casefold() for one in term.also)}
    )
    assert [name for name, times in names.items() if times > 1] == []


def test_no_plain_word_has_a_term_as_well() -> None:
    assert [word for word in PLAIN if look_up(word)] == []


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.word)
def test_a_term_is_said_in_sentences_and_leads_to_a_page_that_is_there(term: object) -> None:
    assert term.meaning.endswith((".", ")."))  # type: ignore[attr-defined]
    assert len(term.meaning) <= 300  # type: ignore[attr-defined]
    page, _, anchor = term.page.partition("#")  # type: ignore[attr-defined]
    if page:
        assert (DOCS / page).is_file()
        assert not anchor or anchor in anchors(DOCS / page)


def test_the_command_says_a_word_all_words_and_what_is_near(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["glossary", "could be luck", "≥~"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("could be luck\n  The difference is within noise")
    assert "\n≥~\n" in said
    assert run(["glossary"]) == 0
    everything = capsys.readouterr().out
    assert all(f"\n{term.word}\n" in everything for term in TERMS)
    assert max(map(len, everything.splitlines())) <= 80
    assert run(["glossary", "--json", "kappa"]) == 0
    assert '"word": "kappa"' in capsys.readouterr().out
    assert run(["glossary", "kapa"]) == 2
    assert "Near to it: “kappa”" in capsys.readouterr().err
    assert run(["glossary", ""]) == 2
