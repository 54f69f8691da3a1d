"""The published schema of the scorecard's JSON: as the code has it, and true of what is really written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from readiness_tui.domain.scorecard.model import GateCard, Scorecard
from readiness_tui.reports.scorecard_json import scorecard_json
from readiness_tui.reports.scorecard_schema import scorecard_schema
from tests.reports.sample import make_card
from tests.reports.test_scorecard_diff import AFTER

PUBLISHED = Path(__file__).parents[2] / "docs" / "scorecard.schema.json"
SCHEMA = json.loads(scorecard_schema())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def unknown(value: Any, schema: dict[str, Any], where: str = "") -> Iterator[str]:
    """Keys that are written and not in the schema: it allows more, so that alone would not tell."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    for choice in schema.get("anyOf", ()):
        if not VALIDATOR.evolve(schema={**choice, "$defs": SCHEMA["$defs"]}).is_valid(value):
            continue
        yield from unknown(value, choice, where)
        return
    if isinstance(value, list):
        for place, one in enumerate(value):
            items = [*schema.get("prefixItems", ()), *[schema.get("items", {})] * len(value)]
            yield from unknown(one, items[place] or {}, f"{where}[{place}]")
    if isinstance(value, dict):
        for key, one in value.items():
            if key in schema.get("properties", {}):
                yield from unknown(one, schema["properties"][key], f"{where}.{key}")
            elif isinstance(schema.get("additionalProperties"), dict):
                yield from unknown(one, schema["additionalProperties"], f"{where}.{key}")
            else:
                yield f"{where}.{key}"


def holds(text: str) -> None:
    """That a written scorecard is what the published schema says."""
    value = json.loads(text)
    assert [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(value)] == []
    assert list(unknown(value, SCHEMA)) == []


def test_the_published_schema_is_current() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    said = "run readiness scorecard schema > docs/scorecard.schema.json"
    assert PUBLISHED.read_text(encoding="utf-8") == scorecard_schema(), said


@pytest.mark.parametrize(
    "card",
    [
        make_card(),
        make_card(previous=make_card()),
        AFTER,
        replace(make_card(), gate=GateCard(), sections=(), gaps=(), headline=None, blind=True, met_by_authors=3),
    ],
)
def test_what_is_written_holds_to_it(card: Scorecard) -> None:
    holds(scorecard_json(card))


@pytest.mark.parametrize(
    ("key", "wrong"),
    [("verdict", "MAYBE"), ("as_of", "tomorrow"), ("headline", "60%"), ("gaps", {}), ("schema", 2), ("digest", "x")],
)
def test_it_refuses_what_no_scorecard_says(key: str, wrong: object) -> None:
    value = json.loads(scorecard_json(make_card())) | {key: wrong}
    assert not VALIDATOR.is_valid(value)
    assert date.fromisoformat(json.loads(scorecard_json(make_card()))["as_of"])
    lacking = {name: entry for name, entry in value.items() if name != "verdict"}
    assert not VALIDATOR.is_valid(lacking)
