"""One function gives the verdict: the app, the scorecard, the JSON and the exit status agree on 500 generated reviews.

Each review is a copy of one that is ready to ship, or of one where nothing is done, with a few things done to it at
random by the services that the app calls. Slow: every state is judged four times, by four front doors.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Action, NoteStatus, Sev
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.gate import versions
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import assess, gaps, reviews, scorecard
from readiness_tui.tui.app import ReadinessApp
from tests.cli.conftest import Cli, cli  # noqa: F401
from tests.conftest import NOW
from tests.tui.driving import painted, press

REVIEWS = 500
PAINTED_EACH = 20  # the app itself is started for every so many; its first line is composed for all
TODAY = NOW.date()
CODES = {"GO": 0, "NO-GO": 1, "GO WITH CONDITIONS": 3}
ITEMS = ("ALP-01", "ALP-02", "ALP-03", "BET-01", "BET-02", "BET-03")
DIGEST = "ab" * 32


def checklist(name: str) -> str:
    items = "".join(
        f"  - {{id: {name[:3].upper()}-0{n}, title: Item {n} of {name}, why: Because., evidence: A link., improve: Do it.,"
        f" severity: {severity}, depth: course}}\n"
        for n, severity in enumerate(("blocker", "major", "minor"), 1)
    )
    return f'id: {name}\ntitle: {name.capitalize()}\nversion: "1"\nitems:\n{items}'


def gate(limit: float, *, required: bool = True, digests: bool = True) -> str:
    known = f"dataset_digest: {DIGEST}\njudge_digest: {DIGEST}\n" if digests else ""
    rule = f'  - {{metric: faithfulness, threshold: ">= {limit}", required: {str(required).lower()}}}\n'
    return f"name: g\nmetrics:\n{rule}{known}"


def run(name: str, value: float, started: str = "2026-11-24T15:00:00Z") -> str:
    return (
        f'{{"faithfulness": {value}, "run": "{name}", "version": "{name}", "started_at": "{started}",'
        f' "dataset_digest": "{DIGEST}", "judge_digest": "{DIGEST}"}}'
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gates and runs to import, and the two reviews that all others are made from."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "lists").mkdir()
    for name in ("alpha", "beta"):
        (folder / "lists" / f"{name}.yaml").write_text(checklist(name), encoding="utf-8")
    for name, text in {
        "easy.yaml": gate(0.8),
        "hard.yaml": gate(0.95),
        "optional.yaml": gate(0.95, required=False),
        "bare.yaml": gate(0.8, digests=False),
        "good.json": run("good", 0.9),
        "early.json": run("early", 0.9, "2026-11-01T00:00:00Z"),
        "poor.json": run("poor", 0.5),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in ("nothing", "ready"):
        desk = open_desk(folder / f"{name}.db", "ana", create=True, clock=lambda: NOW)
        reviews.new_review(
            desk, system="bot", release="1", held_on=TODAY, owner="ana", reviewers=("ana", "ben"),
            checklists=("alpha", "beta"), folders=(folder / "lists",),
        )  # fmt: skip
        if name == "ready":
            assess.attach(desk, list(ITEMS), EvidenceKind.URL, "https://example.com/proof")
            assess.score(desk, list(ITEMS), 2)
            import_path(desk, folder / "easy.yaml")
            versions.lock(desk)
            import_path(desk, folder / "good.json", role="candidate")
        desk.close()
    return folder


def step(pick: random.Random, desk: Desk, folder: Path) -> None:
    """One thing that a team may do."""
    item, day = pick.choice(ITEMS), TODAY + timedelta(days=pick.choice((-3, 0, 5, 40)))
    number = pick.randint(1, 3)
    keys = [condition.key for condition in load(desk).judgement.conditions] or ["none"]
    things: list[Callable[[], object]] = [
        lambda: assess.score(desk, [item], pick.choice((0, 1, 2, None))),
        lambda: assess.score(desk, [item], 2),
        lambda: assess.attach(desk, [item], EvidenceKind.URL, "https://example.com/x"),
        lambda: assess.waive(desk, item, "accepted", "chloe", day),
        lambda: assess.not_applicable(desk, item, "not ours"),
        lambda: assess.confirm_na(desk, item, pick.choice(("ben", "ana"))),
        lambda: import_path(desk, folder / pick.choice(("easy.yaml", "hard.yaml", "optional.yaml", "bare.yaml"))),
        lambda: versions.lock(desk),
        lambda: import_path(desk, folder / pick.choice(("good.json", "early.json", "poor.json")), role="candidate"),
        lambda: edit.create(desk, "it broke", pick.choice(list(Sev))),
        lambda: edit.set_time(desk, number, "resolved", NOW),
        lambda: edit.set_status(desk, number, pick.choice(list(NoteStatus)), no_eval_reason="none can exist"),
        lambda: edit.put_action(desk, number, Action(0, "mend it", owner=pick.choice(("", "ben")), due=day)),
        lambda: gaps.set_condition(
            desk, pick.choice(keys), owner=pick.choice(("", "ben")), due=pick.choice((None, day))
        ),
        lambda: reviews.override_verdict(desk, "GO", "we know better"),
        lambda: scorecard.freeze(desk) if pick.random() < 0.3 else None,
    ]
    with suppress(ReadinessError):  # what may not be done now is refused, and the review stays as it was
        pick.choice(things)()


def generated(seed: int, files: Path, folder: Path) -> Path:
    """The review of this number."""
    pick = random.Random(seed)
    path = Path(shutil.copy(files / pick.choice(("nothing.db", "ready.db", "ready.db")), folder / f"{seed}.db"))
    desk = open_desk(path, "ana", clock=lambda: NOW)
    for _ in range(pick.choice((0, 1, 2, 3, 8))):
        step(pick, desk, files)
    desk.close()
    return path


def first_words(text: str) -> str:
    """The verdict that a text begins with, glyph and emphasis aside."""
    said = text.lstrip("●◐✗* ")
    return next(word for word in ("GO WITH CONDITIONS", "NO-GO", "GO") if said.startswith(word))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
async def test_app_report_json_and_exit_status_agree(part: int, files: Path, tmp_path: Path, cli: Cli) -> None:  # noqa: F811
    from readiness_tui.tui.screens.overview.screen import verdict_line

    seen: Counter[str] = Counter()
    for seed in range(part, REVIEWS, 10):
        path = generated(seed, files, tmp_path)
        desk = open_desk(path, "ana", clock=lambda: NOW)
        view = load(desk)
        # What is frozen stays as it was; asking for a day would judge what came in since.
        day = None if view.frozen else TODAY
        asked = ("--db", path, "check", *(() if view.frozen else ("--as-of", TODAY)))
        told = cli(*asked, "--json")
        verdict = told.json["verdict"]
        assert told.code == CODES[verdict], seed
        assert cli(*asked, "--allow", "conditions").code == (verdict == "NO-GO"), seed
        assert first_words(cli(*asked).out) == verdict, seed
        card = scorecard.text(desk, as_of=day)
        assert first_words(next(row for row in card.splitlines() if row.startswith("**"))) == verdict, seed
        (tmp_path / "card.md").write_text(card, encoding="utf-8")
        assert cli("check", "--scorecard", tmp_path / "card.md", "--as-of", TODAY).code == CODES[verdict], seed
        assert first_words(str(verdict_line(view))) == verdict, seed
        if (seed // 10) % PAINTED_EACH == 0:
            app = ReadinessApp(desk, here=tmp_path)
            async with app.run_test(size=(120, 40)) as pilot:
                await press(pilot)
                assert first_words(painted(pilot).splitlines()[3]) == verdict, seed
        desk.close()
        path.unlink()
        seen[verdict] += 1
    assert len(seen) == len(CODES), f"not every verdict was met: {seen}"
