"""JSON that leaves the program: sorted, one value a line, and safe to print on a terminal."""

from __future__ import annotations

from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.scorecard.digest import scorecard_digest
from readiness_tui.domain.scorecard.model import SCHEMA, Scorecard
from readiness_tui.domain.text.plain import plain
from readiness_tui.domain.text.sanitise import to_json, visible


def scorecard_json(card: Scorecard) -> str:
    """The canonical file of a scorecard."""
    return dumps(plain(card))


def dumps(value: Any, *, indent: int | None = 2) -> str:
    """Sorted keys, ending in one newline; see `to_json`."""
    return to_json(value, indent=indent) + "\n"


def read_scorecard(text: str, where: str) -> tuple[Scorecard, bool]:
    """A scorecard from its JSON, and whether its digest is right.

    `where` names the file in messages. Raises ReadinessError for text that is no scorecard, or one of a newer schema.
    """
    import msgspec

    try:
        found = msgspec.json.decode(text.encode("utf-8", "surrogatepass"))
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise ReadinessError(
            f"{where} is not JSON: {visible(str(error))}. Give a scorecard that was exported here."
        ) from error
    schema = found.get("schema") if isinstance(found, dict) else None
    if not isinstance(schema, int) or "verdict" not in found:
        raise ReadinessError(f"{where} is JSON but no scorecard: it has no schema number and verdict.")
    if schema > SCHEMA:
        raise ReadinessError(
            f"{where} has schema {schema}; this version of readiness-tui reads up to {SCHEMA}. Use a newer version."
        )
    try:
        card = msgspec.convert(found, Scorecard)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ReadinessError(
            f"{where} is not a scorecard of schema {schema}: {visible(str(error))}. Export it again."
        ) from error
    return card, scorecard_digest(found) == card.digest
