"""What is written down of a fault: enough to find it, and nothing of anybody's data."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from readiness_tui import __version__
from readiness_tui.services.core import crash_report, drafts

SECRET = "CUSTOMER-4711"


def broken(error: Exception) -> Exception:
    """`error` as it is caught, from a frame whose locals hold the data too."""
    held = SECRET
    try:
        try:
            raise ValueError(held)
        except ValueError as cause:
            raise error from cause
    except Exception as caught:
        return caught


class WrappedError(Exception):
    """As a worker of Textual's hands on what failed in it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def made() -> list[Path]:
    return sorted(crash_report.folder().glob("crash-*.txt"))


@pytest.mark.parametrize(
    "error",
    [KeyError(SECRET), ValueError(SECRET), OSError(2, SECRET, SECRET), UnicodeError(SECRET), ExceptionGroup(SECRET, [KeyError(SECRET)]),
     WrappedError(broken(KeyError(SECRET)))],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_it_says_where_and_quotes_nothing(error: Exception) -> None:
    said = crash_report.report(broken(error), "readiness check")
    (report,) = made()
    text = report.read_text(encoding="utf-8")
    assert SECRET not in said + text
    assert "\n" not in said
    assert str(report) in said
    assert "KeyError" in said or type(error).__name__ in said
    assert re.search(r"test_crash_report\.py:\d+ in broken", text)
    for known in (__version__, "readiness check", "sqlite ", "python ", "textual "):
        assert known in text
    assert str(Path(__file__).parents[3]) not in text  # a path names a person, often


def test_what_the_interpreter_says_of_code_is_kept() -> None:
    crash_report.report(broken(TypeError("unsupported operand")), "readiness")
    assert "unsupported operand" in made()[0].read_text(encoding="utf-8")


def test_only_this_person_can_read_it_and_the_last_ten_are_kept() -> None:
    crash_report.folder().mkdir(parents=True, mode=0o755)
    for number in range(12):
        crash_report.report(KeyError(number), f"number {number}")
    assert stat.S_IMODE(os.stat(crash_report.folder()).st_mode) == 0o700
    assert {stat.S_IMODE(os.stat(one).st_mode) for one in made()} == {0o600}
    kept = [one.read_text(encoding="utf-8") for one in made()]
    assert len(kept) == 10
    assert "number 11" in kept[-1]
    assert not any("number 1\n" in text for text in kept)


def test_where_nothing_can_be_written_the_sentence_has_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    said = crash_report.report(broken(KeyError(SECRET)), "readiness")
    assert "KeyError in " in said
    assert "No report could be written" in said
    assert SECRET not in said


def test_a_developer_sees_all_of_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    crash_report.report(broken(KeyError(SECRET)), "readiness")
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("READINESS_DEBUG", "1")
    crash_report.report(broken(KeyError(SECRET)), "readiness")
    assert SECRET in capsys.readouterr().err


def test_what_is_typed_while_no_file_is_open_is_kept_apart() -> None:
    assert drafts.kept_apart() == {}
    drafts.keep_apart({"form": "typed", "other": ""})
    assert drafts.kept_apart()["form"] == "typed"
    drafts.keep_apart({"form": ""})
    assert drafts.kept_apart() == {}
