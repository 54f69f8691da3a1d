"""The scorecard's markdown through GitHub's own parser: one page first, the rest folded, every table a table."""

from __future__ import annotations

import re
from dataclasses import replace

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from readiness_tui.domain.scorecard.model import Scorecard
from readiness_tui.reports.scorecard_md import scorecard_markdown
from tests.reports.html_tree import Node, tree
from tests.reports.sample import make_card, with_text
from tests.reports.test_escape import HOSTILE

CARDS = [
    pytest.param(make_card(), id="first"),
    pytest.param(make_card(previous=make_card()), id="second"),
    pytest.param(replace(make_card(), gaps=make_card().gaps * 5), id="many gaps"),
]
UNFOLDED = {"Why", "Conditions", "Gate", "Sections", "More gaps"}


def rendered(card: Scorecard) -> Node:
    """As GitHub shows it: raw HTML stays, but for what its tag filter takes out."""
    html = cmarkgfm.github_flavored_markdown_to_html(scorecard_markdown(card), options=Options.CMARK_OPT_UNSAFE)
    html = re.sub(r"(<(?:input|br|hr)[^>]*?) ?/>", r"\1>", html)
    return tree(html)[0]


@pytest.mark.parametrize("card", CARDS)
def test_what_is_folded_is_rendered_all_the_same(card: Scorecard) -> None:
    root = rendered(card)
    folded = list(root.all("details"))
    assert len(folded) > 8
    for one in folded:
        summary, *rest = (child for child in one.children if isinstance(child, Node))
        assert summary.tag == "summary"
        assert summary.text()
        assert rest
        assert {child.tag for child in rest} <= {"ul", "table", "p"}
    for text in root.all("p", "li"):
        assert not re.search(r"\|[:-]|^\||\*\*|</?details|^## ", text.text()), text.text()
    rows = [line for line in scorecard_markdown(card).split("\n") if re.fullmatch(r"\|[:|-]+\|", line)]
    assert len(list(root.all("table"))) == len(rows)


@pytest.mark.parametrize("card", CARDS)
def test_the_first_page_alone_stands_open(card: Scorecard) -> None:
    """Every chapter after the first page is a heading and something folded; gaps stay open while they are few."""
    root = rendered(card)
    chapter, seen = "", set()
    for child in (child for child in root.children if isinstance(child, Node)):
        if child.tag == "h2":
            chapter = child.text()
            seen.add(chapter)
        elif chapter and chapter not in UNFOLDED and child.tag in ("table", "ul"):
            pytest.fail(f"{chapter} is not folded")
        elif child.tag == "details":
            assert ("open" in child.attrs) == (chapter == "Gaps" and len(card.gaps) <= 12)
    assert {"Gaps", "Items", "Method", "Gate in full"} <= seen


def test_evidence_is_a_link_on_github_and_nothing_else_is() -> None:
    links = [node.attrs["href"] for node in rendered(make_card()).all("a")]
    assert links
    assert set(links) == {"https://example.org/timeouts"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_there(text: str) -> None:
    def shape(said: str) -> list[str]:
        card = with_text(make_card(previous=make_card()), lambda old: said if old else old)
        return [node.tag for node in rendered(replace(card, digest="0" * 64)).all() if node.tag != "code"]

    assert shape(text) == shape("x")
