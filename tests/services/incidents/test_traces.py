"""What recorded requests say of an incident of the sample, and what of it goes into the note."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Sev
from readiness_tui.domain.incidents.trace_series import figures
from readiness_tui.domain.incidents.what_changed import RequestPart
from readiness_tui.domain.metrics import observe_traces
from readiness_tui.domain.traces.listed import RecordedList
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.incidents import edit
from readiness_tui.services.incidents import traces as incident_traces
from readiness_tui.store import trace_windows, traces

AT = datetime(2026, 11, 21, 8, 40, tzinfo=UTC)


def test_the_sample_s_new_index_comes_first_and_chance_last(sample_desk: Desk) -> None:
    found = incident_traces.around(sample_desk, 1)
    assert found.at == AT
    assert found.requests == (196, 55)
    first = found.changes[0]
    assert (first.what, first.sure) == ("index", True)
    assert (first.before, first.after) == ("kb-2026-11-02 196 of 196 (100%)", "kb-2026-11-20 55 of 55 (100%)")
    sure = {change.what for change in found.changes if change.sure}
    assert {"source refund-policy-2024", "latency", "error timeout"} <= sure
    assert "source reader-manual" not in sure
    assert [line.text.split(":")[0] for line in found.lines] == [
        "First linked failure", "Fails too", "Fails too", "Recovery",
    ]  # fmt: skip
    before, during, after = found.phases
    assert after is not None
    assert during.failing / during.requests > 0.4 > 0.2 >= before.failing / before.requests


SYSTEM = "Support bot"


def test_what_is_counted_by_columns_is_what_the_whole_records_say(sample_desk: Desk) -> None:
    span = incident_traces.around(sample_desk, 1).spans[1]
    with sample_desk.store.read() as conn:
        whole = list(traces.iter_between(conn, SYSTEM, span.start, span.end))
        counted = trace_windows.tally(conn, SYSTEM, span)
        series = trace_windows.series(conn, SYSTEM, span, 7)
    assert counted.requests == len(whole)
    sources = dict.fromkeys(counted.counts[RequestPart.SOURCE], 0)
    for trace in whole:
        for source in {chunk.source or chunk.id for chunk in trace.chunks or ()}:
            sources[source] += 1
    assert counted.counts[RequestPart.SOURCE] == sources
    total = figures(series.buckets)
    assert (total.requests, total.failing) == (len(whole), sum(t.outcome in ("fail", "error") for t in whole))
    errors = observe_traces("error_rate", RecordedList.of(whole))
    assert sum(counted.counts[RequestPart.ERROR].values()) == errors.estimate.k  # type: ignore[union-attr]


def test_another_time_and_fewer_hours(sample_desk: Desk) -> None:
    found = incident_traces.around(sample_desk, 1, at=datetime(2026, 11, 20, 14, 30, tzinfo=UTC), hours=6)
    assert found.changes[0].what == "prompt"
    assert [span.hours for span in found.spans] == [6, 6]
    with pytest.raises(ReadinessError, match="How many hours"):
        incident_traces.around(sample_desk, 1, hours=0)


def test_lines_are_taken_once_each_where_they_belong(sample_desk: Desk) -> None:
    made = edit.create(sample_desk, "Slow", Sev.SEV3, started=AT, traces=["trace-1061", "trace-1065", "gone"])
    found = incident_traces.around(sample_desk, made.number)
    assert found.unknown == ("gone",)
    index = found.changes[0]
    latency = next(change for change in found.changes if change.kind is RequestPart.LATENCY)
    for _ in range(2):
        incident_traces.accept_change(sample_desk, made.number, index)
        incident_traces.accept_change(sample_desk, made.number, latency)
        incident_traces.accept_line(sample_desk, made.number, found.lines[0])
    incident = edit.get(sample_desk, made.number)
    assert incident.fields["what_changed"] == f"index | {index.before} | {index.after} | trace-1059"
    assert incident.fields["impact"].startswith("latency | median ")
    assert [(entry.text[:20], entry.source, entry.by) for entry in incident.timeline] == [
        ("First linked failure", "trace", "ana")
    ]
    assert incident_traces.in_note(incident, index)
    assert incident_traces.in_timeline(incident, found.lines[0])
    assert not incident_traces.in_timeline(incident, found.lines[1])


def test_without_a_time_or_a_request_it_says_so(sample_desk: Desk) -> None:
    made = edit.create(sample_desk, "Slow", Sev.SEV3)
    edit.set_time(sample_desk, made.number, "started", None)
    with pytest.raises(ReadinessError, match="no start and no linked trace"):
        incident_traces.around(sample_desk, made.number)
