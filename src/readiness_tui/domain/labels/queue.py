"""Human labels: which ones apply to which answer, who still has to label what, and what the judge said.

A label applies to the answer that it was given to. It is stored with that answer's digest, so that a re-imported run
keeps its labels, and a different answer to the same question needs a label of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.labels.agreement import Agreement, Between, agreement
from readiness_tui.domain.metrics import RunData, case_key, gold_by_id, normal, resolve, tags_of
from readiness_tui.domain.metrics.meets import meets
from readiness_tui.domain.metrics.rule import From, Rule
from readiness_tui.domain.runs.model import HIGH_RISK, Case, CaseStatus, Drawn, HumanLabel, HumanVerdict, ScoreState

Answered = tuple[str, str]  # a case's id and variant: its repeats are labelled together


# Which labels hold


def labels_of(repeats: Iterable[Case], metric: str = "") -> tuple[HumanLabel, ...]:
    """Each person's last label for an answer as a whole, or for one metric of it, the latest first; imported ones last."""
    return tuple(label for label in every_label(repeats) if label.metric == metric)


def person(label: HumanLabel) -> tuple[str, str]:
    """Who labels what: `Ben` and ` ben` are one person, with one label for each metric of an answer."""
    return label.reviewer.strip().casefold(), label.metric


def every_label(repeats: Iterable[Case]) -> tuple[HumanLabel, ...]:
    """Each person's last label for an answer as a whole and for each metric of it."""
    found: dict[tuple[str, str], HumanLabel] = {}
    for case in repeats:
        for label in case.labels or ((case.human,) if case.human else ()):
            found.setdefault(person(label), label)
    return tuple(found.values())


def answer_digest(repeats: Iterable[Case]) -> str:
    """SHA-256 of what was answered, over all repeats of a case in their order."""
    outputs = [case.output for case in sorted(repeats, key=lambda case: case.repeat)]
    text = json.dumps(outputs, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def holds(label: HumanLabel, answer: str) -> bool:
    """Whether a label is about this answer; a label without an answer digest applies to any."""
    return label.answer is None or label.answer == answer


def with_labels(cases: Sequence[Case], given: Mapping[Answered, Sequence[HumanLabel]]) -> list[Case]:
    """The cases with the labels for their answers, one per person and metric: labels given here win over imported ones."""
    repeats: dict[Answered, list[Case]] = defaultdict(list)
    for case in cases:
        if (case.id, case.variant) in given:
            repeats[case.id, case.variant].append(case)
    answers = {key: answer_digest(found) for key, found in repeats.items()}
    made = []
    for case in cases:
        key = (case.id, case.variant)
        held = tuple(label for label in given[key] if holds(label, answers[key])) if key in answers else ()
        whole = [label for label in held if not label.metric]
        if held and case.human and case.human.reviewer not in {label.reviewer for label in whole}:
            held = (*held, case.human)
        made.append(replace(case, human=whole[0] if whole else case.human, labels=held) if held else case)
    return made


def people_verdict(labels: Iterable[HumanLabel]) -> HumanVerdict | None:
    """The common verdict of those who decided; UNSURE if nobody did, None if they disagree."""
    decided = {label.verdict for label in labels} - {HumanVerdict.UNSURE}
    return None if len(decided) > 1 else decided.pop() if decided else HumanVerdict.UNSURE


def answers(data: RunData) -> Iterator[tuple[str, tuple[Case, ...]]]:
    """The cases of a run by key, each with its repeats, in the run's order."""
    if len({case_key(case) for case in data.cases}) == len(data.cases):  # most runs: nothing to gather
        for case in data.cases:
            yield case_key(case), (case,)
        return
    found: dict[str, list[Case]] = {}
    for case in data.cases:
        found.setdefault(case_key(case), []).append(case)
    for key, repeats in found.items():
        yield key, tuple(repeats)


# Who still has to look


class Why(StrEnum):
    """Why a case is in the queue."""

    HIGH_RISK = "high risk"
    SAMPLE = "drawn at random"
    SPLIT = "people disagree"
    BATCH = "drawn by the lot"


@dataclass(frozen=True, slots=True)
class Task:
    """One case to look at: `run_id` is the run whose answer is shown, `repeats` that answer with its labels.

    `metric`: what people are asked about; "" is the answer as a whole. `asked` False: others have said enough.
    `how`: how the case came to be labelled.
    """

    key: str
    run_id: str
    why: Why
    repeats: tuple[Case, ...]
    metric: str = ""
    asked: bool = True
    how: Drawn = Drawn.OTHER

    @property
    def name(self) -> str:
        """Distinguishes it in the queue: a case may be asked about several times."""
        return f"{self.key} ({self.metric})" if self.why is Why.BATCH else self.key

    @property
    def case(self) -> Case:
        return self.repeats[0]

    @property
    def labels(self) -> tuple[HumanLabel, ...]:
        return labels_of(self.repeats, self.metric)

    def label_of(self, who: str) -> HumanLabel | None:
        return next((label for label in self.labels if name_key(label.reviewer) == name_key(who)), None)


def queue(runs: Sequence[RunData], who: str, drawn: int = 0, before: Sequence[Task] = ()) -> tuple[Task, ...]:
    """What `who` should label: the high-risk cases, then `drawn` random others, then cases on which people disagree.

    High-risk cases: first those that `who` has done, in the order they were done, then those without any label, which
    block the gate, then those for a second opinion. The random draw is the same for everybody, so that people can be
    compared: the cases with the smallest SHA-256 of run id and key. The tasks in `before` keep their places.
    """
    found: dict[str, Task] = {}
    for data in runs:
        gold = gold_by_id(data)
        for key, repeats in answers(data):
            risky = HIGH_RISK in tags_of(repeats[0], gold.get(repeats[0].id))
            how = Drawn.ALL if risky else Drawn.OTHER
            task = Task(key, data.run.id, Why.HIGH_RISK if risky else Why.SAMPLE, repeats, how=how)
            if key not in found or (task.labels and not found[key].labels):
                found[key] = task
    risky_ones = [task for task in found.values() if task.why is Why.HIGH_RISK]
    others = sorted((task for task in found.values() if task.why is Why.SAMPLE), key=_random_order)
    sample, rest = others[:drawn], others[drawn:]
    split = [replace(task, why=Why.SPLIT) for task in rest if people_verdict(task.labels) is None]
    fresh = {
        task.key: task for task in (*sorted(risky_ones, key=lambda task: _labelling_order(task, who)), *sample, *split)
    }
    kept = {task.key: replace(found[task.key], why=task.why) for task in before if task.key in found}
    return tuple((kept | {key: task for key, task in fresh.items() if key not in kept}).values())


def _random_order(task: Task) -> str:
    return hashlib.sha256(f"{task.run_id}\0{task.key}".encode("utf-8", "surrogatepass")).hexdigest()


def _labelling_order(task: Task, who: str) -> tuple[int, str]:
    mine = task.label_of(who)
    if mine is not None:
        return 0, mine.at.isoformat() if mine.at else ""
    decided = any(
        label.verdict is not HumanVerdict.UNSURE for label in task.labels
    )  # `unsure` is no label for the gate
    return (2 if decided else 1), ""


# What the judge says


@dataclass(frozen=True, slots=True)
class Word:
    """The judge's verdict on one metric of a case: its mean over the repeats, and whether that passes."""

    metric: str
    value: float | None
    passed: bool


def judge_verdicts(repeats: Sequence[Case], gate: Gate | None) -> tuple[Word, ...]:
    """The verdict on the case (metric ""), then each judged metric that has one.

    A metric passes by the tool's own flag on every repeat, else by the gate's threshold on the mean of the repeats. The
    verdict on the case combines all flags, else uses the tool's status; a case with a system error has none.
    """
    words = []
    flags = [
        score.passed
        for case in repeats
        for name, score in case.scores.items()
        if _judged(name) and score.passed is not None
    ]
    statuses = {case.status for case in repeats}
    if flags:
        words.append(Word("", None, all(flags)))
    elif statuses <= {CaseStatus.PASS, CaseStatus.FAIL}:
        words.append(Word("", None, CaseStatus.FAIL not in statuses))
    rules = {_metric(rule.metric): rule for rule in gate.rules if _judges_single_cases(rule)} if gate else {}
    for name in dict.fromkeys(name for case in repeats for name in case.scores if _judged(name)):
        word = _word(name, repeats, rules.get(_metric(name)))
        if word is not None:
            words.append(word)
    return tuple(words)


def _word(name: str, repeats: Sequence[Case], rule: Rule | None) -> Word | None:
    scores = [case.scores.get(name) for case in repeats]
    good = [score for score in scores if score is not None and score.state is ScoreState.OK]
    if len(good) < len(scores):
        return None
    values = [score.value for score in good if score.value is not None]
    mean = sum(values) / len(values) if len(values) == len(good) else None
    flags = [score.passed for score in good if score.passed is not None]
    if len(flags) == len(good):
        return Word(_metric(name), mean, all(flags))
    if rule is None or rule.threshold is None or mean is None:
        return None
    return Word(_metric(name), mean, meets(Estimate(mean, None), rule.direction, rule.threshold))


def _judged(name: str) -> bool:
    metric = resolve(name)
    return metric is None or metric.judged


def _metric(name: str) -> str:
    metric = resolve(name)
    return metric.key if metric else normal(name)


def _judges_single_cases(rule: Rule) -> bool:
    return rule.source is From.RUN and rule.threshold is not None and not rule.tags


# Who agrees with whom


def judge_agreement(runs: Sequence[RunData], gate: Gate | None = None) -> tuple[Agreement, ...]:
    """The judge against people on the labelled cases of these runs: on the whole verdict, then by metric.

    Only blind labels count, given before the scores were seen; empty if nobody labelled a case.
    """
    pairs: dict[str, list[tuple[str, bool, bool]]] = {"": []}
    labelled, unsure, split, not_blind = 0, 0, 0, 0
    for data in runs:
        for key, repeats in answers(data):
            labels = labels_of(repeats)
            if not labels:
                continue
            blind = [label for label in labels if label.blind]
            said = people_verdict(blind)
            if not blind:
                not_blind += 1
            elif said is None:
                split += 1
            elif said is HumanVerdict.UNSURE:
                unsure += 1
            else:
                labelled += 1
                for word in judge_verdicts(repeats, gate):
                    pairs.setdefault(word.metric, []).append((key, word.passed, said is HumanVerdict.PASS))
    if not (labelled or unsure or split or not_blind):
        return ()
    return tuple(
        agreement(metric, found, unsure=unsure, split=split, unjudged=labelled - len(found), not_blind=not_blind)
        for metric, found in pairs.items()
    )


def reviewer_agreement(runs: Sequence[RunData]) -> tuple[Between, ...]:
    """Every pair of people who decided the same cases, those who differ most first."""
    shared: dict[tuple[str, str], list[tuple[str, bool]]] = defaultdict(list)
    for data in runs:
        for key, repeats in answers(data):
            decided = sorted(
                (label.reviewer, label.verdict)
                for label in labels_of(repeats)
                if label.verdict is not HumanVerdict.UNSURE
            )
            for (one, verdict), (other, against) in combinations(decided, 2):
                shared[one, other].append((key, verdict is against))
    found = [
        Between(one, other, sum(same for _, same in cases), len(cases), tuple(key for key, same in cases if not same))
        for (one, other), cases in shared.items()
    ]
    return tuple(sorted(found, key=lambda pair: (-len(pair.apart), pair.one, pair.other)))
