"""Which tables the audit trail vouches for: all but those that are listed here, so that a new one is, or says why not."""

from __future__ import annotations

from readiness_tui.store.sqlite import Connection

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
    """The tables every row of which follows from its last entry."""
    found = conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    apart = CONTENTS | ALONE | _TRAIL
    return [name for (name,) in found if name not in apart and not name.startswith(("sqlite_", "trace_words"))]


def key_of(conn: Connection, table: str) -> list[str]:
    """The columns of a table's primary key, in their order."""
    info = conn.execute("SELECT name, pk FROM pragma_table_info(?) ORDER BY pk", (table,)).fetchall()
    return [name for name, place in info if place]
