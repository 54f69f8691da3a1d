"""promptfoo's tables: a row a test, and for each prompt and provider a column of answers `[provider] label`.

Four kinds, as seen in the tool's code:
- from 0.121 on: the answer, then `Status`, `Score`, `Named Scores`, `Grader Reason`, `Comment`; from 0.121.7 also a
  column `Metric: …` a metric. Red-team runs end with `pluginId`, `strategyId` and others.
- the server's download up to 0.120: cells `[PASS] …`, `[FAIL] …`, `[ERROR] …`, then `Grader Reason`, `Comment`.
- the command line up to 0.120: cells `[PASS] (0.75, tone: 1.00)`, the answer, `Pass Reason: …`; nothing beside them.
- older downloads: cells `[PASS] …` alone; in 2023 `[PASS] (1.00) …` under the prompt's text, before the variables.
  Before 0.103 an error is marked [FAIL], too.
A failed cell of the last three has its reasons, a line `---` and then the answer.

Named scores are sums before 0.121.5 and means afterwards, and a table does not hold the assertions that would tell: they
are read only where `Metric:` columns show the newer version. Figures are rounded to two digits. There is no latency,
cost, tokens or metadata: no case ids, chunks, tools, versions.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Case, CaseStatus, Completeness, Run, Score, ScoreState
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import CaseRecord, Progress, Record, Reject, RunStart
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.jsonio import RecordError, decode, document, quoted
from readiness_tui.sources.kit.recordio import BLOCK, EXCERPT, MAX_LINE, bad_row
from readiness_tui.sources.promptfoo.case import InputRepeats, ident_of, question_of, red_team_tags
from readiness_tui.sources.promptfoo.runs import short_label

_Row = tuple[int, list[str] | str]

STATUS = ("Status", "Score", "Named Scores")
REASONS = ("Grader Reason", "Comment")
RED_TEAM = ("Messages", "RedteamHistory", "RedteamTreeHistory", "pluginId", "strategyId", "sessionId", "sessionIds")
_LABEL = re.compile(r"\[([^\[\]]+(?:\[[^\[\]]*\])?[^\[\]]*)\] (.*)", re.DOTALL)
_METRIC = "Metric: "
_STATUS = {"PASS": CaseStatus.PASS, "FAIL": CaseStatus.FAIL, "ERROR": CaseStatus.ERROR}
_MARKED = re.compile(r"\[(PASS|FAIL|ERROR)\] ?(.*)", re.DOTALL)
_SCORED = re.compile(r"\((?:-?\d+\.\d\d|undefined)(?:, ((?:[^\n()]|\([^\n()]*\))*))?\)\s*(.*)", re.DOTALL)
_MARKED_AND_SCORED = re.compile(r"\[(PASS|FAIL|ERROR)\] \(-?\d+\.\d\d")
_NAMED = re.compile(r"(.+?): (-?\d+\.\d\d)(?:, |\Z)")
_REASON = re.compile(r"(.*?)\n*(?:Pass|Fail) Reason: (.*)", re.DOTALL)
_RULE = "\n---\n"
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,14})", re.ASCII)
_UNCLEAR = (
    "the table's named scores may be sums or means (promptfoo before 0.121.5 wrote sums), so they are left missing; its"
    " JSON tells (`promptfoo export eval <id> -o results.json`)"
)


@dataclass(frozen=True, slots=True)
class _ColumnGroup:
    """The columns of one prompt and provider. `marked`: its cells begin with [PASS], [FAIL] or [ERROR]."""

    ident: str
    output: int
    end: int
    provider: str | None
    label: str
    marked: bool


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a prompt's cells say of one test."""

    status: CaseStatus
    output: str | None
    named: Mapping[str, float]
    reason: str = ""
    error: str | None = None


def is_table(head: bytes) -> bool:
    """Whether the file's header is promptfoo's; columns repeat if there are several prompts."""
    try:
        text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        rows = csv.reader(io.StringIO(text, newline=""))
        header, first = next(rows, []), next(rows, [])
    except csv.Error:
        return False
    if STATUS in zip(header[1:], header[2:], header[3:], strict=False):
        return True
    return bool(_marked_columns(header, first))


def _marked_columns(header: Sequence[str], first: Sequence[str]) -> list[int]:
    """Where the answers stand in the older tables."""
    marked = [n for n, cell in enumerate(first) if n < len(header) and _MARKED.match(cell)]
    with_reasons = [n for n in range(len(header)) if tuple(header[n + 1 : n + 3]) == REASONS]
    if with_reasons:
        return with_reasons if marked else []
    if any(_LABEL.fullmatch(header[n]) for n in marked):
        return [n for n, name in enumerate(header) if n in marked or _LABEL.fullmatch(name)]
    return [n for n in marked if _MARKED_AND_SCORED.match(first[n])]


def read_table(path: Path) -> Iterator[Record]:
    """One run per prompt and provider, and their cases. Raises ReadinessError if the file has none."""
    header, lines = _rows(path)
    first = next((item for item in lines if not isinstance(item, Progress)), None)
    lines = chain([first] if first is not None else [], lines)
    groups = _groups(path, header, first[1] if first is not None and isinstance(first[1], list) else [])
    counts = {group.ident: [0, 0] for group in groups}  # cases, errors
    found: list[CaseRecord | Reject] = []
    notes = fields.Notes()
    repeats = {group.ident: InputRepeats(None) for group in groups}
    for item in lines:
        if isinstance(item, Progress):
            yield item
            continue
        line, row = item
        if isinstance(row, str):
            found.append(Reject(line, row))
            continue
        try:
            for group, case, raw in _cases(header, groups, row, repeats, notes):
                counts[group.ident][0] += 1
                counts[group.ident][1] += case.status is CaseStatus.ERROR
                found.append(CaseRecord(group.ident, case, raw))
        except RecordError as error:
            found.append(Reject(line, str(error), ",".join(row).encode("utf-8", "replace").decode()[:EXCERPT]))
    if not any(isinstance(record, CaseRecord) for record in found):
        raise ReadinessError(f"{path}: no row of it could be used. Run the evaluation again before exporting it.")
    for group in groups:
        if not counts[group.ident][0]:
            continue
        cases, errors = counts[group.ident]
        yield RunStart(
            Run(
                id=group.ident,
                name=path.stem
                if len(groups) == 1
                else " · ".join(part for part in (path.stem, short_label(group.label), group.provider) if part),
                tool="promptfoo",
                prompt_version=short_label(group.label) or None,
                model=group.provider,
                completeness=Completeness.ERRORED if errors == cases else Completeness.COMPLETE,
                warnings=(
                    f"{path.name}: promptfoo's CSV has neither latency nor cost, tokens, chunks, tools or case ids, and"
                    " does not say when it ran; its JSON has (`promptfoo export eval <id> -o results.json`). Its scores"
                    " are rounded to two digits.",
                ),
                extra={"prompt_label": group.label},
            )
        )
    yield from found
    yield from notes.warnings(path.name)


def _rows(path: Path) -> tuple[list[str], Iterator[_Row | Progress]]:
    """The names of the columns, and the rows with their lines; instead of a row that cannot be read, why."""
    csv.field_size_limit(MAX_LINE)
    text = document(path, json=False).decode("utf-8", "surrogateescape")
    done = 0

    def texts() -> Iterator[str]:
        nonlocal done
        for line in text.splitlines(keepends=True):
            done += len(line)
            yield line

    reader = csv.reader(texts(), strict=True)

    def rows() -> Iterator[_Row | Progress]:
        told = 0
        while True:
            before = reader.line_num
            if done - told >= BLOCK:
                told = done
                yield Progress(done, len(text))
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield (
                    before + 1,
                    f"{bad_row(error, before + 1)}; lines {before + 1} to {reader.line_num} were lost to it",
                )
                continue
            if row:
                yield reader.line_num, row

    lines = rows()
    _, header = next((item for item in lines if not isinstance(item, Progress)), (0, []))
    if isinstance(header, str):
        raise ReadinessError(f"{path}: line 1: {header}. Export it again.")
    # A damaged name of a column is shown with its damage; only a damaged row is lost.
    return [name.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for name in header], lines


def _groups(path: Path, header: Sequence[str], first: Sequence[str]) -> list[_ColumnGroup]:
    starts = [n - 1 for n in range(1, len(header)) if tuple(header[n : n + 3]) == STATUS]
    marked = [] if starts else _marked_columns(header, first)
    if not starts and not marked:
        raise ReadinessError(f"{path}: no columns Status, Score and Named Scores, so it is not promptfoo's table.")
    mark = digest(path)[:12]
    places = starts or marked
    last = next((n for n in range(places[-1] + 1, len(header)) if header[n] in RED_TEAM), len(header))
    ends = [*places[1:], last]
    if marked:
        ends = [n + (3 if tuple(header[n + 1 : n + 3]) == REASONS else 1) for n in places]
    groups = []
    for n, (start, end) in enumerate(zip(places, ends, strict=True), 1):
        named = _LABEL.fullmatch(header[start])
        provider, label = (named.group(1), named.group(2)) if named else (None, header[start])
        ident = f"promptfoo-{mark}" if len(places) == 1 else f"promptfoo-{mark}/{n}"
        groups.append(_ColumnGroup(ident, start, end, provider, label, bool(marked)))
    return groups


def _cases(
    header: Sequence[str],
    groups: list[_ColumnGroup],
    row: list[str],
    repeats: dict[str, InputRepeats],
    notes: fields.Notes,
) -> Iterator[tuple[_ColumnGroup, Case, str]]:
    if len(row) != len(header):
        raise RecordError(f"the row has {len(row)} cells, and the header names {len(header)} columns")
    if any("\udc80" <= char <= "\udcff" for cell in row if not cell.isascii() for char in cell):
        raise RecordError("not valid UTF-8")
    said = {n for group in groups for n in range(group.output, group.end)}
    beside = {name: row[n] for n, name in enumerate(header) if n not in said}
    own = {name: cell for name, cell in beside.items() if name not in RED_TEAM}
    description = own.pop("Description", "")
    # As in JSON: what looks like a whole number is one, so that a case has the same id in both formats.
    asked = {name: int(cell) if _INTEGER.fullmatch(cell) else cell for name, cell in own.items()}
    test = {"vars": asked, "description": description}
    tags = red_team_tags(beside)
    means = any(name.startswith(_METRIC) for name in header)
    made = []
    for group in groups:
        cells = list(zip(header[group.output : group.end], row[group.output : group.end], strict=True))
        if any(cell for _, cell in cells):  # else the test was not run with this prompt
            read = _marked_cell(cells) if group.marked else _cell(cells)
            made.append((group, _case(read, test, tags, notes, means=means), cells))
    for group, case, cells in made:
        raw = json.dumps({"test": test, **dict(cells)}, ensure_ascii=False)
        yield group, repeats[group.ident].with_repeat(case, {"testCase": test}, notes), raw


def _case(cell: _Cell, test: dict[str, Any], tags: tuple[str, ...], notes: fields.Notes, *, means: bool) -> Case:
    """`means`: the named scores surely are means."""
    if cell.named and not means:
        notes.add(_UNCLEAR)
    extra: dict[str, Any] = {}
    if cell.reason and cell.status is CaseStatus.FAIL:
        extra["reason"] = cell.reason
    if test["description"]:
        extra["description"] = test["description"]
    ident, id_from = ident_of({}, test)
    return Case(
        id=ident,
        id_from=id_from,
        question=question_of({}, test),
        output=cell.output,
        status=cell.status,
        error=cell.error,
        scores={name: Score(value) if means else Score(None, ScoreState.MISSING) for name, value in cell.named.items()},
        tags=tags,
        extra=extra,
    )


def _cell(cells: list[tuple[str, str]]) -> _Cell:
    """The cells of a table from 0.121 on."""
    (_, output), (_, word), (_, score), (_, named) = cells[:4]
    status = _STATUS.get(word.strip().upper())
    if status is None:
        raise RecordError(f"Status is {quoted(word)}, and it is PASS, FAIL or ERROR")
    fields.number({"Score": score}, "Score")
    scores = _named(named)
    reason = ""
    for name, cell in cells[4:]:
        if name.startswith(_METRIC) and cell.strip() and name.removeprefix(_METRIC) not in scores:
            value = fields.number({name: cell}, name)
            if value is not None:
                scores[name.removeprefix(_METRIC)] = value
        elif name == REASONS[0]:
            reason = cell
    if status is CaseStatus.ERROR:
        return _Cell(status, output or None, scores, error=output or reason or _NO_REASON)
    return _Cell(status, output, scores, reason)


_NO_REASON = "the row says error without a reason"


def _marked_cell(cells: list[tuple[str, str]]) -> _Cell:
    """The cells of an older table: the mark, in the command line's the scores, then what was said."""
    found = _MARKED.fullmatch(cells[0][1])
    if found is None:
        raise RecordError(f"the cell under {quoted(cells[0][0])} begins with none of [PASS], [FAIL] and [ERROR]")
    status, text = _STATUS[found.group(1)], found.group(2)
    beside = dict(cells[1:])
    reason, named = beside.get(REASONS[0], ""), {}
    scored = _SCORED.fullmatch(text) if not beside else None
    if scored is not None:
        named = {name: float(value) for name, value in _NAMED.findall(scored.group(1) or "")}
        text = scored.group(2).strip()
        given = _REASON.fullmatch(text)
        if given is not None:
            text, reason = given.group(1), given.group(2)
    why, rule, output = text.partition(_RULE)
    graded = bool(reason) or (rule and why.strip() != output.strip()) or (scored is None and not rule)
    if status is CaseStatus.FAIL and not graded:
        status = CaseStatus.ERROR  # nothing was graded, and the error stands in the place of an answer
    if status is CaseStatus.ERROR:
        return _Cell(status, None, named, error=(why if rule else text).strip() or reason or _NO_REASON)
    if status is CaseStatus.FAIL and rule:
        return _Cell(status, output, named, reason or why)
    return _Cell(status, text, named, reason)


def _named(cell: str) -> dict[str, float]:
    if not cell.strip():
        return {}
    found = decode(cell.encode("utf-8", "surrogatepass"))
    if not isinstance(found, dict):
        raise RecordError("Named Scores is no object")
    return {name: value for name in found if (value := fields.number(found, name)) is not None}
