"""A review in which every text that comes from outside is hostile: one place to fill it, shared by the tests.

Each field says its own name before the poison, so that a leak names the field it came from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Action, NoteStatus, Sev
from readiness_tui.domain.metrics import case_key
from readiness_tui.domain.runs.model import Case, HumanVerdict
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.core.write import deferred
from readiness_tui.services.gate import versions
from readiness_tui.services.importing import imports
from readiness_tui.services.importing.result import ImportedFile
from readiness_tui.services.incidents import edit
from readiness_tui.services.labels import queue
from readiness_tui.services.review import assess, gaps, reviews, scorecard
from tests.incident_lines import write_line

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)
PROMPTFOO = Path(__file__).parent / "data" / "promptfoo" / "baseline.json"

#: Numbers that no colour has, so that a sequence with one of them in it came from the data.
COLOUR = "7919"
#: A terminal obeys these: clipboard (OSC 52), title (OSC 0), colour and cursor (CSI), a device string (DCS), their
#: one-byte (C1) forms, bell, backspace, carriage return, delete.
CONTROLS = (
    f"\x1b]52;c;{COLOUR}\x07\x1b]0;{COLOUR}\x1b\\\x1b[{COLOUR}m\x1b[{COLOUR}A\x1bP{COLOUR}q\x1b\\\x1bc\x9b{COLOUR}m"
    f"\x9d52;c;{COLOUR}\x9c\x90{COLOUR}\x9c\x07\x08\r\x7f\x85"
)
#: Reordering and unseen text.
BIDI = "\u202e\u2066\u2069\u200f\u200b\ufeff\u2028\U000e0041"
#: What widgets, markdown, HTML, spreadsheets and templates would run.
MARKUP = "[@click=app.quit]x[/] x [/nope] [bold red] |<b onload=x>`rm`</b>| @everyone {{7*7}} ${x} $(id) https://evil.example"
#: A line of its own would pass for one of the program's, or for a command to the CI system.
SPOOF = (
    "\nSPOOFED\n::error::SPOOFED\n%0A::error::x\n\u00a0 ::set-output name=SPOOFED::x ##vso[task.setvariable SPOOFED]"
    "\n##[error]SPOOFED\n##teamcity[SPOOFED]\nsection_start:0:SPOOFED"
)
POISON = CONTROLS + BIDI + SPOOF + MARKUP

#: What must never reach a terminal from the data: any control but newline and tab, and what reorders or hides.
RAW = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
#: The same among the bytes of a terminal program, whose own sequences are no leak.
LEAK = re.compile(
    rb"\x1b[^\x1b\x9c]{0,6}7919|\x1bc|\xc2[\x80-\x9f]|\x08|\x7f"
    rb"|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xf3\xa0[\x80\x81]"
)


#: What a CI system obeys in a log: GitHub and GitLab at the start of a line, GitHub, Azure and TeamCity anywhere.
OBEYED = re.compile(r"^\s*(?:::|section_(?:start|end):)|##(?:vso|teamcity)?\[", re.IGNORECASE | re.MULTILINE)


def bad(field: str) -> str:
    """Hostile text for `field`, beginning as a spreadsheet formula does."""
    return f"={field} {POISON}"


def short(field: str) -> str:
    """Hostile text for fields of limited length or without line ends."""
    return f"{field} \u202e[@click=app.quit]x[/][/nope]|<b>"


def fill(folder: Path) -> Path:
    """The hostile review in `folder`/hostile.db, made through the services as a team would."""
    path = folder / "hostile.db"
    lists = folder / "lists"
    lists.mkdir()
    (lists / "own.yaml").write_text(_checklist(), encoding="utf-8")
    desk = open_desk(path, bad("who"), create=True, clock=lambda: NOW)
    reviews.new_review(
        desk, system=bad("system"), release=bad("release"), held_on=date(2026, 11, 24), as_of=date(2026, 11, 24),
        owner=bad("owner"), checklists=("own", "observability", "reliability", "evaluation"),
        reviewers=(bad("who"), bad("reviewer")), folders=(lists,),
    )  # fmt: skip
    _imports(desk, folder)
    with deferred(desk):  # gaps and conditions are brought up once, to save time
        _scores(desk)
        _incidents(desk)
    _gaps(desk)
    _notes(folder / "notes")
    desk.close()
    return path


def _imports(desk: Desk, folder: Path) -> None:
    def bring(name: str, text: str, role: str | None = None) -> ImportedFile:
        file = folder / name
        file.write_text(text, encoding="utf-8")
        (done,) = imports.import_path(desk, file, role=role)
        return done

    bring("gate.yaml", _gate())
    versions.lock(replace(desk, who=short("locker")), folder=folder)
    bring("golden.jsonl", lines({
        "id": bad(f"golden.id{n}"), "question": bad(f"golden.question{n}"), "expected_source": bad("golden.source"),
        "must_include": [bad("golden.include")], "expected_tools": [bad("golden.tool")],
        "tags": [bad("golden.tag"), "high_risk", "failure"], "extra": {bad("golden.key"): bad("golden.extra")},
    } for n in range(3)))  # fmt: skip
    for role, version in (("baseline", "v1"), ("candidate", "v2")):
        done = bring(f"{role}.jsonl", lines([{"run": _run(role, version)}, *(_case(n, role) for n in range(4))]), role)
        assert done.cases == 4, done
    log = bring("log\x1b]0;7919\x07\u202e[bold].jsonl", lines([*(_trace(n) for n in range(31)), {"trace_id": ""},
                                                   {bad("line"): bad("line")}]))  # fmt: skip
    assert (log.traces, len(log.rejected)) == (31, 2)
    results = _poisoned(json.loads(PROMPTFOO.read_text(encoding="utf-8")))
    assert bring("promptfoo.json", json.dumps(results)).cases == 17
    mapping = {bad("metric"): 0.5, "faithfulness": 0.9, "run": bad("mapping.run"), "version": bad("mapping.version")}
    assert bring("metrics.json", json.dumps(mapping)).runs == 1
    # Files that are refused say so with their content in the message.
    for name, text in {
        "foreign.json": json.dumps({bad("foreign.key"): "text"}),
        "table.csv": f'"{short("column")}",b\n1,2\n',
        "bad-gate.yaml": f'thresholds:\n  "{short("gate.metric")}": "{short("gate.limit")}"\n',
    }.items():
        with suppress(ReadinessError):
            bring(name, text)
    key = case_key(Case(bad("case0"), bad("variant")))
    queue.label(desk, bad("candidate.id"), key, HumanVerdict.PASS, bad("label.note"))


def _run(role: str, version: str) -> dict[str, object]:
    return {
        "id": bad(f"{role}.id"), "name": bad(f"{role}.name"), "tool": bad("tool"), "tool_version": bad("tool.version"),
        "version": f"{version} {POISON}", "prompt_version": bad("prompt"), "model": bad("model"),
        "index_version": bad("index"), "judge": bad("judge"), "judge_digest": bad("judge.digest"),
        "dataset": {"name": bad("dataset"), "digest": bad("dataset.digest")}, "tags": [bad("run.tag")],
        "started_at": "2026-11-24T15:00:00Z", bad("run.key"): bad("run.extra"),
    }  # fmt: skip


def _case(n: int, role: str) -> dict[str, object]:
    return {
        "case_id": bad(f"case{n}"), "variant": bad("variant"), "question": bad(f"question{n}"),
        "output": f"NUL \0 {bad(f'output of {role}')}\nsecond line {POISON}", "status": ["fail", "success", "error"][n % 3],
        "error": bad("case.error") if n % 3 == 2 else None,
        "scores": {bad("metric"): 0.2 * n, "faithfulness": 0.9, "citation_accuracy": n % 2},
        "latency_ms": 900 + n, "cost": 0.01, "tags": [bad("case.tag"), "high_risk"],
        "retrieved_chunks": [{"id": bad("chunk"), "source": bad("source"), "rank": 1, "text": bad("chunk.text")}],
        "tool_calls": [{"name": bad("case.tool"), "arguments": {bad("arg"): bad("arg")}, "error": bad("tool.error")}],
        bad("case.key"): bad("case.extra"),
    }  # fmt: skip


def _trace(n: int) -> dict[str, object]:
    return {
        "trace_id": bad(f"trace-{n}"), "started_at": (NOW - timedelta(hours=n)).isoformat(), "prompt_version": bad("prompt"),
        "model": bad("model") if n % 7 else None, "index_version": bad("index"), "app_version": bad("app"),
        "user_id": bad("user"), "session_id": bad("session"), "question": bad("trace.question"),
        "answer": f"NUL \0 {bad('trace.answer')}\n{POISON}", "error": bad("trace.error") if n % 5 == 0 else None,
        "retrieved_chunks": [{"id": bad("chunk"), "source": bad("source"), "rank": 1, "text": bad("chunk.text")}],
        "tool_calls": [{"name": bad("tool"), "arguments": {"key": "sk-" + "a1B2" * 12, bad("arg"): bad("arg")},
                        "result": bad("result") if n % 3 else None}],
        "latency_ms": 1000 + n, "cost": 0.02, "status": bad("status") if n % 4 == 0 else "success",
        "feedback": bad("feedback"), "scores": {bad("trace.metric"): 0.3, "faithfulness": 0.8}, bad("trace.key"): bad("extra"),
    }  # fmt: skip


def _poisoned(value: Any, key: str = "") -> Any:
    """promptfoo's results with every text poisoned that is no fixed word of the format."""
    if isinstance(value, dict):
        names = {
            name: bad(name) if key in ("namedScores", "vars", "metadata") and name != "case_id" else name
            for name in value
        }
        return {names[name]: _poisoned(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_poisoned(inner, key) for inner in value]
    return f"{value} {POISON}" if isinstance(value, str) and key not in ("type", "timestamp") else value


def _quoted(text: str) -> str:
    return json.dumps(text)  # a JSON string is a YAML one


def _checklist() -> str:
    items = "".join(
        f"  - id: OWN-0{n}\n    title: {_quoted(short(f'item{n}'))}\n    why: {_quoted(short('why'))}\n"
        f"    evidence: {_quoted(short('evidence'))}\n    improve: {_quoted(short('improve'))}\n"
        f"    severity: {severity}\n    depth: course\n    ticks: [{_quoted(short('tick'))}]\n"
        for n, severity in enumerate(("blocker", "blocker", "major", "major", "minor", "minor"), 1)
    )
    return f"id: own\ntitle: {_quoted(short('checklist'))}\nversion: {_quoted(short('version'))}\nitems:\n{items}"


def _gate() -> str:
    return (
        f"name: {_quoted(short('gate'))}\nmetrics:\n"
        '  - {metric: faithfulness, threshold: ">= 0.95", max_regression: 0.02}\n'
        "  - {metric: citation_accuracy, threshold: 0.5, tags: [" + _quoted(short("gate.tag")) + "]}\n"
        f"  - {{metric: {_quoted(short('own metric'))}, min: 0.4, direction: higher, unit: {_quoted(short('unit'))}}}\n"
        "  - {metric: latency_p95_ms, threshold: 500, from: traces, window: 7 days, required: false}\n"
        f"must_pass: [{_quoted(short('must pass'))}]\n"
    )


def _scores(desk: Desk) -> None:
    other = replace(desk, who=bad("reviewer"))
    for item, points in (("OWN-01", 0), ("OWN-02", 1), ("OWN-03", 2), ("OBS-01", 2), ("OBS-03", 2)):
        assess.score(desk, [item], points)
    assess.score(other, ["OWN-03"], 0)
    assess.agree(desk, "OWN-03", 1, bad("consensus"))
    assess.attach(desk, ["OWN-02", "OBS-01"], EvidenceKind.URL, f"https://evil.example/{POISON}")
    assess.attach(desk, ["OWN-03"], EvidenceKind.SHOWN, bad("shown"), witness=bad("witness"))
    assess.attach(desk, ["OWN-04"], EvidenceKind.TRACE, bad("trace-0"))
    assess.not_applicable(desk, "OWN-05", bad("n/a reason"))
    assess.not_applicable(desk, "REL-04", bad("n/a reason"))
    assess.confirm_na(desk, "REL-04", bad("reviewer"))
    assess.waive(desk, "OWN-01", bad("waiver"), bad("approver"), date(2026, 12, 24))
    assess.note(desk, "OWN-01", bad("note") + "\n\n" + bad("second paragraph"))
    with suppress(ReadinessError):
        assess.override(desk, "OBS-03", bad("override"))
    for name in ("allowed_tools", "write_tools"):
        reviews.declare(desk, name, bad(name))
    scorecard.dissent(desk, bad("dissenter"), bad("dissent"))
    reviews.override_verdict(desk, "GO", bad("verdict override"))


def _incidents(desk: Desk) -> None:
    made = edit.create(desk, bad("incident"), Sev.SEV2, traces=[bad("trace-0"), bad("no such trace")])
    for key in edit.SECTIONS:
        with suppress(ReadinessError):
            edit.set_field(desk, made.number, key, bad(key) + "\n- " + bad(f"{key} list"))
    write_line(desk, made.number, bad("timeline"))
    edit.link(desk, made.number, eval_cases=["?" + bad("case0")])
    edit.put_action(desk, made.number, Action(0, bad("action"), owner=bad("action.owner"), due=date(2026, 11, 20)))
    closed = edit.create(desk, bad("closed incident"), Sev.SEV1, started=NOW - timedelta(days=2))
    edit.set_time(desk, closed.number, "resolved", NOW - timedelta(days=1))
    edit.set_field(desk, closed.number, "factors", bad("factors"))
    edit.set_field(desk, closed.number, "controls", "\u202e[@click=app.quit]x[/nope] | failed")
    for status in (NoteStatus.IN_REVIEW, NoteStatus.REVIEWED, NoteStatus.CLOSED):
        edit.set_status(desk, closed.number, status, no_eval_reason=bad("no eval reason"))


def _gaps(desk: Desk) -> None:
    gaps.mark(desk, "trace", bad("trace-5"), bad("marked trace"))
    gaps.mark(desk, "case", bad("case0"), bad("marked case"))
    for gap in sorted(load(desk).gaps.values(), key=lambda gap: not gap.state.live)[:4]:
        gaps.set_owner(desk, gap.key, bad("gap.owner"))
    for condition in load(desk).judgement.conditions[:3]:
        gaps.set_condition(desk, condition.key, owner=bad("condition.owner"), due=date(2026, 12, 5))


def _notes(folder: Path) -> None:
    """Files of incidents and labels, for the commands that read them."""
    folder.mkdir()
    for name, text in {
        "review.md": f"# {bad('title')}\n\n{bad('opening')}\n\n## Timeline\n\n- 2026-11-18 02:05 UTC {bad('line')}\n"
        f"- {bad('no time')}\n\n## Action items\n\n- {bad('action')} (owner: {bad('person')}, due {bad('day')})\n\n"
        f"## {bad('heading')}\n\n{bad('kept')}\n",
        "chat.txt": "".join(f"[02:0{n}] ana: {bad('message')}\n" for n in range(5)),
        "timeline.csv": f'time,event,who\n2026-11-18 02:05,"{bad("event")}",{bad("who")}\n{bad("time")},x,y\n',
        "labels.jsonl": lines([{"run": bad("run"), "case": "c", "reviewer": "ana", "verdict": bad("verdict")},
                               {"run": short("run"), "case": short("case"), "reviewer": "ana", "verdict": "pass"}]),
    }.items():  # fmt: skip
        (folder / name).write_text(text, encoding="utf-8")


def lines(rows: Any) -> str:
    def plain(row: Mapping[str, object]) -> dict[str, object]:
        return {key: value for key, value in row.items() if value is not None}

    return "".join(json.dumps(plain(row)) + "\n" for row in rows)
