"""How often a gap was put off."""

from __future__ import annotations

import pytest

from readiness_tui.domain.verdict.words import postponed


@pytest.mark.parametrize(
    ("changes", "times"),
    [
        ((), 0),
        (("none -> 2026-12-07 by ana",), 0),
        (("2026-12-07 -> 2026-12-01 by ana",), 0),
        (("2026-12-07 -> 2026-12-07 by ana",), 0),
        (("2026-12-01 -> 2026-12-07 by ana",), 1),
        (("2026-12-01 -> none by ana", "none -> 2027-01-01 by ana"), 1),
        (("none -> 2026-12-01 by a", "2026-12-01 -> 2026-12-05 by a", "2026-12-05 -> 2026-12-20 by b"), 2),
    ],
)
def test_only_a_later_date_than_the_one_before_puts_off(changes, times):
    assert postponed(changes) == times
