"""What incident tools export, where it is short, odd or hostile; the shapes themselves are in tests/shapes."""

from __future__ import annotations

import json
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.exports.json_parts import at
from readiness_tui.sources.incidents.exports.slack import unmarked
from readiness_tui.sources.incidents.source import read_incident
from tests.hostile import MARKUP, POISON
from tests.shapes.shape import FILES

JSON = sorted((FILES / "incidents").rglob("*.json"))
ODD: list[Any] = [None, 0, -1, 1.5e308, 10**30, True, "", "x" * 3000, POISON, MARKUP, [], {}, [[]], [None], {"a": None}, "0000-00-00", "9999-12-31T23:59:59-14:00"]  # fmt: skip


def read(tmp_path: Path, value: Any, name: str = "export.json") -> IncidentDraft:
    file = tmp_path / name
    file.write_text(json.dumps(value), encoding="utf-8")
    found = read_incident(file)
    assert isinstance(found, IncidentDraft)
    return found


def changed(value: Any, random: Random) -> Any:
    """The value with one place of it put out of order: another kind, left out, or doubled."""
    if isinstance(value, dict) and value and random.random() < 0.9:
        key = random.choice(list(value))
        if random.random() < 0.1:
            return {name: one for name, one in value.items() if name != key}
        return value | {key: changed(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.9:
        place = random.randrange(len(value))
        return [*value[:place], changed(value[place], random), *value[place:]]
    return random.choice(ODD)


@pytest.mark.parametrize("path", JSON, ids=lambda path: path.stem)
def test_a_broken_export_is_read_in_part_or_refused_with_a_sentence(path: Path, tmp_path: Path) -> None:
    random = Random(path.stem)
    value = json.loads(path.read_text(encoding="utf-8"))
    refused: list[str] = []
    for turn in range(120):
        broken = changed(value, random)
        file = tmp_path / f"{turn}.json"
        file.write_text(json.dumps(broken), encoding="utf-8")
        try:
            read_incident(file)
        except ReadinessError as error:
            refused.append(str(error))
    assert len(refused) < 120
    assert [said for said in refused if not said.endswith(".")] == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"a": 1}, "JSON of no incident that is known here"),
        ([1, 2], "JSON of no incident that is known here"),
        ("text", "no incident|kind"),
        ([], "JSON of no incident that is known here"),
        ({"incidents": [{"name": "a", "status": "x", "incident_updates": []}] * 2}, "holds 2 incidents of Statuspage"),
        ({"name": "package", "version": "1.0.0", "scripts": {}}, "JSON of no incident that is known here"),
    ],
)
def test_what_is_no_incident_is_refused_with_what_would_be(tmp_path: Path, value: Any, words: str) -> None:
    with pytest.raises(ReadinessError, match=words):
        read(tmp_path, [value] if isinstance(value, str) else value)


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        [
            {
                "type": "message",
                "ts": "1791010860.1",
                "user": "U1",
                "text": POISON,
                "user_profile": {"real_name": POISON},
            }
        ],
    )
    assert "SPOOFED" in draft.timeline[0].text
    assert "SPOOFED" in draft.timeline[0].by


@pytest.mark.parametrize(
    ("value", "when"),
    [
        ("2026-10-03T14:31:00Z", "2026-10-03 14:31"), ("2026-10-03T07:31:00.123-07:00", "2026-10-03 14:31"), ("2026-10-03T14:31:00.000+0000", "2026-10-03 14:31"),
        (1791037860, "2026-10-03 14:31"), (1791037860000, "2026-10-03 14:31"), ("1791037860.000100", "2026-10-03 14:31"), ("October 3, 2026 14:31 UTC", "2026-10-03 14:31"),
    ],
)  # fmt: skip
def test_moments_as_tools_write_them(value: Any, when: str) -> None:
    found = at(value)
    assert found is not None
    assert f"{found:%Y-%m-%d %H:%M}" == when


@pytest.mark.parametrize(
    "value",
    [None, True, "", "soon", "14:31", 0, 12, -5, float("inf"), float("nan"), 1e40, [], {}, "0001-01-01T00:00:00+14:00"],
)
def test_no_moment(value: Any) -> None:
    assert at(value) is None


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("<@U1> &amp; <@U2|ben>", "@Ana & @ben"), ("<@U9>", "@U9"), ("<!here> <!channel>", "@here @channel"), ("<!subteam^S1|@sre>", "@sre"),
        ("<!subteam^S1>", "@subteam"), ("<#C1|inc-1> <#C2>", "#inc-1 #C2"), ("<https://e.org|here> <https://e.org>", "here (https://e.org) https://e.org"),
        ("<mailto:a@e.org|a@e.org>", "a@e.org (mailto:a@e.org)"), ("<!date^1791037860^{date}|3 October>", "3 October"), ("1 &lt; 2 &gt; 0", "1 < 2 > 0"),
    ],
)  # fmt: skip
def test_slack_marks(text: str, seen: str) -> None:
    assert unmarked(text, {"U1": "Ana"}, set()) == seen


def test_a_message_without_time_or_words_is_kept_and_said(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        [
            {"type": "message", "ts": "1791010860.1", "user": "U1", "text": "a"},
            {"type": "message", "text": "b"},
            {"type": "message", "ts": "1791010870.1", "text": ""},
        ],
    )
    assert len(draft.timeline) == 1
    assert len(draft.kept) == 2
    said = [doubt.text for doubt in draft.doubts]
    assert any("no time" in text for text in said)
    assert any("no words" in text for text in said)


def test_a_reopened_incident_is_not_resolved_and_one_closed_twice_ends_with_the_last(tmp_path: Path) -> None:
    def entry(kind: str, minute: int) -> dict[str, Any]:
        return {
            "type": f"{kind}_log_entry",
            "summary": kind,
            "created_at": f"2026-10-03T14:{minute:02}:00Z",
            "agent": {"type": "user_reference", "summary": "Ana"},
        }

    again = {"log_entries": [entry("trigger", 1), entry("resolve", 5), entry("trigger", 9), entry("resolve", 30)]}
    draft = read(tmp_path, again)
    assert f"{draft.times['resolved']:%H:%M}" == "14:30"
    del again["log_entries"][-1]
    assert "resolved" not in read(tmp_path, again).times


def test_times_of_an_export_are_held_against_each_other(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        {
            "name": "Down",
            "severity": "SEV1",
            "started_at": "2026-10-03T15:00:00Z",
            "resolved_at": "2026-10-03T14:00:00Z",
        },
    )
    assert any("is before started" in doubt.text for doubt in draft.doubts)


def test_the_text_of_an_issue_is_a_document(tmp_path: Path) -> None:
    issue = {
        "key": "OPS-1",
        "fields": {
            "summary": "Down",
            "description": "h2. Timeline\n\n||Time||Event||\n|2026-10-03 14:02|{{x}} failed|\n\nh2. Action items\n\n# Fix [~ana]\n",
        },
    }
    draft = read(tmp_path, issue)
    assert [(entry.text, f"{entry.at:%H:%M}") for entry in draft.timeline] == [("x failed", "14:02")]
    assert [(action.text, action.owner) for action in draft.actions] == [("Fix", "ana")]


@pytest.mark.slow
def test_a_large_export_takes_its_length(tmp_path: Path) -> None:
    rows = [
        {"type": "message", "ts": f"{1791010860 + n}.1", "user": f"U{n}", "text": "<@U1> <a" * 20}
        for n in range(20_000)
    ]
    start = time.process_time()
    draft = read(tmp_path, rows)
    assert len(draft.timeline) == 20_000
    assert time.process_time() - start < 20
