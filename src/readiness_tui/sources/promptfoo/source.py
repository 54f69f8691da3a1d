"""promptfoo's results: `promptfoo eval -o results.json` (results version 3, as seen in 0.123) and its JSON lines.

A file can contain several prompts and providers; each pair is a separate run. The document is read up to
`jsonio.MAX_DOCUMENT`; its rows are decoded one by one, twice: first to find the runs, then for the cases.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import CaseStatus, Completeness, Run
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import CaseRecord, Recognised, Record, RunStart, Warn
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.fileio import head as head_of
from readiness_tui.sources.kit.jsonio import RecordError, broken, decode, document, members, quoted
from readiness_tui.sources.kit.peek import FileKind, peek
from readiness_tui.sources.kit.recordio import Entry, Item, elements, records, reject
from readiness_tui.sources.promptfoo.case import InputRepeats, inner, read_case
from readiness_tui.sources.promptfoo.forms import from_xml, from_yaml, is_xml, is_yaml
from readiness_tui.sources.promptfoo.table import is_table, read_table

VERSION = 3
ROW = frozenset({"testIdx", "promptIdx", "failureReason"})

Key = tuple[str, str, str]


@dataclass(slots=True)
class _PromptGroup:
    """What the rows of one prompt and provider have in common."""

    label: str
    prompt: int
    provider: str
    rows: int = 0
    unasserted: int = 0
    versions: set[str] = field(default_factory=set)
    indexes: set[str] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)
    outcomes: Counter[CaseStatus] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _About:
    """The file's description of the evaluation; empty for JSON lines, which have none."""

    ident: str
    name: str
    tool_version: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    judge: str | None = None
    tests_name: str | None = None
    tags: tuple[str, ...] = ()
    expected: int | None = None
    repeated: bool | None = None
    prompts: tuple[Mapping[str, Any], ...] = ()


class Promptfoo:
    name = "promptfoo"
    title = "promptfoo results (promptfoo eval -o results.json; also jsonl, csv, yaml, xml)"
    brings = (
        "a run for each prompt and provider; repeats as repeats",
        "cases with scores, latency, cost, tokens, whether they came from a cache; chunks and tools from the metadata",
        "from CSV only output, status and scores",
    )
    lacks = (
        "the model behind a provider's name; the digest of a dataset",
        "JSON lines: the run's start and version; CSV: latency, cost, tokens, metadata",
        "XML: the tool's version, and whether an empty part was a text, a list or nothing",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        if look.kind is FileKind.OBJECT and "evalId" in look.outline and "results.version" in look.outline:
            version = look.outline["results.version"]
            return Recognised(self.name, f"an object with evalId and results of version {version}", 100)
        if look.kind in (FileKind.LINES, FileKind.OBJECT) and look.keys >= ROW:
            return Recognised(self.name, "JSON lines with testIdx, promptIdx and failureReason", 100)
        if is_table(head):
            return Recognised(self.name, "a table with Status, Score and Named Scores", 100)
        if (stated := is_yaml(head)) is not None:
            return Recognised(self.name, f"YAML with evalId and results of version {stated}", 100)
        return Recognised(self.name, "XML with promptfoo and evalId", 100) if is_xml(head) else None

    def read(self, path: Path) -> Iterator[Record]:
        head = head_of(path)
        look = peek(head)
        if is_table(head):
            yield from read_table(path)
            return
        if is_yaml(head) is not None or is_xml(head):
            found = from_xml(path) if is_xml(head) else from_yaml(path)
            yield from _read(path, _described(path, found.top), found.items)
            return
        if look.keys >= ROW:
            about = _About(ident=f"promptfoo-{digest(path)[:12]}", name=path.stem)
            yield Warn(f"{path.name}: promptfoo's JSON lines describe no run: its start and version are unknown.")
            yield from _read(path, about, lambda: records(path))
        else:
            yield from _read(path, *_document(path))


def _described(path: Path, top: Mapping[str, Any]) -> _About:
    """The description of the evaluation in a YAML or XML document."""
    body = inner(top, "results")
    if "evalId" not in top or not body:
        raise ReadinessError(f"{path}: no evalId or results in it, so it is not promptfoo's results file.")
    _supported(path, body.get("version"))
    try:
        about = _about(path, {**body, **top})
    except RecordError as error:
        raise ReadinessError(f"{path}: {error}. Nothing of the file was imported; export it again.") from error
    if about.expected is None:  # truncated YAML is still valid YAML, but lacks the counts after the rows
        raise ReadinessError(
            f"{path}: it ends before its counts (results.stats), so it was cut off. Nothing of the file was imported;"
            " export it again."
        )
    return about


def _supported(path: Path, version: Any) -> None:
    if version != VERSION:
        raise ReadinessError(
            f"{path}: its results are of version {quoted(version)}, and only version {VERSION} is known. Export it"
            " with a current promptfoo (`promptfoo export eval <id> -o results.json`)."
        )


def _document(path: Path) -> tuple[_About, Callable[[], Iterator[Item]]]:
    """The file's description of the evaluation, and a function that reads its rows."""
    data = document(path)
    try:
        top = members(data)
        if "results" not in top or "evalId" not in top:
            raise ReadinessError(f"{path}: no evalId or results in it, so it is not promptfoo's results file.")
        body_text = bytes(top["results"])
        body = members(body_text)
        _supported(path, decode(body["version"]) if "version" in body else None)
        if "results" not in body:
            raise ReadinessError(f"{path}: results.results is missing, so it holds no cases. Export it again.")
        rows_text = bytes(body["results"])
        rows = msgspec.json.decode(rows_text, type=list[msgspec.Raw])
        parts = {
            name: decode(raw) for name, raw in top.items() if name in ("evalId", "config", "metadata", "runtimeOptions")
        }
        parts |= {name: decode(raw) for name, raw in body.items() if name in ("timestamp", "prompts", "stats")}
    except RecordError as error:
        raise broken(path, data, error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReadinessError(f"{path}: results.results is not a list of JSON objects ({error}).") from error
    try:
        about = _about(path, parts)
    except RecordError as error:
        raise ReadinessError(f"{path}: {error}. Nothing of the file was imported; export it again.") from error
    start = data.index(body_text, data.index(b'"results"')) + body_text.index(rows_text) + 1
    return about, lambda: elements(rows, data, start)


def _about(path: Path, parts: Mapping[str, Any]) -> _About:
    config, metadata, stats = inner(parts, "config"), inner(parts, "metadata"), inner(parts, "stats")
    times = {"timestamp": parts.get("timestamp") or metadata.get("evaluationCreatedAt")}
    started = fields.moment(times, "timestamp")
    duration = fields.number(stats, "durationMs", least=0)
    finished = None
    if started is not None and duration is not None and duration < 1e12:
        finished = started + timedelta(milliseconds=duration)
    counts = [fields.whole(stats, name) for name in ("successes", "failures", "errors")]
    judge = inner(inner(config, "defaultTest"), "options").get("provider")
    tests = config.get("tests")
    repeat = fields.whole(inner(parts, "runtimeOptions"), "repeat")
    prompts = parts.get("prompts")
    return _About(
        ident=fields.text(parts, "evalId") or path.stem,
        name=fields.text(config, "description") or path.stem,
        tool_version=fields.text(metadata, "promptfooVersion"),
        started_at=started,
        finished_at=finished,
        judge=judge if isinstance(judge, str) else fields.text(judge, "id") if isinstance(judge, dict) else None,
        tests_name=tests if isinstance(tests, str) else None,
        tags=tuple(f"{key}={fields.as_json(value)}" for key, value in inner(config, "tags").items()),
        expected=None if None in counts else sum(count or 0 for count in counts),
        repeated=None if repeat is None else repeat > 1,
        prompts=tuple(part for part in prompts if isinstance(part, dict)) if isinstance(prompts, list) else (),
    )


def _read(path: Path, about: _About, rows: Callable[[], Iterator[Item]]) -> Iterator[Record]:
    groups: dict[Key, _PromptGroup] = {}
    for item in rows():
        if isinstance(item, Entry):
            _survey(groups, item.value)
    found = sum(group.rows for group in groups.values())
    if not groups:
        raise ReadinessError(f"{path}: it holds no results. Run the evaluation again before exporting it.")
    short = about.expected is not None and found < about.expected
    if short:
        yield Warn(f"{path.name}: promptfoo counted {about.expected} results, and {found} are in the file.")
    yield from _derived(path, about)
    ids = {key: about.ident if len(groups) == 1 else f"{about.ident}/{n}" for n, key in enumerate(groups, 1)}
    for key, group in groups.items():
        yield RunStart(_run(path, about, group, ids[key], alone=len(groups) == 1, short=short))
    notes = fields.Notes()
    repeats = {key: InputRepeats(about.repeated) for key in groups}
    for item in rows():
        if not isinstance(item, Entry):
            yield item
            continue
        key = _key(item.value)
        try:
            if key not in ids:
                raise RecordError("the file changed while it was read")
            yield CaseRecord(
                ids[key], repeats[key].with_repeat(read_case(item.value, notes), item.value, notes), item.raw
            )
        except RecordError as error:
            yield reject(item.line, str(error), item.raw)
    yield from notes.warnings(path.name)


def _key(row: Mapping[str, Any]) -> Key:
    provider = inner(row, "provider")
    names = (row.get("promptId") or row.get("promptIdx"), provider.get("id"), provider.get("label"))
    prompt, ident, label = ("" if name is None else fields.as_json(name) for name in names)
    return prompt, ident, label


def _survey(groups: dict[Key, _PromptGroup], row: Mapping[str, Any]) -> None:
    key = _key(row)
    group = groups.get(key)
    if group is None:
        label = inner(row, "prompt").get("label")
        index = row.get("promptIdx")
        group = groups[key] = _PromptGroup(
            label if isinstance(label, str) else "", index if type(index) is int else -1, key[1] or key[2]
        )
    test, said = inner(row, "testCase"), inner(inner(row, "response"), "metadata")
    group.rows += 1
    for names, versions in ((_PROMPT_VERSION, group.versions), (_INDEX_VERSION, group.indexes)):
        for name in names:
            value = said.get(name, inner(test, "metadata").get(name))
            if isinstance(value, (str, int)):
                versions.add(str(value))
    asked = {"vars": test.get("vars", row.get("vars")), "assert": test.get("assert")}
    group.tests.add(json.dumps(asked, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    grading = inner(row, "gradingResult")
    if grading and not grading.get("componentResults") and row.get("failureReason") == 0:
        group.unasserted += 1
    group.outcomes[CaseStatus.ERROR if row.get("failureReason") == 2 else CaseStatus.UNKNOWN] += 1


_PROMPT_VERSION = ("promptVersion", "prompt_version")
_INDEX_VERSION = ("indexVersion", "index_version")


def _run(path: Path, about: _About, group: _PromptGroup, ident: str, *, alone: bool, short: bool) -> Run:
    warnings = []
    if len(group.versions) > 1:
        warnings.append(
            f"{path.name}: its answers name several prompt versions ({', '.join(sorted(group.versions))}); the prompt's"
            f" label {quoted(group.label)} is taken instead."
        )
    if group.unasserted:
        n = group.unasserted
        warnings.append(
            f"{path.name}: {n} {'case has' if n == 1 else 'cases have'} no assertions; promptfoo counts that as pass."
        )
    tests = "[" + ",".join(sorted(group.tests)) + "]"
    all_failed = group.outcomes[CaseStatus.ERROR] == group.rows
    return Run(
        id=ident,
        name=about.name if alone else f"{about.name} · {group.label} · {group.provider}",
        tool="promptfoo",
        tool_version=about.tool_version,
        prompt_version=next(iter(group.versions)) if len(group.versions) == 1 else group.label or None,
        model=group.provider or None,
        index_version=next(iter(group.indexes)) if len(group.indexes) == 1 else None,
        judge=about.judge,
        dataset_name=about.tests_name,
        started_at=about.started_at,
        finished_at=about.finished_at,
        completeness=Completeness.ERRORED if all_failed else Completeness.PARTIAL if short else Completeness.COMPLETE,
        tags=about.tags,
        warnings=tuple(warnings),
        # Not the dataset's digest: the golden set that a gate is locked for is another file with its own digest.
        extra={
            "prompt_label": group.label,
            "tests": len(group.tests),
            "tests_digest": hashlib.sha256(tests.encode("utf-8", "surrogatepass")).hexdigest(),
        },
    )


def _derived(path: Path, about: _About) -> Iterator[Warn]:
    """Warns about derived metrics (named scores without a count): promptfoo computes them from sums, not as means."""
    names: set[str] = set()
    for prompt in about.prompts:
        metrics = inner(prompt, "metrics")
        names |= inner(metrics, "namedScores").keys() - inner(metrics, "namedScoresCount").keys()
    if names:
        listed = ", ".join(quoted(name) for name in sorted(names))
        yield Warn(f"{path.name}: derived metrics are sums over all cases, not scores, and were left out: {listed}.")


SOURCE = Promptfoo()
