"""One LangSmith run as a step: how it ended, and what was said of it."""

from __future__ import annotations

from typing import Any

import pytest

from readiness_tui.sources.kit.fields import Notes
from readiness_tui.sources.langsmith.feedback import in_statistics
from readiness_tui.sources.langsmith.run import span

STARTED, ENDED = {"start_time": "2026-11-20T09:00:00Z"}, {"end_time": "2026-11-20T09:00:01Z"}


@pytest.mark.parametrize(
    ("run", "ok"),
    [
        (STARTED | ENDED, True),
        (STARTED, None),  # still going on, or its end was lost
        (STARTED | {"status": "pending"}, None),
        (STARTED | ENDED | {"status": "pending"}, None),
        (STARTED | ENDED | {"status": "interrupted"}, None),
        (STARTED | {"status": "success"}, True),
        (STARTED | ENDED | {"status": "error"}, False),
        (STARTED | ENDED | {"error": "boom"}, False),
        (STARTED | ENDED | {"status": "success", "error": "boom"}, False),
    ],
)
def test_a_run_succeeded_where_it_says_so_or_ended_without_an_error(run: dict[str, Any], ok: bool | None) -> None:
    assert span({"id": "r", "name": "chain", **run}, Notes()).ok is ok


def test_feedback_is_its_mean_or_its_most_frequent_word() -> None:
    stats = {
        "faithfulness": {"avg": 0.75, "n": 4},
        "tone": {"n": 4, "values": {"rude": 1, "kind": 3}},
        "empty": {"n": 0, "avg": None, "values": {}},
    }
    notes = Notes()
    run = {"id": "r", "feedback_stats": stats}
    found = {one.name: (one.value, one.label, one.human) for one in in_statistics(run, notes)}
    assert found == {"faithfulness": (0.75, None, True), "tone": (None, "kind", True)}
    of_an_experiment = in_statistics(run | {"reference_example_id": "e"}, notes)
    assert not any(one.human for one in of_an_experiment)
    assert not list(notes.warnings(""))


def test_categories_given_equally_often_are_none_and_said() -> None:
    notes = Notes()
    tie = {"tone": {"n": 2, "values": {"rude": 1, "kind": 1}}}
    assert not in_statistics({"id": "r", "feedback_stats": tie}, notes)
    assert "equally often" in next(iter(notes.warnings("f"))).text
