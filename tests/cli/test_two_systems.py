"""Two systems in one file, from the command line: what one brings, no command prints for the other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness_tui.domain.incidents.model import Sev, TimelineEntry
from readiness_tui.domain.runs.model import HumanVerdict
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.gate import versions
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.incidents import edit
from readiness_tui.services.labels import queue
from readiness_tui.services.review import gaps, history, meeting
from readiness_tui.services.review import reviews as review_service
from tests.cli.conftest import Cli

DAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
COMMANDS = (
    "check", "check --json", "scorecard --format json", "scorecard --format md", "gaps --format csv", "runs",
    "imports", "gate show --json", "gate plan", "compare", "labels export", "incident list --json",
    "incident trends", "dataset check",
)  # fmt: skip


def lines(path: Path, records: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def files(folder: Path, said: str, failing: int) -> dict[str, Path]:
    """One system's data. The ids are the same whatever it says."""
    folder.mkdir(exist_ok=True)
    head = {"run": {"id": "run-1", "name": said, "prompt_version": said, "started_at": "2026-11-20T08:00:00Z"}}
    cases = [
        {"case_id": f"c{i}", "question": f"question {i}", "output": f"{said} {i}",
         "status": "fail" if i < failing else "pass"}
        for i in range(5)
    ]  # fmt: skip
    logged = [
        {"trace_id": f"t{i}", "started_at": (DAY - timedelta(hours=i)).isoformat(), "question": f"question {i}",
         "answer": said, "model": said, "latency_ms": 100 * failing, "status": "fail" if i < failing else "success"}
        for i in range(6)
    ]  # fmt: skip
    (folder / "gate.yaml").write_text(
        f"name: gate\nmetrics:\n  - metric: task_success_rate\n    threshold: '>= 0.{failing + 3}'\n"
        "  - metric: latency_p95_ms\n    threshold: '<= 250'\n    from: traces\n"
    )
    golden = [{"id": f"c{i}", "question": f"question {i}", "expected_source": said} for i in range(5)]
    return {
        "gate": folder / "gate.yaml",
        "golden": lines(folder / "golden.jsonl", golden),
        "run": lines(folder / "run.cases.jsonl", [head, *cases]),
        "traces": lines(folder / "log.jsonl", logged),
    }


def fill(desk: Desk, brought: dict[str, Path]) -> None:
    for kind, path in brought.items():
        import_path(desk, path, role="candidate" if kind == "run" else None)
    versions.lock(desk)
    queue.label(desk, "run-1", "c1", HumanVerdict.PASS, "seen")
    edit.create(desk, "Refund booked twice", Sev.SEV2, traces=["t1"])


@pytest.fixture
def mine(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with two systems, of which only the first has data."""
    monkeypatch.chdir(tmp_path)
    for system, day in (("Support bot", "2026-11-24"), ("Search", "2026-11-23")):
        done = cli("new", "--system", system, "--release", "1", "--date", day, "--checklist", "observability")
        assert done.code == 0, done.err
    path = tmp_path / "readiness.db"
    with_desk = open_desk(path, "ana", review_id=1, clock=lambda: DAY)
    fill(with_desk, files(tmp_path / "support", "support", 2))
    with_desk.close()
    return path


def printed(cli: Cli) -> dict[str, tuple[int, str, str]]:
    found = {}
    for command in COMMANDS:
        done = cli(*command.split(), "--system", "support BOT ")
        found[command] = done.code, done.out, done.err
    return found


def theirs(path: Path) -> Desk:
    return open_desk(path, "ben", review_id=2, clock=lambda: DAY + timedelta(hours=1))


@pytest.mark.slow
def test_what_the_other_system_brings_changes_nothing_that_a_command_prints(
    cli: Cli, mine: Path, tmp_path: Path
) -> None:
    before = printed(cli)
    assert "support" in before["compare"][1] + before["runs"][1]
    other = theirs(mine)
    fill(other, files(tmp_path / "support", "support", 2))  # the very same bytes
    fill(other, files(tmp_path / "search", "search", 4))  # the same ids, another gate of the same name
    gaps.mark(other, "trace", "t1", "theirs")
    meeting.set_attendees(other, "dora")
    edit.put_entry(other, 2, TimelineEntry(0, DAY, "began", "log"))
    other.close()
    assert printed(cli) == before
    for refused in (("incident", "show", "2"), ("imports", "--rejects", "9")):
        assert cli(*refused, "--system", "Support bot").code != 0


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.permutations(("gate", "golden", "run", "traces")),
    st.sampled_from(("support", "search")),
    st.integers(0, 5),
    st.sampled_from(("candidate", "baseline", None)),
)
def test_whatever_the_other_system_imports(
    cli: Cli, mine: Path, tmp_path: Path, order: list[str], said: str, failing: int, role: str | None
) -> None:
    before = printed(cli)
    brought = files(tmp_path / "other", said, failing)
    other = theirs(mine)
    for kind in order:
        import_path(other, brought[kind], role=role if kind == "run" else None)
    other.close()
    assert printed(cli) == before


@pytest.mark.slow
def test_the_other_system_has_its_own_of_everything(
    cli: Cli, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = theirs(mine)
    fill(other, files(tmp_path / "search", "search", 4))
    found = {change.what for change in history.log(other)}
    assert any(what.startswith("new incident") for what in found)
    assert not any("support" in what for what in found)
    other.close()
    done = cli("new", "--system", "Search", "--release", "2", "--date", "2026-11-25", "--checklist", "observability")
    assert done.code == 0, done.err
    monkeypatch.setenv("READINESS_SYSTEM", "Search")
    runs = cli("runs").out
    assert "search" in runs
    assert "support" not in runs
    assert "INC-2" in cli("incident", "list").out
    assert "INC-1" not in cli("incident", "list").out
    refused = cli("incident", "show", "1")
    assert refused.code != 0
    assert "INC-1 is an incident of “Support bot”" in refused.err
    # Two reviews of one system share its data, and a second copy of a file is no second import.
    again = cli("import", tmp_path / "search" / "log.jsonl")
    assert "imported before" in again.out + again.err
    stored = cli("import", tmp_path / "support" / "log.jsonl")
    assert "6 traces" in stored.out + stored.err
    assert "imported before" in (once := cli("import", tmp_path / "support" / "log.jsonl")).out + once.err


def test_an_import_stays_with_the_system_it_began_with(mine: Path, tmp_path: Path) -> None:
    """Somebody opens a newer review of another system while a file comes in."""
    desk = open_desk(mine, "ana", clock=lambda: DAY)
    brought = files(tmp_path / "late", "late", 1)

    def meanwhile(done: int, total: int) -> bool:
        with open_desk(mine, "ben", clock=lambda: DAY).store as store:
            rival = Desk(store, "ben", lambda: DAY)
            review_service.new_review(
                rival, system="Third", release="1", held_on=DAY.date() + timedelta(days=30), checklists=["safety"]
            )
        return True

    (done,) = import_path(desk, brought["run"], role="candidate", progress=meanwhile)
    assert (done.runs, desk.review_id) == (1, None)
    third = Desk(desk.store, "ben", lambda: DAY)
    assert load(third).review.id >= 3
    from readiness_tui.services import runs

    assert runs.all_runs(third) == []
    assert {info.run.name for info in runs.all_runs(Desk(desk.store, "ana", lambda: DAY, review_id=1))} == {"late"}
    desk.close()
