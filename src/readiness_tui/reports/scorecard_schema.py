"""The JSON Schema of `scorecard --format json`, made of the classes that it is written from and read into."""

from __future__ import annotations

from typing import Any

from readiness_tui.domain.scorecard.model import SCHEMA, Scorecard
from readiness_tui.reports.scorecard_json import dumps


def scorecard_schema() -> str:
    """JSON Schema, draft 2020-12. Keys may be added without a new schema number, so others are allowed; one that is not
    required may be absent while it says nothing."""
    import msgspec

    made: dict[str, Any] = msgspec.json.schema(Scorecard)
    root = made["$defs"]["Scorecard"]
    root["properties"]["schema"] = {"type": "integer", "minimum": 1, "maximum": SCHEMA}
    root["properties"]["digest"] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    return dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Readiness scorecard", **made})
