"""docs/sql.md: ten questions in SQL get the answers that the program gives, also through Datasette."""

from __future__ import annotations

import json
import re
import runpy
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from readiness_tui.domain.runs.model import CaseStatus, Outcome
from readiness_tui.services.core.cards import content
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.store import gaps, incidents, runs, scorecards, traces, views
from readiness_tui.store.codec import iso
from readiness_tui.store.upgrades.review_views import REVIEW_VIEWS
from tests.conftest import NOW

ROOT = Path(__file__).parents[1]
MADE = runpy.run_path(str(ROOT / "docs" / "make_sql.py"))
SQL = {one.name: one.sql for one in MADE["QUESTIONS"]}
SYSTEM = "Support bot"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return MADE["frozen_sample"](tmp_path_factory.mktemp("sql"))


def ask(file: Path, sql: str) -> list[tuple]:
    """By Python's own SQLite, with nothing of ours."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as conn:
        return conn.execute(sql).fetchall()


def test_both_pages_are_current(file: Path) -> None:
    say = "run python docs/make_sql.py"
    assert MADE["document"](file) == (ROOT / "docs" / "sql.md").read_text(encoding="utf-8"), say
    assert MADE["written"]() == (ROOT / "docs" / "datasette.json").read_text(encoding="utf-8"), say


def test_there_are_ten_and_none_needs_a_function_for_json() -> None:
    assert len(SQL) == 10
    assert not [name for name, sql in SQL.items() if "json" in sql.casefold() or "->" in sql]


def test_every_view_table_and_column_of_the_file_is_described(file: Path) -> None:
    told = MADE["metadata"]()["databases"]["readiness"]["tables"]
    kinds = dict(
        ask(
            file,
            "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite@_%' ESCAPE '@'",
        )
    )
    assert set(told) - {"sqlite_sequence"} == set(kinds)
    for name, kind in kinds.items():
        if kind == "table":
            assert told[name]["hidden"], name
            assert told[name]["description"], name
        else:
            assert list(told[name]["columns"]) == [row[1] for row in ask(file, f"PRAGMA table_info({name})")], name
            assert all(told[name]["columns"].values()), name


# -- the answers, worked out again by the program's own readers ---------------------------------------------------------


def _metrics(desk: Desk, conn: Any) -> list[tuple]:
    found = []
    for info in sorted(runs.all(conn, SYSTEM), key=lambda one: one.run.id):
        values = defaultdict(list)
        for case, _ in runs.records(conn, info.key):
            for name, score in case.scores.items():
                values[name].append(score.value)
        for name, all_of in sorted(values.items()):
            known = [value for value in all_of if value is not None]
            found.append(
                (
                    info.run.id,
                    name,
                    pytest.approx(sum(known) / len(known), abs=6e-5),
                    len(known),
                    len(all_of) - len(known),
                )
            )
    return found


def _cases(conn: Any, run: str) -> dict[tuple, Any]:
    return {
        (case.id, case.variant, case.repeat): case for case, _ in runs.records(conn, runs.named(conn, SYSTEM, run).key)
    }


def _newly_failing(desk: Desk, conn: Any) -> list[tuple]:
    before, now = (_cases(conn, run) for run in ("rag-v3-2026-11-20", "rag-v4-2026-11-23"))
    return [
        (case.id, "pass", str(case.status), (case.question or "")[:60])
        for key, case in sorted(now.items())
        if key in before
        and before[key].status is CaseStatus.PASS
        and case.status in (CaseStatus.FAIL, CaseStatus.ERROR)
    ]


def _errors(desk: Desk, conn: Any) -> list[tuple]:
    days = defaultdict(list)
    for trace in traces.iter_between(conn, SYSTEM):
        days[str(trace.started_at.date())].append(trace.outcome)
    return [(day, len(all_of), all_of.count(Outcome.ERROR), all_of.count(None)) for day, all_of in sorted(days.items())]


def _slowest(desk: Desk, conn: Any) -> list[tuple]:
    found = sorted(traces.iter_between(conn, SYSTEM), key=lambda trace: (-(trace.latency_ms or 0), trace.id))
    return [(t.id, t.latency_ms, str(t.outcome), t.prompt_version) for t in found[:10]]


def _tools(desk: Desk, conn: Any) -> list[tuple]:
    calls, failed, without = Counter(), Counter(), Counter()
    for trace in traces.iter_between(conn, SYSTEM):
        for call in trace.tool_calls or ():
            calls[call.name] += 1
            failed[call.name] += call.error is not None
            without[call.name] += call.error is None and call.result is None
    return [
        (name, calls[name], failed[name], without[name])
        for name in sorted(calls, key=lambda name: (-failed[name], name))
    ]


def _cost(desk: Desk, conn: Any) -> list[tuple]:
    costs = defaultdict(list)
    for trace in traces.iter_between(conn, SYSTEM):
        costs[trace.prompt_version].append(trace.cost)
    found = []
    for version in sorted(costs, key=lambda name: name or ""):
        known = [cost for cost in costs[version] if cost is not None]
        total = sum(known)
        each = total / len(known)
        found.append(
            (version, len(costs[version]), len(known), pytest.approx(total, abs=6e-5), pytest.approx(each, abs=6e-6))
        )
    return found


def _gaps(desk: Desk, conn: Any) -> list[tuple]:
    live = [gap for gap in gaps.all(conn, SYSTEM).values() if gap.state.live]
    live.sort(key=lambda gap: (gap.due is None, gap.due, str(gap.severity), gap.key))
    return [(gap.key, str(gap.severity), gap.owner or None, iso(gap.due), str(gap.state)) for gap in live]


def _card(conn: Any) -> Any:
    kept = scorecards.get(conn, 1)
    assert kept is not None
    return content(kept)


def _short(desk: Desk, conn: Any) -> list[tuple]:
    card = _card(conn)
    owners = {key: gap for gap in card.gaps for key in gap.merged or (gap.key,)}
    found = []
    for section in card.sections:
        for item in section.items:
            if item.word not in ("met", "n/a"):
                gap = owners[f"item/{section.id}/{item.id}"]
                assurance = None if item.assurance is None else str(item.assurance)
                found.append((item.id, str(item.severity), item.word, assurance, gap.owner or None, iso(gap.due)))
    return sorted(found, key=lambda row: (row[1], row[0]))


def _margins(desk: Desk, conn: Any) -> list[tuple]:
    def near(value: float | None) -> Any:
        return None if value is None else pytest.approx(value, abs=6e-5)

    said = {"higher": "≥", "lower": "≤"}
    return [
        ("2026.11", row.rule.metric, f"{said[row.rule.direction]} {row.rule.threshold:g}", near(row.estimate.value),
         near(row.estimate.low), near(row.estimate.high), row.estimate.n, str(row.result))
        for row in sorted(_card(conn).gate.rows, key=lambda row: row.rule.metric)
    ]  # fmt: skip


def _incidents(desk: Desk, conn: Any) -> list[tuple]:
    def minutes(later: Any, earlier: Any) -> float:
        return float(round((later - earlier).total_seconds() / 60))

    return [
        (one.number, str(one.worst), str(one.failure_class), minutes(one.detected, one.started),
         minutes(one.mitigated, one.detected), sum(action.done is None for action in one.actions))
        for one in incidents.all(conn, SYSTEM)
    ]  # fmt: skip


ANSWERS: dict[str, Callable[[Desk, Any], list[tuple]]] = {
    "metrics_by_run": _metrics,
    "newly_failing": _newly_failing,
    "errors_a_day": _errors,
    "slowest": _slowest,
    "tools_that_fail": _tools,
    "cost_by_version": _cost,
    "open_gaps": _gaps,
    "short_items": _short,
    "gate_margins": _margins,
    "incident_times": _incidents,
}


@pytest.mark.parametrize("name", SQL)
def test_the_answer_is_the_programs_own(name: str, file: Path) -> None:
    desk = open_desk(file, "ana", clock=lambda: NOW)
    try:
        with desk.store.read() as conn:
            expected = ANSWERS[name](desk, conn)
    finally:
        desk.close()
    assert expected
    assert ask(file, SQL[name]) == expected


# -- Datasette ----------------------------------------------------------------------------------------------------------


@pytest.fixture
async def datasette(file: Path) -> Datasette:
    served = Datasette(
        [], immutables=[str(file)], metadata=json.loads((ROOT / "docs" / "datasette.json").read_text("utf-8"))
    )
    await served.invoke_startup()
    return served


@pytest.mark.slow
async def test_datasette_shows_every_view_with_what_its_columns_mean(datasette: Datasette, file: Path) -> None:
    first = await datasette.client.get("/readiness")
    assert first.status_code == 200
    for name in (*views.VIEWS, *REVIEW_VIEWS):
        assert f'href="/readiness/{name}"' in first.text
        page = await datasette.client.get(f"/readiness/{name}")
        assert page.status_code == 200, name
        told = await datasette.client.get(f"/readiness/{name}.json?_size=max&_shape=arrays")
        assert told.status_code == 200, name
        assert [tuple(row) for row in told.json()["rows"]] == ask(file, f"SELECT * FROM {name} LIMIT 1000"), name
    page = await datasette.client.get("/readiness/v_gaps")
    assert "by which day; NULL where none is set" in page.text
    assert "v_gaps: a gap each, as it is now" in page.text


async def test_datasette_answers_the_ten_questions(datasette: Datasette, file: Path) -> None:
    for name, sql in SQL.items():
        page = await datasette.client.get(f"/readiness/{name}")
        assert page.status_code == 200, name
        told = await datasette.client.get(f"/readiness/{name}.json?_shape=arrays")
        assert told.status_code == 200, name
        assert [tuple(row) for row in told.json()["rows"]] == ask(file, sql), name


async def test_the_programs_own_tables_are_not_listed(datasette: Datasette) -> None:
    told = (await datasette.client.get("/readiness.json")).json()
    assert {table["name"] for table in told["tables"] if not table["hidden"]} == set()
    assert {view["name"] for view in told["views"]} == {*views.VIEWS, *REVIEW_VIEWS}


@pytest.mark.slow
def test_the_command_of_the_page_starts(file: Path) -> None:
    page = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
    found = re.search(r"^datasette (-i readiness\.db -m docs/datasette\.json)$", page, re.MULTILINE)
    assert found is not None
    words = [str(file) if word == "readiness.db" else word for word in found[1].split()]
    for extra, code in (([], 200), (["--setting", "default_allow_sql", "off"], 403)):
        sql = "/readiness.json?sql=select+count(*)+as+n+from+v_gaps&_shape=array"
        command = [sys.executable, "-m", "datasette", "serve", *words, *extra, "--get", sql]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert (told.returncode == 0) == (code == 200), told.stderr
        if code == 200:
            assert json.loads(told.stdout) == [{"n": 11}]
