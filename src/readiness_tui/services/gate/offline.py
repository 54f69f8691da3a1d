"""The gate from files alone, as CI has them: read by the same sources as an import, joined and judged in memory.

What cannot be read whole does not pass: a run whose file has rejected lines is taken as partial, one that brings
neither cases nor figures is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate_result.cases import unnamed
from readiness_tui.domain.gate_result.circumstances import Circumstances
from readiness_tui.domain.gate_result.evaluate import evaluate_gate
from readiness_tui.domain.labels.lines import Answers, LabelLine, apply
from readiness_tui.domain.labels.queue import every_label, with_labels
from readiness_tui.domain.metrics import RunData, held, speaking
from readiness_tui.domain.metrics.rule import From, Rule
from readiness_tui.domain.runs.choice import NO_CHOICE, RunChoice, beside, chosen, measured, one_version
from readiness_tui.domain.runs.holding import LockedSet, Shelf, locked_set
from readiness_tui.domain.runs.joining import join_golden
from readiness_tui.domain.runs.model import Case, EvalSet, HumanLabel, Run, cut_short
from readiness_tui.domain.scorecard.compose import compose_gate
from readiness_tui.domain.scorecard.model import GateCheck
from readiness_tui.domain.text.format import full_day, plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.traces.listed import RecordedList
from readiness_tui.domain.verdict.ruling import rule_gate
from readiness_tui.services.core.desk import utc_now
from readiness_tui.services.core.named_run import of_path
from readiness_tui.services.gate import lock_witness
from readiness_tui.services.gate.content import (
    SHOWN,
    Content,
    all_traces,
    named_remarks,
    read_content,
    rejected_words,
    remarks,
    whole_eval_set,
)
from readiness_tui.services.gate.declare import Facts, of_files, values_of
from readiness_tui.sources.kit.base import Reject
from readiness_tui.sources.settings import gate as gate_file
from readiness_tui.sources.settings import labels as label_file
from readiness_tui.sources.settings import lock as lock_file

NOTHING_DECLARED: Facts = {}
EARLIER_UNKNOWN = "Earlier tries unknown: files alone do not tell how often something was held against this lock."
#: Gives runs of files what somebody declared of them; `sets`: the golden sets at hand.
Declare = Callable[[Iterable[Run], Iterable[EvalSet]], dict[str, Run]]


@dataclass(frozen=True, slots=True)
class Files:
    """What a gate is held against, read from files and joined. `remarks`: what a reader should know of them."""

    candidate: tuple[RunData, ...]
    baseline: tuple[RunData, ...]
    traces: RecordedList
    shelf: Shelf
    remarks: tuple[str, ...]

    @property
    def eval_set(self) -> EvalSet | None:
        """The golden set that speaks for all of it."""
        return speaking((*self.candidate, *self.baseline), self.shelf)


@dataclass(frozen=True, slots=True)
class Meant:
    """Which golden set and variant are meant where several fit: `main` is the digest of the set that the gate was
    declared for, `locked` are those that its lock knows."""

    main: str = ""
    locked: tuple[LockedSet, ...] = ()
    variant: str = ""


NO_MEANING = Meant()


def check_files(
    gate_path: Path,
    lock_path: Path | None,
    runs: Sequence[Path],
    baseline: Sequence[Path] = (),
    traces: Sequence[Path] = (),
    eval_sets: Sequence[Path] = (),
    as_of: date | None = None,
    labels: Path | None = None,
    choice: RunChoice = NO_CHOICE,
    variant: str = "",
    declared: Facts = NOTHING_DECLARED,
    who: str = "",
) -> GateCheck:
    """Hold the gate of a file against the runs in `runs`, the candidate, as of today (UTC) or `as_of`.

    `choice`: which runs of these files are meant, where a path does not say it itself (FILE#2); `variant`: which one of a
    run's, where a rule names none. `labels`: a file of human labels, each counted where a run gives the answer that it was
    given to. `declared`: what `who` says of the candidate's runs and their files do not.

    Raises ReadinessError as `read_files` does, and for a gate, a lock or labels that cannot be used.
    """
    gate = gate_file.read_gate(gate_path)
    lock = lock_file.read_lock(lock_path) if lock_path is not None else None
    said_by_people = label_file.read_labels(labels) if labels is not None else label_file.LabelFile()
    given, unread = said_by_people.labels, said_by_people.refused
    meant = Meant(
        (lock.dataset_digest if lock else None) or gate.dataset_digest or "", lock.sets if lock else (), variant
    )
    now = utc_now()
    day = as_of or now.date()

    def declare(brought: Iterable[Run], sets: Iterable[EvalSet]) -> dict[str, Run]:
        return of_files(brought, values_of(declared, now, sets, [lock] if lock else [], gate), who, now)

    found = read_files(runs, baseline, traces, eval_sets, given, choice=choice, meant=meant, declare=declare)
    refuse_unnamed([rule for rule in gate.rules if rule.source is From.RUN], found)
    # What is judged as of a later day may have started until that day ends.
    latest = max(now, datetime.combine(day, time.max, UTC))
    outcome = evaluate_gate(
        gate,
        lock,
        found.candidate,
        found.baseline,
        found.traces,
        as_of=day,
        locked=found.shelf.locked,
        around=Circumstances(seen={data.run.id: latest for data in found.candidate}),
        batches=[batch for _, batch in said_by_people.batches],
    )
    said = [*gate_file.left_out(gate_path), *found.remarks, EARLIER_UNKNOWN]
    if day > now.date():
        said.append(f"Judged as of {full_day(day)}, which has not come yet.")
    if lock_path is not None:
        said += lock_file.remarks(lock_path)
    if lock_path is not None:
        outcome = replace(outcome, witness=lock_witness.of_file(lock_path, [data.run for data in found.candidate]))
        if outcome.witness is not None and not outcome.witness.late:
            said.append(lock_witness.sentence(outcome.witness))
    if labels is not None:
        said += [f"{labels.name}: {remark}" for remark in _of_labels(given, unread, found.candidate)]
    if found.eval_set is None:
        said.append(
            "No eval set was named (--eval-set): only cases that the run itself tags high_risk are known as such."
        )
    return compose_gate(
        outcome,
        rule_gate(outcome),
        day,
        candidate=[data.run for data in found.candidate],
        baseline=[data.run for data in found.baseline],
        remarks=said,
    )


def read_files(
    runs: Sequence[Path],
    baseline: Sequence[Path],
    traces: Sequence[Path],
    eval_sets: Sequence[Path],
    given: Sequence[LabelLine] = (),
    *,
    sides: tuple[str, str] = ("--run", "--baseline"),
    choice: RunChoice = NO_CHOICE,
    meant: Meant = NO_MEANING,
    declare: Declare | None = None,
) -> Files:
    """Candidate, baseline, traces and golden sets from files of any format that an import knows; `given`: labels of the
    candidate. `sides`: what a refusal calls candidate and baseline. `choice`: which runs are meant, see `check_files`;
    `meant`: which golden set and variant; `declare`: what is said of the candidate's runs beside their files.

    Raises ReadinessError for a file that cannot be used, one that does not bring what it was named for, candidate or
    baseline runs of several pipeline versions, and a baseline that is the candidate.
    """
    new = [_with_runs(path, sides[0], choice) for path in runs]
    old = [_with_runs(path, sides[1], choice, alone=True) for path in baseline]
    logs = [_with_traces(path) for path in traces]
    golden = [whole_eval_set(path) for path in eval_sets]
    if same := _places(new) & _places(old):
        path = next(content.path for content in old if _places([content]) & same)
        raise ReadinessError(f"{path} is the candidate and its own baseline. Name the run of the version before.")
    contents = [*new, *old, *logs, *golden]
    sets = {content.eval_set.digest: content.eval_set for content in reversed(contents) if content.eval_set}
    locked = {
        one.digest: one for one in (*(locked_set(s) for s in sets.values() if s.digest == meant.main), *meant.locked)
    }
    for content in new if declare else ():
        assert declare is not None
        content.runs = declare(content.runs.values(), sets.values())
    shelf = Shelf.of(tuple(sets.values()), variant=meant.variant, locked=tuple(locked.values()), main=meant.main)
    candidate, base = _data(new, shelf, sides[0], given), _data(old, shelf, sides[1], baseline=True)
    return Files(
        candidate,
        base,
        RecordedList(all_traces(contents)),
        shelf,
        tuple(dict.fromkeys(named for content in contents for named in named_remarks(content))),
    )


def refuse_unnamed(rules: Sequence[Rule], found: Files) -> None:
    """Raise ReadinessError where these rules (without any: all metrics) have to choose among golden sets or variants, and
    nobody named one."""
    sets, variants = unnamed(rules, found.candidate, found.baseline)
    if sets:
        raise ReadinessError(
            f"Several golden sets hold the same run: {sets}. Name the one that is meant: dataset: on the gate's rules, or"
            " one --eval-set alone."
        )
    if variants:
        raise ReadinessError(
            f"Several variants are in one run, and they are never averaged together: {variants}. Name the one that is"
            " meant: --variant NAME, or variant: on the gate's rules."
        )


def _with_runs(path: Path, option: str, choice: RunChoice, *, alone: bool = False) -> Content:
    """The file with those of its runs that are meant. `alone`: a file's only run is, whatever `choice` says of others."""
    path, own = of_path(path)
    content = read_content(path)
    content.every = tuple(content.runs.values())
    choice = own or (NO_CHOICE if alone and len(content.every) == 1 else choice)
    if content.runs and choice:
        meant = chosen(content.every, choice, str(path))
        content.runs = {run.id: run for run in meant}
        others = {warning for run in content.every if run not in meant for warning in run.warnings}
        said = {warning for run in meant for warning in run.warnings}
        content.remarks = [remark for remark in content.remarks if remark in said or remark not in others]
    empty = [run.id for run in content.runs.values() if not (content.cases.get(run.id) or run.aggregates)]
    if empty or not content.runs:
        what = f"the run {empty[0]!r} without a case or a figure" if empty else f"no run but {content.source.title}"
        why = "".join(f" {remark}." for remark in remarks(content)[:1])
        raise ReadinessError(f"{path} brings {what}, so there is nothing to judge ({option}).{why} Run the evaluation.")
    if shared := beside(tuple(content.runs.values()), _measures(content)):
        content.remarks.append(
            f"several of its runs measure {', '.join(shared[:SHOWN])}{', …' if len(shared) > SHOWN else ''}, each on"
            " data of its own; a rule is judged on the first run that has its metric"
        )
    return content


def _places(contents: Sequence[Content]) -> set[tuple[str, str]]:
    return {(content.digest, ident) for content in contents for ident in content.runs}


def _with_traces(path: Path) -> Content:
    content = read_content(path)
    if not content.traces:
        raise ReadinessError(f"{path} brings no trace but {content.source.title} (--traces). Name the structured log.")
    return content


def _of_labels(given: Sequence[LabelLine], unread: Sequence[Reject], candidate: Sequence[RunData]) -> Iterator[str]:
    """What a reader should know about the labels: unusable lines, and labels without a matching answer."""
    if unread:
        yield rejected_words(unread)
    met = {label for data in candidate for case in data.every for label in every_label((case,))}
    unused = [line for line in given if line.label not in met]
    if unused:
        named = ", ".join(f"{one_line(line.case_id)} (line {line.line})" for line in unused[:SHOWN])
        more = f" and {len(unused) - SHOWN:,} more" if len(unused) > SHOWN else ""
        yield f"{plural(len(unused), 'label')} not counted, of an answer that no run here gives: {named}{more}"


def _data(
    contents: Sequence[Content],
    shelf: Shelf,
    option: str,
    given: Sequence[LabelLine] = (),
    *,
    baseline: bool = False,
) -> tuple[RunData, ...]:
    """The runs in the order of their files. A file with rejected lines has lost cases, so its runs are partial."""
    made: dict[str, RunData] = {}
    for content in contents:
        for run in content.runs.values():
            if run.id in made:
                raise ReadinessError(f"{content.path}: another file of {option} brings a run {run.id!r}, too.")
            if content.rejected:
                run = cut_short(run)
            cases = tuple(content.cases.get(run.id, {}).values())
            data = held(run, cases, shelf, baseline=baseline)
            if given:
                joined = join_golden(cases, data.golden).cases if data.golden else cases
                data = held(run, _labelled(run.id, cases, joined, given), shelf, baseline=baseline)
            made[run.id] = data
    versions = sorted({data.run.version for data in made.values()})
    for content in contents:
        one_version(tuple(content.runs.values()), content.every, str(content.path), _measures(content))
    if len(versions) > 1:
        raise ReadinessError(
            f"The runs of {option} are of several pipeline versions ({', '.join(versions)}), and a candidate or baseline"
            " is one version. Name runs of one version; of a file with several, FILE#2 is the second."
        )
    return tuple(made.values())


def _measures(content: Content) -> dict[str, frozenset[str]]:
    cases = content.cases
    return {ident: measured(run, cases.get(ident, {}).values()) for ident, run in content.runs.items()}


def _labelled(
    run_id: str, cases: Sequence[Case], joined: Sequence[Case], given: Sequence[LabelLine]
) -> tuple[Case, ...]:
    """A run's cases with the file's labels of their answers, latest first."""
    found: dict[tuple[str, str], list[HumanLabel]] = {}
    for line, key in apply(given, Answers.of(run_id, cases, joined)).items():
        found.setdefault(key, []).append(line.label)
    for labels in found.values():
        labels.sort(key=lambda label: label.at.isoformat() if label.at else "", reverse=True)
    return tuple(with_labels(cases, found))
