"""How sure a row is: said once, and in full beside the short words of a narrow column."""

from __future__ import annotations

import pytest

from readiness_tui.domain.gate_result.model import GateRow, Result
from readiness_tui.domain.gate_result.words import certainty, short_certainty
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.metrics.rule import Confidence, Direction, Rule
from readiness_tui.domain.runs.model import Aggregate, Run
from tests.domain.gate_result.small import row_of, scored

RULE = Rule("faithfulness", Direction.HIGHER, 0.85)


@pytest.mark.parametrize("confidence", list(Confidence))
def test_what_the_reason_says_is_not_said_again(confidence: Confidence) -> None:
    rule = Rule("must_include_pass_rate", Direction.HIGHER, 0.85, confidence=confidence)
    figure = RunData(Run("r", "r", "own", aggregates={"must_include_pass_rate": Aggregate(0.9, 100)}), ())
    row = row_of(rule, figure)
    note = "one figure of the run, without its cases"
    assert row.sure == note  # what a column has room for
    assert f"{row.reason}; {certainty(row)}".count(note) == 1
    assert certainty(row_of(rule, scored("must_include_pass_rate", [1.0] * 100))) == "holds at 95 %"


def test_an_unchecked_judge_is_not_cut_from_a_narrow_column() -> None:
    lucky = row_of(RULE, scored("faithfulness", [0.7, 0.9, 1.0] * 20))
    assert lucky.sure.startswith("could be luck; 96 more cases would tell")
    assert lucky.sure.endswith("; judge not checked against people")
    assert short_certainty(lucky).startswith("judge unchecked; could be luck; 96 more cases")
    plain = GateRow(RULE, Result.PASS, None, "", "could be luck; 481 more cases would tell")
    assert short_certainty(plain) == "could be luck; 481 more cases"
    assert short_certainty(GateRow(RULE, Result.PASS, None, "")) == ""
    for said in (
        "could be luck by people's labels",
        "no bound by people's labels yet",
        "surely met by people's labels",
    ):
        assert len(short_certainty(GateRow(RULE, Result.PASS, None, "", said))) <= 31
