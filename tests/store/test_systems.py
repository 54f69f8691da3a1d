"""Two systems in one file: neither sees the other's rows, whatever ids they share, and indexes serve each alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from readiness_tui.domain.filters.model import Filter, TimeRange
from readiness_tui.domain.incidents.model import Incident, Sev, TimelineEntry
from readiness_tui.domain.runs.model import Case, EvalSet, GoldenCase, HumanLabel, HumanVerdict, Run, Trace
from readiness_tui.store import Store, audit, evalsets, gates, imports, incidents, runs, traces
from readiness_tui.store.listing import trace_pages, trace_survey
from readiness_tui.store.sqlite import Connection
from tests.store.workers import NOW, SYSTEM

OTHER = "Search"


def bring(store: Store, system: str, said: str, digest: str = "d", count: int = 3) -> int:
    """A file of a run, a golden set and traces; the ids are the same whatever it says."""
    number = imports.begin(store, system, f"{said}.jsonl", "test", digest, "ana", NOW)
    imports.add_run(store, number, Run("run-1", said, "test"))
    imports.add_cases(store, number, "run-1", [(Case("c", output=said), f"raw {said}")])
    imports.add_eval_set(store, number, EvalSet(said, "same", (GoldenCase("c", said),)))
    each = (Trace(f"t{i}", NOW + timedelta(seconds=i), question=said, model=said) for i in range(count))
    imports.add_traces(store, number, ((trace, f"raw {said}") for trace in each))
    imports.publish(store, number, "ana", NOW)
    return number


def seen(store: Store, system: str) -> list[object]:
    with store.read() as conn:
        return [
            [(info.run.name, info.current, [case.output for case in runs.cases(conn, info.key)])
             for info in runs.all(conn, system, versions=True)],
            [(info.path, info.traces) for info in imports.all(conn, system)],
            [found.name for found in evalsets.all(conn, system)],
            [(trace.id, trace.question) for trace in traces.iter_between(conn, system)],
            [row.trace.question for row in trace_pages.page(conn, system, traces.NONE)],
            traces.count(conn, system), traces.values(conn, system, "model"), traces.ids(conn, system, "t", limit=9),
            traces.raw(conn, system, "t1"), traces.latest(conn, system), trace_survey.survey(conn, system, traces.NONE, {}, lambda: False),
            [(incident.name, len(incident.timeline)) for incident in incidents.all(conn, system)],
            runs.labels(conn, system, "run-1"),
        ]  # fmt: skip


def test_what_one_system_imports_changes_nothing_that_the_other_sees(store: Store) -> None:
    bring(store, SYSTEM, "mine")
    with store.write("ana", "x", now=NOW) as tx:
        incidents.put_event(tx, incidents.put(tx, Incident(0, SYSTEM, "x", Sev.SEV2)), TimelineEntry(0, NOW, "began"))
        runs.put_label(tx, SYSTEM, "run-1", "c", "", HumanLabel(HumanVerdict.PASS, "ben", NOW))
    before = seen(store, SYSTEM)
    bring(store, OTHER, "theirs", count=5)  # the same bytes, the same ids
    with store.write("ana", "x", now=NOW) as tx:
        runs.put_label(tx, OTHER, "run-1", "c", "", HumanLabel(HumanVerdict.FAIL, "ben", NOW))
        incidents.put_event(tx, incidents.put(tx, Incident(0, OTHER, "y", Sev.SEV1)), TimelineEntry(0, NOW, "other"))
    assert seen(store, SYSTEM) == before
    theirs = seen(store, OTHER)
    assert theirs[0] == [("theirs", True, ["theirs"])]
    assert theirs[5:8] == [5, ["theirs"], [f"t{i}" for i in range(5)]]
    assert theirs[11] == [("INC-2", 1)]  # numbers count through the file


def test_the_same_bytes_are_found_in_the_system_that_has_them(store: Store) -> None:
    number = bring(store, SYSTEM, "mine")
    with store.read() as conn:
        assert imports.find(conn, OTHER, "d") is None
        found = imports.find(conn, SYSTEM, "d")
        assert found is not None
        assert found.id == number


def test_traces_replace_those_of_their_own_system_alone(store: Store) -> None:
    bring(store, SYSTEM, "mine")
    bring(store, OTHER, "theirs")
    bring(store, OTHER, "again", digest="d2")
    with store.read() as conn:
        assert {trace.question for trace in traces.iter_between(conn, SYSTEM)} == {"mine"}
        assert {trace.question for trace in traces.iter_between(conn, OTHER)} == {"again"}
        assert traces.count(conn, OTHER) == 3


def test_of_two_imports_at_once_each_stays_with_its_system(store: Store) -> None:
    """Staged side by side: what is published first is no earlier version of the other."""
    first = imports.begin(store, SYSTEM, "a", "test", "a", "ana", NOW)
    second = imports.begin(store, OTHER, "b", "test", "b", "ana", NOW)
    for number, said in ((first, "mine"), (second, "theirs")):
        imports.add_traces(store, number, [(Trace("t", NOW, question=said), "raw")])
    for number in (first, second):
        imports.publish(store, number, "ana", NOW)
    with store.read() as conn:
        assert [(trace := traces.get(conn, name, "t")) and trace.question for name in (SYSTEM, OTHER)] == [
            "mine",
            "theirs",
        ]


def test_an_import_is_in_its_systems_history(store: Store) -> None:
    bring(store, OTHER, "theirs")
    with store.read() as conn:
        assert "imported theirs.jsonl" in [change.what for change in audit.log(conn, system=OTHER)]
        assert "imported theirs.jsonl" not in [change.what for change in audit.log(conn, system=SYSTEM)]
        assert audit.last_saved(conn, OTHER) == audit.last_saved(conn, SYSTEM) == NOW


@contextmanager
def planned(conn: Connection) -> Iterator[list[str]]:
    """The plans of the queries in the block, a line a step."""
    asked: list[str] = []
    plans: list[str] = []
    conn.set_trace_callback(asked.append)
    yield plans
    conn.set_trace_callback(None)
    for sql in asked:
        if sql.startswith("SELECT"):
            plans += [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]


def test_indexes_serve_a_system(store: Store) -> None:
    for system in (SYSTEM, OTHER):
        bring(store, system, system)
    with store.read() as conn, planned(conn) as listing:
        at = trace_pages.page(conn, SYSTEM, traces.NONE, limit=1)[0].cursor
        trace_pages.page(conn, SYSTEM, traces.NONE, after=at)
        traces.latest(conn, SYSTEM)
        traces.count(conn, SYSTEM, Filter((TimeRange(NOW),)))
        list(traces.columns(conn, SYSTEM, ("latency_ms", "cost", "outcome", "cached", "cold"), NOW, NOW))
        traces.get(conn, SYSTEM, "t1")
    assert not any("TEMP B-TREE" in step for step in listing)
    with store.read() as conn, planned(conn) as plans:
        runs.all(conn, SYSTEM)
        runs.labels(conn, SYSTEM, "run-1")
        evalsets.all(conn, SYSTEM)
        imports.all(conn, SYSTEM)
        imports.find(conn, SYSTEM, "d")
        incidents.all(conn, SYSTEM)
        gates.all(conn, SYSTEM)
        gates.locks(conn, SYSTEM)
    plans += listing
    scans = {step for step in plans if step.startswith("SCAN")}
    assert all(step.startswith("SCAN trace_superseded") for step in scans)  # whether there is any: one row
    assert any("SEARCH trace USING COVERING INDEX trace_time (system_id=? AND started_at>?" in step for step in plans)
    assert any("SEARCH trace USING INDEX trace_time (system_id=?" in step for step in plans)
    assert any("import_digest (system_id=? AND digest=? AND published_order>?)" in step for step in plans)
    assert any("import_published (system_id=? AND published_order>?)" in step for step in plans)
