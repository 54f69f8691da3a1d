"""The zone that a document states once, beside its times or in a column."""

from __future__ import annotations

import pytest

from readiness_tui.sources.incidents.postmortem import read_postmortem
from readiness_tui.sources.incidents.timeline_csv import read_timeline

LINES = "\n## Timeline\n- 2026-07-03 14:00 belt stops\n"


@pytest.mark.parametrize(
    ("head", "at", "said"),
    [
        ("**Time zone:** Europe/Berlin", "12:00", ""),
        ("**Timezone:** PST", "22:00", ""),
        ("All times in PST8PDT.", "21:00", ""),
        ("**Start:** 2026-07-03T14:00:00+02:00", "12:00", "labelled times, +02:00"),
        ("**Start:** 2026-07-03T14:00:00Z", "14:00", ""),
        ("**Start:** 2026-07-03T14:00:00Z\n**End:** 2026-07-03T15:00:00+02:00", "14:00", "taken as UTC."),
        ("**Time zone:** Mars/Olympus", "14:00", "“Mars/Olympus” is no time zone that is known here"),
        ("All times are in QQT.", "14:00", "“QQT” is no time zone that is known here"),
        ("", "14:00", "Times without a zone are taken as UTC."),
    ],
)
def test_the_zone_of_a_document(head: str, at: str, said: str) -> None:
    draft = read_postmortem(f"# Belt stopped\n\n{head}\n{LINES}", "review.md")
    assert f"{draft.timeline[0].at:%H:%M}" == at
    doubts = " ".join(doubt.text for doubt in draft.doubts)
    assert said in doubts
    assert said or "zone" not in doubts


def test_a_heading_names_a_zone_in_german() -> None:
    draft = read_postmortem("# Band steht\n\n## Zeitverlauf (MESZ)\n- 2026-07-03 14:00 Band steht\n", "review.md")
    assert f"{draft.timeline[0].at:%H:%M}" == "12:00"


def test_a_column_of_zones() -> None:
    rows = "2026-07-03 14:00,America/New_York,stops\n2026-07-03 14:10,PST,goes\n2026-07-03 14:20,QQT,stops again\n"
    for name in ("TZ", "Timezone", "Time zone"):
        draft = read_timeline(f"Time,{name},Event\n{rows}", "belt.csv")
        assert [f"{entry.at:%H:%M}" for entry in draft.timeline] == ["18:00", "22:10", "14:20"]
        assert "“QQT” is no time zone" in " ".join(doubt.text for doubt in draft.doubts)
    table = "# Belt\n\n## Timeline\n| Time | TZ | Event |\n|---|---|---|\n| 2026-07-03 14:00 | EST | stops |\n"
    assert f"{read_postmortem(table, 'belt.md').timeline[0].at:%H:%M}" == "19:00"
