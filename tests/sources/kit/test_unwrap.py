"""What stands around records is opened before any source looks, and what is inside is what plain lines would be."""

from __future__ import annotations

import errno
import gzip
import json
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.importing.explain import explain
from readiness_tui.sources import registry
from readiness_tui.sources.kit import unwrap
from readiness_tui.sources.kit.base import CaseRecord, Reject, TraceRecord, Warn

TRACES = [
    {"trace_id": f"t{n}", "model": "birch-2", "prompt_version": "v3", "latency_ms": 100.0 + n, "status": "ok"}
    for n in range(3)
]
LINES = "".join(json.dumps(row) + "\n" for row in TRACES)
PRETTY = "\n".join(json.dumps(row, indent=2) for row in TRACES)
COLUMNS = {name: [row[name] for row in TRACES] for name in TRACES[0]}
LABELLED = {name: {str(n): cell for n, cell in enumerate(cells)} for name, cells in COLUMNS.items()}


def _read(path, forced=None):
    source, recognised = registry.recognise(path, forced)
    return recognised, list(source.read(path))


def _traces(records):
    return [record.trace for record in records if isinstance(record, TraceRecord)]


def _said(records):
    return [record.text for record in records if isinstance(record, Warn)]


@pytest.fixture
def plain(make):
    return _traces(_read(make("plain.jsonl", LINES))[1])


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(LINES.encode(), mtime=0),
        gzip.compress(gzip.compress(LINES.encode(), mtime=0), mtime=0),
        PRETTY.encode(),
        ("\ufeff" + PRETTY).encode(),
        json.dumps({"data": TRACES}).encode(),
        json.dumps({"data": TRACES}, indent=1).encode(),
        json.dumps({"result": {"traces": TRACES}, "ok": True}).encode(),
        json.dumps({"data": {"project": {"edges": [{"node": row} for row in TRACES]}}}).encode(),
        json.dumps({"my_own_name": TRACES, "n": 3}).encode(),
        json.dumps([TRACES[:2], TRACES[2:]]).encode(),
        "".join(json.dumps({"data": row}) + "\n" for row in TRACES).encode(),
        "".join(json.dumps({"items": [row]}) + "\n" for row in TRACES).encode(),
        json.dumps(COLUMNS).encode(),
        json.dumps(LABELLED).encode(),
        json.dumps({str(n): row for n, row in enumerate(TRACES)}).encode(),
        json.dumps({"schema": {"fields": []}, "data": TRACES}).encode(),
    ],
)
def test_a_wrapping_changes_nothing_of_what_is_inside(make, plain, content):
    recognised, records = _read(make("wrapped.json", content))
    assert _traces(records) == plain
    assert recognised.format == "trace_record"
    assert not [record for record in records if isinstance(record, Reject)]


def test_a_column_of_lists_is_a_column_like_any_other(make):
    columns = {
        "user_input": ["q", "r"],
        "response": ["a", "b"],
        "retrieved_contexts": [["c"], ["c"]],
        "tone": [1.0, None],
    }
    recognised, records = _read(make("frame.json", columns))
    cases = [record.case for record in records if isinstance(record, CaseRecord)]
    assert recognised.format == "ragas"
    assert [(case.question, case.output, len(case.chunks or ())) for case in cases] == [("q", "a", 1), ("r", "b", 1)]


def test_a_parquet_file_is_its_rows(tmp_path, plain):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "frame.parquet"
    pq.write_table(pa.Table.from_pylist(TRACES), path)
    recognised, records = _read(path)
    assert _traces(records) == plain
    assert "in Parquet" in recognised.why


def test_nan_in_a_parquet_file_is_missing_and_said(tmp_path):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "frame.parquet"
    rows = [{"case_id": "a", "output": "x", "tone": 1.0}, {"case_id": "b", "output": "y", "tone": float("nan")}]
    pq.write_table(pa.Table.from_pylist(rows), path)
    _, records = _read(path)
    assert [dict(r.case.scores) != {} for r in records if isinstance(r, CaseRecord)] == [True, False]
    assert "frame.parquet: NaN or Infinity stands in 1 place; taken as missing." in _said(records)


def test_one_page_of_several_is_said(make):
    for about in ({"next_cursor": "abc"}, {"meta": {"totalItems": 90}}, {"cursors": {"next": "x"}}, {"has_more": True}):
        said = _said(_read(make("page.json", {"data": TRACES, **about}))[1])
        assert any("pages" in one or "page of several" in one for one in said), about
    for about in ({"next_cursor": None}, {"meta": {"totalItems": 3}}, {"has_more": False}):
        assert _said(_read(make("page.json", {"data": TRACES, **about}))[1]) == []


def test_a_broken_record_inside_is_refused_alone(make):
    records = _read(make("page.json", json.dumps({"data": [TRACES[0], {"model": "m"}, TRACES[1]]})))[1]
    assert len(_traces(records)) == 2
    assert [record.line for record in records if isinstance(record, Reject)] == [2]


def test_documents_that_end_in_the_middle_lose_the_last_alone(make):
    records = _read(make("cut.json", PRETTY[:-5]))[1]
    assert len(_traces(records)) == 2
    assert len([record for record in records if isinstance(record, Reject)]) == 1


def test_what_is_broken_is_said_of_the_file_itself(make):
    for content in (gzip.compress(LINES.encode())[:-9], b"PAR1 no parquet at all"):
        path = make("broken.bin", content)
        with pytest.raises(ReadinessError) as refused:
            _read(path)
        assert str(path) in str(refused.value)
        assert "xport" in str(refused.value)


def test_nothing_inside_that_is_known_is_refused_by_what_the_file_is(make):
    path = make("odd.json", {"data": [{"a": "x"}, {"a": "y"}]})
    with pytest.raises(ReadinessError, match=r'odd\.json: a JSON object of no known format \(its keys: "data"\)'):
        _read(path)


def test_gzip_in_gzip_for_ever_ends(make):
    content = LINES.encode()
    for _ in range(10):
        content = gzip.compress(content)
    with pytest.raises(ReadinessError):
        _read(make("deep.gz", content))


def test_only_the_last_files_opened_are_kept(make):
    opened = []
    for n in range(8):
        path = make(f"{n}.json", {"data": [{**TRACES[0], "trace_id": str(n)}]})
        opened.append(unwrap.opened(path, unwrap.possible(path, path.read_bytes()))[0])
    assert [path.exists() for path in opened] == [False] * 4 + [True] * 4


def test_a_format_that_is_named_is_looked_for_inside_too(make, plain):
    assert _traces(_read(make("page.json", {"data": TRACES}), "trace_record")[1]) == plain


def test_a_mapping_is_proposed_for_what_is_inside(make):
    rows = "".join(json.dumps({"request_no": n, "question": f"q{n}", "grade": "good"}) + "\n" for n in range(3))
    packed = explain(make("rows.jsonl.gz", gzip.compress(rows.encode(), mtime=0)))
    assert packed.proposal == explain(make("rows.jsonl", rows)).proposal != ""


def test_a_first_document_longer_than_the_head_is_followed_too(make, plain):
    grown = [{**TRACES[0], "note": "x" * 100_000}, *TRACES[1:]]
    for content in ("\n".join(json.dumps(row, indent=2) for row in grown), "\n".join(map(json.dumps, grown))):
        found = _traces(_read(make("long.json", content))[1])
        assert [trace.id for trace in found] == [trace.id for trace in plain]


def test_what_stands_beside_a_container_belongs_to_what_is_inside(make):
    row = {"id": "r", "run_type": "chain", "start_time": "2026-11-20T10:00:00Z", "trace_id": "r", "parent_run_id": None}
    path = make("runs.jsonl.gz", gzip.compress(json.dumps(row).encode(), mtime=0))
    source, _ = registry.recognise(path)
    alone = registry.digest_of(source, path)
    feedback = {"id": "f", "run_id": "r", "key": "liked", "score": 1, "value": None, "comment": None}
    packed = make("feedback.json.gz", gzip.compress(json.dumps([feedback]).encode(), mtime=0))
    assert source.along(path) == (packed,)
    assert registry.digest_of(source, path) != alone
    (trace,) = [record.trace for record in source.read(path) if isinstance(record, TraceRecord)]
    assert trace.scores == {"liked": 1.0}


def test_a_file_that_is_being_read_is_kept_however_many_are_opened_beside_it(make):
    row = {"id": "r", "run_type": "chain", "start_time": "2026-11-20T10:00:00Z", "trace_id": "r", "parent_run_id": None}
    path = make("runs.jsonl.gz", gzip.compress(json.dumps(row).encode(), mtime=0))
    for n in range(12):
        feedback = {"id": f"f{n}", "run_id": "r", "key": f"k{n}", "score": 1, "value": None, "comment": None}
        make(f"feedback-{n}.json.gz", gzip.compress(json.dumps([feedback]).encode(), mtime=0))
    source, _ = registry.recognise(path)
    (trace,) = [record.trace for record in source.read(path) if isinstance(record, TraceRecord)]
    assert len(trace.scores) == 12


RAGAS = [
    {"user_input": q, "response": "a", "retrieved_contexts": ["c"], "tone": n} for q, n in (("q", 1.0), ("r", None))
]
GENAI = [
    {"trace_id": q, "request": q, "response": "a", "polite/value": w, "polite/rationale": "r"}
    for q, w in (("q", "yes"), ("r", "no"))
]
OURS = [{"case_id": q, "output": "a", "status": "pass"} for q in "qr"]


def _split(rows, **more):
    return {"columns": list(rows[0]), **more, "data": [list(row.values()) for row in rows]}


@pytest.mark.parametrize(
    ("rows", "more", "forced", "format"),
    [
        (RAGAS, {"index": [0, 1]}, None, "ragas"),
        (RAGAS, {"index": [0, 1]}, "ragas", "ragas"),
        (RAGAS, {}, None, "ragas"),
        (GENAI, {}, None, "mlflow"),
        (GENAI, {}, "mlflow", "mlflow"),
        (GENAI, {"index": [4, 7]}, None, "mlflow"),
        (OURS, {"index": [0, 1]}, None, "case_record"),
        (OURS, {}, "case_record", "case_record"),
    ],
)
def test_a_table_of_columns_and_data_is_its_rows_where_those_are_known(make, rows, more, forced, format):
    lines = _read(make("lines.jsonl", "".join(json.dumps(row) + "\n" for row in rows)), forced)[1]
    recognised, records = _read(make("split.json", json.dumps(_split(rows, **more))), forced)

    def told(found):
        cases = [record.case for record in found if isinstance(record, CaseRecord)]
        return [(case.id, case.question, case.output, case.status, case.scores) for case in cases]

    assert recognised.format == format
    assert told(records) == told(lines)
    assert len(told(records)) == 2


def test_a_table_that_two_tools_write_is_asked_still(make):
    path = make("table.json", json.dumps(_split(OURS)))
    with pytest.raises(ReadinessError, match=r"--format mlflow.*--format wandb"):
        registry.recognise(path)
    doubled = {"columns": ["user_input", "response", "response"], "index": [0], "data": [["q", "a", "b"]]}
    with pytest.raises(ReadinessError):
        registry.recognise(make("doubled.json", json.dumps(doubled)))


@pytest.mark.parametrize(
    "content", [gzip.compress(LINES.encode(), mtime=0), json.dumps({"data": TRACES}).encode(), PRETTY.encode()]
)
def test_a_full_disk_of_temporary_files_is_no_fault_of_the_file(content, make, monkeypatch):
    path = make("full.json", content)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    for writer in ("unpacked", "on_lines", "_write_lines"):
        monkeypatch.setattr(unwrap, writer, full)
    with pytest.raises(
        ReadinessError,
        match=r"no room for temporary files in .* \(No space left on device\), where the contents of full",
    ):
        registry.recognise(path)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), r"temporary files in .*No space left.*TMPDIR"),
        (OSError(errno.EIO, "Input/output error", "log.gz"), r"log\.gz cannot be read: Input/output error"),
        (ReadinessError("It unpacks to more than 4 GiB."), "more than 4 GiB"),
    ],
)
def test_what_cannot_be_laid_down_is_told_by_its_place_and_leaves_nothing(make, trouble, told):
    def write(out):
        out.write(b"half")
        raise trouble

    path = make("log.gz", b"x")
    before = list(Path(unwrap._folder().name).iterdir())
    with pytest.raises(ReadinessError, match=told):
        unwrap.opened(path, unwrap.Container("gzip", "log", write))
    assert list(Path(unwrap._folder().name).iterdir()) == before
