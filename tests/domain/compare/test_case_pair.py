"""One case on both sides: figures, chunks, tool calls and answers."""

from __future__ import annotations

from readiness_tui.domain.compare.case_pair import REPEATS, Where, pair
from readiness_tui.domain.runs.model import (
    Case,
    CaseStatus,
    Chunk,
    GoldenCase,
    Measure,
    Provenance,
    Score,
    ScoreState,
    ToolCall,
)

GOLD = GoldenCase("a", "?", expected_sources=("guide",))


def test_figures_are_averaged_over_repeats_and_a_missing_one_says_why() -> None:
    before = [Case("a", scores={"faithfulness": Score(0.9), "style": Score(1.0)}, status=CaseStatus.PASS)]
    now = [
        Case("a", repeat=i, scores={"faithfulness": Score(value), "style": Score(None, ScoreState.JUDGE_ERROR)},
             status=status, latency_ms=Measure(40.0, Provenance.CACHED))
        for i, (value, status) in enumerate([(0.4, CaseStatus.FAIL), (0.6, CaseStatus.PASS)])
    ]  # fmt: skip
    found = pair(before, now, None)
    figures = {figure.name: figure for figure in found.figures}
    assert (figures["faithfulness"].before, figures["faithfulness"].now) == (0.9, 0.5)
    assert figures["faithfulness"].word == "worse"
    assert (figures["style"].now, figures["style"].now_note, figures["style"].word) == (None, "judge error", "")
    assert (figures["latency ms"].before, figures["latency ms"].now_note) == (None, "cached")
    assert "cost" not in figures
    assert (found.before, found.now) == ((1, 1), (1, 2))
    assert len(found.answers) == 2
    assert found.answers[1].before is None


def test_chunks_stand_once_with_both_ranks_and_expected_ones_are_marked() -> None:
    before = Case("a", chunks=(Chunk("guide#1", source="guide"), Chunk("faq#2"), Chunk("faq#2")))
    now = Case("a", chunks=(Chunk("new#1"), Chunk("guide#1", source="guide")))
    chunks = pair([before], [now], GOLD).answers[0].chunks
    assert chunks is not None
    assert [(row.chunk.id, row.before, row.now, row.expected, row.where) for row in chunks] == [
        ("new#1", None, 1, False, Where.CANDIDATE),
        ("guide#1", 1, 2, True, Where.BOTH),
        ("faq#2", 2, None, False, Where.BASELINE),
    ]
    assert pair([Case("a")], [Case("a")], GOLD).answers[0].chunks is None
    assert pair([Case("a", chunks=())], [Case("a")], GOLD).answers[0].chunks == ()


def test_the_same_call_stands_once_with_both_results() -> None:
    search = ToolCall("search", '{"q": 1}', "[]")
    before = Case("a", tool_calls=(search, ToolCall("refund", "{}", "ok")))
    now = Case("a", tool_calls=(ToolCall("search", '{"q": 1}', error="timeout"), ToolCall("refund", '{"n": 2}')))
    calls = pair([before], [now], None).answers[0].calls
    assert calls is not None
    assert [call.where for call in calls] == [Where.BOTH, Where.BASELINE, Where.CANDIDATE]
    assert calls[0].now is not None
    assert calls[0].now.error == "timeout"


def test_an_answer_that_one_side_lacks_is_not_compared_and_many_repeats_are_cut() -> None:
    assert pair([Case("a", output=None)], [Case("a", output="yes")], None).answers[0].said == ()
    many = [Case("a", repeat=i, output="yes") for i in range(REPEATS + 3)]
    assert len(pair(many, many, None).answers) == REPEATS
