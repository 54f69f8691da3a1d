"""Labels out of the database and into it, as a file that is committed beside the code and that CI reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.labels.queue import Answered, Answers, LabelLine, Listed, answer_digest, holds, labels_of
from readiness_tui.domain.metrics import held
from readiness_tui.domain.runs.joining import join_golden
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.golden_sets import shelf_of
from readiness_tui.services.core.view import current_review
from readiness_tui.services.core.write import change
from readiness_tui.services.labels.queue import settle
from readiness_tui.store import runs
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
        held = labels_of(repeats)
        for label in held:
            yield Listed(LabelLine(0, run_id, *at, replace(label, answer=digest)), True)
        for label in given.get(at, ()):
            if label.reviewer not in {other.reviewer for other in held}:
                yield Listed(LabelLine(0, run_id, *at, label), bool(repeats) and holds(label, digest))


def export(desk: Desk, path: Path, run_id: str = "") -> int:
    """Write every label that holds, as JSON lines; returns how many. Raises ReadinessError where it cannot."""
    from readiness_tui.domain.text.sanitise import to_json
    from readiness_tui.reports.atomic import write_text

    found = [entry.line for entry in every(desk, run_id) if entry.holds]
    write_text(path, "".join(to_json(line.content, indent=None) + "\n" for line in found))
    return len(found)


def import_file(desk: Desk, path: Path) -> ImportedLabels:
    """Store the labels of a file in one change, whoever gave them. A person's later label goes before an earlier one."""
    from readiness_tui.sources.settings.labels import read_labels

    lines, rejected = read_labels(path)
    refused = [(reject.line, reject.reason) for reject in rejected]
    known: dict[str, Answers | None] = {}
    stored, kept = 0, 0
    with change(desk, f"imported labels from {path.name}", later=True) as (tx, review):
        for line in lines:
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


def _put(tx: Tx, system: str, line: LabelLine, key: Answered, answers: Answers) -> bool:
    """False where the same label, or a later one of the same person, is there."""
    label = line.label
    mine = next((own for own in labels_of(answers.repeats[key]) if own.reviewer == label.reviewer), None)
    if mine is not None and (label.at is None or (mine.at is not None and mine.at >= label.at)):
        return False
    runs.put_label(tx, system, line.run_id, *key, replace(label, answer=answer_digest(answers.repeats[key])))
    return True


def _answers(conn: Connection, review: Review, run_id: str) -> Answers | None:
    info = runs.current(conn, review.system, run_id)
    if info is None:
        return None
    stored = runs.cases(conn, info.key)
    golden = held(info.run, stored, shelf_of(conn, review)).golden
    return Answers.of(run_id, stored, join_golden(stored, golden).cases if golden else stored)
