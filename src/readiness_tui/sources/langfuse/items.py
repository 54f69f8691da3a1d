"""Langfuse's experiment items, joined with the files beside them: experiments, observations, scores, further pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Completeness, Trace
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, ReadAlongError, Record, RunStart, Warn
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.recordio import Entry, reject
from readiness_tui.sources.langfuse.experiment import Experiment, case
from readiness_tui.sources.langfuse.file import Holds, MorePages, neighbours, rows
from readiness_tui.sources.langfuse.row import build, span
from readiness_tui.sources.langfuse.score import subject
from readiness_tui.sources.tracing.span_tree import RawSpan
from readiness_tui.sources.tracing.traced_case import ExampleRepeats


def read_items(path: Path, notes: fields.Notes) -> Iterator[Record]:
    near = neighbours(path)
    experiments: dict[str, Experiment] = {}
    cut = False
    for item in rows(path):
        if not isinstance(item, Entry):
            cut = cut or isinstance(item, MorePages)
            yield item
            continue
        try:
            ident = fields.text(item.value, "experimentId")
            if not ident:
                raise RecordError("no experimentId: the item belongs to no experiment")
            experiments.setdefault(ident, Experiment(ident)).items.append((item.line, item.value))
        except RecordError as error:
            yield reject(item.line, str(error), item.raw)
    yield from _pages(path, near, experiments)
    for experiment in experiments.values():
        experiment.cut = cut
    for row in _beside(near, Holds.EXPERIMENTS):
        if isinstance(row.get("id"), str) and row["id"] in experiments:
            experiments[row["id"]].row = row
    traces, scores = _traced(near, experiments, notes)
    unknown = [ident for ident, experiment in experiments.items() if experiment.row is None]
    if unknown and Holds.EXPERIMENTS in near.values():
        yield Warn(f"{path.name}: {len(unknown)} of its experiments stand in no list of experiments beside it.")
    for experiment in experiments.values():
        yield RunStart(experiment.run(path.name, traces))
        yield from experiment.declared(path.name)
    without = 0
    for experiment in experiments.values():
        repeats = ExampleRepeats()
        for line, value in experiment.items:
            trace = traces.get(str(value.get("traceId")))
            without += trace is None
            try:
                made = case(value, trace, scores.get(str(value.get("traceId")), ()), notes)
                yield CaseRecord(experiment.id, repeats.with_repeat(made), payload.as_raw(_shown(value)))
            except RecordError as error:
                yield reject(line, str(error), payload.as_raw(value))
    if without:
        yield Warn(
            f"{path.name}: {without:,} of its items have no observations beside it, so their cost, tokens, chunks and"
            " tool calls are unknown. Save /api/public/v2/observations into the same folder."
        )
    if not any("input" in value for e in experiments.values() for _, value in e.items):
        yield Warn(
            f"{path.name}: neither inputs nor outputs are in it. Ask for them with `fields=core,dataset,io,scores`."
        )


def _shown(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: payload.masked(value) if name.lower().endswith("metadata") else value for name, value in item.items()}


def _pages(path: Path, near: Mapping[Path, Holds], experiments: dict[str, Experiment]) -> Iterator[Record]:
    """Assign an experiment whose items are spread over several files to the first of them by name.

    Raises ReadAlongError if nothing is left for this file.
    """
    if not experiments:
        return
    taken: dict[str, str] = {}
    for file in (file for file, kind in near.items() if kind is Holds.ITEMS):
        for row in _beside({file: Holds.ITEMS}, Holds.ITEMS):
            ident = row.get("experimentId")
            if not isinstance(ident, str) or ident not in experiments:
                continue
            if file < path:
                taken[ident] = file.name
            elif row not in [value for _, value in experiments[ident].items]:
                experiments[ident].items.append((0, row))
    for ident in taken:
        del experiments[ident]
    others = ", ".join(dict.fromkeys(taken.values()))
    if taken and not experiments:
        raise ReadAlongError(f"{path}: its items come with those of the same experiments in {others}.")
    if taken:
        yield Warn(f"{path.name}: {len(taken)} of its experiments come with their other items in {others}.")


def _beside(near: Mapping[Path, Holds], kind: Holds) -> Iterator[dict[str, Any]]:
    """The rows of one kind in the files beside it; unreadable rows are reported when those files are imported."""
    for file, other in near.items():
        if other is kind:
            try:
                yield from (item.value for item in rows(file) if isinstance(item, Entry))
            except ReadinessError:
                continue


def _traced(
    near: Mapping[Path, Holds], experiments: Mapping[str, Experiment], notes: fields.Notes
) -> tuple[dict[str, Trace], dict[str, list[dict[str, Any]]]]:
    """The traces of the items, and the scores that name them."""
    wanted = {str(value.get("traceId")) for experiment in experiments.values() for _, value in experiment.items}
    spans: dict[str, list[RawSpan]] = {}
    lost: set[str] = set()
    for row in _beside(near, Holds.OBSERVATIONS):
        ident = row.get("traceId")
        if isinstance(ident, str) and ident in wanted:
            try:
                spans.setdefault(ident, []).append(span(row, notes))
            except RecordError as error:
                lost.add(ident)
                notes.add(f"an observation in another file was left out: {error}")
    scores: dict[str, list[dict[str, Any]]] = {}
    for row in _beside(near, Holds.SCORES):
        word, ident = subject(row)
        if word == "trace" and ident in wanted and ident is not None:
            scores.setdefault(ident, []).append(row)
        elif word == "experiment" and ident in experiments and ident is not None:
            experiments[ident].scores.append(row)
    return {ident: build(ident, found, None, (), notes, lost=ident in lost) for ident, found in spans.items()}, scores


def read_experiments(path: Path) -> Iterator[Record]:
    """Experiments without their items: only their own figures."""
    items = [file.name for file, kind in neighbours(path).items() if kind is Holds.ITEMS]
    if items:
        raise ReadAlongError(f"{path}: experiments come with their items: import {', '.join(items)}, or the folder.")
    brought = False
    for item in rows(path):
        if not isinstance(item, Entry):
            yield item
            continue
        try:
            ident = fields.text(item.value, "id")
            if not ident:
                raise RecordError("an experiment without an id")
            run = Experiment(ident, row=item.value).run(path.name, {})
            if not run.aggregates:
                raise RecordError("no scores of the experiment as a whole, and its items are not beside it")
            brought = True
            yield RunStart(replace(run, completeness=Completeness.PARTIAL))
        except RecordError as error:
            yield reject(item.line, str(error), item.raw)
    if not brought:
        raise ReadinessError(
            f"{path}: it lists experiments without their items. Save /api/public/experiment-items into the same folder"
            " (`fields=core,dataset,io,scores,itemMetadata,experimentMetadata`), and import the folder."
        )
