"""The share rule: k of n applicable records, with its bound (scoring.md, "Probe").

A share probe is a function that counts the records of a request in a `ShareTally`; a tally holds only counters and a few
ids, so that a database can compute the same figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from operator import itemgetter

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.checklists.assessment import Assurance, Proposal
from readiness_tui.domain.checklists.model import Item, ProbeKind, ProbeSpec
from readiness_tui.domain.intervals import exact, wilson
from readiness_tui.domain.probes.base import ProbeInput, SeenTraces, Smallest, digest_of, safe, sampling
from readiness_tui.domain.probes.variety import ENOUGH, Variety, constants, no_proof
from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.counted import Counted
from readiness_tui.domain.traces.names import FirstNames, NameCounts, too_many

MIN_PROVEN = ENOUGH  # fewest records for `proven`
_GROUPS = 10  # groups listed before "and N more"
_ONE = Counted(Trace(""))


@dataclass(slots=True)
class ShareTally:
    """What a share probe counted.

    `k` of `n` applicable records carry the value. `examples`: ids of traces with a record that does not.
    `lacks`: what the failing records lack. `groups`: failing and applicable records by (tool) name.
    `notes`: other counts to report. `names`: records by a name that the log gives. `unclear`: records that do not say whether they apply, see `settle`; `unknown` of
    the failing ones are such. `variety`: of values that have to differ. `copies`: records that carry the value, but in
    a copy of a trace that was counted: they show nothing new, while a copy that lacks it counts. `now`: the requests that
    are being counted.
    """

    k: int = 0
    n: int = 0
    examples: Smallest = field(default_factory=Smallest)
    lacks: NameCounts = field(default_factory=NameCounts)
    groups: FirstNames[str, list[int]] = field(default_factory=lambda: FirstNames(itemgetter(1)))
    notes: Counter[str] = field(default_factory=Counter)
    names: NameCounts = field(default_factory=NameCounts)
    unclear: Counter[str] = field(default_factory=Counter)
    unclear_examples: Smallest = field(default_factory=Smallest)
    unknown: int = 0
    variety: Variety = field(default_factory=Variety)
    copies: int = 0
    now: Counted = _ONE

    def count(self, carries: bool, lacks: str = "", group: str = "") -> None:
        """One applicable record of each request that is being counted."""
        n = self.now.once if carries else self.now.n
        self.n += n
        if carries:
            self.k += n
            self.copies += self.now.copies
        else:
            self.examples.take(self.now.ids)
            if lacks:
                self.lacks.add(lacks, n)
        if group and n:
            failing = self.groups.get(group) or [0, 0]
            failing[0] += 0 if carries else n
            failing[1] += n
            self.groups.put(group, failing, n)

    def note(self, name: str) -> None:
        """Something to report beside the share, of each request being counted."""
        self.notes[name] += self.now.n

    def named(self, name: str) -> None:
        """The same, by a name that the log gives."""
        self.names.add(name, self.now.n)

    def vary(self, name: str, value: Hashable = None, at: int | None = None) -> None:
        """What has to differ (`declared.VARYING`): a value that all requests being counted share, or without one their
        `Counted.varied`, of the call at a place where each call has its own."""
        if value is None:
            self.variety.join(name, self.now.varied.get(name if at is None else f"{name} {at}"), self.now.once)
        elif self.now.once:
            self.variety.add(name, value, self.now.once)

    def doubt(self, lacks: str) -> None:
        """One record of each request being counted for which the log does not say whether it applies."""
        self.unclear[lacks] += self.now.n
        self.unclear_examples.take(self.now.ids)

    def settle(self) -> None:
        """If any record applies, count the unclear ones as lacking: silence must not pass."""
        if self.n and self.unclear:
            self.unknown = self.unclear.total()
            self.n += self.unknown
            for lacks, n in self.unclear.items():
                self.lacks.add(lacks, n)
            for name in self.unclear_examples.ids:
                self.examples.add(name)
            self.unclear, self.unclear_examples = Counter(), Smallest()


@dataclass(frozen=True, slots=True)
class ShareQuery:
    """A share probe: its words ("611 of 684 <units> <carry>") and a counting function; `needs` is shown if n is 0.

    `details` turns the notes of `mark` into lines; what is lacking, and where, is reported for every query.
    `unproven` says why the tally, though it may be full, proves nothing; "" if it does.
    """

    query: str
    units: str
    carry: str
    needs: str
    mark: Callable[[Trace, ShareTally], None]
    details: Callable[[ShareTally], tuple[str, ...]] = lambda tally: ()
    unproven: Callable[[ShareTally], str] = lambda tally: ""

    def start(self, data: ProbeInput) -> ShareCounter:
        return ShareCounter(self)


@dataclass(slots=True)
class ShareCounter:
    share: ShareQuery
    tally: ShareTally = field(default_factory=ShareTally)

    def add(self, got: Counted) -> None:
        self.tally.now = got
        self.share.mark(got.trace, self.tally)

    def proposal(self, item: Item, spec: ProbeSpec, data: ProbeInput, seen: SeenTraces) -> Proposal:
        self.tally.settle()
        return share_proposal(self.share, self.tally, item.id, spec, data, seen)


def share_points(k: int, n: int, required: float) -> int | None:
    """None without records, 2 from the required share on, 0 if none carries it, else 1. Exact."""
    if n == 0:
        return None
    if k >= exact(required) * n:
        return 2
    return 1 if k else 0


def share_assurance(points: int | None, n: int) -> Assurance | None:
    """`proven` only for 2 points on enough records; a smaller share or sample is just evidence."""
    if points is None:
        return None
    return Assurance.PROVEN if points == 2 and n >= MIN_PROVEN else Assurance.EVIDENCED


def share_proposal(
    share: ShareQuery,
    tally: ShareTally,
    item_id: str,
    spec: ProbeSpec,
    data: ProbeInput,
    seen: SeenTraces,
    nothing: str = "",
) -> Proposal:
    """The proposal of a settled tally for an item. `nothing`: what is needed if the records are not traces."""
    k, n = tally.k, tally.n
    points = share_points(k, n, spec.required)
    low = wilson(k, n).low if n else None
    against, expected, hint = _against(tally, seen, share.unproven(tally), data)
    if low is None:
        text = missing = f"Nothing to count: {nothing or (share.needs if seen.traces else seen.nothing)}."
    else:
        needs = f"{float(exact(spec.required) * 100):g}%"
        unknown = f" ({tally.unknown:,} unknown)" if tally.unknown else ""
        text = f"{k:,} of {n:,} {share.units} {share.carry}{unknown}: {100 * k // n}%, needs {needs}"
        missing = ""
    if points == 2 and against:
        points, text = None, text + no_proof(against)
    else:
        hint = ()
    copies = (f"{tally.copies:,} more in copies of the same request: they show nothing new",) if tally.copies else ()
    return Proposal(
        item_id=item_id,
        query=share.query,
        kind=ProbeKind.SHARE,
        points=points,
        assurance=share_assurance(points, n),
        text=text,
        k=k if n else None,
        n=n if n else None,
        low=low,
        required=spec.required,
        window=seen.window,
        sampling=sampling(data) if seen.traces else "",
        examples=tuple(tally.examples.ids),
        details=(*_lacking(tally), *share.details(tally), *expected, *hint, *copies, *seen.left_out),
        digest=digest_of(share.query, k, n, tally.examples.ids, tally.lacks.found, tally.groups.found, *against),
        missing=missing,
        against=n - k,
    )


def _against(
    tally: ShareTally, seen: SeenTraces, other: str, data: ProbeInput
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Why a full share proves nothing; what of it the team declares as expected; what it can do."""
    told = declared.expected_constant(data.review.declared)
    against, expected, hint = constants(told, tally.variety, seen.variety)
    if tally.copies >= tally.n and tally.n < MIN_PROVEN <= tally.n + tally.copies:
        said = f"{tally.n + tally.copies:,} are {tally.n:,} in copies of the same request"
        if "requests" in told:
            expected = (*expected, f"{said}, declared as expected: {safe(told['requests'])}")
        else:
            against = (said, *against)
    return (*against, *filter(None, [other])), expected, hint


def _lacking(tally: ShareTally) -> tuple[str, ...]:
    """ "73 lack the result, all from one tool: refund_create 73 of 90", or a line for each lack and each group."""
    lines = [f"{count:,} lack {what}" for what, count in tally.lacks.ranked()[:_GROUPS]]
    if len(tally.lacks) > _GROUPS:
        lines.append(f"and {len(tally.lacks) - _GROUPS:,} more that they lack")
    failing = {name: counts for name, counts in tally.groups.found.items() if counts[0]}
    ordered = sorted(failing, key=lambda name: (-failing[name][0], name))
    groups = [f"{safe(name)} {failing[name][0]:,} of {failing[name][1]:,}" for name in ordered[:_GROUPS]]
    if len(lines) == len(groups) == 1 and len(tally.groups) > 1 and not tally.groups.others:
        return (f"{lines[0]}, all from one tool: {groups[0]}",)
    if len(ordered) > _GROUPS:
        groups.append(f"and {len(ordered) - _GROUPS:,} more")
    told_apart = too_many("tools or steps", tally.groups.others)
    return (*lines, *tally.lacks.left_out("things that they lack"), *groups, *told_apart)
