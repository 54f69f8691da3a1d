"""Langfuse's scores: a row of the API or of an export as a judgement, and the columns of an exported table.

Facts about the format (server 2 to 4): a value is a number, true or false, or a text; BOOLEAN is also 0 or 1 with
`stringValue`; the value of a category is its index or 0, so it is no number; the first servers wrote no `dataType`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.tracing.span_tree import GivenScore

PEOPLE = ("API", "ANNOTATION")  # sources whose scores are feedback

# Columns of an exported table that may hold a list but are not scores.
_LISTS = frozenset(
    {"tags", "traceTags", "comments", "input", "output", "metadata", "observations", "scores", "corrections", "userIds"}
    | {"toolCalls", "toolCallNames", "toolDefinitions", "modelParameters", "media"}
)


def judgement(row: Mapping[str, Any]) -> GivenScore:
    """Raises RecordError."""
    name = fields.text(row, "name")
    if not name:
        raise RecordError("a score without a name")
    value, kind, text = row.get("value"), row.get("dataType"), fields.text(row, "stringValue")
    comment, ident = fields.text(row, "comment") or None, fields.text(row, "id")
    human = row.get("source") in PEOPLE
    if kind == "BOOLEAN":
        number = fields.flag({"value": value}, "value")
        if number is None and text is not None:
            number = fields.flag({"value": text}, "value")
        return GivenScore(name, None if number is None else float(number), explanation=comment, human=human, of=ident)
    if kind in ("CATEGORICAL", "TEXT", "CORRECTION"):
        said = text if text is not None else value if isinstance(value, str) else None
        return GivenScore(name, label=said, explanation=comment, human=human, of=ident)
    return GivenScore(name, fields.number(row, "value"), explanation=comment, human=human, of=ident)


def subject(row: Mapping[str, Any]) -> tuple[str, str | None]:
    """What a score is about: ("trace", its id), or another kind with its id if it has one."""
    about = inner(row, "subject")
    kind = about.get("kind")
    if kind == "trace":
        return "trace", _text(about.get("id"))
    if kind == "observation":
        return "trace", _text(about.get("traceId"))
    if isinstance(kind, str):
        return kind, _text(about.get("id"))
    if found := _text(row.get("traceId")):  # older servers, and exports
        return "trace", found
    for name, word in (("sessionId", "session"), ("datasetRunId", "experiment")):
        if found := _text(row.get(name)):
            return word, found
    return "nothing", None


def table_judgements(row: Mapping[str, Any]) -> list[GivenScore]:
    """The scores in a row of an exported table: columns with a list of values. The export does not say who gave them."""
    found = []
    listed = payload.inner(row, "scores")  # not yet spread over columns: lists of values, or objects with them
    held = {name: part.get("values") if isinstance(part, dict) else part for name, part in listed.items()}
    for name, values in (*((name, values) for name, values in row.items() if name not in _LISTS), *held.items()):
        if not isinstance(values, list):
            continue
        for at, value in enumerate(values):
            if isinstance(value, bool) or payload.is_number(value):
                found.append(GivenScore(name, float(value), of=str(at)))
            elif isinstance(value, str):
                found.append(GivenScore(name, label=value, of=str(at)))
    return found


def note_several(judged: Iterable[GivenScore], notes: fields.Notes) -> None:
    """Says where scores of one name differ on one request: their mean is taken."""
    values: dict[str, set[float]] = {}
    for one in dict.fromkeys(judged):
        if one.value is not None:
            values.setdefault(one.name, set()).add(one.value)
    for name, found in values.items():
        if len(found) > 1:
            notes.add(f"several scores {name} of one request differ; their mean is taken")


def _text(value: Any) -> str | None:
    return payload.version({"": value}, "")
