"""lm-evaluation-harness (0.3 to 0.4.13): `samples_<task>_<time>.jsonl`, with `results_<time>.json` beside them.

The samples name neither model nor date, so the two are read together. Rows of one document may stand far apart (the
filters follow each other), so they are collected before the first case. See `results` and `sample` for the format.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Aggregate, Completeness, DisputedFigure, Run
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import (
    CaseRecord,
    Counted,
    DeclaredCount,
    DeclaredMean,
    ReadAlongError,
    Recognised,
    Record,
    RunStart,
    Warn,
)
from readiness_tui.sources.kit.declared import printed
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.fileio import head as head_of
from readiness_tui.sources.kit.grouping import GroupedRecord, Groups
from readiness_tui.sources.kit.jsonio import RecordError, decode, quoted
from readiness_tui.sources.kit.payload import is_number
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.lm_eval.results import (
    NO_FILTER,
    TOOL,
    Figure,
    Results,
    figures_only,
    read_results,
    score_name,
)
from readiness_tui.sources.lm_eval.sample import LOG_LIKELIHOOD, case_of, doc_id, document_key, is_single, metric_names

ROW = frozenset({"doc_id", "doc", "target", "resps", "filtered_resps"})
MARKED_ROW = frozenset({"doc_id", "doc_hash", "filter", "metrics", "target"})
RESULTS = frozenset({"results", "n-samples", "higher_is_better"})
_SAMPLES = re.compile(r"samples_(?P<task>.+)_(?P<time>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?)\.jsonl?")
LONG = 4 * 1024 * 1024  # bytes of a longer look
_UNNAMED = "#"
_OLD_RESULTS = "results.json"  # 0.4.0 to 0.4.2, beside <model>_<task>.jsonl


class LmEval:
    name = TOOL
    title = "lm-evaluation-harness samples and results"
    brings = (
        "one run per task with model and date, from the results file beside the samples",
        "cases with every metric's score; where there are several filters, a metric each",
        "figures only, if there are no samples beside the results file, and for groups of tasks",
    )
    lacks = (
        "latency, cost, tokens, retrieved chunks, tool calls",
        "model and date without the results file",
        "a case's status where several filters judge its answer",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        if _is_samples(look):
            return Recognised(self.name, "records with doc_id, target, filtered responses and metrics", 100)
        if look.kind is not FileKind.OBJECT:
            return None
        if look.keys >= RESULTS or {"results", "lm_eval_version"} <= look.keys:
            return Recognised(self.name, "an object with results, n-samples and higher_is_better", 100)
        figures = [name for name, value in look.outline.items() if _is_figure(name, value)]
        if figures and ("config.model" in look.outline or "config_general" in look.keys):
            return Recognised(self.name, "an object with results of tasks, and the model's config", 90)
        return None

    def along(self, path: Path) -> tuple[Path, ...]:
        """The results file beside samples: it has their date and model."""
        beside = _beside(path)
        return (beside[0],) if beside is not None else ()

    def read(self, path: Path) -> Iterator[Record]:
        yield from _read_results(path) if "results" in _look(path).keys else _read_samples(path)


def _look(path: Path) -> Peek:
    """The beginning of a file; a longer one where a first long value hides the keys that tell what it is."""
    look = peek(head_of(path))
    if look.keys & {"results", "doc_id"} or look.kind not in (FileKind.OBJECT, FileKind.ARRAY):
        return look
    return peek(head_of(path, LONG))


def _is_samples(look: Peek) -> bool:
    rows = look.kind in (FileKind.LINES, FileKind.OBJECT, FileKind.ARRAY)
    return rows and (look.keys >= ROW or look.keys >= MARKED_ROW)


def _is_figure(path: str, value: Any) -> bool:
    """`results.<task>.<metric>_stderr` or `<metric>,<filter>` with a number."""
    steps = path.split(".")
    told = len(steps) == 3 and steps[0] == "results" and (steps[2].endswith("_stderr") or "," in steps[2])
    return told and (is_number(value) or value == "N/A")


def _beside(path: Path) -> tuple[Path, str] | None:
    """The results file that belongs to samples, and their task."""
    named = _SAMPLES.fullmatch(path.name)
    if named:
        beside = path.with_name(f"results_{named['time']}.json")
        fits = beside.is_file() and "results" in _look(beside).keys
        return (beside, named["task"]) if fits else None
    beside = path.with_name(_OLD_RESULTS)
    if path.name == _OLD_RESULTS or not beside.is_file():
        return None
    try:
        tasks = [task for task in read_results(beside).tasks if path.stem == task or path.stem.endswith(f"_{task}")]
    except ReadinessError:
        return None
    return (beside, max(tasks, key=len)) if tasks else None


def _read_results(path: Path) -> Iterator[Record]:
    """The tasks whose samples are not beside the file: they have figures only."""
    results = read_results(path)
    with_samples: dict[str, Path] = {}
    for other in sorted((*path.parent.glob("samples_*.json*"), *path.parent.glob("*_*.jsonl"))):
        found = _beside(other)
        if found is not None and found[0].name == path.name and _is_samples(_look(other)):
            with_samples[found[1]] = other
    left = [task for task in results.tasks if task not in with_samples]
    if not left:
        raise ReadAlongError(f"{path} is read along with the samples beside it. Import the folder, or the samples.")
    for run in figures_only(results, left):
        yield RunStart(_of_short_tasks(run, results, with_samples))


def _of_short_tasks(run: Run, results: Results, with_samples: Mapping[str, Path]) -> Run:
    """A group's run, partial where the samples of one of its tasks are fewer than the tool ran."""
    said = []
    for task in results.leaves(run.name):
        n = results.effective(task)
        if task in with_samples and n is not None:
            found = len(set(_documents(with_samples[task])))
            if found < n:
                said.append(
                    f"{results.path.name}: of {task}, a task of {run.name}, {found} of {n} documents are there."
                )
    if not said:
        return run
    return replace(run, completeness=Completeness.PARTIAL, warnings=(*run.warnings, *said))


def _documents(path: Path) -> Iterator[str]:
    """What tells the documents of a samples file apart; what is wrong with the file is said where it is imported."""
    try:
        for item in records(path):
            if isinstance(item, Entry):
                with suppress(RecordError):
                    yield document_key(item.value)
    except ReadinessError:
        return


@dataclass(slots=True)
class _Overview:
    """What a first look at every row tells about the file as a whole."""

    filters: dict[str, None] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)  # a document's own id → its key
    ids_differ: bool = True  # the own ids tell documents apart
    parts: dict[tuple[str, str], list[Any]] = field(default_factory=dict)  # metric, filter → what rows hold of it
    answers: dict[str, list[str]] = field(default_factory=dict)  # of rows that name no filter: key → their answers

    def filter_of(self, row: Mapping[str, Any], key: str) -> str:
        """The row's filter. Before 0.4.5 rows do not name it: the second row of one answer is by the second filter."""
        if "filter" in row:
            return fields.text(row, "filter") or NO_FILTER
        before = self.answers.setdefault(key, [])
        before.append(fields.as_json(row.get("resps")))
        return f"{_UNNAMED}{before.count(before[-1])}"

    def name_filters(self, reported: Iterable[str]) -> dict[str, str]:
        """Names for filters that the rows do not name: those of the results, in their order, if there are as many."""
        unnamed = [chosen for chosen in self.filters if chosen.startswith(_UNNAMED)]
        known = list(dict.fromkeys(reported))
        names = [f"filter {n}" for n in range(1, len(unnamed) + 1)] if len(unnamed) > 1 else [NO_FILTER]
        if len(known) == len(unnamed):
            names = known
        made = {chosen: chosen for chosen in self.filters} | dict(zip(unnamed, names, strict=False))
        self.filters = dict.fromkeys(made.values())
        self.parts = {(metric, made[chosen]): values for (metric, chosen), values in self.parts.items()}
        return made

    def add(self, row: Mapping[str, Any], key: str, chosen: str) -> None:
        self.filters[chosen] = None
        own = doc_id(row)
        if own is not None and self.ids.setdefault(own, key) != key:
            self.ids_differ = False
        for name in metric_names(row):
            value = row.get(name)
            if value is not None and not is_single(name, value):
                self.parts.setdefault((name, chosen), []).append(value)


def _read_samples(path: Path) -> Iterator[Record]:
    beside = _beside(path)
    results = read_results(beside[0]) if beside else None
    named = _SAMPLES.fullmatch(path.name)
    task = beside[1] if beside else named["task"] if named else path.stem
    found = _Overview()
    notes = fields.Notes()
    waiting: list[Record] = []
    with Groups(path.stat().st_size) as groups:
        for item in records(path):
            if not isinstance(item, Entry):
                waiting.append(item)
                continue
            try:
                key = document_key(item.value)
                chosen = found.filter_of(item.value, key)
                found.add(item.value, key, chosen)
            except RecordError as error:
                waiting.append(reject(item.line, str(error), item.raw))
                continue
            groups.add(key, GroupedRecord(chosen, item.line, item.raw))
        figures = results.figures(task) if results else ()
        names = found.name_filters(figure.filter for figure in figures)
        several = len({*found.filters, *(figure.filter for figure in figures)}) > 1
        run = _with_parts(results.run(task) if results else _alone(path, task), results, task, found, several)
        yield RunStart(run)
        yield from waiting
        if not found.ids_differ:
            yield Warn(f"{path.name}: one id stands at unlike documents, so cases are told apart by their doc_hash.")
        for lost in dict.fromkeys(figure.filter for figure in figures if figure.filter not in found.filters):
            yield Warn(f"{path.name}: the tool has figures by the filter {quoted(lost)}, and no row is by it.")
        seen: dict[str, int] = {}
        for _, pieces in groups:
            of_filters = [piece._replace(kind=names[piece.kind]) for piece in pieces]
            yield from _document(run, of_filters, found.ids_differ, several, seen, notes)
        yield from groups.refused()
    yield from notes.warnings(path.name)
    if results is not None:
        yield from _declared(run, results, task, figures, several)


def _document(
    run: Run, pieces: list[GroupedRecord], own_ids: bool, several: bool, seen: dict[str, int], notes: fields.Notes
) -> Iterator[Record]:
    """The case of a document; a filter that stands again at it begins the next repeat. `seen`: repeats so far, by id."""
    repeats: list[dict[str, GroupedRecord]] = []
    for piece in pieces:
        free = next((rows for rows in repeats if piece.kind not in rows), None)
        if free is None:
            repeats.append(free := {})
        free[piece.kind] = piece
    for rows in repeats:
        try:
            decoded = [(chosen, decode(piece.text.encode())) for chosen, piece in rows.items()]
            case = case_of(decoded, own_ids, several, notes)
        except RecordError as error:
            piece = next(iter(rows.values()))
            yield reject(piece.line, str(error), piece.text)
            continue
        repeat = seen.get(case.id, 0)
        seen[case.id] = repeat + 1
        if repeat:
            notes.add("a document stands in the file again; taken as a repeat")
        case = replace(case, repeat=repeat)
        raws = [piece.text for piece in rows.values()]
        yield CaseRecord(run.id, case, raws[0] if len(raws) == 1 else f"[{','.join(raws)}]")


def _alone(path: Path, task: str) -> Run:
    return Run(
        id=f"lm-eval-{digest(path)[:12]}",
        name=task,
        tool=TOOL,
        dataset_name=task,
        warnings=(f"{path.name}: no results file of the same time beside it: model and start are unknown.",),
    )


def _with_parts(run: Run, results: Results | None, task: str, found: _Overview, several: bool) -> Run:
    """The run with the tool's figures of metrics that no single case has, each held against its documented rule."""
    if results is None:
        return run
    aggregates, disputed, warnings = {}, [], []
    for figure in results.figures(task):
        parts = found.parts.get((figure.metric, figure.filter))
        if parts is None:
            continue
        name = score_name(figure.metric, figure.filter, several)
        aggregates[name] = Aggregate(figure.value, results.effective(task))
        ours = _by_rule(figure.metric, parts)
        if ours is not None and not math.isclose(ours, figure.value, rel_tol=1e-6):
            disputed.append(DisputedFigure(name, figure.value, ours, results.path.name))
            warnings.append(
                f"{results.path.name}: the tool reports {name} {figure.value:.6g}; by its rule over the file's rows it is"
                f" {ours:.6g}."
            )
    return replace(run, aggregates=aggregates, disputed=tuple(disputed), warnings=(*run.warnings, *warnings))


def _by_rule(metric: str, parts: list[Any]) -> float | None:
    """A figure of parts by the tool's rule: perplexities are exp(−Σ log-likelihood ÷ Σ words or bytes)
    (`lm_eval/api/metrics.py`), IFEval's instructions a plain mean over all (`tasks/ifeval/utils.py`)."""
    try:
        if metric == LOG_LIKELIHOOD:
            return math.exp(-math.fsum(parts) / len(parts))
        if metric.startswith("inst_level"):  # IFEval: verdicts of all instructions together
            every = [float(one) for part in parts for one in part]
            return math.fsum(every) / len(every)
        if metric in ("word_perplexity", "byte_perplexity", "bits_per_byte"):
            mean = -math.fsum(part[0] for part in parts) / math.fsum(part[1] for part in parts)
            return mean / math.log(2) if metric == "bits_per_byte" else math.exp(mean)
    except (TypeError, ValueError, LookupError, ArithmeticError):
        return None
    return None


def _declared(run: Run, results: Results, task: str, figures: tuple[Figure, ...], several: bool) -> Iterator[Record]:
    where = results.path.name
    n = results.effective(task)
    if n is not None:
        yield DeclaredCount(run.id, Counted.CASES, n, where)
    for figure in figures:
        name = score_name(figure.metric, figure.filter, several)
        if name not in run.aggregates:
            yield DeclaredMean(run.id, name, figure.value, where, printed(figure.value))


SOURCE = LmEval()
