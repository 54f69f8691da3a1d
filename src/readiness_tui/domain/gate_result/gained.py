"""Rules that pass only with the cases that a golden set gained since the lock (gate.md, "Which run, which cases").

A set that gained cases is not changed: incidents become cases. But whoever locked agreed on the figure over the cases that
were there then, and enough easy ones beside them could lift any figure over its threshold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from readiness_tui.domain.gate_result.judged import by_judge
from readiness_tui.domain.gate_result.model import GateFinding, GateRow, Result
from readiness_tui.domain.gate_result.threshold import threshold_row
from readiness_tui.domain.metrics import NotComputable, RunData, narrowed, observe
from readiness_tui.domain.metrics.rule import From
from readiness_tui.domain.metrics.words import metric_label, value_text
from readiness_tui.domain.text.format import plural

DILUTED = "gained-cases"  # the name of a finding


def diluted(
    rows: Sequence[GateRow], runs: Sequence[RunData], new: Mapping[str, Collection[str]]
) -> Iterator[GateFinding]:
    """One condition for the rules that miss over the cases of the lock. `new`: by run id, the golden cases gained since."""
    said = []
    for row in rows:
        data = next((data for data in runs if data.run.id == row.run_id), None)
        if data is None or row.result not in (Result.PASS, Result.INCONCLUSIVE) or row.rule.source is not From.RUN:
            continue
        if row.rule.threshold is not None and (gained := new.get(data.run.id)):
            without = _over_locked(row, data, frozenset(gained))
            if without is not None and without.result in (Result.FAIL, Result.MISSING):
                figure = value_text(without.estimate.value if without.estimate else None, row.rule)
                few = f", carried by {without.used} of {without.total}" if without.result is Result.MISSING else ""
                said.append((f"{metric_label(row.rule).replace('_', ' ')} ({figure} without them{few})", len(gained)))
    if said:
        names, most = ", ".join(name for name, _ in said), max(n for _, n in said)
        yield GateFinding(
            DILUTED,
            f"passes only with the {plural(most, 'case')} that the golden set gained since the lock: {names}; lock again"
            " before the next run",
        )


def _over_locked(row: GateRow, data: RunData, gained: frozenset[str]) -> GateRow | None:
    """The row over the cases that were there at the lock, by the point; None where none of them carries the metric."""
    rule, meant = by_judge(row.rule), narrowed(row.rule, data)
    if isinstance(meant, NotComputable) or meant.golden is None:
        return None
    then = replace(meant.golden, cases=tuple(gold for gold in meant.golden.cases if gold.id not in gained))
    held = replace(meant, golden=then, cases=tuple(case for case in meant.known if case.id not in gained))
    seen = observe(rule.metric, held, rule.tags, direction=rule.direction, unit=rule.unit, cut=rule.cut, k=rule.k)
    return None if isinstance(seen, NotComputable) else threshold_row(rule, seen, "case")
