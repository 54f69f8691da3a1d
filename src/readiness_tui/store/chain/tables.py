"""Which tables the audit trail vouches for. Each table of the program is in one of these lists, a test says; one that is in none
is somebody's own, made beside them, and no verdict rests on it.
"""

from __future__ import annotations

from readiness_tui.store.sqlite import Connection

#: What people typed, and what follows from it.
AUDITED = frozenset(
    [
        "accepted_risk",
        "checklist_text",
        "condition",
        "condition_closing",
        "consensus",
        "dismissal",
        "dissent",
        "evidence",
        "gap",
        "gate",
        "gate_change",
        "gate_lock",
        "human_label",
        "import",
        "incident",
        "incident_action",
        "incident_event",
        "incident_rival",
        "item_note",
        "label_batch",
        "metric_label",
        "na_confirmation",
        "override",
        "own_note",
        "review",
        "review_checklist",
        "rival",
        "run_fact",
        "scorecard",
        "supersession",
        "system",
        "tick",
        "vote",
        "waiver",
    ]
)
#: What imports brought and what was measured of it: `contents.py` and `derived.py` see to it, triggers guard it.
CONTENTS = frozenset(
    [
        "run",
        "run_case",
        "eval_set",
        "import_reject",
        "trace",
        "trace_text",
        "trace_id",
        "trace_raw",
        "trace_superseded",
        "trace_shape",
        "trace_measure",
        "trace_tally",
        "trace_stale",
        "trace_content",
        "trace_twin",
        "trace_leak",
        "trace_measuring",
        "content_block",
        "tally_seal",
    ]
)
#: What no verdict rests on: settings of people and screens, the names under which the history is read, who is where; the
#: index of words; kept results, which have digests of their own.
ALONE = frozenset(["setting", "draft", "former_name", "presence", "kept", "trace_words_import"])
#: The audit trail and the chain themselves.
_TRAIL = frozenset(["change", "change_row", "chain", "chain_baseline"])

#: Columns that the program changes without an entry. By which version an import is measured: its tallies and requests are
#: held against each other.
UNAUDITED = {"import": frozenset({"measured"})}


def audited(conn: Connection) -> list[str]:
    """The tables every row of which follows from its last entry, as far as the file has them."""
    found = conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [name for (name,) in found if name in AUDITED]


def key_of(conn: Connection, table: str) -> list[str]:
    """The columns of a table's primary key, in their order."""
    info = conn.execute("SELECT name, pk FROM pragma_table_info(?) ORDER BY pk", (table,)).fetchall()
    return [name for name, place in info if place]
