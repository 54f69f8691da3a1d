"""Proposes a mapping (`settings/mapping.py`) for a file of unknown format, from its column names and first values.

A starting point for a person to correct: a guess is marked by a comment, and a unit that nothing states is asked (`"?"`).
It is run on the file's own first rows before it is shown, and not shown if it rejects most of them. Nothing is imported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.metrics.registry import guess_direction, normal, resolve
from readiness_tui.domain.text.sanitise import one_line, to_json
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.own.mapped import UNITS
from readiness_tui.sources.own.mapping_columns import (
    ANY_ID,
    CALLED,
    CASES,
    EXAMPLES,
    GOLD,
    GOLDEN,
    RESULTS,
    STEPS,
    TRACES,
    Column,
    columns_of,
    first_rows,
    mapped,
    named,
    value_at,
)
from readiness_tui.sources.own.mapping_ended import how_ended
from readiness_tui.sources.own.mapping_trial import tried
from readiness_tui.sources.settings.mapping import ASKED, LATENCY
from readiness_tui.sources.tracing.traced_case import elapsed_ms

_SCORES = 12  # scores proposed at most
_LATENCY = re.compile(
    r"(?:.*_)?(?:latency|duration|elapsed|took|response_time|time_taken|total_time|execution_time|runtime)(?:_.*)?"
    r"|(?:.*_)?time_(?:ms|s|secs?|seconds)"
)
_PART_OF_IT = re.compile(r"first_token|ttft|queue|_per_")
_COST = re.compile(r"(?:.*_)?(?:cost|price|usd|cents)(?:_.*)?")
_CURRENCIES = frozenset({"eur", "gbp", "inr", "jpy", "cny"})
_SCORE = re.compile(r"(?:.*_)?(?:scores?|rating|judge|eval|metric)(?:_.*)?")
_OF_SCORES = frozenset(
    ["scores", "score", "evals", "evaluations", "evaluation", "ratings", "metrics", "judgements", "feedback_scores"]
)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_RESERVED = frozenset({"null", "true", "false"})
_PERCENT_FROM = 10.0  # a known share beyond this is a percentage; up to it, it may be a scale of 5 or 10
_NEAR = 0.05  # of the time between its start and end that a duration may be off


@dataclass(frozen=True, slots=True)
class ProposedMapping:
    """A mapping as YAML, or why none is proposed; both empty where the file has no records."""

    text: str = ""
    why_not: str = ""


def propose(path: Path) -> ProposedMapping:
    """Never raises."""
    try:
        wrapper, rows = first_rows(path)
        text = _proposal(wrapper, rows)
        if not text:
            return ProposedMapping(why_not=_no_names(rows))
        trial = tried(text, path)
    except ReadinessError:
        return ProposedMapping()
    if not trial.holds:
        return ProposedMapping(why_not=f"A mapping was tried, and is not proposed: {one_line(trial.sentence(), 400)}")
    return ProposedMapping(f"# {one_line(trial.sentence(), 300)}\n{text}")


def _proposal(wrapper: str, rows: Sequence[Mapping[str, Any]]) -> str:
    columns = columns_of(rows)
    kind, tables = _kind(columns)
    shared = _shared(columns, rows) if kind == "traces" else None
    found = mapped(columns, *tables, *((STEPS,) if shared is not None else ()))
    if not {"trace_id", "case_id", "question"} & found.keys():
        return ""
    ended = how_ended(found, columns)
    used = {column.name for column in found.values()}
    rest = [column for column in columns.values() if column.name not in used and column not in ended.columns]
    latency = cost = None
    scores: list[Column] = []
    if kind != "eval_set":
        latency = next((one for one in rest if _measures(one) and _is_latency(one)), None)
        cost = next((one for one in rest if _measures(one) and one is not latency and _is_cost(one)), None)
        scores = [one for one in rest if one not in (latency, cost) and _is_score(one)][:_SCORES]
    out = [f"kind: {kind}"]
    out += [f"records: {_text(wrapper)}"] if wrapper else []
    out += [f"group_by: {_text(shared.name)}  # rows of one request are its steps"] if shared is not None else []
    out.append("columns:")
    out += [f"  {name}: {_text(column.name)}" for name, column in found.items() if column is not shared]
    out += ended.lines
    out += [_latency(latency, found, rows)] if latency is not None else []
    out += [_cost(cost)] if cost is not None else []
    out += ["scores:", *(_score(name, column) for name, column in _names(scores).items())] if scores else []
    out += [_not_taken(column) for column in rest if column not in (latency, cost, *scores) and _is_unread(column)]
    taken = used | {one.name for one in (latency, cost, *scores, *ended.columns) if one is not None}
    if left := [_text(column.name) for column in columns.values() if column.name not in taken]:
        out.append(f"# kept with each record, as it is: {one_line(', '.join(left), 400)}")
    return "\n".join(out) + "\n"


def _kind(columns: Mapping[str, Column]) -> tuple[str, tuple[Mapping[str, str], ...]]:
    """What the records are, by their columns: golden cases, requests, or cases."""
    gold = any(named(columns, GOLDEN[name]) is not None for name in GOLD)
    if gold and named(columns, GOLDEN["question"]) is not None and named(columns, RESULTS) is None:
        return "eval_set", (GOLDEN,)
    if named(columns, EXAMPLES) is not None:
        return "cases", (CASES,)
    if named(columns, TRACES["trace_id"]) is not None:
        return "traces", (TRACES,)
    logged = named(columns, TRACES["started_at"]) is not None and named(columns, CALLED) is not None
    ident = named(columns, ANY_ID)
    if logged and ident is not None and named(columns, f"{GOLDEN['reference']} {CASES['repeat']}") is None:
        return "traces", (
            {"trace_id": ANY_ID, **{name: known for name, known in TRACES.items() if name != "trace_id"}},
        )
    return "cases", (CASES,)


def _shared(columns: Mapping[str, Column], rows: Sequence[Mapping[str, Any]]) -> Column | None:
    """The column of a trace's id where different rows have one value of it: they are steps, not requests."""
    column = named(columns, TRACES["trace_id"])
    if column is None:
        return None
    first: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        ident = value_at(row, column.name)
        if ident not in (None, "") and first.setdefault(str(ident), row) != row:
            return column
    return None


def _latency(column: Column, found: Mapping[str, Column], rows: Sequence[Mapping[str, Any]]) -> str:
    """With the unit that its name or its cells state, or that start and end show; else asked."""
    stated = [UNITS[word] for word in column.snake.split("_") if UNITS.get(word) in LATENCY]
    unit = stated[-1] if stated else column.unit if column.unit in LATENCY else None
    note = ""
    if unit is None and (unit := _by_times(column, found, rows)) is not None:
        note = "  # as start and end show"
    if unit is None:
        shown = ", ".join(f"{value:g}" for value in column.numbers[:3])
        unit, note = ASKED, f"  # nothing says the unit ({shown} …): write s, ms, us or ns"
    return f"  latency: {{column: {_text(column.name)}, unit: {_text(unit)}}}{note}"


def _by_times(column: Column, found: Mapping[str, Column], rows: Sequence[Mapping[str, Any]]) -> str | None:
    started, ended = found.get("started_at"), found.get("ended_at")
    if started is None or ended is None:
        return None
    ratios = []
    for row in rows:
        times = {"a": value_at(row, started.name), "b": value_at(row, ended.name)}
        try:
            took = elapsed_ms(fields.moment(times, "a"), fields.moment(times, "b"))
            value = fields.number({"": value_at(row, column.name)}, "", least=0)
        except RecordError:
            continue
        if took and value:
            ratios.append(took / value)
    ms = {"s": 1000.0, "ms": 1.0, "us": 0.001, "ns": 0.000001}
    return next((unit for unit, one in ms.items() if ratios and abs(median(ratios) / one - 1) < _NEAR), None)


def _is_latency(column: Column) -> bool:
    return _LATENCY.fullmatch(column.snake) is not None and _PART_OF_IT.search(column.snake) is None


def _measures(column: Column) -> bool:
    """Whether its values are numbers, and not true or false."""
    return bool(column.numbers) and not any(isinstance(value, bool) for value in column.values)


def _is_cost(column: Column) -> bool:
    return _COST.fullmatch(column.snake) is not None and not _CURRENCIES & set(column.snake.split("_"))


def _cost(column: Column) -> str:
    words = column.snake.split("_")
    unit = "cents" if "cents" in words or "cent" in words or column.unit == "cents" else "USD"
    stated = unit == "cents" or "usd" in words or column.unit == "USD"
    return f"  cost: {{column: {_text(column.name)}, unit: {unit}}}{'' if stated else '  # taken as US dollars: check'}"


def _is_unread(column: Column) -> bool:
    """Whether its name is that of a figure, and its cells are no numbers in one unit: 850ms, 1.2s; 8/10."""
    if column.numbers or not any(re.search(r"\d", word) for word in column.words):
        return False
    return _is_latency(column) or _is_cost(column) or _has_score_name(column)


def _not_taken(column: Column) -> str:
    shown = ", ".join(column.words[:3])
    return one_line(
        f"# not taken: {_text(column.name)} is no column of plain numbers in one unit ({shown} …): write them so, and"
        " map it",
        400,
    )


def _no_names(rows: Sequence[Mapping[str, Any]]) -> str:
    """Why nothing is proposed for records that were read; "" where there are none."""
    names = list(columns_of(rows))
    if not names:
        return ""
    shown = ", ".join(to_json(name, indent=None) for name in names[:8]) + (" …" if len(names) > 8 else "")
    return one_line(
        f"No mapping is proposed: none of the columns ({shown}) has a common name of a question or of an id of a case or"
        " request. Write a mapping that says which they are (docs/mapping.md), or rename them.",
        600,
    )


def _is_score(column: Column) -> bool:
    """A known metric or a score-like name, with only numbers; not a metric of a whole run."""
    return bool(column.numbers) and _has_score_name(column)


def _has_score_name(column: Column) -> bool:
    name = normal(column.name.rsplit(".", 1)[-1])
    known = resolve(name)
    if known is not None and known.unit in ("ms", "USD", "usd", "tokens"):
        return False
    outer = normal(column.name.split(".")[0]) if "." in column.name else ""
    named = known is not None or guess_direction(name) is not None or bool(_SCORE.fullmatch(name))
    return named or outer in _OF_SCORES


def _names(scores: Sequence[Column]) -> dict[str, Column]:
    """Scores by their inner key; by their full name if two have the same inner key."""
    found: dict[str, Column] = {}
    for column in scores:
        inner = column.name.rsplit(".", 1)[-1]
        found.setdefault(column.name if inner in found else inner, column)
    return found


def _score(name: str, column: Column) -> str:
    known = resolve(name)
    parts, notes = [f"column: {_text(column.name)}"], []
    if known is None:
        parts.append(f"direction: {guess_direction(name) or 'higher'}")
        notes.append("the direction is a guess: check")
    if column.unit == "percent":
        parts.append("unit: percent")
    elif known is not None and 1 < max(column.numbers) <= 100:
        percent = max(column.numbers) > _PERCENT_FROM
        parts.append(f"unit: {'percent' if percent else _text(ASKED)}")
        notes.append("the unit is a guess: check" if percent else "a share is from 0 to 1: write fraction or percent")
    note = f"  # {'; '.join(notes)}" if notes else ""
    return f"  {_text(name)}: {{{', '.join(parts)}}}{note}"


def _text(value: str) -> str:
    """The value as YAML text: plain if possible, else quoted."""
    plain = _PLAIN.fullmatch(value) and value.casefold() not in _RESERVED
    return value if plain else to_json(value, indent=None)
