"""`dataset check`: golden sets, of files or as imported, held against the rules of `domain.golden_set`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.golden_set.check import CheckedSet, examine, version_before
from readiness_tui.domain.golden_set.leakage import Request, of_run, of_traces
from readiness_tui.domain.runs.joining import join_golden
from readiness_tui.domain.runs.model import Case, EvalSet, Run
from readiness_tui.domain.traces.listed import NOTHING_RECORDED, RecordedList
from readiness_tui.domain.traces.recorded import Recorded
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.gate.content import (
    Content,
    all_traces,
    logged_prompts,
    read_content,
    read_eval_set,
    remarks,
)
from readiness_tui.store import evalsets, runs
from readiness_tui.store.measured.recorded import StoredTraces
from readiness_tui.store.runs import RunInfo
from readiness_tui.store.sqlite import Connection


@dataclass(frozen=True, slots=True)
class SetContext:
    """What golden sets are checked against: prompts that must not contain their questions, and earlier versions."""

    recorded: Recorded = NOTHING_RECORDED
    runs: tuple[tuple[Run, tuple[Case, ...], tuple[tuple[str, ...], ...]], ...] = ()  # with each case's prompts
    imported: tuple[EvalSet, ...] = ()  # the latest first
    said: tuple[str, ...] = ()  # what a reader should know of it

    def requests(self, eval_set: EvalSet) -> Iterator[Request]:
        """Every request whose prompt was logged."""
        yield from of_traces(self.recorded.whole(lambda shape: True))
        for run, cases, prompts in self.runs:
            joined = join_golden(cases, eval_set).cases
            yield from of_run(run, zip(joined, prompts, strict=True), eval_set.cases)


def check_datasets(
    paths: Sequence[Path], evidence: SetContext = SetContext(), *, against: Path | None = None
) -> list[CheckedSet]:
    """Read each golden set and look at it. `against`: the version before; else the one imported before, if any.

    Raises ReadinessError for a file that holds no eval set.
    """
    named = _eval_set(read_eval_set(against)) if against else None
    done = []
    for path in paths:
        content = read_eval_set(path)
        found = _eval_set(content)
        before = named or version_before(found, evidence.imported)
        done.append(
            CheckedSet(
                path,
                examine(found, evidence.requests(found), before),
                tuple(f"line {reject.line}: {reject.reason}" for reject in content.rejected),
                tuple(dict.fromkeys(content.remarks)),
            )
        )
    return done


def check_imported(evidence: SetContext) -> CheckedSet:
    """Check the last imported golden set against the version before it. Raises ReadinessError where there is none."""
    if not evidence.imported:
        raise ReadinessError(
            "No golden set was imported. Import one, or name its file: `readiness dataset check FILE`."
        )
    latest = evidence.imported[0]
    return CheckedSet(None, examine(latest, evidence.requests(latest), version_before(latest, evidence.imported)))


def in_files(traces_of: Sequence[Path], runs_of: Sequence[Path]) -> SetContext:
    """The traces and runs of files. Raises ReadinessError for unusable ones."""
    logs, results = [read_content(path) for path in traces_of], [read_content(path, prompts=True) for path in runs_of]
    said = [f"{content.path.name}: {remark}" for content in (*logs, *results) for remark in remarks(content)]
    said += [f"{content.path.name}: it brings no trace" for content in logs if not content.traces]
    said += [f"{content.path.name}: it brings no run" for content in results if not content.runs]
    found = (
        (run, tuple(content.cases.get(run.id, {}).values()), tuple(content.prompts.get(run.id, ())))
        for content in results
        for run in content.runs.values()
    )
    return SetContext(RecordedList(all_traces(logs)), tuple(found), said=tuple(said))


@contextmanager
def at_desk(desk: Desk) -> Iterator[SetContext]:
    """Everything imported for the desk's system; its traces are read from the store, as long as the context lasts."""
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
        yield SetContext(
            StoredTraces(conn, system),
            tuple(_run(conn, info) for info in runs.all(conn, system)),
            tuple(evalsets.all(conn, system)),
        )


def _run(conn: Connection, info: RunInfo) -> tuple[Run, tuple[Case, ...], tuple[tuple[str, ...], ...]]:
    found = [(case, logged_prompts(raw)) for case, raw in runs.records(conn, info.key)]
    return info.run, tuple(case for case, _ in found), tuple(prompts for _, prompts in found)


def report_imported(desk: Desk) -> str:
    """What a person reads of the golden set imported last. Raises ReadinessError where there is none."""
    from readiness_tui.reports.golden_set import dataset_text

    with at_desk(desk) as evidence:
        return dataset_text(check_imported(evidence), brief=True)


def _eval_set(content: Content) -> EvalSet:
    assert content.eval_set is not None
    return content.eval_set
