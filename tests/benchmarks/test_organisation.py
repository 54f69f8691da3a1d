"""The large organisation: as large as it says, the same from the same seed, and judged like any review."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from benchmarks.organisation import Size, make

from readiness_tui.domain.verdict.judge import judge
from readiness_tui.services.core.view import load

SMALL = Size().times(0.1)


def counts(path: Path) -> dict[str, int]:
    with sqlite3.connect(path) as conn:
        asked = {
            "systems": "SELECT count(DISTINCT system) FROM review",
            "reviews": "SELECT count(*) FROM review",
            "incidents": "SELECT count(*) FROM incident",
            "gaps": "SELECT count(*) FROM gap WHERE marked",
        }
        return {name: conn.execute(sql).fetchone()[0] for name, sql in asked.items()}


@pytest.mark.slow
def test_it_is_as_large_as_it_says(tmp_path: Path) -> None:
    desk = make(tmp_path / "organisation.db")
    view = load(desk)
    desk.close()
    size = Size()
    assert (len(view.items), len(view.review.reviewers)) == (size.items, size.reviewers)
    assert counts(tmp_path / "organisation.db") == {
        "systems": size.systems, "reviews": size.reviews, "incidents": size.incidents, "gaps": size.gaps,
    }  # fmt: skip
    votes = sum(len(dossier.votes) for dossier in view.facts.dossiers.values())
    assert votes > size.items * size.reviewers // 2


def test_the_same_seed_gives_the_same_one(tmp_path: Path) -> None:
    seen = []
    for name, seed in (("one", 12), ("two", 12), ("three", 13)):
        desk = make(tmp_path / f"{name}.db", SMALL, seed)
        view = load(desk)
        desk.close()
        assert view.judgement == judge(view.facts, view.as_of)
        seen.append((view.judgement, view.gaps, view.facts.incidents))
    assert seen[0] == seen[1] != seen[2]
