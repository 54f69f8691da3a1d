"""The registry: recognition by content, and a sentence for whatever cannot be used."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import Recognised

TRACE = {"trace_id": "t1", "prompt_version": "v1", "model": "m", "latency_ms": 10, "status": "success"}
GOLD = {"question": "How?", "expected_source": "doc", "must_include": ["x"]}
CASE = {"case_id": "c1", "output": "so", "status": "pass", "faithfulness": 0.9}
FIGURES = {"faithfulness": 0.88, "retrieval_hit_rate": 0.82, "latency_p95_ms": 3100, "cost_per_success": 0.06}


@pytest.mark.parametrize(
    ("content", "format"),
    [
        ([TRACE, TRACE], "trace_record"),
        ([TRACE], "trace_record"),
        ([GOLD, GOLD], "eval_set"),
        ({"name": "golden", "cases": [GOLD]}, "eval_set"),
        ([CASE, CASE], "case_record"),
        ([{"run": {"id": "r"}}, CASE], "case_record"),
        ({"run": {"id": "r"}, "cases": [CASE]}, "case_record"),
        (FIGURES, "metrics_mapping"),
        ([FIGURES, FIGURES], "metrics_mapping"),
        # What decides is what is distinctive, not what is shared.
        ([{**GOLD, "output": "so", "status": "pass"}], "case_record"),  # a golden question with a result is a case
        ([{**TRACE, "question": "How?", "answer": "so"}], "trace_record"),  # a trace has a question too
        ([{**CASE, "trace_id": "t1", "latency_ms": 3}], "case_record"),  # a case may name its trace
        ([{**GOLD, "answer": "the reference answer"}], "eval_set"),  # an answer alone is no result
        ("trace_id,model,latency_ms,status\nt1,m,10,success\n", "trace_record"),
        ("question,expected_source,must_include\nHow?,doc,x;y\n", "eval_set"),
        ("case_id,output,status\nc1,so,pass\n", "case_record"),
        ("faithfulness;latency_p95_ms\n0.88;3100\n", "metrics_mapping"),
        ("metric,value,n\nfaithfulness,0.88,40\n", "metrics_mapping"),
    ],
)
def test_own_formats_are_told_apart_by_content_whatever_the_name(make, content, format):
    assert registry.recognise(make("whatever.bin", content))[1].format == format


def test_a_json_list_is_recognised_like_lines(make):
    import json

    for record, format in ((TRACE, "trace_record"), (GOLD, "eval_set"), (CASE, "case_record")):
        path = make("list.json", json.dumps([record, record], indent=2))
        assert registry.recognise(path)[1].format == format


def test_promptfoo_is_recognised_also_with_its_keys_sorted_behind_a_long_config(make, promptfoo_dir):
    import json

    whole = json.loads((promptfoo_dir / "baseline.json").read_bytes())
    whole["config"]["padding"] = ["x" * 70] * 2000  # config sorts before evalId and is longer than the first look
    path = make("sorted.json", json.dumps(whole, sort_keys=True))
    assert path.read_bytes().index(b"evalId") > registry.HEAD
    assert registry.recognise(path)[1].format == "promptfoo"


def test_a_promptfoo_configuration_is_not_its_results(make, promptfoo_dir):
    import json

    config = json.loads((promptfoo_dir / "baseline.json").read_bytes())["config"]
    _, found = registry.recognise(make("promptfooconfig.json", config))
    assert found.format == "eval_set"  # its tests are golden cases


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b" \n\t\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        ('{"a": 1}\n{"a": 2}\n'.encode("utf-16"), "UTF-16 text. Save it as UTF-8"),
        ('{"trace_id": 1}\n'.encode("utf-16-le"), "UTF-16 text. Save it as UTF-8"),
        (b"PK\x03\x04" + b"\0" * 40, "a zip archive"),
        (b"SQLite format 3\x00" + b"\0" * 80, "a SQLite database"),
        (b"\x7fELF\x02\x01\x01\0\0\0\x01\x02\x03\x04\x05\x06\x07", "binary data"),
        (b"just some words\n", "neither JSON, JSON lines nor a table"),
        (b'{"hello": 1, "you": "x"}', 'its keys: "hello", "you"'),
        (b'[{"hello": "a"}]', 'keys of its first record: "hello"'),
        (b'{"hello": "a"}\n{"hello": "b"}\n', 'JSON lines of no known format (keys of the first record: "hello")'),
        (b"a,b\n1,x\n", 'a table of no known format (its columns: "a", "b")'),
        (b'{"\x1b]52;c;aGk=\x07": 1}', "no known format"),
    ],
)
def test_what_fits_nothing_is_described(make, content, said):
    path = make("file", content)
    with pytest.raises(ReadinessError) as raised:
        registry.recognise(path)
    text = str(raised.value)
    assert said in text
    assert str(path) in text
    assert len(text) - len(str(path)) < 220  # it fits a dialog: the formats are what `readiness sources` lists
    assert ("`readiness sources`" in text) != ("It looks like" in text)
    assert "\x1b" not in text


def test_a_missing_file_a_folder_and_a_pipe(tmp_path):
    with pytest.raises(ReadinessError, match="no such file"):
        registry.recognise(tmp_path / "gone.json")
    with pytest.raises(ReadinessError, match="is a folder"):
        registry.recognise(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ReadinessError, match="not a regular file"):
        registry.recognise(tmp_path / "pipe")


def test_what_lies_in_a_folder_and_is_no_file_is_named(make, tmp_path):
    make("x.jsonl", [TRACE])
    (tmp_path / "a").mkdir()
    os.mkfifo(tmp_path / "a" / "pipe.json")
    (tmp_path / "lost.json").symlink_to(tmp_path / "gone.json")
    (tmp_path / "there").symlink_to(tmp_path / "a")
    (tmp_path / ".hidden").symlink_to(tmp_path / "gone.json")
    found = {path.name: one for path, one in registry.each(tmp_path)}
    assert set(found) == {"x.jsonl", "pipe.json", "lost.json", "there"}
    assert not isinstance(found["x.jsonl"], str)
    assert "not a regular file" in found["pipe.json"]
    assert "no such file" in found["lost.json"]
    assert "a link to a folder" in found["there"]


def test_a_forced_format_is_taken_and_an_unknown_one_named(make):
    path = make("x.json", {"hello": "you"})
    source, recognised = registry.recognise(path, "trace_record")
    assert (source.name, recognised.why) == ("trace_record", "chosen with --format")
    with pytest.raises(ReadinessError, match='Did you mean "promptfoo"'):
        registry.recognise(path, "promptfo")


class _Other:
    name = "other"
    title = "another tool's results"

    def __init__(self, certainty: int) -> None:
        self._certainty = certainty

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        return Recognised(self.name, "it says so", self._certainty)

    def read(self, path: Path):
        yield from ()


def test_two_formats_that_fit_equally_ask_for_one(make, monkeypatch):
    path = make("x.jsonl", [TRACE])
    ours = registry.sources()
    best = registry.recognise(path)[1].certainty
    monkeypatch.setattr(registry, "sources", lambda: (*ours, _Other(best)))
    with pytest.raises(ReadinessError) as raised:
        registry.recognise(path)
    assert "--format trace_record" in str(raised.value)
    assert "--format other" in str(raised.value)
    monkeypatch.setattr(registry, "sources", lambda: (*ours, _Other(best + 1)))
    assert registry.recognise(path)[1].format == "other"


class _Point:
    def __init__(self, name, loaded):
        self.name, self.value, self._loaded = name, f"plugin:{name}", loaded

    def load(self):
        if isinstance(self._loaded, Exception):
            raise self._loaded
        return self._loaded


def test_plugins_join_and_a_broken_one_is_named_not_fatal(make, monkeypatch):
    twin = _Other(1)
    twin.name = "promptfoo"
    points = [_Point("a", _Other(100)), _Point("b", ImportError("no module x")), _Point("c", twin)]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == "readiness_tui.sources" else [])
    registry._load.cache_clear()
    try:
        assert [source.name for source in registry.sources()].count("promptfoo") == 1
        assert registry.recognise(make("x.bin", b"\0\1"))[0].name == "other"
        assert len(registry.problems()) == 2
        assert "no module x" in registry.problems()[0]
    finally:
        registry._load.cache_clear()


def test_a_folder_gives_its_usable_files_sorted_without_hidden_ones(tmp_path):
    import json

    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("b/two.jsonl", "a.jsonl", ".secret.jsonl", ".hidden/three.jsonl"):
        (tmp_path / name).write_text(json.dumps(TRACE) + "\n")
    (tmp_path / "README.md").write_text("words\n")
    found = dict(registry.each(tmp_path))
    assert list(found) == [tmp_path / name for name in ("README.md", "a.jsonl", "b/two.jsonl")]
    skipped = {path: reason for path, reason in found.items() if isinstance(reason, str)}
    assert list(skipped) == [tmp_path / "README.md"]
    assert "neither JSON" in skipped[tmp_path / "README.md"]


def test_the_digest_is_that_of_the_raw_bytes(make):
    assert registry.digest(make("x", b"\xef\xbb\xbfabc\r\n")) == hashlib.sha256(b"\xef\xbb\xbfabc\r\n").hexdigest()
