"""Groups laid aside and joined are those that are joined in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.counted import Counted, joined
from readiness_tui.domain.traces.tally import Tallier
from readiness_tui.store.measured.counted_aside import CountedAside

_AT = datetime(2026, 11, 30, tzinfo=UTC)
_traces = st.builds(
    Trace,
    id=st.sampled_from([f"t{n}" for n in range(40)]),
    started_at=st.one_of(st.none(), st.integers(0, 80_000).map(lambda s: _AT + timedelta(seconds=s))),
    model=st.sampled_from([None, "a", "b", "c"]),
    answer=st.sampled_from([None, "", "x", "y"]),
    latency_ms=st.sampled_from([None, 1.0, 2.0]),
)


@given(st.lists(st.lists(_traces, max_size=30), max_size=6))
def test_the_same_in_parts(parts: list[list[Trace]]) -> None:
    known: dict[str, Counted] = {}
    with CountedAside.open() as aside:
        assert aside.empty
        for part in parts:
            tallier = Tallier()
            for trace in part:
                tallier.add(trace)
            for shape, one in tallier.take():
                aside.add(shape.digest, one)
                known[shape.digest] = joined((known[shape.digest], one)) if shape.digest in known else one
        for digest, one in known.items():
            found = aside.take(digest)
            assert found is not None
            told = (found.n, found.ids, found.first, dict(found.varied))
            assert told == (one.n, one.ids, one.first, dict(one.varied))
            assert aside.take(digest) is None
        assert aside.empty
