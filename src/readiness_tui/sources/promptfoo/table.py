"""promptfoo's CSV: one row per test, and a group of columns per prompt and provider.

`Description` (if any test has one), a column per variable, then for each prompt `[provider] label` with the output,
`Status`, `Score`, `Named Scores`, one column `Metric: …` per metric, `Grader Reason`, `Comment`. Scores are rounded to
two digits, except in `Named Scores`. There is no latency, cost, tokens or metadata: no case ids, chunks, tools, versions.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Case, CaseStatus, Completeness, Run, Score
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import CaseRecord, Record, Reject, RunStart
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.jsonio import RecordError, decode, document, quoted
from readiness_tui.sources.kit.recordio import EXCERPT, MAX_LINE
from readiness_tui.sources.promptfoo.case import InputRepeats, ident_of, question_of

STATUS = ("Status", "Score", "Named Scores")
_LABEL = re.compile(r"\[(.+?)\] (.*)", re.DOTALL)
_METRIC = "Metric: "
_STATUS = {"PASS": CaseStatus.PASS, "FAIL": CaseStatus.FAIL, "ERROR": CaseStatus.ERROR}
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,14})", re.ASCII)


@dataclass(frozen=True, slots=True)
class _ColumnGroup:
    """The columns of one prompt and provider."""

    ident: str
    output: int
    end: int
    provider: str | None
    label: str


def is_table(head: bytes) -> bool:
    """Whether the file's header is promptfoo's; columns repeat if there are several prompts."""
    try:
        text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        header = next(csv.reader(io.StringIO(text, newline="")), [])
    except csv.Error:
        return False
    return STATUS in zip(header[1:], header[2:], header[3:], strict=False)


def read_table(path: Path) -> Iterator[Record]:
    """One run per prompt and provider, and their cases. Raises ReadinessError if the file has none."""
    header, lines = _rows(path)
    groups = _groups(path, header)
    counts = {group.ident: [0, 0] for group in groups}  # cases, errors
    found: list[CaseRecord | Reject] = []
    notes = fields.Notes()
    repeats = {group.ident: InputRepeats(None) for group in groups}
    for line, row in lines:
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
        cases, errors = counts[group.ident]
        yield RunStart(
            Run(
                id=group.ident,
                name=path.stem if len(groups) == 1 else f"{path.stem} · {group.label} · {group.provider}",
                tool="promptfoo",
                prompt_version=group.label or None,
                model=group.provider,
                completeness=Completeness.ERRORED if errors == cases else Completeness.COMPLETE,
                warnings=(
                    f"{path.name}: promptfoo's CSV has neither latency nor cost, tokens, chunks, tools or case ids, and"
                    " does not say when it ran; its JSON has (`promptfoo export eval <id> -o results.json`).",
                ),
            )
        )
    yield from found
    yield from notes.warnings(path.name)


def _rows(path: Path) -> tuple[list[str], Iterator[tuple[int, list[str] | str]]]:
    csv.field_size_limit(MAX_LINE)
    text = document(path).decode("utf-8", "surrogateescape")
    reader = csv.reader(text.splitlines(keepends=True), strict=True)

    def rows() -> Iterator[tuple[int, list[str] | str]]:
        while True:
            before = reader.line_num
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield before + 1, f"not a valid CSV row ({error})"
                continue
            if row:
                yield reader.line_num, row

    lines = rows()
    _, header = next(lines, (0, []))
    if isinstance(header, str):
        raise ReadinessError(f"{path}: line 1: {header}. Export it again.")
    # A damaged name of a column is shown with its damage; only a damaged row is lost.
    return [name.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for name in header], lines


def _groups(path: Path, header: Sequence[str]) -> list[_ColumnGroup]:
    starts = [n - 1 for n in range(1, len(header)) if tuple(header[n : n + 3]) == STATUS]
    if not starts:
        raise ReadinessError(f"{path}: no columns Status, Score and Named Scores, so it is not promptfoo's table.")
    mark = digest(path)[:12]
    groups = []
    for n, (start, end) in enumerate(zip(starts, [*starts[1:], len(header)], strict=True), 1):
        named = _LABEL.fullmatch(header[start])
        provider, label = (named.group(1), named.group(2)) if named else (None, header[start])
        ident = f"promptfoo-{mark}" if len(starts) == 1 else f"promptfoo-{mark}/{n}"
        groups.append(_ColumnGroup(ident, start, end, provider, label))
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
    own = dict(zip(header[: groups[0].output], row, strict=False))
    description = own.pop("Description", "")
    # As in JSON: what looks like a whole number is one, so that a case has the same id in both formats.
    asked = {name: int(cell) if _INTEGER.fullmatch(cell) else cell for name, cell in own.items()}
    test = {"vars": asked, "description": description}
    made = [(group, _case(header, group, row, test)) for group in groups]
    for group, case in made:
        cells = {
            "test": test,
            **dict(zip(header[group.output : group.end], row[group.output : group.end], strict=True)),
        }
        yield (
            group,
            repeats[group.ident].with_repeat(case, {"testCase": test}, notes),
            json.dumps(cells, ensure_ascii=False),
        )


def _case(header: Sequence[str], group: _ColumnGroup, row: list[str], test: dict[str, Any]) -> Case:
    output, word, score, named = row[group.output : group.output + 4]
    status = _STATUS.get(word.strip().upper())
    if status is None:
        raise RecordError(f"Status is {quoted(word)}, and it is PASS, FAIL or ERROR")
    fields.number({"Score": score}, "Score")
    scores = {name: Score(value) for name, value in _named(named).items()}
    extra: dict[str, Any] = {}
    for name, cell in zip(header[group.output + 4 : group.end], row[group.output + 4 : group.end], strict=True):
        if name.startswith(_METRIC) and cell.strip() and name.removeprefix(_METRIC) not in scores:
            value = fields.number({name: cell}, name)
            if value is not None:
                scores[name.removeprefix(_METRIC)] = Score(value)
        elif name == "Grader Reason" and cell and status is CaseStatus.FAIL:
            extra["reason"] = cell
    if test["description"]:
        extra["description"] = test["description"]
    ident, id_from = ident_of({}, test)
    return Case(
        id=ident,
        id_from=id_from,
        question=question_of({}, test),
        output=output if output or status is not CaseStatus.ERROR else None,
        status=status,
        error=(output or "the row says error without a reason") if status is CaseStatus.ERROR else None,
        scores=scores,
        extra=extra,
    )


def _named(cell: str) -> dict[str, float]:
    if not cell.strip():
        return {}
    found = decode(cell.encode("utf-8", "surrogatepass"))
    if not isinstance(found, dict):
        raise RecordError("Named Scores is no object")
    return {name: value for name in found if (value := fields.number(found, name)) is not None}
