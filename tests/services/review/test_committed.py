"""A committed scorecard: on which days it may be relied on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.scorecard.compose import compose
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.reports.scorecard_md import scorecard_markdown
from readiness_tui.services.review.check import read_committed
from tests.reports.sample import AS_OF, make_sample

UNTIL = date(2026, 12, 15)


def committed(folder: Path, verdict: Verdict, until: date | None) -> Path:
    facts, judgement = make_sample()
    card = compose(facts, replace(judgement, verdict=verdict, valid_until=until), app_version="1")
    path = folder / "scorecard.md"
    path.write_text(scorecard_markdown(card), encoding="utf-8")
    return path


@pytest.mark.parametrize("verdict", [Verdict.GO, Verdict.CONDITIONS])
def test_it_holds_from_its_own_day_to_its_last(tmp_path: Path, verdict: Verdict) -> None:
    path = committed(tmp_path, verdict, UNTIL)
    for day in (AS_OF, AS_OF + timedelta(days=1), UNTIL):
        found = read_committed(path, day)
        assert (found.verdict, found.problems) == (verdict, ())
    late = read_committed(path, UNTIL + timedelta(days=1))
    assert (late.verdict, late.sealed.verdict) == (Verdict.NO_GO, verdict)
    assert late.problems == ("its verdict lapsed after 15 Dec 2026",)
    early = read_committed(path, AS_OF - timedelta(days=1))
    assert (early.verdict, early.problems) == (
        Verdict.NO_GO, ("it judges as of 24 Nov 2026, which is still to come",),
    )  # fmt: skip


def test_a_no_go_needs_no_day_and_a_go_without_one_is_none(tmp_path: Path) -> None:
    assert read_committed(committed(tmp_path, Verdict.NO_GO, None), AS_OF).problems == ()
    assert read_committed(committed(tmp_path, Verdict.GO, None), AS_OF).problems == (
        "it does not say until when its verdict holds",
    )


def test_whoever_edits_it_breaks_it(tmp_path: Path) -> None:
    path = committed(tmp_path, Verdict.CONDITIONS, UNTIL)
    path.write_text(path.read_text(encoding="utf-8").replace("chloe", "nobody"), encoding="utf-8")
    found = read_committed(path, AS_OF)
    assert (found.verdict, found.sealed.intact) == (Verdict.NO_GO, False)
