"""A team's price table: what a million tokens of each model cost, as of a day. None is shipped: prices change.

version: "2026-11"
date: 2026-11-20            # when they were looked up
models:                     # US dollars per million tokens, by the name that records carry
  birch-2-2026-09-15: {input: 3.50, output: 14.00, cache_read: 0.35}
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from readiness_tui.domain.runs.pricing import Price, PriceTable
from readiness_tui.sources.kit.validation import Strict, validated
from readiness_tui.sources.kit.yaml_safe import read_yaml

Text = Annotated[str, Field(min_length=1, max_length=200)]
Dollars = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("expected a date such as 2026-11-20") from None


class _Price(Strict):
    input: Dollars
    output: Dollars
    cache_read: Dollars | None = None


class _PriceFile(Strict):
    version: Text
    date: Annotated[date, BeforeValidator(_day)]
    models: Annotated[dict[Text, _Price], Field(min_length=1)]


def read_prices(path: Path) -> PriceTable:
    """The table of a file. Raises ReadinessError naming file, line, column, field, reason and remedy."""
    table = validated(_PriceFile, read_yaml(path))
    models = {name: Price(price.input, price.output, price.cache_read) for name, price in table.models.items()}
    return PriceTable(table.version, table.date, models)
