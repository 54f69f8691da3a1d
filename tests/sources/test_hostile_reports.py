"""Broken and cut reports of the evaluation tools: a sentence, or records and rejects; never another exception."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import CaseRecord, Progress, Record, RunStart

DATA = Path(__file__).parent.parent / "data"
FORMAT = {
    "inspect_ai/unfinished.eval": "inspect_ai",
    "inspect_ai/failed.json": "inspect_ai",
    "promptfoo/baseline.yaml": "promptfoo",
    "promptfoo/baseline.xml": "promptfoo",
    "promptfoo/baseline.csv": "promptfoo",
    "junit/pytest.xml": "junit",
    "deepeval/baseline.json": "deepeval",
    "ragas/baseline.jsonl": "ragas",
    "openai_evals/baseline.jsonl": "openai_evals",
    "lm_eval/baseline/samples_support_mc_2026-11-23T11-54-15.418603.jsonl": "lm_eval",
    "lm_eval/baseline/results_2026-11-23T11-54-15.418603.json": "lm_eval",
}
DOCUMENTS = (".eval", ".json", ".yaml", ".xml")


def read_all(path: Path, forced: str | None = None) -> list[Record] | None:
    try:
        source, _ = registry.recognise(path, forced)
        return list(source.read(path))
    except ReadinessError as error:
        said = str(error)
    assert str(path) in said
    assert "\x1b" not in said
    assert said.rstrip().endswith((".", ")"))
    return None


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if "inspect_ai/failed" in name else ()) for name in FORMAT]
)
def test_cut_at_every_64th(name, tmp_path):
    content = (DATA / name).read_bytes()
    path = tmp_path / Path(name).name
    path.write_bytes(content)
    whole = [record.case for record in read_all(path) or [] if isinstance(record, CaseRecord)]
    for part in range(64):
        path.write_bytes(content[: len(content) * part // 64])
        records = read_all(path) or []
        cases = [record.case for record in records if isinstance(record, CaseRecord)]
        if name.endswith(".yaml"):  # what stands after the rows can be lost unseen: YAML has no end
            assert cases in ([], whole), f"a document cut at {part}/64 lost some of its cases"
        elif name.endswith(DOCUMENTS):
            assert not records, f"a document cut at {part}/64 was not refused"
        assert sum(case not in whole for case in cases) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMAT)
def test_flipped_bytes(name, tmp_path):
    content = (DATA / name).read_bytes()
    chance = random.Random(name)
    path = tmp_path / Path(name).name
    for _ in range(12):
        broken = bytearray(content)
        for _ in range(chance.choice((1, 1, 4, 40))):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        path.write_bytes(bytes(broken))
        for record in read_all(path) or []:
            assert isinstance(record, Record)


@pytest.mark.parametrize("forced", sorted(set(FORMAT.values())))
@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xef\xbb\xbf", b"null", b"[]", b"{}", b"[" * 100_000, b'{"a":' * 100_000, b"\0" * 50, b",,\n,,\n",
        b"PK\x03\x04" + b"\0" * 100, b"PK\x05\x06" + b"\0" * 18, "<testsuite/>".encode("utf-16"), b"<testsuite>",
        b"evalId: x\nresults:\n  version: 3\n  results: 1\n", b'{"version":2,"status":1,"eval":[]}',
        b'{"version":2,"status":"success","eval":{"task":1,"model":"m"},"samples":[1,{"id":1,"scores":{"s":{"value":{}}}}]}',
        b'{"testCases":[{"name":"x","metricsData":[{"name":"m","score":1e999}],"completionTime":-1}]}',
        b'{"spec":{"eval_name":1,"created_at":"never"}}\n', b'{"results":{"t":1},"n-samples":1,"higher_is_better":2,"date":"x"}',
        b'{"doc_id":1,"doc_hash":1,"filter":[],"metrics":1,"target":1}\n', b'{"user_input":[],"response":1,"m":1}\n',
        b'<promptfoo><evalId>1</evalId><results><version>3</version><results/><stats><successes>1</successes>'
        b'<failures>0</failures><errors>0</errors></stats></results></promptfoo>',
    ],
    ids=lambda content: repr(content[:30]),
)  # fmt: skip
def test_strange_content_forced_into_a_format(content, forced, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(content)
    read_all(path, forced)


@pytest.mark.parametrize("name", ["promptfoo/baseline.xml", "promptfoo/baseline.yaml", "promptfoo/baseline.csv"])
def test_another_encoding(name, tmp_path):
    path = tmp_path / Path(name).name
    text = (DATA / name).read_text()
    path.write_bytes(text.encode("utf-16"))
    read_all(path)
    path.write_bytes(text.replace("Answer", "Ánswer").encode("latin-1", "ignore"))
    records = read_all(path, "promptfoo") or []
    assert not any(isinstance(record, CaseRecord) and "\ufffd" in (record.case.output or "") for record in records)
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert sum(isinstance(record, CaseRecord) for record in read_all(path) or []) == 17


def test_every_case_belongs_to_a_run_that_began_before(tmp_path):
    for name in FORMAT:
        begun: set[str] = set()
        for record in read_all(DATA / name) or []:
            if isinstance(record, RunStart):
                begun.add(record.run.id)
            elif isinstance(record, CaseRecord):
                assert record.run_id in begun
            else:
                assert isinstance(record, Record)
                assert not (isinstance(record, Progress) and record.total < record.done)
