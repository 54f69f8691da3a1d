"""Which labels count when a judge is measured against people: blind ones, of these answers, drawn by the lot.

The lot puts a run's cases in the order of SHA-256 of the lock's digest and the case's key, so nobody chooses which ones
are labelled. They are labelled in batches, whose size is stored before the first case of one is shown; the j-th batch is
tested at α = .05/2^j, so that looking after every batch errs in at most 5 % together. High-risk cases are not drawn: all
of them are labelled.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, combinations, takewhile

from readiness_tui.domain.runs.model import Drawn, HumanLabel, HumanVerdict

PROPOSED = 50  # cases in a batch, and the fewest drawn labels that can contradict a judge
MIN_AGREEMENT = 0.80  # of two people on the cases that both labelled; below it there is no corrected bound
OVERLAP = 10  # drawn cases that two people both label, where there are two
_ERROR = 0.05
_NOBODY = re.compile(r"[\W_]*|n/?a|none|null|unknown|anonymous|tbd", re.IGNORECASE)


def lot_order(lock: str, keys: Iterable[str]) -> tuple[str, ...]:
    """The cases in the order in which they are drawn; `lock` is the digest of the gate as it was locked."""
    return tuple(sorted(dict.fromkeys(keys), key=lambda key: (_ticket(lock, key), key)))


def _ticket(lock: str, key: str) -> str:
    return hashlib.sha256(f"{lock}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of the lot for one metric of one run: its size, by whom it was decided and when. `number` counts from 1."""

    lock: str
    run_id: str
    metric: str
    number: int
    size: int
    by: str = ""
    at: datetime | None = None


def next_size(left: int) -> int:
    """The size proposed for the next batch."""
    return min(PROPOSED, left)


def alpha_of(batch: int) -> float:
    """The error that the `batch`-th test may make: .025, .0125 …; together at most .05, however many there are."""
    return _ERROR / 2.0 ** max(batch, 1)


@dataclass(frozen=True, slots=True)
class PeopleSaid:
    """How good people found one answer, 0 to 1: the mean over them. `decided`: somebody gave a value or said pass or fail;
    a case that was skipped, or of which people are unsure, counts 0. `one_by_one`: by person."""

    key: str
    human: float
    decided: bool = True
    one_by_one: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class CountedLabels:
    """The labels that count, of one metric of one run.

    `drawn`: the cases of the complete batches in the lot's order (of labels in a file that states no batch, as far as the
    order has no gap; then `batches` is 0). `whole`: the high-risk cases; `lacking` are those of them without a label
    that counts. `waiting`: cases of the open batch that still wait for one. `left`: cases that no batch holds yet.
    `every`: all cases are labelled. `set_aside`: labels of the metric that do not count.
    """

    drawn: tuple[PeopleSaid, ...] = ()
    whole: tuple[PeopleSaid, ...] = ()
    lacking: tuple[str, ...] = ()
    batches: int = 0
    open_size: int = 0
    waiting: tuple[str, ...] = ()
    left: int = 0
    every: bool = False
    set_aside: int = 0

    @property
    def labels(self) -> int:
        return len(self.drawn) + len(self.whole)

    @property
    def overlap(self) -> tuple[int, int]:
        """On how many cases two people say the same, of those that two of them labelled."""
        pairs = [pair for said in (*self.drawn, *self.whole) for pair in combinations(said.one_by_one, 2)]
        return sum(abs(one[1] - other[1]) < 0.25 for one, other in pairs), len(pairs)

    @property
    def people(self) -> int:
        return len({name for said in (*self.drawn, *self.whole) for name, _ in said.one_by_one})


def counted(
    labels: Mapping[str, tuple[str, Sequence[HumanLabel]]],
    risky: Collection[str],
    lock: str,
    batches: Sequence[Batch],
    among: Collection[str],
    *,
    graded: bool,
    higher: bool = True,
) -> CountedLabels:
    """The labels that count of a metric.

    `labels`: by case key, over all cases of the run that carry the metric: the digest of its answer, and the labels of
    this metric. An answer that the run did not keep has no digest (""): no label can be shown to be of it, and drawn it
    counts as fail. `risky`: keys of the high-risk ones. `lock`: "" if the gate is not locked: then nothing is drawn.
    `batches`: those of this lock, run and metric. `among`: the keys of the cases that the rule is about, its slice.
    `graded`: people give a value between 0 and 1, as the judge does, instead of pass or fail; `higher`: more of it is
    better.
    """

    def _said(key: str, given: Sequence[HumanLabel]) -> PeopleSaid | None:
        return _people_said(key, given, graded=graded, higher=higher)

    kept = [key for key in labels if key in among]
    plain = [key for key in labels if key not in risky]
    usable = {key: [label for label in given if _counts(label, answer)] for key, (answer, given) in labels.items()}
    said = {key: _said(key, found) for key, found in usable.items()}
    whole = tuple(found for key in kept if key in risky and (found := said[key]) is not None)
    lacking = tuple(key for key in kept if key in risky and said[key] is None)
    if kept and all(said[key] is not None for key in kept):  # nobody can have chosen: all are there
        everyone = tuple(found for key in kept if key not in risky and (found := said[key]) is not None)
        return CountedLabels(everyone, whole, batches=len(batches), every=True, set_aside=_aside(labels, usable, among))
    order = lot_order(lock, plain) if lock else ()
    # A batch without the ones before it tells neither which cases it held nor how often people looked.
    batches = [
        batch for place, batch in enumerate(sorted(batches, key=lambda one: one.number), 1) if batch.number == place
    ]
    lots = {key: [label for label in usable[key] if label.drawn is Drawn.LOT] for key in order}
    if not batches:
        prefix = takewhile(lambda found: found is not None, (_said(key, lots[key]) for key in order))
        used = tuple(found for found in prefix if found is not None and found.key in among)
        aside = _aside(labels, lots | {key: usable[key] for key in risky if key in usable}, among)
        return CountedLabels(used, whole, lacking, left=len(plain), set_aside=aside)
    made = batches
    ends = [min(total, len(order)) for total in accumulate(batch.size for batch in made)]
    starts = [0, *ends[:-1]]
    in_time = {
        key: [label for label in lots[key] if _since(label, batch)]
        for batch, start, end in zip(made, starts, ends, strict=True)
        for key in order[start:end]
    }
    last = [key for key in order[starts[-1] : ends[-1]] if key in among]
    waiting = tuple(key for key in last if labels[key][0] and _said(key, in_time[key]) is None)
    done = len(made) - bool(waiting)
    kept_order = (key for key in order[: ends[done - 1] if done else 0] if key in among)
    return CountedLabels(
        tuple(_said(key, in_time[key]) or PeopleSaid(key, 0.0, decided=False) for key in kept_order),
        whole,
        lacking,
        batches=done,
        open_size=len(last) if waiting else 0,
        waiting=waiting,
        left=len(order) - ends[-1],
        set_aside=_aside(labels, in_time | {key: usable[key] for key in risky if key in usable}, among),
    )


def _counts(label: HumanLabel, answer: str) -> bool:
    """Blind, of this very answer, by a person who is named."""
    return label.blind and bool(answer) and label.answer == answer and not _NOBODY.fullmatch(label.reviewer.strip())


def _since(label: HumanLabel, batch: Batch) -> bool:
    """Whether the label was given after its batch was decided."""
    return label.at is not None and batch.at is not None and _utc(label.at) >= _utc(batch.at)


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _people_said(key: str, labels: Sequence[HumanLabel], *, graded: bool, higher: bool) -> PeopleSaid | None:
    """None where no label says anything on this scale."""
    values: list[tuple[str, float]] = []
    decided = False
    for label in labels:
        if label.verdict is HumanVerdict.UNSURE:  # whatever value stands beside it
            values.append((label.reviewer, 0.0))
        elif graded and label.value is not None:
            values.append((label.reviewer, label.value if higher else 1 - label.value))
            decided = True
        elif not graded:
            values.append((label.reviewer, float(label.verdict is HumanVerdict.PASS)))
            decided = True
    if not values:
        return None
    return PeopleSaid(key, sum(value for _, value in values) / len(values), decided, tuple(values))


def _aside(
    labels: Mapping[str, tuple[str, Sequence[HumanLabel]]],
    usable: Mapping[str, Sequence[HumanLabel]],
    among: Collection[str],
) -> int:
    """Labels that do not count: not blind, of another answer, by nobody, or not drawn."""
    return sum(len(given) - len(usable.get(key, ())) for key, (_, given) in labels.items() if key in among)
