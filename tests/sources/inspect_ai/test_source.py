"""Inspect AI's logs, on what the tool itself wrote: 12 samples, of which one errors, one says N and one is NaN."""

from __future__ import annotations

import json
import math
import struct
import zipfile
from collections import Counter
from pathlib import Path

import pytest
import zstandard

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import CaseStatus, Completeness, Provenance, ScoreState
from readiness_tui.sources.inspect_ai.sample import model_input, read_sample
from readiness_tui.sources.kit import archive
from readiness_tui.sources.kit.fields import Notes

DATA = Path(__file__).parents[2] / "data" / "inspect_ai"


def zipped(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as made:
        for name, content in members:
            made.writestr(name, content)
    return path


def content(name):
    with archive.Archive(DATA / name) as opened:
        return {member: opened.read(member) for member in opened.members}


def test_an_archive_of_zstd_members(read):
    found = read(DATA / "baseline.eval")
    (run,) = found.runs
    assert (run.name, run.version, run.prompt_version, run.model) == ("support_bot", "baseline", "v12", "mockllm/model")
    assert (run.tool_version, run.dataset_name, run.tags) == ("0.3.285", "support-bot-gold", ("baseline",))
    assert run.completeness is Completeness.COMPLETE
    assert Counter(case.status for case in found.cases) == {
        CaseStatus.PASS: 7, CaseStatus.FAIL: 3, CaseStatus.ERROR: 1, CaseStatus.UNKNOWN: 1,
    }  # fmt: skip
    assert not found.rejects


def test_grades_numbers_objects_and_nan(read):
    case = read(DATA / "baseline.eval").case
    assert (case["SB-001"].scores["task_success"].value, case["SB-001"].scores["task_success"].label) == (1.0, "C")
    assert case["SB-003"].scores["task_success"].value == 0
    # N is "no answer": Inspect counts it as 0, and so do we. NaN is a scorer that failed, not an answer that did.
    assert (case["SB-009"].scores["task_success"].value, case["SB-009"].status) == (0.0, CaseStatus.FAIL)
    assert case["SB-010"].scores["task_success"].state is ScoreState.JUDGE_ERROR
    assert case["SB-010"].status is CaseStatus.UNKNOWN
    assert {name: score.value for name, score in case["SB-003"].scores.items() if name != "task_success"} == {
        "faithfulness": 0.35, "citation_accuracy": 0.0, "hallucination": 0.6,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("grades", "status"),
    [
        (["C"], CaseStatus.PASS),
        (["C", "C"], CaseStatus.PASS),
        (["P"], CaseStatus.FAIL),  # a part of an answer is no success
        (["C", "P"], CaseStatus.FAIL),
        (["C", "I"], CaseStatus.FAIL),
        ([0.3], CaseStatus.UNKNOWN),  # a number is no verdict
        (["C", None], CaseStatus.PASS),
    ],
)
def test_a_case_passes_where_every_grade_is_c(grades, status):
    scores = {f"scorer-{n}": {"value": grade} for n, grade in enumerate(grades)}
    assert read_sample({"id": "a", "input": "?", "scores": scores}, None, Notes()).status is status


@pytest.mark.parametrize("name", ["baseline.eval", "candidate.eval", "epochs.eval", "limited.json"])
def test_our_means_are_the_tools_own(read, name):
    found = read(DATA / name)
    values: dict[str, list[float]] = {}
    for case in found.cases:
        for metric, score in case.scores.items():
            if score.value is not None:
                values.setdefault(metric, []).append(score.value)
    header = (
        json.loads(content(name)["header.json"]) if name.endswith("eval") else json.loads((DATA / name).read_text())
    )
    for figure in header["results"]["scores"]:
        mean = (figure["metrics"].get("accuracy") or figure["metrics"]["mean"])["value"]
        mine = values[figure["name"]]
        assert math.isclose(sum(mine) / len(mine), mean), figure["name"]
        assert len(mine) == figure["scored_samples"] * header["eval"]["config"]["epochs"]
    assert not [warning for warning in found.warnings if "the tool reports" in warning]


def test_a_figure_that_is_not_our_mean_is_said(tmp_path, read):
    log = json.loads((DATA / "limited.json").read_text())
    log["results"]["scores"][1]["metrics"]["mean"]["value"] = 0.5
    path = tmp_path / "x.json"
    path.write_text(json.dumps(log))
    assert any("reports faithfulness 0.5; over the 6 cases" in warning for warning in read(path).warnings)


def test_errored_samples_count_although_the_tool_leaves_them_out(read):
    found = read(DATA / "baseline.eval")
    assert found.case["SB-007"].error == "RuntimeError('upstream 503: model overloaded')"
    assert any("1 of 12 samples ended in an error. Inspect leaves them out" in text for text in found.warnings)


def test_tokens_with_cache_reads_and_none_where_none_were_recorded(read):
    case = read(DATA / "baseline.eval").case
    # Two calls of 301 + 10 from the cache; input_tokens alone would be 602.
    assert (case["SB-001"].tokens_in, case["SB-001"].tokens_out) == (622, 82)
    assert (case["SB-011"].tokens_in, case["SB-011"].tokens_out) == (None, None)  # an empty usage is no usage


def test_a_graders_tokens_are_not_the_systems():
    usage = {"model_usage": {"m": {"input_tokens": 5, "output_tokens": 1}, "judge": {"input_tokens": 900}}}
    case = read_sample({"id": 1, **usage}, "m", Notes())
    assert (case.id, case.tokens_in, case.tokens_out) == ("1", 5, 1)


def test_latency_leaves_the_scorers_out(read):
    sample = next(s for s in json.loads((DATA / "limited.json").read_text())["samples"] if s["id"] == "SB-006")
    measure = read(DATA / "limited.json").case["SB-006"].latency_ms
    assert measure.provenance is Provenance.MEASURED
    assert 0 < measure.value < sample["working_time"] * 1000
    sample["events"] = []
    derived = read_sample(sample, None, notes := Notes()).latency_ms
    assert (derived.value, derived.provenance) == (sample["working_time"] * 1000, Provenance.DERIVED)
    assert any("scorers' time" in warning.text for warning in notes.warnings("x"))


def test_tool_calls_come_from_events(read):
    case = read(DATA / "baseline.eval").case
    (call,) = case["SB-001"].tool_calls
    assert (call.name, call.arguments, call.result, call.error) == (
        "lookup_order", '{"order_id":1}', '"order 1: shipped"', None,
    )  # fmt: skip
    (failed,) = case["SB-005"].tool_calls
    assert (failed.result, failed.error, failed.complete) == (None, "order service timeout", True)
    assert case["SB-007"].tool_calls == ()  # logged: it got no further
    assert read_sample({"id": "x"}, None, Notes()).tool_calls is None  # not logged


def test_model_events_find_their_input_by_reference():
    sample = json.loads((DATA / "limited.json").read_text())["samples"][0]
    first, second = [event for event in sample["events"] if event["event"] == "model"]
    assert first["input"] == second["input"] == []
    assert [message["role"] for message in model_input(sample, first)] == ["user"]
    assert [message["role"] for message in model_input(sample, second)] == ["user", "assistant", "tool"]
    sample["input"] = []
    assert read_sample(sample, None, Notes()).question == "How do I handle track parcel? (6)"


def test_attachments_are_put_back():
    sample = {
        "id": "x",
        "input": "attachment://a",
        "output": {"completion": "attachment://b"},
        "attachments": {"a": "long question", "b": "long answer"},
        "events": [{"event": "tool", "function": "f", "arguments": {}, "result": "attachment://b"}],
    }
    case = read_sample(sample, None, Notes())
    assert (case.question, case.output, case.tool_calls[0].result) == ("long question", "long answer", '"long answer"')


def test_epochs_are_repeats(read):
    found = read(DATA / "epochs.eval")
    assert len(found.cases) == 24
    assert {(case.id, case.repeat) for case in found.cases} == {
        (f"SB-{n:03d}", r) for n in range(1, 13) for r in (0, 1)
    }


def test_a_log_that_failed_is_errored(read):
    found = read(DATA / "failed.json")
    assert found.runs[0].completeness is Completeness.ERRORED
    assert "upstream 503" in found.runs[0].warnings[0]
    # The three samples that were stopped by the first one's error are no errors of the system.
    assert Counter(case.status for case in found.cases) == {CaseStatus.UNKNOWN: 3, CaseStatus.ERROR: 1}


def test_a_log_that_did_not_end_is_partial(read):
    found = read(DATA / "unfinished.eval")
    assert found.runs[0].completeness is Completeness.PARTIAL
    assert len(found.cases) == 6
    assert any("did not end" in text for text in found.runs[0].warnings)


def test_a_limit_is_said(read):
    assert any("7 of the dataset's 12 samples" in text for text in read(DATA / "limited.json").runs[0].warnings)


def test_a_log_without_samples_brings_its_summaries_or_figures(tmp_path, read):
    members = content("baseline.eval")
    kept = [(name, data) for name, data in members.items() if not name.startswith("samples/")]
    found = read(zipped(tmp_path / "a.eval", kept))
    assert len(found.cases) == 12
    assert found.case["SB-007"].status is CaseStatus.ERROR  # its error is a text here
    bare = [(name, data) for name, data in kept if not name.startswith("summaries")]
    (run,) = read(zipped(tmp_path / "b.eval", bare)).runs
    assert run.aggregates["faithfulness"].n == 11
    assert 0.7 < run.aggregates["faithfulness"].value < 0.9


# Hostile archives


def test_a_member_that_unpacks_to_far_more_is_refused(tmp_path, read):
    members = content("baseline.eval")
    bomb = {**members, "samples/SB-001_epoch_1.json": b" " * (64 * 1024 * 1024)}
    found = read(zipped(tmp_path / "x.eval", bomb.items()))
    (reject,) = found.rejects
    assert "times its size" in reject.reason
    assert len(found.cases) == 11


def test_a_zstd_bomb_costs_no_more_than_it_declares(tmp_path):
    """A member that declares 100 bytes and unpacks to 256 MiB is read up to what it declares."""
    packed = zstandard.ZstdCompressor().compress(b"\0" * (256 * 1024 * 1024))
    path = tmp_path / "x.zip"
    zipped(path, [("header.json", b"x" * len(packed))], zipfile.ZIP_STORED)
    raw = path.read_bytes().replace(b"x" * len(packed), packed)
    end = raw.rindex(b"PK\x01\x02")
    central = bytearray(raw[end:])
    struct.pack_into("<H", central, 10, archive.ZSTD)
    struct.pack_into("<I", central, 24, 100)
    path.write_bytes(raw[:end] + bytes(central))
    with archive.Archive(path) as opened, pytest.raises(ValueError, match="not the one declared"):
        opened.read("header.json")


@pytest.mark.parametrize("name", ["../header.json", "/etc/passwd", "samples/../../x.json", "C:\\x", "..\\x"])
def test_a_name_that_leads_out_is_refused(tmp_path, read, name):
    path = zipped(tmp_path / "x.eval", [("_journal/start.json", b"{}"), (name, b"{}")])
    with pytest.raises(ReadinessError, match="leads out"):
        read(path)


def test_a_name_that_stands_twice_is_refused(tmp_path, read):
    path = tmp_path / "x.eval"
    with pytest.warns(UserWarning, match="Duplicate name"):
        zipped(path, [("_journal/start.json", b"{}"), ("header.json", b"{}"), ("header.json", b"{}")])
    with pytest.raises(ReadinessError, match="two members named"):
        read(path)


def test_too_much_in_all_is_refused(tmp_path, read, monkeypatch):
    monkeypatch.setattr(archive, "MAX_TOTAL", 1000)
    with pytest.raises(ReadinessError, match="unpacks to"):
        read(DATA / "baseline.eval")
    monkeypatch.undo()
    monkeypatch.setattr(archive, "MAX_ENTRIES", 3)
    with pytest.raises(ReadinessError, match="19 members"):
        read(DATA / "baseline.eval")


def test_an_encrypted_or_unknown_member_is_one_reject(tmp_path, read):
    members = content("baseline.eval")
    name = "samples/SB-002_epoch_1.json"
    zipped(tmp_path / "x.eval", members.items())
    raw = bytearray((tmp_path / "x.eval").read_bytes())
    at = raw.rindex(name.encode()) - 46  # in the central directory
    struct.pack_into("<H", raw, at + 10, 98)
    (tmp_path / "x.eval").write_bytes(bytes(raw))
    (reject,) = read(tmp_path / "x.eval").rejects
    assert "method 98" in reject.reason


def test_tags_and_counts_of_another_type_are_left_out_and_the_log_is_read(tmp_path, read):
    members = content("baseline.eval")
    header = json.loads(members["header.json"])
    header["eval"]["tags"] = 5
    for score in header["results"]["scores"]:
        score["scored_samples"] = -1
    kept = [(name, text) for name, text in members.items() if name != "header.json" and not name.startswith("samples/")]
    path = zipped(
        tmp_path / "x.eval",
        [*[each for each in kept if each[0] != "summaries.json"], ("header.json", json.dumps(header))],
    )
    (run,) = read(path, "inspect_ai").runs
    assert run.tags == ()
    assert run.aggregates
    assert {figure.n for figure in run.aggregates.values()} == {None}


def test_damaged_summaries_refuse_the_log_in_a_sentence(tmp_path, read):
    members = content("baseline.eval")
    kept = [
        (name, text) for name, text in members.items() if not name.startswith("samples/") and name != "summaries.json"
    ]
    path = zipped(tmp_path / "x.eval", [*kept, ("summaries.json", b"[{}]" * 99)], zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"[{}]" * 99, b"[{}]" * 98 + b"[{ ]"))
    with pytest.raises(ReadinessError, match=r"summaries\.json is not a list of samples"):
        read(path, "inspect_ai")
