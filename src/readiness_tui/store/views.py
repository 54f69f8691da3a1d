"""Views for people who read the file with SQL: what came in, without JSON, as docs/schema.md promises it.

They show what the app shows: published imports alone, of a run its latest import, of a trace the one that no later
import replaced. Names, columns and their order stay as they are; the tables behind them may change. Every view is made
anew by a migration whenever a table that it reads or the view itself is changed.

SQLite 3.37 reads them (no `->>`), and a condition on a run goes through an index, one on a system for traces, one on a trace for its tool calls.
"""

from __future__ import annotations

from typing import Any

from readiness_tui.store.schema import UNKNOWN_TIME

#: Runs that are seen: published, and no later import of the same system has the id again.
_RUNS = """
    run AS r JOIN import AS i ON i.id = r.import_id
    WHERE i.published_order IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM run AS later JOIN import AS li ON li.id = later.import_id
        WHERE later.id = r.id AND li.system_id = i.system_id AND li.published_order > i.published_order
    )"""

#: Of the trace `t` of the import `i`: published, and no later import brought it again.
_SEEN = """i.published_order IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM trace_superseded AS p JOIN import AS pi ON pi.id = p.import_id
        WHERE p.key = t.key AND pi.published_order IS NOT NULL
    )"""

#: Microseconds since 1970 as the text that every other time in the file is; before 1970 they are negative.
_FRACTION = "((t.started_at % 1000000 + 1000000) % 1000000)"
_TIME = f"""CASE WHEN t.started_at <> {UNKNOWN_TIME} THEN
        strftime('%Y-%m-%dT%H:%M:%S', (t.started_at - {_FRACTION}) / 1000000, 'unixepoch')
        || printf('.%06d+00:00', {_FRACTION}) END"""

VIEWS = {
    "v_runs": f"""
SELECT r.id AS run,
    (SELECT name FROM system WHERE id = i.system_id) AS system,
    json_extract(r.json, '$.name') AS name,
    json_extract(r.json, '$.tool') AS tool,
    json_extract(r.json, '$.model') AS model,
    json_extract(r.json, '$.prompt_version') AS prompt_version,
    json_extract(r.json, '$.index_version') AS index_version,
    r.started_at AS started_at,
    json_extract(r.json, '$.completeness') AS completeness,
    r.cases AS cases
FROM {_RUNS}""",
    "v_cases": f"""
SELECT r.id AS run, c.id AS case_id, c.variant AS variant, c.repeat AS repeat,
    nullif(json_extract(c.json, '$.status'), 'unknown') AS outcome,
    json_extract(c.json, '$.latency_ms.value') AS latency_ms,
    json_extract(c.json, '$.cost.value') AS cost,
    json_extract(c.json, '$.tokens_in') AS tokens_in,
    json_extract(c.json, '$.tokens_out') AS tokens_out,
    json_extract(c.json, '$.question') AS question,
    json_extract(c.json, '$.output') AS answer
FROM run_case AS c JOIN {_RUNS.replace("run AS r JOIN", "run AS r ON r.key = c.run_key JOIN")}""",
    "v_scores": f"""
SELECT r.id AS run, c.id AS case_id, c.variant AS variant, c.repeat AS repeat,
    s.key AS metric,
    json_extract(s.value, '$.value') AS value,
    json_extract(s.value, '$.state') AS state,
    json_extract(s.value, '$.passed') AS passed
FROM run_case AS c, json_each(c.json, '$.scores') AS s
    JOIN {_RUNS.replace("run AS r JOIN", "run AS r ON r.key = c.run_key JOIN")}""",
    "v_traces": f"""
SELECT t.id AS trace_id, y.name AS system,
    {_TIME} AS started_at,
    t.latency_ms AS latency_ms, t.cost AS cost, t.tokens_in AS tokens_in, t.tokens_out AS tokens_out,
    t.outcome AS outcome, t.error AS error, t.model AS model, t.prompt_version AS prompt_version,
    t.index_version AS index_version, t.question AS question, t.answer AS answer, t.person AS person,
    t.session AS session, t.feedback AS feedback,
    json_array_length(t.tool_calls) AS tool_calls,
    json_array_length(t.chunks) AS chunks
FROM trace AS t JOIN system AS y ON y.id = t.system_id JOIN import AS i ON i.id = t.import_id
WHERE {_SEEN}""",
    "v_tool_calls": f"""
SELECT x.id AS trace_id, a.key + 1 AS position,
    json_extract(a.value, '$[0]') AS name,
    json_extract(a.value, '$[1]') AS arguments,
    json_extract(a.value, '$[2]') AS result,
    json_extract(a.value, '$[3]') AS error
FROM import AS i CROSS JOIN trace_id AS x ON x.import_id = i.id CROSS JOIN trace AS t ON t.key = x.key
    JOIN json_each(t.tool_calls) AS a
WHERE {_SEEN}""",  # CROSS: from few imports to the id, which is the way that has an index
}


def make_views(db: Any) -> None:
    """The migration: every view anew, as it is defined here."""
    for name, sql in VIEWS.items():
        db.conn.execute(f"DROP VIEW IF EXISTS {name}")
        db.conn.execute(f"CREATE VIEW {name} AS {sql.strip()}")
