"""Output items of a run of OpenAI's Evals API (`GET /v1/evals/<eval>/runs/<run>/output_items`): its answer, or its items.

From the API's reference (`EvalRunOutputItem`): `datasource_item` is the data set's row, `sample` has input, output, usage
and error, `results` an entry a grader (name, passed, score), `status` says pass or fail. `has_more`: further pages exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import UNREAD_STATUS, Case, CaseStatus, Completeness, Run, Score, ScoreState
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, Record, RunStart
from readiness_tui.sources.kit.declared import mean
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.payload import inner, is_number
from readiness_tui.sources.kit.recordio import Entry, records, reject

KEYS = frozenset({"datasource_item", "results", "sample", "status"})
_ASKED = ("question", "query", "input", "prompt")  # in a row of a data source, where the answers were there before
_UUID = re.compile(r"[-_ ]+[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
_STATUS = {"pass": CaseStatus.PASS, "passed": CaseStatus.PASS, "fail": CaseStatus.FAIL, "failed": CaseStatus.FAIL}


def read_items(path: Path, tool: str) -> Iterator[Record]:
    notes = fields.Notes()
    run: Run | None = None
    short = False
    seen: dict[str, int] = {}
    for item in records(path, "data"):
        if not isinstance(item, Entry):
            yield item
            continue
        if item.header:
            short = item.value.get("has_more") is True
            continue
        try:
            case = _case(item.value, notes)
        except RecordError as error:
            yield reject(item.line, str(error), item.raw)
            continue
        if run is None:
            run = _run(path, item.value, tool, short)
            yield RunStart(run)
        repeat = seen.get(case.id, 0)
        seen[case.id] = repeat + 1
        yield CaseRecord(run.id, replace(case, repeat=repeat), item.raw)
    if run is None:
        raise ReadinessError(f"{path}: none of its output items could be used. Export them again.")
    yield from notes.warnings(path.name)


def _run(path: Path, first: Mapping[str, Any], tool: str, short: bool) -> Run:
    ident = payload.version(first, "run_id") or f"openai-evals-{digest(path)[:12]}"
    warning = (f"{path.name}: the list has further pages (has_more), and this is one of them: the run is partial.",)
    return Run(
        id=ident,
        name=payload.version(first, "eval_id") or path.stem,
        tool=tool,
        model=payload.version(inner(first, "sample"), "model"),
        completeness=Completeness.PARTIAL if short else Completeness.COMPLETE,
        warnings=warning if short else (),
    )


def _case(item: Mapping[str, Any], notes: fields.Notes) -> Case:
    row, sample = inner(item, "datasource_item"), inner(item, "sample")
    own = payload.case_id(row) or payload.version(row, "id")
    ident = own or payload.version(item, "datasource_item_id", "id")
    if not ident:
        raise RecordError("it has no id")
    usage, fault = inner(sample, "usage"), sample.get("error")
    error = inner(sample, "error").get("message") or (fields.as_json(fault) if fault else None)
    if isinstance(fault, dict) and not any(fault.values()):
        error = None
    word = item.get("status")
    status = CaseStatus.ERROR if error else _STATUS.get(word, CaseStatus.UNKNOWN) if isinstance(word, str) else None
    asked = sample.get("input")
    return Case(
        id=ident,
        id_from="metadata" if own else "position",
        question=payload.question(asked)
        if asked
        else next((row[n] for n in _ASKED if isinstance(row.get(n), str)), ""),
        output=payload.answer(sample.get("output")) if sample.get("output") else None,
        status=status or CaseStatus.UNKNOWN,
        error=fields.as_json(error) if error else None,
        scores=_scores(item.get("results"), notes),
        tokens_in=payload.count(usage.get("prompt_tokens")),
        tokens_out=payload.count(usage.get("completion_tokens")),
        extra=({"item": payload.masked(row)} if row else {})
        | ({UNREAD_STATUS: word} if status is CaseStatus.UNKNOWN and word else {}),
    )


def _scores(listed: Any, notes: fields.Notes) -> dict[str, Score]:
    """A score a grader; the id that the API puts behind a grader's name is left out."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for part in listed if isinstance(listed, list) else ():
        if isinstance(part, dict) and isinstance(part.get("name"), str):
            found.setdefault(_UUID.sub("", part["name"]) or part["name"], []).append(part)
    return {name: _score(parts, notes) for name, parts in found.items()}


def _score(parts: list[Mapping[str, Any]], notes: fields.Notes) -> Score:
    if len(parts) > 1:
        notes.add("two graders of an item have one name; their mean is the score, passed if all passed")
    verdicts = [part.get("passed") for part in parts if isinstance(part.get("passed"), bool)]
    values = [float(part["score"]) for part in parts if is_number(part.get("score"))]
    passed = all(verdicts) if len(verdicts) == len(parts) else None
    if not values and passed is not None:
        values = [float(verdict is True) for verdict in verdicts]
    if len(values) < len(parts):
        return Score(None, ScoreState.JUDGE_ERROR)
    return Score(mean(values), passed=passed)
