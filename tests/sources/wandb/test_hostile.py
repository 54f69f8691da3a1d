"""What only W&B's log has: a checksum on every record, and an end that says the run was whole. The rest: `sources/hostile`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from readiness_tui.domain.runs.model import Completeness
from readiness_tui.sources.kit.base import Reject, RunStart
from tests.sources.hostile.reading import kept, read_all

RUN = Path(__file__).parents[2] / "data" / "wandb" / "offline-run-20261123_120221-us45ayly"
RUN_FILE = "run-us45ayly.wandb"


@pytest.fixture
def place(tmp_path):
    """A folder with the tables that the run logged."""
    shutil.copytree(RUN / "files", tmp_path / "files", copy_function=shutil.copyfile)
    return tmp_path


def test_a_flipped_bit_in_a_run_file_is_found_by_its_checksum(place):
    content = bytearray((RUN / RUN_FILE).read_bytes())
    content[content.index(b'"gpt-x-mini"') + 3] ^= 1
    path = place / RUN_FILE
    path.write_bytes(bytes(content))
    assert read_all(path, "wandb") is None  # the damaged record is the one that describes the run
    content = bytearray((RUN / RUN_FILE).read_bytes())
    content[content.index(b"0.92") + 2] ^= 1
    path.write_bytes(bytes(content))
    (reject,) = [record for record in read_all(path, "wandb") or [] if isinstance(record, Reject)]
    assert "the checksum of a record does not match" in reject.reason


@pytest.mark.slow
def test_a_cut_run_is_partial_and_brings_nothing_that_the_whole_does_not(place):
    content = (RUN / RUN_FILE).read_bytes()
    path = place / RUN_FILE
    path.write_bytes(content)
    whole = kept(read_all(path, "wandb"))
    assert whole
    read = 0
    for part in range(64):
        path.write_bytes(content[: len(content) * part // 64])
        records = read_all(path, "wandb")
        for value in kept(records):
            assert value in whole
        if records is not None:
            read += 1
            runs = [record.run for record in records if isinstance(record, RunStart)]
            assert runs[0].completeness is Completeness.PARTIAL  # without its last record, the run is never whole
    assert read


def test_a_summary_with_an_infinity_is_read_without_it(tmp_path):
    path = tmp_path / "wandb-summary.json"
    path.write_bytes(b'{"_runtime": 12.5, "_timestamp": 1795435341.7, "accuracy": 0.75, "best": Infinity}')
    records = read_all(path, "wandb") or []
    assert not [record for record in records if isinstance(record, Reject)]
    (run,) = [record.run for record in records if isinstance(record, RunStart)]
    assert run.aggregates["accuracy"].value == 0.75
