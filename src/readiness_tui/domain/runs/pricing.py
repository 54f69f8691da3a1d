"""What a request cost, derived from its tokens by a team's own price table.

Only if the record has no cost of its own, names exactly one model in the table, and counts both input and output
tokens: half a count would make the system look cheap. A record answered from a cache is left alone.

Tokens read from a prompt cache count as input (as OpenTelemetry's GenAI conventions define `input_tokens`). They get
their own price if the steps of a trace say how many there were; otherwise all input has the full price, an upper bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from readiness_tui.domain.runs.model import Case, Measure, Provenance, SpanKind, Trace
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line

PER = 1_000_000  # tokens
DERIVED = "cost_derived"  # in a trace's extra: True if its cost was derived here, not logged
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens. `cache_read`: for input read from a prompt cache; None: same as other input."""

    input: float
    output: float
    cache_read: float | None = None

    def cost(self, tokens_in: int, tokens_out: int, cached: int = 0) -> float:
        """US dollars. `cached`: how many of `tokens_in` were read from a prompt cache."""
        read = self.input if self.cache_read is None else self.cache_read
        return ((tokens_in - cached) * self.input + cached * read + tokens_out * self.output) / PER


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices by model name, spelled as in the records. `day`: when the team says they were valid."""

    version: str
    day: date
    models: Mapping[str, Price]


class Pricing:
    """Derives costs record by record, and counts what it did and why it did not."""

    def __init__(self, table: PriceTable) -> None:
        self.table = table
        self.derived = 0
        self._without = 0  # records without a cost of their own
        self._why_not: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()

    def case(self, case: Case, model: str | None) -> Case:
        """The case with its cost if it can be derived. `model`: the run's; a case's own model takes precedence."""
        if case.cost.provenance is not Provenance.MISSING or case.latency_ms.provenance is Provenance.CACHED:
            return case
        cost = self._cost(case.extra, model, case.tokens_in, case.tokens_out)
        return case if cost is None else replace(case, cost=Measure(cost, Provenance.DERIVED))

    def trace(self, trace: Trace) -> Trace:
        """The trace with its cost if it can be derived, which `extra` then says."""
        if trace.cost is not None or trace.cached:
            return trace
        cost = self._cost(trace.extra, trace.model, trace.tokens_in, trace.tokens_out, _cache_reads(trace))
        return trace if cost is None else replace(trace, cost=cost, extra={**trace.extra, DERIVED: True})

    def warnings(self) -> list[str]:
        """What was derived, and why the rest was not; empty if every record had a cost."""
        if not self._without:
            return []
        about = f"the price table {one_line(self.table.version, 60)} of {self.table.day}"
        said = [
            f"Cost derived from tokens for {self.derived:,} of {plural(self._without, 'record')} without one, by {about}."
        ]
        if self._unknown:
            shown = ", ".join(f"“{one_line(name, 60)}” ({n:,})" for name, n in self._unknown.most_common(_SHOWN))
            more = f" and {plural(len(self._unknown) - _SHOWN, 'more model')}" if len(self._unknown) > _SHOWN else ""
            said.append(f"No cost derived for models that {about} does not have: {shown}{more}.")
        said += [f"No cost derived for {plural(n, 'record')}: {reason}." for reason, n in self._why_not.most_common()]
        return said

    def _cost(
        self,
        extra: Mapping[str, Any],
        model: str | None,
        tokens_in: int | None,
        tokens_out: int | None,
        cached: int = 0,
    ) -> float | None:
        self._without += 1
        own = extra.get("model")
        model = own if isinstance(own, str) and own else model
        if tokens_in is None or tokens_out is None:
            self._why_not["the tokens of input and output are not both known"] += 1
        elif isinstance(several := extra.get("models"), list) and len(several) > 1:
            self._why_not["several models share one count of tokens"] += 1
        elif not model:
            self._why_not["the model is not known"] += 1
        elif (price := self.table.models.get(model)) is None:
            self._unknown[model] += 1
        else:
            self.derived += 1
            return price.cost(tokens_in, tokens_out, cached)
        return None


def _cache_reads(trace: Trace) -> int:
    """Input tokens that the trace's model steps read from a prompt cache; 0 if the steps do not add up to its input."""
    steps = [span.attributes for span in trace.spans or () if span.kind is SpanKind.MODEL]
    read, counted = (
        sum(n for step in steps if isinstance(n := step.get(name), int) and n > 0)
        for name in ("tokens_cache_read", "tokens_in")
    )
    return read if counted == trace.tokens_in and read <= counted else 0
