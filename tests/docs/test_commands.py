"""Every command of README and of the pages: those in blocks are run, and what stands in a sentence is at least one that exists."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import pytest

from readiness_tui.cli import codes
from readiness_tui.cli.root import root
from tests.docs.following import files, follow, install, prints, save, typed
from tests.docs.pages import DOCS, PAGES, ROOT, blocks, tokens
from tests.docs.sample import sample

SAMPLE = ROOT / "sample_data"
#: Blocks that no test runs, by page and place, and why.
NOT_RUN = {
    ("README", 0): "installs from the index of packages, and opens the app",
    ("README", 1): "installs from the index of packages; .ci/run runs it",
    ("tutorial", 0): "installs from the index of packages",
    ("apart", 0): "two people's moves in two folders; tests/cli/apart/test_share.py plays them",
    ("browser", 0): "installs from the index of packages, and serves until it is ended; tests/web does so",
    ("browser", 1): "asks the server that the block before it began; tests/web does so",
    ("browser", 2): "serves until it is ended; tests/web does so",
    ("sql", 1): "installs from the index of packages, and serves until it is ended; tests/test_sql.py starts it so",
    ("plugin", 0): "installs a package; tests/test_plugin.py does so without a network",
}
#: What has to have happened before a block, where the sample as it opens is not enough.
BEFORE = {
    ("README", 2): ["rm readiness.db"],
    ("README", 3): ["rm readiness.db", "readiness new --system Bot --yes"],
    ("incidents", 0): ["rm readiness.db", "readiness new --system Bot --yes"],
    ("incidents", 1): ['readiness incident start "Index"'],
    ("scorecard", 0): [
        "readiness scorecard -o READINESS.md",
        "mkdir old",
        "cp READINESS.md old",
        "readiness new --release 2026.10 --yes",
    ],
    ("scripts", 0): ["readiness new --release 2027.01 --yes"],
    ("scripts", 2): ["readiness score REL-03 DEP-01 1 --yes", "readiness scorecard --freeze --yes -o frozen.md"],
}
#: The app, which needs a terminal: a line that is this alone is left out.
APP = "readiness"


def shell_blocks() -> Iterator[tuple[str, int, str]]:
    for page in PAGES:
        commands = [block.text for block in blocks(page) if block.language in ("sh", "bash", "shell")]
        yield from ((page.stem, place, text) for place, text in enumerate(commands))


RUN = [(page, place, text) for page, place, text in shell_blocks() if (page, place) not in NOT_RUN]


@pytest.fixture(scope="session")
def sample_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    with sample(folder):
        return folder / "sample.db"


@pytest.fixture
def room(sample_db: Path, tmp_path: Path) -> Path:
    """A team's folder: a repository with the sample's review, and files under the names that the pages use."""
    folder = tmp_path / "team"
    (folder / "runs").mkdir(parents=True)
    (folder / "review").mkdir()
    (folder / "docs").mkdir()
    candidate, baseline = (SAMPLE / "runs" / f"{role}.cases.jsonl" for role in ("candidate", "baseline"))
    for source, names in (
        (sample_db, ("readiness.db", "review/readiness.db")),
        (SAMPLE / "gate.yaml", ("gate.yaml",)),
        (SAMPLE / "golden_set.jsonl", ("golden_set.jsonl",)),
        (candidate, ("results.json",)),
        (baseline, ("before.json", "runs/baseline.jsonl")),
        (ROOT / "tests/data/incidents/sre-book.md", ("postmortem.md",)),
        (ROOT / "tests/data/incidents/timeline.csv", ("timeline.csv",)),
        (ROOT / "tests/data/incidents/chat-slack.txt", ("chat.txt",)),
    ):
        for name in names:
            shutil.copy(source, folder / name)
    (folder / "docs/fallback.md").write_text("A second model stands behind the same interface.\n", encoding="utf-8")
    (folder / "votes.yaml").write_text(moved(yaml_of("scripts")), encoding="utf-8")
    (folder / "prices.yaml").write_text(yaml_of("prices"), encoding="utf-8")
    shutil.copytree(SAMPLE, folder / "sample_data")  # no link: a page copies it, and works in the copy
    (folder / "last.json").write_text("{}", encoding="utf-8")
    for command in (["init", "-q"], ["add", "docs"], ["commit", "-q", "-m", "docs"]):
        subprocess.run(
            ["git", "-c", "user.name=ana", "-c", "user.email=ana@example.com", *command], cwd=folder, check=True
        )
    return folder


def yaml_of(page: str) -> str:
    return next(block.text for block in blocks(DOCS / f"{page}.md") if block.language == "yaml")


def moved(text: str) -> str:
    """Days of December 2026, which the pages speak of on the sample's day, as far from today."""

    def move(found: re.Match[str]) -> str:
        away = date.fromisoformat(found[0]) - date(2026, 11, 24)
        return (datetime.now(UTC).date() + timedelta(days=away.days)).isoformat()

    return re.sub(r"2026-12-\d\d", move, text)


@pytest.mark.slow
@pytest.mark.parametrize(("page", "place", "text"), RUN, ids=[f"{page}-{place}" for page, place, _ in RUN])
def test_the_commands_of_a_block_work(page: str, place: int, text: str, room: Path) -> None:
    lines = [*BEFORE.get((page, place), []), *moved(text.replace("\\\n", "")).splitlines()]
    script = "".join(
        f"{line}\ndone=$?; case $done in {codes.GO}|{codes.NO_GO}|{codes.CONDITIONS}) ;; *) exit $done;; esac\n"
        for line in lines
        if line.strip() and line.strip() != APP
    )
    env = {**install(room), "READINESS_WHO": "ana", "GIT_AUTHOR_NAME": "ana", "GIT_AUTHOR_EMAIL": "ana@example.com",
           "GIT_COMMITTER_NAME": "ana", "GIT_COMMITTER_EMAIL": "ana@example.com"}  # fmt: skip
    if "--against last.json" in text:
        subprocess.run("readiness check --json > last.json", shell=True, cwd=room, env=env, check=False)
    done = subprocess.run(
        ["bash", "-c", script], cwd=room, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr


def test_what_is_not_run_is_there_and_says_why() -> None:
    there = {(page, place) for page, place, _ in shell_blocks()}
    assert set(NOT_RUN) | set(BEFORE) <= there
    assert all(len(why) > 10 for why in NOT_RUN.values())
    assert len(RUN) >= 12


FOLLOWED = [
    page for page in PAGES if page.name != "tutorial.md" and any(block.language == "console" for block in blocks(page))
]


@pytest.mark.slow
@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: page.name)
def test_a_page_that_shows_a_session_can_be_followed(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    folder.mkdir()
    assert files(page.read_text(encoding="utf-8"))
    save(page, folder)
    commands = typed(page)
    printed = follow(commands, folder)
    wrong = [(one.command, said) for one, said in zip(commands, printed, strict=True) if not prints(one.shown, said)]
    assert wrong == []


def test_blocks_of_commands_say_that_they_are() -> None:
    """A block without a language is none that a test would find."""
    found = [
        (page.name, block.line)
        for page in PAGES
        for block in blocks(page)
        if block.language in ("", "text") and re.search(r"^(\$ )?(readiness|pip|git) (?!.*…)", block.text, re.M)
    ]
    assert found == [("gate.md", 320)], "that one is held by tests/test_gate_page.py"


# -- commands in sentences --------------------------------------------------------------------------------------------


def said() -> Iterator[tuple[str, str]]:
    """Every `readiness …` that stands as code in a sentence or a table."""
    for page in PAGES:
        for part in (child for token in tokens(page) for child in token.children or ()):
            if part.type == "code_inline" and re.match(r"readiness( |$)", part.content):
                yield page.name, part.content


def unknown(text: str) -> str:
    """Why no such command or option exists; "" where it does. Names in capitals and `…` stand for what a reader fills in."""
    words = shlex.split(re.split(r" [|>;&]|;|&&", text)[0], comments=True)[1:]
    command: click.Command = root
    shared = {name for param in root.params for name in param.opts}
    while words:
        word = words.pop(0)
        if word.startswith("-") and len(word) > 1 and not word.startswith("-…"):
            name = word.split("=")[0]
            known = {name: param for param in command.params for name in (*param.opts, *param.secondary_opts)}
            if name not in known and name not in shared and name not in ("--help", "-h", "--version"):
                return f"{command.name} has no {name}"
            taken = known.get(name)
            if (
                words
                and (name in shared or (isinstance(taken, click.Option) and not taken.is_flag))
                and "=" not in word
            ):
                words.pop(0)
        elif isinstance(command, click.Group) and not re.fullmatch(r"[A-Z…]+", word):
            inner = command.get_command(click.Context(command), word)
            if inner is None:
                return f"{command.name} has no command {word}"
            command = inner
    return ""


@pytest.mark.parametrize(("page", "text"), sorted(set(said())))
def test_a_command_in_a_sentence_exists(page: str, text: str) -> None:
    assert unknown(text) == ""


@pytest.mark.parametrize(
    "text", ["readiness chek", "readiness check --nope", "readiness gate lok", "readiness --nope check"]
)
def test_one_that_does_not_is_found(text: str) -> None:
    assert unknown(text)
