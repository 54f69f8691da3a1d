"""What moved between the requests before a time and those after it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.incidents.model import Incident, Sev
from readiness_tui.domain.incidents.what_changed import (
    ChangedPart,
    RequestPart,
    TimeWindow,
    WindowTally,
    changes,
    cliffs_delta,
    default_time,
    note_line,
    windows,
)

AT = datetime(2026, 11, 21, 8, 40, tzinfo=UTC)
DAY = windows(AT)


def tally(
    requests: int, counts: dict[RequestPart, dict[str, int]], latency: list[float] | None = None, example: str = "t"
) -> WindowTally:
    examples = {(kind, value): f"{example}-{value}" for kind, values in counts.items() for value in values}
    return WindowTally(
        requests, {kind: Counter(values) for kind, values in counts.items()}, latency or [], [], examples
    )


def by_what(found: list[ChangedPart]) -> dict[str, ChangedPart]:
    return {change.what: change for change in found}


def test_the_index_of_the_sample_moves_most() -> None:
    before = tally(
        200,
        {
            RequestPart.INDEX: {"kb-02": 200},
            RequestPart.PROMPT: {"v2": 90, "v3": 110},
            RequestPart.TOOL: {"refund": 30},
        },
    )
    after = tally(
        55, {RequestPart.INDEX: {"kb-20": 55}, RequestPart.PROMPT: {"v3": 55}, RequestPart.TOOL: {"refund": 9}}
    )
    found = changes(before, after, DAY)
    assert [change.what for change in found if change.sure] == ["index", "traffic", "prompt"]
    index, prompt, tool = (by_what(found)[what] for what in ("index", "prompt", "tool refund"))
    assert (index.before, index.after, index.moved) == ("kb-02 200 of 200 (100%)", "kb-20 55 of 55 (100%)", 1.0)
    assert index.trace == "t-kb-20"
    assert (prompt.before, prompt.after) == ("v2 90 of 200 (45%)", "v3 55 of 55 (100%)")
    assert prompt.moved == pytest.approx(0.45)
    # 30 of 200 and 9 of 55 are the same share for all that anybody can tell.
    assert not tool.sure
    assert (tool.before, tool.after) == ("in 30 of 200 (15%)", "in 9 of 55 (16%)")


def test_latency_counts_pairs_and_says_its_median_and_tail() -> None:
    before = tally(40, {}, [float(value) for value in range(1000, 1040)])
    after = tally(20, {}, [float(value) for value in range(3000, 3020)])
    latency = by_what(changes(before, after, DAY))["latency"]
    assert (latency.moved, latency.sure) == (1.0, True)
    assert latency.before == "median 1,019, p95 1,037 ms, n 40"
    assert latency.after == "median 3,009, p95 3,018 ms, n 20"


def test_a_few_values_are_never_sure() -> None:
    found = changes(tally(3, {}, [1.0, 2.0, 3.0]), tally(3, {}, [9.0, 9.0, 9.0]), DAY)
    assert not by_what(found)["latency"].sure


def test_a_field_that_the_log_leaves_out_is_called_so() -> None:
    found = changes(tally(50, {RequestPart.MODEL: {"birch": 50}}), tally(50, {RequestPart.MODEL: {"": 50}}), DAY)
    assert by_what(found)["model"].after == "not recorded 50 of 50 (100%)"


def test_without_requests_on_a_side_nothing_is_said() -> None:
    assert changes(WindowTally(), tally(5, {RequestPart.MODEL: {"a": 5}}), DAY) == []
    assert changes(tally(5, {RequestPart.MODEL: {"a": 5}}), WindowTally(), DAY) == []


def test_nothing_different_gives_no_row() -> None:
    same = {RequestPart.MODEL: {"a": 5}, RequestPart.TOOL: {"x": 2}}
    assert changes(tally(5, same, [1.0]), tally(5, same, [1.0]), DAY) == []


def test_traffic_is_held_against_the_length_of_the_windows() -> None:
    spans = (TimeWindow(AT - timedelta(hours=24), AT), TimeWindow(AT, AT + timedelta(hours=2)))
    assert "traffic" not in by_what(changes(tally(240, {}), tally(20, {}), spans))
    tripled = by_what(changes(tally(240, {}), tally(60, {}), spans))["traffic"]
    assert tripled.sure
    assert (tripled.before, tripled.after) == ("10.0 an hour (240 requests)", "30.0 an hour (60 requests)")


def test_causes_go_to_what_changed_and_symptoms_to_the_impact() -> None:
    cause = ChangedPart(RequestPart.TOOL, "a|b", "in 1 of 2 (50%)", "in 2 of 2 (100%)", 0.5, True, "trace-1")
    assert note_line(cause) == ("what_changed", "tool a\\|b | in 1 of 2 (50%) | in 2 of 2 (100%) | trace-1")
    symptom = ChangedPart(RequestPart.ERROR, "timeout", "in 0 of 9 (0%)", "in 3 of 9 (33%)", 0.3, True, "trace-1")
    assert note_line(symptom) == ("impact", "error timeout | in 3 of 9 (33%), before in 0 of 9 (0%) | traces")


def test_the_windows_end_where_the_remedy_begins() -> None:
    before, after = windows(AT, 24, until=AT + timedelta(hours=2))
    assert (before.hours, after.hours) == (24, 2)
    assert windows(AT, 24, until=AT - timedelta(hours=2))[1].hours == 24  # times out of order do not turn it round
    assert windows(AT, 24, until=AT + timedelta(days=9))[1].hours == 24


def test_the_time_is_the_start_else_the_first_linked_request() -> None:
    incident = Incident(1, "bot", "x", Sev.SEV2)
    assert default_time(incident, []) is None
    assert default_time(incident, [AT + timedelta(1), AT]) == AT
    assert default_time(Incident(1, "bot", "x", Sev.SEV2, started=AT), [AT - timedelta(1)]) == AT


figures = st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0]), min_size=1, max_size=8)


@given(figures, figures)
def test_cliffs_delta_is_the_count_over_all_pairs(old: list[float], new: list[float]) -> None:
    pairs = [(a, b) for a in old for b in new]
    expected = sum((b > a) - (b < a) for a, b in pairs) / len(pairs)
    assert cliffs_delta(sorted(old), new) == pytest.approx(expected)


counts = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 40), max_size=4)


@given(counts, counts)
def test_what_moved_is_a_share_and_the_same_both_ways(old: dict[str, int], new: dict[str, int]) -> None:
    before, after = (tally(sum(side.values()), {RequestPart.MODEL: side}) for side in (old, new))
    there = {change.what: change for change in changes(before, after, DAY)}
    back = {change.what: change for change in changes(after, before, DAY)}
    assert there.keys() == back.keys()
    for what, change in there.items():
        assert 0 < change.moved <= 1
        assert change.moved == pytest.approx(back[what].moved)
        assert change.sure == back[what].sure
