"""Documents on the screen: no width cuts anything, and nothing in them is obeyed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.reports.escape import inline
from readiness_tui.tui.markdown import chapters, lay_out

GAPS = """\
| Gap | Owner | Due | Evidence |
|:---|:---|---:|:---|
| item/reliability/REL-03 | ben | 1 Dec | https://vault.example.com/ui/support-bot and the scan of the repository |
| case/case-33 | chloe | 8 Dec |  |
"""


def lines(text: str, width: int) -> list[str]:
    return lay_out(text, width).plain.split("\n")


def test_a_table_that_fits_is_a_table() -> None:
    assert lines("| A | B |\n|:--|--:|\n| one | 1 |\n| two | 10 |", 40) == ["A     B", "one   1", "two  10"]


def test_a_wide_table_wraps_its_long_column() -> None:
    found = lines(GAPS, 80)
    assert found[0].split() == ["Gap", "Owner", "Due", "Evidence"]
    assert found[1].startswith("item/reliability/REL-03  ben    1 Dec  https://")
    assert found[2].startswith(" " * 39)
    assert max(map(len, found)) <= 80


def test_a_table_that_cannot_fit_is_shown_as_records() -> None:
    assert lines(GAPS, 44) == [
        "item/reliability/REL-03",
        "  Owner ben · Due 1 Dec",
        "  Evidence",
        "  https://vault.example.com/ui/support-bot",
        "  and the scan of the repository",
        "",
        "case/case-33",
        "  Owner chloe · Due 8 Dec",
    ]


def test_lists_hang_and_tasks_are_boxes() -> None:
    text = "- [ ] bring the cable back to its drawer — ben\n- **Gate** holds\n  - below\n\nAfter.\n"
    assert lines(text, 30) == [
        "☐ bring the cable back to its",
        "  drawer — ben",
        "• Gate holds",
        "  • below",
        "",
        "After.",
    ]


def test_chapters_are_the_second_level_headings() -> None:
    text = "# Title\n\nHead.\n\n## One\n\n<details>\n<summary>More</summary>\n\nbody\n</details>\n\n## Two\n"
    assert [title for title, _ in chapters(text)] == ["Summary", "One", "Two"]
    assert "details" not in chapters(text)[1][1]
    assert lines(chapters(text)[1][1], 40) == ["One", "", "More", "", "body"]


def test_comments_do_not_show_and_other_blocks_do() -> None:
    assert lines("<!-- seal -->\n\n1. one\n2. two\n\n```\ncode  here\n```\n", 40) == [
        "1. one",
        "2. two",
        "",
        "code  here",
    ]


@given(st.text(min_size=1), st.integers(20, 90))
@settings(max_examples=60, deadline=None)
def test_any_text_is_all_there_at_any_width(text: str, width: int) -> None:
    safe = inline(text)
    if not safe.strip():
        return
    document = f"## {safe}\n\n- {safe}\n\n| A | B |\n|:---|:---|\n| {safe} | {safe} |\n"
    shown = lay_out(document, width).plain
    assert "\x1b" not in shown

    def letters(of: str) -> str:
        return "".join(re.findall(r"[a-zA-Z0-9]", of))

    plain = lay_out(f"- {safe}", 10_000).plain
    assert letters(shown) == letters(plain) * 2 + "AB" + letters(plain) * 2 or letters(shown).startswith(letters(plain))


@pytest.mark.parametrize("width", [0, 1, 5])
def test_no_width_is_too_small(width: int) -> None:
    assert "REL-03" in lay_out(GAPS, width).plain.replace("\n", "").replace(" ", "")
