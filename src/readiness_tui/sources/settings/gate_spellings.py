"""Other spellings of a gate that say the same: brought into the words of `gate_schema`, where they stand.

    gates:                      # or limits, quality_gates, requirements, criteria: thresholds
      faithfulness: {min: 0.85} # or at_least, minimum, gte: min; at_most, maximum, lte: max; value: threshold
      latency_p95_ms: {value: 3000, operator: "<="}
    baseline: main              # said and left out: which run is the baseline is named where a run is read

Only what can mean one thing is taken; anything else stays as it is, and the schema refuses it with its place.
"""

from __future__ import annotations

from collections.abc import Mapping

from readiness_tui.sources.kit.located import DataPath, Located, Place, Plain, quoted

THRESHOLDS = ("thresholds", "gates", "gate", "quality_gates", "limits", "requirements", "criteria")
_FIELDS = {
    "minimum": "min", "at_least": "min", "gte": "min", "ge": "min", ">=": "min",
    "maximum": "max", "at_most": "max", "lte": "max", "le": "max", "<=": "max",
    "value": "threshold", "limit": "threshold",
}  # fmt: skip
_OPERATORS = ("operator", "op", "comparator", "comparison")
_SIGNS = {">=": ">=", "gte": ">=", "ge": ">=", "min": ">=", "<=": "<=", "lte": "<=", "le": "<=", "max": "<="}


def respelled(located: Located) -> tuple[Located, tuple[str, ...]]:
    """The document in the words of the schema, and what was left out, as sentences."""
    value = located.value
    if not isinstance(value, dict):
        return located, ()
    said = []
    made: dict[str, Plain] = {}
    moved: list[tuple[DataPath, DataPath]] = []  # from, to
    entries: list[Plain] = []
    thresholds: dict[str, Plain] = {}
    for key, part in value.items():
        if key == "baseline" and isinstance(part, str | int | float):
            said.append(
                f"baseline {quoted(str(part))} is left out: the run to compare with is named by --baseline, or by"
                " import --as baseline"
            )
        elif (key in THRESHOLDS or key == "metrics") and isinstance(part, dict) and _can_be(key, part):
            for name, limit in part.items():
                if isinstance(limit, dict):
                    moved.append(((key, name), ("metrics", len(entries))))
                    entries.append({"metric": name, **_fields(limit, (key, name), len(entries), moved)})
                else:
                    moved.append(((key, name), ("thresholds", name)))
                    thresholds[name] = limit
        elif (key in THRESHOLDS or key == "metrics") and isinstance(part, list):
            moved.append(((key,), ("metrics",)))
            for at, entry in enumerate(part):
                moved.append(((key, at), ("metrics", len(entries))))
                if isinstance(entry, dict):
                    entry = _fields(entry, (key, at), len(entries), moved)
                    if "metric" not in entry and isinstance(entry.get("name"), str):
                        entry = {"metric": entry.pop("name"), **entry}
                entries.append(entry)
        else:
            made[key] = part
    if entries:
        made["metrics"] = entries
    if thresholds:
        made["thresholds"] = thresholds
    if made == value:
        return located, ()
    return Located(located.where, made, _places(located, moved)), tuple(said)


def _can_be(key: str, part: Mapping[str, Plain]) -> bool:
    """Under `metrics` plain numbers may be figures; under the other words they are limits."""
    return key != "metrics" or all(isinstance(limit, dict | str) for limit in part.values())


def _fields(
    limit: Mapping[str, Plain], at: DataPath, index: int, moved: list[tuple[DataPath, DataPath]]
) -> dict[str, Plain]:
    """One rule's fields in the schema's words; an operator beside a number becomes its sign."""
    made: dict[str, Plain] = {}
    sign = next((_SIGNS[str(limit[name])] for name in _OPERATORS if str(limit.get(name)) in _SIGNS), None)
    for name, value in limit.items():
        ours = _FIELDS.get(name, name)
        if ours in made or (name != ours and ours in limit):
            ours = name  # both spellings: the schema says so
        if name in _OPERATORS and sign is not None:
            continue
        if ours == "threshold" and sign is not None and isinstance(value, int | float) and not isinstance(value, bool):
            value = f"{sign} {value}"
        moved.append(((*at, name), ("metrics", index, ours)))
        made[ours] = value
    return made


def _places(located: Located, moved: list[tuple[DataPath, DataPath]]) -> dict[DataPath, Place]:
    """Where each part of the new document stands in the file: at the place of what it was made from."""
    found: dict[DataPath, Place] = {(): located.place()}
    found |= {(key,): located.place((key,)) for key in _keys(located)}
    for old, new in moved:
        place = located.place(old)
        found[new] = place
        for end in range(1, len(new)):
            found.setdefault(new[:end], place)
    for path, place in located.places().items():
        source = max((pair for pair in moved if path[: len(pair[0])] == pair[0]), key=lambda p: len(p[0]), default=None)
        if source is not None:
            found.setdefault((*source[1], *path[len(source[0]) :]), place)
        else:
            found.setdefault(path, place)
    return found


def _keys(located: Located) -> tuple[str, ...]:
    return tuple(located.value) if isinstance(located.value, dict) else ()
