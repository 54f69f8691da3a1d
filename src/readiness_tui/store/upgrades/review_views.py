"""The migration with the views of reviews: what was decided, what is left to do, what broke, and who did what.

For people who read the file with SQL, beside those of `store/views.py`; docs/schema.md promises names, columns and their
order. SQLite 3.37 reads them, without a function or a collation of ours.

What a person's votes come to is decided by the rules, in Python, and a view cannot ask them. So a view shows a judgement
only where it is stored: in a frozen scorecard. Of an open review it is NULL, never last week's answer; nor is there
anything in these views that a reviewer may not see before the reveal of blind votes (services/core/seen.py).
"""

from __future__ import annotations

from typing import Any

#: A frozen scorecard, or NULL where its row holds no JSON any more: json_each then finds nothing, and raises nothing.
_CARD = "CASE WHEN json_valid(c.json) THEN c.json END"

#: Reviews in which nobody may see what others think of an item, and the tables that hold opinions.
_SECRET = "SELECT id FROM review WHERE blind <> 0 AND revealed = 0"
_OPINIONS = "('vote', 'own_note', 'override', 'na_confirmation', 'consensus', 'item_note')"
#: The rows of the entry `c` that are such an opinion.
_HIDDEN = f"""FROM change_row AS h WHERE h.change_id = c.id AND h.table_name IN {_OPINIONS}
            AND json_extract(coalesce(h.new_json, h.old_json), '$.review_id') IN ({_SECRET})"""

#: Of the gap lines `g` of a card, the one of the item `i` of the section `s`. A gap that several items share has the key of the
#: first of them, which may be met, and names those that are short.
_ITEM_KEY = "'item/' || json_extract(s.value, '$.id') || '/' || json_extract(i.value, '$.id')"
_ITS_GAP = f"""FROM json_each({_CARD}, '$.gaps') AS g WHERE iif(json_array_length(g.value, '$.merged') > 0,
            {_ITEM_KEY} IN (SELECT value FROM json_each(g.value, '$.merged')), json_extract(g.value, '$.key') = {_ITEM_KEY}) LIMIT 1"""

_BETTER = "json_extract(g.value, '$.rule.direction') = 'higher'"
_THRESHOLD = "json_extract(g.value, '$.rule.threshold')"
_TOLERATE = "json_extract(g.value, '$.rule.tolerate')"
_MARGIN = "json_extract(g.value, '$.rule.max_regression')"
_WAY = f"iif({_BETTER}, '≥ ', '≤ ')"


def _limit(name: str, word: str = "") -> str:
    """A part of a slice that has a value: `variant=b`; NULL where the rule sets none."""
    return f"SELECT '{word or name}=' || nullif(nullif(json_extract(g.value, '$.rule.{name}'), ''), 0)"


#: What limits the cases or requests that a row counts, and what counts as right: `high_risk+variant=b+days=7`.
_SLICE = f"""(SELECT group_concat(part, '+') FROM (SELECT value AS part FROM json_each(g.value, '$.rule.tags')
        UNION ALL {_limit("variant")} UNION ALL {_limit("dataset")} UNION ALL {_limit("cut")}
        UNION ALL {_limit("k")} UNION ALL {_limit("window_days", "days")}))"""


def _said(name: str, before: str = "") -> str:
    return f"SELECT '{before}' || nullif(json_extract(g.value, '$.{name}'), '')"


#: Why the row has its result and how sure that is, what the figure rests on, and which bound is not exact.
_REMARK = f"""(SELECT group_concat(said, '; ') FROM ({_said("reason")} AS said UNION ALL {_said("sure")}
        UNION ALL SELECT value FROM json_each(g.value, '$.remarks')
        UNION ALL {_said("estimate.low_doubt", "low is approximate: ")}
        UNION ALL {_said("estimate.high_doubt", "high is approximate: ")}))"""

REVIEW_VIEWS = {
    "v_reviews": """
SELECT r.id AS review, r.system AS system, r.release AS release, r.held_on AS date,
    CASE WHEN c.id IS NULL THEN NULL
        WHEN json_valid(c.json) AND json_extract(c.json, '$.verdict') IS c.verdict THEN c.verdict
        ELSE 'changed by hand' END AS verdict,
    CASE WHEN json_valid(c.json) THEN json_extract(c.json, '$.verdict_override.verdict') END AS overridden_to,
    r.frozen_at AS frozen_at,
    (SELECT new_review FROM supersession WHERE old_review = r.id) AS superseded_by
FROM review AS r LEFT JOIN scorecard AS c ON c.review_id = r.id AND r.frozen_at IS NOT NULL""",
    "v_items": f"""
SELECT c.review_id AS review, json_extract(s.value, '$.id') AS checklist, json_extract(i.value, '$.id') AS item,
    json_extract(i.value, '$.title') AS title, json_extract(i.value, '$.severity') AS severity,
    json_extract(i.value, '$.word') AS standing, json_extract(i.value, '$.points') AS points,
    json_extract(i.value, '$.assurance') AS assurance,
    nullif((SELECT json_extract(g.value, '$.owner') {_ITS_GAP}), '') AS owner,
    (SELECT json_extract(g.value, '$.due') {_ITS_GAP}) AS due,
    json_extract(i.value, '$.waived') AS waived
FROM scorecard AS c, json_each({_CARD}, '$.sections') AS s, json_each(s.value, '$.items') AS i
UNION ALL
SELECT r.id, t.checklist_id, json_extract(i.value, '$.id'),
    json_extract(i.value, '$.title'), json_extract(i.value, '$.severity'), NULL, NULL, NULL, NULL, NULL, NULL
FROM review AS r CROSS JOIN review_checklist AS l ON l.review_id = r.id CROSS JOIN checklist_text AS t ON t.digest = l.digest
    CROSS JOIN json_each(t.json, '$.items') AS i
WHERE r.frozen_at IS NULL AND (r.depth = 'full' OR json_extract(i.value, '$.depth') = 'course')""",
    "v_gate": f"""
SELECT c.review_id AS review, json_extract(g.value, '$.rule.metric') AS metric,
    {_SLICE} AS slice,
    CASE WHEN {_THRESHOLD} IS NOT NULL THEN {_WAY} || printf('%.10g', {_THRESHOLD})
            || iif({_TOLERATE} IS NULL, '', ', surely ' || {_WAY} || printf('%.10g', {_TOLERATE}))
        WHEN {_MARGIN} IS NOT NULL THEN iif({_BETTER}, 'drop', 'rise') || ' ≤ '
            || iif(json_extract(g.value, '$.rule.relative'), printf('%.10g%%', 100 * {_MARGIN}), printf('%.10g', {_MARGIN}))
        END AS rule,
    json_extract(g.value, '$.estimate.value') AS value,
    json_extract(g.value, '$.estimate.low') AS low,
    json_extract(g.value, '$.estimate.high') AS high,
    json_extract(g.value, '$.estimate.n') AS n,
    json_extract(g.value, '$.result') AS result,
    {_REMARK} AS remark,
    json_extract(g.value, '$.rule.required') AS required,
    json_extract(g.value, '$.baseline') AS baseline,
    json_extract(g.value, '$.run_id') AS run
FROM scorecard AS c, json_each({_CARD}, '$.gate.rows') AS g""",
    "v_gaps": """
SELECT name AS key, system, severity, title, nullif(owner, '') AS owner, due, state, created,
    state NOT IN ('verified', 'closed') AS live
FROM gap""",
    "v_incidents": """
SELECT i.number AS incident, i.system AS system, i.title AS title, i.severity AS severity,
    coalesce(nullif(i.peak, ''), i.severity) AS worst_severity, i.status AS status,
    i.started AS started_at, i.detected AS detected_at, i.acknowledged AS acknowledged_at, i.mitigated AS mitigated_at,
    i.resolved AS resolved_at, i.closed AS closed_on, i.failure_class AS failure_class,
    nullif(i.breached, '') AS item,
    (SELECT count(*) FROM incident_action AS a WHERE a.number = i.number) AS actions,
    (SELECT count(*) FROM incident_action AS a WHERE a.number = i.number AND a.done IS NULL) AS actions_open
FROM incident AS i""",
    "v_history": f"""
SELECT c.id AS entry, c.at AS at, c.who AS who,
    CASE WHEN NOT EXISTS (SELECT 1 {_HIDDEN}) THEN c.what
        ELSE iif(c.undoes IS NULL, '', 'undid: ')
            || iif((SELECT min(h.table_name IN ('own_note', 'item_note')) {_HIDDEN}), 'wrote a note on ', 'voted on ')
            || (SELECT group_concat(item_id, ', ') FROM (SELECT DISTINCT h.item_id {_HIDDEN} ORDER BY h.item_id))
        END AS what,
    CASE WHEN NOT EXISTS (SELECT 1 {_HIDDEN}) THEN nullif(c.why, '') END AS why,
    c.system AS system, c.review_id AS review, c.undoes AS undoes,
    (SELECT max(u.id) FROM change AS u WHERE u.undoes = c.id) AS undone_by
FROM change AS c""",
}


def review_views(db: Any) -> None:
    for name, sql in REVIEW_VIEWS.items():
        db.conn.execute(f"DROP VIEW IF EXISTS {name}")
        db.conn.execute(f"CREATE VIEW {name} AS {sql.strip()}")
