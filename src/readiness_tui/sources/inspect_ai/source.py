"""Inspect AI's logs: `.eval` archives and JSON; finished, failed or unfinished.

Facts about the format (0.3.285), seen in its output: the members of `.eval` are compressed with zstd. An unfinished log
has `_journal/start.json` and no `header.json`. NaN is written bare in the JSON. Samples that ended in an error have no
scores and are missing from the tool's own figures, as are samples whose scorer gave NaN. A sample with `invalidation`
was taken back by a person (`invalidated` in the header). `dataset.samples` counts the
whole dataset even if `limit` selected a part of it; `sample_ids` lists the samples that were to be run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import CaseStatus, Completeness, Run, cut_short
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.inspect_ai.reported import Seen, aggregates, declared, reported, short_figures
from readiness_tui.sources.inspect_ai.sample import invalidated, read_sample
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.archive import Archive
from readiness_tui.sources.kit.base import CaseRecord, Progress, Recognised, Record, RunStart, Warn
from readiness_tui.sources.kit.jsonio import RecordError, as_null, broken, decode, document, members
from readiness_tui.sources.kit.payload import inner, masked, tags, version
from readiness_tui.sources.kit.peek import FileKind, peek
from readiness_tui.sources.kit.recordio import Entry, Item, elements, reject

ZIP = b"PK\x03\x04"
START, HEADER, SUMMARIES = "_journal/start.json", "header.json", "summaries.json"
KEYS = frozenset({"version", "status", "eval"})
_DONE = {"success": Completeness.COMPLETE, "error": Completeness.ERRORED}
_PIPELINE = ("system_version", "pipeline_version", "app_version", "version", "git_sha")
_PROMPT = ("prompt_version", "promptVersion", "prompt")
_INDEX = ("index_version", "indexVersion", "retriever_version")


class InspectLogs:
    name = "inspect_ai"
    title = "Inspect AI logs (.eval, or JSON)"
    brings = (
        "runs with model, versions from metadata, dataset and times",
        "cases with epochs as repeats, scores of every scorer, tokens, tool calls",
        "latency of a sample, excluding its scoring",
        "logs that failed or did not end, as errored or partial runs",
    )
    lacks = (
        "cost, and a digest of the dataset",
        "retrieved chunks: only what a tool returned",
        "a verdict on a sample whose scorers give only numbers: its status is unknown",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        if head.startswith(ZIP):
            if START.encode() in head:
                return Recognised(self.name, f"an archive with {START}", 100)
            return Recognised(self.name, f"an archive with {HEADER}", 100) if _holds(path, HEADER) else None
        look = peek(head)
        if look.kind is FileKind.OBJECT and look.keys >= KEYS and {"eval.task", "eval.model"} <= look.outline.keys():
            return Recognised(self.name, f"an object with version {look.outline['version']}, status, eval", 100)
        return None

    def read(self, path: Path) -> Iterator[Record]:
        try:
            with path.open("rb") as file:
                packed = file.read(len(ZIP)) == ZIP
        except OSError:
            packed = False
        yield from _from_archive(path) if packed else _from_json(path)


def _holds(path: Path, name: str) -> bool:
    try:
        with Archive(path) as archive:
            return name in archive.members
    except ReadinessError:
        return False


def _from_archive(path: Path) -> Iterator[Record]:
    notes = fields.Notes()
    with Archive(path) as archive:
        name = next((name for name in (HEADER, START) if name in archive.members), None)
        if name is None:
            raise ReadinessError(f"{path}: the archive has neither {HEADER} nor {START}, so it is no Inspect log.")
        try:
            header = _header(members(as_null(archive.read(name))[0]))
            listed = [each for each in archive.members if each.startswith("samples/") and each.endswith(".json")]
            about = _run(path, header, ended=name == HEADER, detailed=bool(listed))
        except RecordError as error:
            raise ReadinessError(f"{path}: {error}. Nothing of the log was imported; copy it again.") from error
        yield from _read(
            path, header, about, _samples(archive, listed, notes) if listed else _summaries(archive, notes), notes
        )


def _samples(archive: Archive, listed: list[str], notes: fields.Notes) -> Iterator[Item]:
    bytes_in_all = archive.path.stat().st_size
    for number, name in enumerate(listed, 1):
        try:
            data, lost = as_null(archive.read(name))
            if lost:
                notes.add("holds NaN or Infinity, which count as missing")
            value = decode(data)
            if not isinstance(value, dict):
                raise RecordError("the sample is no object")
            yield Entry(number, data.decode(), value)
        except RecordError as error:
            yield reject(number, f"{name}: {error}", name)
        if number % 200 == 0:
            yield Progress(bytes_in_all * number // len(listed), bytes_in_all)


def _summaries(archive: Archive, notes: fields.Notes) -> Iterator[Item]:
    """The samples' summaries, used if the log lacks the samples: no outputs, no tool calls."""
    if SUMMARIES not in archive.members:
        return
    notes.add("the log holds only summaries of its samples: no outputs, no tool calls")
    try:
        data, _ = as_null(archive.read(SUMMARIES))
        raws = msgspec.json.decode(data, type=list[msgspec.Raw])
    except (RecordError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReadinessError(f"{archive.path}: {SUMMARIES} is not a list of samples ({error}).") from error
    yield from elements(raws, data, 1)


def _from_json(path: Path) -> Iterator[Record]:
    notes = fields.Notes()
    data, lost = as_null(document(path))
    if lost:
        yield Warn(f"{path.name}: {lost} values are NaN or Infinity; they count as missing.")
    try:
        top = members(data)
        if not top.keys() >= KEYS:
            raise ReadinessError(f"{path}: no version, status or eval in it, so it is no Inspect log.")
        header = _header({name: raw for name, raw in top.items() if name not in ("samples", "reductions")})
        samples = bytes(top.get("samples", b"[]"))
        raws = msgspec.json.decode(samples, type=list[msgspec.Raw] | None) or []
        about = _run(path, header, ended=True)
    except RecordError as error:
        raise broken(path, data, error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReadinessError(f"{path}: samples is not a list of objects ({error}).") from error
    start = data.index(samples, data.index(b'"samples"')) + 1 if raws else 0
    yield from _read(path, header, about, elements(raws, data, start), notes)


def _header(top: Mapping[str, msgspec.Raw]) -> dict[str, Any]:
    """The log's header. Its list of sample ids is only counted: one that cannot be read costs its sample, no more."""
    header: dict[str, Any] = {name: decode(raw) for name, raw in top.items() if name != "eval"}
    if "eval" not in top:
        return header
    try:
        return header | {"eval": decode(top["eval"])}
    except RecordError as error:
        about = members(bytes(top["eval"]))
        dataset = members(bytes(about.get("dataset", b"{}")))
        try:
            ids = msgspec.json.decode(dataset.pop("sample_ids", b"null"), type=list[msgspec.Raw] | None)
        except msgspec.DecodeError:
            raise error from None
        said = {name: decode(raw) for name, raw in dataset.items()} | {"sample_ids": [bytes(one) for one in ids or ()]}
        return header | {"eval": {n: decode(raw) for n, raw in about.items() if n != "dataset"} | {"dataset": said}}


def _run(path: Path, header: Mapping[str, Any], *, ended: bool, detailed: bool = True) -> Run:
    about, stats = inner(header, "eval"), inner(header, "stats")
    if not about:
        raise RecordError("eval is missing or no object")
    status = header.get("status") if ended else "started"
    stated = {**inner(about, "task_args"), **inner(about, "metadata"), **inner(header, "metadata")}
    dataset, config = inner(about, "dataset"), inner(about, "config")
    error = inner(header, "error")
    warnings = []
    completeness = _DONE.get(str(status), Completeness.PARTIAL)
    if completeness is Completeness.ERRORED:
        reason = f" ({one_line(error['message'])})" if isinstance(error.get("message"), str) else ""
        warnings.append(
            f"{path.name}: Inspect stopped with an error{reason}; its command ends with status 0 all the same."
        )
    elif completeness is Completeness.PARTIAL:
        warnings.append(f"{path.name}: the evaluation did not end (its status is {one_line(str(status))}).")
    if header.get("invalidated") is True and not detailed:
        completeness = Completeness.PARTIAL if completeness is Completeness.COMPLETE else completeness
        warnings.append(f"{path.name}: samples were invalidated, and the log's summaries do not say which: partial.")
    if config.get("limit") is not None:
        ids = dataset.get("sample_ids")
        ran = len(ids) if isinstance(ids, list) else "some"
        warnings.append(f"{path.name}: run with a limit: {ran} of the dataset's {dataset.get('samples')} samples.")
    judge = inner(inner(about, "model_roles"), "grader").get("model")
    return Run(
        id=next((v for k in ("eval_id", "task_id", "run_id") if (v := fields.text(about, k))), path.stem),
        name=fields.text(about, "task") or path.stem,
        tool=SOURCE.name,
        tool_version=fields.text(inner(about, "packages"), "inspect_ai"),
        pipeline_version=version(stated, *_PIPELINE),
        prompt_version=version(stated, *_PROMPT),
        model=fields.text(about, "model"),
        index_version=version(stated, *_INDEX),
        judge=judge if isinstance(judge, str) else None,
        dataset_name=fields.text(dataset, "name"),
        started_at=fields.moment(stats, "started_at") or fields.moment(about, "created"),
        finished_at=fields.moment(stats, "completed_at"),
        completeness=completeness,
        tags=tags(about.get("tags"), {}),
        warnings=tuple(warnings),
        extra=masked(
            {
                key: value
                for key, value in (
                    ("task_version", about.get("task_version")),
                    ("run_id", about.get("run_id")),
                    ("epochs", config.get("epochs")),
                    ("revision", about.get("revision")),
                    ("metadata", stated or None),
                    ("reported", inner(header, "results") or None),
                )
                if value is not None
            }
        ),
    )


def _read(
    path: Path, header: Mapping[str, Any], run: Run, items: Iterator[Item], notes: fields.Notes
) -> Iterator[Record]:
    seen = Seen()
    scorer = next((figure.score for figure in reported(inner(header, "results"))), "score")
    waiting: list[Record] = []
    started = False
    for item in items:
        made = item if not isinstance(item, Entry) else _case(run, item, scorer, notes, seen)
        if made is None:
            continue
        if not started and not isinstance(made, CaseRecord):
            waiting.append(made)
            continue
        if not started:
            started = True
            yield RunStart(run)
            yield from waiting
        yield made
    if not started:  # a log without samples gives only its figures
        figures = {} if seen.left_out else aggregates(reported(inner(header, "results")))
        if not figures and not waiting:
            yield Warn(f"{path.name}: the log holds no samples and no figures that can be used.")
        lacking, said = short_figures(path.name, header)
        if lacking is not None:
            run = replace(cut_short(run), declared_cases=lacking, warnings=(*run.warnings, *said))
        yield RunStart(replace(run, aggregates=figures))
        yield from waiting
    yield from notes.warnings(path.name)
    if seen.errors:
        yield Warn(
            f"{path.name}: {seen.errors} of {seen.samples} samples ended in an error. Inspect leaves them out of its"
            " figures; here they count as errors."
        )
    if seen.left_out:
        yield Warn(f"{path.name}: {seen.left_out} of {seen.samples} samples were invalidated, and are left out.")
    if started:
        yield from declared(run.id, path.name, header, seen)


def _case(run: Run, item: Entry, scorer: str, notes: fields.Notes, seen: Seen) -> Record | None:
    """The case of a sample; None for one that was invalidated."""
    seen.samples += 1
    try:
        case = read_sample(item.value, run.model, notes, scorer)
    except RecordError as error:
        return reject(item.line, f"sample {seen.samples}: {error}", item.raw)
    seen.add(case)
    if (why := invalidated(item.value)) is not None:
        seen.left_out += 1
        notes.add(f"the sample was invalidated ({why})")
        return None
    seen.errors += case.status is CaseStatus.ERROR
    return CaseRecord(run.id, case, item.raw)


SOURCE = InspectLogs()
