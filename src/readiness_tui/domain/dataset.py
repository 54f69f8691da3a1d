"""Whether a golden set is fit to decide a release: duplicates, empty expectations, leaks into prompts, its versions.

Texts are compared as `joining.normalise` makes them. Two questions are near-duplicates where the Jaccard index of
their character 5-grams is at least 4/5 (Broder, "On the resemblance and containment of documents", 1997), compared as
integers; an index from each 5-gram to the texts that have it counts what a text shares with all others at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from readiness_tui.domain.evaluation import EvalSet, GoldenCase, Trace
from readiness_tui.domain.gate_eval import HIGH_RISK
from readiness_tui.domain.joining import normalise
from readiness_tui.domain.probes.facts import failure_tagged

GRAM = 5  # characters
NEAR = Fraction(4, 5)
#: Characters of a normalised question below which finding it in a longer text says nothing ("yes").
LEAST = 20


@dataclass(frozen=True, slots=True)
class Near:
    """Two cases whose questions are alike; `likeness` is their Jaccard index."""

    first: str
    second: str
    likeness: Fraction


@dataclass(frozen=True, slots=True)
class Leak:
    """A case whose question stands in the logged prompts of requests that asked something else."""

    case: str
    traces: tuple[str, ...]  # ids


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new version of a set did to the cases of the one before, by id. `changed`: with the fields that did."""

    before: str  # its digest
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """`duplicates`: groups of ids that ask the same. `prompts`: traces looked at for leaks; None: there were none to
    look at, and nothing is known of leaks."""

    name: str
    digest: str
    cases: int
    failure: int
    high_risk: int
    duplicates: tuple[tuple[str, ...], ...]
    near: tuple[Near, ...]
    empty: tuple[str, ...]
    prompts: int | None
    leaks: tuple[Leak, ...]
    difference: Difference | None

    @property
    def problems(self) -> bool:
        """Whether something should be mended before the set decides anything."""
        return bool(self.duplicates or self.near or self.empty or self.leaks)


def examine(eval_set: EvalSet, traces: Sequence[Trace] | None = None, before: EvalSet | None = None) -> DatasetReport:
    """Everything there is to say about a golden set. `traces`: the log whose prompts must not hold its questions;
    `before`: the version that it replaces."""
    same: dict[str, list[str]] = {}
    for case in eval_set.cases:
        same.setdefault(normalise(case.question), []).append(case.id)
    return DatasetReport(
        name=eval_set.name,
        digest=eval_set.digest,
        cases=len(eval_set.cases),
        failure=sum(failure_tagged(case.tags) for case in eval_set.cases),
        high_risk=sum(HIGH_RISK in case.tags for case in eval_set.cases),
        duplicates=tuple(tuple(ids) for ids in same.values() if len(ids) > 1),
        near=near_duplicates({ids[0]: text for text, ids in same.items()}),
        empty=tuple(case.id for case in eval_set.cases if not _expects(case)),
        prompts=None if traces is None else len(traces),
        leaks=leaks(eval_set.cases, traces or ()),
        difference=None if before is None else difference(before, eval_set),
    )


def _expects(case: GoldenCase) -> bool:
    wanted = (*case.expected_sources, *case.must_include, *case.expected_tools)
    return any(text.strip() for text in wanted)


def near_duplicates(texts: Mapping[str, str]) -> tuple[Near, ...]:
    """Pairs of different texts, by key in their order, that are alike.

    A pair is left out where both are joined by pairs already named: a group of n alike texts is n−1 pairs.
    """
    import numpy as np

    keys = list(texts)
    names: dict[str, int] = {}
    grams = [[names.setdefault(gram, len(names)) for gram in _grams(text)] for text in texts.values()]
    sizes = np.fromiter(map(len, grams), np.intp, len(grams))
    holders = np.repeat(np.arange(len(grams)), sizes)  # which text has the gram, in order of grams then of texts
    flat = np.fromiter((gram for own in grams for gram in own), np.intp, len(holders))
    holders = holders[np.argsort(flat, kind="stable")]
    starts = np.concatenate(([0], np.cumsum(np.bincount(flat, minlength=len(names))))).tolist()
    ends = starts[:-1]  # of each gram's texts, up to the one that is looked at
    groups = np.arange(len(grams))
    found: list[Near] = []
    for at, own in enumerate(grams):
        earlier = np.concatenate([holders[starts[gram] : ends[gram]] for gram in own])
        shared = np.bincount(earlier, minlength=at)
        # shared / (a + b − shared) ≥ 4/5, in whole numbers
        alike = np.flatnonzero(
            (NEAR.numerator + NEAR.denominator) * shared >= NEAR.numerator * (sizes[:at] + sizes[at])
        )
        while alike.size:
            other = int(alike[0])
            likeness = Fraction(int(shared[other]), int(sizes[other] + sizes[at] - shared[other]))
            found.append(Near(keys[other], keys[at], likeness))
            joined = groups[other]
            alike = alike[groups[alike] != joined]
            groups[groups == joined] = groups[at]
        for gram in own:
            ends[gram] += 1
    return tuple(found)


def _grams(text: str) -> set[str]:
    """A text shorter than one 5-gram is its own only one."""
    return {text[at : at + GRAM] for at in range(max(len(text) - GRAM + 1, 1))}


def leaks(cases: Sequence[GoldenCase], traces: Iterable[Trace]) -> tuple[Leak, ...]:
    """Questions found, letter for letter after normalising, in what else a request logged of its prompt.

    Looked at: the question, every text in `extra` and in the spans' attributes; not answers, chunks or tool results.
    A request that asks the case's own question leaks nothing; where the log does not say what was asked, a text that
    is the question and nothing more may be the asking itself. Questions of fewer than `LEAST` characters are passed
    over.
    """
    heads: dict[str, list[tuple[str, str]]] = {}
    for case in cases:
        text = normalise(case.question)
        if len(text) >= LEAST:
            heads.setdefault(text[:LEAST], []).append((case.id, text))
    seen: dict[str, tuple[tuple[str, str], ...]] = {}  # prompts repeat from request to request
    found: dict[str, dict[str, None]] = {}
    for trace in traces:
        asked = None if trace.question is None else normalise(trace.question)
        for text in _prompts(trace):
            if text not in seen:
                seen[text] = tuple(_holds(text, heads))
            for ident, question in seen[text]:
                alone = question == text and (asked is None or text == asked)
                if question != asked and not alone:
                    found.setdefault(ident, {})[trace.id] = None
    return tuple(Leak(case.id, tuple(found[case.id])) for case in cases if case.id in found)


def _holds(text: str, heads: Mapping[str, Sequence[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """The cases whose question stands in a text, once each: one look-up for each position."""
    told: set[str] = set()
    for at in range(len(text) - LEAST + 1):
        for ident, question in heads.get(text[at : at + LEAST], ()):
            if ident not in told and text.startswith(question, at):
                told.add(ident)
                yield ident, question


def _prompts(trace: Trace) -> Iterator[str]:
    logged: list[Any] = [trace.question, trace.extra, *(span.attributes for span in trace.spans or ())]
    return (normalise(text) for text in _texts(logged))


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if len(one) >= LEAST:
                yield one
        elif isinstance(one, Mapping):
            waiting += one.values()
        elif isinstance(one, (list, tuple)):
            waiting += one


def difference(before: EvalSet, after: EvalSet) -> Difference:
    """Cases added, removed and changed from one version of a set to the next."""
    old = {case.id: case for case in before.cases}
    new = {case.id: case for case in after.cases}
    changed = ((ident, _changed(old[ident], case)) for ident, case in new.items() if ident in old)
    return Difference(
        before=before.digest,
        added=tuple(ident for ident in new if ident not in old),
        removed=tuple(ident for ident in old if ident not in new),
        changed=tuple((ident, names) for ident, names in changed if names),
    )


def _changed(old: GoldenCase, new: GoldenCase) -> tuple[str, ...]:
    return tuple(field.name for field in fields(GoldenCase) if getattr(old, field.name) != getattr(new, field.name))
