"""The tables of version 1. Times are UTC text (store/codec.py) except a trace's, which are microseconds since 1970.

Everything a person typed is in tables whose every change is audited (`change`, `change_row`). What an import brought
is in `run`, `run_case`, `trace`, `eval_set`: seen once its row in `import` has a `published_at`, and never changed.

Since version 5 (`upgrades/system_column.py`) all of it belongs to a system, and what reads or writes it is given that
system's name. What was imported has the number of a row in `system`: `import.system_id`, which runs, cases and golden
sets have through their import, and `trace.system_id`, the same once more because `trace_time` begins with it. What was
typed has the name in `system`, as in the audit trail: `review`, `gap`, `incident`, `gate`, `gate_lock`, `human_label`
and `change`, where NULL is everybody's history. Ids that tools gave (of runs, traces, cases, the uids of incidents) and
a gate's versions count within a system; INC-n, the numbers of reviews and those of imports count through the file.
"""

APPLICATION_ID = 0x52544931  # "RTI1"
UNKNOWN_TIME = -(1 << 62)  # before every time, so that such traces sort last in a newest-first list

# Few indexes: each is one more page that every save writes and flushes.
AUDIT = """
CREATE TABLE change(
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '',
    review_id INTEGER,
    idempotency_key TEXT,
    undoes INTEGER REFERENCES change(id),
    undoable INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX change_key ON change(idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX change_undoes ON change(undoes) WHERE undoes IS NOT NULL;
CREATE TABLE change_row(
    change_id INTEGER NOT NULL REFERENCES change(id),
    position INTEGER NOT NULL,
    table_name TEXT NOT NULL,
    pk TEXT NOT NULL,
    item_id TEXT,
    old_json TEXT,
    new_json TEXT,
    PRIMARY KEY(change_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_row_label ON change_row(change_id) WHERE table_name = 'human_label';
CREATE TRIGGER change_keeps BEFORE UPDATE ON change BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER change_stays BEFORE DELETE ON change BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER change_row_keeps BEFORE UPDATE ON change_row
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER change_row_stays BEFORE DELETE ON change_row
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
"""

REVIEWS = """
CREATE TABLE gate(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    json TEXT NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    UNIQUE(name, version),
    UNIQUE(name, digest)
) STRICT;
CREATE TABLE gate_lock(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    gate_digest TEXT NOT NULL,
    dataset_digest TEXT,
    judge_digest TEXT
) STRICT;
CREATE INDEX gate_lock_digest ON gate_lock(gate_digest, at);
CREATE TABLE review(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    system TEXT NOT NULL,
    release TEXT NOT NULL,
    held_on TEXT NOT NULL,
    owner TEXT NOT NULL,
    depth TEXT NOT NULL,
    checklists TEXT NOT NULL,
    reviewers TEXT NOT NULL,
    facilitator TEXT NOT NULL,
    blind INTEGER NOT NULL,
    revealed INTEGER NOT NULL,
    as_of TEXT,
    gate_id INTEGER REFERENCES gate(id),
    candidate TEXT NOT NULL,
    baseline TEXT NOT NULL,
    declared TEXT NOT NULL,
    override_verdict TEXT,
    override_by TEXT,
    override_reason TEXT,
    frozen_at TEXT
) STRICT;
CREATE TABLE checklist_text(
    digest TEXT PRIMARY KEY,
    checklist_id TEXT NOT NULL,
    version TEXT NOT NULL,
    json TEXT NOT NULL
) STRICT;
CREATE TABLE review_checklist(
    review_id INTEGER NOT NULL REFERENCES review(id),
    position INTEGER NOT NULL,
    digest TEXT NOT NULL REFERENCES checklist_text(digest),
    PRIMARY KEY(review_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE vote(
    review_id INTEGER NOT NULL REFERENCES review(id),
    item_id TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    points INTEGER CHECK(points BETWEEN 0 AND 2),
    na INTEGER NOT NULL,
    na_reason TEXT NOT NULL,
    at TEXT,
    PRIMARY KEY(review_id, item_id, reviewer)
) STRICT, WITHOUT ROWID;
CREATE TABLE evidence(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    review_id INTEGER NOT NULL REFERENCES review(id),
    item_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    person TEXT NOT NULL,
    witness TEXT NOT NULL,
    dated TEXT,
    at TEXT
) STRICT;
CREATE INDEX evidence_item ON evidence(review_id, item_id);
CREATE TABLE waiver(
    review_id INTEGER NOT NULL REFERENCES review(id),
    item_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    approver TEXT NOT NULL,
    given TEXT NOT NULL,
    expires TEXT NOT NULL,
    PRIMARY KEY(review_id, item_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE override(
    review_id INTEGER NOT NULL REFERENCES review(id),
    item_id TEXT NOT NULL,
    person TEXT NOT NULL,
    reason TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY(review_id, item_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE na_confirmation(
    review_id INTEGER NOT NULL REFERENCES review(id),
    item_id TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY(review_id, item_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE consensus(
    review_id INTEGER NOT NULL REFERENCES review(id),
    item_id TEXT NOT NULL,
    points INTEGER CHECK(points BETWEEN 0 AND 2),
    na INTEGER NOT NULL,
    person TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY(review_id, item_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE item_note(
    review_id INTEGER NOT NULL REFERENCES review(id),
    item_id TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY(review_id, item_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE tick(
    review_id INTEGER NOT NULL REFERENCES review(id),
    item_id TEXT NOT NULL,
    name TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY(review_id, item_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE dismissal(
    review_id INTEGER NOT NULL REFERENCES review(id),
    query TEXT NOT NULL,
    hit TEXT NOT NULL,
    reason TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY(review_id, query, hit)
) STRICT, WITHOUT ROWID;
CREATE TABLE dissent(
    review_id INTEGER NOT NULL REFERENCES review(id),
    person TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY(review_id, person)
) STRICT, WITHOUT ROWID;
CREATE TABLE condition(
    review_id INTEGER NOT NULL REFERENCES review(id),
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    due TEXT,
    by_hand INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY(review_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE scorecard(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    review_id INTEGER NOT NULL UNIQUE REFERENCES review(id),
    frozen_at TEXT NOT NULL,
    person TEXT NOT NULL,
    as_of TEXT NOT NULL,
    verdict TEXT NOT NULL,
    digest TEXT NOT NULL,
    json TEXT NOT NULL,
    markdown TEXT NOT NULL
) STRICT;
CREATE TABLE gap(
    system TEXT NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    severity TEXT NOT NULL,
    owner TEXT NOT NULL,
    due TEXT,
    state TEXT NOT NULL,
    created TEXT NOT NULL,
    first_review INTEGER NOT NULL,
    reviews TEXT NOT NULL,
    due_changes TEXT NOT NULL,
    evidence TEXT NOT NULL,
    marked INTEGER NOT NULL,
    PRIMARY KEY(system, name)
) STRICT, WITHOUT ROWID;
"""

INCIDENTS = """
CREATE TABLE incident(
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    system TEXT NOT NULL,
    title TEXT NOT NULL,
    severity TEXT NOT NULL,
    status TEXT NOT NULL,
    started TEXT,
    detected TEXT,
    acknowledged TEXT,
    mitigated TEXT,
    resolved TEXT,
    closed TEXT,
    failure_class TEXT,
    breached TEXT NOT NULL,
    no_eval_reason TEXT NOT NULL,
    eval_cases TEXT NOT NULL,
    traces TEXT NOT NULL,
    fields TEXT NOT NULL
) STRICT;
CREATE TABLE incident_event(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number INTEGER NOT NULL REFERENCES incident(number),
    at TEXT NOT NULL,
    text TEXT NOT NULL,
    source TEXT NOT NULL,
    person TEXT NOT NULL
) STRICT;
CREATE INDEX incident_event_number ON incident_event(number, at);
CREATE TABLE incident_action(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number INTEGER NOT NULL REFERENCES incident(number),
    text TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    due TEXT,
    done TEXT
) STRICT;
CREATE INDEX incident_action_number ON incident_action(number);
"""

IMPORTS = """
CREATE TABLE import(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL,
    format TEXT NOT NULL,
    digest TEXT NOT NULL,
    person TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    published_at TEXT,
    published_order INTEGER UNIQUE,
    warnings TEXT NOT NULL DEFAULT '[]',
    runs INTEGER NOT NULL DEFAULT 0,
    cases INTEGER NOT NULL DEFAULT 0,
    traces INTEGER NOT NULL DEFAULT 0,
    rejects INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX import_digest ON import(digest);
CREATE TABLE import_reject(
    import_id INTEGER NOT NULL REFERENCES import(id),
    position INTEGER NOT NULL,
    line INTEGER NOT NULL,
    reason TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    PRIMARY KEY(import_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE run(
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    import_id INTEGER NOT NULL REFERENCES import(id),
    id TEXT NOT NULL,
    started_at TEXT,
    json TEXT NOT NULL,
    cases INTEGER NOT NULL DEFAULT 0,
    UNIQUE(import_id, id)
) STRICT;
CREATE INDEX run_id ON run(id);
CREATE TABLE run_case(
    run_key INTEGER NOT NULL REFERENCES run(key),
    id TEXT NOT NULL,
    variant TEXT NOT NULL,
    repeat INTEGER NOT NULL,
    position INTEGER NOT NULL,
    json TEXT NOT NULL,
    raw BLOB,
    PRIMARY KEY(run_key, id, variant, repeat)
) STRICT, WITHOUT ROWID;
CREATE TABLE human_label(
    run_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    variant TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    verdict TEXT NOT NULL,
    note TEXT NOT NULL,
    at TEXT,
    PRIMARY KEY(run_id, case_id, variant, reviewer)
) STRICT, WITHOUT ROWID;
CREATE TABLE eval_set(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    import_id INTEGER NOT NULL REFERENCES import(id),
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    json TEXT NOT NULL
) STRICT;
CREATE INDEX eval_set_digest ON eval_set(digest);
CREATE TABLE trace(
    key INTEGER PRIMARY KEY,
    import_id INTEGER NOT NULL, -- no foreign key: there is no index by it alone
    id TEXT NOT NULL,
    started_at INTEGER NOT NULL, -- microseconds since 1970, UTC; UNKNOWN_TIME where not recorded
    prompt_version TEXT,
    model TEXT,
    index_version TEXT,
    app_version TEXT,
    status TEXT,
    outcome TEXT,
    error TEXT,
    question TEXT,
    answer TEXT,
    chunks TEXT,
    tool_calls TEXT,
    retrieval INTEGER,
    feedback TEXT,
    latency_ms REAL,
    cost REAL,
    tokens_in INTEGER,
    tokens_out INTEGER,
    scores TEXT,
    cached INTEGER NOT NULL,
    cold INTEGER NOT NULL,
    extra TEXT,
    spans TEXT,
    person TEXT,
    session TEXT
) STRICT;
-- Covers the gate's metrics too, so that they need not read the wide rows.
CREATE INDEX trace_time ON trace(started_at, key, import_id, latency_ms, cost, outcome, cached, cold);
-- Filled in the order of ids when an import is complete: an index on random ids would be rewritten by every batch.
CREATE TABLE trace_id(
    import_id INTEGER NOT NULL REFERENCES import(id),
    id TEXT NOT NULL,
    key INTEGER NOT NULL,
    PRIMARY KEY(import_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE trace_raw(
    import_id INTEGER NOT NULL REFERENCES import(id),
    first_key INTEGER NOT NULL,
    last_key INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY(first_key)
) STRICT;
CREATE UNIQUE INDEX trace_raw_last ON trace_raw(last_key);
CREATE INDEX trace_raw_import ON trace_raw(import_id);
CREATE TABLE trace_superseded(
    key INTEGER NOT NULL,
    import_id INTEGER NOT NULL REFERENCES import(id),
    PRIMARY KEY(key, import_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX trace_superseded_import ON trace_superseded(import_id);
"""

SETTINGS = """
CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE draft(name TEXT PRIMARY KEY, value TEXT NOT NULL, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""

VERSION_1 = AUDIT + REVIEWS + INCIDENTS + IMPORTS + SETTINGS
