"""Our own format for case results, for a team's own evaluation scripts: JSON lines, JSON or CSV.

JSON lines: optionally a first line {"run": {…}} with the run's fields, then one line per case: case_id or question,
output, status or success, scores (or flat numeric metrics), latency_ms, cost, tokens, retrieved_chunks, tool_calls,
tags, error, repeat, human_label with human_reviewer, human_at and human_blind (given before the scores were seen).
JSON: {"run": {…}, "cases": […]}, or a list of cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.joining import question_id
from readiness_tui.domain.runs.model import (
    UNKNOWN_VERSION,
    UNREAD_STATUS,
    Case,
    CaseStatus,
    HumanLabel,
    HumanVerdict,
    Measure,
    Outcome,
    Provenance,
    Run,
    Score,
    ScoreState,
)
from readiness_tui.domain.text.placeholders import is_placeholder
from readiness_tui.sources.kit import fields, measures
from readiness_tui.sources.kit.base import CaseRecord, DeclaredMean, Recognised, Record, RunStart, Warn
from readiness_tui.sources.kit.declared import printed
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.keys import KeySorter
from readiness_tui.sources.kit.names import snake
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.own.app_log import REQUEST_IDS, is_log
from readiness_tui.sources.own.golden_set import GOLD, RESULT
from readiness_tui.sources.own.row_runs import RowRuns, row_runs
from readiness_tui.sources.own.run_fields import run_from
from readiness_tui.sources.tracing.outcome import names_error, outcome_of
from readiness_tui.sources.tracing.traced_case import elapsed_ms

_ALIASES = {
    "case_id": "case_id",
    "id": "case_id",
    "variant": "variant",
    "repeat": "repeat",
    "question": "question",
    "input": "question",
    "output": "output",
    "answer": "output",
    "response": "output",
    "status": "status",
    "success": "success",
    "passed": "success",
    "error": "error",
    "scores": "scores",
    "latency_ms": "latency_ms",
    "cost": "cost",
    "cost_usd": "cost",
    "tokens_in": "tokens_in",
    "input_tokens": "tokens_in",
    "tokens_out": "tokens_out",
    "output_tokens": "tokens_out",
    "cached": "cached",
    "cold_start": "cold",
    "cold": "cold",
    "tags": "tags",
    "retrieved_chunks": "retrieved_chunks",
    "chunks": "retrieved_chunks",
    "tool_calls": "tool_calls",
    "human_label": "human_label",
    "human_reviewer": "human_reviewer",
    "human_at": "human_at",
    "human_note": "human_note",
    "human_blind": "human_blind",
}
_SORTER = KeySorter(_ALIASES)
_STATUS = {
    Outcome.SUCCESS: CaseStatus.PASS,
    Outcome.FAIL: CaseStatus.FAIL,
    Outcome.ERROR: CaseStatus.ERROR,
}
_STARTS = ("started_at", "start_time", "startTime", "startedAt", "timestamp")
_ENDS = ("ended_at", "end_time", "endTime", "endedAt", "finished_at", "completed_at")
_LEAST_YEAR = 1990
_ANSWER = frozenset({"answer", "response"})
_EVALUATED = frozenset({"scores", "repeat", "variant", "human_label"})
_CASE_ONLY = RESULT - {"trace_id", "case_id"}
_STATES = {"missing": ScoreState.MISSING, "not applicable": ScoreState.NOT_APPLICABLE, "n/a": ScoreState.NOT_APPLICABLE}


class CaseRecords:
    name = "case_record"
    title = "case results (an optional run line, then case_id, output, status, scores …)"
    brings = ("a run and its cases with scores, latency, cost, tokens, chunks, tool calls, human labels",)
    lacks = ("whatever a record leaves out: only the case's id or its question is required",)

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        has_run = "run" in look.keys and look.outline.get("run", "a name") is None  # an object
        if has_run and ((look.kind is FileKind.LINES and len(look.keys) == 1) or look.below("cases")):
            return Recognised(self.name, f"a run, then its cases ({look.kind})", 90)
        keys = look.below("cases") if look.kind is FileKind.OBJECT else frozenset[str]()
        keys = keys or look.keys
        shown = sorted(keys & _CASE_ONLY)
        if "case_id" in keys and (shown or _has_metric(look)):
            return Recognised(self.name, f"records with case_id, {', '.join(shown) or 'metrics'} ({look.kind})", 90)
        graded = keys & _ANSWER and not keys & GOLD and _has_metric(look)
        if "question" in keys and "trace_id" not in keys and not _is_log(keys) and (shown or graded):
            why = f"records with question, {', '.join(shown) or 'metrics'} and no trace_id ({look.kind})"
            return Recognised(self.name, why, 70)
        return None

    def read(self, path: Path) -> Iterator[Record]:
        notes = fields.Notes()
        by_row = row_runs(path, "cases")
        runs: dict[tuple[str | None, ...], tuple[Run, CaseRepeats]] = {}
        header_alone = False
        for item in records(path, "cases"):
            if not isinstance(item, Entry):
                yield item
                continue
            header_alone = False
            key = by_row.key(item.value)
            try:
                if key not in runs:
                    run, is_header = _run(path, item, by_row, len(runs), notes)
                    runs[key] = run, CaseRepeats()
                    yield RunStart(run)
                    yield from _declared(path.name, run)
                    if is_header:
                        header_alone = not run.aggregates
                        continue
                elif isinstance(item.value.get("run"), dict):
                    raise RecordError("a second run line; a file holds the cases of one run, so split it")
                run, repeats = runs[key]
                yield CaseRecord(run.id, repeats.with_repeat(case_from(item, notes), item, notes), item.raw)
            except RecordError as error:
                if not runs:  # without a valid header, all cases would belong to an undescribed run
                    raise ReadinessError(f"{path}, line {item.line}: {error}. Correct the run line.") from error
                yield reject(item.line, str(error), item.raw)
        if header_alone:
            yield Warn(f"{path.name} describes a run, and no case of it follows, as lines or in a list `cases`.")
        if by_row.split:
            told = " and ".join(by_row.split)
            yield Warn(f"{path.name}: its rows are of {len(runs)} runs, told apart by their {told}.")
        yield from notes.warnings(path.name)


def _declared(name: str, run: Run) -> Iterator[Record]:
    """The figures of the run's header: where its cases carry the metric, they have to give the same."""
    for metric, figure in run.aggregates.items():
        if figure.value is not None:
            yield DeclaredMean(run.id, metric, figure.value, f"{name}, metrics", printed(figure.value))


def _is_log(keys: frozenset[str]) -> bool:
    """Whether a record is a logged request: questions repeat there as often as people ask them."""
    names = frozenset(map(snake, keys))
    return bool(names & frozenset(REQUEST_IDS) or is_log(names)) and not keys & _EVALUATED


def _has_metric(look: Peek) -> bool:
    if not look.records:
        return False
    return any(
        fields.is_score(name, value) or (look.kind is FileKind.TABLE and fields.cell_score(name, value) is not None)
        for name, value in look.records[0].items()
    )


def _run(path: Path, entry: Entry, by_row: RowRuns, before: int, notes: fields.Notes) -> tuple[Run, bool]:
    """The run, and whether this entry was its header (otherwise it is the first case). `before`: runs already begun."""
    stated = entry.value.get("run")
    is_header = entry.header or isinstance(stated, dict)
    about = stated if isinstance(stated, dict) else entry.value if is_header else by_row.stated(entry.value)
    ident = f"cases-{digest(path)[:12]}{f'/{before + 1}' if before else ''}"
    name = " ".join(filter(None, (path.stem, *by_row.key(entry.value))))
    if by_row.split not in ((), ("run_id",)):  # two versions under one id are two runs
        about = {field: value for field, value in about.items() if field != "id"}
    run = run_from(about, ident=ident, name=name, tool=SOURCE.name, notes=notes)
    if not is_header:
        unknown = (
            "its start and dataset are" if run.version != UNKNOWN_VERSION else "its version, start and dataset are"
        )
        warning = f"{path.name} describes no run: {unknown} unknown."
        return replace(run, warnings=(warning,)), False
    if about is stated:
        around = {key: value for key, value in entry.value.items() if key != "run"}
        run = replace(run, extra={**around, **run.extra})
    return run, True


def case_from(entry: Entry, notes: fields.Notes) -> Case:
    """The case of one record; repeat -1 means not known (see `CaseRepeats`). Raises RecordError."""
    known, rest = _SORTER.sort(entry.value)
    table = entry.table
    if table:
        fields.drop_not_finite((known, rest), notes)
    question = fields.prose(known, "question") or ""
    ident = fields.text(known, "case_id")
    if not ident and not question.strip():
        raise RecordError("neither case_id nor question")
    error = fields.prose(known, "error") if names_error(known.get("error")) else None
    cached = fields.flag(known, "cached")
    if fields.flag(known, "cold"):
        rest["cold"] = True
    latency = fields.number(known, "latency_ms", least=0)
    if latency is not None:
        latency = measures.own_unit(latency, _between(rest), notes)
    cost = measures.cost(fields.number(known, "cost", least=0), known, rest, notes)
    scores = _scores(known, rest, table, notes)
    status = _status(known, error, notes)
    if status is CaseStatus.UNKNOWN and (word := fields.text(known, "status")):
        rest[UNREAD_STATUS] = word
    return Case(
        id=ident or question_id(question),
        variant=fields.text(known, "variant") or "",
        repeat=-1 if (repeat := fields.whole(known, "repeat")) is None else repeat,
        id_from="explicit" if ident else "input",
        question=question,
        output=fields.prose(known, "output"),
        status=status,
        error=error,
        scores=scores,
        latency_ms=_measure(latency, cached),
        cost=_measure(cost, cached),
        tokens_in=fields.whole(known, "tokens_in"),
        tokens_out=fields.whole(known, "tokens_out"),
        tags=fields.tags(known, rest, table=table),
        chunks=fields.chunks(known, "retrieved_chunks", table=table),
        tool_calls=fields.tool_calls(known, "tool_calls", table=table),
        human=_human(known, notes),
        extra=rest,
    )


class CaseRepeats:
    """Numbers the repeats of a case in one run, and refuses duplicates."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, int], int] = {}

    def with_repeat(self, case: Case, entry: Entry, notes: fields.Notes) -> Case:
        """The case with its repeat index. A case that recurs without an index becomes the next repeat, with a note."""
        repeat = max(case.repeat, 0)
        if case.repeat < 0:
            while (case.id, case.variant, repeat) in self._seen:
                repeat += 1
            if repeat:
                notes.add("a case stands in the file again without a repeat number; taken as its next repeat")
        if (first := self._seen.get((case.id, case.variant, repeat))) is not None:
            raise RecordError(f"case {quoted(case.id)}, repeat {repeat}, stands in the file already, on line {first}")
        self._seen[case.id, case.variant, repeat] = entry.line
        return replace(case, repeat=repeat)


def _status(known: dict[str, Any], error: str | None, notes: fields.Notes) -> CaseStatus:
    """A word for "passed" beside an error is no pass, and no more is known of it."""
    status = _stated(known, error, notes)
    if error and status is CaseStatus.PASS:
        notes.add("a case is called passed and an error stands beside it; how it ended is not known")
        return CaseStatus.UNKNOWN
    return status


def _stated(known: dict[str, Any], error: str | None, notes: fields.Notes) -> CaseStatus:
    word = fields.text(known, "status")
    if word is None:
        success = fields.flag(known, "success")
        if success is not None:
            return CaseStatus.PASS if success else CaseStatus.FAIL
        return CaseStatus.ERROR if error else CaseStatus.UNKNOWN
    if word.strip().lower() == CaseStatus.UNKNOWN:
        return CaseStatus.UNKNOWN
    outcome = outcome_of(word)
    if outcome not in _STATUS:
        notes.add(f"the status {quoted(word)} is neither pass, fail nor error; taken as unknown")
    return _STATUS.get(outcome, CaseStatus.UNKNOWN) if outcome else CaseStatus.UNKNOWN


def _scores(known: dict[str, Any], rest: dict[str, Any], table: bool, notes: fields.Notes) -> dict[str, Score]:
    """Scores: a number, null (missing), or an object with value, state, label, threshold, passed."""
    explicit = known.get("scores")
    found: dict[str, Score] = {}
    plain = explicit
    if isinstance(explicit, dict):
        found = {name: _score(name, value) for name, value in explicit.items() if value is None or type(value) is dict}
        plain = {name: value for name, value in explicit.items() if name not in found}
    return found | {name: Score(value) for name, value in fields.metrics(plain, rest, notes, table=table).items()}


def _score(name: str, value: dict[str, Any] | None) -> Score:
    if value is None:
        return Score(None, ScoreState.MISSING)
    number = fields.number(value, "value")
    word = (fields.text(value, "state") or "").strip().lower()
    if value.get("error") or word == ScoreState.JUDGE_ERROR:
        state = ScoreState.JUDGE_ERROR
    elif word in _STATES:
        state = _STATES[word]
    elif word in ("", ScoreState.OK):
        state = ScoreState.MISSING if number is None else ScoreState.OK
    else:
        raise RecordError(f"the score {quoted(name)} has the state {quoted(word)}; use ok, missing or judge error")
    return Score(
        value=number if state is ScoreState.OK else None,
        state=state,
        label=fields.text(value, "label"),
        threshold=fields.number(value, "threshold"),
        passed=fields.flag(value, "passed"),
    )


def _between(rest: dict[str, Any]) -> float | None:
    """Milliseconds from the start to the end that a record also states; its latency is held against them."""
    try:
        start, end = (
            next((at for name in names if (at := fields.moment(rest, name)) is not None), None)
            for names in (_STARTS, _ENDS)
        )
    except RecordError:  # no field of a case: whatever stands there is kept as it is
        return None
    # A small number counts from the run's beginning, in a unit that nothing says.
    return elapsed_ms(start, end) if start is not None and start.year >= _LEAST_YEAR else None


def _measure(value: float | None, cached: bool | None) -> Measure:
    if value is None:
        return Measure()
    return Measure(value, Provenance.CACHED if cached else Provenance.MEASURED)


def _human(known: dict[str, Any], notes: fields.Notes) -> HumanLabel | None:
    label = fields.text(known, "human_label")
    if label is None or not label.strip():
        return None
    word = label.strip().lower()
    verdicts = {"passed": HumanVerdict.PASS, "failed": HumanVerdict.FAIL} | {str(v): v for v in HumanVerdict}
    if word not in verdicts:
        raise RecordError(f"human_label is {quoted(label)}, and it is one of: {', '.join(HumanVerdict)}")
    reviewer = (fields.text(known, "human_reviewer") or "").strip()
    if is_placeholder(reviewer):
        raise RecordError("human_label without human_reviewer: a label counts only with the name of who gave it")
    at = fields.moment(known, "human_at", notes)
    blind = fields.flag(known, "human_blind") or False
    return HumanLabel(verdicts[word], reviewer, at, fields.text(known, "human_note") or "", blind)


SOURCE = CaseRecords()
