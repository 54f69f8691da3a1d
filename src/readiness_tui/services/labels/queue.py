"""Human labels: the queue of cases that wait for a person, giving a label and taking it back, and where one was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate_result.high_risk import high_risk
from readiness_tui.domain.labels import queue as rules
from readiness_tui.domain.labels.agreement import Agreement, Between
from readiness_tui.domain.labels.queue import Task, Why, Word, answer_digest
from readiness_tui.domain.metrics import case_key
from readiness_tui.domain.runs.model import Case, Drawn, HumanLabel, HumanVerdict
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.golden_sets import run_data
from readiness_tui.services.core.measure import Measured, repeats
from readiness_tui.services.core.write import change, resync
from readiness_tui.services.labels import batches
from readiness_tui.services.labels.batches import Question, draw
from readiness_tui.store import label_batches, runs, settings
from readiness_tui.store.sqlite import Connection

__all__ = ["DRAW", "Place", "Question", "Queue", "Task", "Why", "Word", "draw", "give", "judge_verdicts", "label", "parse_verdict", "place",
           "queue", "remember", "settle", "take_back"]  # fmt: skip

#: How many cases one draw adds to the queue.
DRAW = 20


@dataclass(frozen=True, slots=True)
class Queue:
    """The cases that the desk's person is asked to label, as they stand now.

    `lacking`: high-risk cases without a named person's pass or fail, `absent` those of them that no run of the candidate
    holds; `failed`: those that a person failed, which block until they are settled.
    """

    tasks: tuple[Task, ...]
    lacking: tuple[str, ...]
    absent: tuple[str, ...]
    agreement: tuple[Agreement, ...]
    between: tuple[Between, ...]
    left: int  # cases that a further draw could add
    failed: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()  # judged metrics that a batch can be drawn for
    checks: tuple[str, ...] = ()  # what people's labels say of each judge by now
    covered: frozenset[tuple[str, str]] = frozenset()  # run and case on which this person is still asked something else


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person left the queue of these runs: the case shown, how many were drawn, notes that wait for a label."""

    runs: tuple[str, ...]
    at: str = ""
    drawn: int = 0
    notes: dict[str, str] = field(default_factory=dict)


# The queue


def queue(desk: Desk, measured: Measured, drawn: int = 0, before: Sequence[Task] = ()) -> Queue:
    """The queue of `desk.who` on the candidate of `measured`, with the labels given since.

    `before`: the tasks of a queue that is being worked on. They keep their places, new ones follow.
    """
    names = run_ids(measured)
    with desk.store.read() as conn:
        known = {
            info.run.id: info for info in runs.all(conn, current_review(conn, desk).system) if info.run.id in names
        }
        found = tuple(run_data(conn, known[name], measured.shelf) for name in names if name in known)
        drawn_before = label_batches.all(conn, current_review(conn, desk).system)
    asked = measured.gate.gate, measured.gate.lock, found, drawn_before
    plain = rules.queue(found, desk.who, drawn, [task for task in before if task.why is not Why.BATCH])
    tasks = _in_place((*plain, *batches.tasks(*asked, desk.who)), before)
    around = measured.around
    risky = high_risk(found, around.others, around.accepted)
    lacking = risky.unreviewed
    present = {case_key(case) for data in found for case in data.cases}
    gate = measured.gate.gate
    return Queue(
        tasks=tasks,
        lacking=lacking,
        absent=tuple(name for name in lacking if name not in present),
        agreement=rules.judge_agreement(found, gate),
        between=rules.reviewer_agreement(found),
        left=len(present) - sum(task.why not in (Why.SPLIT, Why.BATCH) for task in tasks),
        failed=risky.failed_cases,
        questions=batches.questions(*asked),
        checks=batches.check_lines(*asked),
        covered=frozenset((task.run_id, task.key) for task in tasks if _open_question(task, desk.who)),
    )


def _in_place(tasks: Sequence[Task], before: Sequence[Task]) -> tuple[Task, ...]:
    """The tasks that were there keep their places; new ones follow."""
    fresh = {task.name: task for task in tasks}
    kept = {task.name: fresh[task.name] for task in before if task.name in fresh}
    return tuple((kept | {name: task for name, task in fresh.items() if name not in kept}).values())


def _open_question(task: Task, who: str) -> bool:
    return task.why is Why.BATCH and task.asked and task.label_of(who) is None


def judge_verdicts(measured: Measured, task: Task) -> tuple[Word, ...]:
    """The judge's words on a case of the queue: for when its person has said theirs."""
    return rules.judge_verdicts(task.repeats, measured.gate.gate)


def run_ids(measured: Measured) -> tuple[str, ...]:
    return tuple(run.id for run in measured.candidate_runs)


def place(desk: Desk, measured: Measured) -> Place:
    """Where this person left the queue; the beginning where they never were in it, or the candidate is another."""
    with desk.store.read() as conn:
        kept = settings.get(conn, _place_name(conn, desk), {})
    runs_now = run_ids(measured)
    if kept.get("runs") != [*runs_now]:
        return Place(runs_now)
    return Place(runs_now, kept["at"], kept["drawn"], kept["notes"])


def remember(desk: Desk, where: Place) -> None:
    """Keep the place for the next time, and what was typed without a label yet."""
    with desk.store.write(desk.who, "place in the review queue", now=desk.now()) as tx:
        settings.put(tx, _place_name(tx.conn, desk), asdict(where))


def _place_name(conn: Connection, desk: Desk) -> str:
    return f"labelling/{current_review(conn, desk).system}/{desk.who}"


# Labels


def give(
    desk: Desk, task: Task, verdict: HumanVerdict, note: str | None = None, *, covered: bool = False
) -> HumanLabel:
    """A label out of the queue, saved at once; `note` None keeps the earlier one. `settle` follows when one leaves.

    It is blind unless this person has seen the case's scores before, or labelled this very answer otherwise. `covered`:
    the scores stay hidden after it, because the person is still asked about another metric of this answer.
    """
    key = (task.run_id, task.key)
    given = _put(desk, task.run_id, task.key, verdict, note, blind=key not in desk.seen_scores, task=task)
    if not covered:
        desk.seen_scores.add(key)
    return given


def label(desk: Desk, run_id: str, key: str, verdict: HumanVerdict, note: str = "") -> None:
    """A label from where the scores are shown: not blind. `key` as `case_key` gives it, with the golden set's id."""
    _put(desk, run_id, key, verdict, note, blind=False)
    settle(desk)


def take_back(desk: Desk, task: Task) -> bool:
    """Remove one's own label; the history keeps it, and can bring it back."""
    with change(desk, f"took back the label of case {task.key} of {task.run_id}", later=True) as (tx, review):
        stored = _answer(tx.conn, review, task.run_id, task.key)
        mine = _label_of(stored, task.metric, desk.who)
        name = mine.reviewer if mine else desk.who
        if not runs.clear_label(tx, review.system, task.run_id, stored[0].id, task.case.variant, name, task.metric):
            raise ReadinessError(
                f"Your label of case {task.key} came with its run's file, so it stays with it. Give another one instead."
            )
        return True


def settle(desk: Desk) -> None:
    """Bring gaps and conditions in line with the labels: the gate is evaluated once for all of them."""
    resync(desk)


def parse_verdict(typed: str) -> HumanVerdict:
    """`pass`, `fail`, `unsure`, or the beginning of one."""
    found = [word for word in HumanVerdict if typed.strip() and word.value.startswith(typed.strip().lower())]
    if len(found) != 1:
        raise ReadinessError("Was the answer good enough? Type pass, fail or unsure (the first letter is enough).")
    return found[0]


def _put(
    desk: Desk,
    run_id: str,
    key: str,
    verdict: HumanVerdict,
    note: str | None,
    *,
    blind: bool,
    task: Task | None = None,
) -> HumanLabel:
    metric, how = (task.metric, task.how) if task is not None else ("", Drawn.OTHER)
    words = f"human label {verdict} for {f'{metric} of ' if metric else ''}case {key} of {run_id}"
    with change(desk, words, (note or "").strip(), later=True) as (tx, review):
        stored = _answer(tx.conn, review, run_id, key)
        answer = answer_digest(stored)
        own_id, variant = stored[0].id, stored[0].variant
        mine = _label_of(stored, metric, desk.who)
        if mine is not None:
            blind = mine.blind and mine.verdict is verdict  # the same word, perhaps with another note
            how = mine.drawn if how is Drawn.OTHER else how
        elif blind:
            earlier = runs.earlier_labels(tx.conn, review.system, run_id, own_id, variant, desk.who, metric)
            blind = not any(rules.holds(given, answer) for given in earlier)
        kept = mine.note if note is None and mine is not None else (note or "").strip()
        given = HumanLabel(verdict, mine.reviewer if mine else desk.who, desk.now(), kept, blind, answer, metric, how)
        if mine is not None and replace(given, at=mine.at) == mine:
            return mine
        runs.put_label(tx, review.system, run_id, own_id, variant, given)
        return given


def _label_of(stored: Sequence[Case], metric: str, who: str) -> HumanLabel | None:
    """A person's label, however they spelt their name when they gave it."""
    return next((given for given in rules.labels_of(stored, metric) if name_key(given.reviewer) == name_key(who)), None)


def _answer(conn: Connection, review: Review, run_id: str, key: str) -> tuple[Case, ...]:
    """A case's repeats as stored. Raises ReadinessError where there is no such run, or no such case in it."""
    stored, _joined = repeats(conn, review, runs.named(conn, review.system, run_id), key)
    if not stored:
        raise ReadinessError(f"Run {run_id} has no case {key}. Its cases are listed under Evals.")
    return stored
