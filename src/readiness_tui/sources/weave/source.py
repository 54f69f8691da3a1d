"""W&B Weave: calls that are requests become traces, calls of an evaluation a run with its cases.

Rows as `/calls/stream_query`, `get_calls().to_pandas()` and the app's export write them; see `call`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import Recognised, Record, TraceRecord
from readiness_tui.sources.kit.peek import peek
from readiness_tui.sources.tracing.span_rows import SpanGroup
from readiness_tui.sources.weave.call import ROWS
from readiness_tui.sources.weave.evaluation import evaluation, is_evaluation

CALL = frozenset({"trace_id", "op_name", "started_at"})


class Weave:
    name = "weave"
    title = "W&B Weave's calls (JSON lines, CSV)"
    brings = ("traces with their steps, models, tokens, cost, exceptions", "evaluations as runs with their cases")
    lacks = ("which step is a tool or a search, unless its op says so (kind)", "feedback that was not exported along")

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        keys = look.keys
        if not (keys >= CALL and any(key.split(".")[0] in ("inputs", "summary", "exception") for key in keys)):
            return None
        return Recognised(self.name, f"calls with op_name, trace_id, started_at ({look.kind})", 100)

    def assemble(self, trace_id: str, raws: Sequence[str]) -> TraceRecord | None:
        return ROWS.assemble(trace_id, raws)

    def read(self, path: Path) -> Iterator[Record]:
        notes = fields.Notes()
        for found in ROWS.groups((path,), notes):
            if not isinstance(found, SpanGroup):
                yield found
            elif any(is_evaluation(row) for row in found.rows):
                yield from evaluation(found, path, notes)
            else:
                yield ROWS.record(found, notes)
        yield from notes.warnings(path.name)


SOURCE = Weave()
