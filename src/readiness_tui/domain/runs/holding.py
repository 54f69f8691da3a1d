"""Which golden set a run is held to: its cases are then the ones that count, its tags make the slices.

The set whose digest the run claims; else the only one that shares a case with it, by id, then by its question; among
several the one that was chosen, else the one that the gate was locked for. A run that shares no case with any set and claims none has its own cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness_tui.domain.runs.joining import Joined, join_golden
from readiness_tui.domain.runs.model import Case, EvalSet, GoldenCase, Run
from readiness_tui.domain.text.plain import digest_of

_ID, _CONTENT = 8, 16  # hexadecimal characters of a case's word


@dataclass(frozen=True, slots=True)
class LockedSet:
    """A golden set as it was when the gate was locked. `cases`: a word for each of its cases, see `case_word`; empty: not
    recorded."""

    digest: str
    cases: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Holding:
    """A run's cases under the set that holds it.

    `golden` None: no set does, and `cases` are its own. `outside`: cases that the set does not know; they are left out.
    `contradicted`: why the digest that the run claims cannot be of what it ran; "" if nothing speaks against it.
    `rivals`: sets of which each shares a case with the run, until somebody says which one is meant.
    """

    golden: EvalSet | None
    cases: tuple[Case, ...]
    outside: tuple[Case, ...] = ()
    contradicted: str = ""
    rivals: tuple[str, ...] = ()


def case_word(gold: GoldenCase) -> str:
    """`<id>-<content>`, both as a shortened SHA-256: another question or expectation makes another case of the same id."""
    expects = [gold.expected_sources, gold.must_include, gold.expected_tools]
    content = [gold.id, gold.question, *map(list, expects), sorted(gold.tags), gold.extra]
    return f"{digest_of(gold.id)[:_ID]}-{digest_of(content)[:_CONTENT]}"


def locked_set(eval_set: EvalSet) -> LockedSet:
    return LockedSet(eval_set.digest, frozenset(map(case_word, eval_set.cases)))


def gained(eval_set: EvalSet, locked: LockedSet) -> tuple[str, ...] | None:
    """The ids of the cases that a set has gained since it was locked; None if it lost or changed one, or if the lock
    does not say which cases it had."""
    if not locked.cases:
        return None
    now = {case_word(gold): gold.id for gold in eval_set.cases}
    return None if locked.cases - now.keys() else tuple(id_ for key, id_ in now.items() if key not in locked.cases)


def apart(eval_set: EvalSet, locked: LockedSet) -> bool:
    """Whether a set is known to have no case of a locked one, not even under another expectation."""
    ids = {word.partition("-")[0] for word in locked.cases}
    return bool(ids) and all(case_word(gold).partition("-")[0] not in ids for gold in eval_set.cases)


def current(sets: Sequence[EvalSet]) -> tuple[EvalSet, ...]:
    """The sets without the versions that others of them replaced, `sets` with the latest first.

    A version replaces an earlier one of the same name that shares a case with it, and one of which it has every case.
    """
    if len(sets) < 2:
        return tuple(sets)
    kept: list[tuple[EvalSet, frozenset[str], frozenset[str]]] = []
    for one in sets:
        ids, words = frozenset(gold.id for gold in one.cases), locked_set(one).cases
        if not any((one.name == by.name and ids & by_ids) or words <= by_words for by, by_ids, by_words in kept):
            kept.append((one, ids, words))
    return tuple(one for one, _, _ in kept)


def named(sets: Sequence[EvalSet], name: str) -> EvalSet | None:
    """The latest set of this name, or with a digest that begins so; `sets` with the latest first."""
    wanted = name.strip().casefold()
    by_name = next((one for one in sets if one.name.casefold() == wanted), None)
    by_digest = (one for one in sets if len(wanted) >= 8 and one.digest.casefold().startswith(wanted))
    return by_name or next(by_digest, None)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A system's golden sets, the latest first, and what is said of them.

    `current`: without replaced versions. `chosen`: the name of the one that is meant among several; `variant`: the
    variant that is meant where a run has several. `locked`: those that were known when the gate was locked, `main` the
    digest of the one that it was declared for.
    """

    sets: tuple[EvalSet, ...] = ()
    current: tuple[EvalSet, ...] = ()
    chosen: str = ""
    variant: str = ""
    locked: tuple[LockedSet, ...] = ()
    main: str = ""

    @classmethod
    def of(
        cls,
        sets: Sequence[EvalSet],
        *,
        chosen: str = "",
        variant: str = "",
        locked: Sequence[LockedSet] = (),
        main: str = "",
    ) -> Shelf:
        return cls(tuple(sets), current(sets), chosen, variant, tuple(locked), main)

    @property
    def mark(self) -> object:
        """Changes with whatever may hold a run otherwise."""
        return tuple(one.digest for one in self.sets), self.chosen, self.variant, self.locked, self.main

    def is_main(self, golden: EvalSet) -> bool:
        """Whether a set is the one that the gate was declared for, or that one with further cases."""
        known = next((one for one in self.locked if one.digest == self.main), LockedSet(self.main))
        return golden.digest == self.main or gained(golden, known) is not None

    def fresh(self, golden: EvalSet | None) -> frozenset[str]:
        """Ids of the cases that a set has gained since the lock: a baseline need not have them."""
        if golden is None:
            return frozenset()
        return frozenset(next((new for one in self.locked if (new := gained(golden, one)) is not None), ()))


def hold(run: Run, cases: Sequence[Case], shelf: Shelf) -> Holding:
    """The set that holds a run, and its cases under it."""
    own = tuple(cases)
    claimed = next((one for one in shelf.sets if run.dataset_digest and one.digest == run.dataset_digest), None)
    if claimed is not None:
        return _held(claimed, join_golden(own, claimed), claimed=True)
    if not own:
        return Holding(None, own)
    shared = [(one, joined) for one in shelf.current if (joined := join_golden(own, one)).inside]
    if len(shared) > 1:
        among = [one for one, _ in shared]
        meant = named(among, shelf.chosen) if shelf.chosen else None
        if meant is None:
            meant = next((one for one in among if shelf.main and shelf.is_main(one)), None)
        if meant is None:
            return Holding(None, own, rivals=tuple(one.name for one in among))
        shared = [pair for pair in shared if pair[0] is meant]
    return _held(*shared[0]) if shared else Holding(None, own)


def hold_to(eval_set: EvalSet, run: Run, cases: Sequence[Case]) -> Holding | None:
    """The run under this very set; None if it shares no case with it, and does not claim it."""
    joined, claimed = join_golden(cases, eval_set), run.dataset_digest == eval_set.digest
    return _held(eval_set, joined, claimed=claimed) if joined.inside or claimed else None


def _held(eval_set: EvalSet, joined: Joined, *, claimed: bool = False) -> Holding:
    why = ""
    if claimed and joined.contradicted:
        some = ", ".join(joined.contradicted[:3])
        more = f" and {len(joined.contradicted) - 3:,} more" if len(joined.contradicted) > 3 else ""
        why = f"the run asks something else than the set under the same id: {some}{more}"
    elif claimed and joined.cases and not joined.inside:
        why = f"none of its {len(joined.cases):,} cases is in the set"
    return Holding(eval_set, joined.inside, joined.outside, why)
