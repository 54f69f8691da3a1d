"""MLflow's and W&B's files broken, cut and forged: a sentence, or records and rejects; never another exception."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import CaseRecord, Progress, Record, Reject, RunStart, TraceRecord

DATA = Path(__file__).parent.parent / "data"
RUN = DATA / "wandb" / "offline-run-20261123_120221-us45ayly"


def _unzipped(name: str) -> Callable[[], bytes]:
    return lambda: gzip.decompress((DATA / "mlflow" / name).read_bytes())


def _traces() -> bytes:
    return b"".join(_unzipped("traces.jsonl.gz")().splitlines(keepends=True)[:3])


def _answer() -> bytes:
    whole = json.loads(_unzipped("rest_traces_search.json.gz")())
    return json.dumps({**whole, "traces": whole["traces"][:2]}).encode()


def _small_database() -> bytes:
    """The database with two of its traces and without the tables that a review does not read."""
    conn = sqlite3.connect(":memory:")
    conn.deserialize(_unzipped("mlflow.db.gz")())
    keep = "(SELECT request_id FROM trace_info ORDER BY 1 LIMIT 2)"
    for table, key in (("spans", "trace_id"), ("assessments", "trace_id"), ("trace_tags", "request_id"),
                       ("trace_request_metadata", "request_id"), ("trace_info", "request_id")):  # fmt: skip
        conn.execute(f"DELETE FROM {table} WHERE {key} NOT IN {keep}")
    read = {"alembic_version", "runs", "experiments", "latest_metrics", "params", "tags", "datasets", "inputs", "spans",
            "assessments", "trace_tags", "trace_request_metadata", "trace_info", "entity_associations"}  # fmt: skip
    for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if name not in read:
            conn.execute(f'DROP TABLE "{name}"')
    conn.commit()
    conn.execute("VACUUM")
    return conn.serialize()


FILES: dict[str, Callable[[], bytes]] = {
    "mlflow.db": _small_database,
    "traces.jsonl": _traces,
    "traces.json": _answer,
    "runs.json": lambda: (DATA / "mlflow" / "rest_runs_search.json").read_bytes(),
    "runs.csv": lambda: (DATA / "mlflow" / "search_runs.csv").read_bytes(),
    "table.json": lambda: (DATA / "mlflow" / "eval_results_table.json").read_bytes(),
    "run-us45ayly.wandb": lambda: (RUN / "run-us45ayly.wandb").read_bytes(),
    "wandb-summary.json": lambda: b'{"_runtime": 12.5, "_timestamp": 1795435341.7, "accuracy": 0.75, "best": Infinity}',
}
FORCED = {"table.json": "mlflow"}


@pytest.fixture(scope="module")
def contents() -> dict[str, bytes]:
    return {name: make() for name, make in FILES.items()}


@pytest.fixture
def place(tmp_path):
    """A folder with the tables that the W&B run logged."""
    shutil.copytree(RUN / "files", tmp_path / "files", copy_function=shutil.copyfile)
    return tmp_path


def read_all(path: Path, forced: str | None = None) -> list[Record] | None:
    """Everything in the file, or None where it was refused with a sentence. Any other exception fails the test."""
    try:
        source, _ = registry.recognise(path, forced or FORCED.get(path.name))
        return list(source.read(path))
    except ReadinessError as error:
        said = str(error)
    assert str(path) in said
    assert "\x1b" not in said
    assert said.rstrip().endswith((".", ")"))
    return None


def _values(records: list[Record]) -> list[Any]:
    kept = [r for r in records if isinstance(r, (CaseRecord, TraceRecord))]
    return [r.case if isinstance(r, CaseRecord) else r.trace for r in kept]


@pytest.mark.parametrize("name", FILES)
def test_the_whole_file_is_accepted(name, place, contents):
    path = place / name
    path.write_bytes(contents[name])
    records = read_all(path)
    assert records
    assert not [record for record in records if isinstance(record, Reject)]


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_at_every_64th_is_refused_or_read_up_to_the_cut(name, place, contents):
    content = contents[name]
    path = place / name
    path.write_bytes(content)
    whole = _values(read_all(path) or [])
    for part in range(64):
        path.write_bytes(content[: len(content) * part // 64])
        records = read_all(path)
        if name.endswith((".db", ".json")):
            assert records is None, f"{name} cut at {part}/64 was not refused"
        for value in _values(records or []):
            assert value in whole
        if name.endswith(".wandb") and records is not None:
            runs = [record.run for record in records if isinstance(record, RunStart)]
            assert runs[0].completeness == "partial"  # without its last record, the run is never whole


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("seed", range(25))
def test_flipped_bytes_never_crash(name, seed, place, contents):
    chance = random.Random(seed)
    content = bytearray(contents[name])
    for _ in range(chance.randint(1, 6)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path = place / name
    path.write_bytes(bytes(content))
    read_all(path)


def test_a_flipped_bit_in_a_run_file_is_found_by_its_checksum(place, contents):
    content = bytearray(contents["run-us45ayly.wandb"])
    content[content.index(b'"gpt-x-mini"') + 3] ^= 1
    path = place / "run-us45ayly.wandb"
    path.write_bytes(bytes(content))
    assert read_all(path, "wandb") is None  # the damaged record is the one that describes the run
    content = bytearray(contents["run-us45ayly.wandb"])
    content[content.index(b"0.92") + 2] ^= 1
    path.write_bytes(bytes(content))
    (reject,) = [record for record in read_all(path) or [] if isinstance(record, Reject)]
    assert "the checksum of a record does not match" in reject.reason


@pytest.mark.parametrize("name", [name for name in FILES if name not in ("mlflow.db", "run-us45ayly.wandb")])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_other_encodings_are_refused_or_said(name, encoding, place, contents):
    path = place / name
    path.write_bytes(contents[name].decode().encode(encoding))
    records = read_all(path)
    assert (records is None) == (encoding != "utf-8-sig")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("forced", ["mlflow", "wandb"])
def test_a_file_forced_into_the_other_format_is_refused_or_rejected(name, forced, place, contents):
    path = place / name
    path.write_bytes(contents[name])
    read_all(path, forced)


@pytest.mark.parametrize("forced", ["mlflow", "wandb"])
@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n\n", b"null", b"[]", b"{}", b"[" * 200_000, b'{"info":' * 5_000, b"\x00" * 100, b",,,\n,,,\n",
        b"SQLite format 3\x00" + b"\0" * 84, b"SQLite format 3\x00" + b"\xff" * 5000, b":W&B\xe1\xbe\x00",
        b":W&B\xe1\xbe\x01" + b"\0" * 50, b":W&B\xe1\xbe\x00" + b"\xff" * 70_000, b":W&B\xe1\xbe\x00" + b"\0" * 70_000,
        b'{"columns": 3, "data": []}', b'{"columns": ["a", "a"], "data": []}', b'{"columns": ["a"], "data": {"a": 1}}',
        b'{"columns": [], "data": []}', b'{"columns": ["case_id"], "data": [[[[[[1]]]]], 3, null, ["x", "y"]]}',
        b'{"columns": ["score"], "data": [[NaN], [1e999], [-Infinity], [123456789012345678901234567890]]}',
        b'{"runs": [{"info": {}, "data": {}}, 3]}', b'{"traces": [{"trace_id": 1, "tags": 3, "assessments": [3, {}]}]}',
        b'{"info": {"trace_id": "x", "request_time": 1e300}, "data": {"spans": [3, {"span_id": 3}]}}\n{}\n',
        b'{"_runtime": "x", "_timestamp": [], "t": {"_type": "table-file", "path": "../../../etc/passwd"}}',
        b'{"mlflow_pull": 3}\n{"run": {"info": {"run_id": 3, "start_time": "x"}}}\n{"run": 3}\n',
        b"run_id,experiment_id,status,start_time,metrics.a\nr,1,FINISHED,never,1e999\nr2,1,?,,nan\nr2,1,?,,0x1\n",
    ],
    ids=lambda content: repr(content[:40]),
)  # fmt: skip
def test_strange_content_forced_into_a_format(content, forced, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(content)
    read_all(path, forced)


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["1s", "yes", "{}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_value_of_any_type_anywhere_in_a_trace_never_crashes(data, tmp_path, contents):
    lines = [json.loads(line) for line in contents["traces.jsonl"].splitlines()]
    for _ in range(data.draw(st.integers(1, 3))):
        node: Any = lines
        while True:
            key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
            if not (isinstance(node[key], (dict, list)) and node[key]) or (node is not lines and data.draw(st.integers(0, 5)) == 0):  # fmt: skip
                break
            node = node[key]
        node[key] = data.draw(_json)
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    read_all(path, "mlflow")


_CELLS = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=8) | st.binary(max_size=8)
_COLUMNS = [
    ("runs", "start_time"), ("runs", "status"), ("runs", "experiment_id"), ("latest_metrics", "value"),
    ("latest_metrics", "step"), ("params", "value"), ("tags", "value"), ("datasets", "digest"), ("trace_info", "status"),
    ("trace_info", "timestamp_ms"), ("trace_info", "execution_time_ms"), ("trace_info", "request_preview"),
    ("trace_tags", "value"), ("trace_tags", "request_id"), ("trace_request_metadata", "value"), ("assessments", "value"),
    ("assessments", "error"), ("assessments", "created_timestamp"), ("assessments", "assessment_metadata"),
    ("assessments", "valid"), ("spans", "content"), ("spans", "trace_id"), ("trace_info", "request_id"),
]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.sampled_from(_COLUMNS), _CELLS), min_size=1, max_size=4))
def test_a_value_of_any_type_in_any_column_of_the_database_never_crashes(changes, tmp_path, contents):
    conn = sqlite3.connect(":memory:")
    conn.deserialize(contents["mlflow.db"])
    conn.execute("PRAGMA ignore_check_constraints = ON")
    for (table, column), value in changes:
        conn.execute(
            f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE rowid IN (SELECT rowid FROM "{table}" LIMIT 2)',
            (value,),
        )
    conn.commit()
    path = tmp_path / "mlflow.db"
    path.write_bytes(conn.serialize())
    conn.close()
    records = read_all(path)
    for record in records or []:
        if not isinstance(record, Progress) and hasattr(record, "raw"):
            json.loads(record.raw)


def test_escape_sequences_stay_raw_in_records_and_visible_in_messages(tmp_path, contents):
    hostile = "\x1b]52;c;aGk=\x07\x9b2J\u202e[@click=app.quit]x[/]"
    lines = [json.loads(line) for line in contents["traces.jsonl"].splitlines()]
    lines[0]["info"]["tags"]["case_id"] = hostile
    lines[1]["info"]["execution_duration_ms"] = hostile
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    records = read_all(path) or []
    assert any(record.case.id == hostile for record in records if isinstance(record, CaseRecord))
    (reject,) = (record for record in records if isinstance(record, Reject))
    assert "\x1b" not in reject.reason
