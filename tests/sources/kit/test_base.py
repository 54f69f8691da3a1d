"""Records that quote a file: whatever stands in it, a message is one line that a terminal does not obey."""

from __future__ import annotations

import pytest

from readiness_tui.domain.runs.model import Run
from readiness_tui.sources.kit.base import Reject, RunStart, Warn
from tests.hostile import POISON
from tests.sources.hostile.reading import check_message


@pytest.mark.parametrize(
    "said",
    [
        lambda text: Warn(text).text,
        lambda text: Reject(3, text, "raw").reason,
        lambda text: RunStart(Run("r", "r", "t", warnings=("before", text))).run.warnings[1],
    ],
    ids=["warning", "reject", "warning of a run"],
)
def test_a_message_is_one_visible_line(said):
    shown = said(f"the tool reports {POISON} 0.73")
    check_message(shown)
    assert shown.startswith("the tool reports ␛]52;c;")
    assert shown.endswith(" 0.73")


def test_a_reject_keeps_the_beginning_of_the_record_as_it_came():
    assert Reject(3, "no id", POISON).excerpt == POISON
