"""The Tab key, in the shells themselves; and what installing it does to a person's files."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from readiness_tui.cli.shell.scripts import script
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.review.reviews import new_review
from readiness_tui.services.start import offered
from tests.cli.conftest import Cli
from tests.cli.shell.terminal import Terminal, environment
from tests.conftest import NOW

HOSTILE = ("$(touch pwned)", "`touch pwned`; *", 'it\'s "so", they say', "Ω: a, b", "Support bot")
BASH = shutil.which("bash")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of systems with all that a name may hold, one of them with two reviews of one release."""
    path = tmp_path_factory.mktemp("names") / "readiness.db"
    desk = open_desk(path, "ana", create=True, clock=lambda: NOW)
    for name in HOSTILE:
        new_review(desk, system=name, release="2026.11")
    new_review(desk, system="Support bot", release="2026.12")
    desk.close()
    return path


def words(cli: Cli, monkeypatch: pytest.MonkeyPatch, line: str) -> list[str]:
    """What the program offers bash for this line."""
    monkeypatch.setenv("_READINESS_COMPLETE", "bash_complete")
    monkeypatch.setenv("READINESS_LINE", line)
    told = cli()
    assert told.err == ""
    return [line.partition(",")[2] for line in told.out.splitlines() if line]


def test_systems_and_reviews_of_the_file_are_offered(cli: Cli, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)

    def offers(line: str) -> list[str]:
        return words(cli, monkeypatch, line)

    assert offers("readiness check --system ") == list(HOSTILE)
    assert offers("readiness --system sup") == ["Support bot"]
    assert offers("readiness check --system=SUPPORT\\ b") == ["Support bot"]
    assert offers("readiness check --system 'Support b") == ["Support bot"]
    assert offers("readiness check --system 'Support bot' --review ") == ["2026.12", "2026.11"]
    assert offers("readiness check --review 2026.12") == ["2026.12"]
    assert "#3" in offers("readiness check --review '#")  # of five reviews of one release, the number
    assert offers("readiness check --system Ω:\\ a") == ["Ω: a, b", "Ω:"]  # the last: what bash has typed already
    monkeypatch.chdir("/")
    assert offers("readiness check --system ") == []
    assert offers(f"readiness --db {file} check --system sup") == ["Support bot"]
    assert offers(f"readiness check --db {file} --system sup") == ["Support bot"]


def test_a_key_press_is_silent_whatever_is_in_the_way_and_writes_nothing(
    cli: Cli, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, data in (("text.db", b"no database"), ("empty.db", b""), ("half.db", file.read_bytes()[:3000])):
        (tmp_path / name).write_bytes(data)
        assert words(cli, monkeypatch, f"readiness check --db {tmp_path / name} --system ") == []
    (tmp_path / "folder.db").mkdir()
    other = Path(shutil.copy(file, tmp_path / "locked.db"))
    holder = sqlite3.connect(other, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    wal = holder.execute("PRAGMA journal_mode").fetchone() == ("wal",)  # then one may read while another writes
    whole = words(cli, monkeypatch, f"readiness check --db {file} --system ")
    assert whole
    for name, expected in (("folder.db", []), ("missing.db", []), ("locked.db", whole if wal else [])):
        assert words(cli, monkeypatch, f"readiness check --db {tmp_path / name} --system ") == expected
    holder.close()
    old = Path(shutil.copy(file, tmp_path / "older.db"))
    conn = sqlite3.connect(old)
    conn.execute("PRAGMA user_version = 3")
    conn.commit()
    conn.close()
    before = old.read_bytes()
    assert words(cli, monkeypatch, f"readiness check --db {old} --system sup") == ["Support bot"]
    assert old.read_bytes() == before  # not upgraded by a key press
    assert words(cli, monkeypatch, "readiness nonsense --x 'never closed") == []
    monkeypatch.setenv("_READINESS_COMPLETE", "nonsense")
    assert cli().code == 1
    assert not (tmp_path / "state").exists()
    assert offered.reviews(Path("\0")) == []


def test_what_is_on_no_one_line_is_not_offered(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "readiness.db"
    desk = open_desk(path, "ana", create=True, clock=lambda: NOW)
    new_review(desk, system="plain", release="1")
    desk.close()
    conn = sqlite3.connect(path)
    conn.execute("INSERT INTO review SELECT 2, 'x' || char(10) || 'plain,pwned', release, held_on, owner, depth, checklists,"
                 " reviewers, facilitator, blind, revealed, as_of, gate_id, candidate, baseline, declared, override_verdict,"
                 " override_by, override_reason, frozen_at, follows, zone, authors, observers FROM review")  # fmt: skip
    conn.execute("UPDATE review SET system = char(27) || ']0;pwned' WHERE id = 3")
    conn.commit()
    conn.close()
    assert words(cli, monkeypatch, f"readiness check --db {path} --system ") == ["plain"]


# -- the shells ---------------------------------------------------------------------------------------------------------


def typed(shell: list[str], setup: str, line: str, home: Path, folder: Path) -> str:
    """The words that a shell has after this line and a Tab, as it would give them to a command."""
    env = environment(home, PS1="ready> ")
    made = Terminal(shell, env, folder)
    try:
        made.type(f"{setup}\n")
        made.still(1.0)
        made.text = ""
        made.type(f"{line}\t")
        made.still(1.5)
        made.type("\x01printf '<%s>' \x05; echo ' ''end'\n")
        made.wait_for(" end")
        shown = made.text
        return shown[shown.rindex("<readiness>") if "<readiness>" in shown else 0 : shown.rindex(" end")]
    finally:
        made.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("readiness sco", "<readiness><sco"),  # two commands begin so: what they share
        ("readiness scorec", "<readiness><scorecard>"),
        ("readiness gate ch", "<readiness><gate><check>"),
        ("readiness check --system Sup", "<readiness><check><--system><Support bot>"),
        ("readiness check --system sup", "<readiness><check><--system><Support bot>"),
        ("readiness check --system=Sup", "<readiness><check><--system=Support bot>"),
        ("readiness check --system Support\\ b", "<readiness><check><--system><Support bot>"),
        ('readiness check --system "Sup', "<readiness><check><--system><Support bot>"),
        ("readiness check --system \\$", "<readiness><check><--system><$(touch pwned)>"),
        ("readiness check --system \\`", "<readiness><check><--system><`touch pwned`; *>"),
        ("readiness check --system it", '<readiness><check><--system><it\'s "so", they say>'),
        ("readiness check --system Ω:", "<readiness><check><--system><Ω: a, b>"),
        ("readiness check --system Supp --rev", "<readiness><check><--system><Supp><--review>"),
        ("readiness-tui scorec", "<readiness-tui><scorecard>"),
    ],
)
def test_bash_completes(line: str, words: str, file: Path, tmp_path: Path) -> None:
    assert BASH is not None
    (tmp_path / "script").write_text(script("bash"), encoding="utf-8")
    shown = typed([BASH, "--norc", "--noprofile", "-i"], f". '{tmp_path}/script'", line, tmp_path, file.parent)
    assert words in shown
    assert not (file.parent / "pwned").exists()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("readiness scorec", "<readiness><scorecard>"),
        ("readiness check --system Sup", "<readiness><check><--system><Support bot>"),
        ("readiness check --system \\$", "<readiness><check><--system><$(touch pwned)>"),
        ("readiness-tui gate che", "<readiness-tui><gate><check>"),
    ],
)
def test_zsh_completes(line: str, words: str, file: Path, tmp_path: Path) -> None:
    (tmp_path / "script").write_text(script("zsh"), encoding="utf-8")
    zsh = str(shutil.which("zsh"))
    shown = typed([zsh, "-f", "-i"], f"bindkey -e; . '{tmp_path}/script'", line, tmp_path, file.parent)
    assert words in shown.replace("\r", "").replace("\n", "")
    assert not (file.parent / "pwned").exists()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("readiness scorec", ["scorecard"]),
        ("readiness check --system Sup", ["Support bot"]),
        ("readiness check --system Ω", ["Ω: a, b"]),
        ("readiness-tui gate che", ["check"]),
    ],
)
def test_fish_completes(line: str, expected: list[str], file: Path, tmp_path: Path) -> None:
    (tmp_path / "script").write_text(script("fish"), encoding="utf-8")
    asked = f"source '{tmp_path}/script'; complete -C '{line}'"
    told = subprocess.run(
        ["fish", "--no-config", "-c", asked], env=environment(tmp_path), cwd=file.parent, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert [one.partition("\t")[0] for one in told.stdout.splitlines()] == expected, told.stderr


# -- installing ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own config"))
    monkeypatch.delenv("ZDOTDIR", raising=False)
    monkeypatch.setenv("SHELL", "/bin/bash")
    return tmp_path


@pytest.mark.parametrize(("shell", "start"), [("bash", ".bashrc"), ("zsh", ".zshrc")])
@pytest.mark.parametrize("before", [None, "", "alias x=y\n", "no newline", "ü\r\nalias a=b\r\n"])
def test_three_lines_are_added_once_and_taken_away_whole(
    cli: Cli, home: Path, shell: str, start: str, before: str | None
) -> None:
    path = home / start
    if before is not None:
        path.write_bytes(before.encode())
        path.chmod(0o640)
    told = cli("completion", "install", shell)
    assert told.code == 0
    assert f"at the end of {path} read it" in told.out
    once = path.read_bytes()
    assert once.startswith((before or "").encode())
    assert once.decode().removeprefix(before or "").strip().count("\n") == 2
    again = cli("completion", "install", shell)
    assert (again.code, path.read_bytes()) == (0, once)
    assert "installed already" in again.out
    assert path.stat().st_mode & 0o777 == (0o600 if before is None else 0o640)
    gone = cli("completion", "remove", shell)
    assert gone.code == 0
    expected = (before or "").encode()
    assert path.read_bytes() == (expected + b"\n" if before == "no newline" else expected)
    assert not (home / "own config" / "readiness-tui" / f"completion.{shell}").exists()
    assert "Nothing is installed" in cli("completion", "remove", shell).out


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
def test_a_new_bash_reads_it_from_a_folder_with_a_space(cli: Cli, home: Path) -> None:
    cli("completion", "install", "bash")
    asked = [
        str(BASH),
        "--noprofile",
        "--rcfile",
        str(home / ".bashrc"),
        "-i",
        "-c",
        "complete -p readiness readiness-tui",
    ]
    told = subprocess.run(
        asked, capture_output=True, text=True, env={**os.environ, "HOME": str(home)}, timeout=30, check=False
    )
    assert told.stdout.count("_readiness_completion") == 2, told.stderr
    cli("completion", "remove", "bash")
    told = subprocess.run(
        asked, capture_output=True, text=True, env={**os.environ, "HOME": str(home)}, timeout=30, check=False
    )
    assert "_readiness_completion" not in told.stdout


def test_what_is_no_plain_start_file_is_told_or_left_alone(cli: Cli, home: Path) -> None:
    (home / "dotfiles").mkdir()
    real = home / "dotfiles" / "bashrc"
    real.write_text("# mine\n")
    (home / ".bashrc").symlink_to(real)
    told = cli("completion", "install")
    assert f"{home}/.bashrc, which is a link to {real}," in told.out
    assert (home / ".bashrc").is_symlink()
    assert real.read_text().startswith("# mine\n# >>> readiness")
    cli("completion", "remove")
    assert real.read_text() == "# mine\n"
    (home / ".bashrc").unlink()

    def refused(why: str) -> None:
        told = cli("completion", "install", "bash")
        assert (told.code, told.out) == (2, "")
        assert why in told.err
        assert "completion show" in told.err or "read-only" in told.err
        assert not (home / "own config").exists() or not any((home / "own config" / "readiness-tui").iterdir())

    (home / ".bashrc").symlink_to(home / "nowhere")
    refused("is a link to a file that does not exist")
    (home / ".bashrc").unlink()
    (home / ".bashrc").mkdir()
    refused("is no regular file")
    (home / ".bashrc").rmdir()
    os.mkfifo(home / ".bashrc")
    refused("is no regular file")
    (home / ".bashrc").unlink()
    (home / ".bashrc").write_bytes(b"# caf\xe9\n")
    refused("is not written in UTF-8")
    assert (home / ".bashrc").read_bytes() == b"# caf\xe9\n"
    (home / ".bashrc").write_text("# >>> readiness: completion by the Tab key >>>\nmine\n")
    refused("holds lines of ours")


def test_fish_has_a_folder_of_its_own(cli: Cli, home: Path) -> None:
    told = cli("completion", "install", "fish")
    path = home / "own config" / "fish" / "completions" / "readiness.fish"
    assert told.code == 0
    assert path.read_text(encoding="utf-8") == script("fish")
    assert "installed already" in cli("completion", "install", "fish").out
    cli("completion", "remove", "fish")
    assert not path.exists()


def test_the_shell_is_ones_own_or_named(cli: Cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("completion", "show").out.startswith("_readiness_completion() {")
    for said, why in (("/bin/tcsh", "Your shell is tcsh"), ("", "is not known"), ("/x/\x1b[31m", "Your shell is")):
        monkeypatch.setenv("SHELL", said)
        told = cli("completion", "install")
        assert told.code == 2
        assert why in told.err
        assert "\x1b" not in told.err
    assert cli("completion", "install", "powershell").code == 2
