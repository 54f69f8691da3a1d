"""A run with the cases that count for it: those of the golden set that holds it, else its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from readiness_tui.domain.metrics.rule import Rule
from readiness_tui.domain.metrics.summary import NotComputable, first_few
from readiness_tui.domain.runs.holding import Holding, Shelf, hold, hold_to, named
from readiness_tui.domain.runs.model import HIGH_RISK, Case, Completeness, EvalSet, GoldenCase, Run
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line

CLUSTER_FIELDS = ("cluster", "document", "session")  # in a case, a golden case, or the metadata of either
_NAMING = frozenset(CLUSTER_FIELDS)
_NO_SETS = Shelf()


@dataclass(frozen=True, slots=True)
class RunData:
    """A run with its cases, and the golden set that holds it: its cases are the denominator, its tags make the slices.

    `outside`: cases that the set does not know. `shelf`: all sets that were looked at. `fresh`: ids of
    golden cases that this run need not have, because it is a `baseline` and the set gained them later. `rivals`: several sets share a case with
    it, and nobody said which one is meant. `contradicted`: why the digest that the run claims cannot be of what it ran.
    """

    run: Run
    cases: tuple[Case, ...]
    golden: EvalSet | None = None
    outside: tuple[Case, ...] = ()
    shelf: Shelf = _NO_SETS
    baseline: bool = False
    fresh: frozenset[str] = frozenset()
    rivals: tuple[str, ...] = ()
    contradicted: str = ""

    @property
    def by_key(self) -> dict[str, Case]:
        """The first repeat of each case."""
        found: dict[str, Case] = {}
        for case in self.cases:
            found.setdefault(case_key(case), case)
        return found

    @property
    def every(self) -> tuple[Case, ...]:
        """All of its cases, those that are left out too."""
        return (*self.cases, *self.outside)

    @property
    def alone(self) -> bool:
        """Whether it belongs to none of the system's golden sets, and claims none."""
        return (
            self.golden is None
            and bool(self.shelf.sets and self.cases)
            and not (self.rivals or self.run.dataset_digest)
        )

    @property
    def known(self) -> tuple[Case, ...]:
        """The cases that count: with a golden set, those that it has."""
        if self.golden is None:
            return self.cases
        ids = {gold.id for gold in self.golden.cases}
        return tuple(case for case in self.cases if case.id in ids)


def held(run: Run, cases: Sequence[Case], shelf: Shelf, *, baseline: bool = False) -> RunData:
    """A run as the golden sets of its system hold it. A `baseline` need not have cases that its set gained since the
    lock."""
    return _data(run, hold(run, cases, shelf), shelf, baseline=baseline)


def _data(run: Run, found: Holding, shelf: Shelf, *, baseline: bool) -> RunData:
    fresh = shelf.fresh(found.golden) if baseline else frozenset()
    data = RunData(run, found.cases, found.golden, found.outside, shelf, baseline, fresh)
    return replace(data, rivals=found.rivals, contradicted=found.contradicted)


def held_first(runs: Iterable[RunData]) -> list[RunData]:
    """The runs in the order named, those that a golden set holds before those of cases or figures of their own: a run
    outside every set never hides what the set's cases say."""
    return sorted(runs, key=lambda data: data.golden is None)


def narrowed(rule: Rule, data: RunData) -> RunData | NotComputable:
    """The cases of a run that a rule means: of the golden set and of the variant that it names.

    Several variants are never averaged together: not computable where nobody says which one is meant.
    """
    if rule.dataset:
        meant = _of_dataset(rule.dataset, data)
        if isinstance(meant, NotComputable):
            return meant
        data = meant
    return of_variant(data, rule.variant)


def _of_dataset(name: str, data: RunData) -> RunData | NotComputable:
    sets = data.shelf.sets or ((data.golden,) if data.golden else ())
    meant = named(sets, name)
    if data.golden is not None and (data.golden is meant or data.golden.name.casefold() == name.strip().casefold()):
        return data
    if meant is None:
        there = f"there are {first_few(one.name for one in sets)}" if sets else "none is known"
        return NotComputable(f"no golden set is called {one_line(name, 60)!r}: {there}")
    claims_other = data.golden is not None and data.run.dataset_digest == data.golden.digest
    found = None if claims_other else hold_to(meant, data.run, data.every)
    if found is None:
        return NotComputable(f"the run has no case of the golden set {one_line(meant.name, 60)!r}")
    return _data(data.run, found, data.shelf, baseline=data.baseline)


def speaking(data: Sequence[RunData], shelf: Shelf) -> EvalSet | None:
    """The set that speaks for several runs: the one that holds its runs, else the one that was locked, else the latest."""
    found = next((part.golden for part in data if part.golden is not None), None)
    locked = (one for one in shelf.current if shelf.main and shelf.is_main(one))
    return found or next(locked, None) or next(iter(shelf.sets), None)


def variants_of(cases: Sequence[Case]) -> tuple[str, ...]:
    """The variants among these cases, in order; "" stands for cases without one whose id has one elsewhere. Cases that
    ran once for all variants belong to each."""
    found: dict[str, set[str]] = {}
    for case in cases:
        found.setdefault(case.variant, set()).add(case.id)
    unnamed = found.pop("", set())
    if any(unnamed & ids for ids in found.values()):
        found[""] = unnamed
    return tuple(found)


def of_variant(data: RunData, variant: str = "") -> RunData | NotComputable:
    """One variant of a run: its cases, and those that ran once for all variants. Without `variant`, the one that somebody
    chose; not computable where a run has several and nobody did."""
    several = variants_of(data.cases)
    if not variant and len(several) > 1:
        variant = data.shelf.variant if data.shelf.variant in several else ""
        if not variant:
            what = f"{plural(len(several), 'variant')} ({variant_names(several)})"
            return NotComputable(f"the run has {what}, and which one is meant is not said", None, len(data.by_key))
    if not variant:
        return data
    if variant not in several:
        there = variant_names(several) if several else "none"
        return NotComputable(f"the run has no variant {one_line(variant, 40)!r}; it names {there}")
    with_one = {case.id for case in data.cases if case.variant}
    kept = (case for case in data.cases if case.variant == variant or not (case.variant or case.id in with_one))
    return replace(data, cases=tuple(kept))


def variant_names(several: Sequence[str]) -> str:
    return first_few(name or "one without a name" for name in several)


def first_tries(cases: Sequence[Case]) -> tuple[tuple[Case, ...], str]:
    """The first k tries of each case, where k is what all cases have, and a note; ("", all) where they are even."""
    tries: dict[tuple[str, str], list[int]] = {}
    for case in cases:
        tries.setdefault((case.id, case.variant), []).append(case.repeat)
    counts = {len(found) for found in tries.values()}
    if len(counts) <= 1:
        return tuple(cases), ""
    k = min(counts)
    kept = {key: frozenset(sorted(found)[:k]) for key, found in tries.items()}
    first = tuple(case for case in cases if case.repeat in kept[case.id, case.variant])
    what = "the first try" if k == 1 else f"the first {k} tries"
    return first, f"{what} of each case: {len(cases) - len(first):,} further ones not counted, not all cases have them"


def said_of(runs: Sequence[RunData]) -> tuple[str, ...]:
    """What a reader should know of the cases that count, as sentences."""
    said: dict[str, None] = {}
    for data in runs:
        name = f"Run {data.run.id!r}"
        if data.golden is not None and data.outside:
            ids = dict.fromkeys(case.id for case in data.outside)
            said[
                f"{name}: {plural(len(ids), 'case')} that the golden set {one_line(data.golden.name, 60)!r} does not"
                f" know {'is' if len(ids) == 1 else 'are'} left out: {first_few(ids)}."
            ] = None
        if data.alone:
            said[
                f"{name} shares no case with a golden set, by id or question, so its own cases count. To hold it to"
                " one, give its cases the set's ids, or ask the set's questions."
            ] = None
    return tuple(said)


def case_key(case: Case) -> str:
    """The key shared by all repeats of a case: its id, plus its variant if it has one."""
    return f"{case.id}@{case.variant}" if case.variant else case.id


def absent_cases(data: RunData) -> tuple[GoldenCase, ...]:
    """Cases of the golden set that holds the run and that the run lacks.

    A run without any case, that brings figures alone, lacks none of them unless it claims the set or is incomplete:
    the figure says of how many cases it is.
    """
    if data.golden is None:
        return ()
    claims = data.run.dataset_digest == data.golden.digest
    if not data.cases and not claims and data.run.completeness is Completeness.COMPLETE:
        return ()
    present = {case.id for case in data.cases}
    return tuple(gold for gold in data.golden.cases if gold.id not in present and gold.id not in data.fresh)


def tags_of(case: Case, gold: GoldenCase | None) -> set[str]:
    """The tags that make its slices: the golden case's, where there is one, so that a run cannot fill a slice with easy
    cases; and high_risk, whoever says it."""
    if gold is None:
        return set(case.tags)
    return {*gold.tags, HIGH_RISK} if HIGH_RISK in case.tags else set(gold.tags)


def cluster_of(case: Case, gold: GoldenCase | None) -> str:
    """The case's cluster, from the first field that names one, its own or its golden case's; "" for none."""
    for extra in (case.extra, gold.extra if gold else {}):
        for said in (extra, extra.get("metadata")):
            if not isinstance(said, dict) or _NAMING.isdisjoint(said):  # nearly all, and each metric asks of each case
                continue
            for name in CLUSTER_FIELDS:
                cluster = said.get(name)
                if isinstance(cluster, (str, int)) and not isinstance(cluster, bool) and str(cluster).strip():
                    return f"{name} {cluster}"
    return ""


def gold_by_id(data: RunData) -> dict[str, GoldenCase]:
    return {gold.id: gold for gold in data.golden.cases} if data.golden else {}
