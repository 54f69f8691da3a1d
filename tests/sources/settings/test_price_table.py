"""The price table's file: strict, because a wrong price would look like a measured cost."""

from __future__ import annotations

from datetime import date

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.pricing import Price
from readiness_tui.sources.settings.price_table import read_prices

GOOD = "version: '2026-11'\ndate: 2026-11-20\nmodels:\n  birch: {input: 3.50, output: 14, cache_read: 0.35}\n"


def test_a_table(tmp_path):
    (tmp_path / "prices.yaml").write_text(GOOD)
    table = read_prices(tmp_path / "prices.yaml")
    assert (table.version, table.day, table.models) == (
        "2026-11",
        date(2026, 11, 20),
        {"birch": Price(3.5, 14.0, 0.35)},
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("date: 2026-11-20\n", "", "date: this field is missing"),
        ("2026-11-20", "last week", "prices.yaml:2:1, field date: expected a date such as 2026-11-20"),
        ("3.50", "-1", "field models.birch.input: input should be greater than or equal to 0, found -1"),
        ("3.50", '"3.50"', "expected a number"),
        ("14", "true", "expected a number, found true"),
        ("cache_read", "cached_read", 'Did you mean "cache_read"?'),
        ("  birch: {input: 3.50, output: 14, cache_read: 0.35}\n", "  {}\n", "field models"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, old, new, said):
    (tmp_path / "prices.yaml").write_text(GOOD.replace(old, new))
    with pytest.raises(ReadinessError) as refusal:
        read_prices(tmp_path / "prices.yaml")
    assert said in str(refusal.value)
