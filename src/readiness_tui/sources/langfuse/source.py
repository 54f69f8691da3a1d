"""Langfuse: observations, scores, experiments and their items from its API, and the exports of its user interface.

Related data is spread over several files, so a file is read together with those beside it: observations with scores,
rows of the trace table for the same requests, and further pages of observations; experiment items with their
experiments, scores and observations. Scores and experiments are read this way and not imported on their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import Progress, ReadAlongError, Recognised, Record, TraceRecord, Warn
from readiness_tui.sources.kit.fileio import head
from readiness_tui.sources.kit.folder import size
from readiness_tui.sources.kit.grouping import GroupedRecord, Groups
from readiness_tui.sources.kit.jsonio import RecordError, decode
from readiness_tui.sources.kit.peek import peek
from readiness_tui.sources.kit.recordio import Entry, reject
from readiness_tui.sources.langfuse.file import Holds, holds, neighbours, rows, shape
from readiness_tui.sources.langfuse.items import read_experiments, read_items
from readiness_tui.sources.langfuse.row import build, judgement, span, subject, table_judgements
from readiness_tui.sources.tracing.span_tree import RawSpan

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
    ("usage", ("usageDetails", "usage", "totalCost"), "tokens and cost"),
    ("model", ("model", "providedModelName"), "the model"),
    ("prompt", ("promptVersion", "promptName"), "the prompt version"),
)


class Langfuse:
    name = "langfuse"
    title = "Langfuse observations, scores, experiments and items (API), traces and observations (exports of its pages)"
    brings = (
        "traces with their steps, scores and feedback",
        "experiments with their cases, scores and traced measures",
    )
    lacks = (
        "latency, cost and outcome of the trace table",
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
            case None:
                raise ReadinessError(
                    f"{path}: none of Langfuse's rows: observations (traceId, startTime, type), traces (bookmarked,"
                    " sessionId, userId, release), scores (dataType, value, source), experiments (itemCount) or experiment"
                    " items (experimentItemId). Export one of them."
                )
        yield from notes.warnings(path.name)


# Traces


@dataclass(slots=True)
class _Request:
    """What the files of a folder say about one request."""

    own: bool = False
    spans: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    foreign: int = 0  # observations from other files
    row: dict[str, Any] | None = None
    scores: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, piece: GroupedRecord) -> None:
        where, _, kind = piece.kind.partition(" ")
        value = decode(piece.text.encode("utf-8", "surrogatepass"))
        own = where == "own"
        self.own = self.own or own
        if kind == Holds.SCORES:
            self.scores.setdefault(str(value.get("id", len(self.scores))), value)
        elif kind == Holds.TRACES:
            self.row = value if own or self.row is None else self.row
        elif own:
            self.spans.append((piece.line, value))
        else:
            self.foreign += 1
            self.spans.insert(0, (0, value))  # if an observation occurs twice, the file's own counts

    def raw(self) -> str:
        """All of it as JSON text, metadata without credentials."""
        found: dict[str, Any] = {}
        if self.row is not None:
            found["trace"] = _masked(self.row)
        if self.spans:
            found["observations"] = [_masked(row) for _, row in self.spans]
        if self.scores:
            found["scores"] = list(self.scores.values())
        return payload.as_raw(found)


def _masked(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "metadata": payload.masked(row["metadata"])} if "metadata" in row else dict(row)


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
    with Groups(total) as groups:
        for item in rows(path):
            if not isinstance(item, Entry):
                yield item
                continue
            try:
                _add(groups, item, kind)
                seen |= item.value.keys()
            except RecordError as error:
                yield reject(item.line, str(error), item.raw)
        for file, other in near.items():
            yield from _gather(file, other, groups, lost)
        covered = brought = 0
        for done, (ident, pieces) in enumerate(groups):
            if done % _STEP == 0:
                yield Progress(total, total)
            request = _Request()
            for piece in pieces:
                try:
                    request.add(piece)
                except RecordError as error:
                    yield reject(piece.line, str(error), piece.text)
            if not request.own:
                if request.scores and not request.spans and request.row is None:
                    lost[_NOWHERE] += len(request.scores)
            elif kind is Holds.TRACES and request.foreign:
                covered += 1
            else:
                brought += 1
                yield from _trace(ident, request, notes)
    if Holds.ITEMS in beside.values():
        del lost["experiment"]  # they are joined with its items
    for about, n in lost.items():
        what = _ABOUT.get(about, about)
        yield Warn(f"{path.name}: {n:,} {'score' if n == 1 else 'scores'} beside it could not be joined: about {what}.")
    if kind is Holds.TRACES and covered:
        by = ", ".join(file.name for file, other in near.items() if other is Holds.OBSERVATIONS)
        if not brought:
            raise ReadAlongError(f"{path}: all its {covered:,} requests come with their observations in {by}.")
        yield Warn(f"{path.name}: {covered:,} of its requests come with their observations in {by}.")
    if kind is Holds.OBSERVATIONS:
        yield from _left_out(path, seen)
    elif "latency" not in seen:
        yield Warn(
            f"{path.name}: the exported table of traces has no outcome, model, tokens, steps, latency or cost. Export the"
            " observations as well, into the same folder."
        )


def _add(groups: Groups, item: Entry, kind: Holds) -> None:
    """Add a row; a trace from the API includes its observations and scores. Raises RecordError."""
    ident, row = _key(item.value, kind), item.value
    parts = [(part, row.get(part)) for part in (Holds.OBSERVATIONS, Holds.SCORES)] if kind is Holds.TRACES else []
    nested = [(what, part) for what, listed in parts if isinstance(listed, list) for part in listed]
    nested = [(what, part) for what, part in nested if isinstance(part, dict)]
    if not nested:
        groups.add(ident, GroupedRecord(f"own {kind}", item.line, item.raw))
        return
    kept = {name: value for name, value in row.items() if name not in (Holds.OBSERVATIONS, Holds.SCORES)}
    for what, part in [(kind, kept), *nested]:
        groups.add(ident, GroupedRecord(f"own {what}", item.line, payload.as_raw(part)))


def _gather(file: Path, kind: Holds, groups: Groups, lost: Counter[str]) -> Iterator[Record]:
    """Add the rows of a file beside the one being read."""
    bad = 0
    try:
        for item in rows(file):
            if not isinstance(item, Entry):
                bad += not isinstance(item, (Warn, Progress))
                continue
            try:
                groups.add(_key(item.value, kind), GroupedRecord(f"near {kind}", item.line, item.raw))
            except RecordError as error:
                if kind is Holds.SCORES:
                    lost[str(error)] += 1
                else:
                    bad += 1
    except ReadinessError as error:
        yield Warn(f"{file.name} stands beside it and could not be read along: {error}")
    if bad:
        yield Warn(f"{file.name} stands beside it; {bad:,} of its records could not be read along.")


def _trace(ident: str, request: _Request, notes: fields.Notes) -> Iterator[Record]:
    spans: list[RawSpan] = []
    for line, row in request.spans:
        try:
            spans.append(span(row, notes))
        except RecordError as error:
            if line:
                yield reject(line, str(error), payload.as_raw(row))
            else:
                notes.add(f"an observation in another file was left out: {error}")
    if not spans and request.row is None:
        return
    judged = []
    for score in request.scores.values():
        try:
            judged.append(judgement(score))
        except RecordError as error:
            notes.add(f"a score was left out: {error}")
    known = {said.name for said in judged}
    tables = [row for _, row in request.spans if "comments" in row] + ([request.row] if request.row else [])
    judged += [said for row in tables for said in table_judgements(row) if said.name not in known]
    try:
        yield TraceRecord(build(ident, spans, request.row, judged, notes), request.raw())
    except RecordError as error:
        yield reject(0, f"trace {ident}: {error}", request.raw())


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
    homes = [file.name for file, kind in neighbours(path).items() if kind not in (Holds.SCORES, Holds.EXPERIMENTS)]
    if homes:
        listed = ", ".join(homes[:4]) + (f" and {len(homes) - 4} more" if len(homes) > 4 else "")
        raise ReadAlongError(f"{path}: scores come with the requests they are about: import {listed}, or the folder.")
    raise ReadinessError(
        f"{path} holds scores, and the requests they are about are not beside it. Save the observations"
        " (/api/public/v2/observations) or the experiment items into the same folder, and import the folder."
    )


SOURCE = Langfuse()
