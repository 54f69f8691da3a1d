"""The pages as a site: built strictly, the same text and structure as on GitHub, and nothing loaded from elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, MARKDOWN, ROOT

COUNTED = {
    "li",
    "tr",
    "td",
    "th",
    "pre",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "a",
    "code",
    "em",
    "strong",
    "img",
    "ul",
    "ol",
}


def build(root: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """As CI builds it."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", ".ci/mkdocs.yml", "-d", str(target)]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    built = build(ROOT, target)
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr
    return target


class Shape(HTMLParser):
    """The words of a page, and how many of each element it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self.words: list[str] = []
        self._apart = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if "headerlink" in (dict(attrs).get("class") or ""):  # the sign beside a heading
            self._apart = True
        elif tag in COUNTED:
            self.counts[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        self._apart = False if tag == "a" else self._apart

    def handle_data(self, data: str) -> None:
        if not self._apart:
            self.words += data.split()


@pytest.mark.slow
@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_a_page_reads_the_same_as_on_github(page: Path, site: Path) -> None:
    html = (site / f"{page.stem}.html").read_text(encoding="utf-8")
    article = re.search("<article.*?>(.*)</article>", html, re.DOTALL)
    assert article is not None
    here = Shape(re.sub("<(aside|nav).*?</(aside|nav)>", "", article[1], flags=re.DOTALL))
    github = Shape(MARKDOWN.render(page.read_text(encoding="utf-8")))
    assert "".join(here.words) == "".join(github.words)
    assert here.counts == github.counts


class Loads(HTMLParser):
    """What a browser fetches for a page by itself: all but the targets of links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        loads = [said.get("src"), said.get("srcset"), said.get("data"), said.get("poster")]
        self.found += [value for value in (*loads, said.get("href") if tag != "a" else None) if value]


@pytest.mark.slow
def test_a_browser_loads_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(list(DOCS.glob("*.md")))  # and the page for what is not found
    for page in pages:
        loads = Loads(page.read_text(encoding="utf-8")).found
        assert loads
        assert [one for one in loads if re.match(r"(https?:)?//", one)] == [], page.name
    for sheet in site.rglob("*.css"):
        assert re.findall(r"""(?:url\(|@import)\s*["']?(?:https?:)?//""", sheet.read_text(encoding="utf-8")) == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Pages and settings, to spoil."""
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        ("See [nothing](gone.md).", "gone.md"),
        *(
            pytest.param(*one, marks=pytest.mark.slow)
            for one in (
                ("See [nothing](gate.md#gone).", "#gone"),
                ("See [nothing](#gone).", "#gone"),
                ("![nothing](gone.svg)", "gone.svg"),
                ("See [nothing](/gate.md).", "/gate.md"),
                ("See [nothing](../README.md).", "README.md"),
            )
        ),
    ],
)
def test_a_broken_link_fails_the_build(spoilt: str, says: str, copy: Path, tmp_path: Path) -> None:
    with (copy / "docs" / "prices.md").open("a", encoding="utf-8") as page:
        page.write(f"\n{spoilt}\n")
    built = build(copy, tmp_path / "site")
    assert built.returncode != 0
    assert says in built.stderr


@pytest.mark.slow
def test_a_page_that_the_index_lacks_fails_the_build(copy: Path, tmp_path: Path) -> None:
    (copy / "docs" / "forgotten.md").write_text("# Forgotten\n", encoding="utf-8")
    built = build(copy, tmp_path / "site")
    assert built.returncode != 0
    assert "forgotten.md" in built.stderr
