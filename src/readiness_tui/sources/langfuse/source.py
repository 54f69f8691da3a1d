"""Langfuse: observations, scores, experiments and their items from its API, and the exports of its user interface.

Related data is spread over several files, so a file is read together with those beside it: observations with scores,
rows of the trace table for the same requests, and further pages of observations; experiment items with their
experiments, scores and observations. Scores and experiments are read this way and not imported on their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import Progress, ReadAlongError, Recognised, Record, Warn
from readiness_tui.sources.kit.fileio import head
from readiness_tui.sources.kit.folder import size
from readiness_tui.sources.kit.grouping import LOST, GroupedRecord, Groups
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.peek import peek
from readiness_tui.sources.kit.recordio import Entry, reject
from readiness_tui.sources.langfuse.file import Holds, MorePages, called, holds, neighbours, rows, shape
from readiness_tui.sources.langfuse.items import read_experiments, read_items
from readiness_tui.sources.langfuse.request import PARENT, LoggedRequest
from readiness_tui.sources.langfuse.score import subject

_STEP = 500  # traces between two progress records
_JOINED = {
    Holds.OBSERVATIONS: (Holds.OBSERVATIONS, Holds.TRACES, Holds.SCORES),
    Holds.TRACES: (Holds.OBSERVATIONS, Holds.TRACES, Holds.SCORES),
    Holds.ITEMS: (Holds.ITEMS, Holds.EXPERIMENTS, Holds.OBSERVATIONS, Holds.SCORES),
}
_NOWHERE = "requests that stand in no file of the folder"
_ABOUT = {"session": "a session", "experiment": "an experiment as a whole", "nothing": "nothing that they name"}
# Field groups of observations that are exported only on request, their keys, and what is lost without them.
_GROUPS = (
    ("io", ("input", "output"), "questions, answers, tool arguments and results, chunks"),
    ("usage", ("usageDetails", "usage", "totalCost", "promptTokens", "inputUsage"), "tokens and cost"),
    ("model", ("model", "providedModelName"), "the model"),
    ("prompt", ("promptVersion", "promptName"), "the prompt version"),
)
_STEPS = frozenset({"observations of the trace"})
# What a reader misses in the trace table, and the keys of its rows that have it in some of its exports.
_OF_TRACES = (
    ("outcome", frozenset[str]()),
    ("model", frozenset[str]()),
    ("tokens", frozenset({"usage", "inputTokens", "totalTokens", "usageDetails"})),
    ("steps", frozenset[str]()),
    ("latency", frozenset({"latency"})),
    ("cost", frozenset({"totalCost"})),
)


class Langfuse:
    name = "langfuse"
    title = (
        "Langfuse observations, scores, experiments and items (API), exports of its tables, of blob storage, of a trace"
    )
    brings = (
        "traces with their steps, scores and feedback",
        "experiments with their cases, scores and traced measures",
    )
    lacks = (
        "outcome, model and steps of the trace table",
        "who gave a score in an exported table",
        "a dataset's digest",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        kind = holds(look)
        return None if kind is None else Recognised(self.name, f"Langfuse's {kind} ({shape(look)})", 100)

    def along(self, path: Path) -> tuple[Path, ...]:
        kind = holds(peek(head(path)))
        joined = _JOINED.get(kind, ()) if kind is not None else ()
        return tuple(file for file, other in neighbours(path).items() if other in joined)

    def read(self, path: Path) -> Iterator[Record]:
        kind = holds(peek(head(path)))
        notes = fields.Notes()
        match kind:
            case Holds.OBSERVATIONS | Holds.TRACES:
                yield from _traces(path, kind, notes)
            case Holds.ITEMS:
                yield from read_items(path, notes)
            case Holds.EXPERIMENTS:
                yield from read_experiments(path)
            case Holds.SCORES:
                _refuse_scores(path)
            case Holds.SESSIONS:
                raise ReadinessError(
                    f"{path}: Langfuse's sessions, each of several requests, and no request by itself. Export the traces or"
                    " the observations."
                )
            case None:
                raise ReadinessError(
                    f"{path}: none of Langfuse's rows: observations (traceId, startTime, type), traces (bookmarked,"
                    " sessionId, userId, release), scores (dataType, value, source), experiments (itemCount) or experiment"
                    " items (experimentItemId). Export one of them."
                )
        yield from notes.warnings(path.name)


# Traces


def _key(row: Mapping[str, Any], kind: Holds) -> str:
    """The trace that a row belongs to. Raises RecordError."""
    if kind is Holds.SCORES:
        word, found = subject(row)
        if word != "trace" or found is None:
            raise RecordError(word)
        return found
    name = "id" if kind is Holds.TRACES else "traceId"
    value = fields.text(row, name)
    if not value:
        raise RecordError(f"no {name}: the {kind.removesuffix('s')} belongs to no trace")
    return value


def _traces(path: Path, kind: Holds, notes: fields.Notes) -> Iterator[Record]:
    beside = neighbours(path)
    near = {file: other for file, other in beside.items() if other in _JOINED[kind]}
    total = size(path, *near)
    seen: set[str] = set()
    lost: Counter[str] = Counter()
    more: MorePages | None = None
    there: set[str] = set()
    with Groups(total) as groups:
        for item in rows(path):
            if isinstance(item, MorePages):
                more = item
            elif not isinstance(item, Entry):
                yield item
            else:
                try:
                    _add(groups, item, kind, "own")
                    seen |= item.value.keys() if kind is Holds.OBSERVATIONS else _filled(item.value)
                    there.add(str(item.value.get("id")))
                except RecordError as error:
                    yield reject(item.line, str(error), item.raw)
        for file, other in near.items():
            yield from _gather(file, other, groups, lost, there if other is kind else set())
        if more is not None and not 0 < more.declared <= len(there):
            yield more
        covered = brought = 0
        for done, (ident, pieces) in enumerate(groups):
            if done % _STEP == 0:
                yield Progress(total, total)
            request = LoggedRequest()
            for piece in pieces:
                try:
                    request.add(piece)
                except RecordError as error:
                    request.lost = request.lost or piece.kind.endswith(Holds.OBSERVATIONS)
                    yield reject(piece.line, str(error), piece.text)
            if not request.own:
                if request.scores and not request.spans and request.row is None:
                    lost[_NOWHERE] += len(request.scores)
            elif kind is Holds.TRACES and request.foreign:
                covered += 1
            else:
                brought += 1
                yield from request.trace(ident, notes, parents=kind is Holds.OBSERVATIONS and bool(seen & PARENT))
        yield from groups.refused()
    if Holds.ITEMS in beside.values():
        del lost["experiment"]  # they are joined with its items
    for about, n in lost.items():
        what = _ABOUT.get(about, about)
        yield Warn(f"{path.name}: {n:,} {'score' if n == 1 else 'scores'} beside it could not be joined: about {what}.")
    if kind is Holds.TRACES and covered:
        by = ", ".join(called(file, path) for file, other in near.items() if other is Holds.OBSERVATIONS)
        if not brought:
            raise ReadAlongError(f"{path}: all its {covered:,} requests come with their observations in {by}.")
        yield Warn(f"{path.name}: {covered:,} of its requests come with their observations in {by}.")
    if kind is Holds.OBSERVATIONS:
        yield from _left_out(path, seen)
    elif not seen & _STEPS:
        lacks = [what for what, keys in _OF_TRACES if not seen & keys]
        yield Warn(
            f"{path.name}: the exported table of traces has no {', '.join(lacks[:-1])} or {lacks[-1]}. Export the"
            " observations as well, into the same folder."
        )


def _add(groups: Groups, item: Entry, kind: Holds, where: str) -> None:
    """Add a row; a trace from the API includes its observations and scores. Raises RecordError."""
    ident, row = _key(item.value, kind), item.value
    parts = [(part, row.get(part)) for part in (Holds.OBSERVATIONS, Holds.SCORES)] if kind is Holds.TRACES else []
    nested = [(what, part) for what, listed in parts if isinstance(listed, list) for part in listed]
    if any(what is Holds.OBSERVATIONS and not isinstance(part, dict) for what, part in nested):
        groups.add(ident, GroupedRecord(f"{where} {LOST}", item.line, "{}"))
    nested = [(what, part) for what, part in nested if isinstance(part, dict)]
    if not nested:
        groups.add(ident, GroupedRecord(f"{where} {kind}", item.line, item.raw))
        return
    kept = {name: value for name, value in row.items() if name not in (Holds.OBSERVATIONS, Holds.SCORES)}
    groups.add(ident, GroupedRecord(f"{where} {kind}", item.line, payload.as_raw(kept)))
    for what, part in nested:
        groups.add(
            ident, GroupedRecord(f"{'own' if where == 'own' else 'nested'} {what}", item.line, payload.as_raw(part))
        )


def _filled(row: Mapping[str, Any]) -> set[str]:
    """The keys of a row that say something, and whether it brings its observations along."""
    found = {name for name, value in row.items() if value is not None}
    listed = row.get(Holds.OBSERVATIONS)
    steps = isinstance(listed, list) and any(isinstance(part, dict) for part in listed)
    return found | (_STEPS if steps else set())


def _gather(file: Path, kind: Holds, groups: Groups, lost: Counter[str], there: set[str]) -> Iterator[Record]:
    """Add the rows of a file beside the one being read, and their ids to those that are `there`."""
    bad = 0
    try:
        for item in rows(file):
            if not isinstance(item, Entry):
                bad += not isinstance(item, (Warn, Progress))
                continue
            try:
                _add(groups, item, kind, "near")
                there.add(str(item.value.get("id")))
            except RecordError as error:
                if kind is Holds.SCORES:
                    lost[str(error)] += 1
                else:
                    bad += 1
    except ReadinessError as error:
        yield Warn(f"{file.name} stands beside it and could not be read along: {error}")
    if bad:
        yield Warn(f"{file.name} stands beside it; {bad:,} of its records could not be read along.")


def _left_out(path: Path, seen: set[str]) -> Iterator[Record]:
    """Warns about field groups that were not exported."""
    missing = [(group, lost) for group, keys, lost in _GROUPS if not seen.intersection(keys)]
    if missing:
        groups = ", ".join(group for group, _ in missing)
        yield Warn(
            f"{path.name}: the field groups {groups} are not in it, so it says nothing of"
            f" {'; '.join(lost for _, lost in missing)}. Ask for them with `fields=core,basic,{groups.replace(' ', '')}`."
        )


def _refuse_scores(path: Path) -> None:
    near = neighbours(path).items()
    homes = [called(file, path) for file, kind in near if kind not in (Holds.SCORES, Holds.EXPERIMENTS, Holds.SESSIONS)]
    if homes:
        listed = ", ".join(homes[:4]) + (f" and {len(homes) - 4} more" if len(homes) > 4 else "")
        raise ReadAlongError(f"{path}: scores come with the requests they are about: import {listed}, or the folder.")
    raise ReadinessError(
        f"{path} holds scores, and the requests they are about are not beside it. Save the observations"
        " (/api/public/v2/observations) or the experiment items into the same folder, and import the folder."
    )


SOURCE = Langfuse()
