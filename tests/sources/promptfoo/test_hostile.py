"""Hostile texts in promptfoo's results: raw in the records, visible in what is said. The rest: `sources/hostile`."""

from __future__ import annotations

import json

from readiness_tui.sources.kit.base import CaseRecord, Reject
from tests.sources.hostile.reading import read_all


def test_escape_sequences_stay_raw_in_records_and_visible_in_messages(promptfoo_dir, tmp_path):
    hostile = "\x1b]52;c;aGk=\x07\x9b2J\u202e[@click=app.quit]x[/]"
    whole = json.loads((promptfoo_dir / "baseline.json").read_bytes())
    row = whole["results"]["results"][0]
    row["response"]["output"] = row["prompt"]["label"] = row["provider"]["id"] = hostile
    row["testCase"]["metadata"]["case_id"] = hostile
    whole["results"]["results"][1]["latencyMs"] = hostile
    path = tmp_path / "x.json"
    path.write_text(json.dumps(whole))
    records = read_all(path, "promptfoo") or []
    first = next(record for record in records if isinstance(record, CaseRecord))
    assert (first.case.id, first.case.output) == (hostile, hostile)
    (reject,) = (record for record in records if isinstance(record, Reject))
    assert "\x1b" not in reject.reason


def test_a_damaged_name_of_a_column_leaves_the_rows_readable(promptfoo_dir, tmp_path):
    content = (promptfoo_dir / "baseline.csv").read_bytes()
    head, rows = content.split(b"\n", 1)
    path = tmp_path / "x.csv"
    path.write_bytes(head.replace(b"pii_leak", b"pii\x9fleak") + b"\n" + rows)
    records = read_all(path, "promptfoo") or []
    assert sum(isinstance(record, CaseRecord) for record in records) == 17
    assert all("\udc9f" not in record.raw for record in records if isinstance(record, CaseRecord))
