"""What differs on macOS and Windows, stood in for: folders, names that no file can have, signals. Neither was run here."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path, PurePosixPath

import platformdirs
import pytest
from platformdirs.macos import MacOS
from textual.app import App, SuspendNotSupported

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.reports import atomic
from readiness_tui.services.core import locate
from readiness_tui.services.start import completing
from readiness_tui.store.together import presence
from readiness_tui.tui.terminal_app import TerminalApp


@pytest.fixture
def mac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home on macOS: both folders are one, with a space in its name."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)

    def of(kind: str):  # type: ignore[no-untyped-def]
        return lambda name, appauthor=None: getattr(MacOS(name, appauthor), kind)

    monkeypatch.setattr(platformdirs, "user_state_path", of("user_state_path"))
    monkeypatch.setattr(platformdirs, "user_config_path", of("user_config_path"))
    return tmp_path / "Library" / "Application Support" / "readiness-tui"


def test_on_macos_state_and_settings_are_in_one_folder_with_a_space(mac: Path, tmp_path: Path) -> None:
    assert locate.state_folder() == locate.config_folder() == mac
    used = tmp_path / "readiness.db"
    used.touch()
    locate.remember(used)
    assert locate.last_used() == used.resolve()
    assert mac.stat().st_mode & 0o777 == 0o700
    (mac / "settings.yaml").write_text("theme: nord\n", encoding="utf-8")
    assert locate.settings_file().is_file()


def test_on_macos_bash_reads_its_login_file(mac: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completing.sys, "platform", "darwin")
    completing.install("bash", "# a script\n")
    text = (tmp_path / ".bash_profile").read_text(encoding="utf-8")
    assert f"[ -r '{mac}/completion.bash' ] && . '{mac}/completion.bash'" in text
    assert not (tmp_path / ".bashrc").exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        *((name, True) for name in ("CON", "con", "aux.md", "Prn.tar.gz", "COM1", "lpt9.txt", "com¹", "nul.md", "CON .md", "CONIN$")),
        *((name, False) for name in ("NUL", "console.md", "COM", "COM10", "lpt.md", "auxiliary.md", "a.con", "card.md", ".aux")),
    ],
)  # fmt: skip
def test_on_windows_a_name_that_is_kept_for_a_device_is_refused(
    name: str, kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    monkeypatch.setattr(atomic, "_WINDOWS", True)
    for write in (lambda: atomic.refuse(path), lambda: atomic.write_text(path, "x")):
        if kept:
            with pytest.raises(ReadinessError, match="keeps the name"):
                write()
        else:
            write()
    assert path.exists() != kept
    monkeypatch.setattr(atomic, "_WINDOWS", False)
    atomic.write_text(path, "x")  # elsewhere it is a name like any other
    assert path.read_text(encoding="utf-8") == "x"


def test_on_windows_nobody_is_sent_a_signal_to_see_whether_they_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("there, signal 0 is Ctrl-C")

    monkeypatch.setattr(os, "kill", never)
    monkeypatch.setattr(presence, "_WINDOWS", True)
    assert presence._began(2**30) == "runs"


async def test_without_signal_handlers_the_editor_is_refused_as_textual_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """The event loop of Windows has no signal handlers, and Textual cannot give the terminal away there."""
    loop = asyncio.get_running_loop()

    def none(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(loop, "add_signal_handler", none)
    monkeypatch.setattr(loop, "remove_signal_handler", none)
    before = signal.getsignal(signal.SIGINT)

    class Plain(TerminalApp, App[None]):
        pass

    app = Plain()
    async with app.run_test():
        with pytest.raises(SuspendNotSupported), app.suspend():
            pass
    assert signal.getsignal(signal.SIGINT) is before


def test_the_page_names_the_folders_that_the_library_gives(mac: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "platforms.md").read_text(encoding="utf-8")
    below = PurePosixPath("~") / mac.relative_to(Path(os.environ["HOME"])).as_posix()
    assert page.count(f"`{below}`") == 2
