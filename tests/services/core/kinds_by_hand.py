"""What somebody may change with `sqlite3`, each kind with the words by which `doctor` names it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """`sql`: what somebody types into `sqlite3 FILE`. `named`: what a line of `doctor` holds, all of it. `drops`: the
    triggers that they have to drop for it."""

    sql: str
    named: tuple[str, ...]
    drops: tuple[str, ...] = ()
    refused: bool = True


VOTE = "WHERE review_id = 1 AND item_id = 'DEP-02' AND reviewer = 'ben'"
KINDS = {
    "a vote's points": Kind(f"UPDATE vote SET points = 0 {VOTE}", ("vote", "DEP-02 ben", "points is 0, by the history 2", "entry 50")),
    "a vote inserted": Kind(
        "INSERT INTO vote(review_id, item_id, reviewer, points, na, na_reason) VALUES (1, 'OBS-02', 'mallory', 2, 0, '')",
        ("vote", "OBS-02 mallory", "the audit trail has no entry of it"),
    ),
    "a vote deleted": Kind(f"DELETE FROM vote {VOTE}", ("vote", "DEP-02 ben", "gone without an entry")),
    "evidence": Kind("UPDATE evidence SET ref = 'https://example.com/x' WHERE id = 1", ("evidence [1]", "ref is", "by the history")),
    "evidence that was not found": Kind(
        "UPDATE evidence SET lookup = 'found', kind = 'drill' WHERE id = 2", ("evidence [2]", "kind is “drill”")
    ),
    "a waiver's end": Kind("UPDATE waiver SET expires = '2036-01-01'", ("waiver", "REL-02", "expires is “2036-01-01”, by the history")),
    "a waiver removed": Kind("DELETE FROM waiver", ("waiver", "REL-02", "gone without an entry")),
    "a lock backdated": Kind(
        "UPDATE gate_lock SET at = '2026-01-01T00:00:00.000000+00:00'", ("gate_lock", "at is “2026-01-01", "by the history “2026-11-20")
    ),
    "a gate": Kind("UPDATE gate SET json = replace(json, '0.85', '0.15')", ("gate [", "json is")),
    "a checklist": Kind("UPDATE checklist_text SET json = replace(json, 'blocker', 'minor')", ("checklist_text", "json is")),
    "an incident's severity": Kind("UPDATE incident SET severity = 'sev4' WHERE number = 1", ("incident [1]", "severity is “sev4”")),
    "an incident removed": Kind(
        "DELETE FROM incident_action WHERE number = 1", ("incident_action", "gone without an entry")
    ),
    "a gap closed": Kind("UPDATE gap SET state = 'closed'", ("gap", "state is “closed”, by the history “open”")),
    "who reviews": Kind("UPDATE review SET reviewers = '[\"mallory\"]'", ("review [1]", "reviewers is")),
    "the reveal": Kind("UPDATE review SET revealed = 1 - revealed", ("review [1]", "revealed is")),
    "the candidate": Kind("UPDATE review SET candidate = '[]'", ("review [1]", "candidate is")),
    "an overridden verdict": Kind("UPDATE review SET override_verdict = 'GO', override_by = 'cto'", ("review [1]", "override_verdict is “GO”")),
    "a system's name": Kind("UPDATE system SET name = 'Other'", ("system", "is filed under “Support bot”")),
    "a system's name on its review": Kind("UPDATE review SET system = 'Other'", ("review [1]", "system is “Other”")),
    "a figure of an import": Kind("UPDATE import SET traces = traces + 1 WHERE id = 2", ("import [2]", "traces is 1305, by the history 1304")),
    "an import hidden": Kind(
        "UPDATE import SET published_order = NULL, published_at = NULL WHERE id = 2", ("import [2]", "published_order is nothing")
    ),
    "who made an entry": Kind("UPDATE change SET who = 'eve' WHERE id = 40", ("change 40", "is not what was written"), ("change_keeps",)),
    "what an entry says": Kind("UPDATE change SET what = 'nothing' WHERE id = 40", ("change 40", "is not what was written"), ("change_keeps",)),
    "when an entry was made": Kind(
        "UPDATE change SET at = '2026-01-01T00:00:00.000000+00:00' WHERE id = 40", ("change 40",), ("change_keeps",)
    ),
    "in whose history an entry is": Kind("UPDATE change SET system = 'Other' WHERE id = 40", ("change 40", "is not what was written"), ("change_keeps",)),
    "a row of an entry": Kind(
        "UPDATE change_row SET new_json = replace(new_json, '2', '1') WHERE change_id = 50", ("change 50", "is not what was written"), ("change_row_keeps",)
    ),
    "an entry and its row alike": Kind(
        f"UPDATE vote SET points = 0 {VOTE}; UPDATE change_row SET new_json = replace(new_json, '\"points\":2', '\"points\":0')"
        " WHERE table_name = 'vote' AND pk = '[1,\"DEP-02\",\"ben\"]'",
        ("change 50", "is not what was written"),
        ("change_row_keeps",),
    ),
    "an entry in the middle removed": Kind(
        "DELETE FROM change_row WHERE change_id = 50; DELETE FROM change WHERE id = 50",
        ("change entry 50", "removed from the audit trail"),
        ("change_stays", "change_row_stays"),
    ),
    "the last entries removed": Kind(
        "DELETE FROM change_row WHERE change_id > 80; DELETE FROM change WHERE id > 80",
        ("change entries 81 to 87", "removed from the audit trail"),
        ("change_stays", "change_row_stays"),
    ),
    "an entry added": Kind(
        "INSERT INTO change(at, who, what) VALUES ('2026-11-24T15:00:00.000000+00:00', 'ana', 'all agreed')",
        ("change 88", "is not what was written"),
    ),
    "an entry with its row and a hash made up": Kind(
        "INSERT INTO change(id, at, who, what) VALUES (88, '2026-11-24T15:00:00.000000+00:00', 'ben', 'voted'); INSERT INTO change_row SELECT"
        " 88, 0, 'vote', pk, item_id, new_json, replace(new_json, '\"points\":2', '\"points\":0') FROM change_row WHERE change_id = 50 AND table_name"
        f" = 'vote'; UPDATE vote SET points = 0 {VOTE}; UPDATE change SET hash = 'ab' WHERE id = 88; UPDATE chain SET last = 88, entries = 88, hash = 'ab'",
        ("change 88", "is not what was written"),
    ),
    "the head": Kind("UPDATE chain SET hash = 'ab', last = 80, entries = 80", ("chain", "the audit trail has 87 entries")),
    "the head removed": Kind("DELETE FROM chain", ("chain", "it has 0 rows")),
    "a trigger dropped": Kind("DROP TRIGGER change_keeps", ("trigger change_keeps", "dropped")),
    "a view in the place of a table": Kind(
        "DROP TABLE override; CREATE VIEW override AS SELECT 1 AS review_id, 'EVA-02' AS item_id, 'cto' AS person, 'r' AS reason, '' AS digest",
        ("table override", "there is a view of its name"),
    ),
    "a view that answers otherwise": Kind("DROP VIEW v_cases; CREATE VIEW v_cases AS SELECT 1 AS passed", ("view v_cases", "replaced by another one")),
    "a trigger that does nothing": Kind(
        "CREATE TRIGGER trace_keeps BEFORE UPDATE ON trace WHEN 0 BEGIN SELECT 1; END",
        ("trigger trace_keeps", "replaced by another one"),
        ("trace_keeps",),
    ),
    "a trigger added": Kind(
        "CREATE TRIGGER helps AFTER INSERT ON vote BEGIN UPDATE vote SET points = 2; END", ("trigger helps", "added to the table vote")
    ),
    "a request deleted": Kind("DELETE FROM trace WHERE key = 700", ("trace trace-0700 of import 2", "gone: the import brought it"), ("trace_stays",)),
    "a request's latency": Kind("UPDATE trace SET latency_ms = 1 WHERE key = 5", ("trace trace-0005 of import 2", "not as the import brought it"), ("trace_keeps",)),
    "a request's status": Kind("UPDATE trace SET status = 'ok', outcome = 'ok' WHERE key = 6", ("trace trace-0006 of import 2",), ("trace_keeps",)),
    "a request added": Kind(
        "INSERT INTO trace(key, import_id, id, started_at, cached, cold, system_id) VALUES (99999, 2, 'made-up', 1, 0, 0, 1)",
        ("trace of import 2", "1 rows more than the import brought"),
        ("trace_ends",),
    ),
    "requests replaced by none": Kind(
        "INSERT INTO trace_superseded SELECT key, 3 FROM trace WHERE latency_ms > 2000", ("trace_tally",), ("trace_superseded_ends",)
    ),
    "a case": Kind(
        "UPDATE run_case SET json = replace(json, '\"status\":\"fail\"', '\"status\":\"pass\"')", ("run_case", "not as the import brought it"), ("run_case_keeps",)
    ),
    "a case removed": Kind("DELETE FROM run_case WHERE run_key = 1 AND position = 3", ("run_case", "gone: the import brought it"), ("run_case_stays",)),
    "a run": Kind("UPDATE run SET json = replace(json, 'rag-v4', 'rag-v5')", ("run rag-v4", "not as the import brought it"), ("run_keeps",)),
    "a golden set": Kind("UPDATE eval_set SET json = replace(json, 'case-01', 'case-99')", ("eval_set", "not as the import brought it"), ("eval_set_keeps",)),
    "a raw record": Kind(
        "UPDATE trace_raw SET data = (SELECT data FROM trace_raw ORDER BY first_key DESC LIMIT 1) WHERE first_key = 1",
        ("trace_raw of import 2", "not those of the file"),
        ("trace_raw_keeps",),
    ),
    "raw records that cannot be read": Kind(
        "UPDATE trace_raw SET data = x'00ff' WHERE first_key = 1", ("trace_raw of import 2", "not those of the file"), ("trace_raw_keeps",)
    ),
    "a tally": Kind("UPDATE trace_tally SET n = n + 1000", ("trace_tally import 2", "not what was counted"), ("trace_tally_keeps",)),
    "a tally removed": Kind("DELETE FROM trace_tally", ("trace_tally import 2", "not what was counted"), ("trace_tally_stays",)),
    "what was measured": Kind(
        "UPDATE trace_measure SET longest_call_ms = 0 WHERE trace_key = 7", ("trace_measure of trace-0007",), ("trace_measure_keeps",)
    ),
    "a secret that was found": Kind("DELETE FROM trace_leak", ("trace_leak of trace-",), ("trace_leak_stays",)),
    "a secret that was found, as of an import that is not measured": Kind(
        "DELETE FROM kept; UPDATE import SET measured = -measured; DELETE FROM trace_leak; UPDATE import SET measured = -measured",
        ("trace_leak import 2", "not what was found in its requests"),
    ),
    "copies that are none": Kind(
        "DELETE FROM kept; INSERT INTO trace_twin SELECT t.system_id, 7, t.started_at, t.key, t.import_id, m.shape FROM trace t"
        " JOIN trace_measure m ON m.trace_key = t.key WHERE t.latency_ms > 2000",
        ("trace_twin of trace-0", "said to be a copy, and it is none, and so for 336 more rows"),
    ),
    "which requests have the same content": Kind(
        "DELETE FROM trace_content WHERE trace_key = 9", ("trace_content of trace-0009, import 2",), ("trace_content_stays",)
    ),
    "the id of a request": Kind("DELETE FROM trace_id WHERE key = 9", ("trace_id of trace-0009, import 2",), ("trace_id_stays",)),
    "the id of another request": Kind(
        "UPDATE trace_id SET key = 10 WHERE key = 9", ("trace_id of trace-0010, import 2", "not the id"), ("trace_id_keeps",)
    ),
    "a row of an entry that is none": Kind(
        "UPDATE change_row SET old_json = '{' WHERE old_json IS NOT NULL", ("change ", "is not what was written"), ("change_row_keeps",)
    ),
    "a row of an entry whose values are none": Kind(
        """UPDATE change_row SET new_json = '{"review_id":{},"name":[]}' WHERE table_name IN ('vote', 'system', 'import')""",
        ("change ", "is not what was written"),
        ("change_row_keeps",),
    ),
    "a row of an entry that is no object": Kind(
        "UPDATE change_row SET new_json = '[1]' WHERE table_name IN ('vote', 'system', 'import')",
        ("change ", "is not what was written"),
        ("change_row_keeps",),
    ),
    "the end of an import's row": Kind(
        "UPDATE change_row SET new_json = substr(new_json, 1, 20) WHERE table_name = 'import'",
        ("change ", "is not what was written"),
        ("change_row_keeps",),
    ),
    "a kept result": Kind("UPDATE kept SET body = (SELECT body FROM kept ORDER BY id DESC LIMIT 1)", ("kept", "worked out again"), refused=False),
}  # fmt: skip
#: One of each way in which a change is seen; the others take the mark `slow`.
QUICK = (
    "a vote's points",
    "the last entries removed",
    "a request's latency",
    "an entry with its row and a hash made up",
    "a secret that was found, as of an import that is not measured",
    "a kept result",
    "copies that are none",
    "a row of an entry that is none",
)
CARDS = {
    "its verdict": (
        "UPDATE scorecard SET verdict = 'GO'",
        ("scorecard [1]", "verdict is “GO”, by the history “NO-GO”"),
    ),
    "its verdict in the JSON": (
        'UPDATE scorecard SET json = replace(json, \'"verdict": "NO-GO"\', \'"verdict": "GO"\')',
        ("scorecard [1]", "json is"),
    ),
    "its markdown": (
        "UPDATE scorecard SET markdown = replace(markdown, 'NO-GO', 'GO')",
        ("scorecard [1]", "markdown is"),
    ),
    "its digest": ("UPDATE scorecard SET digest = 'ab'", ("scorecard [1]", "digest is “ab”")),
    "its day": ("UPDATE scorecard SET as_of = '2027-11-24'", ("scorecard [1]", "as_of is")),
    "it is gone": ("DELETE FROM scorecard", ("scorecard [1]", "gone without an entry")),
    "it is open again": ("UPDATE review SET frozen_at = NULL", ("review [1]", "frozen_at is nothing")),
}
