"""Braintrust: logs become traces, the rows of an experiment a run with its cases.

Rows as the app's export, `/v1/project_logs/…/fetch`, `/v1/experiment/…/fetch`, `/btql` and exports to cloud storage
write them; see `span` and `experiment`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from readiness_tui.sources.braintrust.experiment import ExperimentRows
from readiness_tui.sources.braintrust.span import ROWS
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import Recognised, Record, TraceRecord
from readiness_tui.sources.kit.peek import peek
from readiness_tui.sources.tracing.span_rows import SpanGroup

SPAN = frozenset({"span_id", "root_span_id"})
_MORE = frozenset({"span_attributes", "span_parents", "is_root", "_xact_id", "experiment_id", "log_id"})
_WRAPPERS = ("events", "data")


class Braintrust:
    name = "braintrust"
    title = "Braintrust's logs and experiments (JSON, JSON lines, CSV of the app or the API)"
    brings = (
        "traces with their steps, tool calls, tokens, estimated cost, scores",
        "experiments as runs with their cases and scores",
    )
    lacks = ("the experiment's name: rows have its id alone", "who gave a score")

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        keys = next((found for name in _WRAPPERS if (found := look.below(name)) >= SPAN), look.keys)
        keys = frozenset(key.split(".")[0] for key in keys)
        if not (keys >= SPAN and len(keys & _MORE) >= 2):
            return None
        return Recognised(self.name, f"rows with span_id, root_span_id, span_attributes ({look.kind})", 100)

    def assemble(self, trace_id: str, raws: Sequence[str]) -> TraceRecord | None:
        return ROWS.assemble(trace_id, raws)

    def read(self, path: Path) -> Iterator[Record]:
        notes = fields.Notes()
        experiments = ExperimentRows(path)
        for found in ROWS.groups((path,), notes, experiments.see):
            if not isinstance(found, SpanGroup):
                yield found
            elif (experiment := experiments.of(found)) is not None:
                yield from experiments.case(experiment, found, notes)
            else:
                yield ROWS.record(found, notes)
        yield from notes.warnings(path.name)


SOURCE = Braintrust()
