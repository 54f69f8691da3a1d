"""Reading again from kept raw records: what comes back is what came in, or nothing changes and the person reads why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Trace
from readiness_tui.services.core.current import system_of
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.upkeep import examine
from readiness_tui.services.importing.imported import all_imports
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.importing.reread import _lost, changed_imports, reread
from readiness_tui.services.review import reviews
from readiness_tui.sources import registry
from readiness_tui.sources.otel.source import SOURCE as OTLP
from readiness_tui.sources.own.trace_record import SOURCE
from readiness_tui.store import Store, audit, staged_traces, traces
from tests.sources.hostile.samples import Sample, every_sample

ROWS = [
    {"trace_id": f"t{n}", "model": "birch", "question": f"Where is order {n}?", "answer": "Sent.", "latency_ms": 9,
     "status": "success", "faithfulness": 0.5, "tool_calls": [{"name": "look", "args": {"n": n}}]}
    for n in range(30)
]  # fmt: skip
SAMPLES = every_sample()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(tmp_path / "readiness.db", "ana", create=True)
    reviews.new_review(opened, system="Support bot", release="2026.12", checklists=())
    yield opened
    opened.close()


def put(folder: Path, rows: list[dict], name: str = "log.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def seen(desk: Desk) -> list[Trace]:
    with desk.store.read() as conn:
        return sorted(traces.iter_between(conn, system_of(desk)), key=lambda trace: trace.id)


def raw(desk: Desk, name: str) -> str | None:
    with desk.store.read() as conn:
        return traces.raw(conn, system_of(desk), name)


def refused(desk: Desk, number: int, why: str) -> None:
    """… and everything stands as it stood."""
    before = seen(desk), [info.id for info in all_imports(desk)]
    with pytest.raises(ReadinessError, match=why) as refusal:
        reread(desk, number)
    assert "Nothing was changed. Import the file again." in str(refusal.value) or "nothing to read" in str(
        refusal.value
    )
    assert (seen(desk), [info.id for info in all_imports(desk)]) == before
    with desk.store.read() as conn:
        assert conn.execute("SELECT count(*) FROM import").fetchone() == (len(before[1]),)


def test_it_comes_back_as_it_was_as_a_new_import_in_its_place(desk: Desk, tmp_path: Path) -> None:
    import_path(desk, put(tmp_path, ROWS))
    before, record = seen(desk), raw(desk, "t7")
    told: list[int] = []
    result = reread(desk, 1, lambda done, total: told.append(done) is None)
    assert (result.traces, [*result.rejected]) == (30, [])
    assert (seen(desk), raw(desk, "t7")) == (before, record)
    new, old = all_imports(desk)
    assert (new.how.rereads, new.path, new.digest, new.how.reader) == (old.id, old.path, old.digest, 1)
    with desk.store.read() as conn:
        assert any(one.what.startswith("read import 1 again: ") for one in audit.log(conn))
    refused_again = pytest.raises(ReadinessError, match="read again already, as import 2")
    with refused_again:
        reread(desk, 1)


def test_a_changed_reader_is_named_and_reads_it_otherwise(desk: Desk, tmp_path: Path, monkeypatch) -> None:
    path = put(tmp_path, ROWS)
    import_path(desk, path)
    assert changed_imports(desk) == []
    assert examine(desk).remarks == ()
    read = SOURCE.read

    def otherwise(path: Path):
        from dataclasses import replace

        for record in read(path):
            yield replace(record, trace=replace(record.trace, model="oak")) if hasattr(record, "trace") else record

    monkeypatch.setattr(type(SOURCE), "reading", 2, raising=False)
    monkeypatch.setattr(SOURCE, "read", otherwise, raising=False)
    assert [info.id for info in changed_imports(desk)] == [1]
    (remark,) = examine(desk).remarks
    assert "readiness reread 1" in remark.text
    assert examine(desk).problems == ()
    reread(desk, 1)
    assert {trace.model for trace in seen(desk)} == {"oak"}
    assert changed_imports(desk) == []
    assert all_imports(desk)[0].how.reader == 2
    assert import_path(desk, path)[0].again


def test_the_same_file_is_taken_in_again_by_a_changed_reader(desk: Desk, tmp_path: Path, monkeypatch) -> None:
    path = put(tmp_path, ROWS)
    import_path(desk, path)
    assert import_path(desk, path)[0].again
    monkeypatch.setattr(type(SOURCE), "reading", 2, raising=False)
    assert not import_path(desk, path)[0].again
    assert import_path(desk, path)[0].again
    assert len(seen(desk)) == 30


def test_what_a_later_import_replaced_stays_replaced(desk: Desk, tmp_path: Path) -> None:
    import_path(desk, put(tmp_path, ROWS))
    import_path(desk, put(tmp_path, [{**row, "answer": "Lost."} for row in ROWS[:4]], "later.jsonl"))
    before = seen(desk)
    assert reread(desk, 1).traces == 26
    assert seen(desk) == before


def test_nothing_is_left_to_read_where_all_was_replaced(desk: Desk, tmp_path: Path) -> None:
    import_path(desk, put(tmp_path, ROWS[:3]))
    import_path(desk, put(tmp_path, [{**row, "answer": "Lost."} for row in ROWS], "later.jsonl"))
    refused(desk, 1, "replaced all its traces")


def test_what_came_meanwhile_is_not_lost_to_what_is_read_again(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another import is published when all is staged."""
    import_path(desk, put(tmp_path, ROWS))
    newer = put(tmp_path, [{**ROWS[3], "answer": "Newer."}], "newer.jsonl")
    other, index_ids, came = Desk(desk.store, "ben"), staged_traces.index_ids, []

    def meanwhile(store: Store, import_id: int) -> None:
        if not came:
            came.append(import_id)
            import_path(other, newer)
        index_ids(store, import_id)

    monkeypatch.setattr(staged_traces, "index_ids", meanwhile)
    with pytest.raises(ReadinessError, match="those are newer"):
        reread(desk, 1)
    assert [trace.answer for trace in seen(desk) if trace.id == "t3"] == ["Newer."]
    assert len(all_imports(desk)) == 2
    assert reread(desk, 1).traces == 29


def test_a_known_nothing_is_something_to_lose() -> None:
    known = Trace("t", cost=0.0, tokens_in=0, latency_ms=0.0, retrieval=False, chunks=(), tool_calls=(), cached=True)
    lost = ["chunks", "tool_calls", "retrieval", "latency_ms", "cost", "tokens_in", "cached"]
    assert _lost(known, Trace("t")) == lost
    assert _lost(known, known) == _lost(Trace("t"), known) == []


def test_a_cancelled_reading_keeps_the_old_one(desk: Desk, tmp_path: Path) -> None:
    import_path(desk, put(tmp_path, [{**ROWS[0], "trace_id": f"x{n}"} for n in range(1_200)]))
    before = seen(desk)
    assert reread(desk, 1, lambda done, total: False).cancelled
    assert seen(desk) == before
    assert len(all_imports(desk)) == 1


def test_a_table_says_more_than_its_records(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("trace_id,model,status,latency_ms,faithfulness\n" + "".join(f"t{n},m,ok,5,0.5\n" for n in range(9)))
    import_path(desk, path)
    assert seen(desk)[0].scores == {"faithfulness": 0.5}
    refused(desk, 1, "does not say its scores")


def test_what_cannot_be_read_again_says_why(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text(
        "version: '2026-11'\ndate: 2026-11-20\nmodels:\n  birch: {input: 3.50, output: 14}\n"
    )
    rows = [{**row, "tokens_in": 10, "tokens_out": 2} for row in ROWS]
    import_path(desk, put(tmp_path, rows), prices=tmp_path / "prices.yaml")
    refused(desk, 1, "read with a price table")
    import_path(
        desk,
        put(tmp_path, [{**row, "trace_id": f"k{n}"} for n, row in enumerate(ROWS)], "b.jsonl"),
        keep_raw="failures",
    )
    refused(desk, 2, "of its 30 traces the raw records of 0 were kept")
    with pytest.raises(ReadinessError, match="There is no import 9"):
        reread(desk, 9)


def test_a_record_that_its_reader_now_rejects_stops_it(desk: Desk, tmp_path: Path, monkeypatch) -> None:
    import_path(desk, put(tmp_path, ROWS))
    read = SOURCE.read

    def strict(path: Path):
        for number, record in enumerate(read(path)):
            from readiness_tui.sources.kit.base import Reject

            yield record if number != 12 else Reject(13, "it has no cost", "")

    monkeypatch.setattr(SOURCE, "read", strict, raising=False)
    refused(desk, 1, "now rejects a record .it has no cost.")


def test_a_part_whose_first_part_was_not_kept_is_refused(desk: Desk, tmp_path: Path) -> None:
    def part(span: str) -> str:
        spans = [{"traceId": "ab" * 16, "spanId": span * 16, "name": "chat", "startTimeUnixNano": "1795000005005000000",
                  "endTimeUnixNano": "1795000005060000000", "status": {}}]  # fmt: skip
        return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}) + "\n"

    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text(part("1"))
    second.write_text(part("2"))
    import_path(desk, first, keep_raw="failures")
    before = seen(desk)
    assert OTLP.name == all_imports(desk)[0].format
    with pytest.raises(ReadinessError, match="raw record was not kept"):
        import_path(desk, second)
    assert seen(desk) == before
    # What it asks for helps: the same file once more, keeping all; or a file that has every part.
    assert not import_path(desk, first)[0].again
    assert all_imports(desk)[0].raw_kept == 1
    import_path(desk, second)
    assert [len(trace.spans or ()) for trace in seen(desk)] == [2]
    import_path(desk, first, keep_raw="failures")
    whole = tmp_path / "whole.jsonl"
    whole.write_text(part("1") + part("2") + part("3"))
    import_path(desk, whole)
    assert [len(trace.spans or ()) for trace in seen(desk)] == [3]


@pytest.mark.slow
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: f"{one.source}:{one.name}")
def test_every_tools_traces_come_back_or_it_says_why_not(desk: Desk, sample: Sample) -> None:
    try:
        import_path(desk, sample.path, format=sample.source)
    except ReadinessError:
        return  # read along with another file, or a gate
    before = seen(desk)
    if not before:
        return
    info = all_imports(desk)[0]
    if sample.source in EXACT and not info.runs:
        assert reread(desk, info.id).traces == len(before)
        assert seen(desk) == before
        return
    try:
        result = reread(desk, info.id)
    except ReadinessError as error:
        refusal = str(error)
    else:
        refusal = "Import the file again."
        assert result.traces == len(before)
    assert "Import the file again." in refusal
    assert seen(desk) == before


#: Formats whose raw record says all that their file says of a request.
EXACT = {source.name for source in registry.sources() if hasattr(source, "assemble")} | {"app_log", "litellm"}
