"""What commands print: the same whether it was kept or is worked out, on generated reviews after every kind of change."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.services.core import kept, measure, view
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.review import printed, scorecard
from readiness_tui.store import Store
from tests.cli.conftest import Cli, cli  # noqa: F401
from tests.conftest import NOW
from tests.test_one_verdict import REVIEWS, TODAY, files, generated, step  # noqa: F401

#: Everything that is kept of a review, by name.
PRINTED: dict[str, Callable[[Desk, Path], Any]] = {
    "check": lambda desk, folder: printed.check(desk),
    "check of a day": lambda desk, folder: printed.check(desk, TODAY),
    "gate check": printed.gate_check,
    "gate show": lambda desk, folder: printed.gate_show(desk),
    "scorecard": lambda desk, folder: [printed.scorecard(desk, form) for form in ("md", "json")],
    "gaps": lambda desk, folder: [
        printed.gaps(desk, form, everything=every)
        for form in ("text", "md", "csv", "jsonl", "json")
        for every in (0, 1)
    ],
    "runs": lambda desk, folder: printed.runs(desk),
}


def everything(desk: Desk, folder: Path) -> dict[str, Any]:
    return {name: made(desk, folder) for name, made in PRINTED.items()}


def at(path: Path) -> Desk:
    return open_desk(path, "ana", clock=lambda: NOW)


def afresh(path: Path) -> tuple[dict[str, Any], str]:
    """All of it worked out from a copy in which nothing was ever kept, and what was measured, field by field."""
    copy = Path(shutil.copy(path, path.with_suffix(".copy")))
    desk = at(copy)
    assert desk.store.keep(lambda conn: conn.execute("DELETE FROM kept").close())
    assert kept.find(desk, kept.now(desk), "check") is None
    seen = view.load(desk)
    made = repr((seen.measured, seen.judgement, seen.handed_in)), everything(desk, path.parent)
    desk.close()
    copy.unlink()
    return made[1], made[0]


def check_one(seed: int, files: Path, folder: Path, steps: int) -> int:  # noqa: F811
    """A generated review, and after each of some further steps: kept = fresh. Returns how many states were compared."""
    pick = random.Random(-seed - 1)
    path = generated(seed, files, folder)
    for _ in range(steps):
        desk = at(path)
        first = everything(desk, folder)
        desk.close()
        again = at(path)
        found = view.load(again)
        second = everything(again, folder)
        again.close()
        fresh, measured = afresh(path)
        assert first == second == fresh, seed
        assert repr((found.measured, found.judgement, found.handed_in)) == measured, seed
        desk = at(path)
        step(pick, desk, files)
        desk.close()
    path.unlink()
    return steps


@pytest.mark.slow
def test_kept_is_what_would_be_worked_out(files: Path, tmp_path: Path) -> None:  # noqa: F811
    assert sum(check_one(seed, files, tmp_path, 3) for seed in range(4)) == 12


@pytest.mark.slow
def test_a_try_counts_by_the_candidate_of_now(files: Path, tmp_path: Path) -> None:  # noqa: F811
    """Measured by a desk at which the candidate changed: whether an earlier run covers its cases is asked anew."""
    check_one(243, files, tmp_path, 2)


@pytest.mark.slow
@pytest.mark.parametrize("part", [4])  # of twenty: each takes half a minute
def test_kept_is_what_would_be_worked_out_for_many(part: int, files: Path, tmp_path: Path) -> None:  # noqa: F811
    for seed in range(part, REVIEWS, 20):
        check_one(seed, files, tmp_path, 2)


def test_what_is_kept_judges_and_measures_nothing(
    sample_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = everything(at(sample_db), tmp_path)
    monkeypatch.setattr(view, "judged", lambda *_: pytest.fail("it was judged"))
    monkeypatch.setattr(measure, "measure", lambda *_: pytest.fail("it was measured"))
    monkeypatch.setattr(view, "measure", lambda *_: pytest.fail("it was measured"))
    assert everything(at(sample_db), tmp_path) == first


def test_a_gate_lock_in_the_folder_is_looked_at_each_time(sample_db: Path, tmp_path: Path) -> None:
    desk, folder = at(sample_db), tmp_path / "here"
    folder.mkdir()
    before = printed.gate_check(desk, folder)
    (folder / "gate.lock").write_text("no lock at all", encoding="utf-8")
    assert printed.gate_check(desk, folder)["text"] != before["text"]
    (folder / "gate.lock").unlink()
    assert printed.gate_check(desk, folder) == before


def test_a_teams_own_template_is_used_each_time(sample_db: Path, tmp_path: Path) -> None:
    desk, own = at(sample_db), sample_db.parent / "templates"
    before = printed.scorecard(desk, "md")
    own.mkdir()
    for words in ("ours", "ours, again"):
        (own / "scorecard.md.j2").write_text(words, encoding="utf-8")
        assert words in printed.scorecard(desk, "md")
    shutil.rmtree(own)
    assert printed.scorecard(desk, "md") == before


def test_a_frozen_review_prints_what_was_frozen_and_measures_nothing(
    sample_db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = at(sample_db)
    card = scorecard.freeze(desk)
    stored = view.load(desk).frozen
    assert stored is not None
    monkeypatch.setattr(view, "measure", lambda *_: pytest.fail("it was measured"))
    again = at(sample_db)
    assert again.store.keep(lambda conn: conn.execute("DELETE FROM kept").close())
    assert [printed.scorecard(again, form) for form in ("md", "json")] == [stored.markdown, stored.json]
    assert printed.check(again) == printed.of_card(again, card)


def test_a_folder_is_kept_once_at_its_end(
    sample_db: Path,
    tmp_path: Path,
    cli: Cli,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "runs"
    folder.mkdir()
    for name in ("one", "two", "three"):
        (folder / f"{name}.jsonl").write_text(
            f'{{"run": {{"id": "{name}", "prompt_version": "rag-v4"}}}}\n'
            '{"case_id": "case-01", "output": "Yes.", "status": "pass"}\n',
            encoding="utf-8",
        )
    done: Counter[str] = Counter()
    real, keeps = measure._measure, Store.keep
    monkeypatch.setattr(measure, "_measure", lambda *args: done.update(["measured"]) or real(*args))
    monkeypatch.setattr(Store, "keep", lambda *args: done.update(["kept"]) or keeps(*args))
    assert cli("--db", sample_db, "import", folder).code == 0
    assert done == {"measured": 1, "kept": 2}  # what was measured, and what is printed
    done.clear()
    assert cli("--db", sample_db, "check").code == 1
    assert cli("--db", sample_db, "gate", "check").code == 0
    assert not done
    assert cli("--db", sample_db, "import", tmp_path / "nothing.jsonl").code == 2
    assert not done
