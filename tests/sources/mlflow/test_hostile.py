"""What holds of MLflow's files beyond `sources/hostile`: a cut one brings nothing that the whole one does not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from readiness_tui.sources.kit.base import CaseRecord, Reject
from tests.sources.hostile.reading import kept, read_all

DATA = Path(__file__).parents[2] / "data" / "mlflow"


def _traces() -> bytes:
    return b"".join(gzip.decompress((DATA / "traces.jsonl.gz").read_bytes()).splitlines(keepends=True)[:3])


@pytest.mark.slow
def test_every_trace_and_case_of_a_cut_file_is_one_of_the_whole(tmp_path):
    content = _traces()
    path = tmp_path / "traces.jsonl"
    path.write_bytes(content)
    whole = kept(read_all(path, "mlflow"))
    assert whole
    for part in range(64):
        path.write_bytes(content[: len(content) * part // 64])
        for value in kept(read_all(path, "mlflow")):
            assert value in whole


def test_escape_sequences_stay_raw_in_records_and_visible_in_messages(tmp_path):
    hostile = "\x1b]52;c;aGk=\x07\x9b2J\u202e[@click=app.quit]x[/]"
    lines = [json.loads(line) for line in _traces().splitlines()]
    lines[0]["info"]["tags"]["case_id"] = hostile
    lines[1]["info"]["execution_duration_ms"] = hostile
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    records = read_all(path, "mlflow") or []
    assert any(record.case.id == hostile for record in records if isinstance(record, CaseRecord))
    (reject,) = (record for record in records if isinstance(record, Reject))
    assert "\x1b" not in reject.reason
