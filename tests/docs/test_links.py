"""Every link between pages leads somewhere, on GitHub too, and the first page leads to every other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, anchors, links


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    lost = [target for target in links(page) if not leads(page, target)]
    assert lost == [], f"{page.name} links to nothing"


def leads(page: Path, target: str) -> bool:
    if target.startswith(("https://", "http://", "mailto:")):
        return True
    name, _, anchor = target.partition("#")
    there = (page.parent / name).resolve() if name else page
    if not there.exists() or ROOT not in (there, *there.parents):
        return False
    return not anchor or (there.suffix == ".md" and anchor in anchors(there))


@pytest.mark.parametrize("target", ["gone.md", "gate.md#gone", "../gone.md", "gate.schema.json#x", "/etc/passwd"])
def test_a_link_to_nothing_is_found(target: str) -> None:
    assert not leads(DOCS / "index.md", target)
    assert leads(DOCS / "index.md", "gate.md#the-lock")


def test_pages_of_the_site_link_to_pages_of_the_site() -> None:
    """What lies outside of docs/ is named, not linked: the site does not have it."""
    outside = {page.name: [target for target in links(page) if target.startswith("..")] for page in DOCS.glob("*.md")}
    assert {name: targets for name, targets in outside.items() if targets} == {}


def test_the_index_names_every_page_once() -> None:
    named = [target for target in links(DOCS / "index.md") if target.endswith(".md")]
    listed = [name for name in named if named.count(name) > 1]
    assert set(listed) <= {"tutorial.md", "glossary.md"}, "the first lines name these too"
    assert {page.name for page in DOCS.glob("*.md")} - {"index.md"} == set(named)
