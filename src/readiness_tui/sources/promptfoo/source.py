"""promptfoo's results: `promptfoo eval -o results.json`, `promptfoo export eval`, the web view's and a share's download,
and JSON lines. Results of versions 3 (from 0.93 on) and 2 (before) as seen in 0.70, 0.100, 0.120, 0.121 and 0.123.

A file can contain several prompts and providers; each pair is a separate run. The document is read up to
`jsonio.MAX_DOCUMENT`; its rows are decoded one by one, twice: first to find the runs, then for the cases.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import CaseRecord, DeclaredCount, Recognised, Record, RunStart, Warn
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.fileio import head as head_of
from readiness_tui.sources.kit.jsonio import RecordError, broken, decode, document, members, quoted
from readiness_tui.sources.kit.measures import moved
from readiness_tui.sources.kit.peek import FileKind, peek
from readiness_tui.sources.kit.recordio import Entry, Item, elements, records, reject
from readiness_tui.sources.promptfoo.case import InputRepeats, read_case
from readiness_tui.sources.promptfoo.forms import from_xml, from_yaml, is_html, is_xml, is_yaml
from readiness_tui.sources.promptfoo.grading import inner
from readiness_tui.sources.promptfoo.rows import is_view, of_version_2, of_view
from readiness_tui.sources.promptfoo.runs import (
    About,
    Appended,
    Key,
    PromptGroup,
    declared,
    derived,
    fewer_tests,
    key_of,
    run_of,
    survey,
    told_apart,
)
from readiness_tui.sources.promptfoo.table import is_table, read_table

VERSIONS = (2, 3)
ROW = frozenset({"testIdx", "promptIdx"})
_ROW_TOO = frozenset({"failureReason", "gradingResult", "namedScores"})
_OWN = ("evalId", "shareableUrl", "config", "results.stats", "results.table", "results.prompts", "data.config")
_AGAIN = "run the evaluation or export it again with promptfoo 0.120 or newer (`promptfoo eval -o results.json`)"

Rows = Callable[[], Iterator[Item]]


class Promptfoo:
    name = "promptfoo"
    title = "promptfoo results (promptfoo eval -o results.json; also jsonl, csv, yaml, xml, the web view's download)"
    brings = (
        "a run for each prompt and provider; repeats as repeats",
        "cases with scores, latency, cost, tokens, whether they came from a cache; chunks and tools from the metadata",
        "named scores as means, also from versions before 0.121.5, which wrote sums",
        "from CSV only output, status and scores",
    )
    lacks = (
        "the model behind a provider's name; the digest of a dataset",
        "JSON lines: the run's start and version; CSV: latency, cost, tokens, metadata, and before 0.121.7 named scores",
        "XML: the tool's version, and whether an empty part was a text, a list or nothing",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        outline = look.outline
        if look.kind is FileKind.OBJECT:
            where = next((at for at in ("results.", "data.results.") if f"{at}version" in outline), None)
            if where is not None and any(name in outline for name in _OWN):
                version = outline[f"{where}version"]
                with_id = "with evalId " if "evalId" in outline else ""
                return Recognised(self.name, f"an object {with_id}and results of version {version}", 100)
            if "version" in outline and {"results.[].gradingResult", "results.[].namedScores"} & outline.keys():
                return Recognised(self.name, f"a summary with results of version {outline['version']}", 95)
            if is_view(outline):
                return Recognised(self.name, "the web view's table: head.prompts and body", 95)
        if look.kind in (FileKind.LINES, FileKind.OBJECT, FileKind.ARRAY) and look.keys >= ROW and look.keys & _ROW_TOO:
            return Recognised(self.name, "records with testIdx, promptIdx and how each was graded", 100)
        if is_table(head):
            return Recognised(self.name, "a table with a column of answers a prompt and their PASS or FAIL", 100)
        if (stated := is_yaml(head)) is not None:
            return Recognised(self.name, f"YAML with evalId and results of version {stated}", 100)
        if is_html(head):
            return Recognised(self.name, "promptfoo's HTML page", 90)
        return Recognised(self.name, "XML with promptfoo and evalId", 100) if is_xml(head) else None

    def read(self, path: Path) -> Iterator[Record]:
        head = head_of(path)
        look = peek(head)
        if is_table(head):
            yield from read_table(path)
        elif is_html(head):
            raise ReadinessError(
                f"{path} is promptfoo's HTML page, which is made for reading: it has no scores, costs or times. Export"
                " the evaluation as JSON (`promptfoo export eval <id> -o results.json`) and import that."
            )
        elif is_yaml(head) is not None or is_xml(head):
            found = from_xml(path) if is_xml(head) else from_yaml(path)
            about, version = _described(path, found.top)
            yield from _read(path, about, _brought_up(found.items, version))
        elif look.keys >= ROW:
            about = About(ident=f"promptfoo-{digest(path)[:12]}", name=path.stem)
            yield Warn(f"{path.name}: promptfoo's JSON lines describe no run: its start and version are unknown.")
            yield from _read(path, about, lambda: records(path), appended=True)
        else:
            yield from _read(path, *_document(path))


def _brought_up(rows: Rows, version: Any) -> Rows:
    """The rows in the shape of version 3."""
    if version != 2:
        return rows

    def brought() -> Iterator[Item]:
        places: Counter[Key] = Counter()
        for item in rows():
            if isinstance(item, Entry):
                row = of_version_2(item.value)
                row.setdefault("testIdx", places[key_of(row)])
                places[key_of(row)] += 1
                item = replace(item, value=row)
            yield item

    return brought


def _described(path: Path, top: Mapping[str, Any]) -> tuple[About, Any]:
    """The description of the evaluation in a YAML or XML document, and the version of its results."""
    body = inner(top, "results")
    if not body:
        raise ReadinessError(f"{path}: no results in it, so it is not promptfoo's results file.")
    version = body.get("version")
    _supported(path, version)
    try:
        about = _about(path, {**body, **top})
    except RecordError as error:
        raise ReadinessError(f"{path}: {error}. Nothing of the file was imported; export it again.") from error
    if about.expected is None:  # truncated YAML is still valid YAML, but lacks the counts after the rows
        raise ReadinessError(
            f"{path}: it ends before its counts (results.stats), so it was cut off. Nothing of the file was imported;"
            " export it again."
        )
    return about, version


def _supported(path: Path, version: Any) -> None:
    if version in VERSIONS and type(version) is int:
        return
    newer = type(version) is int and version > max(VERSIONS)
    todo = "Export it with promptfoo 0.123 (`promptfoo export eval <id> -o results.json`)" if newer else _AGAIN
    raise ReadinessError(
        f"{path}: promptfoo's results of version {quoted(version)}, and versions 2 and 3 are known. {todo[0].upper()}"
        f"{todo[1:]}."
    )


def _document(path: Path) -> tuple[About, Rows]:
    """The file's description of the evaluation, and a function that reads its rows."""
    data = document(path)
    try:
        top = members(data)
        if "data" in top and "results" not in top:  # as a server answers for a share
            top = members(bytes(top["data"]))
        if "body" in top and "head" in top:
            return _view(path, decode(top["head"]), decode(top["body"]))
        if "results" not in top:
            raise ReadinessError(f"{path}: no results in it, so it is not promptfoo's results file.")
        body_text = bytes(top["results"])
        body = top if body_text.startswith(b"[") else members(body_text)
        version = decode(body["version"]) if "version" in body else None
        _supported(path, version)
        if "results" not in body:
            raise ReadinessError(f"{path}: results.results is missing, so it holds no cases. Export it again.")
        rows_text = bytes(body["results"])
        rows = msgspec.json.decode(rows_text, type=list[msgspec.Raw])
        parts = {name: decode(raw) for name, raw in top.items() if name in _OF_TOP}
        parts |= {name: decode(raw) for name, raw in body.items() if name in ("timestamp", "prompts", "stats")}
        if version == 2 and "table" in body:
            parts["prompts"] = inner(inner({"table": decode(body["table"])}, "table"), "head").get("prompts")
    except RecordError as error:
        raise broken(path, data, error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReadinessError(f"{path}: results.results is not a list of JSON objects ({error}).") from error
    try:
        about = _about(path, parts)
    except RecordError as error:
        raise ReadinessError(f"{path}: {error}. Nothing of the file was imported; export it again.") from error
    start = data.index(rows_text, data.index(b'"results"')) + 1
    return about, _brought_up(lambda: elements(rows, data, start), version)


_OF_TOP = ("evalId", "config", "metadata", "runtimeOptions", "createdAt")


def _view(path: Path, head: Any, body: Any) -> tuple[About, Rows]:
    """The web view's download. It says neither when the evaluation ran nor its id."""
    head = head if isinstance(head, dict) else {}
    prompts = head.get("prompts")
    about = About(
        ident=f"promptfoo-{digest(path)[:12]}",
        name=path.stem,
        prompts=tuple(one if isinstance(one, dict) else {} for one in prompts) if isinstance(prompts, list) else (),
    )

    def rows() -> Iterator[Item]:
        for number, row in of_view(head, body if isinstance(body, list) else []):
            if isinstance(row, dict):
                yield Entry(number, json.dumps(row, ensure_ascii=False), row)
            else:
                yield reject(number, row, "")

    return about, rows


def _about(path: Path, parts: Mapping[str, Any]) -> About:
    config, metadata, stats = inner(parts, "config"), inner(parts, "metadata"), inner(parts, "stats")
    times = {"timestamp": parts.get("timestamp") or metadata.get("evaluationCreatedAt")}
    started = fields.moment(times, "timestamp")
    duration = fields.number(stats, "durationMs", least=0)
    finished = moved(started, duration) if started is not None and duration is not None and duration < 1e12 else None
    counts = [fields.whole(stats, name) for name in ("successes", "failures")]
    judge = inner(inner(config, "defaultTest"), "options").get("provider")
    tests = config.get("tests")
    repeat = fields.whole(inner(parts, "runtimeOptions"), "repeat")
    prompts = parts.get("prompts")
    return About(
        ident=fields.text(parts, "evalId") or f"promptfoo-{digest(path)[:12]}",
        name=fields.text(config, "description") or path.stem,
        tool_version=fields.text(metadata, "promptfooVersion"),
        started_at=started,
        finished_at=finished,
        judge=judge if isinstance(judge, str) else fields.text(judge, "id") if isinstance(judge, dict) else None,
        tests_name=tests if isinstance(tests, str) else None,
        tags=tuple(f"{key}={fields.as_json(value)}" for key, value in inner(config, "tags").items()),
        # Before 0.103 errors are counted among the failures.
        expected=None if None in counts else sum(n or 0 for n in (*counts, fields.whole(stats, "errors"))),
        stats=stats,
        repeated=None if repeat is None else repeat > 1,
        prompts=tuple(part if isinstance(part, dict) else {} for part in prompts) if isinstance(prompts, list) else (),
    )


def _read(path: Path, about: About, rows: Rows, *, appended: bool = False) -> Iterator[Record]:
    """`appended`: several evaluations may stand one after another."""
    groups: dict[Key, PromptGroup] = {}
    order = Appended()
    for item in rows():
        if isinstance(item, Entry):
            survey(groups, key_of(item.value, order.number(item.value) if appended else 0), item.value)
    if not groups:
        raise ReadinessError(f"{path}: it holds no results. Run the evaluation again before exporting it.")
    found = sum(group.rows for group in groups.values())
    alone = len(groups) == 1
    ids = {key: about.ident if alone else f"{about.ident}/{n}" for n, key in enumerate(groups, 1)}
    places = Counter(group.prompt for group in groups.values())
    stated = {
        key: tuple(declared(path, about, group, ids[key], alone=alone))
        if group.prompt < 0 or places[group.prompt] == 1
        else ()
        for key, group in groups.items()
    }
    # Which of several runs lacks the rows is only known where each is counted by itself.
    lacks = (
        about.expected is not None
        and found < about.expected
        and not all(any(isinstance(one, DeclaredCount) for one in said) for said in stated.values())
    )
    if lacks:
        yield Warn(f"{path.name}: promptfoo counted {about.expected} results, and {found} are in the file.")
    yield from derived(path, about)
    first = {key[:-1]: group.rows for key, group in reversed(groups.items())}
    if any(key[-1] != "0" for key in groups):
        yield Warn(
            f"{path.name}: the same tests stand in it again: promptfoo appended to an earlier file. Each evaluation is a"
            " run of its own."
        )
    # JSON lines count nothing: that another pipeline was given more tests is all that tells of lost rows.
    fewer = fewer_tests(groups) if appended else {}
    for key, more in fewer.items():
        yield Warn(
            f"{path.name}: {groups[key].provider} has {len(groups[key].tests):,} of the {more:,} tests that another run"
            " of the same evaluation has: it is partial."
        )
    runs = told_apart(
        {
            key: run_of(
                path, about, group, ids[key], alone=alone, short=lacks or key in fewer or group.rows < first[key[:-1]]
            )
            for key, group in groups.items()
        },
        groups,
    )
    for run in runs.values():
        yield RunStart(run)
    for figures in stated.values():
        yield from figures
    yield from _cases(path, about, rows, groups, ids, Appended() if appended else None)


def _cases(
    path: Path,
    about: About,
    rows: Rows,
    groups: Mapping[Key, PromptGroup],
    ids: Mapping[Key, str],
    order: Appended | None,
) -> Iterator[Record]:
    notes = fields.Notes()
    repeats = {key: InputRepeats(about.repeated) for key in groups}
    for item in rows():
        if not isinstance(item, Entry):
            yield item
            continue
        key = key_of(item.value, order.number(item.value) if order else 0)
        try:
            if key not in ids:
                raise RecordError("the file changed while it was read")
            case = read_case(item.value, notes, means=about.means)
            yield CaseRecord(ids[key], repeats[key].with_repeat(case, item.value, notes), item.raw)
        except RecordError as error:
            yield reject(item.line, str(error), item.raw)
    yield from notes.warnings(path.name)


SOURCE = Promptfoo()
