"""Labels and batches as the lines of a file, and which answers of a run a line is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from readiness_tui.domain.labels.lot import Batch
from readiness_tui.domain.labels.queue import Answered, answer_digest, holds
from readiness_tui.domain.metrics import normal, resolve
from readiness_tui.domain.runs.model import Case, Drawn, HumanLabel

WHOLE = "task_success_rate"  # the metric that a verdict on the whole answer speaks for

#: The fields of a label in a file, in their order; which of the program's values each holds, `LabelLine.content` says.
LABEL_FIELDS = (
    "run", "case", "variant", "reviewer", "verdict", "note", "at", "blind", "answer", "metric", "drawn", "value",
)  # fmt: skip

#: The same of a batch of the lot.
BATCH_FIELDS = ("batch", "size", "run", "metric", "lock", "by", "at")


def batch_content(batch: Batch) -> dict[str, object]:
    """The line of the file."""
    at = batch.at.isoformat() if batch.at else None
    values = (batch.number, batch.size, batch.run_id, batch.metric, batch.lock, batch.by, at)
    return {name: value for name, value in zip(BATCH_FIELDS, values, strict=True) if value not in ("", None)}


def metric_name(name: str) -> str:
    """A label's metric by its name in the registry. Task success is what a label of the whole answer says: ""."""
    known = resolve(name)
    key = known.key if known else normal(name)
    return "" if key == WHOLE else key


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A label on a `line` of a file: for which case of which run. `case_id` is the run's or the golden set's."""

    line: int
    run_id: str
    case_id: str
    variant: str
    label: HumanLabel

    @property
    def content(self) -> dict[str, object]:
        """The line of the file; what is empty is left out."""
        label = self.label
        at = label.at.isoformat() if label.at else None
        about = self.run_id, self.case_id, self.variant, label.reviewer, label.verdict.value
        drawn = None if label.drawn is Drawn.OTHER else label.drawn.value
        values = (*about, label.note, at, label.blind or None, label.answer, label.metric, drawn, label.value)
        return {name: value for name, value in zip(LABEL_FIELDS, values, strict=True) if value not in ("", None)}

    def fits(self, run_id: str, repeats: Sequence[Case]) -> bool:
        """Whether it is about this answer: the very same answer, in any run; or, if it has no answer digest, any answer
        of its run."""
        if not holds(self.label, answer_digest(repeats)):
            return False
        recorded = any(case.output is not None for case in repeats)
        return run_id == self.run_id or (self.label.answer is not None and recorded)


@dataclass(frozen=True, slots=True)
class Listed:
    """A label in the database. `holds`: its run still gives the answer that it was given to."""

    line: LabelLine
    holds: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of one run, by the case's id in its file or in the golden set."""

    run_id: str
    repeats: Mapping[Answered, Sequence[Case]]  # as stored
    names: Mapping[Answered, Answered]

    @classmethod
    def of(cls, run_id: str, stored: Sequence[Case], joined: Sequence[Case]) -> Answers:
        """`joined`: the same cases in the same order, with the golden set's ids."""
        repeats: dict[Answered, list[Case]] = defaultdict(list)
        names: dict[Answered, Answered] = {}
        for own, other in zip(stored, joined, strict=True):
            repeats[own.id, own.variant].append(own)
            names.setdefault((other.id, own.variant), (own.id, own.variant))
        return cls(run_id, repeats, names | {key: key for key in repeats})

    def find(self, line: LabelLine) -> Answered | None:
        return self.names.get((line.case_id, line.variant))


def apply(lines: Sequence[LabelLine], answers: Answers) -> dict[LabelLine, Answered]:
    """The lines that are about answers of this run, with the key each case has in the run."""
    found = {line: key for line in lines if (key := answers.find(line)) is not None}
    return {line: key for line, key in found.items() if line.fits(answers.run_id, answers.repeats[key])}
