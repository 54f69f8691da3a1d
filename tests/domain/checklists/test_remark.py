"""One line for evidence, owner and date."""

from __future__ import annotations

from datetime import date

import pytest

from readiness_tui.domain.checklists.remark import SaidLine, read_remark
from readiness_tui.domain.errors import ReadinessError

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("docs/runbook.md", SaidLine("docs/runbook.md")),
        ("docs/run book.md @b +14", SaidLine("docs/run book.md", "b", date(2026, 12, 8))),
        ("@ben kim, 1 Dec", SaidLine("", "ben kim", date(2026, 12, 1))),
        ("@ 1 Dec 2027", SaidLine("", "", date(2027, 12, 1))),
        ("https://x.org/@ben/a @chloe", SaidLine("https://x.org/@ben/a", "chloe")),
        ("ana@example.org saw it", SaidLine("ana@example.org saw it")),
        ("@mia friday", SaidLine("", "mia", date(2026, 11, 27))),
    ],
)
def test_what_a_line_says(typed: str, said: SaidLine) -> None:
    assert read_remark(typed, TODAY) == said


@pytest.mark.parametrize("typed", ["docs/a.md @", "shown to @alice in the large room"])
def test_what_is_no_owner_is_refused(typed: str) -> None:
    with pytest.raises(ReadinessError, match="After @ comes who sees to it"):
        read_remark(typed, TODAY)


def test_a_day_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ReadinessError, match="is not a date"):
        read_remark("@ben 31 Feb", TODAY)
