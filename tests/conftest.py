"""Shared by all tests: nobody's own files, environment or clock are touched."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import reviews as review_service
from readiness_tui.services.review import scorecard
from readiness_tui.services.start.start import open_sample
from readiness_tui.store import db, migrations
from readiness_tui.store.opening import look

#: Timings are not tests: a busy machine takes its time to make an example, too.
settings.register_profile("readiness", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("readiness")

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests and their modules stay to the end: the collector need not look at them again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_make_parametrize_id(val: object) -> str | None:
    """Megabytes of text are no name of a test: a name goes between processes with each step of it, and into the environment. And
    what gzip packs has the time in it, so that each process would have another name."""
    if isinstance(val, bytes) and val.startswith(b"\x1f\x8b"):
        return f"gzip {len(val)}"
    if isinstance(val, (str, bytes)) and len(val) > 200:
        return f"{val[:60]!a}… {len(val)}"
    return None


def _at_home(home: Path, patch: pytest.MonkeyPatch) -> None:
    """What files of all tests hold was kept with one key, so that a test need not work it out."""
    patch.setenv("HOME", str(home))
    patch.setenv("XDG_STATE_HOME", str(home / "state"))
    patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    state = home / "state" / "readiness-tui"
    state.mkdir(parents=True, mode=0o700)
    (state / "kept-key").write_bytes(bytes(range(32)))
    (state / "kept-key").chmod(0o600)


@pytest.fixture(scope="session", autouse=True)
def _home_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For what is made once for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        _at_home(tmp_path_factory.mktemp("home of all"), patch)
        yield


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names of homes, counted here: `mktemp` reads the whole folder for the next number, ten thousand times."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def _own_home(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """State and configuration go to a folder of the test's own, and no database is named from outside."""
    _at_home(next(_homes), monkeypatch)
    monkeypatch.delenv("READINESS_DB", raising=False)
    monkeypatch.setenv("READINESS_WHO", "ana")
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture(scope="session")
def _make_as_copy(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], None]:
    """As `make_file`, but not empty: what the migrations made once. It is there whole or not at all, too."""
    first = tmp_path_factory.mktemp("new") / "readiness.db"
    migrations.make_file(first)
    conn = migrations.connect(first)
    migrations.migrate(conn, first, migrations.MIGRATIONS)
    conn.close()
    content = first.read_bytes()

    def make(path: Path) -> None:
        if db.MIGRATIONS is not migrations.MIGRATIONS:  # a test has others
            migrations.make_file(path)
            return
        beside = path.with_name(f".{path.name[:40]}.{os.urandom(6).hex()}.new")
        migrations.make_file(beside)
        try:
            beside.write_bytes(content)
            migrations._name_new(beside, path)
        finally:
            beside.unlink(missing_ok=True)

    return make


@pytest.fixture(autouse=True)
def _new_files(_make_as_copy: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A new database is a copy: making one takes twenty times as long. Where its making is tested, a fixture of this name
    leaves it as it is."""
    monkeypatch.setattr(look, "make_file", _make_as_copy)


@pytest.fixture(scope="session")
def filled_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, filled once a session. Read-only: take `sample_db` to change it."""
    path = tmp_path_factory.mktemp("sample") / "sample.db"
    open_sample(path.parent, "ana", path=path, clock=lambda: NOW).close()
    return path


@pytest.fixture
def sample_db(filled_sample: Path, tmp_path: Path) -> Path:
    """A copy of the filled sample for this test alone."""
    return Path(shutil.copy(filled_sample, tmp_path / "readiness.db"))


@pytest.fixture(scope="session")
def filled_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two systems with data of their own, each with a frozen review (2026.10) and an open one. Read-only, as the sample.

    The reviews are, in this order: Support bot 2026.10 and 2026.11, Search 2026.10 and 2026.12.
    """
    from tests.cli.test_two_systems import files, fill

    folder = tmp_path_factory.mktemp("two")
    path = folder / "two.db"
    for system, later, failing in (("Support bot", "2026.11", 2), ("Search", "2026.12", 4)):
        desk = open_desk(path, "ana", create=not path.exists(), clock=lambda: NOW)
        for release, day in (("2026.10", 1), (later, 20)):
            review_service.new_review(
                desk, system=system, release=release, held_on=NOW.date().replace(day=day), checklists=["observability"]
            )
            if release == "2026.10":
                fill(desk, files(folder / system, system, failing))
                scorecard.freeze(desk)
        desk.close()
    return path


@pytest.fixture
def two_db(filled_two: Path, tmp_path: Path) -> Path:
    """A copy of `filled_two` for this test alone."""
    return Path(shutil.copy(filled_two, tmp_path / "readiness.db"))


@pytest.fixture(scope="session")
def _measured_sample(filled_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[object, Any]:
    """What gate and probes find in the untouched sample, with what it was found in: half a second, once a session."""
    copy = shutil.copy(filled_sample, tmp_path_factory.mktemp("measured") / "sample.db")
    desk = open_desk(Path(copy), "ana", clock=lambda: NOW)
    load(desk).measured.footing()  # while its file is open
    desk.close()
    return desk.cache["measure"]


@pytest.fixture
def sample_desk(sample_db: Path, _measured_sample: tuple[object, Any]):
    """ana at the sample, at a fixed time. What a test changes is measured anew, as everywhere."""
    desk: Desk = open_desk(sample_db, "ana", clock=lambda: NOW)
    desk.cache["measure"] = _measured_sample
    yield desk
    desk.close()
