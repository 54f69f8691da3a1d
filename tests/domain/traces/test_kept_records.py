"""Which raw records are kept: failures always, a sample that is the same wherever it is drawn, or all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.domain.traces.kept_records import Keep, KeptRecords
from readiness_tui.domain.traces.leaks import leaks_of

PLAIN = [Trace(f"t-{number}", answer="Under Settings.", outcome=Outcome.SUCCESS) for number in range(2_000)]
FAILED = [
    Trace("f-1", outcome=Outcome.FAIL),
    Trace("f-2", outcome=Outcome.ERROR),
    Trace("f-3", error="timeout"),
    Trace("f-4", answer="Write to jane.doe@acme.de."),
    Trace("f-5", extra={"password": "hunter2secret"}),
]


def kept(keep: KeptRecords, traces: list[Trace]) -> list[bool]:
    return keep.of(traces, {at for at, _ in leaks_of(traces)})


@pytest.mark.parametrize("text", ["all", "failures", "sample:10", "sample:1", "sample:1000000"])
def test_what_is_stored_is_read_again(text: str) -> None:
    assert str(KeptRecords.parse(text)) == text


def test_a_sample_without_a_size_is_one_in_ten() -> None:
    assert KeptRecords.parse("sample") == KeptRecords(Keep.SAMPLE, 10)


@pytest.mark.parametrize(
    "text", ["", "none", "sample:", "sample:0", "sample:x", "sample:²", "sample:99999999", "all:3", "-1"]
)
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(ReadinessError, match="which raw records to keep"):
        KeptRecords.parse(text)


def test_failures_are_kept_and_nothing_else() -> None:
    keep = KeptRecords.parse("failures")
    assert kept(keep, [*FAILED, *PLAIN]) == [True] * 5 + [False] * 2_000
    assert keep.words == "failures alone"


def test_a_sample_holds_its_share_and_all_failures() -> None:
    keep = KeptRecords.parse("sample:8")
    held = kept(keep, [*PLAIN, *FAILED])
    assert held[2_000:] == [True] * 5
    assert 190 < sum(held[:2_000]) < 310  # 250 ± 4 standard deviations
    assert "1 in 8" in keep.words


@given(st.lists(st.sampled_from(PLAIN), max_size=8), st.sampled_from(["sample", "sample:3", "failures", "all"]))
def test_whether_one_is_kept_does_not_depend_on_its_neighbours(some: list[Trace], text: str) -> None:
    keep = KeptRecords.parse(text)
    assert kept(keep, some) == [kept(keep, [trace])[0] for trace in some]
