"""pass_all_k, "right three times out of three": the chance that k tries of a case all pass (gate.md, "pass^k")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.intervals.tries import all_pass, tries_rate
from readiness_tui.domain.metrics.ingredients import Absent, Reading
from readiness_tui.domain.metrics.summary import NotComputable, Observed, first_few, grouped
from readiness_tui.domain.runs.model import Case, Provenance
from readiness_tui.domain.text.format import plural

PASS_ALL = "pass_all_k"
Try = tuple[str, Case, Reading]  # the case's key, the try, and whether it passed (1 or 0)


def pass_all(
    k: int, tries: Iterable[Try], absent: Sequence[str] = (), clusters: Mapping[str, str] | None = None
) -> Observed | NotComputable:
    """Per case with n tries and c passes C(c, k) / C(n, k), averaged over cases.

    n: how many tries all cases have; each case's first n count. A cached try, or one with the seed of an earlier one, is
    no try of its own. A case that does not say of each try whether it passed is missing. `absent`: cases that the run lacks.
    """
    if not k:
        return NotComputable("how many tries have to pass is not said: the gate's rule names it, as k")
    held: dict[str, list[Reading]] = {}
    again = 0
    by_case: dict[str, list[Case]] = {}
    for key, case, won in sorted(tries, key=lambda one: one[1].repeat):
        if won is Absent.NOT_APPLICABLE:
            continue
        earlier = by_case.setdefault(key, [])
        if _same_try(case, earlier):
            again += 1
            continue
        earlier.append(case)
        held.setdefault(key, []).append(won)
    if not held:
        return NotComputable("it applies to no case", 0, 0)
    n = min(map(len, held.values()))
    if n < k:
        short = [key for key, found in held.items() if len(found) < k]
        counted = " (cached tries and those with the same seed are one)" if again else ""
        return NotComputable(
            f"it takes {plural(k, 'try', 'tries')} of each case{counted}; fewer have {first_few(short)}",
            len(held) - len(short),
            len(held) + len(absent),
        )
    counts = {key: _passes(found[:n]) for key, found in held.items()}
    return _observed(k, n, counts, absent, clusters, _note(n, again, held))


def _same_try(case: Case, earlier: Sequence[Case]) -> bool:
    """Whether a later try tells nothing new: its answer came from a cache, or it began with a seed that was there."""
    if not earlier:
        return False
    seed = _seed(case)
    cached = Provenance.CACHED in (case.latency_ms.provenance, case.cost.provenance)
    return cached or (seed is not None and seed in map(_seed, earlier))


def _seed(case: Case) -> str | None:
    """The seed that the try names, in itself or in its metadata."""
    inner = case.extra.get("metadata")
    for said in (case.extra, inner if isinstance(inner, dict) else {}):
        seed = said.get("seed")
        if isinstance(seed, (str, int)) and not isinstance(seed, bool) and str(seed).strip():
            return str(seed).strip()
    return None


def _passes(found: Sequence[Reading]) -> int | None:
    """How many tries passed; None where one does not say."""
    passes = [value for value in found if not isinstance(value, Absent)]
    return sum(value > 0.5 for value in passes) if len(passes) == len(found) else None


def _note(n: int, again: int, held: Mapping[str, Sequence[Reading]]) -> str:
    more = sum(len(found) - n for found in held.values())
    said = [plural(n, "try of each case", "tries of each case")]
    if again:
        said.append(f"{again:,} cached or with the same seed not counted")
    if more:
        said.append(f"{more:,} further ones not counted, not all cases have them")
    return "; ".join(said)


def _observed(
    k: int,
    n: int,
    counts: Mapping[str, int | None],
    absent: Sequence[str],
    clusters: Mapping[str, str] | None,
    note: str,
) -> Observed | NotComputable:
    shares = {key: all_pass(count, n, k) for key, count in counts.items() if count is not None}
    missing = (*(key for key, count in counts.items() if count is None), *absent)
    total = len(shares) + len(missing)
    if not shares:
        return NotComputable(f"none of the {total} cases says of each try whether it passed", 0, total)

    def figure(values: Sequence[Fraction], keys: Sequence[str] | None = None) -> Estimate:
        return tries_rate(values, n, k, None if keys is None else grouped(keys, clusters))

    values = list(shares.values())
    lost = len(missing)
    if lost:
        note = f"{len(shares)} of {total} cases carry it; {note}"
    per_case = {key: float(value) for key, value in shares.items()}
    return Observed(
        figure(values, list(shares)),
        len(shares),
        total,
        note,
        missing,
        per_case,
        Fraction(len(shares), total),
        figure([*values, *[Fraction(0)] * lost]) if lost else None,
        figure([*values, *[Fraction(1)] * lost]) if lost else None,
        readings={key: [value] for key, value in per_case.items()},
        clusters=clusters or {},
    )
