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
