"""A piece that is made into columns at once comes to what its records come to one after the other: rows, shapes, counts, findings,
raw records, notes and questions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from benchmarks.speed.material import trace_records
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness_tui.domain.traces.kept_records import KeptRecords
from readiness_tui.services.importing.pieces.piece_work import PieceDone, done
from readiness_tui.sources.kit.pieces.first_lines import FirstLines
from readiness_tui.sources.kit.pieces.piece import HELD, MOST, Gathered, Piece
from readiness_tui.sources.own.trace_record import LinesReader

from .test_quick_record import files

KEEP = KeptRecords()
TEXTS = st.sampled_from(
    ("a", "", " ", "unknown", "ok", "tbd x", "{{x}}", "<b>", "'a'", 'said "so"', "ü\u2028", "200", "429 rate limit", "model:free", "x" * 600,
     "password: hunter2!9", "write to ana.lee@mailfirm.com", "AKIAIOSFODNN7EXAMPLE")
)  # fmt: skip
STARTS = st.sampled_from(
    ("2026-11-01T10:00:00Z", "2026-11-01T10:00:59.999999Z", "2026-11-02T10:00:00", "2026-11-01T10:00:00+02:00", " 2026-11-01T10:00:00Z",
     "1960-01-01T00:00:30.5Z", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z", "20261101", "", "1700000000")
)  # fmt: skip
CHUNK = TEXTS | st.fixed_dictionaries(
    {"chunk_id": TEXTS},
    optional={"text": TEXTS, "source": TEXTS, "rank": st.integers(0, 3), "score": st.sampled_from((0.5, -0.0, 1))},
)
ARGUMENTS = TEXTS | st.sampled_from(({"order": 7}, {"approval_id": "a1"}, {"idempotency-key": "k"}, [1, "b"]))
CALL = st.fixed_dictionaries(
    {"name": st.sampled_from(("t", "u"))},
    optional={"args": ARGUMENTS, "result": ARGUMENTS, "error": TEXTS, "attempt": st.integers(0, 2)},
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "timestamp": STARTS,
    **dict.fromkeys(
        ("prompt_version", "model", "index_version", "app_version", "question", "answer", "feedback"), TEXTS
    ),
    **dict.fromkeys(("user_id", "session_id", "error"), TEXTS),
    "status": st.sampled_from(("success", "error", "odd", "500", "429", "unknown", "")),
    "retrieved_chunks": st.lists(CHUNK, max_size=3),
    "tool_calls": st.lists(CALL, max_size=3),
    "latency_ms": st.sampled_from((0, 12, 0.5, -0.0, 1e6)),
    "cost_usd": st.sampled_from((0.5, 1, 1e-9)),
    **dict.fromkeys(("tokens_in", "tokens_out"), st.integers(0, 2)),
    **dict.fromkeys(("retrieval", "cached", "cold_start"), st.booleans()),
    **dict.fromkeys(("faithfulness", "relevance_score"), st.sampled_from((0, 1, 0.25))),
}


@st.composite
def alike(draw: st.DrawFn) -> list[str]:
    """Lines of at most two sets of keys, with values as the common shape has them, and null here and there."""
    lines = []
    sets = [
        draw(st.lists(st.sampled_from(sorted(FIELDS)), unique=True, min_size=3)) for _ in range(draw(st.integers(1, 2)))
    ]
    for number in range(draw(st.integers(2, 12))):
        keys = draw(st.sampled_from(sets))
        row = {key: draw(FIELDS[key]) for key in keys}
        if draw(st.integers(0, 30)) == 0:
            row[draw(st.sampled_from(keys))] = None
        lines.append(json.dumps({"trace_id": f"t{number}"} | row, ensure_ascii=draw(st.booleans())))
    return lines


def pieces(lines: list[str]) -> tuple[LinesReader, list[Piece]]:
    """Written out and cut as an import does it; a file that is none of lines has the same pieces."""
    content = [(at, line.encode("utf-8", "surrogatepass")) for at, line in enumerate(lines, 1)]
    return LinesReader(Path("log.jsonl")), [Piece(content)]


def each(reader: LinesReader, some: list[Piece], columns: bool) -> list[PieceDone]:
    with pytest.MonkeyPatch.context() as patch:
        if not columns:
            patch.setattr(LinesReader, "columns", lambda self, piece: None)
        before = FirstLines().before
        return [done(reader, piece, KEEP, before) for piece in some]


def both(reader: LinesReader, some: list[Piece]) -> int:
    """How many pieces were made into columns."""
    quick, slow = each(reader, some, True), each(reader, some, False)
    for one, other in zip(quick, slow, strict=True):
        assert repr(one.batches) == repr(other.batches)  # 1 is not 1.0
        assert (one.traces, one.asked, one.parts) == (other.traces, other.asked, other.parts)
        assert repr(one.others) == repr(other.others)
        assert said(one.gathered) == said(other.gathered)
    return sum(reader.columns(piece) is not None for piece in some)


def said(gathered: Gathered) -> tuple[Any, ...]:
    return list(gathered.notes._said.items()), list(gathered.notes._left), gathered.lost, gathered.found


@pytest.mark.slow
@given(alike())
@settings(deadline=None, max_examples=400, suppress_health_check=list(HealthCheck))
def test_common_records(lines: list[str]) -> None:
    both(*pieces(lines))


@pytest.mark.slow
@given(files())
@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
def test_odd_records(lines: list[str]) -> None:
    both(*pieces(lines))


def test_what_a_log_consists_of_is_made_into_columns() -> None:
    rows = [record | {"cost_usd": 0.002, "faithfulness": 0.5} for record in trace_records(400)]
    rows[3] |= {"question": "Why?\u2028Ärger <b>", "feedback": "good", "status": "odd"}
    rows[4] |= {
        "timestamp": "2026-11-01T10:00:00",
        "tool_calls": [{"name": "t", "args": {"approval_id": "a"}, "result": "r"}],
    }
    rows[5] |= {
        "retrieved_chunks": [{"chunk_id": "a", "text": "x" * 600, "score": 1}],
        "answer": "mail ana.lee@mailfirm.com",
    }
    lines = [json.dumps({key: row[key] for key in row if key != "error"}) for row in rows]
    assert both(*pieces(lines)) == 1
    (quick,) = each(*pieces(lines), True)
    assert quick.traces == 400
    assert len(quick.batches[0].reading.leaked) >= 1


def test_an_id_that_comes_again_is_refused_as_ever() -> None:
    lines = [json.dumps(record | {"cost_usd": 0.002}) for record in trace_records(30)]
    reader, some = pieces([*lines, lines[4]])
    quick = each(reader, some, True)[0]
    assert quick.traces == 30
    assert [reject.line for reject in quick.others] == [31]  # type: ignore[union-attr]
    both(reader, some)


@pytest.mark.parametrize(
    "odd",
    [
        '{"trace_id": "x", "trace_id": "x", "model": "m"}',  # a key twice, which decoders let pass
        '{"trace_id": "x", "model": "a\\u0022b"}',
        '{"trace_id": "x", "model": "m", "region": "eu"}',  # a field that stays with the record
        '{"trace_id": "x", "model": "m", "cost": 0}',
        '{"trace_id": "", "model": "m"}',
        '{"trace_id": "x", "retrieved_chunks": [{"rank": 1}]}',
        '{"trace_id": "x", "started_at": "soon"}',
        '{"trace_id": "x", "model": "\\ud800"}',
        '{"trace_id": "x"',
    ],
)
def test_one_odd_record_and_the_piece_is_read_as_ever(odd: str) -> None:
    lines = ['{"trace_id": "a", "model": "m"}', odd, '{"trace_id": "b", "model": "m"}']
    reader, some = pieces(lines)
    assert reader.columns(some[0]) is None
    both(reader, some)


@pytest.mark.parametrize(
    "path", sorted(Path("tests/data").rglob("*.jsonl")) + sorted(Path("sample_data").rglob("*.jsonl")), ids=str
)
def test_every_file_of_lines_there_is(path: Path) -> None:
    reader = LinesReader(path)
    both(reader, [piece for piece in reader.pieces(MOST, HELD) if isinstance(piece, Piece)])
