"""On which days a committed scorecard may be relied on."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.scorecard.sealed import Committed, Sealed
from readiness_tui.domain.verdict.model import Verdict

MADE, UNTIL, DAY = date(2026, 11, 24), date(2026, 12, 15), timedelta(days=1)


def looked_at(on: date, verdict: Verdict = Verdict.GO, until: date | None = UNTIL, intact: bool = True) -> Committed:
    return Committed(Path("scorecard.md"), on, Sealed(verdict, MADE, until, "d", intact))


@pytest.mark.parametrize("verdict", [Verdict.GO, Verdict.CONDITIONS])
def test_it_holds_from_its_own_day_to_its_last(verdict: Verdict) -> None:
    for day in (MADE, MADE + DAY, UNTIL):
        assert (looked_at(day, verdict).verdict, looked_at(day, verdict).problems) == (verdict, ())
    assert looked_at(UNTIL + DAY, verdict).problems == ("its verdict lapsed after 15 Dec 2026",)
    assert looked_at(MADE - DAY, verdict).problems == ("it judges as of 24 Nov 2026, which is still to come",)
    assert looked_at(UNTIL + DAY, verdict).verdict is looked_at(MADE - DAY, verdict).verdict is Verdict.NO_GO


def test_a_no_go_needs_no_day_and_nothing_holds_without_one_or_with_a_broken_seal() -> None:
    assert looked_at(MADE - DAY, Verdict.NO_GO, None).problems == ()
    assert looked_at(MADE, until=None).verdict is Verdict.NO_GO
    assert looked_at(MADE, intact=False).verdict is Verdict.NO_GO
    assert len(looked_at(UNTIL + DAY, intact=False).problems) == 2
