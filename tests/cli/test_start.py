"""Which file is meant, how a review begins, and the way of a newcomer from an empty folder to a scorecard."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness_tui import __version__
from readiness_tui.services.core.locate import last_used, nearest
from readiness_tui.services.review.reviews import people
from tests.cli.conftest import COURSE_GATE, COURSE_NUMBERS, Cli

READING = [
    ("check",),
    ("runs",),
    ("gate", "show"),
    ("gate", "lock"),
    ("gaps",),
    ("scorecard",),
    ("incident", "list"),
    ("incident", "new", "--title", "x"),
    ("incident", "start", "x"),
    ("incident", "log", "x"),
    ("import", "x.json"),
]


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_no_command_creates_a_file_unasked(cli: Cli, place: Path, command: tuple[str, ...]) -> None:
    told = cli(*command)
    assert told.code == 2
    assert told.out == ""
    assert "readiness new" in told.err
    assert "--db" in told.err
    named = cli("--db", "not-there.db", *command)
    assert named.code == 2
    assert "not-there.db" in named.err
    assert list(place.iterdir()) == []


def test_a_system_that_has_reviews_is_asked_which_release_is_next(cli: Cli, place: Path) -> None:
    assert cli("new", "--system", "bot").code == 0  # the first takes the month
    again = cli("new", "--yes")
    assert (again.code, "Which release is this one?" in again.err, "--release 2027.01" in again.err) == (2, True, True)
    assert "release 2" in cli("new", "--release", "2").err
    for step in (("init", "-q"), ("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "x"),
                 ("tag", "v3")):  # fmt: skip
        subprocess.run(["git", "-C", str(place), *step], check=True)
    assert "release v3" in cli("new").err


def test_the_file_is_db_then_the_environment_then_the_nearest_and_never_the_last(
    cli: Cli, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(name: str = "database") -> str | None:
        found: str | None = cli("paths", "--json").json[name]
        return found

    assert shown() is None
    assert "none found" in cli("paths").out
    nearby = place / "readiness.db"
    assert cli("new", "--system", "near").code == 0
    below = place / "src" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert shown() == str(nearby)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert shown() is None  # the last one used opens the app, and nothing else
    assert shown("last used") == str(nearby)
    assert last_used() == nearby
    assert nearest(elsewhere) is None
    monkeypatch.setenv("READINESS_DB", "env.db")
    assert shown() == "env.db"
    assert cli("new", "--system", "env").code == 0
    assert (elsewhere / "env.db").is_file()
    assert not (elsewhere / "readiness.db").exists()
    assert cli("--db", "other.db", "paths", "--json").json["database"] == "other.db"
    monkeypatch.delenv("READINESS_DB")
    assert shown("last used") == str(elsewhere / "env.db")
    (elsewhere / "env.db").unlink()
    assert shown("last used") is None


def test_new_proposes_what_it_was_not_told(cli: Cli, place: Path) -> None:
    for command in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "x"], ["tag", "v4.2"]):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *command], cwd=place, check=True, timeout=30
        )
    told = cli("--who", "chloe", "new")
    assert told.code == 0
    assert "support bot, release v4.2" in told.err
    assert "owner chloe" in told.err
    assert (place / "readiness.db").stat().st_mode & 0o077 == 0  # prompts and answers are nobody else's
    found = cli("check", "--json").json
    assert (found["system"], found["release"]) == ("support bot", "v4.2")
    assert [section["checklist"] for section in found["sections"]] == ["observability", "reliability", "deployment"]


def test_new_takes_what_it_is_told(cli: Cli, place: Path) -> None:
    told = cli(
        "new", "--system", "bot", "--release", "7", "--date", "2026-11-24", "--owner", "ben", "--depth", "full",
        "--reviewer", "ana", "--reviewer", "ben", "--checklist", "safety", "--checklist", "evaluation",
    )  # fmt: skip
    assert told.code == 0
    from readiness_tui.services.core.desk import open_desk

    desk = open_desk(place / "readiness.db", "ana")
    review = people(desk)
    desk.close()
    assert (review.system, review.release, str(review.held_on), review.owner) == ("bot", "7", "2026-11-24", "ben")
    assert (review.checklists, review.reviewers, review.depth.value) == (
        ("safety", "evaluation"),
        ("ana", "ben"),
        "full",
    )
    again = cli("new", "--system", "bot", "--release", "8", "--date", "2026-11-25")
    assert again.code == 0  # a second review joins the same file
    assert cli("check", "--json").json["release"] == "8"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--checklist", "nonsense"), "observability"),
        (("--checklists", "nowhere"), "nowhere"),
        (("--depth", "deep"), "course"),
        (("--date", "soon"), "2026-12-01"),
        (("--system", " "), "system"),
    ],
)
def test_new_refused_leaves_no_file(cli: Cli, place: Path, options: tuple[str, ...], says: str) -> None:
    told = cli("new", *options)
    assert told.code == 2
    assert says in told.err
    assert list(place.iterdir()) == []


def test_the_sample_goes_where_it_is_told_and_replaces_nothing(
    cli: Cli, place: Path, filled_sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = place / "mine.db"
    own.write_bytes(b"precious")
    told = cli("--db", own, "demo", "--no-open")
    assert told.code == 2
    assert "mine.db" in told.err
    assert own.read_bytes() == b"precious"
    assert cli("--db", place / "no" / "x.db", "demo", "--no-open").code == 2
    assert [path.name for path in place.iterdir()] == ["mine.db"]


@pytest.mark.parametrize("arguments", [(), ("demo",), ("new", "--open")], ids=" ".join)
def test_without_a_terminal_the_app_says_so_and_leaves_nothing(
    cli: Cli, place: Path, arguments: tuple[str, ...]
) -> None:
    told = cli("--db", "x.db", *arguments)
    assert told.code == 2
    assert "needs a terminal" in told.err
    assert "readiness check" in told.err
    assert list(place.iterdir()) == []


def test_a_newcomer_from_an_empty_folder_to_a_scorecard(cli: Cli, place: Path, tmp_path: Path) -> None:
    """`new`, a gate, its lock, golden set, runs and traces, `check`, `scorecard`: each says what comes next."""
    assert cli("new", "--system", "Help desk", "--checklist", "observability", "--checklist", "evaluation").code == 0
    golden = [{"id": f"c{n}", "question": f"Question {n}?", "expected_source": f"doc-{n}",
               "must_include": ["yes"], "tags": ["failure"] if n % 5 == 0 else []} for n in range(40)]  # fmt: skip
    put_lines(place / "golden.jsonl", golden)
    (place / "gate.yaml").write_text(
        'name: desk\nthresholds:\n  retrieval_hit_rate: ">= 0.80"\n  task_success_rate: ">= 0.90"\n', encoding="utf-8"
    )
    brought = cli("import", "gate.yaml", "golden.jsonl", "--json").json["imports"]
    assert [row["golden_cases"] for row in brought] == [0, 40]
    assert cli("gate", "lock").code == 0
    assert (place / "gate.lock").is_file()
    for version, wrong in (("v1", 3), ("v2", 1)):
        run = {"run": {"id": version, "version": version, "started_at": datetime.now(UTC).isoformat()}}
        cases = [
            {
                "case_id": f"c{n}", "output": "yes", "status": "fail" if n < wrong else "success", "latency_ms": 100 + n,
                "retrieved_chunks": [{"id": f"k{n}", "source": f"doc-{n}", "rank": 1}],
            }
            for n in range(40)
        ]  # fmt: skip
        put_lines(place / f"{version}.jsonl", [run, *cases])
    assert cli("import", "v1.jsonl", "--as", "baseline").code == 0
    assert cli("import", "v2.jsonl", "--as", "candidate").code == 0
    put_lines(
        place / "log.jsonl",
        [
            {"trace_id": f"t{n}", "prompt_version": "p2", "model": "m-2026-10-01", "retrieved_chunks": [], "tool_calls": [],
             "latency_ms": 900 + n, "status": "success", "started_at": "2026-11-20T10:00:00Z"}
            for n in range(60)
        ],
    )  # fmt: skip
    assert "60 traces" in cli("import", "log.jsonl").out
    rows = {row["metric"]: row for row in cli("gate", "show", "--json").json["gate"]["results"]}
    assert (rows["retrieval_hit_rate"]["value"], rows["retrieval_hit_rate"]["n"]) == (1.0, 40)
    assert (rows["task_success_rate"]["value"], rows["task_success_rate"]["result"]) == (0.975, "PASS")
    told = cli("check")
    assert told.code == 1
    assert "is undecided: " in told.out
    assert cli("scorecard", "-o", "scorecard.md").code == 0
    card = (place / "scorecard.md").read_text(encoding="utf-8")
    assert card.startswith("# Day-21 readiness scorecard: Help desk")
    assert "60 of 60 requests carry a prompt version" in card
    roles = {row["id"]: row["role"] for row in cli("runs", "--json").json["runs"]}
    assert roles == {"v1": "baseline", "v2": "candidate"}


def put_lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_an_upgrade_says_where_the_copy_lies(cli: Cli, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from readiness_tui.store import db, migrations

    with monkeypatch.context() as earlier:
        earlier.setattr(db, "MIGRATIONS", migrations.MIGRATIONS[:1])
        db.Store.open(place / "readiness.db", create=True).close()
    told = cli("imports")
    (copy,) = place.glob("readiness.db.v1-*.backup")
    assert f"The file was upgraded for this version; as it was before, it is in {copy}" in told.err
    assert "upgraded" not in cli("imports").err


def test_own_checklists_are_checked(cli: Cli, mini: Path) -> None:
    told = cli("checklists", "check", "lists/mini.yaml")
    assert (told.code, told.err) == (0, "")
    assert "Mini, 1 item, version 1: fine" in told.out
    listed = cli("checklists", "list")
    assert [line.split()[0] for line in listed.out.splitlines()] == [
        "observability", "reliability", "deployment", "safety", "evaluation",
    ]  # fmt: skip


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_command(cli: Cli, flag: str) -> None:
    from readiness_tui.cli.root import COMMANDS

    told = cli(flag)
    assert told.code == 0
    assert all(f"  {name} " in told.out for name in COMMANDS)
    assert cli("--version").out == f"readiness {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("gate",), ("gate", "unlock"), ("check", "--nonsense"), ("import",)]
)
def test_usage_errors_are_status_2_on_stderr(cli: Cli, arguments: tuple[str, ...]) -> None:
    told = cli(*arguments)
    assert told.code == 2
    assert told.out == ""
    assert "Usage: readiness" in told.err


def test_the_courses_two_documents_are_accepted_as_the_course_writes_them(cli: Cli, mini: Path, place: Path) -> None:
    (place / "gate.yaml").write_text(COURSE_GATE, encoding="utf-8")
    put_lines(place / "metrics.json", [dict(COURSE_NUMBERS)])
    assert cli("import", "gate.yaml", "metrics.json").code == 0
    assert "4 of 4 required pass" in cli("check").out
