"""Unusable files, databases and folders: one clear sentence with place, reason and remedy; status 2; nothing changes."""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import COURSE_GATE, MINI, Cli, Result

GOOD_LINE = b'{"trace_id": "t1", "model": "m", "latency_ms": 3, "status": "ok"}\n'
PROMPTFOO = Path(__file__).parents[1] / "data" / "promptfoo" / "baseline.json"


def dump(database: Path) -> list[str]:
    """Everything that is stored, as SQL (but for the counter that never gives an id twice)."""
    conn = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return [line for line in conn.iterdump() if "sqlite_sequence" not in line]
    finally:
        conn.close()


def refused(told: Result, *words: str) -> None:
    """Exit 2, nothing on stdout, and full sentences on stderr that hold every one of `words`."""
    assert told.code == 2, told
    assert told.out == ""
    for word in words:
        assert word in told.err, told.err
    assert told.err.rstrip().endswith((".", ")", "…"))
    assert "Error(" not in told.err
    assert len(told.err) < 1200


@contextmanager
def bound_by_permissions() -> Iterator[None]:
    """Permissions bind everybody but root, so root gives up its right to pass them over, for this thread and a moment.

    Not by becoming somebody else, who might not be let into the folder that this test is installed in.
    """
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # capabilities(7), version 3, this thread
    held = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then the upper half of each
    assert libc.capget(header, held) == 0
    kept = held[0]
    held[0] = kept & ~(1 << 1 | 1 << 2)  # without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
    assert libc.capset(header, held) == 0
    try:
        yield
    finally:
        held[0] = kept
        assert libc.capset(header, held) == 0


@pytest.fixture
def open_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder, outside pytest's own, that an unprivileged user can reach; also the current one and the home."""
    folder = Path(tempfile.mkdtemp(prefix="readiness-test-"))
    folder.chmod(0o755)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    yield folder
    os.chmod(folder, 0o755)
    shutil.rmtree(folder, ignore_errors=True)


# -- files to import --------------------------------------------------------------------------------------------------

UNUSABLE: dict[str, tuple[str, bytes, tuple[str, ...]]] = {
    "empty": ("log.jsonl", b"", ("empty",)),
    "only white space": ("log.jsonl", b" \n\n\t\n", ("empty",)),
    "only a byte order mark": ("log.jsonl", b"\xef\xbb\xbf", ("empty",)),
    "truncated JSON": ("results.json", PROMPTFOO.read_bytes()[:20_000], ("ends in the middle", "export it again")),
    "foreign JSON": ("package.json", b'{"name": "x", "dependencies": {}}', ("no known format", '"dependencies"')),
    "foreign JSON list": ("list.json", b"[1, 2, 3]", ("no known format",)),
    "foreign CSV": ("people.csv", b"name,town\nana,Berne\n", ("no known format", '"town"')),
    "prose": ("notes.txt", b"Dear all,\nthe release is fine.\n", ("neither JSON",)),
    "binary": ("model.bin", bytes(range(256)) * 20, ("binary",)),
    "an image": ("shot.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(1, 200)), ("no source knows",)),
    "UTF-16": ("log.jsonl", GOOD_LINE.decode().encode("utf-16"), ("UTF-16", "Save it as UTF-8")),
    "UTF-16 without a mark": ("log.jsonl", GOOD_LINE.decode().encode("utf-16-le"), ("UTF-16",)),
    "every line broken": ("log.jsonl", GOOD_LINE.replace(b"3,", b"3 3,") * 3, ("log.jsonl",)),
    "promptfoo without results": ("r.json", b'{"evalId": "e", "config": {}, "results": {"version": 3}}', ("r.json",)),
    "promptfoo of another version": (
        "r.json", b'{"evalId": "e", "config": {}, "results": {"version": 2, "results": []}}', ("r.json",),
    ),
    "an eval set without questions": (
        "gold.jsonl", b'{"question": "", "expected_source": "a"}\n' * 2, ("question",),
    ),
    "a mapping of nulls": ("m.json", b'{"faithfulness": null}', ("m.json",)),
    "deep nesting": ("deep.json", b"[" * 100_000 + b"]" * 100_000, ("deep.json",)),
    "an escape sequence": ("\x1b]52;c;aGk=\x07.json", b"{}", ("no known format",)),
}  # fmt: skip


@pytest.mark.parametrize("case", UNUSABLE, ids=str)
def test_an_unusable_file_is_refused_and_changes_nothing(cli: Cli, mini: Path, place: Path, case: str) -> None:
    name, content, words = UNUSABLE[case]
    file = place / name
    file.write_bytes(content)
    before = dump(mini)
    told = cli("import", file, "--as", "candidate")
    refused(told, *words)
    assert file.suffix in told.err  # the place
    assert not set(told.err) & set("\x1b\x07\x00")
    assert dump(mini) == before


def test_paths_that_are_no_file(cli: Cli, mini: Path, place: Path) -> None:
    before = dump(mini)
    refused(cli("import", "nowhere.json"), "nowhere.json", "no such file", "Check the path")
    refused(cli("import", "x" * 300), "cannot be read")
    (place / "loop.json").symlink_to("loop.json")
    refused(cli("import", "loop.json"), "loop.json")
    os.mkfifo(place / "pipe")
    refused(cli("import", "pipe"), "not a regular file", "Save its content")
    assert dump(mini) == before


@pytest.mark.parametrize("cut", [1, 7, 33, 60])
def test_a_truncated_document_leaves_no_half_import(cli: Cli, mini: Path, place: Path, cut: int) -> None:
    content = PROMPTFOO.read_bytes()
    file = place / "cut.json"
    file.write_bytes(content[: len(content) * cut // 64])
    before = dump(mini)
    told = cli("import", file)
    refused(told, "cut.json")
    assert dump(mini) == before


def test_a_file_that_may_not_be_read(cli: Cli, open_folder: Path) -> None:
    assert cli("--db", "r.db", "new", "--checklist", "safety").code == 0
    shut = open_folder / "shut.jsonl"
    shut.write_bytes(GOOD_LINE)
    inner = open_folder / "private"
    inner.mkdir()
    (inner / "log.jsonl").write_bytes(GOOD_LINE)
    cli("--db", "r.db", "import", "shut.jsonl", "private")  # everything is loaded before privileges go
    before = dump(open_folder / "r.db")
    shut.write_bytes(GOOD_LINE.replace(b"t1", b"t2"))
    with bound_by_permissions():
        shut.chmod(0)
        refused(cli("--db", "r.db", "import", "shut.jsonl"), "shut.jsonl", "Permission denied", "permissions")
        inner.chmod(0)
        refused(cli("--db", "r.db", "import", "private/log.jsonl"), "private", "Permission denied")
        refused(cli("--db", "r.db", "import", "private"), "private", "Permission denied")
        refused(cli("checklists", "check", "shut.jsonl"), "shut.jsonl", "Permission denied")
        assert dump(open_folder / "r.db") == before
        inner.chmod(0o755)


# -- checklists and gates ---------------------------------------------------------------------------------------------

BAD_CHECKLISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "an unknown field": (MINI + "    owner: ben\n", (":12:5, field items[0].owner", "Remove it")),
    "an unknown field above": ("colour: red\n" + MINI, (":1:1, field", "field colour")),
    "a duplicate id": (MINI + MINI[MINI.index("  - id") :], (":12:5, field items[1].id", "MIN-01")),
    "a weight-0 blocker": (MINI + "    weight: 0\n", ("MIN-01", "blocker", "weight")),
    "a missing field": (MINI.replace("    severity: blocker\n", ""), ("severity",)),
    "a wrong word": (MINI.replace("blocker", "huge"), ("huge", "blocker")),
    "a field twice": (MINI + "    severity: minor\n", (":12:", "severity", "line 10")),
    "an alias": (MINI.replace("title: Mini", "title: &t Mini") + "    ticks: [*t]\n", ("alias",)),
    "no items": ("id: mini\ntitle: Mini\nversion: '1'\nitems: []\n", ("items",)),
    "broken YAML": (MINI + "  - [", ("mini.yaml:13:", "Correct it")),
    "not a mapping": ("- a\n- b\n", ("mini.yaml",)),
    "empty": ("", ("empty",)),
    "a control character": (MINI.replace("Because", "\x1b[31mBecause"), ("mini.yaml:7:", "U+001B", "Remove it")),
}


@pytest.mark.parametrize("case", BAD_CHECKLISTS, ids=str)
def test_a_bad_checklist_is_refused_with_place_and_field(cli: Cli, place: Path, case: str) -> None:
    content, words = BAD_CHECKLISTS[case]
    (place / "lists").mkdir()
    (place / "lists" / "mini.yaml").write_text(content, encoding="utf-8")
    refused(cli("checklists", "check", "lists/mini.yaml"), "lists/mini.yaml", *words)
    refused(cli("new", "--checklists", "lists"), "mini.yaml", *words)
    assert not (place / "readiness.db").exists()


def test_one_bad_checklist_does_not_hide_the_others(cli: Cli, place: Path) -> None:
    (place / "good.yaml").write_text(MINI, encoding="utf-8")
    (place / "bad.yaml").write_text("x", encoding="utf-8")
    told = cli("checklists", "check", "bad.yaml", "good.yaml", "none.yaml")
    assert told.code == 2
    assert "good.yaml: Mini" in told.out
    assert "bad.yaml" in told.err
    assert "none.yaml" in told.err


BAD_GATES: dict[str, tuple[str, tuple[str, ...]]] = {
    "an unknown metric without a direction": (
        "metrics:\n  - metric: sparkle\n    threshold: 0.5\n", (":2:5, field", "sparkle", "direction"),
    ),
    "an unknown metric without a unit": ("metrics:\n  - metric: sparkle\n    threshold: '>= 0.5'\n", ("sparkle", "unit")),
    "a direction against the registry's": ("thresholds:\n  faithfulness: '<= 0.5'\n", ("faithfulness",)),
    "an unknown field": (COURSE_GATE + "severity: high\n", (":7:1, field", "field severity")),
    "a rule twice": (COURSE_GATE.replace("retrieval_hit_rate", "faithfulness"), ("faithfulness",)),
    "a percentage": ("thresholds:\n  faithfulness: '>= 85%'\n", (":2:3, field", "fraction")),
    "a strict bound": ("thresholds:\n  faithfulness: '> 0.85'\n", ("inclusive",)),
    "a word": ("thresholds:\n  faithfulness: high\n", (":2:3, field", "high")),
    "not a number": ("thresholds:\n  faithfulness: .nan\n", (":2:3, field",)),
    "nothing in it": ("name: x\nthresholds: {}\n", ("gate.yaml",)),
    "broken YAML": (COURSE_GATE + "must_pass: [\n", ("gate.yaml:8:", "Correct it")),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_GATES, ids=str)
def test_a_bad_gate_is_refused_with_place_and_field(cli: Cli, mini: Path, place: Path, case: str) -> None:
    content, words = BAD_GATES[case]
    (place / "gate.yaml").write_text(content, encoding="utf-8")
    before = dump(mini)
    refused(cli("import", "gate.yaml"), "gate.yaml", *words)
    assert dump(mini) == before


# -- databases and folders --------------------------------------------------------------------------------------------

COMMANDS = [("check",), ("gate", "lock"), ("import", "log.jsonl"), ("incident", "new", "--title", "x"), ("new",)]


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("newer", ("newer", "untouched", "Upgrade")),
        ("not ours", ("not one of readiness-tui", "untouched", "--db")),
        ("not a database", ("not a SQLite database", "untouched", "--db")),
        ("empty", ("empty", "readiness new")),
        ("a folder", ("folder",)),
        ("cut", ("x.db",)),
    ],
)
def test_a_database_that_is_not_usable_is_left_untouched(
    cli: Cli, mini: Path, place: Path, kind: str, words: tuple[str, ...], command: tuple[str, ...]
) -> None:
    path = place / "x.db"
    if kind in ("newer", "cut"):
        shutil.copy(mini, path)
    if kind == "newer":
        conn = sqlite3.connect(path)
        conn.execute("PRAGMA user_version = 999")
        conn.close()
    elif kind == "cut":
        os.truncate(path, path.stat().st_size // 2 + 100)
    elif kind == "not ours":
        conn = sqlite3.connect(path)
        conn.execute("CREATE TABLE shop (id)")
        conn.close()
    elif kind == "a folder":
        path.mkdir()
    else:
        path.write_bytes(b"" if kind == "empty" else b"precious prose, not a database\n" * 100)
    (place / "log.jsonl").write_bytes(GOOD_LINE)
    before = path.read_bytes() if path.is_file() else b""
    told = cli("--db", path, *command)
    if kind == "empty" and command == ("new",):
        assert told.code in (0, 2)  # an empty file holds nothing that could be lost
        return
    refused(told, "x.db", *words)
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert not list(place.glob("x.db?*"))


def test_a_read_only_folder_is_refused_for_every_write(cli: Cli, open_folder: Path) -> None:
    steps: list[tuple[Callable[[], Result], tuple[str, ...]]] = [
        (lambda: cli("new"), ("readiness.db", "Permission denied", "Choose a folder")),
        (lambda: cli("--db", "d.db", "demo", "--no-open"), ("d.db", "Permission denied")),
        (lambda: cli("--db", "sub/r.db", "import", "log.jsonl"), ("r.db",)),
        (lambda: cli("--db", "sub/r.db", "incident", "new", "--title", "x"), ("r.db",)),
        (lambda: cli("--db", "ok/r.db", "gate", "lock"), ("gate.lock", "Permission denied")),
        (lambda: cli("--db", "ok/r.db", "scorecard", "-o", "sub/card.md"), ("card.md", "Permission denied")),
        (lambda: cli("--db", "ok/r.db", "incident", "export", "1", "-o", "sub/n.md"), ("n.md", "Permission denied")),
    ]
    (open_folder / "gate.yaml").write_text(COURSE_GATE, encoding="utf-8")
    (open_folder / "log.jsonl").write_bytes(GOOD_LINE)
    for name in ("sub", "ok"):
        (open_folder / name).mkdir()
        assert cli("--db", f"{name}/r.db", "new", "--checklist", "safety").code == 0
        assert cli("--db", f"{name}/r.db", "import", "gate.yaml").code == 0
        assert cli("--db", f"{name}/r.db", "incident", "new", "--title", "down").code == 0
    for step, _ in steps[3:]:
        step()  # everything is loaded before privileges go
    for made in ("gate.lock", "sub/card.md", "sub/n.md"):
        (open_folder / made).unlink()
    databases = [open_folder / "sub" / "r.db", open_folder / "ok" / "r.db"]
    with bound_by_permissions():
        before = [dump(path) for path in databases]
        (open_folder / "sub" / "r.db").chmod(0o444)
        (open_folder / "sub").chmod(0o555)
        open_folder.chmod(0o555)
        try:
            for step, words in steps:
                refused(step(), *words)
            assert [dump(path) for path in databases] == before
            left = {path.name for path in (open_folder / "sub").iterdir()}
            assert left - {"r.db-wal", "r.db-shm"} == {"r.db"}  # SQLite's own, which it could not take away again
        finally:
            open_folder.chmod(0o755)
            (open_folder / "sub").chmod(0o755)


def test_exports_do_not_overwrite_a_folder_or_need_one(cli: Cli, mini: Path, place: Path) -> None:
    (place / "out").mkdir()
    refused(cli("scorecard", "-o", "out"), "out", "directory")
    refused(cli("scorecard", "-o", "no/where.md"), "where.md", "Create it first")
    assert list((place / "out").iterdir()) == []


def test_a_current_folder_that_is_gone(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for command in (("check",), ("new",), ("paths",), ("import", "x.json")):
        told = cli(*command)
        assert told.code in (0, 2), command
        assert told.code == 0 or told.err.strip()
    monkeypatch.chdir(tmp_path)


def test_nobody_can_act_without_a_name(cli: Cli, place: Path) -> None:
    refused(cli("--who", " ", "new"), "--who")
    assert list(place.iterdir()) == []


def test_a_postmortem_is_sent_to_its_command_and_a_folder_to_its_files(mini: Path, place: Path, cli: Cli) -> None:
    (place / "pm.md").write_text(
        "# Postmortem\n\n## Impact\n\nAll.\n\n## Timeline\n\n- 14:02 alert\n", encoding="utf-8"
    )
    told = cli("import", "pm.md")
    assert told.code == 2
    assert "an incident's text: `readiness incident import` reads those" in told.err
    assert len(told.err) < 240
    (place / "odd.json").write_text('{"hello": [1]}', encoding="utf-8")
    assert "with a mapping (--map), which `readiness import --explain FILE` proposes." in cli("import", "odd.json").err
    assert "Name the files in it." in cli("incident", "import", ".").err
    assert "as a whole" not in cli("incident", "import", ".").err
