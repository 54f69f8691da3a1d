"""The refute rule: hits in n records, which people may dismiss by id with a reason (scoring.md, "Probe"). It never
raises a score."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from readiness_tui.domain.checklists.assessment import Assurance, Proposal
from readiness_tui.domain.checklists.model import Item, ProbeKind, ProbeSpec
from readiness_tui.domain.probes.base import ProbeInput, SeenTraces, Smallest, digest_of, sampling
from readiness_tui.domain.traces.counted import EXAMPLES


@dataclass(slots=True)
class Hits:
    """Hits that nobody dismissed. A hit's id begins with the id of its trace, up to a colon."""

    dismissed: frozenset[str]
    found: int = 0
    dismissed_count: int = 0
    first: Smallest = field(default_factory=Smallest)
    lines: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, line: Callable[[], str]) -> None:
        """Add one hit by its id. `line`: makes what is shown for it, asked where it may be shown."""
        if name in self.dismissed:
            self.dismissed_count += 1
            return
        self.found += 1
        self._show(name, line)

    def add_all(self, n: int, named: Iterable[tuple[str, Callable[[], str]]]) -> None:
        """Add `n` hits, none of them dismissed, with the smallest ones' ids and what makes their lines."""
        self.found += n
        for name, line in named:
            self._show(name, line)

    def _show(self, name: str, line: Callable[[], str]) -> None:
        pushed = self.first.add(name)
        if pushed is not None:
            self.lines[name] = line()
            self.lines.pop(pushed, None)

    def proposal(
        self,
        item: Item,
        spec: ProbeSpec,
        data: ProbeInput,
        seen: SeenTraces,
        what: str,
        n: int | None = None,
        nothing: str = "",
        silent: int = 0,
    ) -> Proposal:
        """`what` was searched for, in `n` records (None: all traces); `nothing`: what to say if n is 0; `silent`: how
        many requests do not show what was to be searched."""
        n = seen.traces if n is None else n
        hits = "hit" if self.found == 1 else "hits"
        dismissed_text = f", {self.dismissed_count:,} dismissed" if self.dismissed_count else ""
        more = (f"and {self.found - EXAMPLES:,} more hits",) if self.found > EXAMPLES else ()
        unsearched = f" ({silent:,} unknown)" if silent else ""
        missing = "" if n else f"Nothing to search: {(seen.traces and nothing) or seen.nothing}."
        return Proposal(
            item_id=item.id,
            query=spec.query,
            kind=ProbeKind.REFUTE,
            points=0 if self.found else None,
            assurance=Assurance.EVIDENCED if self.found else None,
            text=missing or f"{self.found:,} {hits} of {what} in {n:,} requests{unsearched}{dismissed_text}",
            k=self.found if n else None,
            n=n or None,
            window=seen.window,
            sampling=sampling(data) if n else "",
            examples=tuple(self.first.ids),
            details=(*(self.lines[name] for name in self.first.ids), *more),
            digest=digest_of(spec.query, self.found, n, self.first.ids),
            missing=missing,
            against=self.found,
        )
