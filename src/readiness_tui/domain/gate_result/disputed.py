"""Figures on which a tool and its own file do not agree, where that decides a rule: the threshold lies between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from readiness_tui.domain.gate_result.model import GateRow
from readiness_tui.domain.metrics import RunData, same_metric
from readiness_tui.domain.metrics.meets import meets
from readiness_tui.domain.metrics.words import metric_label, rule_text, value_text


def disputed(rows: Iterable[GateRow], runs: Sequence[RunData]) -> tuple[str, ...]:
    """A sentence for each rule that the tool's own figure would decide otherwise than the file's cases do."""
    by_id = {data.run.id: data.run for data in runs}
    said: dict[str, None] = {}
    for row in rows:
        run = by_id.get(row.run_id or "")
        if run is None or row.rule.threshold is None or row.estimate is None:
            continue
        ours = meets(row.estimate, row.rule.direction, row.rule.threshold)
        for one in run.disputed:
            theirs = replace(row.estimate, value=one.declared, k=None)
            if same_metric(one.metric, row.rule.metric) and ours != meets(
                theirs, row.rule.direction, row.rule.threshold
            ):
                said[
                    f"{metric_label(row.rule).replace('_', ' ')} is {value_text(one.declared, row.rule)} by the tool"
                    f" ({one.where}) and {value_text(one.found, row.rule)} over its cases; the rule is"
                    f" {rule_text(row.rule)}"
                ] = None
    return tuple(said)
