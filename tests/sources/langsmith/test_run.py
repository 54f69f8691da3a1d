"""One LangSmith run as a step: how it ended, and what was said of it."""

from __future__ import annotations

from typing import Any

import pytest

from readiness_tui.sources.kit.fields import Notes
from readiness_tui.sources.langsmith.run import judgements, span

STARTED, ENDED = {"start_time": "2026-11-20T09:00:00Z"}, {"end_time": "2026-11-20T09:00:01Z"}


@pytest.mark.parametrize(
    ("run", "ok"),
    [
        (STARTED | ENDED, True),
        (STARTED, None),  # still going on, or its end was lost
        (STARTED | {"status": "pending"}, None),
        (STARTED | ENDED | {"status": "pending"}, None),
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
    found = {one.name: (one.value, one.label, one.human) for one in judgements({"id": "r", "feedback_stats": stats})}
    assert found == {"faithfulness": (0.75, None, True), "tone": (None, "kind", True)}
    of_an_experiment = judgements({"id": "r", "feedback_stats": stats, "reference_example_id": "e"})
    assert not any(one.human for one in of_an_experiment)
