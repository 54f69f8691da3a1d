"""Write docs/sql.md, ten questions with their answers on the sample, and docs/datasette.json, the same for Datasette:
`python docs/make_sql.py`. A test holds both to be current, and the answers to what the program itself says.

What the views and their columns are is read from docs/schema.md, so that it is said once.
"""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("sql.md")
METADATA = Path(__file__).with_name("datasette.json")
SCHEMA = Path(__file__).with_name("schema.md")
#: The day on which the sample is frozen for the page.
NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Question:
    """`name`: of the canned query, and its address in Datasette. `note`: what one might take wrongly."""

    name: str
    asks: str
    sql: str
    note: str = ""


QUESTIONS = (
    Question(
        "metrics_by_run",
        "What does each metric come to, run by run?",
        """\
SELECT run, metric, round(avg(value), 4) AS mean, count(value) AS cases, count(*) - count(value) AS without
FROM v_scores GROUP BY run, metric ORDER BY run, metric""",
        "A case whose score is missing, or whose judge failed, has no value and is counted in `without`. Where the program"
        " decides by a bound or leaves a case out, `v_gate` has its figure.",
    ),
    Question(
        "newly_failing",
        "Which cases passed in one run and fail in the other?",
        """\
SELECT new.case_id, old.outcome AS before, new.outcome AS now, substr(new.question, 1, 60) AS question
FROM v_cases AS new JOIN v_cases AS old USING (case_id, variant, repeat)
WHERE old.run = 'rag-v3-2026-11-20' AND new.run = 'rag-v4-2026-11-23'
    AND old.outcome = 'pass' AND new.outcome IN ('fail', 'error')
ORDER BY new.case_id""",
    ),
    Question(
        "errors_a_day",
        "How many requests came in each day, and how many failed?",
        """\
SELECT substr(started_at, 1, 10) AS day, count(*) AS requests, sum(outcome = 'error') AS errors,
    sum(outcome IS NULL) AS not_known
FROM v_traces WHERE system = 'Support bot' GROUP BY day ORDER BY day""",
        "Days are days in UTC. Where `outcome` is NULL nobody recorded how the request ended.",
    ),
    Question(
        "slowest",
        "Which ten requests took longest?",
        """\
SELECT trace_id, latency_ms, outcome, prompt_version FROM v_traces
WHERE system = 'Support bot' ORDER BY latency_ms DESC, trace_id LIMIT 10""",
    ),
    Question(
        "tools_that_fail",
        "Which tools fail, and how often is a result missing?",
        """\
SELECT name, count(*) AS calls, count(error) AS failed, sum(error IS NULL AND result IS NULL) AS without_a_result
FROM v_tool_calls GROUP BY name ORDER BY failed DESC, name""",
    ),
    Question(
        "cost_by_version",
        "What does a request cost, by version of the prompt?",
        """\
SELECT prompt_version, count(*) AS requests, count(cost) AS with_cost, round(sum(cost), 4) AS usd,
    round(avg(cost), 5) AS usd_each
FROM v_traces GROUP BY prompt_version ORDER BY prompt_version""",
        "US dollars. `usd_each` is over the requests whose cost is known.",
    ),
    Question(
        "open_gaps",
        "What is left to do, who sees to it, and by when?",
        """\
SELECT key, severity, owner, due, state FROM v_gaps WHERE live
ORDER BY due IS NULL, due, severity, key""",
    ),
    Question(
        "short_items",
        "Which items were not met in the last frozen review?",
        """\
SELECT item, severity, standing, assurance, owner, due FROM v_items
WHERE review = (SELECT max(review) FROM v_reviews WHERE frozen_at IS NOT NULL AND superseded_by IS NULL)
    AND standing NOT IN ('met', 'n/a')
ORDER BY severity, item""",
    ),
    Question(
        "gate_margins",
        "How close was the gate?",
        """\
SELECT release, metric, rule, round(value, 4) AS value, round(low, 4) AS low, round(high, 4) AS high, n, result
FROM v_gate JOIN v_reviews USING (review) ORDER BY review, metric""",
        "The value decides. Where the bound on the rule's side (`low` of ≥, `high` of ≤) misses it too, a pass could be luck.",
    ),
    Question(
        "incident_times",
        "How long until an incident was noticed, and until it stopped hurting?",
        """\
SELECT incident, worst_severity AS severity, failure_class,
    round((julianday(detected_at) - julianday(started_at)) * 1440) AS minutes_to_notice,
    round((julianday(mitigated_at) - julianday(detected_at)) * 1440) AS minutes_to_mitigate,
    actions_open FROM v_incidents ORDER BY incident""",
    ),
)

#: The program's own tables, each in a line; Datasette hides them from its lists.
TABLES = {
    "accepted_risk": "high-risk cases that somebody answers for without a label",
    "chain": "the end of the audit trail's hash chain",
    "chain_baseline": "what the chain began from",
    "change": "the audit trail: an entry a saved change. Before the reveal it tells blind votes: read v_history",
    "change_row": "the audit trail: the rows that an entry changed. Before the reveal it tells blind votes",
    "checklist_text": "checklists as they were when a review took them",
    "condition": "owners and dates of a verdict's conditions",
    "condition_closing": "conditions that were closed after the freeze",
    "consensus": "what a meeting agreed on. Blind until the reveal",
    "content_block": "digests of what imports brought",
    "dismissal": "hits of a probe that somebody dismissed, with the reason",
    "dissent": "who disagrees with the verdict, and why",
    "draft": "texts that somebody has begun to type",
    "eval_set": "golden sets as imported",
    "evidence": "what was attached to items",
    "former_name": "what systems and people were called before",
    "gap": "gaps: read v_gaps",
    "gate": "gates as written",
    "gate_change": "gates that replaced another one in a review",
    "gate_lock": "locks of gates",
    "human_label": "people's labels of whole answers",
    "import": "imports, with those that were given up",
    "import_reject": "lines that no import took, with the reason",
    "incident": "incidents: read v_incidents",
    "incident_action": "actions that follow from incidents",
    "incident_event": "timelines of incidents",
    "incident_rival": "texts of incidents that two people wrote at once",
    "item_note": "notes on items. Blind until the reveal",
    "kept": "results that are kept to be shown again quickly",
    "label_batch": "batches of answers that were drawn for labelling",
    "metric_label": "people's labels of one metric of an answer",
    "na_confirmation": "who confirmed that an item does not apply. Blind until the reveal",
    "override": "votes kept against a proof. Blind until the reveal",
    "own_note": "each reviewer's own notes. Blind until the reveal",
    "presence": "who has the file open",
    "review": "reviews: read v_reviews",
    "review_checklist": "which checklists a review takes",
    "rival": "values that two people wrote at once, until somebody settles them. May be blind until the reveal",
    "run": "runs, with those that were imported again: read v_runs",
    "run_case": "cases of runs: read v_cases",
    "run_fact": "what somebody declared of a run",
    "scorecard": "frozen scorecards",
    "setting": "settings of the file",
    "sqlite_sequence": "SQLite's own: the last number that each table gave",
    "supersession": "which frozen scorecard another one corrected",
    "system": "names of systems",
    "tally_seal": "digests of what was counted of imports",
    "tick": "boxes ticked within an item",
    "trace": "requests, with those that came in again: read v_traces",
    "trace_content": "which requests have the same content",
    "trace_id": "ids of requests",
    "trace_leak": "credentials and personal data that were found in requests, masked",
    "trace_measure": "what was measured of each request",
    "trace_measuring": "imports whose requests are still being measured",
    "trace_raw": "raw records of requests, packed",
    "trace_shape": "requests without their texts, amounts and times, each once",
    "trace_stale": "days whose counts have to be made again",
    "trace_superseded": "requests that a later import brought again",
    "trace_tally": "counts a day and shape",
    "trace_text": "texts of retrieved chunks, packed",
    "trace_twin": "requests that are the same as an earlier one",
    "trace_words_import": "how far the index of words is",
    "vote": "votes. Blind until the reveal",
    "waiver": "risks that were accepted, until when",
}

HEAD = """\
# Ten questions in SQL

Written by `docs/make_sql.py`, which also writes [datasette.json](datasette.json). What the views are:
[schema.md](schema.md). Any program that reads SQLite can ask them; none needs a function for JSON. Open the file read-only:

```sh
sqlite3 "file:readiness.db?mode=ro" "SELECT key, owner, due FROM v_gaps WHERE live ORDER BY due"
```

[Datasette](https://datasette.io) shows the file in a browser, with what each view and column means and the ten questions by
name. Take `docs/datasette.json` of this repository; its texts are for a file that is called `readiness.db`:

```sh
pip install datasette
datasette -i readiness.db -m docs/datasette.json
```

`-i` opens it for reading alone, and promises that nobody writes meanwhile: of a file that is in use, take a copy with
`readiness backup copy/readiness.db`. The program's own tables are hidden there, not locked: whoever may write their own SQL
can read them, votes that are still blind included. While a review is blind, start it with
`--setting default_allow_sql off`, which leaves the views, the ten questions and the hidden tables' pages; and do not serve it to others
([reviewers.md](reviewers.md)).

The answers below are those of the sample (`readiness demo`), after its review was frozen. Question 2 names two of its runs.
"""


def document(file: Path) -> str:
    """The whole of docs/sql.md, with the answers that this file gives."""
    parts = [HEAD]
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as conn:
        for number, one in enumerate(QUESTIONS, 1):
            note = f"\n{one.note}\n" if one.note else ""
            parts.append(f"\n## {number}. {one.asks}\n\n```sql\n{one.sql};\n```\n{note}\n{_answer(conn, one.sql)}")
    return "".join(parts)


def _answer(conn: sqlite3.Connection, sql: str) -> str:
    found = conn.execute(sql)
    rows = [tuple(column[0] for column in found.description), *found]
    cells = [["" if value is None else str(value).replace("|", "\\|") for value in row] for row in rows]
    right = [
        all(isinstance(value, (int, float, type(None))) for value in column) for column in zip(*rows[1:], strict=True)
    ]
    line = ["---:" if of else ":---" for of in right]
    return "".join(f"| {' | '.join(row)} |\n" for row in [cells[0], line, *cells[1:]])


def metadata() -> dict[str, Any]:
    """What Datasette is told of the file: its views with their columns, its tables, and the questions."""
    views: dict[str, Any] = {}
    for part in re.split(r"^## ", SCHEMA.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        found = re.match(r"`(\w+)`: (.+)\n", part)
        if found is not None:
            columns = re.findall(r"^\| `(\w+)` \| (.+) \|$", part, flags=re.MULTILINE)
            views[found[1]] = {
                "title": f"{found[1]}: {found[2]}",
                "columns": {name: _plain(what) for name, what in columns},
            }
            if any(name == "latency_ms" for name, _ in columns):
                views[found[1]]["units"] = {"latency_ms": "ms"}
    tables = {name: {"description": what, "hidden": True} for name, what in TABLES.items()}
    queries = {one.name: {"title": one.asks, "description": _plain(one.note), "sql": one.sql} for one in QUESTIONS}
    return {
        "title": "Readiness reviews",
        "description": "NULL is “not known”, never 0. Times are UTC, latencies milliseconds, costs US dollars.",
        "databases": {
            "readiness": {
                "description": "The views are what is promised; the program's own tables change with its versions.",
                "tables": views | tables,
                "queries": queries,
            }
        },
    }


def _plain(text: str) -> str:
    """Without the marks of markdown, which Datasette would show as they are."""
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).replace("`", "").replace("\\|", "|")


def written() -> str:
    return json.dumps(metadata(), indent=2, ensure_ascii=False) + "\n"


def frozen_sample(folder: Path) -> Path:
    """The sample with its review frozen."""
    from readiness_tui.services.review.scorecard import freeze
    from readiness_tui.services.start.start import open_sample

    desk = open_sample(folder, "ana", path=folder / "readiness.db", clock=lambda: NOW)
    freeze(desk)
    desk.close()
    return folder / "readiness.db"


if __name__ == "__main__":
    METADATA.write_text(written(), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(document(frozen_sample(Path(folder))), encoding="utf-8")
