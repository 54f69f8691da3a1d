"""Staged imports: nothing of them is seen before publication, all of it afterwards; nothing is lost in silence."""

from __future__ import annotations

import os
from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.labels.queue import answer_digest
from readiness_tui.domain.runs.model import (
    Aggregate,
    Case,
    CaseStatus,
    Chunk,
    Completeness,
    DeclaredFact,
    DisputedFigure,
    EvalSet,
    Fact,
    GoldenCase,
    HumanLabel,
    HumanVerdict,
    Measure,
    Outcome,
    Provenance,
    Run,
    Score,
    ScoreState,
    Span,
    SpanKind,
    ToolCall,
    Trace,
)
from readiness_tui.store import Store, audit, evalsets, imports, runs, staging, traces
from readiness_tui.store.imports import ImportReject
from readiness_tui.store.kept import marks
from readiness_tui.store.listing import trace_pages
from tests.store.workers import NOW, SYSTEM

FULL_CASE = Case(
    "case-1",
    "variant",
    2,
    "metadata",
    "what?",
    "that",
    CaseStatus.FAIL,
    "boom",
    {"faithfulness": Score(0.5, ScoreState.OK, "label", 0.8, False), "judge": Score(None, ScoreState.JUDGE_ERROR)},
    Measure(12.5, Provenance.CACHED),
    Measure(0.01, Provenance.DERIVED),
    10,
    20,
    ("high_risk",),
    (Chunk("runbook-1", 1, 0.9, "text", "runbook"),),
    (ToolCall("refund", "{}", None, "timeout", 2),),
    HumanLabel(HumanVerdict.PASS, "ben", NOW, "fine", True, "digest"),
    {"more": [1, {"deep": None}]},
    (HumanLabel(HumanVerdict.PASS, "ben", NOW, "fine", True, "digest"),),
)
FULL_RUN = Run(
    "run-1",
    "nightly",
    "promptfoo",
    "0.123",
    "rag-v4",
    "p4",
    "model",
    "index",
    "judge",
    "jd",
    "golden",
    "gd",
    NOW,
    NOW + timedelta(minutes=3),
    Completeness.PARTIAL,
    {"faithfulness": Aggregate(0.9, None)},
    ("nightly",),
    ("a warning",),
    {"config": {"a": 1}},
    20,
    (DisputedFigure("faithfulness", 0.9, 0.8, "log.json"),),
    (DeclaredFact(Fact.JUDGE, "judge", "ana"),),
)
FULL_TRACE = Trace(
    "trace-1",
    NOW,
    "p4",
    "model",
    "index",
    "1.2",
    "ok",
    Outcome.SUCCESS,
    "boom: why",
    "what?",
    "that",
    (Chunk("a", 1, 0.5, "text", "source"), Chunk("b")),
    (ToolCall("refund", '{"a": 1}', "{}", None, 1), ToolCall("other")),
    True,
    "thumbs up",
    12.5,
    0.01,
    10,
    20,
    {"faithfulness": 0.5},
    True,
    True,
    {"more": [1, {"deep": None}]},
    (
        Span("s1", None, "agent", SpanKind.AGENT),
        Span("s2", "s1", "call", SpanKind.TOOL, NOW, 3.5, "boom", {"attempt": 2, "blocked": False}),
    ),
    "user-7",
    "session-3",
)


@pytest.mark.parametrize("full", [FULL_CASE, FULL_RUN, FULL_TRACE], ids=["case", "run", "trace"])
def test_the_full_examples_leave_no_field_at_its_default(full: Case | Run | Trace) -> None:
    """So that a field that is added to the domain and forgotten here fails the round trips below."""
    for field in fields(full):
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        assert getattr(full, field.name) != default, field.name


def bring(store: Store, *, digest: str = "d1", publish: bool = True, **what) -> int:
    """Import runs (with their cases), traces, eval sets and rejects."""
    number = imports.begin(store, SYSTEM, f"{digest}.jsonl", "test", digest, "ana", NOW)
    for run, cases in what.get("runs", ()):
        imports.add_run(store, number, run)
        imports.add_cases(store, number, run.id, ((case, f"raw {case.id}") for case in cases))
    imports.add_traces(store, number, ((trace, f"raw {trace.id} é") for trace in what.get("traces", ())))
    for eval_set in what.get("eval_sets", ()):
        imports.add_eval_set(store, number, eval_set)
    imports.add_rejects(store, number, what.get("rejects", ()))
    if publish:
        imports.publish(store, number, "ana", NOW)
    return number


def some(count: int, prefix: str = "t", at: datetime = NOW, **changes) -> list[Trace]:
    return [Trace(f"{prefix}{i}", at + timedelta(seconds=i), **changes) for i in range(count)]


def empty(store: Store) -> bool:
    """Nothing of any import is left in any table."""
    tables = (
        "run",
        "run_case",
        "trace",
        "trace_id",
        "trace_raw",
        "trace_text",
        "trace_superseded",
        "eval_set",
        "import_reject",
        "import",
    )
    with store.read() as conn:
        return not any(conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)


# Round trips


def test_a_long_text_that_is_not_unicode_is_a_reject_and_its_neighbours_are_not(store: Store) -> None:
    bad = replace(some(1, "bad")[0], chunks=(Chunk("c", text="\ud800" * 600),))
    number = bring(store, traces=[*some(2), bad])
    with store.read() as conn:
        assert [trace.id for trace in traces.iter_between(conn, SYSTEM)] == ["t0", "t1"]
        assert "bad0" in next(imports.rejects(conn, number)).reason


@pytest.mark.parametrize("field", ["id", "model", "status", "question", "error", "feedback", "user", "session"])
def test_a_record_that_is_not_unicode_ends_no_import(store: Store, field: str) -> None:
    bad = replace(some(1, "bad")[0], **{field: "a\ud800b"})
    number = bring(store, traces=[*some(2), bad])
    with store.read() as conn:
        assert [trace.id for trace in traces.iter_between(conn, SYSTEM)] == ["t0", "t1"]
        assert ["surrogates not allowed" in one.reason for one in imports.rejects(conn, number)] == [True]


def test_a_batch_of_which_nothing_can_be_stored_is_rejects(store: Store) -> None:
    number = bring(store, traces=[Trace("bad", question="\ud800"), Trace("worse", answer="\ud800")])
    with store.read() as conn:
        assert [one.reason.split(":")[0] for one in imports.rejects(conn, number)] == ["trace 'bad'", "trace 'worse'"]
        assert imports.get(conn, number).traces == 0


def test_long_texts_of_chunks_lie_apart_and_come_back(store: Store) -> None:
    texts = [["short", None], ["long" * 200, None, "né\n" * 100], ["x" * 600], [None], []]
    given = [
        replace(trace, chunks=tuple(Chunk(f"c{at}", at, 0.5, text, "s") for at, text in enumerate(said)))
        for trace, said in zip(some(len(texts)), texts, strict=True)
    ]
    bring(store, traces=given)
    with store.read() as conn:
        assert list(traces.iter_between(conn, SYSTEM)) == given
        assert [traces.get(conn, SYSTEM, trace.id) for trace in given] == given
        assert conn.execute("SELECT count(*) FROM trace_text").fetchone() == (2,)
        assert conn.execute("SELECT max(length(chunks)) FROM trace").fetchone()[0] < 100
    bring(store, traces=given, digest="d2", publish=False)
    imports.abort(store, 2)
    with store.read() as conn:
        assert conn.execute("SELECT count(*) FROM trace_text").fetchone() == (2,)


def test_a_run_with_everything(store: Store) -> None:
    plain = Case("case-2")
    number = bring(store, runs=[(FULL_RUN, [FULL_CASE, plain])])
    with store.read() as conn:
        (info,) = runs.all(conn, SYSTEM)
        assert info.run == FULL_RUN
        assert (info.n_cases, info.digest, info.import_id, info.imported_at) == (2, "d1", number, NOW)
        assert info.current
        assert runs.cases(conn, info.key) == [FULL_CASE, plain]
        assert list(runs.records(conn, info.key))[1] == (plain, "raw case-2")
        assert runs.current(conn, SYSTEM, "run-1") == info
        assert runs.current(conn, SYSTEM, "run-9") is None


def test_traces_with_everything_and_with_nothing(store: Store) -> None:
    logged_as_none = Trace("trace-3", NOW, chunks=(), tool_calls=(), retrieval=False)
    bring(store, traces=[FULL_TRACE, Trace("trace-2"), logged_as_none])
    with store.read() as conn:
        assert traces.get(conn, SYSTEM, "trace-1") == FULL_TRACE
        assert traces.get(conn, SYSTEM, "trace-2") == Trace("trace-2")
        assert traces.get(conn, SYSTEM, "trace-3") == logged_as_none
        assert traces.get(conn, SYSTEM, "trace-4") is None
        assert traces.raw(conn, SYSTEM, "trace-2") == "raw trace-2 é"
        assert traces.raw(conn, SYSTEM, "trace-4") is None


def test_eval_sets_by_digest(store: Store) -> None:
    case = GoldenCase("c", "q", ("doc",), ("word",), ("tool",), ("high_risk",), {"note": 1})
    old, new = EvalSet("golden", "e1", (case,)), EvalSet("golden", "e2", (case, replace(case, id="d")))
    bring(store, eval_sets=[old])
    bring(store, digest="d2", eval_sets=[new, old])
    with store.read() as conn:
        assert evalsets.all(conn, SYSTEM) == [old, new]  # the last one of the last file first
        assert evalsets.published_by(conn, SYSTEM, datetime(2000, 1, 1, tzinfo=UTC)) == frozenset()
        assert evalsets.published_by(conn, SYSTEM, datetime(2100, 1, 1, tzinfo=UTC)) == {"e1", "e2"}


# Publication


def test_nothing_is_seen_before_publication(store: Store) -> None:
    number = bring(
        store, publish=False, runs=[(FULL_RUN, [FULL_CASE])], traces=[FULL_TRACE], eval_sets=[EvalSet("g", "e", ())]
    )
    with store.read() as conn:
        assert (
            imports.all(conn, SYSTEM)
            == runs.all(conn, SYSTEM)
            == trace_pages.page(conn, SYSTEM, traces.NONE)
            == evalsets.all(conn, SYSTEM)
            == []
        )
        assert imports.find(conn, SYSTEM, "d1") is None
        assert traces.get(conn, SYSTEM, "trace-1") is None
        assert traces.count(conn, SYSTEM) == 0
        assert list(traces.iter_between(conn, SYSTEM)) == []
        assert traces.latest(conn, SYSTEM) is None
        assert runs.current(conn, SYSTEM, "run-1") is None
    imports.publish(store, number, "ben", NOW)
    with store.read() as conn:
        info = imports.find(conn, SYSTEM, "d1")
        assert info is not None
        assert (info.runs, info.cases, info.traces, info.rejects, info.published_at) == (1, 1, 1, 0, NOW)
        assert traces.get(conn, SYSTEM, "trace-1") == FULL_TRACE
        (change,) = audit.log(conn, limit=1)
        assert (change.who, change.what, change.undoable) == ("ben", "imported d1.jsonl", False)
    with pytest.raises(ReadinessError, match="cannot be undone"):
        audit.undo(store, change.id, "ana", NOW)
    with pytest.raises(ReadinessError, match="published already"):
        imports.add_traces(store, number, [(Trace("late"), "")])


def test_abort_leaves_nothing_and_spares_what_is_published(store: Store) -> None:
    number = bring(
        store,
        publish=False,
        runs=[(FULL_RUN, [FULL_CASE])],
        traces=some(10),
        eval_sets=[EvalSet("g", "e", ())],
        rejects=[(1, "bad", "{")],
    )
    imports.abort(store, number)
    assert empty(store)
    published = bring(store, traces=some(3))
    imports.abort(store, published)
    with store.read() as conn:
        assert traces.count(conn, SYSTEM) == 3
        with pytest.raises(ReadinessError, match="given up"):
            imports.get(conn, number)


def test_what_a_dead_process_left_goes_with_the_next_import(store: Store) -> None:
    number = bring(store, publish=False, traces=some(10), rejects=[(1, "bad", "{")])
    store.importing.clear()  # as after a restart that was given the same process number
    bring(store, digest="d2")
    with store.read() as conn:
        assert [row[0] for row in conn.execute("SELECT id FROM import")] == [number + 1]
        assert conn.execute("SELECT count(*) FROM trace").fetchone()[0] == 0


@pytest.mark.parametrize(
    ("column", "value", "later", "kept"),
    [
        ("pid", os.getppid(), timedelta(0), True),  # alive
        ("pid", 2**22 + 1, timedelta(0), False),  # beyond the largest process number
        ("host", "elsewhere", timedelta(hours=23), True),
        ("host", "elsewhere", timedelta(hours=25), False),
    ],
)
def test_what_a_living_process_stages_is_left_alone(
    store: Store, column: str, value: object, later: timedelta, kept: bool
) -> None:
    number = bring(store, publish=False, traces=some(2))
    store.importing.clear()
    with store.write("", "", now=NOW) as tx:
        tx.conn.execute(f"UPDATE import SET {column} = ? WHERE id = ?", (value, number))
    imports.begin(store, SYSTEM, "x", "test", "d2", "ana", NOW + later)
    with store.read() as conn:
        assert (number in [row[0] for row in conn.execute("SELECT id FROM import")]) is kept


# Rejects


def test_every_reject_is_kept_with_its_reason(store: Store) -> None:
    number = bring(store, rejects=[(7, "not JSON", "{" * 1000), (9, "no id \ud800", "{}")])
    with store.read() as conn:
        first, second = imports.rejects(conn, number)
        assert (first.line, first.reason, len(first.excerpt)) == (7, "not JSON", 200)
        assert second.reason == "no id \\ud800"
        assert next(imports.rejects(conn, number)) == first


def test_what_cannot_be_stored_is_a_reject_and_the_rest_goes_in(store: Store) -> None:
    bad = [
        Trace("surrogate", question="\ud800"),
        Trace("large", tokens_in=2**64),
        Trace("nan", cost=float("nan")),
        Trace("infinite", scores={"f": float("inf")}),
        Trace("naive", started_at=datetime(2026, 1, 1)),
        Trace("object", extra={"x": object()}),
    ]
    number = bring(
        store,
        traces=[*some(3), *bad, *some(3, "u")],
        runs=[
            (
                FULL_RUN,
                [
                    Case("ok"),
                    Case("bad", question="\ud800"),
                    Case("not a number", scores={"f": Score(float("nan"))}),
                    Case("also ok"),
                ],
            )
        ],
    )
    with store.read() as conn:
        assert {t.id for t in traces.iter_between(conn, SYSTEM)} == {"t0", "t1", "t2", "u0", "u1", "u2"}
        assert traces.raw(conn, SYSTEM, "u2") == "raw u2 é"
        assert [c.id for c in runs.cases(conn, 1)] == ["ok", "also ok"]
        reasons = [r.reason for r in imports.rejects(conn, number)]
        assert [reason.split("'")[1] for reason in reasons] == ["bad", "not a number", *(t.id for t in bad)]
        assert imports.get(conn, number).rejects == 8


def test_the_same_id_twice_in_a_file(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "BATCH", 2)  # the two are far apart, and meet at a border of batches
    first = Trace("same", NOW, answer="first")
    number = bring(
        store,
        traces=[first, *some(5), replace(first, answer="second"), replace(first, answer="third")],
        runs=[(FULL_RUN, [Case("c", output="first"), Case("c", output="second"), Case("c", repeat=1)])],
    )
    with store.read() as conn:
        assert traces.get(conn, SYSTEM, "same") == first
        assert traces.count(conn, SYSTEM) == imports.get(conn, number).traces == 6
        assert [(c.id, c.repeat, c.output) for c in runs.cases(conn, 1)] == [("c", 0, "first"), ("c", 1, None)]
        assert list(imports.rejects(conn, number)) == [
            ImportReject(0, "case 'c' is in run 'run-1' twice; the first is kept", "raw c"),
            ImportReject(0, "trace 'same' is in the file twice; the first is kept", "raw same é"),
            ImportReject(0, "trace 'same' is in the file twice; the first is kept", "raw same é"),
        ]


def test_two_runs_of_one_id_in_a_file(store: Store) -> None:
    number = bring(store, publish=False, runs=[(FULL_RUN, [])])
    with pytest.raises(ReadinessError, match="two runs"):
        imports.add_run(store, number, FULL_RUN)


def test_a_run_that_cannot_be_stored_is_refused_in_words(store: Store) -> None:
    number = bring(store, publish=False)
    for bad in (replace(FULL_RUN, name="\ud800"), replace(FULL_RUN, started_at=datetime(2026, 1, 1))):
        with pytest.raises(ReadinessError, match="run 'run-1' cannot be stored"):
            imports.add_run(store, number, bad)
    with pytest.raises(ReadinessError, match="'golden' cannot be stored"):
        imports.add_eval_set(store, number, EvalSet("golden", "e", (GoldenCase("c", "\ud800"),)))
    with pytest.raises(ReadinessError, match="which the file has not begun"):
        imports.add_cases(store, number, "other", [(Case("c"), "")])
    imports.add_warnings(store, number, ["odd \ud800"])
    assert imports.publish(store, number, "ana", NOW).warnings == ("odd \\ud800",)


def test_warnings_are_kept(store: Store) -> None:
    number = bring(store, publish=False)
    imports.add_warnings(store, number, ["one"])
    imports.add_warnings(store, number, ["two"])
    assert imports.publish(store, number, "ana", NOW).warnings == ("one", "two")


def test_a_path_that_is_not_unicode(store: Store) -> None:
    number = imports.begin(store, SYSTEM, os.fsdecode(b"r\xff.jsonl"), "test", "d", "ana", NOW)
    assert imports.publish(store, number, "ana", NOW).path == "r\\udcff.jsonl"


# Versions


def test_a_changed_file_is_a_new_version_of_its_runs(store: Store) -> None:
    bring(store, runs=[(FULL_RUN, [Case("c", output="old")])])
    bring(store, digest="d2", runs=[(FULL_RUN, [Case("c", output="new")])])
    with store.read() as conn:
        new, old = runs.all(conn, SYSTEM, versions=True)
        assert runs.all(conn, SYSTEM) == [new]
        assert (new.current, old.current) == (True, False)
        assert [runs.cases(conn, i.key)[0].output for i in (new, old)] == ["new", "old"]
        assert runs.current(conn, SYSTEM, "run-1") == new


def test_the_version_published_last_counts_not_the_one_begun_last(store: Store) -> None:
    first = bring(store, publish=False, runs=[(FULL_RUN, [])], traces=[Trace("t", NOW, answer="first")])
    second = bring(store, digest="d2", publish=False, runs=[(FULL_RUN, [])], traces=[Trace("t", NOW, answer="second")])
    imports.publish(store, second, "ana", NOW)
    imports.publish(store, first, "ana", NOW)
    with store.read() as conn:
        assert [i.import_id for i in runs.all(conn, SYSTEM, versions=True) if i.current] == [first]
        assert [t.answer for t in traces.iter_between(conn, SYSTEM)] == ["first"]


def test_runs_are_listed_by_start_unknown_last(store: Store) -> None:
    late, early, unknown = (
        replace(FULL_RUN, id="late", started_at=NOW + timedelta(days=1)),
        replace(FULL_RUN, id="early"),
        replace(FULL_RUN, id="unknown", started_at=None),
    )
    bring(store, runs=[(unknown, []), (early, []), (late, [])])
    with store.read() as conn:
        assert [i.run.id for i in runs.all(conn, SYSTEM)] == ["late", "early", "unknown"]


def test_a_trace_that_comes_again_replaces_the_old_one_at_publication(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "BATCH", 2)
    bring(store, traces=some(5, answer="old"))
    number = bring(store, digest="d2", publish=False, traces=some(7, answer="new"))
    with store.read() as conn:
        assert [t.answer for t in traces.iter_between(conn, SYSTEM)] == ["old"] * 5
    imports.publish(store, number, "ana", NOW)
    with store.read() as conn:
        assert [(t.id, t.answer) for t in traces.iter_between(conn, SYSTEM)] == [(f"t{i}", "new") for i in range(7)]
        assert traces.count(conn, SYSTEM) == 7
        assert traces.get(conn, SYSTEM, "t3") == Trace("t3", NOW + timedelta(seconds=3), answer="new")
        assert traces.raw(conn, SYSTEM, "t3") == "raw t3 é"
    staged = bring(store, digest="d3", publish=False, traces=some(2, answer="never"))
    imports.abort(store, staged)
    with store.read() as conn:
        assert {t.answer for t in traces.iter_between(conn, SYSTEM)} == {"new"}


# Human labels


def test_a_label_survives_a_new_import_of_its_run(store: Store) -> None:
    filed = HumanLabel(HumanVerdict.FAIL, "from the file")
    risky = Case("c", "v", tags=("high_risk",), human=filed)
    bring(store, runs=[(FULL_RUN, [risky, Case("d")])])
    mine = HumanLabel(HumanVerdict.PASS, "ana", NOW, "checked")
    later = HumanLabel(HumanVerdict.UNSURE, "ben", NOW + timedelta(hours=1))
    with store.write("ana", "reviewed", now=NOW) as tx:
        runs.put_label(tx, SYSTEM, "run-1", "c", "v", mine)
    bring(store, digest="d2", runs=[(FULL_RUN, [replace(risky, output="new")])])
    with store.read() as conn:
        before = marks.rows(conn, marks.MEASURED, SYSTEM, 0)
        info = runs.current(conn, SYSTEM, "run-1")
        assert info is not None
        assert runs.cases(conn, info.key) == [replace(risky, output="new", human=mine, labels=(mine, filed))]
    with store.write("ben", "reviewed", now=NOW) as tx:
        runs.put_label(tx, SYSTEM, "run-1", "c", "v", later)
    with store.read() as conn:
        assert runs.labels(conn, SYSTEM, "run-1") == {("c", "v"): (later, mine)}
        (case,) = runs.cases(conn, info.key)
        assert case.human == later
        assert marks.rows(conn, marks.MEASURED, SYSTEM, 0) != before
    with store.write("ben", "took it back", now=NOW) as tx:
        runs.clear_label(tx, SYSTEM, "run-1", "c", "v", "ben")
    with store.read() as conn:
        assert runs.labels(conn, SYSTEM, "run-1") == {("c", "v"): (mine,)}
        assert runs.earlier_labels(conn, SYSTEM, "run-1", "c", "v", "ben") == [later]


def test_a_label_is_of_the_answer_that_it_was_given_to(store: Store) -> None:
    once, again = Case("c", output="yes"), Case("c", repeat=1, output="no")
    bring(store, runs=[(FULL_RUN, [again, once])])
    given = HumanLabel(HumanVerdict.PASS, "ana", NOW, blind=True, answer=answer_digest([once, again]))
    with store.write("ana", "reviewed", now=NOW) as tx:
        runs.put_label(tx, SYSTEM, "run-1", "c", "", given)

    def seen() -> list[HumanLabel | None]:
        with store.read() as conn:
            info = runs.current(conn, SYSTEM, "run-1")
            assert info is not None
            found = runs.cases(conn, info.key)
            assert runs.labels(conn, SYSTEM, "run-1") == {("c", ""): (given,)}  # never lost
            return [case.human for case in found]

    assert seen() == [given, given]
    bring(store, digest="d2", runs=[(FULL_RUN, [once, replace(again, status=CaseStatus.PASS)])])
    assert seen() == [given, given]
    bring(store, digest="d3", runs=[(FULL_RUN, [once, replace(again, output="maybe")])])
    assert seen() == [None, None]


# Reading traces


def test_between_is_oldest_first_from_inclusive_to_exclusive(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "_CHUNK", 3)
    bring(store, traces=[*reversed(some(10, latency_ms=1.5)), Trace("unknown")])
    with store.read() as conn:
        assert [t.id for t in traces.iter_between(conn, SYSTEM)] == ["unknown", *(f"t{i}" for i in range(10))]
        window = NOW + timedelta(seconds=2), NOW + timedelta(seconds=6)
        assert [t.id for t in traces.iter_between(conn, SYSTEM, *window)] == ["t2", "t3", "t4", "t5"]
        assert list(traces.columns(conn, SYSTEM, ("latency_ms", "cost"), *window)) == [(1.5, None)] * 4
        with pytest.raises(ValueError, match="; drop"):
            list(traces.columns(conn, SYSTEM, ("id; drop table trace",)))


def test_many_records_compressed_together_come_back_one_by_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "BATCH", 150)  # blocks of 64, 64 and 22
    bring(store, traces=some(400))
    with store.read() as conn:
        assert all(traces.raw(conn, SYSTEM, f"t{i}") == f"raw t{i} é" for i in range(400))
