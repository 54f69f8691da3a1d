"""One function gives the verdict: the app, the scorecard, the JSON and the exit status agree on 500 generated reviews.

Each review is a copy of one that is ready to ship, of one that has a golden set and a run of its cases, or of one where
nothing is done, with a few things done to it at random by the services that the app calls. Slow: every state is judged
four times, by four front doors.
"""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from benchmarks.moves.material import JUDGE, Release, failing, release
from benchmarks.moves.material import gate as of_rules

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.incidents.model import Action, NoteStatus, Sev
from readiness_tui.domain.runs.model import HumanVerdict, Provenance
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import ReviewView, load
from readiness_tui.services.gate import versions
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.incidents import edit
from readiness_tui.services.labels import queue
from readiness_tui.services.review import assess, gaps, reviews, scorecard
from readiness_tui.tui.app import ReadinessApp
from tests.cli.conftest import Cli, cli  # noqa: F401
from tests.conftest import NOW
from tests.tui.driving import painted, press

REVIEWS = 500
SAMPLED = 120  # of them are looked at for what they are made of
PAINTED_EACH = 20  # the app itself is started for every so many; its first line is composed for all
TODAY = NOW.date()
LOCKED = NOW - timedelta(hours=4)  # the runs start at noon
CODES = {"GO": 0, "NO-GO": 1, "GO WITH CONDITIONS": 3}
ITEMS = ("ALP-01", "ALP-02", "ALP-03", "BET-01", "BET-02", "BET-03")
FEATURES = ("golden set", "label", "repeat", "left out", "slice", "regression", "high risk")


def checklist(name: str) -> str:
    items = "".join(
        f"  - {{id: {name[:3].upper()}-0{n}, title: Item {n} of {name}, why: Because., evidence: A link., improve: Do it.,"
        f" severity: {severity}, depth: course}}\n"
        for n, severity in enumerate(("blocker", "major", "minor"), 1)
    )
    return f'id: {name}\ntitle: {name.capitalize()}\nversion: "1"\nitems:\n{items}'


def gate(limit: float, *, required: bool = True, digests: bool = True) -> str:
    known = f"judge_digest: {JUDGE}\n" if digests else ""
    rule = f'  - {{metric: faithfulness, threshold: ">= {limit}", required: {str(required).lower()}}}\n'
    return f"name: g\nmetrics:\n{rule}{known}"


def plain(name: str, value: float, started: str = "2026-11-24T12:00:00Z") -> Release:
    """A run of a golden set without high-risk cases, every answer of this faithfulness."""
    made = release(CASED, risky=0)
    for gold, case in zip(made.golden, made.cases, strict=True):
        gold["id"] = case["case_id"] = f"plain-{gold['id']}"
        gold["question"] = case["question"] = f"Plainly: {gold['question']}"
        case["scores"] = {"faithfulness": value}
    made.header |= {"id": name, "prompt_version": name, "started_at": started}
    return made


CASED = 14  # cases of the golden set, two of them high-risk
RULES = (
    '{metric: faithfulness, threshold: ">= 0.80"}',
    '{metric: task_success_rate, threshold: ">= 0.80", tags: [refund]}',
    "{metric: faithfulness, max_regression: 0.02}",
    '{metric: latency_p95_ms, threshold: "<= 3500"}',
    '{metric: cost_per_success, threshold: "<= 0.08", confidence: required, required: false}',
)


def cased(version: str) -> Release:
    """A run of the golden cases by this version, started after the lock."""
    made = release(CASED, risky=2)
    for case in made.cases:
        case["output"] += f" ({version})"
    made.header |= {"id": f"run-{version}", "prompt_version": version, "started_at": "2026-11-24T12:00:00Z"}
    return made


def cased_runs() -> Iterator[tuple[str, Release]]:
    """Runs of the golden set: good, worse, without some of its cases, scores or statuses, cached, repeated,
    of another set."""
    for name in (
        "fine",
        "older",
        "worse",
        "part",
        "blank",
        "cached",
        "cold",
        "often",
        "twofold",
        "strangers",
        "broken",
        "claims",
    ):
        made = cased(name)
        match name:
            case "older":
                made.header["started_at"] = "2026-11-20T15:00:00Z"
            case "worse":
                failing(made, 5, first=0)
            case "part":
                del made.cases[:2]
            case "blank":
                for case in made.cases[3:6]:
                    case["scores"] = {"faithfulness": {"state": "n/a"} if case is made.cases[3] else None}
            case "cached" | "cold":
                for case in made.cases[4:9]:
                    case |= {name: True, "latency_ms": 9000}
            case "often":
                made.cases += [{**case, "repeat": 1, "status": "fail"} for case in made.cases[3:]]
            case "twofold":
                made.cases = [{**case, "variant": variant} for case in made.cases for variant in ("small", "large")]
            case "strangers":
                made.cases += [{**case, "case_id": f"x-{case['case_id']}", "question": "Other?"} for case in made.cases]
            case "claims":
                made.header["dataset_digest"] = "ab" * 32
            case "broken":
                for case in made.cases[7:]:
                    case |= {"status": "error", "error": "timeout", "scores": {}}
        yield name, made


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
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    plain_runs = [plain("good", 0.9), plain("early", 0.9, "2026-11-01T00:00:00Z"), plain("poor", 0.5)]
    for name, made in [*((made.header["id"], made) for made in plain_runs), *cased_runs()]:
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in made.lines()), encoding="utf-8")
    golden = cased("fine").golden
    for name, kept in {
        "plain": plain_runs[0].golden,
        "golden": golden,
        "grown": [*golden, {**golden[0], "id": "new", "question": "A new one?"}],
    }.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
    (folder / "cases.yaml").write_text(of_rules(*RULES, more="must_pass: [case-03]\n"), encoding="utf-8")
    for name in ("nothing", "ready", "cased"):
        desk = open_desk(folder / f"{name}.db", "ana", create=True, clock=lambda: LOCKED)
        reviews.new_review(
            desk, system="bot", release="1", held_on=TODAY, owner="ana", reviewers=("ana", "ben"),
            checklists=("alpha", "beta"), folders=(folder / "lists",),
        )  # fmt: skip
        if name != "nothing":
            assess.attach(desk, list(ITEMS), EvidenceKind.URL, "https://example.com/proof")
            assess.score(desk, list(ITEMS), 2)
        if name == "ready":
            for file in ("plain.jsonl", "easy.yaml"):
                import_path(desk, folder / file)
            versions.lock(desk)
            desk.clock = lambda: NOW
            import_path(desk, folder / "good.jsonl", role="candidate")
        if name == "cased":
            for file in ("golden.jsonl", "cases.yaml"):
                import_path(desk, folder / file)
            versions.lock(desk)
            desk.clock = lambda: NOW
            import_path(desk, folder / "older.jsonl", role="baseline")
            import_path(desk, folder / "fine.jsonl", role="candidate")
            for number in (1, 2):
                queue.label(desk, "run-fine", f"case-0{number}", HumanVerdict.PASS)
        desk.close()
    return folder


def label(pick: random.Random, desk: Desk) -> None:
    """A person's word on one of the candidate's answers."""
    answers = [(data.run.id, key) for data in load(desk).measured.candidate for key in data.by_key]
    run_id, key = pick.choice(answers or [("none", "none")])
    queue.label(desk, run_id, key, pick.choice(list(HumanVerdict)))


def step(pick: random.Random, desk: Desk, folder: Path) -> None:
    """One thing that a team may do."""
    roles = ("candidate", "candidate", "candidate", "baseline")
    runs = [name for name, _ in cased_runs()]
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
        lambda: import_path(desk, folder / pick.choice(("good.jsonl", "early.jsonl", "poor.jsonl")), role="candidate"),
        lambda: import_path(desk, folder / f"{pick.choice(runs)}.jsonl", role=pick.choice(roles)),
        lambda: import_path(desk, folder / f"{pick.choice(runs)}.jsonl", role=pick.choice(roles)),
        lambda: import_path(desk, folder / pick.choice(("golden.jsonl", "grown.jsonl", "cases.yaml"))),
        lambda: label(pick, desk),
        lambda: label(pick, desk),
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
    start = pick.choice(("nothing", "ready", "ready", "cased", "cased", "cased"))
    path = Path(shutil.copy(files / f"{start}.db", folder / f"{seed}.db"))
    desk = open_desk(path, "ana", clock=lambda: NOW)
    if start == "cased" and pick.random() < 0.7:
        held = pick.choice([name for name, _ in cased_runs()])
        with suppress(ReadinessError):
            import_path(desk, files / f"{held}.jsonl", role="candidate")
    for _ in range(pick.choice((0, 1, 2, 3, 8))):
        step(pick, desk, files)
    desk.close()
    return path


def features(view: ReviewView) -> Iterator[str]:
    """What of the gate is met in this review."""
    cases = [case for data in view.measured.candidate for case in data.cases]
    yield from ("golden set" for data in view.measured.candidate if data.golden)
    yield from ("label" for case in cases if case.labels)
    yield from ("repeat" for case in cases if case.repeat)
    yield from ("left out" for case in cases if Provenance.CACHED in (case.latency_ms.provenance, case.cost.provenance))
    yield from ("slice" for row in view.gate.rows if row.rule.tags and row.estimate)
    yield from ("regression" for row in view.gate.rows if row.change is not None)
    yield from ("high risk" for _ in view.gate.unreviewed)
    yield from (f"row {row.result}" for row in view.gate.rows)


def first_words(text: str) -> str:
    """The verdict that a text begins with, glyph and emphasis aside."""
    said = text.lstrip("●◐✗* ")
    return next(word for word in ("GO WITH CONDITIONS", "NO-GO", "GO") if said.startswith(word))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(0, 10, 2))  # every other review
async def test_app_report_json_and_exit_status_agree(part: int, files: Path, tmp_path: Path, cli: Cli) -> None:  # noqa: F811
    from readiness_tui.tui.screens.overview.glance import verdict_line
    from readiness_tui.tui.screens.overview.look import verdict_of

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
        assert first_words(str(verdict_line(verdict_of(view)))) == verdict, seed
        if (seed // 10) % PAINTED_EACH == 0:
            app = ReadinessApp(desk, here=tmp_path)
            async with app.run_test(size=(120, 40)) as pilot:
                await press(pilot)
                assert first_words(painted(pilot).splitlines()[3]) == verdict, seed
        desk.close()
        path.unlink()
        seen[verdict] += 1
    assert len(seen) == len(CODES), f"not every verdict was met: {seen}"


@pytest.mark.slow
def test_every_kind_of_gate_is_among_them(files: Path, tmp_path: Path) -> None:
    met: Counter[str] = Counter()
    for seed in range(SAMPLED):
        desk = open_desk(generated(seed, files, tmp_path), "ana", clock=lambda: NOW)
        met.update(set(features(load(desk))))
        desk.close()
    lacking = {*FEATURES, *(f"row {result}" for result in Result)} - met.keys()
    assert not lacking, f"met: {met}"
