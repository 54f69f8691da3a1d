"""Checks whether a golden set can decide a release: duplicates, empty expectations, leaks, changes between versions.

Texts are compared as `joining.normalise` makes them. Two questions are near-duplicates where the Jaccard index of
their character 5-grams is at least 4/5 (Broder, "On the resemblance and containment of documents", 1997), compared as
integers; an index from each 5-gram to the texts that have it counts what a text shares with all others at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path

from readiness_tui.domain.golden_set.leakage import Leak, Looked, Request, leaks
from readiness_tui.domain.golden_set.tags import failure_tagged
from readiness_tui.domain.runs.joining import normalise
from readiness_tui.domain.runs.model import HIGH_RISK, EvalSet, GoldenCase

GRAM = 5  # characters
NEAR = Fraction(4, 5)


@dataclass(frozen=True, slots=True)
class Near:
    """Two cases whose questions are alike; `likeness` is their Jaccard index."""

    first: str
    second: str
    likeness: Fraction


@dataclass(frozen=True, slots=True)
class Difference:
    """How a new version of a set differs from the previous one, by case id. `changed`: with the fields that changed.

    `eased`: failure or high-risk cases that are gone or no longer tagged so: the set may have become easier.
    """

    before: str  # its digest
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[tuple[str, tuple[str, ...]], ...]
    eased: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Repeated:
    """Cases with the same question. `differ`: they do not all expect the same answer."""

    cases: tuple[str, ...]  # ids
    differ: bool


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """`looked`: how many requests were searched for leaks, in traces and in runs; None: there were none, so nothing is
    known about leaks."""

    name: str
    digest: str
    cases: int
    failure: int
    high_risk: int
    duplicates: tuple[Repeated, ...]
    near: tuple[Near, ...]
    empty: tuple[str, ...]
    looked: Looked | None
    leaks: tuple[Leak, ...]
    difference: Difference | None

    @property
    def problems(self) -> bool:
        """Whether something should be fixed before the set decides anything."""
        return bool(self.duplicates or self.near or self.empty or self.leaks)


@dataclass(frozen=True, slots=True)
class CheckedSet:
    """One set's report. `path` None: as imported. `rejected`: a file's lines that could not be used; they are problems
    like any other."""

    path: Path | None
    report: DatasetReport
    rejected: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def fine(self) -> bool:
        return not (self.report.problems or self.rejected)


def examine(
    eval_set: EvalSet, requests: Iterable[Request] | None = None, before: EvalSet | None = None
) -> DatasetReport:
    """The full report on a golden set. `requests`: their prompts must not contain its questions;
    `before`: the version that it replaces."""
    same: dict[str, list[GoldenCase]] = {}
    for case in eval_set.cases:
        same.setdefault(normalise(case.question), []).append(case)
    looked, found = leaks(eval_set.cases, requests or ())
    return DatasetReport(
        name=eval_set.name,
        digest=eval_set.digest,
        cases=len(eval_set.cases),
        failure=sum(failure_tagged(case.tags) for case in eval_set.cases),
        high_risk=sum(HIGH_RISK in case.tags for case in eval_set.cases),
        duplicates=tuple(_duplicate_of(cases) for cases in same.values() if len(cases) > 1),
        near=near_duplicates({cases[0].id: text for text, cases in same.items()}),
        empty=tuple(case.id for case in eval_set.cases if not _expects(case)),
        looked=looked if looked.any else None,
        leaks=found,
        difference=None if before is None else difference(before, eval_set),
    )


def _duplicate_of(cases: Sequence[GoldenCase]) -> Repeated:
    wanted = {
        (frozenset(c.expected_sources), frozenset(c.must_include), frozenset(c.expected_tools), _reference(c))
        for c in cases
    }
    return Repeated(tuple(case.id for case in cases), len(wanted) > 1)


def _expects(case: GoldenCase) -> bool:
    wanted = (*case.expected_sources, *case.must_include, *case.expected_tools, _reference(case))
    return any(text.strip() for text in wanted)


def _reference(case: GoldenCase) -> str:
    """What a right answer is, where the set says so; "" where not."""
    found = case.extra.get("reference")
    return "" if found is None else normalise(found if isinstance(found, str) else repr(found))


def near_duplicates(texts: Mapping[str, str]) -> tuple[Near, ...]:
    """Pairs of different but similar texts, by key, in order.

    A pair is left out if earlier pairs already connect the two: a group of n similar texts gives n−1 pairs.
    """
    import numpy as np

    keys = list(texts)
    names: dict[str, int] = {}
    grams = [[names.setdefault(gram, len(names)) for gram in _grams(text)] for text in texts.values()]
    sizes = np.fromiter(map(len, grams), np.intp, len(grams))
    holders = np.repeat(np.arange(len(grams)), sizes)  # which text has the gram, ordered by gram, then text
    flat = np.fromiter((gram for own in grams for gram in own), np.intp, len(holders))
    holders = holders[np.argsort(flat, kind="stable")]
    starts = np.concatenate(([0], np.cumsum(np.bincount(flat, minlength=len(names))))).tolist()
    ends = starts[:-1]  # end of each gram's texts, up to the current one
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
    """The text's 5-grams; a shorter text is its own only gram."""
    return {text[at : at + GRAM] for at in range(max(len(text) - GRAM + 1, 1))}


def version_before(eval_set: EvalSet, imported: Iterable[EvalSet]) -> EvalSet | None:
    """The imported version that a set replaces: the latest other set with its name, or with some of its cases.

    None if only this very version or unrelated sets were imported.
    """
    ids = {case.id for case in eval_set.cases}
    others = [one for one in imported if one.digest != eval_set.digest]
    alike = (one for one in others if one.name == eval_set.name or any(case.id in ids for case in one.cases))
    return next(alike, None)


def difference(before: EvalSet, after: EvalSet) -> Difference:
    """Cases added, removed and changed from one version of a set to the next."""
    old = {case.id: case for case in before.cases}
    new = {case.id: case for case in after.cases}
    changed = ((ident, _changed(old[ident], case)) for ident, case in new.items() if ident in old)
    eased = (
        ident
        for ident, case in old.items()
        if _is_failure_or_high_risk(case) and (ident not in new or not _is_failure_or_high_risk(new[ident]))
    )
    return Difference(
        before=before.digest,
        added=tuple(ident for ident in new if ident not in old),
        removed=tuple(ident for ident in old if ident not in new),
        changed=tuple((ident, names) for ident, names in changed if names),
        eased=tuple(eased),
    )


def _is_failure_or_high_risk(case: GoldenCase) -> bool:
    return failure_tagged(case.tags) or HIGH_RISK in case.tags


def _changed(old: GoldenCase, new: GoldenCase) -> tuple[str, ...]:
    return tuple(field.name for field in fields(GoldenCase) if getattr(old, field.name) != getattr(new, field.name))
