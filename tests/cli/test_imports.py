"""`import --prices`, `--rejects`, `--explain` of an unknown file, and `imports`."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

PRICES = "version: '2026-11'\ndate: 2026-11-20\nmodels:\n  birch: {input: 3.50, output: 14}\n"
ROWS = [
    {"trace_id": f"t{n}", "model": "birch", "tokens_in": 1000, "tokens_out": 100, "latency_ms": 9, "status": "success"}
    for n in range(3)
]


@pytest.fixture
def log(mini: Path) -> Path:
    """Three traces, one with a cost of its own, and two lines that cannot be used."""
    path = mini.parent / "log.jsonl"
    rows = [{**ROWS[0], "cost": 0.5}, *ROWS[1:]]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"half\n{"model": "\u202e"}\n', encoding="utf-8")
    return path


def test_costs_are_derived_by_a_table(cli: Cli, log: Path) -> None:
    (log.parent / "prices.yaml").write_text(PRICES)
    done = cli("import", "--prices", "prices.yaml", log)
    assert done.code == 0, done.err
    assert "for 2 of 2 records without one, by the price table 2026-11 of 2026-11-20" in done.err
    from readiness_tui.services.core.current import system_of
    from readiness_tui.services.core.desk import open_desk
    from readiness_tui.store import traces

    desk = open_desk(log.parent / "readiness.db", "ana")
    system = system_of(desk)
    with desk.store.read() as conn:
        found = [traces.get(conn, system, f"t{n}") for n in range(3)]
    desk.close()
    assert [(trace.cost, trace.extra.get("cost_derived")) for trace in found] == [
        (0.5, None),
        (0.0049, True),
        (0.0049, True),
    ]
    assert "imported before" in cli("import", "--prices", "prices.yaml", log).out
    (log.parent / "prices.yaml").write_text(PRICES.replace("14", "15"))
    assert "imported before" not in cli("import", "--prices", "prices.yaml", log).out


def test_a_table_that_is_wrong_is_refused_before_anything_is_imported(cli: Cli, log: Path) -> None:
    (log.parent / "prices.yaml").write_text("version: x\n")
    done = cli("import", "--prices", "prices.yaml", log)
    assert done.code == 2
    assert "date and models are missing" in done.err
    assert "Nothing was imported yet" in cli("imports").out


def test_rejected_lines_are_exported_and_listed(cli: Cli, log: Path) -> None:
    (log.parent / "bad.jsonl").write_text('{"trace_id": "", "model": "m", "status": "ok"}\n')
    done = cli("import", "--rejects", "rejects.jsonl", log, "bad.jsonl")
    assert done.code == 2  # of bad.jsonl nothing could be used: its line is exported all the same
    text = (log.parent / "rejects.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert [(Path(row["path"]).name, row["line"]) for row in rows] == [
        ("log.jsonl", 4),
        ("log.jsonl", 5),
        ("bad.jsonl", 1),
    ]
    assert rows[1]["excerpt"] == '{"model": "\u202e"}'
    assert "\u202e" not in text  # escaped: a terminal that shows the file is not misled
    listed = cli("imports").out
    assert "trace_record" in listed
    assert "3 traces" in listed
    (only,) = cli("imports", "--json").json["imports"]
    assert (only["rejects"], only["traces"], only["by"] != "") == (2, 3, True)
    again = cli("imports", "--rejects", only["id"])
    assert [json.loads(line) for line in again.out.splitlines()] == rows[:2]
    assert len(cli("imports", "--rejects", only["id"], "--json").json["rejects"]) == 2
    unknown = cli("imports", "--rejects", 99)
    assert unknown.code == 2
    assert "There is no import 99" in unknown.err


def test_an_unknown_file_gets_a_mapping_that_works(cli: Cli, mini: Path) -> None:
    table = mini.parent / "t.csv"
    table.write_text("ref,prompt,reply,took_s,faithfulness\n1,why?,so,1.5,0.9\n2,how?,so,2,0.8\n")
    told = cli("import", "--explain", "t.csv")
    assert told.code == 2
    assert "A mapping for it" in told.out
    (one,) = cli("import", "--explain", "--json", "t.csv").json["files"]
    (mini.parent / "map.yaml").write_text(one["proposal"])
    explained = cli("import", "--explain", "--map", "map.yaml", "t.csv")
    assert explained.code == 0
    assert "brings 1 run, 2 cases" in explained.out
    assert "1 run, 2 cases (mapped)" in cli("import", "--map", "map.yaml", "t.csv").out


def test_only_failures_raw_records_are_kept_and_said(cli: Cli, mini: Path) -> None:
    path = mini.parent / "half.jsonl"
    rows = [{**ROWS[0], "trace_id": f"k{n}", "status": "error" if n == 4 else "success"} for n in range(10)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert cli("import", "--keep-raw", "failures", path).code == 0
    (info,) = (one for one in cli("imports", "--json").json["imports"] if one["path"] == str(path))
    assert (info["traces"], info["keep_raw"], info["raw_kept"]) == (10, "failures", 1)
    assert "raw records of failures alone: 1 of 10 traces" in cli("imports").out
    refused = cli("reread", str(info["id"]), "--yes")
    assert refused.code == 2
    assert "of its 10 traces the raw records of 1 were kept" in refused.err
    from readiness_tui.services.core.desk import open_desk
    from readiness_tui.services.traces import record

    desk = open_desk(mini, "ana")
    kept = f"of import {info['id']} those of failures alone are kept, 1 of 10"
    assert record(desk, "k3").raw == f"The raw record was not kept: {kept}. What was read of it is above."
    assert json.loads(record(desk, "k4").raw) == rows[4]
    assert record(desk, "k3").trace.latency_ms == 9
    desk.close()


@pytest.mark.parametrize("word", ["none", "sample:0", ""])
def test_a_word_that_keeps_nothing_is_refused(cli: Cli, log: Path, word: str) -> None:
    before = cli("imports", "--json").json
    told = cli("import", "--keep-raw", word, log)
    assert (told.code, told.out) == (2, "")
    assert "which raw records to keep" in told.err
    assert cli("imports", "--json").json == before


def test_reading_again(cli: Cli, log: Path) -> None:
    assert "nothing to read again" in cli("reread").out
    assert cli("import", log).code == 0
    number = cli("imports", "--json").json["imports"][0]["id"]
    told = cli("reread", str(number), "--json", "--yes")
    assert (told.code, told.json["refused"]) == (0, [])
    assert told.json["reread"][0]["traces"] == 3
    new, old = cli("imports", "--json").json["imports"][:2]
    assert (new["rereads"], old["read_again_as"], old["reader_changed"]) == (old["id"], new["id"], False)
    assert f"read again as import {new['id']}" in cli("imports").out


def test_beside_a_proof_with_examples_stands_which_raw_records_are_kept(
    cli: Cli, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = cli("new", "--system", "bot", "--release", "1", "--date", "2026-11-24", "--checklist", "observability")
    assert made.code == 0, made.err
    rows = [
        {**ROWS[0], "trace_id": f"k{n}", "question": f"q{n}", "model": "m-2026-01-01", "prompt_version": "p1"}
        for n in range(40)
    ]
    for row in rows[:4]:
        del row["prompt_version"]
    (place / "some.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert cli("import", "--keep-raw", "sample:20", "some.jsonl").code == 0
    (info,) = cli("imports", "--json").json["imports"]
    assert 0 <= info["raw_kept"] < 40
    rate = f"of import 1 those of failures and 1 in 20 of the rest are kept, {info['raw_kept']} of 40"
    cells = [[cell.strip() for cell in line.split(" | ")] for line in cli("scorecard").out.splitlines()]
    proofs = [row for row in cells if len(row) == 9 and row[0].startswith("| OBS-")]
    told = {row[7]: (rate in row[6], row[8].strip("| ")) for row in proofs}
    assert told["prompt_version_logged"] == (True, "k0, k1, k2, k3")
    assert told["model_version_logged"][0] is False, told["model_version_logged"]  # nothing to open
    assert all(said == (ids not in ("", "—")) for said, ids in told.values())
    from readiness_tui.services.core.desk import open_desk
    from readiness_tui.services.core.view import load
    from readiness_tui.tui.screens.checklists.item_text import proof

    desk = open_desk(place / "readiness.db", "ana")
    proposals = load(desk).proposals.values()
    desk.close()
    monkeypatch.setattr("sys.stdin", StringIO("s\n" * 40))
    spoken = " ".join(cli("--who", "ana", "review", "--plain", "--all").out.split())
    for made in proposals:  # every door by which a proof is read says the same of what it rests on
        on_screen = "".join(str(row) for row in proof(made))
        for said in filter(None, (made.window, made.sampling)):
            assert said in on_screen, made.query
            assert said in spoken, made.query
    assert rate in spoken
    assert cli("import", "some.jsonl").code == 0  # with all its raw records, in the place of those
    assert "raw records" not in cli("scorecard").out
