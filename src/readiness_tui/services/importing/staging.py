"""Staging what a source reads, unseen by others, and publishing it at once; or leaving nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from readiness_tui.domain.runs.choice import measured, measures_of
from readiness_tui.domain.runs.model import Case, Run
from readiness_tui.domain.runs.pricing import Pricing
from readiness_tui.domain.traces.kept_records import KeptRecords
from readiness_tui.services.core.current import system_of
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.importing.garbage import collected_seldom
from readiness_tui.services.importing.parts import assembled
from readiness_tui.services.importing.pieces.piecewise import PiecewiseImport, ReadyPiece
from readiness_tui.services.importing.rejected import RejectedLines
from readiness_tui.services.importing.result import ImportedFile, NothingUsableError, hold_nothing
from readiness_tui.sources.kit.base import (
    CaseRecord,
    EvalSetRecord,
    Progress,
    Record,
    Reject,
    RunChecked,
    RunStart,
    Source,
    TraceRecord,
    Warn,
)
from readiness_tui.sources.kit.declared import checked
from readiness_tui.sources.kit.pieces.piece import HELD, MOST, InPieces
from readiness_tui.store import imports

#: Called with bytes done and bytes in all; returns False to cancel.
OnProgress = Callable[[int, int], bool]


@collected_seldom()
def stage(
    desk: Desk,
    source: Source,
    records: Iterable[Record] | Path,
    digest: str,
    result: ImportedFile,
    progress: OnProgress | None,
    how: imports.HowRead,
    same: imports.ImportInfo | None,
    *,
    check: Callable[[list[Run], Mapping[str, Collection[str]]], None] = lambda brought, measures: None,
    pricing: Pricing | None = None,
) -> None:
    """Stage and publish what a source says: these records, or what it reads of this file.

    `check`: may refuse what a file brought before anything of it is kept. `same`: the import of the same bytes that
    was found. Raises PublishedMeanwhileError, with nothing stored, where another process has published them since."""
    system = system_of(desk)
    import_id = imports.begin(desk.store, system, result.path, result.format, digest, desk.who, desk.now(), how)
    cases: dict[str, list[tuple[Case, str]]] = {}
    traces: list[TraceRecord] = []
    brought: list[Run] = []
    ended: list[Run] = []  # … as they are once their file was read
    measures: dict[str, set[str]] = {}

    def flush() -> None:
        for run_id, batch in cases.items():
            imports.add_cases(desk.store, import_id, run_id, batch)
        cases.clear()
        if traces:
            known = [(record.trace, record.raw) for record, _ in assembled(desk.store, system, source, traces)]
            if pricing is not None:
                known = [(pricing.trace(trace), raw) for trace, raw in known]
            imports.add_traces(desk.store, import_id, known)
            result.traces += len(traces)
            traces.clear()

    try:
        pending = size = held = 0
        with _said(desk, system, source, records, how, pricing) as said:
            for record in checked(said):
                if type(record) is TraceRecord:
                    traces.append(record)
                    held += len(record.raw)
                    if len(traces) >= MOST or held >= HELD:
                        flush()
                        pending = held = 0
                    continue
                match record:
                    case ReadyPiece():
                        record.store(import_id)
                        result.traces += record.done.traces
                    case RunStart(run=run):
                        imports.add_run(desk.store, import_id, run)
                        brought.append(run)
                        measures[run.id] = {*measured(run, ())}
                        result.runs += 1
                        result.run_ids.append(run.id)
                        result.warnings.extend(run.warnings)
                    case RunChecked(run=run):
                        imports.update_run(desk.store, import_id, run)
                        ended.append(run)
                    case CaseRecord(run_id=run_id, case=case, raw=raw):
                        if pricing is not None:
                            case = pricing.case(case, next((run.model for run in brought if run.id == run_id), None))
                        cases.setdefault(run_id, []).append((case, raw))
                        measures.setdefault(run_id, set()).update(measures_of(case))
                        result.cases += 1
                        pending += 1
                    case EvalSetRecord(eval_set=eval_set):
                        imports.add_eval_set(desk.store, import_id, eval_set)
                        result.golden += len(eval_set.cases)
                    case Reject():
                        result.rejected.append(record)
                    case Warn(text=text):
                        result.warnings.append(text)
                    case Progress(done=done, total=size):
                        if progress is not None and not progress(done, size):
                            result.cancelled = True
                            break
                if pending >= MOST:
                    flush()
                    pending = 0
        if not result.cancelled:
            check(brought, measures)
            flush()
            # The last moment to think better of it.
            result.cancelled = progress is not None and size > 0 and not progress(size, size)
        if result.cancelled:
            imports.abort(desk.store, import_id)
            return
        if pricing is not None:
            result.warnings += pricing.warnings()
        imports.add_rejects(desk.store, import_id, ((r.line, r.reason, r.excerpt) for r in result.rejected))
        imports.add_warnings(desk.store, import_id, result.warnings)
        empty = hold_nothing([*brought, *ended], result.cases, len(result.rejected))
        if empty and not (result.traces or result.golden):
            raise NothingUsableError(result.path, result.rejected)
        info = imports.publish(desk.store, import_id, desk.who, desk.now(), once=True, beside=same)
        # What was really stored: the store rejects what it cannot keep (a case that is there twice, say).
        result.cases, result.traces = info.cases, info.traces
        if info.rejects != len(result.rejected):
            with desk.store.read() as conn:
                result.rejected = RejectedLines(
                    Reject(one.line, one.reason, one.excerpt) for one in imports.rejects(conn, info.id)
                )
    except BaseException:
        imports.abort(desk.store, import_id)
        raise


@contextmanager
def _said(
    desk: Desk,
    system: str,
    source: Source,
    records: Iterable[Record] | Path,
    how: imports.HowRead,
    pricing: Pricing | None,
) -> Iterator[Iterator[Record | ReadyPiece]]:
    """The records, or what the source reads of the file: in pieces where it can, whose processes end with the block."""
    reader = source.in_pieces(records) if isinstance(records, Path) and isinstance(source, InPieces) else None
    if isinstance(records, Path) and reader is not None:
        keep, size = KeptRecords.parse(how.keep_raw), records.stat().st_size
        with closing(PiecewiseImport(desk.store, system, source, reader, size, keep, pricing).ready()) as said:
            yield said
    else:
        yield iter(source.read(records) if isinstance(records, Path) else records)
