"""Statements of a migration, one after another inside its transaction."""

from __future__ import annotations

import pytest

from readiness_tui.store import sqlite

ODD = """
-- a comment; with a semicolon
CREATE TABLE a(x TEXT DEFAULT ';', "y;" TEXT); -- of a; all of it
CREATE TRIGGER t AFTER INSERT ON a WHEN NEW.x = 'end;' BEGIN
    UPDATE a SET x = 'seen;' WHERE x = NEW.x; /* ; */
    DELETE FROM a WHERE x = ';';
END;
;
INSERT INTO a VALUES ('end;', NULL); INSERT INTO a VALUES ('it''s;', 'last')
-- no semicolon; at the end"""


@pytest.fixture
def conn():
    made = sqlite.sqlite3.connect(":memory:", isolation_level=None)
    yield made
    made.close()


def test_a_semicolon_ends_a_statement_where_sqlite_says_so(conn) -> None:
    sqlite.script(conn, ODD)
    assert conn.execute("SELECT * FROM a ORDER BY rowid").fetchall() == [("seen;", None), ("it's;", "last")]


def test_nothing_is_committed(conn) -> None:
    conn.execute("BEGIN")
    sqlite.script(conn, ODD)
    assert conn.in_transaction
    conn.execute("ROLLBACK")
    assert conn.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_what_fails_ends_it(conn) -> None:
    with pytest.raises(sqlite.sqlite3.OperationalError, match="no such table: b"):
        sqlite.script(conn, "CREATE TABLE a(x); INSERT INTO b VALUES (1); CREATE TABLE c(x);")
    assert conn.execute("SELECT name FROM sqlite_master").fetchall() == [("a",)]


def test_a_statement_is_asked_about_at_its_semicolons_alone(conn, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    complete = sqlite.sqlite3.complete_statement

    def counted(text: str) -> bool:
        asked.append(text)
        return complete(text)

    monkeypatch.setattr(sqlite.sqlite3, "complete_statement", counted)
    sqlite.script(conn, ODD)
    assert len(asked) == ODD.count(";")
