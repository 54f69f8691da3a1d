"""Outside text in markdown and CSV reads as written and does nothing."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.reports.escape import block, csv_cell, inline, linked
from tests.reports.markdown import parser

HOSTILE = (
    "a | b || c \\| d \\",
    "`code` ``x` \\` ```\nfence",
    "<script>alert(1)</script> <!-- x --> <details> <b",
    "&lt;b&gt; &#64;ana &copy; &unknown",
    "@ana please see #12, @@bob and `@carl` org/repo#5",
    "[x](http://evil.example) ![i](http://evil.example/i.png) [^1] [ref][x] <http://evil.example>",
    "https://evil.example www.evil.example //evil.example ftp://x.example mailto:a@b.example a@b.example",
    "# heading",
    "- [ ] task",
    "1. one",
    "12) twelve",
    "+ plus",
    "===",
    "---",
    ":-:",
    "> quote",
    "    code",
    "~~~\ncode\n~~~",
    "*a* **b** _c_ __d__ ~~e~~ snake_case _x",
    "$a$ $$b$$",
    "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m",
    "\u202eevil\u2066 \u200b zero",
    "{{ 7 * 7 }} {% raw %}",
    "a\r\nb\rc\x0bd\x85e\u2028f",
)
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(alphabet=st.sampled_from("ab1.)(-+=:#>*_~`|\\<&;@![]/$ \n\t\rwx"), max_size=40),
    st.text(max_size=40),
)


def shown(markdown: str) -> str:
    """What a reader sees of inline markdown, after checking that nothing in it acts."""
    tokens = parser().parseInline(markdown)[0].children or []
    assert {token.type for token in tokens} <= {"text", "text_special", "code_inline"}, markdown
    # GitHub looks for mentions and references in what is left once code is set aside.
    plain = "".join("\0" if token.type == "code_inline" else token.content for token in tokens)
    assert not re.search(r"@|#[0-9]", plain), markdown
    return "".join(token.content for token in tokens)


@given(texts)
@example("@`@\\`@@")
@example("@#1 @@##12 #@#1 a@#")
@example("snake__case_ _a__b_")
def test_a_reader_sees_what_was_written_and_nothing_acts(text: str) -> None:
    assert shown(inline(text)) == one_line(text)


@given(texts)
def test_at_the_start_of_a_line_it_is_still_a_paragraph(text: str) -> None:
    tokens = parser().parse(f"{inline(text)}\n")
    assert [token.type for token in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])


@given(texts, texts)
def test_after_another_line_it_starts_nothing(first: str, second: str) -> None:
    tokens = parser().parse(f"x {inline(first)}\n{inline(second)}\n")
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]


@given(texts, texts)
@example("a | b || c \\| d \\", "@#1")
def test_a_table_row_keeps_its_cells(first: str, second: str) -> None:
    table = f"| a | b |\n|:--|:--|\n| {inline(first)} | {inline(second)} |\n"
    cells = [t for t in parser().parse(table) if t.type == "inline"][2:]
    assert [shown_children(cell) for cell in cells] == [one_line(first), one_line(second)]


def shown_children(token: object) -> str:
    return "".join(child.content for child in token.children or [])  # type: ignore[attr-defined]


@given(texts)
def test_a_block_holds_paragraphs_and_list_items_only(text: str) -> None:
    for token in parser().parse(block(text)):
        assert token.type in {
            "paragraph_open",
            "paragraph_close",
            "inline",
            "bullet_list_open",
            "bullet_list_close",
            "list_item_open",
            "list_item_close",
        }
        assert {child.type for child in token.children or []} <= {
            "text",
            "text_special",
            "code_inline",
            "hardbreak",
            "softbreak",
        }


def test_a_block_keeps_the_lines_somebody_typed() -> None:
    html = MarkdownIt().render(block("first\nsecond\n\n- one\n- two\nafter"))
    assert html == (
        "<p>first<br>\nsecond</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n<p>after</p>\n".replace("<br>", "<br />")
    )


def test_a_bare_host_is_no_link_on_github() -> None:
    assert inline("see WWW.evil.example") == "see WWW\\.evil.example"


def test_what_needs_no_escape_stays_readable() -> None:
    for text in ("latency_p95_ms ≤ 3,500 (7 days)", "REL-02 Fallback: model/provider", "-5 of +3, 35/40, 50%"):
        assert inline(text) == text


def test_long_runs_take_their_length() -> None:
    """A run of the same sign once took a minute."""
    many = 200_000
    assert inline(f"a{'#' * many}") == f"a{'#' * many}"
    assert inline(f"a{'_' * many}a") == f"a{'_' * many}a"
    assert inline("a ##1 __a __") == "a `##`1 \\_\\_a \\_\\_"


def test_secrets_are_masked() -> None:
    key = "sk-" + "a1B2" * 8
    for made in (inline(f"use {key}"), block(f"use\n{key}"), csv_cell(key)):
        assert key not in made
        assert "masked" in made


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", " ="])
def test_a_csv_cell_is_no_formula(start: str) -> None:
    cell = csv_cell(f"{start}cmd|' /C calc'!A0")
    assert cell.startswith("'")
    assert not csv_cell(f"{start}1", neutralise=False).startswith("'")


@given(texts)
def test_a_csv_cell_is_text_and_carries_no_control_character(text: str) -> None:
    cell = csv_cell(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    assert not set(cell) & {"\x1b", "\x9b", "\u202e", "\r", "\x00"}
    out = io.StringIO()
    csv.writer(out).writerow([cell, "next"])
    assert next(csv.reader(io.StringIO(out.getvalue(), newline=""))) == [cell, "next"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("url https://vault.example/policies#audit", "https://vault.example/policies#audit"),
        ("path docs/a.md; url http://ci.example:8080/run?id=7&x=%20", "http://ci.example:8080/run?id=7&x=%20"),
        ("url https://de.wiki.example/Größe_[1] (not looked up)", "https://de.wiki.example/Gr%C3%B6%C3%9Fe_%5B1%5D"),
        ("drill of 2026-11-12: https://ci.example/drill/7", "https://ci.example/drill/7"),
        ("shown: https://ci.example/x (ana, seen by ben)", "https://ci.example/x"),
        ("url https://ci.example/a;b=1; note", "https://ci.example/a;b=1"),
    ],
)
def test_an_address_given_as_evidence_is_a_link(text, address):
    html = MarkdownIt("commonmark").render(linked(text))
    assert re.findall('href="([^"]*)"', html) == [address.replace("&", "&amp;")]


@pytest.mark.parametrize(
    "text",
    [
        "url javascript:alert(1)",
        "url https://good.example@evil.example/x",
        "url https://a.example/<script>alert(1)</script>",
        "url https://a.example/x|y",
        "url https://a.example/`x`",
        "see https://a.example",
        "note url-https://a.example",
    ],
)
def test_any_other_address_stays_text(text):
    assert linked(text) == inline(text)


@given(st.lists(st.sampled_from([*HOSTILE, "url https://a.example/x", "url https://a.example/x>", "; "])))
def test_what_stands_around_a_link_does_nothing(parts):
    text = " ".join(parts)
    html = parser().render(linked(text))
    assert "<script" not in html
    assert set(re.findall('href="([^"]*)"', html)) <= {"https://a.example/x"}
