"""Triggers that refuse to change what never changes: the audit trail, and what an import brought once it is seen.

What an import brought may go once the import is taken back, which hides it first. What is measured of it may be measured
anew, for which its import is set to not measured first. What changes all the time (typed rows, kept results) is not
guarded here but compared with its last entry, or with its digest.

`INSERT OR REPLACE` removes a row without a DELETE trigger (sqlite.org/lang_conflict.html), so what is there already
cannot be inserted either.
"""

from __future__ import annotations

_PUBLISHED = "(SELECT published_order FROM import WHERE id = {row}.import_id) IS NOT NULL"
_CASES = (
    "(SELECT i.published_order FROM run r JOIN import i ON i.id = r.import_id WHERE r.key = {row}.run_key) IS NOT NULL"
)
_TEXTS = (
    "(SELECT i.published_order FROM trace t JOIN import i ON i.id = t.import_id WHERE t.key = {row}.key) IS NOT NULL"
)
_MEASURED = "EXISTS (SELECT 1 FROM import WHERE id = {row}.%s AND published_order IS NOT NULL AND measured > 0)"
_LEAKS = (
    "EXISTS (SELECT 1 FROM trace_measure m JOIN import i ON i.id = m.of_import"
    " WHERE m.trace_key = {row}.trace_key AND i.published_order IS NOT NULL AND i.measured > 0)"
)
# A day is tallied anew while its mark stands, and is read record by record for as long.
_SETTLED = (
    "EXISTS (SELECT 1 FROM import WHERE id = {row}.import_id AND published_order IS NOT NULL AND measured > 0)"
    " AND NOT EXISTS (SELECT 1 FROM trace_stale s WHERE s.import_id = {row}.import_id AND s.day = {row}.day)"
)
_ALWAYS = "1"
_NEVER = ""

_BROUGHT = "what an import brought is never changed"
_MEASURE = "what was measured of an import is never changed"

#: By table: what is said, and when an UPDATE, a DELETE and an INSERT are refused. `{row}` is OLD or NEW.
_GUARDED: dict[str, tuple[str, str, str, str]] = {
    "run": (_BROUGHT, _PUBLISHED, _PUBLISHED, _PUBLISHED),
    "run_case": (_BROUGHT, _CASES, _CASES, _CASES),
    "eval_set": (_BROUGHT, _PUBLISHED, _PUBLISHED, _PUBLISHED),
    "import_reject": (_BROUGHT, _PUBLISHED, _PUBLISHED, _PUBLISHED),
    "trace": (
        _BROUGHT,
        _PUBLISHED,
        _PUBLISHED,
        f"{_PUBLISHED} OR EXISTS (SELECT 1 FROM trace WHERE key = NEW.key)",
    ),
    "trace_text": (_BROUGHT, _TEXTS, _TEXTS, _TEXTS),
    "trace_id": (_BROUGHT, _PUBLISHED, _PUBLISHED, _PUBLISHED),
    # `compact` packs anew what an earlier version packed with zlib; what is packed with Zstandard stays.
    "trace_raw": (
        _BROUGHT,
        _PUBLISHED,
        f"substr(OLD.data, 1, 4) = x'28b52ffd' AND {_PUBLISHED}",
        "EXISTS (SELECT 1 FROM trace_raw WHERE first_key = NEW.first_key)",
    ),
    "trace_superseded": (
        _BROUGHT,
        _ALWAYS,
        f"{_PUBLISHED} AND {_TEXTS}",
        _PUBLISHED,
    ),
    "trace_measure": (_MEASURE, _ALWAYS, _MEASURED % "of_import", _MEASURED % "of_import"),
    "trace_content": (_MEASURE, _ALWAYS, _MEASURED % "import_id", _MEASURED % "import_id"),
    "trace_twin": (_MEASURE, _ALWAYS, _MEASURED % "of_import", _NEVER),
    "trace_leak": (_MEASURE, _ALWAYS, _LEAKS, _LEAKS),
    "trace_shape": (
        _MEASURE,
        _ALWAYS,
        _ALWAYS,
        "EXISTS (SELECT 1 FROM trace_shape WHERE id = NEW.id OR digest = NEW.digest)",
    ),
    "trace_tally": (_MEASURE, _SETTLED, _SETTLED, _SETTLED),
    "content_block": (_BROUGHT, _PUBLISHED, _PUBLISHED, _PUBLISHED),
    "chain_baseline": ("what the chain begins from is never changed", _ALWAYS, _ALWAYS, _ALWAYS),
}

# While a transaction makes its entry, which has no hash yet, that entry gets one, and all may be filed under a new name.
_AUDIT = """
CREATE TRIGGER change_keeps BEFORE UPDATE ON change
    WHEN (OLD.id, OLD.at, OLD.who, OLD.what, OLD.why, OLD.review_id, OLD.idempotency_key, OLD.undoes, OLD.undoable)
            IS NOT
            (NEW.id, NEW.at, NEW.who, NEW.what, NEW.why, NEW.review_id, NEW.idempotency_key, NEW.undoes, NEW.undoable)
        OR (OLD.system IS NEW.system) = (OLD.hash IS NEW.hash)
        OR (OLD.hash IS NOT NEW.hash AND OLD.hash IS NOT NULL)
        OR (SELECT hash FROM change ORDER BY id DESC LIMIT 1) IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER change_ends BEFORE INSERT ON change
    WHEN EXISTS (SELECT 1 FROM change WHERE id = NEW.id)
        OR EXISTS (SELECT 1 FROM change WHERE idempotency_key = NEW.idempotency_key)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER change_row_ends BEFORE INSERT ON change_row
    WHEN (SELECT hash FROM change WHERE id = NEW.change_id) IS NOT NULL
        OR EXISTS (SELECT 1 FROM change_row WHERE change_id = NEW.change_id AND position = NEW.position)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
"""

# What guards the records of an import asks whether the import is published, so that is asked once: what was taken back, or hidden
# by hand, is never published again, under no number.
_WAS_PUBLISHED = """EXISTS (SELECT 1 FROM change_row WHERE table_name = 'import' AND pk = '[' || NEW.id || ']'
            AND json_extract(new_json, '$.published_order') IS NOT NULL)
        OR EXISTS (SELECT 1 FROM chain_baseline WHERE table_name = 'import' AND pk = '[' || NEW.id || ']'
            AND json_extract(json, '$.published_order') IS NOT NULL)"""
_IMPORTS = f"""
CREATE INDEX change_row_import ON change_row(pk) WHERE table_name = 'import';
CREATE TRIGGER import_once BEFORE UPDATE OF published_order ON import
    WHEN OLD.published_order IS NULL AND NEW.published_order IS NOT NULL AND ({_WAS_PUBLISHED})
    BEGIN SELECT RAISE(ABORT, 'an import is published once'); END;
CREATE TRIGGER import_keeps BEFORE UPDATE OF id ON import WHEN OLD.id <> NEW.id
    BEGIN SELECT RAISE(ABORT, 'an import keeps its number'); END;
CREATE TRIGGER import_ends BEFORE INSERT ON import WHEN NEW.published_order IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'an import is published once'); END;
"""


def _triggers() -> str:
    made = []
    for table, (said, *conditions) in _GUARDED.items():
        for deed, row, name, when in zip(
            ("UPDATE", "DELETE", "INSERT"), ("OLD", "OLD", "NEW"), ("keeps", "stays", "ends"), conditions, strict=True
        ):
            if when:
                made.append(
                    f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} WHEN {when.format(row=row)}"
                    f" BEGIN SELECT RAISE(ABORT, '{said}'); END;"
                )
    return "\n".join(made)


#: As the migration makes them, once the tables of the chain are filled.
GUARDS = _AUDIT + _IMPORTS + _triggers()
