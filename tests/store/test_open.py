"""Opening: only our own files, only with versions that are understood, and nothing else is touched."""

from __future__ import annotations

import importlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.store import Store, db, migrations, reviews, sqlite
from readiness_tui.store.schema import APPLICATION_ID
from tests.store.workers import NOW

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _new_files() -> None:
    """Each is made here as by a user: empty, then by the migrations."""


def connect(path: Path):
    return sqlite.sqlite3.connect(path, isolation_level=None)


def refused(path: Path, *, create: bool = False) -> str:
    """The sentence; and the folder is byte for byte as it was."""
    before = {file.name: file.read_bytes() for file in path.parent.iterdir() if file.is_file()}
    with pytest.raises(ReadinessError) as caught:
        Store.open(path, create=create)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir() if file.is_file()} == before
    return str(caught.value)


def test_a_new_file_is_ours_alone_and_marked(path: Path) -> None:
    Store.open(path, create=True).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    conn = connect(path)
    assert conn.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID == 0x52544931
    assert conn.execute("PRAGMA user_version").fetchone()[0] == len(migrations.MIGRATIONS)
    strict = "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'"
    assert conn.execute(strict).fetchall() == []
    conn.close()


def test_no_file_is_made_unasked(path: Path) -> None:
    assert "There is no database" in refused(path)
    assert not path.exists()


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ReadinessError, match="There is no folder"):
        Store.open(tmp_path / "nowhere" / "readiness.db", create=True)
    with pytest.raises(ReadinessError, match="is a folder"):
        Store.open(tmp_path, create=True)


def test_opening_again_keeps_what_is_there(store: Store, path: Path) -> None:
    store.close()
    with Store.open(path, create=True) as again, again.read() as conn:
        assert reviews.get(conn, 1).system == "Support bot"
        assert again.migration_backup is None


@pytest.mark.parametrize(
    "content", [b"x", b"just some text, longer than a header would be" * 50, b"SQLite format 3\0junk"]
)
@pytest.mark.parametrize("create", [False, True])
def test_not_a_database(path: Path, content: bytes, create: bool) -> None:
    path.write_bytes(content)
    assert "not a SQLite database" in refused(path, create=create)


def test_an_empty_file_is_filled_only_when_asked(path: Path) -> None:
    path.touch()
    assert "is empty" in refused(path)
    Store.open(path, create=True).close()
    Store.open(path).close()


@pytest.mark.parametrize("journal", ["delete", "wal"])
@pytest.mark.parametrize("create", [False, True])
def test_somebody_elses_database(path: Path, journal: str, create: bool) -> None:
    conn = connect(path)
    conn.execute(f"PRAGMA journal_mode = {journal}")
    conn.execute("CREATE TABLE theirs(x)")
    conn.close()
    assert "not one of readiness-tui" in refused(path, create=create)


def test_a_newer_version_is_refused_untouched(store: Store, path: Path) -> None:
    store.close()
    conn = connect(path)
    conn.execute(f"PRAGMA user_version = {len(migrations.MIGRATIONS) + 1}")
    conn.close()
    assert "newer readiness-tui" in refused(path)


def test_a_damaged_file_is_said_to_be_damaged(store: Store, path: Path) -> None:
    store.close()
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996  # the first page after the header: the schema
    path.write_bytes(content)
    assert "damaged" in refused(path)


def test_integrity_finds_what_is_broken(store: Store, path: Path) -> None:
    assert store.integrity() == []
    conn = connect(path)
    conn.execute("INSERT INTO item_note VALUES (99, 'A', 'text')")  # foreign keys are off by default
    conn.close()
    assert store.integrity() == ["item_note row None refers to nothing"]


# The SQLite library


def test_one_sqlite_library_in_the_process() -> None:
    import sqlite_utils.utils

    sqlite.agree(sqlite_utils.utils.sqlite3)
    with pytest.raises(RuntimeError, match="Two SQLite libraries"):
        sqlite.agree(SimpleNamespace(__name__="other"))


def test_opening_and_reading_do_not_load_sqlite_utils(store: Store, path: Path) -> None:
    store.close()
    code = (
        "import sys; from pathlib import Path; from readiness_tui.store import Store, reviews\n"
        f"s = Store.open(Path({str(path)!r}))\n"
        "with s.read() as conn: reviews.all(conn)\n"
        "print(sorted({'sqlite_utils', 'msgspec', 'pydantic', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_making_a_file_loads_sqlite_utils_and_neither_pandas_nor_numpy(tmp_path: Path) -> None:
    """sqlite-utils imports both where they are installed: here they are, and say so when somebody asks for them."""
    for name in ("pandas", "numpy"):
        (tmp_path / f"{name}.py").write_text(f"print('{name} was loaded')\n")
    code = (
        "import sys; from pathlib import Path; from readiness_tui.store import Store\n"
        f"Store.open(Path({str(tmp_path / 'new.db')!r}), create=True)\n"
        "print(sorted({'sqlite_utils', 'pandas', 'numpy'} & set(sys.modules)))\n"
        "import pandas"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.stdout.splitlines() == ["['sqlite_utils']", "pandas was loaded"]


def test_what_sqlite_utils_does_not_get_others_may_load_meanwhile() -> None:
    """Only the thread that loads sqlite-utils is told that pandas is not there."""
    found: list[object] = []
    with sqlite._unseen("colorsys"):
        sys.modules.pop("colorsys", None)
        with pytest.raises(ModuleNotFoundError, match="colorsys"):
            importlib.import_module("colorsys")
        other = Thread(target=lambda: found.append(importlib.import_module("colorsys")))
        other.start()
        other.join()
    assert found == [importlib.import_module("colorsys")]


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ("3.40.1", False),
        ("3.44.5", False),
        ("3.44.6", True),
        ("3.45.0", False),
        ("3.50.6", False),
        ("3.50.7", True),
        ("3.51.2", False),
        ("3.51.3", True),
        ("3.53.0", True),
        ("4.0.0", True),
    ],
)
def test_wal_only_where_the_bug_is_fixed(version: str, safe: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite.sqlite3, "sqlite_version", version)
    assert sqlite.wal_is_safe() is safe


@pytest.mark.parametrize(("safe", "journal"), [(True, "wal"), (False, "delete")])
def test_the_journal_follows_the_library(path: Path, safe: bool, journal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "wal_is_safe", lambda: not safe)
    Store.open(path, create=True).close()
    monkeypatch.setattr(sqlite, "wal_is_safe", lambda: safe)
    with Store.open(path) as store:
        assert store.journal_mode == journal
    conn = connect(path)
    assert conn.execute("PRAGMA journal_mode").fetchone()[0] == journal
    conn.close()


def test_a_write_stops_when_somebody_turned_wal_on(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program with a fixed SQLite beside one without: the second must not write in WAL mode."""
    monkeypatch.setattr(sqlite, "wal_is_safe", lambda: True)
    other = Store.open(path)
    assert other.journal_mode == "wal"
    monkeypatch.setattr(sqlite, "wal_is_safe", lambda: False)
    with pytest.raises(ReadinessError, match="newer SQLite"), store.write("ana", "x", now=NOW):
        pytest.fail("the block ran")
    other.close()


def test_an_old_library_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite.sqlite3, "sqlite_version", "3.36.0")
    with pytest.raises(ReadinessError, match=r"3\.37 or newer"):
        Store.open(path, create=True)
    assert not path.exists()


# Rights


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that another user may enter (pytest's own may not be)."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="needs POSIX users")
def test_a_read_only_file_can_be_read_and_says_why_not_written(store: Store, path: Path, public: Path) -> None:
    store.close()
    copy = public / "readiness.db"
    shutil.copy(path, copy)
    copy.chmod(0o444)
    public.chmod(0o555)
    before = copy.read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.workers", "open_without_rights", str(copy), "x"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    *read, told = done.stdout.splitlines()
    assert read == ["read 1"]
    assert told.startswith("told:")
    assert "can only be read: you have no permission to write to the file. Nothing can be saved in it." in told
    assert copy.read_bytes() == before
    assert os.listdir(public) == ["readiness.db"]


# Migrations


def second(utils) -> None:
    utils["review"].add_column("extra", str)


def test_a_migration_keeps_the_rows_and_a_backup(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.close()
    monkeypatch.setattr(db, "MIGRATIONS", (*migrations.MIGRATIONS, second))
    with Store.open(path) as upgraded:
        assert upgraded.version == len(migrations.MIGRATIONS) + 1
        with upgraded.read() as conn:
            assert conn.execute("SELECT system, extra FROM review").fetchall() == [("Support bot", None)]
        backup = upgraded.migration_backup
        assert backup is not None
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
        conn = connect(backup)
        assert conn.execute("PRAGMA user_version").fetchone()[0] == len(migrations.MIGRATIONS)
        assert conn.execute("SELECT system FROM review").fetchall() == [("Support bot",)]
        conn.close()


def test_a_failing_migration_changes_nothing(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(utils) -> None:
        second(utils)
        utils.execute("INSERT INTO nowhere VALUES (1)")

    store.close()
    monkeypatch.setattr(db, "MIGRATIONS", (*migrations.MIGRATIONS, fails))
    with pytest.raises(ReadinessError):
        Store.open(path)
    monkeypatch.undo()
    with Store.open(path) as old, old.read() as conn:
        assert old.version == len(migrations.MIGRATIONS)
        assert "extra" not in [row[1] for row in conn.execute("PRAGMA table_info(review)")]


def test_a_migration_that_breaks_a_reference_is_refused(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def orphan(utils) -> None:
        utils.execute("INSERT INTO item_note VALUES (99, 'A', 'text')")

    store.close()
    monkeypatch.setattr(db, "MIGRATIONS", (*migrations.MIGRATIONS, orphan))
    with pytest.raises(ReadinessError, match="could not be upgraded"):
        Store.open(path)


def test_an_open_old_program_stops_writing_after_an_upgrade(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "MIGRATIONS", (*migrations.MIGRATIONS, second))
    Store.open(path).close()
    with pytest.raises(ReadinessError, match="newer readiness-tui"), store.write("ana", "x", now=NOW):
        pytest.fail("the block ran")


def test_an_older_file_copied_over_the_open_one_is_another_file(store: Store, path: Path) -> None:
    with sqlite.sqlite3.connect(path) as conn:
        conn.execute("PRAGMA user_version = 3")
    conn.close()
    with pytest.raises(ReadinessError, match="replaced while it was open"), store.write("ana", "x", now=NOW):
        pytest.fail("the block ran")


@pytest.mark.parametrize("word", ["CREATE TABLE ", "CREATE INDEX ", "CREATE TRIGGER ", "INTEGER"])
def test_a_schema_whose_bytes_are_no_text_is_damaged(word: str, store: Store, path: Path) -> None:
    """SQLite quotes it in its complaint, and the module cannot say that."""
    store.close()
    content = path.read_bytes()
    assert word.encode() in content
    path.write_bytes(content.replace(word.encode(), word[:2].encode() + b"\xff" + word[3:].encode()))
    assert "damaged" in refused(path)
