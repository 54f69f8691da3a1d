"""Long output goes through a pager on a terminal, and nowhere else; colours and cursor moves only where they are wanted."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from readiness_tui.cli import common
from readiness_tui.cli.kit import printing
from readiness_tui.cli.kit.pager import pager
from readiness_tui.cli.opening import need_terminal
from readiness_tui.domain.errors import ReadinessError
from tests.cli.shell.terminal import Terminal, environment

#: A pager that shows who it is before and after what it is given.
_MARKS = "#!/bin/sh\nprintf 'BEGIN %s\\n' \"$LESS\"\ncat\necho END\n"


def on_terminal(words: list[str], home: Path, rows: int = 24, **env: str) -> tuple[int, str]:
    given = environment(home, **env)
    run = Terminal([str(home / "tools" / "readiness"), *words], given, home, rows)
    try:
        return run.finish(), run.text.replace("\r\n", "\n")
    finally:
        run.close()


@pytest.fixture
def marks(tmp_path: Path) -> str:
    path = tmp_path / "my pager"
    path.write_text(_MARKS)
    path.chmod(0o755)
    return f"'{path}'"


@pytest.mark.slow
def test_a_long_output_is_paged_and_the_exit_status_stays(sample_db: Path, tmp_path: Path, marks: str) -> None:
    check = ["--db", str(sample_db), "check"]
    code, text = on_terminal(check, tmp_path, PAGER=marks)
    assert code == 1
    assert text.startswith("BEGIN FRX\n✗ NO-GO")
    assert text.endswith("END\n")
    plain = subprocess.run(
        [str(tmp_path / "tools" / "readiness"), *check], env=environment(tmp_path, PAGER=marks), capture_output=True, text=True, check=False
    )  # fmt: skip
    assert (plain.returncode, plain.stderr) == (1, "")
    assert text == f"BEGIN FRX\n{plain.stdout}END\n"  # and a pipe is never paged
    _, own = on_terminal(check, tmp_path, PAGER=marks, LESS="-S")
    assert own.startswith("BEGIN -S\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    "env",
    [
        {"PAGER": ""},
        {"PAGER": "cat"},
        {"NO_PAGER": ""},
        {"TERM": "dumb"},
        {"PAGER": "/no/such/pager"},
        {"PAGER": "false"},
        {"PAGER": "'left open"},
        {"PAGER": "/"},
    ],
    ids=str,
)
def test_without_a_pager_that_works_all_of_it_is_printed(
    env: dict[str, str], sample_db: Path, tmp_path: Path, marks: str
) -> None:
    code, text = on_terminal(["--db", str(sample_db), "gaps"], tmp_path, rows=5, **{"PAGER": marks, **env})
    assert code == 0
    assert "BEGIN" not in text
    assert "REL-03" in text
    assert text.count("item/reliability/REL-03") == 1
    assert "\x1b" not in text


@pytest.mark.slow
def test_what_fits_is_not_paged_and_an_early_end_is_no_error(sample_db: Path, tmp_path: Path, marks: str) -> None:
    runs = ["--db", str(sample_db), "runs"]
    assert "BEGIN" not in on_terminal(runs, tmp_path, rows=60, PAGER=marks)[1]
    assert "BEGIN" in on_terminal(runs, tmp_path, rows=3, PAGER=marks)[1]
    code, text = on_terminal(["help", "all"], tmp_path, PAGER="head -n 1")
    assert code == 0
    assert text.splitlines() == ["Usage: readiness [OPTIONS] [COMMAND] [ARGS]..."]


@pytest.mark.slow
def test_less_waits_for_a_key_and_leaves_the_text_on_the_screen(sample_db: Path, tmp_path: Path) -> None:
    given = environment(tmp_path)
    run = Terminal([str(tmp_path / "tools" / "readiness"), "--db", str(sample_db), "check"], given, tmp_path)
    try:
        run.wait_for("NO-GO")
        run.still()
        assert run.process.poll() is None
        run.type("q")
        assert run.finish() == 1
    finally:
        run.close()


@pytest.mark.slow
def test_a_question_shows_what_it_is_about_and_a_message_comes_at_once(
    sample_db: Path, tmp_path: Path, marks: str
) -> None:
    given = environment(tmp_path, PAGER=marks)
    run = Terminal(
        [str(tmp_path / "tools" / "readiness"), "--db", str(sample_db), "scorecard", "--freeze"], given, tmp_path
    )
    try:
        run.wait_for("Freeze the review of")
        run.wait_for("[y/N]")
        run.type("n\n")
        assert run.finish() == 2
        assert "Nothing was changed." in run.text
    finally:
        run.close()
    code, text = on_terminal(["--db", "/no/such.db", "check"], tmp_path, PAGER=marks)
    assert code == 2
    assert "BEGIN" not in text


def test_what_was_held_back_is_there_before_a_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(common, "can_ask", lambda: True)
    seen = []

    def asked(*_: object, **__: object) -> bool:
        seen.append(capsys.readouterr().out)
        return True

    monkeypatch.setattr(common.click, "confirm", asked)
    printing.hold()
    try:
        printing.say("what it is about")
        common.sure(common.Session(), "Really?")
        printing.say("what came of it")
        assert capsys.readouterr().out == ""
    finally:
        rest = printing.release()
    assert seen == ["what it is about\n"]
    assert rest == "what came of it\n"


def test_no_pager_where_there_is_no_terminal() -> None:
    assert pager({"PAGER": "less"}) is None


@pytest.mark.slow
def test_the_app_has_no_colours_with_no_color_and_does_not_start_on_a_dumb_terminal(
    sample_db: Path, tmp_path: Path
) -> None:
    def painted(**env: str) -> str:
        given = environment(tmp_path, COLORTERM="truecolor", TEXTUAL_ANIMATIONS="none", **env)
        run = Terminal([str(tmp_path / "tools" / "readiness"), "--db", str(sample_db)], given, tmp_path)
        try:
            run.wait_for("NO-GO")
            return run.still()
        finally:
            run.close()

    # Foreground and background by their numbers, as SGR writes them: 38;2;r;g;b, 48;5;n, 31, 97.
    coloured = re.compile(r"\x1b\[(?:[\d;]*;)?(?:[34]8;2;(\d+);(\d+);(\d+)|[34]8;5;\d+|[34]1)")
    hues = [found for found in coloured.findall(painted()) if len(set(found)) > 1]
    assert hues  # red is there
    grey = [found for found in coloured.findall(painted(NO_COLOR="1")) if len(set(found)) > 1]
    assert grey == []
    code, text = on_terminal(["--db", str(sample_db)], tmp_path, TERM="dumb")
    assert code == 2
    assert "TERM=dumb" in text
    assert "\x1b" not in text


def test_a_dumb_terminal_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Tty:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Tty())
    monkeypatch.setattr(sys, "stdout", Tty())
    monkeypatch.delenv("TEXTUAL_DRIVER", raising=False)
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(ReadinessError, match="readiness --help"):
        need_terminal()
