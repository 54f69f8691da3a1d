"""Phoenix's client output: spans with their annotations beside them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Outcome, SpanKind
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import ReadAlongError, TraceRecord
from readiness_tui.sources.otel import phoenix

DATA = Path(__file__).parents[2] / "data" / "phoenix"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    for file in DATA.glob("*.gz"):
        (tmp_path / file.stem).write_bytes(gzip.decompress(file.read_bytes()))
    return tmp_path


def test_the_sample(sample, read):
    found = read(sample / "spans.jsonl")
    assert (found.format, len(found.traces), found.rejects) == ("phoenix", 8, [])
    assert sum(len(trace.spans) for trace in found.traces) == 32
    assert [trace.scores for trace in found.traces] == [{"faithfulness": 0.92}] * 8
    assert [trace.extra["case_id"] for trace in found.traces] == [f"SB-00{n}" for n in range(1, 9)]
    assert [trace.error for trace in found.traces if trace.outcome is Outcome.ERROR] == ["503: upstream 503"]
    assert sum(trace.cost for trace in found.traces) == pytest.approx(sum(0.0009 + n * 1e-6 for n in range(1, 9)))
    assert sum(trace.tokens_in for trace in found.traces) == sum(900 + n for n in range(1, 9))
    first = found.traces[0]
    assert (first.question, first.answer) == ("How do I handle cancel order? (1)", "Answer about cancel order [kb-1]")
    assert (first.model, first.prompt_version, first.user, first.session) == ("gpt-x-mini", "v12", "u1", "s0")
    assert (first.latency_ms, first.tokens_out) == (437, 81)
    assert [(chunk.id, chunk.rank, chunk.score, chunk.text) for chunk in first.chunks] == [
        ("kb-1", 1, 0.91, "Policy text"),
        ("kb-2", 2, 0.7, "Policy text"),
    ]
    assert [step.kind for step in first.spans] == [SpanKind.AGENT, SpanKind.RETRIEVAL, SpanKind.TOOL, SpanKind.MODEL]
    assert [trace.extra.get("tags") for trace in found.traces] == [None] * 5 + [["high_risk"]] + [None] * 2


def test_annotations_belong_to_the_spans_beside_them(sample, read):
    notes = sample / "annotations.jsonl"
    with pytest.raises(ReadAlongError, match=r"spans\.jsonl"):
        read(notes)
    before = registry.digest_of(phoenix.SOURCE, sample / "spans.jsonl")
    rows = [json.loads(line) for line in notes.read_text().splitlines()]
    person = {**rows[0], "id": "A99", "name": "thumbs", "annotator_kind": "HUMAN", "result": {"label": "down", "score": 0, "explanation": "late"}}  # fmt: skip
    notes.write_text("".join(json.dumps(row) + "\n" for row in [*rows, rows[0], person]))
    assert registry.digest_of(phoenix.SOURCE, sample / "spans.jsonl") != before
    first = read(sample / "spans.jsonl").traces[0]
    assert first.scores == {"faithfulness": 0.92, "thumbs": 0.0}
    assert first.feedback == "thumbs: down: late"
    (sample / "spans.jsonl").unlink()
    with pytest.raises(ReadinessError, match="Export the spans into the same folder"):
        read(notes)


def test_an_export_in_parts_is_put_together(sample):
    source = phoenix.SOURCE
    lines = (sample / "spans.jsonl").read_text().splitlines(keepends=True)
    whole = [r for r in source.read(sample / "spans.jsonl") if isinstance(r, TraceRecord)]
    (sample / "annotations.jsonl").unlink()
    parts = []
    for name, half in (("one.jsonl", lines[:2]), ("two.jsonl", lines[2:4])):
        (sample / name).write_text("".join(half))
        parts += [r for r in source.read(sample / name) if isinstance(r, TraceRecord)]
    joined = source.assemble(parts[0].trace.id, [parts[0].raw, parts[1].raw])
    assert joined is not None
    assert joined.trace.spans == whole[0].trace.spans
    assert joined.trace.latency_ms == 437
    assert source.assemble("x", ["[]"]) is None


def test_a_span_that_is_none_is_rejected_with_its_line(sample, read):
    path = sample / "spans.jsonl"
    lines = path.read_text().splitlines()
    broken = json.loads(lines[1])
    broken["context"] = {}
    late = json.loads(lines[2]) | {"start_time": "yesterday"}
    path.write_text("\n".join([lines[0], json.dumps(broken), *lines[3:], json.dumps(late)]))
    found = read(path)
    assert [reject.line for reject in found.rejects] == [2, 32]
    assert "context" in found.rejects[0].reason
    assert "start_time" in found.rejects[1].reason
