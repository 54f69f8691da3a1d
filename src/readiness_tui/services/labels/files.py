"""Labels out of the database and into it, as a file that is committed beside the code and that CI reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.labels.lines import Answers, LabelLine, Listed, batch_content
from readiness_tui.domain.labels.lot import Batch
from readiness_tui.domain.labels.queue import Answered, answer_digest, every_label, holds, person
from readiness_tui.domain.metrics import held
from readiness_tui.domain.runs.joining import join_golden
from readiness_tui.domain.runs.model import Drawn, HumanLabel
from readiness_tui.domain.text.masking import masked
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.golden_sets import shelf_of
from readiness_tui.services.core.write import change
from readiness_tui.services.labels.queue import settle
from readiness_tui.store import label_batches, runs
from readiness_tui.store.rows import Tx
from readiness_tui.store.runs import RunInfo
from readiness_tui.store.sqlite import Connection


@dataclass(frozen=True, slots=True)
class ImportedLabels:
    """`kept`: what was there is the same, or newer. `refused`: line and reason of those that were not taken."""

    stored: int
    kept: int
    refused: tuple[tuple[int, str], ...]


def every(desk: Desk, run_id: str = "") -> list[Listed]:
    """All labels of all runs, or of one; those that the runs' own files brought, too."""
    with desk.store.read() as conn:
        known = runs.all(conn, current_review(conn, desk).system)
        infos = [info for info in known if run_id in ("", info.run.id)]
        if run_id and not infos:
            raise ReadinessError(f"No run {run_id} was imported. `readiness runs` lists them.")
        return [entry for info in infos for entry in _of_run(conn, info)]


def _of_run(conn: Connection, info: RunInfo) -> Iterator[Listed]:
    run_id = info.run.id
    cases = runs.cases(conn, info.key)
    given = runs.labels(conn, info.system, run_id)
    answers = Answers.of(run_id, cases, cases).repeats
    for at in dict.fromkeys((*answers, *given)):
        repeats = answers.get(at, ())
        digest = answer_digest(repeats) if repeats else ""
        held = every_label(repeats)
        for label in held:
            yield Listed(LabelLine(0, run_id, *at, _of_answer(label, digest)), True)
        for label in given.get(at, ()):
            if person(label) not in map(person, held):
                yield Listed(LabelLine(0, run_id, *at, label), bool(repeats) and holds(label, digest))


def export(desk: Desk, path: Path, run_id: str = "") -> int:
    """Write every label that holds, and the batches of the lot, as JSON lines; returns how many labels. Raises ReadinessError where it cannot."""
    from readiness_tui.domain.text.sanitise import to_json
    from readiness_tui.reports.atomic import write_text

    found = [entry.line for entry in every(desk, run_id) if entry.holds]
    with desk.store.read() as conn:
        drawn = label_batches.all(conn, current_review(conn, desk).system)
    lines = [batch_content(batch) for batch in drawn if run_id in ("", batch.run_id)]
    lines += [line.content for line in found]
    write_text(path, "".join(to_json(masked(line), indent=None) + "\n" for line in lines))
    return len(found)


def import_file(desk: Desk, path: Path) -> ImportedLabels:
    """Store the labels of a file in one change, whoever gave them. A person's later label goes before an earlier one."""
    from readiness_tui.sources.settings.labels import read_labels

    file = read_labels(path)
    refused = [(reject.line, reject.reason) for reject in file.refused]
    known: dict[str, Answers | None] = {}
    stored, kept = 0, 0
    with change(desk, f"imported labels from {path.name}", later=True) as (tx, review):
        there = {_batch_key(batch): batch for batch in label_batches.all(tx.conn, review.system)}
        for number, batch in file.batches:
            other = there.setdefault(_batch_key(batch), batch)
            if other.size != batch.size:
                refused.append((number, f"batch {batch.number} has {other.size:,} cases already, and its size stays"))
            elif other is batch:
                label_batches.put(tx, review.system, batch)
        for line in file.labels:
            if line.run_id not in known:
                known[line.run_id] = _answers(tx.conn, review, line.run_id)
            answers = known[line.run_id]
            key = answers.find(line) if answers else None
            if answers is None or key is None:
                lacks = (
                    f"run {line.run_id} has no case {line.case_id}" if answers else f"no run {line.run_id} was imported"
                )
                refused.append((line.line, one_line(lacks)))
            elif not line.fits(line.run_id, answers.repeats[key]):
                refused.append((line.line, f"the run gives another answer to case {one_line(line.case_id)} now"))
            elif _put(tx, review.system, line, key, answers):
                stored += 1
            else:
                kept += 1
    if stored:
        settle(desk)
    return ImportedLabels(stored, kept, tuple(sorted(refused)))


def _of_answer(label: HumanLabel, digest: str) -> HumanLabel:
    """The label with the answer it holds for. One that did not say which answer it was given to is none of the lot."""
    return label if label.answer is not None else replace(label, answer=digest, drawn=Drawn.OTHER)


def _batch_key(batch: Batch) -> tuple[str, str, str, int]:
    return batch.lock, batch.run_id, batch.metric, batch.number


def _put(tx: Tx, system: str, line: LabelLine, key: Answered, answers: Answers) -> bool:
    """False where the same label, or a later one of the same person, is there."""
    label = line.label
    given = every_label(answers.repeats[key])
    mine = next((own for own in given if person(own) == person(label)), None)
    if mine is not None and (label.at is None or (mine.at is not None and mine.at >= label.at)):
        return False
    runs.put_label(tx, system, line.run_id, *key, _of_answer(label, answer_digest(answers.repeats[key])))
    return True


def _answers(conn: Connection, review: Review, run_id: str) -> Answers | None:
    info = runs.current(conn, review.system, run_id)
    if info is None:
        return None
    stored = runs.cases(conn, info.key)
    golden = held(info.run, stored, shelf_of(conn, review)).golden
    return Answers.of(run_id, stored, join_golden(stored, golden).cases if golden else stored)
