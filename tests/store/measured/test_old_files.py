"""A file of a version that read every request anew is measured once, and everything said of it stays as it was.

`version-9.json.gz` holds what that version printed (make_version_9.py): its verdict, its scorecard's values byte for byte, its exits.
Since then chapters of the scorecard's markdown fold and its lines break elsewhere; its words are what they were.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.store import Store, staging
from readiness_tui.store.measured import older, waiting
from readiness_tui.store.measured.recorded import StoredTraces
from tests.store.measured.same import both
from tests.store.measured.test_recorded import age
from tests.store.old_files import FOLDER, unpacked
from tests.store.workers import SYSTEM

ROOT = Path(__file__).parents[3]
MAIN = "from readiness_tui.cli import main; main()"
COLUMNS = "  severity what; owner, due, state, key\n"  # a line that `gaps` has come to print above what it said
SHORT = ("check --json", "scorecard", "gate check")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return unpacked("version-9", tmp_path / "version-9.db")


def said(name: str) -> dict[str, Any]:
    """What the old version said, by command."""
    found: dict[str, Any] = json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))
    return found


def says(path: Path, words: str, as_of: str) -> dict[str, Any]:
    """The same from this version."""
    command = [sys.executable, "-c", MAIN, "--db", str(path), "--who", "ana", *words.split()]
    if words != "gaps":
        command += ["--as-of", as_of]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "READINESS_WHO": "ana"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=path.parent, check=False)
    return {"out": done.stdout, "exit": done.returncode, "err": done.stderr}


def laid_out_alike(markdown: str) -> str:
    """Without what folds a chapter and where a line breaks; and without the seal's digest of the text, not that of the values."""
    text = re.sub(r"\n  (?=\S)", " ", markdown)
    text = re.sub(r"<details[^>]*>\n|</details>\n|<summary>.*</summary>\n", "", text)
    return re.sub(r"\n{2,}", "\n\n", re.sub(r"(?<= )text=[0-9a-f]{64}", "", text))


def finds_alike(text: str) -> str:
    """Without the digest in the name of a find, which that version masked as if it were a credential, and so without the card's
    digest, which covers it."""
    text = re.sub(r"(?<=:aws-access-key:)(?:\\?\[masked assigned-secret\\?\]|[0-9a-f]{8})", "", text)
    digest = r'(?m)(?:^  "digest": "|(?<= )digest=|^\| This scorecard \(its JSON\) \| `)[0-9a-f]{64}'
    return re.sub(digest, "", text)


def same(path: Path, name: str, words: str, as_of: str) -> str:
    """Compare a command's answer with that of the old version; returns what it said beside it."""
    was, now = said(name)[words], says(path, words, as_of)
    assert now["exit"] == was["exit"], now["err"]
    out = now["out"]
    if words == "gaps":
        first, header, rest = out.partition(COLUMNS)
        assert (first.count("\n"), header) == (1, COLUMNS), "below the line of counts, and before every gap"
        out = first + rest
    out, then = finds_alike(out), finds_alike(was["out"])
    assert laid_out_alike(out) == laid_out_alike(then) if words == "scorecard" else out == then
    return str(now["err"])


@pytest.mark.slow
def test_every_command_says_what_it_said(old: Path) -> None:
    first, *others = SHORT
    assert "they are measured once" in same(old, "version-9", first, "2026-11-20")
    for words in others:
        assert same(old, "version-9", words, "2026-11-20") == ""


@pytest.mark.slow
def test_all_commands_say_what_they_said_measured_or_not(old: Path, tmp_path: Path) -> None:
    slow = Path(shutil.copy(old, tmp_path / "slow.db"))
    with Store.open(old) as store:
        assert older.measure(store, lambda done, total: True)
    for words in said("version-9"):
        same(old, "version-9", words, "2026-11-20")
        with Store.open(slow) as store, staging.batch(store) as tx:  # as if a later version had it in its hands
            tx.conn.execute("INSERT OR REPLACE INTO trace_measuring SELECT id, 999, NULL FROM import")
        assert "measured" not in same(slow, "version-9", words, "2026-11-20")


@pytest.mark.slow
@pytest.mark.parametrize("aged", [False, True], ids=["measured", "record by record"])
def test_the_sample_says_what_it_said(sample_db: Path, aged: bool) -> None:
    # The sample is filled anew, so what it said has been mended once: a date given again is no change of the date any
    # more, which took one line from the gap of REL-03 in the scorecard's JSON, and moved its digests. And once more: an
    # accepted risk is counted beside the gaps to close, as the summary always did, and not among them.
    for words in said("sample-9"):
        if aged:
            with Store.open(sample_db) as store:
                age(store)
        same(sample_db, "sample-9", words, "2026-11-24")


@pytest.mark.slow
def test_it_is_measured_in_batches_and_goes_on_where_it_stopped(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "BATCH", 40)
    with Store.open(old) as store:
        with store.read() as conn:
            (total,) = conn.execute("SELECT sum(traces) FROM import").fetchone()
            assert sum(one.traces for one in waiting.imports(conn)) == total > 300
        heard: list[int] = []

        def hear(done: int, whole: int) -> bool:
            assert whole >= done > (heard[-1] if heard else 0)
            heard.append(done)
            return len(heard) % 4 != 0

        calls = 0
        while not older.measure(store, hear):
            calls += 1
            both(store, SYSTEM)
            with store.read() as conn:
                assert StoredTraces(conn, SYSTEM).slow is not None
            heard.clear()
        assert calls >= 3
        both(store, SYSTEM)
        with store.read() as conn:
            assert StoredTraces(conn, SYSTEM).slow is None
            (rows,) = conn.execute("SELECT count(*) FROM trace_measure").fetchone()
            assert rows == total
        assert store.integrity() == []
