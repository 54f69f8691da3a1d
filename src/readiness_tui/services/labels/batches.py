"""Checking a judge: which metrics people can be asked about, drawing a batch by the lot, and its cases for the queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.gate_result.judged import Ballot, ballot, batches_of, correction, is_judged
from readiness_tui.domain.labels.correction import Correction
from readiness_tui.domain.labels.lot import OVERLAP, Batch, next_size
from readiness_tui.domain.labels.queue import Task, Why, answers
from readiness_tui.domain.labels.words import UNCHECKED, check_line
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.metrics.rule import From
from readiness_tui.domain.metrics.words import metric_label
from readiness_tui.domain.runs.model import Drawn
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.secrets import mask
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.measure import Measured
from readiness_tui.services.core.write import change
from readiness_tui.store import label_batches

__all__ = ["Question", "check_lines", "draw", "questions", "tasks"]


@dataclass(frozen=True, slots=True)
class Question:
    """A judged metric that pass or fail speaks for, and what its next batch would be.

    `title` for people; `left`: cases that no batch holds yet; `waiting`: of the last batch, those without a label.
    """

    metric: str
    title: str
    number: int
    left: int
    waiting: int

    @property
    def proposed(self) -> int:
        return next_size(self.left)


def _ballots(gate: Gate | None, lock: Lock | None, runs: Sequence[RunData]) -> Iterator[tuple[Ballot, RunData]]:
    """One a metric: of the first run that has it. A slice is asked about with the whole."""
    seen: set[str] = set()
    for rule in gate.rules if gate and lock else ():
        if rule.threshold is None or rule.source is From.TRACES or not is_judged(rule):
            continue
        for data in runs:
            found = ballot(rule, data, lock)
            if found is not None and found.kept and not found.graded and found.metric not in seen:
                seen.add(found.metric)
                yield found, data
                break


def questions(
    gate: Gate | None, lock: Lock | None, runs: Sequence[RunData], batches: Sequence[Batch]
) -> tuple[Question, ...]:
    """What people can be asked about these runs; nothing before the gate is locked, which decides the lot."""
    made = []
    for found, _ in _ballots(gate, lock, runs):
        own = batches_of(batches, found.lock, found.run_id, found.metric)
        end = sum(batch.size for batch in own)
        start = end - own[-1].size if own else 0
        waiting = sum(not found.asked[key][1] for key in found.drawn[start:end])
        title = mask(found.metric or "the answer as a whole").replace("_", " ")
        made.append(Question(found.metric, title, len(own) + 1, max(len(found.drawn) - end, 0), waiting))
    return tuple(made)


def tasks(
    gate: Gate | None, lock: Lock | None, runs: Sequence[RunData], batches: Sequence[Batch], who: str
) -> Iterator[Task]:
    """The cases of all batches for the queue: of each metric the high-risk ones, then those drawn, in the lot's order.

    Of what somebody else has labelled, only the first ten drawn cases are asked again, so that people can be compared.
    """
    for found, data in _ballots(gate, lock, runs):
        size = sum(batch.size for batch in batches_of(batches, found.lock, found.run_id, found.metric))
        if not size:
            continue
        repeats = dict(answers(data))
        risky = [(key, Drawn.ALL, False) for key in found.asked if key in found.risky]
        drawn = [(key, Drawn.LOT, place < OVERLAP) for place, key in enumerate(found.drawn[:size])]
        for key, how, by_two in [*risky, *drawn]:
            others = any(name_key(label.reviewer) != name_key(who) and label.blind for label in found.asked[key][1])
            yield Task(key, found.run_id, Why.BATCH, repeats[key], found.metric, by_two or not others, how)


def draw(desk: Desk, measured: Measured, metric: str, size: int) -> Batch:
    """Decide the next batch of a metric: stored before the first of its cases is shown, and never undone.

    Raises ReadinessError where there is no such question, the last batch is not complete, or the size does not fit.
    """
    gate, lock = measured.gate.gate, measured.gate.lock
    with desk.store.read() as conn:
        known = label_batches.all(conn, current_review(conn, desk).system)
    asked = next((one for one in questions(gate, lock, measured.candidate, known) if one.metric == metric), None)
    if asked is None or lock is None:
        raise ReadinessError(
            "No batch can be drawn: the lot comes from the locked gate, and asks about its judged metrics that pass or"
            " fail speaks for. Lock the gate (l on Evals); `cut: 0.7` in it makes a score one of them."
        )
    if asked.waiting:
        raise ReadinessError(
            f"Batch {asked.number - 1} of {asked.title} still waits for {plural(asked.waiting, 'label')}. Label them first:"
            " u, unsure, counts as fail."
        )
    if not 1 <= size <= asked.left:
        raise ReadinessError(f"A batch has 1 to {asked.left:,} cases, as many as are left; {size:,} does not fit.")
    run_id = next(found.run_id for found, _ in _ballots(gate, lock, measured.candidate) if found.metric == metric)
    batch = Batch(lock.gate_digest, run_id, metric, asked.number, size, desk.who, desk.now())
    words = f"drew {plural(size, 'case')} by the lot: batch {asked.number} of {asked.title} of {run_id}"
    with change(desk, words, later=True, undoable=False) as (tx, review):
        label_batches.put(tx, review.system, batch)
    return batch


def check_lines(
    gate: Gate | None, lock: Lock | None, runs: Sequence[RunData], batches: Sequence[Batch]
) -> tuple[str, ...]:
    """What people's labels say of each judge by now, one line a rule."""
    said = []
    for rule in gate.rules if gate else ():
        if rule.threshold is None or rule.source is From.TRACES or not is_judged(rule):
            continue
        found = next(
            (one for data in runs if isinstance(one := correction(rule, data, lock, batches), Correction)), None
        )
        if found is not None:
            text = check_line(found, rule) if found.checked else "; ".join(filter(None, (UNCHECKED, found.why)))
            said.append(f"{metric_label(rule).replace('_', ' ')}: {text}")
    return tuple(said)
