"""lm-evaluation-harness (0.4.13): `samples_<task>_<time>.jsonl`, with `results_<time>.json` beside them.

Facts about the format, seen in its output: a row has doc_id, doc, target, filter, metrics (their names), a hash of the
document, and one field per metric; each filter repeats the rows. The results file has the figures ("acc,none"), which
way each is better, the sizes and the date; the samples name neither model nor date, so the two are read together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Aggregate, Case, CaseStatus, Completeness, Run, Score, ScoreState
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, ReadAlongError, Recognised, Record, RunStart, Warn
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.fileio import head as head_of
from readiness_tui.sources.kit.jsonio import RecordError, document, quoted, whole
from readiness_tui.sources.kit.not_finite import as_null
from readiness_tui.sources.kit.payload import inner, is_number
from readiness_tui.sources.kit.peek import FileKind, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.kit.reported import ScoreTally

ROW = frozenset({"doc_id", "doc_hash", "filter", "metrics", "target"})
RESULTS = frozenset({"results", "n-samples", "higher_is_better"})
NO_FILTER = "none"
_SAMPLES = re.compile(r"samples_(?P<task>.+)_(?P<time>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?)\.jsonl")
#: Metrics that say whether an answer was correct.
_RIGHT = ("acc", "exact_match")
_IDS = ("id", "case_id", "question_id", "sample_id", "doc_id")


class LmEval:
    name = "lm_eval"
    title = "lm-evaluation-harness samples and results"
    brings = (
        "one run per task with model and date, from the results file beside the samples",
        "cases with every metric's score; filters as variants",
        "figures only, if there are no samples beside the results file",
    )
    lacks = ("latency, cost, tokens, retrieved chunks, tool calls", "model and date without the results file")

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        if look.keys >= ROW and look.kind in (FileKind.LINES, FileKind.OBJECT):
            return Recognised(self.name, "JSON lines with doc_id, doc_hash, filter and metrics", 100)
        if look.kind is FileKind.OBJECT and (look.keys >= RESULTS or {"results", "lm_eval_version"} <= look.keys):
            return Recognised(self.name, "an object with results, n-samples and higher_is_better", 100)
        return None

    def along(self, path: Path) -> tuple[Path, ...]:
        """The results file beside samples: it has their date and model."""
        beside = _beside(path)
        return (beside,) if beside is not None else ()

    def read(self, path: Path) -> Iterator[Record]:
        if peek(head_of(path)).keys >= ROW:
            yield from _read_samples(path)
        else:
            yield from _read_results(path)


def _beside(path: Path) -> Path | None:
    named = _SAMPLES.fullmatch(path.name)
    beside = path.with_name(f"results_{named['time']}.json") if named else None
    if beside is None or not beside.is_file() or "results" not in peek(head_of(beside)).keys:
        return None
    return beside


def _results(path: Path) -> dict[str, Any]:
    data, _ = as_null(document(path))
    value = whole(path, data)
    if not isinstance(value, dict) or not isinstance(value.get("results"), dict):
        raise ReadinessError(f"{path}: no results in it, so it is no results file of lm-evaluation-harness.")
    return value


def _read_results(path: Path) -> Iterator[Record]:
    """The tasks whose samples are not beside the file: they have figures only."""
    value = _results(path)
    with_samples = set()
    for other in sorted(path.parent.glob("samples_*.jsonl")):
        named = _SAMPLES.fullmatch(other.name)
        if named and path.name == f"results_{named['time']}.json":
            with_samples.add(named["task"])
    left = [task for task in value["results"] if task not in with_samples]
    if not left:
        raise ReadAlongError(f"{path} is read along with the samples beside it. Import the folder, or the samples.")
    for task in left:
        try:
            run = _run(path, value, task)
            figures = inner(value["results"], task)
            n = payload.count(inner(inner(value, "n-samples"), task).get("effective"))
            aggregates = {
                name.removesuffix(f",{NO_FILTER}"): Aggregate(float(figure), n)
                for name, figure in figures.items()
                if "," in name and "_stderr," not in name and is_number(figure)
            }
        except RecordError as error:
            raise ReadinessError(f"{path}: {error}. Nothing of the file was imported.") from error
        yield RunStart(
            replace(run, aggregates=aggregates, warnings=(*run.warnings, f"{path.name}: {task} has figures, no cases."))
        )


def _read_samples(path: Path) -> Iterator[Record]:
    named, beside = _SAMPLES.fullmatch(path.name), _beside(path)
    task = named["task"] if named else path.stem
    figures: dict[str, Any] = {}
    if beside is not None:
        try:
            about = _results(beside)
            run, figures = _run(beside, about, task), inner(about["results"], task)
        except RecordError as error:
            raise ReadinessError(f"{beside}: {error}. Nothing was imported.") from error
    else:
        run = Run(
            id=f"lm-eval-{digest(path)[:12]}",
            name=task,
            tool=SOURCE.name,
            dataset_name=task,
            warnings=(f"{path.name}: no results file of the same time beside it: model and start are unknown.",),
        )
    yield RunStart(run)
    notes, tally, repeats = fields.Notes(), ScoreTally(), dict[tuple[str, str], int]()
    for item in records(path):
        if not isinstance(item, Entry):
            yield item
            continue
        try:
            case = _case(item.value, repeats, notes)
        except RecordError as error:
            yield reject(item.line, str(error), item.raw)
            continue
        tally.add(case)
        yield CaseRecord(run.id, case, item.raw)
    yield from notes.warnings(path.name)
    for name, figure in figures.items():
        metric, _, chosen = name.partition(",")
        if chosen and not metric.endswith("_stderr"):
            variant = "" if chosen == NO_FILTER else chosen
            for warning in tally.against(path.name, metric, figure, variant=variant):
                yield Warn(f"{warning.text} (filter {quoted(chosen)})")


def _run(path: Path, value: Mapping[str, Any], task: str) -> Run:
    config, sizes = inner(value, "config"), inner(inner(value, "n-samples"), task)
    started = fields.moment(value, "date")
    seconds = payload.amount(value.get("total_evaluation_time_seconds"))
    total, used = payload.count(sizes.get("original")), payload.count(sizes.get("effective"))
    short = total is not None and used is not None and used < total
    hashes = inner(value, "task_hashes").get(task)
    mark = fields.text(value, "date") or digest(path)[:12]
    stated = inner(inner(inner(value, "configs"), task), "metadata")
    return Run(
        id=f"lm-eval-{task}-{mark}",
        name=task,
        tool=SOURCE.name,
        tool_version=fields.text(value, "lm_eval_version"),
        pipeline_version=payload.version(stated, "pipeline_version", "system_version"),
        model=payload.version(value, "model_name") or payload.version(config, "model"),
        dataset_name=task,
        started_at=started,
        finished_at=started + timedelta(seconds=seconds) if started and seconds and seconds < 1e9 else None,
        completeness=Completeness.PARTIAL if short else Completeness.COMPLETE,
        warnings=(f"{path.name}: {used} of the task's {total} documents were run.",) if short else (),
        extra={
            name: part
            for name, part in (
                ("task_hash", hashes),
                ("task_version", inner(value, "versions").get(task)),
                ("n_shot", inner(value, "n-shot").get(task)),
                ("higher_is_better", inner(value, "higher_is_better").get(task)),
                ("model_args", payload.masked(config.get("model_args"))),
            )
            if part not in (None, {}, "")
        },
    )


def _case(row: Mapping[str, Any], repeats: dict[tuple[str, str], int], notes: fields.Notes) -> Case:
    doc = inner(row, "doc")
    ident, id_from = next((str(doc[k]) for k in _IDS if isinstance(doc.get(k), (str, int))), None), "metadata"
    if ident is None:
        mark = row.get("doc_hash")
        if isinstance(mark, str) and mark:
            ident, id_from = f"doc-{mark[:16]}", "input"
        else:
            number = fields.whole(row, "doc_id")
            if number is None:
                raise RecordError("neither doc_hash nor doc_id")
            ident, id_from = f"doc-{number}", "position"
    chosen = fields.text(row, "filter") or NO_FILTER
    variant = "" if chosen == NO_FILTER else chosen
    repeat = repeats.get((ident, variant), 0)
    repeats[ident, variant] = repeat + 1
    names = row.get("metrics")
    if not isinstance(names, list):
        raise RecordError("metrics is no list of names")
    scores = {}
    for name in names:
        if not isinstance(name, str):
            raise RecordError("metrics holds something that is no name")
        scores[name] = _score(row.get(name), name, notes)
    right = next((scores[name] for name in _RIGHT if name in scores), None)
    status = CaseStatus.UNKNOWN
    if right is not None and right.value in (0, 1):
        status = CaseStatus.PASS if right.value == 1 else CaseStatus.FAIL
    answers = row.get("filtered_resps")
    one = answers[0] if isinstance(answers, list) and len(answers) == 1 else answers
    return Case(
        id=ident,
        variant=variant,
        repeat=repeat,
        id_from=id_from,
        question=_question(row, doc),
        output=None if one is None else fields.as_json(one),
        status=status,
        scores=scores,
        extra={"target": row["target"]} if row.get("target") is not None else {},
    )


def _score(value: Any, name: str, notes: fields.Notes) -> Score:
    if isinstance(value, bool) or is_number(value):
        return Score(float(value))
    if value is not None:
        notes.add(f"{quoted(name)} is no single number (a metric of several parts); it stays in the raw record")
    return Score(None, ScoreState.MISSING)


def _question(row: Mapping[str, Any], doc: Mapping[str, Any]) -> str:
    for name in ("question", "query", "input", "prompt"):
        if isinstance(doc.get(name), str):
            return str(doc[name])
    given = inner(inner(row, "arguments"), "gen_args_0").get("arg_0")
    return given if isinstance(given, str) else ""


SOURCE = LmEval()
