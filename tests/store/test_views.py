"""The views are what docs/schema.md says, and show what the program's own readers show."""

from __future__ import annotations

import re
import sqlite3 as standard
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness_tui.domain.runs.model import (
    Case,
    CaseStatus,
    Chunk,
    Completeness,
    Measure,
    Outcome,
    Provenance,
    Run,
    Score,
    ScoreState,
    ToolCall,
    Trace,
)  # fmt: skip
from readiness_tui.store import Store, imports, migrations, runs, systems, traces, views
from readiness_tui.store.codec import stamp
from readiness_tui.store.upgrades.review_views import REVIEW_VIEWS
from tests.store.old_files import unpacked
from tests.store.workers import NOW

PAGE = Path(__file__).parents[2] / "docs" / "schema.md"
_PUBLISHED = {"who": "ann", "now": NOW}


@pytest.fixture
def plain(store: Store) -> Iterator[standard.Connection]:
    """Python's own SQLite, which may read and nothing else."""
    conn = standard.connect(f"file:{store.path}?mode=ro", uri=True)
    conn.row_factory = standard.Row
    yield conn
    conn.close()


def bring(store, digest, made=(), run=None, cases=(), system="Bot") -> int:
    number = imports.begin(store, system, f"{digest}.jsonl", "test", digest, "ann", NOW)
    if run is not None:
        imports.add_run(store, number, run)
        imports.add_cases(store, number, run.id, [(case, "{}") for case in cases])
    imports.add_traces(store, number, [(trace, "{}") for trace in made])
    return number


def test_the_page_names_every_view_and_column_in_their_order(plain: standard.Connection) -> None:
    named = {}
    for part in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        if part.startswith("`"):
            named[part.split("`")[1]] = re.findall(r"^\| `(\w+)` \|", part, flags=re.MULTILINE)
    found = {}
    for (view,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY rowid"):
        found[view] = [row["name"] for row in plain.execute(f"PRAGMA table_info({view})")]
    assert found == named
    assert [*views.VIEWS, *REVIEW_VIEWS] == list(named)


def test_what_is_not_known_is_null_and_nothing_else_is(store: Store, plain: standard.Connection) -> None:
    bare, full = Trace("bare"), Trace("full", chunks=(), tool_calls=())
    called = (ToolCall("a", '{"x": 1}', '"y"'), ToolCall('say "hi"', None, None, "timeout"))
    full = replace(full, started_at=datetime(1969, 12, 31, 23, 59, 59, 250_000, UTC), outcome=Outcome.ABSTAIN, cost=0.0)
    some = replace(full, id="some", tool_calls=called, chunks=(Chunk("k"),), started_at=NOW, cached=True)
    imports.publish(store, bring(store, "1", [bare, full, some]), **_PUBLISHED)
    rows = {row["trace_id"]: dict(row) for row in plain.execute("SELECT * FROM v_traces")}
    assert {name for name, value in rows["bare"].items() if value is not None} == {"trace_id", "system"}
    assert (rows["full"]["tool_calls"], rows["full"]["chunks"], rows["full"]["cost"]) == (0, 0, 0.0)
    assert rows["full"]["started_at"] == "1969-12-31T23:59:59.250000+00:00" == stamp(full.started_at)
    assert (rows["some"]["tool_calls"], rows["some"]["chunks"], rows["some"]["outcome"]) == (2, 1, "abstain")
    assert [tuple(row) for row in plain.execute("SELECT * FROM v_tool_calls ORDER BY position")] == [
        ("some", 1, "a", '{"x": 1}', '"y"', None),
        ("some", 2, 'say "hi"', None, None, "timeout"),
    ]


def test_scores_under_any_name_with_their_state(store: Store, plain: standard.Connection) -> None:
    scores = {
        'odd "name"\n.$[0]': Score(0.5, passed=False),
        "ü": Score(None, ScoreState.JUDGE_ERROR),
        "word": Score(None, label="warm"),
        "one": Score(1, passed=True),
    }
    cases = [
        Case("c", "v", 2, question="q\u0000?", scores=scores, status=CaseStatus.UNKNOWN),
        Case("d", latency_ms=Measure(5.0, Provenance.CACHED), status=CaseStatus.ERROR),
    ]
    run = Run("r", "name", "tool", completeness=Completeness.PARTIAL)
    imports.publish(store, bring(store, "1", run=run, cases=cases), **_PUBLISHED)
    assert [tuple(row) for row in plain.execute("SELECT * FROM v_runs")] == [
        ("r", "Bot", "name", "tool", None, None, None, None, "partial", 2)
    ]
    found = [
        tuple(row) for row in plain.execute("SELECT metric, value, state, passed FROM v_scores WHERE case_id = 'c'")
    ]
    assert found == [
        ('odd "name"\n.$[0]', 0.5, "ok", 0),
        ("ü", None, "judge error", None),
        ("word", None, "ok", None),
        ("one", 1.0, "ok", 1),
    ]
    rows = [tuple(row)[1:7] for row in plain.execute("SELECT * FROM v_cases ORDER BY case_id")]
    assert rows == [("c", "v", 2, None, None, None), ("d", "", 0, "error", 5.0, None)]


def test_only_what_the_app_shows(store: Store, plain: standard.Connection) -> None:
    """Staged rows, an earlier import of a run, and a trace that came again are hidden, in each system for itself."""

    def seen():
        names = plain.execute("SELECT run, system, name, cases FROM v_runs ORDER BY 2, 3").fetchall()
        asked = plain.execute("SELECT trace_id, system, question FROM v_traces ORDER BY 2, 1").fetchall()
        counts = [plain.execute(f"SELECT count(*) FROM {view}").fetchone()[0] for view in ("v_scores", "v_tool_calls")]
        return [tuple(row) for row in names], [tuple(row) for row in asked], *counts

    def trace(question: str) -> Trace:
        return Trace("t", question=question, tool_calls=(ToolCall("a"),))

    case = Case("c", scores={"m": Score(1.0)})
    first = bring(store, "1", [trace("old"), replace(trace("only"), id="u")], Run("r", "old", "x"), [case])
    assert seen() == ([], [], 0, 0)
    imports.publish(store, first, **_PUBLISHED)
    other = bring(store, "2", [trace("theirs")], Run("r", "theirs", "x"), [case], system="Other")
    imports.publish(store, other, **_PUBLISHED)
    staged = bring(store, "3", [trace("new")], Run("r", "new", "x"), [case, Case("d")])
    before = (
        [("r", "Bot", "old", 1), ("r", "Other", "theirs", 1)],
        [("t", "Bot", "old"), ("u", "Bot", "only"), ("t", "Other", "theirs")],
        2,
        3,
    )
    assert seen() == before
    imports.abort(store, staged)
    assert seen() == before
    imports.publish(store, bring(store, "4", [trace("new")], Run("r", "new", "x"), [case, Case("d")]), **_PUBLISHED)
    assert seen() == (
        [("r", "Bot", "new", 2), ("r", "Other", "theirs", 1)],
        [("t", "Bot", "new"), ("u", "Bot", "only"), ("t", "Other", "theirs")],
        2,
        3,
    )


@pytest.mark.parametrize(
    ("query", "uses"),
    [
        ("SELECT * FROM v_runs WHERE run = 'x'", "USING INDEX run_id (id=?)"),
        ("SELECT * FROM v_cases WHERE run = 'x'", "SEARCH c USING PRIMARY KEY (run_key=?)"),
        ("SELECT * FROM v_scores WHERE run = 'x' AND metric = 'm'", "SEARCH c USING PRIMARY KEY (run_key=?)"),
        ("SELECT * FROM v_traces WHERE system = 'x'", "SEARCH t USING INDEX trace_"),
        ("SELECT * FROM v_tool_calls WHERE trace_id = 'x'", "SEARCH x USING PRIMARY KEY (import_id=? AND id=?)"),
    ],
)
def test_an_index_answers_a_condition(plain: standard.Connection, query: str, uses: str) -> None:
    plan = [row[3] for row in plain.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert any(uses in step for step in plan), plan
    scanned = [step for step in plan if step.startswith("SCAN") and "VIRTUAL TABLE" not in step]
    assert scanned == []  # json_each alone is read from its beginning


def test_a_file_of_the_version_before_gets_the_views_and_shows_the_same(tmp_path: Path) -> None:
    path = unpacked("version-4-2", tmp_path / "old.db")
    with Store.open(path) as store:
        assert store.version == len(migrations.MIGRATIONS)
        with store.read() as conn:
            for system in systems.all(conn):
                shown = conn.execute("SELECT run, cases FROM v_runs WHERE system = ?", (system,)).fetchall()
                assert sorted(shown) == sorted((info.run.id, info.n_cases) for info in runs.all(conn, system))
                asked = conn.execute("SELECT trace_id FROM v_traces WHERE system = ?", (system,)).fetchall()
                assert sorted(name for (name,) in asked) == sorted(t.id for t in traces.iter_between(conn, system))


def test_the_migration_makes_them_anew(store: Store) -> None:
    from readiness_tui.store import sqlite

    conn = migrations.connect(store.path)
    conn.execute("DROP VIEW v_runs")
    conn.execute("CREATE VIEW v_runs AS SELECT 1 AS one")
    views.make_views(sqlite.utils(conn))
    assert conn.execute("SELECT name FROM pragma_table_info('v_runs')").fetchone() == ("run",)
    conn.close()


def _sample(conn: standard.Connection) -> dict[str, list[tuple]]:
    return {view: [tuple(row) for row in conn.execute(f"SELECT * FROM {view}")] for view in views.VIEWS}


def test_the_sample_counted_again_by_the_programs_own_readers(sample_db: Path) -> None:
    conn = standard.connect(f"file:{sample_db}?mode=ro", uri=True)
    found = _sample(conn)
    conn.close()
    expected: dict[str, list[tuple]] = {view: [] for view in views.VIEWS}
    with Store.open(sample_db) as store, store.read() as reading:
        for system in systems.all(reading):
            for info in runs.all(reading, system):
                run = info.run
                about = (run.name, run.tool, run.model, run.prompt_version, run.index_version, stamp(run.started_at))
                expected["v_runs"].append((run.id, system, *about, str(run.completeness), info.n_cases))
                for case, _ in runs.records(reading, info.key):
                    key = (run.id, case.id, case.variant, case.repeat)
                    outcome = None if case.status is CaseStatus.UNKNOWN else str(case.status)
                    figures = (case.latency_ms.value, case.cost.value, case.tokens_in, case.tokens_out)
                    expected["v_cases"].append((*key, outcome, *figures, case.question, case.output))
                    for name, s in case.scores.items():
                        passed = None if s.passed is None else int(s.passed)
                        expected["v_scores"].append((*key, name, s.value, str(s.state), passed))
            for t in traces.iter_between(reading, system):
                calls, chunks = (None if part is None else len(part) for part in (t.tool_calls, t.chunks))
                expected["v_traces"].append(
                    (t.id, system, stamp(t.started_at), t.latency_ms, t.cost, t.tokens_in, t.tokens_out,
                     None if t.outcome is None else str(t.outcome), t.error, t.model, t.prompt_version, t.index_version,
                     t.question, t.answer, t.user, t.session, t.feedback, calls, chunks)
                )  # fmt: skip
                for at, call in enumerate(t.tool_calls or (), 1):
                    expected["v_tool_calls"].append((t.id, at, call.name, call.arguments, call.result, call.error))
    for view, rows in expected.items():
        assert rows, view
        assert sorted(found[view], key=repr) == sorted(rows, key=repr), view
